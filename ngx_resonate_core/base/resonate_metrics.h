
/*
 * Copyright (C) Resonate
 *
 * The pure part of the status page: where a request is counted, and how that
 * is written in the Prometheus text format 0.0.4.
 *
 * Pure: libc only.
 */


#ifndef _RESONATE_METRICS_H_INCLUDED_
#define _RESONATE_METRICS_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


#pragma GCC visibility push(hidden)


/*
 * Each status is in one of these: those that mean something of their own are
 * not in their class, so that a sum over the codes is the number of requests.
 */

typedef enum {
    RESONATE_CODE_2XX = 0,
    RESONATE_CODE_304,
    RESONATE_CODE_3XX,
    RESONATE_CODE_4XX,
    RESONATE_CODE_499,       /* the client went away before an answer */
    RESONATE_CODE_503,       /* overload, or no database */
    RESONATE_CODE_5XX,
    RESONATE_CODES
} resonate_code_e;

/* as nginx logs it; 0, nothing was sent, is the client's going away */
resonate_code_e resonate_code(unsigned status);
const char *resonate_code_name(resonate_code_e code);


/*
 * Buckets from half a millisecond, below which the cache answers, to ten
 * seconds, beyond any deadline; the last one has no bound.  What equals a
 * bound is within it.
 */

#define RESONATE_BUCKETS  15

size_t resonate_bucket(uint64_t usec);

/* the upper bound in seconds, as the label "le" has it */
const char *resonate_bucket_bound(size_t bucket);


/* \, " and LF escaped; at most 2 * len bytes; returns the end */
char *resonate_label_escape(char *dst, const char *src, size_t len);


#pragma GCC visibility pop


#endif /* _RESONATE_METRICS_H_INCLUDED_ */
