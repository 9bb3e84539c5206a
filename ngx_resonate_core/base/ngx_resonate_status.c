
/*
 * Copyright (C) Resonate
 *
 * "resonate_status": what is counted, in the Prometheus text format 0.0.4.
 */


#include "../ngx_resonate_core_internal.h"


/* a line fits, whatever its name; what has more than one is printed apart */

#define NGX_RESONATE_STATUS_LINE  1024
#define NGX_RESONATE_STATUS_BUF   (32 * 1024)


typedef struct {
    ngx_pool_t              *pool;
    ngx_chain_t             *out;
    ngx_chain_t            **last;
    ngx_buf_t               *buf;
    off_t                    size;
    unsigned                 failed:1;    /* out of memory */
} ngx_resonate_page_t;


typedef struct {
    const char              *name;
    const char              *type;
    const char              *help;
    size_t                   offset;      /* of an ngx_uint_t, in the usage */
} ngx_resonate_status_table_t;


static ngx_int_t ngx_resonate_status_handler(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_status_send(ngx_http_request_t *r,
    ngx_resonate_page_t *page);
static void ngx_resonate_status_counters(ngx_resonate_page_t *page,
    ngx_resonate_shared_t *shared);
static void ngx_resonate_status_gauges(ngx_resonate_page_t *page,
    ngx_resonate_shared_t *shared, ngx_resonate_workers_t *workers);
static void ngx_resonate_status_samples(ngx_resonate_page_t *page,
    ngx_resonate_shared_t *shared);
static void ngx_resonate_status_build(ngx_resonate_page_t *page,
    ngx_resonate_shared_t *shared, ngx_resonate_workers_t *workers);
static void ngx_resonate_status_listening(ngx_resonate_page_t *page,
    ngx_resonate_shared_t *shared);
static void ngx_resonate_status_tables(ngx_resonate_page_t *page,
    ngx_resonate_shared_t *shared);
static void ngx_resonate_status_traffic(ngx_resonate_page_t *page,
    ngx_resonate_shared_t *shared);
static void ngx_resonate_status_duration(ngx_resonate_page_t *page,
    ngx_str_t *route, ngx_resonate_traffic_row_t *sum);
static void ngx_resonate_page_family(ngx_resonate_page_t *page,
    const char *name, const char *type, const char *help);
static void ngx_resonate_page_line(ngx_resonate_page_t *page,
    const char *format, ...);
static ngx_int_t ngx_resonate_page_room(ngx_resonate_page_t *page);


static const ngx_resonate_status_table_t  ngx_resonate_status_zone[] = {

    { "resonate_zone_size_bytes", "gauge",
      "Size of a zone of shared memory.",
      offsetof(ngx_resonate_table_usage_t, size) },

    { "resonate_zone_used_bytes", "gauge",
      "What of it is in use; a full zone makes room by itself.",
      offsetof(ngx_resonate_table_usage_t, used) },

    { "resonate_zone_entries", "gauge",
      "Entries in it, those past their time included.",
      offsetof(ngx_resonate_table_usage_t, entries) },

    { "resonate_zone_evictions_total", "counter",
      "Entries that made room for others before their time.",
      offsetof(ngx_resonate_table_usage_t, evictions) },

    { NULL, NULL, NULL, 0 }
};


char *
ngx_resonate_status_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    return ngx_resonate_set_handler(cf, conf, ngx_resonate_status_handler);
}


static ngx_int_t
ngx_resonate_status_handler(ngx_http_request_t *r)
{
    ngx_int_t                rc;
    ngx_resonate_page_t      page;
    ngx_resonate_shared_t   *shared;
    ngx_resonate_workers_t   workers;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    rc = ngx_resonate_discard_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    ngx_memzero(&page, sizeof(ngx_resonate_page_t));

    page.pool = r->pool;
    page.last = &page.out;

    shared = ngx_http_get_module_main_conf(r, ngx_resonate_core_module);
    ngx_resonate_workers(shared, &workers);

    ngx_resonate_status_build(&page, shared, &workers);
    ngx_resonate_status_traffic(&page, shared);
    ngx_resonate_status_counters(&page, shared);
    ngx_resonate_status_gauges(&page, shared, &workers);
    ngx_resonate_status_samples(&page, shared);
    ngx_resonate_status_listening(&page, shared);
    ngx_resonate_status_tables(&page, shared);

    return ngx_resonate_status_send(r, &page);
}


static ngx_int_t
ngx_resonate_status_send(ngx_http_request_t *r, ngx_resonate_page_t *page)
{
    ngx_int_t  rc;

    if (page->failed) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    page->buf->last_buf = (r == r->main) ? 1 : 0;
    page->buf->last_in_chain = 1;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = page->size;
    ngx_str_set(&r->headers_out.content_type,
                "text/plain; version=0.0.4; charset=utf-8");
    r->headers_out.content_type_len = r->headers_out.content_type.len;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    return ngx_http_output_filter(r, page->out);
}


