
/*
 * Copyright (C) Resonate
 *
 * gzip forms: what comes out is what went in, or nothing.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <cmocka.h>

#include "../../ngx_resonate_core/cache/resonate_gzip.h"


static void
check(const unsigned char *text, size_t len)
{
    void           *gz;
    size_t          n;
    z_stream        z;
    unsigned char  *back;

    gz = resonate_gzip(text, len, &n);
    assert_non_null(gz);
    assert_true(n < len);

    back = test_malloc(len);
    memset(&z, 0, sizeof(z));
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);

    z.next_in = gz;
    z.avail_in = n;
    z.next_out = back;
    z.avail_out = len;

    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.avail_out, 0);
    assert_int_equal(z.avail_in, 0);
    assert_memory_equal(back, text, len);

    inflateEnd(&z);
    test_free(back);
    free(gz);
}


static void
test_round_trip(void **state)
{
    size_t          i, len;
    unsigned char  *text;

    (void) state;

    for (len = RESONATE_GZIP_MIN; len < 200000; len *= 3) {
        text = test_malloc(len);

        for (i = 0; i < len; i++) {
            text[i] = (unsigned char) "{\"data\":[0123]}"[i * i % 15];
        }

        check(text, len);
        test_free(text);
    }
}


static void
test_no_gain(void **state)
{
    size_t          i, n;
    unsigned        x;
    unsigned char   text[4096];

    (void) state;

    assert_null(resonate_gzip("short", 5, &n));

    for (i = 0, x = 1; i < sizeof(text); i++) {
        x = x * 1103515245 + 12345;
        text[i] = (unsigned char) (x >> 16);
    }

    assert_null(resonate_gzip(text, sizeof(text), &n));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_no_gain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
