
/*
 * Copyright (C) Resonate
 */


#include "resonate_topup.h"
#include "resonate_amount.h"

#include <string.h>


static int resonate_topup_text(resonate_topup_t *t, const char *name,
    const char **text);
static int resonate_topup_amount(resonate_topup_t *t, int64_t max_mc);
static int resonate_topup_unknown(resonate_topup_t *t);
static int resonate_topup_error(resonate_topup_t *t, const char *name,
    const char *code, json_t *message);


resonate_topup_e
resonate_topup_parse(resonate_topup_t *t, const char *body, size_t len,
    int64_t max_mc)
{
    memset(t, 0, sizeof(resonate_topup_t));

    if (len == 0 || len > RESONATE_TOPUP_MAX_BODY) {
        return RESONATE_TOPUP_MALFORMED;
    }

    t->root = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);

    if (!json_is_object(t->root)) {
        return RESONATE_TOPUP_MALFORMED;
    }

    t->errors = json_array();
    if (t->errors == NULL) {
        return RESONATE_TOPUP_NOMEM;
    }

    if (resonate_topup_text(t, "account", &t->account) != 0
        || resonate_topup_amount(t, max_mc) != 0
        || resonate_topup_text(t, "key", &t->key) != 0
        || resonate_topup_unknown(t) != 0)
    {
        return RESONATE_TOPUP_NOMEM;
    }

    return json_array_size(t->errors) ? RESONATE_TOPUP_INVALID
                                      : RESONATE_TOPUP_OK;
}


void
resonate_topup_free(resonate_topup_t *t)
{
    json_decref(t->errors);
    json_decref(t->root);

    memset(t, 0, sizeof(resonate_topup_t));
}


/*
 * jansson has checked UTF-8 and refused NUL.  Control characters would only
 * make two names look like one.
 */

static int
resonate_topup_text(resonate_topup_t *t, const char *name, const char **text)
{
    size_t       len, i;
    json_t      *value;
    const char  *s;

    value = json_object_get(t->root, name);

    if (value == NULL) {
        return resonate_topup_error(t, name, "required",
                                    json_string("is required"));
    }

    if (!json_is_string(value)) {
        return resonate_topup_error(t, name, "type",
                                    json_string("should be a string"));
    }

    s = json_string_value(value);
    len = json_string_length(value);

    if (len == 0) {
        return resonate_topup_error(t, name, "minLength",
                                    json_string("should not be empty"));
    }

    if (len > RESONATE_TOPUP_MAX_TEXT) {
        return resonate_topup_error(t, name, "maxLength",
                                json_sprintf("should have at most %d bytes",
                                             RESONATE_TOPUP_MAX_TEXT));
    }

    for (i = 0; i < len; i++) {
        if ((unsigned char) s[i] < 0x20 || s[i] == 0x7f) {
            return resonate_topup_error(t, name, "pattern",
                     json_string("should not contain control characters"));
        }
    }

    *text = s;

    return 0;
}


static int
resonate_topup_amount(resonate_topup_t *t, int64_t max_mc)
{
    json_t             *value;
    resonate_amount_e   rc;

    value = json_object_get(t->root, "amount");

    if (value == NULL) {
        return resonate_topup_error(t, "amount", "required",
                                    json_string("is required"));
    }

    rc = resonate_amount_json(value, &t->amount_mc);

    if (rc == RESONATE_AMOUNT_MALFORMED) {
        return resonate_topup_error(t, "amount", "type",
                                    json_string("should be an integer"));
    }

    if (rc == RESONATE_AMOUNT_TOO_SMALL) {
        return resonate_topup_error(t, "amount", "minimum",
                                    json_sprintf("should be >= %lld",
                                       (long long) RESONATE_AMOUNT_MIN_MC));
    }

    if (rc == RESONATE_AMOUNT_TOO_LARGE || t->amount_mc > max_mc) {
        return resonate_topup_error(t, "amount", "maximum",
                                    json_sprintf("should be <= %lld",
                                                 (long long) max_mc));
    }

    return 0;
}


static int
resonate_topup_unknown(resonate_topup_t *t)
{
    json_t      *value;
    const char  *name;

    json_object_foreach(t->root, name, value) {

        if (strcmp(name, "account") == 0
            || strcmp(name, "amount") == 0
            || strcmp(name, "key") == 0)
        {
            continue;
        }

        if (resonate_topup_error(t, name, "unknown",
                                 json_string("is not known"))
            != 0)
        {
            return -1;
        }
    }

    return 0;
}


/* takes over "message" */

static int
resonate_topup_error(resonate_topup_t *t, const char *name, const char *code,
    json_t *message)
{
    json_t  *error;

    if (json_array_size(t->errors) == RESONATE_TOPUP_MAX_ERRORS) {
        json_decref(message);
        return 0;
    }

    error = json_pack("{s:s, s:s, s:s, s:o}", "path", name,
                      "location", "body", "code", code, "message", message);

    return json_array_append_new(t->errors, error);
}
