
/*
 * Copyright (C) Resonate
 */


#include <string.h>

#include "resonate_index_internal.h"


#define resonate_chunks_fail(c, rc, why)  ((c)->reason = (why), (rc))


static resonate_mp4_status_e resonate_chunks_group(resonate_chunks_t *c);
static resonate_mp4_status_e resonate_chunks_place(resonate_chunks_t *c);


void
resonate_chunks_init(resonate_chunks_t *c, const resonate_mp4_t *m)
{
    memset(c, 0, sizeof(resonate_chunks_t));

    c->mp4 = m;
}


/* MORE: one more chunk; OK: that were all; BAD, UNSUPPORTED: see c->reason */

resonate_mp4_status_e
resonate_chunks_next(resonate_chunks_t *c)
{
    resonate_mp4_status_e  rc;

    c->count = 0;

    if (c->sample == c->mp4->stsz.count) {

        if (c->index != c->mp4->stco.count) {
            return resonate_chunks_fail(c, RESONATE_MP4_BAD,
                                        "more chunks than samples");
        }

        return RESONATE_MP4_OK;
    }

    if (c->index == c->mp4->stco.count) {
        return resonate_chunks_fail(c, RESONATE_MP4_BAD,
                                    "fewer chunks than samples");
    }

    c->index++;

    rc = resonate_chunks_group(c);

    return (rc == RESONATE_MP4_OK) ? resonate_chunks_place(c) : rc;
}


/* stsc is a list of changes: from this chunk on, so many samples in each */

static resonate_mp4_status_e
resonate_chunks_group(resonate_chunks_t *c)
{
    uint32_t        first;
    const uint8_t  *p;

    if (c->entry < c->mp4->stsc.count) {

        p = c->mp4->stsc.data + (size_t) c->entry * 12;
        first = resonate_mp4_u32(p);

        if (first < c->index) {
            return resonate_chunks_fail(c, RESONATE_MP4_BAD,
                                        "chunk groups out of order");
        }

        if (first == c->index) {

            if (resonate_mp4_u32(p + 8) != 1) {
                return resonate_chunks_fail(c, RESONATE_MP4_BAD,
                                            "unknown sample description");
            }

            c->per_chunk = resonate_mp4_u32(p + 4);
            c->entry++;
        }
    }

    if (c->per_chunk == 0) {
        return resonate_chunks_fail(c, RESONATE_MP4_BAD,
                                    "chunk without samples");
    }

    if (c->per_chunk > c->mp4->stsz.count - c->sample) {
        return resonate_chunks_fail(c, RESONATE_MP4_BAD,
                                    "chunk of too many samples");
    }

    return RESONATE_MP4_OK;
}


/*
 * Chunks in file order that do not overlap: only so the span of the first
 * ones holds nothing of the later ones.
 */

static resonate_mp4_status_e
resonate_chunks_place(resonate_chunks_t *c)
{
    uint32_t               i;
    uint64_t               offset, size;
    const uint8_t         *p;
    const resonate_mp4_t  *m;

    m = c->mp4;

    c->count = c->per_chunk;

    p = m->stco.data + (size_t) (c->index - 1) * (m->co64 ? 8 : 4);
    offset = m->co64 ? resonate_mp4_u64(p) : resonate_mp4_u32(p);

    size = (uint64_t) c->count * m->sample_size;

    if (m->sample_size == 0) {
        for (i = c->sample; i < c->sample + c->count; i++) {
            size += resonate_mp4_u32(m->stsz.data + (size_t) i * 4);
        }
    }

    if (offset < c->end) {
        return resonate_chunks_fail(c, RESONATE_MP4_UNSUPPORTED,
                                    "chunks overlap or are out of order");
    }

    if (offset > m->file_size || size > m->file_size - offset) {
        return resonate_chunks_fail(c, RESONATE_MP4_BAD,
                                    "chunk past the end of the file");
    }

    c->offset = offset;
    c->end = offset + size;
    c->sample += c->count;

    return RESONATE_MP4_MORE;
}
