
/*
 * Copyright (C) Resonate
 *
 * The index: what it says of times and bytes, and what it is not made of.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "../../ngx_resonate_tracks/media/resonate_index.h"
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


static void
says_what_a_track_is(void **state)
{
    char                     codecs[RESONATE_INDEX_CODECS];
    mp4_file_t               f;
    const resonate_index_t  *x;

    (void) state;

    f = mp4_build(&ten);
    x = index_of(&f);

    assert_int_equal(x->codec, RESONATE_CODEC_AAC);
    assert_string_equal(resonate_index_codecs(x, codecs), "mp4a.40.2");
    assert_int_equal(x->timescale, 50000);
    assert_int_equal(x->samples, 501);
    assert_int_equal(x->priming, 1000);
    assert_int_equal(x->heard, 500000);
    assert_int_equal(x->duration, 501000);
    assert_int_equal(x->silence, 0);
    assert_int_equal(x->file_size, f.len);
    assert_int_equal(resonate_index_heard_ms(x), 10000);
    assert_int_equal(resonate_index_bitrate(x),
                     x->media_bytes * 8000 / 10020);
    assert_memory_equal(resonate_index_stsd(x).data, mp4_find(&f, "stsd"),
                        resonate_index_stsd(x).len);

    free((void *) x);
    free(f.data);
}


/* every sample, against the spec the file was made of */

static void
check(const mp4_spec_t *s, const mp4_file_t *f, const resonate_index_t *x)
{
    uint32_t          i, n, count;
    const char       *reason;
    resonate_span_t   span;
    resonate_piece_t  piece;

    for (i = 0; i < s->samples; i++) {
        assert_int_equal(resonate_index_size(x, i), mp4_size(s, i));
        assert_int_equal(resonate_index_time(x, i), (uint64_t) i * s->delta);
        assert_int_equal(resonate_index_delta(x, i, &count), s->delta);
        assert_int_equal(count, s->samples - i);
        assert_int_equal(resonate_index_sample(x, (uint64_t) i * s->delta), i);
        assert_int_equal(resonate_index_sample(x, (uint64_t) i * s->delta
                                                  + s->delta - 1), i);

        assert_int_equal(resonate_index_span(x, i, i + 1, &span, &reason), OK);
        assert_int_equal(span.size, mp4_size(s, i));
        assert_int_equal(f->data[span.offset], (i + 1) % 251);
        assert_int_equal(f->data[span.offset + span.size - 1], (i + 1) % 251);
    }

    for (i = 0; i < s->samples; i += n) {
        n = resonate_index_piece(x, i, s->samples, &piece);
        assert_in_range(n, 1, s->samples - i);
        assert_int_equal(f->data[piece.offset], (i + 1) % 251);
        assert_int_equal(f->data[piece.offset + piece.size - 1], (i + n) % 251);
    }

    assert_int_equal(i, s->samples);
}


static void
finds_every_sample(void **state)
{
    size_t                   i;
    mp4_file_t               f;
    mp4_spec_t               specs[9];
    const resonate_index_t  *x;

    (void) state;

    for (i = 0; i < 9; i++) {
        specs[i] = ten;
    }

    specs[1].per_chunk = 7;
    specs[2].per_chunk = 7;
    specs[2].gap = 5;
    specs[3].per_chunk = 1;
    specs[3].gap = 1;
    specs[4].constant = 12;
    specs[4].per_chunk = 3;
    specs[4].gap = 3;
    specs[5].co64 = 1;
    specs[6].moov_last = 1;
    specs[7].samples = 512;                          /* steps of 64, exactly */
    specs[8].samples = 3;
    specs[8].size = 70000;                           /* not in 16 bits */

    for (i = 0; i < 9; i++) {
        f = mp4_build(&specs[i]);
        x = index_of(&f);
        check(&specs[i], &f, x);
        free((void *) x);
        free(f.data);
    }
}


static void
answers_behind_the_end(void **state)
{
    uint32_t                 count;
    mp4_file_t               f;
    const char              *reason;
    resonate_span_t          span;
    resonate_piece_t         piece;
    const resonate_index_t  *x;

    (void) state;

    f = mp4_build(&ten);
    x = index_of(&f);

    assert_int_equal(resonate_index_time(x, 501), 501000);
    assert_int_equal(resonate_index_time(x, UINT32_MAX), 501000);
    assert_int_equal(resonate_index_sample(x, 501000), 501);
    assert_int_equal(resonate_index_sample(x, UINT64_MAX), 501);
    assert_int_equal(resonate_index_size(x, 501), 0);
    assert_int_equal(resonate_index_delta(x, 501, &count), 0);
    assert_int_equal(count, 0);
    assert_int_equal(resonate_index_piece(x, 500, 502, &piece), 0);
    assert_int_equal(resonate_index_piece(x, 5, 5, &piece), 0);
    assert_int_equal(resonate_index_span(x, 500, 502, &span, &reason), BAD);
    assert_string_equal(reason, "no such samples");
    assert_int_equal(resonate_index_span(x, 5, 5, &span, &reason), BAD);
    assert_int_equal(resonate_index_span(x, 6, 5, &span, &reason), BAD);

    free((void *) x);
    free(f.data);
}


