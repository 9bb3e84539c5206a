
/*
 * Copyright (C) Resonate
 */


#include "ngx_resonate_cache.h"
#include "resonate_gzip.h"


/* the first byte of a key */

#define NGX_RESONATE_CACHE_JSON   'j'
#define NGX_RESONATE_CACHE_GZIP   'g'
#define NGX_RESONATE_CACHE_CLAIM  '!'


/* workers look at the clock in turn, and so does who stores a reply */

#define NGX_RESONATE_CACHE_APART  1     /* seconds */


static ngx_resonate_cache_found_e ngx_resonate_cache_read(
    ngx_resonate_cache_t *cache, ngx_str_t *key,
    ngx_resonate_cache_ages_t *ages, ngx_pool_t *pool,
    ngx_resonate_reply_t *reply);
static time_t ngx_resonate_cache_ttl(ngx_resonate_cache_t *cache,
    ngx_resonate_cache_meta_t *meta, time_t fresh);
static ngx_int_t ngx_resonate_cache_write(ngx_resonate_cache_t *cache,
    ngx_str_t *key, ngx_resonate_cache_ages_t *ages,
    ngx_resonate_cache_meta_t *meta, uint32_t *tags, ngx_str_t *body);
static ngx_int_t ngx_resonate_cache_write_gzip(ngx_resonate_cache_t *cache,
    ngx_str_t *key, ngx_resonate_cache_ages_t *ages,
    ngx_resonate_cache_meta_t *meta, uint32_t *tags, ngx_str_t *body);


ngx_resonate_cache_found_e
ngx_resonate_cache_get(ngx_resonate_cache_t *cache, ngx_str_t *key,
    ngx_resonate_cache_ages_t *ages, ngx_pool_t *pool,
    ngx_resonate_reply_t *reply)
{
    key->data[0] = NGX_RESONATE_CACHE_JSON;

    return ngx_resonate_cache_read(cache, key, ages, pool, reply);
}


ngx_resonate_cache_found_e
ngx_resonate_cache_gzip(ngx_resonate_cache_t *cache, ngx_str_t *key,
    ngx_resonate_cache_ages_t *ages, ngx_pool_t *pool,
    ngx_resonate_reply_t *reply)
{
    ngx_resonate_cache_found_e  found;

    key->data[0] = NGX_RESONATE_CACHE_GZIP;
    found = ngx_resonate_cache_read(cache, key, ages, pool, reply);
    key->data[0] = NGX_RESONATE_CACHE_JSON;

    return (found == NGX_RESONATE_CACHE_FRESH) ? found
                                               : NGX_RESONATE_CACHE_NONE;
}


static ngx_resonate_cache_found_e
ngx_resonate_cache_read(ngx_resonate_cache_t *cache, ngx_str_t *key,
    ngx_resonate_cache_ages_t *ages, ngx_pool_t *pool,
    ngx_resonate_reply_t *reply)
{
    u_char                     *p;
    uint32_t                   *tags;
    ngx_str_t                   value;
    ngx_uint_t                  n;
    ngx_resonate_clock_t       *clock;
    ngx_resonate_cache_meta_t  *meta;

    if (ngx_resonate_table_get(cache->table, key, pool, &value)
        != NGX_OK)
    {
        return NGX_RESONATE_CACHE_NONE;
    }

    /* a copy from the pool: aligned, and ours to point into */

    meta = (ngx_resonate_cache_meta_t *) value.data;
    tags = (uint32_t *) (value.data + sizeof(ngx_resonate_cache_meta_t));
    n = meta->ntags - meta->nown;
    clock = cache->shared->sh->clock;

    if (meta->clock < ngx_resonate_clock_start(clock)
        || ngx_resonate_clock_moved(clock, meta->clock, tags, n))
    {
        return NGX_RESONATE_CACHE_NONE;
    }

    p = (u_char *) (tags + meta->ntags);

    reply->status = meta->status;
    reply->age = ngx_time() - meta->created;

    /* the clock was set back: nobody knows how old this is */

    if (reply->age < -NGX_RESONATE_CACHE_APART) {
        return NGX_RESONATE_CACHE_NONE;
    }

    reply->age = ngx_max(reply->age, 0);
    reply->etag.data = meta->etag;
    reply->etag.len = meta->etag[0] ? NGX_RESONATE_ETAG_LEN : 0;
    reply->body.data = p;
    reply->body.len = value.data + value.len - p;

    /*
     * What the callers themselves changed makes their replies old but not
     * dead: without a database, who has just paid for a track may seek in it.
     */

    reply->ttl = ngx_resonate_cache_ttl(cache, meta, ages->fresh);
    reply->stale = reply->ttl <= 0
                   || ngx_resonate_clock_moved(clock, meta->clock, tags + n,
                                               meta->nown);

    if (!reply->stale) {
        return NGX_RESONATE_CACHE_FRESH;
    }

    if (meta->status != NGX_HTTP_OK) {
        return NGX_RESONATE_CACHE_NONE;
    }

    return (reply->age < ages->stale) ? NGX_RESONATE_CACHE_STALE
                                      : NGX_RESONATE_CACHE_NONE;
}


/* nothing that it was made from has changed, as far as is known */

static time_t
ngx_resonate_cache_ttl(ngx_resonate_cache_t *cache,
    ngx_resonate_cache_meta_t *meta, time_t fresh)
{
    time_t      ttl;
    ngx_uint_t  listens;

    if (meta->status != NGX_HTTP_OK) {
        fresh = ngx_min(fresh, cache->negative);
    }

    listens = (cache->listener && ngx_resonate_listens(cache->shared));

    if (cache->listener && !listens) {
        fresh = ngx_min(fresh, cache->short_time);
    }

    ttl = meta->created + fresh - ngx_time();

    if (meta->until) {
        ttl = ngx_min(ttl, meta->until - ngx_time());
    }

    if (listens) {

        /* whoever began to listen wrote this first */

        ngx_memory_barrier();

        if (meta->clock < cache->shared->sh->listening.since) {
            ttl = ngx_min(ttl, 0);
        }
    }

    return ttl;
}


