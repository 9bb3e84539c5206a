
/*
 * Copyright (C) Resonate
 *
 * Fragmented files: their samples are found as if one table had them all.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "../../ngx_resonate_tracks/media/resonate_preview.h"
#include "fragment_build.h"
#include "index_case.h"


#define OK           RESONATE_MP4_OK
#define BAD          RESONATE_MP4_BAD
#define UNSUPPORTED  RESONATE_MP4_UNSUPPORTED


static const fragment_spec_t  ten = {
    .movie = { .movie_timescale = 1000, .timescale = 50000, .samples = 501,
               .delta = 1000, .size = 10, .edits = 1, .priming = 1000 },
    .per_fragment = 100
};


static void
check(const fragment_spec_t *s, const mp4_file_t *f)
{
    uint32_t                 i, fragments;
    const char              *reason;
    resonate_span_t          span;
    const resonate_index_t  *x;

    x = index_of(f);

    assert_int_equal(x->flags, RESONATE_INDEX_FRAGMENTED);
    assert_int_equal(x->samples, s->movie.samples);
    assert_int_equal(x->duration, s->movie.samples * s->movie.delta);
    assert_int_equal(x->priming, 1000);
    assert_int_equal(x->ntimes, 1);

    fragments = (s->movie.samples - s->hybrid + s->per_fragment - 1)
                / s->per_fragment + (s->hybrid ? 1 : 0);

    assert_int_equal(x->nruns, fragments);

    for (i = 0; i < s->movie.samples; i++) {
        assert_int_equal(resonate_index_time(x, i),
                         (uint64_t) i * s->movie.delta);
        assert_int_equal(resonate_index_size(x, i), mp4_size(&s->movie, i));
        assert_int_equal(resonate_index_span(x, i, i + 1, &span, &reason), OK);
        assert_int_equal(span.size, mp4_size(&s->movie, i));
        assert_int_equal(f->data[span.offset], (i + 1) % 251);
        assert_int_equal(f->data[span.offset + span.size - 1], (i + 1) % 251);
    }

    free((void *) x);
}


static void
finds_every_sample(void **state)
{
    size_t           i;
    mp4_file_t       f;
    fragment_spec_t  specs[11];

    (void) state;

    for (i = 0; i < 11; i++) {
        specs[i] = ten;
    }

    specs[1].base = 1;
    specs[2].implied = 1;
    specs[3].runs = 3;
    specs[4].defaults = 1;
    specs[5].no_times = 1;
    specs[6].sidx = 1;
    specs[7].other = 1;
    specs[8].hybrid = 77;
    specs[9].per_fragment = 1;                       /* and more room */
    specs[9].movie.samples = 3000;
    specs[10].per_fragment = 1000;

    for (i = 0; i < 11; i++) {
        f = fragment_build(&specs[i]);
        check(&specs[i], &f);
        free(f.data);
    }
}


/* the clock of a fragment: where it starts, and what is missing before it */

static void
follows_the_clock(void **state)
{
    mp4_file_t               f;
    fragment_spec_t          spec = ten;
    const resonate_index_t  *x;

    (void) state;

    spec.pause = 500;
    f = fragment_build(&spec);
    x = index_of(&f);

    assert_int_equal(resonate_index_time(x, 99), 99000);
    assert_int_equal(resonate_index_delta(x, 99, NULL), 1500);
    assert_int_equal(resonate_index_time(x, 100), 100500);
    assert_int_equal(x->duration, 501000 + 5 * 500);

    free((void *) x);
    free(f.data);

    /* of a broadcast that went on for a while; nothing is to be skipped */

    spec = ten;
    spec.start = 0x100000000;
    f = fragment_build(&spec);
    x = index_of(&f);

    assert_int_equal(resonate_index_time(x, 100), 100000);
    assert_int_equal(x->duration, 501000);
    assert_int_equal(x->priming, 0);

    free((void *) x);
    free(f.data);
}


/* of the last fragment, but what is in the moov */

static const index_hostile_t  hostile[] = {
    { "tkhd", 12, 2, BAD, "no trex box of the sound" },
    { "tkhd", -8, 20, BAD, "box does not fit in its parent" },
    { "trex", 4, 2, BAD, "no trex box of the sound" },
    { "trex", 8, 2, BAD, "unknown sample description" },
    { "tfhd", -4, 0x74666874, BAD, "no tfhd box, or too short a one" },
    { "tfhd", 0, 0x01, BAD, "no tfhd box, or too short a one" },
    { "tfdt", 4, 1, UNSUPPORTED, "long gap between fragments" },
    { "tfdt", 8, 498999, UNSUPPORTED, "fragments go back in time" },
    { "trun", 0, 0xa01, UNSUPPORTED, "samples out of order" },
    { "trun", 4, 2, BAD, "table past the end of its box" },
    { "trun", 4, 0xffffffff, BAD, "table past the end of its box" },
    { "trun", 8, 0x7fffffff, BAD, "chunk past the end of the file" },
    { "trun", 8, 0xfffffff0, UNSUPPORTED,
      "chunks overlap or are out of order" },
    { "trun", 8, 0x80000000, BAD, "chunk past the end of the file" },
    { "trun", 16, 0x7fffffff, BAD, "chunk past the end of the file" },
    { "moof", -8, 0x7fffffff, BAD, "box past the end of the file" },
    { "traf", -8, 0x7fffffff, BAD, "box does not fit in its parent" }
};


static void
refuses_hostile_fragments(void **state)
{
    size_t      i;
    mp4_file_t  f;

    (void) state;

    for (i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        f = fragment_build(&ten);
        index_refused(&hostile[i], &f);
    }
}


