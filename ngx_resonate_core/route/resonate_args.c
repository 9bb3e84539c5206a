
/*
 * Copyright (C) Resonate
 *
 * Path segments, headers and queries to arguments; defaults; faults.
 */


#include "resonate_args.h"

#include <stdio.h>
#include <string.h>


static void resonate_query_arg(resonate_values_t *v,
    const resonate_arg_t *args, size_t i, resonate_view_t query);
static int resonate_query_next(resonate_view_t *query, resonate_view_t *key,
    resonate_view_t *value);
static int resonate_query_is(resonate_view_t key, resonate_view_t name);
static int resonate_decode(resonate_view_t text, char *buf,
    resonate_view_t *decoded);
static int resonate_hex(char c);
static int resonate_end_list(resonate_values_t *v, const resonate_arg_t *arg,
    int64_t n);


void
resonate_values_init(resonate_values_t *v, char *buf, size_t size)
{
    memset(v->values, 0, sizeof(v->values));
    memset(v->refused, 0, sizeof(v->refused));
    v->item = -1;
    v->out = buf;
    v->end = buf + size;
    v->nfaults = 0;
}


void
resonate_args_text(resonate_values_t *v, const resonate_arg_t *args, size_t i,
    resonate_view_t text)
{
    char  *start;

    start = v->out;

    if (resonate_value_put(v, &args[i], text) != 0) {
        v->refused[i] = 1;
        v->out = start;
        return;
    }

    *v->out++ = '\0';
    v->values[i] = start;
}


void
resonate_args_query(resonate_values_t *v, const resonate_arg_t *args,
    size_t nargs, resonate_view_t query)
{
    size_t  i;

    for (i = 0; i < nargs; i++) {
        if (args[i].where == RESONATE_QUERY) {
            resonate_query_arg(v, args, i, query);
        }
    }
}


/*
 * Decoded bytes never outnumber the encoded ones, so each value is decoded
 * to the far end of what is left of the buffer and checked from there; a
 * quoted list item doubles at worst, so a third of it is never overwritten.
 */

static void
resonate_query_arg(resonate_values_t *v, const resonate_arg_t *args, size_t i,
    resonate_view_t query)
{
    char                  *start;
    int64_t                n, given;
    resonate_view_t        key, value, text;
    const resonate_arg_t  *arg;

    arg = &args[i];
    start = v->out;
    given = 0;
    n = 0;

    while (resonate_query_next(&query, &key, &value)) {

        if (!resonate_query_is(key, arg->name)) {
            continue;
        }

        given++;

        if (given > 1 && !arg->list) {
            resonate_fault(v, arg, "repeated", "should be given once");
            goto failed;
        }

        /* "ids=" is how a client writes a list of none */

        if (value.len == 0 && arg->list && arg->type != RESONATE_TEXT) {
            continue;
        }

        if (arg->list && n == arg->max) {
            n++;
            break;
        }

        if (value.len + 8 > (size_t) (v->end - v->out) / 3
            || resonate_decode(value, v->end - value.len, &text) != 0)
        {
            resonate_fault(v, arg, "format", "should be percent-encoded");
            goto failed;
        }

        if (arg->list && resonate_out(v, arg, n ? "," : "{", 1) != 0) {
            goto failed;
        }

        if (resonate_value_put(v, arg, text) != 0) {
            goto failed;
        }

        n++;
    }

    if (given == 0) {
        return;
    }

    if (arg->list && resonate_end_list(v, arg, n) != 0) {
        goto failed;
    }

    *v->out++ = '\0';
    v->values[i] = start;

    return;

failed:

    v->refused[i] = 1;
    v->out = start;
}


static int
resonate_end_list(resonate_values_t *v, const resonate_arg_t *arg, int64_t n)
{
    if (n > arg->max) {
        resonate_fault(v, arg, "maxItems",
                       "should have at most %lld items",
                       (long long) arg->max);
        return -1;
    }

    if (n < arg->min) {
        resonate_fault(v, arg, "minItems",
                       "should have at least %lld items",
                       (long long) arg->min);
        return -1;
    }

    return n ? resonate_out(v, arg, "}", 1) : resonate_out(v, arg, "{}", 2);
}


