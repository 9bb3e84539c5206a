
/*
 * Copyright (C) Resonate
 *
 * The "resonate_fetch" block: a server without an address.
 */


#include "ngx_resonate_fetch_internal.h"


static char *ngx_resonate_fetch_block(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static ngx_http_conf_ctx_t *ngx_resonate_fetch_server(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_fetch_confs(ngx_conf_t *cf,
    ngx_http_conf_ctx_t *ctx);
static ngx_int_t ngx_resonate_fetch_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_fetch_postconfiguration(ngx_conf_t *cf);
static void *ngx_resonate_fetch_create_main_conf(ngx_conf_t *cf);


static ngx_command_t  ngx_resonate_fetch_commands[] = {

    { ngx_string("resonate_fetch"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_BLOCK|NGX_CONF_NOARGS,
      ngx_resonate_fetch_block,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_resonate_fetch_module_ctx = {
    ngx_resonate_fetch_preconfiguration,   /* preconfiguration */
    ngx_resonate_fetch_postconfiguration,  /* postconfiguration */

    ngx_resonate_fetch_create_main_conf,   /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_resonate_fetch_module = {
    NGX_MODULE_V1,
    &ngx_resonate_fetch_module_ctx,        /* module context */
    ngx_resonate_fetch_commands,           /* module directives */
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


/*
 * As nginx's "server", whose function makes a socket for a block that has no
 * "listen".  The block is among the servers of nginx, so that its locations
 * are merged and sorted as others are; no address leads to it.
 */

static char *
ngx_resonate_fetch_block(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_fetch_main_conf_t *fmcf = conf;

    char                      *rv;
    ngx_conf_t                 save;
    ngx_http_conf_ctx_t       *ctx;
    ngx_http_core_srv_conf_t  *cscf;
    ngx_http_core_loc_conf_t  *clcf;

    if (fmcf->ctx) {
        return "is duplicate";
    }

    ctx = ngx_resonate_fetch_server(cf);
    if (ctx == NULL) {
        return NGX_CONF_ERROR;
    }

    save = *cf;
    cf->ctx = ctx;
    cf->cmd_type = NGX_HTTP_SRV_CONF;

    rv = ngx_conf_parse(cf, NULL);

    *cf = save;

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    cscf = ctx->srv_conf[ngx_http_core_module.ctx_index];

    if (cscf->listen) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"listen\" is not allowed in \"resonate_fetch\"");
        return NGX_CONF_ERROR;
    }

    /* an answer is kept in memory: nginx's default is a page */

    clcf = ctx->loc_conf[ngx_http_core_module.ctx_index];

    if (clcf->subrequest_output_buffer_size == NGX_CONF_UNSET_SIZE) {
        clcf->subrequest_output_buffer_size = NGX_RESONATE_FETCH_MAX;
    }

    fmcf->ctx = ctx;

    return NGX_CONF_OK;
}


static ngx_http_conf_ctx_t *
ngx_resonate_fetch_server(ngx_conf_t *cf)
{
    ngx_http_conf_ctx_t         *ctx, *http;
    ngx_http_core_srv_conf_t    *cscf, **slot;
    ngx_http_core_main_conf_t   *cmcf;

    ctx = ngx_pcalloc(cf->pool, sizeof(ngx_http_conf_ctx_t));
    if (ctx == NULL) {
        return NULL;
    }

    http = cf->ctx;
    ctx->main_conf = http->main_conf;

    ctx->srv_conf = ngx_pcalloc(cf->pool, sizeof(void *) * ngx_http_max_module);
    ctx->loc_conf = ngx_pcalloc(cf->pool, sizeof(void *) * ngx_http_max_module);

    if (ctx->srv_conf == NULL || ctx->loc_conf == NULL
        || ngx_resonate_fetch_confs(cf, ctx) != NGX_OK)
    {
        return NULL;
    }

    cscf = ctx->srv_conf[ngx_http_core_module.ctx_index];
    cscf->ctx = ctx;

    cmcf = ctx->main_conf[ngx_http_core_module.ctx_index];

    slot = ngx_array_push(&cmcf->servers);
    if (slot == NULL) {
        return NULL;
    }

    *slot = cscf;

    return ctx;
}


static ngx_int_t
ngx_resonate_fetch_confs(ngx_conf_t *cf, ngx_http_conf_ctx_t *ctx)
{
    void               *conf;
    ngx_uint_t          i, n;
    ngx_http_module_t  *module;

    for (i = 0; cf->cycle->modules[i]; i++) {

        if (cf->cycle->modules[i]->type != NGX_HTTP_MODULE) {
            continue;
        }

        n = cf->cycle->modules[i]->ctx_index;
        module = cf->cycle->modules[i]->ctx;

        if (module->create_srv_conf) {
            conf = module->create_srv_conf(cf);
            if (conf == NULL) {
                return NGX_ERROR;
            }

            ctx->srv_conf[n] = conf;
        }

        if (module->create_loc_conf) {
            conf = module->create_loc_conf(cf);
            if (conf == NULL) {
                return NGX_ERROR;
            }

            ctx->loc_conf[n] = conf;
        }
    }

    return NGX_OK;
}


char *
ngx_resonate_fetch_need(ngx_conf_t *cf, ngx_str_t *directive)
{
    ngx_resonate_fetch_main_conf_t  *fmcf;

    fmcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_fetch_module);

    fmcf->needed = *directive;

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_resonate_fetch_preconfiguration(ngx_conf_t *cf)
{
    ngx_resonate_fetch_main_conf_t  *fmcf;

    fmcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_fetch_module);

    fmcf->fetches = ngx_resonate_counter_add(cf, "resonate_fetches_total",
                        "Requests of the edge's own.");
    fmcf->failures = ngx_resonate_counter_add(cf,
                         "resonate_fetch_failures_total",
                         "Requests of the edge's own without an answer.");

    return (fmcf->fetches && fmcf->failures) ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_resonate_fetch_postconfiguration(ngx_conf_t *cf)
{
    ngx_resonate_fetch_main_conf_t  *fmcf;

    fmcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_fetch_module);

    if (fmcf->needed.len && fmcf->ctx == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"%V\" needs a \"resonate_fetch\" block",
                      &fmcf->needed);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void *
ngx_resonate_fetch_create_main_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_resonate_fetch_main_conf_t));
}
