
/*
 * Copyright (C) Resonate
 *
 * DPoP proofs: the one of RFC 9449, section 7.1, and what is no proof.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_dpop.h"


#define NOW    1562262618
#define ATH    "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"

#define X      "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define SEED   "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"    /* RFC 8037 */
#define JKT    "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"

#define JWK(more)     "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" X      \
                      "\"" more "}"
#define HEADER(more)  "{\"typ\":\"dpop+jwt\",\"alg\":\"EdDSA\"" more "}"
#define GOOD          HEADER(",\"jwk\":" JWK(""))

#define HTM           "\"htm\":\"GET\""
#define HTU           "\"htu\":\"https://a.example/b\""
#define IAT           "\"iat\":1562262618"
#define CLAIMS(jti, htm, htu, iat, ath)                                       \
    "{\"jti\":\"" jti "\"," htm "," htu "," iat ",\"ath\":\"" ath "\"}"
#define WITH(more)    CLAIMS("j", HTM, HTU, IAT "," more, ATH)
#define AT(iat)       CLAIMS("j", HTM, HTU, "\"iat\":" iat, ATH)
#define URI(htu)      CLAIMS("j", HTM, "\"htu\":\"" htu "\"", IAT, ATH)


typedef struct {
    const char          *json;
    resonate_dpop_rc_e   rc;
} dpop_case_t;


static unsigned char      ath[32];
static resonate_uri_t     uri;

static const resonate_dpop_request_t  request = {
    { JKT, sizeof(JKT) - 1 }, ath, { "GET", 3 }, &uri, NULL, 0, 60, 5
};


static int
setup(void **state)
{
    size_t  len;

    (void) state;

    return resonate_jwt_base64url(ath, sizeof(ath), &len, ATH, strlen(ATH))
           || resonate_uri_normalize(&uri, "https://a.example/b", 19);
}


static size_t
put(char *dst, const void *data, size_t len)
{
    return resonate_jwt_base64url_put(dst, data, len);
}


/* what the key of RFC 8037 signs */

static size_t
prove(char *proof, const char *header, const char *claims)
{
    size_t          n, len;
    EVP_PKEY       *pkey;
    EVP_MD_CTX     *ctx;
    unsigned char   seed[32], signature[64];

    n = put(proof, header, strlen(header));
    proof[n++] = '.';
    n += put(proof + n, claims, strlen(claims));

    resonate_jwt_base64url(seed, sizeof(seed), &len, SEED, strlen(SEED));

    pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, len);
    ctx = EVP_MD_CTX_new();
    len = sizeof(signature);

    assert_int_equal(EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey), 1);
    assert_int_equal(EVP_DigestSign(ctx, signature, &len,
                                    (unsigned char *) proof, n), 1);
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);

    proof[n++] = '.';

    return n + put(proof + n, signature, len);
}


static resonate_dpop_rc_e
check(const char *text, size_t len, unsigned algs,
    const resonate_dpop_request_t *wanted, time_t now, resonate_dpop_t *result)
{
    resonate_dpop_rc_e     rc;
    resonate_dpop_key_t    key;
    resonate_dpop_proof_t  proof;

    rc = resonate_dpop_split(&proof, text, len);
    if (rc != RESONATE_DPOP_OK) {
        return rc;
    }

    rc = resonate_dpop_key(&key, &proof.header, algs);
    if (rc != RESONATE_DPOP_OK) {
        return rc;
    }

    rc = resonate_dpop_check(&proof, &key, wanted, now, result);

    resonate_dpop_key_free(&key);

    return rc;
}


static resonate_dpop_rc_e
checked(const char *header, const char *claims,
    const resonate_dpop_request_t *wanted, resonate_dpop_t *result)
{
    char  text[2 * RESONATE_JWT_MAX];

    return check(text, prove(text, header, claims), RESONATE_JWT_ANY, wanted,
                 NOW, result);
}


