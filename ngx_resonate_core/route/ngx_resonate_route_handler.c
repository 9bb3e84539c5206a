
/*
 * Copyright (C) Resonate
 *
 * One request through its route: match, validate, authorize, look up, call.
 */


#include "ngx_resonate_route_internal.h"


static ngx_int_t ngx_resonate_route_unknown(ngx_http_request_t *r,
    ngx_resonate_route_loc_conf_t *rlcf);
static ngx_int_t ngx_resonate_route_method(ngx_http_request_t *r,
    resonate_node_t *node);
static ngx_int_t ngx_resonate_route_allow(ngx_http_request_t *r,
    resonate_node_t *node);
static void ngx_resonate_route_body_handler(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_route_run(ngx_http_request_t *r,
    ngx_resonate_route_ctx_t *ctx, resonate_view_t *body);
static ngx_int_t ngx_resonate_route_authorize(ngx_http_request_t *r,
    ngx_resonate_route_ctx_t *ctx);
static ngx_int_t ngx_resonate_route_cached(ngx_http_request_t *r,
    ngx_resonate_route_ctx_t *ctx);
static ngx_int_t ngx_resonate_route_gzip(ngx_resonate_cache_t *cache,
    ngx_resonate_route_ctx_t *ctx, ngx_resonate_reply_t *reply);
static ngx_int_t ngx_resonate_route_key(ngx_http_request_t *r,
    ngx_resonate_route_ctx_t *ctx);


ngx_int_t
ngx_resonate_route_handler(ngx_http_request_t *r)
{
    ngx_int_t                       rc, method;
    resonate_node_t                *node;
    resonate_view_t                 path;
    resonate_captures_t             captures;
    ngx_resonate_route_ctx_t       *ctx;
    ngx_resonate_route_loc_conf_t  *rlcf;

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate route: \"%V\"", &r->uri);

    rlcf = ngx_http_get_module_loc_conf(r, ngx_resonate_route_module);

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

    method = ngx_resonate_route_method(r, node);
    if (method == NGX_DECLINED) {
        return ngx_resonate_route_allow(r, node);
    }

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_resonate_route_ctx_t));
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->request = r;
    ctx->route = node->routes[method];
    ctx->captures = captures;

    if (!ctx->route->body) {
        rc = ngx_http_discard_request_body(r);
        return (rc == NGX_OK) ? ngx_resonate_route_run(r, ctx, NULL) : rc;
    }

    ngx_http_set_ctx(r, ctx, ngx_resonate_route_module);

    r->request_body_in_single_buf = 1;

    rc = ngx_http_read_client_request_body(r, ngx_resonate_route_body_handler);

    return (rc >= NGX_HTTP_SPECIAL_RESPONSE) ? rc : NGX_DONE;
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


/* the slot of the request's method, or NGX_DECLINED */

static ngx_int_t
ngx_resonate_route_method(ngx_http_request_t *r, resonate_node_t *node)
{
    ngx_int_t  method;

    switch (r->method) {

    case NGX_HTTP_GET:
    case NGX_HTTP_HEAD:
        method = RESONATE_GET;
        break;

    case NGX_HTTP_POST:
        method = RESONATE_POST;
        break;

    case NGX_HTTP_PUT:
        method = RESONATE_PUT;
        break;

    case NGX_HTTP_PATCH:
        method = RESONATE_PATCH;
        break;

    case NGX_HTTP_DELETE:
        method = RESONATE_DELETE;
        break;

    default:
        return NGX_DECLINED;
    }

    return node->routes[method] ? method : NGX_DECLINED;
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

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_resonate_add_header(r, "Allow", &allow) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (r->method != NGX_HTTP_OPTIONS) {
        return ngx_resonate_send_problem(r, NGX_HTTP_NOT_ALLOWED, NULL, NULL);
    }

    r->headers_out.status = NGX_HTTP_NO_CONTENT;
    r->header_only = 1;

    return ngx_http_send_header(r);
}


static void
ngx_resonate_route_body_handler(ngx_http_request_t *r)
{
    ngx_int_t                  rc;
    ngx_str_t                  body;
    resonate_view_t            view;
    ngx_resonate_route_ctx_t  *ctx;
    ngx_http_core_loc_conf_t  *clcf;

    ctx = ngx_http_get_module_ctx(r, ngx_resonate_route_module);
    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    rc = ngx_resonate_body(r, clcf->client_body_buffer_size, &body);

    if (rc == NGX_OK) {
        view.data = (char *) body.data;
        view.len = body.len;
        rc = ngx_resonate_route_run(r, ctx, &view);

    } else if (rc == NGX_HTTP_REQUEST_ENTITY_TOO_LARGE) {
        rc = ngx_resonate_send_problem(r, rc, NULL, NULL);
    }

    ngx_http_finalize_request(r, rc);
}


