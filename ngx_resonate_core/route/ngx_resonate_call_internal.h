
/*
 * Copyright (C) Resonate
 *
 * A call, as the files that make one see it.
 */


#ifndef _NGX_RESONATE_CALL_INTERNAL_H_INCLUDED_
#define _NGX_RESONATE_CALL_INTERNAL_H_INCLUDED_


#include "ngx_resonate_route_internal.h"


#pragma GCC visibility push(hidden)


struct ngx_resonate_call_s {
    ngx_str_node_t                   sn;          /* by key, if it has one */
    ngx_resonate_route_main_conf_t  *mcf;
    ngx_resonate_route_t            *route;
    ngx_pool_t                      *pool;
    ngx_uint_t                       refs;        /* of the pool */
    ngx_queue_t                      waiters;     /* of route contexts */
    ngx_resonate_pg_query_t          query;
    ngx_event_t                      timer;
    ngx_msec_t                       timeout;     /* of all of it */
    ngx_msec_t                       deadline;
    uint64_t                         claim;       /* its owner's number */
    uint64_t                         clock;       /* when the query started */
    time_t                           created;     /* the same, in seconds */
    ngx_resonate_cache_ages_t       *ages;
    uint32_t                         slot;        /* of the caller's tag */
    ngx_resonate_outcome_t           outcome;
    unsigned                         personal:1;
    unsigned                         shared:1;    /* has a key */
    unsigned                         joinable:1;  /* is in the tree */
    unsigned                         claimed:1;
    unsigned                         stored:1;
    unsigned                         writes:1;
    unsigned                         ended:1;
};


struct ngx_resonate_calls_s {
    ngx_rbtree_t                     calls;       /* shared, in flight */
    ngx_rbtree_node_t                sentinel;
    uint32_t                         claims;      /* so far */
};


/* runs "handler" once, unless the call ends before */
void ngx_resonate_call_timer(ngx_resonate_call_t *call,
    ngx_event_handler_pt handler, ngx_msec_int_t time);
void ngx_resonate_call_unref(ngx_resonate_call_t *call);

/* what a query that ended makes of cached replies; its result is there */
void ngx_resonate_call_cache(ngx_resonate_call_t *call);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_CALL_INTERNAL_H_INCLUDED_ */
