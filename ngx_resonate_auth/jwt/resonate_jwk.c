
/*
 * Copyright (C) Resonate
 *
 * A key is put into DER as SubjectPublicKeyInfo and read by OpenSSL: one way
 * in for all types and for OpenSSL 1.1.1 and 3, and points are checked to be
 * on their curve on that way.
 */


#include "resonate_jwk_internal.h"
#include "resonate_jws.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <string.h>


#define RESONATE_JWK_NUMBER_MAX    (RESONATE_JWK_RSA_BITS_MAX / 8)
#define RESONATE_JWK_EXPONENT_MAX  8
#define RESONATE_JWK_COORD_MAX     66       /* P-521 */
#define RESONATE_JWK_DER_MAX       (RESONATE_JWK_NUMBER_MAX + 64)


typedef struct {
    const char      *kty;
    const char      *crv;           /* NULL: RSA */
    unsigned         algs;
    size_t           size;          /* of a coordinate or point */
    size_t           prefix_len;
    unsigned char    prefix[28];    /* DER before the point or RSA key */
} resonate_jwk_type_t;


/* written from the end to the beginning: lengths are known then */

typedef struct {
    unsigned char    buf[RESONATE_JWK_DER_MAX];
    unsigned char   *pos;
} resonate_jwk_der_t;


static int resonate_jwk_wanted(json_t *object);
static const resonate_jwk_type_t *resonate_jwk_type(json_t *object);
static int resonate_jwk_algs(resonate_jwk_t *key,
    const resonate_jwk_type_t *type, json_t *object);
static const char *resonate_jwk_rsa(resonate_jwk_t *key,
    const resonate_jwk_type_t *type, json_t *object);
static const char *resonate_jwk_point(resonate_jwk_t *key,
    const resonate_jwk_type_t *type, json_t *object);
static int resonate_jwk_number(unsigned char *dst, size_t size, size_t *len,
    json_t *object, const char *name);
static void resonate_jwk_der_put(resonate_jwk_der_t *der, const void *data,
    size_t len);
static void resonate_jwk_der_head(resonate_jwk_der_t *der, unsigned char tag,
    size_t len);
static void resonate_jwk_der_integer(resonate_jwk_der_t *der,
    const unsigned char *data, size_t len);
static EVP_PKEY *resonate_jwk_load(const unsigned char *der, size_t len);


/* AlgorithmIdentifiers: RFC 3279, 5480, 8410 */

static const resonate_jwk_type_t  resonate_jwk_types[] = {

    { "RSA", NULL, RESONATE_JWT_RSA, 0,
      15, { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
            0x01, 0x01, 0x05, 0x00 } },

    { "EC", "P-256", RESONATE_JWT_ES256, 32,
      27, { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
            0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01,
            0x07, 0x03, 0x42, 0x00, 0x04 } },

    { "EC", "P-384", RESONATE_JWT_ES384, 48,
      24, { 0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
            0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62,
            0x00, 0x04 } },

    { "EC", "P-521", RESONATE_JWT_ES512, 66,
      26, { 0x30, 0x81, 0x9b, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce,
            0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23, 0x03,
            0x81, 0x86, 0x00, 0x04 } },

    { "OKP", "Ed25519", RESONATE_JWT_EDDSA|RESONATE_JWT_ED25519, 32,
      12, { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21,
            0x00 } },

    { "OKP", "Ed448", RESONATE_JWT_EDDSA|RESONATE_JWT_ED448, 57,
      12, { 0x30, 0x43, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x71, 0x03, 0x3a,
            0x00 } },

    { NULL, NULL, 0, 0, 0, { 0 } }
};


int
resonate_jwk_read(resonate_jwk_t *key, json_t *object)
{
    const char  *reason;

    key->kid_len = 0;

    return resonate_jwk_take(key, object, &reason) == 1 ? 0 : -1;
}


void
resonate_jwk_free(resonate_jwk_t *key)
{
    resonate_jws_free(key->jws);
    EVP_PKEY_free(key->pkey);

    key->jws = NULL;
    key->pkey = NULL;
}


int
resonate_jwk_take(resonate_jwk_t *key, json_t *object, const char **reason)
{
    const resonate_jwk_type_t  *type;

    if (!resonate_jwk_wanted(object)) {
        return 0;
    }

    type = resonate_jwk_type(object);

    if (type == NULL || !resonate_jwk_algs(key, type, object)) {
        return 0;
    }

    if (json_object_get(object, "d")) {
        *reason = "is a private key";
        return -1;
    }

    key->pkey = NULL;
    key->jws = NULL;

    *reason = type->crv ? resonate_jwk_point(key, type, object)
                        : resonate_jwk_rsa(key, type, object);

    if (*reason == NULL) {
        key->jws = resonate_jws_new(key->pkey);
        *reason = key->jws ? NULL : "out of memory";
    }

    if (*reason) {
        resonate_jwk_free(key);
        return -1;
    }

    return 1;
}


/* RFC 7517, sections 4.2 and 4.3 */

static int
resonate_jwk_wanted(json_t *object)
{
    json_t      *use, *ops, *op;
    size_t       i;
    const char  *s;

    use = json_object_get(object, "use");

    if (use) {
        s = json_string_value(use);

        if (s == NULL || strcmp(s, "sig") != 0) {
            return 0;
        }
    }

    ops = json_object_get(object, "key_ops");

    if (ops == NULL) {
        return 1;
    }

    json_array_foreach(ops, i, op) {
        s = json_string_value(op);

        if (s && strcmp(s, "verify") == 0) {
            return 1;
        }
    }

    return 0;
}


