
/*
 * Copyright (C) Resonate
 *
 * By what name and secret the edge introduces itself to an issuer.
 */


#include "ngx_resonate_auth_internal.h"
#include "jwt/resonate_query.h"


#define NGX_RESONATE_AUTH_SECRET_MIN  8
#define NGX_RESONATE_AUTH_SECRET_MAX  1024


char *
ngx_resonate_auth_line_client(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf)
{
    ngx_resonate_auth_issuer_t *issuer = conf;

    ngx_str_t  *value, *secret;

    value = cf->args->elts;

    secret = ngx_resonate_secret(cf, &value[0], &value[2],
                                 NGX_RESONATE_AUTH_SECRET_MIN,
                                 NGX_RESONATE_AUTH_SECRET_MAX);
    if (secret == NULL) {
        return NGX_CONF_ERROR;
    }

    issuer->client = value[1];

    if (ngx_resonate_auth_basic(cf, &value[1], secret, &issuer->basic)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return ngx_resonate_auth_issuer_mix(cf, issuer, secret) == NGX_OK
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


ngx_int_t
ngx_resonate_auth_basic(ngx_conf_t *cf, ngx_str_t *client, ngx_str_t *secret,
    ngx_str_t *basic)
{
    char       *p;
    ngx_str_t   text, *plain, *wiped;

    plain = ngx_resonate_wiped(cf,
                resonate_query_encoded((char *) client->data, client->len)
                + 1
                + resonate_query_encoded((char *) secret->data, secret->len));
    if (plain == NULL) {
        return NGX_ERROR;
    }

    wiped = ngx_resonate_wiped(cf, sizeof("Basic ") - 1
                                   + ngx_base64_encoded_length(plain->len));
    if (wiped == NULL) {
        return NGX_ERROR;
    }

    p = resonate_query_encode((char *) plain->data, (char *) client->data,
                              client->len);
    *p++ = ':';
    (void) resonate_query_encode(p, (char *) secret->data, secret->len);

    text.data = ngx_cpymem(wiped->data, "Basic ", sizeof("Basic ") - 1);

    ngx_encode_base64(&text, plain);

    basic->data = wiped->data;
    basic->len = text.data + text.len - basic->data;

    return NGX_OK;
}
