
/*
 * Copyright (C) Resonate
 *
 * A fetch: a subrequest of a request without a client, whose answer is kept
 * in memory.  Its end is an event of its own, so that the handler never runs
 * below start(), nor inside of what it may cancel.
 */


#include "ngx_resonate_fetch_internal.h"


typedef struct {
    ngx_resonate_fetch_t  *fetch;
    ngx_http_request_t    *request;
    ngx_http_request_t    *subrequest;
    ngx_event_t            deadline;
    ngx_event_t            done;
} ngx_resonate_fetch_call_t;


static ngx_int_t ngx_resonate_fetch_send(ngx_resonate_fetch_call_t *call);
static ngx_int_t ngx_resonate_fetch_headers(ngx_resonate_fetch_t *f,
    ngx_http_request_t *r);
static ngx_int_t ngx_resonate_fetch_body(ngx_resonate_fetch_t *f,
    ngx_http_request_t *sr);
static ngx_int_t ngx_resonate_fetch_finished(ngx_http_request_t *sr,
    void *data, ngx_int_t rc);
static void ngx_resonate_fetch_answer(ngx_resonate_fetch_t *f,
    ngx_http_request_t *sr);
static void ngx_resonate_fetch_deadline(ngx_event_t *ev);
static void ngx_resonate_fetch_done(ngx_event_t *ev);
static void ngx_resonate_fetch_end(ngx_resonate_fetch_call_t *call);


ngx_int_t
ngx_resonate_fetch_start(ngx_resonate_fetch_t *f)
{
    ngx_http_request_t              *r;
    ngx_resonate_fetch_call_t       *call;
    ngx_resonate_fetch_main_conf_t  *fmcf;

    fmcf = ngx_http_cycle_get_module_main_conf(ngx_cycle,
                                               ngx_resonate_fetch_module);

    ngx_resonate_count(fmcf->fetches);

    f->status = 0;
    f->error = "out of memory or connections";
    f->call = NULL;

    r = fmcf->ctx ? ngx_resonate_fetch_request(fmcf->ctx, ngx_cycle->log)
                  : NULL;

    if (r == NULL) {
        ngx_resonate_count(fmcf->failures);
        return NGX_ERROR;
    }

    /* neither here nor by nginx's proxy */

    if (f->quiet && r->connection->log->log_level < NGX_LOG_DEBUG) {
        r->connection->log->log_level = NGX_LOG_CRIT;
    }

    call = ngx_pcalloc(r->pool, sizeof(ngx_resonate_fetch_call_t));

    if (call) {
        ngx_http_set_ctx(r, call, ngx_resonate_fetch_module);

        call->fetch = f;
        call->request = r;

        if (ngx_resonate_fetch_send(call) == NGX_OK) {
            f->call = call;

            ngx_add_timer(&call->deadline, f->timeout);
            ngx_http_run_posted_requests(r->connection);

            return NGX_AGAIN;
        }
    }

    ngx_resonate_count(fmcf->failures);
    ngx_resonate_fetch_close(r);

    return NGX_ERROR;
}