void
resonate_args_finish(resonate_values_t *v, const resonate_arg_t *args,
    size_t nargs)
{
    size_t  i;

    for (i = 0; i < nargs; i++) {

        if (v->values[i] || v->refused[i]) {
            continue;
        }

        if (args[i].required) {
            resonate_fault(v, &args[i], "required", "is required");

        } else if (args[i].has_default) {
            resonate_args_text(v, args, i, args[i].fallback);
        }
    }
}


json_t *
resonate_args_faults(const resonate_values_t *v)
{
    size_t                   i;
    json_t                  *list, *path, *message;
    const resonate_fault_t  *f;

    list = json_array();
    if (list == NULL) {
        return NULL;
    }

    for (i = 0; i < v->nfaults; i++) {
        f = &v->faults[i];

        /* a client's word in the message may be cut amid a character */

        if (f->item < 0) {
            path = json_stringn(f->path.data, f->path.len);

        } else {
            path = json_sprintf("%.*s[%ld]%s%.*s",
                                (int) f->path.len, f->path.data, f->item,
                                f->member.len ? "." : "",
                                (int) f->member.len, f->member.data);
        }

        message = json_string(f->message);

        if (message == NULL) {
            message = json_string("is not allowed");
        }

        if (json_array_append_new(list, json_pack("{s:o?, s:s, s:s, s:o?}",
                                      "path", path, "location", f->location,
                                      "code", f->code, "message", message))
            != 0)
        {
            json_decref(list);
            return NULL;
        }
    }

    return list;
}


static int
resonate_query_next(resonate_view_t *query, resonate_view_t *key,
    resonate_view_t *value)
{
    const char  *p, *end;

    if (query->len == 0) {
        return 0;
    }

    end = memchr(query->data, '&', query->len);
    if (end == NULL) {
        end = query->data + query->len;
    }

    p = memchr(query->data, '=', end - query->data);

    key->data = query->data;
    key->len = (p ? p : end) - query->data;

    value->data = p ? p + 1 : end;
    value->len = end - value->data;

    query->len -= end - query->data;
    query->data = end;

    if (query->len) {
        query->data++;
        query->len--;
    }

    return 1;
}


/* names are plain letters, so that few clients encode them; "ids[]" is ids */

static int
resonate_query_is(resonate_view_t key, resonate_view_t name)
{
    char             buf[3 * RESONATE_NAME_MAX + 6];
    resonate_view_t  text;

    if (key.len == name.len) {
        return memcmp(key.data, name.data, name.len) == 0;
    }

    if (key.len < name.len || key.len > sizeof(buf)
        || resonate_decode(key, buf, &text) != 0)
    {
        return 0;
    }

    if (text.len == name.len + 2
        && memcmp(text.data + name.len, "[]", 2) == 0)
    {
        text.len -= 2;
    }

    return text.len == name.len && memcmp(text.data, name.data, name.len) == 0;
}


static int
resonate_decode(resonate_view_t text, char *buf, resonate_view_t *decoded)
{
    int     high, low;
    char   *p;
    size_t  i;

    p = buf;

    for (i = 0; i < text.len; i++) {

        if (text.data[i] == '+') {
            *p++ = ' ';
            continue;
        }

        if (text.data[i] != '%') {
            *p++ = text.data[i];
            continue;
        }

        if (text.len - i < 3) {
            return -1;
        }

        high = resonate_hex(text.data[i + 1]);
        low = resonate_hex(text.data[i + 2]);

        if (high < 0 || low < 0) {
            return -1;
        }

        *p++ = (char) (high << 4 | low);
        i += 2;
    }

    decoded->data = buf;
    decoded->len = p - buf;

    return 0;
}


static int
resonate_hex(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c |= 0x20;

    return (c >= 'a' && c <= 'f') ? c - 'a' + 10 : -1;
}
