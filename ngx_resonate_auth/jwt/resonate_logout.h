
/*
 * Copyright (C) Resonate
 *
 * Logout tokens (OpenID Connect Back-Channel Logout 1.0).  Pure: libc and
 * jansson.
 */


#ifndef _RESONATE_LOGOUT_H_INCLUDED_
#define _RESONATE_LOGOUT_H_INCLUDED_


#include "resonate_claims.h"


#pragma GCC visibility push(hidden)


#define RESONATE_LOGOUT_TEXT_MAX  255    /* bytes of "sub", "sid" and "jti" */
#define RESONATE_LOGOUT_AGE       600    /* seconds, of one without "exp" */


/* views of the claims; one of the first two may be empty */

typedef struct {
    resonate_jwt_view_t   subject;
    resonate_jwt_view_t   session;
    resonate_jwt_view_t   jti;
    time_t                issued;
} resonate_logout_t;


/*
 * Whether the claims of a token whose signature was verified are those of a
 * logout token for one of the policy's audiences (section 2.6); only these and
 * the leeway count, and the issuer is the one whose keys these were.  "typ"
 * may be missing or "JWT", as it is with older providers: what "events" says
 * no other token does.  A "jti" that was seen before is for the caller to find
 * out.
 */
resonate_jwt_rc_e resonate_logout_check(const resonate_jwt_t *jwt,
    const resonate_claims_policy_t *policy, time_t now,
    resonate_logout_t *logout);


#pragma GCC visibility pop


#endif /* _RESONATE_LOGOUT_H_INCLUDED_ */
