
/*
 * Copyright (C) Resonate
 *
 * What a request for HLS of one quality asks for, and whether it may.
 */


#include "ngx_resonate_hls.h"
#include "ngx_resonate_tracks_internal.h"

#include <ngx_md5.h>


static ngx_int_t ngx_resonate_hls_compose(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply, const char *form, ngx_resonate_make_pt make,
    ngx_resonate_compose_pt send, ngx_uint_t ticket);
static ngx_int_t ngx_resonate_hls_asked(ngx_resonate_hls_ctx_t *ctx,
    ngx_resonate_reply_t *reply, ngx_str_t *name, const char **detail);
static ngx_int_t ngx_resonate_hls_opened(ngx_http_request_t *r,
    ngx_resonate_media_t *media, ngx_int_t rc);
static ngx_int_t ngx_resonate_hls_form(ngx_http_request_t *r,
    ngx_resonate_hls_ctx_t *ctx);


ngx_int_t
ngx_resonate_hls_playlist_handler(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply)
{
    return ngx_resonate_hls_compose(r, reply, "list",
                                    ngx_resonate_hls_make_playlist,
                                    ngx_resonate_hls_send_playlist, 1);
}


ngx_int_t
ngx_resonate_hls_init_handler(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply)
{
    return ngx_resonate_hls_compose(r, reply, "init",
                                    ngx_resonate_hls_make_init,
                                    ngx_resonate_hls_send_media, 0);
}


ngx_int_t
ngx_resonate_hls_segment_handler(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply)
{
    return ngx_resonate_hls_compose(r, reply, "segment",
                                    ngx_resonate_hls_make_segment,
                                    ngx_resonate_hls_send_media, 0);
}


static ngx_int_t
ngx_resonate_hls_compose(ngx_http_request_t *r, ngx_resonate_reply_t *reply,
    const char *form, ngx_resonate_make_pt make, ngx_resonate_compose_pt send,
    ngx_uint_t ticket)
{
    ngx_int_t                rc;
    ngx_str_t                name;
    const char              *detail;
    ngx_resonate_hls_ctx_t  *ctx;

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate hls handler: %s", form);

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_resonate_hls_ctx_t));
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    detail = NULL;

    rc = ngx_resonate_hls_play(r, reply, &ctx->play, ticket, &detail);

    if (rc == NGX_OK) {
        rc = ngx_resonate_hls_asked(ctx, reply, &name, &detail);
    }

    if (rc != NGX_OK) {
        return ngx_resonate_media_fail(r, rc, detail);
    }

    ctx->kind = form;
    ctx->caller = ngx_resonate_reply_caller(reply);
    ctx->reply.media = &ctx->media;
    ctx->reply.make = make;
    ctx->reply.send = send;
    ctx->reply.data = ctx;
    ctx->reply.filled = ticket;
    ctx->reply.what = "HLS";
    ctx->reply.detail = "The stored file can not be played as HLS.";

    ctx->media.handler = ngx_resonate_hls_opened;
    ctx->media.data = ctx;

    rc = ngx_resonate_media_open(r, &ctx->media, &name);

    ngx_resonate_reply_done(reply);

    return rc;
}


ngx_int_t
ngx_resonate_hls_play(ngx_http_request_t *r, ngx_resonate_reply_t *reply,
    ngx_resonate_hls_play_t *play, ngx_uint_t ticket, const char **detail)
{
    time_t                        expires;
    ngx_int_t                     rc;
    resonate_ticket_mode_e        mode;
    const resonate_ticket_t      *shown;
    ngx_resonate_hls_loc_conf_t  *hlcf;

    rc = ngx_resonate_decision(r, reply, &play->decision);
    if (rc != NGX_OK) {
        return rc;
    }

    hlcf = ngx_http_get_module_loc_conf(r, ngx_resonate_hls_module);

    play->segment_ms = (uint32_t) hlcf->segment;
    play->limit_ms = play->decision.preview_ms;

    shown = ngx_resonate_ticket_of(r);

    if (shown && shown->mode == RESONATE_TICKET_PREVIEW) {
        play->limit_ms = play->decision.short_ms;
    }

    if (shown && shown->mode == RESONATE_TICKET_FULL && play->limit_ms) {
        *detail = "The ticket is for more than what may be heard now.";
        return NGX_HTTP_FORBIDDEN;
    }

    if (!ticket) {

        if (shown == NULL && play->limit_ms) {
            *detail = "A preview is played with the ticket of its playlist.";
            return NGX_HTTP_FORBIDDEN;
        }

        return NGX_OK;
    }

    mode = play->limit_ms ? RESONATE_TICKET_PREVIEW : RESONATE_TICKET_FULL;

    rc = ngx_resonate_ticket_make(r, play->decision.track, mode,
                                  play->decision.duration_ms, &play->ticket,
                                  &expires);

    return (rc == NGX_ERROR) ? NGX_HTTP_INTERNAL_SERVER_ERROR : NGX_OK;
}


