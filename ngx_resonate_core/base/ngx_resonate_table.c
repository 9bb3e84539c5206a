
/*
 * Copyright (C) Resonate
 *
 * Tables in shared memory: a red-black tree ordered by hash and then by the
 * whole key, so that colliding keys cannot make it a list, and an LRU queue.
 *
 * Bytes are copied outside the lock.  A reader pins the node meanwhile; a
 * node that is removed while it is pinned is detached, and freed when a later
 * allocation finds it unpinned.  A worker that dies with a pin, or while it
 * fills a new node, leaks that node, nothing else.
 */


#include "../ngx_resonate_core_internal.h"
#include "ngx_resonate_table.h"


#define NGX_RESONATE_TABLE_PORTION  8    /* a value is at most 1/8 of it */


static ngx_int_t ngx_resonate_table_init_zone(ngx_shm_zone_t *zone,
    void *data);
static ngx_int_t ngx_resonate_table_store(ngx_resonate_table_t *table,
    ngx_str_t *key, ngx_str_t *parts, ngx_uint_t nparts, time_t expires,
    ngx_uint_t last);
static void ngx_resonate_table_insert(ngx_rbtree_node_t *temp,
    ngx_rbtree_node_t *node, ngx_rbtree_node_t *sentinel);
static ngx_int_t ngx_resonate_table_cmp(ngx_resonate_table_node_t *n,
    ngx_str_t *key);
static void ngx_resonate_table_free_detached(ngx_resonate_table_t *table);


ngx_resonate_table_t *
ngx_resonate_table_add(ngx_conf_t *cf, ngx_str_t *name, size_t size)
{
    ngx_resonate_table_t   *table, **slot;
    ngx_resonate_shared_t  *shared;

    table = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_table_t));
    if (table == NULL) {
        return NULL;
    }

    table->zone = ngx_shared_memory_add(cf, name, size,
                                        &ngx_resonate_core_module);
    if (table->zone == NULL) {
        return NULL;
    }

    if (table->zone->data) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "duplicate zone \"%V\"", name);
        return NULL;
    }

    shared = ngx_resonate_shared(cf);

    slot = ngx_array_push(&shared->tables);
    if (slot == NULL) {
        return NULL;
    }

    *slot = table;

    table->zone->init = ngx_resonate_table_init_zone;
    table->zone->data = table;

    return table;
}


static ngx_int_t
ngx_resonate_table_init_zone(ngx_shm_zone_t *zone, void *data)
{
    ngx_resonate_table_t  *otable = data;

    ngx_resonate_table_t  *table;

    table = zone->data;
    table->shpool = (ngx_slab_pool_t *) zone->shm.addr;

    if (otable) {
        table->sh = otable->sh;
        return NGX_OK;
    }

    if (zone->shm.exists) {
        table->sh = table->shpool->data;
        return NGX_OK;
    }

    table->sh = ngx_slab_alloc(table->shpool,
                               sizeof(ngx_resonate_table_shctx_t));
    if (table->sh == NULL) {
        return NGX_ERROR;
    }

    table->shpool->data = table->sh;

    /* a full table is its normal state */
    table->shpool->log_nomem = 0;

    ngx_rbtree_init(&table->sh->rbtree, &table->sh->sentinel,
                    ngx_resonate_table_insert);
    ngx_queue_init(&table->sh->lru);
    ngx_queue_init(&table->sh->detached);
    table->sh->entries = 0;
    table->sh->evictions = 0;

    return NGX_OK;
}


