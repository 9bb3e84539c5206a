
/*
 * Copyright (C) Resonate
 *
 * What the files of the pg room share with each other.
 *
 *   module     the directive, the two names of the door for configuration
 *   conninfo   libpq's connection string, checked
 *   hosts      its hosts, resolved
 *   worker     a database in a worker: queue, breaker, choice of connection
 *   load       how long statements take, and what would be late
 *   conn       the life of one connection
 *   event      its socket in the event loop
 *   pipeline   what travels on a connection that is up
 *   query      the life of one query: start, deadline, cancel, handler
 *   listen     a connection of its own that hears notifications
 *   log        what libpq and the server say
 */


#ifndef _NGX_RESONATE_PG_INTERNAL_H_INCLUDED_
#define _NGX_RESONATE_PG_INTERNAL_H_INCLUDED_


#include "../ngx_resonate_core_internal.h"
#include "ngx_resonate_pg_listen.h"

#include <libpq-fe.h>


/*
 * More queries in flight hide more of the round trip, but each new one waits
 * for all before it.  How many there may be depends on how long they take.
 */

#define NGX_RESONATE_PG_INFLIGHT   32

/*
 * The server ends a statement this long after the timeout: its owner has got
 * a 504 by then, and 57014 has nobody to go to.
 */

#define NGX_RESONATE_PG_SLACK      50      /* ms */

/* an abandoned query holds up its connection this long after its timeout */
#define NGX_RESONATE_PG_GRACE      1000    /* ms */

#define NGX_RESONATE_PG_BACKOFF    100     /* ms, before the first retry */
#define NGX_RESONATE_PG_BACKOFF_MAX  5000  /* ms */

/* a connection that is up for so long without a query is good as well */
#define NGX_RESONATE_PG_STABLE     5000    /* ms */

#define NGX_RESONATE_PG_HOSTS_MAX  16


extern ngx_module_t  ngx_resonate_pg_module;


#pragma GCC visibility push(hidden)


typedef struct ngx_resonate_pg_worker_s  ngx_resonate_pg_worker_t;
typedef struct ngx_resonate_pg_conn_s    ngx_resonate_pg_conn_t;


typedef struct {
    ngx_resonate_counter_t         *queries;
    ngx_resonate_counter_t         *failed;
    ngx_resonate_counter_t         *timeouts;
    ngx_resonate_counter_t         *unavailable;
    ngx_resonate_counter_t         *busy;
    ngx_resonate_counter_t         *cancelled;
    ngx_resonate_counter_t         *connected;
    ngx_resonate_counter_t         *connect_errors;
    ngx_resonate_counter_t         *lost;
} ngx_resonate_pg_counters_t;


/* of one database */

typedef struct {
    ngx_resonate_gauge_t           *up;
    ngx_resonate_gauge_t           *inflight;
    ngx_resonate_gauge_t           *queued;
    ngx_resonate_gauge_t           *up_max;
    ngx_resonate_gauge_t           *queued_max;
} ngx_resonate_pg_gauges_t;


typedef struct {
    ngx_array_t                     databases;
                                    /* of ngx_resonate_pg_t * */
    ngx_resonate_pg_counters_t      counters;
} ngx_resonate_pg_main_conf_t;


/*
 * What PQconnectStartParams() takes.  There is one list of values for each
 * host to begin with: libpq goes to the next host of the list when one
 * refuses, but when one is silent we have to, and begin behind it.
 */

typedef struct {
    const char                    **keywords;
    const char                   ***values;
    ngx_uint_t                      nhosts;
} ngx_resonate_pg_params_t;


struct ngx_resonate_pg_s {
    ngx_str_t                       name;
    ngx_resonate_pg_params_t        params;
    ngx_uint_t                      connections;
    ngx_uint_t                      queue;
    ngx_msec_t                      timeout;
    ngx_msec_t                      connect_timeout;
    ngx_uint_t                      prepare;

    ngx_array_t                     stmts;
                                    /* of ngx_resonate_pg_stmt_t * */
    ngx_resonate_shared_t          *shared;
    ngx_resonate_pg_counters_t     *counters;
    ngx_resonate_pg_gauges_t        gauges;

    ngx_resonate_pg_worker_t       *worker;  /* set once, at init_process */
    const ngx_resonate_pg_listen_t *listen;  /* likewise; NULL: a pool */
};


struct ngx_resonate_pg_stmt_s {
    ngx_resonate_pg_t              *pg;
    const char                     *sql;
    ngx_uint_t                      nparams;
    ngx_uint_t                      index;   /* in pg->stmts */
};


typedef enum {
    NGX_RESONATE_PG_QUERY_NONE = 0, /* not ours */
    NGX_RESONATE_PG_QUERY_QUEUED,   /* in worker->queue, nothing sent */
    NGX_RESONATE_PG_QUERY_SENT,     /* q->conn is its ngx_resonate_pg_slot_t */
    NGX_RESONATE_PG_QUERY_FAILED    /* in worker->failed: handler due */
} ngx_resonate_pg_query_state_e;


