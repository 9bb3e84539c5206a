
/*
 * Copyright (C) Resonate
 *
 * The index of a file that a test has in memory.
 */


#ifndef _INDEX_CASE_H_INCLUDED_
#define _INDEX_CASE_H_INCLUDED_


#include <stdio.h>

#include "../../ngx_resonate_tracks/media/resonate_index.h"
#include "mp4_build.h"


/* gives the parser what it asks for; m->room is to be freed */

static inline resonate_mp4_status_e
index_parse(resonate_mp4_t *m, const mp4_file_t *f)
{
    unsigned               n;
    resonate_mp4_status_e  rc;

    resonate_mp4_init(m, f->len);

    for (n = 0; n < RESONATE_MP4_MAX_READS; n++) {

        assert(m->want_offset <= f->len);
        assert(m->want_size <= f->len - m->want_offset);

        rc = resonate_mp4_parse(m, f->data + m->want_offset, m->want_size);

        if (rc == RESONATE_MP4_ROOM) {
            assert(m->want_room > m->room_size);
            m->room = realloc(m->room, m->want_room);
            assert(m->room);
            m->room_size = m->want_room;
            continue;
        }

        if (rc != RESONATE_MP4_MORE) {
            return rc;
        }
    }

    assert(0);
}


/* four bytes of the last box of a type are others: why it is refused */

typedef struct {
    const char             *box;
    int                     offset;
    uint32_t                value;
    resonate_mp4_status_e   rc;
    const char             *reason;
} index_hostile_t;


/* frees the file */

static inline void
index_refused(const index_hostile_t *h, mp4_file_t *f)
{
    resonate_mp4_t         m;
    resonate_mp4_status_e  rc;

    mp4_patch(f, h->box, h->offset, h->value);

    rc = index_parse(&m, f);

    if (rc != h->rc || strcmp(m.reason, h->reason)) {
        fprintf(stderr, "%s %d %x: %s\n", h->box, h->offset, h->value,
                m.reason ? m.reason : "OK");
        assert(0);
    }

    free(m.room);
    free(f->data);
}


/* the index of a file in "block", to be freed */

static inline resonate_mp4_status_e
index_make(resonate_mp4_t *m, const mp4_file_t *f, void **block)
{
    size_t                 size;
    resonate_mp4_status_e  rc;

    rc = index_parse(m, f);

    if (rc == RESONATE_MP4_OK) {
        rc = resonate_index_measure(m, &size);
    }

    if (rc != RESONATE_MP4_OK) {
        return rc;
    }

    *block = malloc(size);
    assert(*block);
    memset(*block, 0xa5, size);

    return resonate_index_build(m, *block, size);
}


/* of a good file, to be freed */

static inline const resonate_index_t *
index_of(const mp4_file_t *f)
{
    void                    *block;
    const char              *reason;
    resonate_mp4_t           m;
    resonate_mp4_status_e    rc;
    const resonate_index_t  *x;

    rc = index_make(&m, f, &block);
    assert(rc == RESONATE_MP4_OK);
    free(m.room);

    x = resonate_index_open(block, ((resonate_index_t *) block)->size,
                            &reason);
    assert(x);

    return x;
}


/* whatever it says: AddressSanitizer looks */

static inline void
index_use(const void *block, size_t size)
{
    char                     codecs[RESONATE_INDEX_CODECS];
    uint32_t                 i, n, at[6];
    const char              *reason;
    resonate_cut_t           cut;
    resonate_span_t          span;
    resonate_piece_t         piece;
    resonate_mp4_view_t      stsd;
    const resonate_index_t  *x;

    x = resonate_index_open(block, size, &reason);

    if (x == NULL) {
        assert(reason);
        return;
    }

    at[0] = 0;
    at[1] = 1;
    at[2] = x->samples / 2;
    at[3] = x->samples - 1;
    at[4] = x->samples;
    at[5] = UINT32_MAX;

    for (i = 0; i < 6; i++) {
        (void) resonate_index_size(x, at[i]);
        (void) resonate_index_delta(x, at[i], &n);

        n = resonate_index_sample(x, resonate_index_time(x, at[i]));
        assert(n <= x->samples);

        if (resonate_index_span(x, at[0], at[i], &span, &reason)
            == RESONATE_MP4_OK)
        {
            assert(span.offset <= x->file_size);
            assert(span.size <= x->file_size - span.offset);
        }

        (void) resonate_index_piece(x, at[1], at[i], &piece);
        (void) resonate_index_cut(x, at[i], &cut, &reason);
    }

    (void) resonate_index_heard_ms(x);
    (void) resonate_index_bitrate(x);
    (void) resonate_index_codecs(x, codecs);

    stsd = resonate_index_stsd(x);
    assert(stsd.len <= size && stsd.data >= (const uint8_t *) block
           && stsd.data <= (const uint8_t *) block + size - stsd.len);
}


#endif /* _INDEX_CASE_H_INCLUDED_ */