static ngx_int_t
ngx_resonate_fetch_send(ngx_resonate_fetch_call_t *call)
{
    ngx_http_request_t          *r, *sr;
    ngx_resonate_fetch_t        *f;
    ngx_http_post_subrequest_t  *ps;

    f = call->fetch;
    r = call->request;

    call->deadline.handler = ngx_resonate_fetch_deadline;
    call->deadline.data = call;
    call->deadline.log = r->connection->log;

    call->done.handler = ngx_resonate_fetch_done;
    call->done.data = call;
    call->done.log = r->connection->log;

    ps = ngx_palloc(r->pool, sizeof(ngx_http_post_subrequest_t));

    if (ps == NULL || ngx_resonate_fetch_headers(f, r) != NGX_OK) {
        return NGX_ERROR;
    }

    ps->handler = ngx_resonate_fetch_finished;
    ps->data = call;

    if (ngx_http_subrequest(r, &f->uri, f->args.len ? &f->args : NULL, &sr, ps,
                            NGX_HTTP_SUBREQUEST_IN_MEMORY
                            |NGX_HTTP_SUBREQUEST_BACKGROUND)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    call->subrequest = sr;

    return f->body.len ? ngx_resonate_fetch_body(f, sr) : NGX_OK;
}


static ngx_int_t
ngx_resonate_fetch_headers(ngx_resonate_fetch_t *f, ngx_http_request_t *r)
{
    ngx_uint_t        i;
    ngx_table_elt_t  *h;

    for (i = 0; i < f->nheaders; i++) {
        h = ngx_list_push(&r->headers_in.headers);
        if (h == NULL) {
            return NGX_ERROR;
        }

        ngx_memzero(h, sizeof(ngx_table_elt_t));

        h->key = f->headers[i].key;
        h->value = f->headers[i].value;

        h->lowcase_key = ngx_pnalloc(r->pool, h->key.len);
        if (h->lowcase_key == NULL) {
            return NGX_ERROR;
        }

        h->hash = ngx_hash_strlow(h->lowcase_key, h->key.data, h->key.len);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_fetch_body(ngx_resonate_fetch_t *f, ngx_http_request_t *sr)
{
    ngx_buf_t                *b;
    ngx_http_request_body_t  *rb;

    rb = ngx_pcalloc(sr->pool, sizeof(ngx_http_request_body_t));
    b = ngx_calloc_buf(sr->pool);

    if (rb == NULL || b == NULL) {
        return NGX_ERROR;
    }

    rb->bufs = ngx_alloc_chain_link(sr->pool);
    if (rb->bufs == NULL) {
        return NGX_ERROR;
    }

    rb->bufs->buf = b;
    rb->bufs->next = NULL;

    b->pos = f->body.data;
    b->last = f->body.data + f->body.len;
    b->memory = 1;
    b->last_buf = 1;

    sr->request_body = rb;
    sr->headers_in.content_length_n = f->body.len;

    sr->method = NGX_HTTP_POST;
    ngx_str_set(&sr->method_name, "POST");

    return NGX_OK;
}


/* what nginx answers by itself comes as "rc", what a server answered has 0 */

static ngx_int_t
ngx_resonate_fetch_finished(ngx_http_request_t *sr, void *data, ngx_int_t rc)
{
    ngx_resonate_fetch_call_t *call = data;

    ngx_resonate_fetch_t  *f;

    f = call->fetch;

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, sr->connection->log, 0,
                   "resonate fetch: %i, %ui", rc, sr->headers_out.status);

    /* a filter that failed, as with too large an answer, has set it: nginx
       would free the main request, and the event below with it */

    sr->connection->error = 0;

    if (rc == NGX_OK || rc == NGX_HTTP_NO_CONTENT) {
        ngx_resonate_fetch_answer(f, sr);

    } else if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        f->status = 0;
        f->error = (rc == NGX_HTTP_GATEWAY_TIME_OUT) ? "timed out"
                   : (rc == NGX_HTTP_NOT_FOUND) ? "no such location"
                   : "no answer";

    } else {
        f->status = 0;
        f->error = "a broken answer, or one that is too large";
    }

    ngx_post_event(&call->done, &ngx_posted_events);

    return NGX_OK;
}


static void
ngx_resonate_fetch_answer(ngx_resonate_fetch_t *f, ngx_http_request_t *sr)
{
    ngx_buf_t  *b;

    ngx_str_null(&f->answer);

    if (sr->out && sr->out->buf) {
        b = sr->out->buf;
        f->answer.data = b->pos;
        f->answer.len = b->last - b->pos;
    }

    if (f->answer.len > f->max) {
        f->status = 0;
        f->error = "too large";
        return;
    }

    if (sr->upstream && sr->headers_out.content_length_n != -1
        && (size_t) sr->headers_out.content_length_n != f->answer.len)
    {
        f->status = 0;
        f->error = "cut short";
        return;
    }

    f->status = sr->headers_out.status;
    f->error = NULL;
    f->type = sr->headers_out.content_type;
}


static void
ngx_resonate_fetch_deadline(ngx_event_t *ev)
{
    ngx_resonate_fetch_call_t *call = ev->data;

    call->fetch->status = 0;
    call->fetch->error = "timed out";

    ngx_resonate_fetch_done(&call->done);
}


static void
ngx_resonate_fetch_done(ngx_event_t *ev)
{
    ngx_resonate_fetch_call_t *call = ev->data;

    ngx_resonate_fetch_t            *f;
    ngx_resonate_fetch_main_conf_t  *fmcf;

    f = call->fetch;

    if (f->status == 0) {
        fmcf = ngx_http_get_module_main_conf(call->request,
                                             ngx_resonate_fetch_module);
        ngx_resonate_count(fmcf->failures);

        ngx_log_error(NGX_LOG_ERR, call->request->connection->log, 0,
                      "fetch of \"%V\" failed: %s", &f->uri, f->error);
    }

    /* the handler may start it again, or free it */

    f->call = NULL;
    f->request = call->subrequest;

    f->handler(f);

    ngx_resonate_fetch_end(call);
}


void
ngx_resonate_fetch_cancel(ngx_resonate_fetch_t *f)
{
    ngx_resonate_fetch_call_t  *call;

    call = f->call;

    if (call) {
        f->call = NULL;
        ngx_resonate_fetch_end(call);
    }
}


static void
ngx_resonate_fetch_end(ngx_resonate_fetch_call_t *call)
{
    if (call->deadline.timer_set) {
        ngx_del_timer(&call->deadline);
    }

    if (call->done.posted) {
        ngx_delete_posted_event(&call->done);
    }

    ngx_resonate_fetch_close(call->request);
}


ngx_int_t
ngx_resonate_fetch_header(ngx_resonate_fetch_t *f, const char *name,
    ngx_str_t *value)
{
    size_t            len;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    len = ngx_strlen(name);
    part = &f->request->headers_out.headers.part;
    h = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                return NGX_DECLINED;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (h[i].hash && h[i].key.len == len
            && ngx_strncasecmp(h[i].key.data, (u_char *) name, len) == 0)
        {
            *value = h[i].value;
            return NGX_OK;
        }
    }
}


ngx_uint_t
ngx_resonate_fetch_own(ngx_http_request_t *r)
{
    return ngx_http_get_module_ctx(r->main, ngx_resonate_fetch_module) != NULL;
}
