
/*
 * Copyright (C) Resonate
 *
 * What travels on a connection that is up: every query is followed by its
 * own Sync, so that it is a transaction of its own and one that fails takes
 * no neighbour with it.
 */


#include "ngx_resonate_pg_internal.h"


#define NGX_RESONATE_PG_NAME_LEN  (sizeof("resonate__") + 2 * NGX_INT_T_LEN)


static ngx_uint_t ngx_resonate_pg_send_query(ngx_resonate_pg_conn_t *conn,
    ngx_resonate_pg_slot_t *slot, const char **values);
static void ngx_resonate_pg_name(ngx_resonate_pg_conn_t *conn,
    ngx_resonate_pg_stmt_t *stmt, u_char *name);
static void ngx_resonate_pg_drain(ngx_resonate_pg_conn_t *conn);
static void ngx_resonate_pg_result(ngx_resonate_pg_conn_t *conn,
    PGresult *res);
static ngx_uint_t ngx_resonate_pg_prepared(ngx_resonate_pg_conn_t *conn,
    ngx_resonate_pg_slot_t *slot, PGresult *res);
static void ngx_resonate_pg_sync(ngx_resonate_pg_conn_t *conn);
static ngx_uint_t ngx_resonate_pg_forgotten(ngx_resonate_pg_conn_t *conn,
    ngx_resonate_pg_slot_t *slot);
static ngx_resonate_pg_status_e ngx_resonate_pg_answer(
    ngx_resonate_pg_query_t *q, PGresult *res);
static ngx_uint_t ngx_resonate_pg_error(const PGresult *res);
static void ngx_resonate_pg_notifications(ngx_resonate_pg_conn_t *conn);


/*
 * Whatever fails here kills the connection, and the query with it: if a part
 * of it has left, nobody knows what the server made of it.
 */

void
ngx_resonate_pg_send(ngx_resonate_pg_conn_t *conn, ngx_resonate_pg_query_t *q)
{
    ngx_resonate_pg_slot_t      *slot;
    ngx_resonate_pg_counters_t  *counters;

    counters = q->stmt->pg->counters;
    slot = &conn->slots[(conn->head + conn->count) % NGX_RESONATE_PG_INFLIGHT];

    if (conn->count++ == 0) {
        conn->head_since = ngx_current_msec;
    }

    slot->conn = conn;
    slot->query = q;
    slot->stmt = q->stmt;
    slot->result = NULL;
    slot->sent = ngx_current_msec;
    slot->cost = conn->worker->costs[q->stmt->index];
    slot->prepare = 0;

    conn->cost += slot->cost;
    ngx_resonate_gauge_move(q->stmt->pg->gauges.inflight, 1);

    ngx_resonate_pg_query_state(q, NGX_RESONATE_PG_QUERY_SENT);
    q->conn = slot;

    ngx_resonate_count(counters->queries);

    ngx_log_debug3(NGX_LOG_DEBUG_HTTP, q->log, 0,
                   "resonate pg send: %p connection:%ui inflight:%ui",
                   q, conn->number, conn->count);

    if (!ngx_resonate_pg_send_query(conn, slot, q->values)
        || !PQpipelineSync(conn->pgconn))
    {
        ngx_resonate_pg_conn_lost(conn, "sending to", NULL);
        return;
    }

    ngx_resonate_pg_flush(conn);
    ngx_resonate_pg_conn_update(conn);
}


static ngx_uint_t
ngx_resonate_pg_send_query(ngx_resonate_pg_conn_t *conn,
    ngx_resonate_pg_slot_t *slot, const char **values)
{
    int                          n;
    u_char                       name[NGX_RESONATE_PG_NAME_LEN];
    ngx_resonate_pg_stmt_t      *stmt;
    ngx_resonate_pg_prepared_t  *prepared;

    stmt = slot->stmt;
    n = (int) stmt->nparams;
    prepared = &conn->prepared[stmt->index];

    /*
     * While it is not known whether the server took the statement, others do
     * without, or they would fail for a reason that is not theirs.
     */

    if (!stmt->pg->prepare || prepared->state == NGX_RESONATE_PG_STMT_SENT) {
        return PQsendQueryParams(conn->pgconn, stmt->sql, n, NULL, values,
                                 NULL, NULL, 0);
    }

    if (prepared->state == NGX_RESONATE_PG_STMT_NONE) {
        prepared->state = NGX_RESONATE_PG_STMT_SENT;
        prepared->attempt++;
        slot->prepare = 1;
    }

    ngx_resonate_pg_name(conn, stmt, name);

    if (slot->prepare
        && !PQsendPrepare(conn->pgconn, (char *) name, stmt->sql, n, NULL))
    {
        return 0;
    }

    return PQsendQueryPrepared(conn->pgconn, (char *) name, n, values,
                               NULL, NULL, 0);
}


