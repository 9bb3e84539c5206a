
/*
 * Copyright (C) Resonate
 *
 * Cookies: found, joined and cut to pieces.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_cookie.h"


#define OK    RESONATE_COOKIE_OK
#define NONE  RESONATE_COOKIE_NONE
#define BAD   RESONATE_COOKIE_BAD


typedef struct {
    const char            *line;
    resonate_cookie_rc_e   rc;
    const char            *value;
} cookie_case_t;


static resonate_cookie_view_t
view(const char *s)
{
    resonate_cookie_view_t  v;

    v.data = s;
    v.len = strlen(s);

    return v;
}


static const cookie_case_t  find_cases[] = {
    { "", NONE, NULL },
    { "s=1", OK, "1" },
    { "s=", OK, "" },
    { "s", NONE, NULL },
    { "a=b; s=1; c=d", OK, "1" },
    { "a=b;s=1;c=d", OK, "1" },
    { " \t s=1 \t ;", OK, "1" },
    { ";;; s=1;;", OK, "1" },
    { "s=a=b", OK, "a=b" },
    { "S=1", NONE, NULL },
    { "ss=1; xs=2", NONE, NULL },
    { "a=s=1", NONE, NULL },
    { "s =1", NONE, NULL },
    { "s=1; s=1", BAD, NULL },
    { "s=1; a=b; s=2", BAD, NULL }
};


static void
test_find(void **state)
{
    size_t                   i;
    resonate_cookie_view_t   line, lines[2], value;

    (void) state;

    for (i = 0; i < sizeof(find_cases) / sizeof(find_cases[0]); i++) {
        line = view(find_cases[i].line);

        assert_int_equal(resonate_cookie_find(&line, 1, "s", 1, &value),
                         find_cases[i].rc);

        if (find_cases[i].rc == OK) {
            assert_int_equal(value.len, strlen(find_cases[i].value));
            assert_memory_equal(value.data, find_cases[i].value, value.len);
        }
    }

    lines[0] = view("a=1; s=2");
    lines[1] = view("b=3");
    assert_int_equal(resonate_cookie_find(lines, 2, "b", 1, &value), OK);
    assert_int_equal(resonate_cookie_find(lines, 2, "s", 1, &value), OK);
    lines[1] = view("s=2");
    assert_int_equal(resonate_cookie_find(lines, 2, "s", 1, &value), BAD);
    assert_int_equal(resonate_cookie_find(NULL, 0, "s", 1, &value), NONE);
}


static const cookie_case_t  join_cases[] = {
    { "a=b", NONE, NULL },
    { "s=1.abc", OK, "abc" },
    { "s=2.abc; s.1=def", OK, "abcdef" },
    { "s.1=def; s=2.abc", OK, "abcdef" },
    { "s.1=b; s.3=d; s=4.a; s.2=c", OK, "abcd" },
    { "s=1.abc; s.1=left; s.2=over", OK, "abc" },
    { "s=2.abc", BAD, NULL },
    { "s=2.abc; s.2=def", BAD, NULL },
    { "s=2.abc; s.1=def; s.1=def", BAD, NULL },
    { "s=1.abc; s=1.abc", BAD, NULL },
    { "s=abc", BAD, NULL },
    { "s=1abc", BAD, NULL },
    { "s=0.abc", BAD, NULL },
    { "s=5.a; s.1=b; s.2=c; s.3=d; s.4=e", BAD, NULL },
    { "s=", BAD, NULL },
    { "s=1.", BAD, NULL }
};


static void
test_join(void **state)
{
    char                     text[RESONATE_COOKIE_TEXT_MAX];
    size_t                   i, len;
    resonate_cookie_view_t   line;

    (void) state;

    for (i = 0; i < sizeof(join_cases) / sizeof(join_cases[0]); i++) {
        line = view(join_cases[i].line);

        assert_int_equal(resonate_cookie_join(&line, 1, "s", 1, text, &len),
                         join_cases[i].rc);

        if (join_cases[i].rc == OK) {
            assert_int_equal(len, strlen(join_cases[i].value));
            assert_memory_equal(text, join_cases[i].value, len);
        }
    }
}


static void
test_pieces(void **state)
{
    char                    *p;
    size_t                   len, n, i, back;
    static char              text[RESONATE_COOKIE_TEXT_MAX];
    static char              got[RESONATE_COOKIE_TEXT_MAX];
    static char              buf[2 * RESONATE_COOKIE_TEXT_MAX];
    resonate_cookie_view_t   line;

    static const size_t  lengths[] = {
        1, 3799, 3800, 3801, 7600, 7601, 11400, 11401, 15199, 15200
    };

    (void) state;

    for (i = 0; i < sizeof(text); i++) {
        text[i] = (char) ('a' + i % 26);
    }

    for (n = 0; n < sizeof(lengths) / sizeof(lengths[0]); n++) {
        len = lengths[n];

        for (p = buf, i = 0; i < resonate_cookie_pieces(len); i++) {
            p = resonate_cookie_name(p, "name", 4, i);
            *p++ = '=';
            line.data = p;
            p = resonate_cookie_value(p, text, len, i);
            assert_true(p - line.data <= RESONATE_COOKIE_PIECE + 2);
            *p++ = ';';
        }

        line.data = buf;
        line.len = p - buf;

        assert_int_equal(resonate_cookie_join(&line, 1, "name", 4, got, &back),
                         OK);
        assert_int_equal(back, len);
        assert_memory_equal(got, text, len);
    }

    assert_int_equal(resonate_cookie_pieces(sizeof(text)),
                     RESONATE_COOKIE_PIECES);

    /* one longer than we make */

    memset(buf, 'x', sizeof(buf));
    memcpy(buf, "name=1.", 7);
    line.len = 7 + RESONATE_COOKIE_PIECE;
    assert_int_equal(resonate_cookie_join(&line, 1, "name", 4, got, &back),
                     OK);
    line.len++;
    assert_int_equal(resonate_cookie_join(&line, 1, "name", 4, got, &back),
                     BAD);
}


