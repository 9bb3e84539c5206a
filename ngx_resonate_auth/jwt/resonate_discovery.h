
/*
 * Copyright (C) Resonate
 *
 * What an issuer says about itself: OpenID Connect Discovery 1.0, section 3;
 * RFC 8414, section 2.  Pure: libc and jansson.
 */


#ifndef _RESONATE_DISCOVERY_H_INCLUDED_
#define _RESONATE_DISCOVERY_H_INCLUDED_


#include "resonate_jwt.h"


#pragma GCC visibility push(hidden)


#define RESONATE_DISCOVERY_MAX  (256 * 1024)    /* bytes of a document */
#define RESONATE_URL_MAX        2048


/* views of "json", which free() gives back; what is not told is empty or 0 */

typedef struct {
    json_t               *json;
    resonate_jwt_view_t   issuer;
    resonate_jwt_view_t   jwks_uri;
    resonate_jwt_view_t   authorization;
    resonate_jwt_view_t   token;
    resonate_jwt_view_t   introspection;
    resonate_jwt_view_t   revocation;
    resonate_jwt_view_t   userinfo;
    resonate_jwt_view_t   end_session;
    unsigned              id_token_algs;        /* of resonate_jwt_alg_e */
    unsigned              introspection_algs;   /* RFC 9701, section 7 */
    unsigned              dpop_algs;            /* RFC 9449, section 5.1 */
    unsigned              challenges:1;         /* "S256": RFC 7636 */
    unsigned              names_issuer:1;       /* in answers: RFC 9207 */
} resonate_discovery_t;


/*
 * NULL, or what is wrong in words; then there is nothing to be freed.  The
 * document must name the issuer to the letter (RFC 8414, section 3.3): that
 * of another would lead tokens to its keys.  An endpoint that is no URL as
 * below makes all of it bad.
 */
const char *resonate_discovery_parse(resonate_discovery_t *discovery,
    const char *data, size_t len, const resonate_jwt_view_t *issuer);
void resonate_discovery_free(resonate_discovery_t *discovery);

/*
 * https, or http of a loopback address, with a host, and without user
 * information, fragment, blanks and what is not ASCII
 */
int resonate_discovery_url(const char *url, size_t len);


#pragma GCC visibility pop


#endif /* _RESONATE_DISCOVERY_H_INCLUDED_ */
