
/*
 * Copyright (C) Resonate
 *
 * What the files about logout by a provider share with each other.
 */


#ifndef _NGX_RESONATE_AUTH_LOGOUT_H_INCLUDED_
#define _NGX_RESONATE_AUTH_LOGOUT_H_INCLUDED_


#include "ngx_resonate_auth_internal.h"


extern ngx_module_t  ngx_resonate_auth_logout_module;


#pragma GCC visibility push(hidden)


/* issuer, jti, subject, session, issued, lasts */
#define NGX_RESONATE_LOGOUT_VALUES  6


typedef struct {
    ngx_str_t                    database;
    ngx_array_t                  audiences;  /* of resonate_jwt_view_t */
    time_t                       lasts;
    u_char                       interval[NGX_TIME_T_LEN + sizeof(" s")];
    ngx_resonate_pg_stmt_t      *stmt;
} ngx_resonate_logout_t;


typedef struct {
    ngx_resonate_logout_t       *logout;     /* or NULL */
} ngx_resonate_logout_loc_conf_t;


typedef struct {
    ngx_array_t                  logouts;    /* of ngx_resonate_logout_t * */
    ngx_resonate_counter_t      *accepted;
    ngx_resonate_counter_t      *refused;
} ngx_resonate_logout_main_conf_t;


ngx_int_t ngx_resonate_logout_handler(ngx_http_request_t *r);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_AUTH_LOGOUT_H_INCLUDED_ */
