
/*
 * Copyright (C) Resonate
 *
 * Key sets: what is taken, passed over, and refused.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_jwk.h"


#define X        "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define Y        "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define EC(more) "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X \
                 "\",\"y\":\"" Y "\"" more "}"
#define ED(more) "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":" \
                 "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"" more "}"
#define ED448    "{\"kty\":\"OKP\",\"crv\":\"Ed448\",\"x\":\"BnJNZy1_JXpGRl" \
                 "rNLYsz_9I5NCM-Py39P1kEOyrLRXJj38rnOJe7cJaVsOnPj2NkL_jVtG_" \
                 "qkjOA\"}"
#define RSA(more) "{\"kty\":\"RSA\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fA" \
      "kd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-y" \
      "RT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf" \
      "63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTB" \
      "QY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj" \
      "8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ\"" more "}"
#define ED25519  (RESONATE_JWT_EDDSA|RESONATE_JWT_ED25519)
#define AQAB     ",\"e\":\"AQAB\""


typedef struct {
    const char  *keys;
    size_t       nkeys;
    unsigned     algs;      /* of the first */
    const char  *error;
} jwk_case_t;


static const jwk_case_t  cases[] = {
    { EC(""), 1, RESONATE_JWT_ES256, NULL },
    { EC(",\"alg\":\"ES256\",\"use\":\"sig\""), 1, RESONATE_JWT_ES256, NULL },
    { EC(",\"key_ops\":[\"sign\",\"verify\"]"), 1, RESONATE_JWT_ES256, NULL },
    { ED(""), 1, ED25519, NULL },
    { ED(",\"alg\":\"EdDSA\""), 1, RESONATE_JWT_EDDSA, NULL },
    { ED(",\"alg\":\"Ed25519\""), 1, RESONATE_JWT_ED25519, NULL },
    { ED(",\"alg\":\"Ed448\"") "," EC(""), 1, RESONATE_JWT_ES256, NULL },
    { ED448, 1, RESONATE_JWT_EDDSA|RESONATE_JWT_ED448, NULL },
    { RSA(AQAB), 1, RESONATE_JWT_RSA, NULL },
    { RSA(AQAB ",\"alg\":\"PS384\""), 1, RESONATE_JWT_PS384, NULL },
    { RSA(",\"e\":\"Aw\""), 1, RESONATE_JWT_RSA, NULL },

    /* passed over */

    { "{\"kty\":\"oct\",\"k\":\"AA\"}," EC(""), 1, RESONATE_JWT_ES256, NULL },
    { "{\"kty\":\"new\"}," EC(""), 1, RESONATE_JWT_ES256, NULL },
    { EC(",\"use\":\"enc\"") "," ED(""), 1, ED25519, NULL },
    { EC(",\"use\":1") "," ED(""), 1, ED25519, NULL },
    { EC(",\"alg\":\"RS256\"") "," ED(""), 1, ED25519, NULL },
    { EC(",\"alg\":\"ECDH-ES\"") "," ED(""), 1, ED25519, NULL },
    { EC(",\"alg\":1") "," ED(""), 1, ED25519, NULL },
    { EC(",\"key_ops\":[]") "," ED(""), 1, ED25519, NULL },
    { EC(",\"key_ops\":[\"sign\",7]") "," ED(""), 1, ED25519,
      NULL },
    { "{\"kty\":\"OKP\",\"crv\":\"X25519\"}," ED(""), 1, ED25519,
      NULL },
    { "{}," ED(""), 1, ED25519, NULL },
    { "", 0, 0, "no key that verifies signatures" },
    { "{\"kty\":\"oct\",\"k\":\"AA\"}", 0, 0,
      "no key that verifies signatures" },

    /* two keys */

    { EC(",\"kid\":\"a\"") "," EC(",\"kid\":\"b\""), 2, RESONATE_JWT_ES256,
      NULL },
    { EC(",\"kid\":\"a\"") "," ED(",\"kid\":\"a\""), 2, RESONATE_JWT_ES256,
      NULL },
    { EC("") "," EC(""), 2, RESONATE_JWT_ES256, NULL },
    { EC(",\"kid\":\"a\"") "," EC(",\"kid\":\"a\""), 0, 0,
      "key 2: same \"kid\" as another key" },

    /* refused */

    { "1", 0, 0, "key 1: not an object" },
    { EC("") ",[]", 0, 0, "key 2: not an object" },
    { EC(",\"d\":\"AA\""), 0, 0, "key 1: is a private key" },
    { RSA(AQAB ",\"d\":\"AA\""), 0, 0, "key 1: is a private key" },
    { EC(",\"kid\":\"\""), 0, 0, "key 1: bad \"kid\"" },
    { EC(",\"kid\":1"), 0, 0, "key 1: bad \"kid\"" },
    { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X "\"}", 0, 0,
      "key 1: bad \"y\"" },
    { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X "\",\"y\":\"" X "\"}", 0,
      0, "key 1: not a point of its curve" },
    { "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" X "\",\"y\":\"" Y "\"}", 0,
      0, "key 1: bad \"x\"" },
    { "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}", 0, 0,
      "key 1: bad \"x\"" },
    { "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}", 0, 0,
      "key 1: bad \"x\"" },
    { "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA==\"}", 0, 0,
      "key 1: bad \"x\"" },
    { RSA(""), 0, 0, "key 1: bad \"n\" or \"e\"" },
    { RSA(",\"e\":\"AQ\""), 0, 0, "key 1: bad \"n\" or \"e\"" },
    { RSA(",\"e\":\"Ag\""), 0, 0, "key 1: bad \"n\" or \"e\"" },
    { RSA(",\"e\":\"AAEAAQ\""), 0, 0, "key 1: bad \"n\" or \"e\"" },
    { RSA(",\"e\":\"AQAAAAAAAAAB\""), 0, 0, "key 1: bad \"n\" or \"e\"" },
    { "{\"kty\":\"RSA\",\"n\":\"_w\"" AQAB "}", 0, 0,
      "key 1: RSA key shorter than 2048 bits" },
    { "{\"kty\":\"RSA\",\"n\":\"\"" AQAB "}", 0, 0,
      "key 1: bad \"n\" or \"e\"" },
    { "{\"kty\":\"RSA\",\"n\":17" AQAB "}", 0, 0, "key 1: bad \"n\" or \"e\"" }
};


