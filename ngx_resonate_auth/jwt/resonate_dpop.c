
/*
 * Copyright (C) Resonate
 */


#include "resonate_dpop.h"

#include <openssl/crypto.h>
#include <string.h>
#include <strings.h>


#define RESONATE_DPOP_DECODED_MAX  (RESONATE_JWT_MAX / 4 * 3)
#define RESONATE_DPOP_TIME_MAX     253402300799.0    /* 9999-12-31T23:59:59Z */
#define RESONATE_DPOP_DIGEST       32


static resonate_dpop_rc_e resonate_dpop_object(const resonate_jwt_view_t *part,
    json_t **object);
static resonate_dpop_rc_e resonate_dpop_header(resonate_dpop_key_t *key,
    json_t *header, unsigned algs);
static int resonate_dpop_typ(json_t *typ);
static int resonate_dpop_private(json_t *jwk);
static resonate_dpop_rc_e resonate_dpop_claims(json_t *claims,
    const resonate_dpop_key_t *key, const resonate_dpop_request_t *request,
    time_t now, resonate_dpop_t *result);
static resonate_dpop_rc_e resonate_dpop_times(json_t *claims,
    const resonate_dpop_request_t *request, time_t now);
static int resonate_dpop_time(json_t *value, double *time);
static int resonate_dpop_same_uri(const resonate_uri_t *uri,
    const resonate_dpop_request_t *request);
static int resonate_dpop_same_token(json_t *ath, const unsigned char *ours);
static resonate_dpop_rc_e resonate_dpop_id(unsigned char *id,
    const resonate_dpop_key_t *key, const char *jti,
    const resonate_uri_t *uri);
static int resonate_dpop_equal(const char *data, size_t len,
    const resonate_jwt_view_t *view);


static const char *const  resonate_dpop_errors[] = {
    "The proof is good",
    "The proof is malformed",
    "The proof has a header that is not acceptable",
    "The proof has an algorithm that is not acceptable",
    "The proof has no key that is acceptable",
    "The proof has a key that is not public",
    "The proof is signed with another key than that of the token",
    "The proof has claims that are missing or not acceptable",
    "The proof is for another method",
    "The proof is for another URI",
    "The proof is too old",
    "The proof is from the future",
    "The proof is for another token",
    "The proof has a bad signature",
    "Out of memory"
};


resonate_dpop_rc_e
resonate_dpop_split(resonate_dpop_proof_t *proof, const char *text, size_t len)
{
    resonate_jwt_view_t  part[3];

    if (resonate_jwt_split(text, len, part) != RESONATE_JWT_OK
        || resonate_jwt_base64url(proof->signature, sizeof(proof->signature),
                                  &proof->signature_len, part[2].data,
                                  part[2].len)
           != 0)
    {
        return RESONATE_DPOP_MALFORMED;
    }

    proof->header = part[0];
    proof->payload = part[1];
    proof->input.data = text;
    proof->input.len = part[0].len + 1 + part[1].len;

    return RESONATE_DPOP_OK;
}


resonate_dpop_rc_e
resonate_dpop_key(resonate_dpop_key_t *key, const resonate_jwt_view_t *header,
    unsigned algs)
{
    json_t              *object;
    resonate_dpop_rc_e   rc;

    rc = resonate_dpop_object(header, &object);
    if (rc != RESONATE_DPOP_OK) {
        return rc;
    }

    rc = resonate_dpop_header(key, object, algs);

    json_decref(object);

    return rc;
}


void
resonate_dpop_key_free(resonate_dpop_key_t *key)
{
    resonate_jwk_free(&key->jwk);
}


resonate_dpop_rc_e
resonate_dpop_check(const resonate_dpop_proof_t *proof,
    const resonate_dpop_key_t *key, const resonate_dpop_request_t *request,
    time_t now, resonate_dpop_t *result)
{
    json_t              *claims;
    resonate_dpop_rc_e   rc;

    if (!resonate_dpop_equal(key->thumbprint, sizeof(key->thumbprint),
                             &request->jkt))
    {
        return RESONATE_DPOP_BINDING;
    }

    rc = resonate_dpop_object(&proof->payload, &claims);
    if (rc != RESONATE_DPOP_OK) {
        return rc;
    }

    rc = resonate_dpop_claims(claims, key, request, now, result);

    json_decref(claims);

    if (rc != RESONATE_DPOP_OK) {
        return rc;
    }

    switch (resonate_jws_verify(&key->jwk, key->alg, &proof->input,
                                proof->signature, proof->signature_len))
    {
    case RESONATE_JWT_OK:
        return RESONATE_DPOP_OK;

    case RESONATE_JWT_NO_MEMORY:
        return RESONATE_DPOP_NO_MEMORY;

    default:
        return RESONATE_DPOP_SIGNATURE;
    }
}


