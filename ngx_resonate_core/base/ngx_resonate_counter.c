
/*
 * Copyright (C) Resonate
 *
 * Counters: each worker counts in a row of its own, as far as there are rows,
 * so that they do not take a cache line from each other.
 */


#include "../ngx_resonate_core_internal.h"


#define NGX_RESONATE_COUNTERS_MAX   128
#define NGX_RESONATE_COUNTER_NAME   64


struct ngx_resonate_counters_s {
    u_char          names[NGX_RESONATE_COUNTERS_MAX][NGX_RESONATE_COUNTER_NAME];
    ngx_atomic_t    rows[NGX_RESONATE_ROWS][NGX_RESONATE_COUNTERS_MAX];
};


static ngx_resonate_counter_t *ngx_resonate_counter_make(ngx_conf_t *cf,
    const char *family, const char *name, const char *help);


ngx_resonate_counter_t *
ngx_resonate_counter_add(ngx_conf_t *cf, const char *name, const char *help)
{
    return ngx_resonate_counter_make(cf, name, name, help);
}


ngx_resonate_counter_t *
ngx_resonate_counter_label_add(ngx_conf_t *cf, const char *name,
    const char *help, const char *label, ngx_str_t *value)
{
    ngx_str_t  series;

    if (ngx_resonate_series(cf, name, label, value, &series) != NGX_OK) {
        return NULL;
    }

    return ngx_resonate_counter_make(cf, name, (char *) series.data, help);
}


static ngx_resonate_counter_t *
ngx_resonate_counter_make(ngx_conf_t *cf, const char *family,
    const char *name, const char *help)
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
    counter->family.data = (u_char *) family;
    counter->family.len = ngx_strlen(family);
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


size_t
ngx_resonate_counters_size(void)
{
    return sizeof(ngx_resonate_counters_t);
}


ngx_int_t
ngx_resonate_counters_bind(ngx_resonate_shared_t *shared, ngx_log_t *log)
{
    ngx_int_t                  n;
    ngx_uint_t                 i;
    ngx_resonate_counter_t   **counter;
    ngx_resonate_counters_t   *sh;

    sh = shared->sh->counters;
    counter = shared->counters.elts;

    for (i = 0; i < shared->counters.nelts; i++) {

        n = ngx_resonate_name_slot(sh->names[0], NGX_RESONATE_COUNTER_NAME,
                                   NGX_RESONATE_COUNTERS_MAX,
                                   &counter[i]->name);
        if (n == NGX_ERROR) {
            ngx_log_error(NGX_LOG_EMERG, log, 0,
                          "too many resonate counters at \"%V\"",
                          &counter[i]->name);
            return NGX_ERROR;
        }

        counter[i]->slot = n;
        counter[i]->value = &sh->rows[0][n];
    }

    return NGX_OK;
}


void
ngx_resonate_counters_start(ngx_resonate_shared_t *shared)
{
    ngx_uint_t                i;
    ngx_resonate_counter_t  **counter;

    counter = shared->counters.elts;

    for (i = 0; i < shared->counters.nelts; i++) {
        counter[i]->value = &shared->sh->counters->rows[ngx_resonate_row()]
                                                       [counter[i]->slot];
    }
}


ngx_atomic_uint_t
ngx_resonate_counter_sum(ngx_resonate_shared_t *shared,
    ngx_resonate_counter_t *counter)
{
    ngx_uint_t         i;
    ngx_atomic_uint_t  sum;

    sum = 0;

    for (i = 0; i < NGX_RESONATE_ROWS; i++) {
        sum += shared->sh->counters->rows[i][counter->slot];
    }

    return sum;
}
