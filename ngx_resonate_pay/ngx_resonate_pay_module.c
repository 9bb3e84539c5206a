
/*
 * Copyright (C) Resonate
 *
 * Configuration of the pay room.
 */


#include "ngx_resonate_pay_internal.h"


#define NGX_RESONATE_PAY_TOLERANCE      300     /* seconds */
#define NGX_RESONATE_PAY_TOLERANCE_MAX  3600

#define NGX_RESONATE_PAY_TOPUP_SQL                                            \
    "SELECT status, body, tags FROM resonate.topup($1, $2, $3)"
#define NGX_RESONATE_PAY_TOPUP_PARAMS   3


static ngx_int_t ngx_resonate_pay_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_pay_postconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_pay_bind(ngx_conf_t *cf,
    ngx_resonate_pay_main_conf_t *mcf, ngx_resonate_pay_loc_conf_t *lcf);
static void *ngx_resonate_pay_create_main_conf(ngx_conf_t *cf);
static void *ngx_resonate_pay_create_loc_conf(ngx_conf_t *cf);
static char *ngx_resonate_pay_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static char *ngx_resonate_pay_topup(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_resonate_pay_topup_secret(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_resonate_pay_topup_max(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_resonate_pay_check_tolerance(ngx_conf_t *cf, void *post,
    void *data);


static ngx_conf_post_t  ngx_resonate_pay_tolerance_post = {
    ngx_resonate_pay_check_tolerance
};


static ngx_command_t  ngx_resonate_pay_commands[] = {

    { ngx_string("resonate_topup"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_resonate_pay_topup,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("resonate_topup_secret"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_resonate_pay_topup_secret,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("resonate_topup_pg"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_resonate_pay_loc_conf_t, database),
      NULL },

    { ngx_string("resonate_topup_tolerance"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_resonate_pay_loc_conf_t, tolerance),
      &ngx_resonate_pay_tolerance_post },

    { ngx_string("resonate_topup_max"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_resonate_pay_topup_max,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_resonate_pay_module_ctx = {
    ngx_resonate_pay_preconfiguration,     /* preconfiguration */
    ngx_resonate_pay_postconfiguration,    /* postconfiguration */

    ngx_resonate_pay_create_main_conf,     /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_resonate_pay_create_loc_conf,      /* create location configuration */
    ngx_resonate_pay_merge_loc_conf        /* merge location configuration */
};


ngx_module_t  ngx_resonate_pay_module = {
    NGX_MODULE_V1,
    &ngx_resonate_pay_module_ctx,          /* module context */
    ngx_resonate_pay_commands,             /* module directives */
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
ngx_resonate_pay_preconfiguration(ngx_conf_t *cf)
{
    ngx_resonate_pay_main_conf_t  *mcf;

    if (ngx_resonate_core_require(cf, "pay") != NGX_OK) {
        return NGX_ERROR;
    }

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_pay_module);

    mcf->accepted = ngx_resonate_counter_add(cf,
                        "resonate_topups_accepted_total",
                        "Top-ups answered with success, repeats included.");
    mcf->refused = ngx_resonate_counter_add(cf,
                        "resonate_topups_refused_total",
                        "Top-ups refused: signature, body, account or key.");

    if (mcf->accepted == NULL || mcf->refused == NULL) {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_pay_postconfiguration(ngx_conf_t *cf)
{
    ngx_uint_t                      i;
    ngx_resonate_pay_loc_conf_t   **lcf;
    ngx_resonate_pay_main_conf_t   *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_pay_module);
    lcf = mcf->topups.elts;

    for (i = 0; i < mcf->topups.nelts; i++) {
        if (ngx_resonate_pay_bind(cf, mcf, lcf[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_pay_bind(ngx_conf_t *cf, ngx_resonate_pay_main_conf_t *mcf,
    ngx_resonate_pay_loc_conf_t *lcf)
{
    ngx_str_t                       sql;
    ngx_uint_t                      i;
    ngx_resonate_pay_topup_t       *topup;
    ngx_resonate_pay_loc_conf_t   **other;

    topup = lcf->topup;

    if (lcf->secret == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "no \"resonate_topup_secret\" is defined for the "
                      "\"resonate_topup\" directive in %s:%ui",
                      topup->file, topup->line);
        return NGX_ERROR;
    }

    topup->pg = ngx_resonate_pg_get(cf, &lcf->database);

    if (topup->pg == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "no \"resonate_pg %V\" is defined for the "
                      "\"resonate_topup\" directive in %s:%ui",
                      &lcf->database, topup->file, topup->line);
        return NGX_ERROR;
    }

    other = mcf->topups.elts;

    for (i = 0; other[i] != lcf; i++) {
        if (other[i]->topup->pg == topup->pg) {
            topup->stmt = other[i]->topup->stmt;
            return NGX_OK;
        }
    }

    ngx_str_set(&sql, NGX_RESONATE_PAY_TOPUP_SQL);

    topup->stmt = ngx_resonate_pg_stmt_add(cf, topup->pg, &sql,
                                           NGX_RESONATE_PAY_TOPUP_PARAMS);

    return topup->stmt ? NGX_OK : NGX_ERROR;
}


static void *
ngx_resonate_pay_create_main_conf(ngx_conf_t *cf)
{
    ngx_resonate_pay_main_conf_t  *mcf;

    mcf = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_pay_main_conf_t));
    if (mcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&mcf->topups, cf->pool, 1,
                       sizeof(ngx_resonate_pay_loc_conf_t *))
        != NGX_OK)
    {
        return NULL;
    }

    return mcf;
}


static void *
ngx_resonate_pay_create_loc_conf(ngx_conf_t *cf)
{
    ngx_resonate_pay_loc_conf_t  *lcf;

    lcf = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_pay_loc_conf_t));
    if (lcf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     lcf->database = { 0, NULL };
     *     lcf->max_mc = 0;    (not set)
     *     lcf->topup = NULL;
     */

    lcf->secret = NGX_CONF_UNSET_PTR;
    lcf->tolerance = NGX_CONF_UNSET;

    return lcf;
}


static char *
ngx_resonate_pay_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_resonate_pay_loc_conf_t  *prev = parent;
    ngx_resonate_pay_loc_conf_t  *conf = child;

    ngx_http_core_loc_conf_t  *clcf;

    ngx_conf_merge_ptr_value(conf->secret, prev->secret, NULL);
    ngx_conf_merge_str_value(conf->database, prev->database, "topup");
    ngx_conf_merge_sec_value(conf->tolerance, prev->tolerance,
                             NGX_RESONATE_PAY_TOLERANCE);

    if (conf->max_mc == 0) {
        conf->max_mc = prev->max_mc ? prev->max_mc : RESONATE_AMOUNT_MAX_MC;
    }

    /* "if" keeps its location's handler, "limit_except" has to be given it */

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->noname && conf->topup == NULL) {
        conf->topup = prev->topup;
    }

    if (clcf->lmt_excpt && clcf->handler == NULL && conf->topup) {
        clcf->handler = ngx_resonate_pay_topup_handler;
    }

    return NGX_CONF_OK;
}


static char *
ngx_resonate_pay_topup(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_pay_loc_conf_t *lcf = conf;

    ngx_http_core_loc_conf_t       *clcf;
    ngx_resonate_pay_topup_t       *topup;
    ngx_resonate_pay_loc_conf_t   **elt;
    ngx_resonate_pay_main_conf_t   *mcf;

    if (lcf->topup) {
        return "is duplicate";
    }

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_pay_module);

    topup = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_pay_topup_t));
    elt = ngx_array_push(&mcf->topups);

    if (topup == NULL || elt == NULL) {
        return NGX_CONF_ERROR;
    }

    topup->file = cf->conf_file->file.name.data;
    topup->line = cf->conf_file->line;

    lcf->topup = topup;
    *elt = lcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_resonate_pay_topup_handler;

    return NGX_CONF_OK;
}


static char *
ngx_resonate_pay_topup_secret(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_pay_loc_conf_t *lcf = conf;

    ngx_str_t  *value;

    if (lcf->secret != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    lcf->secret = ngx_resonate_secret(cf, &value[0], &value[1],
                                      RESONATE_SIGNATURE_MIN_SECRET,
                                      RESONATE_SIGNATURE_MAX_SECRET);

    return lcf->secret ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_resonate_pay_topup_max(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_pay_loc_conf_t *lcf = conf;

    ngx_str_t  *value;

    if (lcf->max_mc) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (resonate_amount_text(value[1].data, value[1].len, &lcf->max_mc)
        != RESONATE_AMOUNT_OK)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid amount \"%V\" in \"%V\", it must be a "
                           "whole number of mc between %L and %L",
                           &value[1], &value[0], RESONATE_AMOUNT_MIN_MC,
                           RESONATE_AMOUNT_MAX_MC);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_resonate_pay_check_tolerance(ngx_conf_t *cf, void *post, void *data)
{
    time_t  *tolerance = data;

    if (*tolerance < 1 || *tolerance > NGX_RESONATE_PAY_TOLERANCE_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"resonate_topup_tolerance\" must be between "
                           "1s and %ds", NGX_RESONATE_PAY_TOLERANCE_MAX);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
