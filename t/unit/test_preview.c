
/*
 * Copyright (C) Resonate
 *
 * The preview plan: how long, which bytes, and never a later one.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "../../ngx_resonate_tracks/media/resonate_preview.h"
#include "index_case.h"


#define OK           RESONATE_MP4_OK
#define BAD          RESONATE_MP4_BAD
#define UNSUPPORTED  RESONATE_MP4_UNSUPPORTED


/* ten seconds in frames of 1/50 s, one more for the priming */

static const mp4_spec_t  ten = {
    .movie_timescale = 600, .timescale = 50000, .samples = 501,
    .delta = 1000, .size = 10, .edits = 1, .edit_duration = 6000,
    .priming = 1000
};


/* a file read and planned: zeros at first, to be dropped */

typedef struct {
    resonate_mp4_t       mp4;
    void                *block;
    const char          *reason;
    resonate_preview_t   plan;
} case_t;


static void
drop(case_t *c)
{
    free(c->mp4.room);
    free(c->block);

    memset(c, 0, sizeof(case_t));
}


static resonate_mp4_status_e
plan(case_t *c, const mp4_file_t *f, uint32_t ms)
{
    const resonate_index_t  *x;
    resonate_mp4_status_e    rc;

    drop(c);

    rc = index_make(&c->mp4, f, &c->block);

    if (rc != OK) {
        c->reason = c->mp4.reason;
        return rc;
    }

    x = resonate_index_open(c->block, ((resonate_index_t *) c->block)->size,
                            &c->reason);
    assert_non_null(x);

    return resonate_preview_plan(&c->plan, x, ms, &c->reason);
}


/* the preview as a client gets it */

static mp4_file_t
serve(const resonate_preview_t *p, const mp4_file_t *f)
{
    mp4_file_t  out;

    out.len = p->header_size + p->span_size;
    out.data = malloc(out.len);
    assert_non_null(out.data);

    assert_int_equal(resonate_preview_write(p, NULL), p->header_size);
    assert_int_equal(resonate_preview_write(p, out.data), p->header_size);
    assert_true(p->span_offset + p->span_size <= f->len);

    memcpy(out.data + p->header_size, f->data + p->span_offset, p->span_size);

    return out;
}


/* walks the samples of a preview and looks at their bytes */

static void
check_samples(const resonate_mp4_t *m, const mp4_file_t *f)
{
    uint8_t   *p;
    uint32_t   chunk, entry, i, n, sample, size;

    n = 0;
    entry = 0;
    sample = 0;

    for (chunk = 0; chunk < m->stco.count; chunk++) {

        if (entry < m->stsc.count
            && resonate_mp4_u32(m->stsc.data + entry * 12) == chunk + 1)
        {
            n = resonate_mp4_u32(m->stsc.data + entry++ * 12 + 4);
        }

        p = f->data + resonate_mp4_u32(m->stco.data + chunk * 4);

        for (i = 0; i < n; i++) {

            size = m->sample_size
                   ? m->sample_size
                   : resonate_mp4_u32(m->stsz.data + sample * 4);

            assert_true(p + size <= f->data + f->len);
            sample++;

            while (size--) {
                assert_int_equal(*p++, sample % 251);
            }
        }
    }

    assert_int_equal(sample, m->stsz.count);
    assert_int_equal(entry, m->stsc.count);
}


static void
cuts_at_the_length(void **state)
{
    mp4_file_t  f, out;
    case_t      c = { .block = NULL }, again = { .block = NULL };

    (void) state;

    f = mp4_build(&ten);

    assert_int_equal(plan(&c, &f, 4510), OK);
    assert_false(c.plan.whole);

    /* priming and 4.5 s are 226 frames, 10 ms are half a frame */

    out = serve(&c.plan, &f);

    assert_int_equal(plan(&again, &out, 4510), OK);
    assert_true(again.plan.whole);
    assert_int_equal(again.mp4.stsz.count, 227);
    assert_int_equal(again.mp4.timescale, 50000);
    assert_int_equal(again.mp4.movie_timescale, 1000);
    assert_int_equal(again.mp4.edit_start, 1000);
    assert_int_equal(again.mp4.edit_duration, 4510);
    assert_int_equal(again.mp4.stts.count, 2);
    assert_int_equal(resonate_mp4_u32(again.mp4.stts.data), 226);
    assert_int_equal(resonate_mp4_u32(again.mp4.stts.data + 12), 500);
    assert_int_equal(resonate_mp4_u32(mp4_find(&out, "mvhd") + 16), 4510);
    assert_int_equal(resonate_mp4_u32(mp4_find(&out, "tkhd") + 20), 4510);
    assert_int_equal(resonate_mp4_u32(mp4_find(&out, "mdhd") + 16), 226500);

    check_samples(&again.mp4, &out);

    /* the last byte is of the last sample: no later one is there */

    assert_int_equal(out.data[out.len - 1], 227);

    free(out.data);
    free(f.data);
    drop(&again);
    drop(&c);
}


