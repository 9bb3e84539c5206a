
/*
 * Copyright (C) Resonate
 *
 * The life of a query, as its owner sees it.
 */


#include "ngx_resonate_pg_internal.h"


static ngx_int_t ngx_resonate_pg_refuse(ngx_resonate_pg_query_t *q,
    ngx_resonate_pg_status_e status);
static void ngx_resonate_pg_count_status(ngx_resonate_pg_counters_t *c,
    ngx_resonate_pg_status_e status);
static void ngx_resonate_pg_deadline_handler(ngx_event_t *ev);


ngx_msec_t
ngx_resonate_pg_timeout(ngx_resonate_pg_stmt_t *stmt)
{
    return stmt->pg->timeout;
}


ngx_int_t
ngx_resonate_pg_start(ngx_resonate_pg_query_t *q)
{
    ngx_resonate_pg_t         *pg;
    ngx_resonate_pg_conn_t    *conn;
    ngx_resonate_pg_worker_t  *worker;

    pg = q->stmt->pg;
    worker = pg->worker;

    ngx_log_debug3(NGX_LOG_DEBUG_HTTP, q->log, 0,
                   "resonate pg start: %p \"%V\" \"%s\"",
                   q, &pg->name, q->stmt->sql);

    q->state = NGX_RESONATE_PG_QUERY_NONE;
    q->conn = NULL;
    q->result = NULL;
    q->message = NULL;
    q->sqlstate[0] = '\0';
    q->started = ngx_current_msec;
    q->repeated = 0;

    if (worker == NULL
        || (ngx_resonate_pg_worker_no_connection(worker)
            && !ngx_resonate_pg_worker_returned(worker)))
    {
        return ngx_resonate_pg_refuse(q, NGX_RESONATE_PG_UNAVAILABLE);
    }

    ngx_memzero(&q->deadline, sizeof(ngx_event_t));

    q->deadline.handler = ngx_resonate_pg_deadline_handler;
    q->deadline.data = q;
    q->deadline.log = q->log;

    /* whoever came before goes first */

    conn = ngx_queue_empty(&worker->queue)
           ? ngx_resonate_pg_worker_choose(worker, q) : NULL;

    if (conn == NULL
        && (worker->queued >= pg->queue
            || ngx_resonate_pg_load_overload(worker, q)))
    {
        return ngx_resonate_pg_refuse(q, NGX_RESONATE_PG_BUSY);
    }

    /* not cancelable: a worker that quits waits for it */

    ngx_add_timer(&q->deadline, pg->timeout);

    if (conn) {
        ngx_resonate_pg_send(conn, q);
        return NGX_AGAIN;
    }

    ngx_resonate_pg_query_state(q, NGX_RESONATE_PG_QUERY_QUEUED);
    ngx_resonate_pg_worker_wake(worker);

    return NGX_AGAIN;
}


void
ngx_resonate_pg_cancel(ngx_resonate_pg_query_t *q)
{
    if (q->state == NGX_RESONATE_PG_QUERY_NONE) {
        return;
    }

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, q->log, 0,
                   "resonate pg cancel: %p", q);

    ngx_resonate_count(q->stmt->pg->counters->cancelled);

    ngx_resonate_pg_query_state(q, NGX_RESONATE_PG_QUERY_NONE);
}


/*
 * Takes the query out of where it was and puts it where it belongs now; what
 * was sent leaves a tombstone, unless its result has arrived.
 */

void
ngx_resonate_pg_query_state(ngx_resonate_pg_query_t *q,
    ngx_resonate_pg_query_state_e state)
{
    ngx_resonate_pg_worker_t  *worker;

    worker = q->stmt->pg->worker;

    switch (q->state) {

    case NGX_RESONATE_PG_QUERY_NONE:
        break;

    case NGX_RESONATE_PG_QUERY_QUEUED:
        ngx_queue_remove(&q->queue);
        worker->queued--;
        ngx_resonate_gauge_move(worker->pg->gauges.queued, -1);
        break;

    case NGX_RESONATE_PG_QUERY_SENT:
        ngx_resonate_pg_abandon(q->conn, q);
        q->conn = NULL;
        break;

    case NGX_RESONATE_PG_QUERY_FAILED:
        ngx_queue_remove(&q->queue);
        break;
    }

    q->state = state;

    switch (state) {

    case NGX_RESONATE_PG_QUERY_NONE:
        if (q->deadline.timer_set) {
            ngx_del_timer(&q->deadline);
        }
        break;

    case NGX_RESONATE_PG_QUERY_QUEUED:
        ngx_queue_insert_tail(&worker->queue, &q->queue);
        q->ahead = worker->queued++;
        ngx_resonate_gauge_move(worker->pg->gauges.queued, 1);
        break;

    case NGX_RESONATE_PG_QUERY_SENT:
        break;

    case NGX_RESONATE_PG_QUERY_FAILED:
        ngx_queue_insert_tail(&worker->failed, &q->queue);
        ngx_post_event(&worker->fail, &ngx_posted_events);
        break;
    }
}


