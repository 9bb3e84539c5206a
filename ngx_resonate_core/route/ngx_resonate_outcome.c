
/*
 * Copyright (C) Resonate
 *
 * What a query ended with, in HTTP's words.
 */


#include "ngx_resonate_route_internal.h"

#include "../pg/resonate_sqlstate.h"

#include <openssl/evp.h>


static ngx_int_t ngx_resonate_outcome_compile(ngx_resonate_outcome_t *outcome,
    ngx_resonate_pg_query_t *q, ngx_resonate_route_t *route, ngx_pool_t *pool);
static void ngx_resonate_outcome_failed(ngx_resonate_outcome_t *outcome,
    ngx_resonate_pg_query_t *q, ngx_str_t *function, ngx_pool_t *pool);
static ngx_int_t ngx_resonate_outcome_body(ngx_resonate_outcome_t *outcome,
    const char *text, size_t len, ngx_pool_t *pool);


void
ngx_resonate_outcome_take(ngx_resonate_outcome_t *outcome,
    ngx_resonate_pg_query_t *q, ngx_resonate_route_t *route, ngx_pool_t *pool)
{
    ngx_resonate_row_t  row;

    if (q->status != NGX_RESONATE_PG_OK) {
        ngx_resonate_outcome_failed(outcome, q, &route->function, pool);
        return;
    }

    outcome->answered = 1;

    if (ngx_resonate_pg_row(q, &route->function, &row) != NGX_OK) {
        return;
    }

    if (row.body.data
        && ngx_resonate_outcome_body(outcome, (char *) row.body.data,
                                     row.body.len, pool)
           != NGX_OK)
    {
        return;
    }

    outcome->tags = row.tags;

    if (row.status < NGX_HTTP_SPECIAL_RESPONSE
        && ngx_resonate_outcome_compile(outcome, q, route, pool) != NGX_OK)
    {
        return;
    }

    outcome->status = row.status;
}


/* the status stays 500 unless the kind can read what was answered */

static ngx_int_t
ngx_resonate_outcome_compile(ngx_resonate_outcome_t *outcome,
    ngx_resonate_pg_query_t *q, ngx_resonate_route_t *route, ngx_pool_t *pool)
{
    if (route->of == NULL || route->of->compile == NULL) {
        return NGX_OK;
    }

    if (route->of->compile(&outcome->body, pool, q->log) == NGX_OK) {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_ERR, q->log, 0,
                  "function \"%V\" answered what \"reply=%V\" can not use",
                  &route->function, &route->kind);

    ngx_str_null(&outcome->body);

    return NGX_ERROR;
}


static void
ngx_resonate_outcome_failed(ngx_resonate_outcome_t *outcome,
    ngx_resonate_pg_query_t *q, ngx_str_t *function, ngx_pool_t *pool)
{
    const char  *detail;

    outcome->status = ngx_resonate_pg_http_status(q, &detail);
    outcome->away = (q->status == NGX_RESONATE_PG_UNAVAILABLE);

    if (q->status == NGX_RESONATE_PG_FAILED) {
        outcome->away = resonate_sqlstate_away(q->sqlstate);
        outcome->answered = !resonate_sqlstate_transient(q->sqlstate);
    }

    if (detail) {
        /* without memory the status' own words must do */

        (void) ngx_resonate_outcome_body(outcome, detail, ngx_strlen(detail),
                                         pool);
        return;
    }

    if (q->status == NGX_RESONATE_PG_FAILED) {
        ngx_log_error(NGX_LOG_ERR, q->log, 0,
                      "function \"%V\" failed with SQLSTATE %s: %s",
                      function, q->sqlstate, q->message ? q->message : "");
    }
}


/* the result is gone when the query's handler returns */

static ngx_int_t
ngx_resonate_outcome_body(ngx_resonate_outcome_t *outcome, const char *text,
    size_t len, ngx_pool_t *pool)
{
    u_char  *p;

    p = ngx_pnalloc(pool, len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, text, len);
    p[len] = '\0';

    outcome->body.data = p;
    outcome->body.len = len;

    return NGX_OK;
}


/* strong: half of the SHA-256 of the very bytes that are sent */

void
ngx_resonate_outcome_etag(ngx_resonate_outcome_t *outcome)
{
    u_char  *p, md[EVP_MAX_MD_SIZE];

    if (EVP_Digest(outcome->body.data, outcome->body.len, md, NULL,
                   EVP_sha256(), NULL)
        != 1)
    {
        return;
    }

    p = outcome->etag;
    *p++ = '"';
    p = ngx_hex_dump(p, md, (NGX_RESONATE_ETAG_LEN - 2) / 2);
    *p++ = '"';
    *p = '\0';
}
