
/*
 * Copyright (C) Resonate
 *
 * The index of a stored track: what every form of it (preview, HLS, tagged
 * download) is composed from.  One block of memory without pointers, made
 * once for a version of a file: it may be copied, and kept in shared memory.
 *
 *     resonate_mp4_parse()         until it says OK
 *     resonate_index_measure()     how much memory
 *     resonate_index_build()       into it
 *
 * and for every request
 *
 *     resonate_index_open()        of a copy that is aligned to 8 bytes
 *     the rest of the functions    of what it returned
 *
 * "Sample" is MP4's word: one frame of the codec, 1024 or 2048 of what others
 * call samples.  Samples are counted from 0, [first, last) is without "last".
 * Times are in units of the media's timescale, from the start of the first
 * sample, priming included, unless a name says ms.
 *
 *     0         priming                    priming + heard      duration
 *     |---------|--------------------------|--------------------|
 *      decoded,   what is heard, "silence"   padding of the encoder
 *      not heard  before it
 *
 * The bytes of samples are in the file in the order of the samples and do not
 * overlap: an index is made of no other file.  So the span of any samples
 * [first, last) holds nothing of a sample before or after them.
 *
 * Nothing here allocates, and no function but open() fails on a good index
 * for a sample or time in range; each says what it does behind the end.
 * Costs are O(log n) and at most RESONATE_INDEX_STEP sizes added.
 */


#ifndef _RESONATE_INDEX_H_INCLUDED_
#define _RESONATE_INDEX_H_INCLUDED_


#include "resonate_mp4.h"


/*
 * Goes up with every change of the layout or of what is found in a file: part
 * of the key under which an index is kept.
 */
#define RESONATE_INDEX_VERSION        1

#define RESONATE_INDEX_ALIGN          8
#define RESONATE_INDEX_STEP           64

/* six hours of AAC are 2 MB */
#define RESONATE_INDEX_MAX_SIZE       (8 * 1024 * 1024)

#define RESONATE_INDEX_MAX_TIMESCALE  1000000

/* encoder delay an edit list may skip: HE-AAC at 16 kHz has 0.4 s */
#define RESONATE_INDEX_MAX_PRIMING_MS  1000

/* a span is in one mdat with a size of 32 bits */
#define RESONATE_INDEX_MAX_SPAN       (UINT32_MAX / 2)

/* "mp4a.40.2" and NUL */
#define RESONATE_INDEX_CODECS         16


/* flags */
#define RESONATE_INDEX_FRAGMENTED     0x01   /* of moof boxes */


/*
 * The beginning of the block.  The members up to "samples" are for everybody
 * to read, those behind it belong to the functions.
 */

typedef struct {
    uint32_t   magic;
    uint32_t   version;

    uint64_t   file_size;
    uint64_t   media_bytes;      /* of all samples */
    uint64_t   duration;         /* of all samples */
    uint64_t   silence;          /* before the sound (an empty edit) */
    uint64_t   heard;            /* at least 1, at most duration - priming */

    uint32_t   size;             /* of the block */
    uint32_t   flags;
    uint32_t   codec;            /* resonate_codec_e */
    uint32_t   object_type;      /* of AAC (2 is LC, 5 is SBR), or 0 */
    uint32_t   rate;             /* Hz of the decoded sound, 0: unknown */
    uint32_t   channels;         /* 0: unknown */
    uint32_t   timescale;        /* units a second */
    uint32_t   priming;
    uint32_t   samples;          /* at least 1 */

    uint32_t   sample_size;      /* of every one, or 0 */
    uint32_t   size_width;       /* bytes of an entry of sizes, 2 or 4 */
    uint32_t   sizes;            /* offsets into the block */
    uint32_t   sums;
    uint32_t   times;
    uint32_t   ntimes;
    uint32_t   runs;
    uint32_t   nruns;
    uint32_t   stsd;
    uint32_t   stsd_len;
    uint32_t   reserved;
} resonate_index_t;


