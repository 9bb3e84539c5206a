
/*
 * Copyright (C) Resonate
 *
 * A provider says that a session has ended (OpenID Connect Back-Channel Logout
 * 1.0): its token is verified, and the session revoked.
 *
 *   POST, a form with "logout_token"
 *
 *   200    revoked, in force everywhere within a second
 *   400    no logout token, not a good one, or one that was seen before
 *   405    not POST
 *   413    a body that is too long
 *   503    not revoked, or not known; 504: likewise, after a deadline
 */


#include "ngx_resonate_auth_keys.h"
#include "ngx_resonate_auth_logout.h"
#include "jwt/resonate_logout.h"
#include "jwt/resonate_query.h"


#define NGX_RESONATE_LOGOUT_BODY  16384


typedef struct {
    ngx_http_request_t          *request;
    ngx_resonate_logout_t       *logout;
    resonate_jwt_rc_e            why;
    ngx_resonate_pg_query_t      query;
    const char                  *values[NGX_RESONATE_LOGOUT_VALUES];
    u_char                       issued[NGX_TIME_T_LEN + 1];

    ngx_resonate_auth_keys_wait_t
                                 keys;
    ngx_uint_t                   waited;     /* for keys, once */
    size_t                       len;
    char                         token[RESONATE_JWT_MAX + 1];
} ngx_resonate_logout_ctx_t;


static void ngx_resonate_logout_body_handler(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_logout_run(ngx_resonate_logout_ctx_t *ctx,
    ngx_str_t *body);
static ngx_int_t ngx_resonate_logout_check(ngx_resonate_logout_ctx_t *ctx);
static ngx_int_t ngx_resonate_logout_verify(ngx_resonate_logout_ctx_t *ctx,
    resonate_jwt_t *jwt);
static ngx_int_t ngx_resonate_logout_wait(ngx_resonate_logout_ctx_t *ctx,
    ngx_resonate_auth_issuer_t *issuer);
static void ngx_resonate_logout_keys_handler(void *data);
static ngx_int_t ngx_resonate_logout_policy(ngx_resonate_logout_ctx_t *ctx,
    ngx_resonate_auth_issuer_t *issuer, resonate_claims_policy_t *policy);
static ngx_int_t ngx_resonate_logout_values(ngx_resonate_logout_ctx_t *ctx,
    ngx_resonate_auth_issuer_t *issuer, resonate_logout_t *claims);
static ngx_int_t ngx_resonate_logout_value(ngx_http_request_t *r,
    resonate_jwt_view_t *view, const char **value);
static ngx_int_t ngx_resonate_logout_start(ngx_resonate_logout_ctx_t *ctx);
static void ngx_resonate_logout_cleanup(void *data);
static void ngx_resonate_logout_pg_handler(ngx_resonate_pg_query_t *q);
static ngx_int_t ngx_resonate_logout_outcome(ngx_resonate_logout_ctx_t *ctx);
static ngx_int_t ngx_resonate_logout_accept(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_logout_refuse(ngx_http_request_t *r,
    ngx_uint_t status, const char *detail);


ngx_int_t
ngx_resonate_logout_handler(ngx_http_request_t *r)
{
    ngx_int_t   rc;
    ngx_str_t   allow = ngx_string("POST");

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate backchannel logout handler");

    if (r->method != NGX_HTTP_POST) {
        if (ngx_resonate_add_header(r, "Allow", &allow) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return ngx_resonate_logout_refuse(r, NGX_HTTP_NOT_ALLOWED, NULL);
    }

    if (r->headers_in.content_length_n > NGX_RESONATE_LOGOUT_BODY) {
        return ngx_resonate_logout_refuse(r, NGX_HTTP_REQUEST_ENTITY_TOO_LARGE,
                                          NULL);
    }

    rc = ngx_http_read_client_request_body(r,
                                           ngx_resonate_logout_body_handler);

    return (rc >= NGX_HTTP_SPECIAL_RESPONSE) ? rc : NGX_DONE;
}


static void
ngx_resonate_logout_body_handler(ngx_http_request_t *r)
{
    ngx_int_t                        rc;
    ngx_str_t                        body;
    ngx_http_cleanup_t              *cln;
    ngx_resonate_logout_ctx_t       *ctx;
    ngx_resonate_logout_loc_conf_t  *llcf;

    rc = ngx_resonate_body(r, NGX_RESONATE_LOGOUT_BODY, &body);

    if (rc != NGX_OK) {
        ngx_http_finalize_request(r, ngx_resonate_logout_refuse(r, rc, NULL));
        return;
    }

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_resonate_logout_ctx_t));
    cln = ngx_http_cleanup_add(r, 0);

    if (ctx == NULL || cln == NULL) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }

    llcf = ngx_http_get_module_loc_conf(r, ngx_resonate_auth_logout_module);

    ctx->request = r;
    ctx->logout = llcf->logout;

    cln->handler = ngx_resonate_logout_cleanup;
    cln->data = ctx;

    rc = ngx_resonate_logout_run(ctx, &body);

    if (rc == NGX_AGAIN) {
        ngx_resonate_watch_client(r);
        return;
    }

    ngx_http_finalize_request(r, rc);
}


