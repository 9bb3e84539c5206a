
/*
 * Copyright (C) Resonate
 *
 * What SQL may decide about a stream.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_tracks/media/resonate_decision.h"


#define PLAIN  "file is not a plain relative path"
#define CHAR   "bad character in file"
#define RANGE  "no previewMs in range"
#define NAME   "no file, or too long a name"
#define FULL   "\",\"mode\":\"full\"}"

#define LONG   "01234567890123456789012345678901"                              \
               "01234567890123456789012345678901"


static const struct {
    const char    *text;
    const char    *err;
    const char    *file;
    unsigned       ms;
} cases[] = {
    { "{\"file\":\"a/b.m4a" FULL, NULL, "a/b.m4a", 0 },
    { "{\"file\":\"a\",\"mode\":\"full\",\"previewMs\":45000}", NULL, "a", 0 },
    { "{\"file\":\"a\",\"mode\":\"preview\",\"previewMs\":45000}", NULL, "a",
      45000 },
    { "{\"file\":\"a\",\"mode\":\"preview\",\"previewMs\":1,\"x\":[]}", NULL,
      "a", 1 },
    { "{\"file\":\"a..b/c..m4a" FULL, NULL, "a..b/c..m4a", 0 },
    { "{\"file\":\"\xc3\xa4.m4a" FULL, NULL, "\xc3\xa4.m4a", 0 },

    { "", "not JSON", NULL, 0 },
    { "{", "not JSON", NULL, 0 },
    { "{\"file\":\"a\",\"file\":\"b" FULL, "not JSON", NULL, 0 },
    { "{\"file\":\"a\\u0000b" FULL, "not JSON", NULL, 0 },
    { "[]", NAME, NULL, 0 },
    { "{}", NAME, NULL, 0 },
    { "{\"file\":7,\"mode\":\"full\"}", NAME, NULL, 0 },
    { "{\"file\":\"" FULL, NAME, NULL, 0 },
    { "{\"file\":\"" LONG LONG LONG LONG FULL, NAME, NULL, 0 },

    { "{\"file\":\"/etc/passwd" FULL, PLAIN, NULL, 0 },
    { "{\"file\":\"../a" FULL, PLAIN, NULL, 0 },
    { "{\"file\":\"a/../b" FULL, PLAIN, NULL, 0 },
    { "{\"file\":\"a/.." FULL, PLAIN, NULL, 0 },
    { "{\"file\":\"a/./b" FULL, PLAIN, NULL, 0 },
    { "{\"file\":\".hidden" FULL, PLAIN, NULL, 0 },
    { "{\"file\":\"a//b" FULL, PLAIN, NULL, 0 },
    { "{\"file\":\"a/" FULL, PLAIN, NULL, 0 },
    { "{\"file\":\"..\\\\a" FULL, PLAIN, NULL, 0 },
    { "{\"file\":\"a\\\\b" FULL, CHAR, NULL, 0 },
    { "{\"file\":\"a\\nb" FULL, CHAR, NULL, 0 },
    { "{\"file\":\"a\\u007f" FULL, CHAR, NULL, 0 },

    { "{\"file\":\"a\"}", "no mode", NULL, 0 },
    { "{\"file\":\"a\",\"mode\":null}", "no mode", NULL, 0 },
    { "{\"file\":\"a\",\"mode\":\"Full\"}", "unknown mode", NULL, 0 },
    { "{\"file\":\"a\",\"mode\":\"full\\u0020\"}", "unknown mode", NULL, 0 },
    { "{\"file\":\"a\",\"mode\":\"preview\"}", RANGE, NULL, 0 },
    { "{\"file\":\"a\",\"mode\":\"preview\",\"previewMs\":0}", RANGE, NULL, 0 },
    { "{\"file\":\"a\",\"mode\":\"preview\",\"previewMs\":-1}", RANGE, NULL,
      0 },
    { "{\"file\":\"a\",\"mode\":\"preview\",\"previewMs\":1.5}", RANGE, NULL,
      0 },
    { "{\"file\":\"a\",\"mode\":\"preview\",\"previewMs\":\"9\"}", RANGE, NULL,
      0 },
    { "{\"file\":\"a\",\"mode\":\"preview\",\"previewMs\":600001}", RANGE,
      NULL, 0 },
    { "{\"file\":\"a\",\"mode\":\"preview\",\"previewMs\":4294967297}", RANGE,
      NULL, 0 }
};


/* what may be told of several files: quality, file, codec, bitrate each */

#define ID     "\"track\":\"0d6dd7a4-1b2c-4d3e-8f90-a1b2c3d4e5f6\","
#define HEAD   "{\"file\":\"a\",\"mode\":\"full\","
#define ONE    "{\"quality\":\"128\",\"file\":\"a\",\"codec\":"             \
               "\"mp4a.40.2\",\"bitrate\":128000}"
#define TWO    "{\"quality\":\"lossless\",\"file\":\"b\",\"codec\":\"fLaC\"}"
#define Q(n)   "{\"quality\":\"" n "\",\"file\":\"f" n "\"}"

