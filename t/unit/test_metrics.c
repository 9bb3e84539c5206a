
/*
 * Copyright (C) Resonate
 *
 * Where a request is counted: classes of status, buckets, labels.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_core/base/resonate_metrics.h"


static void
test_codes(void **state)
{
    size_t  i;

    static const struct {
        unsigned     status;
        const char  *code;
    } cases[] = {
        { 0, "499" }, { 101, "2xx" }, { 200, "2xx" }, { 206, "2xx" },
        { 299, "2xx" }, { 300, "3xx" }, { 303, "3xx" }, { 304, "304" },
        { 305, "3xx" }, { 399, "3xx" }, { 400, "4xx" }, { 444, "4xx" },
        { 498, "4xx" }, { 499, "499" }, { 500, "5xx" }, { 502, "5xx" },
        { 503, "503" }, { 504, "5xx" }, { 599, "5xx" }, { 999, "5xx" },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(resonate_code_name(resonate_code(cases[i].status)),
                            cases[i].code);
    }
}


/* within a bound, and past it */

static void
test_buckets(void **state)
{
    size_t  i;

    static const struct {
        uint64_t     usec;
        const char  *bound;
    } cases[] = {
        { 0, "0.0005" }, { 500, "0.0005" }, { 501, "0.001" },
        { 1000, "0.001" }, { 1001, "0.0025" }, { 2500, "0.0025" },
        { 2501, "0.005" }, { 5001, "0.01" }, { 10001, "0.025" },
        { 25001, "0.05" }, { 50001, "0.1" }, { 100001, "0.25" },
        { 250001, "0.5" }, { 500001, "1" }, { 1000001, "2.5" },
        { 2500001, "5" }, { 5000001, "10" }, { 10000000, "10" },
        { 10000001, "+Inf" }, { UINT64_MAX, "+Inf" },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(
            resonate_bucket_bound(resonate_bucket(cases[i].usec)),
            cases[i].bound);
    }
}


/* the label says what the number is */

static void
test_bounds(void **state)
{
    size_t    i;
    double    seconds;
    uint64_t  usec;

    (void) state;

    for (i = 0; i < RESONATE_BUCKETS - 1; i++) {
        seconds = strtod(resonate_bucket_bound(i), NULL);
        usec = (uint64_t) (seconds * 1e6 + 0.5);

        assert_int_equal(resonate_bucket(usec), i);
        assert_int_equal(resonate_bucket(usec + 1), i + 1);
    }
}


static void
test_labels(void **state)
{
    size_t  i;
    char    buf[32], *end;

    static const struct {
        const char  *text;
        const char  *label;
    } cases[] = {
        { "", "" },
        { "GET /a/:id", "GET /a/:id" },
        { "a\"b", "a\\\"b" },
        { "a\\b", "a\\\\b" },
        { "a\nb", "a\\nb" },
        { "\"\\\n", "\\\"\\\\\\n" },
        { "\303\251", "\303\251" },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        end = resonate_label_escape(buf, cases[i].text,
                                    strlen(cases[i].text));
        *end = '\0';
        assert_string_equal(buf, cases[i].label);
    }
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_buckets),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_labels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
