
/*
 * Copyright (C) Resonate
 *
 * The tables of a movie that name its samples (stsd, stts, stsc, stsz, stco),
 * of the first samples of an index.
 */


#ifndef _RESONATE_SAMPLES_H_INCLUDED_
#define _RESONATE_SAMPLES_H_INCLUDED_


#include "resonate_box.h"
#include "resonate_index.h"


typedef struct {
    const resonate_index_t  *index;
    uint32_t                 samples;      /* how many, at least 1 */
    uint64_t                 end;          /* where the last one is to end */
    uint64_t                 from;         /* the span begins there in the
                                              stored file, */
    uint64_t                 to;           /* and there in this one */
} resonate_samples_t;


#pragma GCC visibility push(hidden)

/* the box minf, with what stands before the tables */

void resonate_samples_minf(resonate_box_t *b, const resonate_samples_t *s);

#pragma GCC visibility pop


#endif /* _RESONATE_SAMPLES_H_INCLUDED_ */
