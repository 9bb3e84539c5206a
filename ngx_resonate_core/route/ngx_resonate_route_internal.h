
/*
 * Copyright (C) Resonate
 *
 * What the files of the route room share with each other only.
 */


#ifndef _NGX_RESONATE_ROUTE_INTERNAL_H_INCLUDED_
#define _NGX_RESONATE_ROUTE_INTERNAL_H_INCLUDED_


#include "../cache/ngx_resonate_cache.h"
#include "resonate_args.h"
#include "resonate_trie.h"


extern ngx_module_t  ngx_resonate_route_module;


#pragma GCC visibility push(hidden)


#define NGX_RESONATE_BAD_ARGUMENTS  "The request has invalid arguments"


typedef struct ngx_resonate_call_s   ngx_resonate_call_t;
typedef struct ngx_resonate_calls_s  ngx_resonate_calls_t;


/* a kind of reply that is sent as it is */

typedef struct {
    ngx_str_t                 name;
    ngx_str_t                 value;       /* Content-Type */
    size_t                    len;         /* of it, without parameters */
    ngx_uint_t                part;        /* of a page, by a subrequest */
} ngx_resonate_type_t;


/* one "resonate_route" line; read-only after configuration */

typedef struct {
    ngx_str_t                 function;
    resonate_arg_t           *args;
    ngx_uint_t                nargs;
    ngx_uint_t                nexternal;   /* behind them, not passed on:
                                              kept elsewhere, or the kind's */
    resonate_method_e         method;
    size_t                    defaults;    /* bytes of all defaults */

    ngx_array_t              *scopes;      /* of ngx_str_t, one of them is
                                              needed; NULL: none is */
    ngx_str_t                 role;        /* empty: none needed */
    ngx_str_t                 database;
    ngx_str_t                 kind;        /* as written */
    const ngx_resonate_type_t  *type;      /* NULL: the kind's affair */
    const ngx_resonate_kind_t  *of;        /* another room's kind, or NULL */
    ngx_resonate_pg_stmt_t   *stmt;
    ngx_str_t                 key;         /* what it calls, for the cache */

    time_t                    cache;       /* seconds, for everybody */
    time_t                    personal;    /* seconds, for one caller */
    time_t                    stale;       /* seconds, without a database */
    ngx_resonate_cache_ages_t  public_ages;
    ngx_resonate_cache_ages_t  personal_ages;

    ngx_resonate_traffic_t   *traffic;     /* what is counted of it */
    ngx_str_t                 file;        /* where it was declared */
    ngx_uint_t                line;
    ngx_uint_t                given;       /* parameters, as bits */

    ngx_flag_t                caller;      /* the function is told who asks */
    ngx_flag_t                safe;        /* it changes nothing */

    unsigned                  user:1;      /* only for callers with a token */
    unsigned                  body:1;
    unsigned                  writes:1;    /* the function may change data */
} ngx_resonate_route_t;


typedef struct {
    ngx_array_t               kinds;       /* of ngx_resonate_kind_t * */
    ngx_array_t               routes;      /* of ngx_resonate_route_t * */
    ngx_resonate_shared_t    *shared;      /* the clock of tags */
    ngx_resonate_cache_t     *cache;       /* NULL: no "resonate_cache" */
    ngx_resonate_calls_t     *calls;       /* made at init_process */
} ngx_resonate_route_main_conf_t;


typedef struct {
    resonate_node_t          *root;        /* NULL: no route here */
    size_t                    prefix;      /* of the URI, cut off */
    ngx_str_t                 unknown;     /* named location, or empty */
    ngx_str_t                 control;     /* Cache-Control of public ones */
    ngx_flag_t                status;      /* Cache-Status */
    ngx_flag_t                scopes;      /* are asked for */
} ngx_resonate_route_loc_conf_t;


typedef struct {
    ngx_resonate_route_t     *route;
    ngx_http_request_t       *request;
    ngx_resonate_identity_t  *identity;
    ngx_pool_t               *pool;        /* the request's; of another room's
                                              kind: until it is done, or NULL */
    resonate_captures_t      *captures;

    ngx_uint_t                gate;        /* the next one */
    ngx_int_t                 rc;          /* of a gate that took over */
    const char               *detail;      /* of a gate that refused */
    ngx_str_t                 errors;      /* likewise, or empty */

    resonate_view_t           body;
    const char              **values;      /* nargs, who calls, nexternal */
    ngx_str_t                 key;         /* in the cache; empty: uncached */
    ngx_resonate_cache_ages_t *ages;       /* bounds of what is cached */
    ngx_resonate_reply_t     *stale;       /* if the database is away */

    ngx_resonate_call_t      *call;
    ngx_queue_t               queue;       /* among the call's waiters */
    unsigned                  scoped:1;    /* by another proof than a token */
    unsigned                  waiting:1;
    unsigned                  gzip:1;      /* the body is the gzip form */
    unsigned                  hit:1;       /* the answer is a fresh reply */
    unsigned                  joined:1;    /* it waits for another's call */
} ngx_resonate_route_ctx_t;