typedef struct {
    uint64_t   offset;           /* in the file */
    uint64_t   size;
} resonate_span_t;

/* samples whose bytes follow each other without a hole */

typedef struct {
    uint32_t   samples;
    uint64_t   offset;
    uint64_t   size;
} resonate_piece_t;

/* the first milliseconds of a track */

typedef struct {
    unsigned   whole:1;          /* the track is not longer */
    uint32_t   samples;          /* how many of the first ones */
    uint32_t   silence_ms;
    uint32_t   heard_ms;         /* both together at most what was asked */
    uint64_t   end;              /* where the last sample is to end */
} resonate_cut_t;


#pragma GCC visibility push(hidden)

/*
 * Of a file that resonate_mp4_parse() said OK of, while the bytes of its last
 * call are there.  "size" is that of measure(), and "block" is aligned to
 * RESONATE_INDEX_ALIGN.  Other than RESONATE_MP4_OK: m->reason says why.
 */

resonate_mp4_status_e resonate_index_measure(resonate_mp4_t *m, size_t *size);
resonate_mp4_status_e resonate_index_build(resonate_mp4_t *m, void *block,
    size_t size);

/*
 * The index in "block", or NULL and a reason.  Costs little: it looks at the
 * beginning only.  Behind it no function reads outside of the block, whatever
 * the rest of the block holds.
 */

const resonate_index_t *resonate_index_open(const void *block, size_t len,
    const char **reason);

/* when a sample starts; when the last one ends, of any behind it */

uint64_t resonate_index_time(const resonate_index_t *x, uint32_t sample);

/* the sample that sounds at a time; x->samples at x->duration and behind */

uint32_t resonate_index_sample(const resonate_index_t *x, uint64_t time);

/*
 * How long a sample lasts, and in "count", if it is not NULL, how many from
 * here on last as long (up to the end of the track).  0 and 0 behind the end.
 */

uint32_t resonate_index_delta(const resonate_index_t *x, uint32_t sample,
    uint32_t *count);

/* bytes of a sample; 0 behind the end */

uint32_t resonate_index_size(const resonate_index_t *x, uint32_t sample);

/*
 * The bytes of the samples [first, last), from the first byte of the first to
 * the last byte of the last: one span, with what other tracks have between
 * them.  RESONATE_MP4_OK, or a reason: an empty or impossible range, more than
 * RESONATE_INDEX_MAX_SPAN.
 */

resonate_mp4_status_e resonate_index_span(const resonate_index_t *x,
    uint32_t first, uint32_t last, resonate_span_t *span,
    const char **reason);

/*
 * The first samples of [first, last) that follow each other without a hole.
 * Returns their number, 0 if first >= last or "last" is behind the end.  The
 * rest is found from first + piece.samples on.
 */

uint32_t resonate_index_piece(const resonate_index_t *x, uint32_t first,
    uint32_t last, resonate_piece_t *piece);

/*
 * Where to end so that "ms" milliseconds are heard, and no more: every form
 * of a preview ends here.  A track whose samples are said to be shorter than
 * its codec makes them is refused, because there would be more in them.
 */

resonate_mp4_status_e resonate_index_cut(const resonate_index_t *x,
    uint32_t ms, resonate_cut_t *cut, const char **reason);

/* silence and sound */

uint64_t resonate_index_heard_ms(const resonate_index_t *x);

/* bits a second, average of all samples, without containers */

uint64_t resonate_index_bitrate(const resonate_index_t *x);

/* what CODECS says of it (RFC 6381): writes and returns "out" */

const char *resonate_index_codecs(const resonate_index_t *x,
    char out[RESONATE_INDEX_CODECS]);

/* the payload of the stsd box: one sample entry */

resonate_mp4_view_t resonate_index_stsd(const resonate_index_t *x);

#pragma GCC visibility pop


#endif /* _RESONATE_INDEX_H_INCLUDED_ */
