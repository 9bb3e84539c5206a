
/*
 * Copyright (C) Resonate
 *
 * PostgreSQL inside the event loop.
 *
 * A database is named in configuration by "resonate_pg".  Every worker keeps
 * a fixed number of connections to it, each in libpq pipeline mode and shared
 * by many requests.  A query is started, then its handler runs exactly once,
 * or it is cancelled and its handler never runs.
 */


#ifndef _NGX_RESONATE_PG_H_INCLUDED_
#define _NGX_RESONATE_PG_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


typedef struct ngx_resonate_pg_s        ngx_resonate_pg_t;
typedef struct ngx_resonate_pg_stmt_s   ngx_resonate_pg_stmt_t;
typedef struct ngx_resonate_pg_query_s  ngx_resonate_pg_query_t;

typedef void (*ngx_resonate_pg_handler_pt)(ngx_resonate_pg_query_t *q);


typedef enum {
    NGX_RESONATE_PG_OK = 0,       /* rows can be read */
    NGX_RESONATE_PG_UNAVAILABLE,  /* no connection, or it died; not retried:
                                     a statement that was sent may have run */
    NGX_RESONATE_PG_BUSY,         /* overload: the queue is full, or the
                                     answer would be late; nothing ran */
    NGX_RESONATE_PG_TIMEOUT,      /* past the query's deadline */
    NGX_RESONATE_PG_FAILED        /* the server refused; see sqlstate */
} ngx_resonate_pg_status_e;


struct ngx_resonate_pg_query_s {
    /* set by the owner, in zeroed memory, before start; "values" has one
       NUL-terminated text or NULL (SQL NULL) for each parameter of the
       statement and, as the query itself, must live until the handler ran
       or cancel() returned */
    ngx_resonate_pg_stmt_t      *stmt;
    const char                 **values;
    ngx_resonate_pg_handler_pt   handler;
    void                        *data;
    ngx_log_t                   *log;

    /* the answer; "result" and "message" live until the handler returns */
    ngx_resonate_pg_status_e     status;
    char                         sqlstate[6];
    const char                  *message;    /* the server's words, FAILED */
    void                        *result;

    /* private to the pg room */
    ngx_queue_t                  queue;
    void                        *conn;
    ngx_event_t                  deadline;
    ngx_msec_t                   started;
    ngx_uint_t                   ahead;
    unsigned                     state:2;
    unsigned                     repeated:1;
};


/*
 * Configuration time.
 *
 * get()       the database of that name, or NULL when there is none; call it
 *             from postconfiguration, when all directives were read
 * stmt_add()  declares one statement text; it is prepared on a connection
 *             the first time it is used there (or sent as text every time
 *             with "prepare=off").  NULL: out of memory
 */

ngx_resonate_pg_t *ngx_resonate_pg_get(ngx_conf_t *cf, ngx_str_t *name);
ngx_resonate_pg_stmt_t *ngx_resonate_pg_stmt_add(ngx_conf_t *cf,
    ngx_resonate_pg_t *pg, ngx_str_t *sql, ngx_uint_t nparams);


/* milliseconds that a query has, by the configuration of its database */
ngx_msec_t ngx_resonate_pg_timeout(ngx_resonate_pg_stmt_t *stmt);


/*
 * Run time.
 *
 * start()   NGX_AGAIN: the handler will run exactly once, later; a
 *           query may be started again then, from its handler too;
 *           NGX_ERROR: refused at once, q->status says why (BUSY,
 *           UNAVAILABLE) and the handler will not run
 * cancel()  safe at any time, before start() and after the handler too;
 *           a statement that was sent runs on, until the timeout at most
 * value()   NULL for SQL NULL, else NUL-terminated text; inside handler only
 */

ngx_int_t ngx_resonate_pg_start(ngx_resonate_pg_query_t *q);
void ngx_resonate_pg_cancel(ngx_resonate_pg_query_t *q);

ngx_uint_t ngx_resonate_pg_rows(ngx_resonate_pg_query_t *q);
const char *ngx_resonate_pg_value(ngx_resonate_pg_query_t *q, ngx_uint_t row,
    ngx_uint_t column, size_t *len);


#endif /* _NGX_RESONATE_PG_H_INCLUDED_ */
