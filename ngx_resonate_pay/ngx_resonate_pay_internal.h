
/*
 * Copyright (C) Resonate
 *
 * What the files of the pay room share with each other only.
 */


#ifndef _NGX_RESONATE_PAY_INTERNAL_H_INCLUDED_
#define _NGX_RESONATE_PAY_INTERNAL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_resonate_core.h"
#include "money/resonate_amount.h"
#include "money/resonate_signature.h"
#include "money/resonate_topup.h"


extern ngx_module_t  ngx_resonate_pay_module;


#pragma GCC visibility push(hidden)


/* where "resonate_topup" stands; shared with the blocks in its location */

typedef struct {
    ngx_resonate_pg_t         *pg;
    ngx_resonate_pg_stmt_t    *stmt;
    u_char                    *file;
    ngx_uint_t                 line;
} ngx_resonate_pay_topup_t;


typedef struct {
    ngx_array_t                topups;    /* of ngx_resonate_pay_loc_conf_t *,
                                             with "resonate_topup" */
    ngx_resonate_counter_t    *accepted;
    ngx_resonate_counter_t    *refused;
} ngx_resonate_pay_main_conf_t;


typedef struct {
    ngx_str_t                 *secret;
    ngx_str_t                  database;
    time_t                     tolerance;
    int64_t                    max_mc;
    ngx_resonate_pay_topup_t  *topup;     /* NULL: no "resonate_topup" */
} ngx_resonate_pay_loc_conf_t;


/* the content handler of "resonate_topup" */
ngx_int_t ngx_resonate_pay_topup_handler(ngx_http_request_t *r);

/*
 * NGX_OK: the body is signed;  NGX_DECLINED: the sender did not prove that it
 * knows the secret now, the log says why, the answer must not;
 * NGX_ERROR
 */

ngx_int_t ngx_resonate_pay_webhook_verify(ngx_http_request_t *r,
    ngx_str_t *body);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_PAY_INTERNAL_H_INCLUDED_ */
