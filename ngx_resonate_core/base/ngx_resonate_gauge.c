
/*
 * Copyright (C) Resonate
 *
 * Gauges: what each worker has now, added up when they are read.
 *
 * A worker writes to a place of its own, that of its slot in nginx's table of
 * processes, so that it needs no lock and what a killed worker left there is
 * known by its pid; whoever gets the slot next begins at zero.
 */


#include "../ngx_resonate_core_internal.h"


#define NGX_RESONATE_GAUGES_MAX   64
#define NGX_RESONATE_GAUGE_NAME   128


/* a worker's row is whole cache lines, its neighbours have others */

struct ngx_resonate_gauges_s {
    u_char          names[NGX_RESONATE_GAUGES_MAX][NGX_RESONATE_GAUGE_NAME];
    ngx_atomic_t    rows[NGX_MAX_PROCESSES][NGX_RESONATE_GAUGES_MAX];
    ngx_pid_t       pids[NGX_MAX_PROCESSES];
    time_t          started[NGX_MAX_PROCESSES];
};


static ngx_int_t ngx_resonate_gauge_cmp(const void *one, const void *two);


ngx_resonate_gauge_t *
ngx_resonate_gauge_add(ngx_conf_t *cf, const char *name, const char *help,
    const char *label, ngx_str_t *value)
{
    ngx_resonate_gauge_t   *gauge, **slot;
    ngx_resonate_shared_t  *shared;

    gauge = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_gauge_t));
    if (gauge == NULL) {
        return NULL;
    }

    gauge->name.data = (u_char *) name;
    gauge->name.len = ngx_strlen(name);
    gauge->help.data = (u_char *) help;
    gauge->help.len = ngx_strlen(help);

    if (ngx_resonate_series(cf, name, label, value, &gauge->series) != NGX_OK)
    {
        return NULL;
    }

    if (gauge->series.len >= NGX_RESONATE_GAUGE_NAME) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "name \"%V\" is too long for %s", value, label);
        return NULL;
    }

    /* it is moved nowhere until the worker starts */

    gauge->value = ngx_pcalloc(cf->pool, sizeof(ngx_atomic_t));
    if (gauge->value == NULL) {
        return NULL;
    }

    shared = ngx_resonate_shared(cf);

    slot = ngx_array_push(&shared->gauges);
    if (slot == NULL) {
        return NULL;
    }

    *slot = gauge;

    return gauge;
}


size_t
ngx_resonate_gauges_size(void)
{
    return sizeof(ngx_resonate_gauges_t);
}


ngx_int_t
ngx_resonate_gauges_bind(ngx_resonate_shared_t *shared, ngx_log_t *log)
{
    ngx_int_t               n;
    ngx_uint_t              i;
    ngx_resonate_gauge_t  **gauge;

    gauge = shared->gauges.elts;

    /* the series of one name have to stand together */

    ngx_sort(gauge, shared->gauges.nelts, sizeof(ngx_resonate_gauge_t *),
             ngx_resonate_gauge_cmp);

    for (i = 0; i < shared->gauges.nelts; i++) {

        n = ngx_resonate_name_slot(shared->sh->gauges->names[0],
                                   NGX_RESONATE_GAUGE_NAME,
                                   NGX_RESONATE_GAUGES_MAX,
                                   &gauge[i]->series);
        if (n == NGX_ERROR) {
            ngx_log_error(NGX_LOG_EMERG, log, 0,
                          "too many resonate gauges at \"%V\"",
                          &gauge[i]->series);
            return NGX_ERROR;
        }

        gauge[i]->slot = n;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_gauge_cmp(const void *one, const void *two)
{
    ngx_resonate_gauge_t *const *first = one;
    ngx_resonate_gauge_t *const *second = two;

    return ngx_strcmp((*first)->name.data, (*second)->name.data);
}


void
ngx_resonate_gauges_start(ngx_resonate_shared_t *shared)
{
    ngx_uint_t               i;
    ngx_resonate_gauge_t   **gauge;
    ngx_resonate_gauges_t   *sh;

    sh = shared->sh->gauges;
    ngx_memzero((void *) sh->rows[ngx_process_slot], sizeof(sh->rows[0]));

    gauge = shared->gauges.elts;

    for (i = 0; i < shared->gauges.nelts; i++) {
        gauge[i]->value = &sh->rows[ngx_process_slot][gauge[i]->slot];
    }

    sh->started[ngx_process_slot] = ngx_time();
    sh->pids[ngx_process_slot] = ngx_pid;
}


/* its pid may be another process's soon, its slot nobody's for long */

void
ngx_resonate_gauges_stop(ngx_resonate_shared_t *shared)
{
    shared->sh->gauges->pids[ngx_process_slot] = 0;
}


void
ngx_resonate_workers(ngx_resonate_shared_t *shared,
    ngx_resonate_workers_t *workers)
{
    ngx_pid_t               pid;
    ngx_uint_t              i;
    ngx_resonate_gauges_t  *sh;

    sh = shared->sh->gauges;
    workers->n = 0;
    workers->started = 0;

    for (i = 0; i < NGX_MAX_PROCESSES; i++) {
        pid = sh->pids[i];

        if (pid && (kill(pid, 0) == 0 || ngx_errno != NGX_ESRCH)) {
            workers->slots[workers->n++] = i;
            workers->started = ngx_max(workers->started, sh->started[i]);
        }
    }
}


ngx_atomic_int_t
ngx_resonate_gauge_sum(ngx_resonate_shared_t *shared,
    ngx_resonate_gauge_t *gauge, ngx_resonate_workers_t *workers)
{
    ngx_uint_t        i;
    ngx_atomic_int_t  sum;

    sum = 0;

    for (i = 0; i < workers->n; i++) {
        sum += (ngx_atomic_int_t)
               shared->sh->gauges->rows[workers->slots[i]][gauge->slot];
    }

    return sum;
}
