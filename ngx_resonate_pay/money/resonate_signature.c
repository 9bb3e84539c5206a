
/*
 * Copyright (C) Resonate
 */


#include "resonate_signature.h"

#include <string.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>


static resonate_signature_e resonate_signature_element(
    resonate_signature_t *s, const unsigned char *p, size_t len);
static resonate_signature_e resonate_signature_time(resonate_signature_t *s,
    const unsigned char *p, size_t len);
static resonate_signature_e resonate_signature_v1(resonate_signature_t *s,
    const unsigned char *p, size_t len);
static int resonate_signature_digit(unsigned char c);
static resonate_signature_e resonate_signature_hmac(unsigned char *mac,
    resonate_signature_bytes_t *secret, resonate_signature_bytes_t *time,
    resonate_signature_bytes_t *body);


resonate_signature_e
resonate_signature_parse(resonate_signature_t *s,
    resonate_signature_bytes_t *header)
{
    const unsigned char   *p, *comma, *last;
    resonate_signature_e   rc;

    s->text.data = NULL;
    s->text.len = 0;
    s->time = 0;
    s->n = 0;

    if (header->len == 0 || header->len > RESONATE_SIGNATURE_MAX_HEADER) {
        return RESONATE_SIGNATURE_MALFORMED;
    }

    p = header->data;
    last = p + header->len;

    for ( ;; ) {
        comma = memchr(p, ',', last - p);

        rc = resonate_signature_element(s, p, (comma ? comma : last) - p);
        if (rc != RESONATE_SIGNATURE_OK) {
            return rc;
        }

        if (comma == NULL) {
            break;
        }

        p = comma + 1;
    }

    if (s->text.len == 0 || s->n == 0) {
        return RESONATE_SIGNATURE_MALFORMED;
    }

    return RESONATE_SIGNATURE_OK;
}


static resonate_signature_e
resonate_signature_element(resonate_signature_t *s, const unsigned char *p,
    size_t len)
{
    size_t                name;
    const unsigned char  *equals;

    equals = memchr(p, '=', len);

    if (equals == NULL || equals == p) {
        return RESONATE_SIGNATURE_MALFORMED;
    }

    name = equals - p;
    len -= name + 1;

    if (name == 1 && p[0] == 't') {
        return resonate_signature_time(s, equals + 1, len);
    }

    if (name == 2 && memcmp(p, "v1", 2) == 0) {
        return resonate_signature_v1(s, equals + 1, len);
    }

    return RESONATE_SIGNATURE_OK;
}


static resonate_signature_e
resonate_signature_time(resonate_signature_t *s, const unsigned char *p,
    size_t len)
{
    size_t  i;

    if (s->text.len != 0
        || len == 0
        || len > RESONATE_SIGNATURE_MAX_TIME
        || (p[0] == '0' && len > 1))
    {
        return RESONATE_SIGNATURE_MALFORMED;
    }

    for (i = 0; i < len; i++) {
        if (p[i] < '0' || p[i] > '9') {
            return RESONATE_SIGNATURE_MALFORMED;
        }

        s->time = s->time * 10 + (p[i] - '0');
    }

    s->text.data = p;
    s->text.len = len;

    return RESONATE_SIGNATURE_OK;
}


static resonate_signature_e
resonate_signature_v1(resonate_signature_t *s, const unsigned char *p,
    size_t len)
{
    int             high, low;
    size_t          i;
    unsigned char  *v1;

    if (len != RESONATE_SIGNATURE_HEX || s->n == RESONATE_SIGNATURE_MAX_V1) {
        return RESONATE_SIGNATURE_MALFORMED;
    }

    v1 = s->v1[s->n];

    for (i = 0; i < RESONATE_SIGNATURE_SIZE; i++) {
        high = resonate_signature_digit(p[2 * i]);
        low = resonate_signature_digit(p[2 * i + 1]);

        if (high < 0 || low < 0) {
            return RESONATE_SIGNATURE_MALFORMED;
        }

        v1[i] = (unsigned char) (high << 4 | low);
    }

    s->n++;

    return RESONATE_SIGNATURE_OK;
}


static int
resonate_signature_digit(unsigned char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }

    return -1;
}


resonate_signature_e
resonate_signature_verify(resonate_signature_bytes_t *header,
    resonate_signature_bytes_t *body, resonate_signature_bytes_t *secret,
    int64_t now, int64_t tolerance)
{
    size_t                i, same;
    unsigned char         mac[RESONATE_SIGNATURE_SIZE];
    resonate_signature_e  rc;
    resonate_signature_t  s;

    if (secret->len < RESONATE_SIGNATURE_MIN_SECRET
        || secret->len > RESONATE_SIGNATURE_MAX_SECRET)
    {
        return RESONATE_SIGNATURE_SECRET;
    }

    rc = resonate_signature_parse(&s, header);
    if (rc != RESONATE_SIGNATURE_OK) {
        return rc;
    }

    rc = resonate_signature_hmac(mac, secret, &s.text, body);
    if (rc != RESONATE_SIGNATURE_OK) {
        return rc;
    }

    /* all are compared, so that the time does not tell which one fits */

    same = 0;

    for (i = 0; i < s.n; i++) {
        same += CRYPTO_memcmp(s.v1[i], mac, RESONATE_SIGNATURE_SIZE) == 0;
    }

    OPENSSL_cleanse(mac, sizeof(mac));

    if (same == 0) {
        return RESONATE_SIGNATURE_MISMATCH;
    }

    if (now - s.time > tolerance) {
        return RESONATE_SIGNATURE_OLD;
    }

    if (s.time - now > tolerance) {
        return RESONATE_SIGNATURE_FUTURE;
    }

    return RESONATE_SIGNATURE_OK;
}


/*
 * An HMAC key under EVP_DigestSign() is the one way that neither is deprecated
 * in OpenSSL 3 nor missing in 1.1.1, and that takes the message in pieces.
 */

static resonate_signature_e
resonate_signature_hmac(unsigned char *mac, resonate_signature_bytes_t *secret,
    resonate_signature_bytes_t *time, resonate_signature_bytes_t *body)
{
    size_t       len;
    EVP_PKEY    *key;
    EVP_MD_CTX  *ctx;

    len = RESONATE_SIGNATURE_SIZE;

    key = EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, NULL, secret->data,
                                       secret->len);
    ctx = EVP_MD_CTX_new();

    if (key == NULL
        || ctx == NULL
        || EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) != 1
        || EVP_DigestSignUpdate(ctx, time->data, time->len) != 1
        || EVP_DigestSignUpdate(ctx, ".", 1) != 1
        || EVP_DigestSignUpdate(ctx, body->data, body->len) != 1
        || EVP_DigestSignFinal(ctx, mac, &len) != 1)
    {
        len = 0;
    }

    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);

    return (len == RESONATE_SIGNATURE_SIZE) ? RESONATE_SIGNATURE_OK
                                            : RESONATE_SIGNATURE_FAILED;
}
