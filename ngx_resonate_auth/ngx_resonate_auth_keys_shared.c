
/*
 * Copyright (C) Resonate
 *
 * The set of an issuer as it was fetched, in a zone of its own: it outlives a
 * reload as long as issuer and URL are the same.  One worker at a time may
 * fetch; a claim that nobody gives back is over after a time.
 */


#include "ngx_resonate_auth_keys_internal.h"

#include <openssl/rand.h>


/* a claim outlives the deadline of its fetch by so much */
#define NGX_RESONATE_AUTH_KEYS_MARGIN  1000

/* without keys it is tried again so many times sooner at first */
#define NGX_RESONATE_AUTH_KEYS_SOONER  5    /* as a power of two */
#define NGX_RESONATE_AUTH_KEYS_DELAY   100  /* ms at least */


static ngx_int_t ngx_resonate_auth_keys_init_zone(ngx_shm_zone_t *zone,
    void *data);
static void ngx_resonate_auth_keys_reloaded(ngx_resonate_auth_keys_t *keys);
static ngx_uint_t ngx_resonate_auth_keys_owned(
    ngx_resonate_auth_keys_shared_t *sh);
static void ngx_resonate_auth_keys_end(ngx_resonate_auth_keys_shared_t *sh,
    ngx_msec_t delay);
static ngx_msec_t ngx_resonate_auth_keys_again(
    ngx_resonate_auth_keys_t *keys);
static ngx_msec_t ngx_resonate_auth_keys_random(ngx_msec_t max);
static ngx_atomic_int_t ngx_resonate_auth_keys_fetches(void *data);
static ngx_atomic_int_t ngx_resonate_auth_keys_failures(void *data);
static ngx_atomic_int_t ngx_resonate_auth_keys_age(void *data);
static ngx_atomic_int_t ngx_resonate_auth_keys_count(void *data);


static const ngx_resonate_family_t  ngx_resonate_auth_keys_families[] = {

    { "resonate_auth_key_fetches_total", "counter",
      "Attempts to fetch the keys of an issuer.",
      ngx_resonate_auth_keys_fetches },

    { "resonate_auth_key_fetch_failures_total", "counter",
      "Those of them that brought no usable keys.",
      ngx_resonate_auth_keys_failures },

    { "resonate_auth_keys_age_seconds", "gauge",
      "Since the keys of an issuer were fetched last.",
      ngx_resonate_auth_keys_age },

    { "resonate_auth_keys", "gauge",
      "Usable keys of an issuer.",
      ngx_resonate_auth_keys_count }
};


