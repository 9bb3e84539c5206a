
/*
 * Copyright (C) Resonate
 */


#include "resonate_introspect.h"


#define RESONATE_INTROSPECT_TYP  "token-introspection+jwt"


static resonate_jwt_rc_e resonate_introspect_active(json_t *answer,
    json_t **claims);


resonate_jwt_rc_e
resonate_introspect_answer(const char *data, size_t len, json_t **claims)
{
    json_t             *answer;
    resonate_jwt_rc_e   rc;

    *claims = NULL;

    if (len > RESONATE_INTROSPECT_MAX) {
        return RESONATE_JWT_TOO_LARGE;
    }

    rc = resonate_jwt_object(data, len, &answer);

    if (rc == RESONATE_JWT_OK) {
        rc = resonate_introspect_active(answer, claims);
        json_decref(answer);
    }

    return rc;
}


resonate_jwt_rc_e
resonate_introspect_signed(const resonate_jwt_t *jwt,
    const resonate_jwt_view_t *issuer, const resonate_jwt_view_t *client,
    time_t leeway, time_t now, json_t **claims)
{
    json_t      *iat, *answer;
    json_int_t   made;

    *claims = NULL;

    if (!resonate_jwt_typ(jwt, RESONATE_INTROSPECT_TYP,
                          sizeof(RESONATE_INTROSPECT_TYP) - 1))
    {
        return RESONATE_JWT_HEADER;
    }

    if (!resonate_jwt_equal(json_object_get(jwt->claims, "iss"), issuer)) {
        return RESONATE_JWT_ISSUER;
    }

    if (!resonate_jwt_has(json_object_get(jwt->claims, "aud"), client)) {
        return RESONATE_JWT_AUDIENCE;
    }

    iat = json_object_get(jwt->claims, "iat");
    answer = json_object_get(jwt->claims, "token_introspection");

    if (!json_is_integer(iat) || !json_is_object(answer)) {
        return RESONATE_JWT_CLAIMS;
    }

    made = json_integer_value(iat);

    if (made > now + leeway) {
        return RESONATE_JWT_NOT_YET;
    }

    if (made < now - leeway - RESONATE_INTROSPECT_AGE) {
        return RESONATE_JWT_EXPIRED;
    }

    return resonate_introspect_active(answer, claims);
}


/* a string or a number is not "active", whatever it may mean to its sender */

static resonate_jwt_rc_e
resonate_introspect_active(json_t *answer, json_t **claims)
{
    json_t  *active;

    active = json_object_get(answer, "active");

    if (!json_is_boolean(active)) {
        return RESONATE_JWT_CLAIMS;
    }

    if (json_is_true(active)) {
        *claims = json_incref(answer);
    }

    return RESONATE_JWT_OK;
}
