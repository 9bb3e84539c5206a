
/*
 * Copyright (C) Resonate
 */


#include <string.h>

#include "resonate_movie.h"
#include "resonate_preview.h"
#include "resonate_samples.h"


#define RESONATE_PREVIEW_MOVIE_TIMESCALE  1000       /* milliseconds */


static void resonate_preview_header(const resonate_preview_t *p,
    resonate_box_t *b);
static void resonate_preview_trak(const resonate_preview_t *p,
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
    size_t              trak, mdia;
    resonate_samples_t  s;

    s.index = p->index;
    s.samples = p->cut.samples;
    s.end = p->cut.end;
    s.from = p->span_offset;
    s.to = p->header_size;

    trak = resonate_box_open(b, "trak");
    resonate_movie_tkhd(b, p->cut.silence_ms + p->cut.heard_ms);
    resonate_movie_edts(b, p->cut.silence_ms, p->cut.heard_ms,
                        p->index->priming);

    mdia = resonate_box_open(b, "mdia");
    resonate_movie_mdhd(b, p->index->timescale, (uint32_t) p->cut.end);
    resonate_movie_hdlr(b);
    resonate_samples_minf(b, &s);
    resonate_box_close(b, mdia);

    resonate_box_close(b, trak);
}
