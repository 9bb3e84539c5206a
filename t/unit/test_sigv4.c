
/*
 * Copyright (C) Resonate
 *
 * Signatures of requests to a store: the examples of Amazon's own reference.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_tracks/media/resonate_sigv4.h"


#define text(s)  { s, sizeof(s) - 1 }


static const resonate_sigv4_t  example = {
    text("AKIAIOSFODNN7EXAMPLE"),
    text("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    text("us-east-1"),
    text("examplebucket.s3.amazonaws.com"),
    text("/test.txt"),
    text("bytes=0-9"),
    "20130524T000000Z"
};


static void
signs_the_example(void **state)
{
    char    out[RESONATE_SIGV4_SIZE];
    size_t  n;

    (void) state;

    n = resonate_sigv4_sign(&example, out);

    assert_string_equal(out,
        "AWS4-HMAC-SHA256 "
        "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036b"
        "db41");
    assert_int_equal(n, strlen(out));
}


/* every part of a request is signed: another one is another signature */

static void
signs_all_of_it(void **state)
{
    char              first[RESONATE_SIGV4_SIZE], out[RESONATE_SIGV4_SIZE];
    size_t            i;
    resonate_sigv4_t  s[6];

    static const resonate_sigv4_text_t  other = text("other"), none = text("");

    (void) state;

    for (i = 0; i < 6; i++) {
        s[i] = example;
    }

    s[0].secret = other;
    s[1].region = other;
    s[2].host = other;
    s[3].path = other;
    s[4].range = none;
    s[5].date = "20130524T000001Z";

    (void) resonate_sigv4_sign(&example, first);

    for (i = 0; i < 6; i++) {
        assert_int_not_equal(resonate_sigv4_sign(&s[i], out), 0);
        assert_string_not_equal(strstr(out, "Signature="),
                                strstr(first, "Signature="));
    }

    assert_non_null(strstr(out, "host;range"));
    (void) resonate_sigv4_sign(&s[4], out);
    assert_non_null(strstr(out, "=host;x-amz-content-sha256;x-amz-date,"));
}


static void
refuses_what_is_too_long(void **state)
{
    char              out[RESONATE_SIGV4_SIZE], many[200];
    resonate_sigv4_t  s;

    (void) state;

    memset(many, 'a', sizeof(many));

    s = example;
    s.id.data = s.secret.data = s.region.data = many;
    s.id.len = RESONATE_SIGV4_MAX_ID;
    s.secret.len = RESONATE_SIGV4_MAX_SECRET;
    s.region.len = RESONATE_SIGV4_MAX_REGION;

    assert_int_not_equal(resonate_sigv4_sign(&s, out), 0);

    s.id.len++;
    assert_int_equal(resonate_sigv4_sign(&s, out), 0);
    s.id.len--;
    s.secret.len++;
    assert_int_equal(resonate_sigv4_sign(&s, out), 0);
    s.secret.len--;
    s.region.len++;
    assert_int_equal(resonate_sigv4_sign(&s, out), 0);
    s.region.len--;
    s.date = "";
    assert_int_equal(resonate_sigv4_sign(&s, out), 0);
}


static void
writes_dates(void **state)
{
    char  out[RESONATE_SIGV4_DATE];

    (void) state;

    resonate_sigv4_date(1369353600, out);
    assert_string_equal(out, "20130524T000000Z");
}


static void
escapes_names(void **state)
{
    char    out[64];
    size_t  i, n;

    static const struct {
        const char  *name;
        const char  *path;
    } cases[] = {
        { "audio/ab/c-d_e.~9Z", "audio/ab/c-d_e.~9Z" },
        { "a b+c%?#&=:@!$'()*,;", "a%20b%2Bc%25%3F%23%26%3D%3A%40%21%24%27%28"
                                  "%29%2A%2C%3B" },
        { "\xc3\xab\r\n\x7f", "%C3%AB%0D%0A%7F" },
        { "", "" }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        n = resonate_sigv4_escape(cases[i].name, strlen(cases[i].name), NULL);
        assert_int_equal(n, strlen(cases[i].path));
        assert_int_equal(resonate_sigv4_escape(cases[i].name,
                                               strlen(cases[i].name), out), n);
        assert_memory_equal(out, cases[i].path, n);
    }

    assert_int_equal(resonate_sigv4_escape("\0", 1, out), 3);
    assert_memory_equal(out, "%00", 3);
}


static void
reads_keys(void **state)
{
    size_t                 i;
    char                   many[300];
    resonate_sigv4_text_t  id, secret;

    static const char *const  bad[] = {
        "", "ID", "ID:", ":SECRET", "I D:SECRET", "ID:SE\nCRET", "ID:\xc3\xab"
    };

    (void) state;

    assert_null(resonate_sigv4_key("ID:SE:CR/ET+=", 13, &id, &secret));
    assert_int_equal(id.len, 2);
    assert_int_equal(secret.len, 10);
    assert_memory_equal(secret.data, "SE:CR/ET+=", 10);

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_non_null(resonate_sigv4_key(bad[i], strlen(bad[i]), &id,
                                           &secret));
    }

    memset(many, 'a', sizeof(many));
    many[RESONATE_SIGV4_MAX_ID] = ':';
    assert_null(resonate_sigv4_key(many, RESONATE_SIGV4_MAX_ID + 1
                                         + RESONATE_SIGV4_MAX_SECRET, &id,
                                   &secret));
    assert_non_null(resonate_sigv4_key(many, RESONATE_SIGV4_MAX_ID + 2
                                             + RESONATE_SIGV4_MAX_SECRET, &id,
                                       &secret));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(signs_the_example),
        cmocka_unit_test(signs_all_of_it),
        cmocka_unit_test(refuses_what_is_too_long),
        cmocka_unit_test(writes_dates),
        cmocka_unit_test(escapes_names),
        cmocka_unit_test(reads_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
