
/*
 * Copyright (C) Resonate
 *
 * Counts each request once, when nginx logs it, for the route that it had:
 * how it was answered, how long the header of the answer took, and the bytes
 * that were sent.  How long a body takes is up to the client, and a stream's
 * would say nothing of the server.
 *
 * nginx's own time is of milliseconds, and of the beginning of a round of
 * events: an answer from the cache takes none of it.
 */


#include "../ngx_resonate_core_internal.h"

#include <time.h>


typedef struct {
    ngx_resonate_traffic_t  *traffic;     /* NULL: no route yet */
    uint64_t                 start;       /* usec */
    uint64_t                 usec;        /* until the header */
    unsigned                 answered:1;
} ngx_resonate_traffic_ctx_t;


static ngx_int_t ngx_resonate_traffic_start(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_traffic_filter(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_traffic_log(ngx_http_request_t *r);
static uint64_t ngx_resonate_traffic_now(void);
static ngx_resonate_traffic_ctx_t *ngx_resonate_traffic_ctx(
    ngx_http_request_t *r);
static void ngx_resonate_traffic_mark(void *data);
static ngx_int_t ngx_resonate_traffic_init(ngx_conf_t *cf);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;


static ngx_http_module_t  ngx_resonate_traffic_module_ctx = {
    NULL,                                  /* preconfiguration */
    ngx_resonate_traffic_init,             /* postconfiguration */

    NULL,                                  /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_resonate_traffic_module = {
    NGX_MODULE_V1,
    &ngx_resonate_traffic_module_ctx,      /* module context */
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
ngx_resonate_traffic_start(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t          *cln;
    ngx_resonate_traffic_ctx_t  *ctx;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_resonate_traffic_ctx_t));
    if (cln == NULL) {
        return NGX_DECLINED;
    }

    cln->handler = ngx_resonate_traffic_mark;

    ctx = cln->data;
    ctx->traffic = NULL;
    ctx->start = ngx_resonate_traffic_now();
    ctx->usec = 0;
    ctx->answered = 0;

    return NGX_DECLINED;
}


void
ngx_resonate_traffic_route(ngx_http_request_t *r,
    ngx_resonate_traffic_t *traffic)
{
    ngx_resonate_traffic_ctx_t  *ctx;

    if (r != r->main) {
        return;
    }

    ctx = ngx_resonate_traffic_ctx(r);

    /* what its errors are redirected to is not what was asked for */

    if (ctx && ctx->traffic == NULL) {
        ctx->traffic = traffic;
    }
}


static ngx_int_t
ngx_resonate_traffic_filter(ngx_http_request_t *r)
{
    ngx_resonate_traffic_ctx_t  *ctx;

    if (r == r->main) {
        ctx = ngx_resonate_traffic_ctx(r);

        if (ctx && !ctx->answered) {
            ctx->usec = ngx_resonate_traffic_now() - ctx->start;
            ctx->answered = 1;
        }
    }

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_resonate_traffic_log(ngx_http_request_t *r)
{
    uint64_t                     usec;
    ngx_uint_t                   status;
    ngx_resonate_shared_t       *shared;
    ngx_resonate_traffic_t     **other;
    ngx_resonate_traffic_ctx_t  *ctx;
    ngx_resonate_traffic_row_t  *row;

    if (r != r->main) {
        return NGX_OK;
    }

    ctx = ngx_resonate_traffic_ctx(r);

    if (ctx && ctx->traffic) {
        row = ctx->traffic->row;

    } else {
        shared = ngx_http_get_module_main_conf(r, ngx_resonate_core_module);
        other = shared->routes.elts;
        row = other[0]->row;
    }

    status = r->err_status ? r->err_status : r->headers_out.status;

    (void) ngx_atomic_fetch_add(&row->codes[resonate_code(status)], 1);
    (void) ngx_atomic_fetch_add(&row->bytes, r->connection->sent);

    /* a header that nginx could not read has no beginning */

    if (ctx) {
        usec = ctx->answered ? ctx->usec
                             : ngx_resonate_traffic_now() - ctx->start;

        (void) ngx_atomic_fetch_add(&row->buckets[resonate_bucket(usec)], 1);
        (void) ngx_atomic_fetch_add(&row->usec, usec);
    }

    return NGX_OK;
}


static uint64_t
ngx_resonate_traffic_now(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}


/* internal redirects clear the contexts of modules, not the pool's cleanups */

static ngx_resonate_traffic_ctx_t *
ngx_resonate_traffic_ctx(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = r->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == ngx_resonate_traffic_mark) {
            return cln->data;
        }
    }

    return NULL;
}


static void
ngx_resonate_traffic_mark(void *data)
{
    /* there is nothing to clean up */
}


static ngx_int_t
ngx_resonate_traffic_init(ngx_conf_t *cf)
{
    ngx_http_handler_pt        *start, *log;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    start = ngx_array_push(&cmcf->phases[NGX_HTTP_POST_READ_PHASE].handlers);
    log = ngx_array_push(&cmcf->phases[NGX_HTTP_LOG_PHASE].handlers);

    if (start == NULL || log == NULL) {
        return NGX_ERROR;
    }

    *start = ngx_resonate_traffic_start;
    *log = ngx_resonate_traffic_log;

    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_resonate_traffic_filter;

    return NGX_OK;
}
