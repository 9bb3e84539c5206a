
/*
 * Copyright (C) Resonate
 *
 * What the kinds of downloads share: from a decision to the parts of a file.
 */


#include "ngx_resonate_download.h"

#include <openssl/evp.h>


/* bytes of the hash of tags in a form, each two characters */
#define NGX_RESONATE_TAGGED_HASH  10


static void ngx_resonate_download_cleanup(void *data);
static ngx_int_t ngx_resonate_download_opened(ngx_http_request_t *r,
    ngx_resonate_media_t *media, ngx_int_t rc);
static ngx_int_t ngx_resonate_download_form(ngx_http_request_t *r,
    ngx_resonate_tagged_t *t);
static ngx_int_t ngx_resonate_download_make(ngx_http_request_t *r,
    ngx_resonate_compose_t *c, const resonate_index_t *index);


ngx_int_t
ngx_resonate_download_decide(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply, resonate_download_t *d)
{
    const char          *err;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    err = resonate_download_parse((char *) reply->body.data, reply->body.len,
                                  d);

    if (err) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "bad download \"%V\": %s", &reply->body, err);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cln->handler = ngx_resonate_download_cleanup;
    cln->data = d->root;

    return NGX_OK;
}


static void
ngx_resonate_download_cleanup(void *data)
{
    resonate_download_t  d;

    d.root = data;

    resonate_download_free(&d);
}


ngx_int_t
ngx_resonate_download_file(ngx_http_request_t *r, resonate_download_t *d,
    size_t i, ngx_resonate_media_t *cover, ngx_resonate_tagged_t *t)
{
    ngx_str_t    name;
    const char  *err;

    err = resonate_download_file(d, i, &t->file);

    if (err) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "bad file %uz of download \"%s\": %s", i, d->name, err);
        return ngx_resonate_media_fail(r, NGX_HTTP_INTERNAL_SERVER_ERROR,
                                       NULL);
    }

    name.data = (u_char *) t->file.file;
    name.len = ngx_strlen(t->file.file);

    t->cover = t->file.tagged ? cover : NULL;
    t->media.handler = ngx_resonate_download_opened;
    t->media.data = t;

    return ngx_resonate_media_open(r, &t->media, &name);
}


static ngx_int_t
ngx_resonate_download_opened(ngx_http_request_t *r,
    ngx_resonate_media_t *media, ngx_int_t rc)
{
    ngx_resonate_tagged_t  *t;

    t = media->data;

    t->reply.media = media;
    t->reply.span_size = media->size;

    if (rc == NGX_OK && t->file.tagged) {
        rc = ngx_resonate_download_form(r, t);
    }

    if (rc != NGX_OK) {
        return ngx_resonate_media_fail(r, rc, NULL);
    }

    if (!t->file.tagged) {
        return t->reply.send(r, &t->reply);
    }

    t->reply.make = ngx_resonate_download_make;
    t->reply.what = "tagged form";
    t->reply.detail = "The stored file can not be tagged.";

    return ngx_resonate_compose(r, &t->reply);
}


/* the head is another one for other tags, or another cover */

