
/*
 * Copyright (C) Resonate
 */


#include <string.h>

#include "resonate_preview_internal.h"


#define RESONATE_PREVIEW_MOVIE_TIMESCALE  1000       /* milliseconds */


/* counts only if there is no place to write to */

typedef struct {
    uint8_t               *out;
    size_t                 len;
} resonate_writer_t;


static void resonate_write_header(const resonate_preview_t *p,
    resonate_writer_t *w);
static void resonate_write_mvhd(const resonate_preview_t *p,
    resonate_writer_t *w);
static void resonate_write_trak(const resonate_preview_t *p,
    resonate_writer_t *w);
static void resonate_write_elst(const resonate_preview_t *p,
    resonate_writer_t *w);
static void resonate_write_mdia(const resonate_preview_t *p,
    resonate_writer_t *w);
static void resonate_write_minf(const resonate_preview_t *p,
    resonate_writer_t *w);
static void resonate_write_stts(const resonate_preview_t *p,
    resonate_writer_t *w);
static void resonate_write_stsz(const resonate_preview_t *p,
    resonate_writer_t *w);
static void resonate_write_stsc(const resonate_preview_t *p,
    resonate_writer_t *w);
static void resonate_write_stco(const resonate_preview_t *p,
    resonate_writer_t *w);
static void resonate_write_matrix(resonate_writer_t *w);
static void resonate_write(resonate_writer_t *w, const void *data, size_t len);
static void resonate_write_u16(resonate_writer_t *w, uint32_t n);
static void resonate_write_u32(resonate_writer_t *w, uint32_t n);
static void resonate_write_zeros(resonate_writer_t *w, size_t words);
static size_t resonate_write_box(resonate_writer_t *w, const char *type);
static size_t resonate_write_full_box(resonate_writer_t *w, const char *type,
    uint32_t flags);
static void resonate_write_at(resonate_writer_t *w, size_t pos, uint32_t n);
static void resonate_write_end(resonate_writer_t *w, size_t box);


size_t
resonate_preview_write(const resonate_preview_t *p, uint8_t *out)
{
    resonate_writer_t  w;

    w.out = out;
    w.len = 0;

    resonate_write_header(p, &w);

    return w.len;
}


static void
resonate_write_header(const resonate_preview_t *p, resonate_writer_t *w)
{
    size_t  ftyp, moov;

    ftyp = resonate_write_box(w, "ftyp");
    resonate_write(w, "M4A \0\0\2\0M4A isomiso2", 20);
    resonate_write_end(w, ftyp);

    moov = resonate_write_box(w, "moov");
    resonate_write_mvhd(p, w);
    resonate_write_trak(p, w);
    resonate_write_end(w, moov);

    resonate_write_u32(w, (uint32_t) p->span_size + 8);
    resonate_write(w, "mdat", 4);
}


static void
resonate_write_mvhd(const resonate_preview_t *p, resonate_writer_t *w)
{
    size_t  mvhd;

    mvhd = resonate_write_full_box(w, "mvhd", 0);
    resonate_write_zeros(w, 2);                         /* times */
    resonate_write_u32(w, RESONATE_PREVIEW_MOVIE_TIMESCALE);
    resonate_write_u32(w, p->empty_ms + p->edit_ms);
    resonate_write_u32(w, 0x00010000);                  /* rate 1.0 */
    resonate_write_u32(w, 0x01000000);                  /* volume 1.0 */
    resonate_write_zeros(w, 2);
    resonate_write_matrix(w);
    resonate_write_zeros(w, 6);
    resonate_write_u32(w, 2);                           /* next track */
    resonate_write_end(w, mvhd);
}


