
/*
 * Copyright (C) Resonate
 */


#include "ngx_resonate_cache.h"


#define NGX_RESONATE_CLAIM_KEY  2048    /* a longer key is not claimed */


static ngx_uint_t ngx_resonate_cache_moved(ngx_resonate_shared_t *shared,
    uint64_t clock, uint32_t *tags, ngx_uint_t n);
static ngx_int_t ngx_resonate_cache_claim_key(ngx_str_t *key, u_char *buf,
    size_t size, ngx_str_t *claim);


ngx_int_t
ngx_resonate_cache_get(ngx_resonate_cache_t *cache, ngx_str_t *key,
    ngx_pool_t *pool, ngx_resonate_reply_t *reply)
{
    time_t                      now;
    u_char                     *p;
    uint32_t                   *tags;
    ngx_str_t                   value;
    ngx_uint_t                  n;
    ngx_resonate_cache_meta_t  *meta;

    if (ngx_resonate_table_get(cache->table, key, pool, &value)
        != NGX_OK)
    {
        return NGX_DECLINED;
    }

    /* a copy from the pool: aligned, and ours to point into */

    meta = (ngx_resonate_cache_meta_t *) value.data;
    tags = (uint32_t *) (value.data + sizeof(ngx_resonate_cache_meta_t));
    n = meta->ntags - meta->nown;

    if (ngx_resonate_cache_moved(cache->shared, meta->clock, tags, n)) {
        return NGX_DECLINED;
    }

    p = (u_char *) (tags + meta->ntags);
    now = ngx_time();

    reply->status = meta->status;
    reply->age = now - meta->created;
    reply->etag.data = meta->etag;
    reply->etag.len = meta->etag[0] ? NGX_RESONATE_ETAG_LEN : 0;
    reply->body.data = p;
    reply->body.len = value.data + value.len - p;

    /*
     * What the callers themselves changed makes their replies old but not
     * dead: without a database, who has just paid for a track may seek in it.
     */

    reply->stale = now >= meta->fresh
                   || ngx_resonate_cache_moved(cache->shared, meta->clock,
                                               tags + n, meta->nown);

    return reply->stale ? NGX_AGAIN : NGX_OK;
}


void
ngx_resonate_cache_count(ngx_resonate_cache_t *cache, ngx_int_t rc)
{
    switch (rc) {

    case NGX_OK:
        ngx_resonate_count(cache->hits);
        break;

    case NGX_AGAIN:
        ngx_resonate_count(cache->stales);
        break;

    default:
        ngx_resonate_count(cache->misses);
        break;
    }
}


static ngx_uint_t
ngx_resonate_cache_moved(ngx_resonate_shared_t *shared, uint64_t clock,
    uint32_t *tags, ngx_uint_t n)
{
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        if (ngx_resonate_tag_time(shared, tags[i]) > clock) {
            return 1;
        }
    }

    return 0;
}


void
ngx_resonate_cache_put(ngx_resonate_cache_t *cache, ngx_str_t *key,
    ngx_resonate_cache_meta_t *meta, uint32_t *tags, ngx_str_t *body)
{
    ngx_str_t  parts[3];

    parts[0].data = (u_char *) meta;
    parts[0].len = sizeof(ngx_resonate_cache_meta_t);

    parts[1].data = (u_char *) tags;
    parts[1].len = meta->ntags * sizeof(uint32_t);

    parts[2] = *body;

    /* what does not fit is asked for again: slower, not wrong */

    (void) ngx_resonate_table_put(cache->table, key, parts, 3,
                                  meta->fresh + cache->stale);
}


/*
 * A claim is an entry of its own beside the reply's: several workers that
 * miss the same key at a time ask the database once.  It ends by itself, in
 * case its worker died.
 */

ngx_int_t
ngx_resonate_cache_claim(ngx_resonate_cache_t *cache, ngx_str_t *key,
    time_t seconds)
{
    u_char     buf[NGX_RESONATE_CLAIM_KEY];
    ngx_str_t  claim;

    if (ngx_resonate_cache_claim_key(key, buf, sizeof(buf), &claim) != NGX_OK)
    {
        return NGX_OK;
    }

    return ngx_resonate_table_claim(cache->table, &claim,
                                    ngx_time() + seconds);
}


void
ngx_resonate_cache_release(ngx_resonate_cache_t *cache, ngx_str_t *key)
{
    u_char     buf[NGX_RESONATE_CLAIM_KEY];
    ngx_str_t  claim;

    if (ngx_resonate_cache_claim_key(key, buf, sizeof(buf), &claim) == NGX_OK)
    {
        ngx_resonate_table_delete(cache->table, &claim);
    }
}


static ngx_int_t
ngx_resonate_cache_claim_key(ngx_str_t *key, u_char *buf, size_t size,
    ngx_str_t *claim)
{
    u_char  *p;

    if (key->len + 1 > size) {
        return NGX_DECLINED;
    }

    /* a reply's key begins with a letter of its form, never with '!' */

    p = buf;
    *p++ = '!';
    p = ngx_cpymem(p, key->data, key->len);

    claim->data = buf;
    claim->len = p - buf;

    return NGX_OK;
}