static void
test_example(void **state)
{
    char                     text[1024];
    size_t                   len;
    resonate_uri_t           at;
    resonate_dpop_t          result;
    resonate_dpop_request_t  wanted = request;

    static const char  proof[] =
        "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwi"
        "eCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5"
        "IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNy"
        "diI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiw"
        "iaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJ"
        "jZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHh"
        "XWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA"
        "1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
    static const char  place[] = "https://resource.example.org/"
                                 "protectedresource";

    (void) state;

    len = sizeof(proof) - 1;
    memcpy(text, proof, len);

    assert_int_equal(resonate_uri_normalize(&at, place, strlen(place)), 0);
    wanted.uri = &at;
    wanted.jkt.data = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

    assert_int_equal(check(text, len, RESONATE_JWT_ES256, &wanted, NOW,
                           &result), RESONATE_DPOP_OK);
    assert_int_equal(result.nonce_len, 0);
    assert_int_equal(check(text, len, RESONATE_JWT_ES384, &wanted, NOW,
                           &result), RESONATE_DPOP_ALGORITHM);
    assert_int_equal(check(text, len, RESONATE_JWT_ANY, &wanted, NOW + 60,
                           &result), RESONATE_DPOP_OK);
    assert_int_equal(check(text, len, RESONATE_JWT_ANY, &wanted, NOW + 61,
                           &result), RESONATE_DPOP_OLD);
    assert_int_equal(check(text, len, RESONATE_JWT_ANY, &wanted, NOW - 5,
                           &result), RESONATE_DPOP_OK);
    assert_int_equal(check(text, len, RESONATE_JWT_ANY, &wanted, NOW - 6,
                           &result), RESONATE_DPOP_EARLY);

    text[len - 2] = 'k';
    assert_int_equal(check(text, len, RESONATE_JWT_ANY, &wanted, NOW,
                           &result), RESONATE_DPOP_SIGNATURE);

    wanted.jkt.data = JKT;
    assert_int_equal(check(text, len, RESONATE_JWT_ANY, &wanted, NOW,
                           &result), RESONATE_DPOP_BINDING);
}


