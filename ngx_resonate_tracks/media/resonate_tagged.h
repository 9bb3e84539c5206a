
/*
 * Copyright (C) Resonate
 *
 * A stored track with what is known of it written into it, as players of
 * files read it (the metadata list of Apple):
 *
 *     head   ftyp, moov up to the bytes of the cover, made here
 *     cover  a JPEG file as it is, or nothing
 *     mdat   its first eight bytes, made here
 *     span   one run of bytes of the stored file, served as it is
 *
 * The same file, tags and cover always give the same bytes, and what decodes
 * of them is, sample by sample, what decodes of the stored file.
 */


#ifndef _RESONATE_TAGGED_H_INCLUDED_
#define _RESONATE_TAGGED_H_INCLUDED_


#include "resonate_index.h"


/* goes up whenever the same file would give other bytes: part of the ETag */
#define RESONATE_TAGGED_VERSION    1

#define RESONATE_TAGGED_MDAT       8
#define RESONATE_TAGGED_MAX_TEXT   4096
#define RESONATE_TAGGED_MAX_COVER  (4 * 1024 * 1024)


/* texts are UTF-8; NULL or 0: it is not known */

typedef struct {
    const char              *title;
    const char              *artist;
    const char              *album;
    uint32_t                 track;
    uint32_t                 tracks;
    uint32_t                 disc;
    uint32_t                 year;
} resonate_tags_t;

typedef struct {
    size_t                   head_size;
    uint64_t                 span_offset;
    uint64_t                 span_size;

    const resonate_index_t  *index;        /* private from here */
    const resonate_tags_t   *tags;
    uint32_t                 cover_size;
} resonate_tagged_t;


#pragma GCC visibility push(hidden)

/*
 * Plans it, with "cover_size" bytes of a cover, 0 for none, at the most
 * RESONATE_TAGGED_MAX_COVER.  RESONATE_MP4_OK: the first three members are
 * set; UNSUPPORTED and BAD: the reason says why.  The plan refers to "x" and
 * "tags".
 */

resonate_mp4_status_e resonate_tagged_plan(resonate_tagged_t *t,
    const resonate_index_t *x, const resonate_tags_t *tags,
    uint32_t cover_size, const char **reason);

/* writes the head and returns its size; with NULL it only measures */

size_t resonate_tagged_write(const resonate_tagged_t *t, uint8_t *out);

/* the first bytes of mdat, before a span of that size */

void resonate_tagged_mdat(uint64_t span_size,
    uint8_t out[RESONATE_TAGGED_MDAT]);

#pragma GCC visibility pop


#endif /* _RESONATE_TAGGED_H_INCLUDED_ */
