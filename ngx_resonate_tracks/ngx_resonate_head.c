
/*
 * Copyright (C) Resonate
 *
 * Copies of what the media cache has: freed with the last request that reads
 * them.
 */


#include "ngx_resonate_head.h"


/* for the head itself and its key; the value is mostly larger */
#define NGX_RESONATE_HEAD_POOL  512


typedef struct {
    ngx_str_node_t              sn;        /* its key */
    ngx_rbtree_t               *heads;     /* that it is in */
    ngx_pool_t                 *pool;      /* that all this is in */
    ngx_uint_t                  refs;      /* requests */
    ngx_str_t                   value;
} ngx_resonate_head_t;


static ngx_resonate_head_t *ngx_resonate_head_create(
    ngx_resonate_index_main_conf_t *mcf, ngx_str_t *key, uint32_t hash,
    ngx_int_t *rc);
static void ngx_resonate_head_cleanup(void *data);


ngx_rbtree_t *
ngx_resonate_heads(ngx_pool_t *pool)
{
    ngx_rbtree_t       *heads;
    ngx_rbtree_node_t  *sentinel;

    heads = ngx_palloc(pool, sizeof(ngx_rbtree_t));
    sentinel = ngx_palloc(pool, sizeof(ngx_rbtree_node_t));

    if (heads == NULL || sentinel == NULL) {
        return NULL;
    }

    ngx_rbtree_init(heads, sentinel, ngx_str_rbtree_insert_value);

    return heads;
}


ngx_int_t
ngx_resonate_head_get(ngx_http_request_t *r, ngx_str_t *key, ngx_str_t *value)
{
    uint32_t                         hash;
    ngx_int_t                        rc;
    ngx_pool_cleanup_t              *cln;
    ngx_resonate_head_t             *head;
    ngx_resonate_index_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_index_module);

    if (mcf->cache == NULL) {
        return NGX_DECLINED;
    }

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    hash = ngx_murmur_hash2(key->data, key->len);

    head = (ngx_resonate_head_t *) ngx_str_rbtree_lookup(mcf->heads, key,
                                                         hash);

    if (head == NULL) {
        head = ngx_resonate_head_create(mcf, key, hash, &rc);

        if (head == NULL) {
            return rc;
        }
    }

    head->refs++;

    cln->handler = ngx_resonate_head_cleanup;
    cln->data = head;

    *value = head->value;

    return NGX_OK;
}


/* NULL: *rc says why */

static ngx_resonate_head_t *
ngx_resonate_head_create(ngx_resonate_index_main_conf_t *mcf, ngx_str_t *key,
    uint32_t hash, ngx_int_t *rc)
{
    ngx_pool_t           *pool;
    ngx_resonate_head_t  *head;

    *rc = NGX_ERROR;

    pool = ngx_create_pool(NGX_RESONATE_HEAD_POOL, ngx_cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    head = ngx_pcalloc(pool, sizeof(ngx_resonate_head_t));
    if (head == NULL) {
        goto failed;
    }

    head->heads = mcf->heads;
    head->pool = pool;

    head->sn.node.key = hash;
    head->sn.str.len = key->len;
    head->sn.str.data = ngx_pstrdup(pool, key);

    if (head->sn.str.data == NULL) {
        goto failed;
    }

    *rc = ngx_resonate_table_get(mcf->cache, key, pool, &head->value);

    if (*rc != NGX_OK) {
        goto failed;
    }

    ngx_rbtree_insert(head->heads, &head->sn.node);

    return head;

failed:

    ngx_destroy_pool(pool);

    return NULL;
}


static void
ngx_resonate_head_cleanup(void *data)
{
    ngx_resonate_head_t *head = data;

    if (--head->refs) {
        return;
    }

    ngx_rbtree_delete(head->heads, &head->sn.node);
    ngx_destroy_pool(head->pool);
}
