
/*
 * Copyright (C) Resonate
 *
 * The sample entry: which codec, and what it decodes to.
 */


#include <string.h>

#include "resonate_mp4_internal.h"


#define RESONATE_ENTRY_SIZE      36      /* header and members, then boxes */

#define RESONATE_AOT_SBR         5
#define RESONATE_AOT_ESCAPE      31
#define RESONATE_AOT_PS          29

#define RESONATE_DESCR_ES        3
#define RESONATE_DESCR_DECODER   4
#define RESONATE_DESCR_SPECIFIC  5


/* bits of an AudioSpecificConfig; behind its end they are zero */

typedef struct {
    resonate_mp4_view_t     in;
    size_t                  pos;
} resonate_bits_t;


static resonate_mp4_status_e resonate_entry_aac(resonate_mp4_t *m,
    resonate_mp4_view_t boxes);
static resonate_mp4_status_e resonate_entry_config(resonate_mp4_t *m,
    resonate_mp4_view_t config);
static resonate_mp4_status_e resonate_entry_flac(resonate_mp4_t *m,
    resonate_mp4_view_t boxes);
static resonate_mp4_status_e resonate_entry_opus(resonate_mp4_t *m,
    resonate_mp4_view_t boxes);
static resonate_mp4_status_e resonate_entry_box(resonate_mp4_t *m,
    resonate_mp4_view_t boxes, uint32_t type, size_t least,
    resonate_mp4_view_t *box);
static int resonate_entry_descr(resonate_mp4_view_t *in, unsigned tag,
    resonate_mp4_view_t *payload);
static uint32_t resonate_entry_bits(resonate_bits_t *b, unsigned n);
static uint32_t resonate_entry_object(resonate_bits_t *b);
static uint32_t resonate_entry_rate(resonate_bits_t *b);


resonate_mp4_status_e
resonate_mp4_entry(resonate_mp4_t *m, resonate_mp4_view_t entry)
{
    uint32_t             type;
    resonate_mp4_view_t  boxes;

    boxes.data = entry.data + RESONATE_ENTRY_SIZE;
    boxes.len = entry.len - RESONATE_ENTRY_SIZE;

    type = resonate_mp4_u32(entry.data + 4);

    /* QuickTime's own versions have other members before the boxes */

    if (entry.data[16] || entry.data[17]) {
        return resonate_mp4_unsupported(m, "sample description of QuickTime");
    }

    m->object_type = 0;
    m->channels = resonate_mp4_u32(entry.data + 24) >> 16;
    m->rate = resonate_mp4_u32(entry.data + 32) >> 16;

    switch (type) {

    case resonate_mp4_type('m', 'p', '4', 'a'):
        m->codec = RESONATE_CODEC_AAC;
        return resonate_entry_aac(m, boxes);

    case resonate_mp4_type('f', 'L', 'a', 'C'):
        m->codec = RESONATE_CODEC_FLAC;
        return resonate_entry_flac(m, boxes);

    case resonate_mp4_type('O', 'p', 'u', 's'):
        m->codec = RESONATE_CODEC_OPUS;
        return resonate_entry_opus(m, boxes);

    default:
        return resonate_mp4_unsupported(m, "not AAC, FLAC or Opus");
    }
}


/* ES_Descriptor (ISO/IEC 14496-1, 7.2.6.5) */

static resonate_mp4_status_e
resonate_entry_aac(resonate_mp4_t *m, resonate_mp4_view_t boxes)
{
    size_t                 skip;
    unsigned               flags;
    resonate_mp4_view_t    esds, es, decoder, config;
    resonate_mp4_status_e  rc;

    rc = resonate_entry_box(m, boxes, resonate_mp4_type('e', 's', 'd', 's'),
                            4, &esds);
    if (rc != RESONATE_MP4_OK) {
        return rc;
    }

    esds.data += 4;
    esds.len -= 4;

    if (resonate_entry_descr(&esds, RESONATE_DESCR_ES, &es) == 0
        || es.len < 3)
    {
        return resonate_mp4_bad(m, "broken esds box");
    }

    flags = es.data[2];
    skip = 3 + ((flags & 0x80) ? 2 : 0);

    if (flags & 0x40) {
        return resonate_mp4_unsupported(m, "esds box with a URL");
    }

    skip += (flags & 0x20) ? 2 : 0;

    if (skip > es.len) {
        return resonate_mp4_bad(m, "broken esds box");
    }

    es.data += skip;
    es.len -= skip;

    if (resonate_entry_descr(&es, RESONATE_DESCR_DECODER, &decoder) == 0
        || decoder.len < 13)
    {
        return resonate_mp4_bad(m, "broken esds box");
    }

    /* MPEG-4 audio, or AAC as of MPEG-2 */

    if (decoder.data[0] != 0x40
        && (decoder.data[0] < 0x66 || decoder.data[0] > 0x68))
    {
        return resonate_mp4_unsupported(m, "not AAC, FLAC or Opus");
    }

    decoder.data += 13;
    decoder.len -= 13;

    if (resonate_entry_descr(&decoder, RESONATE_DESCR_SPECIFIC, &config) == 0
        || config.len < 2)
    {
        return resonate_mp4_bad(m, "no configuration of the decoder");
    }

    return resonate_entry_config(m, config);
}


/*
 * AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1).  SBR doubles the rate, and
 * is said before the object type, or behind all (0x2b7), or not at all.
 */

