
/*
 * Copyright (C) Resonate
 *
 * From an outcome to bytes: a text with its validators, a problem, or whatever
 * another kind of reply makes of it.
 */


#include "ngx_resonate_route_internal.h"


static ngx_int_t ngx_resonate_answer_problem(ngx_resonate_route_ctx_t *ctx,
    ngx_uint_t status, ngx_str_t *body);
static ngx_int_t ngx_resonate_answer_text(ngx_http_request_t *r,
    ngx_resonate_route_ctx_t *ctx, ngx_resonate_reply_t *reply);
static ngx_int_t ngx_resonate_answer_headers(ngx_http_request_t *r,
    ngx_resonate_route_ctx_t *ctx, ngx_resonate_reply_t *reply);
static ngx_int_t ngx_resonate_answer_stale(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply);
static ngx_int_t ngx_resonate_answer_gzip(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_answer_etag(ngx_http_request_t *r,
    ngx_str_t *etag);


ngx_int_t
ngx_resonate_route_outcome(ngx_resonate_route_ctx_t *ctx,
    ngx_resonate_outcome_t *outcome)
{
    ngx_resonate_reply_t  reply;

    if (ngx_resonate_route_status(ctx, ctx->stale, outcome) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (outcome->away && ctx->stale) {
        return ngx_resonate_route_answer(ctx, ctx->stale);
    }

    if (outcome->status >= NGX_HTTP_SPECIAL_RESPONSE) {
        return ngx_resonate_answer_problem(ctx, outcome->status,
                                           &outcome->body);
    }

    ngx_memzero(&reply, sizeof(ngx_resonate_reply_t));

    reply.status = outcome->status;
    reply.body = outcome->body;

    if (outcome->etag[0]) {
        reply.etag.data = outcome->etag;
        reply.etag.len = NGX_RESONATE_ETAG_LEN;
    }

    return ngx_resonate_route_answer(ctx, &reply);
}


/* a function's body is the detail or, of a 400, may be a list of faults */

static ngx_int_t
ngx_resonate_answer_problem(ngx_resonate_route_ctx_t *ctx, ngx_uint_t status,
    ngx_str_t *body)
{
    if (status == NGX_HTTP_BAD_REQUEST && body->len && body->data[0] == '[') {
        return ngx_resonate_route_refuse(ctx, status,
                                         NGX_RESONATE_BAD_ARGUMENTS, body);
    }

    return ngx_resonate_route_refuse(ctx, status,
                                     body->len ? (char *) body->data : NULL,
                                     NULL);
}


/* a page goes without the part that failed, an SSI stub takes its place */

ngx_int_t
ngx_resonate_route_refuse(ngx_resonate_route_ctx_t *ctx, ngx_uint_t status,
    const char *detail, ngx_str_t *errors)
{
    ngx_http_request_t  *r;

    r = ctx->request;

    if (r == r->main || ctx->route->type == NULL || !ctx->route->type->part) {
        return ngx_resonate_send_problem(r, status, detail, errors);
    }

    r->headers_out.status = status;
    r->header_only = 1;

    return ngx_http_send_header(r);
}


ngx_int_t
ngx_resonate_route_answer(ngx_resonate_route_ctx_t *ctx,
    ngx_resonate_reply_t *reply)
{
    ngx_http_request_t  *r;

    if (ctx->hit && ngx_resonate_route_status(ctx, reply, NULL) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (reply->status >= NGX_HTTP_SPECIAL_RESPONSE) {
        return ngx_resonate_answer_problem(ctx, reply->status, &reply->body);
    }

    r = ctx->request;

    reply->personal = (ctx->identity != NULL);

    if (reply->stale && ngx_resonate_answer_stale(r, reply) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ctx->route->of) {
        reply->data = ctx;
        return ctx->route->of->handler(r, reply);
    }

    return ngx_resonate_answer_text(r, ctx, reply);
}


static ngx_int_t
ngx_resonate_answer_text(ngx_http_request_t *r, ngx_resonate_route_ctx_t *ctx,
    ngx_resonate_reply_t *reply)
{
    ngx_int_t     rc;
    ngx_buf_t    *b;
    ngx_chain_t   out;

    r->headers_out.status = reply->status;
    r->headers_out.content_length_n = reply->body.len;

    if (reply->body.len) {
        r->headers_out.content_type = ctx->route->type->value;
        r->headers_out.content_type_len = ctx->route->type->len;

    } else {
        r->header_only = 1;
    }

    if (ngx_resonate_answer_headers(r, ctx, reply) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = reply->body.data;
    b->last = reply->body.data + reply->body.len;
    b->memory = 1;
    b->last_buf = (r == r->main) ? 1 : 0;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


static ngx_int_t
ngx_resonate_answer_headers(ngx_http_request_t *r,
    ngx_resonate_route_ctx_t *ctx, ngx_resonate_reply_t *reply)
{
    ngx_str_t                       value;
    ngx_resonate_route_loc_conf_t  *rlcf;

    if (ctx->route->method != RESONATE_GET || reply->personal) {
        ngx_str_set(&value, "private, no-store");
        return ngx_resonate_add_header(r, "Cache-Control", &value);
    }

    rlcf = ngx_http_get_module_loc_conf(r, ngx_resonate_route_module);

    if (ngx_resonate_add_header(r, "Cache-Control", &rlcf->control)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* a shared cache must not give it to somebody with a token */

    if (ctx->route->caller) {
        ngx_str_set(&value, "Authorization, Accept-Encoding");

    } else {
        ngx_str_set(&value, "Accept-Encoding");
    }

    if (ngx_resonate_add_header(r, "Vary", &value) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ctx->gzip && ngx_resonate_answer_gzip(r) != NGX_OK) {
        return NGX_ERROR;
    }

    return reply->etag.len ? ngx_resonate_answer_etag(r, &reply->etag)
                           : NGX_OK;
}


/* RFC 9111, 5.1; the Warning is of RFC 7234, 5.5.1: obsolete but understood */

static ngx_int_t
ngx_resonate_answer_stale(ngx_http_request_t *r, ngx_resonate_reply_t *reply)
{
    ngx_str_t  value;

    ngx_str_set(&value, "110 - \"Response is Stale\"");

    if (ngx_resonate_add_header(r, "Warning", &value) != NGX_OK) {
        return NGX_ERROR;
    }

    value.data = ngx_pnalloc(r->pool, NGX_TIME_T_LEN);
    if (value.data == NULL) {
        return NGX_ERROR;
    }

    value.len = ngx_sprintf(value.data, "%T", reply->age) - value.data;

    return ngx_resonate_add_header(r, "Age", &value);
}


static ngx_int_t
ngx_resonate_answer_gzip(ngx_http_request_t *r)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->hash = 1;
    ngx_str_set(&h->key, "Content-Encoding");
    ngx_str_set(&h->value, "gzip");
#if (nginx_version >= 1023000)
    h->next = NULL;
#endif

    /* nginx's own gzip filter leaves it alone then */
    r->headers_out.content_encoding = h;

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_answer_etag(ngx_http_request_t *r, ngx_str_t *etag)
{
    u_char           *p;
    ngx_table_elt_t  *h;

    /* it is logged later than the outcome lives, which is on a stack */

    p = ngx_pstrdup(r->pool, etag);
    if (p == NULL) {
        return NGX_ERROR;
    }

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->hash = 1;
    ngx_str_set(&h->key, "ETag");
    h->value.data = p;
    h->value.len = etag->len;
#if (nginx_version >= 1023000)
    h->next = NULL;
#endif

    r->headers_out.etag = h;

    return NGX_OK;
}
