
/*
 * Copyright (C) Resonate
 *
 * "resonate_cache_purge": POST ?tag=...&tag=... ends the replies that have
 * one of the tags, on this machine, and on all others through the database.
 */


#include "ngx_resonate_listen.h"
#include "resonate_tags.h"


#define NGX_RESONATE_PURGE_MAX  200    /* tags of a request */
#define NGX_RESONATE_PURGE_LEN  (sizeof("{\"purged\":,\"told\":false}")       \
                                 + NGX_INT_T_LEN)


typedef struct {
    ngx_http_request_t       *request;
    ngx_resonate_pg_query_t   query;
    const char               *values[1];
    ngx_uint_t                n;
} ngx_resonate_purge_t;


static ngx_int_t ngx_resonate_purge_handler(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_purge_tags(ngx_http_request_t *r,
    ngx_array_t *tags);
static ngx_int_t ngx_resonate_purge_tag(ngx_http_request_t *r,
    ngx_array_t *tags, u_char *text, size_t len);
static ngx_uint_t ngx_resonate_purge_valid(ngx_str_t *tag);
static ngx_int_t ngx_resonate_purge_tell(ngx_http_request_t *r,
    ngx_resonate_cache_t *cache, ngx_array_t *tags);
static char *ngx_resonate_purge_join(ngx_http_request_t *r, ngx_array_t *tags);
static void ngx_resonate_purge_told(ngx_resonate_pg_query_t *q);
static void ngx_resonate_purge_cleanup(void *data);
static ngx_int_t ngx_resonate_purge_answer(ngx_http_request_t *r,
    ngx_uint_t n, const char *told);


char *
ngx_resonate_cache_purge_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_resonate_shared(cf)->purges = 1;

    return ngx_resonate_set_handler(cf, conf, ngx_resonate_purge_handler);
}


static ngx_int_t
ngx_resonate_purge_handler(ngx_http_request_t *r)
{
    ngx_int_t              rc;
    ngx_str_t             *tag;
    ngx_uint_t             i;
    ngx_array_t            tags;
    ngx_resonate_cache_t  *cache;

    if (r->method != NGX_HTTP_POST) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    rc = ngx_resonate_discard_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_array_init(&tags, r->pool, 8, sizeof(ngx_str_t)) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_resonate_purge_tags(r, &tags);

    if (rc == NGX_ERROR) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (rc != NGX_OK || tags.nelts == 0) {
        return ngx_resonate_send_problem(r, NGX_HTTP_BAD_REQUEST,
                   "\"tag\" is needed, 200 times at most: letters, digits "
                   "and _ . : * -", NULL);
    }

    cache = ngx_resonate_cache_of(r);
    tag = tags.elts;

    for (i = 0; i < tags.nelts; i++) {
        ngx_resonate_tag_touch(cache->shared->sh->clock, tag[i].data,
                               tag[i].len);
        ngx_resonate_count(cache->invalidations);
    }

    return cache->listener ? ngx_resonate_purge_tell(r, cache, &tags)
                           : ngx_resonate_purge_answer(r, tags.nelts, "false");
}


/* NGX_DECLINED: too many, or one that is none */

