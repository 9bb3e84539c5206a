
/*
 * Copyright (C) Resonate
 *
 * Subrequests for bytes of an object.
 */


#include "ngx_resonate_remote.h"


static ngx_pool_t *ngx_resonate_remote_pool(ngx_http_request_t *r,
    ngx_resonate_remote_ctx_t *ctx);
static void ngx_resonate_remote_destroy(void *data);
static void ngx_resonate_remote_cleanup(void *data);
static ngx_int_t ngx_resonate_remote_read_next(ngx_http_request_t *r,
    ngx_resonate_remote_ctx_t *ctx);
static void ngx_resonate_remote_resume(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_remote_ended(ngx_http_request_t *sr,
    void *data, ngx_int_t rc);
static ngx_int_t ngx_resonate_remote_learn(ngx_http_request_t *sr,
    ngx_resonate_media_t *media);
static ngx_int_t ngx_resonate_remote_etag(ngx_str_t *etag);
static ngx_int_t ngx_resonate_remote_same(ngx_http_request_t *sr,
    ngx_resonate_remote_ctx_t *ctx);
static void ngx_resonate_remote_copy(ngx_resonate_remote_ctx_t *ctx,
    ngx_buf_t *b, off_t start);
static ngx_uint_t ngx_resonate_remote_trim(ngx_resonate_remote_ctx_t *ctx,
    ngx_buf_t *b, off_t start);


ngx_resonate_remote_ctx_t *
ngx_resonate_remote_ctx(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t         *cln;
    ngx_resonate_remote_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_resonate_remote_module);

    if (ctx) {
        return ctx;
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_resonate_remote_ctx_t));
    if (cln == NULL) {
        return NULL;
    }

    ctx = cln->data;
    ngx_memzero(ctx, sizeof(ngx_resonate_remote_ctx_t));

    cln->handler = ngx_resonate_remote_cleanup;

    ngx_http_set_ctx(r, ctx, ngx_resonate_remote_module);

    return ctx;
}


static void
ngx_resonate_remote_cleanup(void *data)
{
    ngx_resonate_remote_ctx_t *ctx = data;

    if (ctx->pool) {
        ngx_destroy_pool(ctx->pool);
    }
}


/* by its parent, because an internal redirect forgets what a request has */

ngx_resonate_remote_ctx_t *
ngx_resonate_remote_asking(ngx_http_request_t *sr)
{
    ngx_resonate_remote_ctx_t  *ctx;

    if (sr == sr->main) {
        return NULL;
    }

    ctx = ngx_http_get_module_ctx(sr->parent, ngx_resonate_remote_module);

    return (ctx && ctx->sr == sr) ? ctx : NULL;
}


ngx_int_t
ngx_resonate_remote_ask(ngx_http_request_t *r, ngx_resonate_remote_ctx_t *ctx)
{
    off_t                            slice;
    ngx_pool_t                      *pool;
    ngx_http_request_t              *sr;
    ngx_http_variable_value_t       *variables;
    ngx_http_core_main_conf_t       *cmcf;
    ngx_http_post_subrequest_t      *ps;
    ngx_resonate_remote_loc_conf_t  *rlcf;

    rlcf = ngx_http_get_module_loc_conf(r, ngx_resonate_remote_module);

    if (ctx->opening) {
        ctx->from = 0;
        ctx->to = 1;

    } else {
        slice = (off_t) rlcf->slice;

        ctx->from = ctx->first - ctx->first % slice;
        ctx->to = ngx_min(ctx->from + slice, ctx->media->size);
    }

    ctx->pos = ctx->from;
    ctx->rc = NGX_OK;

    ngx_log_debug3(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate remote: \"%V\" %O-%O", &ctx->media->file.name,
                   ctx->from, ctx->to - 1);

    pool = ngx_resonate_remote_pool(r, ctx);
    if (pool == NULL) {
        return NGX_ERROR;
    }

    /* those that nginx keeps have values of that pool */

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_core_module);

    variables = ngx_pcalloc(pool, cmcf->variables.nelts
                                  * sizeof(ngx_http_variable_value_t));
    ps = ngx_palloc(pool, sizeof(ngx_http_post_subrequest_t));

    if (variables == NULL || ps == NULL) {
        return NGX_ERROR;
    }

    ps->handler = ngx_resonate_remote_ended;
    ps->data = ctx;

    if (ngx_http_subrequest(r, &ctx->media->file.name, NULL, &sr, ps, 0)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    sr->pool = pool;
    sr->variables = variables;
    sr->filter_need_in_memory = ctx->reading;

    ctx->sr = sr;

    return NGX_OK;
}


