
/*
 * Copyright (C) Resonate
 */


#include "resonate_oidc.h"
#include "resonate_claims.h"

#include <string.h>
#include <strings.h>
#include <openssl/evp.h>
#include <openssl/rand.h>


#define RESONATE_OIDC_BYTES      32
#define RESONATE_OIDC_ERROR_MAX  64
#define RESONATE_OIDC_TIME_MAX   253402300799    /* 9999-12-31T23:59:59Z */


static int resonate_oidc_token(json_t *json, const char *name,
    resonate_jwt_view_t *view);
static time_t resonate_oidc_life(json_t *json);
static resonate_jwt_rc_e resonate_oidc_times(json_t *claims, time_t leeway,
    time_t now);
static int resonate_oidc_audience(json_t *claims,
    const resonate_jwt_view_t *client);
static int resonate_oidc_hash(json_t *claims, resonate_jwt_alg_e alg,
    const resonate_jwt_view_t *access);
static const EVP_MD *resonate_oidc_md(resonate_jwt_alg_e alg);
static resonate_jwt_view_t resonate_oidc_text(json_t *claims,
    const char *name, size_t max);


static const resonate_jwt_view_t  resonate_oidc_empty = { "", 0 };


int
resonate_oidc_random(char *dst)
{
    unsigned char  bytes[RESONATE_OIDC_BYTES];

    if (RAND_bytes(bytes, sizeof(bytes)) != 1) {
        return -1;
    }

    (void) resonate_jwt_base64url_put(dst, bytes, sizeof(bytes));

    return 0;
}


int
resonate_oidc_challenge(char *dst, const char *verifier, size_t len)
{
    unsigned char  bytes[RESONATE_OIDC_BYTES];

    if (EVP_Digest(verifier, len, bytes, NULL, EVP_sha256(), NULL) != 1) {
        return -1;
    }

    (void) resonate_jwt_base64url_put(dst, bytes, sizeof(bytes));

    return 0;
}


resonate_jwt_rc_e
resonate_oidc_answer(resonate_oidc_answer_t *answer, const char *data,
    size_t len)
{
    json_t              *type;
    resonate_jwt_rc_e    rc;

    memset(answer, 0, sizeof(resonate_oidc_answer_t));

    if (len > RESONATE_OIDC_ANSWER_MAX) {
        return RESONATE_JWT_TOO_LARGE;
    }

    rc = resonate_jwt_object(data, len, &answer->json);
    if (rc != RESONATE_JWT_OK) {
        return rc;
    }

    answer->error = resonate_oidc_text(answer->json, "error",
                                       RESONATE_OIDC_ERROR_MAX);
    answer->life = resonate_oidc_life(answer->json);
    type = json_object_get(answer->json, "token_type");

    if (answer->error.len
        || !resonate_oidc_token(answer->json, "access_token", &answer->access)
        || !resonate_oidc_token(answer->json, "refresh_token",
                                &answer->refresh)
        || !resonate_oidc_token(answer->json, "id_token", &answer->id_token)
        || answer->access.len == 0
        || answer->life < 0
        || !json_is_string(type)
        || strcasecmp(json_string_value(type), "Bearer") != 0)
    {
        return RESONATE_JWT_CLAIMS;
    }

    return RESONATE_JWT_OK;
}


void
resonate_oidc_answer_free(resonate_oidc_answer_t *answer)
{
    json_decref(answer->json);
    answer->json = NULL;
}


/* RFC 6749, appendix A.12 and A.17: visible characters, and spaces */

static int
resonate_oidc_token(json_t *json, const char *name, resonate_jwt_view_t *view)
{
    size_t   i;
    json_t  *value;

    *view = resonate_oidc_empty;
    value = json_object_get(json, name);

    if (value == NULL || json_is_null(value)) {
        return 1;
    }

    if (!json_is_string(value)
        || json_string_length(value) > RESONATE_JWT_MAX)
    {
        return 0;
    }

    view->data = json_string_value(value);
    view->len = json_string_length(value);

    for (i = 0; i < view->len; i++) {
        if (view->data[i] <= 0x20 || view->data[i] == 0x7f) {
            return 0;
        }
    }

    return 1;
}


