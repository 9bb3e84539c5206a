
/*
 * Copyright (C) Resonate
 *
 * Any proof: no crash, all within the limits, and none is good but the one of
 * RFC 9449, section 7.1, which the corpus has: what the key in a proof must
 * sign, no mutation signs.  Any URI: what is normal stays so.
 */


#include <stdlib.h>
#include <string.h>

#include "../../ngx_resonate_auth/jwt/resonate_certificate.h"
#include "../../ngx_resonate_auth/jwt/resonate_dpop.h"


#define NOW    1562262618
#define PLACE  "https://resource.example.org/protectedresource"
#define ATH    "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"
#define JKT    "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
normalize(const char *data, size_t size)
{
    resonate_uri_t  one, two;

    if (resonate_uri_normalize(&one, data, size) != 0
        || one.len == RESONATE_URI_MAX)
    {
        return;
    }

    if (one.len > RESONATE_URI_MAX || one.origin >= one.len
        || resonate_uri_normalize(&two, one.data, one.len) != 0
        || one.len != two.len || one.origin != two.origin
        || memcmp(one.data, two.data, one.len) != 0)
    {
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char              *text = (const char *) data;
    size_t                   len;
    unsigned char            ath[32], digest[RESONATE_CERTIFICATE_DIGEST];
    resonate_uri_t           uri;
    resonate_dpop_t          result;
    resonate_dpop_key_t      key;
    resonate_dpop_proof_t    proof;
    resonate_dpop_request_t  request = { { NULL, 0 }, ath, { "GET", 3 }, &uri,
                                         NULL, 0, 60, 5 };

    normalize(text, size);
    (void) resonate_certificate_text(text, size, digest);

    if (resonate_dpop_split(&proof, text, size) != RESONATE_DPOP_OK
        || resonate_dpop_key(&key, &proof.header, RESONATE_JWT_ANY)
           != RESONATE_DPOP_OK)
    {
        return 0;
    }

    (void) resonate_jwt_base64url(ath, sizeof(ath), &len, ATH, strlen(ATH));
    (void) resonate_uri_normalize(&uri, PLACE, strlen(PLACE));

    request.jkt.data = key.thumbprint;
    request.jkt.len = sizeof(key.thumbprint);

    if (resonate_dpop_check(&proof, &key, &request, NOW, &result)
        == RESONATE_DPOP_OK
        && memcmp(key.thumbprint, JKT, sizeof(key.thumbprint)) != 0)
    {
        abort();
    }

    resonate_dpop_key_free(&key);

    return 0;
}
