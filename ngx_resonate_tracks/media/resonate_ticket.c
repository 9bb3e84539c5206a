
/*
 * Copyright (C) Resonate
 */


#include "resonate_ticket.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>


#define RESONATE_TICKET_PREFIX  "rst1"
#define RESONATE_TICKET_ESCAPED "%72%73%74%31"
#define RESONATE_TICKET_MAGIC   3      /* bytes that it stands for */
#define RESONATE_TICKET_ID      2
#define RESONATE_TICKET_TIME    5
#define RESONATE_TICKET_MAC     32

/* where the parts of the head are */

#define RESONATE_TICKET_AT_ID       RESONATE_TICKET_MAGIC
#define RESONATE_TICKET_AT_MODE     (RESONATE_TICKET_AT_ID + RESONATE_TICKET_ID)
#define RESONATE_TICKET_AT_LENGTHS  (RESONATE_TICKET_AT_MODE + 1)
#define RESONATE_TICKET_AT_TRACK    (RESONATE_TICKET_AT_LENGTHS + 3)
#define RESONATE_TICKET_AT_TIMES                                              \
    (RESONATE_TICKET_AT_TRACK + RESONATE_TICKET_TRACK)
#define RESONATE_TICKET_HEAD                                                  \
    (RESONATE_TICKET_AT_TIMES + 2 * RESONATE_TICKET_TIME)

#define RESONATE_TICKET_TIME_MAX                                              \
    (((int64_t) 1 << (8 * RESONATE_TICKET_TIME)) - 1)


typedef struct {
    unsigned char             id[RESONATE_TICKET_ID];
    EVP_PKEY                 *pkey;
    EVP_MD_CTX               *ctx;      /* ready to sign, to be copied */
} resonate_ticket_key_t;


struct resonate_ticket_ring_s {
    size_t                    nkeys;
    resonate_ticket_key_t     keys[RESONATE_TICKET_KEYS_MAX];
};


static const unsigned char  resonate_ticket_magic[] = { 0xae, 0xcb, 0x75 };


static int resonate_ticket_mac(const resonate_ticket_key_t *key,
    const unsigned char *data, size_t len, unsigned char *mac);
static size_t resonate_ticket_size(size_t texts);
static unsigned char *resonate_ticket_put(unsigned char *p,
    const resonate_ticket_text_t *text);
static void resonate_ticket_put_time(unsigned char *p, int64_t time);
static int64_t resonate_ticket_time(const unsigned char *p);
static size_t resonate_ticket_encode(char *dst, const unsigned char *src,
    size_t len);
static size_t resonate_ticket_decode(unsigned char *dst, const char *src,
    size_t len);
static resonate_ticket_rc_e resonate_ticket_verify(
    const resonate_ticket_ring_t *ring, const unsigned char *data, size_t len);
static resonate_ticket_rc_e resonate_ticket_read(resonate_ticket_t *ticket,
    const unsigned char *data, size_t len);
static resonate_ticket_rc_e resonate_ticket_judge(
    const resonate_ticket_t *ticket, int64_t now);
static int resonate_ticket_begins(const char *p, const char *last);
static int resonate_ticket_digit(char c);


resonate_ticket_ring_t *
resonate_ticket_ring(void)
{
    return calloc(1, sizeof(resonate_ticket_ring_t));
}


/*
 * An HMAC key under EVP_DigestSign() is the one way that neither is deprecated
 * in OpenSSL 3 nor missing in 1.1.1.
 */

