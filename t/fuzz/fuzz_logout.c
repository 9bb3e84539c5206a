
/*
 * Copyright (C) Resonate
 *
 * Any claims as a logout token, as an ID token and as an access token: what
 * is read stays within the limits and holds no control characters, and none
 * is two of the three, but for an access token that is what an ID token is
 * without its hash (RFC 8725, section 3.11).
 *
 * A line of "typ", then the JSON.
 */


#include <stdlib.h>
#include <string.h>

#include "../../ngx_resonate_auth/jwt/resonate_logout.h"
#include "../../ngx_resonate_auth/jwt/resonate_oidc.h"


#define NOW     1000000
#define LEEWAY  30


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const resonate_jwt_view_t  client = { "c", 1 };

static const resonate_claims_policy_t  policy = {
    .audiences = &client,
    .naudiences = 1,
    .leeway = LEEWAY
};

static const resonate_oidc_policy_t  wish = {
    .issuer = { "i", 1 },
    .client = { "c", 1 },
    .nonce = { "n", 1 },
    .access = { "t", 1 },
    .leeway = LEEWAY
};


static void
text(const resonate_jwt_view_t *view, size_t max)
{
    size_t  i;

    if (view->len > max) {
        abort();
    }

    for (i = 0; i < view->len; i++) {
        if ((unsigned char) view->data[i] < 0x20 || view->data[i] == 0x7f) {
            abort();
        }
    }
}


static int
logout(const resonate_jwt_t *jwt)
{
    resonate_logout_t  l;

    if (resonate_logout_check(jwt, &policy, NOW, &l) != RESONATE_JWT_OK) {
        return 0;
    }

    text(&l.subject, RESONATE_LOGOUT_TEXT_MAX);
    text(&l.session, RESONATE_LOGOUT_TEXT_MAX);
    text(&l.jti, RESONATE_LOGOUT_TEXT_MAX);

    if (l.jti.len == 0 || l.subject.len + l.session.len == 0
        || l.issued < 0 || l.issued > NOW + LEEWAY)
    {
        abort();
    }

    return 1;
}


static int
identity(const resonate_jwt_t *jwt)
{
    resonate_oidc_person_t  p;

    if (resonate_oidc_check(jwt, &wish, NOW, &p) != RESONATE_JWT_OK) {
        return 0;
    }

    text(&p.subject, RESONATE_CLAIMS_SUB_MAX);
    text(&p.sid, RESONATE_CLAIMS_SUB_MAX);
    text(&p.name, RESONATE_CLAIMS_SHOWN_MAX);
    text(&p.username, RESONATE_CLAIMS_SHOWN_MAX);
    text(&p.email, RESONATE_CLAIMS_SUB_MAX);

    if (p.subject.len == 0) {
        abort();
    }

    return 1;
}


static int
access_token(const resonate_jwt_t *jwt)
{
    resonate_claims_t  r;

    return resonate_claims_check(jwt, &policy, NOW, &r) == RESONATE_JWT_OK;
}


int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    int              ends, says, may;
    size_t           len;
    const char      *data = (const char *) bytes;
    const char      *end;
    resonate_jwt_t   jwt;

    memset(&jwt, 0, sizeof(jwt));
    jwt.alg = RESONATE_JWT_ES256;

    end = size ? memchr(data, '\n', size) : NULL;
    len = end ? (size_t) (end - data) : size;

    if (end == NULL || len > RESONATE_JWT_TYP_MAX
        || resonate_jwt_object(end + 1, size - len - 1, &jwt.claims)
           != RESONATE_JWT_OK)
    {
        return 0;
    }

    memcpy(jwt.typ, data, len);
    jwt.typ_len = len;

    ends = logout(&jwt);
    says = identity(&jwt);
    may = access_token(&jwt);

    if ((ends && (says || may))
        || (says && may && json_object_get(jwt.claims, "at_hash")))
    {
        abort();
    }

    json_decref(jwt.claims);

    return 0;
}
