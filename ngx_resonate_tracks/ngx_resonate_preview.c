
/*
 * Copyright (C) Resonate
 *
 * Previews: the header of one is made once for a version of a file and kept
 * in a table shared by all workers.  A file's tables are read in a thread,
 * so that a slow disk delays nobody else; nothing of nginx is used there but
 * what the task owns.
 */


#include "ngx_resonate_tracks_internal.h"


/* reads are whole pages, because the file may be open for direct I/O */
#define NGX_RESONATE_PREVIEW_PAGE     4096

/* reads of one file: a hostile one may ask again and again */
#define NGX_RESONATE_PREVIEW_MAX_READS  16

#define NGX_RESONATE_PREVIEW_TTL      86400

/* a read that takes longer is logged, and waited for all the same */
#define NGX_RESONATE_PREVIEW_SLOW     60000

/* since 1.25.4 nginx's finalizer is set in the active request, not in "r" */
#if (nginx_version >= 1025004)
#define ngx_resonate_preview_ended(r)  ((r)->done || (r)->main->terminated)
#else
#define ngx_resonate_preview_ended(r)  ((r)->done)
#endif


/* what the table holds: this and the header */

typedef struct {
    off_t                       span_offset;
    off_t                       span_size;
} ngx_resonate_preview_entry_t;

typedef struct {
    ngx_http_request_t         *request;
    ngx_resonate_stream_ctx_t  *stream;

    ngx_fd_t                    fd;
    off_t                       size;
    uint32_t                    ms;

    /* the answer: "failed" is NULL if there is one, "head" is malloc()ed */

    const char                 *failed;
    ngx_err_t                   err;
    u_char                     *head;
    size_t                      head_len;
    off_t                       span_offset;
    off_t                       span_size;
} ngx_resonate_preview_task_t;


static ngx_int_t ngx_resonate_preview_key(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx, ngx_str_t *key);
static ngx_int_t ngx_resonate_preview_lookup(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx);
static void ngx_resonate_preview_store(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx);
static ngx_int_t ngx_resonate_preview_start(ngx_http_request_t *r,
    ngx_resonate_preview_task_t *t);
static ngx_int_t ngx_resonate_preview_done(ngx_http_request_t *r,
    ngx_resonate_preview_task_t *t);
static void ngx_resonate_preview_make(void *data, ngx_log_t *log);
static resonate_mp4_status_e ngx_resonate_preview_read(
    ngx_resonate_preview_task_t *t, resonate_mp4_t *mp4, u_char **buf,
    ngx_log_t *log);
static ssize_t ngx_resonate_preview_pread(ngx_resonate_preview_task_t *t,
    u_char *buf, size_t size, off_t offset);
static void ngx_resonate_preview_plan(ngx_resonate_preview_task_t *t,
    resonate_mp4_t *mp4, ngx_log_t *log);
static void ngx_resonate_preview_cleanup(void *data);

#if (NGX_THREADS)
static void ngx_resonate_preview_event(ngx_event_t *ev);
static void ngx_resonate_preview_resume(ngx_http_request_t *r);
#endif


ngx_int_t
ngx_resonate_preview_send(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx)
{
    ngx_int_t                         rc;
    ngx_pool_cleanup_t               *cln;
    ngx_resonate_preview_task_t      *t;
    ngx_resonate_tracks_main_conf_t  *mcf;

    rc = ngx_resonate_preview_lookup(r, ctx);

    if (rc == NGX_OK) {
        return ngx_resonate_stream_send(r, ctx);
    }

    if (rc == NGX_ERROR) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cln = ngx_pool_cleanup_add(r->pool, 0);
    t = ngx_pcalloc(r->pool, sizeof(ngx_resonate_preview_task_t));

    if (cln == NULL || t == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cln->handler = ngx_resonate_preview_cleanup;
    cln->data = t;

    t->request = r;
    t->stream = ctx;
    t->fd = ctx->file.fd;
    t->size = ctx->size;
    t->ms = ctx->preview_ms;

    ctx->task = t;

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_tracks_module);

    ngx_resonate_count(mcf->plans);

    return ngx_resonate_preview_start(r, t);
}


/* a version of a file: a change of any of these is another key */

static ngx_int_t
ngx_resonate_preview_key(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx, ngx_str_t *key)
{
    size_t  size;

    size = ctx->file.name.len + 3 * (NGX_OFF_T_LEN + 1)
           + 2 * (NGX_INT_T_LEN + 1);

    key->data = ngx_pnalloc(r->pool, size);
    if (key->data == NULL) {
        return NGX_ERROR;
    }

    key->len = ngx_snprintf(key->data, size, "%V %uL %T %O %ui %ui",
                            &ctx->file.name, (uint64_t) ctx->uniq,
                            ctx->mtime, ctx->size,
                            (ngx_uint_t) ctx->preview_ms,
                            (ngx_uint_t) RESONATE_PREVIEW_VERSION)
               - key->data;

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_preview_lookup(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx)
{
    ngx_int_t                         rc;
    ngx_str_t                         key, value;
    ngx_resonate_preview_entry_t      entry;
    ngx_resonate_tracks_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_tracks_module);

    if (mcf->cache == NULL) {
        return NGX_DECLINED;
    }

    if (ngx_resonate_preview_key(r, ctx, &key) != NGX_OK) {
        return NGX_ERROR;
    }

    rc = ngx_resonate_table_get(mcf->cache, &key, r->pool, &value);

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_memcpy(&entry, value.data, sizeof(ngx_resonate_preview_entry_t));

    ctx->head.data = value.data + sizeof(ngx_resonate_preview_entry_t);
    ctx->head.len = value.len - sizeof(ngx_resonate_preview_entry_t);
    ctx->span_offset = entry.span_offset;
    ctx->span_size = entry.span_size;

    return NGX_OK;
}


