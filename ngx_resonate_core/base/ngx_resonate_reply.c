
/*
 * Copyright (C) Resonate
 *
 * Finished JSON and problems as answers.
 */


#include "../ngx_resonate_core_internal.h"
#include "resonate_problem.h"


#define NGX_RESONATE_RETRY_AFTER  "1"    /* seconds */


static ngx_int_t ngx_resonate_send(ngx_http_request_t *r, ngx_uint_t status,
    ngx_str_t *type, ngx_str_t *body);


ngx_int_t
ngx_resonate_send_json(ngx_http_request_t *r, ngx_uint_t status,
    ngx_str_t *json)
{
    ngx_str_t  type = ngx_string("application/json");
    ngx_str_t  cache = ngx_string("private, no-store");

    if (ngx_resonate_add_header(r, "Cache-Control", &cache) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_resonate_send(r, status, &type, json);
}


ngx_int_t
ngx_resonate_send_problem(ngx_http_request_t *r, ngx_uint_t status,
    const char *detail, ngx_str_t *errors)
{
    json_t     *list;
    ngx_int_t   rc;
    ngx_str_t   body, value;
    ngx_str_t   type = ngx_string("application/problem+json");

    list = errors ? json_loadb((char *) errors->data, errors->len, 0, NULL)
                  : NULL;

    rc = ngx_resonate_take_text(r->pool, resonate_problem(status, detail, list),
                                &body);
    json_decref(list);

    if (rc != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* what an answer that failed said of itself is not true of the problem */

    while (ngx_resonate_take_header(r, "Cache-Control")) { /* void */ }

    ngx_str_set(&value, "no-store");
    rc = ngx_resonate_add_header(r, "Cache-Control", &value);

    if (status == NGX_HTTP_SERVICE_UNAVAILABLE
        || status == NGX_HTTP_TOO_MANY_REQUESTS)
    {
        ngx_str_set(&value, NGX_RESONATE_RETRY_AFTER);
        rc |= ngx_resonate_add_header(r, "Retry-After", &value);
    }

    if (rc != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_resonate_send(r, status, &type, &body);
}


static ngx_int_t
ngx_resonate_send(ngx_http_request_t *r, ngx_uint_t status, ngx_str_t *type,
    ngx_str_t *body)
{
    ngx_int_t     rc;
    ngx_buf_t    *b;
    ngx_chain_t   out;

    rc = ngx_resonate_discard_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    ngx_resonate_disable_conditions(r);

    /* a later error must not find half an answer of ours */

    ngx_http_clear_content_length(r);
    ngx_http_clear_accept_ranges(r);
    ngx_http_clear_last_modified(r);
    ngx_http_clear_etag(r);

    if (r->headers_out.content_encoding) {
        r->headers_out.content_encoding->hash = 0;
        r->headers_out.content_encoding = NULL;
    }

    r->headers_out.status = status;
    r->headers_out.content_length_n = body->len;
    r->headers_out.content_type = *type;
    r->headers_out.content_type_len = type->len;
    r->headers_out.content_type_lowcase = NULL;

    if (r != r->main && body->len == 0) {
        r->header_only = 1;
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = body->data;
    b->last = body->data + body->len;
    b->memory = body->len ? 1 : 0;
    b->last_buf = (r == r->main) ? 1 : 0;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


/*
 * nginx looks at If-Match and its like when the answer is made: too late for
 * a method that has acted by then.
 */

void
ngx_resonate_disable_conditions(ngx_http_request_t *r)
{
    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        r->disable_not_modified = 1;
    }
}


ngx_int_t
ngx_resonate_add_header(ngx_http_request_t *r, const char *name,
    ngx_str_t *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->hash = 1;
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value = *value;
#if (nginx_version >= 1023000)
    h->next = NULL;
#endif

    return NGX_OK;
}


ngx_int_t
ngx_resonate_take_text(ngx_pool_t *pool, char *text, ngx_str_t *to)
{
    if (text == NULL) {
        return NGX_ERROR;
    }

    to->len = ngx_strlen(text);
    to->data = ngx_pnalloc(pool, to->len + 1);

    if (to->data) {
        ngx_memcpy(to->data, text, to->len + 1);
    }

    free(text);

    return to->data ? NGX_OK : NGX_ERROR;
}
