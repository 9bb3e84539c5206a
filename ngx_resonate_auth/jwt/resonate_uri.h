
/*
 * Copyright (C) Resonate
 *
 * An http or https URI in the form in which two of them can be compared (RFC
 * 3986, sections 6.2.2 and 6.2.3), without query and fragment.  Pure: libc.
 */


#ifndef _RESONATE_URI_H_INCLUDED_
#define _RESONATE_URI_H_INCLUDED_


#include <stddef.h>


#pragma GCC visibility push(hidden)


#define RESONATE_URI_MAX  4096


typedef struct {
    size_t   origin;        /* bytes of "scheme://host[:port]" */
    size_t   len;           /* with the path, which has one byte at least */
    char     data[RESONATE_URI_MAX];
} resonate_uri_t;


/*
 * 0, or -1: no absolute URI of these schemes, or it has user information, a
 * port out of bounds, control characters, a "%" without two hexadecimal
 * digits, or RESONATE_URI_MAX bytes and more.  Scheme and host are in lower
 * case, the port of the scheme is left out, unreserved characters are as they
 * are, others as they came, escapes in upper case, and dot segments removed.
 */
int resonate_uri_normalize(resonate_uri_t *uri, const char *s, size_t len);

/* any bytes; 0 and *len, or -1: a bad escape, or more than "size" bytes */
int resonate_uri_unescape(char *dst, size_t size, size_t *len,
    const char *src, size_t srclen);


#pragma GCC visibility pop


#endif /* _RESONATE_URI_H_INCLUDED_ */
