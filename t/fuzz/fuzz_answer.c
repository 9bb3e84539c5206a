
/*
 * Copyright (C) Resonate
 *
 * Any answer of an issuer's server, as each of those that are read: of
 * introspection, plain and as the claims of a signed one, of a token endpoint,
 * and headers about how long it may be kept.
 */


#include <stdlib.h>
#include <string.h>

#include "../../ngx_resonate_auth/jwt/resonate_freshness.h"
#include "../../ngx_resonate_auth/jwt/resonate_introspect.h"
#include "../../ngx_resonate_auth/jwt/resonate_oidc.h"


#define TYP  "token-introspection+jwt"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const resonate_jwt_view_t  issuer = { "https://a", 9 };
static const resonate_jwt_view_t  client = { "c", 1 };


static void
active(resonate_jwt_rc_e rc, json_t *claims)
{
    if (claims
        && (rc != RESONATE_JWT_OK
            || !json_is_true(json_object_get(claims, "active"))))
    {
        abort();
    }

    json_decref(claims);
}


static void
introspection(const char *data, size_t size)
{
    json_t             *claims;
    resonate_jwt_t      jwt;
    resonate_jwt_rc_e   rc;

    rc = resonate_introspect_answer(data, size, &claims);
    active(rc, claims);

    if (resonate_jwt_object(data, size, &jwt.claims) != RESONATE_JWT_OK) {
        return;
    }

    jwt.typ_len = sizeof(TYP) - 1;
    memcpy(jwt.typ, TYP, jwt.typ_len);

    rc = resonate_introspect_signed(&jwt, &issuer, &client, 30, 1000000,
                                    &claims);
    resonate_jwt_free(&jwt);
    active(rc, claims);
}


/* of a token endpoint (RFC 6749, section 5) */

static void
grant(const char *data, size_t size)
{
    resonate_oidc_answer_t  answer;

    if (resonate_oidc_answer(&answer, data, size) == RESONATE_JWT_OK
        && (answer.access.len == 0 || answer.access.len > RESONATE_JWT_MAX
            || answer.refresh.len > RESONATE_JWT_MAX
            || answer.id_token.len > RESONATE_JWT_MAX
            || answer.error.len
            || answer.life < 0 || answer.life > RESONATE_OIDC_LIFE_MAX))
    {
        abort();
    }

    resonate_oidc_answer_free(&answer);
}


int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    long         life;
    size_t       len;
    const char  *data = (const char *) bytes;
    const char  *end;

    introspection(data, size);
    grant(data, size);

    end = size ? memchr(data, '\n', size) : NULL;
    len = end ? (size_t) (end - data) : size;

    life = resonate_freshness(data, len, end, end ? size - len : 0);

    if (life < -1 || life > RESONATE_FRESHNESS_MAX) {
        abort();
    }

    return 0;
}
