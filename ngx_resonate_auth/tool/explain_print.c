
/*
 * Copyright (C) Resonate
 *
 * What is printed, and what is read.
 */


#include "explain_internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>


int
explain_refused(const char *why)
{
    printf("refused: %s\n", why);

    return EXPLAIN_REFUSED;
}


const char *
explain_shown(char *buf, json_t *value)
{
    char        *text;
    const char  *shown;

    if (value == NULL) {
        return "none";
    }

    if (json_is_string(value)) {
        return explain_text(buf, json_string_value(value),
                            json_string_length(value));
    }

    text = json_dumps(value, JSON_ENCODE_ANY|JSON_COMPACT);
    shown = text ? explain_text(buf, text, strlen(text)) : "?";
    free(text);

    return shown;
}


const char *
explain_text(char *buf, const char *s, size_t len)
{
    size_t         i, n;
    unsigned char  c;

    n = len > EXPLAIN_SHOWN ? EXPLAIN_SHOWN : len;

    while (n < len && n && ((unsigned char) s[n] & 0xc0) == 0x80) {
        n--;
    }

    for (i = 0; i < n; i++) {
        c = (unsigned char) s[i];

        buf[i] = (c < 0x20 || c == 0x7f
                  || (i && (unsigned char) s[i - 1] == 0xc2 && c < 0xa0))
                 ? '?' : s[i];
    }

    strcpy(buf + n, n < len ? "..." : "");

    return buf;
}


char *
explain_read(int fd, const char *name, size_t max, size_t *len)
{
    char     *buf;
    ssize_t   n;

    buf = malloc(max + 1);
    if (buf == NULL) {
        explain_fail("out of memory");
    }

    *len = 0;

    do {
        n = read(fd, buf + *len, max - *len);

        if (n == -1) {
            explain_fail("cannot read %s: %s", name, strerror(errno));
        }

        *len += (size_t) n;

    } while (n && *len < max);

    buf[*len] = '\0';

    return buf;
}


void
explain_line(const char *what, int good, const char *fmt, ...)
{
    va_list  args;

    printf("%-11s%-4s", what, good == 1 ? "ok" : good == 0 ? "no" : "-");

    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);

    putchar('\n');
}


void
explain_fail(const char *fmt, ...)
{
    va_list  args;

    fputs("resonate-token: ", stderr);

    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);

    fputc('\n', stderr);

    exit(EXPLAIN_UNKNOWN);
}
