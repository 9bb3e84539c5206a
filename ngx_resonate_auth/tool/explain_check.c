
/*
 * Copyright (C) Resonate
 *
 * The checks of a JWT: what was looked at, and what was found.
 */


#include "explain_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>


#define EXPLAIN_FILE_MAX  (RESONATE_JWKS_MAX + 1)


static resonate_jwks_t *explain_keys(const explain_issuer_t *issuer);
static void explain_key(const explain_issuer_t *issuer,
    const resonate_jwt_t *jwt, const resonate_jwk_t *key);
static void explain_type(const resonate_claims_policy_t *policy,
    const resonate_jwt_t *jwt, resonate_jwt_rc_e rc);
static void explain_times(const resonate_claims_policy_t *policy,
    json_t *claims, time_t now, resonate_jwt_rc_e rc);
static char *explain_time(char *p, char *last, json_t *claims,
    const char *name, time_t now);
static void explain_audience(const resonate_claims_policy_t *policy,
    json_t *claims);
static void explain_missing(const resonate_claims_policy_t *policy,
    json_t *claims);


void
explain_header(const char *token, size_t len)
{
    char                 alg[EXPLAIN_SHOWN + 4], typ[EXPLAIN_SHOWN + 4];
    char                 kid[EXPLAIN_SHOWN + 4];
    size_t               n;
    json_t              *header;
    unsigned char        buf[RESONATE_JWT_MAX];
    resonate_jwt_view_t  part[3];

    if (resonate_jwt_split(token, len, part) != RESONATE_JWT_OK
        || resonate_jwt_base64url(buf, sizeof(buf), &n, part[0].data,
                                  part[0].len)
           != 0
        || resonate_jwt_object((char *) buf, n, &header) != RESONATE_JWT_OK)
    {
        return;
    }

    explain_line("header", -1, "alg %s, typ %s, kid %s",
                 explain_shown(alg, json_object_get(header, "alg")),
                 explain_shown(typ, json_object_get(header, "typ")),
                 explain_shown(kid, json_object_get(header, "kid")));

    json_decref(header);
}


resonate_jwt_rc_e
explain_signature(const explain_issuer_t *issuer, const resonate_jwt_t *jwt,
    int *known)
{
    resonate_jwks_t       *jwks;
    resonate_jwt_rc_e      rc;
    const resonate_jwk_t  *key;

    *known = 1;

    explain_line("algorithm", (issuer->algs & jwt->alg) != 0,
                 (issuer->algs & jwt->alg) ? "allowed"
                 : "not one that the issuer is allowed");

    if (!(issuer->algs & jwt->alg)) {
        return RESONATE_JWT_ALGORITHM;
    }

    jwks = explain_keys(issuer);

    if (jwks == NULL) {
        *known = 0;
        explain_line("key", -1, "not read: keys are fetched from %s",
                     issuer->url);
        explain_line("signature", -1, "not checked");
        return RESONATE_JWT_OK;
    }

    key = resonate_jwks_find(jwks, jwt);
    explain_key(issuer, jwt, key);

    rc = RESONATE_JWT_KEY;

    if (key) {
        rc = resonate_jws_verify(key, jwt->alg, &jwt->input, jwt->signature,
                                 jwt->signature_len);
        explain_line("signature", rc == RESONATE_JWT_OK,
                     rc == RESONATE_JWT_OK ? "good" : "not of this key");
    }

    resonate_jwks_free(jwks);

    return rc;
}


/* NULL: they are elsewhere */

