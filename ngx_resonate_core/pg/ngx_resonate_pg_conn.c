
/*
 * Copyright (C) Resonate
 *
 * The life of one connection.  libpq owns the socket: it may change it
 * at each step of connecting, and closes it itself.
 */


#include "ngx_resonate_pg_internal.h"


static void ngx_resonate_pg_conn_state(ngx_resonate_pg_conn_t *conn,
    ngx_resonate_pg_conn_state_e state);
static void ngx_resonate_pg_conn_poll(ngx_resonate_pg_conn_t *conn);
static void ngx_resonate_pg_conn_up(ngx_resonate_pg_conn_t *conn);
static ngx_int_t ngx_resonate_pg_conn_attach(ngx_resonate_pg_conn_t *conn,
    ngx_int_t event);
static void ngx_resonate_pg_conn_detach(ngx_resonate_pg_conn_t *conn);
static void ngx_resonate_pg_conn_read_handler(ngx_event_t *rev);
static void ngx_resonate_pg_conn_write_handler(ngx_event_t *wev);
static void ngx_resonate_pg_conn_timer_handler(ngx_event_t *ev);
static void ngx_resonate_pg_conn_lost_handler(ngx_event_t *ev);
static void ngx_resonate_pg_conn_retry(ngx_resonate_pg_conn_t *conn);
static void ngx_resonate_pg_conn_rest(ngx_resonate_pg_conn_t *conn);


static const char *const  ngx_resonate_pg_conn_states[] = {
    "closed", "waiting", "connecting", "up", "lost"
};


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
    ngx_log_debug4(NGX_LOG_DEBUG_HTTP, &conn->log, 0,
                   "resonate pg \"%V\" connection:%ui %s -> %s",
                   &conn->worker->pg->name, conn->number,
                   ngx_resonate_pg_conn_states[conn->state],
                   ngx_resonate_pg_conn_states[state]);

    if (conn->state == NGX_RESONATE_PG_CONN_UP) {
        conn->worker->nup--;
    }

    if (state == NGX_RESONATE_PG_CONN_UP) {
        conn->worker->nup++;
    }

    if (conn->timer.timer_set) {
        ngx_del_timer(&conn->timer);
    }

    conn->state = state;
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


static void
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

    if (conn->failures) {
        ngx_log_error(NGX_LOG_NOTICE, &conn->log, 0, "connected again");
    }

    conn->failures = 0;
    conn->host = 0;

    ngx_resonate_count(conn->worker->pg->counters->connected);

    ngx_resonate_pg_conn_state(conn, NGX_RESONATE_PG_CONN_UP);
    ngx_resonate_pg_conn_settle(conn);

    ngx_resonate_pg_worker_pump(conn->worker);
    ngx_resonate_pg_conn_rest(conn);
}


static ngx_int_t
ngx_resonate_pg_conn_attach(ngx_resonate_pg_conn_t *conn, ngx_int_t event)
{
    int                fd;
    ngx_connection_t  *c;

    fd = PQsocket(conn->pgconn);
    if (fd == -1) {
        return NGX_ERROR;
    }

    c = ngx_get_connection(fd, &conn->log);
    if (c == NULL) {
        return NGX_ERROR;
    }

    c->data = conn;
    c->read->handler = ngx_resonate_pg_conn_read_handler;
    c->read->log = &conn->log;
    c->write->handler = ngx_resonate_pg_conn_write_handler;
    c->write->log = &conn->log;
    c->number = ngx_atomic_fetch_add(ngx_connection_counter, 1);

    conn->connection = c;

    /*
     * Level-triggered: libpq does not say whether it has read all there was.
     */

    return ngx_add_event(event == NGX_READ_EVENT ? c->read : c->write, event,
                         NGX_LEVEL_EVENT);
}


static void
ngx_resonate_pg_conn_detach(ngx_resonate_pg_conn_t *conn)
{
    ngx_uint_t         flags;
    ngx_connection_t  *c;

    c = conn->connection;
    if (c == NULL) {
        return;
    }

    /* a socket that libpq has closed is not watched by the kernel any more */

    flags = (PQsocket(conn->pgconn) == c->fd) ? 0 : NGX_CLOSE_EVENT;

    if (c->read->active) {
        ngx_del_event(c->read, NGX_READ_EVENT, flags);
    }

    if (c->write->active) {
        ngx_del_event(c->write, NGX_WRITE_EVENT, flags);
    }

    if (c->read->posted) {
        ngx_delete_posted_event(c->read);
    }

    if (c->write->posted) {
        ngx_delete_posted_event(c->write);
    }

    c->read->closed = 1;
    c->write->closed = 1;

    /* with poll, nginx finds the connection to free by its descriptor */

    ngx_free_connection(c);
    c->fd = (ngx_socket_t) -1;

    conn->connection = NULL;
}