ngx_int_t
ngx_resonate_table_get(ngx_resonate_table_t *table, ngx_str_t *key,
    ngx_pool_t *pool, ngx_str_t *value)
{
    uint32_t                    hash;
    ngx_int_t                   rc;
    ngx_resonate_table_node_t  *n;

    hash = ngx_murmur_hash2(key->data, key->len);

    ngx_shmtx_lock(&table->shpool->mutex);

    n = ngx_resonate_table_find(table, key, hash);

    if (n == NULL || n->expires <= ngx_time()) {
        ngx_shmtx_unlock(&table->shpool->mutex);
        return NGX_DECLINED;
    }

    if (ngx_queue_head(&table->sh->lru) != &n->queue) {
        ngx_queue_remove(&n->queue);
        ngx_queue_insert_head(&table->sh->lru, &n->queue);
    }

    (void) ngx_atomic_fetch_add(&n->pins, 1);

    ngx_shmtx_unlock(&table->shpool->mutex);

    rc = NGX_OK;
    value->len = n->len;
    value->data = ngx_palloc(pool, n->len + 1);

    if (value->data == NULL) {
        rc = NGX_ERROR;

    } else {
        ngx_memcpy(value->data, n->data + n->key_len, n->len);
        value->data[n->len] = '\0';
    }

    (void) ngx_atomic_fetch_add(&n->pins, -1);

    return rc;
}


ngx_int_t
ngx_resonate_table_put(ngx_resonate_table_t *table, ngx_str_t *key,
    ngx_str_t *parts, ngx_uint_t nparts, time_t expires)
{
    return ngx_resonate_table_store(table, key, parts, nparts, expires, 0);
}


ngx_int_t
ngx_resonate_table_put_last(ngx_resonate_table_t *table, ngx_str_t *key,
    ngx_str_t *parts, ngx_uint_t nparts, time_t expires)
{
    return ngx_resonate_table_store(table, key, parts, nparts, expires, 1);
}


static ngx_int_t
ngx_resonate_table_store(ngx_resonate_table_t *table, ngx_str_t *key,
    ngx_str_t *parts, ngx_uint_t nparts, time_t expires, ngx_uint_t last)
{
    size_t                      len;
    u_char                     *p;
    ngx_uint_t                  i;
    ngx_resonate_table_node_t  *n, *old;

    len = 0;

    for (i = 0; i < nparts; i++) {
        len += parts[i].len;
    }

    if (len + key->len > table->zone->shm.size / NGX_RESONATE_TABLE_PORTION) {
        return NGX_DECLINED;
    }

    ngx_shmtx_lock(&table->shpool->mutex);
    n = ngx_resonate_table_alloc(table, key->len + len);
    ngx_shmtx_unlock(&table->shpool->mutex);

    if (n == NULL) {
        return NGX_DECLINED;
    }

    n->expires = expires;
    n->pins = 0;
    n->key_len = key->len;
    n->len = len;
    n->node.key = ngx_murmur_hash2(key->data, key->len);

    p = ngx_cpymem(n->data, key->data, key->len);

    for (i = 0; i < nparts; i++) {
        p = ngx_cpymem(p, parts[i].data, parts[i].len);
    }

    ngx_shmtx_lock(&table->shpool->mutex);

    old = ngx_resonate_table_find(table, key, n->node.key);
    if (old) {
        ngx_resonate_table_unlink(table, old);
    }

    ngx_resonate_table_link(table, n);

    if (last) {
        ngx_queue_remove(&n->queue);
        ngx_queue_insert_tail(&table->sh->lru, &n->queue);
    }

    ngx_shmtx_unlock(&table->shpool->mutex);

    return NGX_OK;
}


ngx_int_t
ngx_resonate_table_delete(ngx_resonate_table_t *table, ngx_str_t *key)
{
    ngx_resonate_table_node_t  *n;

    ngx_shmtx_lock(&table->shpool->mutex);

    n = ngx_resonate_table_find(table, key,
                                ngx_murmur_hash2(key->data, key->len));
    if (n) {
        ngx_resonate_table_unlink(table, n);
    }

    ngx_shmtx_unlock(&table->shpool->mutex);

    return n ? NGX_OK : NGX_DECLINED;
}


void
ngx_resonate_table_usage(ngx_resonate_table_t *table,
    ngx_resonate_table_usage_t *usage)
{
    usage->name = table->zone->shm.name;
    usage->size = table->zone->shm.size;

    ngx_shmtx_lock(&table->shpool->mutex);

    usage->used = usage->size - table->shpool->pfree * ngx_pagesize;
    usage->entries = table->sh->entries;
    usage->evictions = table->sh->evictions;

    ngx_shmtx_unlock(&table->shpool->mutex);
}


