
/*
 * Copyright (C) Resonate
 */


#include <string.h>
#include <strings.h>

#include "resonate_layout.h"


/* one "first-last", "first-" or "-length", and what stands around it */

typedef struct {
    const char  *p;
    const char  *end;
} resonate_text_t;


static void resonate_layout_cut(resonate_part_t *part, uint64_t skip,
    uint64_t size);
static int resonate_ranges_next(resonate_text_t *t, uint64_t size,
    resonate_range_t *range);
static int resonate_ranges_number(resonate_text_t *t, uint64_t *n);
static void resonate_ranges_skip(resonate_text_t *t, const char *chars);


uint64_t
resonate_layout_size(const resonate_part_t *parts, size_t n)
{
    size_t    i;
    uint64_t  size;

    size = 0;

    for (i = 0; i < n; i++) {

        if (parts[i].size > UINT64_MAX - size) {
            return UINT64_MAX;
        }

        size += parts[i].size;
    }

    return size;
}


size_t
resonate_layout_slice(const resonate_part_t *parts, size_t n, uint64_t from,
    uint64_t to, resonate_part_t *out)
{
    size_t    i, count;
    uint64_t  size;

    count = 0;

    for (i = 0; i < n && from < to; i++) {

        if (from >= parts[i].size) {
            from -= parts[i].size;
            to -= parts[i].size;
            continue;
        }

        size = (to < parts[i].size ? to : parts[i].size) - from;

        if (out) {
            out[count] = parts[i];
            resonate_layout_cut(&out[count], from, size);
        }

        count++;
        from = 0;
        to = (to < parts[i].size) ? 0 : to - parts[i].size;
    }

    return count;
}


static void
resonate_layout_cut(resonate_part_t *part, uint64_t skip, uint64_t size)
{
    if (part->source == NULL) {
        part->data += skip;

    } else {
        part->offset += skip;
    }

    part->size = size;
}


size_t
resonate_ranges(const char *value, size_t len, uint64_t size,
    resonate_range_t out[RESONATE_RANGES_MAX])
{
    size_t             n;
    uint64_t           sum;
    resonate_text_t    t;
    resonate_range_t   range;

    if (len < 6 || strncasecmp(value, "bytes=", 6) != 0) {
        return 0;
    }

    t.p = value + 6;
    t.end = value + len;

    sum = 0;
    n = 0;

    for ( ;; ) {

        /* a list may have empty elements (RFC 9110, 5.6.1.2) */

        resonate_ranges_skip(&t, ", \t");

        if (t.p == t.end) {
            return (n > 1) ? n : 0;
        }

        if (!resonate_ranges_next(&t, size, &range)) {
            return 0;
        }

        if (range.from >= range.to) {
            continue;
        }

        if (n == RESONATE_RANGES_MAX || range.to - range.from > size - sum) {
            return 0;
        }

        sum += range.to - range.from;
        out[n++] = range;
    }
}


/* not 0: a range, which is empty if it can not be satisfied */

static int
resonate_ranges_next(resonate_text_t *t, uint64_t size,
    resonate_range_t *range)
{
    int       first, last;
    uint64_t  from, to;

    first = resonate_ranges_number(t, &from);

    resonate_ranges_skip(t, " \t");

    if (t->p == t->end || *t->p++ != '-') {
        return 0;
    }

    resonate_ranges_skip(t, " \t");

    last = resonate_ranges_number(t, &to);

    resonate_ranges_skip(t, " \t");

    if ((t->p != t->end && *t->p != ',') || (!first && !last)
        || (first && last && from > to))
    {
        return 0;
    }

    if (!first) {
        range->from = (to < size) ? size - to : 0;
        range->to = (to > 0) ? size : 0;
        return 1;
    }

    range->from = from;
    range->to = (last && to < size) ? to + 1 : size;

    return 1;
}


/* what does not fit is behind the end of everything */

static int
resonate_ranges_number(resonate_text_t *t, uint64_t *n)
{
    unsigned     digit;
    const char  *start;

    start = t->p;
    *n = 0;

    for ( /* void */ ; t->p < t->end && *t->p >= '0' && *t->p <= '9'; t->p++) {

        digit = (unsigned) (*t->p - '0');

        *n = (*n > (UINT64_MAX - digit) / 10) ? UINT64_MAX : *n * 10 + digit;
    }

    return t->p != start;
}


static void
resonate_ranges_skip(resonate_text_t *t, const char *chars)
{
    while (t->p < t->end && *t->p != '\0' && strchr(chars, *t->p)) {
        t->p++;
    }
}
