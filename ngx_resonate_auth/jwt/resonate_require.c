
/*
 * Copyright (C) Resonate
 */


#include "resonate_require.h"
#include "resonate_path.h"

#include <stdlib.h>
#include <string.h>


/* 1, 0, or -1: it is not asked for */

typedef struct {
    resonate_require_rc_e   rc;
    int                   (*met)(const resonate_require_t *require,
                                 const resonate_require_token_t *token,
                                 time_t now);
    const char             *error;
} resonate_require_test_t;


static int resonate_require_scope(const resonate_require_t *require,
    const resonate_require_token_t *token, time_t now);
static int resonate_require_role(const resonate_require_t *require,
    const resonate_require_token_t *token, time_t now);
static int resonate_require_claim(const resonate_require_t *require,
    const resonate_require_token_t *token, time_t now);
static int resonate_require_acr(const resonate_require_t *require,
    const resonate_require_token_t *token, time_t now);
static int resonate_require_age(const resonate_require_t *require,
    const resonate_require_token_t *token, time_t now);
static json_t *resonate_require_find(const resonate_require_t *require,
    const resonate_require_token_t *token);
static int resonate_require_value(const resonate_require_words_t *words,
    json_t *value);
static int resonate_require_among(const resonate_require_words_t *words,
    const char *data, size_t len);
static int resonate_require_next(resonate_jwt_view_t *list,
    resonate_jwt_view_t *word);


static const resonate_require_test_t  resonate_require_tests[] = {

    { RESONATE_REQUIRE_SCOPE, resonate_require_scope,
      "The token lacks a scope" },

    { RESONATE_REQUIRE_ROLE, resonate_require_role,
      "The token lacks a role" },

    { RESONATE_REQUIRE_CLAIM, resonate_require_claim,
      "The token lacks a claim" },

    { RESONATE_REQUIRE_ACR, resonate_require_acr,
      "Another way to log in is needed" },

    { RESONATE_REQUIRE_AGE, resonate_require_age,
      "A more recent login is needed" },

    { RESONATE_REQUIRE_OK, NULL, NULL }
};


resonate_require_rc_e
resonate_require(const resonate_require_t *require,
    const resonate_require_token_t *token, time_t now)
{
    int                             met;
    resonate_require_rc_e           rc;
    const resonate_require_test_t  *test;

    rc = RESONATE_REQUIRE_OK;

    for (test = resonate_require_tests; test->met; test++) {
        met = test->met(require, token, now);

        if (met == 1 && require->any) {
            return RESONATE_REQUIRE_OK;
        }

        if (met == 0 && rc == RESONATE_REQUIRE_OK) {
            rc = test->rc;
        }
    }

    return rc;
}


const char *
resonate_require_strerror(resonate_require_rc_e rc)
{
    const resonate_require_test_t  *test;

    for (test = resonate_require_tests; test->rc != rc; test++) { /* void */ }

    return test->error;
}


static int
resonate_require_scope(const resonate_require_t *require,
    const resonate_require_token_t *token, time_t now)
{
    resonate_jwt_view_t  list, word;

    (void) now;

    if (require->scopes.n == 0) {
        return -1;
    }

    list = token->scope;

    while (resonate_require_next(&list, &word)) {
        if (resonate_require_among(&require->scopes, word.data, word.len)) {
            return 1;
        }
    }

    return 0;
}


/* the lower the bit, the more the role may; who has none is a user */

static int
resonate_require_role(const resonate_require_t *require,
    const resonate_require_token_t *token, time_t now)
{
    unsigned             role;
    resonate_jwt_view_t  list, word;

    (void) now;

    if (require->role == 0) {
        return -1;
    }

    if (require->role == RESONATE_ROLE_USER) {
        return 1;
    }

    list = token->roles;

    while (resonate_require_next(&list, &word)) {
        role = resonate_claims_role(word.data, word.len);

        if (role && role <= require->role) {
            return 1;
        }
    }

    return 0;
}


static int
resonate_require_claim(const resonate_require_t *require,
    const resonate_require_token_t *token, time_t now)
{
    int      met;
    size_t   i;
    json_t  *value, *item;

    (void) now;

    if (require->claim.len == 0) {
        return -1;
    }

    value = resonate_require_find(require, token);

    if (require->values.n == 0) {
        met = value && !json_is_null(value) && !json_is_false(value);

    } else if (json_is_array(value)) {
        met = 0;

        json_array_foreach(value, i, item) {
            met = met || resonate_require_value(&require->values, item);
        }

    } else {
        met = resonate_require_value(&require->values, value);
    }

    json_decref(value);

    return met;
}


static int
resonate_require_acr(const resonate_require_t *require,
    const resonate_require_token_t *token, time_t now)
{
    (void) now;

    if (require->acrs.n == 0) {
        return -1;
    }

    return token->acr.len
           && resonate_require_among(&require->acrs, token->acr.data,
                                     token->acr.len);
}


static int
resonate_require_age(const resonate_require_t *require,
    const resonate_require_token_t *token, time_t now)
{
    if (require->max_age < 0) {
        return -1;
    }

    return token->auth_time && now - token->auth_time <= require->max_age;
}


/* a reference of the caller's; NULL: not there */

static json_t *
resonate_require_find(const resonate_require_t *require,
    const resonate_require_token_t *token)
{
    int                   string;
    char                  name[RESONATE_PATH_MAX + 1];
    json_t               *root, *value;
    resonate_jwt_view_t   path, text;

    path = require->claim;

    if (resonate_path_next(&path, name) != 1
        || !resonate_claims_find(token->claims.data, token->claims.len, name,
                                 &text, &string))
    {
        return NULL;
    }

    if (string) {
        return path.len ? NULL : json_stringn(text.data, text.len);
    }

    root = json_loadb(text.data, text.len, JSON_DECODE_ANY, NULL);
    value = root;

    while (value && path.len) {
        value = (resonate_path_next(&path, name) == 1)
                ? json_object_get(value, name) : NULL;
    }

    json_incref(value);
    json_decref(root);

    return value;
}


static int
resonate_require_value(const resonate_require_words_t *words, json_t *value)
{
    int    among;
    char  *text;

    if (json_is_string(value)) {
        return resonate_require_among(words, json_string_value(value),
                                      json_string_length(value));
    }

    text = json_dumps(value, JSON_COMPACT|JSON_ENCODE_ANY);

    among = text && resonate_require_among(words, text, strlen(text));

    free(text);

    return among;
}


static int
resonate_require_among(const resonate_require_words_t *words,
    const char *data, size_t len)
{
    size_t  i;

    for (i = 0; i < words->n; i++) {
        if (words->words[i].len == len
            && memcmp(words->words[i].data, data, len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


/* words between single spaces */

static int
resonate_require_next(resonate_jwt_view_t *list, resonate_jwt_view_t *word)
{
    const char  *space;

    if (list->len == 0) {
        return 0;
    }

    space = memchr(list->data, ' ', list->len);

    word->data = list->data;
    word->len = space ? (size_t) (space - list->data) : list->len;

    list->len -= space ? word->len + 1 : word->len;
    list->data += space ? word->len + 1 : word->len;

    return 1;
}
