
/*
 * Copyright (C) Resonate
 */


#include <string.h>

#include "resonate_mp4_internal.h"


static size_t resonate_mp4_window(resonate_mp4_t *m);
static resonate_mp4_status_e resonate_mp4_want(resonate_mp4_t *m,
    uint64_t offset, uint64_t size);
static resonate_mp4_status_e resonate_mp4_found(resonate_mp4_t *m,
    const resonate_mp4_box_t *box, uint64_t offset, const uint8_t *data,
    size_t len);
static resonate_mp4_status_e resonate_mp4_whole(resonate_mp4_t *m,
    const resonate_mp4_box_t *box, uint64_t offset, const uint8_t *data,
    size_t len, size_t most);
static resonate_mp4_status_e resonate_mp4_end(resonate_mp4_t *m);
static int resonate_mp4_box(const uint8_t *data, size_t len,
    resonate_mp4_box_t *box);
static resonate_mp4_status_e resonate_mp4_moov(resonate_mp4_t *m,
    resonate_mp4_view_t moov);
static resonate_mp4_status_e resonate_mp4_sound(resonate_mp4_t *m,
    resonate_mp4_view_t moov, resonate_mp4_trak_t *sound);
static resonate_mp4_status_e resonate_mp4_trak(resonate_mp4_t *m,
    resonate_mp4_view_t trak, resonate_mp4_trak_t *t);
static resonate_mp4_status_e resonate_mp4_timescale(resonate_mp4_t *m,
    resonate_mp4_view_t box, uint32_t *timescale);


void
resonate_mp4_init(resonate_mp4_t *m, uint64_t file_size)
{
    memset(m, 0, sizeof(resonate_mp4_t));

    m->file_size = file_size;
    m->want_size = (file_size < RESONATE_MP4_WINDOW) ? (size_t) file_size
                                                     : RESONATE_MP4_WINDOW;
}


resonate_mp4_status_e
resonate_mp4_parse(resonate_mp4_t *m, const uint8_t *data, size_t len)
{
    size_t                 pos;
    uint64_t               offset;
    resonate_mp4_box_t     box;
    resonate_mp4_status_e  rc;

    if (len < m->want_size || len < 8) {
        return resonate_mp4_bad(m, "file is too short");
    }

    /* what was not asked for does not count */
    len = m->want_size;

    for (pos = m->resume; ; pos += (size_t) box.size) {

        offset = m->want_offset + pos;

        if (len - pos < 16 && m->file_size - offset > len - pos) {
            return resonate_mp4_want(m, offset, resonate_mp4_window(m));
        }

        if (resonate_mp4_box(data + pos, len - pos, &box) == 0) {
            return resonate_mp4_bad(m, "broken box header");
        }

        if (box.size > m->file_size - offset) {
            return resonate_mp4_bad(m, "box past the end of the file");
        }

        rc = resonate_mp4_found(m, &box, offset, data + pos, len - pos);

        if (rc == RESONATE_MP4_ROOM) {
            m->resume = pos;
            m->reason = "fragmented, and no room for the samples";
        }

        if (rc != RESONATE_MP4_OK) {
            return rc;
        }

        if (m->done) {
            return RESONATE_MP4_OK;
        }

        if (box.size == 0 || box.size == m->file_size - offset) {
            return resonate_mp4_end(m);
        }

        if (box.size >= len - pos) {
            return resonate_mp4_want(m, offset + box.size,
                                     resonate_mp4_window(m));
        }
    }
}


static size_t
resonate_mp4_window(resonate_mp4_t *m)
{
    return m->fragmented ? RESONATE_MP4_FRAGMENT : RESONATE_MP4_WINDOW;
}


static resonate_mp4_status_e
resonate_mp4_want(resonate_mp4_t *m, uint64_t offset, uint64_t size)
{
    if (size > m->file_size - offset) {
        size = m->file_size - offset;
    }

    m->resume = 0;
    m->want_offset = offset;
    m->want_size = (size_t) size;

    return RESONATE_MP4_MORE;
}


/* a box of the file; OK: go on behind it, or m->done */

static resonate_mp4_status_e
resonate_mp4_found(resonate_mp4_t *m, const resonate_mp4_box_t *box,
    uint64_t offset, const uint8_t *data, size_t len)
{
    unsigned  most;

    if (box->type == resonate_mp4_type('f', 't', 'y', 'p')) {
        m->have_ftyp = 1;
    }

    if (!m->have_ftyp) {
        return resonate_mp4_bad(m, "no ftyp box at the start");
    }

    if (box->type == resonate_mp4_type('m', 'o', 'o', 'v')) {
        return resonate_mp4_whole(m, box, offset, data, len,
                                  RESONATE_MP4_MAX_MOOV);
    }

    if (box->type == resonate_mp4_type('m', 'o', 'o', 'f')) {
        return resonate_mp4_whole(m, box, offset, data, len,
                                  RESONATE_MP4_MAX_MOOF);
    }

    most = m->fragmented ? 3 * RESONATE_MP4_MAX_FRAGMENTS
                         : RESONATE_MP4_MAX_BOXES;

    if (++m->boxes > most) {
        return resonate_mp4_unsupported(m, "too many boxes");
    }

    return RESONATE_MP4_OK;
}


