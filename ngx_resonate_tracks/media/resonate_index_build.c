
/*
 * Copyright (C) Resonate
 */


#include <string.h>

#include "resonate_index_internal.h"


/* an index being made: it is counted first, then written */

typedef struct {
    resonate_index_t        head;
    uint8_t                *block;     /* NULL: count */

    uint32_t                ntimes;
    uint32_t                nruns;

    uint64_t                time;      /* of the samples so far */
    uint64_t                bytes;
    uint32_t                delta;
    uint64_t                shift;
    uint32_t                largest;
} resonate_builder_t;


static resonate_mp4_status_e resonate_index_count(resonate_mp4_t *m,
    resonate_builder_t *b);
static resonate_mp4_status_e resonate_index_place(resonate_mp4_t *m,
    resonate_index_t *x);
static uint32_t resonate_index_table(uint64_t *size, uint64_t n,
    size_t entry);
static resonate_mp4_status_e resonate_index_add(resonate_mp4_t *m,
    resonate_builder_t *b);
static void resonate_index_add_gathered(resonate_mp4_t *m,
    resonate_builder_t *b);
static resonate_mp4_status_e resonate_index_add_times(resonate_mp4_t *m,
    resonate_builder_t *b);
static void resonate_index_add_time(resonate_builder_t *b, uint32_t first,
    uint32_t count, uint32_t delta);
static resonate_mp4_status_e resonate_index_add_runs(resonate_mp4_t *m,
    resonate_builder_t *b);
static void resonate_index_add_run(resonate_builder_t *b, uint32_t first,
    uint64_t shift);
static void resonate_index_add_size(resonate_builder_t *b, uint32_t i,
    uint32_t size);
static resonate_mp4_status_e resonate_index_edit(resonate_mp4_t *m,
    resonate_index_t *x);


resonate_mp4_status_e
resonate_index_measure(resonate_mp4_t *m, size_t *size)
{
    resonate_builder_t     b;
    resonate_mp4_status_e  rc;

    rc = resonate_index_count(m, &b);

    *size = (rc == RESONATE_MP4_OK) ? b.head.size : 0;

    return rc;
}


resonate_mp4_status_e
resonate_index_build(resonate_mp4_t *m, void *block, size_t size)
{
    uint8_t               *p;
    resonate_builder_t     b;
    resonate_mp4_status_e  rc;

    rc = resonate_index_count(m, &b);
    if (rc != RESONATE_MP4_OK) {
        return rc;
    }

    if (size != b.head.size || (uintptr_t) block % RESONATE_INDEX_ALIGN) {
        return resonate_mp4_bad(m, "no room for the index");
    }

    p = block;

    memset(p, 0, size);
    memcpy(p, &b.head, sizeof(resonate_index_t));
    memcpy(p + b.head.stsd, m->stsd.data, m->stsd.len);

    b.block = p;

    return resonate_index_add(m, &b);
}


static resonate_mp4_status_e
resonate_index_count(resonate_mp4_t *m, resonate_builder_t *b)
{
    resonate_index_t       *x;
    resonate_mp4_status_e   rc;

    memset(b, 0, sizeof(resonate_builder_t));

    x = &b->head;

    x->magic = RESONATE_INDEX_MAGIC;
    x->version = RESONATE_INDEX_VERSION;
    x->file_size = m->file_size;
    x->flags = m->fragmented ? RESONATE_INDEX_FRAGMENTED : 0;
    x->codec = m->codec;
    x->object_type = m->object_type;
    x->rate = m->rate;
    x->channels = m->channels;
    x->timescale = m->timescale;
    x->samples = m->stsz.count;
    x->sample_size = m->sample_size;
    x->stsd_len = (uint32_t) m->stsd.len;

    rc = resonate_index_add(m, b);

    x->duration = b->time;
    x->media_bytes = b->bytes;

    if (rc == RESONATE_MP4_OK) {
        rc = resonate_index_edit(m, x);
    }

    if (rc != RESONATE_MP4_OK) {
        return rc;
    }

    x->ntimes = b->ntimes;
    x->nruns = b->nruns;
    x->size_width = (b->largest > UINT16_MAX) ? 4 : 2;

    return resonate_index_place(m, x);
}


static resonate_mp4_status_e
resonate_index_place(resonate_mp4_t *m, resonate_index_t *x)
{
    uint64_t  size;

    size = sizeof(resonate_index_t);

    x->times = resonate_index_table(&size, x->ntimes,
                                    sizeof(resonate_index_time_t));
    x->runs = resonate_index_table(&size, x->nruns,
                                   sizeof(resonate_index_run_t));

    if (x->sample_size == 0) {
        x->sums = resonate_index_table(&size,
                                       x->samples / RESONATE_INDEX_STEP + 1,
                                       sizeof(uint64_t));
        x->sizes = resonate_index_table(&size, x->samples, x->size_width);
    }

    x->stsd = resonate_index_table(&size, x->stsd_len, 1);

    if (size > RESONATE_INDEX_MAX_SIZE) {
        return resonate_mp4_unsupported(m, "index is too large");
    }

    x->size = (uint32_t) size;

    return RESONATE_MP4_OK;
}


static uint32_t
resonate_index_table(uint64_t *size, uint64_t n, size_t entry)
{
    uint32_t  at;

    at = (uint32_t) *size;

    *size += n * entry;
    *size += (RESONATE_INDEX_ALIGN - *size % RESONATE_INDEX_ALIGN)
             % RESONATE_INDEX_ALIGN;

    return at;
}


/* the same for counting and for writing */