static ngx_int_t
ngx_resonate_hls_asked(ngx_resonate_hls_ctx_t *ctx,
    ngx_resonate_reply_t *reply, ngx_str_t *name, const char **detail)
{
    const char                  *n;
    const resonate_rendition_t  *file;

    ctx->quality = ngx_resonate_reply_arg(reply, "quality");

    file = resonate_decision_find(&ctx->play.decision, ctx->quality);

    if (file == NULL) {
        *detail = "The track has no such quality.";
        return NGX_HTTP_NOT_FOUND;
    }

    name->data = (u_char *) file->file;
    name->len = file->file_len;

    ctx->version = ngx_resonate_reply_arg(reply, "v");

    n = ngx_resonate_reply_arg(reply, "n");

    if (n) {
        ctx->n = (ngx_uint_t) ngx_atoi((u_char *) n, ngx_strlen(n));
    }

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_hls_opened(ngx_http_request_t *r, ngx_resonate_media_t *media,
    ngx_int_t rc)
{
    u_char                   v[NGX_RESONATE_HLS_V + 1];
    const char              *detail;
    ngx_resonate_hls_ctx_t  *ctx;

    ctx = media->data;
    detail = NULL;

    if (rc == NGX_OK && ctx->version) {
        ngx_resonate_hls_version(ctx, v);

        if (ngx_strcmp(ctx->version, v) != 0) {
            detail = "The file is another one now.";
            rc = NGX_HTTP_NOT_FOUND;
        }
    }

    if (rc == NGX_OK) {
        rc = ngx_resonate_hls_form(r, ctx);
    }

    if (rc != NGX_OK) {
        return ngx_resonate_media_fail(r, rc, detail);
    }

    return ngx_resonate_compose(r, &ctx->reply);
}


/*
 * Of what the URLs of a playlist lead to: file, segmentation, our code.  It
 * has nothing of this machine, because another may be asked for a segment.
 */

void
ngx_resonate_hls_version(ngx_resonate_hls_ctx_t *ctx, u_char *v)
{
    u_char     hash[16], *p;
    u_char     text[2 * (NGX_INT_T_LEN + 1) + NGX_RESONATE_MEDIA_VERSION];
    ngx_md5_t  md5;

    p = ngx_sprintf(text, "%d %uD ", RESONATE_HLS_VERSION,
                    ctx->play.segment_ms);
    p = ngx_resonate_media_version(&ctx->media, p);

    ngx_md5_init(&md5);
    ngx_md5_update(&md5, text, p - text);
    ngx_md5_update(&md5, ctx->media.name.data, ctx->media.name.len);
    ngx_md5_final(hash, &md5);

    *ngx_hex_dump(v, hash, NGX_RESONATE_HLS_V / 2) = '\0';
}


static ngx_int_t
ngx_resonate_hls_form(ngx_http_request_t *r, ngx_resonate_hls_ctx_t *ctx)
{
    size_t      size;
    ngx_str_t  *text;

    text = &ctx->reply.form;

    size = sizeof("hls------") - 1 + ngx_strlen(ctx->kind)
           + 5 * NGX_INT_T_LEN + RESONATE_DECISION_WORD;

    text->data = ngx_pnalloc(r->pool, size);
    if (text->data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    text->len = ngx_snprintf(text->data, size, "hls%d-%s-%uD-%uD-%ui-%s-%uz",
                             RESONATE_HLS_VERSION, ctx->kind,
                             ctx->play.segment_ms, ctx->play.limit_ms, ctx->n,
                             ctx->quality ? ctx->quality : "",
                             ctx->play.ticket.len)
                - text->data;

    return NGX_OK;
}


ngx_int_t
ngx_resonate_hls_headers(ngx_http_request_t *r, const char *type,
    const char *cache, ngx_uint_t preview)
{
    ngx_str_t  mode, vary, control;

    r->headers_out.content_type.data = (u_char *) type;
    r->headers_out.content_type.len = ngx_strlen(type);
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;

    if (preview) {
        ngx_str_set(&mode, "preview");

    } else {
        ngx_str_set(&mode, "full");
    }

    ngx_str_set(&vary, "Authorization");

    control.data = (u_char *) cache;
    control.len = ngx_strlen(cache);

    if (ngx_resonate_add_header(r, "X-Resonate-Stream", &mode) != NGX_OK
        || ngx_resonate_add_header(r, "Vary", &vary) != NGX_OK
        || ngx_resonate_add_header(r, "Cache-Control", &control) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_resonate_ticket_headers(r);
}


ngx_int_t
ngx_resonate_hls_alloc(ngx_http_request_t *r, ngx_resonate_compose_t *c,
    size_t len)
{
    c->head.len = len;
    c->head.data = ngx_pnalloc(r->pool, len);

    if (c->head.data == NULL) {
        c->failed = "out of memory";
        return NGX_ERROR;
    }

    return NGX_OK;
}
