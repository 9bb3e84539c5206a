
/*
 * Copyright (C) Resonate
 *
 * Objects of a store: "resonate_media location:/s3/".
 *
 * There is one thing that a store is asked for: bytes of a version of an
 * object, by a subrequest to that location, where nginx's proxy does the
 * rest: the connection, the time limits, TLS and, if the operator wants, its
 * cache.  They are asked for in slices that begin at multiples of a size, so
 * that all who want the same bytes ask for the same slice; what is in front
 * and behind is cut off here.
 *
 *   module   directives, variables of the subrequest, and filters
 *   remote   the subrequest, and bytes that are read to memory
 *   open     what there is of an object
 *   index    its tables
 *   send     bytes that are sent
 */


#ifndef _NGX_RESONATE_REMOTE_H_INCLUDED_
#define _NGX_RESONATE_REMOTE_H_INCLUDED_


#include "ngx_resonate_index.h"
#include "media/resonate_layout.h"


extern ngx_module_t  ngx_resonate_remote_module;


#pragma GCC visibility push(hidden)


typedef struct {
    size_t                      slice;
    time_t                      valid;
} ngx_resonate_remote_loc_conf_t;


typedef ngx_int_t (*ngx_resonate_remote_pt)(ngx_http_request_t *r, void *data,
    ngx_int_t rc);

/* of the request that asks; it has one subrequest at a time */

typedef struct {
    ngx_resonate_media_t       *media;
    ngx_http_request_t         *sr;
    ngx_pool_t                 *pool;      /* of the last one */
    ngx_int_t                   rc;        /* NGX_OK, or what it failed with */

    off_t                       from;      /* what it asks for, */
    off_t                       to;
    off_t                       pos;       /* what comes next of it, */
    off_t                       first;     /* and what is wanted */
    off_t                       last;

    ngx_resonate_remote_pt      handler;   /* of who reads */
    void                       *data;
    u_char                     *buf;       /* NULL: all of it is thrown away */

    resonate_part_t            *parts;     /* of who sends, */
    ngx_uint_t                  nparts;
    ngx_uint_t                  part;      /* and where it is: this part */
    uint64_t                    done;      /* has so many bytes sent */

    unsigned                    opening:1;
    unsigned                    reading:1;
    unsigned                    sending:1;
} ngx_resonate_remote_ctx_t;


#define ngx_resonate_part_remote(part)                                        \
    ((part)->source                                                           \
     && ((ngx_file_t *) (part)->source)->fd == NGX_INVALID_FILE)


/*
 * For the rest of the room.
 *
 *   open    of a media that has its names: as ngx_resonate_media_open()
 *   index   as ngx_resonate_index(), of what is not in the cache
 *   send    the parts, behind the header; most are of objects.  Returns what a
 *           content handler returns
 *   forget  that an object has this version: it was seen with another one
 */

ngx_int_t ngx_resonate_remote_open(ngx_http_request_t *r,
    ngx_resonate_media_t *media);
ngx_int_t ngx_resonate_remote_index(ngx_http_request_t *r,
    ngx_resonate_index_wait_t *wait, ngx_str_t *key);
ngx_int_t ngx_resonate_remote_send(ngx_http_request_t *r,
    resonate_part_t *parts, ngx_uint_t nparts);
void ngx_resonate_remote_forget(ngx_http_request_t *r,
    ngx_resonate_media_t *media);


/*
 * Between the files named above.
 *
 *   ctx     of a request, made when it is not there.  NULL: out of memory
 *   asking  of the request whose subrequest "sr" is, or NULL: it is another
 *   ask     starts a subrequest for the slice that has ctx->first in it, or
 *           for the first byte when it opens.  NGX_ERROR: it could not
 *   read    the bytes [first, last) to "buf", then calls the handler with
 *           NGX_OK, or the status to fail with, which was logged.  NGX_DONE:
 *           the request is finalized with what the handler returns; else the
 *           status to fail with
 *   result  of a subrequest that has ended.  NGX_OK, or the status to fail
 *           with, which was logged
 *   check   what the subrequest is answered with, by its header.  NGX_OK, or
 *           the status to fail with, which was logged
 *   cut     bytes that came: to who reads or, in *out, to who is sent them
 *   next    goes on sending; returns what a body filter returns
 *   pass    to the next body filter
 *
 * For variables:
 *
 *   variables  adds them, up to one without a name
 *   value      sets one, or that it is not found (NULL)
 *   range      what a subrequest asks for.  NGX_ERROR: out of memory
 *   uri        "/" and the name of the object, escaped.  Likewise
 */

ngx_resonate_remote_ctx_t *ngx_resonate_remote_ctx(ngx_http_request_t *r);
ngx_resonate_remote_ctx_t *ngx_resonate_remote_asking(ngx_http_request_t *sr);
ngx_int_t ngx_resonate_remote_ask(ngx_http_request_t *r,
    ngx_resonate_remote_ctx_t *ctx);
ngx_int_t ngx_resonate_remote_read(ngx_http_request_t *r,
    ngx_resonate_media_t *media, off_t first, off_t last, u_char *buf,
    ngx_resonate_remote_pt handler, void *data);
ngx_int_t ngx_resonate_remote_result(ngx_http_request_t *r,
    ngx_resonate_remote_ctx_t *ctx);
ngx_int_t ngx_resonate_remote_check(ngx_http_request_t *sr,
    ngx_resonate_remote_ctx_t *ctx);
ngx_int_t ngx_resonate_remote_cut(ngx_http_request_t *sr,
    ngx_resonate_remote_ctx_t *ctx, ngx_chain_t *in, ngx_chain_t **out);
ngx_int_t ngx_resonate_remote_next(ngx_http_request_t *r,
    ngx_resonate_remote_ctx_t *ctx);
ngx_int_t ngx_resonate_remote_pass(ngx_http_request_t *r, ngx_chain_t *out);

ngx_int_t ngx_resonate_remote_variables(ngx_conf_t *cf,
    const ngx_http_variable_t *vars);
ngx_int_t ngx_resonate_remote_value(ngx_http_variable_value_t *v,
    ngx_str_t *text);
ngx_int_t ngx_resonate_remote_range(ngx_http_request_t *r,
    ngx_resonate_remote_ctx_t *ctx, ngx_str_t *range);
ngx_int_t ngx_resonate_remote_uri(ngx_http_request_t *r,
    ngx_resonate_media_t *media, ngx_str_t *uri);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_REMOTE_H_INCLUDED_ */
