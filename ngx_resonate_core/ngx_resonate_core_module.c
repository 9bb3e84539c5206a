
/*
 * Copyright (C) Resonate
 */


#include "ngx_resonate_core_internal.h"


static ngx_int_t ngx_resonate_core_preconfiguration(ngx_conf_t *cf);
static void *ngx_resonate_core_create_main_conf(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_core_init_process(ngx_cycle_t *cycle);
static void ngx_resonate_core_exit_process(ngx_cycle_t *cycle);
static void *ngx_resonate_core_create_loc_conf(ngx_conf_t *cf);
static char *ngx_resonate_core_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);


const ngx_uint_t  ngx_resonate_core_abi = NGX_RESONATE_CORE_ABI;


static ngx_command_t  ngx_resonate_core_commands[] = {

    { ngx_string("resonate_status"),
      NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_resonate_status_directive,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("resonate_cache_purge"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_resonate_cache_purge_directive,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("resonate_problem"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_resonate_problem_directive,
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

    ngx_resonate_core_create_loc_conf,     /* create location configuration */
    ngx_resonate_core_merge_loc_conf       /* merge location configuration */
};


ngx_module_t  ngx_resonate_core_module = {
    NGX_MODULE_V1,
    &ngx_resonate_core_module_ctx,         /* module context */
    ngx_resonate_core_commands,            /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_resonate_core_init_process,        /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_resonate_core_exit_process,        /* exit process */
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
        != NGX_OK
        || ngx_array_init(&shared->gauges, cf->pool, 8,
                          sizeof(ngx_resonate_gauge_t *))
           != NGX_OK
        || ngx_array_init(&shared->samples, cf->pool, 8,
                          sizeof(ngx_resonate_sample_t))
           != NGX_OK
        || ngx_array_init(&shared->routes, cf->pool, 64,
                          sizeof(ngx_resonate_traffic_t *))
           != NGX_OK
        || ngx_array_init(&shared->tables, cf->pool, 4,
                          sizeof(ngx_resonate_table_t *))
           != NGX_OK
        || ngx_array_init(&shared->words, cf->pool, 1,
                          sizeof(ngx_resonate_word_t))
           != NGX_OK)
    {
        return NULL;
    }

    return shared;
}


static ngx_int_t
ngx_resonate_core_init_process(ngx_cycle_t *cycle)
{
    ngx_resonate_shared_t  *shared;

    shared = ngx_http_cycle_get_module_main_conf(cycle,
                                                 ngx_resonate_core_module);

    /* the helpers that keep nginx's own caches have no share */

    if (shared && (ngx_process == NGX_PROCESS_WORKER
                   || ngx_process == NGX_PROCESS_SINGLE))
    {
        ngx_resonate_shared_start(shared);
    }

    return NGX_OK;
}


static void
ngx_resonate_core_exit_process(ngx_cycle_t *cycle)
{
    ngx_resonate_shared_t  *shared;

    shared = ngx_http_cycle_get_module_main_conf(cycle,
                                                 ngx_resonate_core_module);

    if (shared) {
        ngx_resonate_gauges_stop(shared);
    }
}


static void *
ngx_resonate_core_create_loc_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_resonate_core_loc_conf_t));
}


static char *
ngx_resonate_core_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_resonate_core_loc_conf_t *prev = parent;
    ngx_resonate_core_loc_conf_t *conf = child;

    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    /* "limit_except" is in its location, but has a handler of its own */

    if (clcf->lmt_excpt && clcf->handler == NULL && prev->handler) {
        conf->handler = prev->handler;
        clcf->handler = prev->handler;
    }

    return NGX_CONF_OK;
}


char *
ngx_resonate_set_handler(ngx_conf_t *cf, void *conf,
    ngx_http_handler_pt handler)
{
    ngx_resonate_core_loc_conf_t *clf = conf;

    ngx_http_core_loc_conf_t  *clcf;

    if (clf->handler == handler) {
        return "is duplicate";
    }

    clf->handler = handler;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = handler;

    return NGX_CONF_OK;
}
