
/*
 * Copyright (C) Resonate
 *
 * HLS: the kinds "hls_master", "hls_playlist", "hls_init" and "hls_segment".
 *
 *   module    the directive, and the kinds
 *   hls       playlists and segments of one quality
 *   master    the list of qualities
 *
 * What is played is less than or equal to both the decision and the ticket.
 * Whoever has no ticket gets segments of what is heard in full only, because
 * a preview is given out with tickets, by its playlist.
 */


#ifndef _NGX_RESONATE_HLS_H_INCLUDED_
#define _NGX_RESONATE_HLS_H_INCLUDED_


#include "ngx_resonate_ticket.h"
#include "media/resonate_hls.h"


extern ngx_module_t  ngx_resonate_hls_module;


#pragma GCC visibility push(hidden)


/* hexadecimal digits of the argument "v" */
#define NGX_RESONATE_HLS_V  16


typedef struct {
    ngx_resonate_counter_t      *playlists;
    ngx_resonate_counter_t      *segments;
} ngx_resonate_hls_main_conf_t;


typedef struct {
    ngx_msec_t                   segment;
} ngx_resonate_hls_loc_conf_t;


typedef struct {
    resonate_decision_t          decision;
    uint32_t                     segment_ms;
    uint32_t                     limit_ms;     /* 0: all of it */
    ngx_str_t                    ticket;       /* for URLs, or empty */
} ngx_resonate_hls_play_t;


/*
 * What may be played, and a ticket for it if "ticket" is not 0.  NGX_OK, or
 * the status to fail with, and a detail.
 */

ngx_int_t ngx_resonate_hls_play(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply, ngx_resonate_hls_play_t *play,
    ngx_uint_t ticket, const char **detail);

/* a composed playlist with its ticket; returns what a handler returns */

ngx_int_t ngx_resonate_hls_send_text(ngx_http_request_t *r,
    ngx_resonate_compose_t *c, ngx_resonate_hls_play_t *play);


ngx_int_t ngx_resonate_hls_playlist_handler(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply);
ngx_int_t ngx_resonate_hls_init_handler(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply);
ngx_int_t ngx_resonate_hls_segment_handler(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply);
ngx_int_t ngx_resonate_hls_master_handler(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_HLS_H_INCLUDED_ */
