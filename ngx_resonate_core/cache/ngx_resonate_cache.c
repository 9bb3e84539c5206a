
/*
 * Copyright (C) Resonate
 */


#include "ngx_resonate_cache.h"


#define NGX_RESONATE_CACHE_STALE      3600    /* seconds, by default */
#define NGX_RESONATE_CACHE_STALE_MAX  (365 * 24 * 60 * 60)
#define NGX_RESONATE_CLAIM_KEY        2048    /* a longer one: no claim */


struct ngx_resonate_cache_s {
    ngx_resonate_table_t    *table;
    time_t                   stale;
    ngx_resonate_counter_t  *hits;
    ngx_resonate_counter_t  *misses;
    ngx_resonate_counter_t  *stales;
};


static ngx_int_t ngx_resonate_cache_counters(ngx_conf_t *cf,
    ngx_resonate_cache_t *cache);
static ngx_uint_t ngx_resonate_cache_moved(ngx_resonate_shared_t *shared,
    uint64_t clock, uint32_t *tags, ngx_uint_t n);
static ngx_int_t ngx_resonate_cache_claim_key(ngx_str_t *key, u_char *buf,
    size_t size, ngx_str_t *claim);


static const ngx_resonate_param_t  ngx_resonate_cache_params[] = {

    { ngx_string("stale="),
      ngx_resonate_param_sec,
      offsetof(ngx_resonate_cache_t, stale),
      0, NGX_RESONATE_CACHE_STALE_MAX, "between 0 and 1y" },

    { ngx_null_string, NULL, 0, 0, 0, NULL }
};


char *
ngx_resonate_cache_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_core_main_conf_t *mcf = conf;

    ssize_t                size;
    ngx_str_t             *value, name;
    ngx_resonate_cache_t  *cache;

    if (mcf->cache) {
        return "is duplicate";
    }

    cache = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_cache_t));
    if (cache == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;
    cache->stale = NGX_RESONATE_CACHE_STALE;

    size = ngx_parse_size(&value[1]);

    if (size == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid size \"%V\" in \"%V\" directive",
                           &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    if (size < NGX_RESONATE_TABLE_MIN_SIZE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "size \"%V\" in \"%V\" directive is too small, "
                           "at least 64k are needed", &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    if (ngx_resonate_params(cf, 2, ngx_resonate_cache_params, cache)
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_str_set(&name, "resonate_cache");

    cache->table = ngx_resonate_table_add(cf, &name, size);

    if (cache->table == NULL
        || ngx_resonate_cache_counters(cf, cache) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    mcf->cache = cache;

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_resonate_cache_counters(ngx_conf_t *cf, ngx_resonate_cache_t *cache)
{
    cache->hits = ngx_resonate_counter_add(cf, "resonate_cache_hits_total",
                                           "Replies served from the cache.");
    cache->misses = ngx_resonate_counter_add(cf,
                        "resonate_cache_misses_total",
                        "Cacheable requests that had to ask the database.");
    cache->stales = ngx_resonate_counter_add(cf, "resonate_cache_stale_total",
                        "Replies found past their time to live.");

    if (cache->hits == NULL || cache->misses == NULL || cache->stales == NULL)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_resonate_cache_get(ngx_resonate_core_main_conf_t *mcf, ngx_str_t *key,
    ngx_pool_t *pool, ngx_resonate_reply_t *reply)
{
    time_t                      now;
    u_char                     *p;
    uint32_t                   *tags;
    ngx_str_t                   value;
    ngx_uint_t                  n;
    ngx_resonate_cache_meta_t  *meta;

    if (ngx_resonate_table_get(mcf->cache->table, key, pool, &value)
        != NGX_OK)
    {
        return NGX_DECLINED;
    }

    /* a copy from the pool: aligned, and ours to point into */

    meta = (ngx_resonate_cache_meta_t *) value.data;
    tags = (uint32_t *) (value.data + sizeof(ngx_resonate_cache_meta_t));
    n = meta->ntags - meta->nown;

    if (ngx_resonate_cache_moved(mcf->shared, meta->clock, tags, n)) {
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
                   || ngx_resonate_cache_moved(mcf->shared, meta->clock,
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
ngx_resonate_cache_put(ngx_resonate_core_main_conf_t *mcf, ngx_str_t *key,
    ngx_resonate_cache_meta_t *meta, uint32_t *tags, ngx_str_t *body)
{
    ngx_str_t  parts[3];

    parts[0].data = (u_char *) meta;
    parts[0].len = sizeof(ngx_resonate_cache_meta_t);

    parts[1].data = (u_char *) tags;
    parts[1].len = meta->ntags * sizeof(uint32_t);

    parts[2] = *body;

    /* what does not fit is asked for again: slower, not wrong */

    (void) ngx_resonate_table_put(mcf->cache->table, key, parts, 3,
                                  meta->fresh + mcf->cache->stale);
}


/*
 * A claim is an entry of its own beside the reply's: several workers that
 * miss the same key at a time ask the database once.  It ends by itself, in
 * case its worker died.
 */

ngx_int_t
ngx_resonate_cache_claim(ngx_resonate_core_main_conf_t *mcf, ngx_str_t *key,
    time_t seconds)
{
    u_char     buf[NGX_RESONATE_CLAIM_KEY];
    ngx_str_t  claim;

    if (ngx_resonate_cache_claim_key(key, buf, sizeof(buf), &claim) != NGX_OK)
    {
        return NGX_OK;
    }

    return ngx_resonate_table_claim(mcf->cache->table, &claim,
                                    ngx_time() + seconds);
}


void
ngx_resonate_cache_release(ngx_resonate_core_main_conf_t *mcf, ngx_str_t *key)
{
    u_char     buf[NGX_RESONATE_CLAIM_KEY];
    ngx_str_t  claim;

    if (ngx_resonate_cache_claim_key(key, buf, sizeof(buf), &claim) == NGX_OK)
    {
        ngx_resonate_table_delete(mcf->cache->table, &claim);
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
