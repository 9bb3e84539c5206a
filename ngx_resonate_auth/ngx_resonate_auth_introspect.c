
/*
 * Copyright (C) Resonate
 *
 * Token introspection (RFC 7662): an issuer is asked what a token says.
 */


#include "ngx_resonate_auth_keys.h"
#include "jwt/resonate_introspect.h"
#include "jwt/resonate_query.h"


#define NGX_RESONATE_AUTH_HINT    "&token_type_hint=access_token"
#define NGX_RESONATE_AUTH_SIGNED  "application/token-introspection+jwt"


static char *ngx_resonate_auth_inactive(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
static ngx_int_t ngx_resonate_auth_introspect(
    ngx_resonate_auth_flight_t *flight);
static ngx_int_t ngx_resonate_auth_introspect_body(
    ngx_resonate_auth_flight_t *flight, ngx_str_t *body);
static void ngx_resonate_auth_introspect_header(ngx_resonate_fetch_t *f,
    const char *name, size_t len, ngx_str_t *value);
static void ngx_resonate_auth_introspected(ngx_resonate_fetch_t *f);
static ngx_int_t ngx_resonate_auth_introspect_answer(
    ngx_resonate_auth_flight_t *flight, json_t **json);
static resonate_jwt_rc_e ngx_resonate_auth_introspect_signed(
    ngx_resonate_auth_issuer_t *issuer, ngx_resonate_fetch_t *f,
    json_t **json);
static ngx_int_t ngx_resonate_auth_introspect_wait(
    ngx_resonate_auth_flight_t *flight);
static void ngx_resonate_auth_introspect_again(void *data);
static ngx_uint_t ngx_resonate_auth_is_inactive(
    ngx_resonate_auth_opaque_t *opaque, ngx_uint_t status);


static const ngx_resonate_param_t  ngx_resonate_auth_introspect_params[] = {
    { ngx_string("ttl="), ngx_resonate_param_sec,
      offsetof(ngx_resonate_auth_opaque_t, ttl), 1, 3600,
      "a time of 1s to 1h" },
    { ngx_string("negative="), ngx_resonate_param_sec,
      offsetof(ngx_resonate_auth_opaque_t, negative), 0, 60,
      "a time of at most 60s" },
    { ngx_string("timeout="), ngx_resonate_param_msec,
      offsetof(ngx_resonate_auth_opaque_t, timeout), 100, 60000,
      "a time of 100ms to 60s" },
    { ngx_string("match="), ngx_resonate_auth_opaque_match, 0, 0, 0,
      "\"any\" or \"uuid\"" },
    { ngx_string("signed="), ngx_resonate_param_flag,
      offsetof(ngx_resonate_auth_opaque_t, sign), 0, 1, "\"on\" or \"off\"" },
    { ngx_string("inactive="), ngx_resonate_auth_inactive, 0, 0, 0,
      "statuses from 400 to 599 with commas between" },
    { ngx_null_string, NULL, 0, 0, 0, NULL }
};


char *
ngx_resonate_auth_line_introspection(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf)
{
    ngx_resonate_auth_issuer_t *issuer = conf;

    ngx_str_t                   *value;
    ngx_resonate_auth_opaque_t  *opaque;

    value = cf->args->elts;

    opaque = ngx_resonate_auth_opaque_add(cf, issuer);
    if (opaque == NULL) {
        return NGX_CONF_ERROR;
    }

    opaque->ask = ngx_resonate_auth_introspect;
    opaque->timeout = 5000;
    opaque->url = value[1];
    opaque->inactive[0] = NGX_HTTP_NOT_FOUND;
    opaque->ninactive = 1;

    return ngx_resonate_params(cf, 2, ngx_resonate_auth_introspect_params,
                               opaque);
}


static char *
ngx_resonate_auth_inactive(ngx_conf_t *cf, const ngx_resonate_param_t *param,
    ngx_str_t *value, void *conf)
{
    ngx_resonate_auth_opaque_t *opaque = conf;

    u_char     *p, *last, *comma;
    ngx_int_t   n;

    p = value->data;
    last = p + value->len;
    opaque->ninactive = 0;

    do {
        comma = ngx_strlchr(p, last, ',');
        n = ngx_atoi(p, (comma ? comma : last) - p);

        if (n < 400 || n > 599
            || opaque->ninactive == NGX_RESONATE_AUTH_INACTIVE_MAX)
        {
            return (char *) param->expected;
        }

        opaque->inactive[opaque->ninactive++] = n;
        p = comma ? comma + 1 : NULL;

    } while (comma);

    return NGX_CONF_OK;
}


char *
ngx_resonate_auth_introspect_done(ngx_conf_t *cf,
    ngx_resonate_auth_opaque_t *opaque)
{
    ngx_int_t  rc;

    if (opaque->issuer->basic.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"introspection\" of issuer \"%V\" needs a "
                           "\"client\"", &opaque->issuer->name);
        return NGX_CONF_ERROR;
    }

    if (opaque->sign && opaque->issuer->jwks == NULL
        && opaque->issuer->keys == NULL)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"signed=on\" of issuer \"%V\" needs its keys",
                           &opaque->issuer->name);
        return NGX_CONF_ERROR;
    }

    rc = ngx_resonate_auth_fetch_uri(opaque->issuer, &opaque->url, cf->pool,
                                     &opaque->uri, &opaque->args);

    if (rc == NGX_DECLINED) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" of \"introspection\" leads to no origin of "
                           "a \"fetch\" directive", &opaque->url);
    }

    return (rc == NGX_OK) ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static ngx_int_t
