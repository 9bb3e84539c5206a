
/*
 * Copyright (C) Resonate
 */


#include "ngx_resonate_clock.h"


#define NGX_RESONATE_CLOCK_TAGS     524288    /* powers of two */
#define NGX_RESONATE_CLOCK_CALLERS  65536
#define NGX_RESONATE_CLOCK_BITS     32
#define NGX_RESONATE_CLOCK_WORDS                                              \
    (NGX_RESONATE_CLOCK_CALLERS / NGX_RESONATE_CLOCK_BITS)


struct ngx_resonate_clock_s {
    ngx_atomic_t  now;
    ngx_atomic_t  all;        /* everything ended then */
    ngx_atomic_t  wrote;      /* some of the bits below are set */
    ngx_atomic_t  words[NGX_RESONATE_CLOCK_WORDS];
    ngx_atomic_t  slots[NGX_RESONATE_CLOCK_TAGS + NGX_RESONATE_CLOCK_CALLERS];
};


static void ngx_resonate_clock_raise(ngx_atomic_t *time,
    ngx_atomic_uint_t now);
static ngx_atomic_uint_t ngx_resonate_clock_empty(ngx_atomic_t *word);


size_t
ngx_resonate_clock_size(void)
{
    return sizeof(ngx_resonate_clock_t);
}


uint64_t
ngx_resonate_clock_now(ngx_resonate_clock_t *clock)
{
    return clock->now;
}


uint32_t
ngx_resonate_clock_tag(const u_char *tag, size_t len)
{
    return ngx_murmur_hash2((u_char *) tag, len)
           & (NGX_RESONATE_CLOCK_TAGS - 1);
}


uint32_t
ngx_resonate_clock_caller(uint32_t hash)
{
    return NGX_RESONATE_CLOCK_TAGS + (hash & (NGX_RESONATE_CLOCK_CALLERS - 1));
}


uint64_t
ngx_resonate_clock_tick(ngx_resonate_clock_t *clock)
{
    return ngx_atomic_fetch_add(&clock->now, 1) + 1;
}


void
ngx_resonate_clock_touch(ngx_resonate_clock_t *clock, uint32_t slot)
{
    ngx_resonate_clock_raise(&clock->slots[slot],
                             ngx_resonate_clock_tick(clock));
}


/* two touches at a time: the later one stays, whoever is scheduled last */

static void
ngx_resonate_clock_raise(ngx_atomic_t *time, ngx_atomic_uint_t now)
{
    ngx_atomic_uint_t  was;

    do {
        was = *time;
    } while (was < now && !ngx_atomic_cmp_set(time, was, now));
}


ngx_uint_t
ngx_resonate_clock_moved(ngx_resonate_clock_t *clock, uint64_t time,
    uint32_t *slots, ngx_uint_t n)
{
    ngx_uint_t  i;

    /* a touch takes its time before it writes it: there was none */

    if (clock->now <= time) {
        return 0;
    }

    for (i = 0; i < n; i++) {
        if (clock->slots[slots[i]] > time) {
            return 1;
        }
    }

    return 0;
}


void
ngx_resonate_clock_all(ngx_resonate_clock_t *clock)
{
    ngx_resonate_clock_raise(&clock->all, ngx_resonate_clock_tick(clock));
}


uint64_t
ngx_resonate_clock_start(ngx_resonate_clock_t *clock)
{
    return clock->all;
}


void
ngx_resonate_clock_write(ngx_resonate_clock_t *clock, uint32_t slot)
{
    ngx_resonate_clock_touch(clock, slot);
    ngx_resonate_clock_tell(clock, slot - NGX_RESONATE_CLOCK_TAGS);
}


void
ngx_resonate_clock_tell(ngx_resonate_clock_t *clock, uint32_t number)
{
    ngx_atomic_t       *word;
    ngx_atomic_uint_t   was, bit;

    word = &clock->words[number / NGX_RESONATE_CLOCK_BITS];
    bit = (ngx_atomic_uint_t) 1 << (number % NGX_RESONATE_CLOCK_BITS);

    do {
        was = *word;
    } while (!(was & bit) && !ngx_atomic_cmp_set(word, was, was | bit));

    clock->wrote = 1;
}


ngx_uint_t
ngx_resonate_clock_take(ngx_resonate_clock_t *clock, uint32_t *numbers,
    ngx_uint_t max)
{
    ngx_uint_t         i, bit, n;
    ngx_atomic_uint_t  bits;

    if (!clock->wrote) {
        return 0;
    }

    /* first: what is set from here on is found by the next one */

    clock->wrote = 0;
    ngx_memory_barrier();

    n = 0;

    for (i = 0; i < NGX_RESONATE_CLOCK_WORDS; i++) {

        if (clock->words[i] == 0) {
            continue;
        }

        if (n + NGX_RESONATE_CLOCK_BITS > max) {
            clock->wrote = 1;
            break;
        }

        bits = ngx_resonate_clock_empty(&clock->words[i]);

        for (bit = 0; bit < NGX_RESONATE_CLOCK_BITS; bit++) {
            if (bits & ((ngx_atomic_uint_t) 1 << bit)) {
                numbers[n++] = i * NGX_RESONATE_CLOCK_BITS + bit;
            }
        }
    }

    return n;
}


static ngx_atomic_uint_t
ngx_resonate_clock_empty(ngx_atomic_t *word)
{
    ngx_atomic_uint_t  was;

    do {
        was = *word;
    } while (!ngx_atomic_cmp_set(word, was, 0));

    return was;
}


void
ngx_resonate_clock_hear(ngx_resonate_clock_t *clock, uint32_t number)
{
    if (number < NGX_RESONATE_CLOCK_CALLERS) {
        ngx_resonate_clock_touch(clock, NGX_RESONATE_CLOCK_TAGS + number);
    }
}
