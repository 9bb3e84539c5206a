
/*
 * Copyright (C) Resonate
 *
 * Tokens that say nothing by themselves: whom to ask about one is a matter of
 * configuration.  A server is asked by introspection, a database by a function
 * that gets the SHA-256 of the token.
 */


#include "ngx_resonate_auth_internal.h"


static ngx_int_t ngx_resonate_auth_lookup(ngx_resonate_auth_flight_t *flight);
static void ngx_resonate_auth_looked_up(ngx_resonate_pg_query_t *q);
static ngx_int_t ngx_resonate_auth_lookup_answer(ngx_resonate_pg_query_t *q,
    json_t **json);
static ngx_int_t ngx_resonate_auth_lookup_bind(ngx_conf_t *cf,
    ngx_resonate_auth_opaque_t *opaque);
static ngx_uint_t ngx_resonate_auth_is_uuid(ngx_str_t *token);
static ngx_uint_t ngx_resonate_auth_is_b64token(ngx_str_t *token);


static const ngx_resonate_param_t  ngx_resonate_auth_lookup_params[] = {
    { ngx_string("ttl="), ngx_resonate_param_sec,
      offsetof(ngx_resonate_auth_opaque_t, ttl), 1, 3600,
      "a time of 1s to 1h" },
    { ngx_string("negative="), ngx_resonate_param_sec,
      offsetof(ngx_resonate_auth_opaque_t, negative), 0, 60,
      "a time of at most 60s" },
    { ngx_string("match="), ngx_resonate_auth_opaque_match, 0, 0, 0,
      "\"any\" or \"uuid\"" },
    { ngx_null_string, NULL, 0, 0, 0, NULL }
};


ngx_resonate_auth_opaque_t *
ngx_resonate_auth_opaque_add(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer)
{
    ngx_resonate_auth_opaque_t     *opaque, **slot;
    ngx_resonate_auth_main_conf_t  *amcf;

    amcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_auth_module);

    opaque = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_auth_opaque_t));
    slot = ngx_array_push(&amcf->opaques);

    if (opaque == NULL || slot == NULL) {
        return NULL;
    }

    opaque->issuer = issuer;
    opaque->ttl = 60;
    opaque->negative = 5;

    *slot = opaque;

    return opaque;
}


char *
ngx_resonate_auth_opaque_match(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf)
{
    ngx_resonate_auth_opaque_t *opaque = conf;

    if (ngx_strcmp(value->data, "uuid") == 0) {
        opaque->uuid = 1;

    } else if (ngx_strcmp(value->data, "any") != 0) {
        return (char *) param->expected;
    }

    return NGX_CONF_OK;
}


ngx_resonate_auth_opaque_t *
ngx_resonate_auth_opaque_find(ngx_resonate_auth_main_conf_t *amcf,
    ngx_resonate_auth_issuer_t *issuer, ngx_str_t *token)
{
    ngx_uint_t                    i;
    ngx_resonate_auth_opaque_t  **opaque;

    if (amcf->opaques.nelts == 0 || !ngx_resonate_auth_is_b64token(token)) {
        return NULL;
    }

    opaque = amcf->opaques.elts;

    for (i = 0; i < amcf->opaques.nelts; i++) {

        if ((issuer == NULL || issuer == opaque[i]->issuer)
            && (!opaque[i]->uuid || ngx_resonate_auth_is_uuid(token)))
        {
            return opaque[i];
        }
    }

    return NULL;
}


static ngx_uint_t
ngx_resonate_auth_is_uuid(ngx_str_t *token)
{
    u_char  c;
    size_t  i;

    if (token->len != 36) {
        return 0;
    }

    for (i = 0; i < 36; i++) {
        c = token->data[i];

        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (c != '-') {
                return 0;
            }

            continue;
        }

        c |= 0x20;

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return 0;
        }
    }

    return 1;
}


/* RFC 6750, section 2.1: what else was sent is no token, and nobody's */

static ngx_uint_t
ngx_resonate_auth_is_b64token(ngx_str_t *token)
{
    u_char  c;
    size_t  i, n;

    for (n = token->len; n && token->data[n - 1] == '='; n--) { /* void */ }

    for (i = 0; i < n; i++) {
        c = token->data[i];

        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')
              || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_'
              || c == '~' || c == '+' || c == '/'))
        {
            return 0;
        }
    }

    return n != 0;
}


/* NGX_DECLINED: nobody is asked about tokens of this issuer */

