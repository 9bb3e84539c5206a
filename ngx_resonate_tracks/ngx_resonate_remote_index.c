
/*
 * Copyright (C) Resonate
 *
 * The index of an object: whole slices are asked of the store, because much of
 * what the parser wants to see is near to what it saw.  Each request reads for
 * itself; who wants the same slices meanwhile waits for them in nginx's cache
 * (proxy_cache_lock).
 */


#include "ngx_resonate_tracks_internal.h"
#include "ngx_resonate_index_internal.h"
#include "ngx_resonate_remote.h"


/* of a file in fragments, whose tables are all over it: 512 MB by default */
#define NGX_RESONATE_REMOTE_MAX_READS  512


typedef struct {
    ngx_resonate_index_read_t   *read;
    ngx_resonate_index_wait_t   *wait;
    off_t                        from;     /* what read->buf has */
    off_t                        to;
    ngx_uint_t                   looks;
    ngx_uint_t                   reads;
} ngx_resonate_remote_tables_t;


static ngx_int_t ngx_resonate_remote_look(ngx_http_request_t *r,
    ngx_resonate_remote_tables_t *t);
static ngx_int_t ngx_resonate_remote_fetch(ngx_http_request_t *r,
    ngx_resonate_remote_tables_t *t, off_t first, off_t last);
static ngx_int_t ngx_resonate_remote_room(ngx_resonate_index_read_t *read,
    size_t size, ngx_log_t *log);
static ngx_int_t ngx_resonate_remote_seen(ngx_http_request_t *r, void *data,
    ngx_int_t rc);
static ngx_int_t ngx_resonate_remote_made(ngx_http_request_t *r,
    ngx_resonate_remote_tables_t *t, resonate_mp4_status_e status);
static void ngx_resonate_remote_free(void *data);


ngx_int_t
ngx_resonate_remote_index(ngx_http_request_t *r,
    ngx_resonate_index_wait_t *wait, ngx_str_t *key)
{
    ngx_pool_cleanup_t            *cln;
    ngx_resonate_remote_tables_t  *t;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_resonate_remote_tables_t));
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    t = cln->data;

    ngx_memzero(t, sizeof(ngx_resonate_remote_tables_t));

    t->wait = wait;
    t->read = ngx_resonate_index_read_create(r, wait, key);

    if (t->read == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cln->handler = ngx_resonate_remote_free;

    ngx_resonate_index_begin(t->read);

    return ngx_resonate_remote_look(r, t);
}


/* shows the parser what it wants to see, as long as it is here */

static ngx_int_t
ngx_resonate_remote_look(ngx_http_request_t *r,
    ngx_resonate_remote_tables_t *t)
{
    off_t                       first, last;
    resonate_mp4_t             *mp4;
    resonate_mp4_status_e       rc;
    ngx_resonate_index_read_t  *read;

    read = t->read;
    mp4 = &read->mp4;

    do {

        if (t->looks++ == RESONATE_MP4_MAX_READS) {
            read->failed = "too many reads";
            return ngx_resonate_remote_made(r, t, RESONATE_MP4_UNSUPPORTED);
        }

        first = (off_t) mp4->want_offset;
        last = ngx_min(first + (off_t) mp4->want_size, read->size);

        if (first < last && (first < t->from || last > t->to)) {
            return ngx_resonate_remote_fetch(r, t, first, last);
        }

        rc = ngx_resonate_index_feed(read, read->buf + (first - t->from),
                                     (size_t) (last - first));

    } while (rc == RESONATE_MP4_MORE);

    return ngx_resonate_remote_made(r, t, rc);
}


static ngx_int_t
ngx_resonate_remote_fetch(ngx_http_request_t *r,
    ngx_resonate_remote_tables_t *t, off_t first, off_t last)
{
    off_t                            slice;
    ngx_resonate_index_read_t       *read;
    ngx_resonate_remote_loc_conf_t  *rlcf;

    rlcf = ngx_http_get_module_loc_conf(r, ngx_resonate_remote_module);

    read = t->read;
    slice = (off_t) rlcf->slice;

    t->from = first - first % slice;
    t->to = ngx_min(last + slice - 1 - (last - 1) % slice, read->size);

    if (t->reads++ == NGX_RESONATE_REMOTE_MAX_READS) {
        read->failed = "too many reads of the store";
        return ngx_resonate_remote_made(r, t, RESONATE_MP4_UNSUPPORTED);
    }

    if (ngx_resonate_remote_room(read, (size_t) (t->to - t->from),
                                 r->connection->log)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_resonate_remote_read(r, t->wait->media, t->from, t->to,
                                    read->buf, ngx_resonate_remote_seen, t);
}


static ngx_int_t
ngx_resonate_remote_room(ngx_resonate_index_read_t *read, size_t size,
    ngx_log_t *log)
{
    if (size <= read->buf_size) {
        return NGX_OK;
    }

    if (read->buf) {
        ngx_free(read->buf);
        read->buf_size = 0;
    }

    read->buf = ngx_alloc(size, log);
    if (read->buf == NULL) {
        return NGX_ERROR;
    }

    read->buf_size = size;

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_remote_seen(ngx_http_request_t *r, void *data, ngx_int_t rc)
{
    ngx_resonate_remote_tables_t *t = data;

    if (rc == NGX_OK) {
        rc = ngx_resonate_remote_look(r, t);

        /* what look() returns when it has called the handler, is final */

        if (rc == NGX_DONE || t->read == NULL) {
            return rc;
        }
    }

    ngx_resonate_remote_free(t);

    return ngx_resonate_media_fail(r, rc, NULL);
}


/* as of a read by a thread, but it is of this request only */

static ngx_int_t
ngx_resonate_remote_made(ngx_http_request_t *r,
    ngx_resonate_remote_tables_t *t, resonate_mp4_status_e status)
{
    ngx_int_t                   rc;
    ngx_resonate_index_wait_t  *wait;

    wait = t->wait;

    ngx_resonate_index_end(t->read, status, r->connection->log);
    ngx_resonate_index_store(t->read);
    ngx_resonate_index_answer(t->read, wait);

    rc = wait->handler(r, wait);

    ngx_resonate_remote_free(t);

    return rc;
}


static void
ngx_resonate_remote_free(void *data)
{
    ngx_resonate_remote_tables_t *t = data;

    ngx_resonate_index_read_t  *read;

    read = t->read;
    t->read = NULL;

    if (read == NULL) {
        return;
    }

    if (read->buf) {
        ngx_free(read->buf);
    }

    free(read->mp4.room);

    ngx_resonate_index_read_free(read);
}
