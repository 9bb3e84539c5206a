
/*
 * Copyright (C) Resonate
 *
 * Tickets in other texts: each begins with characters that name it, be they
 * escaped or not.
 */


#include "resonate_ticket_internal.h"

#include <string.h>


#define RESONATE_TICKET_ESCAPED  "%72%73%74%32"


static const char *resonate_ticket_candidate(const char *p, const char *last,
    int escaped);
static const char *resonate_ticket_begins(const char *p, const char *last);


const unsigned char  resonate_ticket_digits[256] = {
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 62, 64, 64,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 64, 64, 64, 64, 64, 64,
    64,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 64, 64, 64, 64, 63,
    64, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 64, 64, 64, 64, 64,

    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64
};


/* who escaped a character has hidden nothing */

size_t
resonate_ticket_find(const char *text, size_t len, size_t *at)
{
    int          escaped;
    const char  *p, *q, *last;

    if (len < RESONATE_TICKET_MIN) {
        return 0;
    }

    last = text + len;
    escaped = (memchr(text, '%', len) != NULL);

    for (p = text;
         (p = resonate_ticket_candidate(p, last, escaped)) != NULL;
         p++)
    {
        q = resonate_ticket_begins(p, last);

        if (q == NULL) {
            continue;
        }

        while (q < last
               && (resonate_ticket_digit(*q) != RESONATE_TICKET_NO_DIGIT
                   || *q == '%'))
        {
            q++;
        }

        if (q - p >= RESONATE_TICKET_MIN) {
            *at = (size_t) (p - text);
            return (size_t) (q - p);
        }
    }

    return 0;
}


size_t
resonate_ticket_mask(char *dst, const char *text, size_t len, size_t at,
    size_t n)
{
    char  *p;

    for (p = dst; n; n = resonate_ticket_find(text, len, &at)) {
        memcpy(p, text, at);
        p += at;

        memcpy(p, "***", 3);
        p += 3;

        text += at + n;
        len -= at + n;
    }

    memcpy(p, text, len);

    return (size_t) (p + len - dst);
}


/* the next place where a ticket may begin; NULL: there is none */

static const char *
resonate_ticket_candidate(const char *p, const char *last, int escaped)
{
    if (!escaped) {
        return memchr(p, RESONATE_TICKET_PREFIX[0], (size_t) (last - p));
    }

    while (p < last && *p != RESONATE_TICKET_PREFIX[0] && *p != '%') {
        p++;
    }

    return (p < last) ? p : NULL;
}


/* what is behind the characters that name a ticket, or NULL */

static const char *
resonate_ticket_begins(const char *p, const char *last)
{
    size_t             i;
    static const char  escaped[] = RESONATE_TICKET_ESCAPED;

    for (i = 0; i < sizeof(RESONATE_TICKET_PREFIX) - 1; i++) {

        if (p < last && *p == RESONATE_TICKET_PREFIX[i]) {
            p++;

        } else if (last - p >= 3 && memcmp(p, escaped + 3 * i, 3) == 0) {
            p += 3;

        } else {
            return NULL;
        }
    }

    return p;
}
