
/*
 * Copyright (C) Resonate
 *
 * The "resonate_cache" directive.
 */


#include "ngx_resonate_listen.h"


#define NGX_RESONATE_CACHE_STALE      3600    /* seconds, by default */
#define NGX_RESONATE_CACHE_STALE_MAX  (365 * 24 * 60 * 60)
#define NGX_RESONATE_CACHE_SHORT      5
#define NGX_RESONATE_CACHE_NEGATIVE   5


typedef struct {
    ngx_resonate_cache_t  *cache;    /* NULL: no "resonate_cache" */
} ngx_resonate_cache_main_conf_t;


static ngx_int_t ngx_resonate_cache_postconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_cache_init_process(ngx_cycle_t *cycle);
static void ngx_resonate_cache_exit_process(ngx_cycle_t *cycle);
static void *ngx_resonate_cache_create_main_conf(ngx_conf_t *cf);
static char *ngx_resonate_cache_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static ngx_int_t ngx_resonate_cache_counters(ngx_conf_t *cf,
    ngx_resonate_cache_t *cache);


extern ngx_module_t  ngx_resonate_cache_module;


static const ngx_resonate_param_t  ngx_resonate_cache_params[] = {

    { ngx_string("stale="),
      ngx_resonate_param_sec,
      offsetof(ngx_resonate_cache_t, stale),
      0, NGX_RESONATE_CACHE_STALE_MAX, "between 0 and 1y" },

    { ngx_string("listen="),
      ngx_resonate_param_str,
      offsetof(ngx_resonate_cache_t, listen),
      0, 0, "the name of a database" },

    { ngx_string("short="),
      ngx_resonate_param_sec,
      offsetof(ngx_resonate_cache_t, short_time),
      1, 3600, "between 1s and 1h" },

    { ngx_string("negative="),
      ngx_resonate_param_sec,
      offsetof(ngx_resonate_cache_t, negative),
      0, 3600, "between 0 and 1h" },

    { ngx_null_string, NULL, 0, 0, 0, NULL }
};


static ngx_command_t  ngx_resonate_cache_commands[] = {

    { ngx_string("resonate_cache"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_resonate_cache_directive,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_resonate_cache_module_ctx = {
    NULL,                                  /* preconfiguration */
    ngx_resonate_cache_postconfiguration,  /* postconfiguration */

    ngx_resonate_cache_create_main_conf,   /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_resonate_cache_module = {
    NGX_MODULE_V1,
    &ngx_resonate_cache_module_ctx,        /* module context */
    ngx_resonate_cache_commands,           /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_resonate_cache_init_process,       /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_resonate_cache_exit_process,       /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static void *
ngx_resonate_cache_create_main_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_resonate_cache_main_conf_t));
}


static ngx_int_t
ngx_resonate_cache_postconfiguration(ngx_conf_t *cf)
{
    ngx_resonate_cache_t  *cache;

    cache = ngx_resonate_cache(cf);

    if (cache == NULL && ngx_resonate_shared(cf)->purges) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"resonate_cache_purge\" without \"resonate_cache\"");
        return NGX_ERROR;
    }

    if (cache == NULL || cache->listen.len == 0) {
        return NGX_OK;
    }

    return ngx_resonate_listen_add(cf, cache);
}


static ngx_int_t
ngx_resonate_cache_init_process(ngx_cycle_t *cycle)
{
    ngx_resonate_cache_main_conf_t  *mcf;

    mcf = ngx_http_cycle_get_module_main_conf(cycle,
                                              ngx_resonate_cache_module);

    if (mcf == NULL || mcf->cache == NULL || mcf->cache->listener == NULL
        || (ngx_process != NGX_PROCESS_WORKER
            && ngx_process != NGX_PROCESS_SINGLE))
    {
        return NGX_OK;
    }

    return ngx_resonate_listen_init(cycle, mcf->cache);
}


static void
ngx_resonate_cache_exit_process(ngx_cycle_t *cycle)
{
    ngx_resonate_cache_main_conf_t  *mcf;

    mcf = ngx_http_cycle_get_module_main_conf(cycle,
                                              ngx_resonate_cache_module);

    if (mcf && mcf->cache && mcf->cache->listener) {
        ngx_resonate_listen_exit(mcf->cache->listener);
    }
}


ngx_resonate_cache_t *
ngx_resonate_cache(ngx_conf_t *cf)
{
    ngx_resonate_cache_main_conf_t  *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_cache_module);

    return mcf->cache;
}


ngx_resonate_cache_t *
ngx_resonate_cache_of(ngx_http_request_t *r)
{
    ngx_resonate_cache_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_cache_module);

    return mcf->cache;
}


static char *
ngx_resonate_cache_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_cache_main_conf_t *mcf = conf;

    ssize_t                size;
    ngx_str_t             *value, name;
    ngx_resonate_cache_t  *cache;

    if (mcf->cache) {
        return "is duplicate";
    }

    cache = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_cache_t));
    if (cache == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;
    cache->shared = ngx_resonate_shared(cf);
    cache->stale = NGX_RESONATE_CACHE_STALE;
    cache->negative = NGX_RESONATE_CACHE_NEGATIVE;

    size = ngx_parse_size(&value[1]);

    if (size == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid size \"%V\" in \"%V\" directive",
                           &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    if (size < NGX_RESONATE_TABLE_MIN_SIZE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "size \"%V\" in \"%V\" directive is too small, "
                           "at least 64k are needed", &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    if (ngx_resonate_params(cf, 2, ngx_resonate_cache_params, cache)
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (cache->short_time && cache->listen.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"short=\" without \"listen=\" in \"%V\" "
                           "directive", &cmd->name);
        return NGX_CONF_ERROR;
    }

    if (cache->short_time == 0) {
        cache->short_time = NGX_RESONATE_CACHE_SHORT;
    }

    ngx_str_set(&name, "resonate_cache");

    cache->table = ngx_resonate_table_add(cf, &name, size);

    if (cache->table == NULL
        || ngx_resonate_cache_counters(cf, cache) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    mcf->cache = cache;

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_resonate_cache_counters(ngx_conf_t *cf, ngx_resonate_cache_t *cache)
{
    cache->hits = ngx_resonate_counter_add(cf, "resonate_cache_hits_total",
                                           "Replies served from the cache.");
    cache->misses = ngx_resonate_counter_add(cf,
                        "resonate_cache_misses_total",
                        "Cacheable requests that had to ask the database.");
    cache->stales = ngx_resonate_counter_add(cf, "resonate_cache_stale_total",
                        "Replies found past their time to live.");
    cache->invalidations = ngx_resonate_counter_add(cf,
                        "resonate_cache_invalidations_total",
                        "Tags that the database notified, and purges.");

    if (cache->hits == NULL || cache->misses == NULL || cache->stales == NULL
        || cache->invalidations == NULL)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}
