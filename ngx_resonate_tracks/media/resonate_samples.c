
/*
 * Copyright (C) Resonate
 */


#include "resonate_movie.h"
#include "resonate_samples.h"


static void resonate_samples_stts(resonate_box_t *b,
    const resonate_samples_t *s);
static void resonate_samples_stsz(resonate_box_t *b,
    const resonate_samples_t *s);
static void resonate_samples_stsc(resonate_box_t *b,
    const resonate_samples_t *s);
static void resonate_samples_stco(resonate_box_t *b,
    const resonate_samples_t *s);


void
resonate_samples_minf(resonate_box_t *b, const resonate_samples_t *s)
{
    size_t               minf, stbl, box;
    resonate_mp4_view_t  stsd;

    minf = resonate_box_open(b, "minf");

    resonate_movie_smhd(b);
    resonate_movie_dinf(b);

    stbl = resonate_box_open(b, "stbl");

    stsd = resonate_index_stsd(s->index);

    box = resonate_box_open(b, "stsd");
    resonate_box_write(b, stsd.data, stsd.len);
    resonate_box_close(b, box);

    resonate_samples_stts(b, s);
    resonate_samples_stsc(b, s);
    resonate_samples_stsz(b, s);
    resonate_samples_stco(b, s);
    resonate_box_close(b, stbl);

    resonate_box_close(b, minf);
}


/* the last sample ends where it is told to, as encoders write it */

static void
resonate_samples_stts(resonate_box_t *b, const resonate_samples_t *s)
{
    size_t    stts, entries;
    uint32_t  i, n, count, delta, last;

    last = s->samples - 1;

    stts = resonate_box_open_full(b, "stts", 0);
    entries = b->len;
    resonate_box_zeros(b, 1);

    n = 1;

    for (i = 0; i < last; i += count) {

        delta = resonate_index_delta(s->index, i, &count);

        if (count == 0 || count > last - i) {
            count = last - i;
        }

        resonate_box_u32(b, count);
        resonate_box_u32(b, delta);
        n++;
    }

    resonate_box_u32(b, 1);
    resonate_box_u32(b, (uint32_t) (s->end
                                    - resonate_index_time(s->index, last)));

    resonate_box_put(b, entries, n);
    resonate_box_close(b, stts);
}


static void
resonate_samples_stsz(resonate_box_t *b, const resonate_samples_t *s)
{
    size_t    stsz;
    uint32_t  i;

    stsz = resonate_box_open_full(b, "stsz", 0);
    resonate_box_u32(b, s->index->sample_size);
    resonate_box_u32(b, s->samples);

    for (i = 0; s->index->sample_size == 0 && i < s->samples; i++) {
        resonate_box_u32(b, resonate_index_size(s->index, i));
    }

    resonate_box_close(b, stsz);
}


/* samples without a hole between them are one chunk */

static void
resonate_samples_stsc(resonate_box_t *b, const resonate_samples_t *s)
{
    size_t            stsc, count;
    uint32_t          i, n, chunks, samples;
    resonate_piece_t  piece;

    stsc = resonate_box_open_full(b, "stsc", 0);
    count = b->len;
    resonate_box_zeros(b, 1);

    n = 0;
    chunks = 0;
    samples = 0;

    for (i = 0;
         resonate_index_piece(s->index, i, s->samples, &piece);
         i += piece.samples)
    {
        chunks++;

        if (piece.samples == samples) {
            continue;
        }

        n++;
        samples = piece.samples;

        resonate_box_u32(b, chunks);
        resonate_box_u32(b, samples);
        resonate_box_u32(b, 1);
    }

    resonate_box_put(b, count, n);
    resonate_box_close(b, stsc);
}


static void
resonate_samples_stco(resonate_box_t *b, const resonate_samples_t *s)
{
    size_t            stco, count;
    uint32_t          i, n;
    resonate_piece_t  piece;

    stco = resonate_box_open_full(b, "stco", 0);
    count = b->len;
    resonate_box_zeros(b, 1);

    n = 0;

    for (i = 0;
         resonate_index_piece(s->index, i, s->samples, &piece);
         i += piece.samples)
    {
        n++;
        resonate_box_u32(b, (uint32_t) (piece.offset - s->from + s->to));
    }

    resonate_box_put(b, count, n);
    resonate_box_close(b, stco);
}
