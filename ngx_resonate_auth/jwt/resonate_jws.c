
/*
 * Copyright (C) Resonate
 */


#include "resonate_jws.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>


#define RESONATE_JWS_COORD_MAX  66                       /* P-521 */
#define RESONATE_JWS_DER_MAX    (2 * (RESONATE_JWS_COORD_MAX + 3) + 4)


static const EVP_MD *resonate_jws_digest(resonate_jwt_alg_e alg);
static size_t resonate_jws_coord(resonate_jwt_alg_e alg);
static size_t resonate_jws_ecdsa(unsigned char *der,
    const unsigned char *signature, size_t size);
static unsigned char *resonate_jws_integer(unsigned char *dst,
    const unsigned char *src, size_t len);
static resonate_jwt_rc_e resonate_jws_check(EVP_MD_CTX *ctx,
    const resonate_jwk_t *key, resonate_jwt_alg_e alg,
    const resonate_jwt_view_t *input, const unsigned char *signature,
    size_t len);
static resonate_jwt_rc_e resonate_jws_hmac(EVP_MD_CTX *ctx,
    const resonate_jwk_t *key, resonate_jwt_alg_e alg,
    const resonate_jwt_view_t *input, const unsigned char *signature,
    size_t len);


resonate_jwt_rc_e
resonate_jws_verify(const resonate_jwk_t *key, resonate_jwt_alg_e alg,
    const resonate_jwt_view_t *input, const unsigned char *signature,
    size_t len)
{
    size_t              size;
    EVP_MD_CTX         *ctx;
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

    ctx = EVP_MD_CTX_new();
    if (ctx == NULL) {
        return RESONATE_JWT_NO_MEMORY;
    }

    ERR_clear_error();

    rc = alg & RESONATE_JWT_HMAC
         ? resonate_jws_hmac(ctx, key, alg, input, signature, len)
         : resonate_jws_check(ctx, key, alg, input, signature, len);

    EVP_MD_CTX_free(ctx);

    /* nginx would log what is left there as errors of its own TLS */
    ERR_clear_error();

    return rc;
}


/* the key fits the algorithm: what fails before the signature is memory */

static resonate_jwt_rc_e
resonate_jws_check(EVP_MD_CTX *ctx, const resonate_jwk_t *key,
    resonate_jwt_alg_e alg, const resonate_jwt_view_t *input,
    const unsigned char *signature, size_t len)
{
    EVP_PKEY_CTX  *pctx;

    if (EVP_DigestVerifyInit(ctx, &pctx, resonate_jws_digest(alg), NULL,
                             key->pkey)
        != 1)
    {
        return RESONATE_JWT_NO_MEMORY;
    }

    /* RFC 7518, section 3.5: MGF1 with the same digest, which is OpenSSL's
       default, and a salt as long as the digest */

    if ((alg & (RESONATE_JWT_PS256|RESONATE_JWT_PS384|RESONATE_JWT_PS512))
        && (EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) <= 0
            || EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST)
               <= 0))
    {
        return RESONATE_JWT_NO_MEMORY;
    }

    if (EVP_DigestVerify(ctx, signature, len,
                         (const unsigned char *) input->data, input->len)
        == 1)
    {
        return RESONATE_JWT_OK;
    }

    return ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE
           ? RESONATE_JWT_NO_MEMORY : RESONATE_JWT_SIGNATURE;
}


static resonate_jwt_rc_e
resonate_jws_hmac(EVP_MD_CTX *ctx, const resonate_jwk_t *key,
    resonate_jwt_alg_e alg, const resonate_jwt_view_t *input,
    const unsigned char *signature, size_t len)
{
    size_t         size;
    unsigned char  mac[EVP_MAX_MD_SIZE];

    size = sizeof(mac);

    if (EVP_DigestSignInit(ctx, NULL, resonate_jws_digest(alg), NULL,
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


static const EVP_MD *
resonate_jws_digest(resonate_jwt_alg_e alg)
{
    switch (alg) {

    case RESONATE_JWT_RS256:
    case RESONATE_JWT_PS256:
    case RESONATE_JWT_ES256:
    case RESONATE_JWT_HS256:
        return EVP_sha256();

    case RESONATE_JWT_RS384:
    case RESONATE_JWT_PS384:
    case RESONATE_JWT_ES384:
    case RESONATE_JWT_HS384:
        return EVP_sha384();

    case RESONATE_JWT_RS512:
    case RESONATE_JWT_PS512:
    case RESONATE_JWT_ES512:
    case RESONATE_JWT_HS512:
        return EVP_sha512();

    default: /* those of Edwards curves hash by themselves */
        return NULL;
    }
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
