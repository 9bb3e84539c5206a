
/*
 * Copyright (C) Resonate
 *
 * Nonces without a memory of them (RFC 9449, sections 8 and 9): an HMAC of the
 * period of time in which they were given, so that everybody who has the key
 * gives and takes the same ones.  Pure: libc, OpenSSL.
 */


#ifndef _RESONATE_NONCE_H_INCLUDED_
#define _RESONATE_NONCE_H_INCLUDED_


#include <stddef.h>
#include <time.h>


#pragma GCC visibility push(hidden)


#define RESONATE_NONCE_LEN      32     /* base64url of 24 bytes */
#define RESONATE_NONCE_KEY_MIN  32     /* bytes: as much as the HMAC has */
#define RESONATE_NONCE_SKEW     5      /* seconds: of other machines' clocks */


typedef struct {
    const unsigned char  *key;
    size_t                key_len;
    time_t                lifetime;    /* of a period, at least 1 */
} resonate_nonce_t;


typedef enum {
    RESONATE_NONCE_OK = 0,
    RESONATE_NONCE_ENDING,             /* good, but time for another */
    RESONATE_NONCE_STALE,              /* or made up */
    RESONATE_NONCE_FAILED              /* out of memory */
} resonate_nonce_rc_e;


/*
 * make()   that of the period around "now", without a NUL; 0, or -1: out of
 *          memory
 * check()  a nonce is good in its period and the next: for between one
 *          lifetime and two
 */

int resonate_nonce_make(const resonate_nonce_t *nonce, time_t now, char *text);
resonate_nonce_rc_e resonate_nonce_check(const resonate_nonce_t *nonce,
    time_t now, const char *text, size_t len);


#pragma GCC visibility pop


#endif /* _RESONATE_NONCE_H_INCLUDED_ */
