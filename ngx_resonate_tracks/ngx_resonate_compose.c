
/*
 * Copyright (C) Resonate
 *
 * Heads of composed replies: from the media cache, or made of an index.
 */


#include "ngx_resonate_tracks_internal.h"
#include "ngx_resonate_head.h"


#define NGX_RESONATE_COMPOSE_TTL  86400


/* what the table holds: this and the head */

typedef struct {
    off_t                       span_offset;
    off_t                       span_size;
} ngx_resonate_compose_entry_t;


static ngx_int_t ngx_resonate_compose_lookup(ngx_http_request_t *r,
    ngx_resonate_compose_t *c);
static ngx_int_t ngx_resonate_compose_copy(ngx_http_request_t *r,
    ngx_str_t *key, ngx_str_t *value);
static ngx_int_t ngx_resonate_compose_make(ngx_http_request_t *r,
    ngx_resonate_index_wait_t *wait);
static void ngx_resonate_compose_store(ngx_http_request_t *r,
    ngx_resonate_compose_t *c);


ngx_int_t
ngx_resonate_compose(ngx_http_request_t *r, ngx_resonate_compose_t *c)
{
    ngx_int_t  rc;

    rc = ngx_resonate_compose_lookup(r, c);

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate compose: \"%V\" %i", &c->form, rc);

    if (rc == NGX_OK) {
        return c->send(r, c);
    }

    if (rc == NGX_ERROR) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    c->wait.media = c->media;
    c->wait.handler = ngx_resonate_compose_make;
    c->wait.data = c;

    rc = ngx_resonate_index(r, &c->wait);

    if (rc == NGX_OK) {
        return ngx_resonate_compose_make(r, &c->wait);
    }

    if (rc == NGX_DONE) {
        return NGX_DONE;
    }

    return ngx_resonate_media_fail(r, rc, NULL);
}


static ngx_int_t
ngx_resonate_compose_lookup(ngx_http_request_t *r, ngx_resonate_compose_t *c)
{
    ngx_int_t                     rc;
    ngx_str_t                     key, value;
    ngx_resonate_compose_entry_t  entry;

    if (ngx_resonate_media_key(r->pool, c->media, &c->form, &key) != NGX_OK) {
        return NGX_ERROR;
    }

    rc = c->filled ? ngx_resonate_compose_copy(r, &key, &value)
                   : ngx_resonate_head_get(r, &key, &value);

    if (rc != NGX_OK) {
        return rc;
    }

    ngx_memcpy(&entry, value.data, sizeof(ngx_resonate_compose_entry_t));

    c->head.data = value.data + sizeof(ngx_resonate_compose_entry_t);
    c->head.len = value.len - sizeof(ngx_resonate_compose_entry_t);
    c->span_offset = entry.span_offset;
    c->span_size = entry.span_size;

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_compose_copy(ngx_http_request_t *r, ngx_str_t *key,
    ngx_str_t *value)
{
    ngx_resonate_index_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_index_module);

    if (mcf->cache == NULL) {
        return NGX_DECLINED;
    }

    return ngx_resonate_table_get(mcf->cache, key, r->pool, value);
}


/* the index is there, or there is none */

static ngx_int_t
ngx_resonate_compose_make(ngx_http_request_t *r,
    ngx_resonate_index_wait_t *wait)
{
    ngx_int_t                rc;
    ngx_uint_t               level;
    ngx_resonate_compose_t  *c;

    c = wait->data;

    if (wait->index) {
        rc = c->make(r, c, wait->index);

        /* it may be large, and the client slow */

        ngx_resonate_index_done(r, wait);

    } else {
        rc = NGX_HTTP_INTERNAL_SERVER_ERROR;
        c->failed = wait->failed;
    }

    if (rc != NGX_OK) {

        /* what a client asks for and is not there is no fault of ours */

        level = (rc == NGX_HTTP_NOT_FOUND) ? NGX_LOG_INFO : NGX_LOG_ERR;

        ngx_log_error(level, r->connection->log, wait->err,
                      "no %s of \"%V\": %s", c->what, &c->media->file.name,
                      c->failed);
        return ngx_resonate_media_fail(r, rc, c->detail);
    }

    ngx_resonate_compose_store(r, c);

    return c->send(r, c);
}


static void
ngx_resonate_compose_store(ngx_http_request_t *r, ngx_resonate_compose_t *c)
{
    ngx_str_t                        key, parts[2];
    ngx_resonate_compose_entry_t     entry;
    ngx_resonate_index_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_index_module);

    if (mcf->cache == NULL
        || ngx_resonate_media_key(r->pool, c->media, &c->form, &key)
           != NGX_OK)
    {
        return;
    }

    ngx_memzero(&entry, sizeof(ngx_resonate_compose_entry_t));

    entry.span_offset = c->span_offset;
    entry.span_size = c->span_size;

    parts[0].data = (u_char *) &entry;
    parts[0].len = sizeof(ngx_resonate_compose_entry_t);
    parts[1] = c->head;

    if (ngx_resonate_table_put(mcf->cache, &key, parts, 2,
                               ngx_time() + NGX_RESONATE_COMPOSE_TTL)
        != NGX_OK)
    {
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                      "%s of \"%V\" does not fit into "
                      "\"resonate_media_cache\"", c->what,
                      &c->media->file.name);
    }
}


ngx_int_t
ngx_resonate_compose_send(ngx_http_request_t *r, ngx_resonate_compose_t *c)
{
    resonate_part_t  *parts;

    parts = ngx_pcalloc(r->pool, 2 * sizeof(resonate_part_t));
    if (parts == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    parts[0].data = c->head.data;
    parts[0].size = c->head.len;

    parts[1].source = &c->media->file;
    parts[1].offset = (uint64_t) c->span_offset;
    parts[1].size = (uint64_t) c->span_size;

    return ngx_resonate_layout_send(r, parts, 2);
}
