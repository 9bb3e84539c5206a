
/*
 * Copyright (C) Resonate
 *
 * What was delivered of a track.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_core/base/resonate_heard.h"


#define SPANS  6


/* spans as they come, ended by an empty one, and what is left of them */

static const struct {
    resonate_heard_span_t  spans[SPANS];
    const char            *expected;
} cases[] = {
    { { { 0, 10000 } }, "0-10000" },
    { { { 0, 0 } }, "" },
    { { { 7, 3 } }, "" },
    { { { 0, 6000 }, { 6000, 12000 } }, "0-12000" },
    { { { 6000, 12000 }, { 0, 6000 } }, "0-12000" },
    { { { 0, 6000 }, { 6049, 12000 } }, "0-12000" },
    { { { 0, 6000 }, { 6050, 12000 } }, "0-12000" },
    { { { 0, 6000 }, { 6051, 12000 } }, "0-6000 6051-12000" },
    { { { 6051, 12000 }, { 0, 6000 } }, "0-6000 6051-12000" },
    { { { 0, 9000 }, { 3000, 4000 } }, "0-9000" },
    { { { 3000, 4000 }, { 0, 9000 } }, "0-9000" },
    { { { 0, 1000 }, { 2000, 3000 }, { 4000, 5000 }, { 900, 4100 } },
      "0-5000" },
    { { { 0, 1000 }, { 2000, 3000 }, { 4000, 5000 }, { 1500, 3500 } },
      "0-1000 1500-3500 4000-5000" },
    { { { 4000, 5000 }, { 0, 1000 }, { 2000, 3000 } },
      "0-1000 2000-3000 4000-5000" },
    { { { 0, 1000 }, { UINT32_MAX - 9, UINT32_MAX } },
      "0-1000 4294967286-4294967295" }
};


static void
test_spans(void **state)
{
    char              text[512], *p;
    size_t            i, n;
    resonate_heard_t  h;

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {

        memset(&h, 0, sizeof(h));

        for (n = 0; n < SPANS && cases[i].spans[n].to; n++) {
            resonate_heard_add(&h, cases[i].spans[n]);
        }

        for (n = 0, p = text, *p = '\0'; n < h.nspans; n++) {
            p += sprintf(p, "%s%u-%u", n ? " " : "", h.spans[n].from,
                         h.spans[n].to);
        }

        assert_string_equal(text, cases[i].expected);
    }
}


/* no more than was delivered is said to be, however many spans come */

static void
test_bound(void **state)
{
    uint32_t               i;
    resonate_heard_t       h;
    resonate_heard_span_t  span;

    (void) state;

    memset(&h, 0, sizeof(h));

    for (i = 0; i < 1000; i++) {
        span.from = (i * 7919 % 1000) * 1000;
        span.to = span.from + ((i % 2) ? 900 : 100);
        resonate_heard_add(&h, span);

        assert_in_range(h.nspans, 1, RESONATE_HEARD_SPANS);
    }

    assert_int_equal(h.requests, 1000);
    assert_int_equal(h.nspans, RESONATE_HEARD_SPANS);
    assert_int_equal(h.ms, RESONATE_HEARD_SPANS * 900);

    for (i = 1; i < h.nspans; i++) {
        assert_true(h.spans[i].from > h.spans[i - 1].to);
    }
}


static void
test_bytes(void **state)
{
    size_t                 i;
    resonate_heard_span_t  got;

    /* a head of 1,000 bytes, and 9,000 of sound from 60 to 69 s */

    static const resonate_heard_span_t  of = { 60000, 69000 };

    static const struct {
        uint64_t  offset, sent;
        uint32_t  from, to;
    } bytes[] = {
        { 0, 10000, 60000, 69000 },
        { 0, 1000, 0, 0 },
        { 0, 1001, 60000, 60001 },
        { 1000, 4500, 60000, 64500 },
        { 500, 4500, 60000, 64000 },
        { 9000, 1000, 68000, 69000 },
        { 9000, 5000, 68000, 69000 },
        { 10000, 1, 69000, 69000 },
        { 10001, 1, 0, 0 },
        { 0, UINT64_MAX, 60000, 69000 },
        { 5000, 0, 64000, 64000 }
    };

    (void) state;

    for (i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
        got = resonate_heard_span(of, 10000, 9000, bytes[i].offset,
                                  bytes[i].sent);

        assert_int_equal(got.from, bytes[i].from);
        assert_int_equal(got.to, bytes[i].to);
    }

    got = resonate_heard_span(of, 10000, 0, 0, 10000);
    assert_int_equal(got.to, 0);

    got = resonate_heard_span(of, 10000, 10001, 0, 10000);
    assert_int_equal(got.to, 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_spans),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_bytes)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
