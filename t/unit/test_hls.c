
/*
 * Copyright (C) Resonate
 *
 * HLS: where segments begin and end, and that a segment says of its samples
 * what the file does.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "hls_case.h"


#define OK           RESONATE_MP4_OK
#define BAD          RESONATE_MP4_BAD
#define UNSUPPORTED  RESONATE_MP4_UNSUPPORTED

#define HEAD_MAX     (256 * 1024)


/* the durations of all segments, in microseconds, as text */

static const char *
lengths(const mp4_spec_t *spec, uint32_t segment_ms, uint32_t limit_ms)
{
    size_t                  len;
    uint32_t                n;
    uint64_t                at;
    hls_case_t              c;
    static char             text[1024];
    resonate_hls_segment_t  s;

    at = 0;
    len = 0;
    c = hls_case(spec, segment_ms, limit_ms);

    for (n = 0; c.rc == OK && n < c.hls.segments; n++) {

        c.rc = resonate_hls_segment(&c.hls, n, &s, &c.reason);

        if (c.rc == OK) {
            assert_int_equal(s.start_us, at);
            at = s.end_us;
            len += sprintf(text + len, n ? " %u" : "%u",
                           (unsigned) (s.end_us - s.start_us));
        }
    }

    if (c.rc != OK) {
        snprintf(text, sizeof(text), "%s", c.reason);
    }

    hls_free(&c);

    return text;
}


static void
cuts_at_multiples(void **state)
{
    mp4_spec_t  s;

    (void) state;

    s = hls_ten;

    assert_string_equal(lengths(&s, 3000, 0), "3000000 3000000 3000000 "
                                              "1000000");
    assert_string_equal(lengths(&s, 5000, 0), "5000000 5000000");
    assert_string_equal(lengths(&s, 30000, 0), "10000000");

    /* a rest of half a second is a segment, a shorter one is not */

    assert_string_equal(lengths(&s, 9500, 0), "9500000 500000");
    assert_string_equal(lengths(&s, 9501, 0), "10000000");
    assert_string_equal(lengths(&s, 3200, 0), "3200000 3200000 3600000");

    /* the nearest start of a frame: 4.99 is no nearer than 5.00 is */

    assert_string_equal(lengths(&s, 4990, 0), "4980000 5020000");
    assert_string_equal(lengths(&s, 4991, 0), "5000000 5000000");
    assert_string_equal(lengths(&s, 4989, 0), "4980000 5020000");
}


static void
ends_with_the_sound(void **state)
{
    mp4_spec_t  s;

    (void) state;

    s = hls_ten;

    /* padding: 9.95 s of 10 s; frames that only have padding are left out */

    s.edit_duration = 5970;
    assert_string_equal(lengths(&s, 5000, 0), "5000000 4950000");

    /* and the preview ends where it was to */

    assert_string_equal(lengths(&s, 2000, 4490), "2000000 2490000");
    assert_string_equal(lengths(&s, 2000, 4500), "2000000 2000000 500000");
    assert_string_equal(lengths(&s, 2000, 10), "10000");
    assert_string_equal(lengths(&s, 6000, 9949), "6000000 3949000");
    assert_string_equal(lengths(&s, 6000, 9951), "6000000 3950000");
    assert_string_equal(lengths(&s, 6000, 20000), "6000000 3950000");

    /* silence is heard as well */

    s.edits = 2;
    s.silence = 300;
    assert_string_equal(lengths(&s, 5000, 0), "5000000 5450000");
    assert_string_equal(lengths(&s, 5000, 5000), "5000000");
    s.silence = 301;
    assert_string_equal(lengths(&s, 5000, 0),
                        "too much silence before the sound");
}


static void
refuses(void **state)
{
    mp4_spec_t  s;

    (void) state;

    s = hls_ten;

    assert_string_equal(lengths(&s, 999, 0), "length of segments out of range");
    assert_string_equal(lengths(&s, 30001, 0),
                        "length of segments out of range");

    /* frames of two seconds in segments of one */

    s.delta = 100000;
    s.edit_duration = 0;
    assert_string_equal(lengths(&s, 1000, 0),
                        "samples are too long for segments");

    s.delta = 1;
    s.samples = 20000;
    assert_string_equal(lengths(&s, 1000, 0), "too many samples in a segment");

    s.timescale = 1;
    s.delta = 1000000;
    s.samples = 40;
    s.priming = 0;
    assert_string_equal(lengths(&s, 1000, 0), "too many segments");
}


