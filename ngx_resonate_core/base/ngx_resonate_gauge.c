
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


struct ngx_resonate_gauge_slot_s {
    u_char                      name[NGX_RESONATE_GAUGE_NAME];
    ngx_atomic_t                values[NGX_MAX_PROCESSES];
};


struct ngx_resonate_board_s {
    ngx_pid_t                   pids[NGX_MAX_PROCESSES];
    ngx_resonate_gauge_slot_t   slots[NGX_RESONATE_GAUGES_MAX];
};


static ngx_int_t ngx_resonate_gauge_series(ngx_conf_t *cf,
    ngx_resonate_gauge_t *gauge, const char *label, ngx_str_t *value);
static ngx_resonate_gauge_slot_t *ngx_resonate_gauge_slot(
    ngx_resonate_board_t *board, ngx_str_t *name);


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

    if (ngx_resonate_gauge_series(cf, gauge, label, value) != NGX_OK) {
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


/* name{label="value"}, the value's \, " and LF escaped */

static ngx_int_t
ngx_resonate_gauge_series(ngx_conf_t *cf, ngx_resonate_gauge_t *gauge,
    const char *label, ngx_str_t *value)
{
    u_char      *p, c;
    ngx_uint_t   i;

    p = ngx_pnalloc(cf->pool, gauge->name.len + ngx_strlen(label)
                              + 2 * value->len + sizeof("{=\"\"}"));
    if (p == NULL) {
        return NGX_ERROR;
    }

    gauge->series.data = p;
    p = ngx_sprintf(p, "%V{%s=\"", &gauge->name, label);

    for (i = 0; i < value->len; i++) {
        c = value->data[i];

        if (c == '\\' || c == '"' || c == LF) {
            *p++ = '\\';
        }

        *p++ = (c == LF) ? 'n' : c;
    }

    p = ngx_sprintf(p, "\"}%Z");
    gauge->series.len = p - gauge->series.data - 1;

    if (gauge->series.len >= NGX_RESONATE_GAUGE_NAME) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "name \"%V\" is too long for %s", value, label);
        return NGX_ERROR;
    }

    return NGX_OK;
}


size_t
ngx_resonate_board_size(void)
{
    return sizeof(ngx_resonate_board_t);
}


ngx_int_t
ngx_resonate_gauges_bind(ngx_resonate_shared_t *shared, ngx_log_t *log)
{
    ngx_uint_t              i;
    ngx_resonate_gauge_t  **gauge;

    gauge = shared->gauges.elts;

    for (i = 0; i < shared->gauges.nelts; i++) {

        gauge[i]->slot = ngx_resonate_gauge_slot(shared->board,
                                                 &gauge[i]->series);
        if (gauge[i]->slot == NULL) {
            ngx_log_error(NGX_LOG_EMERG, log, 0,
                          "too many resonate gauges at \"%V\"",
                          &gauge[i]->series);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_resonate_gauge_slot_t *
ngx_resonate_gauge_slot(ngx_resonate_board_t *board, ngx_str_t *name)
{
    ngx_uint_t                  i;
    ngx_resonate_gauge_slot_t  *slot;

    for (i = 0; i < NGX_RESONATE_GAUGES_MAX; i++) {
        slot = &board->slots[i];

        if (slot->name[0] == '\0') {
            ngx_cpystrn(slot->name, name->data, NGX_RESONATE_GAUGE_NAME);
            return slot;
        }

        if (ngx_strcmp(slot->name, name->data) == 0) {
            return slot;
        }
    }

    return NULL;
}


void
ngx_resonate_gauges_start(ngx_resonate_shared_t *shared)
{
    ngx_uint_t               i;
    ngx_resonate_gauge_t   **gauge;

    for (i = 0; i < NGX_RESONATE_GAUGES_MAX; i++) {
        shared->board->slots[i].values[ngx_process_slot] = 0;
    }

    gauge = shared->gauges.elts;

    for (i = 0; i < shared->gauges.nelts; i++) {
        gauge[i]->value = &gauge[i]->slot->values[ngx_process_slot];
    }

    shared->board->pids[ngx_process_slot] = ngx_pid;
}


ngx_atomic_int_t
ngx_resonate_gauge_sum(ngx_resonate_shared_t *shared,
    ngx_resonate_gauge_t *gauge)
{
    ngx_pid_t         pid;
    ngx_uint_t        i;
    ngx_atomic_int_t  sum;

    sum = 0;

    for (i = 0; i < NGX_MAX_PROCESSES; i++) {
        pid = shared->board->pids[i];

        if (pid && (kill(pid, 0) == 0 || ngx_errno != NGX_ESRCH)) {
            sum += (ngx_atomic_int_t) gauge->slot->values[i];
        }
    }

    return sum;
}
