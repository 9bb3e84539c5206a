
/*
 * Copyright (C) Resonate
 *
 * The identity of a request: found out once and kept with the main request,
 * seen in the locations that ask for it.
 */


#include "ngx_resonate_auth_internal.h"
#include "ngx_resonate_auth_keys.h"


#define NGX_RESONATE_AUTH_REALM      "realm=\"resonate\""
#define NGX_RESONATE_AUTH_ERROR_MAX  512


/* a request in a phase that is run again once the identity is known */

typedef struct {
    ngx_queue_t          queue;
    ngx_http_request_t  *request;
} ngx_resonate_auth_wait_t;


typedef ngx_int_t (*ngx_resonate_auth_step_pt)(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx);


static ngx_int_t ngx_resonate_auth_ctx(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t **ctx);
static ngx_resonate_auth_ctx_t *ngx_resonate_auth_find(ngx_http_request_t *r);
static ngx_resonate_auth_ctx_t *ngx_resonate_auth_make(ngx_http_request_t *r);
static void ngx_resonate_auth_cleanup(void *data);
static ngx_int_t ngx_resonate_auth_know(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx);
static ngx_int_t ngx_resonate_auth_park(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx);
static ngx_uint_t ngx_resonate_auth_has_page(ngx_http_core_loc_conf_t *clcf,
    ngx_int_t status);
static ngx_int_t ngx_resonate_auth_schemes(ngx_http_request_t *r,
    ngx_str_t *error, ngx_str_t *value);
static ngx_int_t ngx_resonate_auth_error(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx, ngx_str_t *scope, ngx_str_t *value);


/*
 * In the order of ngx_resonate_auth_step_e.  NGX_OK: the next one;
 * NGX_DECLINED: nobody, of "why" if a token was sent;  NGX_AGAIN: not known
 * yet, and whoever knows it calls ngx_resonate_auth_resume();  NGX_ERROR: it
 * cannot be known.  A step that would wait must not begin to unless
 * "may_wait" is set.
 */

static const ngx_resonate_auth_step_pt  ngx_resonate_auth_steps[] = {
    ngx_resonate_auth_source,
    ngx_resonate_auth_resolve,
    ngx_resonate_auth_revoked,
    ngx_resonate_auth_bound
};


ngx_int_t
ngx_resonate_auth_request(ngx_http_request_t *r, ngx_resonate_auth_ctx_t **ctx)
{
    ngx_int_t  rc;

    rc = ngx_resonate_auth_ctx(r, ctx);

    if (rc == NGX_OK) {
        rc = ngx_resonate_auth_know(r->main, *ctx);
    }

    if (rc == NGX_OK) {
        *ctx = ngx_resonate_dpop_view(r, *ctx);
    }

    return (rc == NGX_OK && *ctx == NULL) ? NGX_ERROR : rc;
}


/* NGX_DECLINED: the location asks for no token, or nobody has sent it */

static ngx_int_t
ngx_resonate_auth_ctx(ngx_http_request_t *r, ngx_resonate_auth_ctx_t **ctx)
{
    ngx_resonate_auth_loc_conf_t  *alcf;

    alcf = ngx_http_get_module_loc_conf(r, ngx_resonate_auth_module);

    if (alcf->mode == NGX_RESONATE_AUTH_OFF || ngx_resonate_fetch_own(r)) {
        return NGX_DECLINED;
    }

    *ctx = ngx_resonate_auth_find(r->main);

    if (*ctx == NULL) {
        *ctx = ngx_resonate_auth_make(r->main);
    }

    return *ctx ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_resonate_auth_know(ngx_http_request_t *r, ngx_resonate_auth_ctx_t *ctx)
{
    ngx_int_t  rc;

    rc = NGX_OK;

    while (ctx->step != NGX_RESONATE_AUTH_KNOWN && rc == NGX_OK) {

        rc = ngx_resonate_auth_steps[ctx->step](r, ctx);

        if (rc == NGX_AGAIN) {
            return NGX_AGAIN;
        }

        ctx->step = (rc == NGX_OK) ? ctx->step + 1 : NGX_RESONATE_AUTH_KNOWN;
    }

    if (rc == NGX_ERROR) {
        ctx->failed = 1;
    }

    if (rc == NGX_DECLINED && ctx->sent) {
        ngx_resonate_auth_entry_release(ctx->entry);
        ctx->entry = NULL;

        ngx_resonate_auth_reason(r, ctx);

        if (ctx->source == NGX_RESONATE_AUTH_SESSION) {
            ngx_resonate_login_refused(r);
        }
    }

    return ctx->failed ? NGX_ERROR : NGX_OK;
}


/*
 * Who waits is in a phase: its handler is run again, as that of auth_request
 * is.  A client that goes away meanwhile ends the request.
 */

ngx_int_t
ngx_resonate_auth_wait(ngx_http_request_t *r)
{
    ngx_int_t                 rc;
    ngx_resonate_auth_ctx_t  *ctx;

    rc = ngx_resonate_auth_ctx(r, &ctx);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_resonate_auth_beside(r)) {
        return NGX_DECLINED;
    }

    ctx->may_wait = 1;
    rc = ngx_resonate_auth_know(r->main, ctx);
    ctx->may_wait = 0;

    return (rc == NGX_AGAIN) ? ngx_resonate_auth_park(r, ctx) : rc;
}