static void
ngx_resonate_status_build(ngx_resonate_page_t *page,
    ngx_resonate_shared_t *shared, ngx_resonate_workers_t *workers)
{
    ngx_resonate_page_family(page, "resonate_build_info", "gauge",
        "What runs; the value is always 1.");
    ngx_resonate_page_line(page, "resonate_build_info{version=\"%s\","
                           "nginx=\"%s\"} 1\n", NGX_RESONATE_VERSION,
                           NGINX_VERSION);

    ngx_resonate_page_family(page, "resonate_start_time_seconds", "gauge",
        "When the counters were zero, as Unix time.");
    ngx_resonate_page_line(page, "resonate_start_time_seconds %T\n",
                           shared->sh->started);

    ngx_resonate_page_family(page, "resonate_worker_start_time_seconds",
        "gauge", "When the youngest worker was started, as Unix time.");
    ngx_resonate_page_line(page, "resonate_worker_start_time_seconds %T\n",
                           workers->started);

    ngx_resonate_page_family(page, "resonate_workers", "gauge",
        "Workers that run, those that finish after a reload included.");
    ngx_resonate_page_line(page, "resonate_workers %ui\n", workers->n);
}


static void
ngx_resonate_status_counters(ngx_resonate_page_t *page,
    ngx_resonate_shared_t *shared)
{
    ngx_uint_t                i;
    ngx_resonate_counter_t  **counter;

    counter = shared->counters.elts;

    for (i = 0; i < shared->counters.nelts; i++) {
        if (i == 0 || ngx_strcmp(counter[i - 1]->family.data,
                                 counter[i]->family.data) != 0)
        {
            ngx_resonate_page_family(page, (char *) counter[i]->family.data,
                                     "counter",
                                     (char *) counter[i]->help.data);
        }

        ngx_resonate_page_line(page, "%V %uA\n", &counter[i]->name,
                               ngx_resonate_counter_sum(shared, counter[i]));
    }
}


static void
ngx_resonate_status_gauges(ngx_resonate_page_t *page,
    ngx_resonate_shared_t *shared, ngx_resonate_workers_t *workers)
{
    ngx_uint_t              i;
    ngx_resonate_gauge_t  **gauge;

    gauge = shared->gauges.elts;

    for (i = 0; i < shared->gauges.nelts; i++) {

        if (i == 0 || ngx_strcmp(gauge[i - 1]->name.data,
                                 gauge[i]->name.data) != 0)
        {
            ngx_resonate_page_family(page, (char *) gauge[i]->name.data,
                                     "gauge", (char *) gauge[i]->help.data);
        }

        ngx_resonate_page_line(page, "%V %A\n", &gauge[i]->series,
                               ngx_resonate_gauge_sum(shared, gauge[i],
                                                      workers));
    }
}


/* the samples of a family are wherever they were added, its lines together */

static void
ngx_resonate_status_samples(ngx_resonate_page_t *page,
    ngx_resonate_shared_t *shared)
{
    ngx_uint_t              i, k;
    ngx_atomic_int_t        n;
    ngx_resonate_sample_t  *sample;

    sample = shared->samples.elts;

    for (i = 0; i < shared->samples.nelts; i++) {

        for (k = 0; k < i && sample[k].family != sample[i].family; k++) {
            /* void */
        }

        if (k < i) {
            continue;
        }

        ngx_resonate_page_family(page, sample[i].family->name,
                                 sample[i].family->type,
                                 sample[i].family->help);

        for (k = i; k < shared->samples.nelts; k++) {

            if (sample[k].family != sample[i].family) {
                continue;
            }

            n = sample[k].family->read(sample[k].data);

            if (n >= 0) {
                ngx_resonate_page_line(page, "%V %A\n", &sample[k].series,
                                       n);
            }
        }
    }
}


static void
ngx_resonate_status_listening(ngx_resonate_page_t *page,
    ngx_resonate_shared_t *shared)
{
    time_t  maintained;

    if (shared->short_time == 0) {
        return;
    }

    ngx_resonate_page_family(page, "resonate_cache_listening", "gauge",
        "Whether notifications are heard, 0 or 1; if not, replies live for "
        "a short time.");
    ngx_resonate_page_line(page, "resonate_cache_listening %ui\n",
                           ngx_resonate_listens(shared));

    maintained = shared->sh->listening.maintained;

    if (maintained) {
        ngx_resonate_page_family(page, "resonate_maintained_age_seconds",
            "gauge", "Since resonate.maintain() has ended last.");
        ngx_resonate_page_line(page, "resonate_maintained_age_seconds %T\n",
                               ngx_max(ngx_time() - maintained, 0));
    }
}


