
/*
 * Copyright (C) Resonate
 *
 * One call of an SQL function and those who wait for its answer.
 *
 * Requests that miss the same cache key join one call (single flight); calls
 * of other workers are waited for by trying to claim the key now and then.
 * A call that may change something always runs to its end, waited for or
 * not, because the caller's cached replies die with it.  Any other call that
 * nobody waits for any more is cancelled.
 */


#include "ngx_resonate_route_internal.h"
#include "../cache/resonate_gzip.h"


#define NGX_RESONATE_CALL_POOL   1024
#define NGX_RESONATE_CALL_POLL   5       /* ms between looks at the cache */
#define NGX_RESONATE_CALL_CLAIM  2       /* s another worker has for it */


struct ngx_resonate_call_s {
    ngx_str_node_t                   sn;          /* by key, if it has one */
    ngx_resonate_route_main_conf_t  *mcf;
    ngx_resonate_route_t            *route;
    ngx_pool_t                      *pool;
    ngx_uint_t                       refs;        /* of the pool */
    ngx_queue_t                      waiters;     /* of route contexts */
    ngx_resonate_pg_query_t          query;
    ngx_event_t                      poll;
    uint64_t                         clock;
    time_t                           ttl;
    time_t                           claim_ends;
    uint32_t                         slot;        /* of the caller's tag */
    ngx_resonate_outcome_t           outcome;
    unsigned                         personal:1;
    unsigned                         shared:1;    /* has a key */
    unsigned                         joinable:1;  /* is in the tree */
    unsigned                         claimed:1;
    unsigned                         writes:1;
    unsigned                         ended:1;
};


struct ngx_resonate_calls_s {
    ngx_rbtree_t                    calls;       /* shared ones in flight */
    ngx_rbtree_node_t               sentinel;
};


static ngx_resonate_call_t *ngx_resonate_call_join(ngx_resonate_calls_t *calls,
    ngx_resonate_route_ctx_t *ctx);
static void ngx_resonate_call_hide(ngx_resonate_call_t *call);
static ngx_resonate_call_t *ngx_resonate_call_create(
    ngx_resonate_route_ctx_t *ctx);
static ngx_int_t ngx_resonate_call_values(ngx_resonate_call_t *call,
    ngx_resonate_route_ctx_t *ctx);
static ngx_int_t ngx_resonate_call_start(ngx_resonate_call_t *call);
static ngx_int_t ngx_resonate_call_wait(ngx_resonate_call_t *call,
    ngx_resonate_route_ctx_t *ctx);
static void ngx_resonate_call_poll(ngx_event_t *ev);
static void ngx_resonate_call_handler(ngx_resonate_pg_query_t *q);
static void ngx_resonate_call_store(ngx_resonate_call_t *call);
static void ngx_resonate_call_store_gzip(ngx_resonate_call_t *call,
    ngx_resonate_cache_meta_t *meta, uint32_t *slots);
static void ngx_resonate_call_end(ngx_resonate_call_t *call);
static void ngx_resonate_call_leave(void *data);
static void ngx_resonate_call_unref(ngx_resonate_call_t *call);


ngx_resonate_calls_t *
ngx_resonate_calls(ngx_cycle_t *cycle)
{
    ngx_resonate_calls_t  *calls;

    calls = ngx_pcalloc(cycle->pool, sizeof(ngx_resonate_calls_t));
    if (calls == NULL) {
        return NULL;
    }

    ngx_rbtree_init(&calls->calls, &calls->sentinel,
                    ngx_str_rbtree_insert_value);

    return calls;
}


