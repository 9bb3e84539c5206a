
/*
 * Copyright (C) Resonate
 *
 * The kind "download": a track to keep, with its name and tags.
 */


#include "ngx_resonate_download.h"


typedef struct {
    ngx_resonate_counter_t     *sent;
} ngx_resonate_download_main_conf_t;

typedef struct {
    resonate_download_t         decision;
    ngx_resonate_media_t        cover;
    ngx_resonate_tagged_t       tagged;
} ngx_resonate_download_ctx_t;


static ngx_int_t ngx_resonate_download_preconfiguration(ngx_conf_t *cf);
static void *ngx_resonate_download_create_main_conf(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_download_handler(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply);
static ngx_int_t ngx_resonate_download_cover(ngx_http_request_t *r,
    ngx_resonate_media_t *cover, ngx_int_t rc);
static ngx_int_t ngx_resonate_download_track(ngx_http_request_t *r,
    ngx_resonate_download_ctx_t *ctx, ngx_resonate_media_t *cover);
static ngx_int_t ngx_resonate_download_send(ngx_http_request_t *r,
    ngx_resonate_compose_t *c);


static const char *const  ngx_resonate_keep_args[] = { "ticket", NULL };

static const ngx_resonate_kind_t  ngx_resonate_download = {
    ngx_string("download"),
    ngx_resonate_download_handler,
    NULL,
    ngx_resonate_ticket_who_keeps,
    ngx_resonate_keep_args,
    1
};


static ngx_http_module_t  ngx_resonate_download_module_ctx = {
    ngx_resonate_download_preconfiguration, /* preconfiguration */
    NULL,                                  /* postconfiguration */

    ngx_resonate_download_create_main_conf, /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_resonate_download_module = {
    NGX_MODULE_V1,
    &ngx_resonate_download_module_ctx,     /* module context */
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
ngx_resonate_download_preconfiguration(ngx_conf_t *cf)
{
    ngx_resonate_download_main_conf_t  *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_download_module);

    mcf->sent = ngx_resonate_counter_add(cf,
                    "resonate_downloads_total",
                    "Answers with a track to keep, parts of it included.");

    if (mcf->sent == NULL) {
        return NGX_ERROR;
    }

    return ngx_resonate_reply_add(cf, &ngx_resonate_download);
}


static void *
ngx_resonate_download_create_main_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_resonate_download_main_conf_t));
}


static ngx_int_t
ngx_resonate_download_handler(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply)
{
    ngx_int_t                     rc;
    ngx_str_t                     name;
    ngx_resonate_download_ctx_t  *ctx;

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate download");

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_resonate_download_ctx_t));
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_resonate_download_decide(r, reply, &ctx->decision);
    if (rc != NGX_OK) {
        return ngx_resonate_media_fail(r, rc, NULL);
    }

    if (ctx->decision.cover == NULL) {
        return ngx_resonate_download_track(r, ctx, NULL);
    }

    name.data = (u_char *) ctx->decision.cover;
    name.len = ngx_strlen(ctx->decision.cover);

    ctx->cover.handler = ngx_resonate_download_cover;
    ctx->cover.data = ctx;

    return ngx_resonate_media_open(r, &ctx->cover, &name);
}


/* a track is better without its cover than not at all */

static ngx_int_t
ngx_resonate_download_cover(ngx_http_request_t *r,
    ngx_resonate_media_t *cover, ngx_int_t rc)
{
    ngx_resonate_download_ctx_t  *ctx;

    ctx = cover->data;

    if (rc == NGX_HTTP_NOT_FOUND
        || (rc == NGX_OK && (cover->size == 0
                             || cover->size > RESONATE_TAGGED_MAX_COVER)))
    {
        return ngx_resonate_download_track(r, ctx, NULL);
    }

    if (rc != NGX_OK) {
        return ngx_resonate_media_fail(r, rc, NULL);
    }

    return ngx_resonate_download_track(r, ctx, cover);
}


static ngx_int_t
ngx_resonate_download_track(ngx_http_request_t *r,
    ngx_resonate_download_ctx_t *ctx, ngx_resonate_media_t *cover)
{
    ctx->tagged.reply.send = ngx_resonate_download_send;
    ctx->tagged.reply.data = ctx;

    return ngx_resonate_download_file(r, &ctx->decision, 0, cover,
                                      &ctx->tagged);
}


static ngx_int_t
ngx_resonate_download_send(ngx_http_request_t *r, ngx_resonate_compose_t *c)
{
    ngx_uint_t                          n;
    resonate_part_t                    *parts;
    ngx_resonate_tagged_t              *t;
    ngx_resonate_download_ctx_t        *ctx;
    ngx_resonate_download_main_conf_t  *mcf;

    ctx = c->data;
    t = &ctx->tagged;

    r->connection->log->action = "sending a download to client";

    parts = ngx_palloc(r->pool,
                       NGX_RESONATE_TAGGED_PARTS * sizeof(resonate_part_t));
    if (parts == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    n = ngx_resonate_download_parts(t, parts);

    /* as of a preview: no date, because the tags have another one */

    if (!t->file.tagged) {
        r->headers_out.last_modified_time = t->media.mtime;
    }

    if (ngx_resonate_download_headers(r, t->file.name, t->file.suffix,
                                      t->file.type)
        != NGX_OK
        || ngx_resonate_media_etag(r, &t->media, &t->reply.form) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_download_module);

    ngx_resonate_count(mcf->sent);

    return ngx_resonate_layout_send(r, parts, n);
}
