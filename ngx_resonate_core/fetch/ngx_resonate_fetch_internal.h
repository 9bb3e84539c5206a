
/*
 * Copyright (C) Resonate
 *
 * What the files of fetch/ share with each other only.
 */


#ifndef _NGX_RESONATE_FETCH_INTERNAL_H_INCLUDED_
#define _NGX_RESONATE_FETCH_INTERNAL_H_INCLUDED_


#include "../ngx_resonate_core_internal.h"
#include "ngx_resonate_fetch.h"


#pragma GCC visibility push(hidden)


typedef struct {
    ngx_http_conf_ctx_t     *ctx;        /* of the block, or NULL */
    ngx_str_t                needed;     /* the directive that needs it */
    ngx_resonate_counter_t  *fetches;
    ngx_resonate_counter_t  *failures;
} ngx_resonate_fetch_main_conf_t;


extern ngx_module_t  ngx_resonate_fetch_module;


/*
 * A request that no client sent, on a connection that nothing is ever written
 * to.  NULL: out of memory or connections.  It ends by close(), at once or,
 * when one of its handlers is running, right behind it.
 */
ngx_http_request_t *ngx_resonate_fetch_request(ngx_http_conf_ctx_t *ctx,
    ngx_log_t *log);
void ngx_resonate_fetch_close(ngx_http_request_t *r);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_FETCH_INTERNAL_H_INCLUDED_ */