static void
test_parse(void **state)
{
    char              text[2048], error[RESONATE_JWK_ERROR_MAX];
    size_t            i;
    resonate_jwks_t  *jwks;

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(text, sizeof(text), "{\"keys\":[%s]}", cases[i].keys);

        jwks = resonate_jwks_parse(text, strlen(text), error);

        if (cases[i].error) {
            assert_null(jwks);
            assert_string_equal(error, cases[i].error);
            continue;
        }

        assert_non_null(jwks);
        assert_int_equal(jwks->nkeys, cases[i].nkeys);
        assert_int_equal(jwks->keys[0].algs, cases[i].algs);

        resonate_jwks_free(jwks);
    }
}


/* the same keys as an issuer's server might give them */

typedef struct {
    const char  *keys;
    size_t       nkeys;
    const char  *error;
} fetched_case_t;


static const fetched_case_t  fetched_cases[] = {
    { EC(""), 1, "" },
    { "{\"kty\":\"oct\",\"k\":\"AA\"}," EC(""), 1, "" },
    { "1," EC(""), 1, "key 1: not an object" },
    { EC("") "," EC(",\"d\":\"AA\""), 1, "key 2: is a private key" },
    { RSA("") "," EC("") ",[]", 1, "key 1: bad \"n\" or \"e\", and 1 more" },
    { EC(",\"kid\":\"a\"") "," EC(",\"kid\":\"a\"") ","
      EC(",\"kid\":\"b\""), 2, "key 2: same \"kid\" as another key" },
    { EC(",\"kid\":1") "," ED(",\"kid\":\"\"") "," ED(""), 1,
      "key 1: bad \"kid\", and 1 more" },
    { "1,2,3", 0, "key 1: not an object, and 2 more" },
    { "{\"kty\":\"oct\",\"k\":\"AA\"}", 0,
      "no key that verifies signatures" },
    { "", 0, "no key that verifies signatures" }
};


