
/*
 * Copyright (C) Resonate
 *
 * Between resonate_mp4.c (boxes) and resonate_mp4_tables.c (what is in them).
 */


#ifndef _RESONATE_MP4_INTERNAL_H_INCLUDED_
#define _RESONATE_MP4_INTERNAL_H_INCLUDED_


#include "resonate_mp4.h"


#define resonate_mp4_bad(m, why)                                              \
    ((m)->reason = (why), RESONATE_MP4_BAD)

#define resonate_mp4_unsupported(m, why)                                      \
    ((m)->reason = (why), RESONATE_MP4_UNSUPPORTED)


/* what a container is searched for: each at most once */

typedef struct {
    uint32_t                type;
    resonate_mp4_view_t    *view;
} resonate_mp4_child_t;

typedef struct {
    resonate_mp4_view_t     edts;
    resonate_mp4_view_t     elst;
    resonate_mp4_view_t     mdia;
    resonate_mp4_view_t     mdhd;
    resonate_mp4_view_t     hdlr;
    resonate_mp4_view_t     minf;
    resonate_mp4_view_t     stbl;
    resonate_mp4_view_t     stts;
    resonate_mp4_view_t     stsc;
    resonate_mp4_view_t     stsz;
    resonate_mp4_view_t     stz2;
    resonate_mp4_view_t     stco;
    resonate_mp4_view_t     co64;
} resonate_mp4_trak_t;


#pragma GCC visibility push(hidden)

resonate_mp4_status_e resonate_mp4_children(resonate_mp4_t *m,
    resonate_mp4_view_t in, const resonate_mp4_child_t *children, size_t n);
resonate_mp4_status_e resonate_mp4_edits(resonate_mp4_t *m,
    resonate_mp4_view_t elst);
resonate_mp4_status_e resonate_mp4_stbl(resonate_mp4_t *m,
    resonate_mp4_trak_t *t);

#pragma GCC visibility pop


#endif /* _RESONATE_MP4_INTERNAL_H_INCLUDED_ */
