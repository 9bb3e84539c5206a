
/*
 * Copyright (C) Resonate
 */


#include <string.h>

#include "resonate_hls.h"


static uint64_t resonate_hls_units(const resonate_index_t *x, uint64_t ms);
static uint64_t resonate_hls_us(const resonate_hls_t *h, uint64_t time);
static uint32_t resonate_hls_boundary(const resonate_hls_t *h, uint32_t n);
static resonate_mp4_status_e resonate_hls_end(resonate_hls_t *h,
    uint32_t limit_ms, const char **reason);
static resonate_mp4_status_e resonate_hls_pieces(const resonate_hls_t *h,
    const resonate_hls_segment_t *s, const char **reason);
static void resonate_hls_peak(resonate_hls_rates_t *rates, uint64_t bits,
    uint64_t us);
static uint64_t resonate_hls_rate(uint64_t bits, uint64_t us);


resonate_mp4_status_e
resonate_hls_plan(resonate_hls_t *h, const resonate_index_t *x,
    uint32_t segment_ms, uint32_t limit_ms, const char **reason)
{
    uint64_t               ms, n;
    resonate_mp4_status_e  rc;

    memset(h, 0, sizeof(resonate_hls_t));

    h->index = x;
    h->segment_ms = segment_ms;

    /* a boundary may be half a frame off, and the last segment has the rest */
    h->target = (segment_ms + 999) / 1000 + 1;

    if (segment_ms < RESONATE_HLS_MIN_SEGMENT_MS
        || segment_ms > RESONATE_HLS_MAX_SEGMENT_MS)
    {
        *reason = "length of segments out of range";
        return RESONATE_MP4_UNSUPPORTED;
    }

    if (x->silence > resonate_hls_units(x, RESONATE_HLS_MAX_SILENCE_MS)) {
        *reason = "too much silence before the sound";
        return RESONATE_MP4_UNSUPPORTED;
    }

    rc = resonate_hls_end(h, limit_ms, reason);
    if (rc != RESONATE_MP4_OK) {
        return rc;
    }

    ms = resonate_hls_us(h, h->end) / 1000;

    n = ms / segment_ms + (ms % segment_ms >= RESONATE_HLS_MIN_REST_MS);

    if (n > RESONATE_HLS_MAX_SEGMENTS) {
        *reason = "too many segments";
        return RESONATE_MP4_UNSUPPORTED;
    }

    h->segments = n ? (uint32_t) n : 1;

    return RESONATE_MP4_OK;
}


/* the preview ends where its MP4 does, the whole track where its sound does */

static resonate_mp4_status_e
resonate_hls_end(resonate_hls_t *h, uint32_t limit_ms, const char **reason)
{
    resonate_cut_t           cut;
    resonate_mp4_status_e    rc;
    const resonate_index_t  *x;

    x = h->index;

    h->end = x->priming + x->heard;

    if (limit_ms) {
        rc = resonate_index_cut(x, limit_ms, &cut, reason);
        if (rc != RESONATE_MP4_OK) {
            return rc;
        }

        if (cut.end < h->end) {
            h->end = cut.end;
        }
    }

    h->samples = resonate_index_sample(x, h->end - 1) + 1;

    if (h->samples > x->samples) {
        h->samples = x->samples;
    }

    return RESONATE_MP4_OK;
}


static uint64_t
resonate_hls_units(const resonate_index_t *x, uint64_t ms)
{
    return ms * x->timescale / 1000;
}


/* when a time of the media is heard, in microseconds */

static uint64_t
resonate_hls_us(const resonate_hls_t *h, uint64_t time)
{
    uint64_t                 heard;
    const resonate_index_t  *x;

    x = h->index;
    heard = (time > x->priming) ? time - x->priming : 0;
    heard += x->silence;

    return heard / x->timescale * 1000000
           + (heard % x->timescale * 1000000 + x->timescale / 2)
             / x->timescale;
}


/* the first sample of a segment */

static uint32_t
resonate_hls_boundary(const resonate_hls_t *h, uint32_t n)
{
    uint32_t                 sample, delta;
    uint64_t                 time;
    const resonate_index_t  *x;

    if (n == 0) {
        return 0;
    }

    if (n >= h->segments) {
        return h->samples;
    }

    x = h->index;

    time = resonate_hls_units(x, (uint64_t) n * h->segment_ms);
    time += x->priming - x->silence;

    sample = resonate_index_sample(x, time);
    delta = resonate_index_delta(x, sample, NULL);

    if (time - resonate_index_time(x, sample) > delta / 2) {
        sample++;
    }

    return (sample < h->samples) ? sample : h->samples;
}


