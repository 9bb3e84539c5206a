
/*
 * Copyright (C) Resonate
 *
 * What upstreams are told of the caller.  The names "X-Resonate-..." belong to
 * the edge: whatever a client sends under them is taken out of the request
 * before anybody looks at it.
 */


#include "ngx_resonate_auth_internal.h"


static ngx_int_t ngx_resonate_auth_pass_post_read(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_auth_pass_rewrite(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_auth_pass_strip(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_auth_pass_keep(ngx_list_t *headers,
    ngx_list_part_t *part);
static ngx_uint_t ngx_resonate_auth_pass_any(ngx_list_t *headers);
static ngx_uint_t ngx_resonate_auth_pass_reserved(ngx_table_elt_t *h);
static ngx_int_t ngx_resonate_auth_pass_init(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_auth_pass_handler(ngx_conf_t *cf,
    ngx_uint_t phase, ngx_http_handler_pt handler);


extern ngx_module_t  ngx_resonate_auth_pass_module;


static ngx_http_module_t  ngx_resonate_auth_pass_module_ctx = {
    NULL,                                  /* preconfiguration */
    ngx_resonate_auth_pass_init,           /* postconfiguration */

    NULL,                                  /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_resonate_auth_pass_module = {
    NGX_MODULE_V1,
    &ngx_resonate_auth_pass_module_ctx,    /* module context */
    NULL,                                  /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_resonate_auth_pass_post_read(ngx_http_request_t *r)
{
    return ngx_resonate_auth_pass_strip(r);
}


/*
 * A request that nginx itself refused (no Host, say) was in no phase before
 * its "error_page", which may be an upstream's.  Subrequests have the list of
 * their parent.
 */

static ngx_int_t
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

    headers = &r->headers_in.headers;

    if (!ngx_resonate_auth_pass_any(headers)) {
        return NGX_DECLINED;
    }

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate auth: reserved headers removed");

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


static ngx_int_t
ngx_resonate_auth_pass_init(ngx_conf_t *cf)
{
    if (ngx_resonate_auth_pass_handler(cf, NGX_HTTP_POST_READ_PHASE,
                                       ngx_resonate_auth_pass_post_read)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_resonate_auth_pass_handler(cf, NGX_HTTP_REWRITE_PHASE,
                                          ngx_resonate_auth_pass_rewrite);
}


static ngx_int_t
ngx_resonate_auth_pass_handler(ngx_conf_t *cf, ngx_uint_t phase,
    ngx_http_handler_pt handler)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[phase].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = handler;

    return NGX_OK;
}