static void
test_fetched(void **state)
{
    char              text[4096], error[RESONATE_JWK_ERROR_MAX], *p;
    size_t            i;
    resonate_jwks_t  *jwks;

    (void) state;

    for (i = 0; i < sizeof(fetched_cases) / sizeof(fetched_cases[0]); i++) {
        snprintf(text, sizeof(text), "{\"keys\":[%s]}",
                 fetched_cases[i].keys);

        jwks = resonate_jwks_fetched(text, strlen(text), error);

        assert_string_equal(error, fetched_cases[i].error);
        assert_int_equal(jwks ? jwks->nkeys : 0, fetched_cases[i].nkeys);

        resonate_jwks_free(jwks);
    }

    p = stpcpy(text, "{\"keys\":[");

    for (i = 0; i < RESONATE_JWKS_KEYS_MAX + 2; i++) {
        p += sprintf(p, "%s%s", i ? "," : "", ED(""));
    }

    strcpy(p, "]}");

    jwks = resonate_jwks_fetched(text, strlen(text), error);
    assert_non_null(jwks);
    assert_int_equal(jwks->nkeys, RESONATE_JWKS_KEYS_MAX);
    assert_string_equal(error, "key 33: one too many, and 1 more");
    resonate_jwks_free(jwks);

    assert_null(resonate_jwks_parse(text, strlen(text), error));
    assert_string_equal(error, "not a set of at most 32 keys");

    assert_null(resonate_jwks_fetched("<html>", 6, error));
    assert_string_equal(error, "not a set of at most 32 keys");
}


typedef struct {
    unsigned     algs;
    size_t       len;
    const char  *error;
} secret_case_t;


static const secret_case_t  secret_cases[] = {
    { RESONATE_JWT_HS256, 0, "not 32 to 1024 bytes" },
    { RESONATE_JWT_HS256, 31, "not 32 to 1024 bytes" },
    { RESONATE_JWT_HS256, 32, NULL },
    { RESONATE_JWT_HS384, 47, "not 48 to 1024 bytes" },
    { RESONATE_JWT_HS384, 48, NULL },
    { RESONATE_JWT_HS512, 63, "not 64 to 1024 bytes" },
    { RESONATE_JWT_HMAC, 63, "not 64 to 1024 bytes" },
    { RESONATE_JWT_HMAC, 64, NULL },
    { RESONATE_JWT_HMAC, 1024, NULL },
    { RESONATE_JWT_HMAC, 1025, "not 64 to 1024 bytes" },
    { RESONATE_JWT_HS256|RESONATE_JWT_ANY, 32, NULL },
    { RESONATE_JWT_ANY, 64, "not 0 to 1024 bytes" }
};


static void
test_secret(void **state)
{
    char              data[1025], error[RESONATE_JWK_ERROR_MAX];
    size_t            i;
    resonate_jwt_t    jwt;
    resonate_jwks_t  *jwks;

    (void) state;

    memset(data, 'x', sizeof(data));

    for (i = 0; i < sizeof(secret_cases) / sizeof(secret_cases[0]); i++) {
        jwks = resonate_jwks_secret(data, secret_cases[i].len,
                                    secret_cases[i].algs, error);

        assert_int_equal(jwks == NULL, secret_cases[i].error != NULL);

        if (jwks == NULL) {
            assert_string_equal(error, secret_cases[i].error);
            continue;
        }

        assert_int_equal(jwks->nkeys, 1);
        assert_int_equal(jwks->keys[0].algs,
                         secret_cases[i].algs & RESONATE_JWT_HMAC);
        resonate_jwks_free(jwks);
    }

    /* its name is nothing to go by */

    jwks = resonate_jwks_secret(data, 48, RESONATE_JWT_HS384, error);
    assert_non_null(jwks);

    jwt.kid_len = 1;
    jwt.kid[0] = 'a';
    jwt.alg = RESONATE_JWT_HS384;
    assert_ptr_equal(resonate_jwks_find(jwks, &jwt), &jwks->keys[0]);

    jwt.alg = RESONATE_JWT_HS256;
    assert_null(resonate_jwks_find(jwks, &jwt));
    resonate_jwks_free(jwks);

    memcpy(data, "-----BEGIN PUBLIC KEY-----", 26);
    assert_null(resonate_jwks_secret(data, 100, RESONATE_JWT_HS256, error));
    assert_string_equal(error, "a key or a certificate");
}


static void
test_sets(void **state)
{
    size_t       i;
    char         error[RESONATE_JWK_ERROR_MAX];

    static const char *const  sets[] = {
        "", "x", "null", "[]", "{}", "{\"keys\":{}}", "{\"keys\":1}",
        "{\"keys\":[],\"keys\":[]}", "{\"keys\":[]}x", EC("")
    };

    (void) state;

    for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
        assert_null(resonate_jwks_parse(sets[i], strlen(sets[i]), error));
        assert_string_equal(error, "not a set of at most 32 keys");
    }

    assert_null(resonate_jwks_parse("", RESONATE_JWKS_MAX + 1, error));
    resonate_jwks_free(NULL);
}


