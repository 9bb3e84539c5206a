
/*
 * Copyright (C) Resonate
 *
 * The keys of a worker's callers.  A client sends the same header with every
 * proof, so its bytes find the key without being decoded.  Only keys of good
 * proofs of good tokens are kept: whoever has none cannot push others out.
 */


#include "ngx_resonate_auth_dpop.h"


#define NGX_RESONATE_DPOP_SLOTS  1024    /* a power of two */


typedef struct {
    resonate_dpop_key_t         key;
    size_t                      len;
    u_char                      header[1];
} ngx_resonate_dpop_slot_t;


struct ngx_resonate_dpop_worker_s {
    ngx_resonate_dpop_slot_t   *slots[NGX_RESONATE_DPOP_SLOTS];
};


static ngx_resonate_dpop_slot_t **ngx_resonate_dpop_slot(
    ngx_resonate_dpop_worker_t *worker, const resonate_jwt_view_t *header);
static void ngx_resonate_dpop_free(ngx_resonate_dpop_slot_t *slot);
static void ngx_resonate_dpop_cleanup(void *data);


ngx_int_t
ngx_resonate_dpop_worker_init(ngx_resonate_dpop_main_conf_t *dmcf,
    ngx_cycle_t *cycle)
{
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(cycle->pool,
                               sizeof(ngx_resonate_dpop_worker_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(cln->data, sizeof(ngx_resonate_dpop_worker_t));
    cln->handler = ngx_resonate_dpop_cleanup;

    dmcf->worker = cln->data;

    return NGX_OK;
}


resonate_dpop_key_t *
ngx_resonate_dpop_find(ngx_resonate_dpop_worker_t *worker,
    const resonate_jwt_view_t *header)
{
    ngx_resonate_dpop_slot_t  *slot;

    slot = *ngx_resonate_dpop_slot(worker, header);

    return (slot && slot->len == header->len
            && ngx_memcmp(slot->header, header->data, header->len) == 0)
           ? &slot->key : NULL;
}


void
ngx_resonate_dpop_keep(ngx_resonate_dpop_worker_t *worker,
    const resonate_jwt_view_t *header, resonate_dpop_key_t *key,
    ngx_log_t *log)
{
    ngx_resonate_dpop_slot_t  *slot, **place;

    slot = ngx_alloc(sizeof(ngx_resonate_dpop_slot_t) + header->len, log);
    if (slot == NULL) {
        resonate_dpop_key_free(key);
        return;
    }

    slot->key = *key;
    slot->len = header->len;
    ngx_memcpy(slot->header, header->data, header->len);

    place = ngx_resonate_dpop_slot(worker, header);

    ngx_resonate_dpop_free(*place);
    *place = slot;
}


static ngx_resonate_dpop_slot_t **
ngx_resonate_dpop_slot(ngx_resonate_dpop_worker_t *worker,
    const resonate_jwt_view_t *header)
{
    uint32_t  hash;

    hash = ngx_murmur_hash2((u_char *) header->data, header->len);

    return &worker->slots[hash & (NGX_RESONATE_DPOP_SLOTS - 1)];
}


static void
ngx_resonate_dpop_free(ngx_resonate_dpop_slot_t *slot)
{
    if (slot) {
        resonate_dpop_key_free(&slot->key);
        ngx_free(slot);
    }
}


static void
ngx_resonate_dpop_cleanup(void *data)
{
    ngx_resonate_dpop_worker_t *worker = data;

    ngx_uint_t  i;

    for (i = 0; i < NGX_RESONATE_DPOP_SLOTS; i++) {
        ngx_resonate_dpop_free(worker->slots[i]);
    }
}
