
/*
 * Copyright (C) Resonate
 *
 * Any claims, any header, and any paths in them: what is read stays within
 * the limits, holds no control characters, and only roles that there are.
 *
 * Three lines of paths, of roles, scopes and names, then the JSON.
 */


#include <stdlib.h>
#include <string.h>

#include "../../ngx_resonate_auth/jwt/resonate_claims.h"
#include "../../ngx_resonate_auth/jwt/resonate_path.h"


#define NOW  1000000


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const resonate_jwt_view_t  audience = { "a", 1 };


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


static void
roles(const resonate_jwt_view_t *view)
{
    char    *word, copy[RESONATE_CLAIMS_ROLES_MAX];

    text(view, sizeof(copy) - 1);

    memcpy(copy, view->data, view->len);
    copy[view->len] = '\0';

    for (word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
        if (resonate_claims_role(word, strlen(word)) == 0) {
            abort();
        }
    }
}


static void
result(const resonate_claims_t *r)
{
    if (r->subject.len == 0
        || (r->jkt.len && r->jkt.len != RESONATE_CLAIMS_KEY_LEN)
        || (r->x5t.len && r->x5t.len != RESONATE_CLAIMS_KEY_LEN))
    {
        abort();
    }

    text(&r->subject, RESONATE_CLAIMS_SUB_MAX);
    text(&r->client, RESONATE_CLAIMS_SUB_MAX);
    text(&r->scope, RESONATE_CLAIMS_SCOPE_MAX);
    text(&r->name, RESONATE_CLAIMS_SHOWN_MAX);
    text(&r->jti, RESONATE_CLAIMS_ID_MAX);
    text(&r->sid, RESONATE_CLAIMS_ID_MAX);
    text(&r->acr, RESONATE_CLAIMS_ID_MAX);
    text(&r->jkt, RESONATE_CLAIMS_KEY_LEN);
    text(&r->x5t, RESONATE_CLAIMS_KEY_LEN);
    roles(&r->roles);
}


static void
path(const resonate_jwt_view_t *view, json_t *object)
{
    char                 name[RESONATE_PATH_MAX + 1];
    unsigned             n;
    resonate_jwt_view_t  rest;

    if (!resonate_path_valid(view)) {
        if (resonate_path_find(object, view)) {
            abort();
        }

        return;
    }

    rest = *view;

    for (n = 0; resonate_path_next(&rest, name) == 1; n++) {
        if (name[0] == '\0' || strlen(name) > RESONATE_PATH_MAX) {
            abort();
        }
    }

    if (n == 0 || n > RESONATE_PATH_NAMES || rest.len) {
        abort();
    }
}


/* the same JSON as the header of a token */

static void
header(const char *data, size_t size)
{
    char            token[RESONATE_JWT_MAX * 2];
    size_t          len;
    resonate_jwt_t  jwt;

    if (size > RESONATE_JWT_MAX) {
        return;
    }

    len = resonate_jwt_base64url_put(token, (const unsigned char *) data,
                                     size);
    memcpy(token + len, ".e30.AA", 7);

    if (resonate_jwt_parse(&jwt, token, len + 7) != RESONATE_JWT_OK) {
        return;
    }

    if (jwt.alg == 0 || jwt.kid_len > RESONATE_JWT_KID_MAX
        || jwt.typ_len > RESONATE_JWT_TYP_MAX
        || (resonate_jwt_typ(&jwt, "JWT", 3)
            && resonate_jwt_typ(&jwt, "at+jwt", 6)))
    {
        abort();
    }

    resonate_jwt_free(&jwt);
}


static resonate_jwt_view_t
line(const char **data, size_t *size)
{
    const char           *end;
    resonate_jwt_view_t   view;

    end = *size ? memchr(*data, '\n', *size) : NULL;

    view.data = *data;
    view.len = end ? (size_t) (end - *data) : 0;

    if (end) {
        *data += view.len + 1;
        *size -= view.len + 1;
    }

    return view;
}


int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char                *data = (const char *) bytes;
    resonate_jwt_t             jwt;
    resonate_claims_t          r;
    resonate_jwt_rc_e          rc;
    resonate_claims_policy_t   policy;

    memset(&policy, 0, sizeof(policy));
    memset(&jwt, 0, sizeof(jwt));

    policy.roles_path = line(&data, &size);
    policy.scope_path = line(&data, &size);
    policy.name_path = line(&data, &size);
    policy.audiences = &audience;
    policy.naudiences = 1;
    policy.leeway = 30;

    header(data, size);

    if (resonate_jwt_object(data, size, &jwt.claims) != RESONATE_JWT_OK) {
        return 0;
    }

    path(&policy.roles_path, jwt.claims);
    path(&policy.scope_path, jwt.claims);
    path(&policy.name_path, jwt.claims);

    rc = resonate_claims_check(&jwt, &policy, NOW, &r);

    if (rc == RESONATE_JWT_OK) {
        result(&r);

        if (r.expires <= NOW - policy.leeway) {
            abort();
        }
    }

    policy.profile = RESONATE_PROFILE_RFC9068;
    policy.max_age = 60;
    memcpy(jwt.typ, "at+jwt", 6);
    jwt.typ_len = 6;

    if (resonate_claims_check(&jwt, &policy, NOW, &r) == RESONATE_JWT_OK
        && (rc != RESONATE_JWT_OK || r.jti.len == 0 || r.client.len == 0
            || r.expires > r.issued + policy.max_age))
    {
        abort();
    }

    /* last: it gives the client's own token a subject */

    policy.profile = RESONATE_PROFILE_LAX;
    policy.max_age = 0;

    if (resonate_claims_check_answer(jwt.claims, &policy, NOW, &r)
        == RESONATE_JWT_OK)
    {
        result(&r);
    }

    json_decref(jwt.claims);

    return 0;
}
