
/*
 * Copyright (C) Resonate
 *
 * What the files of the core room share with each other only.
 */


#ifndef _NGX_RESONATE_CORE_INTERNAL_H_INCLUDED_
#define _NGX_RESONATE_CORE_INTERNAL_H_INCLUDED_


#define NGX_RESONATE_CORE_BUILD  1

#include "ngx_resonate_core.h"
#include "base/ngx_resonate_clock.h"
#include "base/resonate_metrics.h"


extern ngx_module_t  ngx_resonate_core_module;


#pragma GCC visibility push(hidden)


/* workers count in so many rows, neighbours in different ones */
#define NGX_RESONATE_ROWS       8
#define ngx_resonate_row()      (ngx_worker % NGX_RESONATE_ROWS)


typedef struct ngx_resonate_counters_s  ngx_resonate_counters_t;
typedef struct ngx_resonate_gauges_s    ngx_resonate_gauges_t;
typedef struct ngx_resonate_routes_s    ngx_resonate_routes_t;


/*
 * One worker listens to the database for all, see cache/ngx_resonate_listen.c.
 * Times are ngx_current_msec, which is the same in all processes; 0: never.
 */

typedef struct {
    ngx_atomic_t              pid;         /* whose it is to listen, or 0 */
    ngx_atomic_t              beat;        /* when it last ran */
    ngx_atomic_t              heard;       /* nothing was missed until then */
    ngx_atomic_t              since;       /* nor from this time of the clock */
    ngx_atomic_t              back;        /* when it began to listen */
    ngx_atomic_t              source;      /* hash of what it listens to */
    ngx_atomic_t              waiting;     /* when another one looked last */
    ngx_atomic_t              quits;       /* its pid when it gives it up */
    ngx_atomic_t              next;        /* who is to have it then, or 0 */
    ngx_atomic_t              ready;       /* pid of that, when it listens */
    ngx_atomic_t              maintained;  /* Unix time, told by the server */
} ngx_resonate_listening_t;


/* what the workers share in a zone of fixed size */

typedef struct {
    ngx_resonate_counters_t  *counters;
    ngx_resonate_gauges_t    *gauges;
    ngx_resonate_routes_t    *routes;
    ngx_resonate_clock_t     *clock;       /* of the cache's tags */
    ngx_resonate_listening_t  listening;
    time_t                    started;     /* all numbers were zero then */
} ngx_resonate_shctx_t;


typedef struct {
    const ngx_resonate_family_t  *family;
    ngx_str_t                     series;  /* name{label="value"} */
    void                         *data;
} ngx_resonate_sample_t;


/* what upper rooms hear, see cache/ngx_resonate_word.h */

typedef struct {
    ngx_str_t                 word;
    ngx_resonate_word_pt      handler;
    void                     *data;
} ngx_resonate_word_t;


/*
 * The main configuration of the core module; other parts keep the pointer.
 */

typedef struct {
    ngx_shm_zone_t           *zone;
    ngx_resonate_shctx_t     *sh;          /* when the zone is mapped */
    ngx_array_t               counters;    /* of ngx_resonate_counter_t * */
    ngx_array_t               gauges;      /* of ngx_resonate_gauge_t * */
    ngx_array_t               samples;     /* of ngx_resonate_sample_t */
    ngx_array_t               routes;      /* of ngx_resonate_traffic_t * */
    ngx_array_t               tables;      /* of ngx_resonate_table_t * */
    ngx_array_t               words;       /* of ngx_resonate_word_t */
    ngx_msec_t                short_time;  /* 0: nobody listens */
    ngx_uint_t                purges;      /* "resonate_cache_purge" is used */
} ngx_resonate_shared_t;

ngx_resonate_shared_t *ngx_resonate_shared(ngx_conf_t *cf);
ngx_int_t ngx_resonate_shared_init(ngx_conf_t *cf);

/* whether notifications are heard: not longer ago than the short time */
ngx_uint_t ngx_resonate_listens(ngx_resonate_shared_t *shared);

/* in each worker, before it serves */
void ngx_resonate_shared_start(ngx_resonate_shared_t *shared);

/*
 * The number of a name among "max" names of "size" bytes each, which it gets
 * if it has none; NGX_ERROR: all are taken.  The name ends with NUL.
 */
ngx_int_t ngx_resonate_name_slot(u_char *names, size_t size, ngx_uint_t max,
    ngx_str_t *name);


size_t ngx_resonate_counters_size(void);
ngx_int_t ngx_resonate_counters_bind(ngx_resonate_shared_t *shared,
    ngx_log_t *log);
void ngx_resonate_counters_start(ngx_resonate_shared_t *shared);
ngx_atomic_uint_t ngx_resonate_counter_sum(ngx_resonate_shared_t *shared,
    ngx_resonate_counter_t *counter);


