
/*
 * Copyright (C) Resonate
 *
 * Indexes: from the media cache, or from a read.  The first request lends it
 * its open file: it is blocked, as all that wait, until the thread is done,
 * so that its pool outlives it.
 */


#include "ngx_resonate_tracks_internal.h"
#include "ngx_resonate_index_internal.h"
#include "ngx_resonate_remote.h"


#define NGX_RESONATE_INDEX_TTL        86400

/* a read that takes longer is logged, and waited for all the same */
#define NGX_RESONATE_INDEX_SLOW       60000

/* since 1.25.4 nginx's finalizer is set in the active request, not in "r" */
#if (nginx_version >= 1025004)
#define ngx_resonate_index_ended(r)  ((r)->done || (r)->main->terminated)
#else
#define ngx_resonate_index_ended(r)  ((r)->done)
#endif


static ngx_int_t ngx_resonate_index_key(ngx_http_request_t *r,
    ngx_resonate_media_t *media, ngx_str_t *key);
static ngx_int_t ngx_resonate_index_lookup(ngx_http_request_t *r,
    ngx_resonate_index_wait_t *wait, ngx_str_t *key);
static ngx_int_t ngx_resonate_index_start(ngx_http_request_t *r,
    ngx_resonate_index_wait_t *wait, ngx_str_t *key);

#if (NGX_THREADS)
static ngx_resonate_index_read_t *ngx_resonate_index_find(ngx_queue_t *reads,
    ngx_str_t *key);
static ngx_int_t ngx_resonate_index_post(ngx_http_request_t *r,
    ngx_resonate_index_read_t *read);
static void ngx_resonate_index_join(ngx_http_request_t *r,
    ngx_resonate_index_read_t *read, ngx_resonate_index_wait_t *wait);
static void ngx_resonate_index_event(ngx_event_t *ev);
static void ngx_resonate_index_wake(ngx_http_request_t *r);
static void ngx_resonate_index_resume(ngx_http_request_t *r);
#else
static void ngx_resonate_index_cleanup(void *data);
#endif


ngx_int_t
ngx_resonate_index(ngx_http_request_t *r, ngx_resonate_index_wait_t *wait)
{
    ngx_int_t  rc;
    ngx_str_t  key;

    if (ngx_resonate_index_key(r, wait->media, &key) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_resonate_index_lookup(r, wait, &key);

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate index: \"%V\" %i", &key, rc);

    if (rc == NGX_DECLINED) {
        return ngx_resonate_media_remote(wait->media)
               ? ngx_resonate_remote_index(r, wait, &key)
               : ngx_resonate_index_start(r, wait, &key);
    }

    return (rc == NGX_OK) ? NGX_OK : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


/* one that was read is its read's, in no pool */

void
ngx_resonate_index_done(ngx_http_request_t *r,
    ngx_resonate_index_wait_t *wait)
{
    (void) ngx_pfree(r->pool, (void *) wait->index);

    wait->index = NULL;
}


static ngx_int_t
ngx_resonate_index_key(ngx_http_request_t *r, ngx_resonate_media_t *media,
    ngx_str_t *key)
{
    u_char     buf[sizeof("index-") - 1 + NGX_INT_T_LEN];
    ngx_str_t  form;

    form.data = buf;
    form.len = ngx_sprintf(buf, "index-%ui",
                           (ngx_uint_t) RESONATE_INDEX_VERSION)
               - buf;

    return ngx_resonate_media_key(r->pool, media, &form, key);
}


static ngx_int_t
ngx_resonate_index_lookup(ngx_http_request_t *r,
    ngx_resonate_index_wait_t *wait, ngx_str_t *key)
{
    ngx_int_t                        rc;
    ngx_str_t                        value;
    const char                      *reason;
    ngx_resonate_index_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_index_module);

    if (mcf->cache == NULL) {
        return NGX_DECLINED;
    }

    rc = ngx_resonate_table_get(mcf->cache, key, r->pool, &value);
    if (rc != NGX_OK) {
        return rc;
    }

    wait->index = resonate_index_open(value.data, value.len, &reason);

    return wait->index ? NGX_OK : NGX_DECLINED;
}


#if (NGX_THREADS)

