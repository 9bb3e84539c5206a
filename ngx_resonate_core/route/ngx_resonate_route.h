
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

#include "../pg/ngx_resonate_pg.h"


/*
 * What the SQL function answered, fresh or from the cache; lives in r->pool.
 */

typedef struct {
    ngx_uint_t      status;     /* HTTP status, 200-299 when a kind sees it */
    ngx_str_t       body;       /* NUL-terminated behind its length */
    ngx_str_t       etag;       /* strong, quoted; empty for personal ones */
    time_t          age;        /* seconds since it was made */
    time_t          ttl;        /* seconds it stays fresh; not positive: old */
    unsigned        personal:1; /* made for this caller only */
    unsigned        stale:1;    /* older than allowed: the database is away */
} ngx_resonate_reply_t;

typedef ngx_int_t (*ngx_resonate_reply_pt)(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply);


/*
 * Adds a kind of reply, usable as "reply=NAME" in resonate_route; to be
 * called from preconfiguration.  "name" is a literal.  The handler is called
 * for statuses 200-299 with the request ready to answer, and returns what
 * a content handler returns; NGX_DONE: it raised r->main->count, answers
 * later and then ends with ngx_http_finalize_request() itself.
 */

ngx_int_t ngx_resonate_reply_add(ngx_conf_t *cf, const char *name,
    ngx_resonate_reply_pt handler);


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
