
/*
 * Copyright (C) Resonate
 */


#include <stdio.h>
#include <string.h>

#include "resonate_index_internal.h"


static int resonate_index_fits(const resonate_index_t *x, uint32_t at,
    uint32_t n, size_t entry);
static int resonate_index_sizes_fit(const resonate_index_t *x);
static const resonate_index_time_t *resonate_index_times(
    const resonate_index_t *x);
static const resonate_index_run_t *resonate_index_runs(
    const resonate_index_t *x);
static uint32_t resonate_index_time_of(const resonate_index_t *x,
    uint32_t sample);
static uint32_t resonate_index_run_of(const resonate_index_t *x,
    uint32_t sample);
static uint64_t resonate_index_before(const resonate_index_t *x,
    uint32_t sample);
static uint64_t resonate_index_most(const resonate_index_t *x,
    uint64_t time);


const resonate_index_t *
resonate_index_open(const void *block, size_t len, const char **reason)
{
    const resonate_index_t  *x = block;

    if (len < sizeof(resonate_index_t)
        || (uintptr_t) block % RESONATE_INDEX_ALIGN
        || x->magic != RESONATE_INDEX_MAGIC
        || x->version != RESONATE_INDEX_VERSION
        || x->size != len)
    {
        *reason = "not an index of this version";
        return NULL;
    }

    if (x->samples == 0
        || x->samples > RESONATE_MP4_MAX_SAMPLES
        || x->timescale == 0
        || x->timescale > RESONATE_INDEX_MAX_TIMESCALE
        || x->duration > (uint64_t) x->samples * UINT32_MAX
        || x->priming > x->duration
        || x->heard == 0
        || x->heard > x->duration - x->priming
        || x->silence > (uint64_t) UINT32_MAX * RESONATE_INDEX_MAX_TIMESCALE
        || x->media_bytes > x->file_size
        || x->file_size > INT64_MAX)
    {
        *reason = "index contradicts itself";
        return NULL;
    }

    if (!resonate_index_sizes_fit(x)
        || x->ntimes == 0
        || !resonate_index_fits(x, x->times, x->ntimes,
                                sizeof(resonate_index_time_t))
        || x->nruns == 0
        || !resonate_index_fits(x, x->runs, x->nruns,
                                sizeof(resonate_index_run_t))
        || !resonate_index_fits(x, x->stsd, x->stsd_len, 1))
    {
        *reason = "index is cut";
        return NULL;
    }

    return x;
}


static int
resonate_index_fits(const resonate_index_t *x, uint32_t at, uint32_t n,
    size_t entry)
{
    return at % RESONATE_INDEX_ALIGN == 0
           && at >= sizeof(resonate_index_t)
           && at <= x->size
           && n <= (x->size - at) / entry;
}


static int
resonate_index_sizes_fit(const resonate_index_t *x)
{
    if (x->sample_size) {
        return 1;
    }

    return (x->size_width == 2 || x->size_width == 4)
           && resonate_index_fits(x, x->sizes, x->samples, x->size_width)
           && resonate_index_fits(x, x->sums,
                                  x->samples / RESONATE_INDEX_STEP + 1,
                                  sizeof(uint64_t));
}


static const resonate_index_time_t *
resonate_index_times(const resonate_index_t *x)
{
    return (const void *) ((const uint8_t *) x + x->times);
}


static const resonate_index_run_t *
resonate_index_runs(const resonate_index_t *x)
{
    return (const void *) ((const uint8_t *) x + x->runs);
}


/* the last entry that begins at or before the sample, or the first one */

static uint32_t
resonate_index_time_of(const resonate_index_t *x, uint32_t sample)
{
    uint32_t                      low, high, middle;
    const resonate_index_time_t  *times;

    times = resonate_index_times(x);

    low = 0;
    high = x->ntimes;

    while (high - low > 1) {
        middle = low + (high - low) / 2;

        if (times[middle].first <= sample) {
            low = middle;

        } else {
            high = middle;
        }
    }

    return low;
}


