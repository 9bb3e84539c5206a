
/*
 * Copyright (C) Resonate
 */


#include "resonate_ticket_internal.h"

#include <string.h>
#include <openssl/crypto.h>


/* characters of a UUID, and bytes */
#define RESONATE_TICKET_UUID      36
#define RESONATE_TICKET_UUID_SIZE 16

/* where the parts of the head are */

#define RESONATE_TICKET_AT_NAME   3
#define RESONATE_TICKET_AT_MODE   4
#define RESONATE_TICKET_AT_END    5
#define RESONATE_TICKET_AT_TEXTS  9     /* lengths */
#define RESONATE_TICKET_HEAD      11

/* of the mode: the subject is a UUID */
#define RESONATE_TICKET_PACKED    0x80

/* where a UUID has dashes */
#define resonate_ticket_dash(i)                                               \
    ((i) == 8 || (i) == 13 || (i) == 18 || (i) == 23)


static size_t resonate_ticket_size(size_t texts);
static int resonate_ticket_pack(const resonate_ticket_text_t *text,
    unsigned char *uuid);
static int resonate_ticket_hex(unsigned char c);
static void resonate_ticket_unpack(const unsigned char *uuid,
    unsigned char *text);
static size_t resonate_ticket_encode(char *dst, const unsigned char *src,
    size_t len);
static size_t resonate_ticket_decode(unsigned char *dst, const char *src,
    size_t len);
static resonate_ticket_rc_e resonate_ticket_verify(
    const resonate_ticket_ring_t *ring, const unsigned char *data, size_t len,
    const unsigned char *track);
static resonate_ticket_rc_e resonate_ticket_read(resonate_ticket_t *ticket,
    unsigned char *data, size_t len);
static resonate_ticket_rc_e resonate_ticket_judge(
    const resonate_ticket_t *ticket, int64_t now);


static const char  resonate_ticket_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";


size_t
resonate_ticket_make(const resonate_ticket_ring_t *ring,
    const resonate_ticket_t *ticket, const unsigned char *track, char *text)
{
    size_t          len;
    unsigned char   data[RESONATE_TICKET_MAX], *p;

    if (resonate_ticket_keys(ring) == 0
        || ticket->expires <= 0
        || ticket->expires > UINT32_MAX
        || ticket->subject.len > RESONATE_TICKET_TEXT_MAX
        || ticket->proof.len > RESONATE_TICKET_TEXT_MAX)
    {
        return 0;
    }

    memset(data, 0, sizeof(data));
    memcpy(data, RESONATE_TICKET_MAGIC, sizeof(RESONATE_TICKET_MAGIC) - 1);

    data[RESONATE_TICKET_AT_NAME] = resonate_ticket_name(ring, 0);
    data[RESONATE_TICKET_AT_MODE] = (unsigned char) ticket->mode;

    data[RESONATE_TICKET_AT_END] = (unsigned char) (ticket->expires >> 24);
    data[RESONATE_TICKET_AT_END + 1] = (unsigned char) (ticket->expires >> 16);
    data[RESONATE_TICKET_AT_END + 2] = (unsigned char) (ticket->expires >> 8);
    data[RESONATE_TICKET_AT_END + 3] = (unsigned char) ticket->expires;

    p = data + RESONATE_TICKET_HEAD;
    len = ticket->subject.len;

    if (resonate_ticket_pack(&ticket->subject, p)) {
        data[RESONATE_TICKET_AT_MODE] |= RESONATE_TICKET_PACKED;
        len = RESONATE_TICKET_UUID_SIZE;

    } else if (len) {
        memcpy(p, ticket->subject.data, len);
    }

    if (ticket->proof.len) {
        memcpy(p + len, ticket->proof.data, ticket->proof.len);
    }

    data[RESONATE_TICKET_AT_TEXTS] = (unsigned char) len;
    data[RESONATE_TICKET_AT_TEXTS + 1] = (unsigned char) ticket->proof.len;

    len = resonate_ticket_size(len + ticket->proof.len);
    p = data + len - RESONATE_TICKET_MAC;

    if (resonate_ticket_mac(ring, 0, data, (size_t) (p - data), track, p)
        != 0)
    {
        return 0;
    }

    return resonate_ticket_encode(text, data, len);
}


