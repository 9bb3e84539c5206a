
/*
 * Copyright (C) Resonate
 *
 * What the files about tables share.  All four want the table's lock.
 *
 *   find    by the whole key, or NULL
 *   alloc   evicts from the cold end before it gives up with NULL
 *   link    puts a filled node in
 *   unlink  takes it out and frees it, once nobody reads it any more
 */


#ifndef _NGX_RESONATE_TABLE_H_INCLUDED_
#define _NGX_RESONATE_TABLE_H_INCLUDED_


#include "ngx_resonate_base.h"


#pragma GCC visibility push(hidden)


typedef struct {
    ngx_rbtree_node_t           node;
    ngx_queue_t                 queue;
    time_t                      expires;
    ngx_atomic_t                pins;
    size_t                      key_len;
    size_t                      len;
    u_char                      data[1];    /* key, value */
} ngx_resonate_table_node_t;


typedef struct {
    ngx_rbtree_t                rbtree;
    ngx_rbtree_node_t           sentinel;
    ngx_queue_t                 lru;
    ngx_queue_t                 detached;
    ngx_uint_t                  entries;
    ngx_uint_t                  evictions;
} ngx_resonate_table_shctx_t;


struct ngx_resonate_table_s {
    ngx_shm_zone_t              *zone;
    ngx_slab_pool_t             *shpool;
    ngx_resonate_table_shctx_t  *sh;
};


ngx_resonate_table_node_t *ngx_resonate_table_find(
    ngx_resonate_table_t *table, ngx_str_t *key, uint32_t hash);
ngx_resonate_table_node_t *ngx_resonate_table_alloc(
    ngx_resonate_table_t *table, size_t size);
void ngx_resonate_table_link(ngx_resonate_table_t *table,
    ngx_resonate_table_node_t *n);
void ngx_resonate_table_unlink(ngx_resonate_table_t *table,
    ngx_resonate_table_node_t *n);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_TABLE_H_INCLUDED_ */
