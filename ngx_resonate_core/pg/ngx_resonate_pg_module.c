
/*
 * Copyright (C) Resonate
 *
 * The "resonate_pg" directive, and the part of the door that is used while
 * configuration is read.
 */


#include "ngx_resonate_pg_internal.h"


#define NGX_RESONATE_PG_CONNECTIONS_MAX  64
#define NGX_RESONATE_PG_QUEUE_MAX        65536
#define NGX_RESONATE_PG_TIMEOUT_MAX      3600000   /* ms */


static ngx_int_t ngx_resonate_pg_preconfiguration(ngx_conf_t *cf);
static void *ngx_resonate_pg_create_main_conf(ngx_conf_t *cf);
static char *ngx_resonate_pg_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static ngx_resonate_pg_t *ngx_resonate_pg_create(ngx_conf_t *cf,
    ngx_resonate_pg_main_conf_t *mcf, ngx_str_t *name);
static ngx_int_t ngx_resonate_pg_gauges(ngx_conf_t *cf,
    ngx_resonate_pg_t *pg);
static ngx_resonate_pg_t *ngx_resonate_pg_find(
    ngx_resonate_pg_main_conf_t *mcf, ngx_str_t *name);
static ngx_int_t ngx_resonate_pg_init_process(ngx_cycle_t *cycle);
static void ngx_resonate_pg_exit_process(ngx_cycle_t *cycle);


static const ngx_resonate_param_t  ngx_resonate_pg_params[] = {

    { ngx_string("connections="),
      ngx_resonate_param_number,
      offsetof(ngx_resonate_pg_t, connections),
      1, NGX_RESONATE_PG_CONNECTIONS_MAX, "between 1 and 64" },

    { ngx_string("queue="),
      ngx_resonate_param_number,
      offsetof(ngx_resonate_pg_t, queue),
      0, NGX_RESONATE_PG_QUEUE_MAX, "between 0 and 65536" },

    { ngx_string("timeout="),
      ngx_resonate_param_msec,
      offsetof(ngx_resonate_pg_t, timeout),
      1, NGX_RESONATE_PG_TIMEOUT_MAX, "between 1ms and 1h" },

    { ngx_string("connect_timeout="),
      ngx_resonate_param_msec,
      offsetof(ngx_resonate_pg_t, connect_timeout),
      1, NGX_RESONATE_PG_TIMEOUT_MAX, "between 1ms and 1h" },

    { ngx_string("prepare="),
      ngx_resonate_param_flag,
      offsetof(ngx_resonate_pg_t, prepare),
      0, 1, "\"on\" or \"off\"" },

    { ngx_null_string, NULL, 0, 0, 0, NULL }
};


