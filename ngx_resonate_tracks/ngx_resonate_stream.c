
/*
 * Copyright (C) Resonate
 *
 * The kind "audio": from a decision to a span of a file.  Ranges, conditions
 * and HEAD are nginx's own filters; the bytes are sent by the kernel.
 */


#include "ngx_resonate_tracks_internal.h"
#include "media/resonate_preview.h"


static ngx_int_t ngx_resonate_stream_decide(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx, ngx_resonate_reply_t *reply,
    ngx_str_t *name);
static ngx_int_t ngx_resonate_stream_send(ngx_http_request_t *r,
    ngx_resonate_compose_t *c);
static ngx_int_t ngx_resonate_stream_headers(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx);
static ngx_int_t ngx_resonate_stream_etag(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx);
static ngx_chain_t *ngx_resonate_stream_chain(ngx_http_request_t *r,
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

    if (rc == NGX_OK) {
        rc = ngx_resonate_media_open(r, &ctx->media, &name);
    }

    if (rc != NGX_OK) {
        return ngx_resonate_media_fail(r, rc, NULL);
    }

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

    name->len = file->file_len;
    name->data = (u_char *) file->file;

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_stream_send(ngx_http_request_t *r, ngx_resonate_compose_t *c)
{
    ngx_int_t                         rc;
    ngx_chain_t                      *out;
    ngx_resonate_stream_ctx_t        *ctx;
    ngx_resonate_tracks_main_conf_t  *mcf;

    ctx = c->data;

    r->connection->log->action = "sending audio to client";

    /* all is allocated before the header goes */

    out = ngx_resonate_stream_chain(r, ctx);

    if (out == NULL || ngx_resonate_stream_headers(r, ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_tracks_module);

    ngx_resonate_count(ctx->preview_ms ? mcf->previews : mcf->full);
    ctx->sent = 1;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    return ngx_http_output_filter(r, out);
}


static ngx_int_t
ngx_resonate_stream_headers(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx)
{
    ngx_str_t  mode, vary, cache;

    ngx_str_set(&r->headers_out.content_type, "audio/mp4");
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = (off_t) ctx->reply.head.len
                                      + ctx->reply.span_size;

    /*
     * A preview has no date: it would be that of the full file, and a range
     * that depends on it (If-Range) could join parts of the two.
     */

    if (ctx->reply.head.len == 0) {
        r->headers_out.last_modified_time = ctx->media.mtime;
    }

    r->allow_ranges = 1;

    /*
     * The range filter makes parts of a single buffer only and calls two an
     * [alert].  A preview is two: a request for many ranges of it is answered
     * with all of it, as RFC 9110, 14.2 allows.
     */

    r->single_range = ctx->reply.head.len ? 1 : 0;

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

    return ngx_resonate_stream_etag(r, ctx);
}


/*
 * A preview has an ETag of its own: no condition made with that of the full
 * file holds for it, nor the other way round, so that parts of the two are
 * never put together.
 */

static ngx_int_t
ngx_resonate_stream_etag(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx)
{
    ngx_table_elt_t           *etag;
    ngx_http_core_loc_conf_t  *clcf;

    if (ctx->reply.head.len == 0) {
        return ngx_http_set_etag(r);
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (!clcf->etag) {
        return NGX_OK;
    }

    etag = ngx_list_push(&r->headers_out.headers);
    if (etag == NULL) {
        return NGX_ERROR;
    }

    etag->hash = 1;
    ngx_str_set(&etag->key, "ETag");
#if (nginx_version >= 1023000)
    etag->next = NULL;
#endif

    etag->value.data = ngx_pnalloc(r->pool, sizeof("\"---p-\"") - 1
                                            + NGX_OFF_T_LEN + NGX_TIME_T_LEN
                                            + 2 * NGX_INT_T_LEN);
    if (etag->value.data == NULL) {
        etag->hash = 0;
        return NGX_ERROR;
    }

    etag->value.len = ngx_sprintf(etag->value.data, "\"%xT-%xO-p%ui-%ui\"",
                                  ctx->media.mtime, ctx->media.size,
                                  (ngx_uint_t) RESONATE_PREVIEW_VERSION,
                                  (ngx_uint_t) ctx->preview_ms)
                      - etag->value.data;

    r->headers_out.etag = etag;

    return NGX_OK;
}


static ngx_chain_t *
ngx_resonate_stream_chain(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx)
{
    ngx_buf_t    *b;
    ngx_chain_t  *head, *span;

    span = ngx_alloc_chain_link(r->pool);
    b = ngx_calloc_buf(r->pool);

    if (span == NULL || b == NULL) {
        return NULL;
    }

    b->file = &ctx->media.file;
    b->file_pos = ctx->reply.span_offset;
    b->file_last = ctx->reply.span_offset + ctx->reply.span_size;
    b->in_file = ctx->reply.span_size ? 1 : 0;
    b->last_buf = (r == r->main) ? 1 : 0;
    b->last_in_chain = 1;

    span->buf = b;
    span->next = NULL;

    if (ctx->reply.head.len == 0) {
        return span;
    }

    head = ngx_alloc_chain_link(r->pool);
    b = ngx_calloc_buf(r->pool);

    if (head == NULL || b == NULL) {
        return NULL;
    }

    b->pos = ctx->reply.head.data;
    b->last = ctx->reply.head.data + ctx->reply.head.len;
    b->memory = 1;

    head->buf = b;
    head->next = span;

    return head;
}
