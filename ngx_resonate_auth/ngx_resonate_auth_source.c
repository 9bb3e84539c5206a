
/*
 * Copyright (C) Resonate
 *
 * Where the token of a request is: in the Authorization header, in a cookie of
 * its own, or in a session.  It comes by one way only (RFC 6750, section 2);
 * parameters of a URI or a form are not looked at, they end up in logs and
 * histories.
 */


#include "ngx_resonate_auth_internal.h"


static ngx_int_t ngx_resonate_auth_header(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx);
static ngx_uint_t ngx_resonate_auth_scheme(ngx_str_t *value,
    const char *scheme);
static ngx_int_t ngx_resonate_auth_cookie(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx);
static ngx_int_t ngx_resonate_auth_not(ngx_resonate_auth_ctx_t *ctx,
    ngx_uint_t status, const char *detail);


ngx_int_t
ngx_resonate_auth_source(ngx_http_request_t *r, ngx_resonate_auth_ctx_t *ctx)
{
    ngx_int_t  header, cookie;

    header = ngx_resonate_auth_header(r, ctx);

    if (header == NGX_OK && ngx_resonate_login_beside(r)) {
        return ngx_resonate_auth_not(ctx, NGX_HTTP_BAD_REQUEST,
                                     "There is a token in a header and one "
                                     "in a cookie");
    }

    cookie = ngx_resonate_auth_cookie(r, ctx);

    if (cookie == NGX_DECLINED) {
        return (header == NGX_OK) ? NGX_OK : ngx_resonate_login_token(r, ctx);
    }

    if (cookie == NGX_ERROR || header == NGX_OK
        || ngx_resonate_login_beside(r))
    {
        return ngx_resonate_auth_not(ctx, NGX_HTTP_BAD_REQUEST,
                                     "There are several tokens");
    }

    /* RFC 6265, section 8.2: a cookie says nothing of who makes a request */

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD|NGX_HTTP_OPTIONS))
        && !ngx_resonate_auth_own(r, NULL))
    {
        return ngx_resonate_auth_not(ctx, NGX_HTTP_FORBIDDEN,
                                     "Only a page of this server may ask for "
                                     "this");
    }

    return NGX_OK;
}


/*
 * NGX_DECLINED: there is no token to resolve.  Two Authorization headers never
 * get here, nginx answers 400; other places of a token (RFC 6750, sections 2.2
 * and 2.3) are not looked at, they end up in logs and histories.
 */

static ngx_int_t
ngx_resonate_auth_header(ngx_http_request_t *r, ngx_resonate_auth_ctx_t *ctx)
{
    u_char           *p, *last;
    ngx_table_elt_t  *h;

    h = r->headers_in.authorization;

    if (h == NULL) {
        return NGX_DECLINED;
    }

    p = h->value.data;
    last = p + h->value.len;

    if (ngx_resonate_auth_scheme(&h->value, "Bearer")) {
        ctx->scheme = NGX_RESONATE_AUTH_BEARER;
        p += sizeof("Bearer") - 1;

    } else if (ngx_resonate_dpop_used(r)
               && ngx_resonate_auth_scheme(&h->value, "DPoP"))
    {
        ctx->scheme = NGX_RESONATE_AUTH_DPOP;
        p += sizeof("DPoP") - 1;

    } else {
        return NGX_DECLINED;
    }

    while (p < last && *p == ' ') {
        p++;
    }

    ctx->sent = 1;
    ctx->source = NGX_RESONATE_AUTH_HEADER;

    ctx->token.data = p;
    ctx->token.len = last - p;

    return NGX_OK;
}


/* the word of an Authorization header, in any case of letters */

static ngx_uint_t
ngx_resonate_auth_scheme(ngx_str_t *value, const char *scheme)
{
    size_t  len;

    len = ngx_strlen(scheme);

    return value->len >= len
           && ngx_strncasecmp(value->data, (u_char *) scheme, len) == 0
           && (value->len == len || value->data[len] == ' ');
}


/* NGX_ERROR: it is there twice */

static ngx_int_t
ngx_resonate_auth_cookie(ngx_http_request_t *r, ngx_resonate_auth_ctx_t *ctx)
{
    ngx_uint_t                      n;
    resonate_cookie_rc_e            rc;
    resonate_cookie_view_t          lines[NGX_RESONATE_AUTH_COOKIES], value;
    ngx_resonate_auth_loc_conf_t   *alcf;

    alcf = ngx_http_get_module_loc_conf(r, ngx_resonate_auth_module);

    if (alcf->cookie.len == 0) {
        return NGX_DECLINED;
    }

    n = ngx_resonate_auth_cookies(r, lines);

    rc = resonate_cookie_find(lines, n, (char *) alcf->cookie.data,
                              alcf->cookie.len, &value);

    if (rc != RESONATE_COOKIE_OK) {
        return (rc == RESONATE_COOKIE_NONE) ? NGX_DECLINED : NGX_ERROR;
    }

    ctx->sent = 1;
    ctx->scheme = NGX_RESONATE_AUTH_BEARER;
    ctx->source = NGX_RESONATE_AUTH_COOKIE;

    ctx->token.data = (u_char *) value.data;
    ctx->token.len = value.len;

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_auth_not(ngx_resonate_auth_ctx_t *ctx, ngx_uint_t status,
    const char *detail)
{
    ctx->sent = 0;
    ctx->status = status;
    ctx->detail = detail;

    return NGX_DECLINED;
}