/* never the same name twice: the server may still have the old one */

static void
ngx_resonate_pg_name(ngx_resonate_pg_conn_t *conn,
    ngx_resonate_pg_stmt_t *stmt, u_char *name)
{
    (void) ngx_sprintf(name, "resonate_%ui_%ui%Z", stmt->index,
                       conn->prepared[stmt->index].attempt);
}


void
ngx_resonate_pg_pop(ngx_resonate_pg_conn_t *conn)
{
    conn->cost -= ngx_resonate_pg_head(conn)->cost;
    conn->head = (conn->head + 1) % NGX_RESONATE_PG_INFLIGHT;
    conn->count--;

    ngx_resonate_gauge_move(conn->worker->pg->gauges.inflight, -1);
}


void
ngx_resonate_pg_flush(ngx_resonate_pg_conn_t *conn)
{
    int  pending;

    pending = PQflush(conn->pgconn);

    if (pending == -1) {
        ngx_resonate_pg_conn_lost(conn, "sending to", NULL);
        return;
    }

    ngx_resonate_pg_conn_want_write(conn, pending);

    /*
     * When the socket was full, libpq has read from it too, and what it has
     * read will cause no event any more.
     */

    if (!conn->reading && !PQisBusy(conn->pgconn)) {
        ngx_post_event(conn->connection->read, &ngx_posted_events);
    }
}


void
ngx_resonate_pg_receive(ngx_resonate_pg_conn_t *conn)
{
    int  alive;

    alive = PQconsumeInput(conn->pgconn);

    /*
     * A TLS record may be larger than what libpq had room for, and what is
     * left of it in OpenSSL makes no event; after the first call there is
     * room for all of it.
     */

    if (alive && PQsslInUse(conn->pgconn)) {
        alive = PQconsumeInput(conn->pgconn);
    }

    /* also what arrived before the connection died: it may be a commit */

    conn->reading = 1;
    ngx_resonate_pg_drain(conn);
    conn->reading = 0;

    if (conn->state != NGX_RESONATE_PG_CONN_UP) {
        return;
    }

    if (!alive) {
        ngx_resonate_pg_conn_lost(conn, "reading from", NULL);
        return;
    }

    ngx_resonate_pg_notifications(conn);
}


static void
ngx_resonate_pg_drain(ngx_resonate_pg_conn_t *conn)
{
    PGresult    *res;
    ngx_uint_t   nulls;

    nulls = 0;

    while (conn->state == NGX_RESONATE_PG_CONN_UP
           && !PQisBusy(conn->pgconn)
           && conn->count)
    {
        res = PQgetResult(conn->pgconn);

        if (res) {
            nulls = 0;
            ngx_resonate_pg_result(conn, res);
            continue;
        }

        /* one NULL parts two queries; more say that libpq expects nothing */

        if (++nulls > 2) {
            ngx_resonate_pg_conn_lost(conn, "keeping step with",
                                      "unexpected end of results");
            return;
        }
    }
}


static void
ngx_resonate_pg_result(ngx_resonate_pg_conn_t *conn, PGresult *res)
{
    ngx_resonate_pg_slot_t  *slot;

    slot = ngx_resonate_pg_head(conn);

    switch (PQresultStatus(res)) {

    case PGRES_PIPELINE_SYNC:
        PQclear(res);

        /* what was notified before the answer is heard before it */

        ngx_resonate_pg_notifications(conn);
        ngx_resonate_pg_sync(conn);
        return;

    case PGRES_PIPELINE_ABORTED:
        PQclear(res);
        return;

    case PGRES_COPY_OUT:
    case PGRES_COPY_IN:
    case PGRES_COPY_BOTH:

        /* nobody asked for it, and libpq returns it again and again */

        PQclear(res);
        ngx_resonate_pg_conn_lost(conn, "keeping step with",
                                  "unexpected COPY");
        return;

    case PGRES_FATAL_ERROR:
        ngx_resonate_pg_notice(conn, res);
        break;

    default:
        break;
    }

    if (slot->prepare && ngx_resonate_pg_prepared(conn, slot, res)) {
        PQclear(res);
        return;
    }

    if (slot->result == NULL) {
        slot->result = res;
        return;
    }

    if (!ngx_resonate_pg_error(res)) {

        /* it is somebody else's, and so may be the one before */

        PQclear(res);
        ngx_resonate_pg_conn_lost(conn, "keeping step with",
                                  "two answers to one query");
        return;
    }

    /* the first error counts; one may come as late as at the commit */

    if (ngx_resonate_pg_error(slot->result)) {
        PQclear(res);
        return;
    }

    PQclear(slot->result);
    slot->result = res;
}


/* takes the answer to Prepare unless it is an error */

