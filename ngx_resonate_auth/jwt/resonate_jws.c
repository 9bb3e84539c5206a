
/*
 * Copyright (C) Resonate
 */


#include "resonate_jws.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>


#define RESONATE_JWS_PSS        (RESONATE_JWT_PS256|RESONATE_JWT_PS384        \
                                 |RESONATE_JWT_PS512)
#define RESONATE_JWS_EDWARDS    (RESONATE_JWT_EDDSA|RESONATE_JWT_ED25519      \
                                 |RESONATE_JWT_ED448)
#define RESONATE_JWS_COORD_MAX  66                       /* P-521 */
#define RESONATE_JWS_DER_MAX    (2 * (RESONATE_JWS_COORD_MAX + 3) + 4)


/*
 * OpenSSL 3 looks for the implementations of an algorithm by name and makes
 * contexts for each signature anew, which takes a fifth of the time that an
 * RSA key of 2048 bits needs.
 */

struct resonate_jws_s {
    EVP_MD_CTX          *ctx;
    EVP_PKEY_CTX        *pctx;
    EVP_MD              *md;        /* of OpenSSL 3, for "alg" */
    resonate_jwt_alg_e   alg;       /* that both are ready for, or 0 */
};


static const char *resonate_jws_hash(resonate_jwt_alg_e alg);
static size_t resonate_jws_coord(resonate_jwt_alg_e alg);
static size_t resonate_jws_ecdsa(unsigned char *der,
    const unsigned char *signature, size_t size);
static unsigned char *resonate_jws_integer(unsigned char *dst,
    const unsigned char *src, size_t len);
static int resonate_jws_ready(resonate_jws_t *jws, resonate_jwt_alg_e alg);
static resonate_jwt_rc_e resonate_jws_check(const resonate_jwk_t *key,
    resonate_jwt_alg_e alg, const resonate_jwt_view_t *input,
    const unsigned char *signature, size_t len);
static resonate_jwt_rc_e resonate_jws_edwards(const resonate_jwk_t *key,
    const resonate_jwt_view_t *input, const unsigned char *signature,
    size_t len);
static resonate_jwt_rc_e resonate_jws_hmac(const resonate_jwk_t *key,
    resonate_jwt_alg_e alg, const resonate_jwt_view_t *input,
    const unsigned char *signature, size_t len);
static resonate_jwt_rc_e resonate_jws_failed(void);


resonate_jws_t *
resonate_jws_new(EVP_PKEY *pkey)
{
    resonate_jws_t  *jws;

    jws = calloc(1, sizeof(resonate_jws_t));
    if (jws == NULL) {
        return NULL;
    }

    jws->ctx = EVP_MD_CTX_new();
    jws->pctx = EVP_PKEY_CTX_new(pkey, NULL);

    if (jws->ctx == NULL || jws->pctx == NULL) {
        resonate_jws_free(jws);
        return NULL;
    }

    return jws;
}


void
resonate_jws_free(resonate_jws_t *jws)
{
    if (jws) {
        EVP_MD_CTX_free(jws->ctx);
        EVP_PKEY_CTX_free(jws->pctx);
#if (OPENSSL_VERSION_NUMBER >= 0x30000000L)
        EVP_MD_free(jws->md);
#endif
        free(jws);
    }
}


resonate_jwt_rc_e
resonate_jws_verify(const resonate_jwk_t *key, resonate_jwt_alg_e alg,
    const resonate_jwt_view_t *input, const unsigned char *signature,
    size_t len)
{
    size_t              size;
    unsigned char       der[RESONATE_JWS_DER_MAX];
    resonate_jwt_rc_e   rc;

    if (!(key->algs & alg)) {
        return RESONATE_JWT_ALGORITHM;
    }

    size = resonate_jws_coord(alg);

    if (size) {
        if (len != 2 * size) {
            return RESONATE_JWT_SIGNATURE;
        }

        len = resonate_jws_ecdsa(der, signature, size);
        signature = der;

    } else if (!(alg & RESONATE_JWT_HMAC)
               && len != (size_t) EVP_PKEY_size(key->pkey))
    {
        return RESONATE_JWT_SIGNATURE;
    }

    ERR_clear_error();

    rc = alg & RESONATE_JWT_HMAC
         ? resonate_jws_hmac(key, alg, input, signature, len)
         : alg & RESONATE_JWS_EDWARDS
           ? resonate_jws_edwards(key, input, signature, len)
           : resonate_jws_check(key, alg, input, signature, len);

    /* nginx would log what is left there as errors of its own TLS */
    ERR_clear_error();

    return rc;
}


/* the key fits the algorithm: what fails before the signature is memory */

static resonate_jwt_rc_e
resonate_jws_check(const resonate_jwk_t *key, resonate_jwt_alg_e alg,
    const resonate_jwt_view_t *input, const unsigned char *signature,
    size_t len)
{
    unsigned         size;
    resonate_jws_t  *jws;
    unsigned char    digest[EVP_MAX_MD_SIZE];

    jws = key->jws;

    if (jws->alg != alg && !resonate_jws_ready(jws, alg)) {
        jws->alg = 0;
        return RESONATE_JWT_NO_MEMORY;
    }

    if (EVP_DigestInit_ex(jws->ctx, jws->md, NULL) != 1
        || EVP_DigestUpdate(jws->ctx, input->data, input->len) != 1
        || EVP_DigestFinal_ex(jws->ctx, digest, &size) != 1)
    {
        return RESONATE_JWT_NO_MEMORY;
    }

    return EVP_PKEY_verify(jws->pctx, signature, len, digest, size) == 1
           ? RESONATE_JWT_OK : resonate_jws_failed();
}


