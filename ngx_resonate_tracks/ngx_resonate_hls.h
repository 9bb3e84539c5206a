
/*
 * Copyright (C) Resonate
 *
 * HLS: the kinds "hls_master", "hls_playlist", "hls_init" and "hls_segment".
 *
 *   module    the directive, and the kinds
 *   hls       what is asked for of one quality
 *   list      its playlist
 *   segment   its init segment, and segments
 *   master    the list of qualities
 *
 * What is played is less than or equal to both the decision and the ticket.
 * Whoever has no ticket gets segments of what is heard in full only, because
 * a preview is given out with tickets, by its playlist.
 */


#ifndef _NGX_RESONATE_HLS_H_INCLUDED_
#define _NGX_RESONATE_HLS_H_INCLUDED_


#include "ngx_resonate_ticket.h"
#include "ngx_resonate_tracks_internal.h"
#include "media/resonate_hls.h"


extern ngx_module_t  ngx_resonate_hls_module;


#pragma GCC visibility push(hidden)


/* hexadecimal digits of the argument "v", which tells versions of a file */
#define NGX_RESONATE_HLS_V  8


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


typedef struct {
    ngx_resonate_hls_play_t      play;
    ngx_resonate_media_t         media;
    ngx_resonate_compose_t       reply;
    ngx_resonate_identity_t     *caller;
    const char                  *kind;         /* of the reply, in its form */
    const char                  *quality;      /* as asked for, or "" */
    const char                  *version;      /* likewise, or NULL */
    ngx_uint_t                   n;
} ngx_resonate_hls_ctx_t;


/*
 * play     what may be played, and a ticket for it if "ticket" is not 0.
 *          NGX_OK, or the status to fail with, and a detail
 * version  of the file as it is segmented: "v" has room for its digits and NUL
 * headers  of an answer: NGX_OK, or NGX_ERROR
 * alloc    room for a head: NGX_OK, or NGX_ERROR
 */

ngx_int_t ngx_resonate_hls_play(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply, ngx_resonate_hls_play_t *play,
    ngx_uint_t ticket, const char **detail);
void ngx_resonate_hls_version(ngx_resonate_hls_ctx_t *ctx, u_char *v);
ngx_int_t ngx_resonate_hls_headers(ngx_http_request_t *r, const char *type,
    const char *cache, ngx_uint_t preview);
ngx_int_t ngx_resonate_hls_alloc(ngx_http_request_t *r,
    ngx_resonate_compose_t *c, size_t len);

/* makers and senders of composed replies, whose data is a context */

ngx_int_t ngx_resonate_hls_make_playlist(ngx_http_request_t *r,
    ngx_resonate_compose_t *c, const resonate_index_t *index);
ngx_int_t ngx_resonate_hls_make_init(ngx_http_request_t *r,
    ngx_resonate_compose_t *c, const resonate_index_t *index);
ngx_int_t ngx_resonate_hls_make_segment(ngx_http_request_t *r,
    ngx_resonate_compose_t *c, const resonate_index_t *index);
ngx_int_t ngx_resonate_hls_send_playlist(ngx_http_request_t *r,
    ngx_resonate_compose_t *c);
ngx_int_t ngx_resonate_hls_send_media(ngx_http_request_t *r,
    ngx_resonate_compose_t *c);

/* a playlist that has its tickets; returns what a handler returns */

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