resonate_mp4_status_e
resonate_hls_segment(const resonate_hls_t *h, uint32_t n,
    resonate_hls_segment_t *s, const char **reason)
{
    resonate_mp4_status_e    rc;
    const resonate_index_t  *x;

    x = h->index;

    memset(s, 0, sizeof(resonate_hls_segment_t));

    if (n >= h->segments) {
        *reason = "no such segment";
        return RESONATE_MP4_BAD;
    }

    s->n = n;
    s->first = resonate_hls_boundary(h, n);
    s->last = resonate_hls_boundary(h, n + 1);

    s->end = (s->last == h->samples) ? h->end
                                     : resonate_index_time(x, s->last);

    s->start_us = n ? resonate_hls_us(h, resonate_index_time(x, s->first)) : 0;
    s->end_us = resonate_hls_us(h, s->end);

    if (s->first >= s->last
        || s->start_us >= s->end_us
        || s->end_us - s->start_us > (uint64_t) h->target * 1000000)
    {
        *reason = "samples are too long for segments";
        return RESONATE_MP4_UNSUPPORTED;
    }

    if (s->last - s->first > RESONATE_HLS_MAX_SAMPLES) {
        *reason = "too many samples in a segment";
        return RESONATE_MP4_UNSUPPORTED;
    }

    rc = resonate_index_span(x, s->first, s->last, &s->span, reason);
    if (rc != RESONATE_MP4_OK) {
        return rc;
    }

    return resonate_hls_pieces(h, s, reason);
}


/* what a trun box will say is in the span: offsets have 31 bits */

static resonate_mp4_status_e
resonate_hls_pieces(const resonate_hls_t *h, const resonate_hls_segment_t *s,
    const char **reason)
{
    uint32_t          sample;
    uint64_t          end;
    resonate_piece_t  piece;

    if (s->span.size > RESONATE_HLS_MAX_SPAN) {
        *reason = "samples are too large";
        return RESONATE_MP4_UNSUPPORTED;
    }

    end = s->span.offset;

    for (sample = s->first; sample < s->last; sample += piece.samples) {

        if (resonate_index_piece(h->index, sample, s->last, &piece) == 0
            || piece.offset < end
            || piece.size > s->span.offset + s->span.size - piece.offset)
        {
            *reason = "samples are out of order";
            return RESONATE_MP4_BAD;
        }

        end = piece.offset + piece.size;
    }

    return RESONATE_MP4_OK;
}


resonate_mp4_status_e
resonate_hls_rates(const resonate_hls_t *h, resonate_hls_rates_t *rates,
    const char **reason)
{
    uint32_t                n;
    uint64_t                us, bits, before_us, before, all;
    resonate_mp4_status_e   rc;
    resonate_hls_segment_t  s;

    all = 0;
    before = 0;
    before_us = 0;

    memset(&s, 0, sizeof(resonate_hls_segment_t));

    memset(rates, 0, sizeof(resonate_hls_rates_t));
    rates->codec = h->index->codec;
    (void) resonate_index_codecs(h->index, rates->codecs);

    for (n = 0; n < h->segments; n++) {

        rc = resonate_hls_segment(h, n, &s, reason);
        if (rc != RESONATE_MP4_OK) {
            return rc;
        }

        us = s.end_us - s.start_us;
        bits = s.span.size * 8;
        bits += resonate_hls_segment_write(h, &s, NULL, 0) * 8;
        all += bits;

        /* RFC 8216, 4.1: a short one counts together with its neighbour */

        if (us >= (uint64_t) h->target * 500000) {
            before = 0;
            before_us = 0;
        }

        resonate_hls_peak(rates, before + bits, before_us + us);

        before = bits;
        before_us = us;
    }

    rates->average = resonate_hls_rate(all, s.end_us);

    resonate_hls_peak(rates, all, s.end_us);

    return RESONATE_MP4_OK;
}


static void
resonate_hls_peak(resonate_hls_rates_t *rates, uint64_t bits, uint64_t us)
{
    uint64_t  rate;

    rate = resonate_hls_rate(bits, us);

    if (rate > rates->peak) {
        rates->peak = rate;
    }
}


/* bits a second, rounded up */

static uint64_t
resonate_hls_rate(uint64_t bits, uint64_t us)
{
    return bits / us * 1000000 + (bits % us * 1000000 + us - 1) / us;
}