static void
test_next(void **state)
{
    size_t                   pos;
    resonate_cookie_view_t   line, name, value;

    (void) state;

    line = view("t-a=1; x=2; t-b=3; t-=4");
    pos = 0;

    assert_true(resonate_cookie_next(&line, &pos, "t-", 2, &name, &value));
    assert_memory_equal(name.data, "t-a", 3);
    assert_true(resonate_cookie_next(&line, &pos, "t-", 2, &name, &value));
    assert_int_equal(name.len, 3);
    assert_memory_equal(value.data, "3", 1);
    assert_true(resonate_cookie_next(&line, &pos, "t-", 2, &name, &value));
    assert_false(resonate_cookie_next(&line, &pos, "t-", 2, &name, &value));
}


static void
test_without(void **state)
{
    size_t                  i;
    char                    got[128];
    resonate_cookie_view_t  line;

    static const char *const  cases[][2] = {
        { "", "" },
        { "a=1", "a=1" },
        { "s=1", "" },
        { " s=1 ;", "" },
        { "s=1; s.1=2; s-x=3", "" },
        { "a=1; s=1; b=2", "a=1; b=2" },
        { "s=1; a=1;b=2 ; s.3=1", "a=1;b=2 " },
        { "a; s=1; =c", "a; =c" },
        { "ss=1; s.=2; s.10=3; S=4; as=5; x=s=1",
          "ss=1; s.=2; s.10=3; S=4; as=5; x=s=1" },
        { "a=\"1; s=2\"; b=3", "a=\"1; b=3" }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        line = view(cases[i][0]);
        *resonate_cookie_without(got, &line, "s", 1) = '\0';
        assert_string_equal(got, cases[i][1]);
    }
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_join),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_next),
        cmocka_unit_test(test_without)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
