
/*
 * Copyright (C) Resonate
 *
 * Init segments, and segments: a head and a span of the file.
 */


#include "ngx_resonate_hls.h"


/*
 * The argument "v" names the bytes behind a URL, so they stay the same; the
 * ticket in it does not live longer than that.
 */

#define NGX_RESONATE_HLS_CACHE  "private, max-age=86400, immutable"


static ngx_int_t ngx_resonate_hls_evidence(ngx_http_request_t *r,
    ngx_resonate_hls_ctx_t *ctx);


ngx_int_t
ngx_resonate_hls_make_init(ngx_http_request_t *r, ngx_resonate_compose_t *c,
    const resonate_index_t *index)
{
    size_t  len;

    len = resonate_hls_init_write(index, NULL, 0);

    if (ngx_resonate_hls_alloc(r, c, len) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    (void) resonate_hls_init_write(index, c->head.data, len);

    return NGX_OK;
}


ngx_int_t
ngx_resonate_hls_make_segment(ngx_http_request_t *r,
    ngx_resonate_compose_t *c, const resonate_index_t *index)
{
    size_t                   len;
    resonate_hls_t           hls;
    resonate_hls_segment_t   segment;
    ngx_resonate_hls_ctx_t  *ctx;

    ctx = c->data;

    if (resonate_hls_plan(&hls, index, ctx->play.segment_ms,
                          ctx->play.limit_ms, &c->failed)
        != RESONATE_MP4_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ctx->n >= hls.segments) {
        c->failed = "no such segment";
        c->detail = "There is no such segment.";
        return NGX_HTTP_NOT_FOUND;
    }

    if (resonate_hls_segment(&hls, (uint32_t) ctx->n, &segment, &c->failed)
        != RESONATE_MP4_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    len = resonate_hls_segment_write(&hls, &segment, NULL, 0);

    if (ngx_resonate_hls_alloc(r, c, len) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    (void) resonate_hls_segment_write(&hls, &segment, c->head.data, len);

    c->span_offset = (off_t) segment.span.offset;
    c->span_size = (off_t) segment.span.size;

    return NGX_OK;
}


ngx_int_t
ngx_resonate_hls_send_media(ngx_http_request_t *r, ngx_resonate_compose_t *c)
{
    ngx_resonate_hls_ctx_t        *ctx;
    ngx_resonate_hls_main_conf_t  *mcf;

    ctx = c->data;

    r->connection->log->action = "sending HLS to client";

    if (ngx_resonate_hls_headers(r, "audio/mp4",
                                 ctx->version ? NGX_RESONATE_HLS_CACHE
                                                : "private, no-cache",
                                 ctx->play.limit_ms ? 1 : 0)
        != NGX_OK
        || ngx_resonate_media_etag(r, c->media, &c->form) != NGX_OK
        || ngx_resonate_hls_evidence(r, ctx) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_hls_module);

    ngx_resonate_count(mcf->segments);

    return ngx_resonate_compose_send(r, c);
}


/* a segment begins within a frame of a multiple of its length */

static ngx_int_t
ngx_resonate_hls_evidence(ngx_http_request_t *r, ngx_resonate_hls_ctx_t *ctx)
{
    uint32_t                  end;
    ngx_resonate_delivery_t   d;
    ngx_resonate_hls_play_t  *play;

    /* what comes before all segments is no sound */

    if (ctx->reply.span_size == 0) {
        return NGX_OK;
    }

    play = &ctx->play;
    end = play->limit_ms ? play->limit_ms : play->decision.duration_ms;

    ngx_memcpy(d.track, play->decision.track, NGX_RESONATE_TRACK_LEN);

    d.of.from = (uint32_t) ctx->n * play->segment_ms;
    d.of.to = ngx_min(d.of.from + play->segment_ms, end);
    d.size = (off_t) ctx->reply.head.len + ctx->reply.span_size;
    d.media = ctx->reply.span_size;

    return ngx_resonate_delivered(r, ctx->caller, &d);
}