static ngx_int_t
ngx_resonate_index_start(ngx_http_request_t *r,
    ngx_resonate_index_wait_t *wait, ngx_str_t *key)
{
    ngx_int_t                        rc;
    ngx_resonate_index_read_t       *read;
    ngx_resonate_index_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_index_module);

    read = ngx_resonate_index_find(mcf->reads, key);

    if (read == NULL) {

        read = ngx_resonate_index_read_create(r, wait, key);
        if (read == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        rc = ngx_resonate_index_post(r, read);

        if (rc != NGX_OK) {
            ngx_resonate_index_read_free(read);
            return rc;
        }

        ngx_queue_insert_tail(mcf->reads, &read->queue);
    }

    ngx_resonate_index_join(r, read, wait);

    return NGX_DONE;
}


static ngx_resonate_index_read_t *
ngx_resonate_index_find(ngx_queue_t *reads, ngx_str_t *key)
{
    ngx_queue_t                *q;
    ngx_resonate_index_read_t  *read;

    for (q = ngx_queue_head(reads);
         q != ngx_queue_sentinel(reads);
         q = ngx_queue_next(q))
    {
        read = ngx_queue_data(q, ngx_resonate_index_read_t, queue);

        if (read->key.len == key->len
            && ngx_memcmp(read->key.data, key->data, key->len) == 0)
        {
            return read;
        }
    }

    return NULL;
}


static ngx_int_t
ngx_resonate_index_post(ngx_http_request_t *r,
    ngx_resonate_index_read_t *read)
{
    ngx_thread_task_t               *task;
    ngx_thread_pool_t               *tp;
    ngx_http_core_loc_conf_t        *clcf;
    ngx_resonate_index_main_conf_t  *mcf;

    task = ngx_thread_task_alloc(read->pool, 0);
    if (task == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    task->ctx = read;
    task->handler = ngx_resonate_index_make;
    task->event.data = read;
    task->event.handler = ngx_resonate_index_event;
    task->event.log = read->pool->log;

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_index_module);
    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    /* the pool of "aio threads=NAME", if the location has one */

    tp = clcf->thread_pool ? clcf->thread_pool : mcf->thread_pool;

    if (ngx_thread_task_post(tp, task) != NGX_OK) {
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    /* without a timer, a worker that is to quit would see nothing to do */

    ngx_add_timer(&task->event, NGX_RESONATE_INDEX_SLOW);

    return NGX_OK;
}


/* blocked: the request, its pool and its file outlive the read */

static void
ngx_resonate_index_join(ngx_http_request_t *r,
    ngx_resonate_index_read_t *read, ngx_resonate_index_wait_t *wait)
{
    wait->request = r;

    ngx_queue_insert_tail(&read->waiting, &wait->queue);

    ngx_http_set_ctx(r, wait, ngx_resonate_index_module);

    r->main->count++;
    r->main->blocked++;
    r->aio = 1;
    r->write_event_handler = ngx_resonate_index_resume;
}


static void
ngx_resonate_index_event(ngx_event_t *ev)
{
    ngx_queue_t                *q;
    ngx_resonate_index_read_t  *read;
    ngx_resonate_index_wait_t  *wait;

    read = ev->data;

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, ev->log, 0,
                   "resonate index read: \"%V\"", &read->name);

    if (ev->timedout) {
        ngx_log_error(NGX_LOG_CRIT, ev->log, 0,
                      "reading the tables of \"%V\" takes too long",
                      &read->name);
        ev->timedout = 0;
        return;
    }

    if (ev->timer_set) {
        ngx_del_timer(ev);
    }

    /* nobody joins any more */

    ngx_queue_remove(&read->queue);

    ngx_resonate_index_store(read);

    while (!ngx_queue_empty(&read->waiting)) {

        q = ngx_queue_head(&read->waiting);
        ngx_queue_remove(q);

        wait = ngx_queue_data(q, ngx_resonate_index_wait_t, queue);

        ngx_resonate_index_answer(read, wait);
        ngx_resonate_index_wake(wait->request);
    }

    ngx_resonate_index_read_free(read);
}


/* as nginx does in ngx_http_copy_thread_event_handler() */

