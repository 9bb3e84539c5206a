
/*
 * Copyright (C) Resonate
 *
 * Names of downloads, whatever the titles are.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_tracks/media/resonate_filename.h"


static const struct {
    const char  *text;
    const char  *name;
} names[] = {
    { "Artist - Title", "Artist - Title" },
    { "Zo\xc3\xab \xe2\x80\x94 \xf0\x9f\x8e\xb5",
      "Zo\xc3\xab \xe2\x80\x94 \xf0\x9f\x8e\xb5" },
    { "AC/DC", "AC_DC" },
    { "../../etc/passwd", "_.._etc_passwd" },
    { "..", "_" },
    { ". .hidden. .", "hidden" },
    { "", "_" },
    { "   ", "_" },
    { "a\\b:c*d?e\"f<g>h|i", "a_b_c_d_e_f_g_h_i" },
    { "a\r\nX-Header: b\t\x7f", "a__X-Header_ b__" },
    { "x\xe2\x80\xae" "a4m.exe", "x_a4m.exe" },
    { "x\xc2\x85\xe2\x80\xa8\xef\xbb\xbf", "x___" },
    { "bad\xff\xc3(\xe2\x82", "bad__(__" },
    { "\xc0\xaf\xe0\x80\xaf\xed\xa0\x80", "________" },
    { "100%41", "100%41" }
};


static void
makes_names(void **state)
{
    size_t  i, len;
    char    out[RESONATE_FILENAME_SIZE];

    (void) state;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        len = resonate_filename(names[i].text, out);

        assert_string_equal(out, names[i].name);
        assert_int_equal(len, strlen(out));
    }
}


static void
cuts_at_a_character(void **state)
{
    size_t  i, len;
    char    text[2 * RESONATE_FILENAME_SIZE], out[RESONATE_FILENAME_SIZE];

    (void) state;

    for (i = 0; i < 4; i++) {
        memset(text, 'a', i);
        text[i] = '\0';

        while (strlen(text) < RESONATE_FILENAME_MAX + 20) {
            strcat(text, "\xe2\x82\xac");
        }

        len = resonate_filename(text, out);

        assert_true(len <= RESONATE_FILENAME_MAX);
        assert_true(len > RESONATE_FILENAME_MAX - 3);
        assert_int_equal((len - i) % 3, 0);
    }
}


static void
says_it_twice(void **state)
{
    size_t  i, len;
    char    name[RESONATE_FILENAME_SIZE], out[RESONATE_DISPOSITION_SIZE];

    (void) state;

    len = resonate_disposition("Zo\xc3\xab 50%", "m4a", out);

    assert_int_equal(len, strlen(out));
    assert_string_equal(out, "attachment; filename=\"Zo_ 50_.m4a\"; "
                             "filename*=UTF-8''Zo%C3%AB%2050%25.m4a");

    for (i = 0; i < RESONATE_FILENAME_MAX; i++) {
        name[i] = '\'';
    }

    name[i] = '\0';

    assert_true(resonate_disposition(name, "12345678", out)
                < RESONATE_DISPOSITION_SIZE);
}


/* no bytes make a name that is not one, nor a header of two lines */

static void
survives_noise(void **state)
{
    char      text[300], name[RESONATE_FILENAME_SIZE];
    char      out[RESONATE_DISPOSITION_SIZE];
    size_t    i, n, len;
    unsigned  seed;

    (void) state;

    seed = 7;

    for (n = 0; n < 20000; n++) {
        len = (size_t) rand_r(&seed) % (sizeof(text) - 1);

        for (i = 0; i < len; i++) {
            text[i] = (char) (rand_r(&seed) % ((n & 1) ? 255 : 64) + 1);
        }

        text[len] = '\0';

        len = resonate_filename(text, name);

        assert_true(len > 0 && len <= RESONATE_FILENAME_MAX);
        assert_int_equal(strlen(name), len);
        assert_true(name[0] != '.' && name[0] != ' ');
        assert_true(name[len - 1] != '.' && name[len - 1] != ' ');
        assert_null(strpbrk(name, "/\\:*?\"<>|\r\n\t\x7f"));

        len = resonate_disposition(name, "m4a", out);

        assert_true(len < sizeof(out) && strlen(out) == len);

        for (i = 0; i < len; i++) {
            assert_true(out[i] >= 0x20 && out[i] < 0x7f);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(makes_names),
        cmocka_unit_test(cuts_at_a_character),
        cmocka_unit_test(says_it_twice),
        cmocka_unit_test(survives_noise)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