static uint32_t
resonate_index_run_of(const resonate_index_t *x, uint32_t sample)
{
    uint32_t                     low, high, middle;
    const resonate_index_run_t  *runs;

    runs = resonate_index_runs(x);

    low = 0;
    high = x->nruns;

    while (high - low > 1) {
        middle = low + (high - low) / 2;

        if (runs[middle].first <= sample) {
            low = middle;

        } else {
            high = middle;
        }
    }

    return low;
}


uint64_t
resonate_index_time(const resonate_index_t *x, uint32_t sample)
{
    const resonate_index_time_t  *t;

    if (sample >= x->samples) {
        return x->duration;
    }

    t = resonate_index_times(x) + resonate_index_time_of(x, sample);

    return t->time + (uint64_t) (sample - t->first) * t->delta;
}


uint32_t
resonate_index_sample(const resonate_index_t *x, uint64_t time)
{
    uint64_t                      n;
    uint32_t                      low, high, middle;
    const resonate_index_time_t  *times;

    if (time >= x->duration) {
        return x->samples;
    }

    times = resonate_index_times(x);

    low = 0;
    high = x->ntimes;

    while (high - low > 1) {
        middle = low + (high - low) / 2;

        if (times[middle].time <= time) {
            low = middle;

        } else {
            high = middle;
        }
    }

    /* samples of no time are at the time of the one behind them */

    n = times[low].first;

    if (times[low].delta) {
        n += (time - times[low].time) / times[low].delta;
    }

    return (n < x->samples) ? (uint32_t) n : x->samples - 1;
}


uint32_t
resonate_index_delta(const resonate_index_t *x, uint32_t sample,
    uint32_t *count)
{
    uint32_t                      i, end;
    const resonate_index_time_t  *times;

    if (sample >= x->samples) {

        if (count) {
            *count = 0;
        }

        return 0;
    }

    i = resonate_index_time_of(x, sample);
    times = resonate_index_times(x);

    if (count) {
        end = (i + 1 < x->ntimes) ? times[i + 1].first : x->samples;
        *count = end - sample;
    }

    return times[i].delta;
}


uint32_t
resonate_index_size(const resonate_index_t *x, uint32_t sample)
{
    const uint8_t  *sizes;

    if (sample >= x->samples) {
        return 0;
    }

    if (x->sample_size) {
        return x->sample_size;
    }

    sizes = (const uint8_t *) x + x->sizes;

    return (x->size_width == 2)
           ? ((const uint16_t *) (const void *) sizes)[sample]
           : ((const uint32_t *) (const void *) sizes)[sample];
}


/* the bytes of all samples before one */

static uint64_t
resonate_index_before(const resonate_index_t *x, uint32_t sample)
{
    uint32_t         i;
    uint64_t         bytes;
    const uint64_t  *sums;

    if (x->sample_size) {
        return (uint64_t) sample * x->sample_size;
    }

    sums = (const void *) ((const uint8_t *) x + x->sums);
    bytes = sums[sample / RESONATE_INDEX_STEP];

    for (i = sample - sample % RESONATE_INDEX_STEP; i < sample; i++) {
        bytes += resonate_index_size(x, i);
    }

    return bytes;
}


resonate_mp4_status_e
resonate_index_span(const resonate_index_t *x, uint32_t first, uint32_t last,
    resonate_span_t *span, const char **reason)
{
    uint64_t                     start, end;
    const resonate_index_run_t  *runs;

    if (first >= last || last > x->samples) {
        *reason = "no such samples";
        return RESONATE_MP4_BAD;
    }

    runs = resonate_index_runs(x);

    start = runs[resonate_index_run_of(x, first)].shift
            + resonate_index_before(x, first);
    end = runs[resonate_index_run_of(x, last - 1)].shift
          + resonate_index_before(x, last);

    if (start > end || end > x->file_size) {
        *reason = "samples past the end of the file";
        return RESONATE_MP4_BAD;
    }

    if (start == end) {
        *reason = "samples without bytes";
        return RESONATE_MP4_BAD;
    }

    if (end - start > RESONATE_INDEX_MAX_SPAN) {
        *reason = "samples are too large";
        return RESONATE_MP4_UNSUPPORTED;
    }

    span->offset = start;
    span->size = end - start;

    return RESONATE_MP4_OK;
}


