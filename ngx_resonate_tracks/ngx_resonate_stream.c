
/*
 * Copyright (C) Resonate
 *
 * The kind "audio": from a decision to a span of a file.  Ranges, conditions
 * and HEAD are nginx's own filters; the bytes are sent by the kernel.
 */


#include "ngx_resonate_tracks_internal.h"


static ngx_int_t ngx_resonate_stream_decide(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx, ngx_resonate_reply_t *reply,
    ngx_str_t *path);
static ngx_int_t ngx_resonate_stream_open(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx, ngx_str_t *path);
static ngx_int_t ngx_resonate_stream_open_failed(ngx_http_request_t *r,
    ngx_str_t *path, ngx_open_file_info_t *of);
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
    ngx_str_t                   path;
    ngx_resonate_stream_ctx_t  *ctx;

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_resonate_stream_ctx_t));
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_set_ctx(r, ctx, ngx_resonate_tracks_module);

    rc = ngx_resonate_stream_decide(r, ctx, reply, &path);

    if (rc == NGX_OK) {
        rc = ngx_resonate_stream_open(r, ctx, &path);
    }

    if (rc != NGX_OK) {
        return ngx_resonate_stream_fail(r, rc, NULL);
    }

    if (ctx->preview_ms) {
        return ngx_resonate_preview_send(r, ctx);
    }

    ctx->span_size = ctx->size;

    return ngx_resonate_stream_send(r, ctx);
}


ngx_int_t
ngx_resonate_stream_fail(ngx_http_request_t *r, ngx_uint_t status,
    const char *detail)
{
    ngx_resonate_tracks_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_tracks_module);

    ngx_resonate_count(mcf->errors);

    return ngx_resonate_send_problem(r, status, detail, NULL);
}


/* this and open() return NGX_OK, or the status to fail with */

static ngx_int_t
ngx_resonate_stream_decide(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx, ngx_resonate_reply_t *reply,
    ngx_str_t *path)
{
    u_char                          *p;
    ngx_int_t                        rc;
    resonate_decision_t              decision;
    const resonate_rendition_t      *file;
    ngx_resonate_tracks_loc_conf_t  *tlcf;

    tlcf = ngx_http_get_module_loc_conf(r, ngx_resonate_tracks_module);

    if (tlcf->media.len == 0) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "a route with \"reply=audio\" needs \"resonate_media\"");
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

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

    path->len = tlcf->media.len + 1 + file->file_len;
    path->data = ngx_pnalloc(r->pool, path->len + 1);

    if (path->data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    p = ngx_cpymem(path->data, tlcf->media.data, tlcf->media.len);
    *p++ = '/';
    ngx_memcpy(p, file->file, file->file_len + 1);

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_stream_open(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx, ngx_str_t *path)
{
    ngx_open_file_info_t       of;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    ngx_memzero(&of, sizeof(ngx_open_file_info_t));

    of.read_ahead = clcf->read_ahead;
    of.directio = clcf->directio;
    of.valid = clcf->open_file_cache_valid;
    of.min_uses = clcf->open_file_cache_min_uses;
    of.errors = clcf->open_file_cache_errors;
    of.events = clcf->open_file_cache_events;

    if (ngx_http_set_disable_symlinks(r, clcf, path, &of) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_open_cached_file(clcf->open_file_cache, path, &of, r->pool)
        != NGX_OK)
    {
        return ngx_resonate_stream_open_failed(r, path, &of);
    }

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate stream: \"%V\" fd:%d", path, of.fd);

    if (!of.is_file) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "\"%V\" is not a regular file", path);
        return NGX_HTTP_NOT_FOUND;
    }

    ctx->file.fd = of.fd;
    ctx->file.name = *path;
    ctx->file.log = r->connection->log;
    ctx->file.directio = of.is_directio;

    ctx->size = of.size;
    ctx->mtime = of.mtime;
    ctx->uniq = of.uniq;

    return NGX_OK;
}


/*
 * As of a static file, but a file that may not be read is a fault of ours:
 * a 403 would tell the client that its token lacks something.
 */

static ngx_int_t
ngx_resonate_stream_open_failed(ngx_http_request_t *r, ngx_str_t *path,
    ngx_open_file_info_t *of)
{
    ngx_int_t                  status;
    ngx_uint_t                 level;
    ngx_http_core_loc_conf_t  *clcf;

    level = NGX_LOG_CRIT;
    status = NGX_HTTP_INTERNAL_SERVER_ERROR;

    switch (of->err) {

    case 0:
        return NGX_HTTP_INTERNAL_SERVER_ERROR;

    case NGX_ENOENT:
    case NGX_ENOTDIR:
    case NGX_ENAMETOOLONG:
        level = NGX_LOG_ERR;
        status = NGX_HTTP_NOT_FOUND;
        break;

    case NGX_EACCES:
#if (NGX_HAVE_OPENAT)
    case NGX_EMLINK:
    case NGX_ELOOP:
#endif
        level = NGX_LOG_ERR;
        break;

    default:
        break;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (status != NGX_HTTP_NOT_FOUND || clcf->log_not_found) {
        ngx_log_error(level, r->connection->log, of->err,
                      "%s \"%V\" failed", of->failed, path);
    }

    return status;
}


ngx_int_t
ngx_resonate_stream_send(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx)
{
    ngx_int_t                         rc;
    ngx_chain_t                      *out;
    ngx_resonate_tracks_main_conf_t  *mcf;

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
    r->headers_out.content_length_n = (off_t) ctx->head.len + ctx->span_size;

    /*
     * A preview has no date: it would be that of the full file, and a range
     * that depends on it (If-Range) could join parts of the two.
     */

    if (ctx->head.len == 0) {
        r->headers_out.last_modified_time = ctx->mtime;
    }

    r->allow_ranges = 1;

    /*
     * The range filter makes parts of a single buffer only and calls two an
     * [alert].  A preview is two: a request for many ranges of it is answered
     * with all of it, as RFC 9110, 14.2 allows.
     */

    r->single_range = ctx->head.len ? 1 : 0;

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

    if (ctx->head.len == 0) {
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
                                  ctx->mtime, ctx->size,
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

    b->file = &ctx->file;
    b->file_pos = ctx->span_offset;
    b->file_last = ctx->span_offset + ctx->span_size;
    b->in_file = ctx->span_size ? 1 : 0;
    b->last_buf = (r == r->main) ? 1 : 0;
    b->last_in_chain = 1;

    span->buf = b;
    span->next = NULL;

    if (ctx->head.len == 0) {
        return span;
    }

    head = ngx_alloc_chain_link(r->pool);
    b = ngx_calloc_buf(r->pool);

    if (head == NULL || b == NULL) {
        return NULL;
    }

    b->pos = ctx->head.data;
    b->last = ctx->head.data + ctx->head.len;
    b->memory = 1;

    head->buf = b;
    head->next = span;

    return head;
}
