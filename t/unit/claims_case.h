
/*
 * Copyright (C) Resonate
 *
 * What the claims' tests begin with.
 */


#ifndef _CLAIMS_CASE_H_INCLUDED_
#define _CLAIMS_CASE_H_INCLUDED_


#include "../../ngx_resonate_auth/jwt/resonate_claims.h"
#include "json_case.h"


#define NOW      1000000
#define LEEWAY   30


static inline json_t *
claims_object(const char *members)
{
    char     text[JSON_CASE_MAX];
    size_t   len;
    json_t  *object;

    len = json_case(text, "{", members, "}");

    assert_int_equal(resonate_jwt_object(text, len, &object),
                     RESONATE_JWT_OK);

    return object;
}


/* of a token with that "typ", which may be NULL */

static inline resonate_jwt_rc_e
claims_check(const char *members, const char *typ,
    const resonate_claims_policy_t *policy, resonate_claims_t *result,
    json_t **claims)
{
    resonate_jwt_t  jwt;

    memset(&jwt, 0, sizeof(jwt));

    if (typ) {
        jwt.typ_len = strlen(typ);
        memcpy(jwt.typ, typ, jwt.typ_len);
    }

    *claims = jwt.claims = claims_object(members);

    return resonate_claims_check(&jwt, policy, NOW, result);
}


static inline void
claims_is(const char *what, const resonate_jwt_view_t *view,
    const char *expected)
{
    if (view->len != strlen(expected)
        || memcmp(view->data, expected, view->len) != 0)
    {
        fail_msg("%s: \"%.*s\", not \"%s\"", what, (int) view->len,
                 view->data, expected);
    }
}


#endif /* _CLAIMS_CASE_H_INCLUDED_ */