/* of all of it, in whole groups of three bytes */

static size_t
resonate_ticket_size(size_t texts)
{
    return (RESONATE_TICKET_HEAD + texts + RESONATE_TICKET_MAC + 2) / 3 * 3;
}


/* the one spelling of a UUID that its bytes are unpacked to */

static int
resonate_ticket_pack(const resonate_ticket_text_t *text, unsigned char *uuid)
{
    int     value;
    size_t  i, n;

    if (text->len != RESONATE_TICKET_UUID) {
        return 0;
    }

    for (i = 0, n = 0; i < RESONATE_TICKET_UUID; i++) {

        if (resonate_ticket_dash(i)) {

            if (text->data[i] != '-') {
                return 0;
            }

            continue;
        }

        value = resonate_ticket_hex(text->data[i]);

        if (value < 0) {
            return 0;
        }

        uuid[n / 2] = (unsigned char) (n % 2 ? uuid[n / 2] << 4 | value
                                             : value);
        n++;
    }

    return 1;
}


static int
resonate_ticket_hex(unsigned char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    return (c >= 'a' && c <= 'f') ? c - 'a' + 10 : -1;
}


static void
resonate_ticket_unpack(const unsigned char *uuid, unsigned char *text)
{
    size_t  i, n;

    static const unsigned char  hex[] = "0123456789abcdef";

    for (i = 0, n = 0; i < RESONATE_TICKET_UUID; i++) {

        if (resonate_ticket_dash(i)) {
            text[i] = '-';
            continue;
        }

        text[i] = hex[n % 2 ? uuid[n / 2] & 0xf : uuid[n / 2] >> 4];
        n++;
    }
}


/* whole groups, so that there is no padding */

static size_t
resonate_ticket_encode(char *dst, const unsigned char *src, size_t len)
{
    char      *p;
    size_t     i;
    unsigned   group;

    p = dst;

    for (i = 0; i < len; i += 3) {
        group = (unsigned) src[i] << 16 | (unsigned) src[i + 1] << 8
                | src[i + 2];

        *p++ = resonate_ticket_alphabet[group >> 18];
        *p++ = resonate_ticket_alphabet[group >> 12 & 63];
        *p++ = resonate_ticket_alphabet[group >> 6 & 63];
        *p++ = resonate_ticket_alphabet[group & 63];
    }

    return (size_t) (p - dst);
}


/* how many bytes, or 0; the length was checked */

static size_t
resonate_ticket_decode(unsigned char *dst, const char *src, size_t len)
{
    size_t          i;
    unsigned        a, b, c, d;
    unsigned char  *p;

    p = dst;

    for (i = 0; i < len; i += 4) {
        a = resonate_ticket_digit(src[i]);
        b = resonate_ticket_digit(src[i + 1]);
        c = resonate_ticket_digit(src[i + 2]);
        d = resonate_ticket_digit(src[i + 3]);

        if ((a | b | c | d) & RESONATE_TICKET_NO_DIGIT) {
            return 0;
        }

        *p++ = (unsigned char) (a << 2 | b >> 4);
        *p++ = (unsigned char) (b << 4 | c >> 2);
        *p++ = (unsigned char) (c << 6 | d);
    }

    return (size_t) (p - dst);
}


resonate_ticket_rc_e
resonate_ticket_open(const resonate_ticket_ring_t *ring, const char *text,
    size_t len, const unsigned char *track, int64_t now, unsigned char *buf,
    resonate_ticket_t *ticket)
{
    size_t                n;
    resonate_ticket_rc_e  rc;

    if (len < RESONATE_TICKET_MIN || len > RESONATE_TICKET_MAX || len % 4) {
        return RESONATE_TICKET_MALFORMED;
    }

    n = resonate_ticket_decode(buf, text, len);

    if (n == 0
        || memcmp(buf, RESONATE_TICKET_MAGIC,
                  sizeof(RESONATE_TICKET_MAGIC) - 1)
           != 0)
    {
        return RESONATE_TICKET_MALFORMED;
    }

    rc = resonate_ticket_verify(ring, buf, n, track);

    if (rc == RESONATE_TICKET_OK) {
        rc = resonate_ticket_read(ticket, buf, n);
    }

    return (rc == RESONATE_TICKET_OK) ? resonate_ticket_judge(ticket, now)
                                      : rc;
}


