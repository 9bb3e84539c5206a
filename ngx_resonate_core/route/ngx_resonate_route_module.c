
/*
 * Copyright (C) Resonate
 */


#include "ngx_resonate_route_internal.h"


static ngx_int_t ngx_resonate_route_init_process(ngx_cycle_t *cycle);
static void *ngx_resonate_route_create_main_conf(ngx_conf_t *cf);
static void *ngx_resonate_route_create_loc_conf(ngx_conf_t *cf);
static char *ngx_resonate_route_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);


static ngx_command_t  ngx_resonate_route_commands[] = {

    { ngx_string("resonate_route"),
      NGX_HTTP_LOC_CONF|NGX_CONF_2MORE,
      ngx_resonate_route_directive,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("resonate_unknown"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_resonate_unknown_directive,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("resonate_cache_control"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_resonate_route_loc_conf_t, control),
      NULL },

    { ngx_string("resonate_cache_status"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_resonate_route_loc_conf_t, status),
      NULL },

    { ngx_string("resonate_route_scopes"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_resonate_route_loc_conf_t, scopes),
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_resonate_route_module_ctx = {
    NULL,                                  /* preconfiguration */
    ngx_resonate_route_postconfiguration,  /* postconfiguration */

    ngx_resonate_route_create_main_conf,   /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_resonate_route_create_loc_conf,    /* create location configuration */
    ngx_resonate_route_merge_loc_conf      /* merge location configuration */
};


ngx_module_t  ngx_resonate_route_module = {
    NGX_MODULE_V1,
    &ngx_resonate_route_module_ctx,        /* module context */
    ngx_resonate_route_commands,           /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_resonate_route_init_process,       /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_resonate_route_init_process(ngx_cycle_t *cycle)
{
    ngx_resonate_route_main_conf_t  *mcf;

    mcf = ngx_http_cycle_get_module_main_conf(cycle,
                                              ngx_resonate_route_module);
    if (mcf == NULL) {
        return NGX_OK;
    }

    mcf->calls = ngx_resonate_calls(cycle);

    return mcf->calls ? NGX_OK : NGX_ERROR;
}


static void *
ngx_resonate_route_create_main_conf(ngx_conf_t *cf)
{
    ngx_resonate_route_main_conf_t  *mcf;

    mcf = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_route_main_conf_t));
    if (mcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&mcf->kinds, cf->pool, 4, sizeof(ngx_resonate_kind_t *))
        != NGX_OK
        || ngx_array_init(&mcf->routes, cf->pool, 64,
                          sizeof(ngx_resonate_route_t *))
           != NGX_OK)
    {
        return NULL;
    }

    return mcf;
}


static void *
ngx_resonate_route_create_loc_conf(ngx_conf_t *cf)
{
    ngx_resonate_route_loc_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_route_loc_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    conf->status = NGX_CONF_UNSET;
    conf->scopes = NGX_CONF_UNSET;

    return conf;
}


static char *
ngx_resonate_route_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_resonate_route_loc_conf_t *prev = parent;
    ngx_resonate_route_loc_conf_t *conf = child;

    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    /* "if" and "limit_except" are in their location, not beside it */

    if (clcf->noname && conf->root == NULL) {
        conf->root = prev->root;
        conf->prefix = prev->prefix;
        conf->unknown = prev->unknown;
    }

    if (clcf->lmt_excpt && clcf->handler == NULL && conf->root) {
        clcf->handler = ngx_resonate_route_handler;
    }

    ngx_conf_merge_str_value(conf->control, prev->control,
                             "public, max-age=0, must-revalidate");
    ngx_conf_merge_value(conf->status, prev->status, 0);
    ngx_conf_merge_value(conf->scopes, prev->scopes, 1);

    return NGX_CONF_OK;
}
