
/*
 * Copyright (C) Resonate
 *
 * Signatures of others: RFC 7515, appendices A.2 to A.4; RFC 8037, A.4.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_jws.h"


typedef struct {
    const char          *name;
    const char          *jwk;
    resonate_jwt_alg_e   alg;
    const char          *input;
    const char          *signature;
} jws_case_t;


static const jws_case_t  cases[] = {

    { "RFC 7515, A.2",
      "{\"kty\":\"RSA\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji"
      "9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNM"
      "sD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexM"
      "dbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG"
      "4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9g"
      "b54h4FRWyuXpoQ\",\"e\":\"AQAB\"}",
      RESONATE_JWT_RS256,
      "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogI"
      "mh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
      "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4"
      "Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
      "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn"
      "6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI"
      "8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw" },

    { "RFC 7515, A.3",
      "{\"kty\":\"EC\",\"crv\":\"P-256\","
      "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
      "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}",
      RESONATE_JWT_ES256,
      "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogI"
      "mh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfK"
      "TUJqPP3-Kg6NU1Q" },

    { "RFC 7515, A.4",
      "{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"AekpBQ8ST8a8VcfVOTNl353vSrDCL"
      "LJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk\","
      "\"y\":\"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4"
      "Kkd0AZMaZmh9ubmf63e3kyMj2\"}",
      RESONATE_JWT_ES512,
      "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA",
      "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-"
      "KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7i"
      "KvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn" },

    { "RFC 8037, A.4",
      "{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
      "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
      RESONATE_JWT_EDDSA,
      "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g"
      "7sVvpAr_MuM0KAg" }
};


#define NCASES  (sizeof(cases) / sizeof(cases[0]))


static resonate_jwks_t *
set_of(const char *jwk)
{
    char              text[1024], error[RESONATE_JWK_ERROR_MAX];
    resonate_jwks_t  *jwks;

    snprintf(text, sizeof(text), "{\"keys\":[%s]}", jwk);

    jwks = resonate_jwks_parse(text, strlen(text), error);
    assert_non_null(jwks);
    assert_int_equal(jwks->nkeys, 1);

    return jwks;
}


static void
test_vectors(void **state)
{
    size_t                i, bit, len;
    resonate_jwks_t      *jwks;
    resonate_jwt_view_t   input;
    unsigned char         sig[RESONATE_JWT_SIGNATURE_MAX] = { 0 };

    (void) state;

    for (i = 0; i < NCASES; i++) {
        print_message("# %s\n", cases[i].name);

        jwks = set_of(cases[i].jwk);
        input.data = cases[i].input;
        input.len = strlen(cases[i].input);

        assert_int_equal(resonate_jwt_base64url(sig, sizeof(sig), &len,
                                            cases[i].signature,
                                            strlen(cases[i].signature)), 0);

        assert_int_equal(resonate_jws_verify(&jwks->keys[0], cases[i].alg,
                                             &input, sig, len),
                         RESONATE_JWT_OK);

        for (bit = 0; bit < len * 8; bit += 61) {
            sig[bit / 8] ^= 1 << bit % 8;
            assert_int_equal(resonate_jws_verify(&jwks->keys[0],
                                                 cases[i].alg, &input, sig,
                                                 len),
                             RESONATE_JWT_SIGNATURE);
            sig[bit / 8] ^= 1 << bit % 8;
        }

        assert_int_equal(resonate_jws_verify(&jwks->keys[0], cases[i].alg,
                                             &input, sig, len - 1),
                         RESONATE_JWT_SIGNATURE);
        assert_int_equal(resonate_jws_verify(&jwks->keys[0], cases[i].alg,
                                             &input, sig, len + 1),
                         RESONATE_JWT_SIGNATURE);
        assert_int_equal(resonate_jws_verify(&jwks->keys[0], cases[i].alg,
                                             &input, sig, 0),
                         RESONATE_JWT_SIGNATURE);
        input.len--;
        assert_int_equal(resonate_jws_verify(&jwks->keys[0], cases[i].alg,
                                             &input, sig, len),
                         RESONATE_JWT_SIGNATURE);

        resonate_jwks_free(jwks);
    }
}


/* the key fixes the algorithm, not the caller and not the token */

