
/*
 * Copyright (C) Resonate
 */


#include <stdio.h>
#include <string.h>

#include "resonate_movie.h"
#include "resonate_samples.h"
#include "resonate_tagged.h"


/* of a data box: implicit, UTF-8, JPEG */
#define RESONATE_DATA_NUMBERS  0
#define RESONATE_DATA_TEXT     1
#define RESONATE_DATA_JPEG     13


static size_t resonate_tagged_boxes(const resonate_tagged_t *t,
    resonate_box_t *b);
static void resonate_tagged_trak(const resonate_tagged_t *t,
    resonate_box_t *b);
static size_t resonate_tagged_udta(const resonate_tagged_t *t,
    resonate_box_t *b);
static void resonate_tagged_list(const resonate_tags_t *tags,
    resonate_box_t *b);
static size_t resonate_tagged_cover(const resonate_tagged_t *t,
    resonate_box_t *b);
static void resonate_tagged_text(resonate_box_t *b, const char *type,
    const char *text);
static void resonate_tagged_pair(resonate_box_t *b, const char *type,
    uint32_t n, uint32_t of, unsigned words);


resonate_mp4_status_e
resonate_tagged_plan(resonate_tagged_t *t, const resonate_index_t *x,
    const resonate_tags_t *tags, uint32_t cover_size, const char **reason)
{
    resonate_span_t        span;
    resonate_mp4_status_e  rc;

    memset(t, 0, sizeof(resonate_tagged_t));

    t->index = x;
    t->tags = tags;
    t->cover_size = cover_size;

    if (cover_size > RESONATE_TAGGED_MAX_COVER) {
        *reason = "cover is too large";
        return RESONATE_MP4_UNSUPPORTED;
    }

    if (x->duration > UINT32_MAX || x->silence > UINT32_MAX - x->duration) {
        *reason = "track is too long";
        return RESONATE_MP4_UNSUPPORTED;
    }

    rc = resonate_index_span(x, 0, x->samples, &span, reason);
    if (rc != RESONATE_MP4_OK) {
        return rc;
    }

    t->span_offset = span.offset;
    t->span_size = span.size;
    t->head_size = resonate_tagged_write(t, NULL);

    return RESONATE_MP4_OK;
}


size_t
resonate_tagged_write(const resonate_tagged_t *t, uint8_t *out)
{
    resonate_box_t  b;

    resonate_box_init(&b, out, t->head_size);

    return resonate_tagged_boxes(t, &b);
}


void
resonate_tagged_mdat(uint64_t span_size, uint8_t out[RESONATE_TAGGED_MDAT])
{
    resonate_box_t  b;

    resonate_box_init(&b, out, RESONATE_TAGGED_MDAT);

    resonate_box_u32(&b, (uint32_t) span_size + RESONATE_TAGGED_MDAT);
    resonate_box_write(&b, "mdat", 4);
}


/*
 * Returns how much of it is head.  The units of the movie are those of the
 * media, so that the edit list cuts at the same sample as the stored one.
 */

static size_t
resonate_tagged_boxes(const resonate_tagged_t *t, resonate_box_t *b)
{
    size_t                   ftyp, moov, head;
    const resonate_index_t  *x;

    x = t->index;

    ftyp = resonate_box_open(b, "ftyp");
    resonate_box_write(b, "M4A \0\0\2\0M4A isomiso2", 20);
    resonate_box_close(b, ftyp);

    moov = resonate_box_open(b, "moov");
    resonate_movie_mvhd(b, x->timescale, (uint32_t) (x->silence + x->heard));
    resonate_tagged_trak(t, b);
    head = resonate_tagged_udta(t, b);
    resonate_box_close(b, moov);

    return head;
}


