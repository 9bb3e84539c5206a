
/*
 * Copyright (C) Resonate
 *
 * The ticket of a request is taken out of it before anything else sees it:
 * what logs, variables, upstream servers and error messages are made of has
 * "***" in its place.  It is known by its own form, wherever it is, so that
 * arguments "ticket" of other applications are left alone.
 */


#include "ngx_resonate_ticket.h"


static ngx_int_t ngx_resonate_ticket_add_first(ngx_conf_t *cf,
    ngx_uint_t phase, ngx_http_handler_pt handler);
static ngx_int_t ngx_resonate_ticket_post_read_handler(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_ticket_log_handler(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_ticket_take(ngx_http_request_t *r);
static void ngx_resonate_ticket_mask(ngx_http_request_t *r);
static void ngx_resonate_ticket_mask_part(ngx_http_request_t *r,
    ngx_str_t *text, ngx_str_t *line);
static void ngx_resonate_ticket_mask_text(ngx_http_request_t *r,
    ngx_str_t *text);
static void ngx_resonate_ticket_cleanup(void *data);


/*
 * A request that nginx refuses before it has read all of it goes through no
 * phase but the last one, where the access log is written.
 */

ngx_int_t
ngx_resonate_ticket_mask_init(ngx_conf_t *cf)
{
    if (ngx_resonate_ticket_add_first(cf, NGX_HTTP_LOG_PHASE,
                                      ngx_resonate_ticket_log_handler)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_resonate_ticket_add_first(cf, NGX_HTTP_POST_READ_PHASE,
                                        ngx_resonate_ticket_post_read_handler);
}


/* nginx runs the last handler of a phase first, but the first one that logs */

static ngx_int_t
ngx_resonate_ticket_add_first(ngx_conf_t *cf, ngx_uint_t phase,
    ngx_http_handler_pt handler)
{
    ngx_array_t                *handlers;
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    handlers = &cmcf->phases[phase].handlers;

    h = ngx_array_push(handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    if (phase == NGX_HTTP_LOG_PHASE) {
        h = handlers->elts;
        ngx_memmove(h + 1, h, (handlers->nelts - 1) * sizeof(*h));
    }

    *h = handler;

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_ticket_post_read_handler(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    rc = ngx_resonate_ticket_take(r);

    ngx_resonate_ticket_mask(r);

    return (rc == NGX_OK) ? NGX_DECLINED : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


static ngx_int_t
ngx_resonate_ticket_log_handler(ngx_http_request_t *r)
{
    ngx_resonate_ticket_mask(r);

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_ticket_take(ngx_http_request_t *r)
{
    size_t                      at;
    ngx_pool_cleanup_t         *cln;
    ngx_resonate_ticket_ctx_t  *ctx;

    if (resonate_ticket_find((char *) r->args.data, r->args.len, &at) == 0) {
        return NGX_OK;
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_resonate_ticket_ctx_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_resonate_ticket_cleanup;

    ctx = cln->data;
    ngx_memzero(ctx, sizeof(ngx_resonate_ticket_ctx_t));

    ctx->args = r->args;

    ngx_http_set_ctx(r, ctx, ngx_resonate_ticket_module);

    return NGX_OK;
}


static void
ngx_resonate_ticket_mask(ngx_http_request_t *r)
{
    ngx_str_t  line;

    line = r->request_line;

    ngx_resonate_ticket_mask_text(r, &r->request_line);
    ngx_resonate_ticket_mask_part(r, &r->unparsed_uri, &line);
    ngx_resonate_ticket_mask_part(r, &r->args, &line);
    ngx_resonate_ticket_mask_part(r, &r->uri, &line);

    if (r->headers_in.referer) {
        ngx_resonate_ticket_mask_text(r, &r->headers_in.referer->value);
    }
}


/*
 * What is a part of the request line, as it mostly is, is a part of the masked
 * one: what stands around it has no ticket, and is as long as before.
 */

static void
ngx_resonate_ticket_mask_part(ngx_http_request_t *r, ngx_str_t *text,
    ngx_str_t *line)
{
    size_t   at, head, tail;
    u_char  *end, *last;

    /* as of most requests: it costs them nothing */

    if (text->len < RESONATE_TICKET_MIN) {
        return;
    }

    end = text->data + text->len;
    last = line->data + line->len;

    if (line->data == r->request_line.data
        || text->data < line->data || end > last)
    {
        ngx_resonate_ticket_mask_text(r, text);
        return;
    }

    head = text->data - line->data;
    tail = last - end;

    if (head + tail > r->request_line.len
        || resonate_ticket_find((char *) line->data, head, &at)
        || resonate_ticket_find((char *) end, tail, &at))
    {
        ngx_resonate_ticket_mask_text(r, text);
        return;
    }

    text->data = r->request_line.data + head;
    text->len = r->request_line.len - head - tail;
}


/* the text may be in memory that others read, too: it is left as it is */

static void
ngx_resonate_ticket_mask_text(ngx_http_request_t *r, ngx_str_t *text)
{
    size_t   at, n;
    u_char  *p;

    n = resonate_ticket_find((char *) text->data, text->len, &at);

    if (n == 0) {
        return;
    }

    p = ngx_pnalloc(r->pool, text->len + 1);

    if (p == NULL) {
        text->len = at;
        return;
    }

    text->len = resonate_ticket_mask((char *) p, (char *) text->data,
                                     text->len, at, n);
    text->data = p;

    /* as headers have it, and variables of nginx expect */

    p[text->len] = '\0';
}


/* nginx clears the contexts of modules when it redirects internally */

ngx_resonate_ticket_ctx_t *
ngx_resonate_ticket_ctx(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t         *cln;
    ngx_resonate_ticket_ctx_t  *ctx;

    r = r->main;

    ctx = ngx_http_get_module_ctx(r, ngx_resonate_ticket_module);

    if (ctx || !(r->internal || r->filter_finalize)) {
        return ctx;
    }

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_resonate_ticket_cleanup) {
            ngx_http_set_ctx(r, cln->data, ngx_resonate_ticket_module);
            return cln->data;
        }
    }

    return NULL;
}


static void
ngx_resonate_ticket_cleanup(void *data)
{
    /* void: it is there to be found */
}


ngx_uint_t
ngx_resonate_ticket_arg(ngx_str_t *args, ngx_str_t *text)
{
    u_char      *p, *next, *last;
    ngx_uint_t   n;

    n = 0;
    last = args->data + args->len;

    for (p = args->data; p < last; p = next + 1) {

        next = ngx_strlchr(p, last, '&');

        if (next == NULL) {
            next = last;
        }

        if ((size_t) (next - p) < sizeof("ticket=") - 1
            || ngx_strncmp(p, "ticket=", sizeof("ticket=") - 1) != 0)
        {
            continue;
        }

        if (n++ == 0) {
            text->data = p + sizeof("ticket=") - 1;
            text->len = next - text->data;
        }
    }

    return n;
}