static void
test_algorithms(void **state)
{
    size_t                i;
    unsigned              alg;
    resonate_jwt_rc_e     rc;
    resonate_jwks_t      *jwks;
    resonate_jwt_view_t   input = { "a.b", 3 };
    unsigned char         sig[RESONATE_JWT_SIGNATURE_MAX] = { 1 };

    (void) state;

    for (i = 0; i < NCASES; i++) {
        jwks = set_of(cases[i].jwk);

        for (alg = RESONATE_JWT_RS256; alg <= RESONATE_JWT_ED448; alg <<= 1) {
            rc = resonate_jws_verify(&jwks->keys[0], alg, &input, sig,
                                     sizeof(sig));

            assert_int_equal(rc, jwks->keys[0].algs & alg
                                 ? RESONATE_JWT_SIGNATURE
                                 : RESONATE_JWT_ALGORITHM);
        }

        resonate_jwks_free(jwks);
    }
}


/* what is ready for one algorithm is not used for the next one */

static void
test_turns(void **state)
{
    size_t                len;
    unsigned              alg;
    resonate_jwks_t      *jwks;
    resonate_jwt_view_t   input = { cases[0].input, strlen(cases[0].input) };
    unsigned char         sig[RESONATE_JWT_SIGNATURE_MAX];

    (void) state;

    jwks = set_of(cases[0].jwk);

    assert_int_equal(jwks->keys[0].algs, RESONATE_JWT_RSA);
    assert_int_equal(resonate_jwt_base64url(sig, sizeof(sig), &len,
                                            cases[0].signature,
                                            strlen(cases[0].signature)), 0);

    for (alg = RESONATE_JWT_RS256; alg <= RESONATE_JWT_PS512; alg <<= 1) {
        assert_int_equal(resonate_jws_verify(&jwks->keys[0], alg, &input, sig,
                                             len),
                         alg == RESONATE_JWT_RS256 ? RESONATE_JWT_OK
                                                   : RESONATE_JWT_SIGNATURE);
        assert_int_equal(resonate_jws_verify(&jwks->keys[0],
                                             RESONATE_JWT_RS256, &input, sig,
                                             len),
                         RESONATE_JWT_OK);
    }

    resonate_jwks_free(jwks);
}


/* by Python's hmac over "a.b", with 64 times "k" */

static const struct {
    resonate_jwt_alg_e   alg;
    const char          *mac;
} macs[] = {
    { RESONATE_JWT_HS256,
      "ErB7Qn5UrMfstcZFirEoW5ur-fHdmf2xG_A6ci52Tnc" },
    { RESONATE_JWT_HS384,
      "Lkiy3bAwFFM_iferI8DyfrGhWk5jdBjUamMLv3mnKk5raz759jkWbMXJGiC9"
      "QUJs" },
    { RESONATE_JWT_HS512,
      "iOa0GdkvtsECzdQV3j60Vzte640fAdfJFvm8FYOsksw0CrQhd8HaLjBk5s0f"
      "fK7PE0O8suhlRBrpEXzwVhprVQ" }
};


static void
test_hmac(void **state)
{
    char                  key[64], error[RESONATE_JWK_ERROR_MAX];
    size_t                i, len;
    unsigned              alg;
    resonate_jwks_t      *jwks;
    resonate_jwt_view_t   input = { "a.b", 3 };
    unsigned char         mac[RESONATE_JWT_SIGNATURE_MAX];

    (void) state;

    memset(key, 'k', sizeof(key));

    for (i = 0; i < sizeof(macs) / sizeof(macs[0]); i++) {
        jwks = resonate_jwks_secret(key, sizeof(key), macs[i].alg, error);
        assert_non_null(jwks);

        assert_int_equal(resonate_jwt_base64url(mac, sizeof(mac), &len,
                                                macs[i].mac,
                                                strlen(macs[i].mac)), 0);

        for (alg = RESONATE_JWT_RS256; alg <= RESONATE_JWT_ED448; alg <<= 1) {
            assert_int_equal(resonate_jws_verify(&jwks->keys[0], alg, &input,
                                                 mac, len),
                             alg == macs[i].alg ? RESONATE_JWT_OK
                                                : RESONATE_JWT_ALGORITHM);
        }

        assert_int_equal(resonate_jws_verify(&jwks->keys[0], macs[i].alg,
                                             &input, mac, len - 1),
                         RESONATE_JWT_SIGNATURE);
        assert_int_equal(resonate_jws_verify(&jwks->keys[0], macs[i].alg,
                                             &input, mac, len + 1),
                         RESONATE_JWT_SIGNATURE);

        mac[len - 1] ^= 1;
        assert_int_equal(resonate_jws_verify(&jwks->keys[0], macs[i].alg,
                                             &input, mac, len),
                         RESONATE_JWT_SIGNATURE);
        resonate_jwks_free(jwks);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_algorithms),
        cmocka_unit_test(test_turns),
        cmocka_unit_test(test_hmac)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
