
/*
 * Copyright (C) Resonate
 *
 * Builds small MP4s in memory, good ones first; the tests break them then.
 */


#ifndef _MP4_BUILD_H_INCLUDED_
#define _MP4_BUILD_H_INCLUDED_


#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>


#define MP4_BUILD_MAX  (4 * 1024 * 1024)


typedef struct {
    uint32_t   movie_timescale;
    uint32_t   timescale;
    uint32_t   samples;
    uint32_t   delta;
    uint32_t   size;             /* of sample i: size + i % 7 */
    uint32_t   constant;         /* or of every one */
    uint32_t   per_chunk;        /* 0: one chunk */
    uint32_t   gap;              /* bytes between chunks */
    uint32_t   edits;            /* 0, 1, or 2 with silence first */
    uint32_t   edit_duration;
    uint32_t   priming;
    uint32_t   silence;
    uint32_t   sound_tracks;     /* 0 is 1 */
    unsigned   co64:1;
    unsigned   long_boxes:1;     /* 64-bit sizes of moov and mdat */
    unsigned   moov_last:1;
    unsigned   picture:1;        /* a track that is no sound before it */

    const char  *codec;          /* NULL: mp4a */
    const char  *config;         /* of the decoder; NULL: LC, 44100, stereo */
    size_t       config_len;
} mp4_spec_t;

typedef struct {
    uint8_t   *data;
    size_t     len;
} mp4_file_t;


static inline void
mp4_u32(mp4_file_t *f, uint32_t n)
{
    assert(f->len + 4 <= MP4_BUILD_MAX);

    f->data[f->len++] = (uint8_t) (n >> 24);
    f->data[f->len++] = (uint8_t) (n >> 16);
    f->data[f->len++] = (uint8_t) (n >> 8);
    f->data[f->len++] = (uint8_t) n;
}


static inline void
mp4_put(mp4_file_t *f, size_t pos, uint32_t n)
{
    mp4_file_t  at = { f->data, pos };

    mp4_u32(&at, n);
}


static inline void
mp4_bytes(mp4_file_t *f, const char *p, size_t len)
{
    assert(f->len + len <= MP4_BUILD_MAX);

    memcpy(f->data + f->len, p, len);
    f->len += len;
}


static inline void
mp4_zeros(mp4_file_t *f, size_t len)
{
    assert(f->len + len <= MP4_BUILD_MAX);

    memset(f->data + f->len, 0, len);
    f->len += len;
}


static inline size_t
mp4_open(mp4_file_t *f, const char *type, unsigned is_long)
{
    size_t  box;

    box = f->len;

    mp4_u32(f, is_long ? 1 : 0);
    mp4_bytes(f, type, 4);

    if (is_long) {
        mp4_zeros(f, 8);
    }

    return box;
}


static inline void
mp4_close(mp4_file_t *f, size_t box)
{
    if (f->data[box + 3] == 1) {
        mp4_put(f, box + 12, (uint32_t) (f->len - box));
        return;
    }

    mp4_put(f, box, (uint32_t) (f->len - box));
}


static inline void
mp4_times(mp4_file_t *f, const char *type, uint32_t timescale, size_t len)
{
    size_t  box;

    box = mp4_open(f, type, 0);
    mp4_zeros(f, 12);
    mp4_u32(f, timescale);
    mp4_zeros(f, len - 16);
    mp4_close(f, box);
}


static inline uint32_t
mp4_size(const mp4_spec_t *s, uint32_t sample)
{
    return s->constant ? s->constant : s->size + sample % 7;
}


static inline uint32_t
mp4_per_chunk(const mp4_spec_t *s)
{
    return s->per_chunk ? s->per_chunk : s->samples;
}


/* with this AudioSpecificConfig */

static inline void
mp4_esds(mp4_file_t *f, const char *config, size_t len)
{
    size_t  esds;

    esds = mp4_open(f, "esds", 0);
    mp4_u32(f, 0);
    mp4_u32(f, 0x03000000 | (uint32_t) (3 + 2 + 13 + 2 + len) << 16);
    mp4_bytes(f, "\0\x04", 2);
    f->data[f->len++] = (uint8_t) (13 + 2 + len);
    mp4_bytes(f, "\x40\x15\0\0\0\0\0\0\0\0\0\0\0\x05", 14);
    f->data[f->len++] = (uint8_t) len;
    mp4_bytes(f, config, len);
    mp4_close(f, esds);
}


