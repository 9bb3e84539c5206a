
/*
 * Copyright (C) Resonate
 *
 * One call of an SQL function and those who wait for its answer.
 *
 * Requests that miss the same cache key join one call (single flight); calls
 * of other workers are waited for by trying to claim the key now and then, for
 * at most half of the time that a call has.
 * A call that may change something always runs to its end, waited for or
 * not, because the caller's cached replies die with it.  Any other call that
 * nobody waits for any more is cancelled.
 */


#include "ngx_resonate_call_internal.h"


#define NGX_RESONATE_CALL_POOL   1024
#define NGX_RESONATE_CALL_POLL   5       /* ms between looks at the cache */


static ngx_resonate_call_t *ngx_resonate_call_join(ngx_resonate_calls_t *calls,
    ngx_resonate_route_ctx_t *ctx);
static void ngx_resonate_call_hide(ngx_resonate_call_t *call);
static ngx_resonate_call_t *ngx_resonate_call_create(
    ngx_resonate_route_ctx_t *ctx);
static ngx_int_t ngx_resonate_call_values(ngx_resonate_call_t *call,
    ngx_resonate_route_ctx_t *ctx);
static ngx_int_t ngx_resonate_call_start(ngx_resonate_call_t *call);
static ngx_int_t ngx_resonate_call_claim(ngx_resonate_call_t *call);
static ngx_int_t ngx_resonate_call_query(ngx_resonate_call_t *call);
static ngx_int_t ngx_resonate_call_wait(ngx_resonate_call_t *call,
    ngx_resonate_route_ctx_t *ctx);
static void ngx_resonate_call_poll(ngx_event_t *ev);
static void ngx_resonate_call_late(ngx_event_t *ev);
static void ngx_resonate_call_handler(ngx_resonate_pg_query_t *q);
static void ngx_resonate_call_end(ngx_resonate_call_t *call);
static void ngx_resonate_call_cleanup(void *data);


