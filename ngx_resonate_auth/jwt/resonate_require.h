
/*
 * Copyright (C) Resonate
 *
 * What a location asks of a token that is good.  Pure: libc and jansson.
 */


#ifndef _RESONATE_REQUIRE_H_INCLUDED_
#define _RESONATE_REQUIRE_H_INCLUDED_


#include "resonate_claims.h"


#pragma GCC visibility push(hidden)


/* why a token does not do, the first that fits */

typedef enum {
    RESONATE_REQUIRE_OK = 0,
    RESONATE_REQUIRE_SCOPE,      /* 403: RFC 6750, section 3.1 */
    RESONATE_REQUIRE_ROLE,
    RESONATE_REQUIRE_CLAIM,
    RESONATE_REQUIRE_ACR,        /* 401: RFC 9470, section 3 */
    RESONATE_REQUIRE_AGE
} resonate_require_rc_e;


/* alternatives: one of them is enough; none: nothing is asked */

typedef struct {
    const resonate_jwt_view_t  *words;
    size_t                      n;
} resonate_require_words_t;


typedef struct {
    int                         any;        /* one condition is enough */
    resonate_require_words_t    scopes;
    unsigned                    role;       /* of resonate_role_e, or 0 */
    resonate_jwt_view_t         claim;      /* a path, or empty */
    resonate_require_words_t    values;     /* of the claim; none: not null
                                               and not false */
    resonate_require_words_t    acrs;
    time_t                      max_age;    /* since a person logged in, in
                                               seconds; -1: any */
} resonate_require_t;


typedef struct {
    resonate_jwt_view_t         scope;
    resonate_jwt_view_t         roles;
    resonate_jwt_view_t         acr;
    time_t                      auth_time;  /* 0: not said */
    resonate_jwt_view_t         claims;     /* packed */
} resonate_require_token_t;


/*
 * A claim is a string, one in an array, or any other value as JSON has it.
 * What was not packed (see resonate_claims_pack()) is not there.
 */
resonate_require_rc_e resonate_require(const resonate_require_t *require,
    const resonate_require_token_t *token, time_t now);

/* a sentence without quotes or backslashes */
const char *resonate_require_strerror(resonate_require_rc_e rc);


#pragma GCC visibility pop


#endif /* _RESONATE_REQUIRE_H_INCLUDED_ */