static inline void
mp4_stsd(mp4_file_t *f, const mp4_spec_t *s)
{
    size_t       stsd, entry, box;
    const char  *codec;

    codec = s->codec ? s->codec : "mp4a";

    stsd = mp4_open(f, "stsd", 0);
    mp4_u32(f, 0);
    mp4_u32(f, 1);
    entry = mp4_open(f, codec, 0);
    mp4_zeros(f, 28);

    if (memcmp(codec, "mp4a", 4) == 0) {
        mp4_esds(f, s->config ? s->config : "\x12\x10",
                 s->config ? s->config_len : 2);

    } else {
        box = mp4_open(f, memcmp(codec, "fLaC", 4) ? "dOps" : "dfLa", 0);
        mp4_bytes(f, s->config, s->config_len);
        mp4_close(f, box);
    }

    mp4_close(f, entry);
    mp4_close(f, stsd);
}


static inline void
mp4_stsc(mp4_file_t *f, const mp4_spec_t *s)
{
    size_t    box;
    uint32_t  left, chunks, per_chunk;

    per_chunk = mp4_per_chunk(s);
    chunks = s->samples / per_chunk;
    left = s->samples % per_chunk;

    box = mp4_open(f, "stsc", 0);
    mp4_u32(f, 0);
    mp4_u32(f, left ? 2 : 1);
    mp4_u32(f, 1);
    mp4_u32(f, per_chunk);
    mp4_u32(f, 1);

    if (left) {
        mp4_u32(f, chunks + 1);
        mp4_u32(f, left);
        mp4_u32(f, 1);
    }

    mp4_close(f, box);
}


/* returns where the offsets are, to be filled when the media is placed */

static inline size_t
mp4_tables(mp4_file_t *f, const mp4_spec_t *s)
{
    size_t    stbl, box, offsets;
    uint32_t  i, chunks;

    stbl = mp4_open(f, "stbl", 0);
    mp4_stsd(f, s);

    box = mp4_open(f, "stts", 0);
    mp4_u32(f, 0);
    mp4_u32(f, 1);
    mp4_u32(f, s->samples);
    mp4_u32(f, s->delta);
    mp4_close(f, box);

    mp4_stsc(f, s);

    box = mp4_open(f, "stsz", 0);
    mp4_u32(f, 0);
    mp4_u32(f, s->constant);
    mp4_u32(f, s->samples);

    for (i = 0; !s->constant && i < s->samples; i++) {
        mp4_u32(f, mp4_size(s, i));
    }

    mp4_close(f, box);

    chunks = (s->samples + mp4_per_chunk(s) - 1) / mp4_per_chunk(s);

    box = mp4_open(f, s->co64 ? "co64" : "stco", 0);
    mp4_u32(f, 0);
    mp4_u32(f, chunks);
    offsets = f->len;
    mp4_zeros(f, (size_t) chunks * (s->co64 ? 8 : 4));
    mp4_close(f, box);

    mp4_close(f, stbl);

    return offsets;
}


static inline void
mp4_edts(mp4_file_t *f, const mp4_spec_t *s)
{
    size_t  edts, elst;

    edts = mp4_open(f, "edts", 0);
    elst = mp4_open(f, "elst", 0);
    mp4_u32(f, 0);
    mp4_u32(f, s->edits);

    if (s->edits == 2) {
        mp4_u32(f, s->silence);
        mp4_u32(f, UINT32_MAX);
        mp4_u32(f, 0x00010000);
    }

    mp4_u32(f, s->edit_duration);
    mp4_u32(f, s->priming);
    mp4_u32(f, 0x00010000);
    mp4_close(f, elst);
    mp4_close(f, edts);
}


