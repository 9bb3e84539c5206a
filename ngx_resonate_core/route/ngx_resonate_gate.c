
/*
 * Copyright (C) Resonate
 *
 * What stands between a request and its function, in this order: who calls,
 * whether he may, and what he asks for.  A gate that refuses ends the request
 * before the next one looks at it: whoever needs a token and has none has
 * sent no bad argument, and his body is not read.
 *
 * A kind of reply may take another proof of who calls (a ticket) than a token.
 * Whoever adds one that is over the body's bytes adds a gate behind "body".
 */


#include "ngx_resonate_route_internal.h"


typedef struct {
    const char   *name;
    ngx_uint_t  (*needed)(ngx_resonate_route_t *route);
    ngx_int_t   (*pass)(ngx_resonate_route_ctx_t *ctx);
} ngx_resonate_gate_t;


static ngx_uint_t ngx_resonate_gate_who_needed(ngx_resonate_route_t *route);
static ngx_int_t ngx_resonate_gate_who(ngx_resonate_route_ctx_t *ctx);
static ngx_int_t ngx_resonate_gate_proof(ngx_resonate_route_ctx_t *ctx);
static ngx_uint_t ngx_resonate_gate_client(ngx_resonate_identity_t *id);
static ngx_uint_t ngx_resonate_gate_may_needed(ngx_resonate_route_t *route);
static ngx_int_t ngx_resonate_gate_may(ngx_resonate_route_ctx_t *ctx);
static ngx_uint_t ngx_resonate_gate_scope(ngx_resonate_route_ctx_t *ctx);
static ngx_uint_t ngx_resonate_gate_body_needed(ngx_resonate_route_t *route);
static ngx_int_t ngx_resonate_gate_body(ngx_resonate_route_ctx_t *ctx);
static void ngx_resonate_gate_body_handler(ngx_http_request_t *r);


static const ngx_resonate_gate_t  ngx_resonate_gates[] = {
    { "who", ngx_resonate_gate_who_needed, ngx_resonate_gate_who },
    { "may", ngx_resonate_gate_may_needed, ngx_resonate_gate_may },
    { "body", ngx_resonate_gate_body_needed, ngx_resonate_gate_body },
    { "what", NULL, ngx_resonate_route_args },
    { NULL, NULL, NULL }
};


