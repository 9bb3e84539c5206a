
/*
 * Copyright (C) Resonate
 *
 * Sample entries: which codec it is, and what it decodes to.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "../../ngx_resonate_tracks/media/resonate_index.h"
#include "index_case.h"


#define BAD          RESONATE_MP4_BAD
#define UNSUPPORTED  RESONATE_MP4_UNSUPPORTED


static const mp4_spec_t  second = {
    .movie_timescale = 1000, .timescale = 48000, .samples = 47,
    .delta = 1024, .size = 20
};

/* STREAMINFO of 24 bits, and of Opus in stereo with a pre-skip of 312 */

static const char  flac[] =
    "\0\0\0\0" "\x80\0\0\x22"
    "\x10\0\x10\0\0\0\0\0\0\0" "\x17\x70\x03\x70\0\0\0\0"
    "0123456789abcdef";

static const char  opus[] = "\0\x02\x01\x38\0\0\xac\x44\0\0\0";


static const struct {
    const char   *codec;
    const char   *config;
    size_t        len;
    const char   *codecs;
    uint32_t      rate;
    uint32_t      channels;
} good[] = {
    { "mp4a", "\x12\x10", 2, "mp4a.40.2", 44100, 0 },
    { "mp4a", "\x11\x90", 2, "mp4a.40.2", 48000, 0 },

    /* a rate in numbers: 24 bits */
    { "mp4a", "\x17\x80\x56\x22\x10", 5, "mp4a.40.2", 44100, 0 },

    /* SBR before LC at 22050, then with PS */
    { "mp4a", "\x2b\x92\x08\0\0", 5, "mp4a.40.5", 44100, 0 },
    { "mp4a", "\xeb\x8a\x08\0\0", 5, "mp4a.40.29", 44100, 0 },

    /* SBR behind all: there, and not there (as ffmpeg writes LC) */
    { "mp4a", "\x13\x90\x56\xe5\xa0", 5, "mp4a.40.5", 44100, 0 },
    { "mp4a", "\x12\x10\x56\xe5\0", 5, "mp4a.40.2", 44100, 0 },

    { "fLaC", flac, sizeof(flac) - 1, "fLaC", 96000, 2 },
    { "Opus", opus, sizeof(opus) - 1, "Opus", 48000, 2 }
};


static void
knows_the_codecs(void **state)
{
    char                     codecs[RESONATE_INDEX_CODECS];
    size_t                   i;
    mp4_file_t               f;
    mp4_spec_t               spec = second;
    const resonate_index_t  *x;

    (void) state;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {

        spec.codec = good[i].codec;
        spec.config = good[i].config;
        spec.config_len = good[i].len;

        f = mp4_build(&spec);
        x = index_of(&f);

        assert_string_equal(resonate_index_codecs(x, codecs), good[i].codecs);
        assert_int_equal(x->rate, good[i].rate);
        assert_int_equal(x->channels, good[i].channels);

        free((void *) x);
        free(f.data);
    }
}


/* offsets in the esds box: version, ES_Descriptor, decoder, configuration */

static const index_hostile_t  hostile[] = {
    { "mp4a", -4, 0x616c6163, UNSUPPORTED, "not AAC, FLAC or Opus" },
    { "mp4a", 8, 0x00010000, UNSUPPORTED, "sample description of QuickTime" },
    { "esds", -4, 0x77617665, BAD, "no configuration of the decoder" },
    { "esds", -8, 0xffffffff, BAD, "box does not fit in its parent" },
    { "esds", 4, 0x04160001, BAD, "broken esds box" },
    { "esds", 4, 0x03ffffff, BAD, "broken esds box" },
    { "esds", 4, 0x037f0001, BAD, "broken esds box" },
    { "esds", 4, 0x03020001, BAD, "broken esds box" },
    { "esds", 8, 0x40040f40, UNSUPPORTED, "esds box with a URL" },
    { "esds", 8, 0x80040f40, BAD, "broken esds box" },
    { "esds", 8, 0x00050f40, BAD, "broken esds box" },
    { "esds", 8, 0x00041240, BAD, "broken esds box" },
    { "esds", 8, 0x00040c40, BAD, "broken esds box" },
    { "esds", 11, 0x6b150000, UNSUPPORTED, "not AAC, FLAC or Opus" },
    { "esds", 24, 0x06021210, BAD, "no configuration of the decoder" },
    { "esds", 24, 0x05011210, BAD, "no configuration of the decoder" },
    { "esds", 24, 0x0502fa10, UNSUPPORTED,
      "not a kind of AAC that is known" },
    { "esds", 24, 0x05020210, UNSUPPORTED,
      "not a kind of AAC that is known" }
};


static void
refuses_others(void **state)
{
    size_t      i;
    mp4_file_t  f;

    (void) state;

    for (i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        f = mp4_build(&second);
        index_refused(&hostile[i], &f);
    }
}


/* the codec's own box, cut anywhere */

static void
refuses_short_configurations(void **state)
{
    size_t          i;
    mp4_file_t      f;
    mp4_spec_t      spec = second;
    resonate_mp4_t  m;

    (void) state;

    for (i = 0; i < sizeof(flac) - 1; i++) {

        spec.codec = "fLaC";
        spec.config = flac;
        spec.config_len = i;

        f = mp4_build(&spec);
        assert_int_equal(index_parse(&m, &f), BAD);
        assert_string_equal(m.reason, "no configuration of the decoder");
        free(f.data);

        if (i >= sizeof(opus) - 1) {
            continue;
        }

        spec.codec = "Opus";
        spec.config = opus;

        f = mp4_build(&spec);
        assert_int_equal(index_parse(&m, &f), BAD);
        assert_string_equal(m.reason, "no configuration of the decoder");
        free(f.data);
    }

    spec.codec = "fLaC";
    spec.config_len = sizeof(flac) - 1;
    spec.config = flac;

    f = mp4_build(&spec);
    mp4_patch(&f, "dfLa", 4, 0x81000022);            /* not STREAMINFO */
    assert_int_equal(index_parse(&m, &f), BAD);
    free(f.data);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(knows_the_codecs),
        cmocka_unit_test(refuses_others),
        cmocka_unit_test(refuses_short_configurations)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
