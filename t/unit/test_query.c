
/*
 * Copyright (C) Resonate
 *
 * Forms and queries: read once, written so that they read the same.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_query.h"


#define OK    RESONATE_QUERY_OK
#define NONE  RESONATE_QUERY_NONE
#define BAD   RESONATE_QUERY_BAD


typedef struct {
    const char           *query;
    resonate_query_rc_e   rc;
    const char           *value;
} query_case_t;


/* into 8 bytes, with the NUL */

static const query_case_t  cases[] = {
    { "", NONE, NULL },
    { "code", NONE, NULL },
    { "code=", OK, "" },
    { "code=abc", OK, "abc" },
    { "a=1&code=abc&b=2", OK, "abc" },
    { "&&code=abc&&", OK, "abc" },
    { "code=a+b%20c", OK, "a b c" },
    { "code=%2f%2F%c3%BC", OK, "//\xc3\xbc" },
    { "code=a=b", OK, "a=b" },
    { "xcode=1", NONE, NULL },
    { "Code=1", NONE, NULL },
    { "codes=1", NONE, NULL },
    { "a=code=1", NONE, NULL },
    { "code=1&code=1", BAD, NULL },
    { "code=1&code=", BAD, NULL },
    { "code=%", BAD, NULL },
    { "code=%4", BAD, NULL },
    { "code=%4&b=1", BAD, NULL },
    { "code=%zz", BAD, NULL },
    { "code=%00", BAD, NULL },
    { "code=1234567", OK, "1234567" },
    { "code=12345678", BAD, NULL }
};


static void
test_get(void **state)
{
    char    value[8], *query;
    size_t  i, len, n;

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {

        /* of its own, so that a byte too far is noticed */

        n = strlen(cases[i].query);
        query = malloc(n + 1);
        memcpy(query, cases[i].query, n);

        assert_int_equal(resonate_query_get(query, n, "code", value,
                                            sizeof(value), &len),
                         cases[i].rc);
        free(query);

        if (cases[i].rc == OK) {
            assert_int_equal(len, strlen(cases[i].value));
            assert_string_equal(value, cases[i].value);
        }
    }
}


static void
test_write(void **state)
{
    int                      i;
    char                     all[255], buf[1024], back[256];
    size_t                   len;
    resonate_query_writer_t  w;

    (void) state;

    for (i = 0; i < 255; i++) {
        all[i] = (char) (i + 1);
    }

    w.pos = NULL;
    w.len = 0;
    resonate_query_add(&w, "a", "x y", 3);
    resonate_query_add(&w, "all", all, sizeof(all));
    len = w.len;
    assert_true(len <= sizeof(buf));

    w.pos = buf;
    resonate_query_add(&w, "a", "x y", 3);
    resonate_query_add(&w, "all", all, sizeof(all));
    assert_int_equal(w.pos - buf, len);
    assert_memory_equal(buf, "&a=x%20y&all=%01%02", 19);

    assert_int_equal(resonate_query_get(buf, len, "all", back, sizeof(back),
                                        &len), OK);
    assert_int_equal(len, sizeof(all));
    assert_memory_equal(back, all, len);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_write)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
