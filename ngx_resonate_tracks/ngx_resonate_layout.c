
/*
 * Copyright (C) Resonate
 *
 * The header filter stands behind that of conditions and before nginx's own
 * of ranges.  A request for several ranges becomes a reply of several parts
 * here (RFC 9110, 15.3.7.2); all others are left to nginx, which is told to
 * answer no more than one range.
 */


#include "ngx_resonate_layout.h"
#include "ngx_resonate_remote.h"


typedef struct {
    resonate_part_t           *parts;
    ngx_uint_t                 nparts;
    ngx_chain_t               *ranges;    /* NULL: not several */
    unsigned                   remote:1;  /* of a store: no chain is made */
    unsigned                   several:1;
} ngx_resonate_layout_ctx_t;


static ngx_int_t ngx_resonate_layout_filter(ngx_http_request_t *r);
static ngx_uint_t ngx_resonate_layout_remote(resonate_part_t *parts,
    ngx_uint_t nparts);
static ngx_int_t ngx_resonate_layout_send_remote(ngx_http_request_t *r,
    ngx_resonate_layout_ctx_t *ctx);
static ngx_uint_t ngx_resonate_layout_if_range(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_layout_multipart(ngx_http_request_t *r,
    ngx_resonate_layout_ctx_t *ctx, resonate_range_t *ranges, ngx_uint_t n);
static u_char *ngx_resonate_layout_delimiter(u_char *p, u_char *end,
    ngx_http_request_t *r, ngx_atomic_uint_t boundary,
    resonate_range_t *range);
static ngx_int_t ngx_resonate_layout_headers(ngx_http_request_t *r,
    ngx_atomic_uint_t boundary, resonate_part_t *parts, ngx_uint_t nparts);
static ngx_chain_t *ngx_resonate_layout_chain(ngx_http_request_t *r,
    resonate_part_t *parts, ngx_uint_t nparts);
static void ngx_resonate_layout_buf(ngx_buf_t *b, resonate_part_t *part);
static ngx_int_t ngx_resonate_layout_init(ngx_conf_t *cf);


static ngx_http_module_t  ngx_resonate_layout_module_ctx = {
    NULL,                                  /* preconfiguration */
    ngx_resonate_layout_init,              /* postconfiguration */

    NULL,                                  /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_resonate_layout_module = {
    NGX_MODULE_V1,
    &ngx_resonate_layout_module_ctx,       /* module context */
    NULL,                                  /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;


ngx_int_t
ngx_resonate_layout_send(ngx_http_request_t *r, resonate_part_t *parts,
    ngx_uint_t nparts)
{
    ngx_int_t                   rc;
    ngx_chain_t                *out;
    ngx_resonate_layout_ctx_t  *ctx;

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_resonate_layout_ctx_t));
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->parts = parts;
    ctx->nparts = nparts;
    ctx->remote = ngx_resonate_layout_remote(parts, nparts);

    /* all is allocated before the header goes */

    out = ctx->remote ? NULL : ngx_resonate_layout_chain(r, parts, nparts);

    if (out == NULL && !ctx->remote) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_set_ctx(r, ctx, ngx_resonate_layout_module);

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = (off_t) resonate_layout_size(parts,
                                                                   nparts);
    r->allow_ranges = 1;
    r->single_range = 1;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    if (ctx->remote) {
        return ngx_resonate_layout_send_remote(r, ctx);
    }

    return ngx_http_output_filter(r, ctx->ranges ? ctx->ranges : out);
}


static ngx_uint_t
ngx_resonate_layout_remote(resonate_part_t *parts, ngx_uint_t nparts)
{
    ngx_uint_t  i;

    for (i = 0; i < nparts; i++) {
        if (ngx_resonate_part_remote(&parts[i])) {
            return 1;
        }
    }

    return 0;
}


/*
 * nginx's filter of ranges would have to see all that is in front of one: it
 * decides, with the header, and what is sent is cut here.
 */

static ngx_int_t
ngx_resonate_layout_send_remote(ngx_http_request_t *r,
    ngx_resonate_layout_ctx_t *ctx)
{
    off_t             from;
    resonate_part_t  *parts;

    if (ctx->several || r->headers_out.status != NGX_HTTP_PARTIAL_CONTENT) {
        return ngx_resonate_remote_send(r, ctx->parts, ctx->nparts);
    }

    parts = ngx_palloc(r->pool, ctx->nparts * sizeof(resonate_part_t));
    if (parts == NULL) {
        return NGX_ERROR;
    }

    from = r->headers_out.content_offset;

    ctx->nparts = resonate_layout_slice(ctx->parts, ctx->nparts,
                              (uint64_t) from,
                              (uint64_t) (from
                                          + r->headers_out.content_length_n),
                              parts);

    return ngx_resonate_remote_send(r, parts, ctx->nparts);
}


static ngx_int_t
ngx_resonate_layout_filter(ngx_http_request_t *r)
{
    ngx_str_t                  *range;
    ngx_uint_t                  n;
    resonate_range_t            ranges[RESONATE_RANGES_MAX];
    ngx_http_core_loc_conf_t   *clcf;
    ngx_resonate_layout_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_resonate_layout_module);

    if (ctx == NULL
        || r != r->main
        || r->http_version < NGX_HTTP_VERSION_10
        || r->headers_out.status != NGX_HTTP_OK
        || r->headers_in.range == NULL
        || !ngx_resonate_layout_if_range(r))
    {
        return ngx_http_next_header_filter(r);
    }

    range = &r->headers_in.range->value;

    n = resonate_ranges((char *) range->data, range->len,
                        (uint64_t) r->headers_out.content_length_n, ranges);

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate layout: \"%V\" %ui", range, n);

    if (n && n <= clcf->max_ranges
        && ngx_resonate_layout_multipart(r, ctx, ranges, n) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_next_header_filter(r);
}


