
/*
 * Copyright (C) Resonate
 *
 * The kind "audio": from a decision to a span of a file.  Ranges, conditions
 * and HEAD are nginx's own filters; the bytes are sent by the kernel.
 */


#include "ngx_resonate_ticket.h"


static ngx_int_t ngx_resonate_stream_opened(ngx_http_request_t *r,
    ngx_resonate_media_t *media, ngx_int_t rc);
static ngx_int_t ngx_resonate_stream_decide(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx, ngx_resonate_reply_t *reply,
    ngx_str_t *name);
static ngx_int_t ngx_resonate_stream_send(ngx_http_request_t *r,
    ngx_resonate_compose_t *c);
static ngx_int_t ngx_resonate_stream_evidence(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx);
static ngx_int_t ngx_resonate_stream_headers(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx);


ngx_int_t
ngx_resonate_stream_handler(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply)
{
    ngx_int_t                   rc;
    ngx_str_t                   name;
    ngx_resonate_stream_ctx_t  *ctx;

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_resonate_stream_ctx_t));
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_set_ctx(r, ctx, ngx_resonate_tracks_module);

    rc = ngx_resonate_stream_decide(r, ctx, reply, &name);

    if (rc != NGX_OK) {
        return ngx_resonate_media_fail(r, rc, NULL);
    }

    ctx->media.handler = ngx_resonate_stream_opened;
    ctx->media.data = ctx;

    rc = ngx_resonate_media_open(r, &ctx->media, &name);

    ngx_resonate_reply_done(reply);

    return rc;
}


static ngx_int_t
ngx_resonate_stream_opened(ngx_http_request_t *r, ngx_resonate_media_t *media,
    ngx_int_t rc)
{
    ngx_resonate_stream_ctx_t  *ctx;

    if (rc != NGX_OK) {
        return ngx_resonate_media_fail(r, rc, NULL);
    }

    ctx = media->data;

    ctx->reply.media = &ctx->media;
    ctx->reply.send = ngx_resonate_stream_send;
    ctx->reply.data = ctx;

    if (ctx->preview_ms) {
        return ngx_resonate_preview(r, ctx);
    }

    ctx->reply.span_size = ctx->media.size;

    return ngx_resonate_stream_send(r, &ctx->reply);
}


/* NGX_OK, or the status to fail with */

static ngx_int_t
ngx_resonate_stream_decide(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx, ngx_resonate_reply_t *reply,
    ngx_str_t *name)
{
    ngx_int_t                    rc;
    resonate_decision_t          decision;
    const resonate_rendition_t  *file;

    rc = ngx_resonate_decision(r, reply, &decision);
    if (rc != NGX_OK) {
        return rc;
    }

    file = resonate_decision_find(&decision,
                                  ngx_resonate_reply_arg(reply, "quality"));
    if (file == NULL) {
        return NGX_HTTP_NOT_FOUND;
    }

    ctx->preview_ms = decision.preview_ms;
    ctx->bitrate = file->bitrate;
    ctx->duration_ms = decision.duration_ms;
    ctx->caller = ngx_resonate_reply_caller(reply);
    ngx_memcpy(ctx->track, decision.track, sizeof(ctx->track));

    name->len = file->file_len;
    name->data = (u_char *) file->file;

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_stream_send(ngx_http_request_t *r, ngx_resonate_compose_t *c)
{
    ngx_resonate_stream_ctx_t        *ctx;
    ngx_resonate_tracks_main_conf_t  *mcf;

    ctx = c->data;

    r->connection->log->action = "sending audio to client";

    if (ngx_resonate_stream_headers(r, ctx) != NGX_OK
        || ngx_resonate_stream_evidence(r, ctx) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_tracks_module);

    ngx_resonate_count(ctx->preview_ms ? mcf->previews : mcf->full);
    ctx->sent = 1;

    ngx_resonate_pace(r, ctx->bitrate);

    return ngx_resonate_compose_send(r, c);
}


/* of a full file it is not known where its sound begins, but how much it is */

static ngx_int_t
ngx_resonate_stream_evidence(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx)
{
    ngx_resonate_delivery_t  d;

    ngx_memcpy(d.track, ctx->track, NGX_RESONATE_TRACK_LEN);

    d.of.from = 0;
    d.of.to = ctx->duration_ms;

    if (ctx->preview_ms && ctx->preview_ms < d.of.to) {
        d.of.to = ctx->preview_ms;
    }

    d.size = (off_t) ctx->reply.head.len + ctx->reply.span_size;
    d.media = ctx->reply.span_size;

    if (ctx->reply.head.len == 0 && ctx->bitrate) {
        d.media = (off_t) ctx->bitrate / 8 * ctx->duration_ms / 1000;
        d.media = ngx_min(d.media, d.size);
    }

    return ngx_resonate_delivered(r, ctx->caller, &d);
}


static ngx_int_t
ngx_resonate_stream_headers(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx)
{
    ngx_str_t  mode, vary, cache;
    ngx_str_t  whole = ngx_null_string;

    ngx_str_set(&r->headers_out.content_type, "audio/mp4");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;

    /*
     * A preview has no date: it would be that of the full file, and a range
     * that depends on it (If-Range) could join parts of the two.
     */

    if (ctx->reply.head.len == 0) {
        r->headers_out.last_modified_time = ctx->media.mtime;
    }

    if (ctx->preview_ms) {
        ngx_str_set(&mode, "preview");

    } else {
        ngx_str_set(&mode, "full");
    }

    /*
     * The same URL has other bytes for another caller, and for the same one
     * when the wallet empties or fills: keep it, but ask every time.
     */

    ngx_str_set(&vary, "Authorization");
    ngx_str_set(&cache, "private, no-cache");

    if (ngx_resonate_add_header(r, "X-Resonate-Stream", &mode) != NGX_OK
        || ngx_resonate_add_header(r, "Vary", &vary) != NGX_OK
        || ngx_resonate_add_header(r, "Cache-Control", &cache) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_resonate_ticket_headers(r) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_resonate_media_etag(r, &ctx->media,
                                   ctx->reply.head.len ? &ctx->reply.form
                                                       : &whole);
}
