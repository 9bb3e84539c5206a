
/*
 * Copyright (C) Resonate
 *
 * One request through its route: match, gates, cache, call.
 */


#include "ngx_resonate_route_internal.h"


/* captures, a cache key and a decision */
#define NGX_RESONATE_ROUTE_POOL  1024


static ngx_int_t ngx_resonate_route_unknown(ngx_http_request_t *r,
    ngx_resonate_route_loc_conf_t *rlcf);
static ngx_resonate_route_t *ngx_resonate_route_of_method(
    ngx_http_request_t *r, resonate_node_t *node);
static ngx_int_t ngx_resonate_route_allow(ngx_http_request_t *r,
    resonate_node_t *node);
static ngx_resonate_route_ctx_t *ngx_resonate_route_create(
    ngx_http_request_t *r, ngx_resonate_route_t *route,
    resonate_captures_t *captures);
static ngx_int_t ngx_resonate_route_pool(ngx_resonate_route_ctx_t *ctx);
static void ngx_resonate_route_cleanup(void *data);
static ngx_int_t ngx_resonate_route_cached(ngx_resonate_route_ctx_t *ctx,
    ngx_resonate_reply_t *reply);
static ngx_resonate_cache_found_e ngx_resonate_route_gzip(
    ngx_resonate_cache_t *cache, ngx_resonate_route_ctx_t *ctx,
    ngx_resonate_reply_t *reply);
static ngx_int_t ngx_resonate_route_key(ngx_resonate_route_ctx_t *ctx);


ngx_int_t
ngx_resonate_route_handler(ngx_http_request_t *r)
{
    resonate_node_t                *node;
    resonate_view_t                 path;
    resonate_captures_t             captures;
    ngx_resonate_route_t           *route;
    ngx_resonate_route_ctx_t       *ctx;
    ngx_resonate_route_loc_conf_t  *rlcf;

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate route: \"%V\"", &r->uri);

    rlcf = ngx_http_get_module_loc_conf(r, ngx_resonate_route_module);

    ngx_resonate_disable_conditions(r);

    /* "rewrite ... break" may have left less than the location's name */

    if (r->uri.len < rlcf->prefix) {
        return ngx_resonate_route_unknown(r, rlcf);
    }

    path.data = (char *) r->uri.data + rlcf->prefix;
    path.len = r->uri.len - rlcf->prefix;

    node = resonate_trie_find(rlcf->root, path, &captures);
    if (node == NULL) {
        return ngx_resonate_route_unknown(r, rlcf);
    }

    route = ngx_resonate_route_of_method(r, node);
    if (route == NULL) {
        return ngx_resonate_route_allow(r, node);
    }

    ngx_resonate_traffic_route(r, route->traffic);

    ctx = ngx_resonate_route_create(r, route, &captures);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_resonate_route_run(ctx);
}


static ngx_int_t
ngx_resonate_route_unknown(ngx_http_request_t *r,
    ngx_resonate_route_loc_conf_t *rlcf)
{
    if (rlcf->unknown.len) {
        return ngx_http_named_location(r, &rlcf->unknown);
    }

    return ngx_resonate_send_problem(r, NGX_HTTP_NOT_FOUND,
                                     "There is no such path", NULL);
}


static ngx_resonate_route_t *
ngx_resonate_route_of_method(ngx_http_request_t *r, resonate_node_t *node)
{
    switch (r->method) {

    case NGX_HTTP_GET:
    case NGX_HTTP_HEAD:
        return node->routes[RESONATE_GET];

    case NGX_HTTP_POST:
        return node->routes[RESONATE_POST];

    case NGX_HTTP_PUT:
        return node->routes[RESONATE_PUT];

    case NGX_HTTP_PATCH:
        return node->routes[RESONATE_PATCH];

    case NGX_HTTP_DELETE:
        return node->routes[RESONATE_DELETE];

    default:
        return NULL;
    }
}


/* RFC 9110, 9.3.7 and 15.5.6: OPTIONS and 405 tell what is allowed */

