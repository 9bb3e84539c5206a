
/*
 * Copyright (C) Resonate
 *
 * The kind "zip": the tracks of a release as one archive.  Heads of the files
 * are made one after the other; then every byte and every sum is known, and
 * nothing is sent before.
 */


#include "ngx_resonate_download.h"
#include "media/resonate_zip.h"

#include <openssl/evp.h>
#include <zlib.h>


/* a name, " (1000)", a suffix with its dot, NUL */
#define NGX_RESONATE_ZIP_NAME  (RESONATE_FILENAME_SIZE + 8                    \
                                + RESONATE_DOWNLOAD_SUFFIX + 1)

#define NGX_RESONATE_ZIP_HASH  12

/*
 * In memory as long as the archive is sent, and summed at once for each
 * request, in 15 milliseconds or so: 20 hours of music.
 */
#define NGX_RESONATE_ZIP_HEADS  (16 * 1024 * 1024)


typedef struct {
    ngx_resonate_counter_t     *sent;
} ngx_resonate_zip_main_conf_t;

typedef struct {
    resonate_download_t         decision;
    ngx_uint_t                  n;         /* tracks */
    ngx_uint_t                  ready;     /* how many have a head */
    size_t                      heads;     /* bytes of them */
    unsigned                    looping:1;
    unsigned                    covered:1; /* the last entry is the cover */
    ngx_resonate_media_t        cover;
    ngx_resonate_tagged_t      *files;
    resonate_zip_entry_t       *entries;
    char                      (*names)[NGX_RESONATE_ZIP_NAME];
} ngx_resonate_zip_ctx_t;


static ngx_int_t ngx_resonate_zip_preconfiguration(ngx_conf_t *cf);
static void *ngx_resonate_zip_create_main_conf(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_zip_handler(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply);
static ngx_int_t ngx_resonate_zip_create(ngx_http_request_t *r,
    ngx_resonate_zip_ctx_t *ctx);
static ngx_int_t ngx_resonate_zip_cover(ngx_http_request_t *r,
    ngx_resonate_media_t *cover, ngx_int_t rc);
static ngx_int_t ngx_resonate_zip_ready(ngx_http_request_t *r,
    ngx_resonate_compose_t *c);
static ngx_int_t ngx_resonate_zip_next(ngx_http_request_t *r,
    ngx_resonate_zip_ctx_t *ctx);
static ngx_int_t ngx_resonate_zip_send(ngx_http_request_t *r,
    ngx_resonate_zip_ctx_t *ctx);
static ngx_int_t ngx_resonate_zip_entry(ngx_http_request_t *r,
    ngx_resonate_zip_ctx_t *ctx, ngx_uint_t i);
static void ngx_resonate_zip_name(ngx_resonate_zip_ctx_t *ctx, ngx_uint_t i);
static resonate_part_t *ngx_resonate_zip_parts(ngx_http_request_t *r,
    ngx_resonate_zip_ctx_t *ctx, ngx_uint_t *n);
static ngx_int_t ngx_resonate_zip_etag(ngx_http_request_t *r,
    u_char *data, size_t len);


static const char *const  ngx_resonate_keep_args[] = { "ticket", NULL };

static const ngx_resonate_kind_t  ngx_resonate_zip = {
    ngx_string("zip"),
    ngx_resonate_zip_handler,
    NULL,
    ngx_resonate_ticket_who_keeps_all,
    ngx_resonate_keep_args,
    1
};


static ngx_http_module_t  ngx_resonate_zip_module_ctx = {
    ngx_resonate_zip_preconfiguration,     /* preconfiguration */
    NULL,                                  /* postconfiguration */

    ngx_resonate_zip_create_main_conf,     /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_resonate_zip_module = {
    NGX_MODULE_V1,
    &ngx_resonate_zip_module_ctx,          /* module context */
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
ngx_resonate_zip_preconfiguration(ngx_conf_t *cf)
{
    ngx_resonate_zip_main_conf_t  *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_zip_module);

    mcf->sent = ngx_resonate_counter_add(cf,
                    "resonate_downloads_zip_total",
                    "Answers with a release to keep, parts of it included.");

    if (mcf->sent == NULL) {
        return NGX_ERROR;
    }

    return ngx_resonate_reply_add(cf, &ngx_resonate_zip);
}


static void *
ngx_resonate_zip_create_main_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_resonate_zip_main_conf_t));
}