static void
ngx_resonate_index_wake(ngx_http_request_t *r)
{
    ngx_connection_t  *c;

    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    r->main->blocked--;
    r->aio = 0;

#if (NGX_HTTP_V2)

    if (r->stream) {
        /* the main connection may have to go on sending */
        c->write->ready = 1;
        c->write->active = 0;
    }

#endif

    /*
     * If the client went meanwhile, nginx's finalizer is the write handler
     * now; in a subrequest it may be ours, which sees c->error.
     */

    if (ngx_resonate_index_ended(r)) {
        c->write->handler(c->write);
        return;
    }

    r->write_event_handler(r);
    ngx_http_run_posted_requests(c);
}


/* the write handler while the file is read, and once after it */

static void
ngx_resonate_index_resume(ngx_http_request_t *r)
{
    ngx_resonate_index_wait_t  *wait;

    if (r->aio) {
        return;
    }

    if (r->connection->error) {
        ngx_http_finalize_request(r, NGX_ERROR);
        return;
    }

    wait = ngx_http_get_module_ctx(r, ngx_resonate_index_module);

    r->write_event_handler = ngx_http_request_empty_handler;

    ngx_http_finalize_request(r, wait->handler(r, wait));
}

#else

/* no threads in this nginx: at most a few MB are read once for a file */

static ngx_int_t
ngx_resonate_index_start(ngx_http_request_t *r,
    ngx_resonate_index_wait_t *wait, ngx_str_t *key)
{
    ngx_pool_cleanup_t         *cln;
    ngx_resonate_index_read_t  *read;

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    read = ngx_resonate_index_read_create(r, wait, key);
    if (read == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cln->handler = ngx_resonate_index_cleanup;
    cln->data = read;

    ngx_resonate_index_make(read, r->connection->log);
    ngx_resonate_index_store(read);
    ngx_resonate_index_answer(read, wait);

    return NGX_OK;
}


static void
ngx_resonate_index_cleanup(void *data)
{
    ngx_resonate_index_read_free(data);
}

#endif


void
ngx_resonate_index_store(ngx_resonate_index_read_t *read)
{
    ngx_str_t  part;

    if (read->failed || read->cache == NULL) {
        return;
    }

    part.data = read->block;
    part.len = read->block_size;

    if (ngx_resonate_table_put(read->cache, &read->key, &part, 1,
                               ngx_time() + NGX_RESONATE_INDEX_TTL)
        != NGX_OK)
    {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "index of \"%V\" does not fit into "
                      "\"resonate_media_cache\"", &read->name);
    }
}


ngx_resonate_index_read_t *
ngx_resonate_index_read_create(ngx_http_request_t *r,
    ngx_resonate_index_wait_t *wait, ngx_str_t *key)
{
    ngx_pool_t                      *pool;
    ngx_resonate_index_read_t       *read;
    ngx_resonate_index_main_conf_t  *mcf;

    /* a pool of its own, because it is of many requests */

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE / 4, ngx_cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    read = ngx_pcalloc(pool, sizeof(ngx_resonate_index_read_t));
    if (read == NULL) {
        goto failed;
    }

    read->pool = pool;
    read->fd = wait->media->file.fd;
    read->size = wait->media->size;

    ngx_queue_init(&read->waiting);

    read->key.len = key->len;
    read->key.data = ngx_pstrdup(pool, key);

    read->name.len = wait->media->file.name.len;
    read->name.data = ngx_pstrdup(pool, &wait->media->file.name);

    if (read->key.data == NULL || read->name.data == NULL) {
        goto failed;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_index_module);

    read->cache = mcf->cache;

    ngx_resonate_count(mcf->count);

    return read;

failed:

    ngx_destroy_pool(pool);

    return NULL;
}


void
ngx_resonate_index_read_free(ngx_resonate_index_read_t *read)
{
    if (read->block) {
        ngx_free(read->block);
    }

    ngx_destroy_pool(read->pool);
}


void
ngx_resonate_index_answer(ngx_resonate_index_read_t *read,
    ngx_resonate_index_wait_t *wait)
{
    wait->failed = read->failed;
    wait->err = read->err;
    wait->index = NULL;

    if (read->failed == NULL) {
        wait->index = resonate_index_open(read->block, read->block_size,
                                          &wait->failed);
    }
}
