
/*
 * Copyright (C) Resonate
 *
 * What is counted of each route, in shared memory: like counters, in rows that
 * workers do not share with their neighbours.
 */


#include "../ngx_resonate_core_internal.h"


#define NGX_RESONATE_ROUTES_MAX   256    /* "other" is one of them */
#define NGX_RESONATE_ROUTES_SLOTS (2 * NGX_RESONATE_ROUTES_MAX)
#define NGX_RESONATE_ROUTES_NAME  192


/* there is room for all names of a configuration and of the one before it */

struct ngx_resonate_routes_s {
    u_char                      names[NGX_RESONATE_ROUTES_SLOTS]
                                     [NGX_RESONATE_ROUTES_NAME];
    ngx_resonate_traffic_row_t  rows[NGX_RESONATE_ROWS]
                                    [NGX_RESONATE_ROUTES_SLOTS];
};


static ngx_resonate_traffic_t *ngx_resonate_traffic_find(
    ngx_resonate_shared_t *shared, u_char *name);
static void ngx_resonate_traffic_forget(ngx_resonate_shared_t *shared,
    ngx_resonate_shared_t *oshared);


ngx_resonate_traffic_t *
ngx_resonate_traffic_add(ngx_conf_t *cf, ngx_str_t *route)
{
    u_char                   *p;
    ngx_resonate_shared_t    *shared;
    ngx_resonate_traffic_t   *traffic, **slot;

    shared = ngx_resonate_shared(cf);

    p = ngx_pnalloc(cf->pool, 2 * route->len + 1);
    if (p == NULL) {
        return NULL;
    }

    *resonate_label_escape((char *) p, (char *) route->data, route->len)
        = '\0';

    traffic = ngx_resonate_traffic_find(shared, p);
    if (traffic) {
        return traffic;
    }

    if (ngx_strlen(p) >= NGX_RESONATE_ROUTES_NAME) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "route \"%V\" is too long, at most %d bytes are "
                           "possible", route, NGX_RESONATE_ROUTES_NAME - 1);
        return NULL;
    }

    if (shared->routes.nelts == NGX_RESONATE_ROUTES_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "route \"%V\" is one too many, at most %d are "
                           "possible", route, NGX_RESONATE_ROUTES_MAX - 1);
        return NULL;
    }

    traffic = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_traffic_t));
    if (traffic == NULL) {
        return NULL;
    }

    traffic->name.data = p;
    traffic->name.len = ngx_strlen(p);

    slot = ngx_array_push(&shared->routes);
    if (slot == NULL) {
        return NULL;
    }

    *slot = traffic;

    return traffic;
}


static ngx_resonate_traffic_t *
ngx_resonate_traffic_find(ngx_resonate_shared_t *shared, u_char *name)
{
    ngx_uint_t                i;
    ngx_resonate_traffic_t  **traffic;

    traffic = shared->routes.elts;

    for (i = 0; i < shared->routes.nelts; i++) {
        if (ngx_strcmp(traffic[i]->name.data, name) == 0) {
            return traffic[i];
        }
    }

    return NULL;
}


size_t
ngx_resonate_routes_size(void)
{
    return sizeof(ngx_resonate_routes_t);
}


ngx_int_t
ngx_resonate_routes_bind(ngx_resonate_shared_t *shared,
    ngx_resonate_shared_t *oshared, ngx_log_t *log)
{
    ngx_int_t                 n;
    ngx_uint_t                i;
    ngx_resonate_routes_t    *sh;
    ngx_resonate_traffic_t  **traffic;

    ngx_resonate_traffic_forget(shared, oshared);

    sh = shared->sh->routes;
    traffic = shared->routes.elts;

    for (i = 0; i < shared->routes.nelts; i++) {

        n = ngx_resonate_name_slot(sh->names[0], NGX_RESONATE_ROUTES_NAME,
                                   NGX_RESONATE_ROUTES_SLOTS,
                                   &traffic[i]->name);
        if (n == NGX_ERROR) {
            ngx_log_error(NGX_LOG_ALERT, log, 0,
                          "no counters are left for route \"%V\"",
                          &traffic[i]->name);
            return NGX_ERROR;
        }

        traffic[i]->slot = n;
        traffic[i]->row = &sh->rows[0][n];
    }

    return NGX_OK;
}


/*
 * What neither the new configuration names nor the one before it, whose
 * workers finish their requests now.
 */

static void
ngx_resonate_traffic_forget(ngx_resonate_shared_t *shared,
    ngx_resonate_shared_t *oshared)
{
    ngx_uint_t              i, row;
    ngx_resonate_routes_t  *sh;

    sh = shared->sh->routes;

    for (i = 0; i < NGX_RESONATE_ROUTES_SLOTS; i++) {

        if (sh->names[i][0] == '\0'
            || ngx_resonate_traffic_find(shared, sh->names[i])
            || (oshared && ngx_resonate_traffic_find(oshared, sh->names[i])))
        {
            continue;
        }

        sh->names[i][0] = '\0';

        for (row = 0; row < NGX_RESONATE_ROWS; row++) {
            ngx_memzero((void *) &sh->rows[row][i],
                        sizeof(ngx_resonate_traffic_row_t));
        }
    }
}


void
ngx_resonate_routes_start(ngx_resonate_shared_t *shared)
{
    ngx_uint_t                i;
    ngx_resonate_traffic_t  **traffic;

    traffic = shared->routes.elts;

    for (i = 0; i < shared->routes.nelts; i++) {
        traffic[i]->row = &shared->sh->routes->rows[ngx_resonate_row()]
                                                   [traffic[i]->slot];
    }
}


void
ngx_resonate_traffic_sum(ngx_resonate_shared_t *shared,
    ngx_resonate_traffic_t *traffic, ngx_resonate_traffic_row_t *sum)
{
    ngx_uint_t                   i, k;
    ngx_resonate_traffic_row_t  *row;

    ngx_memzero((void *) sum, sizeof(ngx_resonate_traffic_row_t));

    for (i = 0; i < NGX_RESONATE_ROWS; i++) {
        row = &shared->sh->routes->rows[i][traffic->slot];

        for (k = 0; k < RESONATE_CODES; k++) {
            sum->codes[k] += row->codes[k];
        }

        for (k = 0; k < RESONATE_BUCKETS; k++) {
            sum->buckets[k] += row->buckets[k];
        }

        sum->usec += row->usec;
        sum->bytes += row->bytes;
    }
}
