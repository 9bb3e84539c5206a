
/*
 * Copyright (C) Resonate
 *
 * Bounded reader of AAC, FLAC and Opus in MP4 (ISO/IEC 14496-12): the stored
 * form of a track, one sound track with sample tables or in fragments.
 *
 * The parser never reads: it says "need want_size bytes at want_offset".
 * It never allocates: what it found are views into the bytes of the last
 * call, valid as long as those bytes are.  A box tree has a fixed depth
 * here, so nothing recurses.
 */


#ifndef _RESONATE_MP4_H_INCLUDED_
#define _RESONATE_MP4_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


#define RESONATE_MP4_WINDOW       (32 * 1024)        /* first look at a file */
#define RESONATE_MP4_MAX_MOOV     (4 * 1024 * 1024)
#define RESONATE_MP4_MAX_SAMPLES  (1 << 20)          /* 6 hours at 48 kHz */
#define RESONATE_MP4_MAX_BOXES    64                 /* siblings in one box */
#define RESONATE_MP4_MAX_STSD     1024

/* fragments are looked at one by one, and most are small */
#define RESONATE_MP4_FRAGMENT     (8 * 1024)
#define RESONATE_MP4_MAX_MOOF     (1024 * 1024)
#define RESONATE_MP4_MAX_FRAGMENTS  4096             /* 6 hours of 6 s */

/* no file makes the parser say MORE as often */
#define RESONATE_MP4_MAX_READS    (4 * RESONATE_MP4_MAX_FRAGMENTS)


typedef enum {
    RESONATE_MP4_OK = 0,
    RESONATE_MP4_MORE,           /* call again with the wanted bytes */
    RESONATE_MP4_ROOM,           /* and this with room, and the same bytes */
    RESONATE_MP4_BAD,            /* no MP4, or one that contradicts itself */
    RESONATE_MP4_UNSUPPORTED     /* may be valid, but is no stored track */
} resonate_mp4_status_e;


typedef enum {
    RESONATE_CODEC_AAC = 1,      /* mp4a */
    RESONATE_CODEC_FLAC,         /* fLaC */
    RESONATE_CODEC_OPUS          /* Opus */
} resonate_codec_e;


typedef struct {
    const uint8_t   *data;
    size_t           len;
} resonate_mp4_view_t;

typedef struct {
    const uint8_t   *data;       /* of the first entry */
    uint32_t         count;      /* entries, all of them inside the bytes */
} resonate_mp4_table_t;


typedef struct {
    uint64_t               want_offset;    /* never past the end of the file */
    size_t                 want_size;      /* up to RESONATE_MP4_MAX_MOOV */

    const char            *reason;         /* of BAD and UNSUPPORTED */

    void                  *room;           /* the caller's: malloc()ed, */
    size_t                 room_size;      /* and how much it is */
    size_t                 want_room;      /* more than that, by ROOM */

    /* the rest is set by OK */

    uint32_t               movie_timescale;
    uint32_t               timescale;      /* of the media, units a second */

    uint64_t               edit_empty;     /* leading silence, movie units */
    uint64_t               edit_duration;  /* movie units; 0: all the media */
    uint64_t               edit_start;     /* priming to skip, media units */

    resonate_mp4_view_t    stsd;           /* payload: one entry */

    resonate_codec_e       codec;
    uint32_t               object_type;    /* of AAC: 2 is LC, 5 is SBR */
    uint32_t               rate;           /* Hz of the decoded sound, or 0 */
    uint32_t               channels;       /* 0: unknown */

    /* in a fragmented file: stsz.count is how many samples "room" holds */

    resonate_mp4_table_t   stts;           /* count, delta */
    resonate_mp4_table_t   stsc;           /* first chunk, samples, index */
    resonate_mp4_table_t   stsz;           /* size; no data if all equal */
    resonate_mp4_table_t   stco;           /* offset, 32 or 64 bit */

    uint32_t               sample_size;    /* of every sample, or 0 */
    unsigned               co64:1;

    uint64_t               file_size;      /* private from here */
    size_t                 resume;         /* where ROOM left off */
    unsigned               boxes;
    unsigned               have_ftyp:1;
    unsigned               done:1;
    unsigned               fragmented:1;

    unsigned               fragments;
    uint32_t               track;          /* the sound's number */
    uint32_t               entry;          /* defaults of its fragments */
    uint32_t               delta;
    uint32_t               size;

    uint32_t               gathered;       /* samples in room, */
    uint64_t               gathered_end;   /* where their bytes end, */
    uint64_t               gathered_time;  /* and when they do */
    uint64_t               base_time;      /* of the first fragment */

    uint8_t                stsd_copy[RESONATE_MP4_MAX_STSD];
} resonate_mp4_t;


#pragma GCC visibility push(hidden)

void resonate_mp4_init(resonate_mp4_t *m, uint64_t file_size);

/*
 * "data" are the "len" bytes of the file at want_offset; less than want_size
 * means that the file is shorter than it was said to be.
 *
 * The samples of a fragmented file are in many places: they are gathered in
 * "room".  After ROOM the caller sets room to want_room bytes that begin with
 * what it held (realloc()), and room_size to that, and calls again with the
 * same bytes.  He frees it when the index is built, or at any failure.
 */

resonate_mp4_status_e resonate_mp4_parse(resonate_mp4_t *m,
    const uint8_t *data, size_t len);

#pragma GCC visibility pop


/* big-endian numbers, as everywhere in MP4 */

static inline uint32_t
resonate_mp4_u32(const uint8_t *p)
{
    return (uint32_t) p[0] << 24 | (uint32_t) p[1] << 16
           | (uint32_t) p[2] << 8 | p[3];
}


static inline uint64_t
resonate_mp4_u64(const uint8_t *p)
{
    return (uint64_t) resonate_mp4_u32(p) << 32 | resonate_mp4_u32(p + 4);
}


#define resonate_mp4_type(a, b, c, d)                                         \
    ((uint32_t) (a) << 24 | (uint32_t) (b) << 16 | (uint32_t) (c) << 8        \
     | (uint32_t) (d))


#endif /* _RESONATE_MP4_H_INCLUDED_ */