static ngx_command_t  ngx_resonate_pg_commands[] = {

    { ngx_string("resonate_pg"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_2MORE,
      ngx_resonate_pg_directive,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_resonate_pg_module_ctx = {
    ngx_resonate_pg_preconfiguration,      /* preconfiguration */
    NULL,                                  /* postconfiguration */

    ngx_resonate_pg_create_main_conf,      /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_resonate_pg_module = {
    NGX_MODULE_V1,
    &ngx_resonate_pg_module_ctx,           /* module context */
    ngx_resonate_pg_commands,              /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_resonate_pg_init_process,          /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_resonate_pg_exit_process,          /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_resonate_pg_preconfiguration(ngx_conf_t *cf)
{
    ngx_resonate_pg_counters_t   *c;
    ngx_resonate_pg_main_conf_t  *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_pg_module);
    c = &mcf->counters;

    c->queries = ngx_resonate_counter_add(cf, "resonate_pg_queries_total",
                                          "Queries sent to PostgreSQL.");
    c->failed = ngx_resonate_counter_add(cf, "resonate_pg_failed_total",
                                   "Queries that PostgreSQL refused.");
    c->timeouts = ngx_resonate_counter_add(cf, "resonate_pg_timeouts_total",
                                   "Queries that passed their deadline.");
    c->unavailable = ngx_resonate_counter_add(cf,
                                   "resonate_pg_unavailable_total",
                                   "Queries that had or lost no connection.");
    c->busy = ngx_resonate_counter_add(cf, "resonate_pg_busy_total",
                                   "Queries refused for overload.");
    c->cancelled = ngx_resonate_counter_add(cf, "resonate_pg_cancelled_total",
                                   "Queries abandoned by their owner.");
    c->connected = ngx_resonate_counter_add(cf, "resonate_pg_connected_total",
                                   "Connections to PostgreSQL made.");
    c->connect_errors = ngx_resonate_counter_add(cf,
                                   "resonate_pg_connect_errors_total",
                                   "Attempts to connect that failed.");
    c->lost = ngx_resonate_counter_add(cf, "resonate_pg_lost_total",
                                   "Connections to PostgreSQL lost.");

    if (c->queries == NULL || c->failed == NULL || c->timeouts == NULL
        || c->unavailable == NULL || c->busy == NULL || c->cancelled == NULL
        || c->connected == NULL || c->connect_errors == NULL
        || c->lost == NULL)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void *
ngx_resonate_pg_create_main_conf(ngx_conf_t *cf)
{
    ngx_resonate_pg_main_conf_t  *mcf;

    mcf = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_pg_main_conf_t));
    if (mcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&mcf->databases, cf->pool, 2,
                       sizeof(ngx_resonate_pg_t *))
        != NGX_OK)
    {
        return NULL;
    }

    return mcf;
}


static char *
ngx_resonate_pg_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_pg_main_conf_t  *mcf = conf;

    ngx_str_t          *value;
    ngx_resonate_pg_t  *pg;

    value = cf->args->elts;

    if (value[1].len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "empty database name in \"%V\"", &cmd->name);
        return NGX_CONF_ERROR;
    }

    if (ngx_resonate_pg_find(mcf, &value[1])) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "duplicate database \"%V\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    pg = ngx_resonate_pg_create(cf, mcf, &value[1]);
    if (pg == NULL) {
        return NGX_CONF_ERROR;
    }

    if (ngx_resonate_params(cf, 3, ngx_resonate_pg_params, pg) != NGX_CONF_OK
        || ngx_resonate_pg_conninfo(cf, pg, &value[2]) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static ngx_resonate_pg_t *
ngx_resonate_pg_create(ngx_conf_t *cf, ngx_resonate_pg_main_conf_t *mcf,
    ngx_str_t *name)
{
    ngx_resonate_pg_t  *pg, **slot;

    pg = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_pg_t));
    if (pg == NULL) {
        return NULL;
    }

    if (ngx_array_init(&pg->stmts, cf->pool, 16,
                       sizeof(ngx_resonate_pg_stmt_t *))
        != NGX_OK)
    {
        return NULL;
    }

    slot = ngx_array_push(&mcf->databases);
    if (slot == NULL) {
        return NULL;
    }

    *slot = pg;

    pg->name = *name;
    pg->shared = ngx_resonate_shared(cf);
    pg->counters = &mcf->counters;
    pg->connections = 4;
    pg->queue = 1024;
    pg->timeout = 2000;
    pg->connect_timeout = 3000;
    pg->prepare = 1;

    return (ngx_resonate_pg_gauges(cf, pg) == NGX_OK) ? pg : NULL;
}


