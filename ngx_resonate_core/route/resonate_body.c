
/*
 * Copyright (C) Resonate
 *
 * JSON bodies to arguments.
 */


#include "resonate_args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


static int resonate_body_depth(resonate_view_t body);
static void resonate_body_member(resonate_values_t *v,
    const resonate_arg_t *args, size_t nargs, const char *key, json_t *value);
static int resonate_body_value(resonate_values_t *v,
    const resonate_arg_t *arg, json_t *value);
static int resonate_body_list(resonate_values_t *v, const resonate_arg_t *arg,
    json_t *value);
static int resonate_body_scalar(resonate_values_t *v,
    const resonate_arg_t *arg, json_t *value);
static int resonate_body_json(resonate_values_t *v, const resonate_arg_t *arg,
    json_t *value);


#define RESONATE_BODY_DEPTH  16


void
resonate_args_body(resonate_values_t *v, const resonate_arg_t *args,
    size_t nargs, resonate_view_t body)
{
    json_t           *root, *value;
    const char       *key;
    json_error_t      error;
    resonate_view_t   none = { "", 0 };

    if (resonate_body_depth(body) != 0) {
        resonate_fault(v, none, RESONATE_BODY, "json", "is nested too deep");
        return;
    }

    root = json_loadb(body.data, body.len, JSON_REJECT_DUPLICATES, &error);

    if (root == NULL) {
        resonate_fault(v, none, RESONATE_BODY, "json",
                       "should be JSON: line %d, column %d",
                       error.line, error.column);
        return;
    }

    if (!json_is_object(root)) {
        resonate_fault(v, none, RESONATE_BODY, "type",
                       "should be a JSON object");
        json_decref(root);
        return;
    }

    json_object_foreach(root, key, value) {
        resonate_body_member(v, args, nargs, key, value);
    }

    json_decref(root);
}


/* an upper bound, brackets in strings included: jansson must not recurse */

static int
resonate_body_depth(resonate_view_t body)
{
    int     depth;
    size_t  i;

    depth = 0;

    for (i = 0; i < body.len; i++) {
        switch (body.data[i]) {

        case '[':
        case '{':
            if (++depth > RESONATE_BODY_DEPTH) {
                return -1;
            }
            break;

        case ']':
        case '}':
            if (depth) {
                depth--;
            }
            break;

        default:
            break;
        }
    }

    return 0;
}


static void
resonate_body_member(resonate_values_t *v, const resonate_arg_t *args,
    size_t nargs, const char *key, json_t *value)
{
    char             *start;
    size_t            i;
    resonate_view_t   name;

    name.data = key;
    name.len = strlen(key);

    for (i = 0; i < nargs; i++) {
        if (args[i].where == RESONATE_BODY && args[i].name.len == name.len
            && memcmp(args[i].name.data, key, name.len) == 0)
        {
            break;
        }
    }

    if (i == nargs) {

        /* the name dies with the body: it is told in the message */

        name.data = "";
        name.len = 0;

        resonate_fault(v, name, RESONATE_BODY, "additionalProperties",
                       "has the unknown field \"%.40s\"", key);
        return;
    }

    if (json_is_null(value)) {
        return;
    }

    start = v->out;

    if (resonate_body_value(v, &args[i], value) != 0) {
        v->out = start;
        return;
    }

    *v->out++ = '\0';
    v->values[i] = start;
}


static int
resonate_body_value(resonate_values_t *v, const resonate_arg_t *arg,
    json_t *value)
{
    if (arg->type == RESONATE_JSON) {
        return resonate_body_json(v, arg, value);
    }

    if (arg->list) {
        return resonate_body_list(v, arg, value);
    }

    return resonate_body_scalar(v, arg, value);
}


static int
resonate_body_list(resonate_values_t *v, const resonate_arg_t *arg,
    json_t *value)
{
    size_t  i, n;

    if (!json_is_array(value)) {
        resonate_fault(v, arg->name, arg->where, "type",
                       "should be an array");
        return -1;
    }

    n = json_array_size(value);

    if ((int64_t) n > arg->max || (int64_t) n < arg->min) {
        resonate_fault(v, arg->name, arg->where,
                       (int64_t) n > arg->max ? "maxItems" : "minItems",
                       "should have %lld to %lld items",
                       (long long) arg->min, (long long) arg->max);
        return -1;
    }

    if (resonate_out(v, arg, "{", 1) != 0) {
        return -1;
    }

    for (i = 0; i < n; i++) {
        if ((i && resonate_out(v, arg, ",", 1) != 0)
            || resonate_body_scalar(v, arg, json_array_get(value, i)) != 0)
        {
            return -1;
        }
    }

    return resonate_out(v, arg, "}", 1);
}


static int
resonate_body_scalar(resonate_values_t *v, const resonate_arg_t *arg,
    json_t *value)
{
    char             buf[24];
    resonate_view_t  text;

    switch (arg->type) {

    case RESONATE_INT:
        if (!json_is_integer(value)) {
            resonate_fault(v, arg->name, arg->where, "type",
                           "should be an integer");
            return -1;
        }

        text.data = buf;
        text.len = snprintf(buf, sizeof(buf), "%lld",
                            (long long) json_integer_value(value));
        break;

    case RESONATE_BOOL:
        if (!json_is_boolean(value)) {
            resonate_fault(v, arg->name, arg->where, "type",
                           "should be true or false");
            return -1;
        }

        text.data = json_is_true(value) ? "true" : "false";
        text.len = strlen(text.data);
        break;

    default:
        if (!json_is_string(value)) {
            resonate_fault(v, arg->name, arg->where, "type",
                           "should be a string");
            return -1;
        }

        text.data = json_string_value(value);
        text.len = json_string_length(value);
        break;
    }

    return resonate_value_put(v, arg, text);
}


static int
resonate_body_json(resonate_values_t *v, const resonate_arg_t *arg,
    json_t *value)
{
    int    rc;
    char  *text;

    text = json_dumps(value, JSON_COMPACT|JSON_ENCODE_ANY);

    if (text == NULL) {
        resonate_fault(v, arg->name, arg->where, "json", "is no JSON value");
        return -1;
    }

    rc = resonate_out(v, arg, text, strlen(text));
    free(text);

    return rc;
}
