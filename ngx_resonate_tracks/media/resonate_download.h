
/*
 * Copyright (C) Resonate
 *
 * What SQL decided about a download:
 *
 *     {"id": "0d6dd7a4-...", "name": "Artist - Title",
 *      "cover": "images/0d6dd7a4-...-x600.jpg", "coverSum": [2000, 789],
 *      "files": [{"name": "Artist - Title", "file": "audio/ab/abcd.m4a",
 *                 "type": "audio/mp4", "crc32": 123, "bytes": 5000,
 *                 "span": [1000, 4000, 456],
 *                 "tags": {"title": "Title", "artist": "Artist",
 *                          "album": "Album", "track": 1, "tracks": 9,
 *                          "disc": 1, "year": 2020}}, ...]}
 *
 * "id" is that of the track or of the release, and a ticket needs it.  A file
 * without tags is sent as it is stored; a cover may be absent or null, as may
 * any tag.  "bytes" and "crc32" are of the stored file, "span" tells offset,
 * bytes and CRC-32 of its media, "coverSum" bytes and CRC-32 of the cover:
 * they are absent where nobody needs them.  Files are below the media root and
 * plain.
 */


#ifndef _RESONATE_DOWNLOAD_H_INCLUDED_
#define _RESONATE_DOWNLOAD_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>

#include "resonate_tagged.h"


#define RESONATE_DOWNLOAD_MAX_FILES  1000
#define RESONATE_DOWNLOAD_MAX_FILE   255
#define RESONATE_DOWNLOAD_SUFFIX     8


typedef struct {
    const char       *name;
    const char       *file;
    const char       *type;
    const char       *suffix;        /* what the file's name ends with */
    unsigned          tagged:1;
    unsigned          summed:1;      /* the numbers below are there */
    resonate_tags_t   tags;

    uint64_t          bytes;         /* of what is sent as it is stored: the */
    uint32_t          crc32;         /* file, or of what is tagged, its span */
    uint64_t          span_offset;
} resonate_download_file_t;

typedef struct {
    const char       *name;
    const char       *cover;         /* or NULL */
    uint64_t          cover_bytes;   /* if there is "coverSum" */
    uint32_t          cover_crc32;
    uint8_t           id[16];        /* zeros, if it was not told */
    size_t            nfiles;        /* at least 1 */
    unsigned          identified:1;  /* it was told */
    unsigned          cover_summed:1;
    void             *root;          /* private: all texts are its */
} resonate_download_t;


#pragma GCC visibility push(hidden)

/*
 * parse  NULL, or what is wrong, for the log
 * file   the i-th; NULL, or what is wrong with it.  Its texts live as long as
 *        "d" does
 * free   of what parse() had no fault with
 */

const char *resonate_download_parse(const char *text, size_t len,
    resonate_download_t *d);
const char *resonate_download_file(const resonate_download_t *d, size_t i,
    resonate_download_file_t *file);
void resonate_download_free(resonate_download_t *d);

#pragma GCC visibility pop


#endif /* _RESONATE_DOWNLOAD_H_INCLUDED_ */
