
/*
 * Copyright (C) Resonate
 *
 * Playlists: kept with gaps for tickets, because tickets differ, and filled
 * for each request.
 */


#include "ngx_resonate_hls.h"


ngx_int_t
ngx_resonate_hls_make_playlist(ngx_http_request_t *r,
    ngx_resonate_compose_t *c, const resonate_index_t *index)
{
    size_t                   len;
    u_char                   v[NGX_RESONATE_HLS_V + 1];
    resonate_hls_t           hls;
    resonate_hls_query_t     query;
    ngx_resonate_hls_ctx_t  *ctx;

    ctx = c->data;

    ngx_memzero(&query, sizeof(resonate_hls_query_t));

    ngx_resonate_hls_version(ctx, v);

    query.version.data = v;
    query.version.len = NGX_RESONATE_HLS_V;

    if (ctx->quality) {
        query.quality.data = (const uint8_t *) ctx->quality;
        query.quality.len = ngx_strlen(ctx->quality);
    }

    query.ticket.len = ctx->play.ticket.len;

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


ngx_int_t
ngx_resonate_hls_send_playlist(ngx_http_request_t *r,
    ngx_resonate_compose_t *c)
{
    resonate_mp4_view_t      ticket;
    ngx_resonate_hls_ctx_t  *ctx;

    ctx = c->data;

    ticket.data = ctx->play.ticket.data;
    ticket.len = ctx->play.ticket.len;

    c->head.len = resonate_hls_fill(c->head.data, c->head.len, &ticket);

    if (c->head.len == 0) {
        ngx_log_error(NGX_LOG_ALERT, r->connection->log, 0,
                      "a playlist was kept for tickets of another length");
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_resonate_hls_send_text(r, c, &ctx->play);
}


/* it has a ticket, which is a proof of who calls: nobody is to keep it */

ngx_int_t
ngx_resonate_hls_send_text(ngx_http_request_t *r, ngx_resonate_compose_t *c,
    ngx_resonate_hls_play_t *play)
{
    ngx_resonate_hls_main_conf_t  *mcf;

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
