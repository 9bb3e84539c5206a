
/*
 * Copyright (C) Resonate
 *
 * A set of public keys (RFC 7517, 7518, 8037).  Pure: libc, jansson, OpenSSL.
 *
 * What a key may verify is fixed when the set is read, from the key's type
 * and its "alg", never by a token (RFC 8725, section 3.1).  Keys of other
 * uses and types are passed over, as RFC 7517, section 5 wants it.
 */


#ifndef _RESONATE_JWK_H_INCLUDED_
#define _RESONATE_JWK_H_INCLUDED_


#include "resonate_jwt.h"

#include <openssl/evp.h>


#pragma GCC visibility push(hidden)


#define RESONATE_JWKS_MAX           (1024 * 1024)    /* bytes of a set */
#define RESONATE_JWKS_KEYS_MAX      32
#define RESONATE_JWK_RSA_BITS_MIN   2048    /* RFC 7518, section 3.3 */
#define RESONATE_JWK_RSA_BITS_MAX   8192    /* verifying costs time */
#define RESONATE_JWK_SECRET_MAX     1024    /* bytes */
#define RESONATE_JWK_ERROR_MAX      160     /* bytes of a reason, with NUL */


typedef struct resonate_jws_s  resonate_jws_t;

typedef struct {
    EVP_PKEY        *pkey;
    resonate_jws_t  *jws;           /* see resonate_jws.h */
    unsigned         algs;          /* of resonate_jwt_alg_e */
    size_t           kid_len;       /* 0: no "kid" */
    char             kid[RESONATE_JWT_KID_MAX];
} resonate_jwk_t;


typedef struct {
    size_t           nkeys;
    resonate_jwk_t   keys[RESONATE_JWKS_KEYS_MAX];
} resonate_jwks_t;


/*
 * A new set, or NULL and the reason in words; "error" must have room for
 * RESONATE_JWK_ERROR_MAX bytes.  The reason never quotes key material.
 *
 * parse()    a file of whoever runs the edge: a key of a known type that is
 *            broken, weak or private makes the whole set bad
 * fetched()  of an issuer's server: such a key is passed over, as are those
 *            beyond the limit, and "error" says with a set too what was
 *            wrong, or is ""
 * secret()   the bytes of a file as the one key of the HMAC ones of "algs",
 *            which RFC 7518, section 3.2 wants as long as their hash
 */
resonate_jwks_t *resonate_jwks_parse(const char *data, size_t len,
    char *error);
resonate_jwks_t *resonate_jwks_fetched(const char *data, size_t len,
    char *error);
resonate_jwks_t *resonate_jwks_secret(const char *data, size_t len,
    unsigned algs, char *error);
void resonate_jwks_free(resonate_jwks_t *jwks);

/*
 * The one key that fits the token's algorithm and "kid"; NULL if there is
 * none, or if the token has no "kid" and there are more.  A secret has no
 * name, and fits any.
 */
const resonate_jwk_t *resonate_jwks_find(const resonate_jwks_t *jwks,
    const resonate_jwt_t *jwt);

/*
 * Whether all that was verified with "other" can be verified with "jwks": it
 * has each of its keys, with the same "kid", for the same algorithms.
 */
int resonate_jwks_contains(const resonate_jwks_t *jwks,
    const resonate_jwks_t *other);

/*
 * One public key, whatever its "kid"; 0, or -1: none of ours, not one for
 * verifying, broken, weak or private.  To be freed after 0 only.
 */
int resonate_jwk_read(resonate_jwk_t *key, json_t *object);
void resonate_jwk_free(resonate_jwk_t *key);


#pragma GCC visibility pop


#endif /* _RESONATE_JWK_H_INCLUDED_ */