/* two ladders: 1024 and 2048 samples a frame, other rates, other delays */

static void
qualities_keep_in_step(void **state)
{
    uint32_t                n;
    uint64_t                apart;
    hls_case_t              a, b;
    resonate_hls_segment_t  x, y;

    static const mp4_spec_t  lc = {
        .movie_timescale = 1000, .timescale = 44100, .samples = 1800,
        .delta = 1024, .size = 10, .edits = 1, .edit_duration = 40000,
        .priming = 1024
    };

    static const mp4_spec_t  he = {
        .movie_timescale = 1000, .timescale = 48000, .samples = 1000,
        .delta = 2048, .size = 10, .edits = 1, .edit_duration = 40000,
        .priming = 5186
    };

    (void) state;

    a = hls_case(&lc, 6000, 0);
    b = hls_case(&he, 6000, 0);

    assert_int_equal(a.rc, OK);
    assert_int_equal(b.rc, OK);
    assert_int_equal(a.hls.segments, 7);
    assert_int_equal(b.hls.segments, 7);
    assert_int_equal(a.hls.target, b.hls.target);

    for (n = 0; n < 7; n++) {
        assert_int_equal(resonate_hls_segment(&a.hls, n, &x, &a.reason), OK);
        assert_int_equal(resonate_hls_segment(&b.hls, n, &y, &b.reason), OK);

        apart = (x.start_us > y.start_us) ? x.start_us - y.start_us
                                          : y.start_us - x.start_us;
        assert_true(apart <= 2048 * 1000000 / 48000);
    }

    hls_free(&a);
    hls_free(&b);
}


static uint32_t
u32_at(const uint8_t *p, size_t *pos)
{
    *pos += 4;

    return resonate_mp4_u32(p + *pos - 4);
}


/* reads a head as a player does, and compares with the index */

static void
check_moof(const hls_case_t *c, const resonate_hls_segment_t *s,
    const uint8_t *head, size_t len, unsigned *truns)
{
    size_t    pos, moof, box, size, data;
    uint32_t  type, flags, i, n, sample, delta, same, bytes, constant;
    uint64_t  time;

    sample = s->first;
    time = 0;
    moof = 0;
    same = 0;
    constant = 0;
    *truns = 0;

    for (pos = 0; pos < len; ) {

        box = pos;
        size = u32_at(head, &pos);
        type = u32_at(head, &pos);

        switch (type) {

        case resonate_mp4_type('m', 'o', 'o', 'f'):
            moof = box;
            continue;

        case resonate_mp4_type('t', 'r', 'a', 'f'):
            continue;

        case resonate_mp4_type('m', 'f', 'h', 'd'):
            assert_int_equal(resonate_mp4_u32(head + pos + 4), s->n + 1);
            break;

        case resonate_mp4_type('t', 'f', 'h', 'd'):
            flags = u32_at(head, &pos);
            assert_int_equal(flags & ~0x10u, 0x020028);
            assert_int_equal(u32_at(head, &pos), 1);
            same = u32_at(head, &pos);
            constant = (flags & 0x10) ? u32_at(head, &pos) : 0;
            break;

        case resonate_mp4_type('t', 'f', 'd', 't'):
            time = resonate_mp4_u64(head + pos + 4);
            assert_int_equal(time, resonate_index_time(c->index, s->first));
            break;

        case resonate_mp4_type('t', 'r', 'u', 'n'):
            (*truns)++;
            flags = u32_at(head, &pos);
            n = u32_at(head, &pos);
            data = moof + u32_at(head, &pos) - len + s->span.offset;

            for (i = 0; i < n; i++, sample++) {
                delta = (flags & 0x100) ? u32_at(head, &pos) : same;
                bytes = (flags & 0x200) ? u32_at(head, &pos) : constant;

                assert_int_equal(time, resonate_index_time(c->index, sample));
                assert_int_equal(bytes, resonate_index_size(c->index, sample));
                assert_true(data >= s->span.offset && data + bytes
                            <= s->span.offset + s->span.size);
                assert_int_equal(c->file.data[data], (sample + 1) % 251);

                data += bytes;
                time += delta;
            }

            break;

        case resonate_mp4_type('m', 'd', 'a', 't'):
            assert_int_equal(size, s->span.size + 8);
            assert_int_equal(pos, len);
            continue;
        }

        pos = box + size;
    }

    assert_int_equal(sample, s->last);
    assert_int_equal(time, s->end);
}


