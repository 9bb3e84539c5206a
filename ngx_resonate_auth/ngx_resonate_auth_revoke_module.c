
/*
 * Copyright (C) Resonate
 *
 * The "resonate_revocation" directive, and the zone that workers share.
 */


#include "ngx_resonate_auth_revoke.h"


#define NGX_RESONATE_AUTH_REVOKE_SIZE  (1024 * 1024)
#define NGX_RESONATE_AUTH_REVOKE_MIN   (64 * 1024)
#define NGX_RESONATE_AUTH_REVOKE_MAX   (1024 * 1024 * 1024)
#define NGX_RESONATE_AUTH_REVOKE_POLL  500
#define NGX_RESONATE_AUTH_REVOKE_WORD  "revoked"


static void *ngx_resonate_auth_revoke_create_main_conf(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_auth_revoke_postconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_auth_revoke_init_process(ngx_cycle_t *cycle);
static void ngx_resonate_auth_revoke_exit_process(ngx_cycle_t *cycle);
static ngx_resonate_auth_revoke_conf_t *ngx_resonate_auth_revoke_conf(
    ngx_cycle_t *cycle);
static char *ngx_resonate_auth_revocation(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_resonate_auth_revoke_size(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
static ngx_int_t ngx_resonate_auth_revoke_numbers(ngx_conf_t *cf,
    ngx_resonate_auth_revoke_conf_t *rcf);
static ngx_atomic_int_t ngx_resonate_auth_revoke_read_age(void *data);
static ngx_atomic_int_t ngx_resonate_auth_revoke_read_count(void *data);
static ngx_int_t ngx_resonate_auth_revoke_zone(ngx_shm_zone_t *zone,
    void *data);
static ngx_resonate_auth_revocations_t *ngx_resonate_auth_revoke_create(
    ngx_slab_pool_t *shpool);
static void ngx_resonate_auth_revoke_heard(void *data);


static const ngx_resonate_param_t  ngx_resonate_auth_revoke_params[] = {

    { ngx_string("zone="), ngx_resonate_auth_revoke_size, 0,
      NGX_RESONATE_AUTH_REVOKE_MIN, NGX_RESONATE_AUTH_REVOKE_MAX,
      "a size between 64k and 1g" },

    { ngx_string("poll="), ngx_resonate_param_msec,
      offsetof(ngx_resonate_auth_revoke_conf_t, poll),
      50, 60000, "between 50ms and 60s" },

    { ngx_string("required="), ngx_resonate_param_flag,
      offsetof(ngx_resonate_auth_revoke_conf_t, required),
      0, 1, "\"on\" or \"off\"" },

    { ngx_null_string, NULL, 0, 0, 0, NULL }
};


static const ngx_resonate_family_t  ngx_resonate_auth_revoke_age = {
    "resonate_auth_revocations_age_seconds", "gauge",
    "Seconds since revocations were last read.",
    ngx_resonate_auth_revoke_read_age
};

static const ngx_resonate_family_t  ngx_resonate_auth_revoke_count = {
    "resonate_auth_revocations", "gauge",
    "Revocations in shared memory.",
    ngx_resonate_auth_revoke_read_count
};


static ngx_command_t  ngx_resonate_auth_revoke_commands[] = {

    { ngx_string("resonate_revocation"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_resonate_auth_revocation,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_resonate_auth_revoke_module_ctx = {
    NULL,                                  /* preconfiguration */
    ngx_resonate_auth_revoke_postconfiguration,
                                           /* postconfiguration */

    ngx_resonate_auth_revoke_create_main_conf,
                                           /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_resonate_auth_revoke_module = {
    NGX_MODULE_V1,
    &ngx_resonate_auth_revoke_module_ctx,  /* module context */
    ngx_resonate_auth_revoke_commands,     /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_resonate_auth_revoke_init_process, /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_resonate_auth_revoke_exit_process, /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static void *
ngx_resonate_auth_revoke_create_main_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_resonate_auth_revoke_conf_t));
}


static ngx_int_t
ngx_resonate_auth_revoke_postconfiguration(ngx_conf_t *cf)
{
    ngx_str_t                         sql;
    ngx_resonate_pg_t                *pg;
    ngx_resonate_auth_revoke_conf_t  *rcf;

    rcf = ngx_http_conf_get_module_main_conf(cf,
                                             ngx_resonate_auth_revoke_module);

    if (rcf->zone == NULL) {
        return NGX_OK;
    }

    pg = ngx_resonate_pg_get(cf, &rcf->database);

    if (pg == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "unknown database \"%V\" in \"resonate_revocation\"",
                      &rcf->database);
        return NGX_ERROR;
    }

    ngx_str_set(&sql, "SELECT next, more, kind, issuer, value, before, expires"
                      " FROM resonate.revocations($1)");

    rcf->stmt = ngx_resonate_pg_stmt_add(cf, pg, &sql, 1);

    return rcf->stmt ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_resonate_auth_revoke_init_process(ngx_cycle_t *cycle)
{
    ngx_resonate_auth_revoke_conf_t  *rcf;

    rcf = ngx_resonate_auth_revoke_conf(cycle);

    return rcf ? ngx_resonate_auth_reader_init(cycle, rcf) : NGX_OK;
}


static void
ngx_resonate_auth_revoke_exit_process(ngx_cycle_t *cycle)
{
    ngx_resonate_auth_revoke_conf_t  *rcf;

    rcf = ngx_resonate_auth_revoke_conf(cycle);

    if (rcf) {
        ngx_resonate_auth_reader_exit(rcf);
    }
}


/* NULL: there is nothing to be read in this process */

static ngx_resonate_auth_revoke_conf_t *
ngx_resonate_auth_revoke_conf(ngx_cycle_t *cycle)
{
    ngx_resonate_auth_revoke_conf_t  *rcf;

    rcf = ngx_http_cycle_get_module_main_conf(cycle,
                                              ngx_resonate_auth_revoke_module);

    if (rcf == NULL || rcf->zone == NULL
        || (ngx_process != NGX_PROCESS_WORKER
            && ngx_process != NGX_PROCESS_SINGLE))
    {
        return NULL;
    }

    return rcf;
}


static char *
ngx_resonate_auth_revocation(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_auth_revoke_conf_t *rcf = conf;

    ngx_str_t  *value, name;

    if (rcf->zone) {
        return "is duplicate";
    }

    value = cf->args->elts;

    rcf->database = value[1];
    rcf->size = NGX_RESONATE_AUTH_REVOKE_SIZE;
    rcf->poll = NGX_RESONATE_AUTH_REVOKE_POLL;

    if (ngx_resonate_params(cf, 2, ngx_resonate_auth_revoke_params, rcf)
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_str_set(&name, "resonate_revoked");

    rcf->zone = ngx_shared_memory_add(cf, &name, rcf->size,
                                      &ngx_resonate_auth_revoke_module);
    if (rcf->zone == NULL) {
        return NGX_CONF_ERROR;
    }

    rcf->zone->init = ngx_resonate_auth_revoke_zone;
    rcf->zone->data = rcf;

    if (ngx_resonate_auth_revoke_numbers(cf, rcf) != NGX_OK
        || ngx_resonate_word_add(cf, NGX_RESONATE_AUTH_REVOKE_WORD,
                                 ngx_resonate_auth_revoke_heard, rcf)
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_resonate_auth_revoke_size(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf)
{
    ngx_resonate_auth_revoke_conf_t *rcf = conf;

    ssize_t  size;

    size = ngx_parse_size(value);

    if (size < param->min || size > param->max) {
        return (char *) param->expected;
    }

    rcf->size = size;

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_resonate_auth_revoke_numbers(ngx_conf_t *cf,
    ngx_resonate_auth_revoke_conf_t *rcf)
{
    rcf->refused = ngx_resonate_counter_add(cf,
                       "resonate_auth_tokens_revoked_total",
                       "Requests whose token was revoked.");

    if (rcf->refused == NULL
        || ngx_resonate_sample_add(cf, &ngx_resonate_auth_revoke_age,
                                   "database", &rcf->database, rcf)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_resonate_sample_add(cf, &ngx_resonate_auth_revoke_count,
                                   "database", &rcf->database, rcf);
}


static ngx_atomic_int_t
ngx_resonate_auth_revoke_read_age(void *data)
{
    ngx_resonate_auth_revoke_conf_t *rcf = data;

    time_t  loaded;

    loaded = rcf->sh->loaded;

    return loaded ? ngx_max(ngx_time() - loaded, 0) : -1;
}


static ngx_atomic_int_t
ngx_resonate_auth_revoke_read_count(void *data)
{
    ngx_resonate_auth_revoke_conf_t *rcf = data;

    return rcf->sh->count;
}


/* one of the same size is kept over a reload, with all that was read */

static ngx_int_t
ngx_resonate_auth_revoke_zone(ngx_shm_zone_t *zone, void *data)
{
    ngx_resonate_auth_revoke_conf_t *orcf = data;

    ngx_resonate_auth_revoke_conf_t  *rcf;

    rcf = zone->data;
    rcf->shpool = (ngx_slab_pool_t *) zone->shm.addr;

    if (orcf) {
        rcf->sh = orcf->sh;

    } else if (zone->shm.exists) {
        rcf->sh = rcf->shpool->data;

    } else {
        rcf->sh = ngx_resonate_auth_revoke_create(rcf->shpool);
    }

    return rcf->sh ? NGX_OK : NGX_ERROR;
}


static ngx_resonate_auth_revocations_t *
ngx_resonate_auth_revoke_create(ngx_slab_pool_t *shpool)
{
    void                             *memory;
    size_t                            size;
    ngx_resonate_auth_revocations_t  *sh;

    sh = ngx_slab_calloc(shpool, sizeof(ngx_resonate_auth_revocations_t));
    if (sh == NULL) {
        return NULL;
    }

    size = shpool->pfree * ngx_pagesize;

    memory = ngx_slab_alloc(shpool, size);
    if (memory == NULL) {
        return NULL;
    }

    sh->set = resonate_revoked_init(memory, size);
    if (sh->set == NULL) {
        return NULL;
    }

    sh->sequence = 1;
    shpool->data = sh;

    return sh;
}


/* by the worker that listens, which may be another one than the reader */

static void
ngx_resonate_auth_revoke_heard(void *data)
{
    ngx_resonate_auth_revoke_conf_t *rcf = data;

    rcf->sh->heard = 1;
}
