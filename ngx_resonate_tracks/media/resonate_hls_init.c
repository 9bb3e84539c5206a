
/*
 * Copyright (C) Resonate
 */


#include "resonate_hls_internal.h"
#include "resonate_movie.h"


static void resonate_hls_trak(const resonate_index_t *x, resonate_box_t *b);
static void resonate_hls_stbl(const resonate_index_t *x, resonate_box_t *b);
static void resonate_hls_mvex(resonate_box_t *b);


size_t
resonate_hls_init_write(const resonate_index_t *x, uint8_t *out, size_t size)
{
    size_t          box;
    resonate_box_t  b;

    resonate_box_init(&b, out, size);

    box = resonate_box_open(&b, "ftyp");
    resonate_box_write(&b, "iso6\0\0\0\0iso6mp42cmfc", 20);
    resonate_box_close(&b, box);

    box = resonate_box_open(&b, "moov");
    resonate_movie_mvhd(&b, x->timescale, 0);
    resonate_hls_trak(x, &b);
    resonate_hls_mvex(&b);
    resonate_box_close(&b, box);

    return b.len;
}


static void
resonate_hls_trak(const resonate_index_t *x, resonate_box_t *b)
{
    size_t  trak, mdia, minf;

    trak = resonate_box_open(b, "trak");
    resonate_movie_tkhd(b, 0);

    /* an edit of no duration is of all that comes: 14496-12, 8.6.6.1 */

    if (x->priming || x->silence) {
        resonate_movie_edts(b, (uint32_t) x->silence, 0, x->priming);
    }

    mdia = resonate_box_open(b, "mdia");
    resonate_movie_mdhd(b, x->timescale, 0);
    resonate_movie_hdlr(b);

    minf = resonate_box_open(b, "minf");
    resonate_movie_smhd(b);
    resonate_movie_dinf(b);
    resonate_hls_stbl(x, b);
    resonate_box_close(b, minf);

    resonate_box_close(b, mdia);
    resonate_box_close(b, trak);
}


/* samples are in the segments, so the tables are empty */

static void
resonate_hls_stbl(const resonate_index_t *x, resonate_box_t *b)
{
    size_t               stbl, box;
    resonate_mp4_view_t  stsd;

    stsd = resonate_index_stsd(x);

    stbl = resonate_box_open(b, "stbl");

    box = resonate_box_open(b, "stsd");
    resonate_box_write(b, stsd.data, stsd.len);
    resonate_box_close(b, box);

    box = resonate_box_open_full(b, "stts", 0);
    resonate_box_zeros(b, 1);
    resonate_box_close(b, box);

    box = resonate_box_open_full(b, "stsc", 0);
    resonate_box_zeros(b, 1);
    resonate_box_close(b, box);

    box = resonate_box_open_full(b, "stsz", 0);
    resonate_box_zeros(b, 2);
    resonate_box_close(b, box);

    box = resonate_box_open_full(b, "stco", 0);
    resonate_box_zeros(b, 1);
    resonate_box_close(b, box);

    resonate_box_close(b, stbl);
}


static void
resonate_hls_mvex(resonate_box_t *b)
{
    size_t  mvex, trex;

    mvex = resonate_box_open(b, "mvex");
    trex = resonate_box_open_full(b, "trex", 0);
    resonate_box_u32(b, RESONATE_HLS_TRACK);
    resonate_box_u32(b, 1);                             /* stsd's entry */
    resonate_box_zeros(b, 2);
    resonate_box_u32(b, RESONATE_HLS_SYNC);
    resonate_box_close(b, trex);
    resonate_box_close(b, mvex);
}
