
/*
 * Copyright (C) Resonate
 *
 * How long an answer of a server may be kept (RFC 9111).  Pure: libc.
 */


#ifndef _RESONATE_FRESHNESS_H_INCLUDED_
#define _RESONATE_FRESHNESS_H_INCLUDED_


#include <stddef.h>


#pragma GCC visibility push(hidden)


#define RESONATE_FRESHNESS_MAX  31536000    /* seconds: a year */


/*
 * Seconds that are left of "max-age" after "Age"; 0: "no-store", "no-cache",
 * or a "max-age" that is no number (section 4.2.1); -1: it does not say.
 * "control" and "age" are values of the headers, which may be empty.
 */
long resonate_freshness(const char *control, size_t control_len,
    const char *age, size_t age_len);


#pragma GCC visibility pop


#endif /* _RESONATE_FRESHNESS_H_INCLUDED_ */
