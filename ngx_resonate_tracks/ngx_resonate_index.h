
/*
 * Copyright (C) Resonate
 *
 * The index of a stored file: its tables, read once for a version of it by a
 * thread, so that a slow disk delays nobody else.  Requests that want the
 * same one meanwhile wait for the same read.
 */


#ifndef _NGX_RESONATE_INDEX_H_INCLUDED_
#define _NGX_RESONATE_INDEX_H_INCLUDED_


#include "ngx_resonate_media.h"
#include "media/resonate_index.h"


#pragma GCC visibility push(hidden)


extern ngx_module_t  ngx_resonate_index_module;


typedef struct ngx_resonate_index_read_s  ngx_resonate_index_read_t;
typedef struct ngx_resonate_index_wait_s  ngx_resonate_index_wait_t;

typedef ngx_int_t (*ngx_resonate_index_pt)(ngx_http_request_t *r,
    ngx_resonate_index_wait_t *wait);

struct ngx_resonate_index_wait_s {
    ngx_resonate_media_t       *media;
    ngx_resonate_index_pt       handler;
    void                       *data;      /* the handler's */

    /* the answer: an index, or why there is none */

    const resonate_index_t     *index;
    const char                 *failed;
    ngx_err_t                   err;

    ngx_http_request_t         *request;   /* private from here */
    ngx_queue_t                 queue;
};


/*
 * The index of wait->media; "wait" lives in r->pool, and a request waits for
 * one at a time.
 *
 *   NGX_OK    the answer is there
 *   NGX_DONE  it will be: then the handler is called, once, and the request
 *             is finalized with what it returns
 *   else      the status to fail with
 *
 * An index is valid until the handler returns, or until done(), which frees
 * what the request has of it.
 */

ngx_int_t ngx_resonate_index(ngx_http_request_t *r,
    ngx_resonate_index_wait_t *wait);
void ngx_resonate_index_done(ngx_http_request_t *r,
    ngx_resonate_index_wait_t *wait);


typedef struct {
    size_t                      cache_size;
    ngx_resonate_table_t       *cache;     /* NULL: off */
    ngx_queue_t                *reads;     /* made at init_process */
    ngx_rbtree_t               *heads;     /* likewise */
    ngx_resonate_counter_t     *count;     /* of them */

#if (NGX_THREADS)
    ngx_thread_pool_t          *thread_pool;
#endif
} ngx_resonate_index_main_conf_t;

/* while configuration is read: files will be */

ngx_int_t ngx_resonate_index_need(ngx_conf_t *cf);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_INDEX_H_INCLUDED_ */