static ngx_int_t
ngx_resonate_route_allow(ngx_http_request_t *r, resonate_node_t *node)
{
    u_char     *p;
    ngx_int_t   rc;
    ngx_str_t   allow;
    ngx_uint_t  i;

    allow.data = ngx_pnalloc(r->pool, sizeof("GET, HEAD, POST, PUT, PATCH, "
                                             "DELETE, OPTIONS"));
    if (allow.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    p = allow.data;

    for (i = 0; i < RESONATE_METHODS; i++) {
        if (node->routes[i]) {
            p = ngx_sprintf(p, "%s, ", resonate_method_name(i));
        }

        if (i == RESONATE_GET && node->routes[i]) {
            p = ngx_cpymem(p, "HEAD, ", sizeof("HEAD, ") - 1);
        }
    }

    p = ngx_cpymem(p, "OPTIONS", sizeof("OPTIONS") - 1);
    allow.len = p - allow.data;

    if (ngx_resonate_add_header(r, "Allow", &allow) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (r->method != NGX_HTTP_OPTIONS) {
        return ngx_resonate_send_problem(r, NGX_HTTP_NOT_ALLOWED, NULL, NULL);
    }

    rc = ngx_resonate_discard_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    r->headers_out.status = NGX_HTTP_NO_CONTENT;
    r->header_only = 1;

    return ngx_http_send_header(r);
}


static ngx_resonate_route_ctx_t *
ngx_resonate_route_create(ngx_http_request_t *r, ngx_resonate_route_t *route,
    resonate_captures_t *captures)
{
    ngx_resonate_route_ctx_t  *ctx;

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_resonate_route_ctx_t));
    if (ctx == NULL) {
        return NULL;
    }

    ctx->request = r;
    ctx->route = route;
    ctx->pool = r->pool;

    if (route->of && ngx_resonate_route_pool(ctx) != NGX_OK) {
        return NULL;
    }

    ctx->captures = ngx_palloc(ctx->pool, sizeof(resonate_captures_t));
    if (ctx->captures == NULL) {
        return NULL;
    }

    *ctx->captures = *captures;

    return ctx;
}


/* of a request that may take long to be sent */

