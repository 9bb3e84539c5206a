
/*
 * Copyright (C) Resonate
 *
 * Evidence of delivery: which media time of a track a caller was sent, over
 * which time of the clock.  Who sends notes it, and whoever counts plays may
 * ask.  It is kept in shared memory, per machine, and forgotten in the end.
 */


#ifndef _NGX_RESONATE_EVIDENCE_H_INCLUDED_
#define _NGX_RESONATE_EVIDENCE_H_INCLUDED_


#include "ngx_resonate_request.h"
#include "resonate_heard.h"


#define NGX_RESONATE_TRACK_LEN  16      /* bytes of a track's id */


/* a reply, of which the last "media" bytes are the sound "of" of the track */

typedef struct {
    u_char                 track[NGX_RESONATE_TRACK_LEN];
    resonate_heard_span_t  of;
    off_t                  size;
    off_t                  media;
} ngx_resonate_delivery_t;


/*
 * kept  whether evidence is kept at all
 * note  a request of the caller, which ends now, has sent so many bytes of
 *       the reply from "offset"
 * get   NGX_OK: *heard is what is known;  NGX_DECLINED: nothing is;
 *       NGX_ERROR: out of memory
 */

ngx_uint_t ngx_resonate_evidence_kept(ngx_http_request_t *r);
void ngx_resonate_evidence_note(ngx_http_request_t *r,
    ngx_resonate_identity_t *id, ngx_resonate_delivery_t *delivery,
    off_t offset, off_t sent);
ngx_int_t ngx_resonate_evidence_get(ngx_http_request_t *r,
    ngx_resonate_identity_t *id, const u_char *track,
    resonate_heard_t *heard);


#endif /* _NGX_RESONATE_EVIDENCE_H_INCLUDED_ */
