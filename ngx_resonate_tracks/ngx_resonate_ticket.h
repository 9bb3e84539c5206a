
/*
 * Copyright (C) Resonate
 *
 * Tickets: a proof of who calls that fits into a URL, for one track, or for
 * the download of one release.
 *
 *   module   directives, and the kind "ticket"
 *   keep     the kinds "download_ticket" and "zip_ticket"
 *   proof    whose a ticket is, and whether it is good
 *   mask     takes the ticket of a request, so that no log has it
 */


#ifndef _NGX_RESONATE_TICKET_H_INCLUDED_
#define _NGX_RESONATE_TICKET_H_INCLUDED_


#include "ngx_resonate_tracks_internal.h"
#include "media/resonate_ticket.h"


extern ngx_module_t  ngx_resonate_ticket_module;


#pragma GCC visibility push(hidden)


/* a longer track has a ticket as if it were no longer */
#define NGX_RESONATE_TICKET_TRACK_MAX  86400


typedef struct {
    resonate_ticket_ring_t      *ring;      /* NULL: there are no tickets */
    time_t                       time;

    ngx_resonate_counter_t      *made;
    ngx_resonate_counter_t      *accepted;
    ngx_resonate_counter_t      *refused;
} ngx_resonate_ticket_main_conf_t;


/* of the main request, whose subrequests have it, too */

typedef struct {
    ngx_str_t                    args;      /* as they were sent */
    ngx_str_t                    text;      /* of the ticket */
    resonate_ticket_t            ticket;
    ngx_resonate_identity_t      identity;
    unsigned                     accepted:1;
} ngx_resonate_ticket_ctx_t;


/*
 * Of kinds of replies.
 *
 * who()       of those that play, as in ngx_resonate_kind_t
 * who_keeps() of the kind "download", likewise
 * who_keeps_all()  of the kind "zip", likewise
 * of()        the ticket by which the request was let in; NULL: there is none.
 *             What is sent is never more than its mode
 * headers()   what an answer to one has beside others: NGX_OK, or NGX_ERROR
 * make()      one for who calls, or the request's own: NGX_OK: *text is in the
 *             pool, *expires is set;  NGX_DECLINED: there are no tickets here,
 *             or none for such a caller, logged;  NGX_ERROR
 * give()      makes one and answers with it and its URLs, which are beside the
 *             path that was asked for; "quality" is NULL, or an argument of
 *             them.  Returns what a content handler returns
 */

ngx_int_t ngx_resonate_ticket_who(ngx_http_request_t *r, ngx_str_t *capture,
    ngx_resonate_identity_t **identity, const char **detail);
ngx_int_t ngx_resonate_ticket_who_keeps(ngx_http_request_t *r,
    ngx_str_t *capture, ngx_resonate_identity_t **identity,
    const char **detail);
ngx_int_t ngx_resonate_ticket_who_keeps_all(ngx_http_request_t *r,
    ngx_str_t *capture, ngx_resonate_identity_t **identity,
    const char **detail);
const resonate_ticket_t *ngx_resonate_ticket_of(ngx_http_request_t *r);
ngx_int_t ngx_resonate_ticket_headers(ngx_http_request_t *r);
ngx_int_t ngx_resonate_ticket_make(ngx_http_request_t *r, const u_char *track,
    resonate_ticket_mode_e mode, ngx_msec_t duration, ngx_str_t *text,
    time_t *expires);
ngx_int_t ngx_resonate_ticket_give(ngx_http_request_t *r, const u_char *id,
    resonate_ticket_mode_e mode, ngx_msec_t duration, const char *quality);


/* from preconfiguration */

ngx_int_t ngx_resonate_ticket_keep_init(ngx_conf_t *cf);


/*
 * What was sent.
 *
 * init()      from postconfiguration
 * ctx()       NULL: there was no ticket
 * arg()       how many arguments "ticket" there are, *text is the first
 */

ngx_int_t ngx_resonate_ticket_mask_init(ngx_conf_t *cf);
ngx_resonate_ticket_ctx_t *ngx_resonate_ticket_ctx(ngx_http_request_t *r);
ngx_uint_t ngx_resonate_ticket_arg(ngx_str_t *args, ngx_str_t *text);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_TICKET_H_INCLUDED_ */
