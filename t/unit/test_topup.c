
/*
 * Copyright (C) Resonate
 *
 * The body of a top-up.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_pay/money/resonate_topup.h"


#define MAX_MC  5000


typedef struct {
    const char        *body;
    resonate_topup_e   result;
    const char        *errors;    /* "path:code" each */
} topup_case_t;


static const topup_case_t  cases[] = {
    { "{\"account\":\"listener\",\"amount\":4088,\"key\":\"k\"}",
      RESONATE_TOPUP_OK, "" },
    { " {\n\"key\":\"\xc3\xa9\",\"amount\":5000,\"account\":\"a\\\"\"} ",
      RESONATE_TOPUP_OK, "" },

    { "", RESONATE_TOPUP_MALFORMED, "" },
    { "{", RESONATE_TOPUP_MALFORMED, "" },
    { "[]", RESONATE_TOPUP_MALFORMED, "" },
    { "\"account\"", RESONATE_TOPUP_MALFORMED, "" },
    { "{} {}", RESONATE_TOPUP_MALFORMED, "" },
    { "{\"key\":\"a\",\"key\":\"b\"}", RESONATE_TOPUP_MALFORMED, "" },
    { "{\"key\":\"\\u0000\"}", RESONATE_TOPUP_MALFORMED, "" },
    { "{\"key\":\"\xff\"}", RESONATE_TOPUP_MALFORMED, "" },
    { "{\"amount\":9223372036854775808}", RESONATE_TOPUP_MALFORMED, "" },
    { "{\"amount\":1e999}", RESONATE_TOPUP_MALFORMED, "" },

    { "{}", RESONATE_TOPUP_INVALID,
      "account:required amount:required key:required " },
    { "{\"account\":1,\"amount\":\"4088\",\"key\":null}",
      RESONATE_TOPUP_INVALID, "account:type amount:type key:type " },
    { "{\"account\":\"\",\"amount\":0,\"key\":\"\"}",
      RESONATE_TOPUP_INVALID,
      "account:minLength amount:minimum key:minLength " },
    { "{\"account\":\"a\\n\",\"amount\":5001,\"key\":\"\x7f\"}",
      RESONATE_TOPUP_INVALID,
      "account:pattern amount:maximum key:pattern " },
    { "{\"account\":\"a\",\"amount\":1000000001,\"key\":\"k\"}",
      RESONATE_TOPUP_INVALID, "amount:maximum " },
    { "{\"account\":\"a\",\"amount\":4088.0,\"key\":\"k\",\"Key\":1}",
      RESONATE_TOPUP_INVALID, "amount:type Key:unknown " }
};


static void
test_cases(void **state)
{
    char              text[512];
    size_t            i, n, len;
    json_t           *error;
    const char       *path, *code;
    resonate_topup_e  rc;
    resonate_topup_t  t;

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        rc = resonate_topup_parse(&t, cases[i].body, strlen(cases[i].body),
                                  MAX_MC);
        text[0] = '\0';
        len = 0;

        json_array_foreach(t.errors, n, error) {
            assert_int_equal(json_unpack(error, "{s:s, s:s}", "path", &path,
                                         "code", &code), 0);
            len += snprintf(text + len, sizeof(text) - len, "%s:%s ", path,
                            code);
        }

        if (rc != cases[i].result || strcmp(text, cases[i].errors) != 0) {
            fail_msg("%s: result %d, errors %s", cases[i].body, (int) rc,
                     text);
        }

        resonate_topup_free(&t);
    }
}


static void
test_values(void **state)
{
    resonate_topup_t  t;

    (void) state;

    assert_int_equal(resonate_topup_parse(&t, cases[0].body,
                                          strlen(cases[0].body), MAX_MC),
                     RESONATE_TOPUP_OK);
    assert_string_equal(t.account, "listener");
    assert_string_equal(t.key, "k");
    assert_true(t.amount_mc == 4088);

    resonate_topup_free(&t);
    resonate_topup_free(&t);
}


static resonate_topup_e
key_of(size_t len)
{
    char              body[2048];
    resonate_topup_e  rc;
    resonate_topup_t  t;

    len = sprintf(body, "{\"account\":\"a\",\"amount\":1,\"key\":\"%0*d\"}",
                  (int) len, 0);
    rc = resonate_topup_parse(&t, body, len, MAX_MC);
    resonate_topup_free(&t);

    return rc;
}


static void
test_bounds(void **state)
{
    char             *body;
    size_t            i, len;
    resonate_topup_t  t;

    (void) state;

    assert_int_equal(key_of(RESONATE_TOPUP_MAX_TEXT), RESONATE_TOPUP_OK);
    assert_int_equal(key_of(RESONATE_TOPUP_MAX_TEXT + 1),
                     RESONATE_TOPUP_INVALID);

    body = malloc(RESONATE_TOPUP_MAX_BODY + 1);
    assert_non_null(body);

    memset(body, ' ', RESONATE_TOPUP_MAX_BODY + 1);
    memcpy(body, cases[0].body, strlen(cases[0].body));

    assert_int_equal(resonate_topup_parse(&t, body, RESONATE_TOPUP_MAX_BODY,
                                          MAX_MC), RESONATE_TOPUP_OK);
    resonate_topup_free(&t);

    assert_int_equal(resonate_topup_parse(&t, body,
                                          RESONATE_TOPUP_MAX_BODY + 1,
                                          MAX_MC),
                     RESONATE_TOPUP_MALFORMED);
    resonate_topup_free(&t);

    /* many faults, a bounded list */

    len = sprintf(body, "{\"0\":0");

    for (i = 1; i < 200; i++) {
        len += sprintf(body + len, ",\"%zu\":0", i);
    }

    body[len++] = '}';

    assert_int_equal(resonate_topup_parse(&t, body, len, MAX_MC),
                     RESONATE_TOPUP_INVALID);
    assert_int_equal(json_array_size(t.errors), RESONATE_TOPUP_MAX_ERRORS);
    resonate_topup_free(&t);

    free(body);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_bounds)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
