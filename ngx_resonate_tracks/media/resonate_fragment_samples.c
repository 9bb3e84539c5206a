
/*
 * Copyright (C) Resonate
 *
 * The samples of a fragmented file, gathered in the caller's room, one after
 * the other.
 */


#include <string.h>

#include "resonate_index_internal.h"


#define RESONATE_TRUN_OFFSET     0x000001
#define RESONATE_TRUN_FIRST      0x000004
#define RESONATE_TRUN_DURATION   0x000100
#define RESONATE_TRUN_SIZE       0x000200
#define RESONATE_TRUN_FLAGS      0x000400
#define RESONATE_TRUN_SHIFT      0x000800


/* a place in stts */

typedef struct {
    uint32_t                entry;
    uint32_t                left;
    uint32_t                delta;
} resonate_times_t;

/* samples that follow each other */

typedef struct {
    uint32_t                flags;
    uint32_t                count;
    size_t                  entry;     /* bytes for each */
    int32_t                 offset;
    const uint8_t          *data;
} resonate_trun_t;


static resonate_mp4_status_e resonate_fragment_delta(resonate_mp4_t *m,
    resonate_times_t *times, uint32_t *delta);
static resonate_mp4_status_e resonate_fragment_trun(resonate_mp4_t *m,
    resonate_mp4_view_t box, resonate_trun_t *run);
static resonate_mp4_status_e resonate_fragment_run(resonate_mp4_t *m,
    resonate_traf_t *t, const resonate_trun_t *run);
static resonate_mp4_status_e resonate_fragment_add(resonate_mp4_t *m,
    uint64_t offset, uint32_t size, uint32_t delta);


resonate_mp4_status_e
resonate_fragment_tables(resonate_mp4_t *m)
{
    uint32_t               i, size, delta;
    uint64_t               offset;
    resonate_times_t       times;
    resonate_chunks_t      c;
    resonate_mp4_status_e  rc;

    rc = resonate_fragment_room(m, m->stsz.count);
    if (rc != RESONATE_MP4_OK) {
        return rc;
    }

    memset(&times, 0, sizeof(resonate_times_t));

    resonate_chunks_init(&c, m);

    while ((rc = resonate_chunks_next(&c)) == RESONATE_MP4_MORE) {

        offset = c.offset;

        for (i = c.sample - c.count; i < c.sample; i++) {

            size = m->sample_size
                   ? m->sample_size
                   : resonate_mp4_u32(m->stsz.data + (size_t) i * 4);

            rc = resonate_fragment_delta(m, &times, &delta);

            if (rc == RESONATE_MP4_OK) {
                rc = resonate_fragment_add(m, offset, size, delta);
            }

            if (rc != RESONATE_MP4_OK) {
                return rc;
            }

            offset += size;
        }
    }

    if (rc != RESONATE_MP4_OK) {
        m->reason = c.reason;
    }

    return rc;
}


static resonate_mp4_status_e
resonate_fragment_delta(resonate_mp4_t *m, resonate_times_t *times,
    uint32_t *delta)
{
    const uint8_t  *p;

    while (times->left == 0) {

        if (times->entry == m->stts.count) {
            return resonate_mp4_bad(m, "fewer times than samples");
        }

        p = m->stts.data + (size_t) times->entry * 8;

        times->left = resonate_mp4_u32(p);
        times->delta = resonate_mp4_u32(p + 4);
        times->entry++;
    }

    times->left--;
    *delta = times->delta;

    return RESONATE_MP4_OK;
}


/* counts the samples of all runs, or adds them if there is no "count" */

resonate_mp4_status_e
resonate_fragment_runs(resonate_mp4_t *m, resonate_mp4_view_t traf,
    resonate_traf_t *t, uint32_t *count)
{
    uint32_t               samples;
    resonate_mp4_box_t     box;
    resonate_trun_t        run;
    resonate_mp4_view_t    trun;
    resonate_mp4_status_e  rc;

    samples = 0;
    t->next = t->base;

    while (traf.len) {

        rc = resonate_mp4_next(m, &traf, &box, &trun);
        if (rc != RESONATE_MP4_OK) {
            return rc;
        }

        if (box.type != resonate_mp4_type('t', 'r', 'u', 'n')) {
            continue;
        }

        rc = resonate_fragment_trun(m, trun, &run);

        if (rc == RESONATE_MP4_OK && count == NULL) {
            rc = resonate_fragment_run(m, t, &run);
        }

        if (rc != RESONATE_MP4_OK) {
            return rc;
        }

        /* both are at most RESONATE_MP4_MAX_SAMPLES, in 64 boxes */

        samples += run.count;
    }

    if (count) {
        *count = samples;
    }

    return RESONATE_MP4_OK;
}