/* some providers write the number as a string */

static time_t
resonate_oidc_life(json_t *json)
{
    json_t      *value;
    json_int_t   life;
    const char  *p;

    value = json_object_get(json, "expires_in");

    if (value == NULL || json_is_null(value)) {
        return 0;
    }

    life = -1;

    if (json_is_number(value)) {

        /* a number beyond an integer is not made one */

        if (json_number_value(value) >= RESONATE_OIDC_LIFE_MAX) {
            life = RESONATE_OIDC_LIFE_MAX;

        } else if (json_number_value(value) >= 0) {
            life = (json_int_t) json_number_value(value);
        }

    } else if (json_is_string(value) && json_string_length(value) < 9
               && json_string_length(value) != 0)
    {
        life = 0;

        for (p = json_string_value(value); *p; p++) {

            if (*p < '0' || *p > '9') {
                return -1;
            }

            life = life * 10 + (*p - '0');
        }
    }

    return life < RESONATE_OIDC_LIFE_MAX ? (time_t) life
                                         : RESONATE_OIDC_LIFE_MAX;
}


resonate_jwt_rc_e
resonate_oidc_check(const resonate_jwt_t *jwt,
    const resonate_oidc_policy_t *policy, time_t now,
    resonate_oidc_person_t *person)
{
    json_t             *claims;
    resonate_jwt_rc_e   rc;

    if (jwt->typ_len && !resonate_jwt_typ(jwt, "JWT", 3)) {
        return RESONATE_JWT_HEADER;
    }

    claims = jwt->claims;

    if (!resonate_jwt_equal(json_object_get(claims, "iss"), &policy->issuer)) {
        return RESONATE_JWT_ISSUER;
    }

    rc = resonate_oidc_times(claims, policy->leeway, now);
    if (rc != RESONATE_JWT_OK) {
        return rc;
    }

    if (!resonate_oidc_audience(claims, &policy->client)) {
        return RESONATE_JWT_AUDIENCE;
    }

    person->subject = resonate_oidc_text(claims, "sub",
                                         RESONATE_CLAIMS_SUB_MAX);

    if (person->subject.len == 0
        || (policy->nonce.len
            && !resonate_jwt_equal(json_object_get(claims, "nonce"),
                                 &policy->nonce))
        || (policy->subject.len
            && !resonate_jwt_equal(json_object_get(claims, "sub"),
                                 &policy->subject))
        || !resonate_oidc_hash(claims, jwt->alg, &policy->access))
    {
        return RESONATE_JWT_CLAIMS;
    }

    person->sid = resonate_oidc_text(claims, "sid", RESONATE_CLAIMS_SUB_MAX);
    person->username = resonate_oidc_text(claims, "preferred_username",
                                          RESONATE_CLAIMS_SHOWN_MAX);
    person->name = resonate_oidc_text(claims, "name",
                                      RESONATE_CLAIMS_SHOWN_MAX);
    person->email = json_is_true(json_object_get(claims, "email_verified"))
                    ? resonate_oidc_text(claims, "email",
                                         RESONATE_CLAIMS_SUB_MAX)
                    : resonate_oidc_empty;

    if (person->name.len == 0) {
        person->name = resonate_oidc_text(claims, "nickname",
                                          RESONATE_CLAIMS_SHOWN_MAX);
    }

    return RESONATE_JWT_OK;
}


static resonate_jwt_rc_e
resonate_oidc_times(json_t *claims, time_t leeway, time_t now)
{
    json_t  *exp, *iat;

    exp = json_object_get(claims, "exp");
    iat = json_object_get(claims, "iat");

    if (!json_is_integer(exp) || !json_is_integer(iat)
        || json_integer_value(exp) < 0 || json_integer_value(iat) < 0
        || json_integer_value(exp) > RESONATE_OIDC_TIME_MAX)
    {
        return RESONATE_JWT_CLAIMS;
    }

    if (json_integer_value(exp) <= (json_int_t) (now - leeway)) {
        return RESONATE_JWT_EXPIRED;
    }

    if (json_integer_value(iat) > (json_int_t) (now + leeway)) {
        return RESONATE_JWT_NOT_YET;
    }

    return RESONATE_JWT_OK;
}


