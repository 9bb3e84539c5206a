
/*
 * Copyright (C) Resonate
 *
 * The names "X-Resonate-..." belong to the edge: whatever a client sends under
 * them is taken out of the request before anybody looks at it.  So are the
 * cookies of sessions.
 */


#include "ngx_resonate_auth_pass.h"


static ngx_int_t ngx_resonate_auth_pass_strip(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_auth_pass_keep(ngx_list_t *headers,
    ngx_list_part_t *part);
static ngx_uint_t ngx_resonate_auth_pass_any(ngx_list_t *headers);
static ngx_uint_t ngx_resonate_auth_pass_reserved(ngx_table_elt_t *h);


ngx_int_t
ngx_resonate_auth_pass_post_read(ngx_http_request_t *r)
{
    return ngx_resonate_auth_pass_strip(r);
}


/*
 * A request that nginx itself refused (no Host, say) was in no phase before
 * its "error_page", which may be an upstream's.  Subrequests have the list of
 * their parent.
 */

ngx_int_t
ngx_resonate_auth_pass_rewrite(ngx_http_request_t *r)
{
    if (!r->internal || r != r->main) {
        return NGX_DECLINED;
    }

    return ngx_resonate_auth_pass_strip(r);
}


/*
 * The elements stay where they are, others point to them: a part of the list
 * ends before one that goes, and the next begins behind it.  Of all parts only
 * the first may be empty, nginx looks at the first element of the others.
 */

static ngx_int_t
ngx_resonate_auth_pass_strip(ngx_http_request_t *r)
{
    ngx_list_t       *headers;
    ngx_list_part_t   first, *part;

    if (ngx_resonate_login_hide(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    headers = &r->headers_in.headers;

    if (!ngx_resonate_auth_pass_any(headers)) {
        return NGX_DECLINED;
    }

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate auth: headers removed");

    first = headers->part;

    headers->last = &headers->part;
    headers->last->nelts = 0;
    headers->last->next = NULL;

    for (part = &first; part; part = part->next) {
        if (ngx_resonate_auth_pass_keep(headers, part) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    /* behind the last one there is no room of its own */

    if (headers->last->nelts) {
        headers->nalloc = headers->last->nelts;
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_resonate_auth_pass_keep(ngx_list_t *headers, ngx_list_part_t *part)
{
    ngx_uint_t        i, apart;
    ngx_list_part_t  *last;
    ngx_table_elt_t  *h;

    h = part->elts;
    apart = 1;

    for (i = 0; i < part->nelts; i++) {

        if (ngx_resonate_auth_pass_reserved(&h[i])) {
            apart = 1;
            continue;
        }

        if (apart) {
            last = ngx_pcalloc(headers->pool, sizeof(ngx_list_part_t));
            if (last == NULL) {
                return NGX_ERROR;
            }

            last->elts = &h[i];
            apart = 0;

            headers->last->next = last;
            headers->last = last;
        }

        headers->last->nelts++;
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_resonate_auth_pass_any(ngx_list_t *headers)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &headers->part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (ngx_resonate_auth_pass_reserved(&h[i])) {
                return 1;
            }
        }
    }

    return 0;
}


/*
 * CGI and its kin make one of "-" and "_"; which other characters become one,
 * each application decides for itself.
 */

static ngx_uint_t
ngx_resonate_auth_pass_reserved(ngx_table_elt_t *h)
{
    u_char      c;
    ngx_uint_t  i;

    static const u_char  prefix[] = "x-resonate-";

    if (h->hash == 0) {
        return 1;
    }

    if (h->key.len < sizeof(prefix) - 1) {
        return 0;
    }

    for (i = 0; prefix[i]; i++) {
        c = ngx_tolower(h->key.data[i]);

        if (c == prefix[i]) {
            continue;
        }

        if (prefix[i] != '-' || (c >= 'a' && c <= 'z')
            || (c >= '0' && c <= '9'))
        {
            return 0;
        }
    }

    return 1;
}
