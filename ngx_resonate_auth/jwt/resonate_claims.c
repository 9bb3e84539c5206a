
/*
 * Copyright (C) Resonate
 */


#include "resonate_claims.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>


#define RESONATE_CLAIMS_TIME_MAX  253402300799    /* 9999-12-31T23:59:59Z */


/* before the name and the value in packed claims */

typedef struct {
    uint16_t  name_len;
    uint16_t  value_len;
} resonate_claims_head_t;


static resonate_jwt_rc_e resonate_claims_times(json_t *claims, time_t leeway,
    time_t now, time_t *expires);
static int resonate_claims_time(json_t *claims, const char *name,
    json_int_t *value);
static int resonate_claims_audience(json_t *aud,
    const resonate_claims_policy_t *policy);
static int resonate_claims_one_of(json_t *aud,
    const resonate_claims_policy_t *policy);
static int resonate_claims_string(json_t *value, size_t max,
    resonate_jwt_view_t *view);
static resonate_jwt_view_t resonate_claims_name(json_t *claims);
static int resonate_claims_printable(const char *s, size_t len);


resonate_jwt_view_t
resonate_claims_issuer(json_t *claims)
{
    json_t               *iss;
    resonate_jwt_view_t   view;

    iss = json_object_get(claims, "iss");

    view.data = json_is_string(iss) ? json_string_value(iss) : "";
    view.len = json_is_string(iss) ? json_string_length(iss) : 0;

    return view;
}


resonate_jwt_rc_e
resonate_claims_check(json_t *claims, const resonate_claims_policy_t *policy,
    time_t now, resonate_claims_t *result)
{
    json_t             *client;
    resonate_jwt_rc_e   rc;

    rc = resonate_claims_times(claims, policy->leeway, now, &result->expires);
    if (rc != RESONATE_JWT_OK) {
        return rc;
    }

    if (!resonate_claims_audience(json_object_get(claims, "aud"), policy)) {
        return RESONATE_JWT_AUDIENCE;
    }

    /* "at_hash" is a member of ID tokens only: they say who logged in, not
       what their bearer may do (OpenID Connect Core, section 3.1.3.6) */

    if (json_object_get(claims, "at_hash")) {
        return RESONATE_JWT_CLAIMS;
    }

    client = json_object_get(claims, "client_id");

    if (client == NULL) {
        client = json_object_get(claims, "azp");
    }

    if (!resonate_claims_string(json_object_get(claims, "sub"),
                                RESONATE_CLAIMS_SUB_MAX, &result->subject)
        || result->subject.len == 0
        || !resonate_claims_string(client, RESONATE_CLAIMS_SUB_MAX,
                                   &result->client)
        || !resonate_claims_string(json_object_get(claims, "scope"),
                                   RESONATE_CLAIMS_SCOPE_MAX, &result->scope))
    {
        return RESONATE_JWT_CLAIMS;
    }

    result->name = resonate_claims_name(claims);

    return RESONATE_JWT_OK;
}


long
resonate_claims_pack(json_t *claims, char *buf, size_t size)
{
    char                    *dump, *p;
    size_t                   namelen;
    json_t                  *value;
    const char              *name, *text;
    resonate_claims_head_t   head;
    size_t                   len;

    p = buf;

    json_object_foreach(claims, name, value) {

        namelen = strlen(name);

        if (json_is_null(value) || namelen > RESONATE_CLAIMS_NAME_MAX) {
            continue;
        }

        dump = NULL;

        if (json_is_string(value)) {
            text = json_string_value(value);
            len = json_string_length(value);

        } else {
            dump = json_dumps(value, JSON_COMPACT|JSON_ENCODE_ANY);
            if (dump == NULL) {
                return -1;
            }

            text = dump;
            len = strlen(dump);
        }

        if (len <= RESONATE_CLAIMS_VALUE_MAX
            && resonate_claims_printable(text, len)
            && sizeof(head) + namelen + len <= size - (size_t) (p - buf))
        {
            head.name_len = (uint16_t) namelen;
            head.value_len = (uint16_t) len;

            memcpy(p, &head, sizeof(head));
            memcpy(p + sizeof(head), name, namelen);
            memcpy(p + sizeof(head) + namelen, text, len);

            p += sizeof(head) + namelen + len;
        }

        free(dump);
    }

    return p - buf;
}