static void
resonate_write_trak(const resonate_preview_t *p, resonate_writer_t *w)
{
    size_t  trak, tkhd;

    trak = resonate_write_box(w, "trak");

    tkhd = resonate_write_full_box(w, "tkhd", 3);       /* enabled, shown */
    resonate_write_zeros(w, 2);                         /* times */
    resonate_write_u32(w, 1);                           /* track */
    resonate_write_zeros(w, 1);
    resonate_write_u32(w, p->empty_ms + p->edit_ms);
    resonate_write_zeros(w, 3);
    resonate_write_u32(w, 0x01000000);                  /* volume 1.0 */
    resonate_write_matrix(w);
    resonate_write_zeros(w, 2);                         /* no picture */
    resonate_write_end(w, tkhd);

    resonate_write_elst(p, w);
    resonate_write_mdia(p, w);
    resonate_write_end(w, trak);
}


static void
resonate_write_elst(const resonate_preview_t *p, resonate_writer_t *w)
{
    size_t  edts, elst;

    edts = resonate_write_box(w, "edts");
    elst = resonate_write_full_box(w, "elst", 0);

    resonate_write_u32(w, p->empty_ms ? 2 : 1);

    if (p->empty_ms) {
        resonate_write_u32(w, p->empty_ms);
        resonate_write_u32(w, UINT32_MAX);              /* -1: silence */
        resonate_write_u32(w, 0x00010000);
    }

    resonate_write_u32(w, p->edit_ms);
    resonate_write_u32(w, (uint32_t) p->mp4->edit_start);
    resonate_write_u32(w, 0x00010000);

    resonate_write_end(w, elst);
    resonate_write_end(w, edts);
}


static void
resonate_write_mdia(const resonate_preview_t *p, resonate_writer_t *w)
{
    size_t  mdia, box;

    mdia = resonate_write_box(w, "mdia");

    box = resonate_write_full_box(w, "mdhd", 0);
    resonate_write_zeros(w, 2);                         /* times */
    resonate_write_u32(w, p->mp4->timescale);
    resonate_write_u32(w, (uint32_t) p->duration);
    resonate_write_u16(w, 0x55c4);                      /* language "und" */
    resonate_write_u16(w, 0);
    resonate_write_end(w, box);

    box = resonate_write_full_box(w, "hdlr", 0);
    resonate_write_zeros(w, 1);
    resonate_write(w, "soun", 4);
    resonate_write_zeros(w, 3);
    resonate_write(w, "SoundHandler", sizeof("SoundHandler"));
    resonate_write_end(w, box);

    resonate_write_minf(p, w);
    resonate_write_end(w, mdia);
}


static void
resonate_write_minf(const resonate_preview_t *p, resonate_writer_t *w)
{
    size_t  minf, dinf, stbl, box;

    minf = resonate_write_box(w, "minf");

    box = resonate_write_full_box(w, "smhd", 0);
    resonate_write_zeros(w, 1);
    resonate_write_end(w, box);

    dinf = resonate_write_box(w, "dinf");
    box = resonate_write_full_box(w, "dref", 0);
    resonate_write_u32(w, 1);
    resonate_write_end(w, resonate_write_full_box(w, "url ", 1));
    resonate_write_end(w, box);
    resonate_write_end(w, dinf);

    stbl = resonate_write_box(w, "stbl");

    box = resonate_write_box(w, "stsd");
    resonate_write(w, p->mp4->stsd.data, p->mp4->stsd.len);
    resonate_write_end(w, box);

    resonate_write_stts(p, w);
    resonate_write_stsc(p, w);
    resonate_write_stsz(p, w);
    resonate_write_stco(p, w);
    resonate_write_end(w, stbl);

    resonate_write_end(w, minf);
}


/* the last sample ends where the preview does, as encoders write it */

static void
resonate_write_stts(const resonate_preview_t *p, resonate_writer_t *w)
{
    size_t    stts;
    uint32_t  before;

    before = p->deltas - 1;

    stts = resonate_write_full_box(w, "stts", 0);
    resonate_write_u32(w, before + (p->last_count > 1) + 1);
    resonate_write(w, p->mp4->stts.data, (size_t) before * 8);

    if (p->last_count > 1) {
        resonate_write_u32(w, p->last_count - 1);
        resonate_write(w, p->mp4->stts.data + (size_t) before * 8 + 4, 4);
    }

    resonate_write_u32(w, 1);
    resonate_write_u32(w, p->last_delta);
    resonate_write_end(w, stts);
}


