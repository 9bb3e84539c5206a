
/*
 * Copyright (C) Resonate
 *
 * Passing identity on: what its files share.
 */


#ifndef _NGX_RESONATE_AUTH_PASS_H_INCLUDED_
#define _NGX_RESONATE_AUTH_PASS_H_INCLUDED_


#include "ngx_resonate_auth_internal.h"
#include "jwt/resonate_sign.h"


extern ngx_module_t  ngx_resonate_auth_pass_module;


#pragma GCC visibility push(hidden)


typedef struct ngx_resonate_auth_pass_worker_s
    ngx_resonate_auth_pass_worker_t;


typedef struct {
    ngx_array_t                       keys;    /* of resonate_sign_key_t *,
                                                  the first one signs */
    ngx_str_t                         issuer;
    time_t                            lifetime;
    ngx_str_t                         jwks;    /* JSON */
    ngx_uint_t                        published;
    ngx_resonate_auth_pass_worker_t  *worker;  /* made at init_process */
} ngx_resonate_auth_pass_main_conf_t;


typedef struct {
    ngx_str_t                         audience;    /* empty: none */
} ngx_resonate_auth_pass_loc_conf_t;


/* take what a client sent as X-Resonate-... out of the request */
ngx_int_t ngx_resonate_auth_pass_post_read(ngx_http_request_t *r);
ngx_int_t ngx_resonate_auth_pass_rewrite(ngx_http_request_t *r);

/* $resonate_identity_token */
ngx_int_t ngx_resonate_auth_pass_token(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);

/* NULL: out of memory */
ngx_resonate_auth_pass_worker_t *ngx_resonate_auth_pass_worker(
    ngx_cycle_t *cycle);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_AUTH_PASS_H_INCLUDED_ */