ngx_int_t
ngx_resonate_auth_keys_add(ngx_conf_t *cf, ngx_resonate_auth_keys_t *keys)
{
    size_t      size;
    ngx_str_t   name, label, *issuer;
    ngx_uint_t  i;

    issuer = &keys->issuer->name;

    name.len = sizeof("resonate_keys::") - 1 + issuer->len + keys->url.len;
    name.data = ngx_pnalloc(cf->pool, name.len);

    if (name.data == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(name.data, "resonate_keys:%V:%V", issuer, &keys->url);

    /* a page may have 64k; what the slabs keep is the rest */

    size = ngx_align(sizeof(ngx_resonate_auth_keys_shared_t), ngx_pagesize)
           + 64 * 1024 + ngx_pagesize;

    keys->zone = ngx_shared_memory_add(cf, &name, size,
                                       &ngx_resonate_auth_module);
    if (keys->zone == NULL) {
        return NGX_ERROR;
    }

    keys->zone->init = ngx_resonate_auth_keys_init_zone;
    keys->zone->data = keys;

    label = *issuer;

    for (i = 0; i < sizeof(ngx_resonate_auth_keys_families)
                    / sizeof(ngx_resonate_family_t); i++)
    {
        if (ngx_resonate_sample_add(cf, &ngx_resonate_auth_keys_families[i],
                                    "issuer", &label, keys)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_auth_keys_init_zone(ngx_shm_zone_t *zone, void *data)
{
    ngx_resonate_auth_keys_t  *okeys = data;

    ngx_resonate_auth_keys_t         *keys;
    ngx_resonate_auth_keys_shared_t  *sh;

    keys = zone->data;
    keys->shpool = (ngx_slab_pool_t *) zone->shm.addr;

    if (okeys || zone->shm.exists) {
        keys->sh = keys->shpool->data;
        keys->issuer->generation = &keys->sh->generation;

        ngx_resonate_auth_keys_reloaded(keys);

        return NGX_OK;
    }

    sh = ngx_slab_calloc(keys->shpool,
                         sizeof(ngx_resonate_auth_keys_shared_t));
    if (sh == NULL) {
        return NGX_ERROR;
    }

    /* one that another zone of this issuer had may be in the token cache */

    if (RAND_bytes((u_char *) &sh->generation, sizeof(ngx_atomic_t)) != 1) {
        ngx_log_error(NGX_LOG_EMERG, zone->shm.log, 0, "RAND_bytes() failed");
        return NGX_ERROR;
    }

    keys->shpool->data = sh;
    keys->sh = sh;
    keys->issuer->generation = &sh->generation;

    return NGX_OK;
}


/* what kept the keys from being fetched may be right now */

static void
ngx_resonate_auth_keys_reloaded(ngx_resonate_auth_keys_t *keys)
{
    ngx_shmtx_lock(&keys->shpool->mutex);

    if (keys->sh->version == 0) {
        keys->sh->begun = 0;
        keys->sh->failed = 0;
    }

    ngx_shmtx_unlock(&keys->shpool->mutex);
}


/*
 * For a missing key at most one fetch is begun in an interval, whoever asks,
 * and whatever the one before was for.
 */

ngx_int_t
ngx_resonate_auth_keys_claim(ngx_resonate_auth_keys_t *keys, ngx_uint_t now)
{
    ngx_int_t                         rc;
    ngx_msec_int_t                    since;
    ngx_resonate_auth_keys_shared_t  *sh;

    sh = keys->sh;
    rc = NGX_OK;

    ngx_shmtx_lock(&keys->shpool->mutex);

    /* negative: by another worker, whose time is ahead of ours */

    since = ngx_current_msec - sh->started;

    /* a fetch of this worker may outlive its claim by a moment */

    if (ngx_resonate_auth_keys_owned(sh) || keys->worker->owner) {
        rc = NGX_AGAIN;

    } else if (sh->begun && now
               && since < (ngx_msec_int_t) keys->interval)
    {
        rc = NGX_DECLINED;

    } else if (sh->begun && !now
               && (ngx_msec_int_t) (sh->due - ngx_current_msec) > 0)
    {
        rc = NGX_DECLINED;
    }

    if (rc == NGX_OK) {
        sh->owner = ++sh->owners;
        sh->begun = 1;
        sh->started = ngx_current_msec;
        sh->until = ngx_current_msec + keys->timeout
                    + NGX_RESONATE_AUTH_KEYS_MARGIN;

        keys->worker->owner = sh->owner;
    }

    ngx_shmtx_unlock(&keys->shpool->mutex);

    if (rc == NGX_OK) {
        (void) ngx_atomic_fetch_add(&sh->fetches, 1);
    }

    return rc;
}


static ngx_uint_t
ngx_resonate_auth_keys_owned(ngx_resonate_auth_keys_shared_t *sh)
{
    return sh->owner && (ngx_msec_int_t) (sh->until - ngx_current_msec) > 0;
}


ngx_int_t
ngx_resonate_auth_keys_store(ngx_resonate_auth_keys_t *keys, ngx_str_t *set,
    resonate_jwks_t *jwks, ngx_uint_t gone, ngx_msec_t life)
{
    ngx_msec_t                        delay;
    ngx_resonate_auth_keys_shared_t  *sh;
    ngx_resonate_auth_keys_worker_t  *worker;

    sh = keys->sh;
    worker = keys->worker;

    /* before the end of its life, and not all edges in the same moment */

    delay = life - life / 10;
    delay -= ngx_resonate_auth_keys_random(life / 10);

    ngx_shmtx_lock(&keys->shpool->mutex);

    if (sh->owner != worker->owner) {
        ngx_shmtx_unlock(&keys->shpool->mutex);
        worker->owner = 0;
        return NGX_DECLINED;
    }

    sh->fetched = ngx_current_msec;
    sh->failed = 0;
    sh->nkeys = jwks->nkeys;

    if (sh->version == 0 || sh->len != set->len
        || ngx_memcmp(sh->data, set->data, set->len) != 0)
    {
        ngx_memcpy(sh->data, set->data, set->len);
        sh->len = set->len;

        if (gone) {
            sh->generation++;
        }

        sh->version++;
    }

    worker->version = sh->version;
    worker->generation = sh->generation;

    ngx_resonate_auth_keys_end(sh, ngx_max(delay, keys->interval));

    ngx_shmtx_unlock(&keys->shpool->mutex);

    worker->owner = 0;

    resonate_jwks_free(worker->jwks);
    worker->jwks = jwks;

    return NGX_OK;
}


void
ngx_resonate_auth_keys_fail(ngx_resonate_auth_keys_t *keys)
{
    ngx_resonate_auth_keys_shared_t  *sh;

    sh = keys->sh;

    (void) ngx_atomic_fetch_add(&sh->failures, 1);

    ngx_shmtx_lock(&keys->shpool->mutex);

    if (sh->owner == keys->worker->owner) {
        sh->failed++;
        ngx_resonate_auth_keys_end(sh, ngx_resonate_auth_keys_again(keys));
    }

    ngx_shmtx_unlock(&keys->shpool->mutex);

    keys->worker->owner = 0;
}


/* with the lock */

static void
ngx_resonate_auth_keys_end(ngx_resonate_auth_keys_shared_t *sh,
    ngx_msec_t delay)
{
    sh->owner = 0;
    sh->due = ngx_current_msec + delay;
    sh->ended++;
}


/* with the lock: a failure; whoever has no keys at all cannot wait long */

static ngx_msec_t
ngx_resonate_auth_keys_again(ngx_resonate_auth_keys_t *keys)
{
    ngx_uint_t  shift;
    ngx_msec_t  delay;

    delay = keys->interval;
    shift = NGX_RESONATE_AUTH_KEYS_SOONER;

    if (keys->sh->version == 0 && keys->sh->failed <= shift) {
        delay >>= shift + 1 - keys->sh->failed;
        delay = ngx_max(delay, NGX_RESONATE_AUTH_KEYS_DELAY);
    }

    return delay + ngx_resonate_auth_keys_random(delay / 10);
}


static ngx_msec_t
ngx_resonate_auth_keys_random(ngx_msec_t max)
{
    return max ? (ngx_msec_t) ngx_random() % max : 0;
}


ngx_int_t
ngx_resonate_auth_keys_copy(ngx_resonate_auth_keys_t *keys, ngx_str_t *set,
    ngx_log_t *log)
{
    ngx_resonate_auth_keys_shared_t  *sh;

    sh = keys->sh;

    set->data = ngx_alloc(NGX_RESONATE_AUTH_KEYS_MAX, log);
    if (set->data == NULL) {
        return NGX_ERROR;
    }

    ngx_shmtx_lock(&keys->shpool->mutex);

    set->len = sh->len;
    ngx_memcpy(set->data, sh->data, sh->len);

    keys->worker->version = sh->version;
    keys->worker->generation = sh->generation;

    ngx_shmtx_unlock(&keys->shpool->mutex);

    return NGX_OK;
}


ngx_msec_t
ngx_resonate_auth_keys_delay(ngx_resonate_auth_keys_t *keys)
{
    ngx_msec_t                        until;
    ngx_resonate_auth_keys_shared_t  *sh;

    sh = keys->sh;

    ngx_shmtx_lock(&keys->shpool->mutex);

    until = ngx_resonate_auth_keys_owned(sh) ? sh->until : sh->due;

    ngx_shmtx_unlock(&keys->shpool->mutex);

    if ((ngx_msec_int_t) (until - ngx_current_msec) <= 0) {
        return 1;
    }

    return ngx_min(until - ngx_current_msec, keys->interval);
}


ngx_uint_t
ngx_resonate_auth_keys_fetching(ngx_resonate_auth_keys_t *keys)
{
    ngx_uint_t  owned;

    ngx_shmtx_lock(&keys->shpool->mutex);
    owned = ngx_resonate_auth_keys_owned(keys->sh);
    ngx_shmtx_unlock(&keys->shpool->mutex);

    return owned;
}


static ngx_atomic_int_t
ngx_resonate_auth_keys_fetches(void *data)
{
    ngx_resonate_auth_keys_t *keys = data;

    return keys->sh->fetches;
}


static ngx_atomic_int_t
ngx_resonate_auth_keys_failures(void *data)
{
    ngx_resonate_auth_keys_t *keys = data;

    return keys->sh->failures;
}


/* negative: they never were, and there is no such line */

static ngx_atomic_int_t
ngx_resonate_auth_keys_age(void *data)
{
    ngx_resonate_auth_keys_t *keys = data;

    ngx_msec_t  fetched;

    fetched = keys->sh->fetched;

    return keys->sh->version
           ? (ngx_atomic_int_t) ((ngx_current_msec - fetched) / 1000) : -1;
}


static ngx_atomic_int_t
ngx_resonate_auth_keys_count(void *data)
{
    ngx_resonate_auth_keys_t *keys = data;

    return keys->sh->nkeys;
}
