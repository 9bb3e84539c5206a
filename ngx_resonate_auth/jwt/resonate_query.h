
/*
 * Copyright (C) Resonate
 *
 * application/x-www-form-urlencoded, as OAuth asks and answers with it (RFC
 * 6749, appendix B).  Pure: libc.
 */


#ifndef _RESONATE_QUERY_H_INCLUDED_
#define _RESONATE_QUERY_H_INCLUDED_


#include <stddef.h>


#pragma GCC visibility push(hidden)


typedef enum {
    RESONATE_QUERY_OK = 0,
    RESONATE_QUERY_NONE,
    RESONATE_QUERY_BAD           /* twice, bad escapes, NUL, or too long */
} resonate_query_rc_e;


/*
 * The decoded value of a parameter, into "value" of "size" bytes; a NUL is
 * behind it, for which there must be room.  A parameter that is there twice
 * is BAD (RFC 6749, section 3.1).
 */
resonate_query_rc_e resonate_query_get(const char *query, size_t len,
    const char *name, char *value, size_t size, size_t *valuelen);

/* bytes of "len" ones when they are encoded, and that; returns the end */
size_t resonate_query_encoded(const char *src, size_t len);
char *resonate_query_encode(char *dst, const char *src, size_t len);


/*
 * Parameters one after another: "&name=value".  A writer without a buffer
 * counts.  "name" needs no encoding.
 */
typedef struct {
    char    *pos;                /* NULL: counts only */
    size_t   len;
} resonate_query_writer_t;

void resonate_query_add(resonate_query_writer_t *w, const char *name,
    const char *value, size_t len);


#pragma GCC visibility pop


#endif /* _RESONATE_QUERY_H_INCLUDED_ */