static const resonate_jwk_type_t *
resonate_jwk_type(json_t *object)
{
    const char                 *kty, *crv;
    const resonate_jwk_type_t  *t;

    kty = json_string_value(json_object_get(object, "kty"));
    crv = json_string_value(json_object_get(object, "crv"));

    if (kty == NULL) {
        return NULL;
    }

    for (t = resonate_jwk_types; t->kty; t++) {
        if (strcmp(kty, t->kty) == 0
            && (t->crv == NULL || (crv && strcmp(crv, t->crv) == 0)))
        {
            return t;
        }
    }

    return NULL;
}


static int
resonate_jwk_algs(resonate_jwk_t *key, const resonate_jwk_type_t *type,
    json_t *object)
{
    json_t  *alg;

    key->algs = type->algs;
    alg = json_object_get(object, "alg");

    if (alg == NULL) {
        return 1;
    }

    if (!json_is_string(alg)) {
        return 0;
    }

    key->algs &= resonate_jwt_alg(json_string_value(alg),
                                  json_string_length(alg));

    return key->algs != 0;
}


static const char *
resonate_jwk_rsa(resonate_jwk_t *key, const resonate_jwk_type_t *type,
    json_t *object)
{
    size_t              nlen, elen, size;
    unsigned char       n[RESONATE_JWK_NUMBER_MAX];
    unsigned char       e[RESONATE_JWK_EXPONENT_MAX];
    unsigned char      *end;
    resonate_jwk_der_t  der;

    if (!resonate_jwk_number(n, sizeof(n), &nlen, object, "n")
        || !resonate_jwk_number(e, sizeof(e), &elen, object, "e"))
    {
        return "bad \"n\" or \"e\"";
    }

    /* an even modulus is no product of two odd primes; e of 1 signs nothing */

    if (n[0] == 0 || !(n[nlen - 1] & 1) || e[0] == 0 || !(e[elen - 1] & 1)
        || (elen == 1 && e[0] == 1))
    {
        return "bad \"n\" or \"e\"";
    }

    der.pos = der.buf + sizeof(der.buf);
    end = der.pos;

    resonate_jwk_der_integer(&der, e, elen);
    resonate_jwk_der_integer(&der, n, nlen);
    resonate_jwk_der_head(&der, 0x30, end - der.pos);
    resonate_jwk_der_put(&der, "", 1);                /* no unused bits */
    resonate_jwk_der_head(&der, 0x03, end - der.pos);
    resonate_jwk_der_put(&der, type->prefix, type->prefix_len);
    resonate_jwk_der_head(&der, 0x30, end - der.pos);

    size = end - der.pos;
    key->pkey = resonate_jwk_load(der.pos, size);

    if (key->pkey == NULL) {
        return "bad \"n\" or \"e\"";
    }

    if (EVP_PKEY_bits(key->pkey) < RESONATE_JWK_RSA_BITS_MIN) {
        return "RSA key shorter than 2048 bits";
    }

    return NULL;
}


static const char *
resonate_jwk_point(resonate_jwk_t *key, const resonate_jwk_type_t *type,
    json_t *object)
{
    size_t          len, pos;
    unsigned char   der[sizeof(type->prefix) + 2 * RESONATE_JWK_COORD_MAX];

    pos = type->prefix_len;
    memcpy(der, type->prefix, pos);

    /* RFC 7518, section 6.2.1.2: the full size of a coordinate, always */

    if (!resonate_jwk_number(der + pos, type->size, &len, object, "x")
        || len != type->size)
    {
        return "bad \"x\"";
    }

    pos += len;

    if (strcmp(type->kty, "EC") == 0) {

        if (!resonate_jwk_number(der + pos, type->size, &len, object, "y")
            || len != type->size)
        {
            return "bad \"y\"";
        }

        pos += len;
    }

    key->pkey = resonate_jwk_load(der, pos);

    return key->pkey ? NULL : "not a point of its curve";
}


static int
resonate_jwk_number(unsigned char *dst, size_t size, size_t *len,
    json_t *object, const char *name)
{
    json_t  *value;

    value = json_object_get(object, name);

    return json_is_string(value)
           && resonate_jwt_base64url(dst, size, len, json_string_value(value),
                                     json_string_length(value))
              == 0
           && *len > 0;
}


static void
resonate_jwk_der_put(resonate_jwk_der_t *der, const void *data, size_t len)
{
    der->pos -= len;
    memcpy(der->pos, data, len);
}


static void
resonate_jwk_der_head(resonate_jwk_der_t *der, unsigned char tag, size_t len)
{
    unsigned char  head[4];

    head[0] = tag;

    if (len < 0x80) {
        head[1] = (unsigned char) len;
        resonate_jwk_der_put(der, head, 2);

    } else if (len < 0x100) {
        head[1] = 0x81;
        head[2] = (unsigned char) len;
        resonate_jwk_der_put(der, head, 3);

    } else {
        head[1] = 0x82;
        head[2] = (unsigned char) (len >> 8);
        head[3] = (unsigned char) len;
        resonate_jwk_der_put(der, head, 4);
    }
}


static void
resonate_jwk_der_integer(resonate_jwk_der_t *der, const unsigned char *data,
    size_t len)
{
    resonate_jwk_der_put(der, data, len);

    if (data[0] & 0x80) {
        resonate_jwk_der_put(der, "", 1);
        len++;
    }

    resonate_jwk_der_head(der, 0x02, len);
}


static EVP_PKEY *
resonate_jwk_load(const unsigned char *der, size_t len)
{
    EVP_PKEY             *pkey;
    const unsigned char  *p;

    p = der;
    pkey = d2i_PUBKEY(NULL, &p, (long) len);

    if (pkey == NULL) {
        ERR_clear_error();
    }

    return pkey;
}