static void
ngx_resonate_preview_store(ngx_http_request_t *r,
    ngx_resonate_stream_ctx_t *ctx)
{
    ngx_str_t                         key, parts[2];
    ngx_resonate_preview_entry_t      entry;
    ngx_resonate_tracks_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_tracks_module);

    if (mcf->cache == NULL
        || ngx_resonate_preview_key(r, ctx, &key) != NGX_OK)
    {
        return;
    }

    ngx_memzero(&entry, sizeof(ngx_resonate_preview_entry_t));

    entry.span_offset = ctx->span_offset;
    entry.span_size = ctx->span_size;

    parts[0].data = (u_char *) &entry;
    parts[0].len = sizeof(ngx_resonate_preview_entry_t);
    parts[1] = ctx->head;

    if (ngx_resonate_table_put(mcf->cache, &key, parts, 2,
                               ngx_time() + NGX_RESONATE_PREVIEW_TTL)
        != NGX_OK)
    {
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                      "preview of \"%V\" does not fit into "
                      "\"resonate_preview_cache\"", &ctx->file.name);
    }
}


#if (NGX_THREADS)

static ngx_int_t
ngx_resonate_preview_start(ngx_http_request_t *r,
    ngx_resonate_preview_task_t *t)
{
    ngx_thread_task_t                *task;
    ngx_thread_pool_t                *tp;
    ngx_http_core_loc_conf_t         *clcf;
    ngx_resonate_tracks_main_conf_t  *mcf;

    task = ngx_thread_task_alloc(r->pool, 0);
    if (task == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    task->ctx = t;
    task->handler = ngx_resonate_preview_make;
    task->event.data = t;
    task->event.handler = ngx_resonate_preview_event;
    task->event.log = r->connection->log;

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_tracks_module);
    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    /* the pool of "aio threads=NAME", if the location has one */

    tp = clcf->thread_pool ? clcf->thread_pool : mcf->thread_pool;

    if (ngx_thread_task_post(tp, task) != NGX_OK) {
        return ngx_resonate_stream_fail(r, NGX_HTTP_SERVICE_UNAVAILABLE,
                                        NULL);
    }

    /* without a timer, a worker that is to quit would see nothing to do */

    ngx_add_timer(&task->event, NGX_RESONATE_PREVIEW_SLOW);

    /* blocked: the request, its pool and its file outlive the task */

    r->main->count++;
    r->main->blocked++;
    r->aio = 1;
    r->write_event_handler = ngx_resonate_preview_resume;

    return NGX_DONE;
}


static void
ngx_resonate_preview_event(ngx_event_t *ev)
{
    ngx_connection_t             *c;
    ngx_http_request_t           *r;
    ngx_resonate_preview_task_t  *t;

    t = ev->data;
    r = t->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, c->log, 0,
                   "resonate preview task: \"%V\"", &t->stream->file.name);

    if (ev->timedout) {
        ngx_log_error(NGX_LOG_CRIT, c->log, 0,
                      "reading the tables of \"%V\" takes too long",
                      &t->stream->file.name);
        ev->timedout = 0;
        return;
    }

    if (ev->timer_set) {
        ngx_del_timer(ev);
    }

    r->main->blocked--;
    r->aio = 0;

#if (NGX_HTTP_V2)

    if (r->stream) {
        /* as nginx does: the main connection may have to go on sending */
        c->write->ready = 1;
        c->write->active = 0;
    }

#endif

    /*
     * If the client went meanwhile, nginx's finalizer is the write handler
     * now; in a subrequest it may be ours, which sees c->error.
     */

    if (ngx_resonate_preview_ended(r)) {
        c->write->handler(c->write);
        return;
    }

    r->write_event_handler(r);
    ngx_http_run_posted_requests(c);
}


/* the write handler while the task runs, and once after it */

static void
ngx_resonate_preview_resume(ngx_http_request_t *r)
{
    ngx_resonate_stream_ctx_t  *ctx;

    if (r->aio) {
        return;
    }

    if (r->connection->error) {
        ngx_http_finalize_request(r, NGX_ERROR);
        return;
    }

    ctx = ngx_http_get_module_ctx(r, ngx_resonate_tracks_module);

    r->write_event_handler = ngx_http_request_empty_handler;

    ngx_http_finalize_request(r, ngx_resonate_preview_done(r, ctx->task));
}