static ngx_uint_t
ngx_resonate_pg_prepared(ngx_resonate_pg_conn_t *conn,
    ngx_resonate_pg_slot_t *slot, PGresult *res)
{
    ngx_resonate_pg_prepared_t  *prepared;

    slot->prepare = 0;
    prepared = &conn->prepared[slot->stmt->index];

    if (ngx_resonate_pg_error(res)) {
        prepared->state = NGX_RESONATE_PG_STMT_NONE;
        return 0;
    }

    prepared->state = NGX_RESONATE_PG_STMT_READY;

    return 1;
}


/*
 * Only now the query is done: its transaction is committed by the Sync, and
 * deferred constraints are checked there.
 */

static void
ngx_resonate_pg_sync(ngx_resonate_pg_conn_t *conn)
{
    PGresult                 *res;
    ngx_uint_t                again;
    ngx_resonate_pg_slot_t   *slot;
    ngx_resonate_pg_query_t  *q;

    slot = ngx_resonate_pg_head(conn);

    if (slot->result == NULL) {
        ngx_resonate_pg_conn_lost(conn, "keeping step with",
                                  "no answer to a query");
        return;
    }

    q = slot->query;
    res = slot->result;
    again = ngx_resonate_pg_forgotten(conn, slot);

    slot->query = NULL;
    slot->result = NULL;

    ngx_resonate_pg_load_measure(conn);
    ngx_resonate_pg_pop(conn);

    conn->head_since = ngx_current_msec;

    ngx_resonate_pg_conn_proved(conn);
    ngx_resonate_pg_conn_update(conn);

    if (q && again && !q->repeated) {
        q->repeated = 1;
        ngx_resonate_pg_send(conn, q);

    } else if (q) {
        ngx_resonate_pg_query_complete(q, ngx_resonate_pg_answer(q, res));
    }

    PQclear(res);
}


/*
 * The server has forgotten the statement, or what it returns has changed its
 * type since.  It did not run, or its transaction was rolled back, so it may
 * be prepared and sent again.
 */

static ngx_uint_t
ngx_resonate_pg_forgotten(ngx_resonate_pg_conn_t *conn,
    ngx_resonate_pg_slot_t *slot)
{
    const char  *sqlstate;

    if (!slot->stmt->pg->prepare || !ngx_resonate_pg_error(slot->result)) {
        return 0;
    }

    sqlstate = ngx_resonate_pg_field(slot->result, PG_DIAG_SQLSTATE);

    if (ngx_strcmp(sqlstate, "26000") != 0
        && ngx_strcmp(sqlstate, "0A000") != 0)
    {
        return 0;
    }

    conn->prepared[slot->stmt->index].state = NGX_RESONATE_PG_STMT_NONE;

    return 1;
}


static ngx_resonate_pg_status_e
ngx_resonate_pg_answer(ngx_resonate_pg_query_t *q, PGresult *res)
{
    const char  *sqlstate;

    q->result = res;

    if (!ngx_resonate_pg_error(res)) {
        return NGX_RESONATE_PG_OK;
    }

    sqlstate = ngx_resonate_pg_field(res, PG_DIAG_SQLSTATE);

    q->message = ngx_resonate_pg_field(res, PG_DIAG_MESSAGE_PRIMARY);
    ngx_cpystrn((u_char *) q->sqlstate, (u_char *) sqlstate,
                sizeof(q->sqlstate));

    return NGX_RESONATE_PG_FAILED;
}


static ngx_uint_t
ngx_resonate_pg_error(const PGresult *res)
{
    switch (PQresultStatus(res)) {

    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
    case PGRES_EMPTY_QUERY:
        return 0;

    default:
        return 1;
    }
}


/* the owner is gone; its answer will be read and dropped */

void
ngx_resonate_pg_abandon(ngx_resonate_pg_slot_t *slot,
    ngx_resonate_pg_query_t *q)
{
    /* a slot that has its answer was popped, and may be another's by now */

    if (slot->query != q) {
        return;
    }

    slot->query = NULL;

    if (slot == ngx_resonate_pg_head(slot->conn)) {
        ngx_resonate_pg_conn_update(slot->conn);
    }
}


/* libpq keeps what arrives until it is taken */

static void
ngx_resonate_pg_notifications(ngx_resonate_pg_conn_t *conn)
{
    PGnotify                        *notify;
    const ngx_resonate_pg_listen_t  *listen;

    listen = conn->worker->pg->listen;

    for ( ;; ) {
        notify = PQnotifies(conn->pgconn);
        if (notify == NULL) {
            return;
        }

        ngx_log_debug2(NGX_LOG_DEBUG_HTTP, &conn->log, 0,
                       "resonate pg notification: \"%s\" \"%s\"",
                       notify->relname, notify->extra);

        if (listen) {
            listen->notified(listen->data, (u_char *) notify->extra,
                             ngx_strlen(notify->extra),
                             notify->be_pid == PQbackendPID(conn->pgconn));
        }

        PQfreemem(notify);
    }
}
