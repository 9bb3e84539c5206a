
/*
 * Copyright (C) Resonate
 *
 * The boxes of a movie have the sizes and numbers of ISO/IEC 14496-12.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_tracks/media/resonate_movie.h"


static uint8_t         out[512];
static resonate_box_t  b;


static uint32_t
u32(size_t pos)
{
    return (uint32_t) out[pos] << 24 | (uint32_t) out[pos + 1] << 16
           | (uint32_t) out[pos + 2] << 8 | out[pos + 3];
}


static void
test_sizes(void **state)
{
    (void) state;

    resonate_box_init(&b, out, sizeof(out));
    resonate_movie_mvhd(&b, 48000, 77);
    assert_int_equal(b.len, 108);
    assert_int_equal(u32(0), 108);
    assert_int_equal(u32(20), 48000);
    assert_int_equal(u32(24), 77);
    assert_int_equal(u32(104), 2);

    resonate_box_init(&b, out, sizeof(out));
    resonate_movie_tkhd(&b, 78);
    assert_int_equal(b.len, 92);
    assert_int_equal(u32(20), 1);
    assert_int_equal(u32(28), 78);
    assert_int_equal(u32(80), 0x40000000);

    resonate_box_init(&b, out, sizeof(out));
    resonate_movie_mdhd(&b, 44100, 79);
    assert_int_equal(b.len, 32);
    assert_int_equal(u32(20), 44100);
    assert_int_equal(u32(24), 79);

    resonate_box_init(&b, out, sizeof(out));
    resonate_movie_hdlr(&b);
    assert_int_equal(b.len, 32 + sizeof("SoundHandler"));
    assert_memory_equal(out + 16, "soun", 4);

    resonate_box_init(&b, out, sizeof(out));
    resonate_movie_smhd(&b);
    resonate_movie_dinf(&b);
    assert_int_equal(b.len, 16 + 36);
}


static void
test_edits(void **state)
{
    (void) state;

    resonate_box_init(&b, out, sizeof(out));
    resonate_movie_edts(&b, 0, 500, 1024);
    assert_int_equal(b.len, 8 + 16 + 12);
    assert_int_equal(u32(20), 1);
    assert_int_equal(u32(24), 500);
    assert_int_equal(u32(28), 1024);

    resonate_box_init(&b, out, sizeof(out));
    resonate_movie_edts(&b, 30, 500, 1024);
    assert_int_equal(b.len, 8 + 16 + 24);
    assert_int_equal(u32(20), 2);
    assert_int_equal(u32(24), 30);
    assert_int_equal(u32(28), UINT32_MAX);
    assert_int_equal(u32(36), 500);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_edits)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
