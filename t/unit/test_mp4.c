
/*
 * Copyright (C) Resonate
 *
 * The MP4 reader: what it finds, what it asks for, what it refuses.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "../../ngx_resonate_tracks/media/resonate_mp4.h"
#include "index_case.h"


static const mp4_spec_t  second = {
    .movie_timescale = 1000, .timescale = 48000, .samples = 47,
    .delta = 1024, .size = 20, .edits = 1, .edit_duration = 981,
    .priming = 1024
};


/* gives the parser what it asks for */

static resonate_mp4_status_e
parse(resonate_mp4_t *m, const mp4_file_t *f, unsigned *looks)
{
    unsigned               n;
    resonate_mp4_status_e  rc;

    resonate_mp4_init(m, f->len);

    for (n = 1; ; n++) {

        assert_true(m->want_offset <= f->len);
        assert_true(m->want_size <= f->len - m->want_offset);

        rc = resonate_mp4_parse(m, f->data + m->want_offset, m->want_size);

        if (rc != RESONATE_MP4_MORE) {
            break;
        }

        assert_in_range(n, 1, 100);
    }

    if (looks) {
        *looks = n;
    }

    return rc;
}


static void
finds_the_tables(void **state)
{
    mp4_file_t      f;
    resonate_mp4_t  m;

    (void) state;

    f = mp4_build(&second);

    assert_int_equal(parse(&m, &f, NULL), RESONATE_MP4_OK);
    assert_int_equal(m.movie_timescale, 1000);
    assert_int_equal(m.timescale, 48000);
    assert_int_equal(m.edit_start, 1024);
    assert_int_equal(m.edit_duration, 981);
    assert_int_equal(m.edit_empty, 0);
    assert_int_equal(m.stsz.count, 47);
    assert_int_equal(resonate_mp4_u32(m.stsz.data + 4), 21);
    assert_int_equal(m.stts.count, 1);
    assert_int_equal(m.stsc.count, 1);
    assert_int_equal(m.stco.count, 1);
    assert_int_equal(m.co64, 0);
    assert_int_equal(f.data[resonate_mp4_u32(m.stco.data)], 1);

    free(f.data);
}


static void
reads_other_forms(void **state)
{
    size_t          i;
    mp4_file_t      f;
    mp4_spec_t      specs[6];
    resonate_mp4_t  m;

    (void) state;

    for (i = 0; i < 6; i++) {
        specs[i] = second;
    }

    specs[0].co64 = 1;
    specs[1].long_boxes = 1;
    specs[2].constant = 30;
    specs[3].edits = 0;
    specs[4].edits = 2;
    specs[4].silence = 100;
    specs[5].picture = 1;

    for (i = 0; i < 6; i++) {
        f = mp4_build(&specs[i]);
        assert_int_equal(parse(&m, &f, NULL), RESONATE_MP4_OK);
        assert_int_equal(m.stsz.count, 47);
        assert_int_equal(m.co64, i == 0);
        assert_int_equal(m.sample_size, i == 2 ? 30 : 0);
        assert_int_equal(m.edit_empty, i == 4 ? 100 : 0);
        assert_int_equal(m.edit_start, i == 3 ? 0 : 1024);
        free(f.data);
    }
}


static void
asks_for_a_moov_behind_the_media(void **state)
{
    unsigned        looks;
    mp4_file_t      f;
    mp4_spec_t      spec = second;
    resonate_mp4_t  m;

    (void) state;

    spec.moov_last = 1;
    spec.size = 2000;

    f = mp4_build(&spec);

    assert_int_equal(parse(&m, &f, &looks), RESONATE_MP4_OK);
    assert_int_equal(looks, 2);
    assert_memory_equal(f.data + m.want_offset + 4, "moov", 4);

    free(f.data);
}


static void
asks_for_a_large_moov_once(void **state)
{
    unsigned        looks;
    mp4_file_t      f;
    mp4_spec_t      spec = second;
    resonate_mp4_t  m;

    (void) state;

    spec.samples = 20000;
    spec.size = 1;

    f = mp4_build(&spec);

    assert_int_equal(parse(&m, &f, &looks), RESONATE_MP4_OK);
    assert_int_equal(looks, 2);
    assert_int_equal(m.want_offset, 28);
    assert_true(m.want_size > 80000);

    free(f.data);
}


