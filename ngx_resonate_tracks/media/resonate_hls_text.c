
/*
 * Copyright (C) Resonate
 */


#include <string.h>

#include "resonate_box.h"
#include "resonate_hls.h"


#define RESONATE_HLS_DIGITS  20          /* of 64 bits */

/* behind a playlist with gaps: the place of each, their number and length */
#define RESONATE_HLS_WORD    4
#define RESONATE_HLS_TAIL    (2 * RESONATE_HLS_WORD)


static void resonate_hls_gaps(resonate_box_t *b, uint32_t n, size_t len);
static uint32_t resonate_hls_word(const uint8_t *p);
static void resonate_hls_put(resonate_box_t *b, const char *text);
static void resonate_hls_number(resonate_box_t *b, uint64_t n,
    unsigned digits);
static void resonate_hls_query(resonate_box_t *b,
    const resonate_hls_query_t *query);
static void resonate_hls_parameter(resonate_box_t *b, const char *name,
    const resonate_mp4_view_t *value, char *separator);
static void resonate_hls_variant(resonate_box_t *b,
    const resonate_hls_variant_t *v, const resonate_mp4_view_t *ticket);


resonate_mp4_status_e
resonate_hls_playlist_write(const resonate_hls_t *h,
    const resonate_hls_query_t *query, uint8_t *out, size_t size, size_t *len,
    const char **reason)
{
    uint32_t                n;
    uint64_t                us;
    resonate_box_t          b;
    resonate_mp4_status_e   rc;
    resonate_hls_segment_t  s;

    resonate_box_init(&b, out, size);

    resonate_hls_put(&b, "#EXTM3U\n"
                         "#EXT-X-VERSION:7\n"
                         "#EXT-X-TARGETDURATION:");
    resonate_hls_number(&b, h->target, 1);
    resonate_hls_put(&b, "\n"
                         "#EXT-X-PLAYLIST-TYPE:VOD\n"
                         "#EXT-X-INDEPENDENT-SEGMENTS\n"
                         "#EXT-X-MAP:URI=\"init.mp4");
    resonate_hls_query(&b, query);
    resonate_hls_put(&b, "\"\n");

    for (n = 0; n < h->segments; n++) {

        rc = resonate_hls_segment(h, n, &s, reason);
        if (rc != RESONATE_MP4_OK) {
            return rc;
        }

        us = s.end_us - s.start_us;

        resonate_hls_put(&b, "#EXTINF:");
        resonate_hls_number(&b, us / 1000000, 1);
        resonate_hls_put(&b, ".");
        resonate_hls_number(&b, us % 1000000, 6);
        resonate_hls_put(&b, ",\nsegments/");
        resonate_hls_number(&b, n, 1);
        resonate_hls_put(&b, ".m4s");
        resonate_hls_query(&b, query);
        resonate_hls_put(&b, "\n");
    }

    resonate_hls_put(&b, "#EXT-X-ENDLIST\n");

    if (query->ticket.data == NULL && query->ticket.len) {
        resonate_hls_gaps(&b, h->segments + 1, query->ticket.len);
    }

    *len = b.len;

    return RESONATE_MP4_OK;
}


/* gaps are zeros, and nothing else of the text is */

static void
resonate_hls_gaps(resonate_box_t *b, uint32_t n, size_t len)
{
    size_t          size;
    uint32_t        i;
    const uint8_t  *p;

    size = b->len;
    p = (b->out && size <= b->size) ? b->out : NULL;

    for (i = 0; i < n; i++) {

        if (p) {
            p = memchr(p, '\0', size - (size_t) (p - b->out));
        }

        resonate_box_u32(b, p ? (uint32_t) (p - b->out) : 0);

        if (p) {
            p += len;
        }
    }

    resonate_box_u32(b, n);
    resonate_box_u32(b, (uint32_t) len);
}