/* the workers that run now, those that finish included */

typedef struct {
    ngx_uint_t                n;
    time_t                    started;     /* the last one */
    ngx_uint_t                slots[NGX_MAX_PROCESSES];
} ngx_resonate_workers_t;

void ngx_resonate_workers(ngx_resonate_shared_t *shared,
    ngx_resonate_workers_t *workers);

/* name{label="value"} */
ngx_int_t ngx_resonate_series(ngx_conf_t *cf, const char *name,
    const char *label, ngx_str_t *value, ngx_str_t *series);

/* a worker's share of the gauges begins at zero, and ends with it */
size_t ngx_resonate_gauges_size(void);
ngx_int_t ngx_resonate_gauges_bind(ngx_resonate_shared_t *shared,
    ngx_log_t *log);
void ngx_resonate_gauges_start(ngx_resonate_shared_t *shared);
void ngx_resonate_gauges_stop(ngx_resonate_shared_t *shared);
ngx_atomic_int_t ngx_resonate_gauge_sum(ngx_resonate_shared_t *shared,
    ngx_resonate_gauge_t *gauge, ngx_resonate_workers_t *workers);


/*
 * What is counted of one route; that of all requests without one is the first.
 * A row is whole cache lines: the answer is counted in the first one.
 */

typedef struct {
    ngx_atomic_t              codes[RESONATE_CODES];
    ngx_atomic_t              bytes;
    ngx_atomic_t              buckets[RESONATE_BUCKETS];
    ngx_atomic_t              usec;
} ngx_resonate_traffic_row_t;

typedef struct {
    ngx_str_t                    name;     /* escaped, ends with NUL */
    ngx_uint_t                   slot;     /* when the zone is mapped */
    ngx_resonate_traffic_row_t  *row;      /* of this worker */
} ngx_resonate_traffic_t;

/*
 * Added while configuration is read; a name that is there already is the same
 * one, and keeps its numbers across reloads.  NULL: out of memory, or the name
 * is too long or one too many, which was logged.
 */
ngx_resonate_traffic_t *ngx_resonate_traffic_add(ngx_conf_t *cf,
    ngx_str_t *route);

/* the request, if it is no subrequest, is for that route */
void ngx_resonate_traffic_route(ngx_http_request_t *r,
    ngx_resonate_traffic_t *traffic);

size_t ngx_resonate_routes_size(void);
ngx_int_t ngx_resonate_routes_bind(ngx_resonate_shared_t *shared,
    ngx_resonate_shared_t *oshared, ngx_log_t *log);
void ngx_resonate_routes_start(ngx_resonate_shared_t *shared);
void ngx_resonate_traffic_sum(ngx_resonate_shared_t *shared,
    ngx_resonate_traffic_t *traffic, ngx_resonate_traffic_row_t *sum);


/* as put(), but it is the first to make room, until it is asked for */
ngx_int_t ngx_resonate_table_put_last(ngx_resonate_table_t *table,
    ngx_str_t *key, ngx_str_t *parts, ngx_uint_t nparts, time_t expires);


typedef struct {
    ngx_str_t                 name;
    ngx_uint_t                size;        /* bytes */
    ngx_uint_t                used;        /* likewise, in whole pages */
    ngx_uint_t                entries;     /* expired ones included */
    ngx_uint_t                evictions;   /* of those that had not expired */
} ngx_resonate_table_usage_t;

void ngx_resonate_table_usage(ngx_resonate_table_t *table,
    ngx_resonate_table_usage_t *usage);


/*
 * Headers of an answer, for the last filter.
 *
 *   take_header  removes the first one of that name, in any case of letters,
 *                from the answer and returns it; NULL: none is left
 *   vary         makes one "Vary" of all that others added, of gzip_vary and
 *                of "word", which may be NULL
 */

ngx_table_elt_t *ngx_resonate_take_header(ngx_http_request_t *r,
    const char *name);
ngx_int_t ngx_resonate_vary(ngx_http_request_t *r, ngx_str_t *word);


/* no 304 and no 412 to what is neither GET nor HEAD */
void ngx_resonate_disable_conditions(ngx_http_request_t *r);


typedef struct {
    ngx_http_handler_pt       handler;     /* of a directive below, or NULL */
} ngx_resonate_core_loc_conf_t;


/* of the location whose configuration "conf" is, and its "limit_except" */
char *ngx_resonate_set_handler(ngx_conf_t *cf, void *conf,
    ngx_http_handler_pt handler);

/* the "resonate_problem", "resonate_status" and "resonate_cache_purge"
   directives */
char *ngx_resonate_problem_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_resonate_status_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_resonate_cache_purge_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_CORE_INTERNAL_H_INCLUDED_ */
