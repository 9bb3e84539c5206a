
/*
 * Copyright (C) Resonate
 *
 * Slices of parts, and what Range headers ask.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_tracks/media/resonate_layout.h"


#define FILE_SIZE  4096
#define MAX_PARTS  40
#define LAYOUTS    500
#define SLICES     100


static uint8_t  file[2][FILE_SIZE];


/* the bytes of parts; the offsets of a part of memory are not looked at */

static size_t
bytes_of(const resonate_part_t *parts, size_t n, uint8_t *out)
{
    size_t          i, len;
    const uint8_t  *from;

    len = 0;

    for (i = 0; i < n; i++) {
        from = parts[i].source
               ? (const uint8_t *) parts[i].source + parts[i].offset
               : parts[i].data;

        memcpy(out + len, from, parts[i].size);
        len += parts[i].size;
    }

    return len;
}


/* a third of them memory, some of them empty */

static size_t
random_parts(resonate_part_t *parts)
{
    size_t    i, n, kind;
    uint64_t  at;

    n = (size_t) rand() % MAX_PARTS;

    for (i = 0; i < n; i++) {
        kind = (size_t) rand() % 3;
        at = (uint64_t) rand() % (FILE_SIZE / 2);

        parts[i].source = (kind < 2) ? file[kind] : NULL;
        parts[i].data = (kind < 2) ? NULL : file[0] + at;
        parts[i].offset = (kind < 2) ? at : 0;
        parts[i].size = (uint64_t) rand() % 50;
    }

    return n;
}


static void
test_slices(void **state)
{
    size_t           i, j, n, len, count;
    uint8_t          all[MAX_PARTS * 50], got[MAX_PARTS * 50];
    uint64_t         from, to, end;
    resonate_part_t  parts[MAX_PARTS], out[MAX_PARTS];

    (void) state;

    for (i = 0; i < sizeof(file); i++) {
        ((uint8_t *) file)[i] = (uint8_t) rand();
    }

    for (i = 0; i < LAYOUTS; i++) {
        n = random_parts(parts);
        len = bytes_of(parts, n, all);

        assert_int_equal(resonate_layout_size(parts, n), len);

        for (j = 0; j < SLICES; j++) {
            from = (uint64_t) rand() % (len + 10);
            to = (uint64_t) rand() % (len + 10);
            end = to < len ? to : len;

            count = resonate_layout_slice(parts, n, from, to, out);

            assert_true(count <= n);
            assert_int_equal(resonate_layout_slice(parts, n, from, to, NULL),
                             count);
            assert_int_equal(bytes_of(out, count, got),
                             from < end ? end - from : 0);
            assert_memory_equal(got, all + (from < end ? from : 0),
                                from < end ? end - from : 0);

            while (count--) {
                assert_true(out[count].size > 0);
            }
        }
    }
}


static void
test_large(void **state)
{
    resonate_part_t        out[3];
    const resonate_part_t  parts[] = {
        { "", NULL, 7, UINT64_MAX - 10 }, { NULL, file[0], 0, 10 },
        { "", NULL, 0, 1 },
    };

    (void) state;

    assert_true(resonate_layout_size(parts, 2) == UINT64_MAX);
    assert_true(resonate_layout_size(parts, 3) == UINT64_MAX);

    assert_int_equal(resonate_layout_slice(parts, 3, UINT64_MAX - 15,
                                           UINT64_MAX, out), 2);
    assert_true(out[0].offset == UINT64_MAX - 8);
    assert_int_equal(out[0].size, 5);
    assert_int_equal(out[1].size, 10);
}


#define MAX  "18446744073709551615"

