
/*
 * Copyright (C) Resonate
 *
 * The life of one connection.  libpq owns the socket: it may change it
 * at each step of connecting, and closes it itself.
 */


#include "ngx_resonate_pg_internal.h"


static void ngx_resonate_pg_conn_state(ngx_resonate_pg_conn_t *conn,
    ngx_resonate_pg_conn_state_e state);
static void ngx_resonate_pg_conn_up(ngx_resonate_pg_conn_t *conn);
static void ngx_resonate_pg_conn_timer_handler(ngx_event_t *ev);
static void ngx_resonate_pg_conn_lost_handler(ngx_event_t *ev);
static void ngx_resonate_pg_conn_retry(ngx_resonate_pg_conn_t *conn);


#if (NGX_DEBUG)

static const char *const  ngx_resonate_pg_conn_states[] = {
    "closed", "waiting", "connecting", "up", "lost"
};

#endif


ngx_int_t
ngx_resonate_pg_conn_init(ngx_cycle_t *cycle,
    ngx_resonate_pg_worker_t *worker, ngx_uint_t number)
{
    ngx_resonate_pg_conn_t  *conn;

    conn = &worker->conns[number];

    conn->prepared = ngx_pcalloc(cycle->pool, (worker->pg->stmts.nelts + 1)
                                         * sizeof(ngx_resonate_pg_prepared_t));
    if (conn->prepared == NULL) {
        return NGX_ERROR;
    }

    conn->worker = worker;
    conn->number = number;

    conn->log = *cycle->log;
    conn->log.handler = ngx_resonate_pg_log_handler;
    conn->log.data = conn;
    conn->log.action = NULL;

    /* nobody waits for these alone: a worker may quit in spite of them */

    conn->timer.handler = ngx_resonate_pg_conn_timer_handler;
    conn->timer.data = conn;
    conn->timer.log = &conn->log;
    conn->timer.cancelable = 1;

    conn->lost.handler = ngx_resonate_pg_conn_lost_handler;
    conn->lost.data = conn;
    conn->lost.log = &conn->log;

    return NGX_OK;
}


static void
ngx_resonate_pg_conn_state(ngx_resonate_pg_conn_t *conn,
    ngx_resonate_pg_conn_state_e state)
{
    ngx_resonate_gauge_t  *up;

    up = conn->worker->pg->gauges.up;

    ngx_log_debug4(NGX_LOG_DEBUG_HTTP, &conn->log, 0,
                   "resonate pg \"%V\" connection:%ui %s -> %s",
                   &conn->worker->pg->name, conn->number,
                   ngx_resonate_pg_conn_states[conn->state],
                   ngx_resonate_pg_conn_states[state]);

    if (conn->state == NGX_RESONATE_PG_CONN_UP) {
        conn->worker->nup--;
        ngx_resonate_gauge_move(up, -1);
    }

    if (state == NGX_RESONATE_PG_CONN_UP) {
        conn->worker->nup++;
        ngx_resonate_gauge_move(up, 1);
    }

    if (conn->timer.timer_set) {
        ngx_del_timer(&conn->timer);
    }

    conn->state = state;
    conn->early = 0;
}


void
ngx_resonate_pg_conn_open(ngx_resonate_pg_conn_t *conn)
{
    ngx_resonate_pg_t         *pg;
    ngx_resonate_pg_params_t  *params;

    pg = conn->worker->pg;
    params = &pg->params;

    ngx_resonate_pg_conn_state(conn, NGX_RESONATE_PG_CONN_CONNECTING);
    ngx_add_timer(&conn->timer, pg->connect_timeout);

    conn->pgconn = PQconnectStartParams(params->keywords,
                                 params->values[conn->host % params->nhosts],
                                 0);

    if (conn->pgconn == NULL) {
        ngx_resonate_pg_conn_lost(conn, "connecting to", "out of memory");
        return;
    }

    if (PQstatus(conn->pgconn) == CONNECTION_BAD) {
        ngx_resonate_pg_conn_lost(conn, "connecting to", NULL);
        return;
    }

    (void) PQsetNoticeReceiver(conn->pgconn, ngx_resonate_pg_notice, conn);

    /* libpq wants its first poll when the socket is writable */

    if (ngx_resonate_pg_conn_attach(conn, NGX_WRITE_EVENT) != NGX_OK) {
        ngx_resonate_pg_conn_lost(conn, "connecting to", "no event");
    }
}