static const dpop_case_t  headers[] = {
    { GOOD, RESONATE_DPOP_OK },
    { HEADER(",\"kid\":1,\"jwk\":" JWK(",\"kid\":1")), RESONATE_DPOP_OK },
    { HEADER(",\"jwk\":" JWK(",\"alg\":\"EdDSA\",\"use\":\"sig\"")),
      RESONATE_DPOP_OK },
    { "{\"typ\":\"DPoP+JWT\",\"alg\":\"EdDSA\",\"jwk\":" JWK("") "}",
      RESONATE_DPOP_OK },

    { "", RESONATE_DPOP_MALFORMED },
    { "x", RESONATE_DPOP_MALFORMED },
    { "[]", RESONATE_DPOP_MALFORMED },
    { HEADER(",\"alg\":\"EdDSA\",\"jwk\":" JWK("")), RESONATE_DPOP_MALFORMED },

    { "{\"alg\":\"EdDSA\",\"jwk\":" JWK("") "}", RESONATE_DPOP_HEADER },
    { "{\"typ\":\"JWT\",\"alg\":\"EdDSA\",\"jwk\":" JWK("") "}",
      RESONATE_DPOP_HEADER },
    { "{\"typ\":1,\"alg\":\"EdDSA\",\"jwk\":" JWK("") "}",
      RESONATE_DPOP_HEADER },
    { HEADER(",\"crit\":[\"exp\"],\"jwk\":" JWK("")), RESONATE_DPOP_HEADER },
    { HEADER(",\"b64\":false,\"jwk\":" JWK("")), RESONATE_DPOP_HEADER },
    { HEADER(",\"zip\":\"DEF\",\"jwk\":" JWK("")), RESONATE_DPOP_HEADER },
    { HEADER(",\"jku\":\"https://a/\",\"jwk\":" JWK("")),
      RESONATE_DPOP_HEADER },
    { HEADER(",\"x5u\":\"https://a/\",\"jwk\":" JWK("")),
      RESONATE_DPOP_HEADER },
    { HEADER(",\"x5c\":[],\"jwk\":" JWK("")), RESONATE_DPOP_HEADER },

    { "{\"typ\":\"dpop+jwt\",\"jwk\":" JWK("") "}", RESONATE_DPOP_ALGORITHM },
    { "{\"typ\":\"dpop+jwt\",\"alg\":\"none\",\"jwk\":" JWK("") "}",
      RESONATE_DPOP_ALGORITHM },
    { "{\"typ\":\"dpop+jwt\",\"alg\":\"HS256\",\"jwk\":" JWK("") "}",
      RESONATE_DPOP_ALGORITHM },
    { "{\"typ\":\"dpop+jwt\",\"alg\":[\"EdDSA\"],\"jwk\":" JWK("") "}",
      RESONATE_DPOP_ALGORITHM },

    { HEADER(""), RESONATE_DPOP_KEY },
    { HEADER(",\"jwk\":null"), RESONATE_DPOP_KEY },
    { HEADER(",\"jwk\":[]"), RESONATE_DPOP_KEY },
    { HEADER(",\"jwk\":{}"), RESONATE_DPOP_KEY },
    { HEADER(",\"jwk\":\"" X "\""), RESONATE_DPOP_KEY },
    { HEADER(",\"jwk\":{\"kty\":\"oct\"}"), RESONATE_DPOP_KEY },
    { HEADER(",\"jwk\":" JWK(",\"use\":\"enc\"")), RESONATE_DPOP_KEY },
    { HEADER(",\"jwk\":" JWK(",\"alg\":\"ES256\"")), RESONATE_DPOP_KEY },
    { "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":" JWK("") "}",
      RESONATE_DPOP_KEY },
    { HEADER(",\"jwk\":{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}"),
      RESONATE_DPOP_KEY },

    { HEADER(",\"jwk\":" JWK(",\"d\":\"AA\"")), RESONATE_DPOP_PRIVATE },
    { HEADER(",\"jwk\":" JWK(",\"p\":\"AA\"")), RESONATE_DPOP_PRIVATE },
    { HEADER(",\"jwk\":" JWK(",\"qi\":\"AA\"")), RESONATE_DPOP_PRIVATE },
    { HEADER(",\"jwk\":" JWK(",\"oth\":[]")), RESONATE_DPOP_PRIVATE },
    { HEADER(",\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"}"),
      RESONATE_DPOP_PRIVATE }
};