uint32_t
ngx_resonate_caller_slot(ngx_resonate_identity_t *id)
{
    uint32_t  issuer, subject;

    issuer = ngx_murmur_hash2(id->issuer.data, id->issuer.len);
    subject = ngx_murmur_hash2(id->subject.data, id->subject.len);

    return ngx_resonate_clock_caller(issuer ^ subject * 31);
}


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
        ctx->joined = 1;
        return (ngx_resonate_call_wait(call, ctx) == NGX_OK) ? NGX_AGAIN
                                                             : NGX_ERROR;
    }

    call = ngx_resonate_call_create(ctx);
    if (call == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_resonate_call_wait(call, ctx);

    if (rc == NGX_OK) {
        rc = ngx_resonate_call_start(call);
    }

    if (rc != NGX_AGAIN) {

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

    /*
     * Something was changed since: those who come now must see it.  Whether
     * the answer is made of it, its tags say when it is stored.
     */

    if (call && call->claimed
        && ngx_resonate_clock_now(call->mcf->shared->sh->clock)
           != call->clock)
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
    call->ages = ctx->ages;
    call->timeout = ngx_resonate_pg_timeout(ctx->route->stmt);
    call->deadline = ngx_current_msec + call->timeout;
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
 * NGX_AGAIN: the call will end later;  NGX_OK: it has its outcome.
 */

static ngx_int_t
ngx_resonate_call_start(ngx_resonate_call_t *call)
{
    ngx_resonate_reply_t  reply;

    if (!call->shared) {
        return ngx_resonate_call_query(call);
    }

    if (ngx_resonate_call_claim(call) != NGX_OK) {
        ngx_resonate_call_timer(call, ngx_resonate_call_poll,
                                NGX_RESONATE_CALL_POLL);
        return NGX_AGAIN;
    }

    /* whoever had the claim before has stored its answer by now */

    if (ngx_resonate_cache_get(call->mcf->cache, &call->sn.str, call->ages,
                               call->pool, &reply)
        != NGX_RESONATE_CACHE_FRESH)
    {
        return ngx_resonate_call_query(call);
    }

    call->outcome.status = reply.status;
    call->outcome.body = reply.body;
    call->outcome.stored = 1;
    ngx_memcpy(call->outcome.etag, reply.etag.data, reply.etag.len);

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_call_claim(ngx_resonate_call_t *call)
{
    /* the same number never comes again while a claim of it may stand */

    call->claim = ((uint64_t) ngx_pid << 32) | ++call->mcf->calls->claims;

    if (ngx_resonate_cache_claim(call->mcf->cache, &call->sn.str, call->claim,
                                 call->timeout / 2)
        != NGX_OK)
    {
        return NGX_DECLINED;
    }

    call->claimed = 1;

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_call_query(ngx_resonate_call_t *call)
{
    ngx_msec_int_t  left;

    call->clock = ngx_resonate_clock_now(call->mcf->shared->sh->clock);
    call->created = ngx_time();

    if (ngx_resonate_pg_start(&call->query) != NGX_AGAIN) {
        ngx_resonate_outcome_take(&call->outcome, &call->query,
                                  call->route, call->pool);
        return NGX_OK;
    }

    /* the time spent on waiting for another worker is not given again */

    left = call->deadline - ngx_current_msec;

    if (left < (ngx_msec_int_t) call->timeout) {
        ngx_resonate_call_timer(call, ngx_resonate_call_late, left);
    }

    return NGX_AGAIN;
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

    cln->handler = ngx_resonate_call_cleanup;
    cln->data = ctx;

    ctx->call = call;
    ctx->waiting = 1;
    call->refs++;

    ngx_queue_insert_tail(&call->waiters, &ctx->queue);

    return NGX_OK;
}


void
ngx_resonate_call_timer(ngx_resonate_call_t *call,
    ngx_event_handler_pt handler, ngx_msec_int_t time)
{
    call->timer.handler = handler;
    call->timer.data = call;
    call->timer.log = ngx_cycle->log;

    ngx_add_timer(&call->timer, (ngx_msec_t) ngx_max(time, 1));
}


/* another call for the key is under way: it gives its claim up when done */

static void
ngx_resonate_call_poll(ngx_event_t *ev)
{
    ngx_resonate_call_t  *call;

    call = ev->data;

    if ((ngx_msec_int_t) (call->deadline - ngx_current_msec) <= 0) {
        ngx_resonate_call_late(ev);
        return;
    }

    if (ngx_resonate_call_start(call) == NGX_OK) {
        ngx_resonate_call_end(call);
    }
}


static void
ngx_resonate_call_late(ngx_event_t *ev)
{
    ngx_resonate_call_t  *call;

    call = ev->data;

    ngx_resonate_pg_cancel(&call->query);

    call->outcome.status = NGX_HTTP_GATEWAY_TIME_OUT;
    ngx_resonate_call_end(call);
}


static void
ngx_resonate_call_handler(ngx_resonate_pg_query_t *q)
{
    ngx_resonate_call_t  *call;

    call = q->data;

    ngx_resonate_outcome_take(&call->outcome, q, call->route, call->pool);

    ngx_resonate_call_cache(call);
    ngx_resonate_call_end(call);
}


static void
ngx_resonate_call_end(ngx_resonate_call_t *call)
{
    ngx_queue_t               *q;
    ngx_resonate_route_ctx_t  *ctx;

    call->ended = 1;

    ngx_resonate_call_hide(call);

    if (call->shared) {

        if (call->timer.timer_set) {
            ngx_del_timer(&call->timer);
        }

        /* who was overtaken may have stored what is no longer so */

        if (call->claimed
            && ngx_resonate_cache_release(call->mcf->cache, &call->sn.str,
                                          call->claim)
               != NGX_OK
            && call->stored)
        {
            ngx_resonate_cache_drop(call->mcf->cache, &call->sn.str);
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


static void
ngx_resonate_call_cleanup(void *data)
{
    ngx_resonate_route_ctx_t *ctx = data;

    ngx_resonate_call_leave(ctx);
}


/* the request is answered, or its client went away */

void
ngx_resonate_call_leave(ngx_resonate_route_ctx_t *ctx)
{
    ngx_resonate_call_t  *call;

    call = ctx->call;

    if (call == NULL) {
        return;
    }

    ctx->call = NULL;

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


void
ngx_resonate_call_unref(ngx_resonate_call_t *call)
{
    if (--call->refs == 0) {
        ngx_destroy_pool(call->pool);
    }
}
