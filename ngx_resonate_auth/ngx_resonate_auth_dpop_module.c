
/*
 * Copyright (C) Resonate
 *
 * The directives of DPoP (RFC 9449).
 */


#include "ngx_resonate_auth_dpop.h"

#include <openssl/rand.h>


#define NGX_RESONATE_DPOP_PAST      60
#define NGX_RESONATE_DPOP_AHEAD     5
#define NGX_RESONATE_DPOP_TIME_MAX  600
#define NGX_RESONATE_DPOP_LIFETIME  300
#define NGX_RESONATE_DPOP_SIZE      (16 * 1024 * 1024)
#define NGX_RESONATE_DPOP_KEY_MAX   1024
#define NGX_RESONATE_DPOP_SQL       "SELECT resonate.first_proof($1, $2)"


static ngx_int_t ngx_resonate_dpop_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_dpop_postconfiguration(ngx_conf_t *cf);
static void *ngx_resonate_dpop_create_main_conf(ngx_conf_t *cf);
static char *ngx_resonate_dpop_init_main_conf(ngx_conf_t *cf, void *conf);
static void *ngx_resonate_dpop_create_srv_conf(ngx_conf_t *cf);
static char *ngx_resonate_dpop_merge_srv_conf(ngx_conf_t *cf, void *parent,
    void *child);
static void *ngx_resonate_dpop_create_loc_conf(ngx_conf_t *cf);
static char *ngx_resonate_dpop_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static ngx_int_t ngx_resonate_dpop_init_process(ngx_cycle_t *cycle);

