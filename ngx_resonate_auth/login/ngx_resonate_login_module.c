
/*
 * Copyright (C) Resonate
 *
 * Log-in at the edge: which location does what of it.
 */


#include "ngx_resonate_login_internal.h"


#define NGX_RESONATE_LOGIN_CACHE_SIZE  (4 * 1024 * 1024)
#define NGX_RESONATE_LOGIN_CACHE_MIN   (256 * 1024)


static ngx_int_t ngx_resonate_login_header_filter(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_login_uncached(ngx_http_request_t *r);

static ngx_int_t ngx_resonate_login_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_login_postconfiguration(ngx_conf_t *cf);
static void *ngx_resonate_login_create_main_conf(ngx_conf_t *cf);
static char *ngx_resonate_login_init_main_conf(ngx_conf_t *cf, void *conf);
static void *ngx_resonate_login_create_loc_conf(ngx_conf_t *cf);
static char *ngx_resonate_login_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static char *ngx_resonate_login_source(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_resonate_login_handler(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_resonate_login_check_size(ngx_conf_t *cf, void *post,
    void *data);


static ngx_conf_post_t  ngx_resonate_login_size_post = {
    ngx_resonate_login_check_size
};


static ngx_command_t  ngx_resonate_login_commands[] = {

    { ngx_string("resonate_login"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_BLOCK|NGX_CONF_TAKE1,
      ngx_resonate_login_block,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("resonate_login_cache"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_resonate_login_main_conf_t, cache_size),
      &ngx_resonate_login_size_post },

    { ngx_string("resonate_auth_session"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_resonate_login_source,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("resonate_login_start"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_resonate_login_handler,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      (void *) ngx_resonate_login_start_handler },

    { ngx_string("resonate_login_callback"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_resonate_login_handler,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      (void *) ngx_resonate_login_callback_handler },

    { ngx_string("resonate_login_logout"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_resonate_login_handler,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      (void *) ngx_resonate_login_logout_handler },

    { ngx_string("resonate_login_session"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_resonate_login_handler,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      (void *) ngx_resonate_login_who_handler },

      ngx_null_command
};


static ngx_http_module_t  ngx_resonate_login_module_ctx = {
    ngx_resonate_login_preconfiguration,   /* preconfiguration */
    ngx_resonate_login_postconfiguration,  /* postconfiguration */

    ngx_resonate_login_create_main_conf,   /* create main configuration */
    ngx_resonate_login_init_main_conf,     /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_resonate_login_create_loc_conf,    /* create location configuration */
    ngx_resonate_login_merge_loc_conf      /* merge location configuration */
};


ngx_module_t  ngx_resonate_login_module = {
    NGX_MODULE_V1,
    &ngx_resonate_login_module_ctx,        /* module context */
    ngx_resonate_login_commands,           /* module directives */
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


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;


/*
 * An answer for which a session was looked for is another one without the
 * cookie, and one that sets a cookie is for this browser alone.  It may come
 * from a location without sessions, after an internal redirect.
 */

static ngx_int_t
ngx_resonate_login_header_filter(ngx_http_request_t *r)
{
    ngx_str_t                       vary = ngx_string("Cookie");
    ngx_resonate_login_ctx_t       *ctx;
    ngx_resonate_login_loc_conf_t  *llcf;

    if (r != r->main) {
        return ngx_http_next_header_filter(r);
    }

    llcf = ngx_http_get_module_loc_conf(r, ngx_resonate_login_module);
    ctx = ngx_resonate_login_ctx_find(r);

    if ((llcf->session || (ctx && ctx->looked))
        && ngx_resonate_add_header(r, "Vary", &vary) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ctx && ctx->changed && ngx_resonate_login_uncached(r) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_resonate_login_uncached(ngx_http_request_t *r)
{
    ngx_str_t         cache = ngx_string("private, no-store");
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_out.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if ((h[i].key.len == sizeof("Cache-Control") - 1
                 && ngx_strncasecmp(h[i].key.data, (u_char *) "Cache-Control",
                                    h[i].key.len)
                    == 0)
                || (h[i].key.len == sizeof("Expires") - 1
                    && ngx_strncasecmp(h[i].key.data, (u_char *) "Expires",
                                       h[i].key.len)
                       == 0))
            {
                h[i].hash = 0;
            }
        }
    }

    return ngx_resonate_add_header(r, "Cache-Control", &cache);
}


static ngx_int_t
ngx_resonate_login_preconfiguration(ngx_conf_t *cf)
{
    ngx_resonate_login_main_conf_t  *lmcf;

    if (ngx_resonate_core_require(cf, "auth") != NGX_OK) {
        return NGX_ERROR;
    }

    lmcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_login_module);

    lmcf->started = ngx_resonate_counter_add(cf,
                        "resonate_logins_started_total",
                        "Browsers that were sent to a provider to log in.");
    lmcf->completed = ngx_resonate_counter_add(cf,
                          "resonate_logins_completed_total",
                          "Log-ins that ended in a session.");
    lmcf->failed = ngx_resonate_counter_add(cf,
                       "resonate_logins_failed_total",
                       "Log-ins that came back and did not.");
    lmcf->refreshed = ngx_resonate_counter_add(cf,
                          "resonate_logins_refreshed_total",
                          "Sessions that got a new access token.");
    lmcf->ended = ngx_resonate_counter_add(cf,
                      "resonate_logins_ended_total",
                      "Sessions that a provider gave no new token.");

    return (lmcf->started && lmcf->completed && lmcf->failed
            && lmcf->refreshed && lmcf->ended)
           ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_resonate_login_postconfiguration(ngx_conf_t *cf)
{
    ngx_uint_t                        i;
    ngx_resonate_login_t            **login;
    ngx_resonate_login_main_conf_t   *lmcf;

    lmcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_login_module);
    login = lmcf->logins.elts;

    for (i = 0; i < lmcf->logins.nelts; i++) {
        if (ngx_resonate_login_bind(cf, login[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    if (lmcf->logins.nelts) {
        ngx_http_next_header_filter = ngx_http_top_header_filter;
        ngx_http_top_header_filter = ngx_resonate_login_header_filter;
    }

    return NGX_OK;
}


static void *
ngx_resonate_login_create_main_conf(ngx_conf_t *cf)
{
    ngx_resonate_login_main_conf_t  *lmcf;

    lmcf = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_login_main_conf_t));
    if (lmcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&lmcf->logins, cf->pool, 1,
                       sizeof(ngx_resonate_login_t *))
        != NGX_OK)
    {
        return NULL;
    }

    lmcf->cache_size = NGX_CONF_UNSET_SIZE;

    return lmcf;
}


static char *
ngx_resonate_login_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_resonate_login_main_conf_t *lmcf = conf;

    ngx_str_t  name = ngx_string("resonate_logins");

    ngx_conf_init_size_value(lmcf->cache_size, NGX_RESONATE_LOGIN_CACHE_SIZE);

    if (lmcf->logins.nelts == 0) {
        return NGX_CONF_OK;
    }

    lmcf->table = ngx_resonate_table_add(cf, &name, lmcf->cache_size);

    return lmcf->table ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static void *
ngx_resonate_login_create_loc_conf(ngx_conf_t *cf)
{
    ngx_resonate_login_loc_conf_t  *llcf;

    llcf = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_login_loc_conf_t));
    if (llcf == NULL) {
        return NULL;
    }

    /*
     * set by ngx_pcalloc():
     *
     *     llcf->login = NULL;
     */

    llcf->session = NGX_CONF_UNSET_PTR;

    return llcf;
}


static char *
ngx_resonate_login_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_resonate_login_loc_conf_t *prev = parent;
    ngx_resonate_login_loc_conf_t *conf = child;

    ngx_http_core_loc_conf_t  *clcf;

    ngx_conf_merge_ptr_value(conf->session, prev->session, NULL);

    /* "if" keeps its location's handler */

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->noname && conf->login == NULL) {
        conf->login = prev->login;
    }

    return NGX_CONF_OK;
}


static char *
ngx_resonate_login_source(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_login_loc_conf_t *llcf = conf;

    ngx_str_t  *value;

    if (llcf->session != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        llcf->session = NULL;
        return NGX_CONF_OK;
    }

    llcf->session = ngx_resonate_login_get(cf, &value[1]);

    return llcf->session ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_resonate_login_handler(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_login_loc_conf_t *llcf = conf;

    ngx_str_t                 *value;
    ngx_http_core_loc_conf_t  *clcf;

    if (llcf->login) {
        return "is duplicate";
    }

    value = cf->args->elts;

    llcf->login = ngx_resonate_login_get(cf, &value[1]);
    if (llcf->login == NULL) {
        return NGX_CONF_ERROR;
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = (ngx_http_handler_pt) cmd->post;

    return NGX_CONF_OK;
}


static char *
ngx_resonate_login_check_size(ngx_conf_t *cf, void *post, void *data)
{
    size_t  *size = data;

    if (*size < NGX_RESONATE_LOGIN_CACHE_MIN) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"resonate_login_cache\" must be at least %uzk",
                           (size_t) NGX_RESONATE_LOGIN_CACHE_MIN / 1024);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