static ngx_int_t
ngx_resonate_purge_tags(ngx_http_request_t *r, ngx_array_t *tags)
{
    u_char     *p, *end, *last;
    ngx_int_t   rc;

    last = r->args.data + r->args.len;

    for (p = r->args.data; p < last; p = end + 1) {

        end = ngx_strlchr(p, last, '&');
        if (end == NULL) {
            end = last;
        }

        if (end - p < 4 || ngx_strncmp(p, "tag=", 4) != 0) {
            continue;
        }

        rc = ngx_resonate_purge_tag(r, tags, p + 4, end - p - 4);
        if (rc != NGX_OK) {
            return rc;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_purge_tag(ngx_http_request_t *r, ngx_array_t *tags, u_char *text,
    size_t len)
{
    u_char     *p;
    ngx_str_t  *tag;

    if (tags->nelts == NGX_RESONATE_PURGE_MAX) {
        return NGX_DECLINED;
    }

    tag = ngx_array_push(tags);
    p = ngx_pnalloc(r->pool, len + 1);

    if (tag == NULL || p == NULL) {
        return NGX_ERROR;
    }

    tag->data = p;
    ngx_unescape_uri(&p, &text, len, 0);
    tag->len = p - tag->data;

    return ngx_resonate_purge_valid(tag) ? NGX_OK : NGX_DECLINED;
}


/* no comma, with which they are joined, and nothing that is never in one */

static ngx_uint_t
ngx_resonate_purge_valid(ngx_str_t *tag)
{
    u_char  *p;

    for (p = tag->data; p < tag->data + tag->len; p++) {
        if ((*p < 'a' || *p > 'z') && (*p < 'A' || *p > 'Z')
            && (*p < '0' || *p > '9') && ngx_strchr("_.:*-", *p) == NULL)
        {
            return 0;
        }

        if (*p == '\0') {
            return 0;
        }
    }

    return tag->len > 0 && tag->len <= RESONATE_TAG_LEN;
}


static ngx_int_t
ngx_resonate_purge_tell(ngx_http_request_t *r, ngx_resonate_cache_t *cache,
    ngx_array_t *tags)
{
    ngx_http_cleanup_t       *cln;
    ngx_resonate_purge_t     *purge;
    ngx_resonate_pg_query_t  *q;

    purge = ngx_pcalloc(r->pool, sizeof(ngx_resonate_purge_t));
    cln = ngx_http_cleanup_add(r, 0);

    if (purge == NULL || cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    purge->request = r;
    purge->n = tags->nelts;
    purge->values[0] = ngx_resonate_purge_join(r, tags);

    if (purge->values[0] == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    q = &purge->query;
    q->stmt = cache->purge;
    q->values = purge->values;
    q->handler = ngx_resonate_purge_told;
    q->data = purge;
    q->log = r->connection->log;

    cln->handler = ngx_resonate_purge_cleanup;
    cln->data = q;

    if (ngx_resonate_pg_start(q) != NGX_AGAIN) {
        return ngx_resonate_purge_answer(r, purge->n, NULL);
    }

    r->main->count++;
    ngx_resonate_watch_client(r);

    return NGX_DONE;
}


static char *
ngx_resonate_purge_join(ngx_http_request_t *r, ngx_array_t *tags)
{
    size_t       len;
    u_char      *text, *p;
    ngx_str_t   *tag;
    ngx_uint_t   i;

    len = 0;
    tag = tags->elts;

    for (i = 0; i < tags->nelts; i++) {
        len += tag[i].len + 1;
    }

    text = ngx_pnalloc(r->pool, len);
    if (text == NULL) {
        return NULL;
    }

    p = text;

    for (i = 0; i < tags->nelts; i++) {
        p = ngx_cpymem(p, tag[i].data, tag[i].len);
        *p++ = ',';
    }

    p[-1] = '\0';

    return (char *) text;
}


static void
ngx_resonate_purge_told(ngx_resonate_pg_query_t *q)
{
    ngx_connection_t      *c;
    ngx_http_request_t    *r;
    ngx_resonate_purge_t  *purge;

    purge = q->data;
    r = purge->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    ngx_http_finalize_request(r, ngx_resonate_purge_answer(r, purge->n,
                                    q->status == NGX_RESONATE_PG_OK
                                    ? "true" : NULL));
    ngx_http_run_posted_requests(c);
}


static void
ngx_resonate_purge_cleanup(void *data)
{
    ngx_resonate_pg_query_t  *q = data;

    ngx_resonate_pg_cancel(q);
}


/* NULL: they should have been told */

static ngx_int_t
ngx_resonate_purge_answer(ngx_http_request_t *r, ngx_uint_t n,
    const char *told)
{
    ngx_str_t  json;

    if (told == NULL) {
        return ngx_resonate_send_problem(r, NGX_HTTP_SERVICE_UNAVAILABLE,
                   "Purged on this machine; others could not be told", NULL);
    }

    json.data = ngx_pnalloc(r->pool, NGX_RESONATE_PURGE_LEN);
    if (json.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    json.len = ngx_sprintf(json.data, "{\"purged\":%ui,\"told\":%s}", n, told)
               - json.data;

    return ngx_resonate_send_json(r, NGX_HTTP_OK, &json);
}
