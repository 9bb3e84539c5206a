
/*
 * Copyright (C) Resonate
 *
 * The gzip form (RFC 1952) of a finished reply.  Pure: libc and zlib.
 */


#ifndef _RESONATE_GZIP_H_INCLUDED_
#define _RESONATE_GZIP_H_INCLUDED_


#include <stddef.h>


#pragma GCC visibility push(hidden)


/* below it, the form saves less than a packet and is not worth its place */
#define RESONATE_GZIP_MIN    512

/* from there on speed counts more than size: it is made in a worker */
#define RESONATE_GZIP_LARGE  32768


/*
 * A new buffer of *out_len bytes, to be freed by the caller with free();
 * NULL: out of memory, or the form is not smaller.
 */
void *resonate_gzip(const void *in, size_t len, size_t *out_len);


#pragma GCC visibility pop


#endif /* _RESONATE_GZIP_H_INCLUDED_ */
