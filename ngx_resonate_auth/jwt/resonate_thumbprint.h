
/*
 * Copyright (C) Resonate
 *
 * The name of a public key that its bytes give it (RFC 7638).  Pure: libc,
 * jansson, OpenSSL.
 */


#ifndef _RESONATE_THUMBPRINT_H_INCLUDED_
#define _RESONATE_THUMBPRINT_H_INCLUDED_


#include "resonate_jwk.h"


#pragma GCC visibility push(hidden)


#define RESONATE_THUMBPRINT_DIGEST  32
#define RESONATE_THUMBPRINT_LEN     43    /* base64url of SHA-256 */


/*
 * Of a key that resonate_jwk_read() took: its numbers have one spelling.  No
 * NUL behind "text".  0, or -1: out of memory, or no such key.
 */
int resonate_thumbprint(json_t *jwk, char *text);


#pragma GCC visibility pop


#endif /* _RESONATE_THUMBPRINT_H_INCLUDED_ */