int
resonate_ticket_key(resonate_ticket_ring_t *ring, const unsigned char *secret,
    size_t len)
{
    unsigned char           mac[RESONATE_TICKET_MAC];
    resonate_ticket_key_t  *key;

    static const unsigned char  name[] = "resonate ticket key";

    if (len < RESONATE_TICKET_KEY_MIN
        || len > RESONATE_TICKET_KEY_MAX
        || ring->nkeys == RESONATE_TICKET_KEYS_MAX)
    {
        return -1;
    }

    key = &ring->keys[ring->nkeys++];

    key->pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, NULL, secret, len);
    key->ctx = EVP_MD_CTX_new();

    if (key->pkey == NULL
        || key->ctx == NULL
        || EVP_DigestSignInit(key->ctx, NULL, EVP_sha256(), NULL, key->pkey)
           != 1
        || resonate_ticket_mac(key, name, sizeof(name) - 1, mac) != 0)
    {
        return -1;
    }

    memcpy(key->id, mac, RESONATE_TICKET_ID);

    return 0;
}


void
resonate_ticket_ring_free(resonate_ticket_ring_t *ring)
{
    size_t  i;

    if (ring == NULL) {
        return;
    }

    for (i = 0; i < ring->nkeys; i++) {
        EVP_MD_CTX_free(ring->keys[i].ctx);
        EVP_PKEY_free(ring->keys[i].pkey);
    }

    free(ring);
}


static int
resonate_ticket_mac(const resonate_ticket_key_t *key,
    const unsigned char *data, size_t len, unsigned char *mac)
{
    int          ok;
    size_t       size;
    EVP_MD_CTX  *ctx;

    ctx = EVP_MD_CTX_new();
    if (ctx == NULL) {
        return -1;
    }

    size = RESONATE_TICKET_MAC;

    ok = EVP_MD_CTX_copy_ex(ctx, key->ctx) == 1
         && EVP_DigestSignUpdate(ctx, data, len) == 1
         && EVP_DigestSignFinal(ctx, mac, &size) == 1
         && size == RESONATE_TICKET_MAC;

    EVP_MD_CTX_free(ctx);

    return ok ? 0 : -1;
}