void
ngx_resonate_pg_conn_poll(ngx_resonate_pg_conn_t *conn)
{
    ngx_int_t  event;

    ngx_resonate_pg_conn_detach(conn);

    switch (PQconnectPoll(conn->pgconn)) {

    case PGRES_POLLING_OK:
        ngx_resonate_pg_conn_up(conn);
        return;

    case PGRES_POLLING_READING:
        event = NGX_READ_EVENT;
        break;

    case PGRES_POLLING_WRITING:
        event = NGX_WRITE_EVENT;
        break;

    default:
        ngx_resonate_pg_conn_lost(conn, "connecting to", NULL);
        return;
    }

    if (ngx_resonate_pg_conn_attach(conn, event) != NGX_OK) {
        ngx_resonate_pg_conn_lost(conn, "connecting to", "no event");
    }
}


static void
ngx_resonate_pg_conn_up(ngx_resonate_pg_conn_t *conn)
{
    if (PQsetnonblocking(conn->pgconn, 1) != 0
        || !PQenterPipelineMode(conn->pgconn))
    {
        ngx_resonate_pg_conn_lost(conn, "connecting to", NULL);
        return;
    }

    if (ngx_resonate_pg_conn_attach(conn, NGX_READ_EVENT) != NGX_OK) {
        ngx_resonate_pg_conn_lost(conn, "connecting to", "no event");
        return;
    }

    conn->up_since = ngx_current_msec;

    ngx_resonate_count(conn->worker->pg->counters->connected);

    ngx_resonate_pg_conn_state(conn, NGX_RESONATE_PG_CONN_UP);
    ngx_resonate_pg_conn_update(conn);

    if (conn->worker->pg->listen) {
        conn->worker->pg->listen->up(conn->worker->pg->listen->data);
        return;
    }

    ngx_resonate_pg_worker_pump(conn->worker);
    ngx_resonate_pg_conn_close_idle(conn);
}


static void
ngx_resonate_pg_conn_timer_handler(ngx_event_t *ev)
{
    ngx_resonate_pg_conn_t  *conn;

    conn = ev->data;

    switch (conn->state) {

    case NGX_RESONATE_PG_CONN_WAITING:
        ngx_resonate_pg_conn_open(conn);
        break;

    case NGX_RESONATE_PG_CONN_CONNECTING:
        conn->host++;
        ngx_resonate_pg_conn_lost(conn, "connecting to", "timed out");
        break;

    case NGX_RESONATE_PG_CONN_UP:
        ngx_resonate_pg_conn_lost(conn, "waiting for",
                                  "no answer to an abandoned query");
        break;

    default:
        break;
    }
}


/*
 * A server that takes connections and drops them has not come back: only an
 * answer ends the delays between attempts.
 */

void
ngx_resonate_pg_conn_proved(ngx_resonate_pg_conn_t *conn)
{
    if (conn->proved) {
        return;
    }

    if (conn->failures) {
        ngx_log_error(NGX_LOG_NOTICE, &conn->log, 0, "connected again");
    }

    conn->failures = 0;
    conn->host = 0;
    conn->proved = 1;
}


/*
 * The first query has lost its owner, but holds up all behind it.  The server
 * ends it soon after its timeout; a connection that is silent for longer is
 * given up.
 */

void
ngx_resonate_pg_conn_update(ngx_resonate_pg_conn_t *conn)
{
    ngx_msec_int_t           left;
    ngx_resonate_pg_slot_t  *slot;

    if (conn->state != NGX_RESONATE_PG_CONN_UP) {
        return;
    }

    /* nginx closes idle connections when it quits */

    conn->connection->idle = (conn->count == 0);

    slot = ngx_resonate_pg_head(conn);

    if (conn->count == 0 || slot->query) {
        if (conn->timer.timer_set) {
            ngx_del_timer(&conn->timer);
        }

        return;
    }

    left = slot->sent + conn->worker->pg->timeout + NGX_RESONATE_PG_GRACE
           - ngx_current_msec;

    ngx_add_timer(&conn->timer, (ngx_msec_t) ngx_max(left, 1));
}


/* nginx closes what is idle */

void
ngx_resonate_pg_conn_quit(ngx_resonate_pg_conn_t *conn)
{
    const ngx_resonate_pg_listen_t  *listen;

    listen = conn->worker->pg->listen;

    if (listen == NULL) {
        ngx_resonate_pg_conn_close(conn);
        return;
    }

    conn->connection->close = 0;
    listen->quit(listen->data);
}


