
/*
 * Copyright (C) Resonate
 *
 * Amounts of money, from text and from JSON.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_pay/money/resonate_amount.h"


#define UNTOUCHED  INT64_C(-77)


typedef struct {
    const char         *text;
    resonate_amount_e   result;
    int64_t             mc;
} amount_case_t;


static const amount_case_t  texts[] = {
    { "1", RESONATE_AMOUNT_OK, 1 },
    { "4088", RESONATE_AMOUNT_OK, 4088 },
    { "999999999", RESONATE_AMOUNT_OK, 999999999 },
    { "1000000000", RESONATE_AMOUNT_OK, 1000000000 },

    { "0", RESONATE_AMOUNT_TOO_SMALL, UNTOUCHED },

    { "1000000001", RESONATE_AMOUNT_TOO_LARGE, UNTOUCHED },
    { "9223372036854775807", RESONATE_AMOUNT_TOO_LARGE, UNTOUCHED },
    { "9223372036854775808", RESONATE_AMOUNT_TOO_LARGE, UNTOUCHED },
    { "18446744073709551617", RESONATE_AMOUNT_TOO_LARGE, UNTOUCHED },
    { "99999999999999999999999999999999999999999999",
      RESONATE_AMOUNT_TOO_LARGE, UNTOUCHED },

    { "", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { "-1", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { "+1", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { "00", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { "01", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { "1.0", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { "1,000", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { "1e3", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { "0x10", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { " 1", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { "1 ", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { "1\n", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { "x1", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { "1x", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { "9999999999999999999999999x", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { "\xd9\xa1", RESONATE_AMOUNT_MALFORMED, UNTOUCHED }
};


static const amount_case_t  values[] = {
    { "1", RESONATE_AMOUNT_OK, 1 },
    { "1000000000", RESONATE_AMOUNT_OK, 1000000000 },

    { "0", RESONATE_AMOUNT_TOO_SMALL, UNTOUCHED },
    { "-0", RESONATE_AMOUNT_TOO_SMALL, UNTOUCHED },
    { "-4088", RESONATE_AMOUNT_TOO_SMALL, UNTOUCHED },
    { "-9223372036854775808", RESONATE_AMOUNT_TOO_SMALL, UNTOUCHED },

    { "1000000001", RESONATE_AMOUNT_TOO_LARGE, UNTOUCHED },
    { "9223372036854775807", RESONATE_AMOUNT_TOO_LARGE, UNTOUCHED },

    { "1.0", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { "0.5", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { "1e3", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { "1e300", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { "\"1\"", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { "true", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { "null", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { "[1]", RESONATE_AMOUNT_MALFORMED, UNTOUCHED },
    { "{}", RESONATE_AMOUNT_MALFORMED, UNTOUCHED }
};


static void
check(const amount_case_t *c, resonate_amount_e result, int64_t mc)
{
    if (result != c->result || mc != c->mc) {
        fail_msg("\"%s\": result %d, %lld mc", c->text, (int) result,
                 (long long) mc);
    }
}


static void
test_text(void **state)
{
    size_t             i;
    int64_t            mc;
    resonate_amount_e  rc;

    (void) state;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        mc = UNTOUCHED;
        rc = resonate_amount_text((const unsigned char *) texts[i].text,
                                  strlen(texts[i].text), &mc);
        check(&texts[i], rc, mc);
    }
}


static void
test_text_has_a_length(void **state)
{
    int64_t  mc;

    (void) state;

    assert_int_equal(resonate_amount_text((const unsigned char *) "12345", 2,
                                          &mc),
                     RESONATE_AMOUNT_OK);
    assert_true(mc == 12);

    assert_int_equal(resonate_amount_text((const unsigned char *) "1\0", 2,
                                          &mc),
                     RESONATE_AMOUNT_MALFORMED);
}


static void
test_json(void **state)
{
    size_t              i;
    json_t             *value;
    int64_t             mc;
    resonate_amount_e   rc;

    (void) state;

    for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        value = json_loads(values[i].text, JSON_DECODE_ANY, NULL);
        assert_non_null(value);

        mc = UNTOUCHED;
        rc = resonate_amount_json(value, &mc);
        check(&values[i], rc, mc);

        json_decref(value);
    }

    mc = UNTOUCHED;
    assert_int_equal(resonate_amount_json(NULL, &mc),
                     RESONATE_AMOUNT_MALFORMED);
    assert_true(mc == UNTOUCHED);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_text_has_a_length),
        cmocka_unit_test(test_json)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
