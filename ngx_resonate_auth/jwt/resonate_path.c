
/*
 * Copyright (C) Resonate
 */


#include "resonate_path.h"

#include <string.h>


static int resonate_path_pointer(resonate_jwt_view_t *path, char *name);
static int resonate_path_dotted(resonate_jwt_view_t *path, char *name);
static int resonate_path_name(const char *data, size_t len, char *name);
static void resonate_path_skip(resonate_jwt_view_t *path, size_t len);


int
resonate_path_valid(const resonate_jwt_view_t *path)
{
    int                  rc;
    char                 name[RESONATE_PATH_MAX + 1];
    unsigned             n;
    resonate_jwt_view_t  rest;

    rest = *path;

    for (n = 0; (rc = resonate_path_next(&rest, name)) == 1; n++) {
        if (n == RESONATE_PATH_NAMES) {
            return 0;
        }
    }

    return rc == 0 && n > 0;
}


json_t *
resonate_path_find(json_t *claims, const resonate_jwt_view_t *path)
{
    char                 name[RESONATE_PATH_MAX + 1];
    json_t              *value;
    resonate_jwt_view_t  rest;

    if (!resonate_path_valid(path)) {
        return NULL;
    }

    rest = *path;
    value = claims;

    while (value && resonate_path_next(&rest, name) == 1) {
        value = json_object_get(value, name);
    }

    return value;
}


int
resonate_path_next(resonate_jwt_view_t *path,
    char name[RESONATE_PATH_MAX + 1])
{
    size_t  len;

    len = path->len;

    if (len == 0) {
        return 0;
    }

    if (len > RESONATE_PATH_MAX) {
        return -1;
    }

    if (path->data[0] == '/') {
        return resonate_path_pointer(path, name);
    }

    if (memchr(path->data, ':', len)) {
        resonate_path_skip(path, len);
        return resonate_path_name(path->data - len, len, name);
    }

    return resonate_path_dotted(path, name);
}


/* RFC 6901, sections 3 and 4 */

static int
resonate_path_pointer(resonate_jwt_view_t *path, char *name)
{
    char        *p, buf[RESONATE_PATH_MAX];
    size_t       i;

    p = buf;

    for (i = 1; i < path->len && path->data[i] != '/'; i++) {

        *p = path->data[i];

        if (*p == '~') {
            i++;

            if (i == path->len
                || (path->data[i] != '0' && path->data[i] != '1'))
            {
                return -1;
            }

            *p = path->data[i] == '0' ? '~' : '/';
        }

        p++;
    }

    resonate_path_skip(path, i);

    return resonate_path_name(buf, p - buf, name);
}


/* a slash is for pointers and URIs: what follows the dot is no pointer */

static int
resonate_path_dotted(resonate_jwt_view_t *path, char *name)
{
    size_t       len;
    const char  *start, *dot;

    start = path->data;
    dot = memchr(start, '.', path->len);
    len = dot ? (size_t) (dot - start) : path->len;

    if (memchr(start, '/', path->len) || len + 1 == path->len) {
        return -1;
    }

    resonate_path_skip(path, dot ? len + 1 : len);

    return resonate_path_name(start, len, name);
}


static int
resonate_path_name(const char *data, size_t len, char *name)
{
    size_t         i;
    unsigned char  c;

    for (i = 0; i < len; i++) {
        c = (unsigned char) data[i];

        if (c < 0x20 || c == 0x7f) {
            return -1;
        }

        name[i] = data[i];
    }

    name[len] = '\0';

    return len ? 1 : -1;
}


static void
resonate_path_skip(resonate_jwt_view_t *path, size_t len)
{
    path->data += len;
    path->len -= len;
}