static ngx_int_t
ngx_resonate_zip_handler(ngx_http_request_t *r, ngx_resonate_reply_t *reply)
{
    ngx_int_t                rc;
    ngx_str_t                name;
    ngx_resonate_zip_ctx_t  *ctx;

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0, "resonate zip");

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_resonate_zip_ctx_t));
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_resonate_download_decide(r, reply, &ctx->decision);

    if (rc == NGX_OK && ngx_resonate_zip_fits(r, &ctx->decision) != NGX_OK) {
        return ngx_resonate_zip_refuse(r);
    }

    if (rc == NGX_OK) {
        rc = ngx_resonate_zip_create(r, ctx);
    }

    if (rc != NGX_OK) {
        return ngx_resonate_media_fail(r, rc, NULL);
    }

    if (ctx->decision.cover == NULL || !ctx->decision.cover_summed) {
        return ngx_resonate_zip_next(r, ctx);
    }

    name.data = (u_char *) ctx->decision.cover;
    name.len = ngx_strlen(ctx->decision.cover);

    ctx->cover.handler = ngx_resonate_zip_cover;
    ctx->cover.data = ctx;

    return ngx_resonate_media_open(r, &ctx->cover, &name);
}


static ngx_int_t
ngx_resonate_zip_create(ngx_http_request_t *r, ngx_resonate_zip_ctx_t *ctx)
{
    ctx->n = ctx->decision.nfiles;

    ctx->files = ngx_pcalloc(r->pool, ctx->n * sizeof(ngx_resonate_tagged_t));
    ctx->entries = ngx_pcalloc(r->pool, (ctx->n + 1)
                                        * sizeof(resonate_zip_entry_t));
    ctx->names = ngx_pcalloc(r->pool, ctx->n * NGX_RESONATE_ZIP_NAME);

    if (ctx->files == NULL || ctx->entries == NULL || ctx->names == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return NGX_OK;
}


/* music is better without its cover than not at all */

static ngx_int_t
ngx_resonate_zip_cover(ngx_http_request_t *r, ngx_resonate_media_t *cover,
    ngx_int_t rc)
{
    resonate_zip_entry_t    *e;
    ngx_resonate_zip_ctx_t  *ctx;

    ctx = cover->data;

    if (rc != NGX_OK && rc != NGX_HTTP_NOT_FOUND) {
        return ngx_resonate_media_fail(r, rc, NULL);
    }

    if (rc == NGX_OK && (uint64_t) cover->size != ctx->decision.cover_bytes) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "\"%V\" is not what the catalogue says: %O bytes",
                      &cover->file.name, cover->size);
        rc = NGX_DECLINED;
    }

    if (rc == NGX_OK) {
        ctx->covered = 1;

        e = &ctx->entries[ctx->n];
        e->name = "cover.jpg";
        e->name_len = ngx_strlen(e->name);
        e->size = ctx->decision.cover_bytes;
        e->crc32 = ctx->decision.cover_crc32;
    }

    return ngx_resonate_zip_next(r, ctx);
}


/* called by next(), or later when a file is open and its index is there */

static ngx_int_t
ngx_resonate_zip_ready(ngx_http_request_t *r, ngx_resonate_compose_t *c)
{
    ngx_resonate_zip_ctx_t  *ctx;

    ctx = c->data;

    ctx->heads += c->head.len;

    if (ctx->heads > NGX_RESONATE_ZIP_HEADS) {
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                      "heads of \"%s\" are over %uz bytes",
                      ctx->decision.name, (size_t) NGX_RESONATE_ZIP_HEADS);
        return ngx_resonate_zip_refuse(r);
    }

    ctx->ready++;

    return ctx->looping ? NGX_OK : ngx_resonate_zip_next(r, ctx);
}


