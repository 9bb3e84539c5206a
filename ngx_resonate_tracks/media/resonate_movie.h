
/*
 * Copyright (C) Resonate
 *
 * The boxes of a movie of one sound track that are the same in each form of
 * it.  Durations of a movie in fragments are 0.
 */


#ifndef _RESONATE_MOVIE_H_INCLUDED_
#define _RESONATE_MOVIE_H_INCLUDED_


#include "resonate_box.h"


#pragma GCC visibility push(hidden)

void resonate_movie_mvhd(resonate_box_t *b, uint32_t timescale,
    uint32_t duration);
void resonate_movie_tkhd(resonate_box_t *b, uint32_t duration);

/* in movie units, but "start", that is in units of the media */

void resonate_movie_edts(resonate_box_t *b, uint32_t silence,
    uint32_t duration, uint32_t start);

/* the children of mdia and of minf that come before minf and stbl */

void resonate_movie_mdhd(resonate_box_t *b, uint32_t timescale,
    uint32_t duration);
void resonate_movie_hdlr(resonate_box_t *b);
void resonate_movie_smhd(resonate_box_t *b);
void resonate_movie_dinf(resonate_box_t *b);

#pragma GCC visibility pop


#endif /* _RESONATE_MOVIE_H_INCLUDED_ */
