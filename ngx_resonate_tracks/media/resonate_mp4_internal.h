
/*
 * Copyright (C) Resonate
 *
 * Between resonate_mp4.c (boxes) and what is in them: tables, the sample
 * entry, fragments.
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
    uint32_t                type;
    uint64_t                size;      /* whole box; 0: up to the end */
    size_t                  header;    /* 8 or 16 */
} resonate_mp4_box_t;

typedef struct {
    resonate_mp4_view_t     tkhd;
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

/* the part of a fragment that is of the sound */

typedef struct {
    uint32_t                track;
    uint32_t                entry;
    uint32_t                delta;     /* of a sample that says no other */
    uint32_t                size;
    uint64_t                base;      /* of the offsets */
    uint64_t                next;      /* where a run without one begins */
    unsigned                based:1;
} resonate_traf_t;

/* what "room" holds */

typedef struct {
    uint64_t                offset;
    uint32_t                size;
    uint32_t                delta;
} resonate_mp4_sample_t;


#pragma GCC visibility push(hidden)

resonate_mp4_status_e resonate_mp4_next(resonate_mp4_t *m,
    resonate_mp4_view_t *in, resonate_mp4_box_t *box,
    resonate_mp4_view_t *payload);
resonate_mp4_status_e resonate_mp4_children(resonate_mp4_t *m,
    resonate_mp4_view_t in, const resonate_mp4_child_t *children, size_t n);
resonate_mp4_status_e resonate_mp4_edits(resonate_mp4_t *m,
    resonate_mp4_view_t elst);
resonate_mp4_status_e resonate_mp4_stbl(resonate_mp4_t *m,
    resonate_mp4_trak_t *t);
resonate_mp4_status_e resonate_mp4_entry(resonate_mp4_t *m,
    resonate_mp4_view_t entry);

/* of a fragmented file: its moov, each moof, and what to check at the end */

resonate_mp4_status_e resonate_fragment_moov(resonate_mp4_t *m,
    resonate_mp4_view_t mvex, resonate_mp4_view_t tkhd);
resonate_mp4_status_e resonate_fragment_moof(resonate_mp4_t *m,
    resonate_mp4_view_t moof, uint64_t offset);
resonate_mp4_status_e resonate_fragment_end(resonate_mp4_t *m);

/* adds the samples of the tables, of a fragment; makes sure of the room */

resonate_mp4_status_e resonate_fragment_tables(resonate_mp4_t *m);
resonate_mp4_status_e resonate_fragment_runs(resonate_mp4_t *m,
    resonate_mp4_view_t traf, resonate_traf_t *t, uint32_t *count);
resonate_mp4_status_e resonate_fragment_room(resonate_mp4_t *m,
    uint32_t count);

#pragma GCC visibility pop


#endif /* _RESONATE_MP4_INTERNAL_H_INCLUDED_ */
