
/*
 * Copyright (C) Resonate
 *
 * A stored file, as it was when a request opened it: a file that replaces it
 * meanwhile is another version, and changes nothing of the answer.  It is in
 * a folder, or it is an object of a store: then no byte of it is here yet.
 */


#ifndef _NGX_RESONATE_MEDIA_H_INCLUDED_
#define _NGX_RESONATE_MEDIA_H_INCLUDED_


#include "ngx_resonate_core.h"


#pragma GCC visibility push(hidden)


typedef struct ngx_resonate_media_s  ngx_resonate_media_t;

typedef ngx_int_t (*ngx_resonate_media_pt)(ngx_http_request_t *r,
    ngx_resonate_media_t *media, ngx_int_t rc);

struct ngx_resonate_media_s {
    ngx_resonate_media_pt    handler;
    void                    *data;     /* the handler's */

    ngx_str_t                name;
    ngx_file_t               file;     /* no descriptor: of a store */
    off_t                    size;
    time_t                   mtime;
    ngx_file_uniq_t          uniq;
    ngx_str_t                etag;     /* the store's, with its quotes */
};

#define ngx_resonate_media_remote(media)                                      \
    ((media)->file.fd == NGX_INVALID_FILE)


/*
 *   open     the file "name" below "resonate_media", from nginx's cache of
 *            open files or of what a store says; open as long as r->pool is.
 *            Then media->handler is called, at once or later, with NGX_OK or
 *            the status to fail with, whose reason was logged.  Returns what
 *            a content handler returns: what the handler did, or NGX_DONE;
 *            then the request is finalized with what the handler returns.
 *            "media" lives in r->pool, and has a copy of "name"
 *   version  writes what tells this version from others to "p", which has
 *            room for NGX_RESONATE_MEDIA_VERSION bytes; nothing of it is of
 *            this machine.  Returns the end
 *   etag     sets the ETag of this version and form (none for the file itself)
 *            if nginx is to make ETags.  NGX_ERROR: out of memory
 *   key      names what is kept of this version of the file, "form" says what
 *            that is.  NGX_ERROR: out of memory
 *   fail     answers with a problem and counts it; returns what a content
 *            handler returns.  The reason was logged by the caller
 */

#define NGX_RESONATE_MEDIA_VERSION  128

ngx_int_t ngx_resonate_media_open(ngx_http_request_t *r,
    ngx_resonate_media_t *media, ngx_str_t *name);
u_char *ngx_resonate_media_version(ngx_resonate_media_t *media, u_char *p);
ngx_int_t ngx_resonate_media_etag(ngx_http_request_t *r,
    ngx_resonate_media_t *media, ngx_str_t *form);
ngx_int_t ngx_resonate_media_key(ngx_pool_t *pool,
    ngx_resonate_media_t *media, ngx_str_t *form, ngx_str_t *key);
ngx_int_t ngx_resonate_media_fail(ngx_http_request_t *r, ngx_uint_t status,
    const char *detail);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_MEDIA_H_INCLUDED_ */
