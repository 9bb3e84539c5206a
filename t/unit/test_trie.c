
/*
 * Copyright (C) Resonate
 *
 * Paths to routes.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_core/route/resonate_trie.h"
#include "../../ngx_resonate_core/pg/resonate_sqlstate.h"
#include "../../ngx_resonate_core/base/resonate_problem.h"


#define POOL  64


typedef struct {
    size_t           n;
    resonate_node_t  nodes[POOL];
} pool_t;


static const char *const  patterns[] = {
    "/tracks",
    "/tracks/<id:uuid>",
    "/artists/featured",
    "/artists/<id:uuid>",
    "/artists/<id:uuid>/tracks",
    "/artists/<id:uuid>/tracks/top",
    "/artists/featured/list",
    "/tag/<tag:text(1..50)>",
    "/x/<a:int>/y/<b:int>",
    "/",
    "/s/<n:int(0..9)>.m4s",
    "/s/init.mp4",
    "/s/<n:int>.m4s/<m:int>"
};


/* path, index of the pattern it must find or -1, its captures joined */

static const struct {
    const char  *path;
    int          pattern;
    const char  *captures;
} paths[] = {
    { "/tracks", 0, "" },
    { "/tracks/", 0, "" },
    { "/tracks/7", 1, "7" },
    { "/tracks/7/", 1, "7" },
    { "/track", -1, "" },
    { "/tracksx", -1, "" },
    { "/tracks/7/8", -1, "" },
    { "/artists", -1, "" },
    { "/artists/featured", 2, "" },
    { "/artists/7", 3, "7" },
    { "/artists/featured/tracks", 4, "featured" },
    { "/artists/featured/list", 6, "" },
    { "/artists/7/tracks/top", 5, "7" },
    { "/artists//tracks", -1, "" },
    { "/tag/<tag>", 7, "<tag>" },
    { "/x/1/y/2", 8, "1,2" },
    { "/x/1/y", -1, "" },
    { "/", 9, "" },
    { "", 9, "" },
    { "/s/7.m4s", 10, "7" },
    { "/s/7.m4s/", 10, "7" },
    { "/s/7.m4s/8", 12, "7,8" },
    { "/s/.m4s", -1, "" },
    { "/s/7", -1, "" },
    { "/s/7.m4", -1, "" },
    { "/s/7xm4s", -1, "" },
    { "/s/init.mp4", 11, "" },
    { "/s/init.m4s", 10, "init" },
    { "xtracks", -1, "" },
    { "x", -1, "" },
    { "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20", -1, "" }
};


static void *
pool_alloc(void *ctx, size_t size)
{
    pool_t  *pool = ctx;

    assert_int_equal(size, sizeof(resonate_node_t));

    return pool->n < POOL ? &pool->nodes[pool->n++] : NULL;
}


static void
test_paths(void **state)
{
    char                  joined[64];
    size_t                i, j, nargs;
    pool_t               *pool;
    const char           *error;
    resonate_arg_t        args[RESONATE_ARGS_MAX];
    resonate_node_t       root, *node;
    resonate_view_t       view;
    resonate_captures_t   captures;

    (void) state;

    pool = test_calloc(1, sizeof(pool_t));
    memset(&root, 0, sizeof(root));

    for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        view.data = patterns[i];
        view.len = strlen(patterns[i]);
        node = resonate_trie_add(&root, view, pool_alloc, pool, args, &nargs,
                                 &error);
        assert_non_null(node);
        node->routes[RESONATE_GET] = (void *) patterns[i];
    }

    for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        view.data = paths[i].path;
        view.len = strlen(paths[i].path);
        node = resonate_trie_find(&root, view, &captures);

        if (paths[i].pattern < 0) {
            assert_null(node);
            continue;
        }

        assert_non_null(node);
        assert_string_equal(node->routes[RESONATE_GET],
                            patterns[paths[i].pattern]);

        joined[0] = '\0';

        for (j = 0; j < captures.n; j++) {
            strcat(joined, j ? "," : "");
            strncat(joined, captures.seg[j].data, captures.seg[j].len);
        }

        assert_string_equal(joined, paths[i].captures);
    }

    test_free(pool);
}


static void
test_patterns(void **state)
{
    static const char *const  bad[][2] = {
        { "", "does not begin with \"/\"" },
        { "tracks", "does not begin with \"/\"" },
        { "/a//b", "has an empty segment" },
        { "/<id:uuid", "has a capture that does not end with \">\"" },
        { "/<id>", "has no type" },
        { "/<id:uuid[]>", "is a list in the path" },
        { "/<id:json>", "has a type that only a body has" },
        { "/<id:uuid>/x/<id:uuid>", "has two captures of one name" },
        { "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17",
          "has too many segments" },
    };

    size_t            i, nargs;
    pool_t           *pool;
    const char       *error;
    resonate_arg_t    args[RESONATE_ARGS_MAX];
    resonate_node_t   root;
    resonate_view_t   view;

    (void) state;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        pool = test_calloc(1, sizeof(pool_t));
        memset(&root, 0, sizeof(root));
        view.data = bad[i][0];
        view.len = strlen(bad[i][0]);

        assert_null(resonate_trie_add(&root, view, pool_alloc, pool, args,
                                      &nargs, &error));
        assert_string_equal(error, bad[i][1]);
        test_free(pool);
    }
}


