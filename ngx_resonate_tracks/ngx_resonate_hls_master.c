
/*
 * Copyright (C) Resonate
 *
 * The master playlist: the rates of each quality are measured of its index,
 * one file after the other, and kept as if they were a reply.
 */


#include "ngx_resonate_hls.h"


typedef struct {
    ngx_resonate_media_t         media;
    ngx_resonate_compose_t       rates;
} ngx_resonate_hls_file_t;


typedef struct {
    ngx_resonate_hls_play_t      play;
    ngx_uint_t                   n;        /* measured so far */
    ngx_str_t                    form;
    ngx_resonate_compose_t       reply;
    resonate_hls_variant_t       variants[RESONATE_DECISION_FILES];
} ngx_resonate_hls_master_ctx_t;


static ngx_int_t ngx_resonate_hls_master_next(ngx_http_request_t *r,
    ngx_resonate_hls_master_ctx_t *ctx);
static ngx_int_t ngx_resonate_hls_master_opened(ngx_http_request_t *r,
    ngx_resonate_media_t *media, ngx_int_t rc);
static ngx_int_t ngx_resonate_hls_master_measure(ngx_http_request_t *r,
    ngx_resonate_compose_t *c, const resonate_index_t *index);
static ngx_int_t ngx_resonate_hls_master_measured(ngx_http_request_t *r,
    ngx_resonate_compose_t *c);
static ngx_int_t ngx_resonate_hls_master_send(ngx_http_request_t *r,
    ngx_resonate_hls_master_ctx_t *ctx);


ngx_int_t
ngx_resonate_hls_master_handler(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply)
{
    u_char                         *p;
    ngx_int_t                       rc;
    const char                     *detail;
    ngx_resonate_hls_master_ctx_t  *ctx;

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate hls master handler");

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_resonate_hls_master_ctx_t));
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    detail = NULL;

    rc = ngx_resonate_hls_play(r, reply, &ctx->play, 1, &detail);
    if (rc != NGX_OK) {
        return ngx_resonate_media_fail(r, rc, detail);
    }

    p = ngx_pnalloc(r->pool, sizeof("hls-rates--") - 1 + 3 * NGX_INT_T_LEN);
    if (p == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->form.data = p;
    ctx->form.len = ngx_sprintf(p, "hls%d-rates-%uD-%uD",
                                RESONATE_HLS_VERSION, ctx->play.segment_ms,
                                ctx->play.limit_ms)
                    - p;

    return ngx_resonate_hls_master_next(r, ctx);
}


static ngx_int_t
ngx_resonate_hls_master_next(ngx_http_request_t *r,
    ngx_resonate_hls_master_ctx_t *ctx)
{
    ngx_str_t                    name;
    ngx_resonate_hls_file_t     *file;
    const resonate_rendition_t  *rendition;

    if (ctx->n == ctx->play.decision.nfiles) {
        return ngx_resonate_hls_master_send(r, ctx);
    }

    file = ngx_pcalloc(r->pool, sizeof(ngx_resonate_hls_file_t));
    if (file == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rendition = &ctx->play.decision.files[ctx->n];

    name.data = (u_char *) rendition->file;
    name.len = rendition->file_len;

    file->rates.media = &file->media;
    file->rates.form = ctx->form;
    file->rates.make = ngx_resonate_hls_master_measure;
    file->rates.send = ngx_resonate_hls_master_measured;
    file->rates.data = ctx;
    file->rates.what = "HLS";
    file->rates.detail = "A stored file can not be played as HLS.";

    file->media.handler = ngx_resonate_hls_master_opened;
    file->media.data = file;

    return ngx_resonate_media_open(r, &file->media, &name);
}


static ngx_int_t
ngx_resonate_hls_master_opened(ngx_http_request_t *r,
    ngx_resonate_media_t *media, ngx_int_t rc)
{
    ngx_resonate_hls_file_t  *file;

    if (rc != NGX_OK) {
        return ngx_resonate_media_fail(r, rc, NULL);
    }

    file = media->data;

    return ngx_resonate_compose(r, &file->rates);
}


static ngx_int_t
ngx_resonate_hls_master_measure(ngx_http_request_t *r,
    ngx_resonate_compose_t *c, const resonate_index_t *index)
{
    resonate_hls_t                  hls;
    resonate_hls_rates_t           *rates;
    ngx_resonate_hls_master_ctx_t  *ctx;

    ctx = c->data;

    rates = ngx_palloc(r->pool, sizeof(resonate_hls_rates_t));
    if (rates == NULL) {
        c->failed = "out of memory";
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (resonate_hls_plan(&hls, index, ctx->play.segment_ms,
                          ctx->play.limit_ms, &c->failed)
        != RESONATE_MP4_OK
        || resonate_hls_rates(&hls, rates, &c->failed) != RESONATE_MP4_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    c->head.data = (u_char *) rates;
    c->head.len = sizeof(resonate_hls_rates_t);

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_hls_master_measured(ngx_http_request_t *r,
    ngx_resonate_compose_t *c)
{
    resonate_hls_variant_t         *variant;
    const resonate_rendition_t     *rendition;
    ngx_resonate_hls_master_ctx_t  *ctx;

    ctx = c->data;

    if (c->head.len != sizeof(resonate_hls_rates_t)) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    variant = &ctx->variants[ctx->n];
    rendition = &ctx->play.decision.files[ctx->n];

    ngx_memcpy(&variant->rates, c->head.data, c->head.len);

    variant->quality.data = (const uint8_t *) rendition->quality;
    variant->quality.len = ngx_strlen(rendition->quality);

    ctx->reply.media = c->media;
    ctx->n++;

    return ngx_resonate_hls_master_next(r, ctx);
}


static ngx_int_t
ngx_resonate_hls_master_send(ngx_http_request_t *r,
    ngx_resonate_hls_master_ctx_t *ctx)
{
    size_t                   len;
    resonate_mp4_view_t      ticket;
    ngx_resonate_compose_t  *c;

    c = &ctx->reply;

    ticket.data = ctx->play.ticket.data;
    ticket.len = ctx->play.ticket.len;

    len = resonate_hls_master_write(ctx->variants, ctx->n, &ticket, NULL, 0);

    c->head.len = len;
    c->head.data = ngx_pnalloc(r->pool, len);

    if (c->head.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    (void) resonate_hls_master_write(ctx->variants, ctx->n, &ticket,
                                     c->head.data, len);

    return ngx_resonate_hls_send_text(r, c, &ctx->play);
}
