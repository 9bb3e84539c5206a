
/*
 * Copyright (C) Resonate
 */


#include <string.h>

#include "resonate_movie.h"
#include "resonate_preview.h"


#define RESONATE_PREVIEW_MOVIE_TIMESCALE  1000       /* milliseconds */


static void resonate_preview_header(const resonate_preview_t *p,
    resonate_box_t *b);
static void resonate_preview_trak(const resonate_preview_t *p,
    resonate_box_t *b);
static void resonate_preview_minf(const resonate_preview_t *p,
    resonate_box_t *b);
static void resonate_preview_stts(const resonate_preview_t *p,
    resonate_box_t *b);
static void resonate_preview_stsz(const resonate_preview_t *p,
    resonate_box_t *b);
static void resonate_preview_stsc(const resonate_preview_t *p,
    resonate_box_t *b);
static void resonate_preview_stco(const resonate_preview_t *p,
    resonate_box_t *b);


resonate_mp4_status_e
resonate_preview_plan(resonate_preview_t *p, const resonate_index_t *x,
    uint32_t ms, const char **reason)
{
    resonate_span_t        span;
    resonate_mp4_status_e  rc;

    memset(p, 0, sizeof(resonate_preview_t));

    p->index = x;

    if (ms == 0 || ms > RESONATE_PREVIEW_MAX_MS) {
        *reason = "preview length out of range";
        return RESONATE_MP4_UNSUPPORTED;
    }

    rc = resonate_index_cut(x, ms, &p->cut, reason);
    if (rc != RESONATE_MP4_OK) {
        return rc;
    }

    if (p->cut.whole) {
        p->whole = 1;
        p->span_size = x->file_size;
        return RESONATE_MP4_OK;
    }

    rc = resonate_index_span(x, 0, p->cut.samples, &span, reason);
    if (rc != RESONATE_MP4_OK) {
        return rc;
    }

    p->span_offset = span.offset;
    p->span_size = span.size;
    p->header_size = resonate_preview_write(p, NULL);

    return RESONATE_MP4_OK;
}


size_t
resonate_preview_write(const resonate_preview_t *p, uint8_t *out)
{
    resonate_box_t  b;

    resonate_box_init(&b, out, p->header_size);

    resonate_preview_header(p, &b);

    return b.len;
}


static void
resonate_preview_header(const resonate_preview_t *p, resonate_box_t *b)
{
    size_t  ftyp, moov;

    ftyp = resonate_box_open(b, "ftyp");
    resonate_box_write(b, "M4A \0\0\2\0M4A isomiso2", 20);
    resonate_box_close(b, ftyp);

    moov = resonate_box_open(b, "moov");
    resonate_movie_mvhd(b, RESONATE_PREVIEW_MOVIE_TIMESCALE,
                        p->cut.silence_ms + p->cut.heard_ms);
    resonate_preview_trak(p, b);
    resonate_box_close(b, moov);

    resonate_box_u32(b, (uint32_t) p->span_size + 8);
    resonate_box_write(b, "mdat", 4);
}


static void
resonate_preview_trak(const resonate_preview_t *p, resonate_box_t *b)
{
    size_t  trak, mdia;

    trak = resonate_box_open(b, "trak");
    resonate_movie_tkhd(b, p->cut.silence_ms + p->cut.heard_ms);
    resonate_movie_edts(b, p->cut.silence_ms, p->cut.heard_ms,
                        p->index->priming);

    mdia = resonate_box_open(b, "mdia");
    resonate_movie_mdhd(b, p->index->timescale, (uint32_t) p->cut.end);
    resonate_movie_hdlr(b);
    resonate_preview_minf(p, b);
    resonate_box_close(b, mdia);

    resonate_box_close(b, trak);
}


static void
resonate_preview_minf(const resonate_preview_t *p, resonate_box_t *b)
{
    size_t               minf, stbl, box;
    resonate_mp4_view_t  stsd;

    minf = resonate_box_open(b, "minf");

    resonate_movie_smhd(b);
    resonate_movie_dinf(b);

    stbl = resonate_box_open(b, "stbl");

    stsd = resonate_index_stsd(p->index);

    box = resonate_box_open(b, "stsd");
    resonate_box_write(b, stsd.data, stsd.len);
    resonate_box_close(b, box);

    resonate_preview_stts(p, b);
    resonate_preview_stsc(p, b);
    resonate_preview_stsz(p, b);
    resonate_preview_stco(p, b);
    resonate_box_close(b, stbl);

    resonate_box_close(b, minf);
}


/* the last sample ends where the preview does, as encoders write it */

static void
resonate_preview_stts(const resonate_preview_t *p, resonate_box_t *b)
{
    size_t    stts, entries;
    uint32_t  i, n, count, delta, last;

    last = p->cut.samples - 1;

    stts = resonate_box_open_full(b, "stts", 0);
    entries = b->len;
    resonate_box_zeros(b, 1);

    n = 1;

    for (i = 0; i < last; i += count) {

        delta = resonate_index_delta(p->index, i, &count);

        if (count == 0 || count > last - i) {
            count = last - i;
        }

        resonate_box_u32(b, count);
        resonate_box_u32(b, delta);
        n++;
    }

    resonate_box_u32(b, 1);
    resonate_box_u32(b, (uint32_t) (p->cut.end
                                    - resonate_index_time(p->index, last)));

    resonate_box_put(b, entries, n);
    resonate_box_close(b, stts);
}


static void
resonate_preview_stsz(const resonate_preview_t *p, resonate_box_t *b)
{
    size_t    stsz;
    uint32_t  i;

    stsz = resonate_box_open_full(b, "stsz", 0);
    resonate_box_u32(b, p->index->sample_size);
    resonate_box_u32(b, p->cut.samples);

    for (i = 0; p->index->sample_size == 0 && i < p->cut.samples; i++) {
        resonate_box_u32(b, resonate_index_size(p->index, i));
    }

    resonate_box_close(b, stsz);
}


/* samples without a hole between them are one chunk */

static void
resonate_preview_stsc(const resonate_preview_t *p, resonate_box_t *b)
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
         resonate_index_piece(p->index, i, p->cut.samples, &piece);
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
resonate_preview_stco(const resonate_preview_t *p, resonate_box_t *b)
{
    size_t            stco, count;
    uint32_t          i, n;
    resonate_piece_t  piece;

    stco = resonate_box_open_full(b, "stco", 0);
    count = b->len;
    resonate_box_zeros(b, 1);

    n = 0;

    for (i = 0;
         resonate_index_piece(p->index, i, p->cut.samples, &piece);
         i += piece.samples)
    {
        n++;
        resonate_box_u32(b, (uint32_t) (p->header_size + piece.offset
                                        - p->span_offset));
    }

    resonate_box_put(b, count, n);
    resonate_box_close(b, stco);
}