size_t
resonate_hls_fill(uint8_t *kept, size_t len,
    const resonate_mp4_view_t *ticket)
{
    size_t          at;
    uint32_t        n;
    const uint8_t  *p;

    if (ticket->len == 0) {
        return len;
    }

    if (len < RESONATE_HLS_TAIL) {
        return 0;
    }

    p = kept + len - RESONATE_HLS_TAIL;
    n = resonate_hls_word(p);

    if (resonate_hls_word(p + RESONATE_HLS_WORD) != ticket->len
        || n > (len - RESONATE_HLS_TAIL) / RESONATE_HLS_WORD)
    {
        return 0;
    }

    len -= RESONATE_HLS_TAIL + n * RESONATE_HLS_WORD;

    for (p = kept + len; n; n--, p += RESONATE_HLS_WORD) {
        at = resonate_hls_word(p);

        if (at > len || ticket->len > len - at) {
            return 0;
        }

        memcpy(kept + at, ticket->data, ticket->len);
    }

    return len;
}


static uint32_t
resonate_hls_word(const uint8_t *p)
{
    return (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16
           | (uint32_t) p[2] << 8 | p[3];
}


size_t
resonate_hls_master_write(const resonate_hls_variant_t *variants, size_t n,
    const resonate_mp4_view_t *ticket, uint8_t *out, size_t size)
{
    size_t          i, others;
    resonate_box_t  b;

    resonate_box_init(&b, out, size);

    resonate_hls_put(&b, "#EXTM3U\n#EXT-X-VERSION:7\n"
                         "#EXT-X-INDEPENDENT-SEGMENTS\n");

    others = 0;

    for (i = 0; i < n; i++) {
        others += (variants[i].rates.codec != RESONATE_CODEC_OPUS);
    }

    for (i = 0; i < n; i++) {
        if (others == 0 || variants[i].rates.codec != RESONATE_CODEC_OPUS) {
            resonate_hls_variant(&b, &variants[i], ticket);
        }
    }

    return b.len;
}


static void
resonate_hls_variant(resonate_box_t *b, const resonate_hls_variant_t *v,
    const resonate_mp4_view_t *ticket)
{
    resonate_hls_query_t  query;

    memset(&query, 0, sizeof(resonate_hls_query_t));

    query.quality = v->quality;
    query.ticket = *ticket;

    resonate_hls_put(b, "#EXT-X-STREAM-INF:BANDWIDTH=");
    resonate_hls_number(b, v->rates.peak, 1);
    resonate_hls_put(b, ",AVERAGE-BANDWIDTH=");
    resonate_hls_number(b, v->rates.average, 1);
    resonate_hls_put(b, ",CODECS=\"");
    resonate_hls_put(b, v->rates.codecs);
    resonate_hls_put(b, "\"");

    /* of hls.js and ffmpeg; others ignore it (RFC 8216, 6.3.1) */

    if (v->quality.len) {
        resonate_hls_put(b, ",NAME=\"");
        resonate_box_write(b, v->quality.data, v->quality.len);
        resonate_hls_put(b, "\"");
    }

    resonate_hls_put(b, "\nplaylist.m3u8");
    resonate_hls_query(b, &query);
    resonate_hls_put(b, "\n");
}


static void
resonate_hls_query(resonate_box_t *b, const resonate_hls_query_t *query)
{
    char  separator;

    separator = '?';

    resonate_hls_parameter(b, "v=", &query->version, &separator);
    resonate_hls_parameter(b, "quality=", &query->quality, &separator);
    resonate_hls_parameter(b, "ticket=", &query->ticket, &separator);
}


static void
resonate_hls_parameter(resonate_box_t *b, const char *name,
    const resonate_mp4_view_t *value, char *separator)
{
    if (value->len == 0) {
        return;
    }

    resonate_box_write(b, separator, 1);
    resonate_hls_put(b, name);

    if (value->data) {
        resonate_box_write(b, value->data, value->len);

    } else {
        resonate_box_zeros(b, value->len / RESONATE_HLS_WORD);
    }

    *separator = '&';
}


static void
resonate_hls_put(resonate_box_t *b, const char *text)
{
    resonate_box_write(b, text, strlen(text));
}


/* in decimal, with zeros before it up to so many digits */

static void
resonate_hls_number(resonate_box_t *b, uint64_t n, unsigned digits)
{
    char      buf[RESONATE_HLS_DIGITS];
    unsigned  i;

    i = 0;

    do {
        i++;
        buf[RESONATE_HLS_DIGITS - i] = (char) ('0' + n % 10);
        n /= 10;
    } while (n || i < digits);

    resonate_box_write(b, buf + RESONATE_HLS_DIGITS - i, i);
}
