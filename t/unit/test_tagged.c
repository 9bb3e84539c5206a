
/*
 * Copyright (C) Resonate
 *
 * The tagged form: the same samples at the same times, and what is written
 * before them.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "../../ngx_resonate_tracks/media/resonate_samples.h"
#include "../../ngx_resonate_tracks/media/resonate_tagged.h"
#include "index_case.h"


static const mp4_spec_t  ten = {
    .movie_timescale = 600, .timescale = 50000, .samples = 501,
    .delta = 1000, .size = 10, .edits = 1, .edit_duration = 6000,
    .priming = 1000, .per_chunk = 7
};

static const resonate_tags_t  tags = {
    "Title", "Zo\xc3\xab", "Album", 3, 12, 1, 2020
};


/* as a client gets it; the cover is of bytes 0xee */

static mp4_file_t
serve(const resonate_tagged_t *t, const mp4_file_t *f, size_t cover)
{
    uint8_t     *p;
    mp4_file_t   out;

    out.len = t->head_size + cover + RESONATE_TAGGED_MDAT + t->span_size;
    out.data = malloc(out.len);
    assert_non_null(out.data);

    assert_int_equal(resonate_tagged_write(t, NULL), t->head_size);
    assert_int_equal(resonate_tagged_write(t, out.data), t->head_size);

    p = out.data + t->head_size;
    memset(p, 0xee, cover);
    resonate_tagged_mdat(t->span_size, p + cover);
    memcpy(p + cover + RESONATE_TAGGED_MDAT, f->data + t->span_offset,
           t->span_size);

    return out;
}


static void
same_samples(const resonate_index_t *x, const mp4_file_t *f,
    const resonate_index_t *y, const mp4_file_t *out)
{
    uint32_t         i;
    const char      *reason;
    resonate_span_t  a, b;

    assert_int_equal(y->samples, x->samples);
    assert_int_equal(y->timescale, x->timescale);
    assert_int_equal(y->duration, x->duration);
    assert_int_equal(y->priming, x->priming);
    assert_int_equal(y->heard, x->heard);
    assert_int_equal(y->silence, x->silence);

    for (i = 0; i < x->samples; i++) {
        assert_int_equal(resonate_index_time(y, i), resonate_index_time(x, i));
        assert_int_equal(resonate_index_span(x, i, i + 1, &a, &reason),
                         RESONATE_MP4_OK);
        assert_int_equal(resonate_index_span(y, i, i + 1, &b, &reason),
                         RESONATE_MP4_OK);
        assert_int_equal(a.size, b.size);
        assert_memory_equal(f->data + a.offset, out->data + b.offset, a.size);
    }
}


static void
keeps_every_sample(void **state)
{
    size_t                   i, cover;
    mp4_file_t               f, out;
    mp4_spec_t               specs[6];
    const char              *reason;
    resonate_tagged_t        t;
    const resonate_index_t  *x, *y;

    (void) state;

    for (i = 0; i < 6; i++) {
        specs[i] = ten;
    }

    specs[1].gap = 5;
    specs[2].constant = 12;
    specs[3].moov_last = 1;
    specs[4].edits = 0;
    specs[4].co64 = 1;
    specs[5].edits = 2;
    specs[5].silence = 300;

    for (i = 0; i < 12; i++) {
        cover = (i & 1) ? 1001 : 0;

        f = mp4_build(&specs[i / 2]);
        x = index_of(&f);

        assert_int_equal(resonate_tagged_plan(&t, x, &tags, (uint32_t) cover,
                                              &reason),
                         RESONATE_MP4_OK);
        out = serve(&t, &f, cover);
        y = index_of(&out);

        same_samples(x, &f, y, &out);

        free((void *) y);
        free(out.data);
        free((void *) x);
        free(f.data);
    }
}


static void
writes_tags(void **state)
{
    uint8_t                 *p;
    mp4_file_t               f, out;
    const char              *reason;
    resonate_tagged_t        t;
    const resonate_index_t  *x;

    (void) state;

    f = mp4_build(&ten);
    x = index_of(&f);

    assert_int_equal(resonate_tagged_plan(&t, x, &tags, 100, &reason),
                     RESONATE_MP4_OK);
    out = serve(&t, &f, 100);

    p = mp4_find(&out, "trkn");
    assert_memory_equal(p + 8, "\0\0\0\0\0\0\0\0\0\0\0\3\0\14\0\0", 16);

    p = mp4_find(&out, "disk");
    assert_memory_equal(p + 8, "\0\0\0\0\0\0\0\0\0\0\0\1\0\0", 14);

    p = mp4_find(&out, "\251ART");
    assert_memory_equal(p + 8, "\0\0\0\1\0\0\0\0Zo\xc3\xab", 12);

    p = mp4_find(&out, "\251day");
    assert_memory_equal(p + 8, "\0\0\0\1\0\0\0\0002020", 12);

    /* all of the cover is in its box, and the box the last of moov */

    p = mp4_find(&out, "covr");
    assert_int_equal(resonate_mp4_u32(p), 116);
    assert_memory_equal(p + 8, "\0\0\0\15\0\0\0\0\xee", 9);
    assert_true(p + 116 == out.data + t.head_size + 100);

    free(out.data);
    free((void *) x);
    free(f.data);
}


static int
has(const mp4_file_t *f, const char *type)
{
    size_t  i;

    for (i = 0; i + 4 <= f->len; i++) {
        if (memcmp(f->data + i, type, 4) == 0) {
            return 1;
        }
    }

    return 0;
}


static void
leaves_out_what_is_not_known(void **state)
{
    mp4_file_t               f, out;
    const char              *reason;
    resonate_tags_t          none = { "", NULL, NULL, 0, 9, 65536, 0 };
    resonate_tagged_t        t;
    const resonate_index_t  *x;

    (void) state;

    f = mp4_build(&ten);
    x = index_of(&f);

    assert_int_equal(resonate_tagged_plan(&t, x, &none, 0, &reason),
                     RESONATE_MP4_OK);
    out = serve(&t, &f, 0);

    assert_false(has(&out, "\251nam"));
    assert_false(has(&out, "\251day"));
    assert_false(has(&out, "trkn"));
    assert_false(has(&out, "disk"));
    assert_false(has(&out, "covr"));

    assert_int_equal(resonate_tagged_plan(&t, x, &none,
                                          RESONATE_TAGGED_MAX_COVER + 1,
                                          &reason),
                     RESONATE_MP4_UNSUPPORTED);
    assert_string_equal(reason, "cover is too large");

    free(out.data);
    free((void *) x);
    free(f.data);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(keeps_every_sample),
        cmocka_unit_test(writes_tags),
        cmocka_unit_test(leaves_out_what_is_not_known)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
