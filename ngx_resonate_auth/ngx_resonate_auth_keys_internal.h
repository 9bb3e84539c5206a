
/*
 * Copyright (C) Resonate
 *
 * What the files of keys by URL share with each other only.
 */


#ifndef _NGX_RESONATE_AUTH_KEYS_INTERNAL_H_INCLUDED_
#define _NGX_RESONATE_AUTH_KEYS_INTERNAL_H_INCLUDED_


#include "ngx_resonate_auth_keys.h"


#pragma GCC visibility push(hidden)


/* bytes of a set, and of a discovery document */
#define NGX_RESONATE_AUTH_KEYS_MAX  (256 * 1024)


typedef struct ngx_resonate_auth_keys_worker_s
    ngx_resonate_auth_keys_worker_t;


typedef enum {
    NGX_RESONATE_AUTH_KEYS_URL = 0,     /* of the set */
    NGX_RESONATE_AUTH_KEYS_OPENID,      /* of OpenID Connect Discovery 1.0 */
    NGX_RESONATE_AUTH_KEYS_OAUTH        /* of RFC 8414 */
} ngx_resonate_auth_keys_source_e;


/* what all workers know, of one issuer and one URL; times are in ms */

typedef struct {
    ngx_atomic_t                      version;     /* 0: there is no set */
    ngx_atomic_t                      generation;  /* see the door */
    ngx_atomic_t                      ended;       /* fetches that ended */

    ngx_atomic_t                      fetches;
    ngx_atomic_t                      failures;

    /* the rest with the lock */
    ngx_uint_t                        owners;      /* that there were */
    ngx_uint_t                        owner;       /* who fetches, or 0 */
    ngx_msec_t                        until;       /* its time is over */
    ngx_msec_t                        started;     /* the last fetch */
    ngx_uint_t                        begun;       /* whether there was one */
    ngx_msec_t                        fetched;     /* the set, last */
    ngx_msec_t                        due;         /* the next fetch */
    ngx_uint_t                        failed;      /* so many in a row */

    ngx_uint_t                        nkeys;
    size_t                            len;
    u_char                            data[NGX_RESONATE_AUTH_KEYS_MAX];
} ngx_resonate_auth_keys_shared_t;


struct ngx_resonate_auth_keys_s {
    ngx_resonate_auth_issuer_t       *issuer;
    ngx_resonate_auth_keys_source_e   source;
    ngx_str_t                         url;
    ngx_str_t                         uri;         /* where it is fetched */
    ngx_str_t                         args;

    ngx_int_t                         oauth;       /* as they were said */
    ngx_int_t                         required;
    ngx_msec_t                        interval;
    ngx_msec_t                        max;
    ngx_msec_t                        timeout;

    ngx_shm_zone_t                   *zone;
    ngx_slab_pool_t                  *shpool;      /* when it is mapped */
    ngx_resonate_auth_keys_shared_t  *sh;

    ngx_resonate_auth_keys_worker_t  *worker;      /* made at init_process */
};


struct ngx_resonate_auth_keys_worker_s {
    ngx_resonate_auth_keys_t         *keys;

    resonate_jwks_t                  *jwks;        /* NULL: none yet */
    ngx_atomic_uint_t                 version;     /* of it */
    ngx_atomic_uint_t                 generation;

    ngx_event_t                       tick;
    ngx_event_t                       look;        /* while somebody waits */
    ngx_queue_t                       waits;

    ngx_resonate_fetch_t              fetch;
    ngx_uint_t                        owner;       /* of the claim, or 0 */
    ngx_msec_t                        ends;
    ngx_pool_t                       *pool;        /* of a URL discovered */
};


/*
 * Shared memory.
 *
 * add()     the zone, and what the status page reads of it
 * claim()   NGX_OK: the caller has to fetch, and to end that by store() or
 *           fail();  NGX_AGAIN: somebody does already;  NGX_DECLINED: it is
 *           not time to.  "now": for a key that is missing
 * store()   NGX_OK: "jwks", which is of these bytes, is the worker's;
 *           NGX_DECLINED: the claim's time was over, nothing was stored.
 *           "gone": a key is gone or changed
 * copy()    the set, to be freed by ngx_free()
 * delay()   until it may be time to fetch
 * fetching() whether somebody does
 */

ngx_int_t ngx_resonate_auth_keys_add(ngx_conf_t *cf,
    ngx_resonate_auth_keys_t *keys);
ngx_int_t ngx_resonate_auth_keys_claim(ngx_resonate_auth_keys_t *keys,
    ngx_uint_t now);
ngx_int_t ngx_resonate_auth_keys_store(ngx_resonate_auth_keys_t *keys,
    ngx_str_t *set, resonate_jwks_t *jwks, ngx_uint_t gone, ngx_msec_t life);
void ngx_resonate_auth_keys_fail(ngx_resonate_auth_keys_t *keys);
ngx_int_t ngx_resonate_auth_keys_copy(ngx_resonate_auth_keys_t *keys,
    ngx_str_t *set, ngx_log_t *log);
ngx_msec_t ngx_resonate_auth_keys_delay(ngx_resonate_auth_keys_t *keys);
ngx_uint_t ngx_resonate_auth_keys_fetching(ngx_resonate_auth_keys_t *keys);


/*
 * fetch()   by whom has the claim;  NGX_ERROR: it has failed already, and the
 *           claim is given up.  Else done() is called when it has ended
 */

ngx_int_t ngx_resonate_auth_keys_fetch(
    ngx_resonate_auth_keys_worker_t *worker);
void ngx_resonate_auth_keys_done(ngx_resonate_auth_keys_worker_t *worker);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_AUTH_KEYS_INTERNAL_H_INCLUDED_ */
