
/*
 * Copyright (C) Resonate
 *
 * Signatures of our own, read by the code that verifies those of others; the
 * keys are those of RFC 7515, A.3 and RFC 8037, A.1.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_jws.h"
#include "../../ngx_resonate_auth/jwt/resonate_sign.h"


#define EC  "MHcCAQEEII6bEJ5xkJi/mASH3x9dd+nLKWBuvtImO19XwhPfhPSyoAoGCCqG"   \
            "SM49\nAwEHoUQDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEX"  \
            "H8UTNG72b\nfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ=="

#define OKP "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g"

#define PEM(type, text)                                                       \
    "-----BEGIN " type "-----\n" text "\n-----END " type "-----\n"


typedef struct {
    const char          *pem;
    resonate_jwt_alg_e   alg;
    const char          *kid;
    const char          *jwk;
} sign_case_t;


/* the thumbprint of RFC 8037, A.3; the other by CryptX */

static const sign_case_t  cases[] = {

    { PEM("EC PRIVATE KEY", EC), RESONATE_JWT_ES256,
      "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U",
      "{\"alg\":\"ES256\",\"crv\":\"P-256\","
      "\"kid\":\"oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U\","
      "\"kty\":\"EC\",\"use\":\"sig\","
      "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
      "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}" },

    { PEM("PRIVATE KEY", OKP), RESONATE_JWT_EDDSA,
      "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
      "{\"alg\":\"EdDSA\",\"crv\":\"Ed25519\","
      "\"kid\":\"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k\","
      "\"kty\":\"OKP\",\"use\":\"sig\","
      "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}" }
};


#define NCASES  (sizeof(cases) / sizeof(cases[0]))


static resonate_sign_key_t *
key_of(const char *pem)
{
    char                  error[RESONATE_JWK_ERROR_MAX];
    resonate_sign_key_t  *key;

    key = resonate_sign_key(pem, strlen(pem), error);
    assert_non_null(key);

    return key;
}


static void
test_keys(void **state)
{
    char                 *text;
    size_t                i;
    resonate_sign_key_t  *key;

    (void) state;

    for (i = 0; i < NCASES; i++) {
        key = key_of(cases[i].pem);

        assert_int_equal(key->alg, cases[i].alg);
        assert_string_equal(key->kid, cases[i].kid);

        text = json_dumps(key->jwk, JSON_COMPACT|JSON_SORT_KEYS);
        assert_string_equal(text, cases[i].jwk);

        free(text);
        resonate_sign_free(key);
    }
}


/* so often that each of r and s began with a zero */

static void
test_tokens(void **state)
{
    char                   text[1024], error[RESONATE_JWK_ERROR_MAX];
    char                  *token, *claims;
    size_t                 i, n, len;
    json_t                *object;
    resonate_jwt_t         jwt;
    resonate_jwks_t       *jwks;
    resonate_sign_key_t   *key;
    const resonate_jwk_t  *jwk;

    (void) state;

    object = json_pack("{s:s, s:i}", "sub", "zo\xc3\xab", "exp", 1);

    for (i = 0; i < NCASES; i++) {
        snprintf(text, sizeof(text), "{\"keys\":[%s]}", cases[i].jwk);

        jwks = resonate_jwks_parse(text, strlen(text), error);
        assert_non_null(jwks);

        key = key_of(cases[i].pem);

        for (n = 0; n < 1500; n++) {
            token = resonate_sign(key, object, &len);
            assert_non_null(token);
            assert_int_equal(strlen(token), len);

            assert_int_equal(resonate_jwt_parse(&jwt, token, len),
                             RESONATE_JWT_OK);
            assert_int_equal(jwt.kid_len, RESONATE_THUMBPRINT_LEN);
            assert_memory_equal(jwt.kid, cases[i].kid, RESONATE_THUMBPRINT_LEN);

            jwk = resonate_jwks_find(jwks, &jwt);
            assert_non_null(jwk);
            assert_int_equal(resonate_jws_verify(jwk, jwt.alg, &jwt.input,
                                                 jwt.signature,
                                                 jwt.signature_len),
                             RESONATE_JWT_OK);

            claims = json_dumps(jwt.claims, JSON_COMPACT|JSON_SORT_KEYS);
            assert_string_equal(claims, "{\"exp\":1,\"sub\":\"zo\xc3\xab\"}");

            free(claims);
            resonate_jwt_free(&jwt);
            free(token);
        }

        resonate_sign_free(key);
        resonate_jwks_free(jwks);
    }

    json_decref(object);
}


static void
test_refused(void **state)
{
    char         error[RESONATE_JWK_ERROR_MAX];
    size_t       i;
    const char  *none = "no private key in PEM, or an encrypted one";
    const char  *other = "not a key of P-256 or Ed25519";
    const char  *halves = "its two halves are of different keys";

    const char  *refused[][2] = {

        { "", none },
        { "x", none },
        { PEM("PRIVATE KEY", ""), none },
        { PEM("PRIVATE KEY", "AAAA"), none },
        { PEM("PUBLIC KEY", "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapi"
                            "MlrwIaaPcHURo="), none },

        /* encrypted */
        { PEM("ENCRYPTED PRIVATE KEY",
              "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgc8EtBLrzVGQIC"
              "CAAw\nDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEJf3zgFa+PfxjKYlb4"
              "HiFcoEQLpY\n49EepQX3VSNXoMRFzi31oSTq5oikKQlgvEspgAMq49IiF9t3"
              "EyCJIprqNDf/R+vf\nfimPEZpLO0UkscmV5go="), none },

        /* P-384, X25519 */
        { PEM("EC PRIVATE KEY",
              "MIGkAgEBBDCm1kdadrvoSq13sBAKyhEDtMWZX2D3eaJCJ3Vg+klLjZW7aRAH5"
              "sAM\nfwWFij8kdi+gBwYFK4EEACKhZANiAATrFi3hiTxPLyS8l3PZchlpXUls"
              "cRz484Ps\n/x2t5thTsoLYqCrA+JJo1P26OV+a/Hhc1h93jdUtKKpYdCt+A9B"
              "RqXGjiCXbkCNU\nVbQYWO9U9q4zOEFvXH1XThQcjuryUwA="), other },
        { PEM("PRIVATE KEY", "MC4CAQAwBQYDK2VuBCIEIGhlFzgJfsp4UnRrylh949xO2"
                             "rDPBtfjSUwiiTP+TUVJ"), other },

        /* the first of above, its secret number one more */
        { PEM("EC PRIVATE KEY",
              "MHcCAQEEII6bEJ5xkJi/mASH3x9dd+nLKWBuvtImO19XwhPfhPSzoAoGCCqG"
              "SM49\nAwEHoUQDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEX"
              "H8UTNG72b\nfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ=="), halves },

        { NULL, NULL }
    };

    (void) state;

    for (i = 0; refused[i][0]; i++) {
        assert_null(resonate_sign_key(refused[i][0], strlen(refused[i][0]),
                                      error));
        assert_string_equal(error, refused[i][1]);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_refused)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
