
/*
 * Copyright (C) Resonate
 *
 * What the files of DiscourseConnect share with each other only.
 */


#ifndef _NGX_RESONATE_DISCOURSE_INTERNAL_H_INCLUDED_
#define _NGX_RESONATE_DISCOURSE_INTERNAL_H_INCLUDED_


#include "ngx_resonate_login_internal.h"
#include "../jwt/resonate_discourse.h"


extern ngx_module_t  ngx_resonate_discourse_module;


#pragma GCC visibility push(hidden)


typedef struct {
    ngx_uint_t             used;       /* in some location */
    ngx_resonate_table_t  *table;      /* of questions that were answered */
} ngx_resonate_discourse_main_conf_t;


typedef struct {
    ngx_str_t             *secret;     /* NULL: not here */
    ngx_array_t            origins;    /* of ngx_str_t */
    ngx_str_t              login;      /* path of "resonate_login_start" */
} ngx_resonate_discourse_conf_t;


ngx_int_t ngx_resonate_discourse_handler(ngx_http_request_t *r);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_DISCOURSE_INTERNAL_H_INCLUDED_ */
