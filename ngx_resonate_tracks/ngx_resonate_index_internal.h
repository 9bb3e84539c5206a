
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

/* reads and builds: a handler of ngx_thread_task_t, "data" is the read */

void ngx_resonate_index_make(void *data, ngx_log_t *log);

#pragma GCC visibility pop


#endif /* _NGX_RESONATE_INDEX_INTERNAL_H_INCLUDED_ */
