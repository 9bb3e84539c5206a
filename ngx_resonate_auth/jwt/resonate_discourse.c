
/*
 * Copyright (C) Resonate
 */


#include "resonate_discourse.h"

#include <string.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>


#define RESONATE_DISCOURSE_MAC  (RESONATE_DISCOURSE_SIG / 2)


static int resonate_discourse_sign(const resonate_discourse_view_t *secret,
    const char *data, size_t len, char *sig);
static resonate_discourse_rc_e resonate_discourse_decode(
    const resonate_discourse_view_t *sso, char *payload, size_t *len);


resonate_discourse_rc_e
resonate_discourse_read(resonate_discourse_t *d,
    const resonate_discourse_view_t *secret,
    const resonate_discourse_view_t *sso,
    const resonate_discourse_view_t *sig)
{
    char                     payload[RESONATE_DISCOURSE_SSO_MAX];
    char                     good[RESONATE_DISCOURSE_SIG];
    size_t                   len;
    resonate_discourse_rc_e  rc;

    if (sso->len > RESONATE_DISCOURSE_SSO_MAX) {
        return RESONATE_DISCOURSE_MALFORMED;
    }

    if (!resonate_discourse_sign(secret, sso->data, sso->len, good)) {
        return RESONATE_DISCOURSE_FAILED;
    }

    if (sig->len != RESONATE_DISCOURSE_SIG
        || CRYPTO_memcmp(sig->data, good, RESONATE_DISCOURSE_SIG) != 0)
    {
        return RESONATE_DISCOURSE_MISMATCH;
    }

    rc = resonate_discourse_decode(sso, payload, &len);
    if (rc != RESONATE_DISCOURSE_OK) {
        return rc;
    }

    if (resonate_query_get(payload, len, "nonce", d->nonce, sizeof(d->nonce),
                           &d->nonce_len)
        != RESONATE_QUERY_OK
        || resonate_query_get(payload, len, "return_sso_url", d->url,
                              sizeof(d->url), &d->url_len)
           != RESONATE_QUERY_OK
        || d->nonce_len == 0)
    {
        return RESONATE_DISCOURSE_MALFORMED;
    }

    return RESONATE_DISCOURSE_OK;
}


/* lower case, as Discourse writes it and compares */

static int
resonate_discourse_sign(const resonate_discourse_view_t *secret,
    const char *data, size_t len, char *sig)
{
    size_t         i;
    unsigned       n;
    unsigned char  mac[RESONATE_DISCOURSE_MAC];

    static const char  hex[] = "0123456789abcdef";

    n = 0;

    if (HMAC(EVP_sha256(), secret->data, (int) secret->len,
             (const unsigned char *) data, len, mac, &n)
        == NULL
        || n != sizeof(mac))
    {
        return 0;
    }

    for (i = 0; i < sizeof(mac); i++) {
        *sig++ = hex[mac[i] >> 4];
        *sig++ = hex[mac[i] & 0xf];
    }

    return 1;
}


/* with line feeds, as Ruby's Base64.encode64 writes it, or without */

static resonate_discourse_rc_e
resonate_discourse_decode(const resonate_discourse_view_t *sso, char *payload,
    size_t *len)
{
    int              n, more;
    EVP_ENCODE_CTX  *ctx;

    ctx = EVP_ENCODE_CTX_new();
    if (ctx == NULL) {
        return RESONATE_DISCOURSE_FAILED;
    }

    EVP_DecodeInit(ctx);

    n = 0;
    more = 0;

    if (EVP_DecodeUpdate(ctx, (unsigned char *) payload, &n,
                         (const unsigned char *) sso->data, (int) sso->len)
        < 0
        || EVP_DecodeFinal(ctx, (unsigned char *) payload + n, &more) < 0)
    {
        n = -1;
    }

    EVP_ENCODE_CTX_free(ctx);

    if (n < 0) {
        return RESONATE_DISCOURSE_MALFORMED;
    }

    *len = (size_t) n + (size_t) more;

    return RESONATE_DISCOURSE_OK;
}


int
resonate_discourse_origin(const resonate_discourse_t *d, const char *origin,
    size_t len)
{
    size_t  i;

    for (i = 0; i < d->url_len; i++) {
        if (d->url[i] <= 0x20 || d->url[i] >= 0x7f || d->url[i] == '\\') {
            return 0;
        }
    }

    return d->url_len > len
           && memcmp(d->url, origin, len) == 0
           && d->url[len] == '/';
}


char *
resonate_discourse_write(char *dst, const resonate_discourse_view_t *secret,
    const char *payload, size_t len)
{
    int   n;
    char  text[RESONATE_DISCOURSE_ANSWER_MAX / 3 * 4 + 1];

    if (len > RESONATE_DISCOURSE_ANSWER_MAX) {
        return NULL;
    }

    n = EVP_EncodeBlock((unsigned char *) text, (const unsigned char *) payload,
                        (int) len);

    memcpy(dst, "sso=", 4);
    dst = resonate_query_encode(dst + 4, text, (size_t) n);

    memcpy(dst, "&sig=", 5);
    dst += 5;

    if (!resonate_discourse_sign(secret, text, (size_t) n, dst)) {
        return NULL;
    }

    return dst + RESONATE_DISCOURSE_SIG;
}
