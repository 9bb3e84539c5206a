
/*
 * Copyright (C) Resonate
 *
 * Any file: the reader asks only for bytes that are there, its index names
 * only bytes that are there, in order, and a preview of it is a span of it,
 * under a header that the reader understands.
 */


#include <stdlib.h>
#include <string.h>

#include "../../ngx_resonate_tracks/media/resonate_preview.h"


#define MS    200

/* of room: twice the samples, of 16 bytes */
#define MOST  (2 * 16 * RESONATE_MP4_MAX_SAMPLES)

#define must(x)  do { if (!(x)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* the wanted bytes in a block of their own, so that one too many is seen */

static resonate_mp4_status_e
look(resonate_mp4_t *m, const uint8_t *data, size_t size, uint8_t **buf)
{
    must(m->want_offset <= size && m->want_size <= size - m->want_offset);

    free(*buf);
    *buf = malloc(m->want_size + 1);
    must(*buf != NULL);

    memcpy(*buf, data + m->want_offset, m->want_size);

    return resonate_mp4_parse(m, *buf, m->want_size);
}


/* reads and indexes a file: NULL if it is none, with a reason */

static resonate_index_t *
index_of(const uint8_t *data, size_t size)
{
    size_t                  len;
    unsigned                n;
    uint8_t                *buf;
    resonate_mp4_t          m;
    resonate_index_t       *x;
    resonate_mp4_status_e   rc;

    x = NULL;
    buf = NULL;

    resonate_mp4_init(&m, size);

    /* the file is smaller than a window: so that there are several */

    if (size > 16) {
        m.want_size = 8 + data[size / 2] * 8 % (size - 8);
    }

    for (n = 0; ; n++) {

        must(n < RESONATE_MP4_MAX_READS);

        rc = look(&m, data, size, &buf);

        while (rc == RESONATE_MP4_ROOM) {
            must(m.want_room > m.room_size && m.want_room <= MOST);
            m.room = realloc(m.room, m.want_room);
            must(m.room != NULL);
            m.room_size = m.want_room;

            rc = resonate_mp4_parse(&m, buf, m.want_size);
        }

        if (rc != RESONATE_MP4_MORE) {
            break;
        }
    }

    if (rc == RESONATE_MP4_OK) {
        rc = resonate_index_measure(&m, &len);
    }

    if (rc == RESONATE_MP4_OK) {
        x = malloc(len);
        must(x != NULL);
        must(resonate_index_build(&m, x, len) == RESONATE_MP4_OK);
        must(resonate_index_open(x, len, &m.reason) == x);

    } else {
        must(m.reason != NULL);
    }

    free(m.room);
    free(buf);

    return x;
}


/* a span is in the file, and behind what is before its samples */

static void
walk(const resonate_index_t *x)
{
    char              codecs[RESONATE_INDEX_CODECS];
    uint32_t          i, step;
    uint64_t          end;
    const char       *reason;
    resonate_span_t   span;
    resonate_piece_t  piece;

    end = 0;
    step = x->samples / 500 + 1;

    for (i = 0; i < x->samples; i += step) {

        must(resonate_index_time(x, i) <= resonate_index_time(x, i + 1));
        must(resonate_index_sample(x, resonate_index_time(x, i)) >= i);
        must(resonate_index_piece(x, i, x->samples, &piece) > 0);
        must(piece.offset >= end && piece.offset <= x->file_size);
        must(piece.size <= x->file_size - piece.offset);

        if (resonate_index_span(x, i, i + 1, &span, &reason)
            == RESONATE_MP4_OK)
        {
            must(span.offset == piece.offset);
            must(span.size == resonate_index_size(x, i));
            end = span.offset + span.size;
        }
    }

    must(resonate_index_time(x, x->samples) == x->duration);
    must(resonate_index_codecs(x, codecs) == codecs);
    must(resonate_index_heard_ms(x) >= x->heard * 1000 / x->timescale);
    must(resonate_index_bitrate(x) == 0 || x->media_bytes > 0);
    must(x->heard >= 1 && x->priming + x->heard <= x->duration);
}


static void
cut(const resonate_index_t *x, const uint8_t *data, size_t size)
{
    uint8_t             *out;
    uint64_t             len;
    const char          *reason;
    resonate_index_t    *again;
    resonate_preview_t   p;

    reason = NULL;

    if (resonate_preview_plan(&p, x, MS, &reason) != RESONATE_MP4_OK) {
        must(reason != NULL);
        return;
    }

    must(p.span_offset <= size && p.span_size <= size - p.span_offset);

    if (p.whole) {
        return;
    }

    len = p.header_size + p.span_size;
    out = malloc(len);
    must(out != NULL);

    must(resonate_preview_write(&p, out) == p.header_size);
    memcpy(out + p.header_size, data + p.span_offset, p.span_size);

    again = index_of(out, len);

    must(again != NULL);
    must(resonate_preview_plan(&p, again, MS, &reason) == RESONATE_MP4_OK);
    must(p.whole);

    free(again);
    free(out);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    resonate_index_t  *x;

    x = index_of(data, size);

    if (x) {
        walk(x);
        cut(x, data, size);
        free(x);
    }

    return 0;
}
