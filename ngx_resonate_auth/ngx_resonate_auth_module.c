
/*
 * Copyright (C) Resonate
 */


#include "ngx_resonate_auth_internal.h"
#include "jwt/resonate_cookie.h"


#define NGX_RESONATE_AUTH_CACHE_SIZE  (8 * 1024 * 1024)


static ngx_int_t ngx_resonate_auth_preaccess_handler(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_auth_access_handler(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_auth_precontent_handler(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_auth_check(ngx_http_request_t *r);

static ngx_int_t ngx_resonate_auth_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_auth_postconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_auth_add_handler(ngx_conf_t *cf,
    ngx_uint_t phase, ngx_http_handler_pt handler);
static void *ngx_resonate_auth_create_main_conf(ngx_conf_t *cf);
static char *ngx_resonate_auth_init_main_conf(ngx_conf_t *cf, void *conf);
static ngx_int_t ngx_resonate_auth_generation(ngx_conf_t *cf,
    ngx_resonate_auth_main_conf_t *mcf);
static void *ngx_resonate_auth_create_loc_conf(ngx_conf_t *cf);
static char *ngx_resonate_auth_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static ngx_int_t ngx_resonate_auth_init_process(ngx_cycle_t *cycle);

static char *ngx_resonate_auth_mode(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_resonate_auth_cookie_name(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_resonate_auth_check_size(ngx_conf_t *cf, void *post,
    void *data);


static ngx_conf_enum_t  ngx_resonate_auth_modes[] = {
    { ngx_string("off"), NGX_RESONATE_AUTH_OFF },
    { ngx_string("optional"), NGX_RESONATE_AUTH_OPTIONAL },
    { ngx_string("required"), NGX_RESONATE_AUTH_REQUIRED },
    { ngx_null_string, 0 }
};


static ngx_conf_post_t  ngx_resonate_auth_size_post = {
    ngx_resonate_auth_check_size
};


static ngx_command_t  ngx_resonate_auth_commands[] = {

    { ngx_string("resonate_auth"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_HTTP_LMT_CONF
                        |NGX_CONF_TAKE1,
      ngx_resonate_auth_mode,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_resonate_auth_loc_conf_t, mode),
      &ngx_resonate_auth_modes },

    { ngx_string("resonate_auth_cookie"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_resonate_auth_cookie_name,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_resonate_auth_loc_conf_t, cookie),
      NULL },

    { ngx_string("resonate_issuer"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_2MORE,
      ngx_resonate_auth_issuer,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("resonate_provider"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_BLOCK|NGX_CONF_TAKE1,
      ngx_resonate_auth_issuer_block,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("resonate_token_cache"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_resonate_auth_main_conf_t, cache_size),
      &ngx_resonate_auth_size_post },

      ngx_null_command
};


static ngx_http_module_t  ngx_resonate_auth_module_ctx = {
    ngx_resonate_auth_preconfiguration,    /* preconfiguration */
    ngx_resonate_auth_postconfiguration,   /* postconfiguration */

    ngx_resonate_auth_create_main_conf,    /* create main configuration */
    ngx_resonate_auth_init_main_conf,      /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_resonate_auth_create_loc_conf,     /* create location configuration */
    ngx_resonate_auth_merge_loc_conf       /* merge location configuration */
};


ngx_module_t  ngx_resonate_auth_module = {
    NGX_MODULE_V1,
    &ngx_resonate_auth_module_ctx,         /* module context */
    ngx_resonate_auth_commands,            /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_resonate_auth_init_process,        /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


/*
 * Who calls is found out before the limits on requests, whose keys may be of
 * it, and before anybody asks in a phase that cannot wait.  Refusing is left
 * to the access phase, where "satisfy" has its say.
 */

static ngx_int_t
ngx_resonate_auth_preaccess_handler(ngx_http_request_t *r)
{
    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate auth preaccess handler");

    return (ngx_resonate_auth_wait(r) == NGX_AGAIN) ? NGX_AGAIN : NGX_DECLINED;
}


static ngx_int_t
ngx_resonate_auth_access_handler(ngx_http_request_t *r)
{
    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate auth access handler");

    return ngx_resonate_auth_check(r);
}


/*
 * nginx runs no access handlers for subrequests.  A location that requires a
 * token requires it of auth_request and SSI too.
 */

static ngx_int_t
ngx_resonate_auth_precontent_handler(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    if (r == r->main) {
        return NGX_DECLINED;
    }

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate auth precontent handler");

    rc = ngx_resonate_auth_check(r);

    return (rc == NGX_OK) ? NGX_DECLINED : rc;
}


/* NGX_DECLINED: anonymous, and nothing speaks against it here */

static ngx_int_t
ngx_resonate_auth_check(ngx_http_request_t *r)
{
    ngx_int_t                      rc;
    ngx_uint_t                     beside;
    ngx_resonate_auth_ctx_t       *ctx;
    ngx_resonate_auth_loc_conf_t  *alcf;

    rc = ngx_resonate_auth_request(r, &ctx);

    if (rc == NGX_DECLINED) {
        return NGX_DECLINED;
    }

    beside = ngx_resonate_auth_beside(r);

    if (rc != NGX_OK && !beside) {
        return ngx_resonate_auth_refuse(r, NGX_HTTP_SERVICE_UNAVAILABLE, NULL);
    }

    if (rc == NGX_OK && ctx->entry) {
        return ngx_resonate_auth_required(r, ctx->entry);
    }

    if (beside) {
        return NGX_DECLINED;
    }

    if (ctx->status) {
        return ngx_resonate_auth_refuse(r, ctx->status, ctx->detail);
    }

    alcf = ngx_http_get_module_loc_conf(r, ngx_resonate_auth_module);

    if (alcf->mode == NGX_RESONATE_AUTH_OPTIONAL && !ctx->sent) {
        return NGX_DECLINED;
    }

    if (ngx_resonate_auth_challenge(r, NULL) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* who has to repeat himself would not know it from an anonymous answer */

    if (alcf->mode == NGX_RESONATE_AUTH_OPTIONAL
        && ctx->why != RESONATE_JWT_NONCE)
    {
        return NGX_DECLINED;
    }

    return ngx_resonate_auth_refuse(r, NGX_HTTP_UNAUTHORIZED,
                                    ctx->sent
                                    ? ngx_resonate_auth_why(ctx)
                                    : "A token is required");
}


static ngx_int_t
ngx_resonate_auth_preconfiguration(ngx_conf_t *cf)
{
    ngx_resonate_auth_main_conf_t     *amcf;
    ngx_resonate_identity_provider_t  *provider;

    if (ngx_resonate_core_require(cf, "auth") != NGX_OK) {
        return NGX_ERROR;
    }

    provider = ngx_palloc(cf->pool, sizeof(ngx_resonate_identity_provider_t));
    if (provider == NULL) {
        return NGX_ERROR;
    }

    provider->get = ngx_resonate_auth_identity;
    provider->challenge = ngx_resonate_auth_challenge;
    provider->proof = ngx_resonate_auth_proof;
    provider->stands = ngx_resonate_auth_stands;

    ngx_resonate_identity_provide(cf, provider);

    amcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_auth_module);

    amcf->cached = ngx_resonate_counter_add(cf,
                       "resonate_auth_tokens_cached_total",
                       "Requests whose token was known already.");
    amcf->verified = ngx_resonate_counter_add(cf,
                       "resonate_auth_tokens_verified_total",
                       "Requests whose token was verified.");
    amcf->refused = ngx_resonate_counter_add(cf,
                       "resonate_auth_tokens_refused_total",
                       "Requests whose token was refused.");

    amcf->asked = ngx_resonate_counter_add(cf,
                      "resonate_auth_tokens_asked_total",
                      "Tokens about which an issuer or a database was asked.");

    if (amcf->cached == NULL || amcf->verified == NULL
        || amcf->refused == NULL || amcf->asked == NULL)
    {
        return NGX_ERROR;
    }

    return ngx_resonate_auth_add_variables(cf);
}


static ngx_int_t
ngx_resonate_auth_postconfiguration(ngx_conf_t *cf)
{
    ngx_resonate_auth_main_conf_t  *amcf;

    amcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_auth_module);

    if (amcf->required && amcf->issuers.nelts == 0) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"resonate_auth required\" needs a "
                      "\"resonate_issuer\"");
        return NGX_ERROR;
    }

    if (ngx_resonate_auth_opaque_init(cf, amcf) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_resonate_auth_add_handler(cf, NGX_HTTP_PREACCESS_PHASE,
                                      ngx_resonate_auth_preaccess_handler)
        != NGX_OK
        || ngx_resonate_auth_add_handler(cf, NGX_HTTP_ACCESS_PHASE,
                                         ngx_resonate_auth_access_handler)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_resonate_auth_add_handler(cf, NGX_HTTP_PRECONTENT_PHASE,
                                         ngx_resonate_auth_precontent_handler);
}


static ngx_int_t
ngx_resonate_auth_add_handler(ngx_conf_t *cf, ngx_uint_t phase,
    ngx_http_handler_pt handler)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[phase].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = handler;

    return NGX_OK;
}


static void *
ngx_resonate_auth_create_main_conf(ngx_conf_t *cf)
{
    ngx_resonate_auth_main_conf_t  *amcf;

    amcf = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_auth_main_conf_t));
    if (amcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&amcf->issuers, cf->pool, 2,
                       sizeof(ngx_resonate_auth_issuer_t *))
        != NGX_OK
        || ngx_array_init(&amcf->opaques, cf->pool, 2,
                          sizeof(ngx_resonate_auth_opaque_t *))
           != NGX_OK)
    {
        return NULL;
    }

    amcf->cache_size = NGX_CONF_UNSET_SIZE;

    return amcf;
}


static char *
ngx_resonate_auth_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_resonate_auth_main_conf_t *amcf = conf;

    ngx_str_t  name = ngx_string("resonate_tokens");
    ngx_str_t  refused = ngx_string("resonate_tokens_refused");

    ngx_conf_init_size_value(amcf->cache_size, NGX_RESONATE_AUTH_CACHE_SIZE);

    if (amcf->issuers.nelts == 0) {
        return NGX_CONF_OK;
    }

    if (ngx_resonate_auth_generation(cf, amcf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    amcf->table = ngx_resonate_table_add(cf, &name, amcf->cache_size);

    if (amcf->opaques.nelts) {
        amcf->refused_table = ngx_resonate_table_add(cf, &refused,
                                  ngx_max(amcf->cache_size / 8,
                                          NGX_RESONATE_TABLE_MIN_SIZE));
        if (amcf->refused_table == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    return amcf->table ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/*
 * The table outlives a reload.  What was verified under other issuers, keys
 * or rules must not: their digest is part of every key.
 */

static ngx_int_t
ngx_resonate_auth_generation(ngx_conf_t *cf,
    ngx_resonate_auth_main_conf_t *amcf)
{
    u_char                       *all, *p;
    size_t                        len;
    ngx_uint_t                    i;
    ngx_resonate_auth_issuer_t  **issuer;

    len = amcf->issuers.nelts * NGX_RESONATE_AUTH_DIGEST;

    all = ngx_pnalloc(cf->temp_pool, len);
    if (all == NULL) {
        return NGX_ERROR;
    }

    p = all;
    issuer = amcf->issuers.elts;

    for (i = 0; i < amcf->issuers.nelts; i++) {
        p = ngx_cpymem(p, issuer[i]->digest, NGX_RESONATE_AUTH_DIGEST);
    }

    if (EVP_Digest(all, len, amcf->generation, NULL, EVP_sha256(), NULL)
        != 1)
    {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "EVP_Digest() failed");
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void *
ngx_resonate_auth_create_loc_conf(ngx_conf_t *cf)
{
    ngx_resonate_auth_loc_conf_t  *alcf;

    alcf = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_auth_loc_conf_t));
    if (alcf == NULL) {
        return NULL;
    }

    alcf->mode = NGX_CONF_UNSET_UINT;

    return alcf;
}


static char *
ngx_resonate_auth_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_resonate_auth_loc_conf_t *prev = parent;
    ngx_resonate_auth_loc_conf_t *conf = child;

    ngx_conf_merge_uint_value(conf->mode, prev->mode, NGX_RESONATE_AUTH_OFF);
    ngx_conf_merge_str_value(conf->cookie, prev->cookie, "");

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_resonate_auth_init_process(ngx_cycle_t *cycle)
{
    ngx_resonate_auth_main_conf_t  *amcf;

    amcf = ngx_http_cycle_get_module_main_conf(cycle,
                                               ngx_resonate_auth_module);

    if (amcf == NULL || amcf->issuers.nelts == 0) {
        return NGX_OK;
    }

    if (ngx_resonate_auth_flights_init(amcf, cycle) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_resonate_auth_worker_init(amcf, cycle);
}


static char *
ngx_resonate_auth_mode(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_auth_loc_conf_t *alcf = conf;

    char                           *rv;
    ngx_resonate_auth_main_conf_t  *amcf;

    rv = ngx_conf_set_enum_slot(cf, cmd, conf);

    if (rv == NGX_CONF_OK && alcf->mode == NGX_RESONATE_AUTH_REQUIRED) {
        amcf = ngx_http_conf_get_module_main_conf(cf,
                                                  ngx_resonate_auth_module);
        amcf->required = 1;
    }

    return rv;
}


/* RFC 6265, section 4.1.1: a name is a token */

static char *
ngx_resonate_auth_cookie_name(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_auth_loc_conf_t *alcf = conf;

    size_t      i;
    ngx_str_t  *value;

    if (alcf->cookie.data) {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (i = 0; i < value[1].len; i++) {
        if (value[1].data[i] <= 0x20 || value[1].data[i] >= 0x7f
            || ngx_strchr("()<>@,;:\\\"/[]?={}", value[1].data[i]))
        {
            break;
        }
    }

    if (i < value[1].len || i == 0 || i > RESONATE_COOKIE_NAME_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid name of a cookie \"%V\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    alcf->cookie = value[1];

    if (ngx_strcmp(value[1].data, "off") == 0) {
        alcf->cookie.len = 0;
    }

    return NGX_CONF_OK;
}


static char *
ngx_resonate_auth_check_size(ngx_conf_t *cf, void *post, void *data)
{
    size_t  *size = data;

    if (*size < NGX_RESONATE_TABLE_MIN_SIZE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"resonate_token_cache\" must be at least %uzk",
                           (size_t) NGX_RESONATE_TABLE_MIN_SIZE / 1024);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
