
/*
 * Copyright (C) Resonate
 */


#include "resonate_seal.h"
#include "resonate_jwt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>


#define RESONATE_SEAL_VERSION  1
#define RESONATE_SEAL_ID       4
#define RESONATE_SEAL_NONCE    12
#define RESONATE_SEAL_TAG      16
#define RESONATE_SEAL_TIME     8
#define RESONATE_SEAL_HEAD     (1 + RESONATE_SEAL_ID)
#define RESONATE_SEAL_BINARY   (RESONATE_SEAL_PLAIN_MAX                       \
                                + RESONATE_SEAL_OVERHEAD)


/*
 * Each purpose has a key of its own (RFC 5869): whoever makes us seal as many
 * transactions as he likes does not use up the nonces of sessions.
 */

typedef struct {
    unsigned char        id[RESONATE_SEAL_ID];
    unsigned char        keys[RESONATE_SEAL_PURPOSES][RESONATE_SEAL_KEY];
} resonate_seal_key_t;


struct resonate_seal_ring_s {
    size_t               nkeys;
    resonate_seal_key_t  keys[RESONATE_SEAL_KEYS_MAX];
};


static const char *resonate_seal_lines(resonate_seal_ring_t *ring,
    const char *text, size_t len, size_t *line);
static const char *resonate_seal_line(resonate_seal_ring_t *ring,
    const char *text, size_t len);
static int resonate_seal_hex(unsigned char *dst, const char *text, size_t len);
static int resonate_seal_derive(const unsigned char *secret,
    const char *info, unsigned char *dst, size_t len);
static const resonate_seal_key_t *resonate_seal_find(
    const resonate_seal_ring_t *ring, const unsigned char *id);
static int resonate_seal_start(EVP_CIPHER_CTX *ctx, int encrypt,
    const unsigned char *key, const unsigned char *head,
    resonate_seal_purpose_e purpose, const char *context);
static int resonate_seal_encrypt(const unsigned char *key,
    resonate_seal_purpose_e purpose, const char *context,
    unsigned char *sealed, const unsigned char *time, const void *data,
    size_t len);
static resonate_seal_rc_e resonate_seal_decrypt(const unsigned char *key,
    resonate_seal_purpose_e purpose, const char *context,
    unsigned char *sealed, size_t len, unsigned char *time, void *data);


static const char *const  resonate_seal_purposes[] = {
    "resonate session 1",
    "resonate transaction 1"
};


static const char *const  resonate_seal_errors[] = {
    "The seal is good",
    "The sealed text is malformed",
    "The text is sealed with an unknown key",
    "The seal is broken",
    "The sealed text has expired",
    "OpenSSL failed"
};


resonate_seal_ring_t *
resonate_seal_ring(const char *text, size_t len, char *error)
{
    size_t                 line;
    const char            *why;
    resonate_seal_ring_t  *ring;

    line = 0;
    ring = calloc(1, sizeof(resonate_seal_ring_t));

    why = ring ? resonate_seal_lines(ring, text, len, &line) : "out of memory";

    if (why == NULL && ring->nkeys == 0) {
        why = "there is no key";
        line = 0;
    }

    if (why == NULL) {
        return ring;
    }

    if (line) {
        snprintf(error, RESONATE_SEAL_ERROR_MAX, "line %zu: %s", line, why);

    } else {
        snprintf(error, RESONATE_SEAL_ERROR_MAX, "%s", why);
    }

    resonate_seal_ring_free(ring);

    return NULL;
}


void
resonate_seal_ring_free(resonate_seal_ring_t *ring)
{
    if (ring) {
        OPENSSL_cleanse(ring, sizeof(resonate_seal_ring_t));
        free(ring);
    }
}


static const char *
resonate_seal_lines(resonate_seal_ring_t *ring, const char *text, size_t len,
    size_t *line)
{
    const char  *p, *last, *end, *why;

    last = text + len;

    for (p = text; p < last; p = end + 1) {
        end = memchr(p, '\n', last - p);

        if (end == NULL) {
            end = last;
        }

        (*line)++;

        if (end == p || *p == '#') {
            continue;
        }

        why = resonate_seal_line(ring, p, end - p);

        if (why) {
            return why;
        }
    }

    return NULL;
}


