
/*
 * Copyright (C) Resonate
 *
 * The preview of a stored track: its first milliseconds as a complete MP4.
 *
 *     header (ftyp, moov, mdat's first eight bytes), made here
 *     span   one run of bytes of the stored file, served as it is
 *
 * The header is written anew from the index and names, covers and dates are
 * left out.  The same file and length always give the same bytes.
 *
 * The span ends with the last sample of the preview, and an index is made
 * only of files in which every later sample lies behind it: what was not
 * granted is not in there, whatever the file's tables say.
 */


#ifndef _RESONATE_PREVIEW_H_INCLUDED_
#define _RESONATE_PREVIEW_H_INCLUDED_


#include "resonate_index.h"


/* goes up whenever the same file would give other bytes: part of the ETag */
#define RESONATE_PREVIEW_VERSION      1

#define RESONATE_PREVIEW_MAX_MS       (10 * 60 * 1000)


typedef struct {
    unsigned                 whole:1;      /* not longer: serve the file */

    size_t                   header_size;
    uint64_t                 span_offset;
    uint64_t                 span_size;

    const resonate_index_t  *index;        /* private from here */
    resonate_cut_t           cut;
} resonate_preview_t;


#pragma GCC visibility push(hidden)

/*
 * Plans the preview of "ms" milliseconds, 1 .. RESONATE_PREVIEW_MAX_MS.
 * RESONATE_MP4_OK: the first four members are set; UNSUPPORTED and BAD: the
 * reason says why.  The plan refers to "x".
 */

resonate_mp4_status_e resonate_preview_plan(resonate_preview_t *p,
    const resonate_index_t *x, uint32_t ms, const char **reason);

/*
 * Writes the header of a plan that is not whole and returns its size, that
 * is p->header_size; with NULL it only measures.
 */

size_t resonate_preview_write(const resonate_preview_t *p, uint8_t *out);

#pragma GCC visibility pop


#endif /* _RESONATE_PREVIEW_H_INCLUDED_ */