void
ngx_resonate_cache_count(ngx_resonate_cache_t *cache,
    ngx_resonate_cache_found_e found)
{
    switch (found) {

    case NGX_RESONATE_CACHE_FRESH:
        ngx_resonate_count(cache->hits);
        break;

    case NGX_RESONATE_CACHE_STALE:
        ngx_resonate_count(cache->stales);
        break;

    case NGX_RESONATE_CACHE_NONE:
        ngx_resonate_count(cache->misses);
        break;
    }
}


ngx_int_t
ngx_resonate_cache_put(ngx_resonate_cache_t *cache, ngx_str_t *key,
    ngx_resonate_cache_ages_t *ages, ngx_resonate_cache_meta_t *meta,
    uint32_t *tags, ngx_str_t *body, ngx_uint_t gzip)
{
    /* what does not fit is asked for again: slower, not wrong */

    if (ngx_resonate_cache_write(cache, key, ages, meta, tags, body)
        != NGX_OK)
    {
        ngx_resonate_cache_drop(cache, key);
        return NGX_DECLINED;
    }

    key->data[0] = NGX_RESONATE_CACHE_GZIP;

    if (!gzip
        || ngx_resonate_cache_write_gzip(cache, key, ages, meta, tags, body)
           != NGX_OK)
    {
        /* one of an older reply */
        (void) ngx_resonate_table_delete(cache->table, key);
    }

    key->data[0] = NGX_RESONATE_CACHE_JSON;

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_cache_write(ngx_resonate_cache_t *cache, ngx_str_t *key,
    ngx_resonate_cache_ages_t *ages, ngx_resonate_cache_meta_t *meta,
    uint32_t *tags, ngx_str_t *body)
{
    ngx_str_t  parts[3];

    parts[0].data = (u_char *) meta;
    parts[0].len = sizeof(ngx_resonate_cache_meta_t);

    parts[1].data = (u_char *) tags;
    parts[1].len = meta->ntags * sizeof(uint32_t);

    parts[2] = *body;

    /* whoever asks for a lot that is not there drives out nothing that is */

    if (meta->status != NGX_HTTP_OK) {
        return ngx_resonate_table_put_last(cache->table, key, parts, 3,
                                           meta->created + cache->negative);
    }

    return ngx_resonate_table_put(cache->table, key, parts, 3,
                                  meta->created
                                  + ngx_max(ages->fresh, ages->stale));
}


/* a form with a validator of its own */

static ngx_int_t
ngx_resonate_cache_write_gzip(ngx_resonate_cache_t *cache, ngx_str_t *key,
    ngx_resonate_cache_ages_t *ages, ngx_resonate_cache_meta_t *meta,
    uint32_t *tags, ngx_str_t *body)
{
    ngx_int_t                   rc;
    ngx_str_t                   text;
    ngx_resonate_cache_meta_t   form;

    text.data = resonate_gzip(body->data, body->len, &text.len);
    if (text.data == NULL) {
        return NGX_DECLINED;
    }

    form = *meta;
    form.etag[NGX_RESONATE_ETAG_LEN - 2] = 'g';

    rc = ngx_resonate_cache_write(cache, key, ages, &form, tags, &text);

    free(text.data);

    return rc;
}


void
ngx_resonate_cache_drop(ngx_resonate_cache_t *cache, ngx_str_t *key)
{
    key->data[0] = NGX_RESONATE_CACHE_GZIP;
    (void) ngx_resonate_table_delete(cache->table, key);

    key->data[0] = NGX_RESONATE_CACHE_JSON;
    (void) ngx_resonate_table_delete(cache->table, key);
}


ngx_int_t
ngx_resonate_cache_end(ngx_resonate_cache_t *cache, ngx_str_t *key,
    ngx_pool_t *pool)
{
    ngx_int_t                   rc;
    ngx_str_t                   value;
    ngx_resonate_cache_meta_t  *meta;

    rc = ngx_resonate_table_get(cache->table, key, pool, &value);

    if (rc == NGX_OK) {
        meta = (ngx_resonate_cache_meta_t *) value.data;
        rc = (meta->status == NGX_HTTP_OK) ? NGX_OK : NGX_DECLINED;
    }

    ngx_resonate_cache_drop(cache, key);

    return rc;
}


/*
 * A claim is an entry of its own beside the reply's: several workers that
 * miss the same key at a time ask the database once.  It ends by itself, in
 * case its worker died.
 */

ngx_int_t
ngx_resonate_cache_claim(ngx_resonate_cache_t *cache, ngx_str_t *key,
    uint64_t owner, ngx_msec_t time)
{
    ngx_int_t  rc;

    key->data[0] = NGX_RESONATE_CACHE_CLAIM;
    rc = ngx_resonate_table_claim(cache->table, key, owner, time);
    key->data[0] = NGX_RESONATE_CACHE_JSON;

    return rc;
}


ngx_int_t
ngx_resonate_cache_release(ngx_resonate_cache_t *cache, ngx_str_t *key,
    uint64_t owner)
{
    ngx_int_t  rc;

    key->data[0] = NGX_RESONATE_CACHE_CLAIM;
    rc = ngx_resonate_table_release(cache->table, key, owner);
    key->data[0] = NGX_RESONATE_CACHE_JSON;

    return rc;
}
