
/*
 * Copyright (C) Resonate
 */


#include "resonate_session.h"

#include <string.h>


/* in front of the texts; another machine may have another order of bytes */

#define RESONATE_SESSION_HEAD                                                 \
    (8 * RESONATE_SESSION_TIMES + 2 * RESONATE_SESSION_TEXTS)


static unsigned char *resonate_session_write(unsigned char *p, uint64_t value,
    int bytes);
static uint64_t resonate_session_read(const unsigned char *p, int bytes);


long
resonate_session_pack(const resonate_session_t *s, char *buf, size_t size)
{
    size_t          i, len;
    unsigned char  *p;

    len = RESONATE_SESSION_HEAD;

    for (i = 0; i < RESONATE_SESSION_TEXTS; i++) {

        if (s->texts[i].len > RESONATE_SESSION_TEXT_MAX) {
            return -1;
        }

        len += s->texts[i].len;
    }

    if (len > size) {
        return -1;
    }

    p = (unsigned char *) buf;

    for (i = 0; i < RESONATE_SESSION_TIMES; i++) {
        p = resonate_session_write(p, (uint64_t) s->times[i], 8);
    }

    for (i = 0; i < RESONATE_SESSION_TEXTS; i++) {
        p = resonate_session_write(p, s->texts[i].len, 2);
    }

    for (i = 0; i < RESONATE_SESSION_TEXTS; i++) {
        if (s->texts[i].len) {
            memcpy(p, s->texts[i].data, s->texts[i].len);
            p += s->texts[i].len;
        }
    }

    return (long) len;
}


int
resonate_session_unpack(resonate_session_t *s, const char *buf, size_t len)
{
    size_t                i;
    const char           *text;
    const unsigned char  *p;

    if (len < RESONATE_SESSION_HEAD) {
        return -1;
    }

    p = (const unsigned char *) buf;
    text = buf + RESONATE_SESSION_HEAD;
    len -= RESONATE_SESSION_HEAD;

    for (i = 0; i < RESONATE_SESSION_TIMES; i++, p += 8) {
        s->times[i] = (time_t) resonate_session_read(p, 8);
    }

    for (i = 0; i < RESONATE_SESSION_TEXTS; i++, p += 2) {
        s->texts[i].data = text;
        s->texts[i].len = resonate_session_read(p, 2);

        if (s->texts[i].len > len) {
            return -1;
        }

        text += s->texts[i].len;
        len -= s->texts[i].len;
    }

    return len == 0 ? 0 : -1;
}


static unsigned char *
resonate_session_write(unsigned char *p, uint64_t value, int bytes)
{
    while (bytes--) {
        *p++ = (unsigned char) (value >> (8 * bytes));
    }

    return p;
}


static uint64_t
resonate_session_read(const unsigned char *p, int bytes)
{
    uint64_t  value;

    for (value = 0; bytes; bytes--) {
        value = value << 8 | *p++;
    }

    return value;
}