static const char *
resonate_seal_line(resonate_seal_ring_t *ring, const char *text, size_t len)
{
    int                   ok;
    size_t                i;
    unsigned char         secret[RESONATE_SEAL_KEY];
    resonate_seal_key_t  *key;

    if (len != 2 * RESONATE_SEAL_KEY
        || resonate_seal_hex(secret, text, len) != 0)
    {
        return "a key is 64 hexadecimal digits";
    }

    if (ring->nkeys == RESONATE_SEAL_KEYS_MAX) {
        OPENSSL_cleanse(secret, sizeof(secret));
        return "more than 8 keys";
    }

    key = &ring->keys[ring->nkeys];

    ok = resonate_seal_derive(secret, "resonate key id 1", key->id,
                              RESONATE_SEAL_ID);

    for (i = 0; ok && i < RESONATE_SEAL_PURPOSES; i++) {
        ok = resonate_seal_derive(secret, resonate_seal_purposes[i],
                                  key->keys[i], RESONATE_SEAL_KEY);
    }

    OPENSSL_cleanse(secret, sizeof(secret));

    if (!ok) {
        return "OpenSSL has no HKDF";
    }

    if (resonate_seal_find(ring, key->id)) {
        return "the key is there already";
    }

    ring->nkeys++;

    return NULL;
}


static int
resonate_seal_hex(unsigned char *dst, const char *text, size_t len)
{
    int            value;
    size_t         i;
    unsigned char  c;

    for (i = 0; i < len; i++) {
        c = (unsigned char) text[i];

        value = (c >= '0' && c <= '9') ? c - '0'
                : (c >= 'a' && c <= 'f') ? c - 'a' + 10
                : (c >= 'A' && c <= 'F') ? c - 'A' + 10 : -1;

        if (value < 0) {
            return -1;
        }

        dst[i / 2] = (unsigned char) (i % 2 ? dst[i / 2] << 4 | value : value);
    }

    return 0;
}


static int
resonate_seal_derive(const unsigned char *secret, const char *info,
    unsigned char *dst, size_t len)
{
    int            ok;
    EVP_PKEY_CTX  *ctx;

    ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, NULL);

    ok = ctx
         && EVP_PKEY_derive_init(ctx) == 1
         && EVP_PKEY_CTX_set_hkdf_md(ctx, EVP_sha256()) == 1
         && EVP_PKEY_CTX_set1_hkdf_key(ctx, secret, RESONATE_SEAL_KEY) == 1
         && EVP_PKEY_CTX_add1_hkdf_info(ctx, (const unsigned char *) info,
                                        (int) strlen(info)) == 1
         && EVP_PKEY_derive(ctx, dst, &len) == 1;

    EVP_PKEY_CTX_free(ctx);

    return ok;
}


static const resonate_seal_key_t *
resonate_seal_find(const resonate_seal_ring_t *ring, const unsigned char *id)
{
    size_t  i;

    for (i = 0; i < ring->nkeys; i++) {
        if (memcmp(ring->keys[i].id, id, RESONATE_SEAL_ID) == 0) {
            return &ring->keys[i];
        }
    }

    return NULL;
}


resonate_seal_rc_e
resonate_seal(const resonate_seal_ring_t *ring,
    resonate_seal_purpose_e purpose, const char *context, time_t expires,
    const void *data, size_t len, char *text, size_t *textlen)
{
    int            i;
    unsigned char  sealed[RESONATE_SEAL_BINARY];
    unsigned char  time[RESONATE_SEAL_TIME];

    *textlen = 0;

    if (len > RESONATE_SEAL_PLAIN_MAX) {
        return RESONATE_SEAL_MALFORMED;
    }

    sealed[0] = RESONATE_SEAL_VERSION;
    memcpy(sealed + 1, ring->keys[0].id, RESONATE_SEAL_ID);

    for (i = 0; i < RESONATE_SEAL_TIME; i++) {
        time[i] = (unsigned char) ((uint64_t) expires >> (56 - 8 * i));
    }

    if (RAND_bytes(sealed + RESONATE_SEAL_HEAD, RESONATE_SEAL_NONCE) != 1
        || !resonate_seal_encrypt(ring->keys[0].keys[purpose], purpose,
                                  context, sealed, time, data, len))
    {
        return RESONATE_SEAL_FAILED;
    }

    *textlen = resonate_jwt_base64url_put(text, sealed,
                                          len + RESONATE_SEAL_OVERHEAD);

    return RESONATE_SEAL_OK;
}


