
/*
 * Copyright (C) Resonate
 *
 * The preview of a stored track: its first milliseconds as a complete MP4.
 *
 *     header (ftyp, moov, mdat's first eight bytes), made here
 *     span   one run of bytes of the stored file, served as it is
 *
 * The header is written anew from the sample tables and names, covers and
 * dates are left out.  The same file and length always give the same bytes.
 *
 * The span ends with the last sample of the preview, and every later chunk
 * of the file is checked to begin behind it: what was not granted is not in
 * there, whatever the file's tables say.
 */


#ifndef _RESONATE_PREVIEW_H_INCLUDED_
#define _RESONATE_PREVIEW_H_INCLUDED_


#include "resonate_mp4.h"


/* goes up whenever the same file would give other bytes: part of the ETag */
#define RESONATE_PREVIEW_VERSION      1

#define RESONATE_PREVIEW_MAX_MS       (10 * 60 * 1000)

/*
 * No AAC frame is shorter than 10 ms (960 samples at 96 kHz).  A table that
 * says otherwise would put more sound into the preview than its length.
 */
#define RESONATE_PREVIEW_MIN_FRAME_MS 10

/* encoder delay an edit list may skip: HE-AAC at 16 kHz has 0.4 s */
#define RESONATE_PREVIEW_MAX_PRIMING_MS  1000


typedef struct {
    unsigned               whole:1;        /* not longer: serve the file */

    size_t                 header_size;
    uint64_t               span_offset;
    uint64_t               span_size;

    const resonate_mp4_t  *mp4;            /* private from here */
    uint32_t               samples;
    uint32_t               deltas;         /* entries of stts */
    uint32_t               last_count;     /* samples of the last of them, */
    uint32_t               last_delta;     /* and how long the last one is */
    uint64_t               duration;       /* media units, with priming */
    uint32_t               empty_ms;
    uint32_t               edit_ms;
} resonate_preview_t;


#pragma GCC visibility push(hidden)

/*
 * Plans the preview of "ms" milliseconds, 1 .. RESONATE_PREVIEW_MAX_MS, of a
 * parsed file.  RESONATE_MP4_OK: the first four members are set; BAD and
 * UNSUPPORTED: m->reason says why.  The plan refers to "m" and to the bytes
 * under its views.
 */

resonate_mp4_status_e resonate_preview_plan(resonate_preview_t *p,
    resonate_mp4_t *m, uint32_t ms);

/*
 * Writes the header of a plan that is not whole and returns its size, that
 * is p->header_size; with NULL it only measures.
 */

size_t resonate_preview_write(const resonate_preview_t *p, uint8_t *out);

#pragma GCC visibility pop


#endif /* _RESONATE_PREVIEW_H_INCLUDED_ */
