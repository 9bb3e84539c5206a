
/*
 * Copyright (C) Resonate
 *
 * Movie fragments (ISO/IEC 14496-12, 8.8): which part of them is the sound.
 */


#include <string.h>

#include "resonate_mp4_internal.h"


#define RESONATE_TFHD_BASE       0x000001
#define RESONATE_TFHD_ENTRY      0x000002
#define RESONATE_TFHD_DURATION   0x000008
#define RESONATE_TFHD_SIZE       0x000010
#define RESONATE_TFHD_MOOF       0x020000


static resonate_mp4_status_e resonate_fragment_trex(resonate_mp4_t *m,
    resonate_mp4_view_t mvex);
static resonate_mp4_status_e resonate_fragment_traf(resonate_mp4_t *m,
    resonate_mp4_view_t traf, resonate_traf_t *t, resonate_mp4_view_t tfdt);
static resonate_mp4_status_e resonate_fragment_tfhd(resonate_mp4_t *m,
    resonate_mp4_view_t traf, resonate_traf_t *t, resonate_mp4_view_t *tfdt);
static resonate_mp4_status_e resonate_fragment_tfdt(resonate_mp4_t *m,
    resonate_mp4_view_t tfdt);


/* the moov of a fragmented file may have the first samples itself */

resonate_mp4_status_e
resonate_fragment_moov(resonate_mp4_t *m, resonate_mp4_view_t mvex,
    resonate_mp4_view_t tkhd)
{
    size_t                 offset;
    resonate_mp4_status_e  rc;

    offset = (tkhd.len && tkhd.data[0] == 1) ? 20 : 12;

    if (tkhd.len < offset + 4) {
        return resonate_mp4_bad(m, "no tkhd box, or too short a one");
    }

    m->track = resonate_mp4_u32(tkhd.data + offset);

    rc = resonate_fragment_trex(m, mvex);

    if (rc == RESONATE_MP4_OK) {
        rc = resonate_fragment_tables(m);
    }

    if (rc != RESONATE_MP4_OK) {
        return rc;
    }

    /* its bytes will be gone */

    memcpy(m->stsd_copy, m->stsd.data, m->stsd.len);
    m->stsd.data = m->stsd_copy;

    m->fragmented = 1;

    return RESONATE_MP4_OK;
}


static resonate_mp4_status_e
resonate_fragment_trex(resonate_mp4_t *m, resonate_mp4_view_t mvex)
{
    resonate_mp4_box_t     box;
    resonate_mp4_view_t    trex;
    resonate_mp4_status_e  rc;

    while (mvex.len) {

        rc = resonate_mp4_next(m, &mvex, &box, &trex);
        if (rc != RESONATE_MP4_OK) {
            return rc;
        }

        if (box.type != resonate_mp4_type('t', 'r', 'e', 'x')
            || trex.len < 24
            || resonate_mp4_u32(trex.data + 4) != m->track)
        {
            continue;
        }

        m->entry = resonate_mp4_u32(trex.data + 8);
        m->delta = resonate_mp4_u32(trex.data + 12);
        m->size = resonate_mp4_u32(trex.data + 16);

        return RESONATE_MP4_OK;
    }

    return resonate_mp4_bad(m, "no trex box of the sound");
}


resonate_mp4_status_e
resonate_fragment_moof(resonate_mp4_t *m, resonate_mp4_view_t moof,
    uint64_t offset)
{
    unsigned               trafs, found;
    resonate_traf_t        t;
    resonate_mp4_box_t     box;
    resonate_mp4_view_t    traf, tfdt;
    resonate_mp4_status_e  rc;

    if (!m->fragmented) {
        return resonate_mp4_bad(m, "fragment before the moov box");
    }

    if (m->fragments++ == RESONATE_MP4_MAX_FRAGMENTS) {
        return resonate_mp4_unsupported(m, "too many fragments");
    }

    trafs = 0;
    found = 0;

    while (moof.len) {

        rc = resonate_mp4_next(m, &moof, &box, &traf);
        if (rc != RESONATE_MP4_OK) {
            return rc;
        }

        if (box.type != resonate_mp4_type('t', 'r', 'a', 'f')) {
            continue;
        }

        memset(&t, 0, sizeof(resonate_traf_t));

        /* the first one may leave out where it counts from */

        t.base = offset;
        t.based = (trafs++ == 0);

        rc = resonate_fragment_tfhd(m, traf, &t, &tfdt);
        if (rc != RESONATE_MP4_OK) {
            return rc;
        }

        if (t.track != m->track) {
            continue;
        }

        if (found++) {
            return resonate_mp4_unsupported(m, "two parts of one fragment");
        }

        rc = resonate_fragment_traf(m, traf, &t, tfdt);
        if (rc != RESONATE_MP4_OK) {
            return rc;
        }
    }

    return RESONATE_MP4_OK;
}


/* nothing is changed before there is room for all of it */

