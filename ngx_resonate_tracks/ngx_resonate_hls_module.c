
/*
 * Copyright (C) Resonate
 *
 * The "resonate_hls_segment" directive, and the kinds of HLS.
 */


#include "ngx_resonate_hls.h"


#define NGX_RESONATE_HLS_SEGMENT  6000


static ngx_int_t ngx_resonate_hls_preconfiguration(ngx_conf_t *cf);
static void *ngx_resonate_hls_create_main_conf(ngx_conf_t *cf);
static void *ngx_resonate_hls_create_loc_conf(ngx_conf_t *cf);
static char *ngx_resonate_hls_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static char *ngx_resonate_hls_check_segment(ngx_conf_t *cf, void *post,
    void *data);


static ngx_conf_post_t  ngx_resonate_hls_segment_post = {
    ngx_resonate_hls_check_segment
};


static ngx_command_t  ngx_resonate_hls_commands[] = {

    { ngx_string("resonate_hls_segment"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_resonate_hls_loc_conf_t, segment),
      &ngx_resonate_hls_segment_post },

      ngx_null_command
};


static const char *const  ngx_resonate_hls_args[] = {
    "n", "quality", "v", "ticket", NULL
};


static const ngx_resonate_kind_t  ngx_resonate_hls_kinds[] = {

    { ngx_string("hls_master"),
      ngx_resonate_hls_master_handler,
      ngx_resonate_decision_compile,
      ngx_resonate_ticket_who,
      ngx_resonate_hls_args,
      0 },

    { ngx_string("hls_playlist"),
      ngx_resonate_hls_playlist_handler,
      ngx_resonate_decision_compile,
      ngx_resonate_ticket_who,
      ngx_resonate_hls_args,
      0 },

    { ngx_string("hls_init"),
      ngx_resonate_hls_init_handler,
      ngx_resonate_decision_compile,
      ngx_resonate_ticket_who,
      ngx_resonate_hls_args,
      0 },

    { ngx_string("hls_segment"),
      ngx_resonate_hls_segment_handler,
      ngx_resonate_decision_compile,
      ngx_resonate_ticket_who,
      ngx_resonate_hls_args,
      0 }
};


static ngx_http_module_t  ngx_resonate_hls_module_ctx = {
    ngx_resonate_hls_preconfiguration,     /* preconfiguration */
    NULL,                                  /* postconfiguration */

    ngx_resonate_hls_create_main_conf,     /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_resonate_hls_create_loc_conf,      /* create location configuration */
    ngx_resonate_hls_merge_loc_conf        /* merge location configuration */
};


ngx_module_t  ngx_resonate_hls_module = {
    NGX_MODULE_V1,
    &ngx_resonate_hls_module_ctx,          /* module context */
    ngx_resonate_hls_commands,             /* module directives */
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
ngx_resonate_hls_preconfiguration(ngx_conf_t *cf)
{
    ngx_uint_t                     i;
    ngx_resonate_hls_main_conf_t  *mcf;

    if (ngx_resonate_core_require(cf, "tracks") != NGX_OK) {
        return NGX_ERROR;
    }

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_hls_module);

    mcf->playlists = ngx_resonate_counter_add(cf,
                         "resonate_hls_playlists_total",
                         "HLS playlists sent.");
    mcf->segments = ngx_resonate_counter_add(cf,
                        "resonate_hls_segments_total",
                        "HLS segments sent.");

    if (mcf->playlists == NULL || mcf->segments == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < sizeof(ngx_resonate_hls_kinds)
                    / sizeof(ngx_resonate_hls_kinds[0]); i++)
    {
        if (ngx_resonate_reply_add(cf, &ngx_resonate_hls_kinds[i])
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static void *
ngx_resonate_hls_create_main_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_resonate_hls_main_conf_t));
}


static void *
ngx_resonate_hls_create_loc_conf(ngx_conf_t *cf)
{
    ngx_resonate_hls_loc_conf_t  *hlcf;

    hlcf = ngx_palloc(cf->pool, sizeof(ngx_resonate_hls_loc_conf_t));
    if (hlcf == NULL) {
        return NULL;
    }

    hlcf->segment = NGX_CONF_UNSET_MSEC;

    return hlcf;
}


static char *
ngx_resonate_hls_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_resonate_hls_loc_conf_t  *prev = parent;
    ngx_resonate_hls_loc_conf_t  *conf = child;

    ngx_conf_merge_msec_value(conf->segment, prev->segment,
                              NGX_RESONATE_HLS_SEGMENT);

    return NGX_CONF_OK;
}


static char *
ngx_resonate_hls_check_segment(ngx_conf_t *cf, void *post, void *data)
{
    ngx_msec_t  *segment = data;

    if (*segment < RESONATE_HLS_MIN_SEGMENT_MS
        || *segment > RESONATE_HLS_MAX_SEGMENT_MS)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"resonate_hls_segment\" must be between %ds and "
                           "%ds", RESONATE_HLS_MIN_SEGMENT_MS / 1000,
                           RESONATE_HLS_MAX_SEGMENT_MS / 1000);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
