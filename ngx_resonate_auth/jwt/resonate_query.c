
/*
 * Copyright (C) Resonate
 */


#include "resonate_query.h"

#include <string.h>


static const char *resonate_query_next(const char *p, const char *last,
    const char *name, size_t namelen);
static resonate_query_rc_e resonate_query_decode(const char *p,
    const char *last, char *value, size_t size, size_t *len);
static int resonate_query_digit(unsigned char c);
static int resonate_query_plain(unsigned char c);


resonate_query_rc_e
resonate_query_get(const char *query, size_t len, const char *name,
    char *value, size_t size, size_t *valuelen)
{
    size_t       namelen;
    const char  *p, *last, *end;

    last = query + len;
    namelen = strlen(name);

    p = resonate_query_next(query, last, name, namelen);

    if (p == NULL) {
        return RESONATE_QUERY_NONE;
    }

    end = p < last ? memchr(p, '&', last - p) : NULL;

    if (end && resonate_query_next(end + 1, last, name, namelen)) {
        return RESONATE_QUERY_BAD;
    }

    return resonate_query_decode(p, end ? end : last, value, size, valuelen);
}


/* the value of the next parameter of that name, which is never escaped */

static const char *
resonate_query_next(const char *p, const char *last, const char *name,
    size_t namelen)
{
    while (p < last) {

        if ((size_t) (last - p) > namelen && p[namelen] == '='
            && memcmp(p, name, namelen) == 0)
        {
            return p + namelen + 1;
        }

        p = memchr(p, '&', last - p);

        if (p == NULL) {
            break;
        }

        p++;
    }

    return NULL;
}


static resonate_query_rc_e
resonate_query_decode(const char *p, const char *last, char *value,
    size_t size, size_t *len)
{
    int     high, low;
    char    c;
    size_t  n;

    for (n = 0; p < last; n++) {
        c = *p++;

        if (c == '+') {
            c = ' ';

        } else if (c == '%') {

            if (last - p < 2) {
                return RESONATE_QUERY_BAD;
            }

            high = resonate_query_digit((unsigned char) p[0]);
            low = resonate_query_digit((unsigned char) p[1]);

            if (high < 0 || low < 0) {
                return RESONATE_QUERY_BAD;
            }

            c = (char) (high << 4 | low);
            p += 2;
        }

        if (c == '\0' || n + 1 >= size) {
            return RESONATE_QUERY_BAD;
        }

        value[n] = c;
    }

    value[n] = '\0';
    *len = n;

    return RESONATE_QUERY_OK;
}


static int
resonate_query_digit(unsigned char c)
{
    return (c >= '0' && c <= '9') ? c - '0'
           : (c >= 'a' && c <= 'f') ? c - 'a' + 10
           : (c >= 'A' && c <= 'F') ? c - 'A' + 10 : -1;
}


size_t
resonate_query_encoded(const char *src, size_t len)
{
    size_t  i, n;

    n = len;

    for (i = 0; i < len; i++) {
        n += resonate_query_plain((unsigned char) src[i]) ? 0 : 2;
    }

    return n;
}


/* a space as %20, which a query and a form both understand */

char *
resonate_query_encode(char *dst, const char *src, size_t len)
{
    size_t         i;
    unsigned char  c;

    static const char  hex[] = "0123456789ABCDEF";

    for (i = 0; i < len; i++) {
        c = (unsigned char) src[i];

        if (resonate_query_plain(c)) {
            *dst++ = (char) c;
            continue;
        }

        *dst++ = '%';
        *dst++ = hex[c >> 4];
        *dst++ = hex[c & 0xf];
    }

    return dst;
}


void
resonate_query_add(resonate_query_writer_t *w, const char *name,
    const char *value, size_t len)
{
    size_t  namelen;

    namelen = strlen(name);
    w->len += namelen + 2 + resonate_query_encoded(value, len);

    if (w->pos == NULL) {
        return;
    }

    *w->pos++ = '&';
    memcpy(w->pos, name, namelen);
    w->pos += namelen;
    *w->pos++ = '=';
    w->pos = resonate_query_encode(w->pos, value, len);
}


/* RFC 3986, section 2.3 */

static int
resonate_query_plain(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
           || (c >= '0' && c <= '9')
           || c == '-' || c == '.' || c == '_' || c == '~';
}