/*
 * A subrequest has a pool of its own: buffers, and files of the cache that are
 * open, would pile up in that of the request.  It goes before the next one,
 * when all that it sent is with the client and nothing of nginx's goes on in
 * the background; else with the next one.
 */

static ngx_pool_t *
ngx_resonate_remote_pool(ngx_http_request_t *r,
    ngx_resonate_remote_ctx_t *ctx)
{
    ngx_pool_t                *pool;
    ngx_pool_cleanup_t        *cln;
    ngx_http_core_srv_conf_t  *cscf;

    if (ctx->pool && r->main->count == 1 && r->main->out == NULL
        && !r->connection->buffered)
    {
        ngx_destroy_pool(ctx->pool);
        ctx->pool = NULL;
    }

    cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);

    pool = ngx_create_pool(cscf->request_pool_size, r->connection->log);
    if (pool == NULL) {
        return NULL;
    }

    if (ctx->pool) {
        cln = ngx_pool_cleanup_add(pool, 0);
        if (cln == NULL) {
            ngx_destroy_pool(pool);
            return NULL;
        }

        cln->handler = ngx_resonate_remote_destroy;
        cln->data = ctx->pool;
    }

    ctx->pool = pool;

    return pool;
}


static void
ngx_resonate_remote_destroy(void *data)
{
    ngx_destroy_pool(data);
}


ngx_int_t
ngx_resonate_remote_read(ngx_http_request_t *r, ngx_resonate_media_t *media,
    off_t first, off_t last, u_char *buf, ngx_resonate_remote_pt handler,
    void *data)
{
    ngx_resonate_remote_ctx_t  *ctx;

    ctx = ngx_resonate_remote_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->media = media;
    ctx->sr = NULL;
    ctx->rc = NGX_OK;
    ctx->first = first;
    ctx->last = last;
    ctx->buf = buf;
    ctx->handler = handler;
    ctx->data = data;
    ctx->reading = 1;

    return ngx_resonate_remote_read_next(r, ctx);
}


static ngx_int_t
ngx_resonate_remote_read_next(ngx_http_request_t *r,
    ngx_resonate_remote_ctx_t *ctx)
{
    if (ngx_resonate_remote_ask(r, ctx) != NGX_OK) {
        ctx->reading = 0;
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->main->count++;
    r->write_event_handler = ngx_resonate_remote_resume;

    return NGX_DONE;
}


/* the write handler of a request that reads */

static void
ngx_resonate_remote_resume(ngx_http_request_t *r)
{
    ngx_int_t                   rc;
    ngx_resonate_remote_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_resonate_remote_module);

    if (!ctx->sr->done) {
        return;
    }

    r->write_event_handler = ngx_http_request_empty_handler;

    rc = ngx_resonate_remote_result(r, ctx);

    if (rc == NGX_OK && ctx->to < ctx->last) {

        ctx->buf += ctx->to - ctx->first;
        ctx->first = ctx->to;

        rc = ngx_resonate_remote_read_next(r, ctx);
    }

    if (rc != NGX_DONE) {
        ctx->reading = 0;
        ctx->opening = 0;

        rc = ctx->handler(r, ctx->data, rc);
    }

    ngx_http_finalize_request(r, rc);
}


/* what the store did, nginx goes on with the request that asks */

