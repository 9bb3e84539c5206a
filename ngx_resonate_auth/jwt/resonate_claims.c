
/*
 * Copyright (C) Resonate
 */


#include "resonate_claims_internal.h"

#include <string.h>
#include <strings.h>


#define RESONATE_CLAIMS_TIME_MAX  253402300799    /* 9999-12-31T23:59:59Z */


static resonate_jwt_rc_e resonate_claims_all(json_t *claims,
    const resonate_claims_policy_t *policy, int answer, time_t now,
    resonate_claims_t *result);
static int resonate_claims_typ(const resonate_jwt_t *jwt,
    const resonate_claims_policy_t *policy);
static int resonate_claims_complete(json_t *claims);
static int resonate_claims_other(json_t *claims, int answer);
static resonate_jwt_rc_e resonate_claims_times(json_t *claims,
    const resonate_claims_policy_t *policy, int answer, time_t now,
    resonate_claims_t *result);
static int resonate_claims_time(json_t *claims, const char *name,
    time_t *value);
static int resonate_claims_one_of(json_t *aud,
    const resonate_claims_policy_t *policy);


resonate_jwt_view_t
resonate_claims_issuer(json_t *claims)
{
    json_t               *iss;
    resonate_jwt_view_t   view;

    iss = json_object_get(claims, "iss");

    view.data = json_is_string(iss) ? json_string_value(iss) : "";
    view.len = json_is_string(iss) ? json_string_length(iss) : 0;

    return view;
}


resonate_jwt_rc_e
resonate_claims_check(const resonate_jwt_t *jwt,
    const resonate_claims_policy_t *policy, time_t now,
    resonate_claims_t *result)
{
    if (!resonate_claims_typ(jwt, policy)) {
        return RESONATE_JWT_HEADER;
    }

    if (policy->profile == RESONATE_PROFILE_RFC9068
        && !resonate_claims_complete(jwt->claims))
    {
        return RESONATE_JWT_CLAIMS;
    }

    return resonate_claims_all(jwt->claims, policy, 0, now, result);
}


resonate_jwt_rc_e
resonate_claims_check_answer(json_t *claims,
    const resonate_claims_policy_t *policy, time_t now,
    resonate_claims_t *result)
{
    json_t  *client;

    client = json_object_get(claims, "client_id");

    if (client && json_object_get(claims, "sub") == NULL
        && json_object_set(claims, "sub", client) != 0)
    {
        return RESONATE_JWT_NO_MEMORY;
    }

    return resonate_claims_all(claims, policy, 1, now, result);
}


static resonate_jwt_rc_e
resonate_claims_all(json_t *claims, const resonate_claims_policy_t *policy,
    int answer, time_t now, resonate_claims_t *result)
{
    json_t             *iss, *aud;
    resonate_jwt_rc_e   rc;

    rc = resonate_claims_times(claims, policy, answer, now, result);
    if (rc != RESONATE_JWT_OK) {
        return rc;
    }

    iss = json_object_get(claims, "iss");

    if (policy->issuer.len && !(answer && iss == NULL)
        && !resonate_jwt_equal(iss, &policy->issuer))
    {
        return RESONATE_JWT_ISSUER;
    }

    aud = json_object_get(claims, "aud");

    if (!(answer && aud == NULL) && !resonate_claims_audience(aud, policy)) {
        return RESONATE_JWT_AUDIENCE;
    }

    if (resonate_claims_other(claims, answer)
        || !resonate_claims_read(claims, policy, result))
    {
        return RESONATE_JWT_CLAIMS;
    }

    return RESONATE_JWT_OK;
}


static int
resonate_claims_typ(const resonate_jwt_t *jwt,
    const resonate_claims_policy_t *policy)
{
    if (policy->profile == RESONATE_PROFILE_RFC9068
        && !resonate_jwt_typ(jwt, "at+jwt", 6))
    {
        return 0;
    }

    if (policy->typ.len) {
        return resonate_jwt_typ(jwt, policy->typ.data, policy->typ.len);
    }

    return jwt->typ_len == 0 || resonate_jwt_typ(jwt, "JWT", 3)
           || resonate_jwt_typ(jwt, "at+jwt", 6);
}


/* RFC 9068, section 2.2; what their types must be is seen later */