static int
resonate_jws_ready(resonate_jws_t *jws, resonate_jwt_alg_e alg)
{
#if (OPENSSL_VERSION_NUMBER >= 0x30000000L)
    EVP_MD_free(jws->md);
    jws->md = EVP_MD_fetch(NULL, resonate_jws_hash(alg), NULL);
#else
    jws->md = EVP_get_digestbyname(resonate_jws_hash(alg));
#endif

    if (jws->md == NULL || EVP_PKEY_verify_init(jws->pctx) <= 0) {
        return 0;
    }

    /* RFC 7518, section 3.5: MGF1 with the same digest, which is OpenSSL's
       default, and a salt as long as the digest */

    if ((alg & RESONATE_JWS_PSS)
        && EVP_PKEY_CTX_set_rsa_padding(jws->pctx, RSA_PKCS1_PSS_PADDING) <= 0)
    {
        return 0;
    }

    if (EVP_PKEY_CTX_set_signature_md(jws->pctx, jws->md) <= 0) {
        return 0;
    }

    if ((alg & RESONATE_JWS_PSS)
        && EVP_PKEY_CTX_set_rsa_pss_saltlen(jws->pctx, RSA_PSS_SALTLEN_DIGEST)
           <= 0)
    {
        return 0;
    }

    jws->alg = alg;

    return 1;
}


/* these hash by themselves, with the key */

static resonate_jwt_rc_e
resonate_jws_edwards(const resonate_jwk_t *key,
    const resonate_jwt_view_t *input, const unsigned char *signature,
    size_t len)
{
    EVP_MD_CTX  *ctx;

    ctx = key->jws->ctx;
    EVP_MD_CTX_reset(ctx);

    if (EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key->pkey) != 1) {
        return RESONATE_JWT_NO_MEMORY;
    }

    return EVP_DigestVerify(ctx, signature, len,
                            (const unsigned char *) input->data, input->len)
           == 1 ? RESONATE_JWT_OK : resonate_jws_failed();
}


static resonate_jwt_rc_e
resonate_jws_hmac(const resonate_jwk_t *key, resonate_jwt_alg_e alg,
    const resonate_jwt_view_t *input, const unsigned char *signature,
    size_t len)
{
    size_t          size;
    EVP_MD_CTX     *ctx;
    unsigned char   mac[EVP_MAX_MD_SIZE];

    size = sizeof(mac);

    ctx = key->jws->ctx;
    EVP_MD_CTX_reset(ctx);

    if (EVP_DigestSignInit(ctx, NULL,
                           EVP_get_digestbyname(resonate_jws_hash(alg)), NULL,
                           key->pkey)
        != 1
        || EVP_DigestSign(ctx, mac, &size,
                          (const unsigned char *) input->data, input->len)
           != 1)
    {
        return RESONATE_JWT_NO_MEMORY;
    }

    return len == size && CRYPTO_memcmp(mac, signature, size) == 0
           ? RESONATE_JWT_OK : RESONATE_JWT_SIGNATURE;
}


static resonate_jwt_rc_e
resonate_jws_failed(void)
{
    return ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE
           ? RESONATE_JWT_NO_MEMORY : RESONATE_JWT_SIGNATURE;
}


static const char *
resonate_jws_hash(resonate_jwt_alg_e alg)
{
    return alg & (RESONATE_JWT_RS256|RESONATE_JWT_PS256|RESONATE_JWT_ES256
                  |RESONATE_JWT_HS256)
           ? "SHA256"
           : alg & (RESONATE_JWT_RS384|RESONATE_JWT_PS384|RESONATE_JWT_ES384
                    |RESONATE_JWT_HS384)
             ? "SHA384" : "SHA512";
}


static size_t
resonate_jws_coord(resonate_jwt_alg_e alg)
{
    switch (alg) {

    case RESONATE_JWT_ES256:
        return 32;

    case RESONATE_JWT_ES384:
        return 48;

    case RESONATE_JWT_ES512:
        return 66;

    default:
        return 0;
    }
}


/* r || s of RFC 7518, section 3.4 as the DER sequence that OpenSSL wants */

static size_t
resonate_jws_ecdsa(unsigned char *der, const unsigned char *signature,
    size_t size)
{
    size_t          len;
    unsigned char  *p, body[RESONATE_JWS_DER_MAX];

    p = resonate_jws_integer(body, signature, size);
    p = resonate_jws_integer(p, signature + size, size);
    len = p - body;

    p = der;
    *p++ = 0x30;

    if (len >= 0x80) {
        *p++ = 0x81;
    }

    *p++ = (unsigned char) len;
    memcpy(p, body, len);

    return p + len - der;
}


static unsigned char *
resonate_jws_integer(unsigned char *dst, const unsigned char *src, size_t len)
{
    while (len > 1 && *src == 0) {
        src++;
        len--;
    }

    *dst++ = 0x02;
    *dst++ = (unsigned char) (len + (*src >> 7));

    if (*src >> 7) {
        *dst++ = 0;
    }

    memcpy(dst, src, len);

    return dst + len;
}