static const struct {
    const char        *value;
    size_t             count;
    resonate_range_t   ranges[3];
} cases[] = {
    { "bytes=0-1,3-4", 2, { { 0, 2 }, { 3, 5 } } },
    { "BYTES=0-1,3-4", 2, { { 0, 2 }, { 3, 5 } } },
    { "bytes=5-6,0-1", 2, { { 5, 7 }, { 0, 2 } } },
    { "bytes=0-1,-2", 2, { { 0, 2 }, { 98, 100 } } },
    { "bytes=0-1,98-", 2, { { 0, 2 }, { 98, 100 } } },
    { "bytes=0-1,98-" MAX, 2, { { 0, 2 }, { 98, 100 } } },
    { "bytes=0-1,98-9" MAX, 2, { { 0, 2 }, { 98, 100 } } },
    { "bytes=0-49,50-99", 2, { { 0, 50 }, { 50, 100 } } },
    { "bytes=0-0,0-0,0-0", 3, { { 0, 1 }, { 0, 1 }, { 0, 1 } } },
    { "bytes= 0-1\t,, 3 - 4 ,", 2, { { 0, 2 }, { 3, 5 } } },

    /* what can not be satisfied is left out */

    { "bytes=0-1,100-,3-4", 2, { { 0, 2 }, { 3, 5 } } },
    { "bytes=0-1," MAX "-,3-4", 2, { { 0, 2 }, { 3, 5 } } },
    { "bytes=0-1,9" MAX "-,-0,3-4", 2, { { 0, 2 }, { 3, 5 } } },
    { "bytes=0-1,100-", 0, { { 0, 0 } } },
    { "bytes=100-,101-", 0, { { 0, 0 } } },

    /* one */

    { "bytes=0-1", 0, { { 0, 0 } } },
    { "bytes=0-1,", 0, { { 0, 0 } } },

    /* more than there is */

    { "bytes=0-50,50-99", 0, { { 0, 0 } } },
    { "bytes=0-,0-", 0, { { 0, 0 } } },
    { "bytes=-100,-1", 0, { { 0, 0 } } },

    /* none */

    { "", 0, { { 0, 0 } } },
    { "bytes", 0, { { 0, 0 } } },
    { "bytes=", 0, { { 0, 0 } } },
    { "bytes=,", 0, { { 0, 0 } } },
    { "bytes=-", 0, { { 0, 0 } } },
    { "apples=0-1,3-4", 0, { { 0, 0 } } },
    { "bytes =0-1,3-4", 0, { { 0, 0 } } },
    { "bytes=0-1,3-4,x", 0, { { 0, 0 } } },
    { "bytes=0-1,3-4,-", 0, { { 0, 0 } } },
    { "bytes=0-1,3-4,5", 0, { { 0, 0 } } },
    { "bytes=0-1,4-3", 0, { { 0, 0 } } },
    { "bytes=0-1,3-4 5-6", 0, { { 0, 0 } } },
    { "bytes=0-1,3--4", 0, { { 0, 0 } } },
    { "bytes=0-1,+3-4", 0, { { 0, 0 } } },
    { "bytes=0-1;3-4", 0, { { 0, 0 } } },
};


static void
test_ranges(void **state)
{
    size_t             i, j, n;
    resonate_range_t   out[RESONATE_RANGES_MAX];

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {

        n = resonate_ranges(cases[i].value, strlen(cases[i].value), 100, out);

        if (n != cases[i].count) {
            fail_msg("%s: %zu", cases[i].value, n);
        }

        for (j = 0; j < n; j++) {
            assert_int_equal(out[j].from, cases[i].ranges[j].from);
            assert_int_equal(out[j].to, cases[i].ranges[j].to);
        }

        assert_int_equal(resonate_ranges(cases[i].value,
                                         strlen(cases[i].value), 0, out), 0);
    }
}


static void
test_many(void **state)
{
    size_t             n;
    char               text[4 * RESONATE_RANGES_MAX + 16];
    resonate_range_t   out[RESONATE_RANGES_MAX];

    (void) state;

    strcpy(text, "bytes=0-0");

    for (n = 2; n <= RESONATE_RANGES_MAX; n++) {
        strcat(text, ",1-1");
        assert_int_equal(resonate_ranges(text, strlen(text), 100, out), n);
    }

    strcat(text, ",1-1");
    assert_int_equal(resonate_ranges(text, strlen(text), 100, out), 0);
}


/* what is not in the text is not looked at */

static void
test_end(void **state)
{
    resonate_range_t  out[RESONATE_RANGES_MAX];

    (void) state;

    assert_int_equal(resonate_ranges("bytes=0-1,3-4,x", 13, 100, out), 2);
    assert_int_equal(resonate_ranges("bytes=0-1,3-45", 13, 100, out), 2);
    assert_int_equal(out[1].to, 5);
    assert_int_equal(resonate_ranges("bytes=0-1,3-4\0,5-6", 18, 100, out), 0);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slices),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