int
resonate_claims_get(const char *packed, size_t len, const char *name,
    size_t namelen, resonate_jwt_view_t *value)
{
    int                      found;
    const char              *p, *last;
    resonate_claims_head_t   head;

    found = 0;
    last = packed + len;

    for (p = packed; p < last; p += head.name_len + head.value_len) {

        memcpy(&head, p, sizeof(head));
        p += sizeof(head);

        if (head.name_len != namelen
            || strncasecmp(p, name, namelen) != 0)
        {
            continue;
        }

        if (memcmp(p, name, namelen) == 0) {
            value->data = p + namelen;
            value->len = head.value_len;
            return 1;
        }

        if (!found) {
            value->data = p + namelen;
            value->len = head.value_len;
            found = 1;
        }
    }

    return found;
}


static resonate_jwt_rc_e
resonate_claims_times(json_t *claims, time_t leeway, time_t now,
    time_t *expires)
{
    json_int_t  exp, nbf, iat;

    exp = 0;
    nbf = 0;
    iat = 0;

    if (!resonate_claims_time(claims, "exp", &exp)
        || !resonate_claims_time(claims, "nbf", &nbf)
        || !resonate_claims_time(claims, "iat", &iat)
        || exp == 0)
    {
        return RESONATE_JWT_CLAIMS;
    }

    if (exp <= (json_int_t) (now - leeway)) {
        return RESONATE_JWT_EXPIRED;
    }

    if (nbf > (json_int_t) (now + leeway) || iat > (json_int_t) (now + leeway))
    {
        return RESONATE_JWT_NOT_YET;
    }

    *expires = (time_t) exp;

    return RESONATE_JWT_OK;
}


/* absent leaves *value alone */

static int
resonate_claims_time(json_t *claims, const char *name, json_int_t *value)
{
    json_t  *v;

    v = json_object_get(claims, name);

    if (v == NULL) {
        return 1;
    }

    if (!json_is_integer(v) || json_integer_value(v) < 0
        || json_integer_value(v) > RESONATE_CLAIMS_TIME_MAX)
    {
        return 0;
    }

    *value = json_integer_value(v);

    return 1;
}


static int
resonate_claims_audience(json_t *aud, const resonate_claims_policy_t *policy)
{
    json_t  *one;
    size_t   i;

    if (aud == NULL) {
        return policy->naudiences == 0;
    }

    if (!json_is_array(aud)) {
        return resonate_claims_one_of(aud, policy);
    }

    json_array_foreach(aud, i, one) {
        if (resonate_claims_one_of(one, policy)) {
            return 1;
        }
    }

    return 0;
}


static int
resonate_claims_one_of(json_t *aud, const resonate_claims_policy_t *policy)
{
    size_t                      i;
    const resonate_jwt_view_t  *a;

    if (!json_is_string(aud)) {
        return 0;
    }

    for (i = 0; i < policy->naudiences; i++) {
        a = &policy->audiences[i];

        if (a->len == json_string_length(aud)
            && memcmp(a->data, json_string_value(aud), a->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


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
resonate_claims_name(json_t *claims)
{
    size_t                    i;
    resonate_jwt_view_t       view;
    static const char *const  names[] = { "name", "nickname",
                                          "preferred_username" };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!resonate_claims_string(json_object_get(claims, names[i]),
                                    RESONATE_CLAIMS_SHOWN_MAX, &view))
        {
            continue;
        }

        /* spaces alone show nothing */

        if (strspn(view.data, " ") < view.len) {
            return view;
        }
    }

    view.data = "";
    view.len = 0;

    return view;
}


static int
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