void
ngx_resonate_pg_query_complete(ngx_resonate_pg_query_t *q,
    ngx_resonate_pg_status_e status)
{
    ngx_log_debug3(NGX_LOG_DEBUG_HTTP, q->log, 0,
                   "resonate pg complete: %p status:%d sqlstate:\"%s\"",
                   q, status, q->sqlstate);

    ngx_resonate_pg_count_status(q->stmt->pg->counters, status);

    ngx_resonate_pg_query_state(q, NGX_RESONATE_PG_QUERY_NONE);

    q->status = status;
    q->handler(q);
}


void
ngx_resonate_pg_query_fail(ngx_resonate_pg_query_t *q,
    ngx_resonate_pg_status_e status)
{
    q->status = status;

    ngx_resonate_pg_query_state(q, NGX_RESONATE_PG_QUERY_FAILED);
}


void
ngx_resonate_pg_query_fail_handler(ngx_event_t *ev)
{
    ngx_queue_t               *queue;
    ngx_resonate_pg_query_t   *q;
    ngx_resonate_pg_worker_t  *worker;

    worker = ev->data;

    /* a handler may cancel any other query of the list, but add none */

    while (!ngx_queue_empty(&worker->failed)) {
        queue = ngx_queue_head(&worker->failed);
        q = ngx_queue_data(queue, ngx_resonate_pg_query_t, queue);

        ngx_resonate_pg_query_complete(q, q->status);
    }
}


ngx_uint_t
ngx_resonate_pg_rows(ngx_resonate_pg_query_t *q)
{
    return (ngx_uint_t) PQntuples(q->result);
}


const char *
ngx_resonate_pg_value(ngx_resonate_pg_query_t *q, ngx_uint_t row,
    ngx_uint_t column, size_t *len)
{
    int  r, c;

    r = (int) row;
    c = (int) column;

    if (r >= PQntuples(q->result) || c >= PQnfields(q->result)
        || PQgetisnull(q->result, r, c))
    {
        *len = 0;
        return NULL;
    }

    *len = (size_t) PQgetlength(q->result, r, c);

    return PQgetvalue(q->result, r, c);
}


static ngx_int_t
ngx_resonate_pg_refuse(ngx_resonate_pg_query_t *q,
    ngx_resonate_pg_status_e status)
{
    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, q->log, 0,
                   "resonate pg refused: %p status:%d", q, status);

    ngx_resonate_pg_count_status(q->stmt->pg->counters, status);

    q->status = status;

    return NGX_ERROR;
}


static void
ngx_resonate_pg_count_status(ngx_resonate_pg_counters_t *c,
    ngx_resonate_pg_status_e status)
{
    switch (status) {

    case NGX_RESONATE_PG_OK:
        break;

    case NGX_RESONATE_PG_UNAVAILABLE:
        ngx_resonate_count(c->unavailable);
        break;

    case NGX_RESONATE_PG_BUSY:
        ngx_resonate_count(c->busy);
        break;

    case NGX_RESONATE_PG_TIMEOUT:
        ngx_resonate_count(c->timeouts);
        break;

    case NGX_RESONATE_PG_FAILED:
        ngx_resonate_count(c->failed);
        break;
    }
}


static void
ngx_resonate_pg_deadline_handler(ngx_event_t *ev)
{
    ngx_resonate_pg_query_t  *q;

    q = ev->data;

    /* one that has failed already keeps its status */

    ngx_resonate_pg_query_complete(q,
                            q->state == NGX_RESONATE_PG_QUERY_FAILED
                            ? q->status : NGX_RESONATE_PG_TIMEOUT);
}
