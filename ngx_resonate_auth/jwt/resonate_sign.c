
/*
 * Copyright (C) Resonate
 */


#include "resonate_sign.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define RESONATE_SIGN_RAW     64     /* r and s of P-256; Ed25519 */
#define RESONATE_SIGN_DER     80     /* the same as DER */
#define RESONATE_SIGN_PUBLIC  128    /* DER of a public key */
#define RESONATE_SIGN_COORD   44     /* a coordinate, encoded */

#define resonate_sign_encoded(n)  (((n) * 4 + 2) / 3)


typedef struct {
    int                   id;
    resonate_jwt_alg_e    alg;
    const char           *name;      /* of "alg" */
    const char           *kty;
    const char           *crv;
    size_t                size;      /* of a coordinate */
    size_t                ncoords;
    size_t                len;       /* DER before them */
    unsigned char         der[27];
} resonate_sign_type_t;


static int resonate_sign_password(char *buf, int size, int rw, void *data);
static const char *resonate_sign_init(resonate_sign_key_t *key);
static const char *resonate_sign_public(resonate_sign_key_t *key,
    const resonate_sign_type_t *type, const unsigned char *point);
static int resonate_sign_paired(EVP_PKEY *pkey, const EVP_MD *md);
static int resonate_sign_input(const resonate_sign_key_t *key,
    const unsigned char *input, size_t len, unsigned char *signature);
static const EVP_MD *resonate_sign_md(resonate_jwt_alg_e alg);
static int resonate_sign_der(EVP_PKEY *pkey, const EVP_MD *md,
    const unsigned char *input, size_t len, unsigned char *der, size_t *n);
static int resonate_sign_raw(unsigned char *signature,
    const unsigned char *der, size_t len);


static const resonate_sign_type_t  resonate_sign_types[] = {

    { EVP_PKEY_EC, RESONATE_JWT_ES256, "ES256", "EC", "P-256", 32, 2,
      27, { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
            0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01,
            0x07, 0x03, 0x42, 0x00, 0x04 } },

    { EVP_PKEY_ED25519, RESONATE_JWT_EDDSA, "EdDSA", "OKP", "Ed25519", 32, 1,
      12, { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21,
            0x00 } },

    { 0, 0, NULL, NULL, NULL, 0, 0, 0, { 0 } }
};


resonate_sign_key_t *
resonate_sign_key(const char *pem, size_t len, char *error)
{
    BIO                  *bio;
    const char           *reason;
    resonate_sign_key_t  *key;

    key = calloc(1, sizeof(resonate_sign_key_t));
    bio = BIO_new_mem_buf(pem, (int) len);

    if (key == NULL || bio == NULL) {
        reason = "out of memory";
        goto failed;
    }

    key->pkey = PEM_read_bio_PrivateKey(bio, NULL, resonate_sign_password,
                                        NULL);
    reason = key->pkey ? resonate_sign_init(key)
                       : "no private key in PEM, or an encrypted one";

    if (reason == NULL) {
        BIO_free(bio);
        return key;
    }

failed:

    snprintf(error, RESONATE_JWK_ERROR_MAX, "%s", reason);

    ERR_clear_error();
    BIO_free(bio);
    resonate_sign_free(key);

    return NULL;
}


void
resonate_sign_free(resonate_sign_key_t *key)
{
    if (key) {
        EVP_PKEY_free(key->pkey);
        json_decref(key->jwk);
        free(key->head);
        free(key);
    }
}


char *
resonate_sign(const resonate_sign_key_t *key, json_t *claims, size_t *len)
{
    char           *text, *token, *p;
    size_t          n, head;
    unsigned char   signature[RESONATE_SIGN_RAW];

    text = json_dumps(claims, JSON_COMPACT|JSON_SORT_KEYS);
    if (text == NULL) {
        return NULL;
    }

    n = strlen(text);
    head = strlen(key->head);

    token = malloc(head + 1 + resonate_sign_encoded(n) + 1
                   + resonate_sign_encoded(RESONATE_SIGN_RAW) + 1);

    if (token) {
        memcpy(token, key->head, head);
        p = token + head;
        *p++ = '.';
        p += resonate_jwt_base64url_put(p, (unsigned char *) text, n);

        if (resonate_sign_input(key, (unsigned char *) token, p - token,
                                signature)
            == 0)
        {
            *p++ = '.';
            p += resonate_jwt_base64url_put(p, signature, RESONATE_SIGN_RAW);
            *p = '\0';
            *len = p - token;

        } else {
            free(token);
            token = NULL;
        }
    }

    free(text);

    /* nginx would log what is left there as errors of its own TLS */
    ERR_clear_error();

    return token;
}


/* nobody is there to be asked for one */

static int
resonate_sign_password(char *buf, int size, int rw, void *data)
{
    (void) buf;
    (void) size;
    (void) rw;
    (void) data;

    return 0;
}


