
/*
 * Copyright (C) Resonate
 *
 * A compact JWS that carries claims (RFC 7515, 7519): taken apart, not yet
 * verified.  Pure: libc and jansson.
 *
 * Nothing here trusts the token: sizes, nesting and counts are capped before
 * the JSON parser sees a byte, and base64url has one spelling only, so that
 * a token cannot be respelled (RFC 8725, section 3).
 */


#ifndef _RESONATE_JWT_H_INCLUDED_
#define _RESONATE_JWT_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>
#include <jansson.h>


#pragma GCC visibility push(hidden)


#define RESONATE_JWT_MAX            8192   /* bytes of a whole token: what
                                              fits nginx's header buffer */
#define RESONATE_JWT_KID_MAX        255    /* bytes of a key's name */
#define RESONATE_JWT_TYP_MAX        63     /* bytes of "typ" */
#define RESONATE_JWT_SIGNATURE_MAX  1024   /* bytes: RSA of 8192 bits */
#define RESONATE_JWT_DEPTH_MAX      16     /* nested arrays and objects */
#define RESONATE_JWT_ITEMS_MAX      512    /* members and elements */
#define RESONATE_JWT_DOCUMENT_ITEMS 4096   /* so too, of what no client sent */


/*
 * Why a token is not good for anything.  All but the last are the token's
 * fault and of public knowledge.
 */

typedef enum {
    RESONATE_JWT_OK = 0,
    RESONATE_JWT_TOO_LARGE,
    RESONATE_JWT_MALFORMED,      /* not three parts of canonical base64url */
    RESONATE_JWT_ENCRYPTED,      /* five parts: a JWE */
    RESONATE_JWT_JSON,           /* not an object, or beyond the caps */
    RESONATE_JWT_HEADER,         /* "typ", "crit", or a key of its own */
    RESONATE_JWT_ALGORITHM,      /* none, unknown, not allowed */
    RESONATE_JWT_ISSUER,
    RESONATE_JWT_KEY,            /* no key, or more than one, would fit */
    RESONATE_JWT_SIGNATURE,
    RESONATE_JWT_AUDIENCE,
    RESONATE_JWT_EXPIRED,
    RESONATE_JWT_NOT_YET,        /* "nbf" or "iat" in the future */
    RESONATE_JWT_CLAIMS,         /* one is missing or of a wrong type */
    RESONATE_JWT_BOUND,          /* to a key, of which it came no proof */
    RESONATE_JWT_UNBOUND,        /* and came with a proof */
    RESONATE_JWT_PROOF,          /* no proof of the key, or no good one */
    RESONATE_JWT_NONCE,          /* which the proof should have had */
    RESONATE_JWT_REPLAY,         /* of the proof */
    RESONATE_JWT_CERTIFICATE,    /* the token is bound to another one */
    RESONATE_JWT_INACTIVE,       /* says who was asked about it */
    RESONATE_JWT_REVOKED,
    RESONATE_JWT_NO_MEMORY       /* ours: answer 500, never "anonymous" */
} resonate_jwt_rc_e;


/* bits, so that what a key or an issuer allows is a set of them */

typedef enum {
    RESONATE_JWT_RS256 = 0x001,
    RESONATE_JWT_RS384 = 0x002,
    RESONATE_JWT_RS512 = 0x004,
    RESONATE_JWT_PS256 = 0x008,
    RESONATE_JWT_PS384 = 0x010,
    RESONATE_JWT_PS512 = 0x020,
    RESONATE_JWT_ES256 = 0x040,
    RESONATE_JWT_ES384 = 0x080,
    RESONATE_JWT_ES512 = 0x100,
    RESONATE_JWT_EDDSA = 0x200,
    RESONATE_JWT_HS256 = 0x400,
    RESONATE_JWT_HS384 = 0x800,
    RESONATE_JWT_HS512 = 0x1000,
    RESONATE_JWT_ED25519 = 0x2000,
    RESONATE_JWT_ED448 = 0x4000
} resonate_jwt_alg_e;

#define RESONATE_JWT_RSA   0x03f    /* what an RSA key can do */
#define RESONATE_JWT_ANY   0x63ff   /* what does without a shared secret */
#define RESONATE_JWT_HMAC  0x1c00


typedef struct {
    const char          *data;
    size_t               len;
} resonate_jwt_view_t;


/*
 * "input" is a view of the token.  "claims" is owned by the structure until
 * resonate_jwt_free(); everything else is a copy.
 */

typedef struct {
    resonate_jwt_alg_e   alg;
    resonate_jwt_view_t  input;         /* what was signed */
    json_t              *claims;
    size_t               kid_len;       /* 0: no "kid" */
    char                 kid[RESONATE_JWT_KID_MAX];
    size_t               typ_len;       /* 0: no "typ" */
    char                 typ[RESONATE_JWT_TYP_MAX];
    size_t               signature_len;
    unsigned char        signature[RESONATE_JWT_SIGNATURE_MAX];
} resonate_jwt_t;


/* to be freed after RESONATE_JWT_OK only */
resonate_jwt_rc_e resonate_jwt_parse(resonate_jwt_t *jwt, const char *token,
    size_t len);
void resonate_jwt_free(resonate_jwt_t *jwt);

/* the three parts of a compact JWS, none of them empty */
resonate_jwt_rc_e resonate_jwt_split(const char *token, size_t len,
    resonate_jwt_view_t *part);

/*
 * Whether "typ" is that media type, whose "application/" may be left out on
 * either side (RFC 7515, section 4.1.9).  The parser takes any: who takes the
 * token says which it must be, so that one kind is not taken for another (RFC
 * 8725, section 3.11).
 */
int resonate_jwt_typ(const resonate_jwt_t *jwt, const char *typ, size_t len);

/* a sentence without quotes or backslashes, fit for "error_description" */
const char *resonate_jwt_strerror(resonate_jwt_rc_e rc);

/* a word for logs and counters */
const char *resonate_jwt_reason(resonate_jwt_rc_e rc);

/* one of the fifteen names of RFC 7518, 8037 and 9864, or 0 */
unsigned resonate_jwt_alg(const char *name, size_t len);

/*
 * Decodes canonical base64url without padding (RFC 7515, section 2); returns
 * 0 and *len, or -1: a bad character or length, bits that are not zero
 * behind the end, or more than "size" bytes.
 */
int resonate_jwt_base64url(unsigned char *dst, size_t size, size_t *len,
    const char *src, size_t srclen);

/* the other way: 4 bytes for 3, rounded up, and no NUL; how many */
size_t resonate_jwt_base64url_put(char *dst, const unsigned char *src,
    size_t len);

/* RESONATE_JWT_JSON: *object is NULL, it is no JSON object within the caps */
resonate_jwt_rc_e resonate_jwt_object(const char *data, size_t len,
    json_t **object);
resonate_jwt_rc_e resonate_jwt_document(const char *data, size_t len,
    json_t **object);

/* whether it is that string;  or, has(), an array with that string in it */
int resonate_jwt_equal(json_t *value, const resonate_jwt_view_t *view);
int resonate_jwt_has(json_t *value, const resonate_jwt_view_t *view);


#pragma GCC visibility pop


#endif /* _RESONATE_JWT_H_INCLUDED_ */