/* what a call ended with: a reply, or an error status with a detail */

typedef struct {
    ngx_uint_t                status;
    ngx_str_t                 body;        /* detail if status >= 400 */
    u_char                    etag[NGX_RESONATE_ETAG_LEN + 1];
    ngx_str_t                 tags;        /* gone when the query's are */
    unsigned                  away:1;      /* there is no database */
    unsigned                  answered:1;  /* it, or the function, decided */
    unsigned                  stored:1;    /* it is in the cache */
} ngx_resonate_outcome_t;


char *ngx_resonate_route_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_resonate_unknown_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_resonate_route_access(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
char *ngx_resonate_route_scopes(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
char *ngx_resonate_route_role(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
ngx_int_t ngx_resonate_route_postconfiguration(ngx_conf_t *cf);
ngx_int_t ngx_resonate_route_handler(ngx_http_request_t *r);

/* all of it, or what is left after a gate waited */
ngx_int_t ngx_resonate_route_run(ngx_resonate_route_ctx_t *ctx);

/*
 * Gates.  NGX_OK: passed;  NGX_AGAIN: the request waits, counted, and goes on
 * with ngx_resonate_route_run();  NGX_DONE: taken over, ctx->rc is what the
 * content handler returns;  else refused, with that status, ctx->detail and
 * ctx->errors.
 */
ngx_int_t ngx_resonate_gates_pass(ngx_resonate_route_ctx_t *ctx);

/* the gate "what": checked arguments to ctx->values */
ngx_int_t ngx_resonate_route_args(ngx_resonate_route_ctx_t *ctx);

/*
 * Calls the function of ctx->route.  NGX_AGAIN: ngx_resonate_route_done() will
 * run once, later, unless the request ends before;  NGX_OK, NGX_ERROR: it has
 * ended, and *outcome says how.
 */
ngx_int_t ngx_resonate_call(ngx_resonate_route_ctx_t *ctx,
    ngx_resonate_outcome_t *outcome);

/* the request has no more to do with its call, if it has one */
void ngx_resonate_call_leave(ngx_resonate_route_ctx_t *ctx);

/* NULL: out of memory */
ngx_resonate_calls_t *ngx_resonate_calls(ngx_cycle_t *cycle);

/* frees what a kind has of its reply, and the pool */
void ngx_resonate_route_free(ngx_resonate_route_ctx_t *ctx);

void ngx_resonate_route_done(ngx_resonate_route_ctx_t *ctx,
    ngx_resonate_outcome_t *outcome);

/* of a query that ended; what is kept of it is copied to the pool */
void ngx_resonate_outcome_take(ngx_resonate_outcome_t *outcome,
    ngx_resonate_pg_query_t *q, ngx_resonate_route_t *route,
    ngx_pool_t *pool);
void ngx_resonate_outcome_etag(ngx_resonate_outcome_t *outcome);

/* sets type or kind of a route; NGX_DECLINED: there is no such */
ngx_int_t ngx_resonate_kind_find(ngx_resonate_route_main_conf_t *mcf,
    ngx_resonate_route_t *route);
ngx_uint_t ngx_resonate_kind_owns(ngx_resonate_route_t *route,
    resonate_view_t name);

/* adds Cache-Status, if it is wanted; of what a call ended with, or NULL */
ngx_int_t ngx_resonate_route_status(ngx_resonate_route_ctx_t *ctx,
    ngx_resonate_reply_t *reply, ngx_resonate_outcome_t *outcome);

/* sends; returns what a content handler returns */
ngx_int_t ngx_resonate_route_answer(ngx_resonate_route_ctx_t *ctx,
    ngx_resonate_reply_t *reply);
ngx_int_t ngx_resonate_route_outcome(ngx_resonate_route_ctx_t *ctx,
    ngx_resonate_outcome_t *outcome);
ngx_int_t ngx_resonate_route_refuse(ngx_resonate_route_ctx_t *ctx,
    ngx_uint_t status, const char *detail, ngx_str_t *errors);

/* the tag of everything made for this caller alone */
uint32_t ngx_resonate_caller_slot(ngx_resonate_identity_t *id);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_ROUTE_INTERNAL_H_INCLUDED_ */
