
/*
 * Copyright (C) Resonate
 *
 * Playlists, init segments and segments of one quality, composed.
 */


#include "ngx_resonate_hls.h"
#include "ngx_resonate_tracks_internal.h"

#include <ngx_md5.h>


/*
 * The argument "v" names the bytes behind a URL, so they stay the same; the
 * ticket in it does not live longer than that.
 */

#define NGX_RESONATE_HLS_CACHE  "private, max-age=86400, immutable"


typedef struct {
    ngx_resonate_hls_play_t      play;
    ngx_resonate_media_t         media;
    ngx_resonate_compose_t       reply;
    ngx_resonate_identity_t     *caller;
    const char                  *kind;     /* of the reply, in its form */
    const char                  *quality;  /* as asked for, or "" */
    const char                  *version;  /* likewise, or NULL */
    ngx_uint_t                   n;
    u_char                       v[NGX_RESONATE_HLS_V + 1];
} ngx_resonate_hls_ctx_t;


static ngx_int_t ngx_resonate_hls_compose(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply, const char *form, ngx_resonate_make_pt make,
    ngx_resonate_compose_pt send, ngx_uint_t ticket);
static ngx_int_t ngx_resonate_hls_asked(ngx_resonate_hls_ctx_t *ctx,
    ngx_resonate_reply_t *reply, ngx_str_t *name, const char **detail);
static ngx_int_t ngx_resonate_hls_opened(ngx_http_request_t *r,
    ngx_resonate_media_t *media, ngx_int_t rc);
static ngx_int_t ngx_resonate_hls_form(ngx_http_request_t *r,
    ngx_resonate_hls_ctx_t *ctx);
static void ngx_resonate_hls_version(ngx_resonate_hls_ctx_t *ctx);
static ngx_int_t ngx_resonate_hls_alloc(ngx_http_request_t *r,
    ngx_resonate_compose_t *c, size_t len);
static ngx_int_t ngx_resonate_hls_make_init(ngx_http_request_t *r,
    ngx_resonate_compose_t *c, const resonate_index_t *index);
static ngx_int_t ngx_resonate_hls_make_segment(ngx_http_request_t *r,
    ngx_resonate_compose_t *c, const resonate_index_t *index);
static ngx_int_t ngx_resonate_hls_make_playlist(ngx_http_request_t *r,
    ngx_resonate_compose_t *c, const resonate_index_t *index);
static ngx_int_t ngx_resonate_hls_send_media(ngx_http_request_t *r,
    ngx_resonate_compose_t *c);
static ngx_int_t ngx_resonate_hls_send_playlist(ngx_http_request_t *r,
    ngx_resonate_compose_t *c);
static ngx_int_t ngx_resonate_hls_evidence(ngx_http_request_t *r,
    ngx_resonate_hls_ctx_t *ctx);
static ngx_int_t ngx_resonate_hls_headers(ngx_http_request_t *r,
    const char *type, const char *cache, ngx_uint_t preview);


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
    const char              *detail;
    ngx_resonate_hls_ctx_t  *ctx;

    ctx = media->data;
    detail = NULL;

    if (rc == NGX_OK) {
        ngx_resonate_hls_version(ctx);

        if (ctx->version && ngx_strcmp(ctx->version, ctx->v) != 0) {
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

static void
ngx_resonate_hls_version(ngx_resonate_hls_ctx_t *ctx)
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

    *ngx_hex_dump(ctx->v, hash, NGX_RESONATE_HLS_V / 2) = '\0';
}


static ngx_int_t
ngx_resonate_hls_form(ngx_http_request_t *r, ngx_resonate_hls_ctx_t *ctx)
{
    size_t      size;
    ngx_str_t  *text;

    text = &ctx->reply.form;

    size = sizeof("hls----------") - 1 + ngx_strlen(ctx->kind)
           + 4 * NGX_INT_T_LEN + RESONATE_DECISION_WORD;

    text->data = ngx_pnalloc(r->pool, size);
    if (text->data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    text->len = ngx_snprintf(text->data, size, "hls%d-%s-%uD-%uD-%ui-%s%s",
                             RESONATE_HLS_VERSION, ctx->kind,
                             ctx->play.segment_ms, ctx->play.limit_ms, ctx->n,
                             ctx->quality ? ctx->quality : "",
                             ctx->play.ticket.len ? "-t" : "")
                - text->data;

    return NGX_OK;
}


/* the makers return NGX_OK or the status to fail with */

static ngx_int_t
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


static ngx_int_t
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


/* kept with a mark where a ticket goes, because tickets differ */

static ngx_int_t
ngx_resonate_hls_make_playlist(ngx_http_request_t *r,
    ngx_resonate_compose_t *c, const resonate_index_t *index)
{
    size_t                   len;
    resonate_hls_t           hls;
    resonate_hls_query_t     query;
    ngx_resonate_hls_ctx_t  *ctx;

    ctx = c->data;

    ngx_memzero(&query, sizeof(resonate_hls_query_t));

    query.version.data = ctx->v;
    query.version.len = NGX_RESONATE_HLS_V;

    if (ctx->quality) {
        query.quality.data = (const uint8_t *) ctx->quality;
        query.quality.len = ngx_strlen(ctx->quality);
    }

    if (ctx->play.ticket.len) {
        query.ticket.data = (const uint8_t *) RESONATE_HLS_MARK;
        query.ticket.len = sizeof(RESONATE_HLS_MARK) - 1;
    }

    if (resonate_hls_plan(&hls, index, ctx->play.segment_ms,
                          ctx->play.limit_ms, &c->failed)
        != RESONATE_MP4_OK
        || resonate_hls_playlist_write(&hls, &query, NULL, 0, &len,
                                       &c->failed)
           != RESONATE_MP4_OK
        || ngx_resonate_hls_alloc(r, c, len) != NGX_OK
        || resonate_hls_playlist_write(&hls, &query, c->head.data, len, &len,
                                       &c->failed)
           != RESONATE_MP4_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
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


static ngx_int_t
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


static ngx_int_t
ngx_resonate_hls_send_playlist(ngx_http_request_t *r,
    ngx_resonate_compose_t *c)
{
    ngx_resonate_hls_ctx_t  *ctx;

    ctx = c->data;

    return ngx_resonate_hls_send_text(r, c, &ctx->play);
}


/* it has a ticket, which is a proof of who calls: nobody is to keep it */

ngx_int_t
ngx_resonate_hls_send_text(ngx_http_request_t *r, ngx_resonate_compose_t *c,
    ngx_resonate_hls_play_t *play)
{
    size_t                         len;
    u_char                        *p;
    resonate_mp4_view_t            text, ticket;
    ngx_resonate_hls_main_conf_t  *mcf;

    text.data = c->head.data;
    text.len = c->head.len;

    ticket.data = play->ticket.data;
    ticket.len = play->ticket.len;

    len = resonate_hls_fill(&text, &ticket, NULL, 0);

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    c->head.len = resonate_hls_fill(&text, &ticket, p, len);
    c->head.data = p;

    r->connection->log->action = "sending HLS to client";

    if (ngx_resonate_hls_headers(r, "application/vnd.apple.mpegurl",
                                 "private, no-store", play->limit_ms ? 1 : 0)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_hls_module);

    ngx_resonate_count(mcf->playlists);

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


static ngx_int_t
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
