
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


static void
decisions(void **state)
{
    size_t                i;
    const char           *err;
    resonate_decision_t   d;

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {

        err = resonate_decision_parse(&d, cases[i].text,
                                      strlen(cases[i].text));

        if (cases[i].err) {

            if (err == NULL) {
                print_message("accepted: %s\n", cases[i].text);
            }

            assert_non_null(err);
            assert_string_equal(err, cases[i].err);
            continue;
        }

        assert_null(err);
        assert_string_equal(d.file, cases[i].file);
        assert_int_equal(d.file_len, strlen(cases[i].file));
        assert_int_equal(d.preview_ms, cases[i].ms);
    }
}


static void
too_long(void **state)
{
    char                 text[RESONATE_DECISION_MAX_LEN + 1];
    resonate_decision_t  d;

    (void) state;

    memset(text, '[', sizeof(text));

    assert_string_equal(resonate_decision_parse(&d, text, sizeof(text)),
                        "too long");
    assert_string_equal(resonate_decision_parse(&d, text, sizeof(text) - 1),
                        "not JSON");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(decisions),
        cmocka_unit_test(too_long)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
