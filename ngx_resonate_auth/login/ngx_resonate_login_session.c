
/*
 * Copyright (C) Resonate
 *
 * A session as a source of identity: the access token in it is what a client
 * would have sent in a header.
 */


#include "ngx_resonate_login_internal.h"


static void ngx_resonate_login_ctx_cleanup(void *data);
static ngx_int_t ngx_resonate_login_find(ngx_http_request_t *r,
    ngx_resonate_login_ctx_t *ctx);
static ngx_int_t ngx_resonate_login_revoked(ngx_http_request_t *r,
    ngx_resonate_login_ctx_t *ctx);
static void ngx_resonate_login_fill(ngx_resonate_login_ctx_t *ctx,
    ngx_resonate_auth_session_t *session);
static ngx_uint_t ngx_resonate_login_sent(ngx_http_request_t *r,
    ngx_resonate_login_t *login);


/* nginx clears the contexts of modules when it redirects internally */

ngx_resonate_login_ctx_t *
ngx_resonate_login_ctx(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t        *cln;
    ngx_resonate_login_ctx_t  *ctx;

    r = r->main;

    ctx = ngx_resonate_login_ctx_find(r);
    if (ctx) {
        return ctx;
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_resonate_login_ctx_t));
    if (cln == NULL) {
        return NULL;
    }

    ngx_memzero(cln->data, sizeof(ngx_resonate_login_ctx_t));
    cln->handler = ngx_resonate_login_ctx_cleanup;

    ngx_http_set_ctx(r, cln->data, ngx_resonate_login_module);

    return cln->data;
}


ngx_resonate_login_ctx_t *
ngx_resonate_login_ctx_find(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t        *cln;
    ngx_resonate_login_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_resonate_login_module);

    if (ctx || !(r->internal || r->filter_finalize)) {
        return ctx;
    }

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_resonate_login_ctx_cleanup) {
            ngx_http_set_ctx(r, cln->data, ngx_resonate_login_module);
            return cln->data;
        }
    }

    return NULL;
}


static void
ngx_resonate_login_ctx_cleanup(void *data)
{
    ngx_resonate_login_ctx_t *ctx = data;

    if (ctx->poll.timer_set) {
        ngx_del_timer(&ctx->poll);
    }
}


ngx_int_t
ngx_resonate_login_token(ngx_http_request_t *r, ngx_resonate_auth_ctx_t *auth)
{
    ngx_int_t                       rc;
    resonate_jwt_view_t            *token;
    ngx_resonate_login_ctx_t       *ctx;
    ngx_resonate_login_loc_conf_t  *llcf;

    llcf = ngx_http_get_module_loc_conf(r, ngx_resonate_login_module);

    if (llcf->session == NULL) {
        return NGX_DECLINED;
    }

    ctx = ngx_resonate_login_ctx(r);
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    if (!ctx->looked) {
        ctx->looked = 1;
        ctx->login = llcf->session;

        rc = ngx_resonate_login_find(r, ctx);
        if (rc != NGX_OK) {
            return rc;
        }

        ctx->found = 1;
    }

    if (!ctx->found) {
        return NGX_DECLINED;
    }

    /* RFC 6265, section 8.2: a cookie says nothing of who makes a request */

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD|NGX_HTTP_OPTIONS))
        && !ngx_resonate_auth_own(r, &ctx->login->origin))
    {
        ctx->found = 0;
        auth->status = NGX_HTTP_FORBIDDEN;
        auth->detail = "Only a page of this server may ask for this";
        return NGX_DECLINED;
    }

    rc = ngx_resonate_login_refresh(r, ctx, auth);

    if (rc != NGX_OK) {
        ctx->found = (rc == NGX_AGAIN);
        return rc;
    }

    token = &ctx->s.session.texts[RESONATE_SESSION_ACCESS];

    auth->sent = 1;
    auth->scheme = NGX_RESONATE_AUTH_BEARER;
    auth->source = NGX_RESONATE_AUTH_SESSION;
    auth->token.data = (u_char *) token->data;
    auth->token.len = token->len;

    return NGX_OK;
}


/* a cookie that opens no session goes: it would come with every request */

static ngx_int_t
ngx_resonate_login_find(ngx_http_request_t *r, ngx_resonate_login_ctx_t *ctx)
{
    ngx_int_t  rc;

    if (!ngx_resonate_login_sent(r, ctx->login)) {
        return NGX_DECLINED;
    }

    rc = ngx_resonate_login_read(r, ctx->login, &ctx->s);

    if (rc == NGX_OK) {
        rc = ngx_resonate_login_revoked(r, ctx);
    }

    return (rc == NGX_DECLINED) ? ngx_resonate_login_over(r, ctx) : rc;
}


/* before it is renewed: its tokens are younger than what it was revoked by */

static ngx_int_t
ngx_resonate_login_revoked(ngx_http_request_t *r,
    ngx_resonate_login_ctx_t *ctx)
{
    ngx_int_t                     rc;
    ngx_resonate_auth_session_t   session;

    ngx_resonate_login_fill(ctx, &session);

    rc = ngx_resonate_auth_revoked_session(r, &session);

    if (rc == NGX_DECLINED) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "session refused: it was revoked");
    }

    return rc;
}


void
ngx_resonate_login_session(ngx_http_request_t *r,
    ngx_resonate_auth_session_t *session)
{
    ngx_resonate_login_fill(ngx_resonate_login_ctx(r), session);
}


static void
ngx_resonate_login_fill(ngx_resonate_login_ctx_t *ctx,
    ngx_resonate_auth_session_t *session)
{
    resonate_session_t  *s;

    s = &ctx->s.session;

    session->issuer.data = (char *) ctx->login->issuer.data;
    session->issuer.len = ctx->login->issuer.len;
    session->client.data = (char *) ctx->login->client.data;
    session->client.len = ctx->login->client.len;
    session->subject = s->texts[RESONATE_SESSION_SUBJECT];
    session->sid = s->texts[RESONATE_SESSION_SID];
    session->began = s->times[RESONATE_SESSION_CREATED];
}


static ngx_uint_t
ngx_resonate_login_sent(ngx_http_request_t *r, ngx_resonate_login_t *login)
{
    ngx_uint_t               n;
    resonate_cookie_view_t   lines[NGX_RESONATE_AUTH_COOKIES], value;

    n = ngx_resonate_auth_cookies(r, lines);

    return resonate_cookie_find(lines, n, (char *) login->cookie.data,
                                login->cookie.len, &value)
           != RESONATE_COOKIE_NONE;
}


/* NGX_DECLINED: the browser is told so;  NGX_ERROR */

ngx_int_t
ngx_resonate_login_over(ngx_http_request_t *r, ngx_resonate_login_ctx_t *ctx)
{
    ctx->changed = 1;

    return (ngx_resonate_login_clear(r, ctx->login) == NGX_OK) ? NGX_DECLINED
                                                               : NGX_ERROR;
}


ngx_uint_t
ngx_resonate_login_beside(ngx_http_request_t *r)
{
    ngx_resonate_login_loc_conf_t  *llcf;

    llcf = ngx_http_get_module_loc_conf(r, ngx_resonate_login_module);

    return llcf->session && ngx_resonate_login_sent(r, llcf->session);
}


/* the token of the session was refused, so the session is over */

void
ngx_resonate_login_refused(ngx_http_request_t *r)
{
    ngx_resonate_login_ctx_t  *ctx;

    ctx = ngx_resonate_login_ctx(r);

    if (ctx && ctx->found) {
        ctx->found = 0;
        (void) ngx_resonate_login_over(r, ctx);
    }
}
