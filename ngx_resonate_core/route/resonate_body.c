
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
static void resonate_body_arg(resonate_values_t *v,
    const resonate_arg_t *args, size_t i, json_t *value);
static int resonate_body_value(resonate_values_t *v,
    const resonate_arg_t *arg, json_t *value);
static int resonate_body_list(resonate_values_t *v, const resonate_arg_t *arg,
    json_t *value);
static int resonate_body_bounds(resonate_values_t *v,
    const resonate_arg_t *arg, size_t n, int64_t min, int64_t max);
static int resonate_body_scalar(resonate_values_t *v,
    const resonate_arg_t *arg, json_t *value);
static int resonate_body_json(resonate_values_t *v, const resonate_arg_t *arg,
    json_t *value);
static int resonate_body_external(resonate_values_t *v,
    const resonate_arg_t *arg, json_t *value);
static void resonate_body_columns(resonate_values_t *v,
    const resonate_arg_t *args, size_t nargs, size_t first, json_t *value);
static int resonate_body_objects(resonate_values_t *v,
    const resonate_arg_t *args, size_t nargs, const resonate_arg_t *array,
    json_t *value);
static void resonate_body_object(resonate_values_t *v,
    const resonate_arg_t *args, size_t nargs, const resonate_arg_t *array,
    json_t *value);
static int resonate_body_column(resonate_values_t *v,
    const resonate_arg_t *arg, json_t *value);
static int resonate_body_cell(resonate_values_t *v, const resonate_arg_t *arg,
    json_t *object);


#define RESONATE_BODY_DEPTH  16


static const resonate_arg_t  resonate_body_whole = {
    .name = { "", 0 },
    .where = RESONATE_BODY
};


void
resonate_args_body(resonate_values_t *v, const resonate_arg_t *args,
    size_t nargs, resonate_view_t body)
{
    json_t        *root, *value;
    const char    *key;
    json_error_t   error;

    if (resonate_body_depth(body) != 0) {
        resonate_fault(v, &resonate_body_whole, "json", "is nested too deep");
        return;
    }

    root = json_loadb(body.data, body.len, JSON_REJECT_DUPLICATES, &error);

    if (root == NULL) {
        resonate_fault(v, &resonate_body_whole, "json",
                       "should be JSON: line %d, column %d",
                       error.line, error.column);
        return;
    }

    if (!json_is_object(root)) {
        resonate_fault(v, &resonate_body_whole, "type",
                       "should be a JSON object");
        json_decref(root);
        return;
    }

    json_object_foreach(root, key, value) {
        resonate_body_member(v, args, nargs, key, value);
    }

    json_decref(root);
}


/* before jansson, which recurses; a bracket in a string nests nothing */

static int
resonate_body_depth(resonate_view_t body)
{
    int     depth, string;
    size_t  i;

    depth = 0;
    string = 0;

    for (i = 0; i < body.len; i++) {
        switch (body.data[i]) {

        case '"':
            string = !string;
            break;

        case '\\':
            i += string;
            break;

        case '[':
        case '{':
            depth += !string;
            break;

        case ']':
        case '}':
            depth -= (!string && depth);
            break;

        default:
            break;
        }

        if (depth > RESONATE_BODY_DEPTH) {
            return -1;
        }
    }

    return 0;
}


static void
resonate_body_member(resonate_values_t *v, const resonate_arg_t *args,
    size_t nargs, const char *key, json_t *value)
{
    size_t           i;
    resonate_view_t  name = { key, strlen(key) };

    for (i = 0; i < nargs; i++) {
        if (args[i].where == RESONATE_BODY
            && resonate_arg_called(&args[i], name))
        {
            break;
        }
    }

    if (i == nargs) {

        /* the name dies with the body: the message has it */

        resonate_fault(v, &resonate_body_whole, "additionalProperties",
                       "has the unknown field \"%.40s\"", key);
        return;
    }

    if (json_is_null(value)) {
        return;
    }

    if (v->values[i] || v->refused[i]) {
        v->values[i] = NULL;
        v->refused[i] = 1;
        resonate_fault(v, &args[i], "repeated", "should be given once");
        return;
    }

    if (args[i].column) {
        resonate_body_columns(v, args, nargs, i, value);
        return;
    }

    resonate_body_arg(v, args, i, value);
}