/* a worker that quits keeps no connection it does not need */

void
ngx_resonate_pg_conn_close_idle(ngx_resonate_pg_conn_t *conn)
{
    if (ngx_exiting
        && conn->worker->pg->listen == NULL
        && conn->state == NGX_RESONATE_PG_CONN_UP
        && conn->count == 0
        && ngx_queue_empty(&conn->worker->queue))
    {
        ngx_resonate_pg_conn_close(conn);
    }
}


void
ngx_resonate_pg_conn_lost(ngx_resonate_pg_conn_t *conn, const char *what,
    const char *message)
{
    ngx_uint_t                   level;
    ngx_resonate_pg_counters_t  *counters;

    counters = conn->worker->pg->counters;

    /* log the first failure; demote those of retries */

    if (conn->state == NGX_RESONATE_PG_CONN_CONNECTING) {
        level = conn->failures++ ? NGX_LOG_INFO : NGX_LOG_ERR;
        ngx_resonate_count(counters->connect_errors);

    } else if (conn->state == NGX_RESONATE_PG_CONN_UP) {

        if (ngx_current_msec - conn->up_since >= NGX_RESONATE_PG_STABLE) {
            ngx_resonate_pg_conn_proved(conn);
        }

        level = (conn->logged || conn->failures) ? NGX_LOG_INFO : NGX_LOG_ERR;
        ngx_resonate_count(counters->lost);

        if (!conn->proved) {
            conn->failures++;
            conn->host++;
        }

    } else {
        return;
    }

    ngx_resonate_pg_log_error(conn, level, what, message);

    ngx_resonate_pg_conn_state(conn, NGX_RESONATE_PG_CONN_LOST);
    ngx_post_event(&conn->lost, &ngx_posted_events);

    if (conn->worker->pg->listen) {
        conn->worker->pg->listen->lost(conn->worker->pg->listen->data);
    }
}


static void
ngx_resonate_pg_conn_lost_handler(ngx_event_t *ev)
{
    ngx_resonate_pg_conn_t    *conn;
    ngx_resonate_pg_worker_t  *worker;

    conn = ev->data;
    worker = conn->worker;

    ngx_resonate_pg_conn_close(conn);

    if (ngx_resonate_pg_worker_no_connection(worker)) {
        ngx_resonate_pg_worker_fail_queued(worker);
    }

    if (!ngx_exiting || !ngx_queue_empty(&worker->queue)) {
        ngx_resonate_pg_conn_retry(conn);
    }
}


/*
 * Half of the delay is random: the connections of all workers have lost the
 * server at the same moment.
 */

static void
ngx_resonate_pg_conn_retry(ngx_resonate_pg_conn_t *conn)
{
    ngx_msec_t  delay;

    delay = NGX_RESONATE_PG_BACKOFF << ngx_min(conn->failures, 8);
    delay = ngx_min(delay, NGX_RESONATE_PG_BACKOFF_MAX) / 2;

    ngx_resonate_pg_conn_state(conn, NGX_RESONATE_PG_CONN_WAITING);
    conn->waits_since = ngx_current_msec;
    ngx_add_timer(&conn->timer, delay + ngx_random() % delay);
}


void
ngx_resonate_pg_conn_close(ngx_resonate_pg_conn_t *conn)
{
    ngx_resonate_pg_slot_t  *slot;

    ngx_resonate_pg_conn_state(conn, NGX_RESONATE_PG_CONN_CLOSED);

    if (conn->lost.posted) {
        ngx_delete_posted_event(&conn->lost);
    }

    while (conn->count) {
        slot = ngx_resonate_pg_head(conn);

        if (slot->query) {
            ngx_resonate_pg_query_fail(slot->query,
                                       NGX_RESONATE_PG_UNAVAILABLE);
        }

        PQclear(slot->result);
        slot->result = NULL;

        ngx_resonate_pg_pop(conn);
    }

    ngx_memzero(conn->prepared, conn->worker->pg->stmts.nelts
                                * sizeof(ngx_resonate_pg_prepared_t));
    conn->logged = 0;
    conn->proved = 0;

    ngx_resonate_pg_conn_detach(conn);

    PQfinish(conn->pgconn);
    conn->pgconn = NULL;
}
