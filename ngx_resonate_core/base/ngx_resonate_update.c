
/*
 * Copyright (C) Resonate
 *
 * Entries of tables that are changed, not replaced.  Who reads an entry does
 * so without the lock, so what is changed is a copy, which then takes its
 * place.
 */


#include "../ngx_resonate_core_internal.h"
#include "ngx_resonate_table.h"


ngx_int_t
ngx_resonate_table_update(ngx_resonate_table_t *table, ngx_str_t *key,
    size_t len, time_t expires, ngx_resonate_update_pt update, void *data)
{
    u_char                     *value;
    ngx_resonate_table_node_t  *n, *old;

    ngx_shmtx_lock(&table->shpool->mutex);

    /* may evict the old one, which is looked for only then */

    n = ngx_resonate_table_alloc(table, key->len + len);

    if (n == NULL) {
        ngx_shmtx_unlock(&table->shpool->mutex);
        return NGX_DECLINED;
    }

    n->expires = expires;
    n->pins = 0;
    n->key_len = key->len;
    n->len = len;
    n->node.key = ngx_murmur_hash2(key->data, key->len);

    value = ngx_cpymem(n->data, key->data, key->len);

    old = ngx_resonate_table_find(table, key, n->node.key);

    if (old && old->expires > ngx_time() && old->len == len) {
        ngx_memcpy(value, old->data + old->key_len, len);

    } else {
        ngx_memzero(value, len);
    }

    update(value, data);

    if (old) {
        ngx_resonate_table_unlink(table, old);
    }

    ngx_resonate_table_link(table, n);

    ngx_shmtx_unlock(&table->shpool->mutex);

    return NGX_OK;
}
