
/*
 * Copyright (C) Resonate
 */


#include "resonate_uri.h"

#include <string.h>
#include <strings.h>


#define RESONATE_URI_PORT_MAX  65535


static const char *resonate_uri_scheme(resonate_uri_t *uri, const char *s,
    const char *last);
static const char *resonate_uri_host(resonate_uri_t *uri, const char *s,
    const char *last);
static const char *resonate_uri_port(resonate_uri_t *uri, const char *s,
    const char *last);
static int resonate_uri_path(resonate_uri_t *uri, const char *s,
    const char *last);
static void resonate_uri_segments(resonate_uri_t *uri);
static int resonate_uri_unreserved(unsigned char c);
static int resonate_uri_escaped(const char *s, const char *last);
static int resonate_uri_hex(char c);
static void resonate_uri_put(resonate_uri_t *uri, int c);


int
resonate_uri_normalize(resonate_uri_t *uri, const char *s, size_t len)
{
    const char  *last;

    /* one byte: of an empty path */

    if (len >= RESONATE_URI_MAX) {
        return -1;
    }

    last = s + len;
    uri->len = 0;

    s = resonate_uri_scheme(uri, s, last);

    if (s) {
        s = resonate_uri_host(uri, s, last);
    }

    if (s) {
        s = resonate_uri_port(uri, s, last);
    }

    if (s == NULL) {
        return -1;
    }

    uri->origin = uri->len;

    if (resonate_uri_path(uri, s, last) != 0) {
        return -1;
    }

    resonate_uri_segments(uri);

    return 0;
}


int
resonate_uri_unescape(char *dst, size_t size, size_t *len, const char *src,
    size_t srclen)
{
    int          n;
    char        *p;
    const char  *last;

    p = dst;
    last = src + srclen;

    for ( /* void */ ; src < last; src++) {

        if (p == dst + size) {
            return -1;
        }

        if (*src != '%') {
            *p++ = *src;
            continue;
        }

        n = resonate_uri_escaped(src, last);

        if (n < 0) {
            return -1;
        }

        *p++ = (char) n;
        src += 2;
    }

    *len = (size_t) (p - dst);

    return 0;
}


static const char *
resonate_uri_scheme(resonate_uri_t *uri, const char *s, const char *last)
{
    size_t       n;
    const char  *scheme;

    scheme = "https://";
    n = sizeof("https://") - 1;

    if ((size_t) (last - s) < n || strncasecmp(s, scheme, n) != 0) {
        scheme = "http://";
        n--;

        if ((size_t) (last - s) < n || strncasecmp(s, scheme, n) != 0) {
            return NULL;
        }
    }

    memcpy(uri->data, scheme, n);
    uri->len = n;

    return s + n;
}


/* no escapes: what they would spell is spelled plainly in a host's name */

static const char *
resonate_uri_host(resonate_uri_t *uri, const char *s, const char *last)
{
    int          literal;
    size_t       start;
    const char  *p;

    start = uri->len;
    literal = (s < last && *s == '[');

    for (p = s; p < last; p++) {

        if (*p >= 'A' && *p <= 'Z') {
            resonate_uri_put(uri, *p | 0x20);
            continue;
        }

        if (resonate_uri_unreserved((unsigned char) *p)
            || (literal && (*p == ':' || p == s)))
        {
            resonate_uri_put(uri, *p);
            continue;
        }

        if (literal && *p == ']') {
            resonate_uri_put(uri, *p++);
            literal = 0;
        }

        break;
    }

    return (literal || uri->len == start) ? NULL : p;
}


static const char *
resonate_uri_port(resonate_uri_t *uri, const char *s, const char *last)
{
    int          secure;
    unsigned     port, ten;

    secure = (uri->data[4] == 's');
    port = 0;

    if (s < last && *s == ':') {

        for (s++; s < last && *s >= '0' && *s <= '9'; s++) {
            port = port * 10 + (unsigned) (*s - '0');

            if (port > RESONATE_URI_PORT_MAX) {
                return NULL;
            }
        }

        if (port == 0 && s[-1] != ':') {
            return NULL;
        }
    }

    if (s < last && *s != '/' && *s != '?' && *s != '#') {
        return NULL;
    }

    if (port == 0 || port == (secure ? 443 : 80)) {
        return s;
    }

    resonate_uri_put(uri, ':');

    for (ten = 10000; ten; ten /= 10) {
        if (port >= ten) {
            resonate_uri_put(uri, (int) ('0' + port / ten % 10));
        }
    }

    return s;
}


static int
resonate_uri_path(resonate_uri_t *uri, const char *s, const char *last)
{
    int            n;
    unsigned char  c;

    static const char  digits[] = "0123456789ABCDEF";

    for ( /* void */ ; s < last && *s != '?' && *s != '#'; s++) {
        c = (unsigned char) *s;

        if (c <= 0x20 || c == 0x7f) {
            return -1;
        }

        if (c != '%') {
            resonate_uri_put(uri, c);
            continue;
        }

        n = resonate_uri_escaped(s, last);

        if (n < 0) {
            return -1;
        }

        s += 2;

        if (resonate_uri_unreserved((unsigned char) n)) {
            resonate_uri_put(uri, n);
            continue;
        }

        resonate_uri_put(uri, '%');
        resonate_uri_put(uri, digits[n >> 4]);
        resonate_uri_put(uri, digits[n & 0xf]);
    }

    if (uri->len == uri->origin) {
        resonate_uri_put(uri, '/');
    }

    return 0;
}


/* RFC 3986, section 5.2.4, of a path that begins with "/" */

static void
resonate_uri_segments(resonate_uri_t *uri)
{
    char    *p, *next, *last, *root, *dst;
    size_t   n;

    root = uri->data + uri->origin;
    last = uri->data + uri->len;
    dst = root;

    for (p = root; p < last; p = next) {
        next = memchr(p + 1, '/', (size_t) (last - p - 1));
        next = next ? next : last;
        n = (size_t) (next - p);

        if (n == 3 && p[1] == '.' && p[2] == '.') {
            while (dst > root && *--dst != '/') { /* void */ }

        } else if (n != 2 || p[1] != '.') {
            memmove(dst, p, n);
            dst += n;
            continue;
        }

        /* a dot segment at the end leaves its slash */

        if (next == last) {
            *dst++ = '/';
        }
    }

    uri->len = (size_t) (dst - uri->data);
}


static int
resonate_uri_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'
           || c == '~';
}


/* the byte that "%" and two digits stand for, or -1 */

static int
resonate_uri_escaped(const char *s, const char *last)
{
    int  high, low;

    if (last - s < 3) {
        return -1;
    }

    high = resonate_uri_hex(s[1]);
    low = resonate_uri_hex(s[2]);

    return (high < 0 || low < 0) ? -1 : high << 4 | low;
}


static int
resonate_uri_hex(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    c |= 0x20;

    return (c >= 'a' && c <= 'f') ? c - 'a' + 10 : -1;
}


/* there is room: nothing gets longer but an empty path */

static void
resonate_uri_put(resonate_uri_t *uri, int c)
{
    uri->data[uri->len++] = (char) c;
}