static const dpop_case_t  claims[] = {
    { WITH("\"x\":1"), RESONATE_DPOP_OK },
    { URI("HTTPS://A.Example:443/%62?c=d#e"), RESONATE_DPOP_OK },
    { URI("https://a.example/c/../b"), RESONATE_DPOP_OK },
    { AT("1562262618.75"), RESONATE_DPOP_OK },
    { AT("1562262558"), RESONATE_DPOP_OK },
    { AT("1562262623.9"), RESONATE_DPOP_OK },
    { WITH("\"exp\":1562262614"), RESONATE_DPOP_OK },
    { WITH("\"nbf\":1562262623"), RESONATE_DPOP_OK },

    { "", RESONATE_DPOP_MALFORMED },
    { "[]", RESONATE_DPOP_MALFORMED },
    { WITH("\"jti\":\"k\""), RESONATE_DPOP_MALFORMED },
    { CLAIMS("\\u0000", HTM, HTU, IAT, ATH), RESONATE_DPOP_MALFORMED },

    { "{}", RESONATE_DPOP_CLAIMS },
    { CLAIMS("", HTM, HTU, IAT, ATH), RESONATE_DPOP_CLAIMS },
    { CLAIMS("j", "\"htm\":1", HTU, IAT, ATH), RESONATE_DPOP_CLAIMS },
    { CLAIMS("j", "\"a\":1", HTU, IAT, ATH), RESONATE_DPOP_CLAIMS },
    { CLAIMS("j", HTM, "\"htu\":[\"https://a.example/b\"]", IAT, ATH),
      RESONATE_DPOP_CLAIMS },
    { CLAIMS("j", HTM, "\"a\":1", IAT, ATH), RESONATE_DPOP_CLAIMS },
    { CLAIMS("j", HTM, HTU, "\"a\":1", ATH), RESONATE_DPOP_CLAIMS },
    { AT("\"1562262618\""), RESONATE_DPOP_CLAIMS },
    { AT("null"), RESONATE_DPOP_CLAIMS },
    { AT("-1"), RESONATE_DPOP_CLAIMS },
    { AT("1e99"), RESONATE_DPOP_CLAIMS },
    { AT("1562262618000000"), RESONATE_DPOP_CLAIMS },
    { WITH("\"exp\":\"\""), RESONATE_DPOP_CLAIMS },
    { WITH("\"nbf\":true"), RESONATE_DPOP_CLAIMS },
    { WITH("\"nonce\":1"), RESONATE_DPOP_CLAIMS },
    { WITH("\"nonce\":null"), RESONATE_DPOP_CLAIMS },

    { CLAIMS("j", "\"htm\":\"POST\"", HTU, IAT, ATH), RESONATE_DPOP_METHOD },
    { CLAIMS("j", "\"htm\":\"get\"", HTU, IAT, ATH), RESONATE_DPOP_METHOD },
    { CLAIMS("j", "\"htm\":\"\"", HTU, IAT, ATH), RESONATE_DPOP_METHOD },

    { URI(""), RESONATE_DPOP_URI },
    { URI("/b"), RESONATE_DPOP_URI },
    { URI("http://a.example/b"), RESONATE_DPOP_URI },
    { URI("https://b.example/b"), RESONATE_DPOP_URI },
    { URI("https://a.example:8443/b"), RESONATE_DPOP_URI },
    { URI("https://a.example/b/"), RESONATE_DPOP_URI },
    { URI("https://a.example/B"), RESONATE_DPOP_URI },
    { URI("https://a.example/"), RESONATE_DPOP_URI },
    { URI("https://a.example/%2562"), RESONATE_DPOP_URI },
    { URI("https://a@a.example/b"), RESONATE_DPOP_URI },

    { AT("1562262557"), RESONATE_DPOP_OLD },
    { AT("0"), RESONATE_DPOP_OLD },
    { WITH("\"exp\":1562262613"), RESONATE_DPOP_OLD },
    { AT("1562262624"), RESONATE_DPOP_EARLY },
    { WITH("\"nbf\":1562262624"), RESONATE_DPOP_EARLY },

    { CLAIMS("j", HTM, HTU, IAT, ""), RESONATE_DPOP_TOKEN },
    { CLAIMS("j", HTM, HTU, IAT, X), RESONATE_DPOP_TOKEN },
    { CLAIMS("j", HTM, HTU, IAT, ATH "="), RESONATE_DPOP_TOKEN },
    { CLAIMS("j", HTM, HTU, IAT, "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksm"),
      RESONATE_DPOP_TOKEN },
    { "{\"jti\":\"j\"," HTM "," HTU "," IAT "}", RESONATE_DPOP_TOKEN }
};


static void
test_headers(void **state)
{
    size_t           i;
    resonate_dpop_t  result;

    (void) state;

    for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        if (checked(headers[i].json, WITH("\"x\":1"), &request, &result)
            != headers[i].rc)
        {
            fail_msg("%s: not %s", headers[i].json,
                     resonate_dpop_strerror(headers[i].rc));
        }
    }
}


static void
test_claims(void **state)
{
    size_t           i;
    resonate_dpop_t  result;

    (void) state;

    for (i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
        if (checked(GOOD, claims[i].json, &request, &result) != claims[i].rc) {
            fail_msg("%s: not %s", claims[i].json,
                     resonate_dpop_strerror(claims[i].rc));
        }
    }
}


/* the bounds of "jti" and "nonce", and of the whole */

