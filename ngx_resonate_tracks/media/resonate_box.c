
/*
 * Copyright (C) Resonate
 */


#include <string.h>

#include "resonate_box.h"


void
resonate_box_init(resonate_box_t *b, uint8_t *out, size_t size)
{
    b->out = out;
    b->size = out ? size : 0;
    b->len = 0;
}


/* a box gets its size at its end */

size_t
resonate_box_open(resonate_box_t *b, const char *type)
{
    size_t  box;

    box = b->len;

    resonate_box_u32(b, 0);
    resonate_box_write(b, type, 4);

    return box;
}


size_t
resonate_box_open_full(resonate_box_t *b, const char *type, uint32_t flags)
{
    size_t  box;

    box = resonate_box_open(b, type);

    resonate_box_u32(b, flags);                         /* version 0 */

    return box;
}


void
resonate_box_close(resonate_box_t *b, size_t box)
{
    resonate_box_put(b, box, (uint32_t) (b->len - box));
}


void
resonate_box_write(resonate_box_t *b, const void *data, size_t len)
{
    if (b->out && b->len <= b->size && len <= b->size - b->len) {
        memcpy(b->out + b->len, data, len);
    }

    b->len += len;
}


void
resonate_box_u16(resonate_box_t *b, uint32_t n)
{
    uint8_t  p[2];

    p[0] = (uint8_t) (n >> 8);
    p[1] = (uint8_t) n;

    resonate_box_write(b, p, 2);
}


void
resonate_box_u32(resonate_box_t *b, uint32_t n)
{
    resonate_box_u16(b, n >> 16);
    resonate_box_u16(b, n & 0xffff);
}


void
resonate_box_zeros(resonate_box_t *b, size_t words)
{
    while (words--) {
        resonate_box_u32(b, 0);
    }
}


void
resonate_box_put(resonate_box_t *b, size_t pos, uint32_t n)
{
    size_t  len;

    len = b->len;

    b->len = pos;
    resonate_box_u32(b, n);
    b->len = len;
}
