
/*
 * Copyright (C) Resonate
 *
 * Who a token is about, and what it grants, read from its claims.
 */


#include "resonate_claims_internal.h"
#include "resonate_path.h"

#include <string.h>


static int resonate_claims_strings(json_t *claims,
    resonate_claims_t *result);
static int resonate_claims_scope(json_t *scope, resonate_claims_t *result);
static int resonate_claims_bound(json_t *cnf, resonate_claims_t *result);
static int resonate_claims_key(json_t *cnf, const char *name,
    resonate_jwt_view_t *view);
static void resonate_claims_roles(json_t *roles, resonate_claims_t *result);
static unsigned resonate_claims_words(const char *words);
static int resonate_claims_string(json_t *value, size_t max,
    resonate_jwt_view_t *view);
static resonate_jwt_view_t resonate_claims_name(json_t *claims,
    const resonate_claims_policy_t *policy);
static int resonate_claims_shown(json_t *name, resonate_jwt_view_t *view);
static json_t *resonate_claims_at(json_t *claims,
    const resonate_jwt_view_t *path, const char *name);


/* by the bits of resonate_role_e */

static const char *const  resonate_claims_role_names[] = {
    "superadmin", "admin", "tenantadmin", "label", "artist", "user", NULL
};


int
resonate_claims_read(json_t *claims, const resonate_claims_policy_t *policy,
    resonate_claims_t *result)
{
    json_t  *scope;

    scope = resonate_claims_at(claims, &policy->scope_path, "scope");

    if (!resonate_claims_strings(claims, result)
        || !resonate_claims_scope(scope, result)
        || !resonate_claims_bound(json_object_get(claims, "cnf"), result))
    {
        return 0;
    }

    resonate_claims_roles(resonate_claims_at(claims, &policy->roles_path,
                                             "roles"), result);
    result->name = resonate_claims_name(claims, policy);

    return 1;
}


unsigned
resonate_claims_role(const char *name, size_t len)
{
    unsigned  i;

    for (i = 0; resonate_claims_role_names[i]; i++) {
        if (strlen(resonate_claims_role_names[i]) == len
            && memcmp(resonate_claims_role_names[i], name, len) == 0)
        {
            return 1u << i;
        }
    }

    return 0;
}


int
resonate_claims_printable(const char *s, size_t len)
{
    size_t         i;
    unsigned char  c;

    for (i = 0; i < len; i++) {
        c = (unsigned char) s[i];

        if (c < 0x20 || c == 0x7f) {
            return 0;
        }
    }

    return 1;
}


static int
resonate_claims_strings(json_t *claims, resonate_claims_t *result)
{
    json_t  *client;

    client = json_object_get(claims, "client_id");

    if (client == NULL) {
        client = json_object_get(claims, "azp");
    }

    return resonate_claims_string(json_object_get(claims, "sub"),
                                  RESONATE_CLAIMS_SUB_MAX, &result->subject)
           && result->subject.len
           && resonate_claims_string(client, RESONATE_CLAIMS_SUB_MAX,
                                     &result->client)
           && resonate_claims_string(json_object_get(claims, "jti"),
                                     RESONATE_CLAIMS_ID_MAX, &result->jti)
           && resonate_claims_string(json_object_get(claims, "sid"),
                                     RESONATE_CLAIMS_ID_MAX, &result->sid)
           && resonate_claims_string(json_object_get(claims, "acr"),
                                     RESONATE_CLAIMS_ID_MAX, &result->acr);
}


/* RFC 8693, section 4.2 has a string; others an array of words */

static int
resonate_claims_scope(json_t *scope, resonate_claims_t *result)
{
    char                 *p;
    size_t                i, left;
    json_t               *word;
    resonate_jwt_view_t   view;

    if (!json_is_array(scope)) {
        return resonate_claims_string(scope, RESONATE_CLAIMS_SCOPE_MAX,
                                      &result->scope);
    }

    p = result->scope_text;

    json_array_foreach(scope, i, word) {

        left = RESONATE_CLAIMS_SCOPE_MAX - (p - result->scope_text);

        if (!resonate_claims_string(word, left, &view)
            || view.len == 0 || view.len + (i > 0) > left)
        {
            return 0;
        }

        if (i > 0) {
            *p++ = ' ';
        }

        memcpy(p, view.data, view.len);
        p += view.len;
    }

    result->scope.data = result->scope_text;
    result->scope.len = p - result->scope_text;

    return 1;
}