static resonate_mp4_status_e
resonate_fragment_traf(resonate_mp4_t *m, resonate_mp4_view_t traf,
    resonate_traf_t *t, resonate_mp4_view_t tfdt)
{
    uint32_t               count;
    resonate_mp4_status_e  rc;

    if (!t->based) {
        return resonate_mp4_unsupported(m, "fragment without a base");
    }

    if (t->entry != 1) {
        return resonate_mp4_bad(m, "unknown sample description");
    }

    rc = resonate_fragment_runs(m, traf, t, &count);

    if (rc == RESONATE_MP4_OK) {
        rc = resonate_fragment_room(m, count);
    }

    if (rc == RESONATE_MP4_OK && tfdt.data && count) {
        rc = resonate_fragment_tfdt(m, tfdt);
    }

    if (rc == RESONATE_MP4_OK) {
        rc = resonate_fragment_runs(m, traf, t, NULL);
    }

    return rc;
}


static resonate_mp4_status_e
resonate_fragment_tfhd(resonate_mp4_t *m, resonate_mp4_view_t traf,
    resonate_traf_t *t, resonate_mp4_view_t *tfdt)
{
    size_t                 need;
    uint32_t               flags;
    const uint8_t         *p;
    resonate_mp4_view_t    tfhd;
    resonate_mp4_child_t   children[2];
    resonate_mp4_status_e  rc;

    memset(&tfhd, 0, sizeof(resonate_mp4_view_t));
    memset(tfdt, 0, sizeof(resonate_mp4_view_t));

    children[0].type = resonate_mp4_type('t', 'f', 'h', 'd');
    children[0].view = &tfhd;

    children[1].type = resonate_mp4_type('t', 'f', 'd', 't');
    children[1].view = tfdt;

    rc = resonate_mp4_children(m, traf, children, 2);
    if (rc != RESONATE_MP4_OK) {
        return rc;
    }

    flags = (tfhd.len >= 8) ? resonate_mp4_u32(tfhd.data) : 0;

    need = 8 + ((flags & RESONATE_TFHD_BASE) ? 8 : 0)
           + ((flags & RESONATE_TFHD_ENTRY) ? 4 : 0)
           + ((flags & RESONATE_TFHD_DURATION) ? 4 : 0)
           + ((flags & RESONATE_TFHD_SIZE) ? 4 : 0);

    if (tfhd.len < need) {
        return resonate_mp4_bad(m, "no tfhd box, or too short a one");
    }

    p = tfhd.data + 4;

    t->track = resonate_mp4_u32(p);
    p += 4;

    t->entry = m->entry;
    t->delta = m->delta;
    t->size = m->size;

    if (flags & RESONATE_TFHD_MOOF) {
        t->based = 1;
    }

    if (flags & RESONATE_TFHD_BASE) {
        t->base = resonate_mp4_u64(p);
        t->based = 1;
        p += 8;
    }

    if (flags & RESONATE_TFHD_ENTRY) {
        t->entry = resonate_mp4_u32(p);
        p += 4;
    }

    if (flags & RESONATE_TFHD_DURATION) {
        t->delta = resonate_mp4_u32(p);
        p += 4;
    }

    if (flags & RESONATE_TFHD_SIZE) {
        t->size = resonate_mp4_u32(p);
    }

    return RESONATE_MP4_OK;
}


/*
 * When the fragment starts, as of its own clock: the sample before it lasts
 * until then.
 */

static resonate_mp4_status_e
resonate_fragment_tfdt(resonate_mp4_t *m, resonate_mp4_view_t tfdt)
{
    uint64_t                time, delta;
    resonate_mp4_sample_t  *last;

    if (tfdt.len < 8 || (tfdt.data[0] == 1 && tfdt.len < 12)) {
        return resonate_mp4_bad(m, "tfdt box is too short");
    }

    time = (tfdt.data[0] == 1) ? resonate_mp4_u64(tfdt.data + 4)
                               : resonate_mp4_u32(tfdt.data + 4);

    if (m->gathered == 0) {
        m->base_time = time;
        return RESONATE_MP4_OK;
    }

    last = (resonate_mp4_sample_t *) m->room + m->gathered - 1;

    /* when the last one starts */

    m->gathered_time -= last->delta;

    if (time < m->base_time || time - m->base_time < m->gathered_time) {
        return resonate_mp4_unsupported(m, "fragments go back in time");
    }

    delta = time - m->base_time - m->gathered_time;

    if (delta > UINT32_MAX) {
        return resonate_mp4_unsupported(m, "long gap between fragments");
    }

    last->delta = (uint32_t) delta;
    m->gathered_time += delta;

    return RESONATE_MP4_OK;
}


/* what was before the first fragment is not there to be skipped */

resonate_mp4_status_e
resonate_fragment_end(resonate_mp4_t *m)
{
    if (m->gathered == 0) {
        return resonate_mp4_unsupported(m, "no samples");
    }

    m->stsz.count = m->gathered;
    m->sample_size = 0;

    m->edit_start -= (m->edit_start < m->base_time) ? m->edit_start
                                                    : m->base_time;

    return RESONATE_MP4_OK;
}
