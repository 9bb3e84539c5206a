
/*
 * Copyright (C) Resonate
 *
 * The headers of a ZIP, small ones byte by byte and large ones where numbers
 * leave their fields.  Archives of real files are read by others in
 * t/download_zip.t.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_tracks/media/resonate_zip.h"


#define GB  ((uint64_t) 1024 * 1024 * 1024)


static uint64_t
number(const uint8_t *p, size_t bytes)
{
    uint64_t  n;

    for (n = 0; bytes; bytes--) {
        n = n << 8 | p[bytes - 1];
    }

    return n;
}


static void
writes_a_small_one(void **state)
{
    size_t                len;
    uint8_t               out[256];
    uint64_t              offset;
    resonate_zip_entry_t  e[] = {
        { "a", 1, 5, 0x12345678, 0 }, { "\xc3\xab.m4a", 6, 7, 1, 0 }
    };

    (void) state;

    offset = resonate_zip_layout(e, 2);

    assert_int_equal(e[0].offset, 0);
    assert_int_equal(e[1].offset, 31 + 5);
    assert_int_equal(offset, 36 + 36 + 7);

    len = resonate_zip_local(&e[0], out);

    assert_int_equal(len, 31);
    assert_memory_equal(out, "PK\3\4\24\0\0\10\0\0\0\0\41\0\x78\x56\x34\x12"
                             "\5\0\0\0\5\0\0\0\1\0\0\0a", 31);

    len = resonate_zip_central(e, 2, offset, out);

    assert_int_equal(len, 47 + 52 + 22);
    assert_int_equal(len, resonate_zip_central(e, 2, offset, NULL));
    assert_memory_equal(out, "PK\1\2\55\3\24\0\0\10\0\0\0\0\41\0"
                             "\x78\x56\x34\x12\5\0\0\0\5\0\0\0\1\0\0\0\0\0"
                             "\0\0\0\0\0\0\xa4\x81\0\0\0\0a", 47);
    assert_int_equal(number(out + 47 + 42, 4), 36);
    assert_memory_equal(out + 99, "PK\5\6\0\0\0\0\2\0\2\0\x63\0\0\0"
                                  "\x4f\0\0\0\0\0", 22);
}


/* sizes and offsets beyond 4 GB */

static void
writes_large_ones(void **state)
{
    size_t                len, i;
    uint8_t               out[512], *p;
    uint64_t              offset;
    resonate_zip_entry_t  e[] = {
        { "a", 1, UINT32_MAX - 1, 1, 0 }, { "b", 1, UINT32_MAX, 2, 0 },
        { "c", 1, 5, 3, 0 }, { "d", 1, 9 * GB, 4, 0 }
    };

    (void) state;

    offset = resonate_zip_layout(e, 4);

    assert_int_equal(resonate_zip_local(&e[0], NULL), 31);
    assert_int_equal(e[1].offset, 31 + (uint64_t) UINT32_MAX - 1);
    assert_int_equal(e[2].offset, e[1].offset + 51 + UINT32_MAX);
    assert_int_equal(offset, e[3].offset + 51 + 9 * GB);

    len = resonate_zip_local(&e[3], out);

    assert_int_equal(len, 51);
    assert_int_equal(number(out + 4, 2), 45);
    assert_int_equal(number(out + 18, 4), UINT32_MAX);
    assert_int_equal(number(out + 22, 4), UINT32_MAX);
    assert_memory_equal(out + 28, "\24\0d\1\0\20\0", 7);
    assert_int_equal(number(out + 35, 8), 9 * GB);
    assert_int_equal(number(out + 43, 8), 9 * GB);

    len = resonate_zip_central(e, 4, offset, out);

    /* extra fields: none, sizes and offset, offset, both */

    assert_int_equal(len, 4 * 47 + 28 + 12 + 28 + 56 + 20 + 22);
    assert_int_equal(number(out + 30, 2), 0);

    for (p = out + 47, i = 1; i < 4; i++) {
        assert_memory_equal(p, "PK\1\2", 4);
        assert_int_equal(number(p + 6, 2), 45);
        assert_int_equal(number(p + 42, 4), UINT32_MAX);
        assert_int_equal(number(p + 20, 4), i == 2 ? 5 : UINT32_MAX);
        assert_int_equal(number(p + 30, 2), i == 2 ? 12 : 28);
        assert_int_equal(number(p + 49, 2), i == 2 ? 8 : 24);

        p += 51;

        if (i != 2) {
            assert_int_equal(number(p, 8), e[i].size);
            assert_int_equal(number(p + 8, 8), e[i].size);
            p += 16;
        }

        assert_int_equal(number(p, 8), e[i].offset);
        p += 8;
    }

    /* the end, and where it is */

    assert_memory_equal(p, "PK\6\6\54\0\0\0\0\0\0\0\55\3\55\0", 16);
    assert_int_equal(number(p + 24, 8), 4);
    assert_int_equal(number(p + 32, 8), 4);
    assert_int_equal(number(p + 40, 8), (uint64_t) (p - out));
    assert_int_equal(number(p + 48, 8), offset);
    assert_memory_equal(p + 56, "PK\6\7\0\0\0\0", 8);
    assert_int_equal(number(p + 64, 8), offset + (uint64_t) (p - out));
    assert_int_equal(number(p + 72, 4), 1);
    assert_memory_equal(p + 76, "PK\5\6\0\0\0\0\4\0\4\0", 12);
    assert_int_equal(number(p + 92, 4), UINT32_MAX);
}


/* 65,534, 65,535, 65,536 */

static void
counts_many(void **state)
{
    size_t                 n, len;
    uint8_t               *out, *end;
    uint64_t               offset;
    resonate_zip_entry_t  *e;

    (void) state;

    e = calloc(65536, sizeof(resonate_zip_entry_t));
    out = malloc(65536 * 47 + RESONATE_ZIP_END);
    assert_true(e && out);

    for (n = 0; n < 65536; n++) {
        e[n].name = "x";
        e[n].name_len = 1;
        e[n].size = 1;
    }

    for (n = 65534; n <= 65536; n++) {
        offset = resonate_zip_layout(e, n);
        len = resonate_zip_central(e, n, offset, out);
        end = out + len - 22;

        assert_int_equal(len, n * 47 + (n < 65535 ? 22 : RESONATE_ZIP_END));
        assert_memory_equal(end, "PK\5\6", 4);
        assert_int_equal(number(end + 8, 2), n < 65535 ? n : 65535);
        assert_int_equal(number(end + 12, 4), n * 47);
        assert_int_equal(number(end + 16, 4), offset);

        if (n >= 65535) {
            assert_int_equal(number(end - 76 + 24, 8), n);
            assert_int_equal(number(end - 20 + 8, 8), offset + n * 47);
        }
    }

    free(out);
    free(e);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(writes_a_small_one),
        cmocka_unit_test(writes_large_ones),
        cmocka_unit_test(counts_many)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