static const struct {
    const char    *text;
    const char    *err;
    const char    *files;
} several[] = {
    { HEAD "\"files\":[]}", NULL, "(a )" },
    { HEAD "\"files\":[" ONE "]}", NULL, "128(a mp4a.40.2)" },
    { HEAD "\"files\":[" TWO "," ONE "]}", NULL,
      "128(a mp4a.40.2)lossless(b fLaC)" },
    { HEAD "\"files\":[" TWO "]}", NULL, "(a )lossless(b fLaC)" },
    { HEAD ID "\"files\":[" TWO "]}", NULL, "(a )lossless(b fLaC)" },
    { HEAD "\"files\":[" Q("1") "," Q("2") "," Q("3") "," Q("4") "," Q("5")
      "," Q("6") "," Q("7") "]}", NULL,
      "(a )1(f1 )2(f2 )3(f3 )4(f4 )5(f5 )6(f6 )7(f7 )" },

    { HEAD "\"files\":[" Q("1") "," Q("2") "," Q("3") "," Q("4") "," Q("5")
      "," Q("6") "," Q("7") "," Q("8") "]}", "too many files", NULL },
    { HEAD "\"files\":{}}", "files is not an array", NULL },
    { HEAD "\"files\":[" TWO "," TWO "]}", "two files of one quality", NULL },
    { HEAD "\"files\":[7]}", NAME, NULL },
    { HEAD "\"files\":[{\"quality\":\"1\",\"file\":\"../b\"}]}", PLAIN,
      NULL },
    { HEAD "\"files\":[{\"file\":\"b\"}]}", "no quality, or not a word",
      NULL },
    { HEAD "\"files\":[" Q("a b") "]}", "no quality, or not a word", NULL },
    { HEAD "\"files\":[" Q(LONG) "]}", "no quality, or not a word", NULL },
    { HEAD "\"files\":[{\"quality\":\"1\",\"file\":\"b\",\"codec\":"
      "\"x\\\"\"}]}", "codec is not a word", NULL },
    { HEAD "\"files\":[{\"quality\":\"1\",\"file\":\"b\",\"bitrate\":"
      "-1}]}", "bitrate is not a number in range", NULL },
    { HEAD "\"track\":7}", "track is not a uuid", NULL },
    { HEAD "\"track\":\"0d6dd7a4-1b2c-4d3e-8f90-a1b2c3d4e5g6\"}",
      "track is not a uuid", NULL },
    { HEAD "\"track\":\"0d6dd7a4-1b2c-4d3e-8f90xa1b2c3d4e5f6\"}",
      "track is not a uuid", NULL }
};


/* at an odd address, as in a cache */

static const char *
decide(resonate_decision_t *d, const char *text, size_t len)
{
    size_t       size;
    const char  *err;

    static uint8_t  packed[1 + resonate_decision_size(
                               RESONATE_DECISION_MAX_LEN)];

    err = resonate_decision_pack(text, len, packed + 1, &size);

    if (err == NULL) {
        assert_true(size <= resonate_decision_size(len));
        assert_int_equal(resonate_decision_read(d, packed + 1, size), 0);
        assert_int_equal(resonate_decision_read(d, packed + 1, size - 1), -1);
        assert_int_equal(resonate_decision_read(d, packed, size), -1);
        assert_int_equal(resonate_decision_read(d, packed + 1, size), 0);
    }

    return err;
}


static void
refused(const char *text, const char *got, const char *expected)
{
    if (got == NULL) {
        print_message("accepted: %s\n", text);
    }

    assert_non_null(got);
    assert_string_equal(got, expected);
}


static void
decisions(void **state)
{
    size_t                i;
    const char           *err;
    resonate_decision_t   d;

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {

        err = decide(&d, cases[i].text, strlen(cases[i].text));

        if (cases[i].err) {
            refused(cases[i].text, err, cases[i].err);
            continue;
        }

        assert_null(err);
        assert_int_equal(d.nfiles, 1);
        assert_string_equal(d.files[0].file, cases[i].file);
        assert_int_equal(d.files[0].file_len, strlen(cases[i].file));
        assert_int_equal(d.preview_ms, cases[i].ms);
    }
}


static void
qualities(void **state)
{
    size_t                i, n;
    char                  text[1024], *p;
    const char           *err;
    resonate_decision_t   d;

    (void) state;

    for (i = 0; i < sizeof(several) / sizeof(several[0]); i++) {

        err = decide(&d, several[i].text, strlen(several[i].text));

        if (several[i].err) {
            refused(several[i].text, err, several[i].err);
            continue;
        }

        assert_null(err);

        for (n = 0, p = text; n < d.nfiles; n++) {
            p += sprintf(p, "%s(%s %s)", d.files[n].quality, d.files[n].file,
                         d.files[n].codec);
        }

        assert_string_equal(text, several[i].files);
    }
}


static void
one_of_them(void **state)
{
    resonate_decision_t  d;

    static const char     text[] = HEAD ID "\"files\":[" TWO "," ONE "]}";
    static const uint8_t  id[] = {
        0x0d, 0x6d, 0xd7, 0xa4, 0x1b, 0x2c, 0x4d, 0x3e,
        0x8f, 0x90, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6
    };

    (void) state;

    assert_null(decide(&d, text, strlen(text)));

    assert_memory_equal(d.track, id, 16);
    assert_string_equal(resonate_decision_find(&d, NULL)->file, "a");
    assert_string_equal(resonate_decision_find(&d, "128")->file, "a");
    assert_int_equal(resonate_decision_find(&d, "128")->bitrate, 128000);
    assert_string_equal(resonate_decision_find(&d, "lossless")->file, "b");
    assert_null(resonate_decision_find(&d, "64"));
}


static void
too_long(void **state)
{
    char                 text[RESONATE_DECISION_MAX_LEN + 1];
    resonate_decision_t  d;

    (void) state;

    memset(text, '[', sizeof(text));

    assert_string_equal(decide(&d, text, sizeof(text)), "too long");
    assert_string_equal(decide(&d, text, sizeof(text) - 1), "not JSON");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(decisions),
        cmocka_unit_test(qualities),
        cmocka_unit_test(one_of_them),
        cmocka_unit_test(too_long)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
