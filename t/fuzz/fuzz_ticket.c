
/*
 * Copyright (C) Resonate
 *
 * Any ticket, signed by somebody else or by us: no crash, no text that is not
 * in it, and nothing opens that we did not sign.  Any text: no ticket is left
 * in it.
 */


#include <stdlib.h>
#include <string.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "../../ngx_resonate_tracks/media/resonate_ticket.h"


#define NOW   1700000000
#define MAC   16
#define HEAD  4     /* the magic, and the name of the key */

static const unsigned char  key[RESONATE_TICKET_KEY_MIN] = "fuzz";
static const unsigned char  track[RESONATE_TICKET_TRACK + 1] =
    "0123456789abcdef";


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static resonate_ticket_ring_t *
ring_of(void)
{
    static resonate_ticket_ring_t  *ring;

    if (ring == NULL) {
        ring = resonate_ticket_ring();

        if (resonate_ticket_key(ring, key, sizeof(key)) != 0) {
            abort();
        }
    }

    return ring;
}


static void
within(const resonate_ticket_text_t *text, const unsigned char *buf)
{
    if (text->data < buf
        || text->data + text->len > buf + RESONATE_TICKET_BUF)
    {
        abort();
    }
}


static int
same(const resonate_ticket_text_t *a, const resonate_ticket_text_t *b)
{
    return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}


/* as if we had signed it: whatever reads it has to be right about it */

static void
signed_by_us(const uint8_t *data, size_t size)
{
    char                *p, text[RESONATE_TICKET_MAX + 1];
    size_t               len;
    unsigned char        all[RESONATE_TICKET_MAX], mac[32];
    unsigned char        buf[RESONATE_TICKET_BUF], again[RESONATE_TICKET_BUF];
    resonate_ticket_t    ticket, other;

    static const char    word[] = "resonate ticket key";

    len = HEAD + size;

    if (len + MAC > RESONATE_TICKET_MAX / 4 * 3 || (len + MAC) % 3) {
        return;
    }

    HMAC(EVP_sha256(), key, sizeof(key), (const unsigned char *) word,
         sizeof(word) - 1, mac, NULL);

    memcpy(all, "\xae\xcb\x76", 3);
    all[3] = mac[0];
    memcpy(all + HEAD, data, size);

    memcpy(all + len, track, RESONATE_TICKET_TRACK);
    HMAC(EVP_sha256(), key, sizeof(key), all, len + RESONATE_TICKET_TRACK, mac,
         NULL);
    memcpy(all + len, mac, MAC);

    len = EVP_EncodeBlock((unsigned char *) text, all, len + MAC);

    for (p = text; p < text + len; p++) {
        *p = (*p == '+') ? '-' : (*p == '/') ? '_' : *p;
    }

    if (resonate_ticket_open(ring_of(), text, len, track, NOW, buf, &ticket)
        != RESONATE_TICKET_OK)
    {
        return;
    }

    within(&ticket.subject, buf);
    within(&ticket.proof, buf);

    /* nobody else would have packed a UUID, or not */

    len = resonate_ticket_make(ring_of(), &ticket, track, text);

    if (len == 0
        || resonate_ticket_open(ring_of(), text, len, track, NOW, again,
                                &other)
           != RESONATE_TICKET_OK
        || other.mode != ticket.mode
        || other.expires != ticket.expires
        || !same(&other.subject, &ticket.subject)
        || !same(&other.proof, &ticket.proof))
    {
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char               *masked;
    size_t              len, at;
    unsigned char       buf[RESONATE_TICKET_BUF];
    resonate_ticket_t   ticket;

    if (resonate_ticket_open(ring_of(), (const char *) data, size, track, NOW,
                             buf, &ticket)
        == RESONATE_TICKET_OK)
    {
        abort();
    }

    signed_by_us(data, size);

    masked = malloc(size + 1);
    len = resonate_ticket_find((const char *) data, size, &at);
    len = resonate_ticket_mask(masked, (const char *) data, size, at, len);

    if (len > size || resonate_ticket_find(masked, len, &at)) {
        abort();
    }

    free(masked);

    return 0;
}