static void
resonate_write_stsz(const resonate_preview_t *p, resonate_writer_t *w)
{
    size_t  stsz;

    stsz = resonate_write_full_box(w, "stsz", 0);
    resonate_write_u32(w, p->mp4->sample_size);
    resonate_write_u32(w, p->samples);

    if (p->mp4->sample_size == 0) {
        resonate_write(w, p->mp4->stsz.data, (size_t) p->samples * 4);
    }

    resonate_write_end(w, stsz);
}


static void
resonate_write_stsc(const resonate_preview_t *p, resonate_writer_t *w)
{
    size_t             stsc, count;
    uint32_t           n, runs, samples;
    resonate_run_t     run;
    resonate_chunks_t  c;

    stsc = resonate_write_full_box(w, "stsc", 0);
    count = w->len;
    resonate_write_zeros(w, 1);

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

        resonate_write_u32(w, runs);
        resonate_write_u32(w, samples);
        resonate_write_u32(w, 1);
    }

    resonate_write_at(w, count, n);
    resonate_write_end(w, stsc);
}


static void
resonate_write_stco(const resonate_preview_t *p, resonate_writer_t *w)
{
    size_t             stco, count;
    uint32_t           n;
    resonate_run_t     run;
    resonate_chunks_t  c;

    stco = resonate_write_full_box(w, "stco", 0);
    count = w->len;
    resonate_write_zeros(w, 1);

    n = 0;

    resonate_chunks_init(&c, p->mp4, p->samples);
    (void) resonate_chunks_next(&c);

    while (resonate_run_next(&c, &run)) {
        n++;
        resonate_write_u32(w, (uint32_t) (p->header_size + run.offset
                                          - p->span_offset));
    }

    resonate_write_at(w, count, n);
    resonate_write_end(w, stco);
}


static void
resonate_write_matrix(resonate_writer_t *w)
{
    resonate_write_u32(w, 0x00010000);
    resonate_write_zeros(w, 3);
    resonate_write_u32(w, 0x00010000);
    resonate_write_zeros(w, 3);
    resonate_write_u32(w, 0x40000000);
}


static void
resonate_write(resonate_writer_t *w, const void *data, size_t len)
{
    if (w->out) {
        memcpy(w->out + w->len, data, len);
    }

    w->len += len;
}


static void
resonate_write_u16(resonate_writer_t *w, uint32_t n)
{
    uint8_t  p[2];

    p[0] = (uint8_t) (n >> 8);
    p[1] = (uint8_t) n;

    resonate_write(w, p, 2);
}


static void
resonate_write_u32(resonate_writer_t *w, uint32_t n)
{
    resonate_write_u16(w, n >> 16);
    resonate_write_u16(w, n & 0xffff);
}


static void
resonate_write_zeros(resonate_writer_t *w, size_t words)
{
    while (words--) {
        resonate_write_u32(w, 0);
    }
}


/* a box gets its size at its end */

static size_t
resonate_write_box(resonate_writer_t *w, const char *type)
{
    size_t  box;

    box = w->len;

    resonate_write_u32(w, 0);
    resonate_write(w, type, 4);

    return box;
}


static size_t
resonate_write_full_box(resonate_writer_t *w, const char *type,
    uint32_t flags)
{
    size_t  box;

    box = resonate_write_box(w, type);

    resonate_write_u32(w, flags);                       /* version 0 */

    return box;
}


static void
resonate_write_at(resonate_writer_t *w, size_t pos, uint32_t n)
{
    size_t  len;

    len = w->len;

    w->len = pos;
    resonate_write_u32(w, n);
    w->len = len;
}


static void
resonate_write_end(resonate_writer_t *w, size_t box)
{
    resonate_write_at(w, box, (uint32_t) (w->len - box));
}
