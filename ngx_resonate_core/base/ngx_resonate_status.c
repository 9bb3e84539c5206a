
/*
 * Copyright (C) Resonate
 *
 * "resonate_status": all counters and gauges in the Prometheus text format
 * 0.0.4.
 */


#include "../ngx_resonate_core_internal.h"


#define NGX_RESONATE_STATUS_LINES                                             \
    (sizeof("# HELP  \n# TYPE  counter\n \n") + NGX_ATOMIC_T_LEN)


static ngx_int_t ngx_resonate_status_handler(ngx_http_request_t *r);
static size_t ngx_resonate_status_len(ngx_resonate_shared_t *shared);
static u_char *ngx_resonate_status_counters(u_char *p,
    ngx_resonate_shared_t *shared);
static u_char *ngx_resonate_status_gauges(u_char *p,
    ngx_resonate_shared_t *shared);


char *
ngx_resonate_status_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    return ngx_resonate_set_handler(cf, conf, ngx_resonate_status_handler);
}


static ngx_int_t
ngx_resonate_status_handler(ngx_http_request_t *r)
{
    ngx_int_t               rc;
    ngx_buf_t              *b;
    ngx_chain_t             out;
    ngx_resonate_shared_t  *shared;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    rc = ngx_resonate_discard_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    shared = ngx_http_get_module_main_conf(r, ngx_resonate_core_module);

    b = ngx_create_temp_buf(r->pool, ngx_resonate_status_len(shared));
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    b->last = ngx_resonate_status_counters(b->last, shared);
    b->last = ngx_resonate_status_gauges(b->last, shared);
    b->last_buf = (r == r->main) ? 1 : 0;
    b->last_in_chain = 1;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = b->last - b->pos;
    ngx_str_set(&r->headers_out.content_type,
                "text/plain; version=0.0.4; charset=utf-8");
    r->headers_out.content_type_len = r->headers_out.content_type.len;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


static size_t
ngx_resonate_status_len(ngx_resonate_shared_t *shared)
{
    size_t                    len;
    ngx_uint_t                i;
    ngx_resonate_gauge_t    **gauge;
    ngx_resonate_counter_t  **counter;

    len = 1;
    counter = shared->counters.elts;

    for (i = 0; i < shared->counters.nelts; i++) {
        len += NGX_RESONATE_STATUS_LINES + 3 * counter[i]->name.len
               + counter[i]->help.len;
    }

    gauge = shared->gauges.elts;

    for (i = 0; i < shared->gauges.nelts; i++) {
        len += NGX_RESONATE_STATUS_LINES + 2 * gauge[i]->name.len
               + gauge[i]->series.len + gauge[i]->help.len;
    }

    return len;
}


static u_char *
ngx_resonate_status_counters(u_char *p, ngx_resonate_shared_t *shared)
{
    ngx_uint_t                i;
    ngx_resonate_counter_t  **counter;

    counter = shared->counters.elts;

    for (i = 0; i < shared->counters.nelts; i++) {
        p = ngx_sprintf(p, "# HELP %V %V\n# TYPE %V counter\n%V %uA\n",
                        &counter[i]->name, &counter[i]->help,
                        &counter[i]->name, &counter[i]->name,
                        *counter[i]->value);
    }

    return p;
}


/* the series of one name have to stand together */

static u_char *
ngx_resonate_status_gauges(u_char *p, ngx_resonate_shared_t *shared)
{
    ngx_uint_t              i, j, n;
    ngx_resonate_gauge_t  **gauge;

    gauge = shared->gauges.elts;
    n = shared->gauges.nelts;

    for (i = 0; i < n; i++) {

        for (j = 0; ngx_strcmp(gauge[j]->name.data, gauge[i]->name.data); j++)
        {
            /* void */
        }

        if (j < i) {
            continue;
        }

        p = ngx_sprintf(p, "# HELP %V %V\n# TYPE %V gauge\n",
                        &gauge[i]->name, &gauge[i]->help, &gauge[i]->name);

        for (j = i; j < n; j++) {
            if (ngx_strcmp(gauge[j]->name.data, gauge[i]->name.data) == 0) {
                p = ngx_sprintf(p, "%V %A\n", &gauge[j]->series,
                                ngx_resonate_gauge_sum(shared, gauge[j]));
            }
        }
    }

    return p;
}
