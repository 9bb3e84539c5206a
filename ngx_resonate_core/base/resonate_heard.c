
/*
 * Copyright (C) Resonate
 */


#include <string.h>

#include "resonate_heard.h"


static uint32_t resonate_heard_at(resonate_heard_span_t of, uint64_t media,
    uint64_t bytes);
static size_t resonate_heard_merge(resonate_heard_span_t *spans, size_t n,
    resonate_heard_span_t span);
static size_t resonate_heard_shortest(const resonate_heard_span_t *spans,
    size_t n);


resonate_heard_span_t
resonate_heard_span(resonate_heard_span_t of, uint64_t size, uint64_t media,
    uint64_t offset, uint64_t sent)
{
    uint64_t               head, end;
    resonate_heard_span_t  span = { 0, 0 };

    if (media == 0 || media > size || offset > size || of.to <= of.from) {
        return span;
    }

    head = size - media;
    end = (sent > size - offset) ? size : offset + sent;

    if (end <= head) {
        return span;
    }

    offset = (offset > head) ? offset - head : 0;
    end -= head;

    span.from = resonate_heard_at(of, media, offset);
    span.to = resonate_heard_at(of, media, end);

    return span;
}


/* of some gigabytes and some days: no overflow */

static uint32_t
resonate_heard_at(resonate_heard_span_t of, uint64_t media, uint64_t bytes)
{
    return of.from + (uint32_t) (bytes * (of.to - of.from) / media);
}


void
resonate_heard_add(resonate_heard_t *h, resonate_heard_span_t span)
{
    size_t                 n, i;
    resonate_heard_span_t  spans[RESONATE_HEARD_SPANS + 1];

    h->requests++;

    if (span.to <= span.from) {
        return;
    }

    n = (h->nspans > RESONATE_HEARD_SPANS) ? 0 : h->nspans;

    memcpy(spans, h->spans, n * sizeof(resonate_heard_span_t));
    n = resonate_heard_merge(spans, n, span);

    if (n > RESONATE_HEARD_SPANS) {
        i = resonate_heard_shortest(spans, n);
        n--;
        memmove(&spans[i], &spans[i + 1],
                (n - i) * sizeof(resonate_heard_span_t));
    }

    memcpy(h->spans, spans, n * sizeof(resonate_heard_span_t));
    h->nspans = (uint32_t) n;
    h->ms = 0;

    for (i = 0; i < n; i++) {
        h->ms += spans[i].to - spans[i].from;
    }
}


/* there is room for one more; returns how many there are */

static size_t
resonate_heard_merge(resonate_heard_span_t *spans, size_t n,
    resonate_heard_span_t span)
{
    size_t  i, j;

    for (i = 0; i < n; i++) {
        if ((uint64_t) spans[i].to + RESONATE_HEARD_GAP >= span.from) {
            break;
        }
    }

    for (j = i; j < n; j++) {

        if (spans[j].from > (uint64_t) span.to + RESONATE_HEARD_GAP) {
            break;
        }

        if (spans[j].from < span.from) {
            span.from = spans[j].from;
        }

        if (spans[j].to > span.to) {
            span.to = spans[j].to;
        }
    }

    /* spans[i .. j) have become one, or there is one more */

    memmove(&spans[i + 1], &spans[j], (n - j) * sizeof(resonate_heard_span_t));
    spans[i] = span;

    return n - (j - i) + 1;
}


static size_t
resonate_heard_shortest(const resonate_heard_span_t *spans, size_t n)
{
    size_t  i, shortest;

    shortest = 0;

    for (i = 1; i < n; i++) {
        if (spans[i].to - spans[i].from
            < spans[shortest].to - spans[shortest].from)
        {
            shortest = i;
        }
    }

    return shortest;
}
