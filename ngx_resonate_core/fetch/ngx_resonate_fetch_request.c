
/*
 * Copyright (C) Resonate
 *
 * A request that no client sent.
 *
 * Its connection is a socket that is connected to nothing: nginx closes it in
 * its own way, and variables of the client's address have something to say.
 * No event of it is ever asked for.
 */


#include "ngx_resonate_fetch_internal.h"


#define NGX_RESONATE_FETCH_POOL  1024


static ngx_connection_t *ngx_resonate_fetch_connection(ngx_log_t *log);
static ngx_int_t ngx_resonate_fetch_connection_init(ngx_connection_t *c,
    ngx_log_t *log);
static void ngx_resonate_fetch_event(ngx_event_t *ev);


ngx_http_request_t *
ngx_resonate_fetch_request(ngx_http_conf_ctx_t *ctx, ngx_log_t *log)
{
    ngx_connection_t       *c;
    ngx_http_request_t     *r;
    ngx_http_connection_t  *hc;

    c = ngx_resonate_fetch_connection(log);
    if (c == NULL) {
        return NULL;
    }

    hc = c->data;
    hc->conf_ctx = ctx;

    r = ngx_http_create_request(c);

    if (r == NULL
        || ngx_list_init(&r->headers_in.headers, r->pool,
                         NGX_RESONATE_FETCH_HEADERS, sizeof(ngx_table_elt_t))
           != NGX_OK)
    {
        if (r) {
            r->logged = 1;
            ngx_http_free_request(r, 0);
        }

        ngx_http_close_connection(c);
        return NULL;
    }

    c->data = r;

    r->method = NGX_HTTP_GET;
    ngx_str_set(&r->method_name, "GET");
    r->http_version = NGX_HTTP_VERSION_11;
    ngx_str_set(&r->http_protocol, "HTTP/1.1");
    ngx_str_set(&r->uri, "/");
    ngx_str_set(&r->unparsed_uri, "/");
    ngx_str_set(&r->request_line, "resonate fetch");

    r->headers_in.content_length_n = -1;
    r->headers_in.keep_alive_n = -1;

    r->valid_location = 1;
    r->logged = 1;                 /* there is no client to be logged */

    /* nor limited: a "limit_req" or "limit_conn" of http{} has passed it */

    r->limit_req_status = 1;
    r->limit_conn_status = 1;

    r->write_event_handler = ngx_http_request_empty_handler;
    r->read_event_handler = ngx_http_block_reading;

    return r;
}


static ngx_connection_t *
ngx_resonate_fetch_connection(ngx_log_t *log)
{
    ngx_socket_t       s;
    ngx_connection_t  *c;

    s = ngx_socket(AF_UNIX, SOCK_STREAM, 0);

    if (s == (ngx_socket_t) -1) {
        ngx_log_error(NGX_LOG_ERR, log, ngx_socket_errno,
                      ngx_socket_n " failed");
        return NULL;
    }

    c = ngx_get_connection(s, log);

    if (c == NULL) {
        if (ngx_close_socket(s) == -1) {
            ngx_log_error(NGX_LOG_ALERT, log, ngx_socket_errno,
                          ngx_close_socket_n " failed");
        }

        return NULL;
    }

#if (NGX_STAT_STUB)
    (void) ngx_atomic_fetch_add(ngx_stat_active, 1);
#endif

    if (ngx_resonate_fetch_connection_init(c, log) != NGX_OK) {

        if (c->pool == NULL) {
#if (NGX_STAT_STUB)
            (void) ngx_atomic_fetch_add(ngx_stat_active, -1);
#endif
            ngx_close_connection(c);

        } else {
            ngx_http_close_connection(c);
        }

        return NULL;
    }

    return c;
}


static ngx_int_t
ngx_resonate_fetch_connection_init(ngx_connection_t *c, ngx_log_t *log)
{
    ngx_http_log_ctx_t  *ctx;

    c->pool = ngx_create_pool(NGX_RESONATE_FETCH_POOL, log);
    if (c->pool == NULL) {
        return NGX_ERROR;
    }

    c->log = ngx_palloc(c->pool, sizeof(ngx_log_t));
    c->data = ngx_pcalloc(c->pool, sizeof(ngx_http_connection_t));
    c->buffer = ngx_calloc_buf(c->pool);
    c->sockaddr = ngx_pcalloc(c->pool, sizeof(struct sockaddr));
    ctx = ngx_pcalloc(c->pool, sizeof(ngx_http_log_ctx_t));

    if (c->log == NULL || c->data == NULL || c->buffer == NULL
        || c->sockaddr == NULL || ctx == NULL)
    {
        c->log = log;
        return NGX_ERROR;
    }

    ctx->connection = c;

    *c->log = *log;
    c->log->connection = c->number;
    c->log->handler = NULL;
    c->log->data = ctx;
    c->log->action = "fetching";

    c->pool->log = c->log;
    c->read->log = c->log;
    c->write->log = c->log;

    c->read->handler = ngx_resonate_fetch_event;
    c->write->handler = ngx_resonate_fetch_event;

    c->number = ngx_atomic_fetch_add(ngx_connection_counter, 1);

    c->recv = ngx_recv;
    c->send = ngx_send;
    c->recv_chain = ngx_recv_chain;
    c->send_chain = ngx_send_chain;

    /* what nginx does to a client's socket where nothing is buffered */

    c->tcp_nodelay = NGX_TCP_NODELAY_DISABLED;
    c->tcp_nopush = NGX_TCP_NOPUSH_DISABLED;

    c->sockaddr->sa_family = AF_UNIX;
    c->socklen = sizeof(c->sockaddr->sa_family);
    ngx_str_set(&c->addr_text, "unix:");

    c->local_sockaddr = c->sockaddr;
    c->local_socklen = c->socklen;

    return NGX_OK;
}


static void
ngx_resonate_fetch_event(ngx_event_t *ev)
{
    /* void */
}


void
ngx_resonate_fetch_close(ngx_http_request_t *r)
{
    ngx_connection_t  *c;

    c = r->connection;

    ngx_http_finalize_request(r, NGX_ERROR);
    ngx_http_run_posted_requests(c);
}
