
/*
 * Copyright (C) Resonate
 *
 * The cache of what was made of media files, and who reads them.
 */


#include "ngx_resonate_tracks_internal.h"
#include "ngx_resonate_head.h"


#define NGX_RESONATE_INDEX_CACHE_SIZE      (32 * 1024 * 1024)

/* a table takes values up to an eighth of it: the index of half an hour */
#define NGX_RESONATE_INDEX_CACHE_MIN_SIZE  (1024 * 1024)


static ngx_int_t ngx_resonate_index_preconfiguration(ngx_conf_t *cf);
static void *ngx_resonate_index_create_main_conf(ngx_conf_t *cf);
static char *ngx_resonate_index_init_main_conf(ngx_conf_t *cf, void *conf);
static ngx_int_t ngx_resonate_index_init_process(ngx_cycle_t *cycle);
static char *ngx_resonate_index_cache(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


static ngx_command_t  ngx_resonate_index_commands[] = {

    { ngx_string("resonate_media_cache"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_resonate_index_cache,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    /* its name up to 0.8 */

    { ngx_string("resonate_preview_cache"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_resonate_index_cache,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_resonate_index_module_ctx = {
    ngx_resonate_index_preconfiguration,   /* preconfiguration */
    NULL,                                  /* postconfiguration */

    ngx_resonate_index_create_main_conf,   /* create main configuration */
    ngx_resonate_index_init_main_conf,     /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_resonate_index_module = {
    NGX_MODULE_V1,
    &ngx_resonate_index_module_ctx,        /* module context */
    ngx_resonate_index_commands,           /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_resonate_index_init_process,       /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_resonate_index_preconfiguration(ngx_conf_t *cf)
{
    ngx_resonate_index_main_conf_t  *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_index_module);

    mcf->count = ngx_resonate_counter_add(cf,
                    "resonate_media_reads_total",
                    "Media files whose tables were read.");

    return mcf->count ? NGX_OK : NGX_ERROR;
}


static void *
ngx_resonate_index_create_main_conf(ngx_conf_t *cf)
{
    ngx_resonate_index_main_conf_t  *mcf;

    mcf = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_index_main_conf_t));
    if (mcf == NULL) {
        return NULL;
    }

    mcf->cache_size = NGX_CONF_UNSET_SIZE;

    return mcf;
}


static char *
ngx_resonate_index_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_resonate_index_main_conf_t  *mcf = conf;

    ngx_str_t  name = ngx_string("resonate_media");

    ngx_conf_init_size_value(mcf->cache_size, NGX_RESONATE_INDEX_CACHE_SIZE);

    if (mcf->cache_size == 0) {
        return NGX_CONF_OK;
    }

    mcf->cache = ngx_resonate_table_add(cf, &name, mcf->cache_size);

    return mcf->cache ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static ngx_int_t
ngx_resonate_index_init_process(ngx_cycle_t *cycle)
{
    ngx_resonate_index_main_conf_t  *mcf;

    mcf = ngx_http_cycle_get_module_main_conf(cycle,
                                              ngx_resonate_index_module);
    if (mcf == NULL) {
        return NGX_OK;
    }

    mcf->reads = ngx_palloc(cycle->pool, sizeof(ngx_queue_t));
    mcf->heads = ngx_resonate_heads(cycle->pool);

    if (mcf->reads == NULL || mcf->heads == NULL) {
        return NGX_ERROR;
    }

    ngx_queue_init(mcf->reads);

    return NGX_OK;
}


/* the tables of a file are read where a slow disk delays nobody else */

ngx_int_t
ngx_resonate_index_need(ngx_conf_t *cf)
{
#if (NGX_THREADS)
    ngx_resonate_index_main_conf_t  *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_index_module);

    mcf->thread_pool = ngx_thread_pool_add(cf, NULL);
    if (mcf->thread_pool == NULL) {
        return NGX_ERROR;
    }
#endif

    return NGX_OK;
}


static char *
ngx_resonate_index_cache(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_index_main_conf_t  *mcf = conf;

    ssize_t     size;
    ngx_str_t  *value;

    if (mcf->cache_size != NGX_CONF_UNSET_SIZE) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        mcf->cache_size = 0;
        return NGX_CONF_OK;
    }

    size = ngx_parse_size(&value[1]);

    if (size == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid size \"%V\" in \"%V\"",
                           &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    if (size < NGX_RESONATE_INDEX_CACHE_MIN_SIZE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" of \"%V\" is too small, it must be at "
                           "least %uzm", &value[1], &cmd->name,
                           (size_t) NGX_RESONATE_INDEX_CACHE_MIN_SIZE
                           / (1024 * 1024));
        return NGX_CONF_ERROR;
    }

    mcf->cache_size = size;

    return NGX_CONF_OK;
}