static void
resonate_tagged_trak(const resonate_tagged_t *t, resonate_box_t *b)
{
    size_t                   trak, mdia;
    resonate_samples_t       s;
    const resonate_index_t  *x;

    x = t->index;

    trak = resonate_box_open(b, "trak");
    resonate_movie_tkhd(b, (uint32_t) (x->silence + x->heard));
    resonate_movie_edts(b, (uint32_t) x->silence, (uint32_t) x->heard,
                        x->priming);

    mdia = resonate_box_open(b, "mdia");
    resonate_movie_mdhd(b, x->timescale, (uint32_t) x->duration);
    resonate_movie_hdlr(b);

    s.index = x;
    s.samples = x->samples;
    s.end = x->duration;
    s.from = t->span_offset;
    s.to = t->head_size + t->cover_size + RESONATE_TAGGED_MDAT;

    resonate_samples_minf(b, &s);

    resonate_box_close(b, mdia);
    resonate_box_close(b, trak);
}


/* the cover is the last there is of moov: its bytes are not the head's */

static size_t
resonate_tagged_udta(const resonate_tagged_t *t, resonate_box_t *b)
{
    size_t  udta, meta, hdlr, ilst, head;

    udta = resonate_box_open(b, "udta");
    meta = resonate_box_open_full(b, "meta", 0);

    hdlr = resonate_box_open_full(b, "hdlr", 0);
    resonate_box_zeros(b, 1);
    resonate_box_write(b, "mdirappl", 8);
    resonate_box_zeros(b, 2);
    resonate_box_write(b, "", 1);
    resonate_box_close(b, hdlr);

    ilst = resonate_box_open(b, "ilst");
    resonate_tagged_list(t->tags, b);
    head = resonate_tagged_cover(t, b);
    resonate_box_close(b, ilst);

    resonate_box_close(b, meta);
    resonate_box_close(b, udta);

    return head;
}


static void
resonate_tagged_list(const resonate_tags_t *tags, resonate_box_t *b)
{
    char  year[sizeof("4294967295")];

    resonate_tagged_text(b, "\251nam", tags->title);
    resonate_tagged_text(b, "\251ART", tags->artist);
    resonate_tagged_text(b, "\251alb", tags->album);

    if (tags->year) {
        (void) snprintf(year, sizeof(year), "%u", (unsigned) tags->year);
        resonate_tagged_text(b, "\251day", year);
    }

    resonate_tagged_pair(b, "trkn", tags->track, tags->tracks, 4);
    resonate_tagged_pair(b, "disk", tags->disc, 0, 3);
}


static size_t
resonate_tagged_cover(const resonate_tagged_t *t, resonate_box_t *b)
{
    size_t  covr, data, head;

    if (t->cover_size == 0) {
        return b->len;
    }

    covr = resonate_box_open(b, "covr");
    data = resonate_box_open(b, "data");
    resonate_box_u32(b, RESONATE_DATA_JPEG);
    resonate_box_zeros(b, 1);

    head = b->len;
    b->len += t->cover_size;

    resonate_box_close(b, data);
    resonate_box_close(b, covr);

    return head;
}


static void
resonate_tagged_text(resonate_box_t *b, const char *type, const char *text)
{
    size_t  item, data, len;

    len = text ? strnlen(text, RESONATE_TAGGED_MAX_TEXT) : 0;

    if (len == 0) {
        return;
    }

    item = resonate_box_open(b, type);
    data = resonate_box_open(b, "data");
    resonate_box_u32(b, RESONATE_DATA_TEXT);
    resonate_box_zeros(b, 1);
    resonate_box_write(b, text, len);
    resonate_box_close(b, data);
    resonate_box_close(b, item);
}


/* 16-bit numbers: zero, which one, of how many, and one more zero in "trkn" */

static void
resonate_tagged_pair(resonate_box_t *b, const char *type, uint32_t n,
    uint32_t of, unsigned words)
{
    size_t  item, data;

    if (n == 0 || n > UINT16_MAX) {
        return;
    }

    item = resonate_box_open(b, type);
    data = resonate_box_open(b, "data");
    resonate_box_u32(b, RESONATE_DATA_NUMBERS);
    resonate_box_zeros(b, 1);
    resonate_box_u16(b, 0);
    resonate_box_u16(b, n);
    resonate_box_u16(b, of > UINT16_MAX ? 0 : of);

    if (words > 3) {
        resonate_box_u16(b, 0);
    }

    resonate_box_close(b, data);
    resonate_box_close(b, item);
}
