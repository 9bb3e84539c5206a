
/*
 * Copyright (C) Resonate
 */


#include "resonate_tags.h"

#include <string.h>


#define RESONATE_UNTIL      "until:"
#define RESONATE_UNTIL_LEN  (sizeof(RESONATE_UNTIL) - 1)
#define RESONATE_UNTIL_MAX  12              /* digits: beyond the year 30000 */


static void resonate_tag_kind(resonate_tag_t *tag);
static int resonate_hex(char c);


resonate_tag_e
resonate_tag_first(resonate_tag_t *tag, const char *tags, size_t len)
{
    if (len == 0) {
        return RESONATE_TAG_END;
    }

    if (len < 2 || tags[0] != '{' || tags[len - 1] != '}') {
        return RESONATE_TAG_BAD;
    }

    tag->pos = tags + 1;
    tag->end = tags + len - 1;

    return (len == 2) ? RESONATE_TAG_END : resonate_tag_next(tag);
}


/* {track:4f...,"artist with space"}: quoted elements may have escapes */

resonate_tag_e
resonate_tag_next(resonate_tag_t *tag)
{
    int          quoted;
    const char  *p;

    if (tag->pos > tag->end) {
        return RESONATE_TAG_END;
    }

    quoted = 0;
    tag->len = 0;

    for (p = tag->pos; p < tag->end && (quoted || *p != ','); p++) {

        if (*p == '"') {
            quoted = !quoted;
            continue;
        }

        if (*p == '\\' && p + 1 < tag->end) {
            p++;
        }

        if (tag->len == RESONATE_TAG_LEN) {
            return RESONATE_TAG_BAD;
        }

        tag->text[tag->len++] = *p;
    }

    tag->pos = p + 1;

    if (quoted) {
        return RESONATE_TAG_BAD;
    }

    resonate_tag_kind(tag);

    return RESONATE_TAG_OK;
}


resonate_tag_e
resonate_tag_set(resonate_tag_t *tag, const char *text, size_t len)
{
    if (len > RESONATE_TAG_LEN) {
        return RESONATE_TAG_BAD;
    }

    tag->pos = NULL;
    tag->end = NULL;
    tag->len = len;
    memcpy(tag->text, text, len);

    resonate_tag_kind(tag);

    return RESONATE_TAG_OK;
}


static void
resonate_tag_kind(resonate_tag_t *tag)
{
    const char  *colon;

    colon = memchr(tag->text, ':', tag->len);
    tag->kind = colon ? (size_t) (colon + 1 - tag->text) : 0;
}


int
resonate_tag_until(const resonate_tag_t *tag, int64_t *until)
{
    size_t   i;
    int64_t  n;

    if (tag->kind != RESONATE_UNTIL_LEN
        || memcmp(tag->text, RESONATE_UNTIL, RESONATE_UNTIL_LEN) != 0
        || tag->len == RESONATE_UNTIL_LEN
        || tag->len > RESONATE_UNTIL_LEN + RESONATE_UNTIL_MAX)
    {
        return 0;
    }

    n = 0;

    for (i = RESONATE_UNTIL_LEN; i < tag->len; i++) {
        if (tag->text[i] < '0' || tag->text[i] > '9') {
            return 0;
        }

        n = n * 10 + (tag->text[i] - '0');
    }

    *until = n;

    return n > 0;
}


char *
resonate_numbers_write(char *p, const uint32_t *numbers, size_t n)
{
    int     shift;
    size_t  i;

    for (i = 0; i < n; i++) {

        if (i) {
            *p++ = ',';
        }

        for (shift = 28; shift && !(numbers[i] >> shift); shift -= 4) {
            /* void */
        }

        for ( /* void */ ; shift >= 0; shift -= 4) {
            *p++ = "0123456789abcdef"[numbers[i] >> shift & 15];
        }
    }

    return p;
}


resonate_tag_e
resonate_numbers_next(const char **p, const char *end, uint32_t *number)
{
    int          digit;
    uint32_t     n;
    const char  *q;

    if (*p >= end) {
        return RESONATE_TAG_END;
    }

    n = 0;

    for (q = *p; q < end && *q != ','; q++) {
        digit = resonate_hex(*q);

        if (digit < 0 || q - *p == 8) {
            return RESONATE_TAG_BAD;
        }

        n = n << 4 | (uint32_t) digit;
    }

    if (q == *p) {
        return RESONATE_TAG_BAD;
    }

    *number = n;
    *p = q + 1;

    return RESONATE_TAG_OK;
}


static int
resonate_hex(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    return (c >= 'a' && c <= 'f') ? c - 'a' + 10 : -1;
}
