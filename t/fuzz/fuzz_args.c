
/*
 * Copyright (C) Resonate
 *
 * Bytes of a request as path segment, query and body of one route: values are
 * within their buffer and end, or there is a fault.
 */


#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../ngx_resonate_core/route/resonate_args.h"
#include "../../ngx_resonate_core/route/resonate_trie.h"


static const char *const  words[] = {
    "?n:int(-9..100)=5", "?id:uuid", "?t:text(1..20)", "?d:date",
    "?o:enum(a|b)", "?l:uuid[](1..5)", "?tt:text[](0..5)", "?b:bool",
    "body.n2:int", "body.j:json", "body.s:text(0..100)", "body.a:text[](0..9)",
    "header.Key:text(1..255)", "body.o[](0..9).t:text(0..9)",
    "body.o[](0..9).n:int!", "body.x:external"
};

#define NARGS  (sizeof(words) / sizeof(words[0]))


static void
check(const resonate_values_t *v, const char *buf, size_t size)
{
    size_t   i;
    json_t  *faults;

    if (v->out > buf + size) {
        abort();
    }

    for (i = 0; i < NARGS; i++) {
        if (v->values[i]
            && (v->values[i] < buf
                || v->values[i] + strlen(v->values[i]) >= buf + size))
        {
            abort();
        }
    }

    faults = resonate_args_faults(v);

    if (faults == NULL || json_array_size(faults) != v->nfaults) {
        abort();
    }

    json_decref(faults);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char               *buf;
    size_t              i, len;
    resonate_arg_t      args[NARGS];
    resonate_view_t     view, word;
    resonate_where_e    where;
    resonate_values_t   v;

    for (i = 0; i < NARGS; i++) {
        word.data = words[i];
        word.len = strlen(words[i]);

        if (resonate_arg_where(&word, &where) != 0
            || resonate_arg_parse(word, where, &args[i]) != NULL)
        {
            abort();
        }
    }

    view.data = (const char *) data;
    view.len = size;

    len = resonate_values_size(size + 8, NARGS);
    buf = malloc(len);
    if (buf == NULL) {
        return 0;
    }

    resonate_values_init(&v, buf, len);
    resonate_args_query(&v, args, NARGS, view);
    resonate_args_finish(&v, args, NARGS);
    check(&v, buf, len);

    resonate_values_init(&v, buf, len);
    resonate_args_body(&v, args, NARGS, view);
    resonate_args_finish(&v, args, NARGS);
    check(&v, buf, len);

    for (i = 0; i < NARGS; i++) {
        resonate_values_init(&v, buf, len);

        if (!args[i].list && !args[i].column
            && args[i].type < RESONATE_JSON)
        {
            resonate_args_text(&v, args, i, view);
            check(&v, buf, len);
        }
    }

    free(buf);

    return 0;
}