/* of several audiences "azp" says whose the token is, and it must be ours */

static int
resonate_oidc_audience(json_t *claims, const resonate_jwt_view_t *client)
{
    json_t  *aud, *azp;

    aud = json_object_get(claims, "aud");
    azp = json_object_get(claims, "azp");

    return resonate_jwt_has(aud, client)
           && (azp ? resonate_jwt_equal(azp, client)
                   : json_array_size(aud) <= 1);
}


/* the left half of the hash that the token's algorithm uses */

static int
resonate_oidc_hash(json_t *claims, resonate_jwt_alg_e alg,
    const resonate_jwt_view_t *access)
{
    char                  text[EVP_MAX_MD_SIZE];
    json_t               *hash;
    unsigned              len;
    unsigned char         md[EVP_MAX_MD_SIZE];
    resonate_jwt_view_t   view;

    hash = json_object_get(claims, "at_hash");

    if (hash == NULL) {
        return 1;
    }

    if (access->len == 0
        || EVP_Digest(access->data, access->len, md, &len,
                      resonate_oidc_md(alg), NULL) != 1)
    {
        return 0;
    }

    view.data = text;
    view.len = resonate_jwt_base64url_put(text, md, len / 2);

    return resonate_jwt_equal(hash, &view);
}


static const EVP_MD *
resonate_oidc_md(resonate_jwt_alg_e alg)
{
    switch (alg) {

    case RESONATE_JWT_RS384:
    case RESONATE_JWT_PS384:
    case RESONATE_JWT_ES384:
        return EVP_sha384();

    case RESONATE_JWT_RS512:
    case RESONATE_JWT_PS512:
    case RESONATE_JWT_ES512:
    case RESONATE_JWT_EDDSA:
    case RESONATE_JWT_ED25519:
        return EVP_sha512();

    default:
        return EVP_sha256();
    }
}


/* empty if it is none, too long, or not fit to be shown or logged */

static resonate_jwt_view_t
resonate_oidc_text(json_t *claims, const char *name, size_t max)
{
    size_t                i;
    json_t               *value;
    unsigned char         c;
    resonate_jwt_view_t   view;

    value = json_object_get(claims, name);

    if (!json_is_string(value) || json_string_length(value) > max) {
        return resonate_oidc_empty;
    }

    view.data = json_string_value(value);
    view.len = json_string_length(value);

    for (i = 0; i < view.len; i++) {
        c = (unsigned char) view.data[i];

        if (c < 0x20 || c == 0x7f) {
            return resonate_oidc_empty;
        }
    }

    return view;
}


int
resonate_oidc_path(const char *path, size_t len)
{
    size_t  i;

    if (len == 0 || len > RESONATE_OIDC_PATH_MAX || path[0] != '/'
        || (len > 1 && path[1] == '/'))
    {
        return 0;
    }

    for (i = 0; i < len; i++) {
        if (path[i] <= 0x20 || path[i] >= 0x7f || path[i] == '\\') {
            return 0;
        }
    }

    return 1;
}


int
resonate_oidc_same_origin(const resonate_jwt_view_t *fetch_site,
    const resonate_jwt_view_t *origin, const resonate_jwt_view_t *own)
{
    if (fetch_site->len) {
        return (fetch_site->len == 11
                && memcmp(fetch_site->data, "same-origin", 11) == 0)
               || (fetch_site->len == 4
                   && memcmp(fetch_site->data, "none", 4) == 0);
    }

    return origin->len != 0
           && origin->len == own->len
           && strncasecmp(origin->data, own->data, own->len) == 0;
}
