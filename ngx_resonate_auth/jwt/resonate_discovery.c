
/*
 * Copyright (C) Resonate
 */


#include "resonate_discovery.h"
#include "resonate_uri.h"

#include <string.h>


typedef struct {
    const char  *name;
    size_t       offset;
    const char  *error;
} resonate_discovery_member_t;


static const char *resonate_discovery_read(resonate_discovery_t *discovery,
    const resonate_jwt_view_t *issuer);
static unsigned resonate_discovery_algs(json_t *names);
static int resonate_discovery_has(json_t *names, const char *name);
static int resonate_discovery_loopback(const char *host, size_t len);


#define resonate_discovery_endpoint(name, member)                             \
    { name, offsetof(resonate_discovery_t, member), "bad \"" name "\"" }


static const resonate_discovery_member_t  resonate_discovery_urls[] = {
    resonate_discovery_endpoint("jwks_uri", jwks_uri),
    resonate_discovery_endpoint("authorization_endpoint", authorization),
    resonate_discovery_endpoint("token_endpoint", token),
    resonate_discovery_endpoint("introspection_endpoint", introspection),
    resonate_discovery_endpoint("revocation_endpoint", revocation),
    resonate_discovery_endpoint("userinfo_endpoint", userinfo),
    resonate_discovery_endpoint("end_session_endpoint", end_session),
    { NULL, 0, NULL }
};


const char *
resonate_discovery_parse(resonate_discovery_t *discovery, const char *data,
    size_t len, const resonate_jwt_view_t *issuer)
{
    const char         *error;
    resonate_jwt_rc_e   rc;

    memset(discovery, 0, sizeof(resonate_discovery_t));

    if (len > RESONATE_DISCOVERY_MAX) {
        return "too large";
    }

    rc = resonate_jwt_document(data, len, &discovery->json);

    if (rc != RESONATE_JWT_OK) {
        return rc == RESONATE_JWT_NO_MEMORY ? "out of memory"
                                            : "not a JSON object";
    }

    error = resonate_discovery_read(discovery, issuer);

    if (error) {
        resonate_discovery_free(discovery);
    }

    return error;
}


void
resonate_discovery_free(resonate_discovery_t *discovery)
{
    json_decref(discovery->json);
    discovery->json = NULL;
}


int
resonate_discovery_url(const char *url, size_t len)
{
    size_t          i, scheme;
    resonate_uri_t  uri;

    for (i = 0; i < len; i++) {
        if (url[i] <= 0x20 || url[i] >= 0x7f || strchr("#\"<>\\^`{|}", url[i]))
        {
            return 0;
        }
    }

    if (len == 0 || len > RESONATE_URL_MAX
        || resonate_uri_normalize(&uri, url, len) != 0)
    {
        return 0;
    }

    if (strncmp(uri.data, "https://", 8) == 0) {
        return 1;
    }

    scheme = sizeof("http://") - 1;

    return resonate_discovery_loopback(uri.data + scheme, uri.origin - scheme);
}


static const char *
resonate_discovery_read(resonate_discovery_t *discovery,
    const resonate_jwt_view_t *issuer)
{
    json_t                             *json, *value;
    resonate_jwt_view_t                *view;
    const resonate_discovery_member_t  *m;

    json = discovery->json;
    value = json_object_get(json, "issuer");

    if (!resonate_jwt_equal(value, issuer)) {
        return "another \"issuer\"";
    }

    discovery->issuer.data = json_string_value(value);
    discovery->issuer.len = json_string_length(value);

    for (m = resonate_discovery_urls; m->name; m++) {

        view = (resonate_jwt_view_t *) (void *)
                   ((char *) discovery + m->offset);
        view->data = "";

        value = json_object_get(json, m->name);

        if (value == NULL) {
            continue;
        }

        view->data = json_string_value(value);
        view->len = json_string_length(value);

        if (!resonate_discovery_url(view->data, view->len)) {
            return m->error;
        }
    }

    discovery->id_token_algs = resonate_discovery_algs(json_object_get(json,
                                 "id_token_signing_alg_values_supported"));
    discovery->introspection_algs = resonate_discovery_algs(
        json_object_get(json, "introspection_signing_alg_values_supported"));
    discovery->dpop_algs = resonate_discovery_algs(json_object_get(json,
                                 "dpop_signing_alg_values_supported"));

    discovery->challenges = resonate_discovery_has(
        json_object_get(json, "code_challenge_methods_supported"), "S256");
    discovery->names_issuer = json_is_true(json_object_get(json,
                            "authorization_response_iss_parameter_supported"));

    return NULL;
}


static unsigned
resonate_discovery_algs(json_t *names)
{
    size_t    i;
    json_t   *name;
    unsigned  algs;

    algs = 0;

    json_array_foreach(names, i, name) {
        if (json_is_string(name)) {
            algs |= resonate_jwt_alg(json_string_value(name),
                                     json_string_length(name));
        }
    }

    return algs;
}


static int
resonate_discovery_has(json_t *names, const char *wanted)
{
    size_t       i;
    json_t      *name;
    const char  *s;

    json_array_foreach(names, i, name) {
        s = json_string_value(name);

        if (s && strcmp(s, wanted) == 0) {
            return 1;
        }
    }

    return 0;
}


/* RFC 6761, section 6.3; RFC 1122, section 3.2.1.3 */

static int
resonate_discovery_loopback(const char *host, size_t len)
{
    size_t       i, dots;
    const char  *colon;

    if (len >= 5 && strncmp(host, "[::1]", 5) == 0) {
        return 1;
    }

    colon = memchr(host, ':', len);
    len = colon ? (size_t) (colon - host) : len;

    if (len == 9 && memcmp(host, "localhost", 9) == 0) {
        return 1;
    }

    if (len < 9 || strncmp(host, "127.", 4) != 0) {
        return 0;
    }

    for (i = 4, dots = 1; i < len; i++) {

        if (host[i] == '.' && host[i - 1] != '.') {
            dots++;

        } else if (host[i] < '0' || host[i] > '9') {
            return 0;
        }
    }

    return dots == 3 && host[len - 1] != '.';
}
