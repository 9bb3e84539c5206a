
/*
 * Copyright (C) Resonate
 *
 * What upstreams are told of the caller: configuration, and the keys that
 * they verify it with.
 */


#include "ngx_resonate_auth_pass.h"


#define NGX_RESONATE_AUTH_PASS_LIFETIME  60           /* seconds */
#define NGX_RESONATE_AUTH_PASS_PEM       (16 * 1024)

/* a key is published for that long before it signs */
#define NGX_RESONATE_AUTH_PASS_CACHE     "public, max-age=300"


static ngx_int_t ngx_resonate_auth_pass_jwks_handler(ngx_http_request_t *r);

static ngx_int_t ngx_resonate_auth_pass_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_auth_pass_postconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_auth_pass_check(ngx_conf_t *cf,
    ngx_resonate_auth_pass_main_conf_t *pmcf);
static ngx_int_t ngx_resonate_auth_pass_set(ngx_conf_t *cf,
    ngx_resonate_auth_pass_main_conf_t *pmcf);
static ngx_int_t ngx_resonate_auth_pass_handler(ngx_conf_t *cf,
    ngx_uint_t phase, ngx_http_handler_pt handler);
static void *ngx_resonate_auth_pass_create_main_conf(ngx_conf_t *cf);
static void *ngx_resonate_auth_pass_create_loc_conf(ngx_conf_t *cf);
static char *ngx_resonate_auth_pass_merge_loc_conf(ngx_conf_t *cf,
    void *parent, void *child);
static ngx_int_t ngx_resonate_auth_pass_init_process(ngx_cycle_t *cycle);

