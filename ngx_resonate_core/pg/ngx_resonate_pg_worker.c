
/*
 * Copyright (C) Resonate
 *
 * A database as one worker sees it: its connections, the queue in front of
 * them, and the breaker.
 */


#include "ngx_resonate_pg_internal.h"


ngx_int_t
ngx_resonate_pg_worker_init(ngx_cycle_t *cycle, ngx_resonate_pg_t *pg)
{
    ngx_uint_t                 i;
    ngx_resonate_pg_worker_t  *worker;

    worker = ngx_pcalloc(cycle->pool, sizeof(ngx_resonate_pg_worker_t));
    if (worker == NULL) {
        return NGX_ERROR;
    }

    worker->conns = ngx_pcalloc(cycle->pool,
                             pg->connections * sizeof(ngx_resonate_pg_conn_t));
    if (worker->conns == NULL) {
        return NGX_ERROR;
    }

    worker->pg = pg;

    if (ngx_resonate_pg_load_init(cycle, worker) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_queue_init(&worker->queue);
    ngx_queue_init(&worker->failed);

    worker->fail.handler = ngx_resonate_pg_query_fail_handler;
    worker->fail.data = worker;
    worker->fail.log = cycle->log;

    pg->worker = worker;

    ngx_resonate_gauge_move(pg->gauges.up_max, pg->connections);
    ngx_resonate_gauge_move(pg->gauges.queued_max, pg->queue);

    for (i = 0; i < pg->connections; i++) {
        if (ngx_resonate_pg_conn_init(cycle, worker, i) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    for (i = 0; i < pg->connections && pg->listen == NULL; i++) {
        ngx_resonate_pg_conn_open(&worker->conns[i]);
    }

    return NGX_OK;
}


void
ngx_resonate_pg_worker_exit(ngx_resonate_pg_worker_t *worker)
{
    ngx_uint_t  i;

    for (i = 0; i < worker->pg->connections; i++) {
        ngx_resonate_pg_conn_close(&worker->conns[i]);
    }
}


/*
 * The one that will answer first.  None has room behind a query that takes
 * much longer than usual: the next waits for whichever is free first.
 */

ngx_resonate_pg_conn_t *
ngx_resonate_pg_worker_choose(ngx_resonate_pg_worker_t *worker,
    ngx_resonate_pg_query_t *q)
{
    ngx_uint_t               i, backlog, least;
    ngx_resonate_pg_conn_t  *conn, *best;

    best = NULL;
    least = 0;

    for (i = 0; i < worker->pg->connections; i++) {
        conn = &worker->conns[i];

        if (conn->state != NGX_RESONATE_PG_CONN_UP
            || !ngx_resonate_pg_load_room(conn, q))
        {
            continue;
        }

        backlog = ngx_resonate_pg_load_backlog(conn);

        if (best == NULL || backlog < least) {
            best = conn;
            least = backlog;
        }
    }

    return best;
}


ngx_uint_t
ngx_resonate_pg_worker_no_connection(ngx_resonate_pg_worker_t *worker)
{
    ngx_uint_t  i;

    if (worker->nup) {
        return 0;
    }

    for (i = 0; i < worker->pg->connections; i++) {
        if (worker->conns[i].failures == 0) {
            return 0;
        }
    }

    return 1;
}


/*
 * A server that came back is found by whoever tries it first; the others would
 * refuse what they are asked until it is their time to try.  Once for each
 * time it comes back: it may be another server that is listened to.
 */

ngx_uint_t
ngx_resonate_pg_worker_returned(ngx_resonate_pg_worker_t *worker)
{
    ngx_uint_t                i, n;
    ngx_atomic_uint_t         back;
    ngx_resonate_pg_conn_t   *conn;

    n = 0;
    back = worker->pg->shared->sh->listening.back;

    for (i = 0; i < worker->pg->connections && back; i++) {
        conn = &worker->conns[i];

        if (conn->state == NGX_RESONATE_PG_CONN_WAITING
            && (ngx_msec_int_t) (back - conn->waits_since) > 0)
        {
            ngx_resonate_pg_conn_open(conn);
            conn->early = 1;
        }

        n += (conn->state == NGX_RESONATE_PG_CONN_CONNECTING && conn->early);
    }

    return n;
}


void
ngx_resonate_pg_worker_pump(ngx_resonate_pg_worker_t *worker)
{
    ngx_queue_t              *queue;
    ngx_resonate_pg_conn_t   *conn;
    ngx_resonate_pg_query_t  *q;

    while (!ngx_queue_empty(&worker->queue)) {

        queue = ngx_queue_head(&worker->queue);
        q = ngx_queue_data(queue, ngx_resonate_pg_query_t, queue);

        conn = ngx_resonate_pg_worker_choose(worker, q);
        if (conn == NULL) {
            return;
        }

        /* nobody would see the answer: the time is better spent on others */

        if (ngx_resonate_pg_load_late(conn, q)) {
            ngx_resonate_pg_query_fail(q, NGX_RESONATE_PG_BUSY);
            continue;
        }

        ngx_resonate_pg_send(conn, q);
    }
}


void
ngx_resonate_pg_worker_fail_queued(ngx_resonate_pg_worker_t *worker)
{
    ngx_queue_t              *queue;
    ngx_resonate_pg_query_t  *q;

    while (!ngx_queue_empty(&worker->queue)) {
        queue = ngx_queue_head(&worker->queue);
        q = ngx_queue_data(queue, ngx_resonate_pg_query_t, queue);

        ngx_resonate_pg_query_fail(q, NGX_RESONATE_PG_UNAVAILABLE);
    }
}


/* a worker that quits has closed what was idle; a late query opens one */

void
ngx_resonate_pg_worker_wake(ngx_resonate_pg_worker_t *worker)
{
    ngx_uint_t               i;
    ngx_resonate_pg_conn_t  *conn, *closed;

    closed = NULL;

    for (i = 0; i < worker->pg->connections; i++) {
        conn = &worker->conns[i];

        if (conn->state != NGX_RESONATE_PG_CONN_CLOSED) {
            return;
        }

        closed = conn;
    }

    ngx_resonate_pg_conn_open(closed);
}