ngx_int_t
ngx_resonate_call(ngx_resonate_route_ctx_t *ctx,
    ngx_resonate_outcome_t *outcome)
{
    ngx_int_t                        rc;
    ngx_resonate_call_t             *call;
    ngx_resonate_route_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(ctx->request,
                                        ngx_resonate_route_module);

    ngx_memzero(outcome, sizeof(ngx_resonate_outcome_t));
    outcome->status = NGX_HTTP_INTERNAL_SERVER_ERROR;

    call = ngx_resonate_call_join(mcf->calls, ctx);

    if (call) {
        return ngx_resonate_call_wait(call, ctx);
    }

    call = ngx_resonate_call_create(ctx);
    if (call == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_resonate_call_wait(call, ctx);

    if (rc == NGX_DONE) {
        rc = ngx_resonate_call_start(call);
    }

    if (rc != NGX_DONE) {

        /* the request is answered now: it must not be woken as well */

        if (ctx->waiting) {
            ctx->waiting = 0;
            ngx_queue_remove(&ctx->queue);
        }

        *outcome = call->outcome;
        ngx_resonate_call_end(call);
    }

    return rc;
}


static ngx_resonate_call_t *
ngx_resonate_call_join(ngx_resonate_calls_t *calls,
    ngx_resonate_route_ctx_t *ctx)
{
    uint32_t              hash;
    ngx_resonate_call_t  *call;

    if (ctx->key.len == 0) {
        return NULL;
    }

    hash = ngx_murmur_hash2(ctx->key.data, ctx->key.len);

    call = (ngx_resonate_call_t *) ngx_str_rbtree_lookup(&calls->calls,
                                                         &ctx->key, hash);

    /* the caller changed something since: those who come now must see it */

    if (call && call->personal && call->claimed
        && ngx_resonate_tag_time(call->mcf->shared, call->slot) > call->clock)
    {
        ngx_resonate_call_hide(call);
        return NULL;
    }

    return call;
}


static void
ngx_resonate_call_hide(ngx_resonate_call_t *call)
{
    if (call->joinable) {
        call->joinable = 0;
        ngx_rbtree_delete(&call->mcf->calls->calls, &call->sn.node);
    }
}


static ngx_resonate_call_t *
ngx_resonate_call_create(ngx_resonate_route_ctx_t *ctx)
{
    ngx_pool_t           *pool;
    ngx_resonate_call_t  *call;

    pool = ngx_create_pool(NGX_RESONATE_CALL_POOL, ngx_cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    call = ngx_pcalloc(pool, sizeof(ngx_resonate_call_t));
    if (call == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    call->pool = pool;
    call->refs = 1;
    call->route = ctx->route;
    call->mcf = ngx_http_get_module_main_conf(ctx->request,
                                              ngx_resonate_route_module);
    call->personal = (ctx->identity != NULL);
    call->writes = ctx->route->writes;
    call->ttl = ctx->identity ? ctx->route->personal : ctx->route->cache;
    call->outcome.status = NGX_HTTP_INTERNAL_SERVER_ERROR;

    if (ctx->identity) {
        call->slot = ngx_resonate_caller_slot(ctx->identity);
    }

    ngx_queue_init(&call->waiters);

    if (ngx_resonate_call_values(call, ctx) != NGX_OK) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    return call;
}


/* the call may outlive the request that started it */

static ngx_int_t
ngx_resonate_call_values(ngx_resonate_call_t *call,
    ngx_resonate_route_ctx_t *ctx)
{
    size_t        len;
    char         *p;
    ngx_uint_t    i, n;
    const char  **values;

    n = ctx->route->nargs
        + (ctx->route->caller ? RESONATE_CALLER : 0);
    len = ctx->key.len;

    for (i = 0; i < n; i++) {
        len += ctx->values[i] ? ngx_strlen(ctx->values[i]) + 1 : 0;
    }

    values = ngx_pcalloc(call->pool, n * sizeof(char *) + 1);
    p = ngx_pnalloc(call->pool, len + 1);

    if (values == NULL || p == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < n; i++) {
        if (ctx->values[i]) {
            values[i] = p;
            p = (char *) ngx_cpymem(p, ctx->values[i],
                                    ngx_strlen(ctx->values[i]) + 1);
        }
    }

    call->query.stmt = ctx->route->stmt;
    call->query.values = values;
    call->query.handler = ngx_resonate_call_handler;
    call->query.data = call;
    call->query.log = ngx_cycle->log;

    if (ctx->key.len) {
        call->shared = 1;
        call->sn.str.data = (u_char *) p;
        call->sn.str.len = ctx->key.len;
        ngx_memcpy(p, ctx->key.data, ctx->key.len);

        call->sn.node.key = ngx_murmur_hash2(ctx->key.data, ctx->key.len);
        ngx_rbtree_insert(&call->mcf->calls->calls, &call->sn.node);
        call->joinable = 1;
    }

    return NGX_OK;
}


/*
 * NGX_DONE: the call will end later;  NGX_DECLINED: it has its outcome.
 */

static ngx_int_t
ngx_resonate_call_start(ngx_resonate_call_t *call)
{
    const char            *detail;
    ngx_resonate_reply_t   reply;

    if (call->shared) {

        if (ngx_resonate_cache_claim(call->mcf->cache, &call->sn.str,
                                     NGX_RESONATE_CALL_CLAIM)
            != NGX_OK)
        {
            if (call->claim_ends == 0) {
                call->claim_ends = ngx_time() + NGX_RESONATE_CALL_CLAIM + 1;
            }

            call->poll.handler = ngx_resonate_call_poll;
            call->poll.data = call;
            call->poll.log = ngx_cycle->log;
            ngx_add_timer(&call->poll, NGX_RESONATE_CALL_POLL);

            return NGX_DONE;
        }

        call->claimed = 1;

        /* whoever had the claim before has stored its answer by now */

        if (ngx_resonate_cache_get(call->mcf->cache, &call->sn.str, call->pool,
                                   &reply)
            == NGX_OK)
        {
            call->outcome.status = reply.status;
            call->outcome.body = reply.body;
            ngx_memcpy(call->outcome.etag, reply.etag.data, reply.etag.len);

            return NGX_DECLINED;
        }
    }

    call->clock = ngx_resonate_clock(call->mcf->shared);

    if (ngx_resonate_pg_start(&call->query) == NGX_AGAIN) {
        return NGX_DONE;
    }

    call->outcome.away = 1;
    call->outcome.status = ngx_resonate_pg_http_status(&call->query, &detail);

    return NGX_DECLINED;
}


static ngx_int_t
ngx_resonate_call_wait(ngx_resonate_call_t *call,
    ngx_resonate_route_ctx_t *ctx)
{
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(ctx->request->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_resonate_call_leave;
    cln->data = ctx;

    ctx->call = call;
    ctx->waiting = 1;
    call->refs++;

    ngx_queue_insert_tail(&call->waiters, &ctx->queue);

    return NGX_DONE;
}


/* another worker asks for the same key: it gives its claim up when done */

static void
ngx_resonate_call_poll(ngx_event_t *ev)
{
    ngx_resonate_call_t  *call;

    call = ev->data;

    if (ngx_time() >= call->claim_ends) {

        /* whoever had it is late: not to be waited for any longer */

        ngx_resonate_cache_release(call->mcf->cache, &call->sn.str);
    }

    if (ngx_resonate_call_start(call) != NGX_DONE) {
        ngx_resonate_call_end(call);
    }
}


static void
ngx_resonate_call_handler(ngx_resonate_pg_query_t *q)
{
    ngx_resonate_call_t  *call;

    call = q->data;

    if (call->writes && call->personal) {
        ngx_resonate_tag_touch(call->mcf->shared, call->slot);
    }

    ngx_resonate_outcome_take(&call->outcome, q, &call->route->function,
                              call->pool);

    if (call->outcome.status == NGX_HTTP_OK && !call->writes) {
        ngx_resonate_call_store(call);
    }

    ngx_resonate_call_end(call);
}


static void
ngx_resonate_call_store(ngx_resonate_call_t *call)
{
    size_t                     len;
    uint32_t                   slots[NGX_RESONATE_CACHE_TAGS + 1];
    ngx_int_t                  n;
    const char                *tags;
    ngx_resonate_cache_meta_t  meta;

    if (!call->personal) {
        ngx_resonate_outcome_etag(&call->outcome);
    }

    if (!call->claimed) {
        return;
    }

    tags = ngx_resonate_pg_value(&call->query, 0, 2, &len);

    n = tags ? ngx_resonate_tag_slots(tags, len, slots) : 0;
    if (n == NGX_ERROR) {
        return;
    }

    ngx_memzero(&meta, sizeof(ngx_resonate_cache_meta_t));

    if (call->personal) {
        slots[n++] = call->slot;
        meta.nown = 1;
    }

    meta.clock = call->clock;
    meta.created = ngx_time();
    meta.fresh = meta.created + call->ttl;
    meta.status = call->outcome.status;
    meta.ntags = n;
    ngx_memcpy(meta.etag, call->outcome.etag, NGX_RESONATE_ETAG_LEN);

    ngx_resonate_cache_put(call->mcf->cache, &call->sn.str, &meta, slots,
                           &call->outcome.body);

    if (!call->personal && call->route->handler == NULL) {
        ngx_resonate_call_store_gzip(call, &meta, slots);
    }
}


/* beside the reply, under a key of its own and with a validator of its own */

static void
ngx_resonate_call_store_gzip(ngx_resonate_call_t *call,
    ngx_resonate_cache_meta_t *meta, uint32_t *slots)
{
    void       *gz;
    ngx_str_t   body;

    gz = resonate_gzip(call->outcome.body.data, call->outcome.body.len,
                       &body.len);
    if (gz == NULL) {
        return;
    }

    body.data = gz;
    meta->etag[NGX_RESONATE_ETAG_LEN - 2] = 'g';
    call->sn.str.data[0] = NGX_RESONATE_FORM_GZIP;

    ngx_resonate_cache_put(call->mcf->cache, &call->sn.str, meta, slots, &body);

    call->sn.str.data[0] = NGX_RESONATE_FORM_JSON;
    free(gz);
}


static void
ngx_resonate_call_end(ngx_resonate_call_t *call)
{
    ngx_queue_t               *q;
    ngx_resonate_route_ctx_t  *ctx;

    call->ended = 1;

    ngx_resonate_call_hide(call);

    if (call->shared) {

        if (call->poll.timer_set) {
            ngx_del_timer(&call->poll);
        }

        if (call->claimed) {
            ngx_resonate_cache_release(call->mcf->cache, &call->sn.str);
        }
    }

    while (!ngx_queue_empty(&call->waiters)) {
        q = ngx_queue_head(&call->waiters);
        ngx_queue_remove(q);

        ctx = ngx_queue_data(q, ngx_resonate_route_ctx_t, queue);
        ctx->waiting = 0;

        ngx_resonate_route_done(ctx, &call->outcome);
    }

    ngx_resonate_call_unref(call);
}


/* the request ends: answered, or its client went away */

static void
ngx_resonate_call_leave(void *data)
{
    ngx_resonate_route_ctx_t *ctx = data;

    ngx_resonate_call_t  *call;

    call = ctx->call;

    if (ctx->waiting) {
        ctx->waiting = 0;
        ngx_queue_remove(&ctx->queue);

        if (!call->ended && !call->writes && ngx_queue_empty(&call->waiters))
        {
            ngx_resonate_pg_cancel(&call->query);
            ngx_resonate_call_end(call);
        }
    }

    ngx_resonate_call_unref(call);
}


static void
ngx_resonate_call_unref(ngx_resonate_call_t *call)
{
    if (--call->refs == 0) {
        ngx_destroy_pool(call->pool);
    }
}