static ngx_int_t
ngx_resonate_route_run(ngx_http_request_t *r, ngx_resonate_route_ctx_t *ctx,
    resonate_view_t *body)
{
    ngx_int_t               rc;
    ngx_resonate_outcome_t  outcome;

    /* NGX_DECLINED: not answered yet; NGX_OK is an answer that was sent */

    rc = ngx_resonate_route_args(r, ctx, body);
    if (rc != NGX_DECLINED) {
        return rc;
    }

    rc = ngx_resonate_route_authorize(r, ctx);
    if (rc != NGX_DECLINED) {
        return rc;
    }

    rc = ngx_resonate_route_cached(r, ctx);
    if (rc != NGX_DECLINED) {
        return rc;
    }

    rc = ngx_resonate_call(ctx, &outcome);

    if (rc == NGX_DONE) {
        r->main->count++;
        ngx_resonate_watch_client(r);
        return NGX_DONE;
    }

    return ngx_resonate_route_outcome(ctx, &outcome);
}


static ngx_int_t
ngx_resonate_route_authorize(ngx_http_request_t *r,
    ngx_resonate_route_ctx_t *ctx)
{
    ngx_resonate_route_t  *route;

    route = ctx->route;

    if (!route->caller) {
        return NGX_DECLINED;
    }

    if (ngx_resonate_identity(r, &ctx->identity) != NGX_OK) {
        return ngx_resonate_send_problem(r, NGX_HTTP_SERVICE_UNAVAILABLE,
                                         NULL, NULL);
    }

    if (ctx->identity == NULL) {

        if (!route->user) {
            return NGX_DECLINED;
        }

        if (ngx_resonate_challenge(r, NULL) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return ngx_resonate_send_problem(r, NGX_HTTP_UNAUTHORIZED,
                                         "A valid access token is needed",
                                         NULL);
    }

    /* all of an identity's texts end with NUL */

    ctx->values[route->nargs] = (char *) ctx->identity->issuer.data;
    ctx->values[route->nargs + 1] = (char *) ctx->identity->subject.data;

    if (ctx->identity->name.len) {
        ctx->values[route->nargs + 2] = (char *) ctx->identity->name.data;
    }

    if (route->scope.len
        && !ngx_resonate_has_scope(ctx->identity, &route->scope))
    {
        if (ngx_resonate_challenge(r, &route->scope) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return ngx_resonate_send_problem(r, NGX_HTTP_FORBIDDEN,
                                         "The token lacks a scope", NULL);
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_resonate_route_cached(ngx_http_request_t *r,
    ngx_resonate_route_ctx_t *ctx)
{
    time_t                           ttl;
    ngx_int_t                        rc;
    ngx_resonate_reply_t            *reply;
    ngx_resonate_route_main_conf_t  *mcf;

    ttl = ctx->identity ? ctx->route->personal : ctx->route->cache;
    if (ttl == 0) {
        return NGX_DECLINED;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_route_module);

    reply = ngx_pcalloc(r->pool, sizeof(ngx_resonate_reply_t));

    if (reply == NULL || ngx_resonate_route_key(r, ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_resonate_route_gzip(mcf->cache, ctx, reply);

    if (rc != NGX_OK) {
        rc = ngx_resonate_cache_get(mcf->cache, &ctx->key, r->pool, reply);
    }

    ngx_resonate_cache_count(mcf->cache, rc);

    if (rc == NGX_OK) {
        return ngx_resonate_route_answer(ctx, reply);
    }

    if (rc == NGX_AGAIN) {
        ctx->stale = reply;
    }

    return NGX_DECLINED;
}


/* NGX_OK: the client takes gzip, and there is a fresh gzip form */

static ngx_int_t
ngx_resonate_route_gzip(ngx_resonate_cache_t *cache,
    ngx_resonate_route_ctx_t *ctx, ngx_resonate_reply_t *reply)
{
#if (NGX_HTTP_GZIP)

    ngx_int_t            rc;
    ngx_http_request_t  *r;

    r = ctx->request;

    if (ctx->identity || ctx->route->handler
        || r->headers_in.accept_encoding == NULL
        || ngx_http_gzip_ok(r) != NGX_OK)
    {
        return NGX_DECLINED;
    }

    ctx->key.data[0] = NGX_RESONATE_FORM_GZIP;
    rc = ngx_resonate_cache_get(cache, &ctx->key, r->pool, reply);
    ctx->key.data[0] = NGX_RESONATE_FORM_JSON;

    ctx->gzip = (rc == NGX_OK);

    return rc;

#else

    return NGX_DECLINED;

#endif
}


/*
 * Everything the answer depends on: the call, and all its parameters, which
 * have one canonical form each and end with NUL.
 */

static ngx_int_t
ngx_resonate_route_key(ngx_http_request_t *r, ngx_resonate_route_ctx_t *ctx)
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

    p = ngx_pnalloc(r->pool, len);
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
