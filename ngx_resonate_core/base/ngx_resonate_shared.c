
/*
 * Copyright (C) Resonate
 *
 * The shared zone: counters by name, and the clock of tags.  It is found again
 * after a reload; its size never changes, so that nginx keeps the old one.
 */


#include "../ngx_resonate_core_internal.h"


#define NGX_RESONATE_COUNTERS_MAX   128
#define NGX_RESONATE_COUNTER_NAME   56
#define NGX_RESONATE_TAG_SLOTS      16384    /* a power of two */

#define NGX_RESONATE_SHARED_SIZE                                              \
    ngx_align(sizeof(ngx_resonate_shared_t) + 64 * 1024, 4096)


typedef struct {
    u_char                    name[NGX_RESONATE_COUNTER_NAME];
    ngx_atomic_t              value;
} ngx_resonate_counter_slot_t;


struct ngx_resonate_shared_s {
    ngx_resonate_counter_slot_t   counters[NGX_RESONATE_COUNTERS_MAX];
    ngx_atomic_t                  clock;
    ngx_atomic_t                  tags[NGX_RESONATE_TAG_SLOTS];
};


static ngx_int_t ngx_resonate_shared_init_zone(ngx_shm_zone_t *zone,
    void *data);
static ngx_int_t ngx_resonate_shared_bind(ngx_resonate_core_main_conf_t *mcf,
    ngx_log_t *log);
static ngx_resonate_counter_slot_t *ngx_resonate_counter_slot(
    ngx_resonate_shared_t *shared, ngx_str_t *name);


ngx_resonate_counter_t *
ngx_resonate_counter_add(ngx_conf_t *cf, const char *name, const char *help)
{
    ngx_uint_t                      i;
    ngx_resonate_counter_t         *counter, **slot;
    ngx_resonate_core_main_conf_t  *mcf;

    mcf = ngx_resonate_core_main_conf(cf);
    slot = mcf->counters.elts;

    for (i = 0; i < mcf->counters.nelts; i++) {
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

    slot = ngx_array_push(&mcf->counters);
    if (slot == NULL) {
        return NULL;
    }

    *slot = counter;

    return counter;
}


ngx_int_t
ngx_resonate_shared_init(ngx_conf_t *cf, ngx_resonate_core_main_conf_t *mcf)
{
    ngx_str_t  name = ngx_string("resonate");

    mcf->zone = ngx_shared_memory_add(cf, &name, NGX_RESONATE_SHARED_SIZE,
                                      &ngx_resonate_core_module);
    if (mcf->zone == NULL) {
        return NGX_ERROR;
    }

    mcf->zone->init = ngx_resonate_shared_init_zone;
    mcf->zone->data = mcf;

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_shared_init_zone(ngx_shm_zone_t *zone, void *data)
{
    ngx_resonate_core_main_conf_t  *omcf = data;

    ngx_slab_pool_t                *shpool;
    ngx_resonate_core_main_conf_t  *mcf;

    mcf = zone->data;
    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    if (omcf) {
        mcf->shared = omcf->shared;

    } else if (zone->shm.exists) {
        mcf->shared = shpool->data;

    } else {
        mcf->shared = ngx_slab_calloc(shpool, sizeof(ngx_resonate_shared_t));
        if (mcf->shared == NULL) {
            return NGX_ERROR;
        }

        shpool->data = mcf->shared;
    }

    return ngx_resonate_shared_bind(mcf, zone->shm.log);
}


static ngx_int_t
ngx_resonate_shared_bind(ngx_resonate_core_main_conf_t *mcf, ngx_log_t *log)
{
    ngx_uint_t                    i;
    ngx_resonate_counter_t      **counter;
    ngx_resonate_counter_slot_t  *slot;

    counter = mcf->counters.elts;

    for (i = 0; i < mcf->counters.nelts; i++) {

        slot = ngx_resonate_counter_slot(mcf->shared, &counter[i]->name);
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
ngx_resonate_counter_slot(ngx_resonate_shared_t *shared, ngx_str_t *name)
{
    ngx_uint_t                    i;
    ngx_resonate_counter_slot_t  *slot;

    for (i = 0; i < NGX_RESONATE_COUNTERS_MAX; i++) {
        slot = &shared->counters[i];

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
    return shared->clock;
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
    ngx_atomic_uint_t  now, was;

    now = ngx_atomic_fetch_add(&shared->clock, 1) + 1;

    /* two touches at a time: the later one stays, whoever is scheduled last */

    do {
        was = shared->tags[slot];
    } while (was < now && !ngx_atomic_cmp_set(&shared->tags[slot], was, now));
}


uint64_t
ngx_resonate_tag_time(ngx_resonate_shared_t *shared, uint32_t slot)
{
    return shared->tags[slot & (NGX_RESONATE_TAG_SLOTS - 1)];
}
