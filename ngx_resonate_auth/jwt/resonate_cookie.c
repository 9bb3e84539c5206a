
/*
 * Copyright (C) Resonate
 */


#include "resonate_cookie.h"

#include <string.h>


static int resonate_cookie_part(const resonate_cookie_view_t *key,
    const char *name, size_t namelen);
static void resonate_cookie_pair(const char *p, const char *last,
    resonate_cookie_view_t *name, resonate_cookie_view_t *value);


resonate_cookie_rc_e
resonate_cookie_find(const resonate_cookie_view_t *lines, size_t nlines,
    const char *name, size_t namelen, resonate_cookie_view_t *value)
{
    size_t                   i, n, pos;
    resonate_cookie_view_t   key, v;

    n = 0;

    for (i = 0; i < nlines; i++) {
        pos = 0;

        while (resonate_cookie_next(&lines[i], &pos, name, namelen, &key, &v))
        {
            if (key.len == namelen && n++ == 0) {
                *value = v;
            }
        }
    }

    return n == 0 ? RESONATE_COOKIE_NONE
           : n == 1 ? RESONATE_COOKIE_OK : RESONATE_COOKIE_BAD;
}


resonate_cookie_rc_e
resonate_cookie_join(const resonate_cookie_view_t *lines, size_t nlines,
    const char *name, size_t namelen, char *text, size_t *len)
{
    char                     key[RESONATE_COOKIE_NAME_MAX + 2];
    size_t                   i, n;
    resonate_cookie_rc_e     rc;
    resonate_cookie_view_t   value;

    *len = 0;

    rc = resonate_cookie_find(lines, nlines, name, namelen, &value);
    if (rc != RESONATE_COOKIE_OK) {
        return rc;
    }

    if (value.len < 3 || value.data[1] != '.' || value.data[0] < '1'
        || value.data[0] > '0' + RESONATE_COOKIE_PIECES)
    {
        return RESONATE_COOKIE_BAD;
    }

    n = value.data[0] - '0';
    value.data += 2;
    value.len -= 2;

    for (i = 0; ; ) {

        if (value.len > RESONATE_COOKIE_PIECE) {
            return RESONATE_COOKIE_BAD;
        }

        memcpy(text + *len, value.data, value.len);
        *len += value.len;

        if (++i == n) {
            return RESONATE_COOKIE_OK;
        }

        rc = resonate_cookie_find(lines, nlines, key,
                       resonate_cookie_name(key, name, namelen, i) - key,
                       &value);

        if (rc != RESONATE_COOKIE_OK) {
            return RESONATE_COOKIE_BAD;
        }
    }
}


size_t
resonate_cookie_pieces(size_t len)
{
    return len ? (len + RESONATE_COOKIE_PIECE - 1) / RESONATE_COOKIE_PIECE : 1;
}


char *
resonate_cookie_name(char *dst, const char *name, size_t namelen, size_t i)
{
    memcpy(dst, name, namelen);
    dst += namelen;

    if (i) {
        *dst++ = '.';
        *dst++ = (char) ('0' + i);
    }

    return dst;
}


char *
resonate_cookie_value(char *dst, const char *text, size_t len, size_t i)
{
    size_t  n;

    if (i == 0) {
        *dst++ = (char) ('0' + resonate_cookie_pieces(len));
        *dst++ = '.';
    }

    n = len - i * RESONATE_COOKIE_PIECE;

    if (n > RESONATE_COOKIE_PIECE) {
        n = RESONATE_COOKIE_PIECE;
    }

    memcpy(dst, text + i * RESONATE_COOKIE_PIECE, n);

    return dst + n;
}


int
resonate_cookie_next(const resonate_cookie_view_t *line, size_t *pos,
    const char *prefix, size_t prefixlen, resonate_cookie_view_t *name,
    resonate_cookie_view_t *value)
{
    const char  *p, *last, *end;

    last = line->data + line->len;

    while (*pos < line->len) {
        p = line->data + *pos;
        end = memchr(p, ';', last - p);

        if (end == NULL) {
            end = last;
        }

        *pos = end - line->data + 1;

        resonate_cookie_pair(p, end, name, value);

        if (name->len >= prefixlen
            && memcmp(name->data, prefix, prefixlen) == 0)
        {
            return 1;
        }
    }

    return 0;
}


char *
resonate_cookie_without(char *dst, const resonate_cookie_view_t *line,
    const char *name, size_t namelen)
{
    char                    *p;
    size_t                   pos, start;
    resonate_cookie_view_t   key, value;

    p = dst;
    pos = 0;

    for (start = 0;
         resonate_cookie_next(line, &pos, "", 0, &key, &value);
         start = pos)
    {
        if (resonate_cookie_part(&key, name, namelen)) {
            continue;
        }

        if (p > dst) {
            *p++ = ';';

        } else {
            start = key.data - line->data;
        }

        memcpy(p, line->data + start, pos - 1 - start);
        p += pos - 1 - start;
    }

    return p;
}


static int
resonate_cookie_part(const resonate_cookie_view_t *key, const char *name,
    size_t namelen)
{
    if (key->len < namelen || memcmp(key->data, name, namelen) != 0) {
        return 0;
    }

    return key->len == namelen || key->data[namelen] == '-'
           || (key->len == namelen + 2 && key->data[namelen] == '.');
}


/* without "=" it is a value without a name */

static void
resonate_cookie_pair(const char *p, const char *last,
    resonate_cookie_view_t *name, resonate_cookie_view_t *value)
{
    const char  *equals;

    while (p < last && (*p == ' ' || *p == '\t')) {
        p++;
    }

    while (p < last && (last[-1] == ' ' || last[-1] == '\t')) {
        last--;
    }

    equals = memchr(p, '=', last - p);

    name->data = p;
    name->len = equals ? (size_t) (equals - p) : 0;

    value->data = equals ? equals + 1 : p;
    value->len = last - value->data;
}