const char *
resonate_dpop_strerror(resonate_dpop_rc_e rc)
{
    return resonate_dpop_errors[rc];
}


static resonate_dpop_rc_e
resonate_dpop_object(const resonate_jwt_view_t *part, json_t **object)
{
    size_t             len;
    unsigned char      buf[RESONATE_DPOP_DECODED_MAX];
    resonate_jwt_rc_e  rc;

    if (resonate_jwt_base64url(buf, sizeof(buf), &len, part->data, part->len)
        != 0)
    {
        return RESONATE_DPOP_MALFORMED;
    }

    rc = resonate_jwt_object((char *) buf, len, object);

    return rc == RESONATE_JWT_OK ? RESONATE_DPOP_OK
           : rc == RESONATE_JWT_NO_MEMORY ? RESONATE_DPOP_NO_MEMORY
           : RESONATE_DPOP_MALFORMED;
}


/* RFC 9449, section 4.2; what is refused here, a token's header may not have
   either */

static resonate_dpop_rc_e
resonate_dpop_header(resonate_dpop_key_t *key, json_t *header, unsigned algs)
{
    json_t  *alg, *jwk;

    if (json_object_get(header, "jku") || json_object_get(header, "x5u")
        || json_object_get(header, "x5c") || json_object_get(header, "crit")
        || json_object_get(header, "b64") || json_object_get(header, "zip")
        || !resonate_dpop_typ(json_object_get(header, "typ")))
    {
        return RESONATE_DPOP_HEADER;
    }

    alg = json_object_get(header, "alg");
    jwk = json_object_get(header, "jwk");

    key->alg = json_is_string(alg) ? resonate_jwt_alg(json_string_value(alg),
                                                      json_string_length(alg))
                                   : 0;
    if (!(key->alg & algs)) {
        return RESONATE_DPOP_ALGORITHM;
    }

    if (!json_is_object(jwk)) {
        return RESONATE_DPOP_KEY;
    }

    if (resonate_dpop_private(jwk)) {
        return RESONATE_DPOP_PRIVATE;
    }

    if (resonate_jwk_read(&key->jwk, jwk) != 0) {
        return RESONATE_DPOP_KEY;
    }

    if (!(key->jwk.algs & key->alg)) {
        resonate_dpop_key_free(key);
        return RESONATE_DPOP_KEY;
    }

    if (resonate_thumbprint(jwk, key->thumbprint) != 0) {
        resonate_dpop_key_free(key);
        return RESONATE_DPOP_NO_MEMORY;
    }

    return RESONATE_DPOP_OK;
}


static int
resonate_dpop_typ(json_t *typ)
{
    const char  *s;

    s = json_string_value(typ);

    return s && strcasecmp(s, "dpop+jwt") == 0;
}


/* RFC 7518, sections 6.2.2, 6.3.2 and 6.4 */

static int
resonate_dpop_private(json_t *jwk)
{
    size_t                    i;
    static const char *const  names[] = { "d", "p", "q", "dp", "dq", "qi",
                                          "oth", "k" };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (json_object_get(jwk, names[i])) {
            return 1;
        }
    }

    return 0;
}


static resonate_dpop_rc_e
resonate_dpop_claims(json_t *claims, const resonate_dpop_key_t *key,
    const resonate_dpop_request_t *request, time_t now,
    resonate_dpop_t *result)
{
    json_t              *jti, *htm, *htu, *nonce;
    resonate_uri_t       uri;
    resonate_dpop_rc_e   rc;

    jti = json_object_get(claims, "jti");
    htm = json_object_get(claims, "htm");
    htu = json_object_get(claims, "htu");
    nonce = json_object_get(claims, "nonce");

    if (!json_is_string(jti) || json_string_length(jti) == 0
        || json_string_length(jti) > RESONATE_DPOP_JTI_MAX
        || !json_is_string(htm) || !json_is_string(htu)
        || (nonce && (!json_is_string(nonce)
                      || json_string_length(nonce) > RESONATE_DPOP_NONCE_MAX)))
    {
        return RESONATE_DPOP_CLAIMS;
    }

    rc = resonate_dpop_times(claims, request, now);
    if (rc != RESONATE_DPOP_OK) {
        return rc;
    }

    if (!resonate_dpop_equal(json_string_value(htm), json_string_length(htm),
                             &request->method))
    {
        return RESONATE_DPOP_METHOD;
    }

    if (resonate_uri_normalize(&uri, json_string_value(htu),
                               json_string_length(htu))
        != 0
        || !resonate_dpop_same_uri(&uri, request))
    {
        return RESONATE_DPOP_URI;
    }

    if (!resonate_dpop_same_token(json_object_get(claims, "ath"),
                                  request->ath))
    {
        return RESONATE_DPOP_TOKEN;
    }

    result->nonce_len = nonce ? json_string_length(nonce) : 0;
    memcpy(result->nonce, nonce ? json_string_value(nonce) : "",
           result->nonce_len);

    return resonate_dpop_id(result->id, key, json_string_value(jti), &uri);
}


