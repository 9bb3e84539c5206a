
/*
 * Copyright (C) Resonate
 *
 * Base64 is decoded by OpenSSL, and what comes out must be one certificate
 * and nothing behind it: the digest is over bytes that were understood.
 */


#include "resonate_certificate.h"
#include "resonate_uri.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>


#define RESONATE_CERTIFICATE_BEGIN  "-----BEGIN CERTIFICATE-----"
#define RESONATE_CERTIFICATE_END    "-----END CERTIFICATE-----"


/* base64 of a certificate, with room for line feeds and padding */
#define RESONATE_CERTIFICATE_TEXT   (RESONATE_CERTIFICATE_MAX / 3 * 4 + 512)


static int resonate_certificate_pem(const char *text, size_t len,
    unsigned char *digest);
static int resonate_certificate_base64(const char *text, size_t len,
    unsigned char *digest);
static const char *resonate_certificate_find(const char *s, const char *last,
    const char *word);


int
resonate_certificate_text(const char *text, size_t len, unsigned char *digest)
{
    while (len && (*text == ' ' || *text == '\t')) {
        text++;
        len--;
    }

    while (len && (text[len - 1] == ' ' || text[len - 1] == '\t')) {
        len--;
    }

    /* RFC 9440, section 2.2: a byte sequence of RFC 8941 */

    if (len > 2 && text[0] == ':' && text[len - 1] == ':') {
        return resonate_certificate_base64(text + 1, len - 2, digest);
    }

    return resonate_certificate_pem(text, len, digest);
}


int
resonate_certificate_x509(X509 *x509, unsigned char *digest)
{
    unsigned  n;

    return X509_digest(x509, EVP_sha256(), digest, &n) == 1 ? 0 : -1;
}


static int
resonate_certificate_pem(const char *text, size_t len, unsigned char *digest)
{
    char         buf[RESONATE_CERTIFICATE_TEXT];
    const char  *first, *last;

    if (resonate_uri_unescape(buf, sizeof(buf), &len, text, len) != 0) {
        return -1;
    }

    first = resonate_certificate_find(buf, buf + len,
                                      RESONATE_CERTIFICATE_BEGIN);
    if (first != buf) {
        return -1;
    }

    first += sizeof(RESONATE_CERTIFICATE_BEGIN) - 1;

    last = resonate_certificate_find(first, buf + len,
                                     RESONATE_CERTIFICATE_END);
    if (last == NULL) {
        return -1;
    }

    return resonate_certificate_base64(first, (size_t) (last - first), digest);
}


static int
resonate_certificate_base64(const char *text, size_t len,
    unsigned char *digest)
{
    int                   n, rest, rc;
    X509                 *x509;
    EVP_ENCODE_CTX       *ctx;
    unsigned char         der[RESONATE_CERTIFICATE_TEXT];
    const unsigned char  *p;

    if (len > RESONATE_CERTIFICATE_TEXT) {
        return -1;
    }

    ctx = EVP_ENCODE_CTX_new();
    if (ctx == NULL) {
        return -1;
    }

    EVP_DecodeInit(ctx);

    rest = 0;

    rc = EVP_DecodeUpdate(ctx, der, &n, (const unsigned char *) text,
                          (int) len);

    rc = (rc < 0 || EVP_DecodeFinal(ctx, der + n, &rest) < 0) ? -1 : 0;

    EVP_ENCODE_CTX_free(ctx);

    if (rc != 0) {
        return -1;
    }

    n += rest;
    p = der;

    x509 = d2i_X509(NULL, &p, n);

    rc = (x509 && p == der + n) ? resonate_certificate_x509(x509, digest) : -1;

    X509_free(x509);

    /* nginx would log what is left there as errors of its own TLS */
    ERR_clear_error();

    return rc;
}


static const char *
resonate_certificate_find(const char *s, const char *last, const char *word)
{
    size_t  len;

    len = strlen(word);

    for ( /* void */ ; (size_t) (last - s) >= len; s++) {
        if (memcmp(s, word, len) == 0) {
            return s;
        }
    }

    return NULL;
}