static int
resonate_claims_bound(json_t *cnf, resonate_claims_t *result)
{
    result->jkt.data = "";
    result->jkt.len = 0;
    result->x5t = result->jkt;

    return cnf == NULL
           || (resonate_claims_key(cnf, "jkt", &result->jkt)
               && resonate_claims_key(cnf, "x5t#S256", &result->x5t)
               && (result->jkt.len || result->x5t.len));
}


static int
resonate_claims_key(json_t *cnf, const char *name, resonate_jwt_view_t *view)
{
    json_t         *key;
    size_t          len;
    unsigned char   digest[RESONATE_CLAIMS_KEY_LEN * 3 / 4];

    key = json_object_get(cnf, name);

    if (key == NULL) {
        return 1;
    }

    view->data = json_string_value(key);
    view->len = json_string_length(key);

    return view->len == RESONATE_CLAIMS_KEY_LEN
           && resonate_jwt_base64url(digest, sizeof(digest), &len, view->data,
                                     view->len)
              == 0;
}


static void
resonate_claims_roles(json_t *roles, resonate_claims_t *result)
{
    char      *p;
    size_t     i;
    json_t    *role;
    unsigned   set;

    set = 0;

    if (json_is_string(roles)) {
        set = resonate_claims_words(json_string_value(roles));
    }

    json_array_foreach(roles, i, role) {
        if (json_is_string(role)) {
            set |= resonate_claims_role(json_string_value(role),
                                        json_string_length(role));
        }
    }

    p = result->roles_text;
    *p = '\0';

    for (i = 0; resonate_claims_role_names[i]; i++) {
        if (set & (1u << i)) {
            p = p == result->roles_text ? p : stpcpy(p, " ");
            p = stpcpy(p, resonate_claims_role_names[i]);
        }
    }

    result->roles.data = result->roles_text;
    result->roles.len = p - result->roles_text;
}


static unsigned
resonate_claims_words(const char *words)
{
    size_t    len;
    unsigned  set;

    set = 0;

    while (*words) {
        len = strcspn(words, " ");
        set |= resonate_claims_role(words, len);
        words += len + (words[len] == ' ');
    }

    return set;
}


/* absent is empty */

static int
resonate_claims_string(json_t *value, size_t max, resonate_jwt_view_t *view)
{
    view->data = "";
    view->len = 0;

    if (value == NULL) {
        return 1;
    }

    if (!json_is_string(value)) {
        return 0;
    }

    view->data = json_string_value(value);
    view->len = json_string_length(value);

    return view->len <= max && resonate_claims_printable(view->data, view->len);
}


static resonate_jwt_view_t
resonate_claims_name(json_t *claims, const resonate_claims_policy_t *policy)
{
    size_t                    i;
    resonate_jwt_view_t       view;
    static const char *const  names[] = { "name", "nickname",
                                          "preferred_username", "username" };

    if (policy->name_path.len
        && resonate_claims_shown(resonate_path_find(claims,
                                                    &policy->name_path),
                                 &view))
    {
        return view;
    }

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (resonate_claims_shown(json_object_get(claims, names[i]), &view)) {
            return view;
        }
    }

    view.data = "";
    view.len = 0;

    return view;
}


/* spaces alone show nothing */

static int
resonate_claims_shown(json_t *name, resonate_jwt_view_t *view)
{
    return resonate_claims_string(name, RESONATE_CLAIMS_SHOWN_MAX, view)
           && strspn(view->data, " ") < view->len;
}


static json_t *
resonate_claims_at(json_t *claims, const resonate_jwt_view_t *path,
    const char *name)
{
    return path->len ? resonate_path_find(claims, path)
                     : json_object_get(claims, name);
}