static const index_hostile_t  hostile[] = {
    { "ftyp", -4, 0x66747971, RESONATE_MP4_BAD,
      "no ftyp box at the start" },
    { "ftyp", -8, 0, RESONATE_MP4_BAD, "no moov box" },
    { "ftyp", -8, 7, RESONATE_MP4_BAD, "broken box header" },
    { "ftyp", -8, 0x7fffffff, RESONATE_MP4_BAD,
      "box past the end of the file" },
    { "moov", -8, 0x7fffffff, RESONATE_MP4_BAD,
      "box past the end of the file" },
    { "mvhd", -8, 0, RESONATE_MP4_BAD, "box does not fit in its parent" },
    { "mvhd", -8, 1, RESONATE_MP4_BAD, "box does not fit in its parent" },
    { "mvhd", -8, 0xffffffff, RESONATE_MP4_BAD,
      "box does not fit in its parent" },
    { "mvhd", -4, 0x6d766571, RESONATE_MP4_BAD,
      "no mvhd or mdhd box, or too short a one" },
    { "mvhd", 12, 0, RESONATE_MP4_BAD, "timescale is zero" },
    { "mdhd", 12, 0, RESONATE_MP4_BAD, "timescale is zero" },
    { "mdhd", -4, 0x68646c72, RESONATE_MP4_BAD, "duplicate box" },
    { "hdlr", 8, 0x76696465, RESONATE_MP4_UNSUPPORTED, "no sound track" },
    { "trak", -4, 0x7472616c, RESONATE_MP4_UNSUPPORTED, "no sound track" },
    { "elst", 4, 0x10000000, RESONATE_MP4_BAD,
      "table past the end of its box" },
    { "elst", 12, 0xfffffffe, RESONATE_MP4_UNSUPPORTED,
      "edit list of many edits" },
    { "elst", 16, 0x00020000, RESONATE_MP4_UNSUPPORTED,
      "edit of another speed" },
    { "stsd", 4, 0, RESONATE_MP4_UNSUPPORTED,
      "more than one sample description" },
    { "stsd", 8, 0xffffffff, RESONATE_MP4_BAD, "broken sample description" },
    { "stsd", 12, 0x656e6361, RESONATE_MP4_UNSUPPORTED,
      "not AAC, FLAC or Opus" },
    { "stts", 4, 0xffffffff, RESONATE_MP4_BAD,
      "table past the end of its box" },
    { "stsc", 4, 0x20000000, RESONATE_MP4_BAD,
      "table past the end of its box" },
    { "stsz", 8, 0, RESONATE_MP4_UNSUPPORTED, "no samples" },
    { "stsz", 8, 48, RESONATE_MP4_BAD, "table past the end of its box" },
    { "stsz", 8, 0xffffffff, RESONATE_MP4_UNSUPPORTED, "too many samples" },
    { "stsz", -4, 0x73747a32, RESONATE_MP4_UNSUPPORTED,
      "compact sample sizes (stz2)" },
    { "stco", 4, 0x40000001, RESONATE_MP4_BAD,
      "table past the end of its box" },
    { "stco", -4, 0x66726565, RESONATE_MP4_BAD,
      "no table box, or too short a one" }
};


static void
refuses_hostile_tables(void **state)
{
    size_t      i;
    mp4_file_t  f;

    (void) state;

    for (i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        f = mp4_build(&second);
        index_refused(&hostile[i], &f);
    }
}


static void
refuses_two_sound_tracks(void **state)
{
    mp4_file_t      f;
    mp4_spec_t      spec = second;
    resonate_mp4_t  m;

    (void) state;

    spec.sound_tracks = 2;

    f = mp4_build(&spec);

    assert_int_equal(parse(&m, &f, NULL), RESONATE_MP4_UNSUPPORTED);
    assert_string_equal(m.reason, "more than one sound track");

    free(f.data);
}


static void
refuses_many_boxes(void **state)
{
    size_t          box;
    mp4_file_t      f;
    resonate_mp4_t  m;

    (void) state;

    f.len = 0;
    f.data = malloc(MP4_BUILD_MAX);
    assert_non_null(f.data);

    for (box = 0; box < 100; box++) {
        mp4_close(&f, mp4_open(&f, box ? "free" : "ftyp", 0));
    }

    assert_int_equal(parse(&m, &f, NULL), RESONATE_MP4_UNSUPPORTED);
    assert_string_equal(m.reason, "too many boxes");

    free(f.data);
}


/* a file cut anywhere, and one that is shorter than it was said to be */

static void
refuses_truncation(void **state)
{
    size_t          len, end;
    mp4_file_t      f, cut;
    resonate_mp4_t  m;

    (void) state;

    f = mp4_build(&second);
    end = (size_t) (mp4_find(&f, "free") - 8 - f.data);

    for (len = 0; len < end; len++) {

        cut.len = len;
        cut.data = malloc(len + 1);
        assert_non_null(cut.data);
        memcpy(cut.data, f.data, len);

        assert_int_equal(parse(&m, &cut, NULL), RESONATE_MP4_BAD);

        resonate_mp4_init(&m, f.len);
        assert_int_equal(resonate_mp4_parse(&m, cut.data, len),
                         RESONATE_MP4_BAD);

        free(cut.data);
    }

    free(f.data);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(finds_the_tables),
        cmocka_unit_test(reads_other_forms),
        cmocka_unit_test(asks_for_a_moov_behind_the_media),
        cmocka_unit_test(asks_for_a_large_moov_once),
        cmocka_unit_test(refuses_hostile_tables),
        cmocka_unit_test(refuses_two_sound_tracks),
        cmocka_unit_test(refuses_many_boxes),
        cmocka_unit_test(refuses_truncation)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