static const char *
resonate_sign_init(resonate_sign_key_t *key)
{
    int                          len;
    unsigned char               *p, der[RESONATE_SIGN_PUBLIC];
    const resonate_sign_type_t  *type;

    len = i2d_PUBKEY(key->pkey, NULL);

    if (len > 0 && len <= RESONATE_SIGN_PUBLIC) {
        p = der;
        len = i2d_PUBKEY(key->pkey, &p);

        for (type = resonate_sign_types; type->id; type++) {

            if (EVP_PKEY_base_id(key->pkey) == type->id
                && (size_t) len == type->len + type->ncoords * type->size
                && memcmp(der, type->der, type->len) == 0)
            {
                return resonate_sign_public(key, type, der + type->len);
            }
        }
    }

    return "not a key of P-256 or Ed25519";
}


/*
 * A file may have a public half, which OpenSSL believes: of tokens that are
 * signed with the other half nobody would know the key.
 */

static int
resonate_sign_paired(EVP_PKEY *pkey, const EVP_MD *md)
{
    int             rc;
    size_t          n;
    EVP_MD_CTX     *ctx;
    unsigned char   buf[RESONATE_SIGN_DER];

    n = sizeof(buf);

    if (resonate_sign_der(pkey, md, buf, 0, buf, &n) != 0) {
        return 0;
    }

    ctx = EVP_MD_CTX_new();

    rc = ctx && EVP_DigestVerifyInit(ctx, NULL, md, NULL, pkey) == 1
         && EVP_DigestVerify(ctx, buf, n, buf, 0) == 1;

    EVP_MD_CTX_free(ctx);

    return rc;
}


static const char *
resonate_sign_public(resonate_sign_key_t *key,
    const resonate_sign_type_t *type, const unsigned char *point)
{
    int      n;
    char     head[128], x[RESONATE_SIGN_COORD], y[RESONATE_SIGN_COORD];
    size_t   len;

    key->alg = type->alg;

    if (!resonate_sign_paired(key->pkey, resonate_sign_md(key->alg))) {
        return "its two halves are of different keys";
    }

    len = resonate_jwt_base64url_put(x, point, type->size);
    key->jwk = json_pack("{s:s, s:s, s:s%, s:s, s:s}", "kty", type->kty,
                         "crv", type->crv, "x", x, len,
                         "alg", type->name, "use", "sig");

    if (type->ncoords == 2) {
        len = resonate_jwt_base64url_put(y, point + type->size, type->size);

        if (json_object_set_new(key->jwk, "y", json_stringn(y, len)) != 0) {
            return "out of memory";
        }
    }

    if (resonate_thumbprint(key->jwk, key->kid) != 0
        || json_object_set_new(key->jwk, "kid", json_string(key->kid)) != 0)
    {
        return "out of memory";
    }

    n = snprintf(head, sizeof(head),
                 "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"JWT\"}",
                 type->name, key->kid);

    key->head = calloc(1, resonate_sign_encoded(n) + 1);
    if (key->head == NULL) {
        return "out of memory";
    }

    (void) resonate_jwt_base64url_put(key->head, (unsigned char *) head, n);

    return NULL;
}


static int
resonate_sign_input(const resonate_sign_key_t *key,
    const unsigned char *input, size_t len, unsigned char *signature)
{
    size_t         n;
    unsigned char  buf[RESONATE_SIGN_DER];

    n = sizeof(buf);

    if (resonate_sign_der(key->pkey, resonate_sign_md(key->alg), input, len,
                          buf, &n)
        != 0)
    {
        return -1;
    }

    if (key->alg == RESONATE_JWT_ES256) {
        return resonate_sign_raw(signature, buf, n);
    }

    memcpy(signature, buf, RESONATE_SIGN_RAW);

    return 0;
}


/* EdDSA has its own */

static const EVP_MD *
resonate_sign_md(resonate_jwt_alg_e alg)
{
    return alg == RESONATE_JWT_ES256 ? EVP_sha256() : NULL;
}


static int
resonate_sign_der(EVP_PKEY *pkey, const EVP_MD *md, const unsigned char *input,
    size_t len, unsigned char *der, size_t *n)
{
    int          rc;
    EVP_MD_CTX  *ctx;

    ctx = EVP_MD_CTX_new();

    rc = ctx && EVP_DigestSignInit(ctx, NULL, md, NULL, pkey) == 1
         && EVP_DigestSign(ctx, der, n, input, len) == 1;

    EVP_MD_CTX_free(ctx);

    return rc ? 0 : -1;
}


/* r || s of RFC 7518, section 3.4, from OpenSSL's DER */

static int
resonate_sign_raw(unsigned char *signature, const unsigned char *der,
    size_t len)
{
    int            rc;
    ECDSA_SIG     *sig;
    const BIGNUM  *r, *s;

    sig = d2i_ECDSA_SIG(NULL, &der, (long) len);
    if (sig == NULL) {
        return -1;
    }

    ECDSA_SIG_get0(sig, &r, &s);

    rc = BN_bn2binpad(r, signature, RESONATE_SIGN_RAW / 2) == -1
         || BN_bn2binpad(s, signature + RESONATE_SIGN_RAW / 2,
                         RESONATE_SIGN_RAW / 2)
            == -1;

    ECDSA_SIG_free(sig);

    return rc ? -1 : 0;
}