static ngx_int_t
ngx_resonate_route_pool(ngx_resonate_route_ctx_t *ctx)
{
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(ctx->request->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    ctx->pool = ngx_create_pool(NGX_RESONATE_ROUTE_POOL,
                                ctx->request->connection->log);
    if (ctx->pool == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_resonate_route_cleanup;
    cln->data = ctx;

    return NGX_OK;
}


static void
ngx_resonate_route_cleanup(void *data)
{
    ngx_resonate_route_ctx_t *ctx = data;

    ngx_resonate_route_free(ctx);
}


void
ngx_resonate_route_free(ngx_resonate_route_ctx_t *ctx)
{
    ngx_resonate_call_leave(ctx);

    if (ctx->pool && ctx->pool != ctx->request->pool) {
        ngx_destroy_pool(ctx->pool);
        ctx->pool = NULL;
    }
}


ngx_int_t
ngx_resonate_route_run(ngx_resonate_route_ctx_t *ctx)
{
    ngx_int_t                rc;
    ngx_http_request_t      *r;
    ngx_resonate_reply_t    *reply;
    ngx_resonate_outcome_t   outcome;

    r = ctx->request;

    rc = ngx_resonate_gates_pass(ctx);

    if (rc == NGX_AGAIN) {
        return NGX_DONE;
    }

    if (rc == NGX_DONE) {
        return ctx->rc;
    }

    if (rc != NGX_OK) {
        return ngx_resonate_route_refuse(ctx, rc, ctx->detail,
                                         ctx->errors.len ? &ctx->errors
                                                         : NULL);
    }

    rc = ngx_resonate_discard_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    reply = ngx_pcalloc(ctx->pool, sizeof(ngx_resonate_reply_t));
    if (reply == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_resonate_route_cached(ctx, reply);

    if (rc == NGX_OK) {
        return ngx_resonate_route_answer(ctx, reply);
    }

    if (rc == NGX_ERROR) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_resonate_call(ctx, &outcome);

    if (rc == NGX_AGAIN) {
        r->main->count++;
        ngx_resonate_watch_client(r);
        return NGX_DONE;
    }

    return ngx_resonate_route_outcome(ctx, &outcome);
}


/* NGX_OK: *reply is fresh;  NGX_DECLINED: the database has to be asked */

static ngx_int_t
ngx_resonate_route_cached(ngx_resonate_route_ctx_t *ctx,
    ngx_resonate_reply_t *reply)
{
    ngx_http_request_t              *r;
    ngx_resonate_cache_found_e       found;
    ngx_resonate_route_main_conf_t  *mcf;

    ctx->ages = ctx->identity ? &ctx->route->personal_ages
                              : &ctx->route->public_ages;

    if (ctx->ages->fresh == 0) {
        return NGX_DECLINED;
    }

    r = ctx->request;
    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_route_module);

    if (ngx_resonate_route_key(ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    found = ngx_resonate_route_gzip(mcf->cache, ctx, reply);

    if (found == NGX_RESONATE_CACHE_NONE) {
        found = ngx_resonate_cache_get(mcf->cache, &ctx->key, ctx->ages,
                                       ctx->pool, reply);
    }

    ngx_resonate_cache_count(mcf->cache, found);

    if (found == NGX_RESONATE_CACHE_STALE) {
        ctx->stale = reply;
    }

    ctx->hit = (found == NGX_RESONATE_CACHE_FRESH);

    return ctx->hit ? NGX_OK : NGX_DECLINED;
}


/* the gzip form, if the client takes it and it is fresh */

static ngx_resonate_cache_found_e
ngx_resonate_route_gzip(ngx_resonate_cache_t *cache,
    ngx_resonate_route_ctx_t *ctx, ngx_resonate_reply_t *reply)
{
#if (NGX_HTTP_GZIP)

    ngx_http_request_t          *r;
    ngx_resonate_cache_found_e   found;

    r = ctx->request;

    if (ctx->identity || ctx->route->of
        || r->headers_in.accept_encoding == NULL
        || ngx_http_gzip_ok(r) != NGX_OK)
    {
        return NGX_RESONATE_CACHE_NONE;
    }

    found = ngx_resonate_cache_gzip(cache, &ctx->key, ctx->ages, r->pool,
                                    reply);
    ctx->gzip = (found == NGX_RESONATE_CACHE_FRESH);

    return found;

#else

    return NGX_RESONATE_CACHE_NONE;

#endif
}


/*
 * Everything the answer depends on: the call, and all its parameters, which
 * have one canonical form each and end with NUL.
 */

static ngx_int_t
ngx_resonate_route_key(ngx_resonate_route_ctx_t *ctx)
{
    size_t       len;
    u_char      *p;
    ngx_uint_t   i, n;

    /* who calls is the first two of the caller's; a name may change */

    n = ctx->route->nargs + (ctx->identity ? 2 : 0);
    len = ctx->route->key.len;

    for (i = 0; i < n; i++) {
        len += 1 + (ctx->values[i] ? ngx_strlen(ctx->values[i]) + 1 : 0);
    }

    p = ngx_pnalloc(ctx->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ctx->key.data = p;

    p = ngx_cpymem(p, ctx->route->key.data, ctx->route->key.len);

    for (i = 0; i < n; i++) {
        if (ctx->values[i] == NULL) {
            *p++ = '0';
            continue;
        }

        *p++ = '1';
        p = ngx_cpymem(p, ctx->values[i], ngx_strlen(ctx->values[i]) + 1);
    }

    ctx->key.len = p - ctx->key.data;

    return NGX_OK;
}


void
ngx_resonate_route_done(ngx_resonate_route_ctx_t *ctx,
    ngx_resonate_outcome_t *outcome)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = ctx->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    ngx_http_finalize_request(r, ngx_resonate_route_outcome(ctx, outcome));
    ngx_http_run_posted_requests(c);
}
