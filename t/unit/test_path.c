
/*
 * Copyright (C) Resonate
 *
 * Paths of claims.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_path.h"


typedef struct {
    const char  *path;
    int          found;     /* -1: not a path; 0: nothing is there */
} path_case_t;


static const char  claims[] =
    "{\"a\":1,\"b\":{\"c\":2,\"d\":{\"e\":3},\"x/y\":4},\"f.g\":5,"
    "\"h~i\":6,\"https://x.example/roles\":7,\"l\":[8],\"/m\":9,"
    "\"cognito:groups\":10,\"n\":{\"o:p\":11,\"https://q\":12}}";


static const path_case_t  cases[] = {
    { "a", 1 },
    { "b.c", 2 },
    { "b.d.e", 3 },
    { "b.x", 0 },
    { "a.c", 0 },
    { "f.g", 0 },
    { "l.0", 0 },
    { "zz", 0 },
    { "", -1 },
    { ".", -1 },
    { "a.", -1 },
    { ".a", -1 },
    { "b..c", -1 },
    { "b./c", -1 },
    { "b.x/y", -1 },
    { "a\nb", -1 },
    { "a\x7f", -1 },

    { "https://x.example/roles", 7 },
    { "https://x.example/role", 0 },
    { "cognito:groups", 10 },
    { "n.o:p", 0 },
    { "b:", 0 },

    { "/a", 1 },
    { "/b/c", 2 },
    { "/b/d/e", 3 },
    { "/b/x~1y", 4 },
    { "/f.g", 5 },
    { "/h~0i", 6 },
    { "/https:~1~1x.example~1roles", 7 },
    { "/l/0", 0 },
    { "/~1m", 9 },
    { "/n/o:p", 11 },
    { "/n/https:~1~1q", 12 },
    { "/", -1 },
    { "//", -1 },
    { "/a/", -1 },
    { "/a~", -1 },
    { "/a~2", -1 },
    { "/a~/b", -1 },

    { "a.a.a.a.a.a.a.a", 0 },
    { "a.a.a.a.a.a.a.a.a", -1 },
    { "/a/a/a/a/a/a/a/a/a", -1 }
};


static void
test_find(void **state)
{
    size_t                i;
    json_t               *root, *value;
    resonate_jwt_view_t   path;

    (void) state;

    assert_int_equal(resonate_jwt_object(claims, strlen(claims), &root),
                     RESONATE_JWT_OK);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        path.data = cases[i].path;
        path.len = strlen(cases[i].path);

        value = resonate_path_find(root, &path);

        if (resonate_path_valid(&path) != (cases[i].found >= 0)
            || (value != NULL) != (cases[i].found > 0)
            || (value && json_integer_value(value) != cases[i].found))
        {
            fail_msg("%s", cases[i].path);
        }
    }

    json_decref(root);
}


static void
test_length(void **state)
{
    char                  text[RESONATE_PATH_MAX + 1];
    char                  name[RESONATE_PATH_MAX + 1];
    resonate_jwt_view_t   path = { text, sizeof(text) };

    (void) state;

    memset(text, 'a', sizeof(text));
    assert_false(resonate_path_valid(&path));

    path.len--;
    assert_true(resonate_path_valid(&path));
    assert_int_equal(resonate_path_next(&path, name), 1);
    assert_int_equal(strlen(name), RESONATE_PATH_MAX);
    assert_int_equal(resonate_path_next(&path, name), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_length)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