/* moov and moof are needed as a whole */

static resonate_mp4_status_e
resonate_mp4_whole(resonate_mp4_t *m, const resonate_mp4_box_t *box,
    uint64_t offset, const uint8_t *data, size_t len, size_t most)
{
    uint64_t             size;
    resonate_mp4_view_t  payload;

    size = box->size ? box->size : m->file_size - offset;

    if (size > most) {
        return resonate_mp4_unsupported(m, "moov or moof box is too large");
    }

    if (size > len) {
        return resonate_mp4_want(m, offset, size);
    }

    payload.data = data + box->header;
    payload.len = (size_t) size - box->header;

    if (box->type == resonate_mp4_type('m', 'o', 'o', 'f')) {
        return resonate_fragment_moof(m, payload, offset);
    }

    return resonate_mp4_moov(m, payload);
}


/* a file of tables is done with its moov, one of fragments at its end */

static resonate_mp4_status_e
resonate_mp4_end(resonate_mp4_t *m)
{
    if (!m->fragmented) {
        return resonate_mp4_bad(m, "no moov box");
    }

    return resonate_fragment_end(m);
}


/* 1: a header with a possible size, 0: none */

static int
resonate_mp4_box(const uint8_t *data, size_t len, resonate_mp4_box_t *box)
{
    if (len < 8) {
        return 0;
    }

    box->size = resonate_mp4_u32(data);
    box->type = resonate_mp4_u32(data + 4);
    box->header = 8;

    if (box->size == 0) {
        return 1;
    }

    if (box->size == 1) {

        if (len < 16) {
            return 0;
        }

        box->size = resonate_mp4_u64(data + 8);
        box->header = 16;
    }

    return box->size >= box->header;
}


resonate_mp4_status_e
resonate_mp4_next(resonate_mp4_t *m, resonate_mp4_view_t *in,
    resonate_mp4_box_t *box, resonate_mp4_view_t *payload)
{
    if (resonate_mp4_box(in->data, in->len, box) == 0
        || box->size == 0
        || box->size > in->len)
    {
        return resonate_mp4_bad(m, "box does not fit in its parent");
    }

    payload->data = in->data + box->header;
    payload->len = (size_t) box->size - box->header;

    in->data += (size_t) box->size;
    in->len -= (size_t) box->size;

    return RESONATE_MP4_OK;
}


resonate_mp4_status_e
resonate_mp4_children(resonate_mp4_t *m, resonate_mp4_view_t in,
    const resonate_mp4_child_t *children, size_t n)
{
    size_t                 i;
    unsigned               boxes;
    resonate_mp4_box_t     box;
    resonate_mp4_view_t    payload;
    resonate_mp4_status_e  rc;

    for (boxes = 0; in.len; boxes++) {

        if (boxes == RESONATE_MP4_MAX_BOXES) {
            return resonate_mp4_unsupported(m, "too many boxes");
        }

        rc = resonate_mp4_next(m, &in, &box, &payload);
        if (rc != RESONATE_MP4_OK) {
            return rc;
        }

        for (i = 0; i < n && children[i].type != box.type; i++) {
            /* void */
        }

        if (i == n || children[i].view == NULL) {
            continue;
        }

        if (children[i].view->data) {
            return resonate_mp4_bad(m, "duplicate box");
        }

        *children[i].view = payload;
    }

    return RESONATE_MP4_OK;
}