size_t
resonate_ticket_make(const resonate_ticket_ring_t *ring,
    const resonate_ticket_t *ticket, char *text)
{
    size_t          i, len;
    unsigned char   data[RESONATE_TICKET_MAX], *p;

    const resonate_ticket_text_t  *texts[] = {
        &ticket->issuer, &ticket->subject, &ticket->proof
    };

    if (ring->nkeys == 0
        || ticket->issued < 0
        || ticket->issued > RESONATE_TICKET_TIME_MAX
        || ticket->expires <= ticket->issued
        || ticket->expires - ticket->issued > RESONATE_TICKET_LIFE_MAX)
    {
        return 0;
    }

    memset(data, 0, sizeof(data));
    memcpy(data, resonate_ticket_magic, RESONATE_TICKET_MAGIC);
    memcpy(data + RESONATE_TICKET_AT_ID, ring->keys[0].id, RESONATE_TICKET_ID);
    memcpy(data + RESONATE_TICKET_AT_TRACK, ticket->track,
           RESONATE_TICKET_TRACK);

    data[RESONATE_TICKET_AT_MODE] = (unsigned char) ticket->mode;

    resonate_ticket_put_time(data + RESONATE_TICKET_AT_TIMES, ticket->issued);
    resonate_ticket_put_time(data + RESONATE_TICKET_AT_TIMES
                             + RESONATE_TICKET_TIME, ticket->expires);

    p = data + RESONATE_TICKET_HEAD;
    len = 0;

    for (i = 0; i < 3; i++) {

        if (texts[i]->len > RESONATE_TICKET_TEXT_MAX) {
            return 0;
        }

        data[RESONATE_TICKET_AT_LENGTHS + i] = (unsigned char) texts[i]->len;
        p = resonate_ticket_put(p, texts[i]);
        len += texts[i]->len;
    }

    len = resonate_ticket_size(len);
    p = data + len - RESONATE_TICKET_MAC;

    if (resonate_ticket_mac(&ring->keys[0], data, (size_t) (p - data), p)
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


static unsigned char *
resonate_ticket_put(unsigned char *p, const resonate_ticket_text_t *text)
{
    if (text->len) {
        memcpy(p, text->data, text->len);
    }

    return p + text->len;
}


static void
resonate_ticket_put_time(unsigned char *p, int64_t time)
{
    int  i;

    for (i = RESONATE_TICKET_TIME; i; i--) {
        p[i - 1] = (unsigned char) time;
        time >>= 8;
    }
}


static int64_t
resonate_ticket_time(const unsigned char *p)
{
    int      i;
    int64_t  time;

    time = 0;

    for (i = 0; i < RESONATE_TICKET_TIME; i++) {
        time = time << 8 | p[i];
    }

    return time;
}


/* OpenSSL's base64 has two other characters, and ends with NUL */

static size_t
resonate_ticket_encode(char *dst, const unsigned char *src, size_t len)
{
    size_t         i, n;
    unsigned char  buf[RESONATE_TICKET_MAX + 1];

    n = (size_t) EVP_EncodeBlock(buf, src, (int) len);

    for (i = 0; i < n; i++) {
        dst[i] = (buf[i] == '+') ? '-' : (buf[i] == '/') ? '_'
                 : (char) buf[i];
    }

    return n;
}


/* how many bytes, or 0; the length was checked */

static size_t
resonate_ticket_decode(unsigned char *dst, const char *src, size_t len)
{
    int            n;
    size_t         i;
    unsigned char  buf[RESONATE_TICKET_MAX];

    for (i = 0; i < len; i++) {

        if (!resonate_ticket_digit(src[i])) {
            return 0;
        }

        buf[i] = (src[i] == '-') ? '+' : (src[i] == '_') ? '/'
                 : (unsigned char) src[i];
    }

    n = EVP_DecodeBlock(dst, buf, (int) len);

    return n < 0 ? 0 : (size_t) n;
}


resonate_ticket_rc_e
resonate_ticket_open(const resonate_ticket_ring_t *ring, const char *text,
    size_t len, int64_t now, unsigned char *buf, resonate_ticket_t *ticket)
{
    size_t                n;
    resonate_ticket_rc_e  rc;

    if (len < RESONATE_TICKET_MIN || len > RESONATE_TICKET_MAX || len % 4) {
        return RESONATE_TICKET_MALFORMED;
    }

    n = resonate_ticket_decode(buf, text, len);

    if (n == 0
        || memcmp(buf, resonate_ticket_magic, RESONATE_TICKET_MAGIC) != 0)
    {
        return RESONATE_TICKET_MALFORMED;
    }

    rc = resonate_ticket_verify(ring, buf, n);

    if (rc == RESONATE_TICKET_OK) {
        rc = resonate_ticket_read(ticket, buf, n);
    }

    return (rc == RESONATE_TICKET_OK) ? resonate_ticket_judge(ticket, now)
                                      : rc;
}


/* two keys may have one name: then all of that name are tried */

static resonate_ticket_rc_e
resonate_ticket_verify(const resonate_ticket_ring_t *ring,
    const unsigned char *data, size_t len)
{
    size_t                        i;
    unsigned char                 mac[RESONATE_TICKET_MAC];
    resonate_ticket_rc_e          rc;
    const resonate_ticket_key_t  *key;

    rc = RESONATE_TICKET_KEY;
    len -= RESONATE_TICKET_MAC;

    for (i = 0; i < ring->nkeys; i++) {
        key = &ring->keys[i];

        if (memcmp(key->id, data + RESONATE_TICKET_AT_ID, RESONATE_TICKET_ID)
            != 0)
        {
            continue;
        }

        if (resonate_ticket_mac(key, data, len, mac) != 0) {
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
resonate_ticket_read(resonate_ticket_t *ticket, const unsigned char *data,
    size_t len)
{
    size_t                i, texts;
    const unsigned char  *p;

    resonate_ticket_text_t  *text[] = {
        &ticket->issuer, &ticket->subject, &ticket->proof
    };

    p = data + RESONATE_TICKET_HEAD;
    texts = 0;

    for (i = 0; i < 3; i++) {
        text[i]->data = p;
        text[i]->len = data[RESONATE_TICKET_AT_LENGTHS + i];

        p += text[i]->len;
        texts += text[i]->len;
    }

    ticket->mode = data[RESONATE_TICKET_AT_MODE];
    ticket->issued = resonate_ticket_time(data + RESONATE_TICKET_AT_TIMES);
    ticket->expires = resonate_ticket_time(data + RESONATE_TICKET_AT_TIMES
                                           + RESONATE_TICKET_TIME);

    memcpy(ticket->track, data + RESONATE_TICKET_AT_TRACK,
           RESONATE_TICKET_TRACK);

    if (len != resonate_ticket_size(texts)
        || ticket->mode < RESONATE_TICKET_PREVIEW
        || ticket->mode > RESONATE_TICKET_RELEASE
        || (ticket->issuer.len == 0) != (ticket->subject.len == 0))
    {
        return RESONATE_TICKET_MALFORMED;
    }

    return RESONATE_TICKET_OK;
}


static resonate_ticket_rc_e
resonate_ticket_judge(const resonate_ticket_t *ticket, int64_t now)
{
    if (ticket->expires <= now) {
        return RESONATE_TICKET_EXPIRED;
    }

    if (ticket->issued > now + RESONATE_TICKET_SKEW
        || ticket->expires - ticket->issued > RESONATE_TICKET_LIFE_MAX)
    {
        return RESONATE_TICKET_FUTURE;
    }

    return RESONATE_TICKET_OK;
}


const char *
resonate_ticket_strerror(resonate_ticket_rc_e rc)
{
    static const char *const  errors[] = {
        "The ticket is good",
        "The ticket is malformed",
        "The ticket was signed with an unknown key",
        "The ticket was changed",
        "The ticket has expired",
        "The ticket is not valid yet",
        "The ticket cannot be checked"
    };

    return errors[rc];
}


size_t
resonate_ticket_find(const char *text, size_t len, size_t *at)
{
    size_t       n;
    const char  *p, *last;

    last = text + len;

    for (p = text; (size_t) (last - p) >= RESONATE_TICKET_MIN; p++) {

        if (!resonate_ticket_begins(p, last)) {
            continue;
        }

        /* who escaped a character has hidden nothing */

        n = 0;

        while (p + n < last && (resonate_ticket_digit(p[n]) || p[n] == '%')) {
            n++;
        }

        if (n >= RESONATE_TICKET_MIN) {
            *at = (size_t) (p - text);
            return n;
        }
    }

    return 0;
}


size_t
resonate_ticket_mask(char *dst, const char *text, size_t len)
{
    char    *p;
    size_t   at, n;

    p = dst;

    for ( ;; ) {
        n = resonate_ticket_find(text, len, &at);

        if (n == 0) {
            break;
        }

        memcpy(p, text, at);
        p += at;

        memcpy(p, "***", 3);
        p += 3;

        text += at + n;
        len -= at + n;
    }

    memcpy(p, text, len);

    return (size_t) (p + len - dst);
}


static int
resonate_ticket_begins(const char *p, const char *last)
{
    size_t             i;
    static const char  escaped[] = RESONATE_TICKET_ESCAPED;

    for (i = 0; i < sizeof(RESONATE_TICKET_PREFIX) - 1; i++) {

        if (p < last && *p == RESONATE_TICKET_PREFIX[i]) {
            p++;

        } else if (last - p >= 3 && memcmp(p, escaped + 3 * i, 3) == 0) {
            p += 3;

        } else {
            return 0;
        }
    }

    return 1;
}


static int
resonate_ticket_digit(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
           || (c >= '0' && c <= '9') || c == '-' || c == '_';
}