ngx_resonate_auth_introspect(ngx_resonate_auth_flight_t *flight)
{
    ngx_resonate_fetch_t        *f;
    ngx_resonate_auth_opaque_t  *opaque;

    ngx_str_t  type = ngx_string("application/x-www-form-urlencoded");
    ngx_str_t  json = ngx_string("application/json");
    ngx_str_t  jwt = ngx_string(NGX_RESONATE_AUTH_SIGNED);

    opaque = flight->opaque;
    f = &flight->fetch;

    if (ngx_resonate_auth_introspect_body(flight, &f->body) != NGX_OK) {
        return NGX_ERROR;
    }

    f->uri = opaque->uri;
    f->args = opaque->args;

    ngx_resonate_auth_introspect_header(f, "Authorization",
                                        sizeof("Authorization") - 1,
                                        &opaque->issuer->basic);
    ngx_resonate_auth_introspect_header(f, "Content-Type",
                                        sizeof("Content-Type") - 1, &type);
    ngx_resonate_auth_introspect_header(f, "Accept", sizeof("Accept") - 1,
                                        opaque->sign ? &jwt : &json);

    f->max = RESONATE_INTROSPECT_MAX;
    f->timeout = opaque->timeout;
    f->handler = ngx_resonate_auth_introspected;
    f->data = flight;

    return ngx_resonate_fetch_start(f);
}