static ngx_int_t
ngx_resonate_remote_ended(ngx_http_request_t *sr, void *data, ngx_int_t rc)
{
    ngx_resonate_remote_ctx_t *ctx = data;

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, sr->connection->log, 0,
                   "resonate remote ended: %i, %i", rc, ctx->rc);

    /* of the client: it ends the request, too */

    if (rc == NGX_HTTP_CLIENT_CLOSED_REQUEST
        || rc == NGX_HTTP_REQUEST_TIME_OUT
        || sr->connection->error)
    {
        return rc;
    }

    if (ctx->rc != NGX_OK
        || (rc != NGX_ERROR && rc < NGX_HTTP_SPECIAL_RESPONSE))
    {
        return NGX_OK;
    }

    if (sr->upstream == NULL) {
        ngx_log_error(NGX_LOG_ERR, sr->connection->log, 0,
                      "no store answers for \"%V\": its location is no proxy",
                      &ctx->media->file.name);
        ctx->rc = NGX_HTTP_INTERNAL_SERVER_ERROR;
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_ERR, sr->connection->log, 0,
                  "the store did not answer with all of \"%V\"",
                  &ctx->media->file.name);

    ctx->rc = NGX_HTTP_SERVICE_UNAVAILABLE;

    return NGX_OK;
}


ngx_int_t
ngx_resonate_remote_result(ngx_http_request_t *r,
    ngx_resonate_remote_ctx_t *ctx)
{
    if (ctx->rc == NGX_OK && ctx->pos != ctx->to) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "the store sent \"%V\" to %O and not to %O",
                      &ctx->media->file.name, ctx->pos, ctx->to);
        ctx->rc = NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    return ctx->rc;
}


