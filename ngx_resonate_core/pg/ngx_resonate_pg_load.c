
/*
 * Copyright (C) Resonate
 *
 * How long statements take, and what follows: how much a connection may have
 * in flight, and which query would be late.
 *
 * What was sent cannot be taken back, what waits in the queue can.  So no more
 * is sent than the connection will probably answer within a small part of the
 * timeout.  What statements take is counted in microseconds; the clock counts
 * milliseconds, so short times are averages over many queries.
 */


#include "ngx_resonate_pg_internal.h"


/* the part of the timeout that may be in flight: a sixteenth */
#define NGX_RESONATE_PG_SHARE     16

/* no statement is taken to be faster: the clock is too coarse to tell */
#define NGX_RESONATE_PG_COST_MIN  100       /* us */

/* a query is overdue at twice its usual time, but not earlier than this */
#define NGX_RESONATE_PG_OVERDUE   10000     /* us */


static ngx_uint_t ngx_resonate_pg_overdue(ngx_resonate_pg_conn_t *conn);
static ngx_uint_t ngx_resonate_pg_would_be_late(ngx_resonate_pg_query_t *q,
    ngx_msec_t wait);
static ngx_uint_t ngx_resonate_pg_age(ngx_msec_t since);


/* unknown ones take all there is, so that they are tried one at a time */

ngx_int_t
ngx_resonate_pg_load_init(ngx_cycle_t *cycle, ngx_resonate_pg_worker_t *worker)
{
    ngx_uint_t          i;
    ngx_resonate_pg_t  *pg;

    pg = worker->pg;

    worker->share = pg->timeout * 1000 / NGX_RESONATE_PG_SHARE;

    worker->costs = ngx_palloc(cycle->pool,
                               (pg->stmts.nelts + 1) * sizeof(ngx_uint_t));
    if (worker->costs == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < pg->stmts.nelts; i++) {
        worker->costs[i] = ngx_max(worker->share, NGX_RESONATE_PG_COST_MIN);
    }

    return NGX_OK;
}


/*
 * The first query in flight was answered.  The server worked on it since it
 * answered the one before.
 */

void
ngx_resonate_pg_load_measure(ngx_resonate_pg_conn_t *conn)
{
    ngx_int_t                cost, took;
    ngx_uint_t              *average;
    ngx_resonate_pg_slot_t  *slot;

    slot = ngx_resonate_pg_head(conn);
    average = &conn->worker->costs[slot->stmt->index];

    cost = (ngx_int_t) *average;
    took = (ngx_int_t) ngx_resonate_pg_age(conn->head_since);

    cost += (took - cost) / 4;

    *average = ngx_max(cost, NGX_RESONATE_PG_COST_MIN);
}


/* when what is in flight will be answered */

ngx_uint_t
ngx_resonate_pg_load_backlog(ngx_resonate_pg_conn_t *conn)
{
    ngx_uint_t  age;

    if (conn->count == 0) {
        return 0;
    }

    age = ngx_resonate_pg_age(conn->head_since);

    return conn->cost - ngx_min(age, ngx_resonate_pg_head(conn)->cost);
}


/*
 * A pooler gives the server to another client when a query is answered, even
 * if it has passed on the first part of the next one.  So through a pooler,
 * which is what "prepare=off" is for, the next one has to wait.
 */

ngx_uint_t
ngx_resonate_pg_load_room(ngx_resonate_pg_conn_t *conn,
    ngx_resonate_pg_query_t *q)
{
    ngx_resonate_pg_worker_t  *worker;

    worker = conn->worker;

    return conn->count == 0
           || (worker->pg->prepare
               && conn->count < NGX_RESONATE_PG_INFLIGHT
               && !ngx_resonate_pg_overdue(conn)
               && ngx_resonate_pg_load_backlog(conn)
                  + worker->costs[q->stmt->index] <= worker->share);
}


/*
 * The first query in flight waits for a lock, or for a server that hangs:
 * nobody knows for how long, and whatever is sent now waits with it.
 */

static ngx_uint_t
ngx_resonate_pg_overdue(ngx_resonate_pg_conn_t *conn)
{
    ngx_uint_t  age;

    age = ngx_resonate_pg_age(conn->head_since);

    return age > NGX_RESONATE_PG_OVERDUE
           && age > ngx_resonate_pg_head(conn)->cost * 2;
}


/* whether a query of the queue is not worth sending any more */

ngx_uint_t
ngx_resonate_pg_load_late(ngx_resonate_pg_conn_t *conn,
    ngx_resonate_pg_query_t *q)
{
    return ngx_resonate_pg_would_be_late(q,
                                   ngx_resonate_pg_load_backlog(conn) / 1000);
}


/*
 * Whether a new query would wait too long in the queue.  The oldest one there
 * tells how fast the queue has moved; it must be old itself, or a server that
 * pauses for a moment would cause refusals.
 */

ngx_uint_t
ngx_resonate_pg_load_overload(ngx_resonate_pg_worker_t *worker,
    ngx_resonate_pg_query_t *q)
{
    ngx_msec_t                age;
    ngx_queue_t              *first;
    ngx_resonate_pg_query_t  *oldest;

    if (worker->nup == 0 || ngx_queue_empty(&worker->queue)) {
        return 0;
    }

    first = ngx_queue_head(&worker->queue);
    oldest = ngx_queue_data(first, ngx_resonate_pg_query_t, queue);

    age = ngx_current_msec - oldest->started;

    return age >= worker->pg->timeout / 2
           && ngx_resonate_pg_would_be_late(q,
                              age * worker->queued / (oldest->ahead + 1));
}


/*
 * A statement that takes longer than the timeout allows is tried all the same
 * while most of the time is left: else nobody would learn that it has become
 * faster.
 */

static ngx_uint_t
ngx_resonate_pg_would_be_late(ngx_resonate_pg_query_t *q, ngx_msec_t wait)
{
    ngx_msec_t                 takes, timeout;
    ngx_resonate_pg_worker_t  *worker;

    worker = q->stmt->pg->worker;
    timeout = worker->pg->timeout;
    takes = worker->costs[q->stmt->index] / 1000;

    return ngx_current_msec - q->started + wait + ngx_min(takes, timeout / 2)
           > timeout;
}


static ngx_uint_t
ngx_resonate_pg_age(ngx_msec_t since)
{
    return (ngx_uint_t) (ngx_current_msec - since) * 1000;
}