/* two keys may have one name: then all of that name are tried */

static resonate_ticket_rc_e
resonate_ticket_verify(const resonate_ticket_ring_t *ring,
    const unsigned char *data, size_t len, const unsigned char *track)
{
    size_t                i;
    unsigned char         mac[RESONATE_TICKET_MAC];
    resonate_ticket_rc_e  rc;

    rc = RESONATE_TICKET_KEY;
    len -= RESONATE_TICKET_MAC;

    for (i = 0; i < resonate_ticket_keys(ring); i++) {

        if (resonate_ticket_name(ring, i) != data[RESONATE_TICKET_AT_NAME]) {
            continue;
        }

        if (resonate_ticket_mac(ring, i, data, len, track, mac) != 0) {
            return RESONATE_TICKET_FAILED;
        }

        if (CRYPTO_memcmp(mac, data + len, RESONATE_TICKET_MAC) == 0) {
            return RESONATE_TICKET_OK;
        }

        rc = RESONATE_TICKET_BENT;
    }

    return rc;
}


/* what was signed is as make() writes it, if this version has signed it */

static resonate_ticket_rc_e
resonate_ticket_read(resonate_ticket_t *ticket, unsigned char *data,
    size_t len)
{
    unsigned char        *p;
    const unsigned char  *end;

    end = data + RESONATE_TICKET_AT_END;

    ticket->mode = data[RESONATE_TICKET_AT_MODE] & ~RESONATE_TICKET_PACKED;
    ticket->expires = (int64_t) ((uint32_t) end[0] << 24
                                 | (uint32_t) end[1] << 16
                                 | (uint32_t) end[2] << 8 | end[3]);

    p = data + RESONATE_TICKET_HEAD;

    ticket->subject.data = p;
    ticket->subject.len = data[RESONATE_TICKET_AT_TEXTS];
    ticket->proof.data = p + ticket->subject.len;
    ticket->proof.len = data[RESONATE_TICKET_AT_TEXTS + 1];

    if (len != resonate_ticket_size(ticket->subject.len + ticket->proof.len)
        || ticket->mode < RESONATE_TICKET_PREVIEW
        || ticket->mode > RESONATE_TICKET_RELEASE
        || (ticket->subject.len == 0) != (ticket->proof.len == 0))
    {
        return RESONATE_TICKET_MALFORMED;
    }

    if (!(data[RESONATE_TICKET_AT_MODE] & RESONATE_TICKET_PACKED)) {
        return RESONATE_TICKET_OK;
    }

    if (ticket->subject.len != RESONATE_TICKET_UUID_SIZE) {
        return RESONATE_TICKET_MALFORMED;
    }

    resonate_ticket_unpack(p, data + len);

    ticket->subject.data = data + len;
    ticket->subject.len = RESONATE_TICKET_UUID;

    return RESONATE_TICKET_OK;
}


static resonate_ticket_rc_e
resonate_ticket_judge(const resonate_ticket_t *ticket, int64_t now)
{
    if (ticket->expires <= now) {
        return RESONATE_TICKET_EXPIRED;
    }

    return (ticket->expires > now + RESONATE_TICKET_LIFE_MAX
                              + RESONATE_TICKET_SKEW)
           ? RESONATE_TICKET_LONG : RESONATE_TICKET_OK;
}


const char *
resonate_ticket_strerror(resonate_ticket_rc_e rc)
{
    static const char *const  errors[] = {
        "The ticket is good",
        "The ticket is malformed",
        "The ticket was signed with an unknown key",
        "The ticket was changed, or is for something else",
        "The ticket has expired",
        "The ticket is for longer than any",
        "The ticket cannot be checked"
    };

    return errors[rc];
}
