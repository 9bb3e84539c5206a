
/*
 * Copyright (C) Resonate
 */


#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "resonate_sigv4.h"


#define RESONATE_SIGV4_HASH     32
#define RESONATE_SIGV4_HEX      (2 * RESONATE_SIGV4_HASH + 1)
#define RESONATE_SIGV4_DAY      8

/* "20130524/us-east-1/s3/aws4_request" */
#define RESONATE_SIGV4_SCOPE    (RESONATE_SIGV4_DAY                           \
                                 + RESONATE_SIGV4_MAX_REGION                  \
                                 + sizeof("//s3/aws4_request"))


typedef unsigned char  resonate_sigv4_hash_t[RESONATE_SIGV4_HASH];


static int resonate_sigv4_canonical(const resonate_sigv4_t *s,
    const char *names, char hex[RESONATE_SIGV4_HEX]);
static int resonate_sigv4_header(EVP_MD_CTX *ctx, const char *name,
    const char *value, size_t len);
static int resonate_sigv4_signature(const resonate_sigv4_t *s,
    const char *text, char hex[RESONATE_SIGV4_HEX]);
static int resonate_sigv4_hmac(const void *key, size_t key_len,
    const char *text, size_t len, resonate_sigv4_hash_t out);
static void resonate_sigv4_hex(const resonate_sigv4_hash_t hash,
    char hex[RESONATE_SIGV4_HEX]);


void
resonate_sigv4_date(time_t time, char out[RESONATE_SIGV4_DATE])
{
    struct tm  tm;

    if (gmtime_r(&time, &tm) == NULL
        || strftime(out, RESONATE_SIGV4_DATE, "%Y%m%dT%H%M%SZ", &tm) == 0)
    {
        out[0] = '\0';
    }
}


size_t
resonate_sigv4_escape(const char *name, size_t len, char *out)
{
    size_t         i, n;
    unsigned char  c;

    static const char  hex[] = "0123456789ABCDEF";

    n = 0;

    for (i = 0; i < len; i++) {
        c = (unsigned char) name[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
            || (c >= '0' && c <= '9')
            || (c != '\0' && strchr("-._~/", c)))
        {
            if (out) {
                out[n] = (char) c;
            }

            n++;
            continue;
        }

        if (out) {
            out[n] = '%';
            out[n + 1] = hex[c >> 4];
            out[n + 2] = hex[c & 0xf];
        }

        n += 3;
    }

    return n;
}


size_t
resonate_sigv4_sign(const resonate_sigv4_t *s, char out[RESONATE_SIGV4_SIZE])
{
    int          n;
    char         hex[RESONATE_SIGV4_HEX], scope[RESONATE_SIGV4_SCOPE];
    char         text[sizeof("AWS4-HMAC-SHA256\n\n\n") + RESONATE_SIGV4_DATE
                      + RESONATE_SIGV4_SCOPE + RESONATE_SIGV4_HEX];
    const char  *names;

    if (s->id.len > RESONATE_SIGV4_MAX_ID
        || s->secret.len > RESONATE_SIGV4_MAX_SECRET
        || s->region.len > RESONATE_SIGV4_MAX_REGION
        || strlen(s->date) != RESONATE_SIGV4_DATE - 1)
    {
        return 0;
    }

    names = s->range.len ? "host;range;x-amz-content-sha256;x-amz-date"
                         : "host;x-amz-content-sha256;x-amz-date";

    if (!resonate_sigv4_canonical(s, names, hex)) {
        return 0;
    }

    (void) snprintf(scope, sizeof(scope), "%.*s/%.*s/s3/aws4_request",
                    RESONATE_SIGV4_DAY, s->date, (int) s->region.len,
                    s->region.data);

    (void) snprintf(text, sizeof(text), "AWS4-HMAC-SHA256\n%s\n%s\n%s",
                    s->date, scope, hex);

    if (!resonate_sigv4_signature(s, text, hex)) {
        return 0;
    }

    n = snprintf(out, RESONATE_SIGV4_SIZE,
                 "AWS4-HMAC-SHA256 Credential=%.*s/%s, SignedHeaders=%s, "
                 "Signature=%s",
                 (int) s->id.len, s->id.data, scope, names, hex);

    return (n > 0 && n < RESONATE_SIGV4_SIZE) ? (size_t) n : 0;
}


/* the hash of the request: method, path, query, headers, their names, body */

