
/*
 * Copyright (C) Resonate
 *
 * The identity of a request: found out once and kept with the main request,
 * seen in the locations that ask for it.
 */


#include "ngx_resonate_auth_internal.h"


#define NGX_RESONATE_AUTH_BEARER     "Bearer realm=\"resonate\""
#define NGX_RESONATE_AUTH_ERROR_MAX  256


static ngx_resonate_auth_ctx_t *ngx_resonate_auth_find(ngx_http_request_t *r);
static ngx_resonate_auth_ctx_t *ngx_resonate_auth_make(ngx_http_request_t *r);
static void ngx_resonate_auth_cleanup(void *data);
static ngx_int_t ngx_resonate_auth_bearer(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx, ngx_str_t *token);
static ngx_int_t ngx_resonate_auth_reason(ngx_http_request_t *r,
    ngx_str_t *scope, ngx_str_t *value);


ngx_int_t
ngx_resonate_auth_request(ngx_http_request_t *r, ngx_resonate_auth_ctx_t **ctx)
{
    ngx_int_t                      rc;
    ngx_str_t                      token;
    ngx_resonate_auth_loc_conf_t  *alcf;

    alcf = ngx_http_get_module_loc_conf(r, ngx_resonate_auth_module);

    if (alcf->mode == NGX_RESONATE_AUTH_OFF) {
        return NGX_DECLINED;
    }

    r = r->main;

    *ctx = ngx_resonate_auth_find(r);
    if (*ctx) {
        return (*ctx)->failed ? NGX_ERROR : NGX_OK;
    }

    *ctx = ngx_resonate_auth_make(r);
    if (*ctx == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_resonate_auth_bearer(r, *ctx, &token);
    if (rc != NGX_OK) {
        return NGX_OK;
    }

    rc = ngx_resonate_auth_resolve(r, &token, &(*ctx)->entry, &(*ctx)->why);

    if (rc == NGX_DECLINED) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "bearer token refused: %s",
                      resonate_jwt_strerror((*ctx)->why));
        return NGX_OK;
    }

    (*ctx)->failed = (rc == NGX_ERROR);

    return rc;
}


ngx_int_t
ngx_resonate_auth_identity(ngx_http_request_t *r, ngx_resonate_identity_t **id)
{
    ngx_int_t                 rc;
    ngx_resonate_auth_ctx_t  *ctx;

    *id = NULL;

    rc = ngx_resonate_auth_request(r, &ctx);

    if (rc == NGX_OK && ctx->entry) {
        *id = &ctx->entry->id;
    }

    return (rc == NGX_ERROR) ? NGX_ERROR : NGX_OK;
}


ngx_int_t
ngx_resonate_auth_challenge(ngx_http_request_t *r, ngx_str_t *scope)
{
    ngx_str_t         value;
    ngx_table_elt_t  *h;

    if (ngx_resonate_auth_reason(r, scope, &value) != NGX_OK) {
        return NGX_ERROR;
    }

    r = r->main;

    /* an answer has one: the last reason is the one that counts */

    h = r->headers_out.www_authenticate;

    if (h == NULL) {
        h = ngx_list_push(&r->headers_out.headers);
        if (h == NULL) {
            return NGX_ERROR;
        }

        r->headers_out.www_authenticate = h;
    }

    h->hash = 1;
    ngx_str_set(&h->key, "WWW-Authenticate");
    h->value = value;
#if (nginx_version >= 1023000)
    h->next = NULL;
#endif

    return NGX_OK;
}


/* nginx clears the contexts of modules when it redirects internally */

static ngx_resonate_auth_ctx_t *
ngx_resonate_auth_find(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t       *cln;
    ngx_resonate_auth_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_resonate_auth_module);

    if (ctx || !(r->internal || r->filter_finalize)) {
        return ctx;
    }

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_resonate_auth_cleanup) {
            ngx_http_set_ctx(r, cln->data, ngx_resonate_auth_module);
            return cln->data;
        }
    }

    return NULL;
}


static ngx_resonate_auth_ctx_t *
ngx_resonate_auth_make(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_resonate_auth_ctx_t));
    if (cln == NULL) {
        return NULL;
    }

    ngx_memzero(cln->data, sizeof(ngx_resonate_auth_ctx_t));
    cln->handler = ngx_resonate_auth_cleanup;

    ngx_http_set_ctx(r, cln->data, ngx_resonate_auth_module);

    return cln->data;
}


static void
ngx_resonate_auth_cleanup(void *data)
{
    ngx_resonate_auth_ctx_t *ctx = data;

    ngx_resonate_auth_release(ctx->entry);
}


/*
 * NGX_DECLINED: there is no token to resolve.  Two Authorization headers never
 * get here, nginx answers 400; other places of a token (RFC 6750, sections 2.2
 * and 2.3) are not looked at, they end up in logs and histories.
 */

static ngx_int_t
ngx_resonate_auth_bearer(ngx_http_request_t *r, ngx_resonate_auth_ctx_t *ctx,
    ngx_str_t *token)
{
    u_char           *p, *last;
    ngx_table_elt_t  *h;

    h = r->headers_in.authorization;

    if (h == NULL) {
        return NGX_DECLINED;
    }

    p = h->value.data;
    last = p + h->value.len;

    if (h->value.len < sizeof("Bearer") - 1
        || ngx_strncasecmp(p, (u_char *) "Bearer", sizeof("Bearer") - 1) != 0)
    {
        return NGX_DECLINED;
    }

    p += sizeof("Bearer") - 1;

    if (p < last && *p != ' ') {
        return NGX_DECLINED;
    }

    while (p < last && *p == ' ') {
        p++;
    }

    ctx->sent = 1;

    token->data = p;
    token->len = last - p;

    return NGX_OK;
}


/* RFC 6750, section 3: no "error" when no token was sent */

static ngx_int_t
ngx_resonate_auth_reason(ngx_http_request_t *r, ngx_str_t *scope,
    ngx_str_t *value)
{
    u_char                   *p;
    ngx_int_t                 rc;
    ngx_resonate_auth_ctx_t  *ctx;

    rc = ngx_resonate_auth_request(r, &ctx);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (scope == NULL && (rc == NGX_DECLINED || !ctx->sent)) {
        ngx_str_set(value, NGX_RESONATE_AUTH_BEARER);
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, NGX_RESONATE_AUTH_ERROR_MAX
                             + (scope ? scope->len : 0));
    if (p == NULL) {
        return NGX_ERROR;
    }

    value->data = p;
    p = ngx_cpymem(p, NGX_RESONATE_AUTH_BEARER,
                   sizeof(NGX_RESONATE_AUTH_BEARER) - 1);

    if (scope) {
        p = ngx_sprintf(p, ", error=\"insufficient_scope\", scope=\"%V\"",
                        scope);

    } else {
        p = ngx_sprintf(p, ", error=\"invalid_token\", error_description="
                        "\"%s\"", resonate_jwt_strerror(ctx->why));
    }

    value->len = p - value->data;

    return NGX_OK;
}