static char *ngx_resonate_dpop_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_resonate_dpop_window(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_resonate_dpop_algorithms(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_resonate_dpop_replay(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_resonate_dpop_size(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
static char *ngx_resonate_dpop_nonce(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static ngx_int_t ngx_resonate_dpop_random(ngx_conf_t *cf,
    resonate_nonce_t *nonce);
static char *ngx_resonate_dpop_origin(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_resonate_dpop_push_origin(ngx_conf_t *cf,
    ngx_array_t *origins, ngx_str_t *value);


static ngx_conf_enum_t  ngx_resonate_dpop_modes[] = {
    { ngx_string("off"), NGX_RESONATE_DPOP_OFF },
    { ngx_string("on"), NGX_RESONATE_DPOP_ON },
    { ngx_string("required"), NGX_RESONATE_DPOP_REQUIRED },
    { ngx_null_string, 0 }
};


static const ngx_resonate_param_t  ngx_resonate_dpop_window_params[] = {
    { ngx_string("past="), ngx_resonate_param_sec,
      offsetof(ngx_resonate_dpop_main_conf_t, past),
      1, NGX_RESONATE_DPOP_TIME_MAX, "a time between 1s and 600s" },
    { ngx_string("ahead="), ngx_resonate_param_sec,
      offsetof(ngx_resonate_dpop_main_conf_t, ahead),
      0, NGX_RESONATE_DPOP_TIME_MAX, "a time of at most 600s" },
    { ngx_null_string, NULL, 0, 0, 0, NULL }
};


static const ngx_resonate_param_t  ngx_resonate_dpop_replay_params[] = {
    { ngx_string("size="), ngx_resonate_dpop_size, 0, 0, 0,
      "a size of at least 64k" },
    { ngx_string("database="), ngx_resonate_param_str,
      offsetof(ngx_resonate_dpop_main_conf_t, database), 0, 0,
      "the name of a \"resonate_pg\"" },
    { ngx_null_string, NULL, 0, 0, 0, NULL }
};


static const ngx_resonate_param_t  ngx_resonate_dpop_nonce_params[] = {
    { ngx_string("lifetime="), ngx_resonate_param_sec,
      offsetof(resonate_nonce_t, lifetime),
      10, 86400, "a time between 10s and 1d" },
    { ngx_null_string, NULL, 0, 0, 0, NULL }
};


static ngx_command_t  ngx_resonate_dpop_commands[] = {

    { ngx_string("resonate_dpop"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_HTTP_LMT_CONF
                        |NGX_CONF_TAKE1,
      ngx_resonate_dpop_directive,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_resonate_dpop_loc_conf_t, mode),
      &ngx_resonate_dpop_modes },

    { ngx_string("resonate_dpop_algorithms"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_resonate_dpop_algorithms,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("resonate_dpop_nonce"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_TAKE12,
      ngx_resonate_dpop_nonce,
      NGX_HTTP_SRV_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("resonate_dpop_origin"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_1MORE,
      ngx_resonate_dpop_origin,
      NGX_HTTP_SRV_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("resonate_dpop_replay"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE12,
      ngx_resonate_dpop_replay,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("resonate_dpop_window"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE12,
      ngx_resonate_dpop_window,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_resonate_dpop_module_ctx = {
    ngx_resonate_dpop_preconfiguration,    /* preconfiguration */
    ngx_resonate_dpop_postconfiguration,   /* postconfiguration */

    ngx_resonate_dpop_create_main_conf,    /* create main configuration */
    ngx_resonate_dpop_init_main_conf,      /* init main configuration */

    ngx_resonate_dpop_create_srv_conf,     /* create server configuration */
    ngx_resonate_dpop_merge_srv_conf,      /* merge server configuration */

    ngx_resonate_dpop_create_loc_conf,     /* create location configuration */
    ngx_resonate_dpop_merge_loc_conf       /* merge location configuration */
};


ngx_module_t  ngx_resonate_auth_dpop_module = {
    NGX_MODULE_V1,
    &ngx_resonate_dpop_module_ctx,         /* module context */
    ngx_resonate_dpop_commands,            /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_resonate_dpop_init_process,        /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_resonate_dpop_preconfiguration(ngx_conf_t *cf)
{
    ngx_resonate_dpop_main_conf_t  *dmcf;

    dmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_resonate_auth_dpop_module);

    dmcf->accepted = ngx_resonate_counter_add(cf,
                         "resonate_dpop_proofs_accepted_total",
                         "DPoP proofs that were good.");
    dmcf->refused = ngx_resonate_counter_add(cf,
                        "resonate_dpop_proofs_refused_total",
                        "DPoP proofs that were refused.");
    dmcf->failed = ngx_resonate_counter_add(cf,
                       "resonate_dpop_proofs_failed_total",
                       "DPoP proofs of which it could not be known.");

    return (dmcf->accepted && dmcf->refused && dmcf->failed)
           ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_resonate_dpop_postconfiguration(ngx_conf_t *cf)
{
    ngx_str_t                       sql = ngx_string(NGX_RESONATE_DPOP_SQL);
    ngx_resonate_pg_t              *pg;
    ngx_resonate_dpop_main_conf_t  *dmcf;

    dmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_resonate_auth_dpop_module);

    if (!dmcf->used || dmcf->database.len == 0) {
        return NGX_OK;
    }

    pg = ngx_resonate_pg_get(cf, &dmcf->database);

    if (pg == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"resonate_dpop_replay\" needs \"resonate_pg %V\"",
                      &dmcf->database);
        return NGX_ERROR;
    }

    dmcf->stmt = ngx_resonate_pg_stmt_add(cf, pg, &sql, 2);

    return dmcf->stmt ? NGX_OK : NGX_ERROR;
}


static void *
ngx_resonate_dpop_create_main_conf(ngx_conf_t *cf)
{
    ngx_resonate_dpop_main_conf_t  *dmcf;

    dmcf = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_dpop_main_conf_t));
    if (dmcf == NULL) {
        return NULL;
    }

    dmcf->past = NGX_CONF_UNSET;
    dmcf->ahead = NGX_RESONATE_DPOP_AHEAD;
    dmcf->size = NGX_CONF_UNSET_SIZE;

    return dmcf;
}


static char *
ngx_resonate_dpop_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_resonate_dpop_main_conf_t *dmcf = conf;

    ngx_str_t  name = ngx_string("resonate_proofs");

    ngx_conf_init_value(dmcf->past, NGX_RESONATE_DPOP_PAST);
    ngx_conf_init_size_value(dmcf->size, NGX_RESONATE_DPOP_SIZE);

    if (dmcf->algs == 0) {
        dmcf->algs = RESONATE_JWT_ANY;
        ngx_str_set(&dmcf->names, "RS256 RS384 RS512 PS256 PS384 PS512 "
                                  "ES256 ES384 ES512 EdDSA "
                                  "Ed25519 Ed448");
    }

    if (!dmcf->used) {
        return NGX_CONF_OK;
    }

    dmcf->table = ngx_resonate_table_add(cf, &name, dmcf->size);

    return dmcf->table ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static void *
ngx_resonate_dpop_create_srv_conf(ngx_conf_t *cf)
{
    ngx_resonate_dpop_srv_conf_t  *dscf;

    dscf = ngx_palloc(cf->pool, sizeof(ngx_resonate_dpop_srv_conf_t));
    if (dscf == NULL) {
        return NULL;
    }

    dscf->nonce = NGX_CONF_UNSET_PTR;
    dscf->origins = NGX_CONF_UNSET_PTR;

    return dscf;
}


static char *
ngx_resonate_dpop_merge_srv_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_resonate_dpop_srv_conf_t *prev = parent;
    ngx_resonate_dpop_srv_conf_t *conf = child;

    ngx_conf_merge_ptr_value(conf->nonce, prev->nonce, NULL);
    ngx_conf_merge_ptr_value(conf->origins, prev->origins, NULL);

    return NGX_CONF_OK;
}


static void *
ngx_resonate_dpop_create_loc_conf(ngx_conf_t *cf)
{
    ngx_resonate_dpop_loc_conf_t  *dlcf;

    dlcf = ngx_palloc(cf->pool, sizeof(ngx_resonate_dpop_loc_conf_t));
    if (dlcf == NULL) {
        return NULL;
    }

    dlcf->mode = NGX_CONF_UNSET_UINT;

    return dlcf;
}


static char *
ngx_resonate_dpop_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_resonate_dpop_loc_conf_t *prev = parent;
    ngx_resonate_dpop_loc_conf_t *conf = child;

    ngx_conf_merge_uint_value(conf->mode, prev->mode, NGX_RESONATE_DPOP_OFF);

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_resonate_dpop_init_process(ngx_cycle_t *cycle)
{
    ngx_resonate_dpop_main_conf_t  *dmcf;

    dmcf = ngx_http_cycle_get_module_main_conf(cycle,
                                               ngx_resonate_auth_dpop_module);

    return (dmcf && dmcf->used) ? ngx_resonate_dpop_worker_init(dmcf, cycle)
                                : NGX_OK;
}


static char *
ngx_resonate_dpop_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_dpop_loc_conf_t *dlcf = conf;

    char                           *rv;
    ngx_resonate_dpop_main_conf_t  *dmcf;

    rv = ngx_conf_set_enum_slot(cf, cmd, conf);

    if (rv == NGX_CONF_OK && dlcf->mode != NGX_RESONATE_DPOP_OFF) {
        dmcf = ngx_http_conf_get_module_main_conf(cf,
                                               ngx_resonate_auth_dpop_module);
        dmcf->used = 1;
    }

    return rv;
}


static char *
ngx_resonate_dpop_window(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_dpop_main_conf_t *dmcf = conf;

    if (dmcf->past != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    dmcf->past = NGX_RESONATE_DPOP_PAST;

    return ngx_resonate_params(cf, 1, ngx_resonate_dpop_window_params, dmcf);
}


static char *
ngx_resonate_dpop_algorithms(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_dpop_main_conf_t *dmcf = conf;

    char        *rv;
    u_char      *p;
    size_t       len;
    ngx_str_t   *value;
    ngx_uint_t   i;

    if (dmcf->algs) {
        return "is duplicate";
    }

    value = cf->args->elts;

    rv = ngx_resonate_auth_algs(cf, &dmcf->algs, &value[1],
                                cf->args->nelts - 1, RESONATE_JWT_ANY);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    len = 0;

    for (i = 1; i < cf->args->nelts; i++) {
        len += value[i].len + 1;
    }

    p = ngx_pnalloc(cf->pool, len);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    dmcf->names.data = p;
    dmcf->names.len = len - 1;

    for (i = 1; i < cf->args->nelts; i++) {
        p = ngx_cpymem(p, value[i].data, value[i].len);
        *p++ = ' ';
    }

    return NGX_CONF_OK;
}


static char *
ngx_resonate_dpop_replay(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_dpop_main_conf_t *dmcf = conf;

    if (dmcf->size != NGX_CONF_UNSET_SIZE) {
        return "is duplicate";
    }

    dmcf->size = NGX_RESONATE_DPOP_SIZE;

    return ngx_resonate_params(cf, 1, ngx_resonate_dpop_replay_params, dmcf);
}


static char *
ngx_resonate_dpop_size(ngx_conf_t *cf, const ngx_resonate_param_t *param,
    ngx_str_t *value, void *conf)
{
    ngx_resonate_dpop_main_conf_t *dmcf = conf;

    ssize_t  size;

    size = ngx_parse_size(value);

    if (size < NGX_RESONATE_TABLE_MIN_SIZE) {
        return (char *) param->expected;
    }

    dmcf->size = size;

    return NGX_CONF_OK;
}


static char *
ngx_resonate_dpop_nonce(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_dpop_srv_conf_t *dscf = conf;

    ngx_str_t         *value, *key;
    resonate_nonce_t  *nonce;

    if (dscf->nonce != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        dscf->nonce = NULL;
        return NGX_CONF_OK;
    }

    nonce = ngx_palloc(cf->pool, sizeof(resonate_nonce_t));
    if (nonce == NULL) {
        return NGX_CONF_ERROR;
    }

    nonce->lifetime = NGX_RESONATE_DPOP_LIFETIME;
    dscf->nonce = nonce;

    if (ngx_strcmp(value[1].data, "auto") == 0) {

        if (ngx_resonate_dpop_random(cf, nonce) != NGX_OK) {
            return NGX_CONF_ERROR;
        }

    } else {
        key = ngx_resonate_secret(cf, &cmd->name, &value[1],
                                  RESONATE_NONCE_KEY_MIN,
                                  NGX_RESONATE_DPOP_KEY_MAX);
        if (key == NULL) {
            return NGX_CONF_ERROR;
        }

        nonce->key = key->data;
        nonce->key_len = key->len;
    }

    return ngx_resonate_params(cf, 2, ngx_resonate_dpop_nonce_params, nonce);
}


/* made before the workers are, so that they have the same */

static ngx_int_t
ngx_resonate_dpop_random(ngx_conf_t *cf, resonate_nonce_t *nonce)
{
    u_char  *key;

    key = ngx_pnalloc(cf->pool, RESONATE_NONCE_KEY_MIN);
    if (key == NULL) {
        return NGX_ERROR;
    }

    if (RAND_bytes(key, RESONATE_NONCE_KEY_MIN) != 1) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "RAND_bytes() failed");
        return NGX_ERROR;
    }

    nonce->key = key;
    nonce->key_len = RESONATE_NONCE_KEY_MIN;

    return NGX_OK;
}


static char *
ngx_resonate_dpop_origin(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_dpop_srv_conf_t *dscf = conf;

    char        *rv;
    ngx_str_t   *value;
    ngx_uint_t   i;

    if (dscf->origins != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    dscf->origins = ngx_array_create(cf->pool, cf->args->nelts - 1,
                                     sizeof(resonate_jwt_view_t));
    if (dscf->origins == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 1; i < cf->args->nelts; i++) {
        rv = ngx_resonate_dpop_push_origin(cf, dscf->origins, &value[i]);

        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_resonate_dpop_push_origin(ngx_conf_t *cf, ngx_array_t *origins,
    ngx_str_t *value)
{
    u_char               *p;
    resonate_uri_t        uri;
    resonate_jwt_view_t  *view;

    if (resonate_uri_normalize(&uri, (char *) value->data, value->len) != 0
        || uri.len != uri.origin + 1
        || ngx_strlchr(value->data, value->data + value->len, '?')
        || ngx_strlchr(value->data, value->data + value->len, '#'))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid origin \"%V\", it must be "
                           "http[s]://host[:port]", value);
        return NGX_CONF_ERROR;
    }

    p = ngx_pnalloc(cf->pool, uri.origin);
    view = ngx_array_push(origins);

    if (p == NULL || view == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memcpy(p, uri.data, uri.origin);

    view->data = (char *) p;
    view->len = uri.origin;

    return NGX_CONF_OK;
}
