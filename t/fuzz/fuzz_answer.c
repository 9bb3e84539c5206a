
/*
 * Copyright (C) Resonate
 *
 * Any answer of an issuer's server, as each of those that are read: of
 * introspection, plain and as the claims of a signed one, a discovery
 * document, and headers about how long it may be kept.
 */


#include <stdlib.h>
#include <string.h>

#include "../../ngx_resonate_auth/jwt/resonate_discovery.h"
#include "../../ngx_resonate_auth/jwt/resonate_freshness.h"
#include "../../ngx_resonate_auth/jwt/resonate_introspect.h"


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


static void
url(const resonate_jwt_view_t *view)
{
    size_t  i;

    if (view->len == 0) {
        return;
    }

    if (view->len > RESONATE_URL_MAX) {
        abort();
    }

    for (i = 0; i < view->len; i++) {
        if (view->data[i] <= 0x20 || view->data[i] >= 0x7f) {
            abort();
        }
    }
}


static void
discovery(const char *data, size_t size)
{
    resonate_discovery_t  d;

    if (resonate_discovery_parse(&d, data, size, &issuer)) {
        if (d.json) {
            abort();
        }

        return;
    }

    url(&d.jwks_uri);
    url(&d.authorization);
    url(&d.token);
    url(&d.introspection);
    url(&d.revocation);
    url(&d.userinfo);
    url(&d.end_session);

    resonate_discovery_free(&d);
}


int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    long         life;
    size_t       len;
    const char  *data = (const char *) bytes;
    const char  *end;

    introspection(data, size);
    discovery(data, size);
    (void) resonate_discovery_url(data, size);

    end = size ? memchr(data, '\n', size) : NULL;
    len = end ? (size_t) (end - data) : size;

    life = resonate_freshness(data, len, end, end ? size - len : 0);

    if (life < -1 || life > RESONATE_FRESHNESS_MAX) {
        abort();
    }

    return 0;
}
