
/*
 * Copyright (C) Resonate
 *
 * Keys of tickets.  Of each the two hashes that HMAC begins with are kept, as
 * RFC 2104, section 4, says: that is a quarter of the time that OpenSSL's own
 * HMAC takes for a text as short as a ticket.
 */


#include "resonate_ticket_internal.h"

#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>


#define RESONATE_TICKET_BLOCK   64      /* bytes that SHA-256 takes at once */
#define RESONATE_TICKET_DIGEST  32


typedef struct {
    unsigned char             name;
    EVP_MD_CTX               *inner;
    EVP_MD_CTX               *outer;
} resonate_ticket_key_t;


struct resonate_ticket_ring_s {
    size_t                    nkeys;
    resonate_ticket_key_t     keys[RESONATE_TICKET_KEYS_MAX];
    EVP_MD_CTX               *work;
};


static int resonate_ticket_pad(const unsigned char *block, unsigned char pad,
    EVP_MD_CTX **ctx);
static int resonate_ticket_hmac(const resonate_ticket_ring_t *ring,
    const resonate_ticket_key_t *key, const unsigned char *data, size_t len,
    const unsigned char *track, unsigned char *digest);


resonate_ticket_ring_t *
resonate_ticket_ring(void)
{
    resonate_ticket_ring_t  *ring;

    ring = calloc(1, sizeof(resonate_ticket_ring_t));
    if (ring == NULL) {
        return NULL;
    }

    ring->work = EVP_MD_CTX_new();

    if (ring->work == NULL) {
        free(ring);
        return NULL;
    }

    return ring;
}


int
resonate_ticket_key(resonate_ticket_ring_t *ring, const unsigned char *secret,
    size_t len)
{
    int                     ok;
    unsigned char           block[RESONATE_TICKET_BLOCK];
    unsigned char           digest[RESONATE_TICKET_DIGEST];
    resonate_ticket_key_t  *key;

    static const unsigned char  name[] = "resonate ticket key";

    if (len < RESONATE_TICKET_KEY_MIN
        || len > RESONATE_TICKET_KEY_MAX
        || ring->nkeys == RESONATE_TICKET_KEYS_MAX)
    {
        return -1;
    }

    key = &ring->keys[ring->nkeys++];

    memset(block, 0, sizeof(block));
    ok = 1;

    if (len <= sizeof(block)) {
        memcpy(block, secret, len);

    } else {
        ok = EVP_Digest(secret, len, block, NULL, EVP_sha256(), NULL) == 1;
    }

    ok = ok
         && resonate_ticket_pad(block, 0x36, &key->inner)
         && resonate_ticket_pad(block, 0x5c, &key->outer)
         && resonate_ticket_hmac(ring, key, name, sizeof(name) - 1, NULL,
                                 digest);

    OPENSSL_cleanse(block, sizeof(block));

    key->name = digest[0];

    return ok ? 0 : -1;
}


static int
resonate_ticket_pad(const unsigned char *block, unsigned char pad,
    EVP_MD_CTX **ctx)
{
    int            i, ok;
    unsigned char  padded[RESONATE_TICKET_BLOCK];

    *ctx = EVP_MD_CTX_new();
    if (*ctx == NULL) {
        return 0;
    }

    for (i = 0; i < RESONATE_TICKET_BLOCK; i++) {
        padded[i] = block[i] ^ pad;
    }

    ok = EVP_DigestInit_ex(*ctx, EVP_sha256(), NULL) == 1
         && EVP_DigestUpdate(*ctx, padded, sizeof(padded)) == 1;

    OPENSSL_cleanse(padded, sizeof(padded));

    return ok;
}


void
resonate_ticket_ring_free(resonate_ticket_ring_t *ring)
{
    size_t  i;

    if (ring == NULL) {
        return;
    }

    for (i = 0; i < ring->nkeys; i++) {
        EVP_MD_CTX_free(ring->keys[i].inner);
        EVP_MD_CTX_free(ring->keys[i].outer);
    }

    EVP_MD_CTX_free(ring->work);
    free(ring);
}


int
resonate_ticket_mac(const resonate_ticket_ring_t *ring, size_t n,
    const unsigned char *data, size_t len, const unsigned char *track,
    unsigned char *mac)
{
    unsigned char  digest[RESONATE_TICKET_DIGEST];

    if (!resonate_ticket_hmac(ring, &ring->keys[n], data, len, track, digest))
    {
        return -1;
    }

    memcpy(mac, digest, RESONATE_TICKET_MAC);

    return 0;
}


static int
resonate_ticket_hmac(const resonate_ticket_ring_t *ring,
    const resonate_ticket_key_t *key, const unsigned char *data, size_t len,
    const unsigned char *track, unsigned char *digest)
{
    EVP_MD_CTX  *ctx;

    ctx = ring->work;

    return EVP_MD_CTX_copy_ex(ctx, key->inner) == 1
           && EVP_DigestUpdate(ctx, data, len) == 1
           && (track == NULL
               || EVP_DigestUpdate(ctx, track, RESONATE_TICKET_TRACK) == 1)
           && EVP_DigestFinal_ex(ctx, digest, NULL) == 1
           && EVP_MD_CTX_copy_ex(ctx, key->outer) == 1
           && EVP_DigestUpdate(ctx, digest, RESONATE_TICKET_DIGEST) == 1
           && EVP_DigestFinal_ex(ctx, digest, NULL) == 1;
}


size_t
resonate_ticket_keys(const resonate_ticket_ring_t *ring)
{
    return ring->nkeys;
}


unsigned char
resonate_ticket_name(const resonate_ticket_ring_t *ring, size_t n)
{
    return ring->keys[n].name;
}
