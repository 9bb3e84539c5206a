
/*
 * Copyright (C) Resonate
 */


#include "resonate_box.h"
#include "resonate_hls_internal.h"


/* 14496-12, 8.8.7.1 and 8.8.8.1 */

#define RESONATE_TFHD_DURATION      0x000008
#define RESONATE_TFHD_SIZE          0x000010
#define RESONATE_TFHD_FLAGS         0x000020
#define RESONATE_TFHD_BASE_IS_MOOF  0x020000

#define RESONATE_TRUN_OFFSET        0x000001
#define RESONATE_TRUN_DURATION      0x000100
#define RESONATE_TRUN_SIZE          0x000200


static void resonate_hls_moof(const resonate_hls_t *h,
    const resonate_hls_segment_t *s, resonate_box_t *b);
static void resonate_hls_tfhd(const resonate_hls_t *h,
    const resonate_hls_segment_t *s, resonate_box_t *b);
static void resonate_hls_tfdt(const resonate_hls_t *h,
    const resonate_hls_segment_t *s, resonate_box_t *b);
static void resonate_hls_truns(const resonate_hls_t *h,
    const resonate_hls_segment_t *s, size_t mdat, resonate_box_t *b);
static uint32_t resonate_hls_flags(const resonate_hls_t *h,
    const resonate_hls_segment_t *s, uint32_t first, uint32_t last);
static void resonate_hls_samples(const resonate_hls_t *h,
    const resonate_hls_segment_t *s, uint32_t first, uint32_t last,
    uint32_t flags, resonate_box_t *b);
static uint32_t resonate_hls_duration(const resonate_hls_t *h,
    const resonate_hls_segment_t *s, uint32_t sample);


size_t
resonate_hls_segment_write(const resonate_hls_t *h,
    const resonate_hls_segment_t *s, uint8_t *out, size_t size)
{
    size_t          styp;
    resonate_box_t  b;

    resonate_box_init(&b, out, size);

    styp = resonate_box_open(&b, "styp");
    resonate_box_write(&b, "msdh\0\0\0\0msdhiso6cmfs", 20);
    resonate_box_close(&b, styp);

    resonate_hls_moof(h, s, &b);

    resonate_box_u32(&b, (uint32_t) s->span.size + 8);
    resonate_box_write(&b, "mdat", 4);

    return b.len;
}


static void
resonate_hls_moof(const resonate_hls_t *h, const resonate_hls_segment_t *s,
    resonate_box_t *b)
{
    size_t          moof, traf, mfhd;
    resonate_box_t  truns;

    moof = resonate_box_open(b, "moof");

    mfhd = resonate_box_open_full(b, "mfhd", 0);
    resonate_box_u32(b, s->n + 1);
    resonate_box_close(b, mfhd);

    traf = resonate_box_open(b, "traf");
    resonate_hls_tfhd(h, s, b);
    resonate_hls_tfdt(h, s, b);

    /* offsets are from the start of moof, whose last boxes these are */

    resonate_box_init(&truns, NULL, 0);
    resonate_hls_truns(h, s, 0, &truns);
    resonate_hls_truns(h, s, b->len - moof + truns.len + 8, b);

    resonate_box_close(b, traf);
    resonate_box_close(b, moof);
}


static void
resonate_hls_tfhd(const resonate_hls_t *h, const resonate_hls_segment_t *s,
    resonate_box_t *b)
{
    size_t    tfhd;
    uint32_t  flags, size;

    size = h->index->sample_size;

    flags = RESONATE_TFHD_BASE_IS_MOOF | RESONATE_TFHD_DURATION
            | RESONATE_TFHD_FLAGS;

    if (size) {
        flags |= RESONATE_TFHD_SIZE;
    }

    tfhd = resonate_box_open_full(b, "tfhd", flags);
    resonate_box_u32(b, RESONATE_HLS_TRACK);
    resonate_box_u32(b, resonate_hls_duration(h, s, s->first));

    if (size) {
        resonate_box_u32(b, size);
    }

    resonate_box_u32(b, RESONATE_HLS_SYNC);
    resonate_box_close(b, tfhd);
}


static void
resonate_hls_tfdt(const resonate_hls_t *h, const resonate_hls_segment_t *s,
    resonate_box_t *b)
{
    size_t    tfdt;
    uint64_t  time;

    time = resonate_index_time(h->index, s->first);

    tfdt = resonate_box_open_full(b, "tfdt", 0x01000000);   /* version 1 */
    resonate_box_u32(b, (uint32_t) (time >> 32));
    resonate_box_u32(b, (uint32_t) time);
    resonate_box_close(b, tfdt);
}


/* one for each run of samples that follow each other in the file */

static void
resonate_hls_truns(const resonate_hls_t *h, const resonate_hls_segment_t *s,
    size_t mdat, resonate_box_t *b)
{
    size_t            trun;
    uint32_t          first, last, flags;
    resonate_piece_t  piece;

    for (first = s->first; first < s->last; first = last) {

        last = first + resonate_index_piece(h->index, first, s->last, &piece);

        flags = resonate_hls_flags(h, s, first, last);

        trun = resonate_box_open_full(b, "trun", flags);
        resonate_box_u32(b, last - first);
        resonate_box_u32(b, (uint32_t) (mdat + piece.offset
                                        - s->span.offset));
        resonate_hls_samples(h, s, first, last, flags, b);
        resonate_box_close(b, trun);
    }
}


/* what is the same for all samples is in tfhd */

static uint32_t
resonate_hls_flags(const resonate_hls_t *h, const resonate_hls_segment_t *s,
    uint32_t first, uint32_t last)
{
    uint32_t  i, flags, same, count;

    flags = RESONATE_TRUN_OFFSET;

    if (h->index->sample_size == 0) {
        flags |= RESONATE_TRUN_SIZE;
    }

    same = resonate_hls_duration(h, s, s->first);

    if (resonate_hls_duration(h, s, last - 1) != same) {
        return flags | RESONATE_TRUN_DURATION;
    }

    for (i = first; i < last - 1; i += count) {

        if (resonate_index_delta(h->index, i, &count) != same) {
            return flags | RESONATE_TRUN_DURATION;
        }

        if (count == 0 || count > last - i) {
            break;
        }
    }

    return flags;
}


static void
resonate_hls_samples(const resonate_hls_t *h, const resonate_hls_segment_t *s,
    uint32_t first, uint32_t last, uint32_t flags, resonate_box_t *b)
{
    uint32_t  i, words;

    if (b->out == NULL) {
        words = ((flags & RESONATE_TRUN_DURATION) != 0)
                + ((flags & RESONATE_TRUN_SIZE) != 0);
        b->len += (size_t) (last - first) * words * 4;
        return;
    }

    for (i = first; i < last; i++) {

        if (flags & RESONATE_TRUN_DURATION) {
            resonate_box_u32(b, resonate_hls_duration(h, s, i));
        }

        if (flags & RESONATE_TRUN_SIZE) {
            resonate_box_u32(b, resonate_index_size(h->index, i));
        }
    }
}


/* the last sample may be cut */

static uint32_t
resonate_hls_duration(const resonate_hls_t *h, const resonate_hls_segment_t *s,
    uint32_t sample)
{
    if (sample + 1 < h->samples) {
        return resonate_index_delta(h->index, sample, NULL);
    }

    return (uint32_t) (s->end - resonate_index_time(h->index, sample));
}