static resonate_mp4_status_e
resonate_index_add(resonate_mp4_t *m, resonate_builder_t *b)
{
    resonate_mp4_status_e  rc;

    b->ntimes = 0;
    b->nruns = 0;
    b->time = 0;
    b->bytes = 0;

    if (m->fragmented) {
        resonate_index_add_gathered(m, b);
        return RESONATE_MP4_OK;
    }

    rc = resonate_index_add_times(m, b);

    if (rc == RESONATE_MP4_OK) {
        rc = resonate_index_add_runs(m, b);
    }

    return rc;
}


static void
resonate_index_add_gathered(resonate_mp4_t *m, resonate_builder_t *b)
{
    uint32_t                      i;
    const resonate_mp4_sample_t  *sample;

    sample = m->room;

    for (i = 0; i < m->stsz.count; i++) {

        resonate_index_add_time(b, i, 1, sample[i].delta);
        resonate_index_add_run(b, i, sample[i].offset - b->bytes);
        resonate_index_add_size(b, i, sample[i].size);
    }
}


static resonate_mp4_status_e
resonate_index_add_times(resonate_mp4_t *m, resonate_builder_t *b)
{
    uint32_t        i, count, samples;
    const uint8_t  *p;

    samples = 0;

    for (i = 0; i < m->stts.count; i++) {

        p = m->stts.data + (size_t) i * 8;
        count = resonate_mp4_u32(p);

        if (count == 0) {
            return resonate_mp4_bad(m, "times of no samples");
        }

        if (count > m->stsz.count - samples) {
            return resonate_mp4_bad(m, "more times than samples");
        }

        resonate_index_add_time(b, samples, count, resonate_mp4_u32(p + 4));

        samples += count;
    }

    if (samples != m->stsz.count) {
        return resonate_mp4_bad(m, "fewer times than samples");
    }

    return RESONATE_MP4_OK;
}


/* at most 2^20 samples of 2^32 units: no overflow */

static void
resonate_index_add_time(resonate_builder_t *b, uint32_t first,
    uint32_t count, uint32_t delta)
{
    resonate_index_time_t  *t;

    if (b->ntimes == 0 || b->delta != delta) {

        if (b->block) {
            t = (void *) (b->block + b->head.times);
            t += b->ntimes;

            t->time = b->time;
            t->first = first;
            t->delta = delta;
        }

        b->ntimes++;
        b->delta = delta;
    }

    b->time += (uint64_t) count * delta;
}


static resonate_mp4_status_e
resonate_index_add_runs(resonate_mp4_t *m, resonate_builder_t *b)
{
    uint32_t               i;
    resonate_chunks_t      c;
    resonate_mp4_status_e  rc;

    resonate_chunks_init(&c, m);

    while ((rc = resonate_chunks_next(&c)) == RESONATE_MP4_MORE) {

        i = c.sample - c.count;

        /* chunks do not overlap, so there are as many bytes before it */

        resonate_index_add_run(b, i, c.offset - b->bytes);

        if (m->sample_size) {
            b->bytes += c.end - c.offset;
            continue;
        }

        for ( /* void */ ; i < c.sample; i++) {
            resonate_index_add_size(b, i,
                           resonate_mp4_u32(m->stsz.data + (size_t) i * 4));
        }
    }

    if (rc != RESONATE_MP4_OK) {
        m->reason = c.reason;
    }

    return rc;
}


static void
resonate_index_add_run(resonate_builder_t *b, uint32_t first, uint64_t shift)
{
    resonate_index_run_t  *run;

    if (b->nruns && b->shift == shift) {
        return;
    }

    if (b->block) {
        run = (void *) (b->block + b->head.runs);
        run += b->nruns;

        run->shift = shift;
        run->first = first;
    }

    b->nruns++;
    b->shift = shift;
}


static void
resonate_index_add_size(resonate_builder_t *b, uint32_t i, uint32_t size)
{
    void      *sizes;
    uint64_t  *sums;

    if (size > b->largest) {
        b->largest = size;
    }

    b->bytes += size;

    if (b->block == NULL) {
        return;
    }

    sizes = b->block + b->head.sizes;

    if (b->head.size_width == 2) {
        ((uint16_t *) sizes)[i] = (uint16_t) size;

    } else {
        ((uint32_t *) sizes)[i] = size;
    }

    /* bytes before every 64th sample; those before the first are none */

    if ((i + 1) % RESONATE_INDEX_STEP == 0) {
        sums = (void *) (b->block + b->head.sums);
        sums[(i + 1) / RESONATE_INDEX_STEP] = b->bytes;
    }
}


/*
 * An edit list is in units of the movie, a coarse millisecond with ffmpeg,
 * and ffmpeg rounds up: what ends behind the samples ends with them.
 */

static resonate_mp4_status_e
resonate_index_edit(resonate_mp4_t *m, resonate_index_t *x)
{
    uint64_t  heard, scale;

    if (m->timescale > RESONATE_INDEX_MAX_TIMESCALE) {
        return resonate_mp4_unsupported(m, "timescale is too large");
    }

    if (m->edit_start
        > (uint64_t) m->timescale * RESONATE_INDEX_MAX_PRIMING_MS / 1000)
    {
        return resonate_mp4_unsupported(m, "edit list skips too much");
    }

    if (m->edit_start >= x->duration) {
        return resonate_mp4_unsupported(m, "edit list leaves nothing to hear");
    }

    x->priming = (uint32_t) m->edit_start;
    x->heard = x->duration - x->priming;

    scale = m->movie_timescale;

    if (m->edit_duration) {
        heard = (m->edit_duration * m->timescale + scale - 1) / scale;
        x->heard = (heard < x->heard) ? heard : x->heard;
    }

    x->silence = (m->edit_empty * m->timescale + scale - 1) / scale;

    return RESONATE_MP4_OK;
}
