
/*
 * Copyright (C) Resonate
 *
 * HLS of a stored track (RFC 8216), from its index: playlists, and segments
 * of fragmented MP4 (CMAF), each of a head that is made here and one span of
 * the file.
 *
 * A segment starts with the sample whose start is nearest to a multiple of
 * the segments' time.  So all renditions of a track have their segments at
 * the same times, within a frame, and a player may switch at each of them.
 *
 * What an encoder put before the sound is in the first segment and skipped by
 * the edit list of the init segment.  The last sample ends where the sound
 * does, or the preview, and samples behind that are left out.
 *
 * Everything that writes returns how much it had to write, and stores what
 * fits: without a buffer it measures.
 */


#ifndef _RESONATE_HLS_H_INCLUDED_
#define _RESONATE_HLS_H_INCLUDED_


#include "resonate_index.h"


/* goes up whenever the same file would give other bytes */
#define RESONATE_HLS_VERSION         1

#define RESONATE_HLS_MIN_SEGMENT_MS  1000
#define RESONATE_HLS_MAX_SEGMENT_MS  30000

/* ten hours in segments of a second */
#define RESONATE_HLS_MAX_SEGMENTS    36000

/* 30 s in the shortest frames of Opus are 12000 */
#define RESONATE_HLS_MAX_SAMPLES     16384

/* a shorter rest is a part of the segment before it */
#define RESONATE_HLS_MIN_REST_MS     500

/* silence is in no sample, so the first segment has to be longer */
#define RESONATE_HLS_MAX_SILENCE_MS  500

#define RESONATE_HLS_MAX_SPAN        (UINT32_MAX / 4)


typedef struct {
    const resonate_index_t  *index;
    uint32_t                 segments;
    uint32_t                 target;       /* TARGETDURATION, seconds */

    uint32_t                 segment_ms;   /* private from here */
    uint32_t                 samples;      /* the first ones of the index */
    uint64_t                 end;          /* where the last of them ends */
} resonate_hls_t;


typedef struct {
    uint32_t                 n;
    uint64_t                 start_us;     /* of what is heard */
    uint64_t                 end_us;
    resonate_span_t          span;

    uint32_t                 first;        /* private from here */
    uint32_t                 last;
    uint64_t                 end;
} resonate_hls_segment_t;


/*
 * What the URLs of a playlist carry; what is empty is left out.  A ticket
 * without data is a gap of that many characters, a multiple of four.
 */

typedef struct {
    resonate_mp4_view_t      version;
    resonate_mp4_view_t      quality;
    resonate_mp4_view_t      ticket;
} resonate_hls_query_t;

/* without pointers: it may be kept */

typedef struct {
    uint64_t                 peak;         /* bits a second, with heads */
    uint64_t                 average;
    uint32_t                 codec;
    char                     codecs[RESONATE_INDEX_CODECS];
} resonate_hls_rates_t;

typedef struct {
    resonate_mp4_view_t      quality;
    resonate_hls_rates_t     rates;
} resonate_hls_variant_t;


#pragma GCC visibility push(hidden)

/*
 * Plans the segments of "segment_ms" milliseconds of a track, or of its first
 * "limit_ms" if that is not 0.  Other than RESONATE_MP4_OK: a reason.
 */

resonate_mp4_status_e resonate_hls_plan(resonate_hls_t *h,
    const resonate_index_t *x, uint32_t segment_ms, uint32_t limit_ms,
    const char **reason);

/* segment "n" of a plan; RESONATE_MP4_BAD also says that there is none */

resonate_mp4_status_e resonate_hls_segment(const resonate_hls_t *h,
    uint32_t n, resonate_hls_segment_t *s, const char **reason);

/* the head of a segment: the span follows it */

size_t resonate_hls_segment_write(const resonate_hls_t *h,
    const resonate_hls_segment_t *s, uint8_t *out, size_t size);

/* the init segment: of the whole track and of its preview the same */

size_t resonate_hls_init_write(const resonate_index_t *x, uint8_t *out,
    size_t size);

/*
 * A playlist.  One with gaps is no text yet, but may be kept: where they are
 * is behind it.  fill() writes a ticket into each and returns how long the
 * text is; 0: this is no playlist for a ticket of that length.
 */

resonate_mp4_status_e resonate_hls_playlist_write(const resonate_hls_t *h,
    const resonate_hls_query_t *query, uint8_t *out, size_t size,
    size_t *len, const char **reason);
size_t resonate_hls_fill(uint8_t *kept, size_t len,
    const resonate_mp4_view_t *ticket);

resonate_mp4_status_e resonate_hls_rates(const resonate_hls_t *h,
    resonate_hls_rates_t *rates, const char **reason);

/*
 * The master playlist, variants in the order given.  Opus is not in Apple's
 * list of formats (HLS Authoring Specification, 2.1 and 2.2), so a variant of
 * it is left out if there is another.
 */

size_t resonate_hls_master_write(const resonate_hls_variant_t *variants,
    size_t n, const resonate_mp4_view_t *ticket, uint8_t *out, size_t size);

#pragma GCC visibility pop


#endif /* _RESONATE_HLS_H_INCLUDED_ */
