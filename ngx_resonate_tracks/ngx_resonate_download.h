
/*
 * Copyright (C) Resonate
 *
 * Files to keep: the kinds "download" (one) and "zip" (those of a release).
 */


#ifndef _NGX_RESONATE_DOWNLOAD_H_INCLUDED_
#define _NGX_RESONATE_DOWNLOAD_H_INCLUDED_


#include "ngx_resonate_ticket.h"
#include "media/resonate_download.h"
#include "media/resonate_filename.h"
#include "media/resonate_tagged.h"


#pragma GCC visibility push(hidden)


/* a file of a download, tagged or as it is stored */

typedef struct {
    resonate_download_file_t    file;
    ngx_resonate_media_t        media;
    ngx_resonate_media_t       *cover;     /* NULL: none */
    ngx_resonate_compose_t      reply;     /* head and span of it */
    u_char                      mdat[RESONATE_TAGGED_MDAT];
} ngx_resonate_tagged_t;

/* its parts at the most */
#define NGX_RESONATE_TAGGED_PARTS  4


/*
 * decide   what SQL said; the texts of "d" live as long as r->pool.  NGX_OK,
 *          or the status to fail with, which was logged
 * file     opens the i-th file of "d" and makes its head and span, then calls
 *          reply.send, which the caller set with reply.data before; "cover" is
 *          open, or NULL.  Returns what a content handler returns, as
 *          ngx_resonate_compose() does
 * parts    writes them to "parts" and returns how many
 * headers  of a file to keep: type, name, version.  NGX_ERROR: out of memory
 *
 * zip_fits    NGX_OK, or NGX_DECLINED: it has more tracks than are sent as one
 * zip_refuse  says so; returns what a content handler returns
 */

ngx_int_t ngx_resonate_download_decide(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply, resonate_download_t *d);
ngx_int_t ngx_resonate_download_file(ngx_http_request_t *r,
    resonate_download_t *d, size_t i, ngx_resonate_media_t *cover,
    ngx_resonate_tagged_t *t);
ngx_uint_t ngx_resonate_download_parts(ngx_resonate_tagged_t *t,
    resonate_part_t parts[NGX_RESONATE_TAGGED_PARTS]);
ngx_int_t ngx_resonate_download_headers(ngx_http_request_t *r,
    const char *name, const char *suffix, const char *type);

ngx_int_t ngx_resonate_zip_fits(ngx_http_request_t *r, resonate_download_t *d);
ngx_int_t ngx_resonate_zip_refuse(ngx_http_request_t *r);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_DOWNLOAD_H_INCLUDED_ */
