
/*
 * Copyright (C) Resonate
 *
 * The tables of an index, and where they are made from.
 */


#ifndef _RESONATE_INDEX_INTERNAL_H_INCLUDED_
#define _RESONATE_INDEX_INTERNAL_H_INCLUDED_


#include "resonate_index.h"
#include "resonate_mp4_internal.h"


#define RESONATE_INDEX_MAGIC  0x58495352             /* "RSIX" */


/* samples of one duration */

typedef struct {
    uint64_t   time;             /* of the first of them */
    uint32_t   first;
    uint32_t   delta;
} resonate_index_time_t;

/*
 * Samples without a hole between them.  A sample is at the bytes of all
 * samples before it, plus the shift.
 */

typedef struct {
    uint64_t   shift;
    uint32_t   first;
    uint32_t   reserved;
} resonate_index_run_t;


/* walks the chunks of the tables */

typedef struct {
    const resonate_mp4_t  *mp4;
    uint32_t               index;      /* chunks so far */
    uint32_t               entry;      /* of stsc, the next one */
    uint32_t               per_chunk;
    uint32_t               sample;     /* the first behind this chunk */

    uint32_t               count;      /* samples of this chunk */
    uint64_t               offset;
    uint64_t               end;
    const char            *reason;
} resonate_chunks_t;


#pragma GCC visibility push(hidden)

void resonate_chunks_init(resonate_chunks_t *c, const resonate_mp4_t *m);
resonate_mp4_status_e resonate_chunks_next(resonate_chunks_t *c);

#pragma GCC visibility pop


#endif /* _RESONATE_INDEX_INTERNAL_H_INCLUDED_ */