resonate_seal_rc_e
resonate_seal_open(const resonate_seal_ring_t *ring,
    resonate_seal_purpose_e purpose, const char *context, time_t now,
    const char *text, size_t textlen, void *data, size_t *len,
    time_t *expires)
{
    int                         i;
    size_t                      n;
    uint64_t                    ends;
    unsigned char               sealed[RESONATE_SEAL_BINARY];
    unsigned char               time[RESONATE_SEAL_TIME];
    resonate_seal_rc_e          rc;
    const resonate_seal_key_t  *key;

    *len = 0;

    if (resonate_jwt_base64url(sealed, sizeof(sealed), &n, text, textlen) != 0
        || n < RESONATE_SEAL_OVERHEAD
        || sealed[0] != RESONATE_SEAL_VERSION)
    {
        return RESONATE_SEAL_MALFORMED;
    }

    key = resonate_seal_find(ring, sealed + 1);
    if (key == NULL) {
        return RESONATE_SEAL_UNKNOWN;
    }

    n -= RESONATE_SEAL_OVERHEAD;

    rc = resonate_seal_decrypt(key->keys[purpose], purpose, context, sealed,
                               n, time, data);
    if (rc != RESONATE_SEAL_OK) {
        OPENSSL_cleanse(data, n);
        return rc;
    }

    ends = 0;

    for (i = 0; i < RESONATE_SEAL_TIME; i++) {
        ends = ends << 8 | time[i];
    }

    if ((time_t) ends <= now) {
        OPENSSL_cleanse(data, n);
        return RESONATE_SEAL_EXPIRED;
    }

    *len = n;
    *expires = (time_t) ends;

    return RESONATE_SEAL_OK;
}


const char *
resonate_seal_strerror(resonate_seal_rc_e rc)
{
    return resonate_seal_errors[rc];
}


/* the nonce is behind the head; the lengths of the data keep them apart */

static int
resonate_seal_start(EVP_CIPHER_CTX *ctx, int encrypt,
    const unsigned char *key, const unsigned char *head,
    resonate_seal_purpose_e purpose, const char *context)
{
    int          n;
    const char  *name;

    name = resonate_seal_purposes[purpose];

    return EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, key,
                             head + RESONATE_SEAL_HEAD, encrypt) == 1
           && EVP_CipherUpdate(ctx, NULL, &n, head, RESONATE_SEAL_HEAD) == 1
           && EVP_CipherUpdate(ctx, NULL, &n, (const unsigned char *) name,
                               (int) strlen(name) + 1) == 1
           && EVP_CipherUpdate(ctx, NULL, &n, (const unsigned char *) context,
                               (int) strlen(context) + 1) == 1;
}


static int
resonate_seal_encrypt(const unsigned char *key,
    resonate_seal_purpose_e purpose, const char *context,
    unsigned char *sealed, const unsigned char *time, const void *data,
    size_t len)
{
    int              n, ok;
    unsigned char   *p;
    EVP_CIPHER_CTX  *ctx;

    p = sealed + RESONATE_SEAL_HEAD + RESONATE_SEAL_NONCE;
    ctx = EVP_CIPHER_CTX_new();

    ok = ctx
         && resonate_seal_start(ctx, 1, key, sealed, purpose, context)
         && EVP_EncryptUpdate(ctx, p, &n, time, RESONATE_SEAL_TIME) == 1
         && EVP_EncryptUpdate(ctx, p + RESONATE_SEAL_TIME, &n, data,
                              (int) len) == 1
         && EVP_EncryptFinal_ex(ctx, p + RESONATE_SEAL_TIME + len, &n) == 1
         && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, RESONATE_SEAL_TAG,
                                p + RESONATE_SEAL_TIME + len) == 1;

    EVP_CIPHER_CTX_free(ctx);

    return ok;
}


static resonate_seal_rc_e
resonate_seal_decrypt(const unsigned char *key,
    resonate_seal_purpose_e purpose, const char *context,
    unsigned char *sealed, size_t len, unsigned char *time, void *data)
{
    int                  n;
    unsigned char       *p;
    EVP_CIPHER_CTX      *ctx;
    resonate_seal_rc_e   rc;

    p = sealed + RESONATE_SEAL_HEAD + RESONATE_SEAL_NONCE;
    ctx = EVP_CIPHER_CTX_new();
    rc = RESONATE_SEAL_FAILED;

    if (ctx
        && resonate_seal_start(ctx, 0, key, sealed, purpose, context)
        && EVP_DecryptUpdate(ctx, time, &n, p, RESONATE_SEAL_TIME) == 1
        && EVP_DecryptUpdate(ctx, data, &n, p + RESONATE_SEAL_TIME,
                             (int) len) == 1
        && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, RESONATE_SEAL_TAG,
                               p + RESONATE_SEAL_TIME + len) == 1)
    {
        rc = (EVP_DecryptFinal_ex(ctx, (unsigned char *) data + len, &n) == 1)
             ? RESONATE_SEAL_OK : RESONATE_SEAL_FORGED;
    }

    EVP_CIPHER_CTX_free(ctx);

    return rc;
}
