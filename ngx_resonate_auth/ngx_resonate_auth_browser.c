
/*
 * Copyright (C) Resonate
 *
 * Browsers: the cookies of a request, and whether a page of ours made it.
 *
 * A session's cookie is the edge's alone.  It is taken out of the request
 * before anybody looks at it, so that no service behind the edge can use it,
 * and no log has it; the lines as they came are kept for us.
 */


#include "ngx_resonate_auth_internal.h"
#include "jwt/resonate_oidc.h"


typedef struct {
    ngx_uint_t               n;
    resonate_cookie_view_t   lines[NGX_RESONATE_AUTH_COOKIES];
} ngx_resonate_auth_cookies_t;


static ngx_resonate_auth_cookies_t *ngx_resonate_auth_cookies_kept(
    ngx_http_request_t *r);
static ngx_int_t ngx_resonate_auth_cookies_keep(ngx_http_request_t *r);
static void ngx_resonate_auth_cookies_cleanup(void *data);
static ngx_uint_t ngx_resonate_auth_cookies_read(ngx_http_request_t *r,
    resonate_cookie_view_t *lines);
static ngx_uint_t ngx_resonate_auth_is_cookie(ngx_table_elt_t *h);
static ngx_int_t ngx_resonate_auth_hide_in(ngx_http_request_t *r,
    ngx_table_elt_t *h, ngx_str_t *name);
static void ngx_resonate_auth_one(ngx_http_request_t *r, const char *name,
    size_t len, resonate_jwt_view_t *view);


ngx_uint_t
ngx_resonate_auth_cookies(ngx_http_request_t *r, resonate_cookie_view_t *lines)
{
    ngx_resonate_auth_cookies_t  *kept;

    kept = ngx_resonate_auth_cookies_kept(r);

    if (kept == NULL) {
        return ngx_resonate_auth_cookies_read(r, lines);
    }

    ngx_memcpy(lines, kept->lines, sizeof(kept->lines));

    return kept->n;
}


/* internal redirects and subrequests have the same pool */

static ngx_resonate_auth_cookies_t *
ngx_resonate_auth_cookies_kept(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_resonate_auth_cookies_cleanup) {
            return cln->data;
        }
    }

    return NULL;
}


static ngx_int_t
ngx_resonate_auth_cookies_keep(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t           *cln;
    ngx_resonate_auth_cookies_t  *kept;

    if (ngx_resonate_auth_cookies_kept(r)) {
        return NGX_OK;
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_resonate_auth_cookies_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_resonate_auth_cookies_cleanup;

    kept = cln->data;
    kept->n = ngx_resonate_auth_cookies_read(r, kept->lines);

    return NGX_OK;
}


/* the memory is the pool's, as the headers are */

static void
ngx_resonate_auth_cookies_cleanup(void *data)
{
}


static ngx_uint_t
ngx_resonate_auth_cookies_read(ngx_http_request_t *r,
    resonate_cookie_view_t *lines)
{
    ngx_uint_t        i, n;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    n = 0;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts && n < NGX_RESONATE_AUTH_COOKIES; i++) {

            if (ngx_resonate_auth_is_cookie(&h[i])) {
                lines[n].data = (char *) h[i].value.data;
                lines[n].len = h[i].value.len;
                n++;
            }
        }
    }

    return n;
}


static ngx_uint_t
ngx_resonate_auth_is_cookie(ngx_table_elt_t *h)
{
    return h->key.len == sizeof("Cookie") - 1
           && ngx_strncasecmp(h->key.data, (u_char *) "Cookie",
                              sizeof("Cookie") - 1)
              == 0;
}


ngx_int_t
ngx_resonate_auth_hide(ngx_http_request_t *r, ngx_str_t *name)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (ngx_resonate_auth_is_cookie(&h[i])
                && ngx_resonate_auth_hide_in(r, &h[i], name) != NGX_OK)
            {
                return NGX_ERROR;
            }
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_auth_hide_in(ngx_http_request_t *r, ngx_table_elt_t *h,
    ngx_str_t *name)
{
    char                    *p, *rest;
    size_t                   pos;
    resonate_cookie_view_t   line, key, value;

    line.data = (char *) h->value.data;
    line.len = h->value.len;
    pos = 0;

    if (!resonate_cookie_next(&line, &pos, (char *) name->data, name->len,
                              &key, &value))
    {
        return NGX_OK;
    }

    rest = ngx_pnalloc(r->pool, line.len + 1);

    if (rest == NULL || ngx_resonate_auth_cookies_keep(r) != NGX_OK) {
        return NGX_ERROR;
    }

    p = resonate_cookie_without(rest, &line, (char *) name->data, name->len);
    *p = '\0';

    h->value.data = (u_char *) rest;
    h->value.len = p - rest;

    /* nginx does not see one without a hash; who removes headers removes it */

    if (h->value.len == 0) {
        h->hash = 0;
    }

    return NGX_OK;
}


/* the host is one that nginx found to be well-formed */

ngx_int_t
ngx_resonate_auth_site(ngx_http_request_t *r, ngx_str_t *origin)
{
    u_char      *p;
    ngx_str_t    host;
    const char  *scheme;

    scheme = "http://";

#if (NGX_HTTP_SSL)
    if (r->connection->ssl) {
        scheme = "https://";
    }
#endif

    host = r->headers_in.host ? r->headers_in.host->value
                              : r->headers_in.server;

    p = ngx_pnalloc(r->pool, sizeof("https://") - 1 + host.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    origin->data = p;
    p = ngx_sprintf(p, "%s%V", scheme, &host);
    origin->len = p - origin->data;

    return NGX_OK;
}


ngx_uint_t
ngx_resonate_auth_own(ngx_http_request_t *r, ngx_str_t *origin)
{
    ngx_str_t            asked;
    resonate_jwt_view_t  site, from, own;

    if (origin == NULL || origin->len == 0) {
        origin = &asked;

        if (ngx_resonate_auth_site(r, origin) != NGX_OK) {
            return 0;
        }
    }

    own.data = (char *) origin->data;
    own.len = origin->len;

    ngx_resonate_auth_one(r, "Sec-Fetch-Site", sizeof("Sec-Fetch-Site") - 1,
                          &site);
    ngx_resonate_auth_one(r, "Origin", sizeof("Origin") - 1, &from);

    return resonate_oidc_same_origin(&site, &from, &own);
}


/* a header that is there twice proves nothing */

static void
ngx_resonate_auth_one(ngx_http_request_t *r, const char *name, size_t len,
    resonate_jwt_view_t *view)
{
    ngx_uint_t        n;
    ngx_table_elt_t  *h;

    h = ngx_resonate_find_header(r, name, len, &n);

    view->data = (n == 1) ? (char *) h->value.data : (n ? "?" : "");
    view->len = (n == 1) ? h->value.len : (n ? 1 : 0);
}
