
/*
 * Copyright (C) Resonate
 *
 * Keys of an issuer as a worker has them: read again when another worker has
 * fetched others, fetched before they are old, and waited for.
 */


#include "ngx_resonate_auth_keys_internal.h"


#define NGX_RESONATE_AUTH_KEYS_LOOK  20    /* ms */


static ngx_int_t ngx_resonate_auth_keys_worker(ngx_resonate_auth_keys_t *keys,
    ngx_cycle_t *cycle);
static void ngx_resonate_auth_keys_cleanup(void *data);
static void ngx_resonate_auth_keys_read(ngx_resonate_auth_keys_t *keys);
static void ngx_resonate_auth_keys_tick(ngx_event_t *ev);
static void ngx_resonate_auth_keys_ended(void *data);
static void ngx_resonate_auth_keys_look(ngx_event_t *ev);
static void ngx_resonate_auth_keys_wake(
    ngx_resonate_auth_keys_worker_t *worker);


ngx_int_t
ngx_resonate_auth_keys_init(ngx_resonate_auth_main_conf_t *amcf,
    ngx_cycle_t *cycle)
{
    ngx_uint_t                    i;
    ngx_resonate_auth_issuer_t  **issuer;

    issuer = amcf->issuers.elts;

    for (i = 0; i < amcf->issuers.nelts; i++) {
        if (issuer[i]->keys
            && ngx_resonate_auth_keys_worker(issuer[i]->keys, cycle)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_auth_keys_worker(ngx_resonate_auth_keys_t *keys,
    ngx_cycle_t *cycle)
{
    ngx_pool_cleanup_t               *cln;
    ngx_resonate_auth_keys_worker_t  *worker;

    cln = ngx_pool_cleanup_add(cycle->pool,
                               sizeof(ngx_resonate_auth_keys_worker_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    worker = cln->data;
    ngx_memzero(worker, sizeof(ngx_resonate_auth_keys_worker_t));

    cln->handler = ngx_resonate_auth_keys_cleanup;

    worker->keys = keys;
    worker->generation = keys->sh->generation;
    keys->worker = worker;

    ngx_queue_init(&worker->waits);

    worker->tick.handler = ngx_resonate_auth_keys_tick;
    worker->tick.data = worker;
    worker->tick.log = cycle->log;
    worker->tick.cancelable = 1;

    worker->look.handler = ngx_resonate_auth_keys_look;
    worker->look.data = worker;
    worker->look.log = cycle->log;

    /* not in a helper of nginx's cache, which ends when it likes */

    if (ngx_process == NGX_PROCESS_WORKER || ngx_process == NGX_PROCESS_SINGLE)
    {
        ngx_add_timer(&worker->tick, 1);
    }

    return NGX_OK;
}


static void
ngx_resonate_auth_keys_cleanup(void *data)
{
    ngx_resonate_auth_keys_worker_t *worker = data;

    resonate_jwks_free(worker->jwks);

    if (worker->pool) {
        ngx_destroy_pool(worker->pool);
    }
}


const resonate_jwks_t *
ngx_resonate_auth_keys(ngx_resonate_auth_issuer_t *issuer)
{
    ngx_resonate_auth_keys_t  *keys;

    keys = issuer->keys;

    if (keys == NULL) {
        return issuer->jwks;
    }

    if (keys->sh->version != keys->worker->version) {
        ngx_resonate_auth_keys_read(keys);
    }

    return keys->worker->jwks;
}


ngx_atomic_uint_t
ngx_resonate_auth_keys_generation(ngx_resonate_auth_issuer_t *issuer)
{
    return issuer->keys ? issuer->keys->worker->generation
                        : *issuer->generation;
}


/* it was read well by whoever fetched it; without memory the old one stays */

static void
ngx_resonate_auth_keys_read(ngx_resonate_auth_keys_t *keys)
{
    char                              error[RESONATE_JWK_ERROR_MAX];
    ngx_str_t                         set;
    resonate_jwks_t                  *jwks;
    ngx_atomic_uint_t                 version, generation;
    ngx_resonate_auth_keys_worker_t  *worker;

    worker = keys->worker;
    version = worker->version;
    generation = worker->generation;

    if (ngx_resonate_auth_keys_copy(keys, &set, ngx_cycle->log) != NGX_OK) {
        return;
    }

    jwks = resonate_jwks_fetched((char *) set.data, set.len, error);

    ngx_free(set.data);

    if (jwks == NULL) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "keys of issuer \"%V\" were not read: %s",
                      &keys->issuer->name, error);
        worker->version = version;
        worker->generation = generation;
        return;
    }

    resonate_jwks_free(worker->jwks);
    worker->jwks = jwks;
}


static void
ngx_resonate_auth_keys_tick(ngx_event_t *ev)
{
    ngx_resonate_auth_keys_t         *keys;
    ngx_resonate_auth_keys_worker_t  *worker;

    worker = ev->data;
    keys = worker->keys;

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, ev->log, 0,
                   "resonate auth keys tick: \"%V\"", &keys->issuer->name);

    if (ngx_exiting) {
        return;
    }

    (void) ngx_resonate_auth_keys(keys->issuer);

    if (ngx_resonate_auth_keys_claim(keys, 0) == NGX_OK) {
        (void) ngx_resonate_auth_keys_fetch(worker);
    }

    ngx_add_timer(ev, ngx_resonate_auth_keys_delay(keys));
}


/* a fetch of this worker has ended */

void
ngx_resonate_auth_keys_done(ngx_resonate_auth_keys_worker_t *worker)
{
    if (worker->pool) {
        ngx_destroy_pool(worker->pool);
        worker->pool = NULL;
    }

    if (!ngx_exiting) {
        ngx_add_timer(&worker->tick,
                      ngx_resonate_auth_keys_delay(worker->keys));
    }

    ngx_resonate_auth_keys_wake(worker);
}


ngx_int_t
ngx_resonate_auth_keys_wait(ngx_resonate_auth_issuer_t *issuer,
    ngx_resonate_auth_keys_wait_t *wait)
{
    ngx_int_t                         rc;
    ngx_resonate_auth_keys_t         *keys;
    ngx_resonate_auth_keys_worker_t  *worker;

    keys = issuer->keys;

    if (keys == NULL) {
        return NGX_DECLINED;
    }

    worker = keys->worker;

    wait->round = keys->sh->ended;

    rc = ngx_resonate_auth_keys_claim(keys, 1);

    if (rc == NGX_DECLINED
        || (rc == NGX_OK && ngx_resonate_auth_keys_fetch(worker) != NGX_OK))
    {
        return NGX_DECLINED;
    }

    wait->waits = 1;
    ngx_queue_insert_tail(&worker->waits, &wait->queue);

    if (!worker->look.timer_set) {
        ngx_add_timer(&worker->look, NGX_RESONATE_AUTH_KEYS_LOOK);
    }

    return NGX_AGAIN;
}


/*
 * A key that is not there may be one that the issuer has had for a moment: a
 * request waits for it once.  Without any key nothing can be said of a token,
 * which is a failure where the configuration wants keys to be there.
 */

ngx_int_t
ngx_resonate_auth_keys_missing(ngx_resonate_auth_issuer_t *issuer,
    ngx_resonate_auth_ctx_t *ctx)
{
    if (issuer->keys && !ctx->waited) {

        if (!ctx->may_wait) {
            return NGX_AGAIN;
        }

        ctx->waited = 1;
        ctx->keys.handler = ngx_resonate_auth_keys_ended;
        ctx->keys.data = ctx;

        if (ngx_resonate_auth_keys_wait(issuer, &ctx->keys) == NGX_AGAIN) {
            return NGX_AGAIN;
        }
    }

    return (issuer->keys && issuer->keys->required
            && ngx_resonate_auth_keys(issuer) == NULL)
           ? NGX_ERROR : NGX_DECLINED;
}


static void
ngx_resonate_auth_keys_ended(void *data)
{
    ngx_resonate_auth_resume(data);
}


void
ngx_resonate_auth_keys_cancel(ngx_resonate_auth_keys_wait_t *wait)
{
    if (wait->waits) {
        wait->waits = 0;
        ngx_queue_remove(&wait->queue);
    }
}


/* another worker may be who fetches: it has no way to tell us */

static void
ngx_resonate_auth_keys_look(ngx_event_t *ev)
{
    ngx_resonate_auth_keys_worker_t  *worker;

    worker = ev->data;

    ngx_resonate_auth_keys_wake(worker);

    if (!ngx_queue_empty(&worker->waits) && !ev->timer_set) {
        ngx_add_timer(ev, NGX_RESONATE_AUTH_KEYS_LOOK);
    }
}


/*
 * Who waits for a fetch that was begun meanwhile is behind those whose fetch
 * is over.  The handlers may do anything, wait again or cancel included.
 */

static void
ngx_resonate_auth_keys_wake(ngx_resonate_auth_keys_worker_t *worker)
{
    ngx_uint_t                      fetching;
    ngx_atomic_uint_t               ended;
    ngx_resonate_auth_keys_wait_t  *wait;

    fetching = ngx_resonate_auth_keys_fetching(worker->keys);
    ended = worker->keys->sh->ended;

    while (!ngx_queue_empty(&worker->waits)) {

        wait = ngx_queue_data(ngx_queue_head(&worker->waits),
                              ngx_resonate_auth_keys_wait_t, queue);

        if (fetching && wait->round == ended) {
            return;
        }

        ngx_resonate_auth_keys_cancel(wait);
        wait->handler(wait->data);
    }
}
