
/*
 * Copyright (C) Resonate
 *
 * What the handlers of log-in have in common.
 */


#include "ngx_resonate_login_internal.h"


#define NGX_RESONATE_LOGIN_PAGE                                               \
    "<!doctype html>" CRLF                                                    \
    "<html lang=\"en\"><meta charset=\"utf-8\">" CRLF                         \
    "<meta name=\"viewport\" content=\"width=device-width\">" CRLF            \
    "<title>%s</title>" CRLF                                                  \
    "<h1>%s</h1>" CRLF                                                        \
    "<p>%s</p>" CRLF                                                          \
    "<p><a href=\"/\">Go on</a></p>" CRLF


ngx_int_t
ngx_resonate_login_not_allowed(ngx_http_request_t *r, const char *allow)
{
    ngx_str_t  value;

    value.data = (u_char *) allow;
    value.len = ngx_strlen(allow);

    if (ngx_resonate_add_header(r, "Allow", &value) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_resonate_send_problem(r, NGX_HTTP_NOT_ALLOWED, NULL, NULL);
}


/*
 * Not r->headers_out.location: nginx would make a path a URL by its own port,
 * which is another one behind a load balancer.
 */

ngx_int_t
ngx_resonate_login_redirect(ngx_http_request_t *r, ngx_uint_t status,
    ngx_str_t *location)
{
    ngx_int_t  rc;
    ngx_str_t  cache = ngx_string("no-store");
    ngx_str_t  referrer = ngx_string("no-referrer");

    if (ngx_resonate_add_header(r, "Location", location) != NGX_OK
        || ngx_resonate_add_header(r, "Cache-Control", &cache) != NGX_OK
        || ngx_resonate_add_header(r, "Referrer-Policy", &referrer) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->headers_out.status = status;
    r->headers_out.content_length_n = 0;
    r->header_only = 1;

    rc = ngx_http_send_header(r);

    return (rc == NGX_OK) ? ngx_http_send_special(r, NGX_HTTP_LAST) : rc;
}


/* for a person in the middle of a log-in; title and text are ours */

ngx_int_t
ngx_resonate_login_page(ngx_http_request_t *r, ngx_uint_t status,
    const char *title, const char *text)
{
    size_t        len;
    ngx_int_t     rc;
    ngx_buf_t    *b;
    ngx_str_t     cache = ngx_string("no-store");
    ngx_str_t     policy = ngx_string("default-src 'none'");
    ngx_chain_t   out;

    if (ngx_resonate_add_header(r, "Cache-Control", &cache) != NGX_OK
        || ngx_resonate_add_header(r, "Content-Security-Policy", &policy)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    len = sizeof(NGX_RESONATE_LOGIN_PAGE) + 2 * ngx_strlen(title)
          + ngx_strlen(text);

    b = ngx_create_temp_buf(r->pool, len);
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    b->last = ngx_sprintf(b->last, NGX_RESONATE_LOGIN_PAGE, title, title,
                          text);
    b->last_buf = 1;
    b->last_in_chain = 1;

    r->headers_out.status = status;
    r->headers_out.content_length_n = b->last - b->pos;
    ngx_str_set(&r->headers_out.content_type, "text/html; charset=utf-8");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


ngx_int_t
ngx_resonate_login_origin(ngx_http_request_t *r, ngx_resonate_login_t *login,
    ngx_str_t *origin)
{
    if (login->origin.len) {
        *origin = login->origin;
        return NGX_OK;
    }

    return ngx_resonate_auth_site(r, origin);
}
