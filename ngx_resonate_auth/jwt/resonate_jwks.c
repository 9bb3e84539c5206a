
/*
 * Copyright (C) Resonate
 *
 * Sets of keys.
 */


#include "resonate_jwk_internal.h"
#include "resonate_jws.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


static resonate_jwks_t *resonate_jwks_read(const char *data, size_t len,
    int strict, char *error);
static int resonate_jwks_has(const resonate_jwks_t *jwks,
    const resonate_jwk_t *key);
static size_t resonate_jwks_fill(resonate_jwks_t *jwks, json_t *keys,
    int strict, char *error);
static int resonate_jwks_add(resonate_jwks_t *jwks, json_t *object,
    const char **reason);
static int resonate_jwks_kid(resonate_jwk_t *key, json_t *object);
static int resonate_jwks_ambiguous(const resonate_jwks_t *jwks,
    const resonate_jwk_t *key);
static size_t resonate_jwks_hash(unsigned algs);


resonate_jwks_t *
resonate_jwks_parse(const char *data, size_t len, char *error)
{
    return resonate_jwks_read(data, len, 1, error);
}


resonate_jwks_t *
resonate_jwks_fetched(const char *data, size_t len, char *error)
{
    return resonate_jwks_read(data, len, 0, error);
}


resonate_jwks_t *
resonate_jwks_secret(const char *data, size_t len, unsigned algs,
    char *error)
{
    size_t            min;
    resonate_jwks_t  *jwks;

    min = resonate_jwks_hash(algs);

    if (min == 0 || len < min || len > RESONATE_JWK_SECRET_MAX) {
        snprintf(error, RESONATE_JWK_ERROR_MAX, "not %zu to %d bytes", min,
                 RESONATE_JWK_SECRET_MAX);
        return NULL;
    }

    /* what everybody may know is no secret (CVE-2022-29217) */

    if (memcmp(data, "-----BEGIN ", 11) == 0) {
        snprintf(error, RESONATE_JWK_ERROR_MAX, "a key or a certificate");
        return NULL;
    }

    jwks = calloc(1, sizeof(resonate_jwks_t));

    if (jwks) {
        jwks->keys[0].algs = algs & RESONATE_JWT_HMAC;
        jwks->keys[0].pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, NULL,
                                           (const unsigned char *) data, len);
        jwks->keys[0].jws = resonate_jws_new(jwks->keys[0].pkey);
        jwks->nkeys = 1;
    }

    if (jwks == NULL || jwks->keys[0].pkey == NULL
        || jwks->keys[0].jws == NULL)
    {
        snprintf(error, RESONATE_JWK_ERROR_MAX, "out of memory");
        ERR_clear_error();
        resonate_jwks_free(jwks);
        return NULL;
    }

    return jwks;
}


void
resonate_jwks_free(resonate_jwks_t *jwks)
{
    size_t  i;

    for (i = 0; jwks && i < jwks->nkeys; i++) {
        resonate_jwk_free(&jwks->keys[i]);
    }

    free(jwks);
}


const resonate_jwk_t *
resonate_jwks_find(const resonate_jwks_t *jwks, const resonate_jwt_t *jwt)
{
    size_t                 i;
    const resonate_jwk_t  *key, *found;

    found = NULL;

    for (i = 0; i < jwks->nkeys; i++) {
        key = &jwks->keys[i];

        if (!(key->algs & jwt->alg)) {
            continue;
        }

        if (jwt->kid_len && !(key->algs & RESONATE_JWT_HMAC)) {
            if (key->kid_len == jwt->kid_len
                && memcmp(key->kid, jwt->kid, jwt->kid_len) == 0)
            {
                return key;
            }

            continue;
        }

        if (found) {
            return NULL;
        }

        found = key;
    }

    return found;
}


int
resonate_jwks_contains(const resonate_jwks_t *jwks,
    const resonate_jwks_t *other)
{
    size_t  i;

    for (i = 0; i < other->nkeys; i++) {
        if (!resonate_jwks_has(jwks, &other->keys[i])) {
            return 0;
        }
    }

    return 1;
}


static int
resonate_jwks_has(const resonate_jwks_t *jwks, const resonate_jwk_t *key)
{
    int                    same;
    size_t                 i;
    const resonate_jwk_t  *k;

    for (i = 0; i < jwks->nkeys; i++) {
        k = &jwks->keys[i];

        if ((k->algs & key->algs) != key->algs || k->kid_len != key->kid_len
            || memcmp(k->kid, key->kid, k->kid_len) != 0)
        {
            continue;
        }

#if (OPENSSL_VERSION_NUMBER >= 0x30000000L)
        same = EVP_PKEY_eq(k->pkey, key->pkey);
#else
        same = EVP_PKEY_cmp(k->pkey, key->pkey);
#endif

        if (same == 1) {
            return 1;
        }
    }

    return 0;
}