/* returns how many trun boxes the segments have, all together */

static unsigned
check_segments(const mp4_spec_t *spec, uint32_t segment_ms, uint32_t limit_ms)
{
    size_t                  len;
    uint8_t                *head;
    unsigned                truns, all;
    uint32_t                n;
    hls_case_t              c;
    resonate_hls_segment_t  s;

    all = 0;
    c = hls_case(spec, segment_ms, limit_ms);
    assert_int_equal(c.rc, OK);

    for (n = 0; n < c.hls.segments; n++) {
        assert_int_equal(resonate_hls_segment(&c.hls, n, &s, &c.reason), OK);

        len = resonate_hls_segment_write(&c.hls, &s, NULL, 0);
        head = malloc(len);
        assert_non_null(head);
        assert_int_equal(resonate_hls_segment_write(&c.hls, &s, head, len),
                         len);

        check_moof(&c, &s, head, len, &truns);
        all += truns;

        free(head);
    }

    assert_int_equal(resonate_hls_segment(&c.hls, n, &s, &c.reason), BAD);
    assert_int_equal(resonate_hls_segment(&c.hls, UINT32_MAX, &s, &c.reason),
                     BAD);

    hls_free(&c);

    return all;
}


static void
says_what_the_file_does(void **state)
{
    mp4_spec_t  s;

    (void) state;

    s = hls_ten;
    assert_int_equal(check_segments(&s, 3000, 0), 4);
    assert_int_equal(check_segments(&s, 3000, 4505), 2);

    s.edit_duration = 5970;
    assert_int_equal(check_segments(&s, 3000, 0), 4);

    s.constant = 13;
    assert_int_equal(check_segments(&s, 3000, 0), 4);

    /* chunks of a second, other things between them: the first has priming */

    s.per_chunk = 50;
    assert_int_equal(check_segments(&s, 3000, 0), 4);
    s.gap = 100;
    assert_int_equal(check_segments(&s, 3000, 0), 13);
    s.constant = 0;
    s.co64 = 1;
    assert_int_equal(check_segments(&s, 3000, 0), 13);
}


static void
init_is_a_movie_in_fragments(void **state)
{
    size_t           len;
    uint8_t         *out;
    mp4_file_t       f;
    hls_case_t       c;
    const uint8_t   *elst;

    (void) state;

    c = hls_case(&hls_ten, 6000, 0);

    len = resonate_hls_init_write(c.index, NULL, 0);
    out = malloc(len);
    assert_int_equal(resonate_hls_init_write(c.index, out, len), len);

    f.data = out;
    f.len = len;

    assert_memory_equal(out + 4, "ftypiso6\0\0\0\0iso6mp42cmfc", 24);
    assert_non_null(mp4_find(&f, "mvex"));
    assert_memory_equal(mp4_find(&f, "stsd"), resonate_index_stsd(c.index).data,
                        resonate_index_stsd(c.index).len);

    elst = mp4_find(&f, "elst");
    assert_int_equal(resonate_mp4_u32(elst + 4), 1);
    assert_int_equal(resonate_mp4_u32(elst + 8), 0);
    assert_int_equal(resonate_mp4_u32(elst + 12), 1000);

    free(out);
    hls_free(&c);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(cuts_at_multiples),
        cmocka_unit_test(ends_with_the_sound),
        cmocka_unit_test(refuses),
        cmocka_unit_test(qualities_keep_in_step),
        cmocka_unit_test(says_what_the_file_does),
        cmocka_unit_test(init_is_a_movie_in_fragments)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
