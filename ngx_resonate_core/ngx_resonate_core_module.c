
/*
 * Copyright (C) Resonate
 */


#include "ngx_resonate_core_internal.h"


static ngx_int_t ngx_resonate_core_preconfiguration(ngx_conf_t *cf);
static void *ngx_resonate_core_create_main_conf(ngx_conf_t *cf);


const ngx_uint_t  ngx_resonate_core_abi = NGX_RESONATE_CORE_ABI;


static ngx_command_t  ngx_resonate_core_commands[] = {

    { ngx_string("resonate_status"),
      NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_resonate_status_directive,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_resonate_core_module_ctx = {
    ngx_resonate_core_preconfiguration,    /* preconfiguration */
    NULL,                                  /* postconfiguration */

    ngx_resonate_core_create_main_conf,    /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_resonate_core_module = {
    NGX_MODULE_V1,
    &ngx_resonate_core_module_ctx,         /* module context */
    ngx_resonate_core_commands,            /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_resonate_core_preconfiguration(ngx_conf_t *cf)
{
    return ngx_resonate_shared_init(cf);
}


static void *
ngx_resonate_core_create_main_conf(ngx_conf_t *cf)
{
    ngx_resonate_shared_t  *shared;

    shared = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_shared_t));
    if (shared == NULL) {
        return NULL;
    }

    if (ngx_array_init(&shared->counters, cf->pool, 32,
                       sizeof(ngx_resonate_counter_t *))
        != NGX_OK)
    {
        return NULL;
    }

    return shared;
}
