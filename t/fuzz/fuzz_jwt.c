
/*
 * Copyright (C) Resonate
 *
 * Any token, header or claims: no crash, all within the limits, and nothing
 * is ever believed that our key did not sign.
 */


#include <stdlib.h>
#include <string.h>

#include "../../ngx_resonate_auth/jwt/resonate_claims.h"
#include "../../ngx_resonate_auth/jwt/resonate_jws.h"


#define KEYS  "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":" \
              "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const resonate_jwt_view_t  audience = { "a", 1 };

static const resonate_claims_policy_t  policy = {
    .audiences = &audience,
    .naudiences = 1,
    .leeway = 30
};


static void
claims(json_t *object)
{
    char                 buf[RESONATE_CLAIMS_PACKED_MAX];
    long                 len;
    resonate_claims_t    result;
    resonate_jwt_view_t  value;

    if (resonate_claims_check_answer(object, &policy, 1, &result)
        == RESONATE_JWT_OK
        && (result.subject.len == 0
            || result.subject.len > RESONATE_CLAIMS_SUB_MAX
            || result.scope.len > RESONATE_CLAIMS_SCOPE_MAX))
    {
        abort();
    }

    len = resonate_claims_pack(object, buf, sizeof(buf));

    if (len < 0 || len > (long) sizeof(buf)) {
        abort();
    }

    if (resonate_claims_get(buf, len, "sub", 3, &value)
        && value.data + value.len > buf + len)
    {
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char                   error[RESONATE_JWK_ERROR_MAX];
    json_t                *object;
    resonate_jwt_t         jwt;
    resonate_jwks_t       *jwks;
    const resonate_jwk_t  *key;

    (void) resonate_jwt_object((const char *) data, size, &object);

    if (object) {
        claims(object);
        json_decref(object);
    }

    if (resonate_jwt_parse(&jwt, (const char *) data, size)
        != RESONATE_JWT_OK)
    {
        return 0;
    }

    claims(jwt.claims);

    jwks = resonate_jwks_parse(KEYS, sizeof(KEYS) - 1, error);
    key = resonate_jwks_find(jwks, &jwt);

    if (key
        && resonate_jws_verify(key, jwt.alg, &jwt.input, jwt.signature,
                               jwt.signature_len)
           == RESONATE_JWT_OK)
    {
        abort();
    }

    resonate_jwks_free(jwks);
    resonate_jwt_free(&jwt);

    return 0;
}
