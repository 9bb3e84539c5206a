
/*
 * Copyright (C) Resonate
 *
 * What handlers need of a request beyond nginx's own functions.
 */


#include "../ngx_resonate_core_internal.h"


static ngx_int_t ngx_resonate_body_copy(ngx_http_request_t *r, ngx_buf_t *b,
    u_char *p, size_t len);


ngx_table_elt_t *
ngx_resonate_find_header(ngx_http_request_t *r, const char *name, size_t len,
    ngx_uint_t *n)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h, *found;

    found = NULL;
    *n = 0;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (h[i].key.len != len
                || ngx_strncasecmp(h[i].key.data, (u_char *) name, len) != 0)
            {
                continue;
            }

            if ((*n)++ == 0) {
                found = &h[i];
            }
        }
    }

    return found;
}


ngx_int_t
ngx_resonate_body(ngx_http_request_t *r, size_t limit, ngx_str_t *body)
{
    off_t         size;
    u_char       *p;
    ngx_chain_t  *bufs, *cl;

    bufs = r->request_body ? r->request_body->bufs : NULL;
    size = 0;

    for (cl = bufs; cl; cl = cl->next) {
        size += ngx_buf_size(cl->buf);
    }

    if (size > (off_t) limit) {
        return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
    }

    body->len = (size_t) size;

    if (bufs && bufs->next == NULL && ngx_buf_in_memory(bufs->buf)) {
        body->data = bufs->buf->pos;
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, body->len + 1);
    if (p == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    body->data = p;

    for (cl = bufs; cl; cl = cl->next) {
        size = ngx_buf_size(cl->buf);

        if (ngx_resonate_body_copy(r, cl->buf, p, (size_t) size) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        p += size;
    }

    return NGX_OK;
}


/*
 * A short body is in a file when the framing of its chunks did not fit into
 * nginx's buffer, or when "client_body_in_file_only" is on.  nginx has just
 * written it: it is read from the page cache.
 */

static ngx_int_t
ngx_resonate_body_copy(ngx_http_request_t *r, ngx_buf_t *b, u_char *p,
    size_t len)
{
    ssize_t  n;

    if (len == 0) {
        return NGX_OK;
    }

    if (ngx_buf_in_memory(b)) {
        ngx_memcpy(p, b->pos, len);
        return NGX_OK;
    }

    n = ngx_read_file(b->file, p, len, b->file_pos);

    if (n == NGX_ERROR || (size_t) n != len) {
        ngx_log_error(NGX_LOG_CRIT, r->connection->log, 0,
                      "read only %z of %uz bytes from \"%V\"",
                      n, len, &b->file->name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/*
 * A body that nobody read would be taken for the next request of the
 * connection.  Whether one comes after an answer without "100 Continue" is
 * the client's choice (RFC 9110, section 10.1.1), so no request can follow.
 */

ngx_int_t
ngx_resonate_discard_body(ngx_http_request_t *r)
{
    if (r == r->main && r->headers_in.expect && !r->expect_tested) {
        r->expect_tested = 1;

        if (r->headers_in.content_length_n > 0 || r->headers_in.chunked) {
            r->keepalive = 0;
        }
    }

    return ngx_http_discard_request_body(r);
}


void
ngx_resonate_watch_client(ngx_http_request_t *r)
{
    ngx_event_t  *rev;

    /* a body that is being discarded has a handler that notices by itself */

    if (r->discard_body) {
        return;
    }

    r->read_event_handler = ngx_http_test_reading;

    /* it may have gone with the last byte it sent: no other event comes */

    rev = r->connection->read;

    if (rev->ready) {
        ngx_post_event(rev, &ngx_posted_events);
    }
}
