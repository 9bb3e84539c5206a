
/*
 * Copyright (C) Resonate
 */


#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "resonate_filename.h"


static size_t resonate_filename_char(const unsigned char *p, uint32_t *code);
static int resonate_filename_plain(uint32_t code);
static int resonate_filename_edge(char c);


size_t
resonate_filename(const char *text, char out[RESONATE_FILENAME_SIZE])
{
    size_t                len, n, skip;
    uint32_t              code;
    const unsigned char  *p;

    len = 0;

    for (p = (const unsigned char *) text; *p; p += n) {

        n = resonate_filename_char(p, &code);

        if (len + n > RESONATE_FILENAME_MAX) {
            break;
        }

        if (resonate_filename_plain(code)) {
            memcpy(out + len, p, n);
            len += n;

        } else {
            out[len++] = '_';
        }
    }

    while (len && resonate_filename_edge(out[len - 1])) {
        len--;
    }

    for (skip = 0; skip < len && resonate_filename_edge(out[skip]); skip++) {
        /* void */
    }

    len -= skip;
    memmove(out, out + skip, len);

    if (len == 0) {
        out[len++] = '_';
    }

    out[len] = '\0';

    return len;
}


/* bytes of a character (RFC 3629); 1 and no code: it is none */

static size_t
resonate_filename_char(const unsigned char *p, uint32_t *code)
{
    size_t                 n, i;
    static const uint32_t  least[] = { 0, 0, 0x80, 0x800, 0x10000 };

    *code = p[0];

    if (p[0] < 0x80) {
        return 1;
    }

    n = (p[0] >= 0xf0) ? 4 : (p[0] >= 0xe0) ? 3 : 2;
    *code = p[0] & (0x7f >> n);

    for (i = 1; i < n; i++) {

        if ((p[i] & 0xc0) != 0x80) {
            break;
        }

        *code = *code << 6 | (p[i] & 0x3f);
    }

    if (i < n || p[0] < 0xc2 || p[0] > 0xf4 || *code < least[n]
        || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
    {
        *code = 0;
        return 1;
    }

    return n;
}


static int
resonate_filename_plain(uint32_t code)
{
    if (code < 0x80) {
        return code >= 0x20 && code != 0x7f
               && strchr("/\\:*?\"<>|", (int) code) == NULL;
    }

    return !(code <= 0x9f                              /* C1 */
             || code == 0x061c                         /* direction */
             || (code >= 0x200b && code <= 0x200f)
             || (code >= 0x2028 && code <= 0x202e)
             || (code >= 0x2060 && code <= 0x206f)
             || code == 0xfeff
             || (code & 0xfffe) == 0xfffe);            /* no character */
}


static int
resonate_filename_edge(char c)
{
    return c == '.' || c == ' ';
}


size_t
resonate_disposition(const char *name, const char *suffix,
    char out[RESONATE_DISPOSITION_SIZE])
{
    char                 *p;
    uint32_t              code;
    size_t                n, i;
    const unsigned char  *c;
    static const char     hex[] = "0123456789ABCDEF";

    p = out + sprintf(out, "attachment; filename=\"");

    for (c = (const unsigned char *) name; *c; c += n) {
        n = resonate_filename_char(c, &code);

        /* some decode "%41" here too, though it is not said to be encoded */

        *p++ = (n > 1 || *c == '%') ? '_' : (char) *c;
    }

    p += sprintf(p, ".%s\"; filename*=UTF-8''", suffix);

    for (c = (const unsigned char *) name; *c; c += n) {
        n = resonate_filename_char(c, &code);

        if ((*c >= '0' && *c <= '9') || ((*c | 0x20) >= 'a'
                                         && (*c | 0x20) <= 'z')
            || *c == '-' || *c == '.' || *c == '_')
        {
            *p++ = (char) *c;
            continue;
        }

        for (i = 0; i < n; i++) {
            *p++ = '%';
            *p++ = hex[c[i] >> 4];
            *p++ = hex[c[i] & 0xf];
        }
    }

    p += sprintf(p, ".%s", suffix);

    return (size_t) (p - out);
}