#else

/* no threads in this nginx: at most a few MB are read once for a file */

static ngx_int_t
ngx_resonate_preview_start(ngx_http_request_t *r,
    ngx_resonate_preview_task_t *t)
{
    ngx_resonate_preview_make(t, r->connection->log);

    return ngx_resonate_preview_done(r, t);
}

#endif


static ngx_int_t
ngx_resonate_preview_done(ngx_http_request_t *r,
    ngx_resonate_preview_task_t *t)
{
    ngx_resonate_stream_ctx_t  *ctx;

    ctx = t->stream;

    if (t->failed) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, t->err,
                      "no preview of \"%V\": %s", &ctx->file.name, t->failed);
        return ngx_resonate_stream_fail(r, NGX_HTTP_INTERNAL_SERVER_ERROR,
                              "The stored file can not be previewed.");
    }

    ctx->head.data = t->head;
    ctx->head.len = t->head_len;
    ctx->span_offset = t->span_offset;
    ctx->span_size = t->span_size;

    ngx_resonate_preview_store(r, ctx);

    return ngx_resonate_stream_send(r, ctx);
}


static void
ngx_resonate_preview_cleanup(void *data)
{
    ngx_resonate_preview_task_t  *t = data;

    if (t->head) {
        ngx_free(t->head);
    }
}


/* in the thread from here on: nothing is logged, no pool is touched */

static void
ngx_resonate_preview_make(void *data, ngx_log_t *log)
{
    ngx_resonate_preview_task_t  *t = data;

    u_char                 *buf;
    resonate_mp4_t          mp4;
    resonate_mp4_status_e   rc;

    buf = NULL;

    resonate_mp4_init(&mp4, (uint64_t) t->size);

    rc = ngx_resonate_preview_read(t, &mp4, &buf, log);

    if (rc == RESONATE_MP4_OK) {
        ngx_resonate_preview_plan(t, &mp4, log);

    } else if (t->failed == NULL) {
        t->failed = mp4.reason;
    }

    if (buf) {
        ngx_free(buf);
    }
}


static resonate_mp4_status_e
ngx_resonate_preview_read(ngx_resonate_preview_task_t *t,
    resonate_mp4_t *mp4, u_char **buf, ngx_log_t *log)
{
    off_t                  offset;
    size_t                 size, skip;
    ssize_t                n;
    ngx_uint_t             reads;
    resonate_mp4_status_e  rc;

    for (reads = 0; reads < NGX_RESONATE_PREVIEW_MAX_READS; reads++) {

        skip = mp4->want_offset % NGX_RESONATE_PREVIEW_PAGE;
        offset = (off_t) mp4->want_offset - skip;
        size = ngx_align(skip + mp4->want_size, NGX_RESONATE_PREVIEW_PAGE);

        if (*buf) {
            ngx_free(*buf);
        }

        *buf = ngx_memalign(NGX_RESONATE_PREVIEW_PAGE, size, log);
        if (*buf == NULL) {
            t->failed = "out of memory";
            return RESONATE_MP4_BAD;
        }

        n = ngx_resonate_preview_pread(t, *buf, size, offset);
        if (n < 0) {
            t->failed = "read failed";
            return RESONATE_MP4_BAD;
        }

        n = ((size_t) n > skip) ? n - (ssize_t) skip : 0;

        rc = resonate_mp4_parse(mp4, *buf + skip, (size_t) n);

        if (rc != RESONATE_MP4_MORE) {
            return rc;
        }
    }

    t->failed = "moov box is too far";

    return RESONATE_MP4_UNSUPPORTED;
}


/* less than "size" only at the end of the file */

static ssize_t
ngx_resonate_preview_pread(ngx_resonate_preview_task_t *t, u_char *buf,
    size_t size, off_t offset)
{
    size_t   got;
    ssize_t  n;

    for (got = 0; got < size; got += n) {

        n = pread(t->fd, buf + got, size - got, offset + (off_t) got);

        if (n == 0) {
            break;
        }

        if (n == -1 && ngx_errno == NGX_EINTR) {
            n = 0;
            continue;
        }

        if (n == -1) {
            t->err = ngx_errno;
            return -1;
        }
    }

    return (ssize_t) got;
}


static void
ngx_resonate_preview_plan(ngx_resonate_preview_task_t *t,
    resonate_mp4_t *mp4, ngx_log_t *log)
{
    resonate_preview_t  plan;

    if (resonate_preview_plan(&plan, mp4, t->ms) != RESONATE_MP4_OK) {
        t->failed = mp4->reason;
        return;
    }

    t->span_offset = (off_t) plan.span_offset;
    t->span_size = (off_t) plan.span_size;

    if (plan.whole) {
        return;
    }

    t->head = ngx_alloc(plan.header_size, log);
    if (t->head == NULL) {
        t->failed = "out of memory";
        return;
    }

    t->head_len = resonate_preview_write(&plan, t->head);
}