static void
cuts_every_form(void **state)
{
    size_t      i;
    mp4_file_t  f, out;
    mp4_spec_t  specs[8];
    case_t      c = { .block = NULL }, again = { .block = NULL };

    (void) state;

    for (i = 0; i < 8; i++) {
        specs[i] = ten;
    }

    specs[0].per_chunk = 7;
    specs[1].per_chunk = 7;
    specs[1].gap = 5;
    specs[2].per_chunk = 1;
    specs[2].gap = 1;
    specs[3].constant = 12;
    specs[4].co64 = 1;
    specs[4].per_chunk = 100;
    specs[5].moov_last = 1;
    specs[6].edits = 0;
    specs[6].long_boxes = 1;
    specs[7].edits = 2;
    specs[7].silence = 300;

    for (i = 0; i < 8; i++) {
        f = mp4_build(&specs[i]);

        assert_int_equal(plan(&c, &f, 3000), OK);
        out = serve(&c.plan, &f);

        assert_int_equal(plan(&again, &out, 3000), OK);
        assert_true(again.plan.whole);
        assert_int_equal(again.mp4.stsz.count,
                         i == 6 ? 150 : i == 7 ? 126 : 151);
        assert_int_equal(again.mp4.stco.count, i == 1 ? 22 : i == 2 ? 151 : 1);
        assert_int_equal(again.mp4.edit_duration, i == 7 ? 2500 : 3000);
        check_samples(&again.mp4, &out);

        free(out.data);
        free(f.data);
    }
    drop(&again);
    drop(&c);
}


static void
gives_the_same_bytes_again(void **state)
{
    mp4_file_t  f, one, two;
    case_t      c = { .block = NULL };

    (void) state;

    f = mp4_build(&ten);

    assert_int_equal(plan(&c, &f, 2000), OK);
    one = serve(&c.plan, &f);

    assert_int_equal(plan(&c, &f, 2000), OK);
    two = serve(&c.plan, &f);

    assert_int_equal(one.len, two.len);
    assert_memory_equal(one.data, two.data, one.len);

    free(two.data);
    free(one.data);
    free(f.data);
    drop(&c);
}


static const struct {
    uint32_t                ms;
    resonate_mp4_status_e   rc;
    unsigned                whole;
} lengths[] = {
    { 0, UNSUPPORTED, 0 },
    { 1, OK, 0 },
    { 20, OK, 0 },
    { 9999, OK, 0 },
    { 10000, OK, 1 },
    { 45000, OK, 1 },
    { RESONATE_PREVIEW_MAX_MS, OK, 1 },
    { RESONATE_PREVIEW_MAX_MS + 1, UNSUPPORTED, 0 },
    { UINT32_MAX, UNSUPPORTED, 0 }
};


static void
serves_a_short_file_whole(void **state)
{
    size_t      i;
    mp4_file_t  f;
    case_t      c = { .block = NULL };

    (void) state;

    f = mp4_build(&ten);

    for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {

        assert_int_equal(plan(&c, &f, lengths[i].ms), lengths[i].rc);

        if (lengths[i].rc != OK) {
            continue;
        }

        assert_int_equal(c.plan.whole, lengths[i].whole);

        if (c.plan.whole) {
            assert_int_equal(c.plan.header_size, 0);
            assert_int_equal(c.plan.span_offset, 0);
            assert_int_equal(c.plan.span_size, f.len);
        }
    }

    free(f.data);
    drop(&c);
}


/* per_chunk is 100 here: six chunks, the last one of a single sample */

