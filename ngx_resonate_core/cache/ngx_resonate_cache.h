
/*
 * Copyright (C) Resonate
 *
 * Finished replies in shared memory.
 *
 * A reply remembers when its query was started (in seconds, and by the tags'
 * clock) and which tags it was made from.  Whether it is fresh is decided
 * when it is read: by its age, and by the tags touched since, however late it
 * was stored.  While the database is listened to, what has not been touched
 * is as it was; while it is not, replies live for a short time only.
 *
 * A reply that is too old may be served while the database is away, within a
 * bound of its own; one whose tag was touched may not, unless that is its
 * caller's own tag.
 *
 * A key begins with a byte that is the cache's to set: forms of one reply,
 * and the claim on it, are entries beside each other.
 */


#ifndef _NGX_RESONATE_CACHE_H_INCLUDED_
#define _NGX_RESONATE_CACHE_H_INCLUDED_


#include "ngx_resonate_tags.h"


#pragma GCC visibility push(hidden)


#define NGX_RESONATE_ETAG_LEN  34    /* 32 hex digits, quoted */


typedef struct ngx_resonate_listener_s  ngx_resonate_listener_t;


typedef struct {
    ngx_resonate_table_t    *table;
    ngx_resonate_shared_t   *shared;    /* the clock of its tags */
    time_t                   stale;
    time_t                   negative;
    time_t                   short_time;
    ngx_str_t                listen;    /* a database, or empty */
    ngx_resonate_listener_t *listener;  /* NULL: nobody listens */
    ngx_resonate_pg_stmt_t  *purge;     /* tells tags; likewise */
    ngx_resonate_counter_t  *invalidations;
    ngx_resonate_counter_t  *hits;
    ngx_resonate_counter_t  *misses;
    ngx_resonate_counter_t  *stales;
} ngx_resonate_cache_t;


/* how old a reply may be, in seconds, with a database and without */

typedef struct {
    time_t           fresh;
    time_t           stale;
} ngx_resonate_cache_ages_t;


typedef struct {
    uint64_t         clock;      /* when its query was started */
    time_t           created;    /* the same, in seconds */
    time_t           until;      /* it is not fresh from then on, or 0 */
    uint32_t         status;
    uint32_t         ntags;
    uint32_t         nown;       /* the last of them: the caller's own */
    u_char           etag[NGX_RESONATE_ETAG_LEN + 1];    /* or empty */
} ngx_resonate_cache_meta_t;


/* NULL: there is no "resonate_cache"; ask from postconfiguration */
ngx_resonate_cache_t *ngx_resonate_cache(ngx_conf_t *cf);
ngx_resonate_cache_t *ngx_resonate_cache_of(ngx_http_request_t *r);


typedef enum {
    NGX_RESONATE_CACHE_FRESH = 0,
    NGX_RESONATE_CACHE_STALE,    /* filled in, for want of a database */
    NGX_RESONATE_CACHE_NONE
} ngx_resonate_cache_found_e;


/*
 * get      *reply is filled in unless it returns NONE
 * gzip     the gzip form, only if it is fresh
 * count    counts what get() said of a request, not of each look
 * put      replaces whatever there was, also if the new reply does not fit;
 *          "gzip" keeps that form of it too;  NGX_DECLINED: it did not fit
 * drop     removes what there is
 * end      the same;  NGX_OK: it was a reply, and no 404
 * claim    NGX_OK: the owner is the one to ask the database for "time"
 *          milliseconds, and release()s when it has stored the answer or
 *          failed;  NGX_DECLINED: some other call is at it
 * release  NGX_DECLINED: another owner has claimed it since, so that what
 *          this one has stored may be older than what is true
 */

ngx_resonate_cache_found_e ngx_resonate_cache_get(ngx_resonate_cache_t *cache,
    ngx_str_t *key, ngx_resonate_cache_ages_t *ages, ngx_pool_t *pool,
    ngx_resonate_reply_t *reply);
ngx_resonate_cache_found_e ngx_resonate_cache_gzip(
    ngx_resonate_cache_t *cache, ngx_str_t *key,
    ngx_resonate_cache_ages_t *ages, ngx_pool_t *pool,
    ngx_resonate_reply_t *reply);
void ngx_resonate_cache_count(ngx_resonate_cache_t *cache,
    ngx_resonate_cache_found_e found);
ngx_int_t ngx_resonate_cache_put(ngx_resonate_cache_t *cache, ngx_str_t *key,
    ngx_resonate_cache_ages_t *ages, ngx_resonate_cache_meta_t *meta,
    uint32_t *tags, ngx_str_t *body, ngx_uint_t gzip);
void ngx_resonate_cache_drop(ngx_resonate_cache_t *cache, ngx_str_t *key);
ngx_int_t ngx_resonate_cache_end(ngx_resonate_cache_t *cache, ngx_str_t *key,
    ngx_pool_t *pool);

ngx_int_t ngx_resonate_cache_claim(ngx_resonate_cache_t *cache,
    ngx_str_t *key, uint64_t owner, ngx_msec_t time);
ngx_int_t ngx_resonate_cache_release(ngx_resonate_cache_t *cache,
    ngx_str_t *key, uint64_t owner);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_CACHE_H_INCLUDED_ */
