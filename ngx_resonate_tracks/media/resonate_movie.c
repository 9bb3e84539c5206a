
/*
 * Copyright (C) Resonate
 */


#include "resonate_movie.h"


static void resonate_movie_matrix(resonate_box_t *b);


void
resonate_movie_mvhd(resonate_box_t *b, uint32_t timescale, uint32_t duration)
{
    size_t  mvhd;

    mvhd = resonate_box_open_full(b, "mvhd", 0);
    resonate_box_zeros(b, 2);                           /* times */
    resonate_box_u32(b, timescale);
    resonate_box_u32(b, duration);
    resonate_box_u32(b, 0x00010000);                    /* rate 1.0 */
    resonate_box_u32(b, 0x01000000);                    /* volume 1.0 */
    resonate_box_zeros(b, 2);
    resonate_movie_matrix(b);
    resonate_box_zeros(b, 6);
    resonate_box_u32(b, 2);                             /* next track */
    resonate_box_close(b, mvhd);
}


void
resonate_movie_tkhd(resonate_box_t *b, uint32_t duration)
{
    size_t  tkhd;

    tkhd = resonate_box_open_full(b, "tkhd", 3);        /* enabled, shown */
    resonate_box_zeros(b, 2);                           /* times */
    resonate_box_u32(b, 1);                             /* track */
    resonate_box_zeros(b, 1);
    resonate_box_u32(b, duration);
    resonate_box_zeros(b, 3);
    resonate_box_u32(b, 0x01000000);                    /* volume 1.0 */
    resonate_movie_matrix(b);
    resonate_box_zeros(b, 2);                           /* no picture */
    resonate_box_close(b, tkhd);
}


void
resonate_movie_edts(resonate_box_t *b, uint32_t silence, uint32_t duration,
    uint32_t start)
{
    size_t  edts, elst;

    edts = resonate_box_open(b, "edts");
    elst = resonate_box_open_full(b, "elst", 0);

    resonate_box_u32(b, silence ? 2 : 1);

    if (silence) {
        resonate_box_u32(b, silence);
        resonate_box_u32(b, UINT32_MAX);                /* -1: silence */
        resonate_box_u32(b, 0x00010000);
    }

    resonate_box_u32(b, duration);
    resonate_box_u32(b, start);
    resonate_box_u32(b, 0x00010000);

    resonate_box_close(b, elst);
    resonate_box_close(b, edts);
}


void
resonate_movie_mdhd(resonate_box_t *b, uint32_t timescale, uint32_t duration)
{
    size_t  mdhd;

    mdhd = resonate_box_open_full(b, "mdhd", 0);
    resonate_box_zeros(b, 2);                           /* times */
    resonate_box_u32(b, timescale);
    resonate_box_u32(b, duration);
    resonate_box_u16(b, 0x55c4);                        /* language "und" */
    resonate_box_u16(b, 0);
    resonate_box_close(b, mdhd);
}


void
resonate_movie_hdlr(resonate_box_t *b)
{
    size_t  hdlr;

    hdlr = resonate_box_open_full(b, "hdlr", 0);
    resonate_box_zeros(b, 1);
    resonate_box_write(b, "soun", 4);
    resonate_box_zeros(b, 3);
    resonate_box_write(b, "SoundHandler", sizeof("SoundHandler"));
    resonate_box_close(b, hdlr);
}


void
resonate_movie_smhd(resonate_box_t *b)
{
    size_t  smhd;

    smhd = resonate_box_open_full(b, "smhd", 0);
    resonate_box_zeros(b, 1);
    resonate_box_close(b, smhd);
}


void
resonate_movie_dinf(resonate_box_t *b)
{
    size_t  dinf, dref;

    dinf = resonate_box_open(b, "dinf");
    dref = resonate_box_open_full(b, "dref", 0);
    resonate_box_u32(b, 1);
    resonate_box_close(b, resonate_box_open_full(b, "url ", 1));
    resonate_box_close(b, dref);
    resonate_box_close(b, dinf);
}


static void
resonate_movie_matrix(resonate_box_t *b)
{
    resonate_box_u32(b, 0x00010000);
    resonate_box_zeros(b, 3);
    resonate_box_u32(b, 0x00010000);
    resonate_box_zeros(b, 3);
    resonate_box_u32(b, 0x40000000);
}