static resonate_mp4_status_e
resonate_entry_config(resonate_mp4_t *m, resonate_mp4_view_t config)
{
    uint32_t         object, core, rate, channels;
    resonate_bits_t  b;

    b.in = config;
    b.pos = 0;

    object = resonate_entry_object(&b);
    rate = resonate_entry_rate(&b);
    channels = resonate_entry_bits(&b, 4);
    core = object;

    if (object == RESONATE_AOT_SBR || object == RESONATE_AOT_PS) {
        rate = resonate_entry_rate(&b);
        core = resonate_entry_object(&b);
    }

    if (core < 1 || core > 4) {
        return resonate_mp4_unsupported(m, "not a kind of AAC that is known");
    }

    /* GASpecificConfig: frame length, core coder, extension */

    (void) resonate_entry_bits(&b, 1);

    if (resonate_entry_bits(&b, 1)) {
        (void) resonate_entry_bits(&b, 14);
    }

    if (resonate_entry_bits(&b, 1) == 0
        && channels
        && object == core
        && resonate_entry_bits(&b, 11) == 0x2b7
        && resonate_entry_object(&b) == RESONATE_AOT_SBR
        && resonate_entry_bits(&b, 1))
    {
        object = RESONATE_AOT_SBR;
        rate = resonate_entry_rate(&b);
    }

    m->object_type = object;

    if (rate) {
        m->rate = rate;
    }

    return RESONATE_MP4_OK;
}


/* STREAMINFO, the first block of metadata */

static resonate_mp4_status_e
resonate_entry_flac(resonate_mp4_t *m, resonate_mp4_view_t boxes)
{
    uint32_t               info;
    resonate_mp4_view_t    dfla;
    resonate_mp4_status_e  rc;

    rc = resonate_entry_box(m, boxes, resonate_mp4_type('d', 'f', 'L', 'a'),
                            4 + 4 + 34, &dfla);
    if (rc != RESONATE_MP4_OK) {
        return rc;
    }

    info = resonate_mp4_u32(dfla.data + 4);

    if ((info & 0x7fffffff) != 34) {
        return resonate_mp4_bad(m, "no configuration of the decoder");
    }

    info = resonate_mp4_u32(dfla.data + 8 + 10);

    m->rate = info >> 12;
    m->channels = (info >> 9 & 7) + 1;

    return RESONATE_MP4_OK;
}


static resonate_mp4_status_e
resonate_entry_opus(resonate_mp4_t *m, resonate_mp4_view_t boxes)
{
    resonate_mp4_view_t    dops;
    resonate_mp4_status_e  rc;

    rc = resonate_entry_box(m, boxes, resonate_mp4_type('d', 'O', 'p', 's'),
                            11, &dops);
    if (rc != RESONATE_MP4_OK) {
        return rc;
    }

    /* whatever was encoded, it is decoded to 48 kHz */

    m->channels = dops.data[1];
    m->rate = 48000;

    return RESONATE_MP4_OK;
}


static resonate_mp4_status_e
resonate_entry_box(resonate_mp4_t *m, resonate_mp4_view_t boxes,
    uint32_t type, size_t least, resonate_mp4_view_t *box)
{
    resonate_mp4_child_t   child;
    resonate_mp4_status_e  rc;

    memset(box, 0, sizeof(resonate_mp4_view_t));

    child.type = type;
    child.view = box;

    rc = resonate_mp4_children(m, boxes, &child, 1);
    if (rc != RESONATE_MP4_OK) {
        return rc;
    }

    if (box->len < least) {
        return resonate_mp4_bad(m, "no configuration of the decoder");
    }

    return RESONATE_MP4_OK;
}


/* a tag, a size of at most four times seven bits, and as many bytes */

static int
resonate_entry_descr(resonate_mp4_view_t *in, unsigned tag,
    resonate_mp4_view_t *payload)
{
    size_t    i;
    uint32_t  size;

    if (in->len < 2 || in->data[0] != tag) {
        return 0;
    }

    size = 0;

    for (i = 1; ; i++) {

        if (i == in->len || i == 5) {
            return 0;
        }

        size = size << 7 | (in->data[i] & 0x7f);

        if ((in->data[i] & 0x80) == 0) {
            break;
        }
    }

    i++;

    if (size > in->len - i) {
        return 0;
    }

    payload->data = in->data + i;
    payload->len = size;

    return 1;
}


static uint32_t
resonate_entry_bits(resonate_bits_t *b, unsigned n)
{
    uint32_t  bits;

    bits = 0;

    while (n--) {
        bits <<= 1;

        if (b->pos < b->in.len * 8) {
            bits |= b->in.data[b->pos / 8] >> (7 - b->pos % 8) & 1;
        }

        b->pos++;
    }

    return bits;
}


static uint32_t
resonate_entry_object(resonate_bits_t *b)
{
    uint32_t  object;

    object = resonate_entry_bits(b, 5);

    return (object == RESONATE_AOT_ESCAPE) ? 32 + resonate_entry_bits(b, 6)
                                           : object;
}


static uint32_t
resonate_entry_rate(resonate_bits_t *b)
{
    uint32_t  index;

    static const uint32_t  rates[] = {
        96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050,
        16000, 12000, 11025, 8000, 7350, 0, 0
    };

    index = resonate_entry_bits(b, 4);

    return (index == 15) ? resonate_entry_bits(b, 24) : rates[index];
}