/* where the bytes of a second part begin, only its first part would tell */

static void
refuses_other_parts(void **state)
{
    mp4_file_t       f;
    resonate_mp4_t   m;
    fragment_spec_t  spec = ten;

    (void) state;

    spec.other = 1;
    spec.implied = 1;
    f = fragment_build(&spec);

    assert_int_equal(index_parse(&m, &f), UNSUPPORTED);
    assert_string_equal(m.reason, "fragment without a base");

    free(m.room);
    free(f.data);

    spec = ten;
    spec.twice = 1;
    f = fragment_build(&spec);

    assert_int_equal(index_parse(&m, &f), UNSUPPORTED);
    assert_string_equal(m.reason, "two parts of one fragment");

    free(m.room);
    free(f.data);
}


/* runs that say nothing of their samples are as many as they say */

static void
refuses_many_samples(void **state)
{
    mp4_file_t       f;
    resonate_mp4_t   m;
    fragment_spec_t  spec = ten;

    (void) state;

    spec.per_fragment = 1000;

    f = fragment_build(&spec);
    mp4_patch(&f, "trun", 0, 1);
    mp4_patch(&f, "trun", 4, RESONATE_MP4_MAX_SAMPLES + 1);

    assert_int_equal(index_parse(&m, &f), UNSUPPORTED);
    assert_string_equal(m.reason, "too many samples");

    free(m.room);
    free(f.data);

    spec.per_fragment = 1;
    spec.movie.samples = RESONATE_MP4_MAX_FRAGMENTS + 1;

    f = fragment_build(&spec);

    assert_int_equal(index_parse(&m, &f), UNSUPPORTED);
    assert_string_equal(m.reason, "too many fragments");

    free(m.room);
    free(f.data);
}


/* cut anywhere: a box that is not whole is seen, and so is one before it */

static void
refuses_truncation(void **state)
{
    size_t                 len;
    mp4_file_t             f, cut;
    resonate_mp4_t         m;
    fragment_spec_t        spec = ten;
    resonate_mp4_status_e  rc;

    (void) state;

    spec.movie.samples = 5;
    spec.per_fragment = 2;

    f = fragment_build(&spec);

    for (len = 0; len < f.len; len++) {

        cut.len = len;
        cut.data = malloc(len + 1);
        assert_non_null(cut.data);
        memcpy(cut.data, f.data, len);

        rc = index_parse(&m, &cut);

        assert_true(rc != OK || m.gathered < 5);
        assert_true(rc == OK || m.reason != NULL);

        free(m.room);
        free(cut.data);
    }

    free(f.data);
}


/* the bytes of a look are gone at the next, and all of them in the end */

static void
keeps_no_bytes(void **state)
{
    size_t                 size;
    uint8_t               *look;
    mp4_file_t             f;
    resonate_mp4_t         m;
    fragment_spec_t        spec = ten;
    resonate_index_t      *x;
    resonate_mp4_status_e  rc;

    (void) state;

    spec.per_fragment = 1;
    spec.movie.size = 20000;                         /* a look for each */
    spec.movie.samples = 100;

    f = fragment_build(&spec);
    resonate_mp4_init(&m, f.len);

    do {
        look = malloc(m.want_size);
        assert_non_null(look);
        memcpy(look, f.data + m.want_offset, m.want_size);

        while ((rc = resonate_mp4_parse(&m, look, m.want_size))
               == RESONATE_MP4_ROOM)
        {
            m.room = realloc(m.room, m.want_room);
            assert_non_null(m.room);
            m.room_size = m.want_room;
        }

        free(look);

    } while (rc == RESONATE_MP4_MORE);

    assert_int_equal(rc, OK);
    assert_int_equal(resonate_index_measure(&m, &size), OK);

    x = malloc(size);
    assert_non_null(x);

    assert_int_equal(resonate_index_build(&m, x, size), OK);
    assert_memory_equal(resonate_index_stsd(x).data, mp4_find(&f, "stsd"),
                        resonate_index_stsd(x).len);

    free(x);
    free(m.room);
    free(f.data);
}


/* the header is of tables, whatever the file is of */

static void
is_cut_to_a_preview(void **state)
{
    mp4_file_t               f, out;
    const char              *reason;
    resonate_preview_t       p;
    const resonate_index_t  *x, *again;

    (void) state;

    f = fragment_build(&ten);
    x = index_of(&f);

    assert_int_equal(resonate_preview_plan(&p, x, 4510, &reason), OK);

    out.len = p.header_size + p.span_size;
    out.data = malloc(out.len);
    assert_non_null(out.data);

    assert_int_equal(resonate_preview_write(&p, out.data), p.header_size);
    memcpy(out.data + p.header_size, f.data + p.span_offset, p.span_size);

    again = index_of(&out);

    assert_int_equal(again->flags, 0);
    assert_int_equal(again->samples, 227);
    assert_int_equal(again->nruns, 3);
    assert_int_equal(out.data[out.len - 1], 227);

    free((void *) again);
    free(out.data);
    free((void *) x);
    free(f.data);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(finds_every_sample),
        cmocka_unit_test(follows_the_clock),
        cmocka_unit_test(refuses_hostile_fragments),
        cmocka_unit_test(refuses_other_parts),
        cmocka_unit_test(refuses_many_samples),
        cmocka_unit_test(refuses_truncation),
        cmocka_unit_test(keeps_no_bytes),
        cmocka_unit_test(is_cut_to_a_preview)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