/* as ngx_http_range_header_filter() has it (RFC 9110, 13.1.5) */

static ngx_uint_t
ngx_resonate_layout_if_range(ngx_http_request_t *r)
{
    time_t      time;
    ngx_str_t  *value, *etag;

    if (r->headers_in.if_range == NULL) {
        return 1;
    }

    value = &r->headers_in.if_range->value;

    if (value->len >= 2 && value->data[value->len - 1] == '"') {

        if (r->headers_out.etag == NULL) {
            return 0;
        }

        etag = &r->headers_out.etag->value;

        return value->len == etag->len
               && ngx_strncmp(value->data, etag->data, etag->len) == 0;
    }

    if (r->headers_out.last_modified_time == (time_t) -1) {
        return 0;
    }

    time = ngx_parse_http_time(value->data, value->len);

    return time == r->headers_out.last_modified_time;
}


static ngx_int_t
ngx_resonate_layout_multipart(ngx_http_request_t *r,
    ngx_resonate_layout_ctx_t *ctx, resonate_range_t *ranges, ngx_uint_t n)
{
    size_t             count, len;
    u_char            *p, *end;
    ngx_uint_t         i;
    resonate_part_t   *parts, *part;
    ngx_atomic_uint_t  boundary;

    count = n + 1;

    for (i = 0; i < n; i++) {
        count += resonate_layout_slice(ctx->parts, ctx->nparts,
                                       ranges[i].from, ranges[i].to, NULL);
    }

    len = sizeof(CRLF "--" CRLF "Content-Type: " CRLF "Content-Range: bytes "
                 "-/" CRLF CRLF) - 1
          + NGX_ATOMIC_T_LEN + r->headers_out.content_type.len
          + 3 * NGX_OFF_T_LEN;

    parts = ngx_palloc(r->pool, count * sizeof(resonate_part_t));
    p = ngx_pnalloc(r->pool, (n + 1) * len);

    if (parts == NULL || p == NULL) {
        return NGX_ERROR;
    }

    end = p + (n + 1) * len;
    part = parts;
    boundary = ngx_next_temp_number(0);

    for (i = 0; i <= n; i++) {
        part->source = NULL;
        part->data = p;

        p = ngx_resonate_layout_delimiter(p, end, r, boundary,
                                          i < n ? &ranges[i] : NULL);

        part->size = p - part->data;
        part++;

        if (i < n) {
            part += resonate_layout_slice(ctx->parts, ctx->nparts,
                                          ranges[i].from, ranges[i].to, part);
        }
    }

    if (ctx->remote) {
        ctx->parts = parts;
        ctx->nparts = count;
        ctx->several = 1;

    } else {
        ctx->ranges = ngx_resonate_layout_chain(r, parts, count);
        if (ctx->ranges == NULL) {
            return NGX_ERROR;
        }
    }

    return ngx_resonate_layout_headers(r, boundary, parts, count);
}


