
/*
 * Copyright (C) Resonate
 *
 * Any bytes as an index: what is planned and written from it stays inside of
 * the index, the file and the buffer, and takes no longer than it should.
 * The first bytes are what is asked for; that it is an index of this version
 * is made true, so that the rest is looked at.
 */


#include <stdlib.h>
#include <string.h>

#include "../../ngx_resonate_tracks/media/resonate_hls.h"
#include "../../ngx_resonate_tracks/media/resonate_index_internal.h"


#define LOOKS  8

#define must(x)  do { if (!(x)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
write_segment(const resonate_hls_t *h, uint32_t n)
{
    size_t                  len;
    uint8_t                *out;
    const char             *reason;
    resonate_hls_segment_t  s;

    reason = NULL;

    if (resonate_hls_segment(h, n, &s, &reason) != RESONATE_MP4_OK) {
        must(reason != NULL);
        return;
    }

    must(s.span.size > 0 && s.span.size <= RESONATE_HLS_MAX_SPAN);
    must(s.span.offset <= h->index->file_size
         && s.span.size <= h->index->file_size - s.span.offset);
    must(s.end_us > s.start_us);

    len = resonate_hls_segment_write(h, &s, NULL, 0);
    must(len <= 256 + RESONATE_HLS_MAX_SAMPLES * 28);

    out = malloc(len);
    must(out != NULL);
    must(resonate_hls_segment_write(h, &s, out, len) == len);
    free(out);
}


static void
write_all(const resonate_hls_t *h)
{
    size_t                   len, again;
    uint8_t                 *out;
    uint32_t                 n;
    const char              *reason;
    resonate_hls_rates_t     rates;

    static const resonate_mp4_view_t   ticket = { (uint8_t *) "tick", 4 };
    static const resonate_hls_query_t  query = { .ticket = { NULL, 4 } };

    must(h->segments > 0 && h->segments <= RESONATE_HLS_MAX_SEGMENTS);

    for (n = 0; n < LOOKS; n++) {
        write_segment(h, n);
        write_segment(h, h->segments - 1 - n);
    }

    if (h->segments > LOOKS * LOOKS
        || resonate_hls_playlist_write(h, &query, NULL, 0, &len, &reason)
           != RESONATE_MP4_OK)
    {
        return;
    }

    out = malloc(len);
    must(out != NULL);
    must(resonate_hls_playlist_write(h, &query, out, len, &again, &reason)
         == RESONATE_MP4_OK && again == len);
    again = resonate_hls_fill(out, len, &ticket);
    must(again > 0 && again < len && memchr(out, '\0', again) == NULL);
    free(out);

    must(resonate_hls_rates(h, &rates, &reason) == RESONATE_MP4_OK);
    must(rates.peak >= rates.average && rates.average > 0);
}


static void
write_init(const resonate_index_t *x)
{
    size_t    len;
    uint8_t  *out;

    len = resonate_hls_init_write(x, NULL, 0);

    out = malloc(len);
    must(out != NULL);
    must(resonate_hls_init_write(x, out, len) == len);
    free(out);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint16_t                 ms[2];
    const char              *reason;
    resonate_hls_t           h;
    resonate_index_t        *block;
    const resonate_index_t  *x;

    if (size < sizeof(ms) + sizeof(resonate_index_t)) {
        return 0;
    }

    memcpy(ms, data, sizeof(ms));
    data += sizeof(ms);
    size -= sizeof(ms);

    block = malloc(size);
    must(block != NULL);
    memcpy(block, data, size);

    block->magic = RESONATE_INDEX_MAGIC;
    block->version = RESONATE_INDEX_VERSION;
    block->size = (uint32_t) size;

    reason = NULL;
    x = resonate_index_open(block, size, &reason);

    if (x) {
        write_init(x);

        if (resonate_hls_plan(&h, x, ms[0], ms[1], &reason)
            == RESONATE_MP4_OK)
        {
            write_all(&h);

        } else {
            must(reason != NULL);
        }
    }

    free(block);

    return 0;
}
