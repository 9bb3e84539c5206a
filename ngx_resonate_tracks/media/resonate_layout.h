
/*
 * Copyright (C) Resonate
 *
 * Replies that are made of parts, bytes in memory and spans of files, and the
 * ranges that are asked of them (RFC 9110, 14).
 */


#ifndef _RESONATE_LAYOUT_H_INCLUDED_
#define _RESONATE_LAYOUT_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


/* ranges of one request */
#define RESONATE_RANGES_MAX  32


typedef struct {
    const void     *source;      /* a file, whatever the caller knows it by; */
    const uint8_t  *data;        /* or NULL, and bytes in memory */
    uint64_t        offset;      /* in the file */
    uint64_t        size;
} resonate_part_t;

typedef struct {
    uint64_t        from;
    uint64_t        to;          /* behind the last byte */
} resonate_range_t;


#pragma GCC visibility push(hidden)

/* all bytes; UINT64_MAX: more than that */

uint64_t resonate_layout_size(const resonate_part_t *parts, size_t n);

/*
 * The parts of the bytes [from, to), none of them empty: writes them to "out",
 * which has room for "n" of them, and returns their number.  With NULL it only
 * counts.  Bytes behind the end are none.
 */

size_t resonate_layout_slice(const resonate_part_t *parts, size_t n,
    uint64_t from, uint64_t to, resonate_part_t *out);

/*
 * What the value of a Range header asks of "size" bytes, if that is at least
 * two ranges and to be answered with parts: returns how many.  0: it is not;
 * one range, none that can be satisfied, not of the unit "bytes", bad, more
 * than RESONATE_RANGES_MAX, or more bytes than there are, so that overlapping
 * ranges multiply nothing.
 */

size_t resonate_ranges(const char *value, size_t len, uint64_t size,
    resonate_range_t out[RESONATE_RANGES_MAX]);

#pragma GCC visibility pop


#endif /* _RESONATE_LAYOUT_H_INCLUDED_ */
