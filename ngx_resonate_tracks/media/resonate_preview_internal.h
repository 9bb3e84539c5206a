
/*
 * Copyright (C) Resonate
 *
 * The samples of a file as chunks and runs of them: what the plan and the
 * writer of a preview share.
 */


#ifndef _RESONATE_PREVIEW_INTERNAL_H_INCLUDED_
#define _RESONATE_PREVIEW_INTERNAL_H_INCLUDED_


#include "resonate_preview.h"


#define resonate_preview_fail(p, rc, why)  (*(p) = (why), (rc))


/* walks the chunks of the first "limit" samples */

typedef struct {
    const resonate_mp4_t  *mp4;
    uint32_t               limit;
    uint32_t               index;      /* chunks so far */
    uint32_t               entry;      /* of stsc, the next one */
    uint32_t               per_chunk;
    uint32_t               sample;     /* the first behind this chunk */

    uint32_t               count;      /* samples of this chunk */
    uint64_t               offset;
    uint64_t               end;
    const char            *reason;
} resonate_chunks_t;

/* chunks that touch each other are one chunk to the reader of a preview */

typedef struct {
    uint32_t               samples;
    uint64_t               offset;
    uint64_t               end;
} resonate_run_t;


#pragma GCC visibility push(hidden)

void resonate_chunks_init(resonate_chunks_t *c, const resonate_mp4_t *m,
    uint32_t limit);
resonate_mp4_status_e resonate_chunks_next(resonate_chunks_t *c);
int resonate_run_next(resonate_chunks_t *c, resonate_run_t *run);

#pragma GCC visibility pop


#endif /* _RESONATE_PREVIEW_INTERNAL_H_INCLUDED_ */
