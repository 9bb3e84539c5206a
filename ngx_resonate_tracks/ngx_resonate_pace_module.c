
/*
 * Copyright (C) Resonate
 *
 * "resonate_pace": audio is sent about as fast as it is played, so that who
 * skips a track has not received all of it.
 *
 * nginx's own limit_rate does it, and whatever limit_rate the location has
 * still holds.
 */


#include "ngx_resonate_tracks_internal.h"


#define NGX_RESONATE_PACE_BURST   30      /* seconds of sound */
#define NGX_RESONATE_PACE_MIN     110     /* percent: below it players starve */
#define NGX_RESONATE_PACE_MAX     10000

/*
 * Silence takes next to no bits, but nginx counts the header of the response,
 * and a file has tables: at their rate no player would begin.
 */

#define NGX_RESONATE_PACE_LOWEST  8000    /* bits a second */


typedef struct {
    ngx_int_t                factor;      /* percent; 0: as fast as can be */
    time_t                   burst;
} ngx_resonate_pace_conf_t;


static void *ngx_resonate_pace_create_conf(ngx_conf_t *cf);
static char *ngx_resonate_pace_merge_conf(ngx_conf_t *cf, void *parent,
    void *child);
static char *ngx_resonate_pace_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


static const ngx_resonate_param_t  ngx_resonate_pace_params[] = {

    { ngx_string("burst="),
      ngx_resonate_param_sec,
      offsetof(ngx_resonate_pace_conf_t, burst),
      1, 3600, "between 1s and 1h" },

    { ngx_null_string, NULL, 0, 0, 0, NULL }
};


static ngx_command_t  ngx_resonate_pace_commands[] = {

    { ngx_string("resonate_pace"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE12,
      ngx_resonate_pace_directive,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_resonate_pace_module_ctx = {
    NULL,                                  /* preconfiguration */
    NULL,                                  /* postconfiguration */

    NULL,                                  /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_resonate_pace_create_conf,         /* create location configuration */
    ngx_resonate_pace_merge_conf           /* merge location configuration */
};


ngx_module_t  ngx_resonate_pace_module = {
    NGX_MODULE_V1,
    &ngx_resonate_pace_module_ctx,         /* module context */
    ngx_resonate_pace_commands,            /* module directives */
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


void
ngx_resonate_pace(ngx_http_request_t *r, uint32_t bitrate)
{
    size_t                     rate, limit;
    ngx_http_core_loc_conf_t  *clcf;
    ngx_resonate_pace_conf_t  *pcf;

    pcf = ngx_http_get_module_loc_conf(r, ngx_resonate_pace_module);

    if (pcf->factor == 0 || bitrate == 0) {
        return;
    }

    if (r->limit_rate_set) {
        limit = r->limit_rate;

    } else {
        clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
        limit = ngx_http_complex_value_size(r, clcf->limit_rate, 0);
    }

    bitrate = ngx_max(bitrate, NGX_RESONATE_PACE_LOWEST);
    rate = (size_t) ((uint64_t) bitrate / 8 * pcf->factor / 100);

    if (limit && limit <= rate) {
        return;
    }

    r->limit_rate = rate;
    r->limit_rate_set = 1;

    r->limit_rate_after = (size_t) ((uint64_t) bitrate / 8 * pcf->burst);
    r->limit_rate_after_set = 1;

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate pace: %uz after %uz", r->limit_rate,
                   r->limit_rate_after);
}


static void *
ngx_resonate_pace_create_conf(ngx_conf_t *cf)
{
    ngx_resonate_pace_conf_t  *pcf;

    pcf = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_pace_conf_t));
    if (pcf == NULL) {
        return NULL;
    }

    pcf->factor = NGX_CONF_UNSET;
    pcf->burst = NGX_CONF_UNSET;

    return pcf;
}


static char *
ngx_resonate_pace_merge_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_resonate_pace_conf_t  *prev = parent;
    ngx_resonate_pace_conf_t  *conf = child;

    /* both are of one directive */

    if (conf->factor == NGX_CONF_UNSET) {
        conf->burst = prev->burst;
    }

    ngx_conf_merge_value(conf->factor, prev->factor, 0);
    ngx_conf_merge_sec_value(conf->burst, prev->burst,
                             NGX_RESONATE_PACE_BURST);

    return NGX_CONF_OK;
}


/* "resonate_pace 1.5 burst=30s", or "off" */

static char *
ngx_resonate_pace_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_pace_conf_t *pcf = conf;

    ngx_str_t  *value;

    if (pcf->factor != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    value = cf->args->elts;
    pcf->burst = NGX_RESONATE_PACE_BURST;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        pcf->factor = 0;

        return (cf->args->nelts == 2) ? NGX_CONF_OK
                                      : "has a parameter beside \"off\"";
    }

    pcf->factor = ngx_atofp(value[1].data, value[1].len, 2);

    if (pcf->factor < NGX_RESONATE_PACE_MIN
        || pcf->factor > NGX_RESONATE_PACE_MAX)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid factor \"%V\" in \"%V\", it must be "
                           "\"off\" or between 1.1 and 100", &value[1],
                           &cmd->name);
        return NGX_CONF_ERROR;
    }

    return ngx_resonate_params(cf, 2, ngx_resonate_pace_params, pcf);
}
