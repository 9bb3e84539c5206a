
/*
 * Copyright (C) Resonate
 *
 * Stored files: opened by name, and told apart by version.
 */


#include "ngx_resonate_tracks_internal.h"
#include "ngx_resonate_remote.h"


static ngx_int_t ngx_resonate_media_open_file(ngx_http_request_t *r,
    ngx_resonate_media_t *media);
static ngx_int_t ngx_resonate_media_path(ngx_http_request_t *r,
    ngx_resonate_media_t *media, ngx_uint_t *remote);
static ngx_int_t ngx_resonate_media_open_failed(ngx_http_request_t *r,
    ngx_str_t *path, ngx_open_file_info_t *of);


ngx_int_t
ngx_resonate_media_open(ngx_http_request_t *r, ngx_resonate_media_t *media,
    ngx_str_t *name)
{
    ngx_int_t   rc;
    ngx_uint_t  remote;

    ngx_memzero(&media->file, sizeof(ngx_file_t));

    media->name = *name;
    media->file.fd = NGX_INVALID_FILE;
    media->file.log = r->connection->log;

    rc = ngx_resonate_media_path(r, media, &remote);

    if (rc == NGX_OK && remote) {
        return ngx_resonate_remote_open(r, media);
    }

    if (rc == NGX_OK) {
        rc = ngx_resonate_media_open_file(r, media);
    }

    return media->handler(r, media, rc);
}


static ngx_int_t
ngx_resonate_media_open_file(ngx_http_request_t *r,
    ngx_resonate_media_t *media)
{
    ngx_str_t                        path;
    ngx_open_file_info_t             of;
    ngx_http_core_loc_conf_t        *clcf;
    ngx_resonate_tracks_loc_conf_t  *tlcf;

    tlcf = ngx_http_get_module_loc_conf(r, ngx_resonate_tracks_module);
    path = media->file.name;
    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    ngx_memzero(&of, sizeof(ngx_open_file_info_t));

    of.read_ahead = clcf->read_ahead;
    of.directio = tlcf->remote ? NGX_OPEN_FILE_DIRECTIO_OFF : clcf->directio;
    of.valid = clcf->open_file_cache_valid;
    of.min_uses = clcf->open_file_cache_min_uses;
    of.errors = clcf->open_file_cache_errors;
    of.events = clcf->open_file_cache_events;

    if (ngx_http_set_disable_symlinks(r, clcf, &path, &of) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_open_cached_file(clcf->open_file_cache, &path, &of, r->pool)
        != NGX_OK)
    {
        return ngx_resonate_media_open_failed(r, &path, &of);
    }

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate media: \"%V\" fd:%d", &path, of.fd);

    if (!of.is_file) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "\"%V\" is not a regular file", &path);
        return NGX_HTTP_NOT_FOUND;
    }

    media->file.fd = of.fd;
    media->file.directio = of.is_directio;

    media->size = of.size;
    media->mtime = of.mtime;
    media->uniq = of.uniq;

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_media_path(ngx_http_request_t *r, ngx_resonate_media_t *media,
    ngx_uint_t *remote)
{
    u_char                          *p;
    ngx_str_t                       *name, *path, *root;
    ngx_resonate_tracks_loc_conf_t  *tlcf;

    tlcf = ngx_http_get_module_loc_conf(r, ngx_resonate_tracks_module);

    if (tlcf->media.len == 0) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "a route that sends audio needs \"resonate_media\"");
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    name = &media->name;
    path = &media->file.name;
    root = &tlcf->media;
    *remote = tlcf->remote;

    if (tlcf->images.len
        && name->len > 7 && ngx_strncmp(name->data, "images/", 7) == 0)
    {
        root = &tlcf->images;
        *remote = 0;
    }

    path->len = root->len + 1 + name->len;
    path->data = ngx_pnalloc(r->pool, path->len + 1);

    if (path->data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    p = ngx_cpymem(path->data, root->data, root->len);
    *p++ = '/';
    *ngx_cpymem(p, name->data, name->len) = '\0';

    name->data = p;

    return NGX_OK;
}


