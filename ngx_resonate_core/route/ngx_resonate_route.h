
/*
 * Copyright (C) Resonate
 *
 * Routes: one "resonate_route" line declares method, path, arguments, who may
 * call, the SQL function that answers, how the answer is cached and of what
 * kind it is.  Kinds "json" and "html" are core's own; upper rooms add theirs.
 */


#ifndef _NGX_RESONATE_ROUTE_H_INCLUDED_
#define _NGX_RESONATE_ROUTE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "../base/ngx_resonate_request.h"
#include "../pg/ngx_resonate_pg.h"


/*
 * What the SQL function answered, fresh or from the cache; lives as long as
 * the request, or until reply_done().
 */

typedef struct {
    ngx_uint_t      status;     /* HTTP status, 200-299 when a kind sees it */
    ngx_str_t       body;       /* NUL-terminated behind its length */
    ngx_str_t       etag;       /* strong, quoted; empty for personal ones */
    time_t          age;        /* seconds since it was made */
    time_t          ttl;        /* seconds it stays fresh; not positive: old */
    unsigned        personal:1; /* made for this caller only */
    unsigned        stale:1;    /* older than allowed: the database is away */

    void           *data;       /* private to route/ */
} ngx_resonate_reply_t;

typedef ngx_int_t (*ngx_resonate_reply_pt)(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply);
typedef ngx_int_t (*ngx_resonate_compile_pt)(ngx_str_t *body,
    ngx_pool_t *pool, ngx_log_t *log);
typedef ngx_int_t (*ngx_resonate_who_pt)(ngx_http_request_t *r,
    ngx_str_t *capture, ngx_resonate_identity_t **identity,
    const char **detail);


/*
 * A kind of reply; static, its name and the names of arguments are literals.
 *
 *   handler  is called for statuses 200-299 with the request ready to answer,
 *            and returns what a content handler returns; NGX_DONE: it raised
 *            r->main->count, answers later and then ends with
 *            ngx_http_finalize_request() itself
 *   compile  what the function answered becomes what the handler reads, once,
 *            before it is kept: *body is replaced by bytes of "pool".
 *            NGX_ERROR: it is of no use, which was logged.  NULL: as it is
 *   who      another proof of who calls than a token, asked before it.
 *            NGX_DECLINED: there is none;  NGX_OK: *identity is the caller,
 *            or NULL for nobody;  else the status to refuse with, and
 *            *detail.  "capture" is the first of the path.  NULL: there is
 *            no other.  All texts of an identity end with NUL
 *   args     names of arguments that are the kind's own, ended by NULL: they
 *            are declared and checked as all others, but the function does
 *            not get them, so that requests which differ in nothing else
 *            share an answer.  NULL: it has none
 *   scoped   what who() takes was given to somebody whose token had the scope
 *            then, where that was asked for: it is not asked for again
 */

typedef struct {
    ngx_str_t                  name;
    ngx_resonate_reply_pt      handler;
    ngx_resonate_compile_pt    compile;
    ngx_resonate_who_pt        who;
    const char *const         *args;
    ngx_uint_t                 scoped;
} ngx_resonate_kind_t;


/*
 * add()  makes "reply=NAME" of resonate_route a kind; to be called from
 *        preconfiguration.
 * caller()  who calls, by a token or by what the kind takes for one; NULL:
 *        nobody, or the function is not told
 * arg()  an argument in its canonical form, ended by NUL; NULL: absent, or
 *        the route has none of that name; lives as long as the request
 * done() the kind reads no more of the reply, which is freed: who sends for
 *        long keeps no memory for it
 */

ngx_int_t ngx_resonate_reply_add(ngx_conf_t *cf,
    const ngx_resonate_kind_t *kind);
ngx_resonate_identity_t *ngx_resonate_reply_caller(
    ngx_resonate_reply_t *reply);
const char *ngx_resonate_reply_arg(ngx_resonate_reply_t *reply,
    const char *name);
void ngx_resonate_reply_done(ngx_resonate_reply_t *reply);


/*
 * The row (status, body, tags) of a function that answers, to be read inside
 * a query's handler when q->status is OK.  The texts are the result's: gone
 * when the handler returns; "data" is NULL for SQL NULL.
 *
 *   pg_row          NGX_ERROR: not one row with a valid status (200-299 or
 *                   400-599); logged, naming "function"
 *   pg_http_status  the HTTP status of a query that failed (any q->status
 *                   but OK); *detail is the server's message if it was
 *                   written for the client, else NULL
 */

typedef struct {
    ngx_uint_t      status;
    ngx_str_t       body;
    ngx_str_t       tags;
} ngx_resonate_row_t;

ngx_int_t ngx_resonate_pg_row(ngx_resonate_pg_query_t *q,
    ngx_str_t *function, ngx_resonate_row_t *row);
ngx_uint_t ngx_resonate_pg_http_status(ngx_resonate_pg_query_t *q,
    const char **detail);


#endif /* _NGX_RESONATE_ROUTE_H_INCLUDED_ */
