
/*
 * Copyright (C) Resonate
 *
 * Entries of tables that only one has: claims, and what must not be twice.
 */


#include "../ngx_resonate_core_internal.h"
#include "ngx_resonate_table.h"


#define NGX_RESONATE_TABLE_ONCE_SIZE   128    /* bytes of an entry */
#define NGX_RESONATE_TABLE_ONCE_SHARE  16     /* an owner has 1/16 of them */


/* the value of a claim's node */

typedef struct {
    uint64_t                     owner;
    ngx_msec_t                   ends;
} ngx_resonate_table_claim_t;


static ngx_uint_t ngx_resonate_table_share(ngx_resonate_table_t *table,
    ngx_str_t *owner, time_t expires);
static ngx_resonate_table_node_t *ngx_resonate_table_renew(
    ngx_resonate_table_t *table, ngx_resonate_table_node_t *old,
    ngx_str_t *key, size_t len, time_t expires);
static void ngx_resonate_table_expire(ngx_resonate_table_t *table);


ngx_int_t
ngx_resonate_table_claim(ngx_resonate_table_t *table, ngx_str_t *key,
    uint64_t owner, ngx_msec_t time)
{
    uint32_t                     hash;
    ngx_int_t                    rc;
    ngx_resonate_table_node_t   *n;
    ngx_resonate_table_claim_t   claim;

    hash = ngx_murmur_hash2(key->data, key->len);
    rc = NGX_OK;

    ngx_shmtx_lock(&table->shpool->mutex);

    n = ngx_resonate_table_find(table, key, hash);

    if (n) {
        ngx_memcpy(&claim, n->data + n->key_len, sizeof(claim));

        if ((ngx_msec_int_t) (claim.ends - ngx_current_msec) > 0) {
            rc = NGX_DECLINED;
            goto done;
        }

        ngx_resonate_table_unlink(table, n);
    }

    n = ngx_resonate_table_alloc(table, key->len + sizeof(claim));
    if (n == NULL) {
        /* nobody can claim it: everybody may go on */
        goto done;
    }

    claim.owner = owner;
    claim.ends = ngx_current_msec + time;

    n->expires = 0;
    n->pins = 0;
    n->key_len = key->len;
    n->len = sizeof(claim);
    n->node.key = hash;

    ngx_memcpy(ngx_cpymem(n->data, key->data, key->len), &claim,
               sizeof(claim));

    ngx_resonate_table_link(table, n);

done:

    ngx_shmtx_unlock(&table->shpool->mutex);

    return rc;
}


ngx_int_t
ngx_resonate_table_release(ngx_resonate_table_t *table, ngx_str_t *key,
    uint64_t owner)
{
    ngx_int_t                    rc;
    ngx_resonate_table_node_t   *n;
    ngx_resonate_table_claim_t   claim;

    rc = NGX_DECLINED;

    ngx_shmtx_lock(&table->shpool->mutex);

    n = ngx_resonate_table_find(table, key,
                                ngx_murmur_hash2(key->data, key->len));
    if (n) {
        ngx_memcpy(&claim, n->data + n->key_len, sizeof(claim));

        if (claim.owner == owner) {
            ngx_resonate_table_unlink(table, n);
            rc = NGX_OK;
        }
    }

    ngx_shmtx_unlock(&table->shpool->mutex);

    return rc;
}


ngx_int_t
ngx_resonate_table_once(ngx_resonate_table_t *table, ngx_str_t *key,
    ngx_str_t *owner, time_t expires)
{
    ngx_int_t                   rc;
    ngx_resonate_table_node_t  *n;

    ngx_shmtx_lock(&table->shpool->mutex);

    ngx_resonate_table_expire(table);

    n = ngx_resonate_table_find(table, key,
                                ngx_murmur_hash2(key->data, key->len));

    if (n && n->expires > ngx_time()) {
        rc = NGX_DECLINED;

    } else if (owner && !ngx_resonate_table_share(table, owner, expires)) {
        rc = NGX_ABORT;

    } else {
        rc = ngx_resonate_table_renew(table, n, key, 0, expires)
             ? NGX_OK : NGX_BUSY;
    }

    ngx_shmtx_unlock(&table->shpool->mutex);

    return rc;
}


/*
 * While there is room for all, nobody is counted, which takes room itself.
 * The count of an owner is as old as the first key that it counts.
 */

static ngx_uint_t
ngx_resonate_table_share(ngx_resonate_table_t *table, ngx_str_t *owner,
    time_t expires)
{
    ngx_uint_t                  all, count;
    ngx_resonate_table_node_t  *n;

    all = table->zone->shm.size / NGX_RESONATE_TABLE_ONCE_SIZE;

    if (table->sh->entries < all / 2) {
        return 1;
    }

    n = ngx_resonate_table_find(table, owner,
                                ngx_murmur_hash2(owner->data, owner->len));

    if (n && n->expires > ngx_time()) {
        ngx_memcpy(&count, n->data + n->key_len, sizeof(count));

    } else {
        count = 0;
        n = ngx_resonate_table_renew(table, n, owner, sizeof(count), expires);
    }

    if (n == NULL || count >= all / NGX_RESONATE_TABLE_ONCE_SHARE) {
        return n == NULL;
    }

    count++;
    ngx_memcpy(n->data + n->key_len, &count, sizeof(count));

    return 1;
}


/* instead of "old", which may be NULL; nothing is evicted for it */

static ngx_resonate_table_node_t *
ngx_resonate_table_renew(ngx_resonate_table_t *table,
    ngx_resonate_table_node_t *old, ngx_str_t *key, size_t len,
    time_t expires)
{
    ngx_resonate_table_node_t  *n;

    if (old) {
        ngx_resonate_table_unlink(table, old);
    }

    n = ngx_slab_alloc_locked(table->shpool,
                              offsetof(ngx_resonate_table_node_t, data)
                              + key->len + len);
    if (n == NULL) {
        return NULL;
    }

    n->expires = expires;
    n->pins = 0;
    n->key_len = key->len;
    n->len = len;
    n->node.key = ngx_murmur_hash2(key->data, key->len);

    ngx_memcpy(n->data, key->data, key->len);

    ngx_resonate_table_link(table, n);

    return n;
}


/* two for each that comes, so that none is left for long */

static void
ngx_resonate_table_expire(ngx_resonate_table_t *table)
{
    ngx_uint_t                  i;
    ngx_queue_t                *q;
    ngx_resonate_table_node_t  *n;

    for (i = 0; i < 2 && !ngx_queue_empty(&table->sh->lru); i++) {
        q = ngx_queue_last(&table->sh->lru);
        n = ngx_queue_data(q, ngx_resonate_table_node_t, queue);

        if (n->expires > ngx_time()) {
            break;
        }

        ngx_resonate_table_unlink(table, n);
    }
}