static void
test_bounds(void **state)
{
    char             text[RESONATE_JWT_MAX], word[RESONATE_JWT_MAX];
    resonate_dpop_t  result;

    static const char  jti[] = "{\"jti\":\"%.*s\"," HTM "," HTU "," IAT
                               ",\"ath\":\"" ATH "\"}";
    static const char  nonce[] = "{\"jti\":\"j\",\"nonce\":\"%.*s\"," HTM ","
                                 HTU "," IAT ",\"ath\":\"" ATH "\"}";

    (void) state;

    memset(word, 'x', sizeof(word));

    snprintf(text, sizeof(text), jti, RESONATE_DPOP_JTI_MAX, word);
    assert_int_equal(checked(GOOD, text, &request, &result), RESONATE_DPOP_OK);
    snprintf(text, sizeof(text), jti, RESONATE_DPOP_JTI_MAX + 1, word);
    assert_int_equal(checked(GOOD, text, &request, &result),
                     RESONATE_DPOP_CLAIMS);

    snprintf(text, sizeof(text), nonce, RESONATE_DPOP_NONCE_MAX, word);
    assert_int_equal(checked(GOOD, text, &request, &result), RESONATE_DPOP_OK);
    assert_int_equal(result.nonce_len, RESONATE_DPOP_NONCE_MAX);
    assert_memory_equal(result.nonce, word, RESONATE_DPOP_NONCE_MAX);
    snprintf(text, sizeof(text), nonce, RESONATE_DPOP_NONCE_MAX + 1, word);
    assert_int_equal(checked(GOOD, text, &request, &result),
                     RESONATE_DPOP_CLAIMS);

    snprintf(text, sizeof(text), jti, RESONATE_JWT_MAX - 256, word);
    assert_int_equal(checked(GOOD, text, &request, &result),
                     RESONATE_DPOP_MALFORMED);

    assert_int_equal(check("a.b", 3, RESONATE_JWT_ANY, &request, NOW, &result),
                     RESONATE_DPOP_MALFORMED);
    assert_int_equal(check("", 0, RESONATE_JWT_ANY, &request, NOW, &result),
                     RESONATE_DPOP_MALFORMED);
}


/* which proofs are the same one */

static void
test_id(void **state)
{
    size_t           i;
    resonate_dpop_t  first, second;

    static const struct {
        const char  *claims;
        int          same;
    } ids[] = {
        { WITH("\"nonce\":\"n\""), 1 },
        { URI("HTTPS://a.example/./b#x"), 1 },
        { AT("1562262600"), 1 },
        { CLAIMS("k", HTM, HTU, IAT, ATH), 0 },
        { CLAIMS("jh", HTM, HTU, IAT, ATH), 0 }
    };

    (void) state;

    assert_int_equal(checked(GOOD, WITH("\"x\":1"), &request, &first),
                     RESONATE_DPOP_OK);

    for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        assert_int_equal(checked(GOOD, ids[i].claims, &request, &second),
                         RESONATE_DPOP_OK);
        assert_int_equal(memcmp(first.id, second.id, sizeof(first.id)) == 0,
                         ids[i].same);
    }
}


/* behind another load balancer */

static void
test_origins(void **state)
{
    resonate_uri_t           inside;
    resonate_dpop_t          result;
    resonate_dpop_request_t  wanted = request;

    static const resonate_jwt_view_t  origins[] = {
        { "https://b.example", 17 }, { "https://a.example", 17 }
    };

    (void) state;

    assert_int_equal(resonate_uri_normalize(&inside, "http://10.0.0.1/b", 17),
                     0);
    wanted.uri = &inside;

    assert_int_equal(checked(GOOD, WITH("\"x\":1"), &wanted, &result),
                     RESONATE_DPOP_URI);

    wanted.origins = origins;
    wanted.norigins = 2;
    assert_int_equal(checked(GOOD, WITH("\"x\":1"), &wanted, &result),
                     RESONATE_DPOP_OK);
    assert_int_equal(checked(GOOD, URI("http://10.0.0.1/b"), &wanted, &result),
                     RESONATE_DPOP_URI);
    assert_int_equal(checked(GOOD, URI("https://b.example/c"), &wanted,
                             &result),
                     RESONATE_DPOP_URI);

    wanted.norigins = 1;
    assert_int_equal(checked(GOOD, WITH("\"x\":1"), &wanted, &result),
                     RESONATE_DPOP_URI);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_example),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_claims),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_id),
        cmocka_unit_test(test_origins)
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
