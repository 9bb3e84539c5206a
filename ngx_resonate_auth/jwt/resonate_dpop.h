
/*
 * Copyright (C) Resonate
 *
 * A DPoP proof (RFC 9449, section 4): that whoever sends a token holds the key
 * to which the token is bound.  Pure: libc, jansson, OpenSSL.
 *
 * split() takes the proof apart, key() reads the key in its header, which is
 * worth keeping by the header's bytes, and check() holds the proof against
 * the request.  Whether it was seen before, and its nonce, are left to the
 * caller.
 */


#ifndef _RESONATE_DPOP_H_INCLUDED_
#define _RESONATE_DPOP_H_INCLUDED_


#include "resonate_jws.h"
#include "resonate_thumbprint.h"
#include "resonate_uri.h"

#include <time.h>


#pragma GCC visibility push(hidden)


#define RESONATE_DPOP_JTI_MAX     255
#define RESONATE_DPOP_NONCE_MAX   128
#define RESONATE_DPOP_ID_LEN      32      /* SHA-256 */


typedef enum {
    RESONATE_DPOP_OK = 0,
    RESONATE_DPOP_MALFORMED,     /* no compact JWS within a token's limits */
    RESONATE_DPOP_HEADER,        /* "typ", "crit", or a way to another key */
    RESONATE_DPOP_ALGORITHM,
    RESONATE_DPOP_KEY,           /* none, broken, weak */
    RESONATE_DPOP_PRIVATE,       /* a private or symmetric key */
    RESONATE_DPOP_BINDING,       /* the token is bound to another key */
    RESONATE_DPOP_CLAIMS,        /* one is missing or of a wrong type */
    RESONATE_DPOP_METHOD,
    RESONATE_DPOP_URI,
    RESONATE_DPOP_OLD,
    RESONATE_DPOP_EARLY,
    RESONATE_DPOP_TOKEN,         /* "ath" is of another token */
    RESONATE_DPOP_SIGNATURE,
    RESONATE_DPOP_NO_MEMORY      /* ours: answer 503 */
} resonate_dpop_rc_e;


/* views of the text that was split */

typedef struct {
    resonate_jwt_view_t    header;        /* base64url, as it was sent */
    resonate_jwt_view_t    payload;
    resonate_jwt_view_t    input;         /* what was signed */
    size_t                 signature_len;
    unsigned char          signature[RESONATE_JWT_SIGNATURE_MAX];
} resonate_dpop_proof_t;


typedef struct {
    resonate_jwt_alg_e     alg;
    resonate_jwk_t         jwk;
    char                   thumbprint[RESONATE_THUMBPRINT_LEN];
} resonate_dpop_key_t;


typedef struct {
    resonate_jwt_view_t         jkt;      /* "cnf" of the token */
    const unsigned char        *ath;      /* SHA-256 of the token */
    resonate_jwt_view_t         method;
    const resonate_uri_t       *uri;
    const resonate_jwt_view_t  *origins;  /* normal ones that "htu" may have */
    size_t                      norigins; /* 0: that of "uri" only */
    time_t                      past;     /* seconds that "iat" may be away */
    time_t                      ahead;
} resonate_dpop_request_t;


typedef struct {
    size_t                 nonce_len;     /* 0: it has none */
    char                   nonce[RESONATE_DPOP_NONCE_MAX];
    unsigned char          id[RESONATE_DPOP_ID_LEN];
                           /* of key, "jti" and "htu": never seen twice */
} resonate_dpop_t;


resonate_dpop_rc_e resonate_dpop_split(resonate_dpop_proof_t *proof,
    const char *text, size_t len);

/* to be freed after RESONATE_DPOP_OK only */
resonate_dpop_rc_e resonate_dpop_key(resonate_dpop_key_t *key,
    const resonate_jwt_view_t *header, unsigned algs);
void resonate_dpop_key_free(resonate_dpop_key_t *key);

/* the signature last: it costs more than all the rest */
resonate_dpop_rc_e resonate_dpop_check(const resonate_dpop_proof_t *proof,
    const resonate_dpop_key_t *key, const resonate_dpop_request_t *request,
    time_t now, resonate_dpop_t *result);

/* a sentence without quotes or backslashes, fit for "error_description" */
const char *resonate_dpop_strerror(resonate_dpop_rc_e rc);


#pragma GCC visibility pop


#endif /* _RESONATE_DPOP_H_INCLUDED_ */
