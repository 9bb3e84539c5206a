
/*
 * Copyright (C) Resonate
 *
 * What an issuer answers about a token: RFC 7662, section 2.2, and RFC 9701,
 * section 5.  Pure: libc and jansson.
 */


#ifndef _RESONATE_INTROSPECT_H_INCLUDED_
#define _RESONATE_INTROSPECT_H_INCLUDED_


#include "resonate_jwt.h"

#include <time.h>


#pragma GCC visibility push(hidden)


#define RESONATE_INTROSPECT_MAX  32768    /* bytes of an answer */
#define RESONATE_INTROSPECT_AGE  300      /* seconds of a signed one, beside
                                             the leeway: it is made for the
                                             question */


/*
 * RESONATE_JWT_OK   *claims are those of an active token, and the caller's;
 *                   NULL: it is not active, and nothing else is told
 * ..._JSON,         not an answer as it should be: nothing is known about
 * ..._CLAIMS, ...   the token
 */
resonate_jwt_rc_e resonate_introspect_answer(const char *data, size_t len,
    json_t **claims);

/*
 * The same of an answer that is a JWT, parsed, its signature verified with a
 * key of the issuer.  HEADER: of another "typ", so that no other JWT of the
 * issuer is taken for one; ISSUER; AUDIENCE: not for this client; EXPIRED,
 * NOT_YET: not made now.
 */
resonate_jwt_rc_e resonate_introspect_signed(const resonate_jwt_t *jwt,
    const resonate_jwt_view_t *issuer, const resonate_jwt_view_t *client,
    time_t leeway, time_t now, json_t **claims);


#pragma GCC visibility pop


#endif /* _RESONATE_INTROSPECT_H_INCLUDED_ */