ngx_int_t
ngx_resonate_gates_pass(ngx_resonate_route_ctx_t *ctx)
{
    ngx_int_t                   rc;
    const ngx_resonate_gate_t  *gate;

    while (ngx_resonate_gates[ctx->gate].name) {
        gate = &ngx_resonate_gates[ctx->gate++];

        if (gate->needed && !gate->needed(ctx->route)) {
            continue;
        }

        ngx_log_debug1(NGX_LOG_DEBUG_HTTP, ctx->request->connection->log, 0,
                       "resonate gate: %s", gate->name);

        rc = gate->pass(ctx);

        if (rc != NGX_OK) {
            return rc;
        }
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_resonate_gate_who_needed(ngx_resonate_route_t *route)
{
    return route->caller;
}


static ngx_int_t
ngx_resonate_gate_who(ngx_resonate_route_ctx_t *ctx)
{
    ngx_int_t            rc;
    ngx_http_request_t  *r;

    r = ctx->request;

    rc = ngx_resonate_gate_proof(ctx);

    /* a proof that nobody calls does not do where a person has to */

    if (rc != NGX_DECLINED
        && (rc != NGX_OK || ctx->identity || !ctx->route->user))
    {
        return rc;
    }

    if (ngx_resonate_identity(r, &ctx->identity) != NGX_OK) {
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    if (ctx->identity && ngx_resonate_gate_client(ctx->identity)) {
        ctx->identity = NULL;

        if (!ctx->route->user) {
            return NGX_OK;
        }

        ctx->detail = "The token is a client's own, and a user's is needed";

        return NGX_HTTP_FORBIDDEN;
    }

    if (ctx->identity || !ctx->route->user) {
        return NGX_OK;
    }

    if (ngx_resonate_challenge(r, NULL) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->detail = "A valid access token is needed";

    return NGX_HTTP_UNAUTHORIZED;
}


/* what the kind takes for a token; it outlives one that is of no use */

static ngx_int_t
ngx_resonate_gate_proof(ngx_resonate_route_ctx_t *ctx)
{
    ngx_int_t                   rc;
    ngx_str_t                   capture;
    const ngx_resonate_kind_t  *kind;

    kind = ctx->route->of;

    if (kind == NULL || kind->who == NULL) {
        return NGX_DECLINED;
    }

    ngx_str_null(&capture);

    if (ctx->captures->n) {
        capture.data = (u_char *) ctx->captures->seg[0].data;
        capture.len = ctx->captures->seg[0].len;
    }

    rc = kind->who(ctx->request, &capture, &ctx->identity, &ctx->detail);

    if (rc == NGX_OK && ctx->identity) {
        ctx->scoped = kind->scoped;
    }

    return rc;
}


/* RFC 9068, section 2.2: a client without a user is the subject, too */

static ngx_uint_t
ngx_resonate_gate_client(ngx_resonate_identity_t *id)
{
    return id->subject.len == id->client.len
           && ngx_memcmp(id->subject.data, id->client.data, id->client.len)
              == 0;
}


static ngx_uint_t
ngx_resonate_gate_may_needed(ngx_resonate_route_t *route)
{
    return route->scopes || route->role.len;
}


/* that the person has the role, too, is asked where persons are known */

static ngx_int_t
ngx_resonate_gate_may(ngx_resonate_route_ctx_t *ctx)
{
    ngx_str_t             *lacks, role;
    ngx_resonate_route_t  *route;

    route = ctx->route;
    lacks = NULL;

    if (route->role.len
        && !ngx_resonate_has_role(ctx->identity,
                                  ngx_resonate_role(&route->role)))
    {
        ngx_str_null(&role);
        lacks = &role;
        ctx->detail = "The token lacks a role";
    }

    if (lacks == NULL && !ngx_resonate_gate_scope(ctx)) {

        /* the first is what new clients ask for */

        lacks = route->scopes->elts;
        ctx->detail = "The token lacks a scope";
    }

    if (lacks == NULL) {
        return NGX_OK;
    }

    if (ngx_resonate_challenge(ctx->request, lacks) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return NGX_HTTP_FORBIDDEN;
}


static ngx_uint_t
ngx_resonate_gate_scope(ngx_resonate_route_ctx_t *ctx)
{
    ngx_str_t                      *scope;
    ngx_uint_t                      i;
    ngx_array_t                    *scopes;
    ngx_resonate_route_loc_conf_t  *rlcf;

    rlcf = ngx_http_get_module_loc_conf(ctx->request,
                                        ngx_resonate_route_module);
    scopes = ctx->route->scopes;

    if (scopes == NULL || !rlcf->scopes || ctx->scoped) {
        return 1;
    }

    scope = scopes->elts;

    for (i = 0; i < scopes->nelts; i++) {
        if (ngx_resonate_has_scope(ctx->identity, &scope[i])) {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_resonate_gate_body_needed(ngx_resonate_route_t *route)
{
    return route->body;
}


/* what nginx refuses while it reads is nginx's to answer, and to close */

static ngx_int_t
ngx_resonate_gate_body(ngx_resonate_route_ctx_t *ctx)
{
    ngx_int_t            rc;
    ngx_http_request_t  *r;

    r = ctx->request;

    ngx_http_set_ctx(r, ctx, ngx_resonate_route_module);

    r->request_body_in_single_buf = 1;

    rc = ngx_http_read_client_request_body(r, ngx_resonate_gate_body_handler);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        ctx->rc = rc;
        return NGX_DONE;
    }

    return NGX_AGAIN;
}


static void
ngx_resonate_gate_body_handler(ngx_http_request_t *r)
{
    ngx_int_t                  rc;
    ngx_str_t                  body;
    ngx_resonate_route_ctx_t  *ctx;
    ngx_http_core_loc_conf_t  *clcf;

    ctx = ngx_http_get_module_ctx(r, ngx_resonate_route_module);
    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    rc = ngx_resonate_body(r, clcf->client_body_buffer_size, &body);

    if (rc != NGX_OK) {
        ngx_http_finalize_request(r, ngx_resonate_send_problem(r, rc, NULL,
                                                               NULL));
        return;
    }

    ctx->body.data = (char *) body.data;
    ctx->body.len = body.len;

    ngx_http_finalize_request(r, ngx_resonate_route_run(ctx));
}
