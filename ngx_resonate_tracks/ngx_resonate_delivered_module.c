
/*
 * Copyright (C) Resonate
 *
 * What was sent of a track becomes evidence when its request ends, and the
 * kind "delivered" tells a caller what is known of him.
 */


#include "ngx_resonate_tracks_internal.h"


typedef struct {
    ngx_resonate_identity_t  *caller;
    ngx_resonate_delivery_t   delivery;
} ngx_resonate_delivered_ctx_t;


static ngx_int_t ngx_resonate_delivered_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_delivered_postconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_delivered_log(ngx_http_request_t *r);
static off_t ngx_resonate_delivered_bytes(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_delivered_handler(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply);
static json_t *ngx_resonate_delivered_json(const resonate_heard_t *heard);


static const ngx_resonate_kind_t  ngx_resonate_delivered_kind = {
    ngx_string("delivered"),
    ngx_resonate_delivered_handler,
    ngx_resonate_decision_compile,
    NULL,
    NULL,
    0
};


static ngx_http_module_t  ngx_resonate_delivered_module_ctx = {
    ngx_resonate_delivered_preconfiguration,
                                           /* preconfiguration */
    ngx_resonate_delivered_postconfiguration,
                                           /* postconfiguration */

    NULL,                                  /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_resonate_delivered_module = {
    NGX_MODULE_V1,
    &ngx_resonate_delivered_module_ctx,    /* module context */
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


static ngx_int_t
ngx_resonate_delivered_preconfiguration(ngx_conf_t *cf)
{
    return ngx_resonate_reply_add(cf, &ngx_resonate_delivered_kind);
}


static ngx_int_t
ngx_resonate_delivered_postconfiguration(ngx_conf_t *cf)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_LOG_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_resonate_delivered_log;

    return NGX_OK;
}


ngx_int_t
ngx_resonate_delivered(ngx_http_request_t *r,
    ngx_resonate_identity_t *caller, ngx_resonate_delivery_t *delivery)
{
    ngx_resonate_delivered_ctx_t  *ctx;

    static const u_char  none[NGX_RESONATE_TRACK_LEN];

    if (caller == NULL
        || delivery->of.to <= delivery->of.from
        || ngx_memcmp(delivery->track, none, NGX_RESONATE_TRACK_LEN) == 0
        || !ngx_resonate_evidence_kept(r))
    {
        return NGX_OK;
    }

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_resonate_delivered_ctx_t));
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    ctx->caller = caller;
    ctx->delivery = *delivery;

    ngx_http_set_ctx(r, ctx, ngx_resonate_delivered_module);

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_delivered_log(ngx_http_request_t *r)
{
    off_t                          sent, offset;
    ngx_resonate_delivered_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_resonate_delivered_module);

    /* what a part of a page has sent, its connection does not tell */

    if (ctx == NULL || r != r->main) {
        return NGX_OK;
    }

    sent = ngx_resonate_delivered_bytes(r);

    if (sent == 0) {
        return NGX_OK;
    }

    offset = (r->headers_out.status == NGX_HTTP_PARTIAL_CONTENT)
             ? r->headers_out.content_offset : 0;

    ngx_resonate_evidence_note(r, ctx->caller, &ctx->delivery, offset, sent);

    return NGX_OK;
}


/*
 * What the kernel has taken of the body.  Of several ranges at once nothing
 * is said: no player asks so.
 */

static off_t
ngx_resonate_delivered_bytes(ngx_http_request_t *r)
{
    off_t  sent;

    if (r->header_only
        || (r->headers_out.status != NGX_HTTP_OK
            && r->headers_out.status != NGX_HTTP_PARTIAL_CONTENT)
        || ngx_strncmp(r->headers_out.content_type.data, "multipart/",
                       sizeof("multipart/") - 1)
           == 0)
    {
        return 0;
    }

    sent = r->connection->sent - (off_t) r->header_size;

    return ngx_max(sent, 0);
}


/* GET: {"data": {"heardMs": ..., "spans": [[from, to], ...], ...}} */

static ngx_int_t
ngx_resonate_delivered_handler(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply)
{
    ngx_int_t                 rc;
    resonate_heard_t          heard;
    resonate_decision_t       decision;
    ngx_resonate_identity_t  *caller;

    caller = ngx_resonate_reply_caller(reply);

    if (caller == NULL) {
        return ngx_resonate_send_problem(r, NGX_HTTP_UNAUTHORIZED, NULL, NULL);
    }

    if (!ngx_resonate_evidence_kept(r)) {
        return ngx_resonate_send_problem(r, NGX_HTTP_NOT_IMPLEMENTED,
                                         "This server has no "
                                         "resonate_evidence", NULL);
    }

    rc = ngx_resonate_decision(r, reply, &decision);

    if (rc != NGX_OK) {
        return ngx_resonate_send_problem(r, rc, NULL, NULL);
    }

    ngx_memzero(&heard, sizeof(resonate_heard_t));

    if (ngx_resonate_evidence_get(r, caller, decision.track, &heard)
        == NGX_ERROR)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_resonate_decision_send(r, ngx_resonate_delivered_json(&heard));
}


static json_t *
ngx_resonate_delivered_json(const resonate_heard_t *heard)
{
    json_t    *json, *spans, *span;
    uint32_t   i;

    spans = json_array();

    for (i = 0; i < heard->nspans; i++) {
        span = json_pack("[I, I]", (json_int_t) heard->spans[i].from,
                         (json_int_t) heard->spans[i].to);

        if (json_array_append_new(spans, span) != 0) {
            json_decref(spans);
            return NULL;
        }
    }

    json = json_pack("{s:{s:I, s:o, s:I, s:I, s:I, s:I}}", "data",
                     "heardMs", (json_int_t) heard->ms,
                     "spans", spans,
                     "first", (json_int_t) heard->first,
                     "last", (json_int_t) heard->last,
                     "bytes", (json_int_t) heard->bytes,
                     "requests", (json_int_t) heard->requests);

    return json;
}
