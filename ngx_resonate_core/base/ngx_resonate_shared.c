
/*
 * Copyright (C) Resonate
 *
 * The shared zone: counters, gauges and requests by name, and the clock of
 * tags.  It is found again after a reload; its size never changes, so that
 * nginx keeps the old one.
 */


#include "../ngx_resonate_core_internal.h"


static size_t ngx_resonate_shared_size(void);
static ngx_int_t ngx_resonate_shared_init_zone(ngx_shm_zone_t *zone,
    void *data);
static ngx_resonate_shctx_t *ngx_resonate_shared_create(
    ngx_slab_pool_t *shpool);


ngx_resonate_shared_t *
ngx_resonate_shared(ngx_conf_t *cf)
{
    return ngx_http_conf_get_module_main_conf(cf, ngx_resonate_core_module);
}


ngx_int_t
ngx_resonate_shared_init(ngx_conf_t *cf)
{
    ngx_str_t               name = ngx_string("resonate");
    ngx_str_t               other = ngx_string("other");
    ngx_resonate_shared_t  *shared;

    shared = ngx_resonate_shared(cf);

    if (ngx_resonate_traffic_add(cf, &other) == NULL) {
        return NGX_ERROR;
    }

    shared->zone = ngx_shared_memory_add(cf, &name, ngx_resonate_shared_size(),
                                         &ngx_resonate_core_module);
    if (shared->zone == NULL) {
        return NGX_ERROR;
    }

    shared->zone->init = ngx_resonate_shared_init_zone;
    shared->zone->data = shared;

    return NGX_OK;
}


/* each is whole pages, which may have 64k; what the slabs keep is the rest */

static size_t
ngx_resonate_shared_size(void)
{
    return ngx_align(sizeof(ngx_resonate_shctx_t), ngx_pagesize)
           + ngx_align(ngx_resonate_clock_size(), ngx_pagesize)
           + ngx_align(ngx_resonate_counters_size(), ngx_pagesize)
           + ngx_align(ngx_resonate_gauges_size(), ngx_pagesize)
           + ngx_align(ngx_resonate_routes_size(), ngx_pagesize)
           + 64 * 1024 + ngx_pagesize;
}


static ngx_int_t
ngx_resonate_shared_init_zone(ngx_shm_zone_t *zone, void *data)
{
    ngx_resonate_shared_t  *oshared = data;

    ngx_slab_pool_t        *shpool;
    ngx_resonate_shared_t  *shared;

    shared = zone->data;
    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    if (oshared) {
        shared->sh = oshared->sh;

    } else if (zone->shm.exists) {
        shared->sh = shpool->data;

    } else {
        shared->sh = ngx_resonate_shared_create(shpool);
        if (shared->sh == NULL) {
            return NGX_ERROR;
        }

        shpool->data = shared->sh;
    }

    if (ngx_resonate_counters_bind(shared, zone->shm.log) != NGX_OK
        || ngx_resonate_gauges_bind(shared, zone->shm.log) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_resonate_routes_bind(shared, oshared, zone->shm.log);
}


static ngx_resonate_shctx_t *
ngx_resonate_shared_create(ngx_slab_pool_t *shpool)
{
    ngx_resonate_shctx_t  *sh;

    sh = ngx_slab_calloc(shpool, sizeof(ngx_resonate_shctx_t));
    if (sh == NULL) {
        return NULL;
    }

    sh->counters = ngx_slab_calloc(shpool, ngx_resonate_counters_size());
    sh->gauges = ngx_slab_calloc(shpool, ngx_resonate_gauges_size());
    sh->routes = ngx_slab_calloc(shpool, ngx_resonate_routes_size());
    sh->clock = ngx_slab_calloc(shpool, ngx_resonate_clock_size());

    if (sh->counters == NULL || sh->gauges == NULL || sh->routes == NULL
        || sh->clock == NULL)
    {
        return NULL;
    }

    sh->started = ngx_time();

    return sh;
}


ngx_int_t
ngx_resonate_name_slot(u_char *names, size_t size, ngx_uint_t max,
    ngx_str_t *name)
{
    u_char      *p;
    ngx_int_t    free;
    ngx_uint_t   i;

    free = NGX_ERROR;

    for (i = 0; i < max; i++) {
        p = names + i * size;

        if (p[0] == '\0') {
            free = (free == NGX_ERROR) ? (ngx_int_t) i : free;

        } else if (ngx_strcmp(p, name->data) == 0) {
            return i;
        }
    }

    if (free != NGX_ERROR) {
        ngx_cpystrn(names + free * size, name->data, size);
    }

    return free;
}


ngx_uint_t
ngx_resonate_listens(ngx_resonate_shared_t *shared)
{
    ngx_atomic_uint_t  heard;

    heard = shared->sh->listening.heard;

    return heard
           && (ngx_msec_int_t) (ngx_current_msec - heard)
              < (ngx_msec_int_t) shared->short_time;
}


void
ngx_resonate_shared_start(ngx_resonate_shared_t *shared)
{
    ngx_resonate_counters_start(shared);
    ngx_resonate_gauges_start(shared);
    ngx_resonate_routes_start(shared);
}