static resonate_jwks_t *
explain_keys(const explain_issuer_t *issuer)
{
    int               fd;
    char             *data, error[RESONATE_JWK_ERROR_MAX];
    size_t            len;
    const char       *name;
    resonate_jwks_t  *jwks;

    name = issuer->secret ? issuer->secret
           : issuer->jwks ? issuer->jwks : issuer->fetched;

    if (name == NULL) {
        return NULL;
    }

    fd = open(name, O_RDONLY);
    if (fd == -1) {
        explain_fail("cannot open %s: %s", name, strerror(errno));
    }

    data = explain_read(fd, name, EXPLAIN_FILE_MAX, &len);
    close(fd);

    if (issuer->secret) {
        len -= (len && data[len - 1] == '\n');
        jwks = resonate_jwks_secret(data, len, issuer->algs, error);
        OPENSSL_cleanse(data, len);

    } else if (issuer->jwks) {
        jwks = resonate_jwks_parse(data, len, error);

    } else {
        jwks = resonate_jwks_fetched(data, len, error);
    }

    free(data);

    if (jwks == NULL) {
        explain_fail("bad keys in %s: %s", name, error);
    }

    return jwks;
}


static void
explain_key(const explain_issuer_t *issuer, const resonate_jwt_t *jwt,
    const resonate_jwk_t *key)
{
    char         buf[EXPLAIN_SHOWN + 4];
    const char  *place;

    place = issuer->secret ? issuer->secret
            : issuer->jwks ? issuer->jwks : issuer->fetched;

    if (key && key->kid_len) {
        explain_line("key", 1, "%s of %s",
                     explain_text(buf, key->kid, key->kid_len), place);

    } else if (key) {
        explain_line("key", 1, "the only one for the algorithm, of %s", place);

    } else if (jwt->kid_len) {
        explain_line("key", 0, "%s for this algorithm is not in %s",
                     explain_text(buf, jwt->kid, jwt->kid_len), place);

    } else {
        explain_line("key", 0, "the token names none, and %s has not just one "
                     "for its algorithm", place);
    }
}


resonate_jwt_rc_e
explain_claims(const explain_t *e, const explain_issuer_t *issuer,
    const resonate_jwt_t *jwt, resonate_claims_t *claims)
{
    resonate_jwt_rc_e  rc;

    rc = resonate_claims_check(jwt, &issuer->policy, e->now, claims);

    explain_type(&issuer->policy, jwt, rc);
    explain_times(&issuer->policy, jwt->claims, e->now, rc);
    explain_audience(&issuer->policy, jwt->claims);

    if (rc == RESONATE_JWT_OK) {
        explain_line("claims", 1, "all there, of the right types");

    } else if (rc == RESONATE_JWT_CLAIMS) {
        explain_missing(&issuer->policy, jwt->claims);
    }

    return rc;
}


static void
explain_type(const resonate_claims_policy_t *policy,
    const resonate_jwt_t *jwt, resonate_jwt_rc_e rc)
{
    char  buf[EXPLAIN_SHOWN + 4];

    explain_line("type", rc != RESONATE_JWT_HEADER,
                 "%s, where it must be %.*s, profile %s",
                 jwt->typ_len ? explain_text(buf, jwt->typ, jwt->typ_len)
                              : "none",
                 policy->typ.len ? (int) policy->typ.len : 21,
                 policy->typ.len ? policy->typ.data
                 : policy->profile == RESONATE_PROFILE_RFC9068
                   ? "at+jwt" : "JWT or at+jwt or none",
                 policy->profile == RESONATE_PROFILE_RFC9068
                 ? "rfc9068" : "lax");
}


static void
explain_times(const resonate_claims_policy_t *policy, json_t *claims,
    time_t now, resonate_jwt_rc_e rc)
{
    int    good;
    char  *p, *last, text[512];

    good = (rc == RESONATE_JWT_OK || rc == RESONATE_JWT_AUDIENCE) ? 1
           : (rc == RESONATE_JWT_EXPIRED || rc == RESONATE_JWT_NOT_YET) ? 0
           : -1;

    p = text;
    last = text + sizeof(text);

    p = explain_time(p, last, claims, "iat", now);
    p = explain_time(p, last, claims, "nbf", now);
    p = explain_time(p, last, claims, "exp", now);

    p += snprintf(p, last - p, "leeway %lds", (long) policy->leeway);

    if (policy->max_age) {
        snprintf(p, last - p, ", at most %lds old", (long) policy->max_age);
    }

    explain_line("times", good, "%s", text);
}


