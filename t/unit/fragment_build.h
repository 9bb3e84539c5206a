
/*
 * Copyright (C) Resonate
 *
 * Builds small fragmented MP4s, with what mp4_build.h builds boxes with.
 */


#ifndef _FRAGMENT_BUILD_H_INCLUDED_
#define _FRAGMENT_BUILD_H_INCLUDED_


#include "mp4_build.h"


typedef struct {
    mp4_spec_t   movie;          /* its samples are all in fragments */
    uint32_t     per_fragment;
    uint32_t     runs;           /* boxes in each; 0 is 1 */
    uint32_t     hybrid;         /* samples that are in the moov */
    uint64_t     start;          /* of the first fragment's time */
    uint32_t     pause;          /* before every other one */
    unsigned     base:1;         /* base-data-offset, else of the moof */
    unsigned     implied:1;      /* neither: of the moof, by default */
    unsigned     defaults:1;     /* durations of trex, else of each sample */
    unsigned     no_times:1;     /* no tfdt */
    unsigned     sidx:1;
    unsigned     other:1;        /* a traf of another track before it, */
    unsigned     twice:1;        /* or of the same one */
} fragment_spec_t;


static inline void
fragment_other(mp4_file_t *f, uint32_t track)
{
    size_t  traf, box;

    traf = mp4_open(f, "traf", 0);
    box = mp4_open(f, "tfhd", 0);
    mp4_u32(f, 0x020000);
    mp4_u32(f, track);
    mp4_close(f, box);
    mp4_close(f, traf);
}


/* samples [first, first + n); returns where the offset is */

static inline size_t
fragment_trun(mp4_file_t *f, const fragment_spec_t *s, uint32_t first,
    uint32_t n, unsigned offset)
{
    size_t    trun, place;
    uint32_t  i, flags;

    flags = 0x200 | (s->defaults ? 0 : 0x100) | (offset ? 1 : 0);

    trun = mp4_open(f, "trun", 0);
    mp4_u32(f, flags);
    mp4_u32(f, n);

    place = f->len;

    if (offset) {
        mp4_u32(f, 0);
    }

    for (i = first; i < first + n; i++) {

        if (!s->defaults) {
            mp4_u32(f, s->movie.delta);
        }

        mp4_u32(f, mp4_size(&s->movie, i));
    }

    mp4_close(f, trun);

    return place;
}


static inline void
fragment_samples(mp4_file_t *f, const mp4_spec_t *s, uint32_t first,
    uint32_t n)
{
    uint32_t  i;

    for (i = first; i < first + n; i++) {
        assert(f->len + mp4_size(s, i) <= MP4_BUILD_MAX);
        memset(f->data + f->len, (int) ((i + 1) % 251), mp4_size(s, i));
        f->len += mp4_size(s, i);
    }
}


static inline void
fragment_moof(mp4_file_t *f, const fragment_spec_t *s, uint32_t first,
    uint32_t n, uint64_t time)
{
    size_t    moof, traf, box, mdat, place;
    uint32_t  i, runs, some;

    moof = mp4_open(f, "moof", 0);

    if (s->other || s->twice) {
        fragment_other(f, s->twice ? 1 : 2);
    }

    traf = mp4_open(f, "traf", 0);

    box = mp4_open(f, "tfhd", 0);
    mp4_u32(f, s->base ? 1 : s->implied ? 0 : 0x020000);
    mp4_u32(f, 1);

    if (s->base) {
        mp4_u32(f, 0);
        mp4_u32(f, (uint32_t) moof);
    }

    mp4_close(f, box);

    if (!s->no_times) {
        box = mp4_open(f, "tfdt", 0);
        mp4_u32(f, 0x01000000);
        mp4_u32(f, (uint32_t) (time >> 32));
        mp4_u32(f, (uint32_t) time);
        mp4_close(f, box);
    }

    /* the second run goes on where the first one ends */

    runs = s->runs ? s->runs : 1;
    some = n / runs;
    place = fragment_trun(f, s, first, n - some * (runs - 1), 1);

    for (i = 1; i < runs; i++) {
        (void) fragment_trun(f, s, first + n - some * (runs - i), some, 0);
    }

    mp4_close(f, traf);
    mp4_close(f, moof);

    mdat = mp4_open(f, "mdat", 0);
    mp4_put(f, place, (uint32_t) (f->len - moof));
    fragment_samples(f, &s->movie, first, n);
    mp4_close(f, mdat);
}


static inline size_t
fragment_moov(mp4_file_t *f, const fragment_spec_t *s)
{
    size_t      moov, mvex, trex, offsets;
    mp4_spec_t  movie = s->movie;

    movie.samples = s->hybrid;
    movie.per_chunk = s->hybrid ? s->hybrid : 1;

    moov = mp4_open(f, "moov", 0);
    mp4_times(f, "mvhd", movie.movie_timescale, 100);
    offsets = mp4_trak(f, &movie, "soun");

    mvex = mp4_open(f, "mvex", 0);
    trex = mp4_open(f, "trex", 0);
    mp4_u32(f, 0);
    mp4_u32(f, 1);
    mp4_u32(f, 1);
    mp4_u32(f, s->movie.delta);
    mp4_zeros(f, 8);
    mp4_close(f, trex);
    mp4_close(f, mvex);

    mp4_close(f, moov);

    return offsets;
}


static inline mp4_file_t
fragment_build(const fragment_spec_t *s)
{
    size_t      box, offsets;
    uint32_t    i, n, pauses;
    mp4_file_t  f;

    f.len = 0;
    f.data = malloc(MP4_BUILD_MAX);
    assert(f.data);

    mp4_u32(&f, 24);
    mp4_bytes(&f, "ftypiso6\0\0\0\0iso6cmfc", 20);

    offsets = fragment_moov(&f, s);

    if (s->sidx) {
        box = mp4_open(&f, "sidx", 0);
        mp4_zeros(&f, 32);
        mp4_close(&f, box);
    }

    if (s->hybrid) {
        box = mp4_open(&f, "mdat", 0);
        mp4_put(&f, offsets, (uint32_t) f.len);
        fragment_samples(&f, &s->movie, 0, s->hybrid);
        mp4_close(&f, box);
    }

    pauses = 0;

    for (i = s->hybrid; i < s->movie.samples; i += n) {
        n = s->movie.samples - i;
        n = (n > s->per_fragment) ? s->per_fragment : n;

        fragment_moof(&f, s, i, n,
                      s->start + (uint64_t) i * s->movie.delta
                      + (uint64_t) s->pause * pauses++);
    }

    f.data = realloc(f.data, f.len);
    assert(f.data);

    return f;
}


#endif /* _FRAGMENT_BUILD_H_INCLUDED_ */
