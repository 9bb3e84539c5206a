
/*
 * Copyright (C) Resonate
 *
 * Questions about tokens that say nothing by themselves: each is asked once,
 * by one worker of the machine, for all the requests that carry the token.
 *
 * What is found good goes where verified tokens are.  What is not is kept for
 * a short time in a table of its own, so that whoever sends junk pushes no
 * good token out; so are the claims by which the workers agree who asks.
 */


#include "ngx_resonate_auth_internal.h"


#define NGX_RESONATE_AUTH_FLIGHTS    256     /* of a worker at a time */
#define NGX_RESONATE_AUTH_LOOK_MIN   10      /* milliseconds */
#define NGX_RESONATE_AUTH_LOOK_MAX   160
#define NGX_RESONATE_AUTH_PAUSE_MAX  1000    /* after a failure */

#define NGX_RESONATE_AUTH_REFUSED    'R'     /* kinds of keys */
#define NGX_RESONATE_AUTH_CLAIM      'C'
#define NGX_RESONATE_AUTH_FLIGHT_KEY (1 + 2 * NGX_RESONATE_AUTH_DIGEST)


typedef struct {
    ngx_queue_t                     queue;    /* of the flight's waiters */
    ngx_resonate_auth_ctx_t        *ctx;
    ngx_http_request_t             *request;  /* the main one */
    ngx_resonate_auth_flight_t     *flight;
} ngx_resonate_auth_waiter_t;


static ngx_resonate_auth_flight_t *ngx_resonate_auth_flight_find(
    ngx_resonate_auth_main_conf_t *amcf, u_char *digest);
static ngx_resonate_auth_flight_t *ngx_resonate_auth_flight_new(
    ngx_resonate_auth_main_conf_t *amcf, ngx_resonate_auth_opaque_t *opaque,
    ngx_str_t *token, u_char *digest);
static ngx_int_t ngx_resonate_auth_flight_join(
    ngx_resonate_auth_flight_t *flight, ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx);
static void ngx_resonate_auth_flight_leave(void *data);
static void ngx_resonate_auth_flight_take_off(
    ngx_resonate_auth_flight_t *flight);
static void ngx_resonate_auth_flight_look(ngx_event_t *ev);
static ngx_int_t ngx_resonate_auth_flight_accept(
    ngx_resonate_auth_flight_t *flight, json_t *claims,
    resonate_jwt_rc_e *why);
static void ngx_resonate_auth_flight_refuse(
    ngx_resonate_auth_flight_t *flight, resonate_jwt_rc_e why);
static ngx_int_t ngx_resonate_auth_refused_get(
    ngx_resonate_auth_main_conf_t *amcf, u_char *digest, ngx_pool_t *pool,
    resonate_jwt_rc_e *why);
static void ngx_resonate_auth_flight_end(ngx_resonate_auth_flight_t *flight,
    ngx_int_t rc, resonate_jwt_rc_e why);
static void ngx_resonate_auth_flight_key(ngx_resonate_auth_main_conf_t *amcf,
    u_char kind, u_char *digest, u_char *buf, ngx_str_t *key);


ngx_int_t
ngx_resonate_auth_ask(ngx_http_request_t *r, ngx_resonate_auth_ctx_t *ctx,
    ngx_resonate_auth_opaque_t *opaque, u_char *digest)
{
    ngx_resonate_auth_flight_t     *flight;
    ngx_resonate_auth_main_conf_t  *amcf;

    amcf = ngx_http_get_module_main_conf(r, ngx_resonate_auth_module);

    if (ngx_resonate_auth_refused_get(amcf, digest, r->pool, &ctx->why)
        == NGX_OK)
    {
        return NGX_DECLINED;
    }

    if (!ctx->may_wait) {
        return NGX_AGAIN;
    }

    flight = ngx_resonate_auth_flight_find(amcf, digest);

    if (flight) {
        return ngx_resonate_auth_flight_join(flight, r, ctx);
    }

    flight = ngx_resonate_auth_flight_new(amcf, opaque, &ctx->token, digest);

    if (flight == NULL) {
        return NGX_ERROR;
    }

    if (ngx_resonate_auth_flight_join(flight, r, ctx) != NGX_AGAIN) {
        ngx_resonate_auth_flight_end(flight, NGX_ERROR, 0);
        return NGX_ERROR;
    }

    /* not below the caller: it may end at once, and run who waits */

    ngx_post_event(&flight->timer, &ngx_posted_events);

    return NGX_AGAIN;
}


