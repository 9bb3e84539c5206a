
/*
 * Copyright (C) Resonate
 *
 * The box writer: sizes, numbers, and a buffer that is too small.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_tracks/media/resonate_box.h"


static size_t
boxes(uint8_t *out, size_t size)
{
    size_t          outer, inner;
    resonate_box_t  b;

    resonate_box_init(&b, out, size);

    outer = resonate_box_open(&b, "edts");
    inner = resonate_box_open_full(&b, "elst", 0x01000002);
    resonate_box_u16(&b, 0x1234);
    resonate_box_u32(&b, 0x56789abc);
    resonate_box_zeros(&b, 1);
    resonate_box_put(&b, inner + 18, 7);
    resonate_box_close(&b, inner);
    resonate_box_write(&b, "abc", 3);
    resonate_box_close(&b, outer);

    return b.len;
}


static const uint8_t  expected[] =
    "\0\0\0\x21" "edts"
    "\0\0\0\x16" "elst" "\1\0\0\2" "\x12\x34" "\x56\x78\x9a\xbc" "\0\0\0\7"
    "abc";


static void
test_nested(void **state)
{
    uint8_t  out[64];

    (void) state;

    assert_int_equal(boxes(out, sizeof(out)), sizeof(expected) - 1);
    assert_memory_equal(out, expected, sizeof(expected) - 1);
}


static void
test_measured(void **state)
{
    (void) state;

    assert_int_equal(boxes(NULL, 0), sizeof(expected) - 1);
    assert_int_equal(boxes(NULL, 64), sizeof(expected) - 1);
}


static void
test_too_small(void **state)
{
    size_t   i, size;
    uint8_t  out[64];

    (void) state;

    for (size = 0; size < sizeof(expected) - 1; size++) {

        memset(out, 0xee, sizeof(out));

        assert_int_equal(boxes(out, size), sizeof(expected) - 1);

        for (i = size; i < sizeof(out); i++) {
            assert_int_equal(out[i], 0xee);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_nested),
        cmocka_unit_test(test_measured),
        cmocka_unit_test(test_too_small)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
