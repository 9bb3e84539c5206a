
/*
 * Copyright (C) Resonate
 *
 * Which parts of a track were delivered, and when: spans of media time, merged
 * over the ranges and segments of one session.  Bounded: with more spans apart
 * than there is room for, the shortest is forgotten, so that no more is said
 * to be delivered than was.
 *
 * Pure: libc only.  Times of the media are milliseconds from its start, those
 * of the clock milliseconds of Unix time.
 */


#ifndef _RESONATE_HEARD_H_INCLUDED_
#define _RESONATE_HEARD_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


#pragma GCC visibility push(hidden)


#define RESONATE_HEARD_SPANS  24

/* less than this apart is one: a frame of AAC, and what rounding takes */
#define RESONATE_HEARD_GAP    50


typedef struct {
    uint32_t               from;
    uint32_t               to;
} resonate_heard_span_t;

typedef struct {
    uint64_t               first;      /* the first request began */
    uint64_t               last;       /* the last one ended */
    uint64_t               bytes;      /* those sent twice count twice */
    uint32_t               ms;         /* all spans together */
    uint32_t               nspans;
    uint32_t               requests;
    resonate_heard_span_t  spans[RESONATE_HEARD_SPANS];    /* in order */
} resonate_heard_t;


/*
 * add   a span, to a zeroed or a filled session; an empty one only counts
 *       as a request
 * span  the media time of "sent" bytes from "offset" of a reply of "size"
 *       bytes, of which the last "media" are sound from "of.from" to "of.to":
 *       as if each byte were as much sound as the next
 */

void resonate_heard_add(resonate_heard_t *h, resonate_heard_span_t span);
resonate_heard_span_t resonate_heard_span(resonate_heard_span_t of,
    uint64_t size, uint64_t media, uint64_t offset, uint64_t sent);


#pragma GCC visibility pop


#endif /* _RESONATE_HEARD_H_INCLUDED_ */
