
/*
 * Copyright (C) Resonate
 *
 * What a token claims (RFC 7519, section 4; RFC 9068), held against what an
 * issuer may claim, and packed for later questions.  Pure: libc and jansson.
 */


#ifndef _RESONATE_CLAIMS_H_INCLUDED_
#define _RESONATE_CLAIMS_H_INCLUDED_


#include "resonate_jwt.h"

#include <time.h>


#pragma GCC visibility push(hidden)


#define RESONATE_CLAIMS_NAME_MAX    64      /* of claims that are packed */
#define RESONATE_CLAIMS_VALUE_MAX   4096
#define RESONATE_CLAIMS_PACKED_MAX  8192
#define RESONATE_CLAIMS_SUB_MAX     255     /* RFC 9068 leaves it open;
                                               OpenID Connect says 255 */
#define RESONATE_CLAIMS_SCOPE_MAX   2048
#define RESONATE_CLAIMS_SHOWN_MAX   200     /* bytes of a person's name */


typedef struct {
    const resonate_jwt_view_t  *audiences;  /* one of them must be named */
    size_t                      naudiences;
    time_t                      leeway;     /* of clocks, seconds */
} resonate_claims_policy_t;


/* views of the claims' own strings */

typedef struct {
    resonate_jwt_view_t         subject;
    resonate_jwt_view_t         client;     /* may be empty */
    resonate_jwt_view_t         scope;      /* may be empty */
    resonate_jwt_view_t         name;       /* of a person; may be empty */
    time_t                      expires;
} resonate_claims_t;


/* "iss", or an empty view; it is read before the signature is checked */
resonate_jwt_view_t resonate_claims_issuer(json_t *claims);

/*
 * Strings that reach SQL, logs and headers of upstreams hold no control
 * characters, numbers are whole seconds up to the year 9999.  A token that
 * names an audience when the policy has none is refused (RFC 7519, 4.1.3).
 * The name is the first of "name", "nickname" and "preferred_username" (OpenID
 * Connect Core, section 5.1) that is fit to be shown; none is no fault.
 */
resonate_jwt_rc_e resonate_claims_check(json_t *claims,
    const resonate_claims_policy_t *policy, time_t now,
    resonate_claims_t *result);

/*
 * Name and text of every claim: strings as they are, other values as JSON.
 * Left out are null, strings with control characters, and what is longer
 * than the limits above.  Returns the bytes used, or -1 when out of memory.
 */
long resonate_claims_pack(json_t *claims, char *buf, size_t size);

/*
 * 1 and the value, or 0.  A name in other letter case is found when no claim
 * has the name as it is: nginx's variables know lower case only.
 */
int resonate_claims_get(const char *packed, size_t len, const char *name,
    size_t namelen, resonate_jwt_view_t *value);


#pragma GCC visibility pop


#endif /* _RESONATE_CLAIMS_H_INCLUDED_ */