static ngx_int_t
ngx_resonate_auth_introspect_body(ngx_resonate_auth_flight_t *flight,
    ngx_str_t *body)
{
    u_char  *p;
    size_t   len;
    char    *token;

    token = (char *) flight->token.data;

    len = sizeof("token=") - 1
          + resonate_query_encoded(token, flight->token.len)
          + sizeof(NGX_RESONATE_AUTH_HINT) - 1;

    body->data = ngx_pnalloc(flight->pool, len);
    if (body->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(body->data, "token=", sizeof("token=") - 1);
    p = (u_char *) resonate_query_encode((char *) p, token,
                                         flight->token.len);
    ngx_memcpy(p, NGX_RESONATE_AUTH_HINT, sizeof(NGX_RESONATE_AUTH_HINT) - 1);

    body->len = len;

    return NGX_OK;
}


static void
ngx_resonate_auth_introspect_header(ngx_resonate_fetch_t *f, const char *name,
    size_t len, ngx_str_t *value)
{
    ngx_keyval_t  *kv;

    kv = &f->headers[f->nheaders++];

    kv->key.data = (u_char *) name;
    kv->key.len = len;
    kv->value = *value;
}


static void
ngx_resonate_auth_introspected(ngx_resonate_fetch_t *f)
{
    ngx_resonate_auth_flight_t *flight = f->data;

    json_t     *json;
    ngx_int_t   rc;

    json = NULL;

    rc = ngx_resonate_auth_introspect_answer(flight, &json);

    if (rc == NGX_AGAIN) {
        return;
    }

    ngx_resonate_auth_told(flight, rc, json);

    json_decref(json);
}


/* an answer that is no answer (RFC 7662, section 2.2) is the server's fault */

static ngx_int_t
ngx_resonate_auth_introspect_answer(ngx_resonate_auth_flight_t *flight,
    json_t **json)
{
    resonate_jwt_rc_e            rc;
    ngx_resonate_fetch_t        *f;
    ngx_resonate_auth_opaque_t  *opaque;

    f = &flight->fetch;
    opaque = flight->opaque;

    if (f->status == 0) {
        return NGX_ERROR;
    }

    if (ngx_resonate_auth_is_inactive(opaque, f->status)) {
        return NGX_DECLINED;
    }

    rc = RESONATE_JWT_MALFORMED;

    if (f->status == NGX_HTTP_OK) {
        rc = opaque->sign
             ? ngx_resonate_auth_introspect_signed(opaque->issuer, f, json)
             : resonate_introspect_answer((char *) f->answer.data,
                                          f->answer.len, json);
    }

    if (rc == RESONATE_JWT_OK) {
        return *json ? NGX_OK : NGX_DECLINED;
    }

    if (rc == RESONATE_JWT_KEY
        && ngx_resonate_auth_introspect_wait(flight) == NGX_AGAIN)
    {
        return NGX_AGAIN;
    }

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "introspection at \"%V\" answered %ui, and not whether the "
                  "token is active", &opaque->url, f->status);

    return NGX_ERROR;
}


/* RFC 9701: what is not signed, or not for us, says nothing */

static resonate_jwt_rc_e
ngx_resonate_auth_introspect_signed(ngx_resonate_auth_issuer_t *issuer,
    ngx_resonate_fetch_t *f, json_t **json)
{
    resonate_jwt_t          jwt;
    resonate_jwt_rc_e       rc;
    resonate_jwt_view_t     client;
    const resonate_jwk_t   *key;
    const resonate_jwks_t  *jwks;

    rc = resonate_jwt_parse(&jwt, (char *) f->answer.data, f->answer.len);
    if (rc != RESONATE_JWT_OK) {
        return rc;
    }

    jwks = ngx_resonate_auth_keys(issuer);
    key = (jwks && jwt.alg & issuer->algs) ? resonate_jwks_find(jwks, &jwt)
                                           : NULL;

    rc = key ? resonate_jws_verify(key, jwt.alg, &jwt.input, jwt.signature,
                                   jwt.signature_len)
             : RESONATE_JWT_KEY;

    if (rc == RESONATE_JWT_OK) {
        client.data = (char *) issuer->client.data;
        client.len = issuer->client.len;

        rc = resonate_introspect_signed(&jwt, &issuer->policy.issuer, &client,
                                        issuer->policy.leeway, ngx_time(),
                                        json);
    }

    resonate_jwt_free(&jwt);

    return rc;
}


/* once, for a key that is missing; the answer is with its fetch until then */

static ngx_int_t
ngx_resonate_auth_introspect_wait(ngx_resonate_auth_flight_t *flight)
{
    ngx_resonate_fetch_t  *f;

    f = &flight->fetch;

    if (flight->keys.handler) {
        return NGX_DECLINED;
    }

    flight->keys.handler = ngx_resonate_auth_introspect_again;
    flight->keys.data = f;

    f->answer.data = ngx_pstrdup(flight->pool, &f->answer);
    if (f->answer.data == NULL) {
        return NGX_ERROR;
    }

    return ngx_resonate_auth_keys_wait(flight->opaque->issuer, &flight->keys);
}


static void
ngx_resonate_auth_introspect_again(void *data)
{
    ngx_resonate_auth_introspected(data);
}


static ngx_uint_t
ngx_resonate_auth_is_inactive(ngx_resonate_auth_opaque_t *opaque,
    ngx_uint_t status)
{
    ngx_uint_t  i;

    for (i = 0; i < opaque->ninactive; i++) {
        if (opaque->inactive[i] == status) {
            return 1;
        }
    }

    return 0;
}
