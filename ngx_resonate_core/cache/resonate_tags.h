
/*
 * Copyright (C) Resonate
 *
 * Tags: what a reply was made from, and what has changed.  Pure.
 *
 * A tag is a text of at most 256 bytes: "track:4f...", of the kind "track:",
 * or a word without a kind.  A kind that stands alone, "track:", is all of
 * it.  "until:1764115200" is not a tag of anything: the reply is not fresh
 * from that second on (Unix time).
 */


#ifndef _RESONATE_TAGS_H_INCLUDED_
#define _RESONATE_TAGS_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


#pragma GCC visibility push(hidden)


#define RESONATE_TAG_LEN  256


typedef enum {
    RESONATE_TAG_OK = 0,
    RESONATE_TAG_END,
    RESONATE_TAG_BAD         /* malformed, or too long */
} resonate_tag_e;


typedef struct {
    const char  *pos;
    const char  *end;                  /* the closing brace */
    size_t       len;
    size_t       kind;                 /* so much of it, with the colon; or 0 */
    char         text[RESONATE_TAG_LEN];
} resonate_tag_t;


/* one by one, as PostgreSQL writes text[]; of no text there are none */
resonate_tag_e resonate_tag_first(resonate_tag_t *tag, const char *tags,
    size_t len);
resonate_tag_e resonate_tag_next(resonate_tag_t *tag);

/* one tag as it stands */
resonate_tag_e resonate_tag_set(resonate_tag_t *tag, const char *text,
    size_t len);

/* whether it is a time, which is positive, in seconds */
int resonate_tag_until(const resonate_tag_t *tag, int64_t *until);


/*
 * Numbers of callers in a notification: hexadecimal, with commas.  write()
 * returns the end; a number takes 9 bytes at most.
 */

char *resonate_numbers_write(char *p, const uint32_t *numbers, size_t n);
resonate_tag_e resonate_numbers_next(const char **p, const char *end,
    uint32_t *number);


#pragma GCC visibility pop


#endif /* _RESONATE_TAGS_H_INCLUDED_ */
