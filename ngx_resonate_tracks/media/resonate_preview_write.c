
/*
 * Copyright (C) Resonate
 */


#include "resonate_movie.h"
#include "resonate_preview_internal.h"


#define RESONATE_PREVIEW_MOVIE_TIMESCALE  1000       /* milliseconds */


static void resonate_write_header(const resonate_preview_t *p,
    resonate_box_t *b);
static void resonate_write_trak(const resonate_preview_t *p,
    resonate_box_t *b);
static void resonate_write_minf(const resonate_preview_t *p,
    resonate_box_t *b);
static void resonate_write_stts(const resonate_preview_t *p,
    resonate_box_t *b);
static void resonate_write_stsz(const resonate_preview_t *p,
    resonate_box_t *b);
static void resonate_write_stsc(const resonate_preview_t *p,
    resonate_box_t *b);
static void resonate_write_stco(const resonate_preview_t *p,
    resonate_box_t *b);


size_t
resonate_preview_write(const resonate_preview_t *p, uint8_t *out)
{
    resonate_box_t  b;

    resonate_box_init(&b, out, p->header_size);

    resonate_write_header(p, &b);

    return b.len;
}


static void
resonate_write_header(const resonate_preview_t *p, resonate_box_t *b)
{
    size_t  ftyp, moov;

    ftyp = resonate_box_open(b, "ftyp");
    resonate_box_write(b, "M4A \0\0\2\0M4A isomiso2", 20);
    resonate_box_close(b, ftyp);

    moov = resonate_box_open(b, "moov");
    resonate_movie_mvhd(b, RESONATE_PREVIEW_MOVIE_TIMESCALE,
                        p->empty_ms + p->edit_ms);
    resonate_write_trak(p, b);
    resonate_box_close(b, moov);

    resonate_box_u32(b, (uint32_t) p->span_size + 8);
    resonate_box_write(b, "mdat", 4);
}


static void
resonate_write_trak(const resonate_preview_t *p, resonate_box_t *b)
{
    size_t  trak, mdia;

    trak = resonate_box_open(b, "trak");
    resonate_movie_tkhd(b, p->empty_ms + p->edit_ms);
    resonate_movie_edts(b, p->empty_ms, p->edit_ms,
                        (uint32_t) p->mp4->edit_start);

    mdia = resonate_box_open(b, "mdia");
    resonate_movie_mdhd(b, p->mp4->timescale, (uint32_t) p->duration);
    resonate_movie_hdlr(b);
    resonate_write_minf(p, b);
    resonate_box_close(b, mdia);

    resonate_box_close(b, trak);
}


static void
resonate_write_minf(const resonate_preview_t *p, resonate_box_t *b)
{
    size_t  minf, stbl, box;

    minf = resonate_box_open(b, "minf");
    resonate_movie_smhd(b);
    resonate_movie_dinf(b);

    stbl = resonate_box_open(b, "stbl");

    box = resonate_box_open(b, "stsd");
    resonate_box_write(b, p->mp4->stsd.data, p->mp4->stsd.len);
    resonate_box_close(b, box);

    resonate_write_stts(p, b);
    resonate_write_stsc(p, b);
    resonate_write_stsz(p, b);
    resonate_write_stco(p, b);
    resonate_box_close(b, stbl);

    resonate_box_close(b, minf);
}


/* the last sample ends where the preview does, as encoders write it */

static void
resonate_write_stts(const resonate_preview_t *p, resonate_box_t *b)
{
    size_t    stts;
    uint32_t  before;

    before = p->deltas - 1;

    stts = resonate_box_open_full(b, "stts", 0);
    resonate_box_u32(b, before + (p->last_count > 1) + 1);
    resonate_box_write(b, p->mp4->stts.data, (size_t) before * 8);

    if (p->last_count > 1) {
        resonate_box_u32(b, p->last_count - 1);
        resonate_box_write(b, p->mp4->stts.data + (size_t) before * 8 + 4, 4);
    }

    resonate_box_u32(b, 1);
    resonate_box_u32(b, p->last_delta);
    resonate_box_close(b, stts);
}


static void
resonate_write_stsz(const resonate_preview_t *p, resonate_box_t *b)
{
    size_t  stsz;

    stsz = resonate_box_open_full(b, "stsz", 0);
    resonate_box_u32(b, p->mp4->sample_size);
    resonate_box_u32(b, p->samples);

    if (p->mp4->sample_size == 0) {
        resonate_box_write(b, p->mp4->stsz.data, (size_t) p->samples * 4);
    }

    resonate_box_close(b, stsz);
}


static void
resonate_write_stsc(const resonate_preview_t *p, resonate_box_t *b)
{
    size_t             stsc, count;
    uint32_t           n, runs, samples;
    resonate_run_t     run;
    resonate_chunks_t  c;

    stsc = resonate_box_open_full(b, "stsc", 0);
    count = b->len;
    resonate_box_zeros(b, 1);

    n = 0;
    runs = 0;
    samples = 0;

    resonate_chunks_init(&c, p->mp4, p->samples);
    (void) resonate_chunks_next(&c);

    while (resonate_run_next(&c, &run)) {

        runs++;

        if (run.samples == samples) {
            continue;
        }

        n++;
        samples = run.samples;

        resonate_box_u32(b, runs);
        resonate_box_u32(b, samples);
        resonate_box_u32(b, 1);
    }

    resonate_box_put(b, count, n);
    resonate_box_close(b, stsc);
}


static void
resonate_write_stco(const resonate_preview_t *p, resonate_box_t *b)
{
    size_t             stco, count;
    uint32_t           n;
    resonate_run_t     run;
    resonate_chunks_t  c;

    stco = resonate_box_open_full(b, "stco", 0);
    count = b->len;
    resonate_box_zeros(b, 1);

    n = 0;

    resonate_chunks_init(&c, p->mp4, p->samples);
    (void) resonate_chunks_next(&c);

    while (resonate_run_next(&c, &run)) {
        n++;
        resonate_box_u32(b, (uint32_t) (p->header_size + run.offset
                                          - p->span_offset));
    }

    resonate_box_put(b, count, n);
    resonate_box_close(b, stco);
}
