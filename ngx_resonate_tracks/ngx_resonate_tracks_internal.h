
/*
 * Copyright (C) Resonate
 *
 * What the files of the tracks room share with each other only.
 *
 * The room adds the kind "audio" to resonate_route.  The SQL function answers
 * with a decision (media/resonate_decision.h) about a track, and the caller
 * gets a stored file, or its first milliseconds as an MP4 of its own, on the
 * same URL.
 */


#ifndef _NGX_RESONATE_TRACKS_INTERNAL_H_INCLUDED_
#define _NGX_RESONATE_TRACKS_INTERNAL_H_INCLUDED_


#include "ngx_resonate_compose.h"
#include "ngx_resonate_layout.h"
#include "media/resonate_decision.h"

#include <jansson.h>


extern ngx_module_t  ngx_resonate_tracks_module;


#pragma GCC visibility push(hidden)


typedef struct {
    ngx_resonate_counter_t  *full;
    ngx_resonate_counter_t  *previews;
    ngx_resonate_counter_t  *plans;
    ngx_resonate_counter_t  *errors;
} ngx_resonate_tracks_main_conf_t;


typedef struct {
    ngx_str_t                media;        /* without a slash at the end */
    ngx_uint_t               remote;       /* it is a location; then */
    ngx_str_t                images;       /* of these, or empty */
} ngx_resonate_tracks_loc_conf_t;


typedef struct {
    uint32_t                 preview_ms;   /* 0: the full file */
    uint32_t                 bitrate;      /* bits a second, or 0 */
    uint32_t                 duration_ms;  /* of what is sent, or 0 */
    uint8_t                  track[16];
    ngx_resonate_identity_t *caller;
    unsigned                 sent:1;

    ngx_resonate_media_t     media;
    ngx_resonate_compose_t   reply;
} ngx_resonate_stream_ctx_t;


/*
 * Of every kind of reply about a track.  compile() is for its
 * ngx_resonate_kind_t.  NGX_OK, or the status to fail with, which was logged;
 * the texts of "d" live as long as the reply.
 */

ngx_int_t ngx_resonate_decision_compile(ngx_str_t *body, ngx_pool_t *pool,
    ngx_log_t *log);
ngx_int_t ngx_resonate_decision(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply, resonate_decision_t *d);

/* what is told of a decision; takes "json", NULL is out of memory */
ngx_int_t ngx_resonate_decision_send(ngx_http_request_t *r, json_t *json);


/*
 * The kind "audio".
 */

ngx_int_t ngx_resonate_stream_handler(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply);

/* composes ctx->reply, a preview; as ngx_resonate_compose() */
ngx_int_t ngx_resonate_preview(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx);


/* of "resonate_pace", if the bit rate is known; before anything is sent */

void ngx_resonate_pace(ngx_http_request_t *r, uint32_t bitrate);


/*
 * What is sent of a reply to a caller, or to nobody (NULL), becomes evidence,
 * when it is kept.  NGX_ERROR: out of memory.
 */

ngx_int_t ngx_resonate_delivered(ngx_http_request_t *r,
    ngx_resonate_identity_t *caller, ngx_resonate_delivery_t *delivery);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_TRACKS_INTERNAL_H_INCLUDED_ */