ngx_int_t
ngx_resonate_remote_check(ngx_http_request_t *sr,
    ngx_resonate_remote_ctx_t *ctx)
{
    ngx_uint_t  status;

    status = sr->headers_out.status;

    if (status == NGX_HTTP_PARTIAL_CONTENT) {
        return ctx->opening ? ngx_resonate_remote_learn(sr, ctx->media)
                            : ngx_resonate_remote_same(sr, ctx);
    }

    ngx_log_error(NGX_LOG_ERR, sr->connection->log, 0,
                  "the store answered %ui for bytes %O-%O of \"%V\"%s", status,
                  ctx->from, ctx->to - 1, &ctx->media->file.name,
                  (status == NGX_HTTP_PRECONDITION_FAILED)
                  ? ", which was replaced" : "");

    if (!ctx->opening
        && (status == NGX_HTTP_PRECONDITION_FAILED
            || status == NGX_HTTP_NOT_FOUND))
    {
        ngx_resonate_remote_forget(sr->parent, ctx->media);
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    if (status == NGX_HTTP_NOT_FOUND) {
        return NGX_HTTP_NOT_FOUND;
    }

    return (status == NGX_HTTP_TOO_MANY_REQUESTS
            || status >= NGX_HTTP_INTERNAL_SERVER_ERROR)
           ? NGX_HTTP_SERVICE_UNAVAILABLE : NGX_HTTP_BAD_GATEWAY;
}


/* of its first byte: how many there are, and which version it is */

static ngx_int_t
ngx_resonate_remote_learn(ngx_http_request_t *sr, ngx_resonate_media_t *media)
{
    size_t            skip;
    ngx_str_t         size;
    ngx_table_elt_t  *range, *etag;

    range = sr->headers_out.content_range;
    etag = sr->headers_out.etag;
    skip = sizeof("bytes 0-0/") - 1;

    if (range == NULL || range->value.len <= skip
        || ngx_strncasecmp(range->value.data, (u_char *) "bytes 0-0/", skip)
           != 0)
    {
        goto failed;
    }

    size.data = range->value.data + skip;
    size.len = range->value.len - skip;

    media->size = ngx_atoof(size.data, size.len);

    if (media->size <= 0 || etag == NULL
        || ngx_resonate_remote_etag(&etag->value) != NGX_OK)
    {
        goto failed;
    }

    media->etag.len = etag->value.len;
    media->etag.data = ngx_pstrdup(sr->parent->pool, &etag->value);

    if (media->etag.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    media->mtime = sr->headers_out.last_modified_time;

    return NGX_OK;

failed:

    ngx_log_error(NGX_LOG_ERR, sr->connection->log, 0,
                  "the store did not say how long \"%V\" is, or which version "
                  "of it that is", &media->file.name);

    return NGX_HTTP_BAD_GATEWAY;
}


/* a strong one (RFC 9110, 8.8.3): it is a part of ours */

static ngx_int_t
ngx_resonate_remote_etag(ngx_str_t *etag)
{
    size_t  i;

    if (etag->len <= 2 || etag->len > NGX_RESONATE_MEDIA_VERSION
        || etag->data[0] != '"' || etag->data[etag->len - 1] != '"')
    {
        return NGX_ERROR;
    }

    for (i = 1; i < etag->len - 1; i++) {

        if (etag->data[i] <= ' ' || etag->data[i] == '"'
            || etag->data[i] > '~')
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_remote_same(ngx_http_request_t *sr,
    ngx_resonate_remote_ctx_t *ctx)
{
    size_t                 len;
    u_char                 expected[sizeof("bytes -/") + 3 * NGX_OFF_T_LEN];
    ngx_table_elt_t       *range, *etag;
    ngx_resonate_media_t  *media;

    media = ctx->media;

    range = sr->headers_out.content_range;
    etag = sr->headers_out.etag;

    len = ngx_sprintf(expected, "bytes %O-%O/%O", ctx->from, ctx->to - 1,
                      media->size)
          - expected;

    if (range && range->value.len == len
        && ngx_strncasecmp(range->value.data, expected, len) == 0
        && etag && etag->value.len == media->etag.len
        && ngx_strncmp(etag->value.data, media->etag.data, media->etag.len)
           == 0
        && (sr->headers_out.content_length_n == -1
            || sr->headers_out.content_length_n == ctx->to - ctx->from))
    {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_ERR, sr->connection->log, 0,
                  "the store answered with other bytes than %O-%O of \"%V\", "
                  "or with another version", ctx->from, ctx->to - 1,
                  &media->file.name);

    ngx_resonate_remote_forget(sr->parent, media);

    return NGX_HTTP_SERVICE_UNAVAILABLE;
}


ngx_int_t
ngx_resonate_remote_cut(ngx_http_request_t *sr, ngx_resonate_remote_ctx_t *ctx,
    ngx_chain_t *in, ngx_chain_t **out)
{
    off_t         start;
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    *out = NULL;

    for ( /* void */ ; in; in = in->next) {

        b = in->buf;

        if (!ngx_buf_special(b)) {
            start = ctx->pos;
            ctx->pos += ngx_buf_size(b);

            if (ctx->buf) {
                ngx_resonate_remote_copy(ctx, b, start);
            }

            if (!ngx_resonate_remote_trim(ctx, b, start)) {
                continue;
            }
        }

        cl = ngx_alloc_chain_link(sr->pool);
        if (cl == NULL) {
            return NGX_ERROR;
        }

        cl->buf = b;
        cl->next = NULL;
        *out = cl;
        out = &cl->next;
    }

    return NGX_OK;
}


static void
ngx_resonate_remote_copy(ngx_resonate_remote_ctx_t *ctx, ngx_buf_t *b,
    off_t start)
{
    off_t  first, last;

    first = ngx_max(start, ctx->first);
    last = ngx_min(ctx->pos, ctx->last);

    if (first < last) {
        ngx_memcpy(ctx->buf + (first - ctx->first), b->pos + (first - start),
                   last - first);
    }
}


/* as nginx's filter of ranges does it; 0: nothing of it is sent */

static ngx_uint_t
ngx_resonate_remote_trim(ngx_resonate_remote_ctx_t *ctx, ngx_buf_t *b,
    off_t start)
{
    off_t  front, back;

    if (ctx->reading || ctx->pos <= ctx->first || start >= ctx->last) {

        if (b->in_file) {
            b->file_pos = b->file_last;
        }

        b->pos = b->last;
        b->sync = 1;

        return 0;
    }

    front = ngx_max(ctx->first - start, 0);
    back = ngx_max(ctx->pos - ctx->last, 0);

    if (b->in_file) {
        b->file_pos += front;
        b->file_last -= back;
    }

    if (ngx_buf_in_memory(b)) {
        b->pos += (size_t) front;
        b->last -= (size_t) back;
    }

    return 1;
}
