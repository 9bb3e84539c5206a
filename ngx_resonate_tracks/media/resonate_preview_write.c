
/*
 * Copyright (C) Resonate
 */


#include "resonate_box.h"
#include "resonate_preview_internal.h"


#define RESONATE_PREVIEW_MOVIE_TIMESCALE  1000       /* milliseconds */


static void resonate_write_header(const resonate_preview_t *p,
    resonate_box_t *b);
static void resonate_write_mvhd(const resonate_preview_t *p,
    resonate_box_t *b);
static void resonate_write_trak(const resonate_preview_t *p,
    resonate_box_t *b);
static void resonate_write_elst(const resonate_preview_t *p,
    resonate_box_t *b);
static void resonate_write_mdia(const resonate_preview_t *p,
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
static void resonate_write_matrix(resonate_box_t *b);


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
    resonate_write_mvhd(p, b);
    resonate_write_trak(p, b);
    resonate_box_close(b, moov);

    resonate_box_u32(b, (uint32_t) p->span_size + 8);
    resonate_box_write(b, "mdat", 4);
}


static void
resonate_write_mvhd(const resonate_preview_t *p, resonate_box_t *b)
{
    size_t  mvhd;

    mvhd = resonate_box_open_full(b, "mvhd", 0);
    resonate_box_zeros(b, 2);                           /* times */
    resonate_box_u32(b, RESONATE_PREVIEW_MOVIE_TIMESCALE);
    resonate_box_u32(b, p->empty_ms + p->edit_ms);
    resonate_box_u32(b, 0x00010000);                    /* rate 1.0 */
    resonate_box_u32(b, 0x01000000);                    /* volume 1.0 */
    resonate_box_zeros(b, 2);
    resonate_write_matrix(b);
    resonate_box_zeros(b, 6);
    resonate_box_u32(b, 2);                             /* next track */
    resonate_box_close(b, mvhd);
}


static void
resonate_write_trak(const resonate_preview_t *p, resonate_box_t *b)
{
    size_t  trak, tkhd;

    trak = resonate_box_open(b, "trak");

    tkhd = resonate_box_open_full(b, "tkhd", 3);       /* enabled, shown */
    resonate_box_zeros(b, 2);                           /* times */
    resonate_box_u32(b, 1);                             /* track */
    resonate_box_zeros(b, 1);
    resonate_box_u32(b, p->empty_ms + p->edit_ms);
    resonate_box_zeros(b, 3);
    resonate_box_u32(b, 0x01000000);                    /* volume 1.0 */
    resonate_write_matrix(b);
    resonate_box_zeros(b, 2);                           /* no picture */
    resonate_box_close(b, tkhd);

    resonate_write_elst(p, b);
    resonate_write_mdia(p, b);
    resonate_box_close(b, trak);
}


static void
resonate_write_elst(const resonate_preview_t *p, resonate_box_t *b)
{
    size_t  edts, elst;

    edts = resonate_box_open(b, "edts");
    elst = resonate_box_open_full(b, "elst", 0);

    resonate_box_u32(b, p->empty_ms ? 2 : 1);

    if (p->empty_ms) {
        resonate_box_u32(b, p->empty_ms);
        resonate_box_u32(b, UINT32_MAX);              /* -1: silence */
        resonate_box_u32(b, 0x00010000);
    }

    resonate_box_u32(b, p->edit_ms);
    resonate_box_u32(b, (uint32_t) p->mp4->edit_start);
    resonate_box_u32(b, 0x00010000);

    resonate_box_close(b, elst);
    resonate_box_close(b, edts);
}


static void
resonate_write_mdia(const resonate_preview_t *p, resonate_box_t *b)
{
    size_t  mdia, box;

    mdia = resonate_box_open(b, "mdia");

    box = resonate_box_open_full(b, "mdhd", 0);
    resonate_box_zeros(b, 2);                           /* times */
    resonate_box_u32(b, p->mp4->timescale);
    resonate_box_u32(b, (uint32_t) p->duration);
    resonate_box_u16(b, 0x55c4);                        /* language "und" */
    resonate_box_u16(b, 0);
    resonate_box_close(b, box);

    box = resonate_box_open_full(b, "hdlr", 0);
    resonate_box_zeros(b, 1);
    resonate_box_write(b, "soun", 4);
    resonate_box_zeros(b, 3);
    resonate_box_write(b, "SoundHandler", sizeof("SoundHandler"));
    resonate_box_close(b, box);

    resonate_write_minf(p, b);
    resonate_box_close(b, mdia);
}


static void
resonate_write_minf(const resonate_preview_t *p, resonate_box_t *b)
{
    size_t  minf, dinf, stbl, box;

    minf = resonate_box_open(b, "minf");

    box = resonate_box_open_full(b, "smhd", 0);
    resonate_box_zeros(b, 1);
    resonate_box_close(b, box);

    dinf = resonate_box_open(b, "dinf");
    box = resonate_box_open_full(b, "dref", 0);
    resonate_box_u32(b, 1);
    resonate_box_close(b, resonate_box_open_full(b, "url ", 1));
    resonate_box_close(b, box);
    resonate_box_close(b, dinf);

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


static void
resonate_write_matrix(resonate_box_t *b)
{
    resonate_box_u32(b, 0x00010000);
    resonate_box_zeros(b, 3);
    resonate_box_u32(b, 0x00010000);
    resonate_box_zeros(b, 3);
    resonate_box_u32(b, 0x40000000);
}
