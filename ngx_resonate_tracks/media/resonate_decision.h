
/*
 * Copyright (C) Resonate
 *
 * What SQL decided about a track for a caller:
 *
 *     {"track": "0d6dd7a4-...", "mode": "preview", "previewMs": 45000,
 *      "file": "audio/ab/abcd.m4a",
 *      "files": [{"quality": "128", "file": "audio/ab/abcd.m4a",
 *                 "codec": "mp4a.40.2", "bitrate": 128000}, ...]}
 *
 * "mode" is "full" or "preview"; the length of a preview may be told of both.
 * "file" is what is played unless another quality is asked for; "files" are
 * all there are, and may be absent, as may "track" and "durationMs", which is
 * that of the track.  Other members are ignored.  A file
 * is relative to the media root and plain: no empty segment, none that begins
 * with a dot (so no ".." and no hidden file), no control character.
 *
 * It is packed once, and read as often as it is used.
 */


#ifndef _RESONATE_DECISION_H_INCLUDED_
#define _RESONATE_DECISION_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


#define RESONATE_DECISION_MAX_LEN   8192
#define RESONATE_DECISION_MAX_FILE  255
#define RESONATE_DECISION_FILES     8
#define RESONATE_DECISION_WORD      31      /* bytes of quality and codec */
#define RESONATE_DECISION_SHORT     45000   /* ms, of what has no previewMs */


typedef struct {
    const char            *quality;    /* [a-z0-9]+, or "": it has no name */
    const char            *codec;      /* RFC 6381, or "" */
    const char            *file;
    size_t                 file_len;
    uint32_t               bitrate;    /* bits a second, or 0 */
} resonate_rendition_t;

typedef struct {
    uint32_t               preview_ms; /* 0: the full file */
    uint32_t               short_ms;   /* of a preview, whatever was decided */
    uint32_t               duration_ms; /* of the track, or 0 */
    uint32_t               nfiles;     /* at least 1: the default comes first */
    uint8_t                track[16];  /* zeros, if it was not told */
    resonate_rendition_t   files[RESONATE_DECISION_FILES];
} resonate_decision_t;


/* bytes that a text of that length is packed into, at the most */
#define resonate_decision_size(len)                                           \
    (sizeof(resonate_decision_t) + (len) + 64)


#pragma GCC visibility push(hidden)

/*
 * pack  from JSON to *size bytes at "out", which has resonate_decision_size()
 *       of them; NULL, or what is wrong with the text, for the log
 * read  from what was packed, at any alignment, to "d", whose texts are those
 *       of "packed"; 0, or -1: it was not packed by this build
 * find  by quality; NULL: the default one.  NULL: there is no such
 * path  whether a name of a file, or NULL, is as it should be; NULL: it is
 * uuid  16 bytes of a uuid as PostgreSQL writes it; 0, or -1: it is none
 */

const char *resonate_decision_pack(const char *text, size_t len, uint8_t *out,
    size_t *size);
int resonate_decision_read(resonate_decision_t *d, const uint8_t *packed,
    size_t size);
const resonate_rendition_t *resonate_decision_find(
    const resonate_decision_t *d, const char *quality);
const char *resonate_decision_path(const char *p, size_t len);
int resonate_decision_uuid(const char *p, uint8_t *uuid);

#pragma GCC visibility pop


#endif /* _RESONATE_DECISION_H_INCLUDED_ */