static ngx_int_t
ngx_resonate_zip_next(ngx_http_request_t *r, ngx_resonate_zip_ctx_t *ctx)
{
    ngx_int_t   rc;
    ngx_uint_t  i;

    while (ctx->ready < ctx->n) {

        i = ctx->ready;

        ctx->files[i].reply.send = ngx_resonate_zip_ready;
        ctx->files[i].reply.data = ctx;

        ctx->looping = 1;
        rc = ngx_resonate_download_file(r, &ctx->decision, i, NULL,
                                        &ctx->files[i]);
        ctx->looping = 0;

        /* it is waited for, or the request was refused */

        if (ctx->ready == i) {
            return rc;
        }
    }

    return ngx_resonate_zip_send(r, ctx);
}


static ngx_int_t
ngx_resonate_zip_send(ngx_http_request_t *r, ngx_resonate_zip_ctx_t *ctx)
{
    ngx_int_t                      rc;
    ngx_uint_t                     i, n;
    resonate_part_t               *parts;
    ngx_resonate_zip_main_conf_t  *mcf;

    r->connection->log->action = "sending a release to client";

    for (i = 0; i < ctx->n; i++) {
        rc = ngx_resonate_zip_entry(r, ctx, i);

        if (rc != NGX_OK) {
            return ngx_resonate_media_fail(r, rc,
                       "The catalogue knows another version of a file.");
        }
    }

    parts = ngx_resonate_zip_parts(r, ctx, &n);

    if (parts == NULL
        || ngx_resonate_download_headers(r, ctx->decision.name, "zip",
                                         "application/zip")
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_zip_module);

    ngx_resonate_count(mcf->sent);

    return ngx_resonate_layout_send(r, parts, n);
}


/*
 * The sum of the span is the catalogue's, and a file that it does not know
 * would make an archive that does not unpack.
 */

static ngx_int_t
ngx_resonate_zip_entry(ngx_http_request_t *r, ngx_resonate_zip_ctx_t *ctx,
    ngx_uint_t i)
{
    uLong                      crc;
    ngx_uint_t                 n, k;
    resonate_part_t            parts[NGX_RESONATE_TAGGED_PARTS];
    resonate_zip_entry_t      *e;
    ngx_resonate_tagged_t     *t;
    resonate_download_file_t  *file;

    t = &ctx->files[i];
    e = &ctx->entries[i];
    file = &t->file;

    if (!file->summed
        || file->bytes != (uint64_t) t->reply.span_size
        || file->span_offset != (uint64_t) t->reply.span_offset)
    {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "\"%V\" is not what the catalogue says: %O bytes at %O",
                      &t->media.file.name, t->reply.span_size,
                      t->reply.span_offset);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    n = ngx_resonate_download_parts(t, parts);
    crc = crc32(0, NULL, 0);

    for (k = 0; k < n; k++) {

        if (parts[k].source == NULL) {
            crc = crc32(crc, parts[k].data, (uInt) parts[k].size);

        } else {
            crc = crc32_combine(crc, file->crc32, (z_off_t) parts[k].size);
        }
    }

    ngx_resonate_zip_name(ctx, i);

    e->name = ctx->names[i];
    e->name_len = ngx_strlen(e->name);
    e->size = resonate_layout_size(parts, n);
    e->crc32 = (uint32_t) crc;

    return NGX_OK;
}


/* no two are the same, where case makes no difference either */