/* NGX_AGAIN: one of the handlers below will answer */

static ngx_int_t
ngx_resonate_logout_run(ngx_resonate_logout_ctx_t *ctx, ngx_str_t *body)
{
    if (resonate_query_get((char *) body->data, body->len, "logout_token",
                           ctx->token, sizeof(ctx->token), &ctx->len)
        != RESONATE_QUERY_OK)
    {
        return ngx_resonate_logout_refuse(ctx->request, NGX_HTTP_BAD_REQUEST,
                                   "There is no logout_token in the form");
    }

    return ngx_resonate_logout_check(ctx);
}


static ngx_int_t
ngx_resonate_logout_check(ngx_resonate_logout_ctx_t *ctx)
{
    ngx_int_t            rc;
    resonate_jwt_t       jwt;
    ngx_http_request_t  *r;

    r = ctx->request;

    ctx->why = resonate_jwt_parse(&jwt, ctx->token, ctx->len);
    rc = NGX_DECLINED;

    if (ctx->why == RESONATE_JWT_OK) {
        rc = ngx_resonate_logout_verify(ctx, &jwt);
        resonate_jwt_free(&jwt);
    }

    if (rc == NGX_AGAIN) {
        return NGX_AGAIN;
    }

    if (rc == NGX_ERROR || ctx->why == RESONATE_JWT_NO_MEMORY) {
        return ngx_resonate_logout_refuse(r, NGX_HTTP_SERVICE_UNAVAILABLE,
                                          NULL);
    }

    if (rc == NGX_DECLINED) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "logout token refused: %s",
                      resonate_jwt_strerror(ctx->why));
        return ngx_resonate_logout_refuse(r, NGX_HTTP_BAD_REQUEST,
                                          resonate_jwt_strerror(ctx->why));
    }

    return ngx_resonate_logout_start(ctx);
}


/*
 * NGX_OK: the values are those of the token;  NGX_DECLINED: "why" says;
 * NGX_AGAIN: its key is waited for;  NGX_ERROR
 */

