
/*
 * Copyright (C) Resonate
 *
 * What the media cache has, while a worker sends it: one copy for all of its
 * requests, however slow their clients are.
 */


#ifndef _NGX_RESONATE_HEAD_H_INCLUDED_
#define _NGX_RESONATE_HEAD_H_INCLUDED_


#include "ngx_resonate_index.h"


#pragma GCC visibility push(hidden)


/*
 * As ngx_resonate_table_get() of the media cache, whose keys name a version:
 * what is under one never changes.  The value lives as long as r->pool, and
 * is not to be written to.  NGX_DECLINED: there is none, or no cache.
 */

ngx_int_t ngx_resonate_head_get(ngx_http_request_t *r, ngx_str_t *key,
    ngx_str_t *value);

/* of a worker; NULL: out of memory */

ngx_rbtree_t *ngx_resonate_heads(ngx_pool_t *pool);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_HEAD_H_INCLUDED_ */