static resonate_mp4_status_e
resonate_mp4_moov(resonate_mp4_t *m, resonate_mp4_view_t moov)
{
    resonate_mp4_trak_t    sound;
    resonate_mp4_view_t    mvhd, mvex;
    resonate_mp4_child_t   children[2];
    resonate_mp4_status_e  rc;

    if (m->fragmented) {
        return resonate_mp4_bad(m, "duplicate box");
    }

    memset(&mvhd, 0, sizeof(resonate_mp4_view_t));
    memset(&mvex, 0, sizeof(resonate_mp4_view_t));

    children[0].type = resonate_mp4_type('m', 'v', 'h', 'd');
    children[0].view = &mvhd;

    children[1].type = resonate_mp4_type('m', 'v', 'e', 'x');
    children[1].view = &mvex;

    rc = resonate_mp4_children(m, moov, children, 2);

    if (rc == RESONATE_MP4_OK) {
        rc = resonate_mp4_timescale(m, mvhd, &m->movie_timescale);
    }

    if (rc == RESONATE_MP4_OK) {
        rc = resonate_mp4_sound(m, moov, &sound);
    }

    if (rc == RESONATE_MP4_OK) {
        rc = resonate_mp4_timescale(m, sound.mdhd, &m->timescale);
    }

    if (rc == RESONATE_MP4_OK) {
        rc = resonate_mp4_edits(m, sound.elst);
    }

    if (rc == RESONATE_MP4_OK) {
        rc = resonate_mp4_stbl(m, &sound);
    }

    if (rc == RESONATE_MP4_OK && mvex.data) {
        return resonate_fragment_moov(m, mvex, sound.tkhd);
    }

    if (rc == RESONATE_MP4_OK && m->stsz.count == 0) {
        return resonate_mp4_unsupported(m, "no samples");
    }

    m->done = 1;

    return rc;
}


/*
 * Tracks of other kinds (chapters, a picture) are passed over; two of sound
 * are no stored track.
 */

static resonate_mp4_status_e
resonate_mp4_sound(resonate_mp4_t *m, resonate_mp4_view_t moov,
    resonate_mp4_trak_t *sound)
{
    unsigned               found;
    resonate_mp4_box_t     box;
    resonate_mp4_trak_t    t;
    resonate_mp4_view_t    payload;
    resonate_mp4_status_e  rc;

    found = 0;

    while (moov.len) {

        rc = resonate_mp4_next(m, &moov, &box, &payload);
        if (rc != RESONATE_MP4_OK) {
            return rc;
        }

        if (box.type != resonate_mp4_type('t', 'r', 'a', 'k')) {
            continue;
        }

        rc = resonate_mp4_trak(m, payload, &t);
        if (rc != RESONATE_MP4_OK) {
            return rc;
        }

        if (t.hdlr.len < 12
            || resonate_mp4_u32(t.hdlr.data + 8)
               != resonate_mp4_type('s', 'o', 'u', 'n'))
        {
            continue;
        }

        if (found++) {
            return resonate_mp4_unsupported(m, "more than one sound track");
        }

        *sound = t;
    }

    if (!found) {
        return resonate_mp4_unsupported(m, "no sound track");
    }

    return RESONATE_MP4_OK;
}


static resonate_mp4_status_e
resonate_mp4_trak(resonate_mp4_t *m, resonate_mp4_view_t trak,
    resonate_mp4_trak_t *t)
{
    size_t                 i;
    resonate_mp4_status_e  rc;

    /* a parent stands before its children, three to each */

    const resonate_mp4_child_t  tree[] = {
        { resonate_mp4_type('e', 'd', 't', 's'), &t->edts },
        { resonate_mp4_type('m', 'd', 'i', 'a'), &t->mdia },
        { resonate_mp4_type('t', 'k', 'h', 'd'), &t->tkhd },

        { resonate_mp4_type('e', 'l', 's', 't'), &t->elst },
        { 0, NULL },
        { 0, NULL },

        { resonate_mp4_type('m', 'd', 'h', 'd'), &t->mdhd },
        { resonate_mp4_type('h', 'd', 'l', 'r'), &t->hdlr },
        { resonate_mp4_type('m', 'i', 'n', 'f'), &t->minf },

        { resonate_mp4_type('s', 't', 'b', 'l'), &t->stbl },
        { 0, NULL },
        { 0, NULL }
    };

    const resonate_mp4_view_t  *parents[] = {
        &trak, &t->edts, &t->mdia, &t->minf
    };

    memset(t, 0, sizeof(resonate_mp4_trak_t));

    for (i = 0; i < 4; i++) {
        rc = resonate_mp4_children(m, *parents[i], &tree[i * 3], 3);
        if (rc != RESONATE_MP4_OK) {
            return rc;
        }
    }

    return RESONATE_MP4_OK;
}


/* mvhd and mdhd begin alike: version and flags, two times, timescale */

static resonate_mp4_status_e
resonate_mp4_timescale(resonate_mp4_t *m, resonate_mp4_view_t box,
    uint32_t *timescale)
{
    size_t  offset;

    if (box.len < 24) {
        return resonate_mp4_bad(m, "no mvhd or mdhd box, or too short a one");
    }

    offset = (box.data[0] == 1) ? 20 : 12;

    *timescale = resonate_mp4_u32(box.data + offset);

    if (*timescale == 0) {
        return resonate_mp4_bad(m, "timescale is zero");
    }

    return RESONATE_MP4_OK;
}