ngx_int_t
ngx_resonate_auth_opaque_done(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer)
{
    ngx_int_t                       rc;
    ngx_uint_t                      i;
    ngx_resonate_auth_opaque_t    **opaque;
    ngx_resonate_auth_main_conf_t  *amcf;

    amcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_auth_module);

    opaque = amcf->opaques.elts;
    rc = NGX_DECLINED;

    for (i = 0; i < amcf->opaques.nelts; i++) {

        if (opaque[i]->issuer != issuer) {
            continue;
        }

        if (opaque[i]->url.len
            && ngx_resonate_auth_introspect_done(cf, opaque[i]) != NGX_CONF_OK)
        {
            return NGX_ERROR;
        }

        rc = NGX_OK;
    }

    return rc;
}


ngx_int_t
ngx_resonate_auth_opaque_init(ngx_conf_t *cf,
    ngx_resonate_auth_main_conf_t *amcf)
{
    ngx_uint_t                    i;
    ngx_resonate_auth_opaque_t  **opaque;

    opaque = amcf->opaques.elts;

    for (i = 0; i < amcf->opaques.nelts; i++) {
        if (opaque[i]->database.len
            && ngx_resonate_auth_lookup_bind(cf, opaque[i]) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


char *
ngx_resonate_auth_line_lookup(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf)
{
    ngx_resonate_auth_issuer_t *issuer = conf;

    size_t                       i;
    u_char                       c;
    ngx_str_t                   *value;
    ngx_resonate_auth_opaque_t  *opaque;

    value = cf->args->elts;

    opaque = ngx_resonate_auth_opaque_add(cf, issuer);
    if (opaque == NULL) {
        return NGX_CONF_ERROR;
    }

    opaque->ask = ngx_resonate_auth_lookup;
    opaque->database = value[1];
    opaque->function = value[2];

    for (i = 0; i < value[2].len; i++) {
        c = value[2].data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'
              || c == '.'))
        {
            break;
        }
    }

    if (value[2].len == 0 || i < value[2].len) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid function \"%V\" in \"lookup\" directive",
                           &value[2]);
        return NGX_CONF_ERROR;
    }

    return ngx_resonate_params(cf, 3, ngx_resonate_auth_lookup_params, opaque);
}


static ngx_int_t
ngx_resonate_auth_lookup_bind(ngx_conf_t *cf,
    ngx_resonate_auth_opaque_t *opaque)
{
    ngx_str_t           sql;
    ngx_resonate_pg_t  *pg;

    pg = ngx_resonate_pg_get(cf, &opaque->database);

    if (pg == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "unknown database \"%V\" in \"lookup\" of issuer "
                      "\"%V\"", &opaque->database, &opaque->issuer->name);
        return NGX_ERROR;
    }

    sql.data = ngx_pnalloc(cf->pool, sizeof("SELECT ($1)") - 1
                                     + opaque->function.len + 1);
    if (sql.data == NULL) {
        return NGX_ERROR;
    }

    sql.len = ngx_sprintf(sql.data, "SELECT %V($1)%Z", &opaque->function)
              - sql.data - 1;

    opaque->stmt = ngx_resonate_pg_stmt_add(cf, pg, &sql, 1);
    if (opaque->stmt == NULL) {
        return NGX_ERROR;
    }

    opaque->timeout = ngx_resonate_pg_timeout(opaque->stmt);

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_auth_lookup(ngx_resonate_auth_flight_t *flight)
{
    ngx_resonate_pg_query_t  *q;

    q = &flight->query;

    *ngx_hex_dump(flight->hex, flight->digest, NGX_RESONATE_AUTH_DIGEST)
        = '\0';

    flight->value = (char *) flight->hex;

    q->stmt = flight->opaque->stmt;
    q->values = &flight->value;
    q->handler = ngx_resonate_auth_looked_up;
    q->data = flight;
    q->log = ngx_cycle->log;

    return ngx_resonate_pg_start(q);
}


static void
ngx_resonate_auth_looked_up(ngx_resonate_pg_query_t *q)
{
    ngx_resonate_auth_flight_t *flight = q->data;

    json_t     *json;
    ngx_int_t   rc;

    json = NULL;

    rc = ngx_resonate_auth_lookup_answer(q, &json);

    ngx_resonate_auth_told(flight, rc, json);

    json_decref(json);
}


static ngx_int_t
ngx_resonate_auth_lookup_answer(ngx_resonate_pg_query_t *q, json_t **json)
{
    size_t       len;
    const char  *text;

    if (q->status != NGX_RESONATE_PG_OK || ngx_resonate_pg_rows(q) != 1) {
        return NGX_ERROR;
    }

    text = ngx_resonate_pg_value(q, 0, 0, &len);

    if (text == NULL) {
        return NGX_DECLINED;
    }

    if (resonate_jwt_object(text, len, json) != RESONATE_JWT_OK) {
        ngx_log_error(NGX_LOG_ERR, q->log, 0,
                      "the function of \"lookup\" returned no JSON object");
        return NGX_ERROR;
    }

    return NGX_OK;
}
