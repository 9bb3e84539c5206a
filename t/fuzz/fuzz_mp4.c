
/*
 * Copyright (C) Resonate
 *
 * Any file: the reader asks only for bytes that are there, and a preview of
 * it is a span of it, under a header that the reader understands.
 */


#include <stdlib.h>
#include <string.h>

#include "../../ngx_resonate_tracks/media/resonate_preview.h"


#define LOOKS  (RESONATE_MP4_MAX_BOXES * 2)
#define MS     200

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


static void
cut(resonate_mp4_t *m, const uint8_t *data, size_t size)
{
    uint8_t                *out;
    uint64_t                len;
    resonate_mp4_t          again;
    resonate_preview_t      p;
    resonate_mp4_status_e   rc;

    rc = resonate_preview_plan(&p, m, MS);

    if (rc != RESONATE_MP4_OK) {
        must(m->reason != NULL);
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

    resonate_mp4_init(&again, len);

    do {
        rc = resonate_mp4_parse(&again, out + again.want_offset,
                                again.want_size);
    } while (rc == RESONATE_MP4_MORE);

    must(rc == RESONATE_MP4_OK);

    rc = resonate_preview_plan(&p, &again, MS);

    must(rc == RESONATE_MP4_OK && p.whole);

    free(out);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t                *buf;
    unsigned                n;
    resonate_mp4_t          m;
    resonate_mp4_status_e   rc;

    buf = NULL;

    resonate_mp4_init(&m, size);

    for (n = 0; ; n++) {

        must(n < LOOKS);

        rc = look(&m, data, size, &buf);

        if (rc != RESONATE_MP4_MORE) {
            break;
        }
    }

    if (rc == RESONATE_MP4_OK) {
        cut(&m, data, size);

    } else {
        must(m.reason != NULL);
    }

    free(buf);

    return 0;
}
