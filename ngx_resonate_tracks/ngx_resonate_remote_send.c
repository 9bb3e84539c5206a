
/*
 * Copyright (C) Resonate
 *
 * Sends parts: what is in memory at once, and of an object a slice when the
 * one before is with the client, as nginx's own slice module does it.  A slow
 * client makes the store send no more than one slice ahead.
 *
 * What is sent here is seen by no filter in front of ours: not by that of
 * ranges, because all of it is wanted, and not by the one that reads files to
 * memory.  So a picture, the only file there is among objects, is read here.
 */


#include "ngx_resonate_remote.h"


#define NGX_RESONATE_REMOTE_READ  (64 * 1024)

/* what the client does not take yet: others wait for more, or for a flush */

#define NGX_RESONATE_REMOTE_BUFFERED  (NGX_HTTP_WRITE_BUFFERED                \
                                       | NGX_HTTP_V2_BUFFERED)


static ngx_int_t ngx_resonate_remote_flush(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_remote_slice(ngx_http_request_t *r,
    ngx_resonate_remote_ctx_t *ctx, resonate_part_t *part);
static ngx_int_t ngx_resonate_remote_memory(ngx_http_request_t *r,
    ngx_resonate_remote_ctx_t *ctx, resonate_part_t *part);
static ngx_int_t ngx_resonate_remote_file(ngx_http_request_t *r,
    ngx_resonate_remote_ctx_t *ctx, resonate_part_t *part, ngx_buf_t *b);


ngx_int_t
ngx_resonate_remote_send(ngx_http_request_t *r, resonate_part_t *parts,
    ngx_uint_t nparts)
{
    ngx_resonate_remote_ctx_t  *ctx;

    ctx = ngx_resonate_remote_ctx(r);
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    ctx->parts = parts;
    ctx->nparts = nparts;
    ctx->part = 0;
    ctx->done = 0;
    ctx->sr = NULL;
    ctx->buf = NULL;
    ctx->sending = 1;

    return ngx_resonate_remote_next(r, ctx);
}


/* from the body filter, whenever something was sent or a slice has ended */

ngx_int_t
ngx_resonate_remote_next(ngx_http_request_t *r,
    ngx_resonate_remote_ctx_t *ctx)
{
    ngx_int_t         rc;
    resonate_part_t  *part;

    if (ctx->sr) {

        if (!ctx->sr->done) {
            return NGX_OK;
        }

        if (ngx_resonate_remote_result(r, ctx) != NGX_OK) {
            return NGX_ERROR;
        }

        ctx->done += (uint64_t) (ctx->last - ctx->first);
        ctx->sr = NULL;
    }

    for ( ;; ) {

        if (r == r->main
            && (r->connection->buffered & NGX_RESONATE_REMOTE_BUFFERED))
        {
            return NGX_AGAIN;
        }

        if (ctx->part == ctx->nparts) {
            ctx->sending = 0;
            return ngx_http_send_special(r, NGX_HTTP_LAST);
        }

        part = &ctx->parts[ctx->part];

        if (ctx->done == part->size) {
            ctx->part++;
            ctx->done = 0;
            continue;
        }

        if (ngx_resonate_part_remote(part)) {
            rc = ngx_resonate_remote_flush(r);

            return (rc == NGX_OK) ? ngx_resonate_remote_slice(r, ctx, part)
                                  : rc;
        }

        rc = ngx_resonate_remote_memory(r, ctx, part);

        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }
    }
}


/*
 * What nginx, OpenSSL or a filter that compresses hold back because it is
 * little, holds a slice's pool, and no event tells when it goes.  What is left
 * of it then waits for the client.
 */

static ngx_int_t
ngx_resonate_remote_flush(ngx_http_request_t *r)
{
    ngx_buf_t    *b;
    ngx_chain_t   out;

    if (r->main->out == NULL && !r->connection->buffered) {
        return NGX_OK;
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->flush = 1;

    out.buf = b;
    out.next = NULL;

    if (ngx_resonate_remote_pass(r, &out) == NGX_ERROR) {
        return NGX_ERROR;
    }

    return (r == r->main && r->connection->buffered) ? NGX_AGAIN : NGX_OK;
}


static ngx_int_t
ngx_resonate_remote_slice(ngx_http_request_t *r,
    ngx_resonate_remote_ctx_t *ctx, resonate_part_t *part)
{
    ngx_file_t  *file;

    file = (ngx_file_t *) part->source;

    ctx->media = (ngx_resonate_media_t *)
                     ((u_char *) file - offsetof(ngx_resonate_media_t, file));

    ctx->first = (off_t) (part->offset + ctx->done);

    if (ngx_resonate_remote_ask(r, ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    ctx->last = ngx_min((off_t) (part->offset + part->size), ctx->to);

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_remote_memory(ngx_http_request_t *r,
    ngx_resonate_remote_ctx_t *ctx, resonate_part_t *part)
{
    ngx_buf_t    *b;
    ngx_chain_t   out;

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    if (part->source) {

        if (ngx_resonate_remote_file(r, ctx, part, b) != NGX_OK) {
            return NGX_ERROR;
        }

    } else {
        b->pos = (u_char *) part->data;
        b->last = b->pos + part->size;
    }

    b->memory = 1;
    ctx->done += (uint64_t) (b->last - b->pos);

    out.buf = b;
    out.next = NULL;

    return ngx_resonate_remote_pass(r, &out);
}


static ngx_int_t
ngx_resonate_remote_file(ngx_http_request_t *r,
    ngx_resonate_remote_ctx_t *ctx, resonate_part_t *part, ngx_buf_t *b)
{
    size_t   size;
    ssize_t  n;

    size = (size_t) ngx_min(part->size - ctx->done, NGX_RESONATE_REMOTE_READ);

    b->pos = ngx_palloc(r->pool, size);
    if (b->pos == NULL) {
        return NGX_ERROR;
    }

    n = ngx_read_file((ngx_file_t *) part->source, b->pos, size,
                      (off_t) (part->offset + ctx->done));

    if (n <= 0) {
        return NGX_ERROR;
    }

    b->last = b->pos + n;

    return NGX_OK;
}
