
/*
 * Copyright (C) Resonate
 *
 * Between ngx_resonate_index.c (requests) and ngx_resonate_index_read.c (the
 * thread).
 */


#ifndef _NGX_RESONATE_INDEX_INTERNAL_H_INCLUDED_
#define _NGX_RESONATE_INDEX_INTERNAL_H_INCLUDED_


#include "ngx_resonate_index.h"


struct ngx_resonate_index_read_s {
    ngx_queue_t                  queue;      /* of the worker */
    ngx_queue_t                  waiting;    /* requests */

    ngx_pool_t                  *pool;       /* that all this is in */
    ngx_resonate_table_t        *cache;      /* to be kept in, or NULL */
    ngx_str_t                    key;
    ngx_str_t                    name;

    ngx_fd_t                     fd;
    off_t                        size;

    /* of the thread: "failed" is NULL if there is an index */

    const char                  *failed;
    ngx_err_t                    err;
    u_char                      *buf;
    size_t                       buf_size;
    resonate_mp4_t               mp4;
    void                        *block;
    size_t                       block_size;
};


#pragma GCC visibility push(hidden)

/*
 * In ngx_resonate_index.c:
 *
 *   create  of a request that waits.  NULL: out of memory
 *   free    with all that it made
 *   store   keeps what was read in the media cache
 *   answer  to one that waits
 *
 * In ngx_resonate_index_read.c:
 *
 *   make    reads and builds: a handler of ngx_thread_task_t, "data" is the
 *           read
 *   begin   makes a read ready for feed()
 *   feed    shows the parser the "n" bytes that it wants to see, or all that
 *           there are of them
 *   end     builds, after feed() said that there is no more to see
 */

ngx_resonate_index_read_t *ngx_resonate_index_read_create(
    ngx_http_request_t *r, ngx_resonate_index_wait_t *wait, ngx_str_t *key);
void ngx_resonate_index_read_free(ngx_resonate_index_read_t *read);
void ngx_resonate_index_store(ngx_resonate_index_read_t *read);
void ngx_resonate_index_answer(ngx_resonate_index_read_t *read,
    ngx_resonate_index_wait_t *wait);

void ngx_resonate_index_make(void *data, ngx_log_t *log);
void ngx_resonate_index_begin(ngx_resonate_index_read_t *read);
resonate_mp4_status_e ngx_resonate_index_feed(ngx_resonate_index_read_t *read,
    u_char *data, size_t n);
void ngx_resonate_index_end(ngx_resonate_index_read_t *read,
    resonate_mp4_status_e rc, ngx_log_t *log);

#pragma GCC visibility pop


#endif /* _NGX_RESONATE_INDEX_INTERNAL_H_INCLUDED_ */