void
ngx_resonate_pg_conn_want_write(ngx_resonate_pg_conn_t *conn, ngx_uint_t want)
{
    ngx_int_t     rc;
    ngx_event_t  *wev;

    wev = conn->connection->write;

    if (want == wev->active) {
        return;
    }

    rc = want ? ngx_add_event(wev, NGX_WRITE_EVENT, NGX_LEVEL_EVENT)
              : ngx_del_event(wev, NGX_WRITE_EVENT, 0);

    if (rc != NGX_OK) {
        ngx_resonate_pg_conn_lost(conn, "sending to", "no event");
    }
}


static void
ngx_resonate_pg_conn_read_handler(ngx_event_t *rev)
{
    ngx_connection_t        *c;
    ngx_resonate_pg_conn_t  *conn;

    c = rev->data;
    conn = c->data;

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, &conn->log, 0,
                   "resonate pg read: connection:%ui inflight:%ui",
                   conn->number, conn->count);

    /* the worker quits: idle connections at once, others at its deadline */

    if (c->close) {
        ngx_resonate_pg_conn_close(conn);
        return;
    }

    if (conn->state == NGX_RESONATE_PG_CONN_CONNECTING) {
        ngx_resonate_pg_conn_poll(conn);
        return;
    }

    if (conn->state != NGX_RESONATE_PG_CONN_UP) {
        return;
    }

    ngx_resonate_pg_receive(conn);
    ngx_resonate_pg_worker_pump(conn->worker);
    ngx_resonate_pg_conn_rest(conn);
}


static void
ngx_resonate_pg_conn_write_handler(ngx_event_t *wev)
{
    ngx_connection_t        *c;
    ngx_resonate_pg_conn_t  *conn;

    c = wev->data;
    conn = c->data;

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, &conn->log, 0,
                   "resonate pg write: connection:%ui", conn->number);

    if (conn->state == NGX_RESONATE_PG_CONN_CONNECTING) {
        ngx_resonate_pg_conn_poll(conn);

    } else if (conn->state == NGX_RESONATE_PG_CONN_UP) {
        ngx_resonate_pg_flush(conn);
    }
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
 * The first query has lost its owner, but holds up all behind it: it gets
 * a little more time than its owner had, then the connection goes.
 */

void
ngx_resonate_pg_conn_settle(ngx_resonate_pg_conn_t *conn)
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

    left = conn->head_since + slot->timeout + NGX_RESONATE_PG_GRACE
           - ngx_current_msec;

    ngx_add_timer(&conn->timer, (ngx_msec_t) ngx_max(left, 1));
}


/* a worker that quits keeps no connection it does not need */

static void
ngx_resonate_pg_conn_rest(ngx_resonate_pg_conn_t *conn)
{
    if (ngx_exiting
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

    /* each trouble is told once: the next attempts are no news */

    if (conn->state == NGX_RESONATE_PG_CONN_CONNECTING) {
        level = conn->failures++ ? NGX_LOG_INFO : NGX_LOG_ERR;
        ngx_resonate_count(counters->connect_errors);

    } else if (conn->state == NGX_RESONATE_PG_CONN_UP) {
        level = conn->told ? NGX_LOG_INFO : NGX_LOG_ERR;
        ngx_resonate_count(counters->lost);

    } else {
        return;
    }

    ngx_resonate_pg_log_error(conn, level, what, message);

    ngx_resonate_pg_conn_state(conn, NGX_RESONATE_PG_CONN_LOST);
    ngx_post_event(&conn->lost, &ngx_posted_events);
}


static void
ngx_resonate_pg_conn_lost_handler(ngx_event_t *ev)
{
    ngx_resonate_pg_conn_t    *conn;
    ngx_resonate_pg_worker_t  *worker;

    conn = ev->data;
    worker = conn->worker;

    ngx_resonate_pg_conn_close(conn);

    if (ngx_resonate_pg_worker_hopeless(worker)) {
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
            ngx_resonate_pg_query_state(slot->query,
                                        NGX_RESONATE_PG_QUERY_ENDING);
        }

        PQclear(slot->result);
        slot->result = NULL;

        conn->head = (conn->head + 1) % NGX_RESONATE_PG_INFLIGHT;
        conn->count--;
    }

    ngx_memzero(conn->prepared, conn->worker->pg->stmts.nelts
                                * sizeof(ngx_resonate_pg_prepared_t));
    conn->told = 0;

    ngx_resonate_pg_conn_detach(conn);

    PQfinish(conn->pgconn);
    conn->pgconn = NULL;
}
