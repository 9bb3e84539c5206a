
/*
 * Copyright (C) Resonate
 *
 * What a client of an OpenID provider has to know (OpenID Connect Core,
 * sections 3.1.3 and 12; RFC 6749, 7636).  Pure: libc, jansson, OpenSSL.
 */


#ifndef _RESONATE_OIDC_H_INCLUDED_
#define _RESONATE_OIDC_H_INCLUDED_


#include "resonate_jwt.h"

#include <time.h>


#pragma GCC visibility push(hidden)


#define RESONATE_OIDC_RANDOM     43       /* characters of 256 random bits */
#define RESONATE_OIDC_CHALLENGE  43       /* of a S256 challenge */
#define RESONATE_OIDC_ANSWER_MAX 32768    /* bytes of a token answer */
#define RESONATE_OIDC_LIFE_MAX   31536000 /* "expires_in" beyond is cut */
#define RESONATE_OIDC_PATH_MAX   2048     /* bytes of a return path */


/* the answer of a token endpoint; the texts are views of "json" */

typedef struct {
    json_t               *json;
    resonate_jwt_view_t   access;
    resonate_jwt_view_t   refresh;        /* may be empty, as what follows */
    resonate_jwt_view_t   id_token;
    resonate_jwt_view_t   error;          /* fit for a log */
    time_t                life;           /* seconds; 0: not told */
} resonate_oidc_answer_t;


/* what an ID token has to be; an empty view stands for no wish */

typedef struct {
    resonate_jwt_view_t   issuer;
    resonate_jwt_view_t   client;
    resonate_jwt_view_t   nonce;
    resonate_jwt_view_t   subject;
    resonate_jwt_view_t   access;         /* what "at_hash" is of */
    time_t                leeway;
} resonate_oidc_policy_t;


/* whom it names; views of the claims */

typedef struct {
    resonate_jwt_view_t   subject;
    resonate_jwt_view_t   sid;            /* may be empty, as what follows */
    resonate_jwt_view_t   name;
    resonate_jwt_view_t   username;
    resonate_jwt_view_t   email;          /* only with "email_verified" */
} resonate_oidc_person_t;


/* 256 random bits in base64url, without NUL; -1: OpenSSL has none */
int resonate_oidc_random(char *dst);

/* RFC 7636, section 4.2; -1: OpenSSL has no SHA-256 */
int resonate_oidc_challenge(char *dst, const char *verifier, size_t len);

/*
 * OK: there is an access token, to be used as Bearer.  CLAIMS: an answer,
 * with "error" or without what has to be in it.  To be freed unless it is
 * JSON, TOO_LARGE or NO_MEMORY.
 */
resonate_jwt_rc_e resonate_oidc_answer(resonate_oidc_answer_t *answer,
    const char *data, size_t len);
void resonate_oidc_answer_free(resonate_oidc_answer_t *answer);

/* of a token whose signature was verified; HEADER: of another kind */
resonate_jwt_rc_e resonate_oidc_check(const resonate_jwt_t *jwt,
    const resonate_oidc_policy_t *policy, time_t now,
    resonate_oidc_person_t *person);

/*
 * Whether a browser may be sent there: a path of this server, as a browser
 * writes it.  "//", a backslash or a control character would make it read an
 * authority into it.
 */
int resonate_oidc_path(const char *path, size_t len);

/*
 * Whether a page of this origin made a request, by what its browser says of it
 * (Fetch Metadata; RFC 6454): an empty view stands for no header.
 */
int resonate_oidc_same_origin(const resonate_jwt_view_t *fetch_site,
    const resonate_jwt_view_t *origin, const resonate_jwt_view_t *own);


#pragma GCC visibility pop


#endif /* _RESONATE_OIDC_H_INCLUDED_ */