typedef struct {
    resonate_jwt_alg_e   alg;
    const char          *kid;
    int                  key;    /* -1: none */
} find_case_t;


static const find_case_t  find_cases[] = {
    { RESONATE_JWT_ES256, "a", 0 },
    { RESONATE_JWT_ES256, "b", 1 },
    { RESONATE_JWT_ES256, "c", -1 },
    { RESONATE_JWT_ES256, "ab", -1 },
    { RESONATE_JWT_ES256, "", -1 },
    { RESONATE_JWT_EDDSA, "a", 2 },
    { RESONATE_JWT_EDDSA, "b", -1 },
    { RESONATE_JWT_EDDSA, "", 2 },
    { RESONATE_JWT_ED25519, "a", 2 },
    { RESONATE_JWT_ED448, "a", -1 },
    { RESONATE_JWT_RS256, "a", -1 },
    { RESONATE_JWT_RS256, "", 3 },
    { RESONATE_JWT_PS256, "", 3 },
    { RESONATE_JWT_ES384, "a", -1 }
};


static void
test_find(void **state)
{
    char                    error[RESONATE_JWK_ERROR_MAX];
    size_t                  i;
    resonate_jwt_t          jwt;
    resonate_jwks_t        *jwks;
    const resonate_jwk_t   *key;

    static const char  set[] = "{\"keys\":["
        EC(",\"kid\":\"a\"") "," EC(",\"kid\":\"b\"") ","
        ED(",\"kid\":\"a\"") "," RSA(AQAB) "]}";

    (void) state;

    jwks = resonate_jwks_parse(set, sizeof(set) - 1, error);
    assert_non_null(jwks);

    for (i = 0; i < sizeof(find_cases) / sizeof(find_cases[0]); i++) {
        jwt.alg = find_cases[i].alg;
        jwt.kid_len = strlen(find_cases[i].kid);
        memcpy(jwt.kid, find_cases[i].kid, jwt.kid_len);

        key = resonate_jwks_find(jwks, &jwt);

        assert_ptr_equal(key, find_cases[i].key < 0
                              ? NULL : &jwks->keys[find_cases[i].key]);
    }

    resonate_jwks_free(jwks);
}


typedef struct {
    const char  *keys;
    const char  *other;
    int          contains;
} contains_case_t;


static const contains_case_t  contains_cases[] = {
    { EC(""), EC(""), 1 },
    { EC("") "," ED(""), EC(""), 1 },
    { EC(""), EC("") "," ED(""), 0 },
    { ED("") "," EC(",\"kid\":\"a\""), EC(",\"kid\":\"a\""), 1 },
    { EC(",\"kid\":\"b\""), EC(",\"kid\":\"a\""), 0 },
    { EC(",\"kid\":\"ab\""), EC(",\"kid\":\"a\""), 0 },
    { EC(""), EC(",\"kid\":\"a\""), 0 },
    { ED448 "," EC(""), ED(""), 0 },
    { RSA(AQAB), RSA(",\"e\":\"Aw\""), 0 },
    { RSA(AQAB), RSA(AQAB ",\"alg\":\"PS384\""), 1 },
    { RSA(AQAB ",\"alg\":\"PS384\""), RSA(AQAB), 0 }
};


static void
test_contains(void **state)
{
    char              text[4096], error[RESONATE_JWK_ERROR_MAX];
    size_t            i;
    resonate_jwks_t  *jwks, *other;

    (void) state;

    for (i = 0; i < sizeof(contains_cases) / sizeof(contains_cases[0]); i++) {
        snprintf(text, sizeof(text), "{\"keys\":[%s]}",
                 contains_cases[i].keys);
        jwks = resonate_jwks_parse(text, strlen(text), error);

        snprintf(text, sizeof(text), "{\"keys\":[%s]}",
                 contains_cases[i].other);
        other = resonate_jwks_parse(text, strlen(text), error);

        assert_non_null(jwks);
        assert_non_null(other);
        assert_int_equal(resonate_jwks_contains(jwks, other),
                         contains_cases[i].contains);

        resonate_jwks_free(jwks);
        resonate_jwks_free(other);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_fetched),
        cmocka_unit_test(test_secret),
        cmocka_unit_test(test_sets),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_contains)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
