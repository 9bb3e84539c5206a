
/*
 * Copyright (C) Resonate
 */


#include "resonate_mp4_internal.h"


static resonate_mp4_status_e resonate_mp4_edit(resonate_mp4_t *m,
    const uint8_t *p, unsigned version, unsigned last);
static resonate_mp4_status_e resonate_mp4_stsd(resonate_mp4_t *m);
static resonate_mp4_status_e resonate_mp4_stsz(resonate_mp4_t *m,
    resonate_mp4_view_t box);
static resonate_mp4_status_e resonate_mp4_table(resonate_mp4_t *m,
    resonate_mp4_view_t box, size_t entry, resonate_mp4_table_t *table);


/* none, or one edit, or a leading silence and one edit */

resonate_mp4_status_e
resonate_mp4_edits(resonate_mp4_t *m, resonate_mp4_view_t elst)
{
    size_t                 size;
    unsigned               version;
    uint32_t               i;
    resonate_mp4_table_t   table;
    resonate_mp4_status_e  rc;

    if (elst.data == NULL) {
        return RESONATE_MP4_OK;
    }

    version = elst.len ? elst.data[0] : 0;
    size = version ? 20 : 12;

    rc = resonate_mp4_table(m, elst, size, &table);
    if (rc != RESONATE_MP4_OK) {
        return rc;
    }

    if (table.count > 2) {
        return resonate_mp4_unsupported(m, "edit list of many edits");
    }

    for (i = 0; i < table.count; i++) {

        rc = resonate_mp4_edit(m, table.data + i * size, version,
                               i + 1 == table.count);
        if (rc != RESONATE_MP4_OK) {
            return rc;
        }
    }

    return RESONATE_MP4_OK;
}


static resonate_mp4_status_e
resonate_mp4_edit(resonate_mp4_t *m, const uint8_t *p, unsigned version,
    unsigned last)
{
    int64_t   start;
    uint64_t  duration;

    if (version) {
        duration = resonate_mp4_u64(p);
        start = (int64_t) resonate_mp4_u64(p + 8);
        p += 16;

    } else {
        duration = resonate_mp4_u32(p);
        start = (int32_t) resonate_mp4_u32(p + 4);
        p += 8;
    }

    if (resonate_mp4_u32(p) != 0x00010000) {
        return resonate_mp4_unsupported(m, "edit of another speed");
    }

    if (duration > UINT32_MAX) {
        return resonate_mp4_unsupported(m, "edit is too long");
    }

    if (last && start >= 0) {
        m->edit_start = (uint64_t) start;
        m->edit_duration = duration;
        return RESONATE_MP4_OK;
    }

    if (!last && start == -1) {
        m->edit_empty = duration;
        return RESONATE_MP4_OK;
    }

    return resonate_mp4_unsupported(m, "edit list of many edits");
}


resonate_mp4_status_e
resonate_mp4_stbl(resonate_mp4_t *m, resonate_mp4_trak_t *t)
{
    resonate_mp4_status_e  rc;

    const resonate_mp4_child_t  children[] = {
        { resonate_mp4_type('s', 't', 's', 'd'), &m->stsd },
        { resonate_mp4_type('s', 't', 't', 's'), &t->stts },
        { resonate_mp4_type('s', 't', 's', 'c'), &t->stsc },
        { resonate_mp4_type('s', 't', 's', 'z'), &t->stsz },
        { resonate_mp4_type('s', 't', 'z', '2'), &t->stz2 },
        { resonate_mp4_type('s', 't', 'c', 'o'), &t->stco },
        { resonate_mp4_type('c', 'o', '6', '4'), &t->co64 }
    };

    /* it is parsed again after ROOM */

    m->stsd.data = NULL;

    rc = resonate_mp4_children(m, t->stbl, children,
                               sizeof(children) / sizeof(children[0]));
    if (rc != RESONATE_MP4_OK) {
        return rc;
    }

    if (t->stz2.data) {
        return resonate_mp4_unsupported(m, "compact sample sizes (stz2)");
    }

    if (t->stco.data && t->co64.data) {
        return resonate_mp4_bad(m, "both stco and co64");
    }

    m->co64 = (t->co64.data != NULL);

    rc = resonate_mp4_stsd(m);

    if (rc == RESONATE_MP4_OK) {
        rc = resonate_mp4_stsz(m, t->stsz);
    }

    if (rc == RESONATE_MP4_OK) {
        rc = resonate_mp4_table(m, t->stts, 8, &m->stts);
    }

    if (rc == RESONATE_MP4_OK) {
        rc = resonate_mp4_table(m, t->stsc, 12, &m->stsc);
    }

    if (rc == RESONATE_MP4_OK) {
        rc = m->co64 ? resonate_mp4_table(m, t->co64, 8, &m->stco)
                     : resonate_mp4_table(m, t->stco, 4, &m->stco);
    }

    return rc;
}


static resonate_mp4_status_e
resonate_mp4_stsd(resonate_mp4_t *m)
{
    uint32_t             size;
    resonate_mp4_view_t  entry;

    if (m->stsd.len < 16) {
        return resonate_mp4_bad(m, "no stsd box, or too short a one");
    }

    if (m->stsd.len > RESONATE_MP4_MAX_STSD
        || resonate_mp4_u32(m->stsd.data + 4) != 1)
    {
        return resonate_mp4_unsupported(m, "more than one sample description");
    }

    size = resonate_mp4_u32(m->stsd.data + 8);

    if (size < 36 || size > m->stsd.len - 8) {
        return resonate_mp4_bad(m, "broken sample description");
    }

    entry.data = m->stsd.data + 8;
    entry.len = size;

    return resonate_mp4_entry(m, entry);
}


static resonate_mp4_status_e
resonate_mp4_stsz(resonate_mp4_t *m, resonate_mp4_view_t box)
{
    if (box.len < 12) {
        return resonate_mp4_bad(m, "no stsz box, or too short a one");
    }

    m->sample_size = resonate_mp4_u32(box.data + 4);
    m->stsz.count = resonate_mp4_u32(box.data + 8);
    m->stsz.data = box.data + 12;

    if (m->stsz.count > RESONATE_MP4_MAX_SAMPLES) {
        return resonate_mp4_unsupported(m, "too many samples");
    }

    if (m->sample_size) {
        m->stsz.data = NULL;
        return RESONATE_MP4_OK;
    }

    if (m->stsz.count > (box.len - 12) / 4) {
        return resonate_mp4_bad(m, "table past the end of its box");
    }

    return RESONATE_MP4_OK;
}


static resonate_mp4_status_e
resonate_mp4_table(resonate_mp4_t *m, resonate_mp4_view_t box, size_t entry,
    resonate_mp4_table_t *table)
{
    if (box.len < 8) {
        return resonate_mp4_bad(m, "no table box, or too short a one");
    }

    table->count = resonate_mp4_u32(box.data + 4);
    table->data = box.data + 8;

    if (table->count > (box.len - 8) / entry) {
        return resonate_mp4_bad(m, "table past the end of its box");
    }

    return RESONATE_MP4_OK;
}