static void
ngx_resonate_zip_name(ngx_resonate_zip_ctx_t *ctx, ngx_uint_t i)
{
    char        name[RESONATE_FILENAME_SIZE];
    u_char     *p, *last;
    ngx_uint_t  k, again;

    (void) resonate_filename(ctx->files[i].file.name, name);

    /* the second name has its place: no list makes it be looked for long */

    for (again = 0; /* void */; again++) {

        p = (u_char *) ctx->names[i];
        last = p + NGX_RESONATE_ZIP_NAME - 1;

        p = ngx_slprintf(p, last, "%s", name);

        if (again) {
            p = ngx_slprintf(p, last, " (%ui)", i + again);
        }

        p = ngx_slprintf(p, last, ".%s", ctx->files[i].file.suffix);
        *p = '\0';

        for (k = 0; k < i; k++) {
            if (ngx_strcasecmp((u_char *) ctx->names[k],
                               (u_char *) ctx->names[i])
                == 0)
            {
                break;
            }
        }

        if (k == i) {
            return;
        }
    }
}


static resonate_part_t *
ngx_resonate_zip_parts(ngx_http_request_t *r, ngx_resonate_zip_ctx_t *ctx,
    ngx_uint_t *n)
{
    u_char           *p, *headers;
    size_t            size;
    uint64_t          offset;
    ngx_uint_t        i, nentries;
    resonate_part_t  *parts, *part;

    nentries = ctx->n + ctx->covered;
    offset = resonate_zip_layout(ctx->entries, nentries);
    size = resonate_zip_central(ctx->entries, nentries, offset, NULL);

    for (i = 0; i < nentries; i++) {
        size += resonate_zip_local(&ctx->entries[i], NULL);
    }

    headers = ngx_pnalloc(r->pool, size + NGX_RESONATE_MEDIA_VERSION);
    parts = ngx_pcalloc(r->pool, (nentries * (NGX_RESONATE_TAGGED_PARTS + 1)
                                  + 1)
                                 * sizeof(resonate_part_t));
    if (headers == NULL || parts == NULL) {
        return NULL;
    }

    p = headers;
    part = parts;

    for (i = 0; i < nentries; i++) {
        part->data = p;
        part->size = resonate_zip_local(&ctx->entries[i], p);
        p += part->size;
        part++;

        if (i < ctx->n) {
            part += ngx_resonate_download_parts(&ctx->files[i], part);
            continue;
        }

        part->source = &ctx->cover.file;
        part->size = (uint64_t) ctx->cover.size;
        part++;
    }

    part->data = p;
    part->size = resonate_zip_central(ctx->entries, nentries, offset, p);
    p += part->size;
    part++;

    *n = part - parts;

    /* one that is replaced in place is another one before its sum is */

    if (ctx->covered) {
        p = ngx_resonate_media_version(&ctx->cover, p);
    }

    return ngx_resonate_zip_etag(r, headers, p - headers) == NGX_OK ? parts
                                                                    : NULL;
}


/*
 * Names, sizes and sums of all entries: another byte anywhere is another one
 * of these, and an edge beside this one says the same.
 */

static ngx_int_t
ngx_resonate_zip_etag(ngx_http_request_t *r, u_char *data, size_t len)
{
    u_char                    *p, digest[EVP_MAX_MD_SIZE];
    ngx_table_elt_t           *etag;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (!clcf->etag) {
        return NGX_OK;
    }

    if (EVP_Digest(data, len, digest, NULL, EVP_sha256(), NULL) != 1) {
        return NGX_ERROR;
    }

    p = ngx_pnalloc(r->pool, sizeof("\"z-\"") - 1 + NGX_INT_T_LEN
                             + 2 * NGX_RESONATE_ZIP_HASH);
    etag = ngx_list_push(&r->headers_out.headers);

    if (p == NULL || etag == NULL) {
        return NGX_ERROR;
    }

    etag->hash = 1;
    ngx_str_set(&etag->key, "ETag");
#if (nginx_version >= 1023000)
    etag->next = NULL;
#endif
    etag->value.data = p;

    p = ngx_sprintf(p, "\"z%ui-", (ngx_uint_t) RESONATE_ZIP_VERSION);
    p = ngx_hex_dump(p, digest, NGX_RESONATE_ZIP_HASH);
    *p++ = '"';

    etag->value.len = p - etag->value.data;

    r->headers_out.etag = etag;

    return NGX_OK;
}
