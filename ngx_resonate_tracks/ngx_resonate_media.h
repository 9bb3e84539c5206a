
/*
 * Copyright (C) Resonate
 *
 * A stored file, as it was when a request opened it: a file that replaces it
 * meanwhile is another version, and changes nothing of the answer.
 */


#ifndef _NGX_RESONATE_MEDIA_H_INCLUDED_
#define _NGX_RESONATE_MEDIA_H_INCLUDED_


#include "ngx_resonate_core.h"


#pragma GCC visibility push(hidden)


typedef struct {
    ngx_str_t                name;
    ngx_file_t               file;
    off_t                    size;
    time_t                   mtime;
    ngx_file_uniq_t          uniq;
} ngx_resonate_media_t;


/*
 *   open  the file "name" below "resonate_media", from nginx's cache of open
 *         files; open as long as r->pool is.  NGX_OK, or the status to fail
 *         with; the reason was logged
 *   etag  sets the ETag of this version and form (none for the file itself)
 *         if nginx is to make ETags; it has nothing of this machine.
 *         NGX_ERROR: out of memory
 *   key   names what is kept of this version of the file, "form" says what
 *         that is.  NGX_ERROR: out of memory
 *   fail  answers with a problem and counts it; returns what a content
 *         handler returns.  The reason was logged by the caller
 */

ngx_int_t ngx_resonate_media_open(ngx_http_request_t *r,
    ngx_resonate_media_t *media, ngx_str_t *name);
ngx_int_t ngx_resonate_media_etag(ngx_http_request_t *r,
    ngx_resonate_media_t *media, ngx_str_t *form);
ngx_int_t ngx_resonate_media_key(ngx_pool_t *pool,
    ngx_resonate_media_t *media, ngx_str_t *form, ngx_str_t *key);
ngx_int_t ngx_resonate_media_fail(ngx_http_request_t *r, ngx_uint_t status,
    const char *detail);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_MEDIA_H_INCLUDED_ */