/* what one path says of a capture's suffix, another may not contradict */

static void
test_suffixes(void **state)
{
    static const struct {
        const char  *pattern;
        const char  *error;
    } paths[] = {
        { "/<n:int>.m4s", NULL },
        { "/<n:int>.m4s/x", NULL },
        { "/<n:int>", "has another suffix behind its capture than a path "
                      "before" },
        { "/<n:int>.mp4", "has another suffix behind its capture than a path "
                          "before" }
    };

    size_t            i, nargs;
    pool_t           *pool;
    const char       *error;
    resonate_arg_t    args[RESONATE_ARGS_MAX];
    resonate_node_t   root;
    resonate_view_t   view;

    (void) state;

    pool = test_calloc(1, sizeof(pool_t));
    memset(&root, 0, sizeof(root));

    for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        view.data = paths[i].pattern;
        view.len = strlen(paths[i].pattern);

        (void) resonate_trie_add(&root, view, pool_alloc, pool, args, &nargs,
                                 &error);

        if (paths[i].error == NULL) {
            assert_null(error);
            continue;
        }

        assert_non_null(error);
        assert_string_equal(error, paths[i].error);
    }

    test_free(pool);
}


static void
test_sqlstates(void **state)
{
    static const struct {
        const char  *state;
        int          status;
    } states[] = {
        { "RH402", 402 }, { "RH599", 599 }, { "RH200", 500 },
        { "RH4x2", 500 }, { "57014", 504 }, { "57P01", 503 },
        { "57P03", 503 }, { "08006", 503 }, { "53300", 503 },
        { "40001", 503 }, { "40P01", 503 }, { "25006", 503 },
        { "23505", 409 }, { "22P02", 400 }, { "42883", 500 },
        { "XX000", 500 }, { "", 500 }
    };

    size_t  i;

    (void) state;

    for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        assert_int_equal(resonate_sqlstate_http(states[i].state),
                         states[i].status);
    }

    assert_true(resonate_sqlstate_public("RH409"));
    assert_false(resonate_sqlstate_public("23505"));
}


static void
test_problems(void **state)
{
    char  *text;

    (void) state;

    text = resonate_problem(410, NULL, NULL);
    assert_string_equal(text, "{\"type\":\"about:blank\",\"title\":"
                        "\"Gone\",\"status\":410,\"detail\":"
                        "\"Gone\",\"message\":\"Gone\",\"data\":null}");
    free(text);

    text = resonate_problem(599, NULL, NULL);
    assert_non_null(strstr(text, "\"about:blank\",\"title\":\"Error\""));
    free(text);

    text = resonate_problem(402, "no \"credit\"", NULL);
    assert_non_null(strstr(text, "\"type\":\"" RESONATE_PROBLEM_TYPE
                           "no-credit\",\"title\":\"Payment Required\""));
    assert_non_null(strstr(text, "\"message\":\"no \\\"credit\\\"\""));
    free(text);

    text = resonate_problem(500, "\xff\xfe", NULL);
    assert_non_null(strstr(text, "\"detail\":\"Internal Server Error\""));
    free(text);
}


static void
test_names(void **state)
{
    size_t           i;
    char             buf[128], *end;
    resonate_view_t  prefix, pattern;

    static const struct {
        resonate_method_e   method;
        const char         *prefix;
        const char         *pattern;
        const char         *name;
    } names[] = {
        { RESONATE_GET, "", "/", "GET /" },
        { RESONATE_POST, "", "/plays", "POST /plays" },
        { RESONATE_DELETE, "/api/v3", "/tracks/<id:uuid>",
          "DELETE /api/v3/tracks/:id" },
        { RESONATE_PATCH, "/a", "/<x:int>/y/<z:text(1..50)>",
          "PATCH /a/:x/y/:z" },
        { RESONATE_PUT, "", "/a<b:c>", "PUT /a<b:c>" },
    };

    (void) state;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        prefix.data = names[i].prefix;
        prefix.len = strlen(names[i].prefix);
        pattern.data = names[i].pattern;
        pattern.len = strlen(names[i].pattern);

        end = resonate_route_name(buf, names[i].method, prefix, pattern);
        *end = '\0';

        assert_string_equal(buf, names[i].name);
        assert_true(strlen(buf) <= RESONATE_METHOD_MAX + 1 + prefix.len
                                   + pattern.len);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_suffixes),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_sqlstates),
        cmocka_unit_test(test_problems),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