static const struct {
    uint32_t                ms;
    resonate_mp4_status_e   rc;
    unsigned                whole;
    uint32_t                samples;
    uint32_t                end;
} cuts[] = {
    { 0, UNSUPPORTED, 0, 0, 0 },
    { 1, OK, 0, 2, 1050 },
    { 20, OK, 0, 2, 2000 },
    { 21, OK, 0, 3, 2050 },
    { 4510, OK, 0, 227, 226500 },
    { 9999, OK, 0, 501, 500950 },
    { 10000, OK, 1, 501, 501000 },
    { UINT32_MAX, OK, 1, 501, 501000 }
};


static void
cuts_at_the_length(void **state)
{
    size_t                   i;
    mp4_file_t               f;
    const char              *reason;
    resonate_cut_t           cut;
    const resonate_index_t  *x;

    (void) state;

    f = mp4_build(&ten);
    x = index_of(&f);

    for (i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {

        assert_int_equal(resonate_index_cut(x, cuts[i].ms, &cut, &reason),
                         cuts[i].rc);

        if (cuts[i].rc != OK) {
            continue;
        }

        assert_int_equal(cut.whole, cuts[i].whole);
        assert_int_equal(cut.samples, cuts[i].samples);
        assert_int_equal(cut.end, cuts[i].end);
        assert_int_equal(cut.heard_ms,
                         cuts[i].ms < 10000 ? cuts[i].ms : 10000);
    }

    free((void *) x);
    free(f.data);
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
    { "stco", 24, 40, UNSUPPORTED, "chunks overlap or are out of order" },
    { "stco", 28, 0, UNSUPPORTED, "chunks overlap or are out of order" },
    { "stco", 4, 5, BAD, "fewer chunks than samples" },
    { "stsc", 12, 0, BAD, "chunk without samples" },
    { "stsc", 12, 0xffffffff, BAD, "chunk of too many samples" },
    { "stsc", 20, 1, BAD, "chunk groups out of order" },
    { "stsz", 12, 0xffffffff, BAD, "chunk past the end of the file" },
    { "stts", 8, 0, BAD, "times of no samples" },
    { "stts", 8, 502, BAD, "more times than samples" },
    { "stts", 8, 500, BAD, "fewer times than samples" },
    { "stts", 12, 0, UNSUPPORTED, "edit list leaves nothing to hear" },
    { "elst", 12, 50001, UNSUPPORTED, "edit list skips too much" },
    { "mdhd", 12, 0xffffffff, UNSUPPORTED, "timescale is too large" }
};


static void
refuses_hostile_tables(void **state)
{
    size_t                 i, size;
    mp4_file_t             f;
    mp4_spec_t             spec = ten;
    resonate_mp4_t         m;

    (void) state;

    spec.per_chunk = 100;

    for (i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {

        f = mp4_build(&spec);
        mp4_patch(&f, hostile[i].box, hostile[i].offset, hostile[i].value);

        assert_int_equal(index_parse(&m, &f), OK);
        assert_int_equal(resonate_index_measure(&m, &size), hostile[i].rc);
        assert_string_equal(m.reason, hostile[i].reason);
        assert_int_equal(size, 0);

        free(f.data);
    }
}


/* a block of shared memory, cut or bent anywhere: no read outside of it */

static void
survives_a_bent_block(void **state)
{
    size_t             i, size;
    uint8_t           *block;
    mp4_file_t         f;
    const char        *reason;
    resonate_index_t  *x;

    (void) state;

    f = mp4_build(&ten);
    x = (resonate_index_t *) index_of(&f);
    size = x->size;
    block = (uint8_t *) x;

    for (i = 0; i < size; i++) {
        assert_null(resonate_index_open(block, i, &reason));
    }

    for (i = 0; i < size; i++) {
        block[i] ^= 0xff;
        index_use(block, size);
        block[i] ^= 0xff;
    }

    assert_non_null(resonate_index_open(block, size, &reason));

    free(x);
    free(f.data);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(says_what_a_track_is),
        cmocka_unit_test(finds_every_sample),
        cmocka_unit_test(answers_behind_the_end),
        cmocka_unit_test(cuts_at_the_length),
        cmocka_unit_test(refuses_hostile_tables),
        cmocka_unit_test(survives_a_bent_block)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
