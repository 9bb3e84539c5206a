
/*
 * Copyright (C) Resonate
 *
 * Tokens of the edge's own: a private key, its public half as a JWK, and
 * compact JWS (RFC 7515) over claims.  Pure: libc, OpenSSL, jansson.
 */


#ifndef _RESONATE_SIGN_H_INCLUDED_
#define _RESONATE_SIGN_H_INCLUDED_


#include "resonate_thumbprint.h"


#pragma GCC visibility push(hidden)


typedef struct {
    EVP_PKEY             *pkey;
    resonate_jwt_alg_e    alg;     /* ES256 or EdDSA: the key decides */
    char                  kid[RESONATE_THUMBPRINT_LEN + 1];
    char                 *head;    /* of every token, encoded */
    json_t               *jwk;     /* public, with "kid", "alg" and "use" */
} resonate_sign_key_t;


/*
 * A key of P-256 or Ed25519 in PEM, not encrypted; or NULL and the reason in
 * words, which never quotes the key; "error" must have room for
 * RESONATE_JWK_ERROR_MAX bytes.
 */
resonate_sign_key_t *resonate_sign_key(const char *pem, size_t len,
    char *error);
void resonate_sign_free(resonate_sign_key_t *key);

/*
 * A token, to be freed with free(), and its length; NULL: out of memory, or
 * OpenSSL could not sign.
 */
char *resonate_sign(const resonate_sign_key_t *key, json_t *claims,
    size_t *len);


#pragma GCC visibility pop


#endif /* _RESONATE_SIGN_H_INCLUDED_ */