static inline size_t
mp4_trak(mp4_file_t *f, const mp4_spec_t *s, const char *handler)
{
    size_t  trak, mdia, minf, hdlr, offsets;

    trak = mp4_open(f, "trak", 0);
    mp4_times(f, "tkhd", 1, 84);                     /* the track's number */

    if (s->edits) {
        mp4_edts(f, s);
    }

    mdia = mp4_open(f, "mdia", 0);
    mp4_times(f, "mdhd", s->timescale, 24);

    hdlr = mp4_open(f, "hdlr", 0);
    mp4_zeros(f, 8);
    mp4_bytes(f, handler, 4);
    mp4_zeros(f, 13);
    mp4_close(f, hdlr);

    minf = mp4_open(f, "minf", 0);
    offsets = mp4_tables(f, s);
    mp4_close(f, minf);
    mp4_close(f, mdia);
    mp4_close(f, trak);

    return offsets;
}


static inline size_t
mp4_moov(mp4_file_t *f, const mp4_spec_t *s)
{
    size_t    moov, offsets;
    uint32_t  i;

    moov = mp4_open(f, "moov", s->long_boxes);
    mp4_times(f, "mvhd", s->movie_timescale, 100);

    if (s->picture) {
        (void) mp4_trak(f, s, "vide");
    }

    offsets = mp4_trak(f, s, "soun");

    for (i = 1; i < s->sound_tracks; i++) {
        (void) mp4_trak(f, s, "soun");
    }

    mp4_close(f, moov);

    return offsets;
}


/* the bytes of sample i are all (i + 1) % 251, of a gap 0xff */

static inline void
mp4_mdat(mp4_file_t *f, const mp4_spec_t *s, uint32_t *chunks)
{
    size_t    mdat;
    uint32_t  i;

    mdat = mp4_open(f, "mdat", s->long_boxes);

    for (i = 0; i < s->samples; i++) {

        if (i % mp4_per_chunk(s) == 0) {

            assert(f->len + s->gap <= MP4_BUILD_MAX);
            memset(f->data + f->len, 0xff, s->gap);
            f->len += s->gap;
            *chunks++ = (uint32_t) f->len;
        }

        assert(f->len + mp4_size(s, i) <= MP4_BUILD_MAX);
        memset(f->data + f->len, (int) ((i + 1) % 251), mp4_size(s, i));
        f->len += mp4_size(s, i);
    }

    mp4_close(f, mdat);
}


/* the file's data is malloc()ed */

static inline mp4_file_t
mp4_build(const mp4_spec_t *s)
{
    size_t       free_box, offsets;
    uint32_t     i, chunks, *places;
    mp4_file_t   f;

    f.len = 0;
    f.data = malloc(MP4_BUILD_MAX);
    places = calloc(s->samples + 1, sizeof(uint32_t));
    assert(f.data && places);

    mp4_u32(&f, 28);
    mp4_bytes(&f, "ftypM4A \0\0\2\0M4A isomiso2", 24);

    offsets = 0;

    if (!s->moov_last) {
        offsets = mp4_moov(&f, s);
    }

    free_box = mp4_open(&f, "free", 0);
    mp4_close(&f, free_box);

    mp4_mdat(&f, s, places);

    if (s->moov_last) {
        offsets = mp4_moov(&f, s);
    }

    chunks = (s->samples + mp4_per_chunk(s) - 1) / mp4_per_chunk(s);

    for (i = 0; i < chunks; i++) {
        mp4_put(&f, offsets + (s->co64 ? i * 8 + 4 : i * 4), places[i]);
    }

    free(places);

    /* so that a byte too far is seen by AddressSanitizer */

    f.data = realloc(f.data, f.len);
    assert(f.data);

    return f;
}


/* the payload of the last box of that type */

static inline uint8_t *
mp4_find(mp4_file_t *f, const char *type)
{
    size_t    i;
    uint8_t  *found;

    found = NULL;

    for (i = 4; i + 4 < f->len; i++) {
        if (memcmp(f->data + i, type, 4) == 0) {
            found = f->data + i + 4;
        }
    }

    assert(found);

    return found;
}


static inline void
mp4_patch(mp4_file_t *f, const char *type, int offset, uint32_t n)
{
    mp4_put(f, (size_t) (mp4_find(f, type) + offset - f->data), n);
}


#endif /* _MP4_BUILD_H_INCLUDED_ */