static int
resonate_claims_complete(json_t *claims)
{
    size_t                    i;
    json_t                   *scope;
    static const char *const  names[] = { "iss", "exp", "aud", "sub",
                                          "client_id", "iat", "jti" };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (json_object_get(claims, names[i]) == NULL) {
            return 0;
        }
    }

    scope = json_object_get(claims, "scope");

    return json_string_length(json_object_get(claims, "iss"))
           && json_string_length(json_object_get(claims, "client_id"))
           && json_string_length(json_object_get(claims, "jti"))
           && (scope == NULL || json_is_string(scope));
}


/*
 * "at_hash" is a member of ID tokens only: they say who logged in, not what
 * their bearer may do (OpenID Connect Core, section 3.1.3.6).  "events" makes
 * it a logout token or another message between servers (RFC 8417).  Cognito
 * and Hydra say "token_use".  Who asks about a refresh token may be told that
 * it is active (RFC 7662, section 4), but then it has no type to be used by.
 */

static int
resonate_claims_other(json_t *claims, int answer)
{
    json_t      *type;
    const char  *s;

    if (json_object_get(claims, "at_hash")
        || json_object_get(claims, "events"))
    {
        return 1;
    }

    type = json_object_get(claims, "token_use");

    if (type) {
        s = json_string_value(type);

        if (s == NULL
            || (strcmp(s, "access") != 0 && strcmp(s, "access_token") != 0))
        {
            return 1;
        }
    }

    type = json_object_get(claims, "token_type");

    if (!answer || type == NULL) {
        return 0;
    }

    s = json_string_value(type);

    return s == NULL
           || (strcasecmp(s, "Bearer") != 0 && strcasecmp(s, "DPoP") != 0
               && strcasecmp(s, "access_token") != 0);
}


static resonate_jwt_rc_e
resonate_claims_times(json_t *claims, const resonate_claims_policy_t *policy,
    int answer, time_t now, resonate_claims_t *result)
{
    time_t  nbf, end, leeway;

    nbf = 0;
    leeway = policy->leeway;

    result->expires = 0;
    result->issued = 0;
    result->auth_time = 0;

    if (!resonate_claims_time(claims, "exp", &result->expires)
        || !resonate_claims_time(claims, "nbf", &nbf)
        || !resonate_claims_time(claims, "iat", &result->issued)
        || !resonate_claims_time(claims, "auth_time", &result->auth_time)
        || (result->expires == 0
            && !(answer && json_object_get(claims, "exp") == NULL))
        || (policy->max_age && result->issued == 0))
    {
        return RESONATE_JWT_CLAIMS;
    }

    if (policy->max_age) {
        end = result->issued + policy->max_age;

        if (result->expires == 0 || end < result->expires) {
            result->expires = end;
        }
    }

    if (result->expires && result->expires <= now - leeway) {
        return RESONATE_JWT_EXPIRED;
    }

    if (nbf > now + leeway || result->issued > now + leeway) {
        return RESONATE_JWT_NOT_YET;
    }

    return RESONATE_JWT_OK;
}


/* absent leaves *value alone */

static int
resonate_claims_time(json_t *claims, const char *name, time_t *value)
{
    json_t  *v;

    v = json_object_get(claims, name);

    if (v == NULL) {
        return 1;
    }

    if (!json_is_integer(v) || json_integer_value(v) < 0
        || json_integer_value(v) > RESONATE_CLAIMS_TIME_MAX)
    {
        return 0;
    }

    *value = (time_t) json_integer_value(v);

    return 1;
}


int
resonate_claims_audience(json_t *aud, const resonate_claims_policy_t *policy)
{
    json_t  *one;
    size_t   i;

    if (aud == NULL) {
        return policy->naudiences == 0;
    }

    if (!json_is_array(aud)) {
        return resonate_claims_one_of(aud, policy);
    }

    json_array_foreach(aud, i, one) {
        if (resonate_claims_one_of(one, policy)) {
            return 1;
        }
    }

    return 0;
}


static int
resonate_claims_one_of(json_t *aud, const resonate_claims_policy_t *policy)
{
    size_t  i;

    for (i = 0; i < policy->naudiences; i++) {
        if (resonate_jwt_equal(aud, &policy->audiences[i])) {
            return 1;
        }
    }

    return 0;
}
