
/*
 * Copyright (C) Resonate
 *
 * Any cookie: no crash, all within the limits, and nothing opens that we did
 * not seal.
 */


#include <stdlib.h>
#include <string.h>

#include "../../ngx_resonate_auth/jwt/resonate_cookie.h"
#include "../../ngx_resonate_auth/jwt/resonate_discourse.h"
#include "../../ngx_resonate_auth/jwt/resonate_oidc.h"
#include "../../ngx_resonate_auth/jwt/resonate_seal.h"
#include "../../ngx_resonate_auth/jwt/resonate_session.h"


#define KEY  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
sealed(const char *text, size_t size)
{
    char                    error[RESONATE_SEAL_ERROR_MAX];
    char                    plain[RESONATE_SEAL_PLAIN_MAX];
    size_t                  len;
    time_t                  expires;
    resonate_seal_ring_t   *ring;

    resonate_seal_ring_free(resonate_seal_ring(text, size, error));

    ring = resonate_seal_ring(KEY, sizeof(KEY) - 1, error);

    if (resonate_seal_open(ring, RESONATE_SEAL_SESSION, "", 0, text, size,
                           plain, &len, &expires)
        == RESONATE_SEAL_OK)
    {
        abort();
    }

    resonate_seal_ring_free(ring);
}


static void
session(const char *text, size_t size)
{
    size_t              i;
    resonate_session_t  s;

    if (resonate_session_unpack(&s, text, size) != 0) {
        return;
    }

    for (i = 0; i < RESONATE_SESSION_TEXTS; i++) {
        if (s.texts[i].data < text
            || s.texts[i].data + s.texts[i].len > text + size)
        {
            abort();
        }
    }
}


static void
discourse(const char *text, size_t size)
{
    char                       query[64];
    size_t                     len;
    resonate_discourse_t       d;
    resonate_discourse_view_t  v = { text, size }, secret = { KEY, 64 };

    if (resonate_query_get(text, size, "a", query, sizeof(query), &len)
        == RESONATE_QUERY_OK
        && len >= sizeof(query))
    {
        abort();
    }

    if (resonate_discourse_read(&d, &secret, &v, &v)
        == RESONATE_DISCOURSE_OK)
    {
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char                     joined[RESONATE_COOKIE_TEXT_MAX];
    size_t                   len;
    const char              *text;
    resonate_cookie_view_t   line;

    text = (const char *) data;
    line.data = text;
    line.len = size;

    if (resonate_cookie_join(&line, 1, "s", 1, joined, &len)
        == RESONATE_COOKIE_OK)
    {
        if (len > sizeof(joined)) {
            abort();
        }

        sealed(joined, len);
    }

    sealed(text, size);
    session(text, size);
    discourse(text, size);

    if (resonate_oidc_path(text, size) && size > 1
        && (text[1] == '/' || memchr(text, '\\', size)))
    {
        abort();
    }

    return 0;
}
