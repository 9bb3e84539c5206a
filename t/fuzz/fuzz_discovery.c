
/*
 * Copyright (C) Resonate
 *
 * Any discovery document: all endpoints are URLs, within the limits, and the
 * document is of the issuer that was asked.
 */


#include <stdlib.h>
#include <string.h>

#include "../../ngx_resonate_auth/jwt/resonate_discovery.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const resonate_jwt_view_t  issuer = { "https://a", 9 };


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
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    discovery((const char *) data, size);
    (void) resonate_discovery_url((const char *) data, size);

    return 0;
}