/* a proof that limits itself (RFC 7519, sections 4.1.4 and 4.1.5) means it */

static resonate_dpop_rc_e
resonate_dpop_times(json_t *claims, const resonate_dpop_request_t *request,
    time_t now)
{
    double  iat, nbf, exp;

    iat = -1;
    nbf = 0;
    exp = RESONATE_DPOP_TIME_MAX;

    if (!resonate_dpop_time(json_object_get(claims, "iat"), &iat)
        || !resonate_dpop_time(json_object_get(claims, "nbf"), &nbf)
        || !resonate_dpop_time(json_object_get(claims, "exp"), &exp)
        || iat < 0)
    {
        return RESONATE_DPOP_CLAIMS;
    }

    if (iat < (double) (now - request->past)
        || exp <= (double) (now - request->ahead))
    {
        return RESONATE_DPOP_OLD;
    }

    if (iat >= (double) (now + request->ahead + 1)
        || nbf >= (double) (now + request->ahead + 1))
    {
        return RESONATE_DPOP_EARLY;
    }

    return RESONATE_DPOP_OK;
}


/* clients in scripting languages send fractions, which RFC 7519, section 2
   allows; absent leaves *time alone */

static int
resonate_dpop_time(json_t *value, double *time)
{
    if (value == NULL) {
        return 1;
    }

    if (!json_is_number(value)) {
        return 0;
    }

    *time = json_number_value(value);

    return *time >= 0 && *time <= RESONATE_DPOP_TIME_MAX;
}


static int
resonate_dpop_same_uri(const resonate_uri_t *uri,
    const resonate_dpop_request_t *request)
{
    size_t                 i, len;
    const resonate_uri_t  *wanted;

    wanted = request->uri;
    len = uri->len - uri->origin;

    if (wanted->len - wanted->origin != len
        || memcmp(wanted->data + wanted->origin, uri->data + uri->origin, len)
           != 0)
    {
        return 0;
    }

    if (request->norigins == 0) {
        return uri->origin == wanted->origin
               && memcmp(uri->data, wanted->data, uri->origin) == 0;
    }

    for (i = 0; i < request->norigins; i++) {
        if (resonate_dpop_equal(uri->data, uri->origin, &request->origins[i]))
        {
            return 1;
        }
    }

    return 0;
}


static int
resonate_dpop_same_token(json_t *ath, const unsigned char *ours)
{
    size_t         len;
    unsigned char  sent[RESONATE_DPOP_DIGEST];

    return json_is_string(ath)
           && resonate_jwt_base64url(sent, sizeof(sent), &len,
                                     json_string_value(ath),
                                     json_string_length(ath))
              == 0
           && len == sizeof(sent) && CRYPTO_memcmp(sent, ours, len) == 0;
}


/*
 * RFC 9449, section 11.1: a "jti" is of its URI.  It holds no NUL, which ends
 * it here, and the thumbprint before it has one length.
 */

static resonate_dpop_rc_e
resonate_dpop_id(unsigned char *id, const resonate_dpop_key_t *key,
    const char *jti, const resonate_uri_t *uri)
{
    int          ok;
    EVP_MD_CTX  *ctx;

    ctx = EVP_MD_CTX_new();
    if (ctx == NULL) {
        return RESONATE_DPOP_NO_MEMORY;
    }

    ok = EVP_DigestInit_ex(ctx, EVP_sha256(), NULL)
         && EVP_DigestUpdate(ctx, key->thumbprint, sizeof(key->thumbprint))
         && EVP_DigestUpdate(ctx, jti, strlen(jti) + 1)
         && EVP_DigestUpdate(ctx, uri->data, uri->len)
         && EVP_DigestFinal_ex(ctx, id, NULL);

    EVP_MD_CTX_free(ctx);

    return ok ? RESONATE_DPOP_OK : RESONATE_DPOP_NO_MEMORY;
}


static int
resonate_dpop_equal(const char *data, size_t len,
    const resonate_jwt_view_t *view)
{
    return len == view->len && memcmp(data, view->data, len) == 0;
}