/* a statement's name on the server is made from both numbers */

typedef struct {
    enum {
        NGX_RESONATE_PG_STMT_NONE = 0,
        NGX_RESONATE_PG_STMT_SENT,
        NGX_RESONATE_PG_STMT_READY
    }                               state;
    ngx_uint_t                      attempt;
} ngx_resonate_pg_prepared_t;


/* one query in a pipeline, up to its Sync; a tombstone has no query */

typedef struct {
    ngx_resonate_pg_conn_t         *conn;
    ngx_resonate_pg_query_t        *query;
    ngx_resonate_pg_stmt_t         *stmt;
    PGresult                       *result;
    ngx_msec_t                      sent;
    ngx_uint_t                      cost;       /* us, expected */
    unsigned                        prepare:1;  /* its answer comes first */
} ngx_resonate_pg_slot_t;


typedef enum {
    NGX_RESONATE_PG_CONN_CLOSED = 0,
    NGX_RESONATE_PG_CONN_WAITING,   /* for the time to try again */
    NGX_RESONATE_PG_CONN_CONNECTING,
    NGX_RESONATE_PG_CONN_UP,
    NGX_RESONATE_PG_CONN_LOST       /* to be torn down by a posted event */
} ngx_resonate_pg_conn_state_e;


struct ngx_resonate_pg_conn_s {
    ngx_resonate_pg_worker_t       *worker;
    ngx_uint_t                      number;
    ngx_resonate_pg_conn_state_e    state;

    PGconn                         *pgconn;
    ngx_connection_t               *connection;
    ngx_event_t                     timer;   /* connect, retry or hung head */
    ngx_event_t                     lost;
    ngx_uint_t                      failures;  /* since it last answered */
    ngx_msec_t                      up_since;
    ngx_uint_t                      host;    /* to begin with */
    ngx_msec_t                      waits_since;
    ngx_log_t                       log;

    ngx_resonate_pg_prepared_t     *prepared;   /* one for each statement */

    /* the ring of what is in flight */
    ngx_resonate_pg_slot_t          slots[NGX_RESONATE_PG_INFLIGHT];
    ngx_uint_t                      head;
    ngx_uint_t                      count;
    ngx_uint_t                      cost;    /* us, of all of them */
    ngx_msec_t                      head_since;

    unsigned                        logged:1;   /* why it dies */
    unsigned                        proved:1;   /* it has answered */
    unsigned                        early:1;    /* connects before its time */
    unsigned                        reading:1;
};


struct ngx_resonate_pg_worker_s {
    ngx_resonate_pg_t              *pg;
    ngx_resonate_pg_conn_t         *conns;
    ngx_uint_t                      nup;

    ngx_queue_t                     queue;
    ngx_uint_t                      queued;

    ngx_uint_t                      share;   /* us, see load */
    ngx_uint_t                     *costs;   /* us, one for each statement */

    ngx_queue_t                     failed;
    ngx_event_t                     fail;
};


#define ngx_resonate_pg_head(conn)   (&(conn)->slots[(conn)->head])


/* a connection string while it is read */

typedef struct {
    ngx_str_t                       host;
    ngx_str_t                       addr;     /* empty: a unix socket */
    ngx_str_t                       port;
} ngx_resonate_pg_host_t;


typedef struct {
    ngx_conf_t                     *cf;
    ngx_resonate_pg_t              *pg;
    PQconninfoOption               *options;
    ngx_array_t                     hosts;    /* of ngx_resonate_pg_host_t */
} ngx_resonate_pg_conninfo_t;


/* conninfo and hosts write their own [emerg] */

ngx_int_t ngx_resonate_pg_conninfo(ngx_conf_t *cf, ngx_resonate_pg_t *pg,
    ngx_str_t *conninfo);
const char *ngx_resonate_pg_conninfo_value(ngx_resonate_pg_conninfo_t *ci,
    const char *keyword);

/* join() gives a list for libpq, beginning with host number "first" */

ngx_int_t ngx_resonate_pg_hosts(ngx_resonate_pg_conninfo_t *ci);
const char *ngx_resonate_pg_hosts_join(ngx_resonate_pg_conninfo_t *ci,
    ngx_uint_t first, size_t offset);


/*
 * Worker.  init() opens the connections of a pool.  choose() gives a
 * connection that can take the query now, or NULL;
 * no_connection() says that none is up and each has failed at least once since
 * it was; returned() that one connects all the same, because others have seen
 * the server since then; pump() sends what is queued as far as connections
 * have room.
 */

ngx_int_t ngx_resonate_pg_worker_init(ngx_cycle_t *cycle,
    ngx_resonate_pg_t *pg);
void ngx_resonate_pg_worker_exit(ngx_resonate_pg_worker_t *worker);
ngx_resonate_pg_conn_t *ngx_resonate_pg_worker_choose(
    ngx_resonate_pg_worker_t *worker, ngx_resonate_pg_query_t *q);
ngx_uint_t ngx_resonate_pg_worker_no_connection(
    ngx_resonate_pg_worker_t *worker);