/*
 * As of a static file, but a file that may not be read is a fault of ours:
 * a 403 would tell the client that its token lacks something.
 */

static ngx_int_t
ngx_resonate_media_open_failed(ngx_http_request_t *r, ngx_str_t *path,
    ngx_open_file_info_t *of)
{
    ngx_int_t                  status;
    ngx_uint_t                 level;
    ngx_http_core_loc_conf_t  *clcf;

    level = NGX_LOG_CRIT;
    status = NGX_HTTP_INTERNAL_SERVER_ERROR;

    switch (of->err) {

    case 0:
        return NGX_HTTP_INTERNAL_SERVER_ERROR;

    case NGX_ENOENT:
    case NGX_ENOTDIR:
    case NGX_ENAMETOOLONG:
        level = NGX_LOG_ERR;
        status = NGX_HTTP_NOT_FOUND;
        break;

    case NGX_EACCES:
#if (NGX_HAVE_OPENAT)
    case NGX_EMLINK:
    case NGX_ELOOP:
#endif
        level = NGX_LOG_ERR;
        break;

    default:
        break;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (status != NGX_HTTP_NOT_FOUND || clcf->log_not_found) {
        ngx_log_error(level, r->connection->log, of->err,
                      "%s \"%V\" failed", of->failed, path);
    }

    return status;
}


/*
 * Forms and files of a track share a URL, so each has an ETag of its own: no
 * condition made with one of them holds for another, and parts of two are
 * never put together.
 */

ngx_int_t
ngx_resonate_media_etag(ngx_http_request_t *r, ngx_resonate_media_t *media,
    ngx_str_t *form)
{
    u_char                    *p;
    uint32_t                   crc;
    ngx_table_elt_t           *etag;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (!clcf->etag) {
        return NGX_OK;
    }

    etag = ngx_list_push(&r->headers_out.headers);
    if (etag == NULL) {
        return NGX_ERROR;
    }

    etag->hash = 1;
    ngx_str_set(&etag->key, "ETag");
#if (nginx_version >= 1023000)
    etag->next = NULL;
#endif

    p = ngx_pnalloc(r->pool, sizeof("\"--\"") - 1 + NGX_RESONATE_MEDIA_VERSION
                             + NGX_INT32_LEN + form->len);
    if (p == NULL) {
        etag->hash = 0;
        return NGX_ERROR;
    }

    etag->value.data = p;

    crc = ngx_crc32_short(media->name.data, media->name.len);

    *p++ = '"';
    p = ngx_resonate_media_version(media, p);
    p = ngx_sprintf(p, "-%08xD%s%V\"", crc, form->len ? "-" : "", form);

    etag->value.len = p - etag->value.data;

    r->headers_out.etag = etag;

    return NGX_OK;
}


u_char *
ngx_resonate_media_version(ngx_resonate_media_t *media, u_char *p)
{
    if (ngx_resonate_media_remote(media)) {
        return ngx_cpymem(p, media->etag.data + 1, media->etag.len - 2);
    }

    return ngx_sprintf(p, "%xT-%xO", media->mtime, media->size);
}


/* a version of a file: a change of any of these is another key */

ngx_int_t
ngx_resonate_media_key(ngx_pool_t *pool, ngx_resonate_media_t *media,
    ngx_str_t *form, ngx_str_t *key)
{
    size_t  size;

    size = media->file.name.len + 3 * (NGX_OFF_T_LEN + 1) + 1 + form->len
           + media->etag.len + 1;

    key->data = ngx_pnalloc(pool, size);
    if (key->data == NULL) {
        return NGX_ERROR;
    }

    key->len = ngx_snprintf(key->data, size, "%V %uL %T %O %V%V",
                            &media->file.name, (uint64_t) media->uniq,
                            media->mtime, media->size, &media->etag, form)
               - key->data;

    return NGX_OK;
}


ngx_int_t
ngx_resonate_media_fail(ngx_http_request_t *r, ngx_uint_t status,
    const char *detail)
{
    ngx_resonate_tracks_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_tracks_module);

    ngx_resonate_count(mcf->errors);

    return ngx_resonate_send_problem(r, status, detail, NULL);
}
