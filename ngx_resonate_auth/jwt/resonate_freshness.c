
/*
 * Copyright (C) Resonate
 */


#include "resonate_freshness.h"

#include <string.h>
#include <strings.h>


static size_t resonate_freshness_directive(const char *p, const char *last,
    size_t *name);
static int resonate_freshness_is(const char *p, size_t len,
    const char *name);
static long resonate_freshness_value(const char *p, size_t len);
static long resonate_freshness_number(const char *p, size_t len);


long
resonate_freshness(const char *control, size_t control_len, const char *age,
    size_t age_len)
{
    long         life, old;
    size_t       len, name;
    const char  *p, *last;

    life = -1;
    last = control + control_len;

    for (p = control; p < last; p += len + (p + len < last)) {

        len = resonate_freshness_directive(p, last, &name);

        if (resonate_freshness_is(p, name, "no-store")
            || resonate_freshness_is(p, name, "no-cache"))
        {
            return 0;
        }

        /* section 4.2.1: of several the first counts */

        if (life == -1 && resonate_freshness_is(p, name, "max-age")) {
            life = resonate_freshness_value(p + name, len - name);
        }
    }

    if (life <= 0) {
        return life;
    }

    old = resonate_freshness_number(age, age_len);

    if (old < 0) {
        return life;
    }

    return old < life ? life - old : 0;
}


/* up to the next comma that is not quoted, without blanks before it */

static size_t
resonate_freshness_directive(const char *p, const char *last, size_t *name)
{
    int          quoted;
    const char  *start;

    quoted = 0;
    start = p;
    *name = 0;

    for ( /* void */ ; p < last; p++) {

        if (quoted && *p == '\\') {
            p += p + 1 < last;

        } else if (*p == '"') {
            quoted = !quoted;

        } else if (!quoted && *p == ',') {
            break;
        }

        if (*name == 0 && *p == '=') {
            *name = p - start;
        }
    }

    *name = *name ? *name : (size_t) (p - start);

    return p - start;
}


static int
resonate_freshness_is(const char *p, size_t len, const char *name)
{
    while (len && (*p == ' ' || *p == '\t')) {
        p++;
        len--;
    }

    while (len && (p[len - 1] == ' ' || p[len - 1] == '\t')) {
        len--;
    }

    return len == strlen(name) && strncasecmp(p, name, len) == 0;
}


/* "=60" or "=\"60\"", as section 5.2 lets it be */

static long
resonate_freshness_value(const char *p, size_t len)
{
    long  value;

    while (len && (p[len - 1] == ' ' || p[len - 1] == '\t')) {
        len--;
    }

    if (len > 3 && p[1] == '"' && p[len - 1] == '"') {
        p++;
        len -= 2;
    }

    value = len ? resonate_freshness_number(p + 1, len - 1) : -1;

    return value < 0 ? 0 : value;
}


/* -1: it is none; what is beyond the maximum is the maximum */

static long
resonate_freshness_number(const char *p, size_t len)
{
    long    n;
    size_t  i;

    n = 0;

    for (i = 0; i < len; i++) {

        if (p[i] < '0' || p[i] > '9') {
            return -1;
        }

        n = n * 10 + (p[i] - '0');
        n = n > RESONATE_FRESHNESS_MAX ? RESONATE_FRESHNESS_MAX : n;
    }

    return len ? n : -1;
}