static void
resonate_body_arg(resonate_values_t *v, const resonate_arg_t *args, size_t i,
    json_t *value)
{
    char  *start;

    start = v->out;

    if (resonate_body_value(v, &args[i], value) != 0) {
        v->refused[i] = 1;
        v->out = start;
        return;
    }

    if (args[i].type == RESONATE_EXTERNAL) {
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

    if (arg->type == RESONATE_EXTERNAL) {
        return resonate_body_external(v, arg, value);
    }

    if (arg->column) {
        return resonate_body_column(v, arg, value);
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
        resonate_fault(v, arg, "type", "should be an array");
        return -1;
    }

    n = json_array_size(value);

    if (resonate_body_bounds(v, arg, n, arg->min, arg->max) != 0) {
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
resonate_body_bounds(resonate_values_t *v, const resonate_arg_t *arg,
    size_t n, int64_t min, int64_t max)
{
    if ((int64_t) n > max || (int64_t) n < min) {
        resonate_fault(v, arg, (int64_t) n > max ? "maxItems" : "minItems",
                       "should have %lld to %lld items",
                       (long long) min, (long long) max);
        return -1;
    }

    return 0;
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
            resonate_fault(v, arg, "type",
                           "should be an integer");
            return -1;
        }

        text.data = buf;
        text.len = snprintf(buf, sizeof(buf), "%lld",
                            (long long) json_integer_value(value));
        break;

    case RESONATE_BOOL:
        if (!json_is_boolean(value)) {
            resonate_fault(v, arg, "type",
                           "should be true or false");
            return -1;
        }

        text.data = json_is_true(value) ? "true" : "false";
        text.len = strlen(text.data);
        break;

    default:
        if (!json_is_string(value)) {
            resonate_fault(v, arg, "type",
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
        resonate_fault(v, arg, "json", "is no JSON value");
        return -1;
    }

    rc = resonate_out(v, arg, text, strlen(text));
    free(text);

    return rc;
}


static int
resonate_body_external(resonate_values_t *v, const resonate_arg_t *arg,
    json_t *value)
{
    if (json_is_string(value) && json_string_length(value) == 0) {
        return 0;
    }

    resonate_fault(v, arg, "readOnly",
                   "is kept by the identity provider, change it there");
    return -1;
}


/* all columns of the array whose first one is args[first] */

static void
resonate_body_columns(resonate_values_t *v, const resonate_arg_t *args,
    size_t nargs, size_t first, json_t *value)
{
    int             valid;
    size_t          i;
    resonate_arg_t  array;

    array = args[first];
    array.member.len = 0;

    valid = (resonate_body_objects(v, args, nargs, &array, value) == 0);

    for (i = first; i < nargs; i++) {
        if (!args[i].column || !resonate_view_equal(args[i].name, array.name)) {
            continue;
        }

        if (valid) {
            resonate_body_arg(v, args, i, value);

        } else {
            v->refused[i] = 1;
        }
    }
}


static int
resonate_body_objects(resonate_values_t *v, const resonate_arg_t *args,
    size_t nargs, const resonate_arg_t *array, json_t *value)
{
    size_t   i, n;
    json_t  *object;

    if (!json_is_array(value)) {
        resonate_fault(v, array, "type", "should be an array");
        return -1;
    }

    if (resonate_body_bounds(v, array, json_array_size(value),
                             array->items_min, array->items_max)
        != 0)
    {
        return -1;
    }

    n = v->nfaults;

    json_array_foreach(value, i, object) {
        v->item = i;
        resonate_body_object(v, args, nargs, array, object);
    }

    v->item = -1;

    return (v->nfaults == n) ? 0 : -1;
}


/* each of its members is a column */

static void
resonate_body_object(resonate_values_t *v, const resonate_arg_t *args,
    size_t nargs, const resonate_arg_t *array, json_t *value)
{
    size_t            i;
    json_t           *unused;
    const char       *key;
    resonate_view_t   name;

    if (!json_is_object(value)) {
        resonate_fault(v, array, "type", "should be an object");
        return;
    }

    json_object_foreach(value, key, unused) {
        name.data = key;
        name.len = strlen(key);

        for (i = 0; i < nargs; i++) {
            if (args[i].column
                && resonate_view_equal(args[i].name, array->name)
                && resonate_view_equal(args[i].member, name))
            {
                break;
            }
        }

        if (i == nargs) {
            resonate_fault(v, array, "additionalProperties",
                           "has the unknown field \"%.40s\"", key);
        }
    }

    (void) unused;
}


/* an array literal of what the objects have under one name */

static int
resonate_body_column(resonate_values_t *v, const resonate_arg_t *arg,
    json_t *value)
{
    int      rc;
    size_t   i;
    json_t  *object;

    rc = resonate_out(v, arg, "{", 1);

    json_array_foreach(value, i, object) {
        v->item = i;

        if (i && resonate_out(v, arg, ",", 1) != 0) {
            rc = -1;
            break;
        }

        if (resonate_body_cell(v, arg, object) != 0) {
            rc = -1;
        }
    }

    v->item = -1;

    if (rc == 0) {
        rc = resonate_out(v, arg, "}", 1);
    }

    return rc;
}


static int
resonate_body_cell(resonate_values_t *v, const resonate_arg_t *arg,
    json_t *object)
{
    char     name[RESONATE_NAME_MAX + 1];
    json_t  *value;

    memcpy(name, arg->member.data, arg->member.len);
    name[arg->member.len] = '\0';

    value = json_object_get(object, name);

    if (value && !json_is_null(value)) {
        return resonate_body_scalar(v, arg, value);
    }

    if (arg->required) {
        resonate_fault(v, arg, "required", "is required");
        return -1;
    }

    return resonate_out(v, arg, "NULL", 4);
}