static resonate_jwks_t *
resonate_jwks_read(const char *data, size_t len, int strict, char *error)
{
    size_t            bad;
    json_t           *root, *keys;
    resonate_jwks_t  *jwks;

    root = NULL;
    *error = '\0';

    if (len <= RESONATE_JWKS_MAX) {
        (void) resonate_jwt_document(data, len, &root);
    }

    keys = json_object_get(root, "keys");

    if (!json_is_array(keys)
        || (strict && json_array_size(keys) > RESONATE_JWKS_KEYS_MAX))
    {
        snprintf(error, RESONATE_JWK_ERROR_MAX,
                 "not a set of at most %d keys", RESONATE_JWKS_KEYS_MAX);
        json_decref(root);
        return NULL;
    }

    jwks = calloc(1, sizeof(resonate_jwks_t));

    if (jwks == NULL) {
        snprintf(error, RESONATE_JWK_ERROR_MAX, "out of memory");
        json_decref(root);
        return NULL;
    }

    bad = resonate_jwks_fill(jwks, keys, strict, error);

    json_decref(root);

    if (jwks->nkeys && !(strict && bad)) {
        return jwks;
    }

    if (bad == 0) {
        snprintf(error, RESONATE_JWK_ERROR_MAX,
                 "no key that verifies signatures");
    }

    resonate_jwks_free(jwks);

    return NULL;
}


/* the number of those that are bad; of the first "error" says why */

static size_t
resonate_jwks_fill(resonate_jwks_t *jwks, json_t *keys, int strict,
    char *error)
{
    size_t       i, bad, len;
    const char  *reason;

    bad = 0;

    for (i = 0; i < json_array_size(keys) && !(strict && bad); i++) {

        if (resonate_jwks_add(jwks, json_array_get(keys, i), &reason) == 0) {
            continue;
        }

        if (bad++ == 0) {
            snprintf(error, RESONATE_JWK_ERROR_MAX, "key %zu: %s", i + 1,
                     reason);
        }
    }

    if (bad > 1) {
        len = strlen(error);
        snprintf(error + len, RESONATE_JWK_ERROR_MAX - len, ", and %zu more",
                 bad - 1);
    }

    return bad;
}


static int
resonate_jwks_add(resonate_jwks_t *jwks, json_t *object, const char **reason)
{
    int              rc;
    resonate_jwk_t  *key;

    if (!json_is_object(object)) {
        *reason = "not an object";
        return -1;
    }

    if (jwks->nkeys == RESONATE_JWKS_KEYS_MAX) {
        *reason = "one too many";
        return -1;
    }

    key = &jwks->keys[jwks->nkeys];

    rc = resonate_jwk_take(key, object, reason);
    if (rc != 1) {
        return rc;
    }

    *reason = !resonate_jwks_kid(key, object) ? "bad \"kid\""
              : resonate_jwks_ambiguous(jwks, key)
                ? "same \"kid\" as another key" : NULL;

    if (*reason) {
        resonate_jwk_free(key);
        return -1;
    }

    jwks->nkeys++;

    return 0;
}


static int
resonate_jwks_kid(resonate_jwk_t *key, json_t *object)
{
    json_t  *kid;

    key->kid_len = 0;
    kid = json_object_get(object, "kid");

    if (kid == NULL) {
        return 1;
    }

    if (!json_is_string(kid) || json_string_length(kid) == 0
        || json_string_length(kid) > RESONATE_JWT_KID_MAX)
    {
        return 0;
    }

    key->kid_len = json_string_length(kid);
    memcpy(key->kid, json_string_value(kid), key->kid_len);

    return 1;
}


static int
resonate_jwks_ambiguous(const resonate_jwks_t *jwks, const resonate_jwk_t *key)
{
    size_t                 i;
    const resonate_jwk_t  *other;

    for (i = 0; key->kid_len && i < jwks->nkeys; i++) {
        other = &jwks->keys[i];

        if ((other->algs & key->algs) && other->kid_len == key->kid_len
            && memcmp(other->kid, key->kid, key->kid_len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


/* bytes of the longest, or 0 */

static size_t
resonate_jwks_hash(unsigned algs)
{
    return (algs & RESONATE_JWT_HS512) ? 64
           : (algs & RESONATE_JWT_HS384) ? 48
           : (algs & RESONATE_JWT_HS256) ? 32 : 0;
}