static int
resonate_sigv4_canonical(const resonate_sigv4_t *s, const char *names,
    char hex[RESONATE_SIGV4_HEX])
{
    int                    ok;
    EVP_MD_CTX            *ctx;
    resonate_sigv4_hash_t  hash;

    ctx = EVP_MD_CTX_new();

    ok = ctx
         && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1
         && EVP_DigestUpdate(ctx, "GET\n", 4) == 1
         && EVP_DigestUpdate(ctx, s->path.data, s->path.len) == 1
         && EVP_DigestUpdate(ctx, "\n\n", 2) == 1
         && resonate_sigv4_header(ctx, "host:", s->host.data, s->host.len)
         && (s->range.len == 0
             || resonate_sigv4_header(ctx, "range:", s->range.data,
                                      s->range.len))
         && resonate_sigv4_header(ctx, "x-amz-content-sha256:",
                                  RESONATE_SIGV4_EMPTY,
                                  sizeof(RESONATE_SIGV4_EMPTY) - 1)
         && resonate_sigv4_header(ctx, "x-amz-date:", s->date,
                                  strlen(s->date))
         && resonate_sigv4_header(ctx, "\n", names, strlen(names))
         && EVP_DigestUpdate(ctx, RESONATE_SIGV4_EMPTY,
                             sizeof(RESONATE_SIGV4_EMPTY) - 1)
            == 1
         && EVP_DigestFinal_ex(ctx, hash, NULL) == 1;

    EVP_MD_CTX_free(ctx);

    if (ok) {
        resonate_sigv4_hex(hash, hex);
    }

    return ok;
}


static int
resonate_sigv4_header(EVP_MD_CTX *ctx, const char *name, const char *value,
    size_t len)
{
    return EVP_DigestUpdate(ctx, name, strlen(name)) == 1
           && EVP_DigestUpdate(ctx, value, len) == 1
           && EVP_DigestUpdate(ctx, "\n", 1) == 1;
}


static int
resonate_sigv4_signature(const resonate_sigv4_t *s, const char *text,
    char hex[RESONATE_SIGV4_HEX])
{
    int                    ok;
    char                   secret[4 + RESONATE_SIGV4_MAX_SECRET];
    resonate_sigv4_hash_t  hash;

    memcpy(secret, "AWS4", 4);
    memcpy(secret + 4, s->secret.data, s->secret.len);

    ok = resonate_sigv4_hmac(secret, 4 + s->secret.len, s->date,
                             RESONATE_SIGV4_DAY, hash)
         && resonate_sigv4_hmac(hash, RESONATE_SIGV4_HASH, s->region.data,
                                s->region.len, hash)
         && resonate_sigv4_hmac(hash, RESONATE_SIGV4_HASH, "s3", 2, hash)
         && resonate_sigv4_hmac(hash, RESONATE_SIGV4_HASH, "aws4_request", 12,
                                hash)
         && resonate_sigv4_hmac(hash, RESONATE_SIGV4_HASH, text, strlen(text),
                                hash);

    OPENSSL_cleanse(secret, sizeof(secret));

    if (ok) {
        resonate_sigv4_hex(hash, hex);
    }

    return ok;
}


static int
resonate_sigv4_hmac(const void *key, size_t key_len, const char *text,
    size_t len, resonate_sigv4_hash_t out)
{
    int          ok;
    size_t       n;
    EVP_PKEY    *pkey;
    EVP_MD_CTX  *ctx;

    n = RESONATE_SIGV4_HASH;

    pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, NULL, key, key_len);
    ctx = EVP_MD_CTX_new();

    ok = pkey && ctx
         && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, pkey) == 1
         && EVP_DigestSign(ctx, out, &n, (const unsigned char *) text, len)
            == 1;

    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);

    return ok;
}


static void
resonate_sigv4_hex(const resonate_sigv4_hash_t hash,
    char hex[RESONATE_SIGV4_HEX])
{
    size_t  i;

    for (i = 0; i < RESONATE_SIGV4_HASH; i++) {
        (void) snprintf(hex + 2 * i, 3, "%02x", hash[i]);
    }
}


const char *
resonate_sigv4_key(const char *text, size_t len, resonate_sigv4_text_t *id,
    resonate_sigv4_text_t *secret)
{
    size_t       i;
    const char  *colon;

    for (i = 0; i < len; i++) {
        if (text[i] <= ' ' || text[i] > '~') {
            return "must be one line \"ID:SECRET\"";
        }
    }

    colon = len ? memchr(text, ':', len) : NULL;

    if (colon == NULL) {
        return "must be one line \"ID:SECRET\"";
    }

    id->data = text;
    id->len = (size_t) (colon - text);
    secret->data = colon + 1;
    secret->len = len - id->len - 1;

    if (id->len == 0 || id->len > RESONATE_SIGV4_MAX_ID
        || secret->len == 0 || secret->len > RESONATE_SIGV4_MAX_SECRET)
    {
        return "has an empty or too long part";
    }

    return NULL;
}