uint32_t
resonate_index_piece(const resonate_index_t *x, uint32_t first, uint32_t last,
    resonate_piece_t *piece)
{
    uint32_t                     i, end;
    uint64_t                     before;
    const resonate_index_run_t  *runs;

    memset(piece, 0, sizeof(resonate_piece_t));

    if (first >= last || last > x->samples) {
        return 0;
    }

    runs = resonate_index_runs(x);
    i = resonate_index_run_of(x, first);

    end = last;

    if (i + 1 < x->nruns
        && runs[i + 1].first > first
        && runs[i + 1].first < last)
    {
        end = runs[i + 1].first;
    }

    before = resonate_index_before(x, first);

    piece->samples = end - first;
    piece->offset = runs[i].shift + before;
    piece->size = resonate_index_before(x, end) - before;

    return piece->samples;
}


resonate_mp4_status_e
resonate_index_cut(const resonate_index_t *x, uint32_t ms,
    resonate_cut_t *cut, const char **reason)
{
    uint64_t  silence_ms, heard_ms;

    memset(cut, 0, sizeof(resonate_cut_t));

    silence_ms = x->silence * 1000 / x->timescale;
    heard_ms = x->heard * 1000 / x->timescale;

    if (silence_ms >= ms || heard_ms == 0) {
        *reason = "edit list leaves nothing to hear";
        return RESONATE_MP4_UNSUPPORTED;
    }

    ms -= (uint32_t) silence_ms;

    cut->silence_ms = (uint32_t) silence_ms;
    cut->heard_ms = (heard_ms < ms) ? (uint32_t) heard_ms : ms;
    cut->end = x->priming + (uint64_t) ms * x->timescale / 1000;

    /* less than a unit of time: no sample would end in it */

    if (cut->end == 0) {
        *reason = "edit list leaves nothing to hear";
        return RESONATE_MP4_UNSUPPORTED;
    }

    cut->whole = (cut->end >= x->duration);

    if (cut->whole) {
        cut->end = x->duration;
        cut->samples = x->samples;

    } else {
        cut->samples = resonate_index_sample(x, cut->end - 1) + 1;
    }

    if (cut->samples > resonate_index_most(x, cut->end)) {
        *reason = "samples are too short for their codec";
        return RESONATE_MP4_UNSUPPORTED;
    }

    return RESONATE_MP4_OK;
}


/*
 * How many samples there can be in a time: none of AAC is shorter than 10 ms
 * (960 at 96 kHz), of FLAC than 6 ms (1152 at 192 kHz), of Opus than 2.5 ms.
 * A table that says otherwise would put more sound into a preview than its
 * length.
 */

static uint64_t
resonate_index_most(const resonate_index_t *x, uint64_t time)
{
    uint64_t  half_ms;

    half_ms = time * 1000 / x->timescale * 2;

    switch (x->codec) {

    case RESONATE_CODEC_OPUS:
        return half_ms / 5 + 2;

    case RESONATE_CODEC_FLAC:
        return half_ms / 12 + 2;

    default:
        return half_ms / 20 + 2;
    }
}


uint64_t
resonate_index_heard_ms(const resonate_index_t *x)
{
    return (x->silence + x->heard) * 1000 / x->timescale;
}


uint64_t
resonate_index_bitrate(const resonate_index_t *x)
{
    uint64_t  ms;

    ms = x->duration * 1000 / x->timescale;

    return (ms && x->media_bytes <= UINT64_MAX / 8000)
           ? x->media_bytes * 8000 / ms : 0;
}


const char *
resonate_index_codecs(const resonate_index_t *x,
    char out[RESONATE_INDEX_CODECS])
{
    switch (x->codec) {

    case RESONATE_CODEC_FLAC:
        return strcpy(out, "fLaC");

    case RESONATE_CODEC_OPUS:
        return strcpy(out, "Opus");

    default:
        (void) snprintf(out, RESONATE_INDEX_CODECS, "mp4a.40.%u",
                        (unsigned) (x->object_type % 100));
        return out;
    }
}


resonate_mp4_view_t
resonate_index_stsd(const resonate_index_t *x)
{
    resonate_mp4_view_t  v;

    v.data = (const uint8_t *) x + x->stsd;
    v.len = x->stsd_len;

    return v;
}