static const struct {
    const char             *box;
    int                     offset;
    uint32_t                value;
    resonate_mp4_status_e   rc;
    const char             *reason;
} hostile[] = {
    { "stco", 8, 0x7fffffff, BAD, "chunk past the end of the file" },
    { "stco", 8, 0xffffffff, BAD, "chunk past the end of the file" },
    { "stco", 24, 40, UNSUPPORTED, "chunks overlap or are out of order" },
    { "stco", 28, 0, UNSUPPORTED, "chunks overlap or are out of order" },
    { "stco", 4, 5, BAD, "fewer chunks than samples" },
    { "stsc", 8, 2, BAD, "chunk without samples" },
    { "stsc", 12, 0, BAD, "chunk without samples" },
    { "stsc", 12, 0xffffffff, BAD, "chunk of too many samples" },
    { "stsc", 12, 101, UNSUPPORTED, "chunks overlap or are out of order" },
    { "stts", 8, 0, BAD, "times of no samples" },
    { "stsc", 16, 2, BAD, "unknown sample description" },
    { "stsc", 20, 1, BAD, "chunk groups out of order" },
    { "stsz", 12, 0xffffffff, BAD, "chunk past the end of the file" },
    { "stsz", 4, 0x7fffffff, BAD, "chunk past the end of the file" },
    { "stts", 8, 502, BAD, "more times than samples" },
    { "stts", 8, 0xffffffff, BAD, "more times than samples" },
    { "stts", 8, 500, BAD, "fewer times than samples" },
    { "stts", 12, 0, UNSUPPORTED, "edit list leaves nothing to hear" },
    { "stts", 12, 10, UNSUPPORTED,
      "samples are too short for their codec" },
    { "elst", 12, 50001, UNSUPPORTED, "edit list skips too much" },
    { "elst", 12, 0x7fffffff, UNSUPPORTED, "edit list skips too much" },
    { "mvhd", 12, 0xffffffff, UNSUPPORTED,
      "edit list leaves nothing to hear" },
    { "mdhd", 12, 0xffffffff, UNSUPPORTED, "timescale is too large" }
};


static void
refuses_hostile_tables(void **state)
{
    size_t                 i;
    mp4_file_t             f;
    mp4_spec_t             spec = ten;
    case_t                 c = { .block = NULL };
    resonate_mp4_status_e  rc;

    (void) state;

    spec.per_chunk = 100;

    for (i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {

        f = mp4_build(&spec);
        mp4_patch(&f, hostile[i].box, hostile[i].offset, hostile[i].value);

        rc = plan(&c, &f, 3000);

        if (rc != hostile[i].rc
            || strcmp(c.reason, hostile[i].reason) != 0)
        {
            print_message("case %zu: %s\n", i, c.reason ? c.reason : "OK");
        }

        assert_int_equal(rc, hostile[i].rc);
        assert_string_equal(c.reason, hostile[i].reason);

        free(f.data);
    }
    drop(&c);
}


/* silence up to the last millisecond, which is less than a unit of time */

static void
refuses_a_preview_of_no_time(void **state)
{
    uint32_t    delta;
    mp4_file_t  f;
    mp4_spec_t  spec = ten;
    case_t      c = { .block = NULL };

    (void) state;

    spec.timescale = 499;
    spec.edits = 2;
    spec.silence = 1799;
    spec.priming = 0;

    for (delta = 0; delta < 20; delta += 10) {

        spec.delta = delta;
        f = mp4_build(&spec);

        assert_int_equal(plan(&c, &f, 3000), UNSUPPORTED);
        assert_string_equal(c.reason, "edit list leaves nothing to hear");

        free(f.data);
    }
    drop(&c);
}


/* an edit list may be shorter than the media, it never makes it longer */

static void
believes_the_samples(void **state)
{
    mp4_file_t  f, out;
    case_t      c = { .block = NULL }, again = { .block = NULL };

    (void) state;

    f = mp4_build(&ten);
    mp4_patch(&f, "elst", 8, 600);

    assert_int_equal(plan(&c, &f, 3000), OK);
    assert_false(c.plan.whole);

    out = serve(&c.plan, &f);

    assert_int_equal(plan(&again, &out, 3000), OK);
    assert_int_equal(again.mp4.stsz.count, 151);
    assert_int_equal(again.mp4.edit_duration, 1000);

    free(out.data);
    free(f.data);
    drop(&again);
    drop(&c);
}


static void
refuses_samples_without_bytes(void **state)
{
    size_t      i;
    mp4_file_t  f;
    case_t      c = { .block = NULL };

    (void) state;

    f = mp4_build(&ten);

    for (i = 0; i < ten.samples; i++) {
        mp4_patch(&f, "stsz", 12 + (int) i * 4, 0);
    }

    assert_int_equal(plan(&c, &f, 3000), BAD);
    assert_string_equal(c.reason, "samples without bytes");

    free(f.data);
    drop(&c);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(cuts_at_the_length),
        cmocka_unit_test(cuts_every_form),
        cmocka_unit_test(gives_the_same_bytes_again),
        cmocka_unit_test(serves_a_short_file_whole),
        cmocka_unit_test(refuses_hostile_tables),
        cmocka_unit_test(refuses_a_preview_of_no_time),
        cmocka_unit_test(believes_the_samples),
        cmocka_unit_test(refuses_samples_without_bytes)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