static ngx_resonate_auth_flight_t *
ngx_resonate_auth_flight_find(ngx_resonate_auth_main_conf_t *amcf,
    u_char *digest)
{
    ngx_queue_t                 *q, *flights;
    ngx_resonate_auth_flight_t  *flight;

    flights = &amcf->flights->queue;

    for (q = ngx_queue_head(flights);
         q != ngx_queue_sentinel(flights);
         q = ngx_queue_next(q))
    {
        flight = ngx_queue_data(q, ngx_resonate_auth_flight_t, queue);

        if (ngx_memcmp(flight->digest, digest, NGX_RESONATE_AUTH_DIGEST)
            == 0)
        {
            return flight;
        }
    }

    return NULL;
}


static ngx_resonate_auth_flight_t *
ngx_resonate_auth_flight_new(ngx_resonate_auth_main_conf_t *amcf,
    ngx_resonate_auth_opaque_t *opaque, ngx_str_t *token, u_char *digest)
{
    ngx_pool_t                  *pool;
    ngx_resonate_auth_flight_t  *flight;

    if (amcf->flights->n == NGX_RESONATE_AUTH_FLIGHTS) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "too many questions about tokens");
        return NULL;
    }

    pool = ngx_create_pool(1024, ngx_cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    flight = ngx_pcalloc(pool, sizeof(ngx_resonate_auth_flight_t));

    if (flight) {
        flight->token.len = token->len;
        flight->token.data = ngx_pnalloc(pool, token->len);
    }

    if (flight == NULL || flight->token.data == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    ngx_memcpy(flight->token.data, token->data, token->len);
    ngx_memcpy(flight->digest, digest, NGX_RESONATE_AUTH_DIGEST);

    flight->pool = pool;
    flight->amcf = amcf;
    flight->opaque = opaque;
    flight->wait = NGX_RESONATE_AUTH_LOOK_MIN;

    flight->timer.handler = ngx_resonate_auth_flight_look;
    flight->timer.data = flight;
    flight->timer.log = ngx_cycle->log;

    ngx_queue_init(&flight->waiters);
    ngx_queue_insert_tail(&amcf->flights->queue, &flight->queue);
    amcf->flights->n++;

    return flight;
}


static ngx_int_t
ngx_resonate_auth_flight_join(ngx_resonate_auth_flight_t *flight,
    ngx_http_request_t *r, ngx_resonate_auth_ctx_t *ctx)
{
    ngx_pool_cleanup_t          *cln;
    ngx_resonate_auth_waiter_t  *waiter;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_resonate_auth_waiter_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    waiter = cln->data;
    cln->handler = ngx_resonate_auth_flight_leave;

    waiter->ctx = ctx;
    waiter->request = r;
    waiter->flight = flight;

    ngx_queue_insert_tail(&flight->waiters, &waiter->queue);

    ctx->asking = 1;

    return NGX_AGAIN;
}


/* the question goes on without its last waiter: the next one will come */

static void
ngx_resonate_auth_flight_leave(void *data)
{
    ngx_resonate_auth_waiter_t *waiter = data;

    if (waiter->flight) {
        ngx_queue_remove(&waiter->queue);
        waiter->flight = NULL;
    }
}


static void
ngx_resonate_auth_flight_look(ngx_event_t *ev)
{
    ngx_resonate_auth_flight_t *flight = ev->data;

    u_char                          buf[NGX_RESONATE_AUTH_FLIGHT_KEY];
    ngx_int_t                       rc;
    ngx_str_t                       key;
    resonate_jwt_rc_e               why;
    ngx_resonate_auth_main_conf_t  *amcf;

    amcf = flight->amcf;

    rc = ngx_resonate_auth_shared_get(amcf, flight->digest, flight->pool,
                                      &flight->entry);
    if (rc != NGX_DECLINED) {
        ngx_resonate_auth_flight_end(flight, rc, 0);
        return;
    }

    if (ngx_resonate_auth_refused_get(amcf, flight->digest, flight->pool,
                                      &why)
        == NGX_OK)
    {
        ngx_resonate_auth_flight_end(flight, NGX_DECLINED, why);
        return;
    }

    ngx_resonate_auth_flight_key(amcf, NGX_RESONATE_AUTH_CLAIM,
                                 flight->digest, buf, &key);

    if (ngx_resonate_table_claim(amcf->refused_table, &key, ngx_pid,
                                 flight->opaque->timeout + 1000)
        == NGX_OK)
    {
        flight->claimed = 1;
        ngx_resonate_auth_flight_take_off(flight);
        return;
    }

    ngx_add_timer(&flight->timer, flight->wait);

    if (flight->wait < NGX_RESONATE_AUTH_LOOK_MAX) {
        flight->wait *= 2;
    }
}


/*
 * A server that has just failed is not asked about every other token, each of
 * which would wait as long.
 */

static void
ngx_resonate_auth_flight_take_off(ngx_resonate_auth_flight_t *flight)
{
    ngx_resonate_auth_opaque_t *opaque;

    opaque = flight->opaque;

    if ((ngx_msec_int_t) (*opaque->pause - ngx_current_msec) > 0
        || opaque->ask(flight) != NGX_AGAIN)
    {
        ngx_resonate_auth_flight_end(flight, NGX_ERROR, 0);
        return;
    }

    ngx_resonate_count(flight->amcf->asked);
}


void
ngx_resonate_auth_told(ngx_resonate_auth_flight_t *flight, ngx_int_t rc,
    json_t *claims)
{
    resonate_jwt_rc_e  why;

    why = RESONATE_JWT_INACTIVE;

    if (rc == NGX_OK) {
        rc = ngx_resonate_auth_flight_accept(flight, claims, &why);
    }

    if (rc == NGX_DECLINED) {
        ngx_resonate_auth_flight_refuse(flight, why);

    } else if (rc == NGX_ERROR) {
        *flight->opaque->pause = ngx_current_msec
                                 + ngx_min(flight->opaque->timeout,
                                           NGX_RESONATE_AUTH_PAUSE_MAX);
    }

    ngx_resonate_auth_flight_end(flight, rc, why);
}


static ngx_int_t
ngx_resonate_auth_flight_accept(ngx_resonate_auth_flight_t *flight,
    json_t *json, resonate_jwt_rc_e *why)
{
    time_t                       until;
    resonate_claims_t            claims;
    ngx_resonate_auth_opaque_t  *opaque;

    opaque = flight->opaque;

    *why = resonate_claims_check_answer(json, &opaque->issuer->policy,
                                        ngx_time(), &claims);

    if (*why != RESONATE_JWT_OK) {
        return (*why == RESONATE_JWT_NO_MEMORY) ? NGX_ERROR : NGX_DECLINED;
    }

    until = ngx_time() + opaque->ttl;

    if (claims.expires == 0 || claims.expires > until) {
        claims.expires = until;
    }

    flight->entry = ngx_resonate_auth_accept(flight->amcf, opaque->issuer,
                                             json, &claims, flight->digest,
                                             ngx_cycle->log);

    return flight->entry ? NGX_OK : NGX_ERROR;
}


static void
ngx_resonate_auth_flight_refuse(ngx_resonate_auth_flight_t *flight,
    resonate_jwt_rc_e why)
{
    u_char     buf[NGX_RESONATE_AUTH_FLIGHT_KEY], what;
    ngx_str_t  key, value;

    if (flight->opaque->negative == 0) {
        return;
    }

    ngx_resonate_auth_flight_key(flight->amcf, NGX_RESONATE_AUTH_REFUSED,
                                 flight->digest, buf, &key);

    what = (u_char) why;
    value.data = &what;
    value.len = 1;

    (void) ngx_resonate_table_put(flight->amcf->refused_table, &key, &value, 1,
                                  ngx_time() + flight->opaque->negative);
}


static ngx_int_t
ngx_resonate_auth_refused_get(ngx_resonate_auth_main_conf_t *amcf,
    u_char *digest, ngx_pool_t *pool, resonate_jwt_rc_e *why)
{
    u_char     buf[NGX_RESONATE_AUTH_FLIGHT_KEY];
    ngx_int_t  rc;
    ngx_str_t  key, value;

    ngx_resonate_auth_flight_key(amcf, NGX_RESONATE_AUTH_REFUSED, digest, buf,
                                 &key);

    rc = ngx_resonate_table_get(amcf->refused_table, &key, pool, &value);

    if (rc == NGX_OK) {
        *why = value.data[0];
    }

    return rc;
}


/*
 * Who waits is told one by one: each may end its own request, and others of
 * them, and ask again.
 */

static void
ngx_resonate_auth_flight_end(ngx_resonate_auth_flight_t *flight, ngx_int_t rc,
    resonate_jwt_rc_e why)
{
    u_char                       buf[NGX_RESONATE_AUTH_FLIGHT_KEY];
    ngx_str_t                    key;
    ngx_queue_t                 *q;
    ngx_resonate_auth_ctx_t     *ctx;
    ngx_resonate_auth_waiter_t  *waiter;

    if (flight->claimed) {
        ngx_resonate_auth_flight_key(flight->amcf, NGX_RESONATE_AUTH_CLAIM,
                                     flight->digest, buf, &key);

        (void) ngx_resonate_table_release(flight->amcf->refused_table, &key,
                                          ngx_pid);
    }

    ngx_queue_remove(&flight->queue);
    flight->amcf->flights->n--;

    while (!ngx_queue_empty(&flight->waiters)) {
        q = ngx_queue_head(&flight->waiters);
        ngx_queue_remove(q);

        waiter = ngx_queue_data(q, ngx_resonate_auth_waiter_t, queue);
        waiter->flight = NULL;

        ctx = waiter->ctx;
        ctx->asking = 0;
        ctx->answered = 1;
        ctx->answer = rc;
        ctx->why = why;

        if (rc == NGX_OK) {
            flight->entry->refs++;
            ctx->entry = flight->entry;
        }

        ngx_resonate_auth_resume(ctx);
    }

    ngx_resonate_auth_entry_release(flight->entry);

    if (flight->timer.timer_set) {
        ngx_del_timer(&flight->timer);
    }

    if (flight->timer.posted) {
        ngx_delete_posted_event(&flight->timer);
    }

    ngx_destroy_pool(flight->pool);
}


static void
ngx_resonate_auth_flight_key(ngx_resonate_auth_main_conf_t *amcf, u_char kind,
    u_char *digest, u_char *buf, ngx_str_t *key)
{
    key->data = buf;
    key->len = NGX_RESONATE_AUTH_FLIGHT_KEY;

    *buf++ = kind;
    buf = ngx_cpymem(buf, amcf->generation, NGX_RESONATE_AUTH_DIGEST);
    ngx_memcpy(buf, digest, NGX_RESONATE_AUTH_DIGEST);
}


ngx_int_t
ngx_resonate_auth_flights_init(ngx_resonate_auth_main_conf_t *amcf,
    ngx_cycle_t *cycle)
{
    ngx_uint_t                    i;
    ngx_resonate_auth_opaque_t  **opaque;

    amcf->flights = ngx_pcalloc(cycle->pool,
                                sizeof(ngx_resonate_auth_flights_t));
    if (amcf->flights == NULL) {
        return NGX_ERROR;
    }

    ngx_queue_init(&amcf->flights->queue);

    opaque = amcf->opaques.elts;

    for (i = 0; i < amcf->opaques.nelts; i++) {
        opaque[i]->pause = ngx_palloc(cycle->pool, sizeof(ngx_msec_t));
        if (opaque[i]->pause == NULL) {
            return NGX_ERROR;
        }

        *opaque[i]->pause = ngx_current_msec;
    }

    return NGX_OK;
}