/* what stands before a range, or at the end of them */

static u_char *
ngx_resonate_layout_delimiter(u_char *p, u_char *end, ngx_http_request_t *r,
    ngx_atomic_uint_t boundary, resonate_range_t *range)
{
    if (range == NULL) {
        return ngx_slprintf(p, end, CRLF "--%0muA--" CRLF, boundary);
    }

    return ngx_slprintf(p, end, CRLF "--%0muA" CRLF
                                "Content-Type: %V" CRLF
                                "Content-Range: bytes %O-%O/%O" CRLF CRLF,
                        boundary, &r->headers_out.content_type,
                        (off_t) range->from, (off_t) range->to - 1,
                        r->headers_out.content_length_n);
}


static ngx_int_t
ngx_resonate_layout_headers(ngx_http_request_t *r,
    ngx_atomic_uint_t boundary, resonate_part_t *parts, ngx_uint_t nparts)
{
    u_char  *p;

    p = ngx_pnalloc(r->pool, sizeof("multipart/byteranges; boundary=") - 1
                             + NGX_ATOMIC_T_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    r->headers_out.content_type.data = p;
    r->headers_out.content_type.len =
        ngx_sprintf(p, "multipart/byteranges; boundary=%0muA", boundary) - p;
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;
    r->headers_out.charset.len = 0;

    r->headers_out.status = NGX_HTTP_PARTIAL_CONTENT;
    r->headers_out.status_line.len = 0;
    r->headers_out.content_length_n = (off_t) resonate_layout_size(parts,
                                                                   nparts);
    return NGX_OK;
}


/* without parts that are empty; one buffer says that it is the last */

static ngx_chain_t *
ngx_resonate_layout_chain(ngx_http_request_t *r, resonate_part_t *parts,
    ngx_uint_t nparts)
{
    ngx_buf_t    *b;
    ngx_uint_t    i;
    ngx_chain_t  *cl, *out, **ll;

    b = NULL;
    ll = &out;

    for (i = 0; i < nparts || b == NULL; i++) {

        if (i < nparts && parts[i].size == 0) {
            continue;
        }

        cl = ngx_alloc_chain_link(r->pool);
        b = ngx_calloc_buf(r->pool);

        if (cl == NULL || b == NULL) {
            return NULL;
        }

        if (i < nparts) {
            ngx_resonate_layout_buf(b, &parts[i]);
        }

        cl->buf = b;
        *ll = cl;
        ll = &cl->next;
    }

    *ll = NULL;

    b->last_buf = (r == r->main) ? 1 : 0;
    b->last_in_chain = 1;
    b->sync = (b->last_buf || b->in_file || b->memory) ? 0 : 1;

    return out;
}


static void
ngx_resonate_layout_buf(ngx_buf_t *b, resonate_part_t *part)
{
    if (part->source) {
        b->file = (ngx_file_t *) part->source;
        b->file_pos = (off_t) part->offset;
        b->file_last = (off_t) (part->offset + part->size);
        b->in_file = 1;
        return;
    }

    b->pos = (u_char *) part->data;
    b->last = b->pos + part->size;
    b->memory = 1;
}


static ngx_int_t
ngx_resonate_layout_init(ngx_conf_t *cf)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_resonate_layout_filter;

    return NGX_OK;
}