static ngx_int_t
ngx_resonate_download_form(ngx_http_request_t *r, ngx_resonate_tagged_t *t)
{
    u_char            *p, *form, digest[EVP_MAX_MD_SIZE];
    u_char             version[NGX_RESONATE_MEDIA_VERSION];
    size_t             len;
    ngx_str_t          cover = ngx_null_string, of;
    resonate_tags_t   *tags;

    tags = &t->file.tags;

    of.data = version;
    of.len = 0;

    if (t->cover) {
        cover = t->cover->name;
        of.len = ngx_resonate_media_version(t->cover, version) - version;
    }

    len = 3 * RESONATE_TAGGED_MAX_TEXT + 4 * NGX_INT_T_LEN + 16 + cover.len
          + of.len;

    p = ngx_pnalloc(r->pool, len);
    form = ngx_pnalloc(r->pool, sizeof("t-") - 1 + NGX_INT_T_LEN
                                + 2 * NGX_RESONATE_TAGGED_HASH);
    if (p == NULL || form == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    len = ngx_snprintf(p, len, "%s%Z%s%Z%s%Z%ui %ui %ui %ui %V %V",
                       tags->title ? tags->title : "",
                       tags->artist ? tags->artist : "",
                       tags->album ? tags->album : "",
                       (ngx_uint_t) tags->track, (ngx_uint_t) tags->tracks,
                       (ngx_uint_t) tags->disc, (ngx_uint_t) tags->year,
                       &of, &cover)
          - p;

    if (EVP_Digest(p, len, digest, NULL, EVP_sha256(), NULL) != 1) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    p = ngx_sprintf(form, "t%ui-", (ngx_uint_t) RESONATE_TAGGED_VERSION);
    p = ngx_hex_dump(p, digest, NGX_RESONATE_TAGGED_HASH);

    t->reply.form.data = form;
    t->reply.form.len = p - form;

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_download_make(ngx_http_request_t *r, ngx_resonate_compose_t *c,
    const resonate_index_t *index)
{
    resonate_tagged_t       plan;
    ngx_resonate_tagged_t  *t;

    t = (ngx_resonate_tagged_t *)
            ((u_char *) c - offsetof(ngx_resonate_tagged_t, reply));

    if (resonate_tagged_plan(&plan, index, &t->file.tags,
                             t->cover ? (uint32_t) t->cover->size : 0,
                             &c->failed)
        != RESONATE_MP4_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    c->head.data = ngx_pnalloc(r->pool, plan.head_size);
    if (c->head.data == NULL) {
        c->failed = "out of memory";
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    c->head.len = resonate_tagged_write(&plan, c->head.data);
    c->span_offset = (off_t) plan.span_offset;
    c->span_size = (off_t) plan.span_size;

    return NGX_OK;
}


ngx_uint_t
ngx_resonate_download_parts(ngx_resonate_tagged_t *t,
    resonate_part_t parts[NGX_RESONATE_TAGGED_PARTS])
{
    resonate_part_t  *p;

    ngx_memzero(parts, NGX_RESONATE_TAGGED_PARTS * sizeof(resonate_part_t));

    p = parts;

    if (t->file.tagged) {
        p->data = t->reply.head.data;
        p->size = t->reply.head.len;
        p++;

        if (t->cover) {
            p->source = &t->cover->file;
            p->size = (uint64_t) t->cover->size;
            p++;
        }

        resonate_tagged_mdat((uint64_t) t->reply.span_size, t->mdat);

        p->data = t->mdat;
        p->size = RESONATE_TAGGED_MDAT;
        p++;
    }

    p->source = &t->media.file;
    p->offset = (uint64_t) t->reply.span_offset;
    p->size = (uint64_t) t->reply.span_size;
    p++;

    return p - parts;
}


/* "no-cache": it may be resumed after a while, but whose it is may change */

ngx_int_t
ngx_resonate_download_headers(ngx_http_request_t *r, const char *name,
    const char *suffix, const char *type)
{
    ngx_str_t  cache, disposition, vary;
    char       file[RESONATE_FILENAME_SIZE];

    disposition.data = ngx_pnalloc(r->pool, RESONATE_DISPOSITION_SIZE);
    if (disposition.data == NULL) {
        return NGX_ERROR;
    }

    (void) resonate_filename(name, file);

    disposition.len = resonate_disposition(file, suffix,
                                           (char *) disposition.data);

    r->headers_out.content_type.data = (u_char *) type;
    r->headers_out.content_type.len = ngx_strlen(type);
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;

    ngx_str_set(&cache, "private, no-cache");
    ngx_str_set(&vary, "Authorization");

    if (ngx_resonate_add_header(r, "Content-Disposition", &disposition)
        != NGX_OK
        || ngx_resonate_add_header(r, "Vary", &vary) != NGX_OK
        || ngx_resonate_add_header(r, "Cache-Control", &cache) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_resonate_ticket_headers(r);
}
