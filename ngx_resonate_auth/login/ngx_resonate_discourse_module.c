
/*
 * Copyright (C) Resonate
 *
 * The "resonate_discourse" directive.
 */


#include "ngx_resonate_discourse_internal.h"


#define NGX_RESONATE_DISCOURSE_SECRET_MIN  16
#define NGX_RESONATE_DISCOURSE_SECRET_MAX  1024
#define NGX_RESONATE_DISCOURSE_TABLE       (256 * 1024)
#define NGX_RESONATE_DISCOURSE_LOGIN       "login="


static char *ngx_resonate_discourse(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_resonate_discourse_word(ngx_conf_t *cf,
    ngx_resonate_discourse_conf_t *dcf, ngx_str_t *word);
static ngx_int_t ngx_resonate_discourse_preconfiguration(ngx_conf_t *cf);
static void *ngx_resonate_discourse_create_main_conf(ngx_conf_t *cf);
static char *ngx_resonate_discourse_init_main_conf(ngx_conf_t *cf,
    void *conf);
static void *ngx_resonate_discourse_create_loc_conf(ngx_conf_t *cf);
static char *ngx_resonate_discourse_merge_loc_conf(ngx_conf_t *cf,
    void *parent, void *child);


static ngx_command_t  ngx_resonate_discourse_commands[] = {

    { ngx_string("resonate_discourse"),
      NGX_HTTP_LOC_CONF|NGX_CONF_2MORE,
      ngx_resonate_discourse,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_resonate_discourse_module_ctx = {
    ngx_resonate_discourse_preconfiguration,  /* preconfiguration */
    NULL,                                  /* postconfiguration */

    ngx_resonate_discourse_create_main_conf,  /* create main configuration */
    ngx_resonate_discourse_init_main_conf, /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_resonate_discourse_create_loc_conf,  /* create location configuration */
    ngx_resonate_discourse_merge_loc_conf  /* merge location configuration */
};


ngx_module_t  ngx_resonate_discourse_module = {
    NGX_MODULE_V1,
    &ngx_resonate_discourse_module_ctx,    /* module context */
    ngx_resonate_discourse_commands,       /* module directives */
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


static char *
ngx_resonate_discourse(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_discourse_conf_t *dcf = conf;

    char                                *rv;
    ngx_str_t                           *value;
    ngx_uint_t                           i;
    ngx_http_core_loc_conf_t            *clcf;
    ngx_resonate_discourse_main_conf_t  *dmcf;

    if (dcf->secret) {
        return "is duplicate";
    }

    value = cf->args->elts;

    dcf->secret = ngx_resonate_secret(cf, &value[0], &value[1],
                                      NGX_RESONATE_DISCOURSE_SECRET_MIN,
                                      NGX_RESONATE_DISCOURSE_SECRET_MAX);

    if (dcf->secret == NULL
        || ngx_array_init(&dcf->origins, cf->pool, 1, sizeof(ngx_str_t))
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    for (i = 2; i < cf->args->nelts; i++) {
        rv = ngx_resonate_discourse_word(cf, dcf, &value[i]);

        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    if (dcf->origins.nelts == 0) {
        return "needs an origin of the forum";
    }

    if (dcf->login.len == 0) {
        ngx_str_set(&dcf->login, "/login");
    }

    dmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_resonate_discourse_module);
    dmcf->used = 1;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_resonate_discourse_handler;

    return NGX_CONF_OK;
}


static char *
ngx_resonate_discourse_word(ngx_conf_t *cf,
    ngx_resonate_discourse_conf_t *dcf, ngx_str_t *word)
{
    ngx_str_t  *origin, path;

    if (ngx_strncmp(word->data, NGX_RESONATE_DISCOURSE_LOGIN,
                    sizeof(NGX_RESONATE_DISCOURSE_LOGIN) - 1)
        == 0)
    {
        path.data = word->data + sizeof(NGX_RESONATE_DISCOURSE_LOGIN) - 1;
        path.len = word->len - (sizeof(NGX_RESONATE_DISCOURSE_LOGIN) - 1);

        if (dcf->login.len == 0
            && resonate_oidc_path((char *) path.data, path.len))
        {
            dcf->login = path;
            return NGX_CONF_OK;
        }

    } else if (word->len
               && ngx_resonate_login_authority(word) == word->len)
    {
        origin = ngx_array_push(&dcf->origins);
        if (origin == NULL) {
            return NGX_CONF_ERROR;
        }

        *origin = *word;

        return NGX_CONF_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\" in \"resonate_discourse\" "
                       "directive, it must be an origin, or \"login=\" and a "
                       "path", word);

    return NGX_CONF_ERROR;
}


static ngx_int_t
ngx_resonate_discourse_preconfiguration(ngx_conf_t *cf)
{
    return ngx_resonate_core_require(cf, "auth");
}


static void *
ngx_resonate_discourse_create_main_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_resonate_discourse_main_conf_t));
}


static char *
ngx_resonate_discourse_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_resonate_discourse_main_conf_t *dmcf = conf;

    ngx_str_t  name = ngx_string("resonate_questions");

    if (!dmcf->used) {
        return NGX_CONF_OK;
    }

    dmcf->table = ngx_resonate_table_add(cf, &name,
                                         NGX_RESONATE_DISCOURSE_TABLE);

    return dmcf->table ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static void *
ngx_resonate_discourse_create_loc_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_resonate_discourse_conf_t));
}


static char *
ngx_resonate_discourse_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child)
{
    ngx_resonate_discourse_conf_t *prev = parent;
    ngx_resonate_discourse_conf_t *conf = child;

    ngx_http_core_loc_conf_t  *clcf;

    /* "if" keeps its location's handler */

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->noname && conf->secret == NULL) {
        *conf = *prev;
    }

    return NGX_CONF_OK;
}