static void
ngx_resonate_table_insert(ngx_rbtree_node_t *temp, ngx_rbtree_node_t *node,
    ngx_rbtree_node_t *sentinel)
{
    ngx_str_t                   key;
    ngx_rbtree_node_t         **p;
    ngx_resonate_table_node_t  *n;

    n = (ngx_resonate_table_node_t *) node;
    key.data = n->data;
    key.len = n->key_len;

    for ( ;; ) {

        if (node->key != temp->key) {
            p = (node->key < temp->key) ? &temp->left : &temp->right;

        } else {
            p = (ngx_resonate_table_cmp((ngx_resonate_table_node_t *) temp,
                                        &key) < 0)
                ? &temp->left : &temp->right;
        }

        if (*p == sentinel) {
            break;
        }

        temp = *p;
    }

    *p = node;
    node->parent = temp;
    node->left = sentinel;
    node->right = sentinel;
    ngx_rbt_red(node);
}


/* how "key" stands to the key of the node */

static ngx_int_t
ngx_resonate_table_cmp(ngx_resonate_table_node_t *n, ngx_str_t *key)
{
    return ngx_memn2cmp(key->data, n->data, key->len, n->key_len);
}


ngx_resonate_table_node_t *
ngx_resonate_table_find(ngx_resonate_table_t *table, ngx_str_t *key,
    uint32_t hash)
{
    ngx_int_t                   rc;
    ngx_rbtree_node_t          *node, *sentinel;
    ngx_resonate_table_node_t  *n;

    node = table->sh->rbtree.root;
    sentinel = table->sh->rbtree.sentinel;

    while (node != sentinel) {

        if (hash != node->key) {
            node = (hash < node->key) ? node->left : node->right;
            continue;
        }

        n = (ngx_resonate_table_node_t *) node;

        rc = ngx_resonate_table_cmp(n, key);
        if (rc == 0) {
            return n;
        }

        node = (rc < 0) ? node->left : node->right;
    }

    return NULL;
}


/* with the lock; evicts from the cold end before it gives up */

ngx_resonate_table_node_t *
ngx_resonate_table_alloc(ngx_resonate_table_t *table, size_t size)
{
    ngx_queue_t                *q;
    ngx_resonate_table_node_t  *n;

    ngx_resonate_table_free_detached(table);

    size += offsetof(ngx_resonate_table_node_t, data);

    for ( ;; ) {
        n = ngx_slab_alloc_locked(table->shpool, size);

        if (n != NULL || ngx_queue_empty(&table->sh->lru)) {
            return n;
        }

        q = ngx_queue_last(&table->sh->lru);
        n = ngx_queue_data(q, ngx_resonate_table_node_t, queue);

        if (n->expires > ngx_time()) {
            table->sh->evictions++;
        }

        ngx_resonate_table_unlink(table, n);
    }
}


void
ngx_resonate_table_link(ngx_resonate_table_t *table,
    ngx_resonate_table_node_t *n)
{
    ngx_rbtree_insert(&table->sh->rbtree, &n->node);
    ngx_queue_insert_head(&table->sh->lru, &n->queue);
    table->sh->entries++;
}


void
ngx_resonate_table_unlink(ngx_resonate_table_t *table,
    ngx_resonate_table_node_t *n)
{
    ngx_rbtree_delete(&table->sh->rbtree, &n->node);
    ngx_queue_remove(&n->queue);
    table->sh->entries--;

    if (n->pins) {
        ngx_queue_insert_tail(&table->sh->detached, &n->queue);
        return;
    }

    ngx_slab_free_locked(table->shpool, n);
}


static void
ngx_resonate_table_free_detached(ngx_resonate_table_t *table)
{
    ngx_queue_t                *q, *next;
    ngx_resonate_table_node_t  *n;

    for (q = ngx_queue_head(&table->sh->detached);
         q != ngx_queue_sentinel(&table->sh->detached);
         q = next)
    {
        next = ngx_queue_next(q);
        n = ngx_queue_data(q, ngx_resonate_table_node_t, queue);

        if (n->pins == 0) {
            ngx_queue_remove(q);
            ngx_slab_free_locked(table->shpool, n);
        }
    }
}
