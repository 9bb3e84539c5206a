
/*
 * Copyright (C) Resonate
 *
 * A database of one connection, which is not pooled: it is opened when its
 * owner says so, and what the server notifies goes to its owner.
 */


#include "ngx_resonate_pg_internal.h"


static ngx_int_t ngx_resonate_pg_listener_gauges(ngx_conf_t *cf,
    ngx_resonate_pg_t *pg);


ngx_resonate_pg_t *
ngx_resonate_pg_listener(ngx_conf_t *cf, ngx_resonate_pg_t *pg)
{
    ngx_resonate_pg_t  *listener;

    /* a pooler gives the session to others, and drops what they listen to */

    if (!pg->prepare) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "database \"%V\" has \"prepare=off\", through a pooler "
                      "nothing can be listened to", &pg->name);
        return NULL;
    }

    listener = ngx_palloc(cf->pool, sizeof(ngx_resonate_pg_t));
    if (listener == NULL) {
        return NULL;
    }

    *listener = *pg;

    listener->connections = 1;
    listener->worker = NULL;

    if (ngx_array_init(&listener->stmts, cf->pool, 4,
                       sizeof(ngx_resonate_pg_stmt_t *))
        != NGX_OK
        || ngx_resonate_pg_listener_gauges(cf, listener) != NGX_OK)
    {
        return NULL;
    }

    return listener;
}


/* it is none of the pool's connections, so nobody reads these */

static ngx_int_t
ngx_resonate_pg_listener_gauges(ngx_conf_t *cf, ngx_resonate_pg_t *pg)
{
    ngx_resonate_gauge_t  *gauge;

    gauge = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_gauge_t));
    if (gauge == NULL) {
        return NGX_ERROR;
    }

    gauge->value = ngx_pcalloc(cf->pool, sizeof(ngx_atomic_t));
    if (gauge->value == NULL) {
        return NGX_ERROR;
    }

    pg->gauges.up = gauge;
    pg->gauges.inflight = gauge;
    pg->gauges.queued = gauge;
    pg->gauges.up_max = gauge;
    pg->gauges.queued_max = gauge;

    return NGX_OK;
}


uint32_t
ngx_resonate_pg_listener_hash(ngx_resonate_pg_t *pg)
{
    uint32_t     hash;
    ngx_uint_t   i;
    const char  *value;

    hash = 0;

    for (i = 0; pg->params.keywords[i]; i++) {
        value = pg->params.values[0][i];

        hash = hash * 31 + ngx_crc32_short((u_char *) pg->params.keywords[i],
                                        ngx_strlen(pg->params.keywords[i]));
        hash = hash * 31 + (value ? ngx_crc32_short((u_char *) value,
                                                    ngx_strlen(value)) : 0);
    }

    return hash;
}


ngx_int_t
ngx_resonate_pg_listener_init(ngx_cycle_t *cycle, ngx_resonate_pg_t *pg,
    const ngx_resonate_pg_listen_t *listen)
{
    pg->listen = listen;

    return ngx_resonate_pg_worker_init(cycle, pg);
}


void
ngx_resonate_pg_listener_open(ngx_resonate_pg_t *pg)
{
    ngx_resonate_pg_conn_t  *conn;

    conn = pg->worker->conns;

    if (conn->state == NGX_RESONATE_PG_CONN_CLOSED) {
        ngx_resonate_pg_conn_open(conn);
    }
}


void
ngx_resonate_pg_listener_close(ngx_resonate_pg_t *pg)
{
    ngx_resonate_pg_conn_t  *conn;

    conn = pg->worker->conns;

    if (conn->state != NGX_RESONATE_PG_CONN_CLOSED) {
        ngx_resonate_pg_conn_close(conn);
    }
}
