
/*
 * Copyright (C) Resonate
 *
 * The shared zone: counters and gauges by name, and the clock of tags.  It is
 * found again after a reload; its size never changes, so that nginx keeps the
 * old one.
 */


#include "../ngx_resonate_core_internal.h"


#define NGX_RESONATE_COUNTERS_MAX   128
#define NGX_RESONATE_COUNTER_NAME   56
#define NGX_RESONATE_TAG_SLOTS      16384    /* a power of two */

#define NGX_RESONATE_SHARED_SIZE                                              \
    ngx_align(sizeof(ngx_resonate_shctx_t) + ngx_resonate_board_size()        \
              + 64 * 1024, 4096)


typedef struct {
    u_char                    name[NGX_RESONATE_COUNTER_NAME];
    ngx_atomic_t              value;
} ngx_resonate_counter_slot_t;


typedef struct {
    ngx_resonate_counter_slot_t   counters[NGX_RESONATE_COUNTERS_MAX];
    ngx_resonate_board_t         *board;
    ngx_atomic_t                  clock;
    ngx_atomic_t                  tags[NGX_RESONATE_TAG_SLOTS];
} ngx_resonate_shctx_t;


static ngx_int_t ngx_resonate_shared_init_zone(ngx_shm_zone_t *zone,
    void *data);
static ngx_int_t ngx_resonate_shared_bind(ngx_resonate_shared_t *shared,
    ngx_log_t *log);
static ngx_resonate_counter_slot_t *ngx_resonate_counter_slot(
    ngx_resonate_shctx_t *sh, ngx_str_t *name);


ngx_resonate_shared_t *
ngx_resonate_shared(ngx_conf_t *cf)
{
    return ngx_http_conf_get_module_main_conf(cf, ngx_resonate_core_module);
}


ngx_resonate_counter_t *
ngx_resonate_counter_add(ngx_conf_t *cf, const char *name, const char *help)
{
    ngx_uint_t               i;
    ngx_resonate_shared_t   *shared;
    ngx_resonate_counter_t  *counter, **slot;

    shared = ngx_resonate_shared(cf);
    slot = shared->counters.elts;

    for (i = 0; i < shared->counters.nelts; i++) {
        if (ngx_strcmp(slot[i]->name.data, name) == 0) {
            return slot[i];
        }
    }

    counter = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_counter_t));
    if (counter == NULL) {
        return NULL;
    }

    counter->name.data = (u_char *) name;
    counter->name.len = ngx_strlen(name);
    counter->help.data = (u_char *) help;
    counter->help.len = ngx_strlen(help);

    /* counts nowhere until the zone is mapped */

    counter->value = ngx_pcalloc(cf->pool, sizeof(ngx_atomic_t));
    if (counter->value == NULL) {
        return NULL;
    }

    slot = ngx_array_push(&shared->counters);
    if (slot == NULL) {
        return NULL;
    }

    *slot = counter;

    return counter;
}


ngx_int_t
ngx_resonate_shared_init(ngx_conf_t *cf)
{
    ngx_str_t               name = ngx_string("resonate");
    ngx_resonate_shared_t  *shared;

    shared = ngx_resonate_shared(cf);

    shared->zone = ngx_shared_memory_add(cf, &name, NGX_RESONATE_SHARED_SIZE,
                                         &ngx_resonate_core_module);
    if (shared->zone == NULL) {
        return NGX_ERROR;
    }

    shared->zone->init = ngx_resonate_shared_init_zone;
    shared->zone->data = shared;

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_shared_init_zone(ngx_shm_zone_t *zone, void *data)
{
    ngx_resonate_shared_t  *oshared = data;

    ngx_slab_pool_t        *shpool;
    ngx_resonate_shctx_t   *sh;
    ngx_resonate_shared_t  *shared;

    shared = zone->data;
    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    if (oshared) {
        shared->sh = oshared->sh;
        shared->board = oshared->board;

    } else if (zone->shm.exists) {
        sh = shpool->data;
        shared->sh = sh;
        shared->board = sh->board;

    } else {
        sh = ngx_slab_calloc(shpool, sizeof(ngx_resonate_shctx_t));
        if (sh == NULL) {
            return NGX_ERROR;
        }

        sh->board = ngx_slab_calloc(shpool, ngx_resonate_board_size());
        if (sh->board == NULL) {
            return NGX_ERROR;
        }

        shpool->data = sh;
        shared->sh = sh;
        shared->board = sh->board;
    }

    if (ngx_resonate_shared_bind(shared, zone->shm.log) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_resonate_gauges_bind(shared, zone->shm.log);
}


static ngx_int_t
ngx_resonate_shared_bind(ngx_resonate_shared_t *shared, ngx_log_t *log)
{
    ngx_uint_t                    i;
    ngx_resonate_counter_t      **counter;
    ngx_resonate_counter_slot_t  *slot;

    counter = shared->counters.elts;

    for (i = 0; i < shared->counters.nelts; i++) {

        slot = ngx_resonate_counter_slot(shared->sh, &counter[i]->name);
        if (slot == NULL) {
            ngx_log_error(NGX_LOG_EMERG, log, 0,
                          "too many resonate counters at \"%V\"",
                          &counter[i]->name);
            return NGX_ERROR;
        }

        counter[i]->value = &slot->value;
    }

    return NGX_OK;
}


static ngx_resonate_counter_slot_t *
ngx_resonate_counter_slot(ngx_resonate_shctx_t *sh, ngx_str_t *name)
{
    ngx_uint_t                    i;
    ngx_resonate_counter_slot_t  *slot;

    for (i = 0; i < NGX_RESONATE_COUNTERS_MAX; i++) {
        slot = &sh->counters[i];

        if (slot->name[0] == '\0') {
            ngx_cpystrn(slot->name, name->data, NGX_RESONATE_COUNTER_NAME);
            return slot;
        }

        if (ngx_strcmp(slot->name, name->data) == 0) {
            return slot;
        }
    }

    return NULL;
}


uint64_t
ngx_resonate_clock(ngx_resonate_shared_t *shared)
{
    ngx_resonate_shctx_t  *sh;

    sh = shared->sh;

    return sh->clock;
}


uint32_t
ngx_resonate_tag_slot(const u_char *tag, size_t len)
{
    return ngx_murmur_hash2((u_char *) tag, len)
           & (NGX_RESONATE_TAG_SLOTS - 1);
}


void
ngx_resonate_tag_touch(ngx_resonate_shared_t *shared, uint32_t slot)
{
    ngx_atomic_uint_t      now, was;
    ngx_resonate_shctx_t  *sh;

    sh = shared->sh;
    now = ngx_atomic_fetch_add(&sh->clock, 1) + 1;

    /* two touches at a time: the later one stays, whoever is scheduled last */

    do {
        was = sh->tags[slot];
    } while (was < now && !ngx_atomic_cmp_set(&sh->tags[slot], was, now));
}


uint64_t
ngx_resonate_tag_time(ngx_resonate_shared_t *shared, uint32_t slot)
{
    ngx_resonate_shctx_t  *sh;

    sh = shared->sh;

    return sh->tags[slot & (NGX_RESONATE_TAG_SLOTS - 1)];
}
