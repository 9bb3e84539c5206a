
/*
 * Copyright (C) Resonate
 *
 * Anything as an argument's word, as a pattern and as a path.
 */


#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../ngx_resonate_core/route/resonate_trie.h"


typedef struct {
    size_t           n;
    resonate_node_t  nodes[2 * RESONATE_SEGMENTS_MAX];
} pool_t;


static void *
pool_alloc(void *ctx, size_t size)
{
    pool_t  *pool = ctx;

    if (size != sizeof(resonate_node_t)
        || pool->n == sizeof(pool->nodes) / sizeof(pool->nodes[0]))
    {
        return NULL;
    }

    return &pool->nodes[pool->n++];
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char                 sql[4096];
    size_t               nargs;
    pool_t               pool;
    const char          *error;
    resonate_arg_t       args[RESONATE_SEGMENTS_MAX];
    resonate_node_t      root, *node;
    resonate_view_t      view, word, name = { "v3.f", 4 };
    resonate_where_e     where;
    resonate_captures_t  captures;

    memset(&pool, 0, sizeof(pool));
    memset(&root, 0, sizeof(root));

    view.data = (const char *) data;
    view.len = size;
    word = view;

    if (resonate_arg_where(&word, &where) == 0
        && resonate_arg_parse(word, where, &args[0]) == NULL
        && resonate_route_sql(sql, sizeof(sql), name, args, 1, 1, NULL) == 0)
    {
        abort();
    }

    node = resonate_trie_add(&root, view, pool_alloc, &pool, args, &nargs,
                             &error);

    if (node == NULL && error == NULL) {
        abort();
    }

    (void) resonate_trie_find(&root, view, &captures);
    (void) resonate_function_valid(view);

    if (captures.n > RESONATE_SEGMENTS_MAX) {
        abort();
    }

    return 0;
}
