
/*
 * Copyright (C) Resonate
 *
 * What the files about DPoP (RFC 9449) share, and what the rest of the auth
 * room asks them.
 */


#ifndef _NGX_RESONATE_AUTH_DPOP_H_INCLUDED_
#define _NGX_RESONATE_AUTH_DPOP_H_INCLUDED_


#include "ngx_resonate_auth_internal.h"
#include "jwt/resonate_dpop.h"
#include "jwt/resonate_nonce.h"


extern ngx_module_t  ngx_resonate_auth_dpop_module;


#pragma GCC visibility push(hidden)


typedef struct ngx_resonate_dpop_worker_s  ngx_resonate_dpop_worker_t;


typedef struct {
    ngx_uint_t                    used;       /* somewhere it is not off */

    time_t                        past;       /* that "iat" may be away */
    time_t                        ahead;
    unsigned                      algs;
    ngx_str_t                     names;      /* of them, for challenges */

    size_t                        size;       /* of the store */
    ngx_resonate_table_t         *table;
    ngx_str_t                     database;   /* empty: none */
    ngx_resonate_pg_stmt_t       *stmt;

    ngx_resonate_counter_t       *accepted;
    ngx_resonate_counter_t       *refused;
    ngx_resonate_counter_t       *failed;

    ngx_resonate_dpop_worker_t   *worker;     /* made at init_process */
} ngx_resonate_dpop_main_conf_t;


/*
 * How a proof is judged is a matter of the server, not of the location, which
 * may be another one when somebody asks early.
 */

typedef struct {
    resonate_nonce_t             *nonce;      /* NULL: off */
    ngx_array_t                  *origins;    /* of resonate_jwt_view_t;
                                                 NULL: that of the request */
} ngx_resonate_dpop_srv_conf_t;


typedef struct {
    ngx_uint_t                    mode;
} ngx_resonate_dpop_loc_conf_t;


/*
 * Parsed keys, of proofs that were good.
 *
 * find()  NULL: not there;  keep() takes the key over, or frees it
 */

ngx_int_t ngx_resonate_dpop_worker_init(ngx_resonate_dpop_main_conf_t *dmcf,
    ngx_cycle_t *cycle);
resonate_dpop_key_t *ngx_resonate_dpop_find(ngx_resonate_dpop_worker_t *worker,
    const resonate_jwt_view_t *header);
void ngx_resonate_dpop_keep(ngx_resonate_dpop_worker_t *worker,
    const resonate_jwt_view_t *header, resonate_dpop_key_t *key,
    ngx_log_t *log);


/*
 * Whether a proof, by its id, is seen for the first time: NGX_OK;
 * NGX_DECLINED: it is not;  NGX_AGAIN: the database is asked, and
 * ngx_resonate_auth_resume() will be called;  NGX_ERROR: it cannot be known
 */

ngx_int_t ngx_resonate_dpop_once(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx, u_char *id);
ngx_int_t ngx_resonate_dpop_answer(ngx_resonate_auth_ctx_t *ctx);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_AUTH_DPOP_H_INCLUDED_ */