static ngx_int_t
ngx_resonate_auth_park(ngx_http_request_t *r, ngx_resonate_auth_ctx_t *ctx)
{
    ngx_queue_t               *q;
    ngx_resonate_auth_wait_t  *wait;

    for (q = ngx_queue_head(&ctx->waits);
         q != ngx_queue_sentinel(&ctx->waits);
         q = ngx_queue_next(q))
    {
        wait = ngx_queue_data(q, ngx_resonate_auth_wait_t, queue);

        if (wait->request == r) {
            return NGX_AGAIN;
        }
    }

    wait = ngx_palloc(r->pool, sizeof(ngx_resonate_auth_wait_t));
    if (wait == NULL) {
        return NGX_ERROR;
    }

    wait->request = r;
    ngx_queue_insert_tail(&ctx->waits, &wait->queue);

    if (r == r->main) {
        ngx_resonate_watch_client(r);
    }

    return NGX_AGAIN;
}


void
ngx_resonate_auth_resume(ngx_resonate_auth_ctx_t *ctx)
{
    ngx_queue_t               *q;
    ngx_connection_t          *c;
    ngx_http_request_t        *r;
    ngx_resonate_auth_wait_t  *wait;

    c = NULL;

    while (!ngx_queue_empty(&ctx->waits)) {
        q = ngx_queue_head(&ctx->waits);
        ngx_queue_remove(q);

        wait = ngx_queue_data(q, ngx_resonate_auth_wait_t, queue);
        r = wait->request;
        c = r->connection;

        if (r->read_event_handler == ngx_http_test_reading) {
            r->read_event_handler = ngx_http_block_reading;
        }

        if (ngx_http_post_request(r, NULL) != NGX_OK) {
            ngx_http_finalize_request(r, NGX_ERROR);
            break;
        }
    }

    if (c) {
        ngx_http_run_posted_requests(c);
    }
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

    return (rc == NGX_OK || rc == NGX_DECLINED) ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_resonate_auth_challenge(ngx_http_request_t *r, ngx_str_t *scope)
{
    ngx_int_t                 rc;
    ngx_str_t                 error;
    ngx_resonate_auth_ctx_t  *ctx;

    rc = ngx_resonate_auth_request(r, &ctx);

    if (rc == NGX_ERROR || rc == NGX_AGAIN
        || ngx_resonate_auth_error(r, (rc == NGX_OK) ? ctx : NULL, scope,
                                   &error)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_resonate_auth_challenge_error(r, &error);
}


ngx_int_t
ngx_resonate_auth_challenge_error(ngx_http_request_t *r, ngx_str_t *error)
{
    ngx_str_t         value;
    ngx_table_elt_t  *h;

    if (ngx_resonate_auth_schemes(r, error, &value) != NGX_OK) {
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


/*
 * Who configured "satisfy any" or a page of his own for the status gets
 * nginx's way, everybody else a problem.
 */

ngx_int_t
ngx_resonate_auth_refuse(ngx_http_request_t *r, ngx_int_t status,
    const char *detail)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (clcf->satisfy == NGX_HTTP_SATISFY_ANY
        || ngx_resonate_auth_has_page(clcf, status))
    {
        return status;
    }

    ngx_http_finalize_request(r,
                              ngx_resonate_send_problem(r, status, detail,
                                                        NULL));

    return NGX_DONE;
}


static ngx_uint_t
ngx_resonate_auth_has_page(ngx_http_core_loc_conf_t *clcf, ngx_int_t status)
{
    ngx_uint_t            i;
    ngx_http_err_page_t  *page;

    if (clcf->error_pages == NULL) {
        return 0;
    }

    page = clcf->error_pages->elts;

    for (i = 0; i < clcf->error_pages->nelts; i++) {
        if (page[i].status == status) {
            return 1;
        }
    }

    return 0;
}


/* who needs no token at all needs none that is good, either */

ngx_uint_t
ngx_resonate_auth_beside(ngx_http_request_t *r)
{
    ngx_resonate_auth_loc_conf_t  *alcf;

    alcf = ngx_http_get_module_loc_conf(r, ngx_resonate_auth_module);

    return alcf->mode == NGX_RESONATE_AUTH_OPTIONAL && ngx_resonate_beside(r);
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
    ngx_pool_cleanup_t       *cln;
    ngx_resonate_auth_ctx_t  *ctx;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_resonate_auth_ctx_t));
    if (cln == NULL) {
        return NULL;
    }

    ctx = cln->data;
    ngx_memzero(ctx, sizeof(ngx_resonate_auth_ctx_t));
    ngx_queue_init(&ctx->waits);

    cln->handler = ngx_resonate_auth_cleanup;

    ngx_http_set_ctx(r, ctx, ngx_resonate_auth_module);

    return ctx;
}


static void
ngx_resonate_auth_cleanup(void *data)
{
    ngx_resonate_auth_ctx_t *ctx = data;

    ngx_resonate_auth_keys_cancel(&ctx->keys);
    ngx_resonate_auth_entry_release(ctx->entry);
}


const char *
ngx_resonate_auth_why(ngx_resonate_auth_ctx_t *ctx)
{
    return ctx->detail ? ctx->detail : resonate_jwt_strerror(ctx->why);
}


/*
 * A challenge for each scheme that the location takes; what was wrong is with
 * that of the scheme that was used (RFC 9449, section 7.2).
 */

static ngx_int_t
ngx_resonate_auth_schemes(ngx_http_request_t *r, ngx_str_t *error,
    ngx_str_t *value)
{
    u_char                   *p;
    ngx_int_t                 rc;
    ngx_str_t                 names, resource;
    ngx_uint_t                mode, dpop;
    ngx_resonate_auth_ctx_t  *ctx, *own;

    rc = ngx_resonate_auth_request(r, &ctx);

    if (rc == NGX_ERROR || rc == NGX_AGAIN) {
        return NGX_ERROR;
    }

    mode = ngx_resonate_dpop_mode(r, &names);
    ngx_resonate_auth_resource(r, &resource);

    p = ngx_pnalloc(r->pool, NGX_RESONATE_AUTH_ERROR_MAX + error->len
                             + names.len + 2 * resource.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value->data = p;

    dpop = (mode == NGX_RESONATE_DPOP_REQUIRED)
           || (mode == NGX_RESONATE_DPOP_ON && rc == NGX_OK
               && ctx->scheme == NGX_RESONATE_AUTH_DPOP);

    if (mode != NGX_RESONATE_DPOP_REQUIRED) {
        p = ngx_sprintf(p, "Bearer " NGX_RESONATE_AUTH_REALM "%V", &resource);
        p = dpop ? p : ngx_sprintf(p, "%V", error);
    }

    if (mode == NGX_RESONATE_DPOP_ON) {
        p = ngx_sprintf(p, ", ");
    }

    if (mode != NGX_RESONATE_DPOP_OFF) {
        p = ngx_sprintf(p, "DPoP " NGX_RESONATE_AUTH_REALM "%V, algs=\"%V\"",
                        &resource, &names);
        p = dpop ? ngx_sprintf(p, "%V", error) : p;
    }

    value->len = p - value->data;

    /* who has no token yet spares himself the next refusal */

    if (mode == NGX_RESONATE_DPOP_OFF
        || ngx_resonate_auth_ctx(r, &own) != NGX_OK)
    {
        return NGX_OK;
    }

    return ngx_resonate_dpop_give_nonce(r, own);
}


/* RFC 6750, section 3: no "error" when no token was sent */

static ngx_int_t
ngx_resonate_auth_error(ngx_http_request_t *r, ngx_resonate_auth_ctx_t *ctx,
    ngx_str_t *scope, ngx_str_t *value)
{
    u_char      *p;
    const char  *error;

    ngx_str_null(value);

    if (scope == NULL && (ctx == NULL || !ctx->sent)) {
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, NGX_RESONATE_AUTH_ERROR_MAX
                             + (scope ? scope->len : 0));
    if (p == NULL) {
        return NGX_ERROR;
    }

    value->data = p;

    if (scope) {
        p = ngx_sprintf(p, ", error=\"insufficient_scope\"");

        if (scope->len) {
            p = ngx_sprintf(p, ", scope=\"%V\"", scope);
        }

    } else {
        error = (ctx->why == RESONATE_JWT_NONCE) ? "use_dpop_nonce"
                : (ctx->why == RESONATE_JWT_PROOF
                   || ctx->why == RESONATE_JWT_REPLAY)
                  ? "invalid_dpop_proof" : "invalid_token";

        p = ngx_sprintf(p, ", error=\"%s\", error_description=\"%s\"",
                        error, ngx_resonate_auth_why(ctx));
    }

    value->len = p - value->data;

    return NGX_OK;
}