static ngx_int_t
ngx_resonate_logout_verify(ngx_resonate_logout_ctx_t *ctx, resonate_jwt_t *jwt)
{
    resonate_logout_t               claims;
    resonate_claims_policy_t        policy;
    ngx_resonate_auth_issuer_t     *issuer;
    ngx_resonate_auth_main_conf_t  *amcf;

    amcf = ngx_http_get_module_main_conf(ctx->request,
                                         ngx_resonate_auth_module);

    issuer = ngx_resonate_auth_find_issuer(amcf, jwt);

    if (issuer == NULL || (issuer->jwks == NULL && issuer->keys == NULL)) {
        ctx->why = RESONATE_JWT_ISSUER;
        return NGX_DECLINED;
    }

    ctx->why = ngx_resonate_auth_check_signature(issuer, jwt);

    if (ctx->why == RESONATE_JWT_KEY) {
        return ngx_resonate_logout_wait(ctx, issuer);
    }

    if (ctx->why != RESONATE_JWT_OK) {
        return NGX_DECLINED;
    }

    if (ngx_resonate_logout_policy(ctx, issuer, &policy) != NGX_OK) {
        return NGX_ERROR;
    }

    ctx->why = resonate_logout_check(jwt, &policy, ngx_time(), &claims);

    return (ctx->why == RESONATE_JWT_OK)
           ? ngx_resonate_logout_values(ctx, issuer, &claims) : NGX_DECLINED;
}


/* without any keys nothing can be said of it: the provider asks again */

static ngx_int_t
ngx_resonate_logout_wait(ngx_resonate_logout_ctx_t *ctx,
    ngx_resonate_auth_issuer_t *issuer)
{
    if (!ctx->waited) {
        ctx->waited = 1;
        ctx->keys.handler = ngx_resonate_logout_keys_handler;
        ctx->keys.data = ctx;

        if (ngx_resonate_auth_keys_wait(issuer, &ctx->keys) == NGX_AGAIN) {
            return NGX_AGAIN;
        }
    }

    return ngx_resonate_auth_keys(issuer) ? NGX_DECLINED : NGX_ERROR;
}


static void
ngx_resonate_logout_keys_handler(void *data)
{
    ngx_resonate_logout_ctx_t *ctx = data;

    ngx_int_t            rc;
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = ctx->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    rc = ngx_resonate_logout_check(ctx);

    if (rc != NGX_AGAIN) {
        ngx_http_finalize_request(r, rc);
        ngx_http_run_posted_requests(c);
    }
}


/* the audience of a logout token is a client, as that of an ID token is */

