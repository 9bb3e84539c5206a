
/*
 * Copyright (C) Resonate
 *
 * RFC 7638, section 3.1; RFC 8037, appendix A.3; RFC 9449, section 6.1.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_thumbprint.h"


typedef struct {
    const char  *jwk;
    const char  *thumbprint;    /* NULL: no key of ours */
} thumbprint_case_t;


static const thumbprint_case_t  cases[] = {
    { "{\"kty\":\"RSA\",\"n\":\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWh"
      "M78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknj"
      "hMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2Q"
      "vzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08q"
      "NLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44"
      "-csFCur-kEgU8awapJzKnqDKgw\",\"e\":\"AQAB\",\"alg\":\"RS256\","
      "\"kid\":\"2011-04-29\"}",
      "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" },

    { "{\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\","
      "\"kty\":\"OKP\",\"use\":\"sig\",\"crv\":\"Ed25519\"}",
      "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" },

    { "{\"kty\":\"EC\",\"x\":\"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs\","
      "\"y\":\"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA\","
      "\"crv\":\"P-256\"}",
      "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" },

    { "{\"kty\":\"oct\",\"k\":\"AA\"}", NULL },
    { "{\"kty\":1}", NULL },
    { "{\"kty\":\"RSA\",\"n\":\"AQ\"}", NULL },
    { "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":1}", NULL },
    { "{}", NULL },
    { "[]", NULL }
};


static void
test_thumbprint(void **state)
{
    char     text[RESONATE_THUMBPRINT_LEN + 1];
    size_t   i;
    json_t  *jwk;

    (void) state;

    text[RESONATE_THUMBPRINT_LEN] = '\0';

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        jwk = json_loads(cases[i].jwk, 0, NULL);
        assert_non_null(jwk);

        if (cases[i].thumbprint) {
            assert_int_equal(resonate_thumbprint(jwk, text), 0);
            assert_string_equal(text, cases[i].thumbprint);

        } else {
            assert_int_equal(resonate_thumbprint(jwk, text), -1);
        }

        json_decref(jwk);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_thumbprint)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