static char *ngx_resonate_auth_pass_key(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static ngx_uint_t ngx_resonate_auth_pass_known(ngx_array_t *keys,
    const char *kid);
static void ngx_resonate_auth_pass_key_cleanup(void *data);
static char *ngx_resonate_auth_pass_issuer(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_resonate_auth_pass_jwks(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


static const ngx_resonate_param_t  ngx_resonate_auth_pass_params[] = {
    { ngx_string("lifetime="), ngx_resonate_param_sec,
      offsetof(ngx_resonate_auth_pass_main_conf_t, lifetime),
      10, 3600, "a time from 10s to 1h" },
    { ngx_null_string, NULL, 0, 0, 0, NULL }
};


static ngx_command_t  ngx_resonate_auth_pass_commands[] = {

    { ngx_string("resonate_identity_key"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_resonate_auth_pass_key,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("resonate_identity_issuer"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE12,
      ngx_resonate_auth_pass_issuer,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("resonate_identity_audience"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_resonate_auth_pass_loc_conf_t, audience),
      NULL },

    { ngx_string("resonate_identity_jwks"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_resonate_auth_pass_jwks,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_resonate_auth_pass_module_ctx = {
    ngx_resonate_auth_pass_preconfiguration,
                                           /* preconfiguration */
    ngx_resonate_auth_pass_postconfiguration,
                                           /* postconfiguration */

    ngx_resonate_auth_pass_create_main_conf,
                                           /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_resonate_auth_pass_create_loc_conf,
                                           /* create location configuration */
    ngx_resonate_auth_pass_merge_loc_conf  /* merge location configuration */
};


ngx_module_t  ngx_resonate_auth_pass_module = {
    NGX_MODULE_V1,
    &ngx_resonate_auth_pass_module_ctx,    /* module context */
    ngx_resonate_auth_pass_commands,       /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_resonate_auth_pass_init_process,   /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_resonate_auth_pass_jwks_handler(ngx_http_request_t *r)
{
    ngx_str_t                            type, life;
    ngx_http_complex_value_t             cv;
    ngx_resonate_auth_pass_main_conf_t  *pmcf;

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate identity jwks handler");

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    pmcf = ngx_http_get_module_main_conf(r, ngx_resonate_auth_pass_module);

    ngx_str_set(&type, "application/jwk-set+json");
    ngx_str_set(&life, NGX_RESONATE_AUTH_PASS_CACHE);

    if (ngx_resonate_add_header(r, "Cache-Control", &life) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memzero(&cv, sizeof(ngx_http_complex_value_t));
    cv.value = pmcf->jwks;

    return ngx_http_send_response(r, NGX_HTTP_OK, &type, &cv);
}


static ngx_int_t
ngx_resonate_auth_pass_preconfiguration(ngx_conf_t *cf)
{
    ngx_str_t             name = ngx_string("resonate_identity_token");
    ngx_http_variable_t  *var;

    var = ngx_http_add_variable(cf, &name, NGX_HTTP_VAR_NOCACHEABLE);
    if (var == NULL) {
        return NGX_ERROR;
    }

    var->get_handler = ngx_resonate_auth_pass_token;

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_auth_pass_postconfiguration(ngx_conf_t *cf)
{
    ngx_resonate_auth_pass_main_conf_t  *pmcf;

    pmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_resonate_auth_pass_module);

    if (ngx_resonate_auth_pass_check(cf, pmcf) != NGX_OK
        || ngx_resonate_auth_pass_set(cf, pmcf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_resonate_auth_pass_handler(cf, NGX_HTTP_POST_READ_PHASE,
                                       ngx_resonate_auth_pass_post_read)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_resonate_auth_pass_handler(cf, NGX_HTTP_REWRITE_PHASE,
                                          ngx_resonate_auth_pass_rewrite);
}


static ngx_int_t
ngx_resonate_auth_pass_check(ngx_conf_t *cf,
    ngx_resonate_auth_pass_main_conf_t *pmcf)
{
    const char  *has, *needs;

    needs = NULL;

    if (pmcf->keys.nelts) {
        has = "key";

        if (pmcf->issuer.len == 0) {
            needs = "issuer";
        }

    } else {
        has = pmcf->published ? "jwks" : "issuer";

        if (pmcf->published || pmcf->issuer.len) {
            needs = "key";
        }
    }

    if (needs) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"resonate_identity_%s\" needs a "
                      "\"resonate_identity_%s\"", has, needs);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* RFC 7517, section 5 */

static ngx_int_t
ngx_resonate_auth_pass_set(ngx_conf_t *cf,
    ngx_resonate_auth_pass_main_conf_t *pmcf)
{
    char                  *text;
    json_t                *set;
    ngx_uint_t             i;
    resonate_sign_key_t  **key;

    set = json_pack("{s:[]}", "keys");
    key = pmcf->keys.elts;

    for (i = 0; i < pmcf->keys.nelts; i++) {
        if (json_array_append(json_object_get(set, "keys"), key[i]->jwk)
            != 0)
        {
            json_decref(set);
            return NGX_ERROR;
        }
    }

    text = json_dumps(set, JSON_SORT_KEYS);
    json_decref(set);

    return ngx_resonate_take_text(cf->pool, text, &pmcf->jwks);
}


static ngx_int_t
ngx_resonate_auth_pass_handler(ngx_conf_t *cf, ngx_uint_t phase,
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
ngx_resonate_auth_pass_create_main_conf(ngx_conf_t *cf)
{
    ngx_resonate_auth_pass_main_conf_t  *pmcf;

    pmcf = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_auth_pass_main_conf_t));
    if (pmcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&pmcf->keys, cf->pool, 2,
                       sizeof(resonate_sign_key_t *))
        != NGX_OK)
    {
        return NULL;
    }

    pmcf->lifetime = NGX_RESONATE_AUTH_PASS_LIFETIME;

    return pmcf;
}


static void *
ngx_resonate_auth_pass_create_loc_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_resonate_auth_pass_loc_conf_t));
}


static char *
ngx_resonate_auth_pass_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child)
{
    ngx_resonate_auth_pass_loc_conf_t *prev = parent;
    ngx_resonate_auth_pass_loc_conf_t *conf = child;

    ngx_conf_merge_str_value(conf->audience, prev->audience, "");

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_resonate_auth_pass_init_process(ngx_cycle_t *cycle)
{
    ngx_resonate_auth_pass_main_conf_t  *pmcf;

    pmcf = ngx_http_cycle_get_module_main_conf(cycle,
                                               ngx_resonate_auth_pass_module);

    if (pmcf == NULL || pmcf->keys.nelts == 0) {
        return NGX_OK;
    }

    pmcf->worker = ngx_resonate_auth_pass_worker(cycle);

    return pmcf->worker ? NGX_OK : NGX_ERROR;
}


static char *
ngx_resonate_auth_pass_key(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_auth_pass_main_conf_t *pmcf = conf;

    char                   error[RESONATE_JWK_ERROR_MAX];
    ngx_str_t             *value, *pem;
    ngx_pool_cleanup_t    *cln;
    resonate_sign_key_t   *key, **slot;

    value = cf->args->elts;

    pem = ngx_resonate_secret(cf, &cmd->name, &value[1], 1,
                              NGX_RESONATE_AUTH_PASS_PEM);
    if (pem == NULL) {
        return NGX_CONF_ERROR;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_CONF_ERROR;
    }

    key = resonate_sign_key((char *) pem->data, pem->len, error);

    if (key == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "bad key \"%V\": %s",
                           &value[1], error);
        return NGX_CONF_ERROR;
    }

    cln->handler = ngx_resonate_auth_pass_key_cleanup;
    cln->data = key;

    if (ngx_resonate_auth_pass_known(&pmcf->keys, key->kid)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "duplicate key \"%V\"",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    slot = ngx_array_push(&pmcf->keys);
    if (slot == NULL) {
        return NGX_CONF_ERROR;
    }

    *slot = key;

    return NGX_CONF_OK;
}


static ngx_uint_t
ngx_resonate_auth_pass_known(ngx_array_t *keys, const char *kid)
{
    ngx_uint_t             i;
    resonate_sign_key_t  **key;

    key = keys->elts;

    for (i = 0; i < keys->nelts; i++) {
        if (ngx_strcmp(key[i]->kid, kid) == 0) {
            return 1;
        }
    }

    return 0;
}


static void
ngx_resonate_auth_pass_key_cleanup(void *data)
{
    resonate_sign_free(data);
}


static char *
ngx_resonate_auth_pass_issuer(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_auth_pass_main_conf_t *pmcf = conf;

    ngx_str_t  *value;

    if (pmcf->issuer.len) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len == 0) {
        return "must not be empty";
    }

    pmcf->issuer = value[1];

    return ngx_resonate_params(cf, 2, ngx_resonate_auth_pass_params, pmcf);
}


static char *
ngx_resonate_auth_pass_jwks(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_auth_pass_main_conf_t *pmcf = conf;

    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->handler == ngx_resonate_auth_pass_jwks_handler) {
        return "is duplicate";
    }

    clcf->handler = ngx_resonate_auth_pass_jwks_handler;
    pmcf->published = 1;

    return NGX_CONF_OK;
}
