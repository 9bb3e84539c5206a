
/*
 * Copyright (C) Resonate
 */


#include <string.h>

#include "resonate_preview_internal.h"


#define RESONATE_PREVIEW_MAX_TIMESCALE    1000000
#define RESONATE_PREVIEW_MAX_SPAN         (UINT32_MAX / 2)


static resonate_mp4_status_e resonate_preview_edit(resonate_preview_t *p,
    resonate_mp4_t *m, uint32_t ms);
static resonate_mp4_status_e resonate_preview_times(resonate_preview_t *p,
    resonate_mp4_t *m);
static resonate_mp4_status_e resonate_preview_span(resonate_preview_t *p,
    resonate_mp4_t *m);


resonate_mp4_status_e
resonate_preview_plan(resonate_preview_t *p, resonate_mp4_t *m, uint32_t ms)
{
    resonate_mp4_status_e  rc;

    memset(p, 0, sizeof(resonate_preview_t));

    p->mp4 = m;

    rc = resonate_preview_edit(p, m, ms);

    if (rc == RESONATE_MP4_OK) {
        rc = resonate_preview_times(p, m);
    }

    if (rc == RESONATE_MP4_OK) {
        rc = resonate_preview_span(p, m);
    }

    if (rc != RESONATE_MP4_OK || p->whole) {
        return rc;
    }

    p->header_size = resonate_preview_write(p, NULL);

    return RESONATE_MP4_OK;
}


/* how much of the media is heard, and how much comes before it */

static resonate_mp4_status_e
resonate_preview_edit(resonate_preview_t *p, resonate_mp4_t *m, uint32_t ms)
{
    uint64_t  edit_ms, empty_ms;

    if (ms == 0 || ms > RESONATE_PREVIEW_MAX_MS) {
        return resonate_preview_fail(&m->reason, RESONATE_MP4_UNSUPPORTED,
                                     "preview length out of range");
    }

    if (m->timescale > RESONATE_PREVIEW_MAX_TIMESCALE) {
        return resonate_preview_fail(&m->reason, RESONATE_MP4_UNSUPPORTED,
                                     "timescale is too large");
    }

    if (m->edit_start
        > (uint64_t) m->timescale * RESONATE_PREVIEW_MAX_PRIMING_MS / 1000)
    {
        return resonate_preview_fail(&m->reason, RESONATE_MP4_UNSUPPORTED,
                                     "edit list skips too much");
    }

    empty_ms = m->edit_empty * 1000 / m->movie_timescale;
    edit_ms = m->edit_duration * 1000 / m->movie_timescale;

    if (empty_ms >= ms || (m->edit_duration && edit_ms == 0)) {
        return resonate_preview_fail(&m->reason, RESONATE_MP4_UNSUPPORTED,
                                     "edit list leaves nothing to hear");
    }

    ms -= (uint32_t) empty_ms;

    p->empty_ms = (uint32_t) empty_ms;
    p->edit_ms = (m->edit_duration && edit_ms < ms) ? (uint32_t) edit_ms : ms;
    p->duration = m->edit_start + (uint64_t) ms * m->timescale / 1000;

    /* less than a unit of time: no sample would end in it */

    if (p->duration == 0) {
        return resonate_preview_fail(&m->reason, RESONATE_MP4_UNSUPPORTED,
                                     "edit list leaves nothing to hear");
    }

    return RESONATE_MP4_OK;
}


/* finds the sample in which p->duration ends; all of stts is checked */

static resonate_mp4_status_e
resonate_preview_times(resonate_preview_t *p, resonate_mp4_t *m)
{
    uint32_t  i, n, count, delta, samples;
    uint64_t  time, left, most;

    time = 0;
    samples = 0;

    for (i = 0; i < m->stts.count; i++) {

        count = resonate_mp4_u32(m->stts.data + i * 8);
        delta = resonate_mp4_u32(m->stts.data + i * 8 + 4);

        if (count == 0) {
            return resonate_preview_fail(&m->reason, RESONATE_MP4_BAD,
                                         "times of no samples");
        }

        if (count > m->stsz.count - samples) {
            return resonate_preview_fail(&m->reason, RESONATE_MP4_BAD,
                                         "more times than samples");
        }

        left = p->duration - time;

        if (p->samples == 0 && (uint64_t) count * delta >= left) {

            n = (uint32_t) ((left + delta - 1) / delta);

            p->deltas = i + 1;
            p->last_count = n;
            p->last_delta = (uint32_t) (left - (uint64_t) (n - 1) * delta);
            p->samples = samples + n;
        }

        /* at most 2^20 samples of 2^32 units: no overflow */

        samples += count;
        time += (uint64_t) count * delta;
    }

    if (samples != m->stsz.count) {
        return resonate_preview_fail(&m->reason, RESONATE_MP4_BAD,
                                     "fewer times than samples");
    }

    if (time <= p->duration) {
        p->whole = 1;
        p->samples = samples;
    }

    most = p->duration * 1000 / m->timescale / RESONATE_PREVIEW_MIN_FRAME_MS;

    if (p->samples > most + 2) {
        return resonate_preview_fail(&m->reason, RESONATE_MP4_UNSUPPORTED,
                                     "samples are too short for AAC");
    }

    return RESONATE_MP4_OK;
}


static resonate_mp4_status_e
resonate_preview_span(resonate_preview_t *p, resonate_mp4_t *m)
{
    resonate_run_t         run;
    resonate_chunks_t      c;
    resonate_mp4_status_e  rc;

    resonate_chunks_init(&c, m, m->stsz.count);

    do {
        rc = resonate_chunks_next(&c);
    } while (rc == RESONATE_MP4_MORE);

    if (rc != RESONATE_MP4_OK) {
        return resonate_preview_fail(&m->reason, rc, c.reason);
    }

    if (p->whole) {
        p->span_size = m->file_size;
        return RESONATE_MP4_OK;
    }

    resonate_chunks_init(&c, m, p->samples);

    (void) resonate_chunks_next(&c);

    p->span_offset = c.offset;

    while (resonate_run_next(&c, &run)) {
        p->span_size = run.end - p->span_offset;
    }

    if (p->span_size == 0) {
        return resonate_preview_fail(&m->reason, RESONATE_MP4_BAD,
                                     "samples without bytes");
    }

    if (p->span_size > RESONATE_PREVIEW_MAX_SPAN) {
        return resonate_preview_fail(&m->reason, RESONATE_MP4_UNSUPPORTED,
                                     "samples are too large");
    }

    return RESONATE_MP4_OK;
}