ngx_uint_t ngx_resonate_pg_worker_returned(ngx_resonate_pg_worker_t *worker);
void ngx_resonate_pg_worker_pump(ngx_resonate_pg_worker_t *worker);
void ngx_resonate_pg_worker_fail_queued(ngx_resonate_pg_worker_t *worker);
void ngx_resonate_pg_worker_wake(ngx_resonate_pg_worker_t *worker);


/*
 * Load.  measure() is called when the first query in flight was answered;
 * backlog() is the time until all in flight is; room() says whether a query
 * may be sent behind it, late() whether its answer would come too late then,
 * and overload() whether it would if it joined the queue.
 */

ngx_int_t ngx_resonate_pg_load_init(ngx_cycle_t *cycle,
    ngx_resonate_pg_worker_t *worker);
void ngx_resonate_pg_load_measure(ngx_resonate_pg_conn_t *conn);
ngx_uint_t ngx_resonate_pg_load_backlog(ngx_resonate_pg_conn_t *conn);
ngx_uint_t ngx_resonate_pg_load_room(ngx_resonate_pg_conn_t *conn,
    ngx_resonate_pg_query_t *q);
ngx_uint_t ngx_resonate_pg_load_late(ngx_resonate_pg_conn_t *conn,
    ngx_resonate_pg_query_t *q);
ngx_uint_t ngx_resonate_pg_load_overload(ngx_resonate_pg_worker_t *worker,
    ngx_resonate_pg_query_t *q);


/*
 * Connection.  lost() may be called from anywhere: the connection takes no
 * query from then on, and everything else happens in an event of its own;
 * "what" we did is for the log, "message" too, by default libpq's.
 * close() ends what is in flight as unavailable.  update() follows every
 * change of what is in flight, proved() every answer.
 */

ngx_int_t ngx_resonate_pg_conn_init(ngx_cycle_t *cycle,
    ngx_resonate_pg_worker_t *worker, ngx_uint_t number);
void ngx_resonate_pg_conn_open(ngx_resonate_pg_conn_t *conn);
void ngx_resonate_pg_conn_poll(ngx_resonate_pg_conn_t *conn);
void ngx_resonate_pg_conn_lost(ngx_resonate_pg_conn_t *conn,
    const char *what, const char *message);
void ngx_resonate_pg_conn_close(ngx_resonate_pg_conn_t *conn);
void ngx_resonate_pg_conn_proved(ngx_resonate_pg_conn_t *conn);
void ngx_resonate_pg_conn_update(ngx_resonate_pg_conn_t *conn);
void ngx_resonate_pg_conn_quit(ngx_resonate_pg_conn_t *conn);
void ngx_resonate_pg_conn_close_idle(ngx_resonate_pg_conn_t *conn);


/* event: attach() gives nginx the socket that libpq has now */

ngx_int_t ngx_resonate_pg_conn_attach(ngx_resonate_pg_conn_t *conn,
    ngx_int_t event);
void ngx_resonate_pg_conn_detach(ngx_resonate_pg_conn_t *conn);
void ngx_resonate_pg_conn_want_write(ngx_resonate_pg_conn_t *conn,
    ngx_uint_t want);


/*
 * Pipeline.  send() takes the query, whatever becomes of it; pop() removes the
 * first slot, of which nothing is left.
 */

void ngx_resonate_pg_send(ngx_resonate_pg_conn_t *conn,
    ngx_resonate_pg_query_t *q);
void ngx_resonate_pg_pop(ngx_resonate_pg_conn_t *conn);
void ngx_resonate_pg_flush(ngx_resonate_pg_conn_t *conn);
void ngx_resonate_pg_receive(ngx_resonate_pg_conn_t *conn);
void ngx_resonate_pg_abandon(ngx_resonate_pg_slot_t *slot,
    ngx_resonate_pg_query_t *q);


/*
 * Query.  complete() runs the handler, after which q may be gone; fail() lets
 * it run in an event of its own.
 */

void ngx_resonate_pg_query_state(ngx_resonate_pg_query_t *q,
    ngx_resonate_pg_query_state_e state);
void ngx_resonate_pg_query_complete(ngx_resonate_pg_query_t *q,
    ngx_resonate_pg_status_e status);
void ngx_resonate_pg_query_fail(ngx_resonate_pg_query_t *q,
    ngx_resonate_pg_status_e status);
void ngx_resonate_pg_query_fail_handler(ngx_event_t *ev);


/*
 * Log.  notice() takes errors of the server that belong to no query, and
 * those that end the connection; field() is never NULL.
 */

u_char *ngx_resonate_pg_log_handler(ngx_log_t *log, u_char *buf, size_t len);
void ngx_resonate_pg_log_error(ngx_resonate_pg_conn_t *conn, ngx_uint_t level,
    const char *what, const char *message);
void ngx_resonate_pg_notice(void *data, const PGresult *res);
const char *ngx_resonate_pg_field(const PGresult *res, int field);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_PG_INTERNAL_H_INCLUDED_ */