static resonate_mp4_status_e
resonate_fragment_trun(resonate_mp4_t *m, resonate_mp4_view_t box,
    resonate_trun_t *run)
{
    size_t          head;
    uint32_t        bit;
    const uint8_t  *p;

    if (box.len < 8) {
        return resonate_mp4_bad(m, "trun box is too short");
    }

    p = box.data;

    run->flags = resonate_mp4_u32(p);
    run->count = resonate_mp4_u32(p + 4);
    run->offset = 0;
    run->entry = 0;

    for (bit = RESONATE_TRUN_DURATION; bit <= RESONATE_TRUN_SHIFT; bit <<= 1) {
        run->entry += (run->flags & bit) ? 4 : 0;
    }

    head = 8 + ((run->flags & RESONATE_TRUN_OFFSET) ? 4 : 0)
           + ((run->flags & RESONATE_TRUN_FIRST) ? 4 : 0);

    if (box.len < head
        || (run->entry && run->count > (box.len - head) / run->entry))
    {
        return resonate_mp4_bad(m, "table past the end of its box");
    }

    if (run->count > RESONATE_MP4_MAX_SAMPLES) {
        return resonate_mp4_unsupported(m, "too many samples");
    }

    if (run->flags & RESONATE_TRUN_OFFSET) {
        run->offset = (int32_t) resonate_mp4_u32(p + 8);
    }

    run->data = p + head;

    return RESONATE_MP4_OK;
}


static resonate_mp4_status_e
resonate_fragment_run(resonate_mp4_t *m, resonate_traf_t *t,
    const resonate_trun_t *run)
{
    uint32_t               i, size, delta;
    uint64_t               offset;
    const uint8_t         *p;
    resonate_mp4_status_e  rc;

    offset = t->next;

    if (run->flags & RESONATE_TRUN_OFFSET) {
        offset = t->base + (uint64_t) (int64_t) run->offset;
    }

    p = run->data;

    for (i = 0; i < run->count; i++) {

        delta = t->delta;
        size = t->size;

        if (run->flags & RESONATE_TRUN_DURATION) {
            delta = resonate_mp4_u32(p);
            p += 4;
        }

        if (run->flags & RESONATE_TRUN_SIZE) {
            size = resonate_mp4_u32(p);
            p += 4;
        }

        p += (run->flags & RESONATE_TRUN_FLAGS) ? 4 : 0;

        if (run->flags & RESONATE_TRUN_SHIFT) {

            if (resonate_mp4_u32(p)) {
                return resonate_mp4_unsupported(m, "samples out of order");
            }

            p += 4;
        }

        rc = resonate_fragment_add(m, offset, size, delta);
        if (rc != RESONATE_MP4_OK) {
            return rc;
        }

        offset += size;
    }

    t->next = offset;

    return RESONATE_MP4_OK;
}


/* twice as much as there is, so that few are asked for */

resonate_mp4_status_e
resonate_fragment_room(resonate_mp4_t *m, uint32_t count)
{
    size_t  need;

    if (count > RESONATE_MP4_MAX_SAMPLES - m->gathered) {
        return resonate_mp4_unsupported(m, "too many samples");
    }

    need = ((size_t) m->gathered + count) * sizeof(resonate_mp4_sample_t);

    if (need <= m->room_size) {
        return RESONATE_MP4_OK;
    }

    m->want_room = (need < RESONATE_MP4_WINDOW) ? RESONATE_MP4_WINDOW
                                                : need * 2;

    return RESONATE_MP4_ROOM;
}


static resonate_mp4_status_e
resonate_fragment_add(resonate_mp4_t *m, uint64_t offset, uint32_t size,
    uint32_t delta)
{
    resonate_mp4_sample_t  *sample;

    if (offset > m->file_size || size > m->file_size - offset) {
        return resonate_mp4_bad(m, "chunk past the end of the file");
    }

    if (offset < m->gathered_end) {
        return resonate_mp4_unsupported(m,
                                        "chunks overlap or are out of order");
    }

    sample = (resonate_mp4_sample_t *) m->room + m->gathered++;

    sample->offset = offset;
    sample->size = size;
    sample->delta = delta;

    m->gathered_end = offset + size;
    m->gathered_time += delta;

    return RESONATE_MP4_OK;
}