static ngx_int_t
ngx_resonate_pg_gauges(ngx_conf_t *cf, ngx_resonate_pg_t *pg)
{
    ngx_resonate_pg_gauges_t  *g;

    g = &pg->gauges;

    g->up = ngx_resonate_gauge_add(cf, "resonate_pg_connections",
                                   "Connections to PostgreSQL that are up.",
                                   "database", &pg->name);
    g->inflight = ngx_resonate_gauge_add(cf, "resonate_pg_inflight",
                                   "Queries sent and not answered yet.",
                                   "database", &pg->name);
    g->queued = ngx_resonate_gauge_add(cf, "resonate_pg_queued",
                                   "Queries that wait for a connection.",
                                   "database", &pg->name);

    g->up_max = ngx_resonate_gauge_add(cf, "resonate_pg_connections_max",
                                   "Connections that the workers may have.",
                                   "database", &pg->name);
    g->queued_max = ngx_resonate_gauge_add(cf, "resonate_pg_queued_max",
                                   "Queries that may wait for a connection.",
                                   "database", &pg->name);

    if (g->up == NULL || g->inflight == NULL || g->queued == NULL
        || g->up_max == NULL || g->queued_max == NULL)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_resonate_pg_t *
ngx_resonate_pg_find(ngx_resonate_pg_main_conf_t *mcf, ngx_str_t *name)
{
    ngx_uint_t           i;
    ngx_resonate_pg_t  **pg;

    pg = mcf->databases.elts;

    for (i = 0; i < mcf->databases.nelts; i++) {
        if (pg[i]->name.len == name->len
            && ngx_strncmp(pg[i]->name.data, name->data, name->len) == 0)
        {
            return pg[i];
        }
    }

    return NULL;
}


ngx_resonate_pg_t *
ngx_resonate_pg_get(ngx_conf_t *cf, ngx_str_t *name)
{
    ngx_resonate_pg_main_conf_t  *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_pg_module);

    return ngx_resonate_pg_find(mcf, name);
}


ngx_resonate_pg_stmt_t *
ngx_resonate_pg_stmt_add(ngx_conf_t *cf, ngx_resonate_pg_t *pg,
    ngx_str_t *sql, ngx_uint_t nparams)
{
    u_char                   *text;
    ngx_uint_t                i;
    ngx_resonate_pg_stmt_t   *stmt, **slot;

    slot = pg->stmts.elts;

    for (i = 0; i < pg->stmts.nelts; i++) {
        if (slot[i]->nparams == nparams
            && ngx_strlen(slot[i]->sql) == sql->len
            && ngx_strncmp(slot[i]->sql, sql->data, sql->len) == 0)
        {
            return slot[i];
        }
    }

    stmt = ngx_palloc(cf->pool, sizeof(ngx_resonate_pg_stmt_t));
    text = ngx_pnalloc(cf->pool, sql->len + 1);
    slot = ngx_array_push(&pg->stmts);

    if (stmt == NULL || text == NULL || slot == NULL) {
        return NULL;
    }

    ngx_cpystrn(text, sql->data, sql->len + 1);

    stmt->pg = pg;
    stmt->sql = (const char *) text;
    stmt->nparams = nparams;
    stmt->index = pg->stmts.nelts - 1;

    *slot = stmt;

    return stmt;
}


static ngx_int_t
ngx_resonate_pg_init_process(ngx_cycle_t *cycle)
{
    ngx_uint_t                     i;
    ngx_resonate_pg_t            **pg;
    ngx_resonate_pg_main_conf_t   *mcf;

    mcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_resonate_pg_module);

    /* not in the helpers that keep nginx's own caches */

    if (mcf == NULL
        || (ngx_process != NGX_PROCESS_WORKER
            && ngx_process != NGX_PROCESS_SINGLE))
    {
        return NGX_OK;
    }

    pg = mcf->databases.elts;

    for (i = 0; i < mcf->databases.nelts; i++) {
        if (ngx_resonate_pg_worker_init(cycle, pg[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static void
ngx_resonate_pg_exit_process(ngx_cycle_t *cycle)
{
    ngx_uint_t                     i;
    ngx_resonate_pg_t            **pg;
    ngx_resonate_pg_main_conf_t   *mcf;

    mcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_resonate_pg_module);

    if (mcf == NULL) {
        return;
    }

    pg = mcf->databases.elts;

    for (i = 0; i < mcf->databases.nelts; i++) {
        if (pg[i]->worker) {
            ngx_resonate_pg_worker_exit(pg[i]->worker);
        }
    }
}