static char *
explain_time(char *p, char *last, json_t *claims, const char *name,
    time_t now)
{
    json_t     *value;
    long long   ago;

    value = json_object_get(claims, name);

    if (value == NULL) {
        return p + snprintf(p, last - p, "no %s, ", name);
    }

    if (!json_is_integer(value)) {
        return p + snprintf(p, last - p, "%s is no whole number, ", name);
    }

    if (json_integer_value(value) < 0
        || json_integer_value(value) > 253402300799)
    {
        return p + snprintf(p, last - p, "%s is out of bounds, ", name);
    }

    ago = (long long) now - json_integer_value(value);

    return p + (ago < 0 ? snprintf(p, last - p, "%s in %llds, ", name, -ago)
                        : snprintf(p, last - p, "%s %llds ago, ", name, ago));
}


static void
explain_audience(const resonate_claims_policy_t *policy, json_t *claims)
{
    char     buf[EXPLAIN_SHOWN + 4], names[EXPLAIN_SHOWN + 4];
    size_t   i;
    json_t  *aud, *list;

    aud = json_object_get(claims, "aud");
    list = json_array();

    for (i = 0; i < policy->naudiences; i++) {
        json_array_append_new(list, json_stringn(policy->audiences[i].data,
                                                 policy->audiences[i].len));
    }

    explain_line("audience", resonate_claims_audience(aud, policy),
                 "%s, where it must be %s%s", explain_shown(buf, aud),
                 policy->naudiences > 1 ? "one of " : "",
                 policy->naudiences > 1 ? explain_shown(names, list)
                 : policy->naudiences
                   ? explain_shown(names, json_array_get(list, 0)) : "none");

    json_decref(list);
}


/* of the claims that must be there; other faults have no name */

static void
explain_missing(const resonate_claims_policy_t *policy, json_t *claims)
{
    char                      text[128];
    size_t                    i, n;
    static const char *const  names[] = { "exp", "sub", "iat", "iss", "aud",
                                          "client_id", "jti" };

    n = policy->profile == RESONATE_PROFILE_RFC9068 ? 7
        : policy->max_age ? 3 : 2;

    text[0] = '\0';

    for (i = 0; i < n; i++) {
        if (json_object_get(claims, names[i]) == NULL) {
            strcat(text, " ");
            strcat(text, names[i]);
        }
    }

    explain_line("claims", 0, "%s%s", text[0] ? "missing:" : "of a wrong type "
                 "or too long, or those of an ID, logout or refresh token",
                 text);
}


void
explain_identity(const resonate_claims_t *claims)
{
    char    text[EXPLAIN_SHOWN + 4];
    size_t  i;

    const struct {
        const char           *name;
        resonate_jwt_view_t   view;
    } parts[] = {
        { "subject", claims->subject },
        { "client", claims->client },
        { "scope", claims->scope },
        { "roles", claims->roles },
        { "name", claims->name }
    };

    for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        explain_line(parts[i].name, -1, "%s",
                     parts[i].view.len
                     ? explain_text(text, parts[i].view.data,
                                    parts[i].view.len)
                     : "none");
    }
}


/* what comes with a request, and differs between locations, is not known */

int
explain_bound(const explain_t *e, const resonate_claims_t *claims)
{
    if (claims->x5t.len) {
        explain_line("bound", -1, "to a certificate: good with that of the "
                     "connection only");
    }

    if (claims->jkt.len) {
        explain_line("bound", strcmp(e->dpop, "off") == 0 ? 0 : -1,
                     "to a key: good with a DPoP proof only%s",
                     strcmp(e->dpop, "off") == 0
                     ? ", and resonate_dpop is off" : "");

        return strcmp(e->dpop, "off") != 0;
    }

    if (claims->x5t.len == 0) {
        explain_line("bound", -1, "to nothing%s",
                     strcmp(e->dpop, "required") == 0
                     ? ": refused where resonate_dpop is required" : "");
    }

    return 1;
}
