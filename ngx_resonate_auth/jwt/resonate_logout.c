
/*
 * Copyright (C) Resonate
 */


#include "resonate_logout.h"
#include "resonate_claims_internal.h"

#include <string.h>


#define RESONATE_LOGOUT_EVENT                                                 \
    "http://schemas.openid.net/event/backchannel-logout"

#define RESONATE_LOGOUT_TIME_MAX  253402300799    /* 9999-12-31T23:59:59Z */


static int resonate_logout_typ(const resonate_jwt_t *jwt);
static resonate_jwt_rc_e resonate_logout_times(json_t *claims, time_t leeway,
    time_t now, time_t *issued);
static int resonate_logout_time(json_t *value, time_t *time);
static int resonate_logout_text(json_t *claims, const char *name,
    resonate_jwt_view_t *view);


resonate_jwt_rc_e
resonate_logout_check(const resonate_jwt_t *jwt,
    const resonate_claims_policy_t *policy, time_t now,
    resonate_logout_t *logout)
{
    json_t             *claims, *aud, *events;
    resonate_jwt_rc_e   rc;

    claims = jwt->claims;

    if (!resonate_logout_typ(jwt)) {
        return RESONATE_JWT_HEADER;
    }

    aud = json_object_get(claims, "aud");

    if (aud == NULL || !resonate_claims_audience(aud, policy)) {
        return RESONATE_JWT_AUDIENCE;
    }

    rc = resonate_logout_times(claims, policy->leeway, now, &logout->issued);
    if (rc != RESONATE_JWT_OK) {
        return rc;
    }

    /* "nonce" would make an ID token of it, which must not be */

    events = json_object_get(claims, "events");

    if (!json_is_object(json_object_get(events, RESONATE_LOGOUT_EVENT))
        || json_object_get(claims, "nonce")
        || !resonate_logout_text(claims, "sub", &logout->subject)
        || !resonate_logout_text(claims, "sid", &logout->session)
        || !resonate_logout_text(claims, "jti", &logout->jti)
        || logout->jti.len == 0
        || (logout->subject.len == 0 && logout->session.len == 0))
    {
        return RESONATE_JWT_CLAIMS;
    }

    return RESONATE_JWT_OK;
}


static int
resonate_logout_typ(const resonate_jwt_t *jwt)
{
    return resonate_jwt_typ(jwt, "logout+jwt", 10)
           || resonate_jwt_typ(jwt, "JWT", 3)
           || jwt->typ_len == 0;
}


/* providers of before the standard was final have no "exp" */

static resonate_jwt_rc_e
resonate_logout_times(json_t *claims, time_t leeway, time_t now,
    time_t *issued)
{
    time_t   expires;
    json_t  *exp;

    if (!resonate_logout_time(json_object_get(claims, "iat"), issued)) {
        return RESONATE_JWT_CLAIMS;
    }

    exp = json_object_get(claims, "exp");
    expires = *issued + RESONATE_LOGOUT_AGE;

    if (exp && !resonate_logout_time(exp, &expires)) {
        return RESONATE_JWT_CLAIMS;
    }

    if (expires <= now - leeway) {
        return RESONATE_JWT_EXPIRED;
    }

    return (*issued > now + leeway) ? RESONATE_JWT_NOT_YET : RESONATE_JWT_OK;
}


static int
resonate_logout_time(json_t *value, time_t *time)
{
    *time = json_integer_value(value);

    return json_is_integer(value) && json_integer_value(value) >= 0
           && json_integer_value(value) <= RESONATE_LOGOUT_TIME_MAX;
}


/* not there: an empty view;  0: of a wrong type, or not fit for a database */

static int
resonate_logout_text(json_t *claims, const char *name,
    resonate_jwt_view_t *view)
{
    json_t  *value;

    value = json_object_get(claims, name);

    view->data = value ? json_string_value(value) : "";
    view->len = json_string_length(value);

    return value == NULL
           || (json_is_string(value) && view->len > 0
               && view->len <= RESONATE_LOGOUT_TEXT_MAX
               && resonate_claims_printable(view->data, view->len));
}
