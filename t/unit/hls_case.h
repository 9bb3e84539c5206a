
/*
 * Copyright (C) Resonate
 *
 * A plan of a file that a test has in memory.
 */


#ifndef _HLS_CASE_H_INCLUDED_
#define _HLS_CASE_H_INCLUDED_


#include "../../ngx_resonate_tracks/media/resonate_hls.h"
#include "index_case.h"


/* ten seconds in frames of 1/50 s, one more for the priming */

static const mp4_spec_t  hls_ten = {
    .movie_timescale = 600, .timescale = 50000, .samples = 501,
    .delta = 1000, .size = 10, .edits = 1, .edit_duration = 6000,
    .priming = 1000
};


typedef struct {
    mp4_file_t               file;
    const resonate_index_t  *index;
    resonate_hls_t           hls;
    resonate_mp4_status_e    rc;
    const char              *reason;
} hls_case_t;


static inline hls_case_t
hls_case(const mp4_spec_t *spec, uint32_t segment_ms, uint32_t limit_ms)
{
    hls_case_t  c;

    c.file = mp4_build(spec);
    c.index = index_of(&c.file);
    c.reason = NULL;
    c.rc = resonate_hls_plan(&c.hls, c.index, segment_ms, limit_ms,
                             &c.reason);

    return c;
}


static inline void
hls_free(hls_case_t *c)
{
    free((void *) c->index);
    free(c->file.data);
}


#endif /* _HLS_CASE_H_INCLUDED_ */
