
/*
 * Copyright (C) Resonate
 *
 * Reads the tables of a file.  All of this may be called in a thread: nothing
 * is logged, no pool is touched, and nothing of nginx is used but what the
 * read owns.
 */


#include "ngx_resonate_index_internal.h"


/* reads are whole pages, because the file may be open for direct I/O */
#define NGX_RESONATE_INDEX_PAGE  4096


static void ngx_resonate_index_build(ngx_resonate_index_read_t *read,
    ngx_log_t *log);
static resonate_mp4_status_e ngx_resonate_index_parse(
    ngx_resonate_index_read_t *read, ngx_log_t *log);
static resonate_mp4_status_e ngx_resonate_index_look(
    ngx_resonate_index_read_t *read, ngx_log_t *log);
static ngx_int_t ngx_resonate_index_room(resonate_mp4_t *mp4);
static ssize_t ngx_resonate_index_pread(ngx_resonate_index_read_t *read,
    u_char *buf, size_t size, off_t offset);


void
ngx_resonate_index_make(void *data, ngx_log_t *log)
{
    ngx_resonate_index_read_t  *read = data;

    ngx_resonate_index_begin(read);
    ngx_resonate_index_end(read, ngx_resonate_index_parse(read, log), log);
}


void
ngx_resonate_index_begin(ngx_resonate_index_read_t *read)
{
    resonate_mp4_init(&read->mp4, (uint64_t) read->size);
}


void
ngx_resonate_index_end(ngx_resonate_index_read_t *read,
    resonate_mp4_status_e rc, ngx_log_t *log)
{
    if (rc == RESONATE_MP4_OK) {
        ngx_resonate_index_build(read, log);

    } else if (read->failed == NULL) {
        read->failed = read->mp4.reason;
    }

    if (read->buf) {
        ngx_free(read->buf);
        read->buf = NULL;
    }

    free(read->mp4.room);
    read->mp4.room = NULL;
}


static void
ngx_resonate_index_build(ngx_resonate_index_read_t *read, ngx_log_t *log)
{
    if (resonate_index_measure(&read->mp4, &read->block_size)
        != RESONATE_MP4_OK)
    {
        read->failed = read->mp4.reason;
        return;
    }

    read->block = ngx_alloc(read->block_size, log);
    if (read->block == NULL) {
        read->failed = "out of memory";
        return;
    }

    if (resonate_index_build(&read->mp4, read->block, read->block_size)
        != RESONATE_MP4_OK)
    {
        read->failed = read->mp4.reason;
    }
}


static resonate_mp4_status_e
ngx_resonate_index_parse(ngx_resonate_index_read_t *read, ngx_log_t *log)
{
    ngx_uint_t             reads;
    resonate_mp4_status_e  rc;

    for (reads = 0; reads < RESONATE_MP4_MAX_READS; reads++) {

        rc = ngx_resonate_index_look(read, log);

        if (rc != RESONATE_MP4_MORE) {
            return rc;
        }
    }

    read->failed = "too many reads";

    return RESONATE_MP4_UNSUPPORTED;
}


/* shows the parser what it wants to see */

static resonate_mp4_status_e
ngx_resonate_index_look(ngx_resonate_index_read_t *read, ngx_log_t *log)
{
    off_t            offset;
    size_t           size, skip;
    ssize_t          n;
    resonate_mp4_t  *mp4;

    mp4 = &read->mp4;

    skip = mp4->want_offset % NGX_RESONATE_INDEX_PAGE;
    offset = (off_t) mp4->want_offset - skip;
    size = ngx_align(skip + mp4->want_size, NGX_RESONATE_INDEX_PAGE);

    if (read->buf == NULL || size > read->buf_size) {

        if (read->buf) {
            ngx_free(read->buf);
        }

        read->buf = ngx_memalign(NGX_RESONATE_INDEX_PAGE, size, log);
        read->buf_size = size;
    }

    if (read->buf == NULL) {
        read->failed = "out of memory";
        return RESONATE_MP4_BAD;
    }

    n = ngx_resonate_index_pread(read, read->buf, size, offset);
    if (n < 0) {
        read->failed = "read failed";
        return RESONATE_MP4_BAD;
    }

    n = ((size_t) n > skip) ? n - (ssize_t) skip : 0;

    return ngx_resonate_index_feed(read, read->buf + skip,
                                   ngx_min((size_t) n, mp4->want_size));
}


resonate_mp4_status_e
ngx_resonate_index_feed(ngx_resonate_index_read_t *read, u_char *data,
    size_t n)
{
    resonate_mp4_status_e  rc;

    for ( ;; ) {
        rc = resonate_mp4_parse(&read->mp4, data, n);

        if (rc != RESONATE_MP4_ROOM) {
            return rc;
        }

        if (ngx_resonate_index_room(&read->mp4) != NGX_OK) {
            read->failed = "out of memory";
            return RESONATE_MP4_BAD;
        }
    }
}


static ngx_int_t
ngx_resonate_index_room(resonate_mp4_t *mp4)
{
    void  *room;

    room = realloc(mp4->room, mp4->want_room);
    if (room == NULL) {
        return NGX_ERROR;
    }

    mp4->room = room;
    mp4->room_size = mp4->want_room;

    return NGX_OK;
}


/* less than "size" only at the end of the file */

static ssize_t
ngx_resonate_index_pread(ngx_resonate_index_read_t *read, u_char *buf,
    size_t size, off_t offset)
{
    size_t   got;
    ssize_t  n;

    for (got = 0; got < size; got += n) {

        n = pread(read->fd, buf + got, size - got, offset + (off_t) got);

        if (n == 0) {
            break;
        }

        if (n == -1 && ngx_errno == NGX_EINTR) {
            n = 0;
            continue;
        }

        if (n == -1) {
            read->err = ngx_errno;
            return -1;
        }
    }

    return (ssize_t) got;
}
