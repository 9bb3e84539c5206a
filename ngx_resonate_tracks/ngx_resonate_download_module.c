
/*
 * Copyright (C) Resonate
 *
 * The kind "download": a track to keep, with its name and tags; and how long a
 * release may be that is sent as one file.
 */


#include "ngx_resonate_download.h"


/* each is a descriptor as long as the archive is sent */
#define NGX_RESONATE_ZIP_TRACKS  256


typedef struct {
    ngx_resonate_counter_t     *sent;
} ngx_resonate_download_main_conf_t;

typedef struct {
    ngx_int_t                   zip_tracks;
} ngx_resonate_download_loc_conf_t;

typedef struct {
    resonate_download_t         decision;
    ngx_resonate_media_t        cover;
    ngx_resonate_tagged_t       tagged;
} ngx_resonate_download_ctx_t;


static ngx_int_t ngx_resonate_download_preconfiguration(ngx_conf_t *cf);
static void *ngx_resonate_download_create_main_conf(ngx_conf_t *cf);
static void *ngx_resonate_download_create_loc_conf(ngx_conf_t *cf);
static char *ngx_resonate_download_merge_loc_conf(ngx_conf_t *cf,
    void *parent, void *child);
static ngx_int_t ngx_resonate_download_handler(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply);
static ngx_int_t ngx_resonate_download_cover(ngx_http_request_t *r,
    ngx_resonate_media_t *cover, ngx_int_t rc);
static ngx_int_t ngx_resonate_download_track(ngx_http_request_t *r,
    ngx_resonate_download_ctx_t *ctx, ngx_resonate_media_t *cover);
static ngx_int_t ngx_resonate_download_send(ngx_http_request_t *r,
    ngx_resonate_compose_t *c);


static ngx_conf_num_bounds_t  ngx_resonate_zip_bounds = {
    ngx_conf_check_num_bounds, 1, RESONATE_DOWNLOAD_MAX_FILES
};


static ngx_command_t  ngx_resonate_download_commands[] = {

    { ngx_string("resonate_zip_tracks"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_resonate_download_loc_conf_t, zip_tracks),
      &ngx_resonate_zip_bounds },

      ngx_null_command
};


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

    ngx_resonate_download_create_loc_conf, /* create location configuration */
    ngx_resonate_download_merge_loc_conf   /* merge location configuration */
};


ngx_module_t  ngx_resonate_download_module = {
    NGX_MODULE_V1,
    &ngx_resonate_download_module_ctx,     /* module context */
    ngx_resonate_download_commands,        /* module directives */
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


static void *
ngx_resonate_download_create_loc_conf(ngx_conf_t *cf)
{
    ngx_resonate_download_loc_conf_t  *dlcf;

    dlcf = ngx_palloc(cf->pool, sizeof(ngx_resonate_download_loc_conf_t));
    if (dlcf == NULL) {
        return NULL;
    }

    dlcf->zip_tracks = NGX_CONF_UNSET;

    return dlcf;
}


static char *
ngx_resonate_download_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child)
{
    ngx_resonate_download_loc_conf_t  *prev = parent;
    ngx_resonate_download_loc_conf_t  *conf = child;

    ngx_conf_merge_value(conf->zip_tracks, prev->zip_tracks,
                         NGX_RESONATE_ZIP_TRACKS);

    return NGX_CONF_OK;
}


ngx_int_t
ngx_resonate_zip_fits(ngx_http_request_t *r, resonate_download_t *d)
{
    ngx_resonate_download_loc_conf_t  *dlcf;

    dlcf = ngx_http_get_module_loc_conf(r, ngx_resonate_download_module);

    return d->nfiles <= (size_t) dlcf->zip_tracks ? NGX_OK : NGX_DECLINED;
}


ngx_int_t
ngx_resonate_zip_refuse(ngx_http_request_t *r)
{
    return ngx_resonate_send_problem(r, NGX_HTTP_FORBIDDEN,
                                     "The release is too long to be sent as "
                                     "one file: its tracks are, one by one.",
                                     NULL);
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
