
/*
 * Copyright (C) Resonate
 *
 * Finished replies in shared memory.
 *
 * A reply remembers when its query was started (a time of the tags' clock)
 * and which tags it was made from.  It is fresh until its TTL ends and as
 * long as no tag was touched after that time, however late it was stored.
 * Past its TTL it is stale: good enough while the database is away.
 */


#ifndef _NGX_RESONATE_CACHE_H_INCLUDED_
#define _NGX_RESONATE_CACHE_H_INCLUDED_


#include "../ngx_resonate_core_internal.h"


#pragma GCC visibility push(hidden)


#define NGX_RESONATE_CACHE_TAGS  64    /* of one reply; more: not cached */
#define NGX_RESONATE_ETAG_LEN    34    /* 32 hex digits, quoted */


typedef struct {
    ngx_resonate_table_t    *table;
    ngx_resonate_shared_t   *shared;    /* the clock of its tags */
    time_t                   stale;
    ngx_resonate_counter_t  *hits;
    ngx_resonate_counter_t  *misses;
    ngx_resonate_counter_t  *stales;
} ngx_resonate_cache_t;


typedef struct {
    uint64_t         clock;      /* when its query was started */
    time_t           created;
    time_t           fresh;      /* until then */
    uint32_t         status;
    uint32_t         ntags;
    uint32_t         nown;       /* the last of them: the caller's own */
    u_char           etag[NGX_RESONATE_ETAG_LEN + 1];    /* or empty */
} ngx_resonate_cache_meta_t;


/* NULL: there is no "resonate_cache"; ask from postconfiguration */
ngx_resonate_cache_t *ngx_resonate_cache(ngx_conf_t *cf);


/*
 * get     NGX_OK: fresh;  NGX_AGAIN: stale, but filled in;  NGX_DECLINED:
 *         nothing of use
 * count   counts what get() said of a request, not of each look
 * claim   NGX_OK: the caller is the one to ask the database, and release()s
 *         when it has stored the answer or failed;  NGX_DECLINED: some
 *         other worker is at it
 */

ngx_int_t ngx_resonate_cache_get(ngx_resonate_cache_t *cache,
    ngx_str_t *key, ngx_pool_t *pool, ngx_resonate_reply_t *reply);
void ngx_resonate_cache_count(ngx_resonate_cache_t *cache, ngx_int_t rc);
void ngx_resonate_cache_put(ngx_resonate_cache_t *cache,
    ngx_str_t *key, ngx_resonate_cache_meta_t *meta, uint32_t *tags,
    ngx_str_t *body);

ngx_int_t ngx_resonate_cache_claim(ngx_resonate_cache_t *cache,
    ngx_str_t *key, time_t seconds);
void ngx_resonate_cache_release(ngx_resonate_cache_t *cache,
    ngx_str_t *key);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_CACHE_H_INCLUDED_ */
