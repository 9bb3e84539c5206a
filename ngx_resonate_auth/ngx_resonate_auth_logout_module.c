
/*
 * Copyright (C) Resonate
 *
 * The "resonate_backchannel_logout" directive.
 */


#include "ngx_resonate_auth_logout.h"


#define NGX_RESONATE_LOGOUT_LASTS  (90 * 24 * 60 * 60)


static ngx_int_t ngx_resonate_logout_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_logout_postconfiguration(ngx_conf_t *cf);
static void *ngx_resonate_logout_create_main_conf(ngx_conf_t *cf);
static void *ngx_resonate_logout_create_loc_conf(ngx_conf_t *cf);
static char *ngx_resonate_logout_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_resonate_logout_audience(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);


static const ngx_resonate_param_t  ngx_resonate_logout_params[] = {

    { ngx_string("audience="), ngx_resonate_logout_audience, 0, 0, 0,
      "names with commas between" },

    { ngx_string("lasts="), ngx_resonate_param_sec,
      offsetof(ngx_resonate_logout_t, lasts),
      60, 10 * 365 * 24 * 60 * 60, "between 1m and 10y" },

    { ngx_null_string, NULL, 0, 0, 0, NULL }
};


static ngx_command_t  ngx_resonate_logout_commands[] = {

    { ngx_string("resonate_backchannel_logout"),
      NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_resonate_logout_directive,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_resonate_auth_logout_module_ctx = {
    ngx_resonate_logout_preconfiguration,  /* preconfiguration */
    ngx_resonate_logout_postconfiguration, /* postconfiguration */

    ngx_resonate_logout_create_main_conf,  /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_resonate_logout_create_loc_conf,   /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_resonate_auth_logout_module = {
    NGX_MODULE_V1,
    &ngx_resonate_auth_logout_module_ctx,  /* module context */
    ngx_resonate_logout_commands,          /* module directives */
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
ngx_resonate_logout_preconfiguration(ngx_conf_t *cf)
{
    ngx_resonate_logout_main_conf_t  *lmcf;

    lmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_resonate_auth_logout_module);

    lmcf->accepted = ngx_resonate_counter_add(cf,
                         "resonate_auth_logouts_total",
                         "Logout tokens of providers that were accepted.");
    lmcf->refused = ngx_resonate_counter_add(cf,
                        "resonate_auth_logouts_refused_total",
                        "Logout tokens of providers that were refused.");

    return lmcf->accepted && lmcf->refused ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_resonate_logout_postconfiguration(ngx_conf_t *cf)
{
    ngx_str_t                         sql;
    ngx_uint_t                        i;
    ngx_resonate_pg_t                *pg;
    ngx_resonate_logout_t           **logout;
    ngx_resonate_logout_main_conf_t  *lmcf;

    ngx_str_set(&sql, "SELECT resonate.logout($1, $2, $3, $4, $5, $6)");

    lmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_resonate_auth_logout_module);
    logout = lmcf->logouts.elts;

    for (i = 0; i < lmcf->logouts.nelts; i++) {
        pg = ngx_resonate_pg_get(cf, &logout[i]->database);

        if (pg == NULL) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "unknown database \"%V\" in "
                          "\"resonate_backchannel_logout\"",
                          &logout[i]->database);
            return NGX_ERROR;
        }

        logout[i]->stmt = ngx_resonate_pg_stmt_add(cf, pg, &sql,
                                                   NGX_RESONATE_LOGOUT_VALUES);
        if (logout[i]->stmt == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static void *
ngx_resonate_logout_create_main_conf(ngx_conf_t *cf)
{
    ngx_resonate_logout_main_conf_t  *lmcf;

    lmcf = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_logout_main_conf_t));

    if (lmcf == NULL
        || ngx_array_init(&lmcf->logouts, cf->pool, 1,
                          sizeof(ngx_resonate_logout_t *))
           != NGX_OK)
    {
        return NULL;
    }

    return lmcf;
}


static void *
ngx_resonate_logout_create_loc_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_resonate_logout_loc_conf_t));
}


static char *
ngx_resonate_logout_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_logout_loc_conf_t *llcf = conf;

    ngx_str_t                         *value;
    ngx_resonate_logout_t             *logout, **slot;
    ngx_http_core_loc_conf_t          *clcf;
    ngx_resonate_logout_main_conf_t   *lmcf;

    if (llcf->logout) {
        return "is duplicate";
    }

    logout = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_logout_t));

    if (logout == NULL
        || ngx_array_init(&logout->audiences, cf->pool, 1,
                          sizeof(resonate_jwt_view_t))
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;

    logout->database = value[1];
    logout->lasts = NGX_RESONATE_LOGOUT_LASTS;

    if (ngx_resonate_params(cf, 2, ngx_resonate_logout_params, logout)
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_sprintf(logout->interval, "%T s%Z", logout->lasts);

    lmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_resonate_auth_logout_module);

    slot = ngx_array_push(&lmcf->logouts);
    if (slot == NULL) {
        return NGX_CONF_ERROR;
    }

    *slot = logout;
    llcf->logout = logout;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_resonate_logout_handler;

    return NGX_CONF_OK;
}


static char *
ngx_resonate_logout_audience(ngx_conf_t *cf, const ngx_resonate_param_t *param,
    ngx_str_t *value, void *conf)
{
    ngx_resonate_logout_t *logout = conf;

    u_char               *p, *last, *comma;
    resonate_jwt_view_t  *view;

    p = value->data;
    last = p + value->len;

    for ( ;; ) {
        comma = ngx_strlchr(p, last, ',');

        if (comma == NULL) {
            comma = last;
        }

        if (comma == p) {
            return (char *) param->expected;
        }

        view = ngx_array_push(&logout->audiences);
        if (view == NULL) {
            return NGX_CONF_ERROR;
        }

        view->data = (char *) p;
        view->len = comma - p;

        if (comma == last) {
            return NGX_CONF_OK;
        }

        p = comma + 1;
    }
}