static void
ngx_resonate_status_tables(ngx_resonate_page_t *page,
    ngx_resonate_shared_t *shared)
{
    ngx_uint_t                           i, n;
    ngx_resonate_table_t               **table;
    ngx_resonate_table_usage_t          *usage;
    const ngx_resonate_status_table_t   *family;

    table = shared->tables.elts;
    n = shared->tables.nelts;

    if (n == 0) {
        return;
    }

    usage = ngx_palloc(page->pool, n * sizeof(ngx_resonate_table_usage_t));
    if (usage == NULL) {
        page->failed = 1;
        return;
    }

    for (i = 0; i < n; i++) {
        ngx_resonate_table_usage(table[i], &usage[i]);
    }

    for (family = ngx_resonate_status_zone; family->name; family++) {
        ngx_resonate_page_family(page, family->name, family->type,
                                 family->help);

        for (i = 0; i < n; i++) {
            ngx_resonate_page_line(page, "%s{zone=\"%V\"} %ui\n",
                family->name, &usage[i].name,
                *(ngx_uint_t *) ((u_char *) &usage[i] + family->offset));
        }
    }
}


/* added up once, so that the numbers of a page agree */

static void
ngx_resonate_status_traffic(ngx_resonate_page_t *page,
    ngx_resonate_shared_t *shared)
{
    ngx_uint_t                    i, k, n;
    ngx_resonate_traffic_t      **route;
    ngx_resonate_traffic_row_t   *sum;

    route = shared->routes.elts;
    n = shared->routes.nelts;

    sum = ngx_palloc(page->pool, n * sizeof(ngx_resonate_traffic_row_t));
    if (sum == NULL) {
        page->failed = 1;
        return;
    }

    ngx_resonate_page_family(page, "resonate_http_requests_total", "counter",
        "Requests that have ended, by route and class of status; 304, 499 and "
        "503 are not in their class. \"other\" is what no route took.");

    for (i = 0; i < n; i++) {
        ngx_resonate_traffic_sum(shared, route[i], &sum[i]);

        for (k = 0; k < RESONATE_CODES; k++) {
            ngx_resonate_page_line(page, "resonate_http_requests_total"
                                   "{route=\"%V\",code=\"%s\"} %uA\n",
                                   &route[i]->name, resonate_code_name(k),
                                   sum[i].codes[k]);
        }
    }

    ngx_resonate_page_family(page, "resonate_http_request_duration_seconds",
        "histogram",
        "Time from a request's header to the header of its answer, or to its "
        "end if there was none. How long a body takes is not in it.");

    for (i = 0; i < n; i++) {
        ngx_resonate_status_duration(page, &route[i]->name, &sum[i]);
    }

    ngx_resonate_page_family(page, "resonate_http_response_bytes_total",
        "counter", "Bytes of answers that were sent, headers included.");

    for (i = 0; i < n; i++) {
        ngx_resonate_page_line(page, "resonate_http_response_bytes_total"
                               "{route=\"%V\"} %uA\n", &route[i]->name,
                               sum[i].bytes);
    }
}


static void
ngx_resonate_status_duration(ngx_resonate_page_t *page, ngx_str_t *route,
    ngx_resonate_traffic_row_t *sum)
{
    ngx_uint_t         k;
    ngx_atomic_uint_t  count;

    count = 0;

    for (k = 0; k < RESONATE_BUCKETS; k++) {
        count += sum->buckets[k];

        ngx_resonate_page_line(page,
                               "resonate_http_request_duration_seconds_bucket"
                               "{route=\"%V\",le=\"%s\"} %uA\n", route,
                               resonate_bucket_bound(k), count);
    }

    ngx_resonate_page_line(page, "resonate_http_request_duration_seconds_sum"
                           "{route=\"%V\"} %uA.%06uA\n", route,
                           sum->usec / 1000000, sum->usec % 1000000);
    ngx_resonate_page_line(page, "resonate_http_request_duration_seconds_count"
                           "{route=\"%V\"} %uA\n", route, count);
}


static void
ngx_resonate_page_family(ngx_resonate_page_t *page, const char *name,
    const char *type, const char *help)
{
    ngx_resonate_page_line(page, "# HELP %s %s\n# TYPE %s %s\n", name, help,
                           name, type);
}


static void
ngx_resonate_page_line(ngx_resonate_page_t *page, const char *format, ...)
{
    u_char   *p;
    va_list   args;

    if (ngx_resonate_page_room(page) != NGX_OK) {
        page->failed = 1;
        return;
    }

    va_start(args, format);
    p = ngx_vslprintf(page->buf->last, page->buf->end, format, args);
    va_end(args);

    page->size += p - page->buf->last;
    page->buf->last = p;
}


static ngx_int_t
ngx_resonate_page_room(ngx_resonate_page_t *page)
{
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    b = page->buf;

    if (b && b->end - b->last >= NGX_RESONATE_STATUS_LINE) {
        return NGX_OK;
    }

    b = ngx_create_temp_buf(page->pool, NGX_RESONATE_STATUS_BUF);
    if (b == NULL) {
        return NGX_ERROR;
    }

    cl = ngx_alloc_chain_link(page->pool);
    if (cl == NULL) {
        return NGX_ERROR;
    }

    cl->buf = b;
    cl->next = NULL;

    *page->last = cl;
    page->last = &cl->next;
    page->buf = b;

    return NGX_OK;
}
