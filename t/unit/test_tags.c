
/*
 * Copyright (C) Resonate
 *
 * Tags: text[] of PostgreSQL, kinds, times, and numbers of callers.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_core/cache/resonate_tags.h"


/* what is in the array, each tag behind the length of its kind */

static const struct {
    const char  *array;
    const char  *tags;
} arrays[] = {
    { "", "" },
    { "{}", "" },
    { "{track:1}", "6 track:1|" },
    { "{track:1,prices,artist:}", "6 track:1|0 prices|7 artist:|" },
    { "{\"a,b\",\"c\\\"d\",\"e\\\\f\"}", "0 a,b|0 c\"d|0 e\\f|" },
    { "{\"\"}", "0 |" },
    { "{a:b:c}", "2 a:b:c|" },
    { "{,}", "0 |0 |" },
    { "{a,}", "0 a|0 |" },
    { "{", "bad" },
    { "x", "bad" },
    { "{a", "bad" },
    { "a}", "bad" },
    { "{\"a}", "bad" },
    { "{a,\"b}", "0 a|bad" },
    { "{\"a\\\"}", "bad" },
};


static void
test_arrays(void **state)
{
    char            seen[256];
    size_t          i, n;
    resonate_tag_t  tag;
    resonate_tag_e  rc;

    (void) state;

    for (i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
        n = 0;
        seen[0] = '\0';

        for (rc = resonate_tag_first(&tag, arrays[i].array,
                                     strlen(arrays[i].array));
             rc == RESONATE_TAG_OK;
             rc = resonate_tag_next(&tag))
        {
            n += sprintf(seen + n, "%zu %.*s|", tag.kind, (int) tag.len,
                         tag.text);
        }

        if (rc == RESONATE_TAG_BAD) {
            strcpy(seen + n, "bad");
        }

        assert_string_equal(seen, arrays[i].tags);
    }
}


static void
test_length(void **state)
{
    char            text[RESONATE_TAG_LEN + 4];
    size_t          len;
    resonate_tag_t  tag;

    (void) state;

    memset(text, 'x', sizeof(text));
    text[0] = '{';

    for (len = RESONATE_TAG_LEN - 1; len <= RESONATE_TAG_LEN + 1; len++) {
        text[len + 1] = '}';

        assert_int_equal(resonate_tag_first(&tag, text, len + 2),
                         len > RESONATE_TAG_LEN ? RESONATE_TAG_BAD
                                                : RESONATE_TAG_OK);
        assert_int_equal(resonate_tag_set(&tag, text, len),
                         len > RESONATE_TAG_LEN ? RESONATE_TAG_BAD
                                                : RESONATE_TAG_OK);
        text[len + 1] = 'x';
    }
}


static const struct {
    const char  *text;
    int64_t      until;        /* 0: it is none */
} times[] = {
    { "until:1764115200", 1764115200 },
    { "until:1", 1 },
    { "until:999999999999", 999999999999 },
    { "until:9999999999999", 0 },
    { "until:0", 0 },
    { "until:", 0 },
    { "until:-1", 0 },
    { "until:1.5", 0 },
    { "until:1x", 0 },
    { "until1", 0 },
    { "Until:1", 0 },
    { "track:1", 0 },
    { "", 0 },
};


static void
test_until(void **state)
{
    int             is;
    size_t          i;
    int64_t         until;
    resonate_tag_t  tag;

    (void) state;

    for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        assert_int_equal(resonate_tag_set(&tag, times[i].text,
                                          strlen(times[i].text)),
                         RESONATE_TAG_OK);

        until = 0;
        is = resonate_tag_until(&tag, &until);

        assert_int_equal(is, times[i].until != 0);

        if (is) {
            assert_int_equal(until, times[i].until);
        }
    }
}


static const struct {
    const char  *text;
    int          n;            /* -1: bad */
    uint32_t     last;
} numbers[] = {
    { "", 0, 0 },
    { "0", 1, 0 },
    { "ffffffff", 1, 0xffffffff },
    { "1,2,a0", 3, 0xa0 },
    { "1,", 1, 1 },
    { "1,,2", -1, 0 },
    { ",", -1, 0 },
    { "g", -1, 0 },
    { "A", -1, 0 },
    { "100000000", -1, 0 },
    { "1 ", -1, 0 },
};


static void
test_numbers(void **state)
{
    int              n;
    size_t           i;
    uint32_t         number;
    const char      *p, *end;
    resonate_tag_e   rc;

    (void) state;

    for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        n = 0;
        number = 0;
        p = numbers[i].text;
        end = p + strlen(p);

        while ((rc = resonate_numbers_next(&p, end, &number))
               == RESONATE_TAG_OK)
        {
            n++;
        }

        if (numbers[i].n < 0) {
            assert_int_equal(rc, RESONATE_TAG_BAD);
            continue;
        }

        assert_int_equal(rc, RESONATE_TAG_END);
        assert_int_equal(n, numbers[i].n);
        assert_int_equal(number, numbers[i].last);
    }
}


static void
test_written(void **state)
{
    char            text[64], *end;
    const uint32_t  some[] = { 0, 15, 16, 65535, 0x12345678, 0xffffffff };

    (void) state;

    end = resonate_numbers_write(text, some, 6);
    *end = '\0';
    assert_string_equal(text, "0,f,10,ffff,12345678,ffffffff");

    end = resonate_numbers_write(text, some, 0);
    assert_ptr_equal(end, text);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arrays),
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_until),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
