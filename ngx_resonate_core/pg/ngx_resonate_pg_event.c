
/*
 * Copyright (C) Resonate
 *
 * The socket of a connection in nginx's event loop.
 */


#include "ngx_resonate_pg_internal.h"


static void ngx_resonate_pg_conn_read_handler(ngx_event_t *rev);
static void ngx_resonate_pg_conn_write_handler(ngx_event_t *wev);


ngx_int_t
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


void
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
        ngx_resonate_pg_conn_quit(conn);
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
    ngx_resonate_pg_conn_close_idle(conn);
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
