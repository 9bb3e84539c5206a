
/*
 * Copyright (C) Resonate
 *
 * Any file of a private key: no crash, no leak, and what is taken signs what
 * its own JWK, as it is served, verifies.  Any file of a secret: what is taken
 * is as long as its hash.  OpenSSL keeps no error of either.
 */


#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>

#include "../../ngx_resonate_auth/jwt/resonate_jws.h"
#include "../../ngx_resonate_auth/jwt/resonate_sign.h"


#define SECRET_MIN  32    /* bytes, of HS256 */


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
verified(const resonate_sign_key_t *key, const char *token, size_t len)
{
    char               text[RESONATE_THUMBPRINT_LEN];
    resonate_jwk_t     jwk;
    resonate_jwt_t     jwt;

    if (resonate_jwk_read(&jwk, key->jwk) != 0
        || resonate_thumbprint(key->jwk, text) != 0
        || memcmp(text, key->kid, sizeof(text)) != 0
        || resonate_jwt_parse(&jwt, token, len) != RESONATE_JWT_OK)
    {
        abort();
    }

    if (jwt.kid_len != sizeof(text)
        || memcmp(jwt.kid, text, sizeof(text)) != 0
        || resonate_jws_verify(&jwk, jwt.alg, &jwt.input, jwt.signature,
                               jwt.signature_len)
           != RESONATE_JWT_OK)
    {
        abort();
    }

    resonate_jwt_free(&jwt);
    resonate_jwk_free(&jwk);
}


static void
private_key(const char *data, size_t size)
{
    char                  error[RESONATE_JWK_ERROR_MAX] = "";
    char                 *token;
    json_t               *claims;
    size_t                len;
    resonate_sign_key_t  *key;

    key = resonate_sign_key(data, size, error);

    if (key == NULL) {
        if (error[0] == '\0') {
            abort();
        }

        return;
    }

    if (json_object_get(key->jwk, "d")) {
        abort();
    }

    claims = json_pack("{s:s}", "sub", "u");
    token = resonate_sign(key, claims, &len);

    if (token == NULL) {
        abort();
    }

    verified(key, token, len);

    free(token);
    json_decref(claims);
    resonate_sign_free(key);
}


static void
secret(const char *data, size_t size)
{
    char              error[RESONATE_JWK_ERROR_MAX] = "";
    resonate_jwks_t  *jwks;

    jwks = resonate_jwks_secret(data, size, RESONATE_JWT_HS256, error);

    if (jwks == NULL) {
        if (error[0] == '\0') {
            abort();
        }

        return;
    }

    if (size < SECRET_MIN || jwks->nkeys != 1
        || jwks->keys[0].algs != RESONATE_JWT_HS256)
    {
        abort();
    }

    resonate_jwks_free(jwks);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    private_key((const char *) data, size);
    secret((const char *) data, size);

    /* nginx would log it as an error of its own TLS */

    if (ERR_peek_error()) {
        abort();
    }

    return 0;
}
