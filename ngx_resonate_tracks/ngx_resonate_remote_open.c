
/*
 * Copyright (C) Resonate
 *
 * What there is of an object: asked of the store with its first byte, and
 * known for a while in the media cache.
 */


#include "ngx_resonate_remote.h"


/* what the table holds: this and the ETag */

typedef struct {
    off_t                       size;
    time_t                      mtime;
} ngx_resonate_remote_entry_t;


static ngx_int_t ngx_resonate_remote_known(ngx_http_request_t *r,
    ngx_resonate_media_t *media);
static ngx_int_t ngx_resonate_remote_opened(ngx_http_request_t *r, void *data,
    ngx_int_t rc);
static void ngx_resonate_remote_keep(ngx_http_request_t *r,
    ngx_resonate_media_t *media);
static ngx_int_t ngx_resonate_remote_key(ngx_http_request_t *r,
    ngx_resonate_media_t *media, ngx_str_t *key);


ngx_int_t
ngx_resonate_remote_open(ngx_http_request_t *r, ngx_resonate_media_t *media)
{
    ngx_int_t                   rc;
    ngx_resonate_remote_ctx_t  *ctx;

    rc = ngx_resonate_remote_known(r, media);

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate remote open: \"%V\" %i", &media->file.name, rc);

    if (rc == NGX_OK) {
        return media->handler(r, media, NGX_OK);
    }

    ctx = (rc == NGX_DECLINED) ? ngx_resonate_remote_ctx(r) : NULL;

    if (ctx == NULL) {
        return media->handler(r, media, NGX_HTTP_INTERNAL_SERVER_ERROR);
    }

    ctx->opening = 1;

    rc = ngx_resonate_remote_read(r, media, 0, 1, NULL,
                                  ngx_resonate_remote_opened, media);

    return (rc == NGX_DONE) ? NGX_DONE : media->handler(r, media, rc);
}


static ngx_int_t
ngx_resonate_remote_known(ngx_http_request_t *r, ngx_resonate_media_t *media)
{
    ngx_int_t                        rc;
    ngx_str_t                        key, value;
    ngx_resonate_remote_entry_t      entry;
    ngx_resonate_index_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_index_module);

    if (mcf->cache == NULL) {
        return NGX_DECLINED;
    }

    if (ngx_resonate_remote_key(r, media, &key) != NGX_OK) {
        return NGX_ERROR;
    }

    rc = ngx_resonate_table_get(mcf->cache, &key, r->pool, &value);
    if (rc != NGX_OK) {
        return rc;
    }

    ngx_memcpy(&entry, value.data, sizeof(ngx_resonate_remote_entry_t));

    media->size = entry.size;
    media->mtime = entry.mtime;
    media->etag.data = value.data + sizeof(ngx_resonate_remote_entry_t);
    media->etag.len = value.len - sizeof(ngx_resonate_remote_entry_t);

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_remote_opened(ngx_http_request_t *r, void *data, ngx_int_t rc)
{
    ngx_resonate_media_t *media = data;

    if (rc == NGX_OK) {
        ngx_resonate_remote_keep(r, media);
    }

    return media->handler(r, media, rc);
}


static void
ngx_resonate_remote_keep(ngx_http_request_t *r, ngx_resonate_media_t *media)
{
    ngx_str_t                        key, parts[2];
    ngx_resonate_remote_entry_t      entry;
    ngx_resonate_remote_loc_conf_t  *rlcf;
    ngx_resonate_index_main_conf_t  *mcf;

    rlcf = ngx_http_get_module_loc_conf(r, ngx_resonate_remote_module);
    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_index_module);

    if (mcf->cache == NULL || rlcf->valid == 0
        || ngx_resonate_remote_key(r, media, &key) != NGX_OK)
    {
        return;
    }

    ngx_memzero(&entry, sizeof(ngx_resonate_remote_entry_t));

    entry.size = media->size;
    entry.mtime = media->mtime;

    parts[0].data = (u_char *) &entry;
    parts[0].len = sizeof(ngx_resonate_remote_entry_t);
    parts[1] = media->etag;

    (void) ngx_resonate_table_put(mcf->cache, &key, parts, 2,
                                  ngx_time() + rlcf->valid);
}


void
ngx_resonate_remote_forget(ngx_http_request_t *r, ngx_resonate_media_t *media)
{
    ngx_str_t                        key;
    ngx_resonate_index_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_index_module);

    if (mcf->cache && ngx_resonate_remote_key(r, media, &key) == NGX_OK) {
        (void) ngx_resonate_table_delete(mcf->cache, &key);
    }
}


static ngx_int_t
ngx_resonate_remote_key(ngx_http_request_t *r, ngx_resonate_media_t *media,
    ngx_str_t *key)
{
    key->len = sizeof("open ") - 1 + media->file.name.len;
    key->data = ngx_pnalloc(r->pool, key->len);

    if (key->data == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_sprintf(key->data, "open %V", &media->file.name);

    return NGX_OK;
}
