
/*
 * Copyright (C) Resonate
 *
 * RFC 3986, sections 5.2.4 and 6.2: which spellings of a URI are the same.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_uri.h"


typedef struct {
    const char  *uri;
    const char  *normal;    /* NULL: refused */
    size_t       origin;
} uri_case_t;


static const uri_case_t  cases[] = {
    { "https://a.example/b", "https://a.example/b", 17 },
    { "http://a.example/b", "http://a.example/b", 16 },
    { "HTTPS://A.Example/B", "https://a.example/B", 17 },
    { "https://a", "https://a/", 9 },
    { "https://a/", "https://a/", 9 },
    { "https://a?b", "https://a/", 9 },
    { "https://a#b", "https://a/", 9 },
    { "https://a/b?c=/../d#e", "https://a/b", 9 },
    { "https://a/b#c?d", "https://a/b", 9 },
    { "https://a/b?%zz\x01", "https://a/b", 9 },

    /* ports */

    { "https://a:443/b", "https://a/b", 9 },
    { "http://a:80/b", "http://a/b", 8 },
    { "https://a:80/b", "https://a:80/b", 12 },
    { "http://a:443/b", "http://a:443/b", 12 },
    { "https://a:/b", "https://a/b", 9 },
    { "https://a:", "https://a/", 9 },
    { "https://a:008443/b", "https://a:8443/b", 14 },
    { "https://a:65535/b", "https://a:65535/b", 15 },
    { "https://a:8080", "https://a:8080/", 14 },
    { "https://a:65536/b", NULL, 0 },
    { "https://a:99999999999999999999/b", NULL, 0 },
    { "https://a:0/b", NULL, 0 },
    { "https://a:-1/b", NULL, 0 },
    { "https://a:x/b", NULL, 0 },
    { "https://a:1x/b", NULL, 0 },
    { "https://a:1:2/b", NULL, 0 },

    /* hosts */

    { "http://127.0.0.1/b", "http://127.0.0.1/b", 16 },
    { "http://[::1]/b", "http://[::1]/b", 12 },
    { "http://[2001:DB8::1]:8080/b", "http://[2001:db8::1]:8080/b", 25 },
    { "http://[::1]:80/b", "http://[::1]/b", 12 },
    { "http://[::1/b", NULL, 0 },
    { "http://[::1]x/b", NULL, 0 },
    { "http://[::1%25e]/b", NULL, 0 },
    { "http://a[/b", NULL, 0 },
    { "http://[", NULL, 0 },
    { "http:///b", NULL, 0 },
    { "http://:80/b", NULL, 0 },
    { "https://user@a/b", NULL, 0 },
    { "https://user:word@a/b", NULL, 0 },
    { "https://%61/b", NULL, 0 },
    { "https://a\\b/c", NULL, 0 },
    { "https://a b/c", NULL, 0 },

    /* schemes */

    { "", NULL, 0 },
    { "/b", NULL, 0 },
    { "//a/b", NULL, 0 },
    { "a/b", NULL, 0 },
    { "http", NULL, 0 },
    { "http:", NULL, 0 },
    { "http://", NULL, 0 },
    { "https://", NULL, 0 },
    { "http:/a/b", NULL, 0 },
    { "httpss://a/b", NULL, 0 },
    { "ftp://a/b", NULL, 0 },
    { " https://a/b", NULL, 0 },

    /* escapes */

    { "https://a/%7Eb/%41%2d%2E%5f", "https://a/~b/A-._", 9 },
    { "https://a/%c3%a9", "https://a/%C3%A9", 9 },
    { "https://a/b%2fc%3Fd", "https://a/b%2Fc%3Fd", 9 },
    { "https://a/%25%32%65", "https://a/%252e", 9 },
    { "https://a/b%00", "https://a/b%00", 9 },
    { "https://a/b!$&'()*+,;=:@", "https://a/b!$&'()*+,;=:@", 9 },
    { "https://a/%", NULL, 0 },
    { "https://a/%4", NULL, 0 },
    { "https://a/%4?1", NULL, 0 },
    { "https://a/%zz", NULL, 0 },
    { "https://a/%4g", NULL, 0 },
    { "https://a/b c", NULL, 0 },
    { "https://a/b\n", NULL, 0 },
    { "https://a/b\x7f", NULL, 0 },

    /* dot segments */

    { "https://a/b/c/./../../g", "https://a/g", 9 },
    { "https://a/b/./c", "https://a/b/c", 9 },
    { "https://a/b/.", "https://a/b/", 9 },
    { "https://a/b/..", "https://a/", 9 },
    { "https://a/b/../c", "https://a/c", 9 },
    { "https://a/..", "https://a/", 9 },
    { "https://a/.", "https://a/", 9 },
    { "https://a/../../b", "https://a/b", 9 },
    { "https://a/b/%2e%2E/c", "https://a/c", 9 },
    { "https://a/b%2f..%2fc", "https://a/b%2F..%2Fc", 9 },
    { "https://a/b//c", "https://a/b//c", 9 },
    { "https://a/b//../c", "https://a/b/c", 9 },
    { "https://a/.../..b/b..", "https://a/.../..b/b..", 9 }
};


static void
test_normalize(void **state)
{
    size_t                i;
    resonate_uri_t        uri;
    const uri_case_t     *c;

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        c = &cases[i];

        if (resonate_uri_normalize(&uri, c->uri, strlen(c->uri)) != 0) {
            uri.len = 0;
            uri.origin = 0;
        }

        uri.data[uri.len] = '\0';

        if (strcmp(uri.data, c->normal ? c->normal : "") != 0
            || uri.origin != c->origin)
        {
            fail_msg("%s: %s, %zu", c->uri, uri.data, uri.origin);
        }
    }
}


/* what is normal stays as it is */

static void
test_again(void **state)
{
    size_t          i;
    resonate_uri_t  one, two;

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (cases[i].normal == NULL) {
            continue;
        }

        assert_int_equal(resonate_uri_normalize(&one, cases[i].normal,
                                                strlen(cases[i].normal)), 0);
        assert_int_equal(resonate_uri_normalize(&two, one.data, one.len), 0);
        assert_int_equal(one.len, two.len);
        assert_int_equal(one.origin, two.origin);
        assert_memory_equal(one.data, two.data, one.len);
    }
}


static void
test_long(void **state)
{
    char            text[RESONATE_URI_MAX];
    resonate_uri_t  uri;

    (void) state;

    memset(text, 'a', sizeof(text));
    memcpy(text, "http://", 7);

    assert_int_equal(resonate_uri_normalize(&uri, text, sizeof(text) - 1), 0);
    assert_int_equal(uri.len, sizeof(text));
    assert_int_equal(resonate_uri_normalize(&uri, text, sizeof(text)), -1);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_normalize),
        cmocka_unit_test(test_again),
        cmocka_unit_test(test_long)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