static ngx_int_t
ngx_resonate_logout_policy(ngx_resonate_logout_ctx_t *ctx,
    ngx_resonate_auth_issuer_t *issuer, resonate_claims_policy_t *policy)
{
    size_t                n;
    resonate_jwt_view_t  *views;

    ngx_memzero(policy, sizeof(resonate_claims_policy_t));

    policy->leeway = issuer->policy.leeway;
    policy->audiences = ctx->logout->audiences.elts;
    policy->naudiences = ctx->logout->audiences.nelts;

    if (policy->naudiences) {
        return NGX_OK;
    }

    n = issuer->policy.naudiences;

    views = ngx_palloc(ctx->request->pool,
                       (n + 1) * sizeof(resonate_jwt_view_t));
    if (views == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(views, issuer->policy.audiences,
               n * sizeof(resonate_jwt_view_t));

    if (issuer->client.len) {
        views[n].data = (char *) issuer->client.data;
        views[n].len = issuer->client.len;
        n++;
    }

    policy->audiences = views;
    policy->naudiences = n;

    return NGX_OK;
}


/* copies: the claims are gone when the query is sent */

static ngx_int_t
ngx_resonate_logout_values(ngx_resonate_logout_ctx_t *ctx,
    ngx_resonate_auth_issuer_t *issuer, resonate_logout_t *claims)
{
    ngx_http_request_t   *r;
    resonate_jwt_view_t   name;

    r = ctx->request;

    name.data = (char *) issuer->name.data;
    name.len = issuer->name.len;

    ngx_sprintf(ctx->issued, "%T%Z", claims->issued);

    ctx->values[4] = (char *) ctx->issued;
    ctx->values[5] = (char *) ctx->logout->interval;

    if (ngx_resonate_logout_value(r, &name, &ctx->values[0]) != NGX_OK
        || ngx_resonate_logout_value(r, &claims->jti, &ctx->values[1])
           != NGX_OK
        || ngx_resonate_logout_value(r, &claims->subject, &ctx->values[2])
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_resonate_logout_value(r, &claims->session, &ctx->values[3]);
}


static ngx_int_t
ngx_resonate_logout_value(ngx_http_request_t *r, resonate_jwt_view_t *view,
    const char **value)
{
    u_char  *p;

    if (view->len == 0) {
        *value = NULL;
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, view->len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    *value = (char *) p;
    p = ngx_cpymem(p, view->data, view->len);
    *p = '\0';

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_logout_start(ngx_resonate_logout_ctx_t *ctx)
{
    ngx_http_request_t       *r;
    ngx_resonate_pg_query_t  *q;

    r = ctx->request;
    q = &ctx->query;

    q->stmt = ctx->logout->stmt;
    q->values = ctx->values;
    q->handler = ngx_resonate_logout_pg_handler;
    q->data = ctx;
    q->log = r->connection->log;

    r->connection->log->action = "asking the database for a logout";

    return (ngx_resonate_pg_start(q) == NGX_AGAIN)
           ? NGX_AGAIN : ngx_resonate_logout_outcome(ctx);
}


static void
ngx_resonate_logout_cleanup(void *data)
{
    ngx_resonate_logout_ctx_t *ctx = data;

    ngx_resonate_auth_keys_cancel(&ctx->keys);
    ngx_resonate_pg_cancel(&ctx->query);
}


static void
ngx_resonate_logout_pg_handler(ngx_resonate_pg_query_t *q)
{
    ngx_resonate_logout_ctx_t *ctx = q->data;

    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = ctx->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    c->log->action = "sending the answer to a logout";

    ngx_http_finalize_request(r, ngx_resonate_logout_outcome(ctx));
    ngx_http_run_posted_requests(c);
}


/* a provider that repeats what has failed sends the same "jti" */

static ngx_int_t
ngx_resonate_logout_outcome(ngx_resonate_logout_ctx_t *ctx)
{
    size_t                    len;
    const char               *value, *detail;
    ngx_uint_t                status;
    ngx_resonate_pg_query_t  *q;

    q = &ctx->query;

    if (q->status == NGX_RESONATE_PG_OK) {
        value = ngx_resonate_pg_value(q, 0, 0, &len);

        if (value && len == 1 && value[0] == 't') {
            return ngx_resonate_logout_accept(ctx->request);
        }

        return ngx_resonate_logout_refuse(ctx->request, NGX_HTTP_BAD_REQUEST,
                                          "The token was seen before");
    }

    status = ngx_resonate_pg_http_status(q, &detail);

    if (q->status == NGX_RESONATE_PG_FAILED) {
        ngx_log_error(NGX_LOG_ERR, q->log, 0,
                      "function \"resonate.logout\" failed with SQLSTATE %s: "
                      "%s", q->sqlstate, q->message ? q->message : "");
    }

    return ngx_resonate_logout_refuse(ctx->request, status, detail);
}


static ngx_int_t
ngx_resonate_logout_accept(ngx_http_request_t *r)
{
    ngx_str_t                         value = ngx_string("no-store");
    ngx_resonate_logout_main_conf_t  *lmcf;

    lmcf = ngx_http_get_module_main_conf(r, ngx_resonate_auth_logout_module);
    ngx_resonate_count(lmcf->accepted);

    /* section 2.8; a problem has it anyway */

    if (ngx_resonate_add_header(r, "Cache-Control", &value) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = 0;
    r->header_only = 1;

    return ngx_http_send_header(r);
}


static ngx_int_t
ngx_resonate_logout_refuse(ngx_http_request_t *r, ngx_uint_t status,
    const char *detail)
{
    ngx_resonate_logout_main_conf_t  *lmcf;

    lmcf = ngx_http_get_module_main_conf(r, ngx_resonate_auth_logout_module);
    ngx_resonate_count(lmcf->refused);

    return ngx_resonate_send_problem(r, status, detail, NULL);
}
