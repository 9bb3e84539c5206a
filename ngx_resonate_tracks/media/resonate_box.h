
/*
 * Copyright (C) Resonate
 *
 * Writes MP4 boxes (ISO/IEC 14496-12, 4.2) into the caller's buffer.  A
 * writer counts whatever it is given and stores what fits, as snprintf()
 * does: without a buffer it measures.
 */


#ifndef _RESONATE_BOX_H_INCLUDED_
#define _RESONATE_BOX_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


typedef struct {
    uint8_t               *out;        /* or NULL */
    size_t                 size;
    size_t                 len;        /* may be more than the size */
} resonate_box_t;


#pragma GCC visibility push(hidden)

void resonate_box_init(resonate_box_t *b, uint8_t *out, size_t size);

/* returns where the box begins, for resonate_box_close() */

size_t resonate_box_open(resonate_box_t *b, const char *type);
size_t resonate_box_open_full(resonate_box_t *b, const char *type,
    uint32_t flags);
void resonate_box_close(resonate_box_t *b, size_t box);

void resonate_box_write(resonate_box_t *b, const void *data, size_t len);
void resonate_box_u16(resonate_box_t *b, uint32_t n);
void resonate_box_u32(resonate_box_t *b, uint32_t n);
void resonate_box_zeros(resonate_box_t *b, size_t words);

/* a number at a position that was written before: a count, an offset */

void resonate_box_put(resonate_box_t *b, size_t pos, uint32_t n);

#pragma GCC visibility pop


#endif /* _RESONATE_BOX_H_INCLUDED_ */
