
/*
 * Copyright (C) Resonate
 *
 * Any requirements of any claims: conditions that are met one by one are met
 * together, one of several is enough with "any", the first that fails is the
 * one that is named, and what is met is in the claims.
 *
 * Four lines, of scopes, claim, values and "acr" with "|" between, then the
 * JSON of an answer about the token.
 */


#include <stdlib.h>
#include <string.h>

#include "../../ngx_resonate_auth/jwt/resonate_path.h"
#include "../../ngx_resonate_auth/jwt/resonate_require.h"


#define NOW         1000000
#define WORDS_MAX   8
#define CONDITIONS  5


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const resonate_jwt_view_t  audience = { "a", 1 };

static const resonate_claims_policy_t  policy = {
    .audiences = &audience,
    .naudiences = 1,
    .leeway = 30
};


static resonate_jwt_view_t
cut(resonate_jwt_view_t *rest, char c)
{
    const char           *end;
    resonate_jwt_view_t   view;

    end = rest->len ? memchr(rest->data, c, rest->len) : NULL;

    view.data = rest->data;
    view.len = end ? (size_t) (end - rest->data) : rest->len;

    rest->data += view.len + (end != NULL);
    rest->len -= view.len + (end != NULL);

    return view;
}


static void
words(resonate_jwt_view_t list, resonate_jwt_view_t *w,
    resonate_require_words_t *result)
{
    result->words = w;

    for (result->n = 0; list.len && result->n < WORDS_MAX; result->n++) {
        w[result->n] = cut(&list, '|');
    }
}


/* what is asked alone, of all that "r" asks */

static resonate_require_rc_e
one(const resonate_require_t *r, const resonate_require_token_t *token,
    int condition)
{
    resonate_require_t  alone = *r;

    alone.scopes.n = (condition == RESONATE_REQUIRE_SCOPE) ? r->scopes.n : 0;
    alone.role = (condition == RESONATE_REQUIRE_ROLE) ? r->role : 0;
    alone.claim.len = (condition == RESONATE_REQUIRE_CLAIM) ? r->claim.len : 0;
    alone.acrs.n = (condition == RESONATE_REQUIRE_ACR) ? r->acrs.n : 0;
    alone.max_age = (condition == RESONATE_REQUIRE_AGE) ? r->max_age : -1;

    return resonate_require(&alone, token, NOW);
}


static int
asked(const resonate_require_t *r, int condition)
{
    return (condition == RESONATE_REQUIRE_SCOPE && r->scopes.n)
           || (condition == RESONATE_REQUIRE_ROLE && r->role)
           || (condition == RESONATE_REQUIRE_CLAIM && r->claim.len)
           || (condition == RESONATE_REQUIRE_ACR && r->acrs.n)
           || (condition == RESONATE_REQUIRE_AGE && r->max_age >= 0);
}


static void
together(resonate_require_t *r, const resonate_require_token_t *token)
{
    int                    i, met;
    resonate_require_rc_e  rc, first;

    met = 0;
    first = RESONATE_REQUIRE_OK;

    for (i = 1; i <= CONDITIONS; i++) {
        rc = one(r, token, i);

        if (rc != RESONATE_REQUIRE_OK && rc != (resonate_require_rc_e) i) {
            abort();
        }

        met += asked(r, i) && rc == RESONATE_REQUIRE_OK;
        first = first ? first : rc;
    }

    r->any = 0;

    if (resonate_require(r, token, NOW) != first) {
        abort();
    }

    r->any = 1;

    if (resonate_require(r, token, NOW)
        != (met ? RESONATE_REQUIRE_OK : first))
    {
        abort();
    }
}


/* the packed claims against the claims */

static void
claim(const resonate_require_t *r, const resonate_require_token_t *token,
    json_t *claims)
{
    json_t  *value;

    if (r->claim.len == 0
        || one(r, token, RESONATE_REQUIRE_CLAIM) != RESONATE_REQUIRE_OK)
    {
        return;
    }

    value = resonate_path_find(claims, &r->claim);

    if (value == NULL
        || (r->values.n == 0 && (json_is_null(value) || json_is_false(value))))
    {
        abort();
    }
}


static void
requirements(resonate_jwt_view_t rest, json_t *claims)
{
    char                      buf[RESONATE_CLAIMS_PACKED_MAX];
    long                      len;
    resonate_claims_t         c;
    resonate_require_t        r;
    resonate_jwt_view_t       w[3][WORDS_MAX];
    resonate_require_token_t  token;

    if (resonate_claims_check_answer(claims, &policy, NOW, &c)
        != RESONATE_JWT_OK
        || (len = resonate_claims_pack(claims, buf, sizeof(buf))) < 0)
    {
        return;
    }

    token.scope = c.scope;
    token.roles = c.roles;
    token.acr = c.acr;
    token.auth_time = c.auth_time;
    token.claims.data = buf;
    token.claims.len = len;

    memset(&r, 0, sizeof(r));

    words(cut(&rest, '\n'), w[0], &r.scopes);
    r.claim = cut(&rest, '\n');
    words(cut(&rest, '\n'), w[1], &r.values);
    words(cut(&rest, '\n'), w[2], &r.acrs);

    if (!resonate_path_valid(&r.claim)) {
        r.claim.len = 0;
    }

    for (r.role = 0; r.role <= RESONATE_ROLE_USER;
         r.role = r.role ? r.role << 1 : 1)
    {
        r.max_age = r.role & 0x15 ? 100 : -1;

        together(&r, &token);
        claim(&r, &token, claims);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    json_t               *claims;
    unsigned              i;
    resonate_jwt_view_t   lines = { (const char *) bytes, size };
    resonate_jwt_view_t   rest = lines;

    for (i = 0; i < 4; i++) {
        (void) cut(&rest, '\n');
    }

    if (resonate_jwt_object(rest.data, rest.len, &claims)
        == RESONATE_JWT_OK)
    {
        requirements(lines, claims);
        json_decref(claims);
    }

    return 0;
}
