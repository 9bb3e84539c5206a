
/*
 * Copyright (C) Resonate
 *
 * One fetch of an issuer's keys: of the set, or of a discovery document first,
 * and then of the set that it names.
 */


#include "ngx_resonate_auth_keys_internal.h"
#include "jwt/resonate_discovery.h"
#include "jwt/resonate_freshness.h"


/* of a set whose server says nothing about it: the usual advice is minutes */
#define NGX_RESONATE_AUTH_KEYS_LIFE    300000
#define NGX_RESONATE_AUTH_KEYS_REASON  512
#define NGX_RESONATE_AUTH_KEYS_POOL    1024


static ngx_int_t ngx_resonate_auth_keys_start(
    ngx_resonate_auth_keys_worker_t *worker,
    ngx_str_t *uri, ngx_str_t *args, ngx_resonate_fetch_handler_pt handler);
static ngx_uint_t ngx_resonate_auth_keys_answered(ngx_resonate_fetch_t *f);
static void ngx_resonate_auth_keys_document(ngx_resonate_fetch_t *f);
static ngx_int_t ngx_resonate_auth_keys_discovered(
    ngx_resonate_auth_keys_worker_t *worker, ngx_str_t *document);
static ngx_int_t ngx_resonate_auth_keys_locate(
    ngx_resonate_auth_keys_worker_t *worker, ngx_str_t *url, ngx_str_t *uri,
    ngx_str_t *args);
static void ngx_resonate_auth_keys_set(ngx_resonate_fetch_t *f);
static ngx_uint_t ngx_resonate_auth_keys_usable(
    ngx_resonate_auth_issuer_t *issuer, resonate_jwks_t *jwks);
static ngx_msec_t ngx_resonate_auth_keys_life(ngx_resonate_auth_keys_t *keys,
    ngx_resonate_fetch_t *f);
static void ngx_resonate_auth_keys_stored(
    ngx_resonate_auth_keys_worker_t *worker, ngx_resonate_fetch_t *f,
    resonate_jwks_t *jwks, const char *error);
static void ngx_resonate_auth_keys_failed(
    ngx_resonate_auth_keys_worker_t *worker, const char *format, ...);


ngx_int_t
ngx_resonate_auth_keys_fetch(ngx_resonate_auth_keys_worker_t *worker)
{
    ngx_resonate_auth_keys_t  *keys;

    keys = worker->keys;
    worker->ends = ngx_current_msec + keys->timeout;

    /* one whose claim is over, its deadline not yet: a worker that slept */

    ngx_resonate_fetch_cancel(&worker->fetch);

    if (worker->pool) {
        ngx_destroy_pool(worker->pool);
        worker->pool = NULL;
    }

    return ngx_resonate_auth_keys_start(worker, &keys->uri, &keys->args,
                                        (keys->source
                                         == NGX_RESONATE_AUTH_KEYS_URL)
                                        ? ngx_resonate_auth_keys_set
                                        : ngx_resonate_auth_keys_document);
}


static ngx_int_t
ngx_resonate_auth_keys_start(ngx_resonate_auth_keys_worker_t *worker,
    ngx_str_t *uri, ngx_str_t *args, ngx_resonate_fetch_handler_pt handler)
{
    ngx_msec_int_t         left;
    ngx_resonate_fetch_t  *f;

    f = &worker->fetch;
    left = worker->ends - ngx_current_msec;

    ngx_memzero(f, sizeof(ngx_resonate_fetch_t));

    f->uri = *uri;
    f->args = *args;
    f->max = NGX_RESONATE_AUTH_KEYS_MAX;
    f->timeout = ngx_max(left, 1);
    f->quiet = (worker->keys->sh->failed > 0);
    f->handler = handler;
    f->data = worker;

    ngx_str_set(&f->headers[0].key, "Accept");
    ngx_str_set(&f->headers[0].value,
                "application/json, application/jwk-set+json");
    f->nheaders = 1;

    if (ngx_resonate_fetch_start(f) != NGX_AGAIN) {
        ngx_resonate_auth_keys_failed(worker, "%s", f->error);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_resonate_auth_keys_answered(ngx_resonate_fetch_t *f)
{
    if (f->status == NGX_HTTP_OK) {
        return 1;
    }

    if (f->status) {
        ngx_resonate_auth_keys_failed(f->data, "\"%V\" answered %ui", &f->uri,
                                      f->status);
    } else {
        ngx_resonate_auth_keys_failed(f->data, "\"%V\": %s", &f->uri,
                                      f->error);
    }

    return 0;
}


static void
ngx_resonate_auth_keys_document(ngx_resonate_fetch_t *f)
{
    ngx_resonate_auth_keys_worker_t  *worker;

    worker = f->data;

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, ngx_cycle->log, 0,
                   "resonate auth keys document: %ui", f->status);

    if (!ngx_resonate_auth_keys_answered(f)
        || ngx_resonate_auth_keys_discovered(worker, &f->answer) != NGX_OK)
    {
        ngx_resonate_auth_keys_done(worker);
    }
}


/* the document goes with this answer, so its URL is copied */

static ngx_int_t
ngx_resonate_auth_keys_discovered(ngx_resonate_auth_keys_worker_t *worker,
    ngx_str_t *document)
{
    ngx_str_t              url, uri, args;
    const char            *reason;
    resonate_discovery_t   discovery;

    reason = resonate_discovery_parse(&discovery, (char *) document->data,
                                 document->len,
                                 &worker->keys->issuer->policy.issuer);
    if (reason) {
        ngx_resonate_auth_keys_failed(worker, "discovery document: %s",
                                      reason);
        return NGX_ERROR;
    }

    url.data = (u_char *) discovery.jwks_uri.data;
    url.len = discovery.jwks_uri.len;

    if (ngx_resonate_auth_keys_locate(worker, &url, &uri, &args) != NGX_OK) {
        ngx_resonate_auth_keys_failed(worker, "no \"fetch\" leads to the "
                                      "\"jwks_uri\" \"%V\"", &url);
        resonate_discovery_free(&discovery);
        return NGX_ERROR;
    }

    resonate_discovery_free(&discovery);

    return ngx_resonate_auth_keys_start(worker, &uri, &args,
                                        ngx_resonate_auth_keys_set);
}


static ngx_int_t
ngx_resonate_auth_keys_locate(ngx_resonate_auth_keys_worker_t *worker,
    ngx_str_t *url, ngx_str_t *uri, ngx_str_t *args)
{
    ngx_str_t    copy;
    ngx_pool_t  *pool;

    pool = ngx_create_pool(NGX_RESONATE_AUTH_KEYS_POOL, ngx_cycle->log);
    if (pool == NULL) {
        return NGX_ERROR;
    }

    worker->pool = pool;

    copy.len = url->len;
    copy.data = ngx_pstrdup(pool, url);

    if (copy.data == NULL) {
        return NGX_ERROR;
    }

    return ngx_resonate_auth_fetch_uri(worker->keys->issuer, &copy, pool, uri,
                                       args);
}


static void
ngx_resonate_auth_keys_set(ngx_resonate_fetch_t *f)
{
    char                              error[RESONATE_JWK_ERROR_MAX];
    resonate_jwks_t                  *jwks;
    ngx_resonate_auth_keys_worker_t  *worker;

    worker = f->data;

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, ngx_cycle->log, 0,
                   "resonate auth keys set: %ui", f->status);

    if (ngx_resonate_auth_keys_answered(f)) {

        jwks = resonate_jwks_fetched((char *) f->answer.data, f->answer.len,
                                     error);

        if (jwks == NULL) {
            ngx_resonate_auth_keys_failed(worker, "\"%V\": %s", &f->uri,
                                          error);

        } else if (!ngx_resonate_auth_keys_usable(worker->keys->issuer, jwks))
        {
            ngx_resonate_auth_keys_failed(worker, "\"%V\": no key for "
                                          "\"algorithms\"", &f->uri);
            resonate_jwks_free(jwks);

        } else {
            ngx_resonate_auth_keys_stored(worker, f, jwks, error);
        }
    }

    ngx_resonate_auth_keys_done(worker);
}


static ngx_uint_t
ngx_resonate_auth_keys_usable(ngx_resonate_auth_issuer_t *issuer,
    resonate_jwks_t *jwks)
{
    size_t  i;

    for (i = 0; i < jwks->nkeys; i++) {
        if (jwks->keys[i].algs & issuer->algs) {
            return 1;
        }
    }

    return 0;
}


/* RFC 9111, section 5.2.2, within the bounds of the line */

static ngx_msec_t
ngx_resonate_auth_keys_life(ngx_resonate_auth_keys_t *keys,
    ngx_resonate_fetch_t *f)
{
    long        seconds;
    ngx_str_t   control, age;
    ngx_msec_t  life;

    if (ngx_resonate_fetch_header(f, "cache-control", &control) != NGX_OK) {
        ngx_str_null(&control);
    }

    if (ngx_resonate_fetch_header(f, "age", &age) != NGX_OK) {
        ngx_str_null(&age);
    }

    seconds = resonate_freshness((char *) control.data, control.len,
                                 (char *) age.data, age.len);

    life = (seconds < 0) ? NGX_RESONATE_AUTH_KEYS_LIFE
                         : (ngx_msec_t) seconds * 1000;

    return ngx_max(keys->interval, ngx_min(life, keys->max));
}


static void
ngx_resonate_auth_keys_stored(ngx_resonate_auth_keys_worker_t *worker,
    ngx_resonate_fetch_t *f, resonate_jwks_t *jwks, const char *error)
{
    ngx_uint_t                 failed;
    ngx_atomic_uint_t          version;
    const resonate_jwks_t     *old;
    ngx_resonate_auth_keys_t  *keys;

    keys = worker->keys;

    old = ngx_resonate_auth_keys(keys->issuer);
    version = worker->version;
    failed = keys->sh->failed;

    if (ngx_resonate_auth_keys_store(keys, &f->answer, jwks,
                                     old == NULL
                                     || !resonate_jwks_contains(jwks, old),
                                     ngx_resonate_auth_keys_life(keys, f))
        != NGX_OK)
    {
        resonate_jwks_free(jwks);
        return;
    }

    if (failed) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "keys of issuer \"%V\" were fetched again",
                      &keys->issuer->name);
    }

    if (error[0] && worker->version != version) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "keys of issuer \"%V\" are not all used: %s",
                      &keys->issuer->name, error);
    }
}


/* an outage is told once */

static void
ngx_resonate_auth_keys_failed(ngx_resonate_auth_keys_worker_t *worker,
    const char *format, ...)
{
    u_char                    *p, reason[NGX_RESONATE_AUTH_KEYS_REASON];
    va_list                    args;
    ngx_uint_t                 level;
    ngx_resonate_auth_keys_t  *keys;

    keys = worker->keys;
    level = keys->sh->failed ? NGX_LOG_INFO : NGX_LOG_ERR;

    va_start(args, format);
    p = ngx_vslprintf(reason, reason + sizeof(reason), format, args);
    va_end(args);

    ngx_log_error(level, ngx_cycle->log, 0,
                  "keys of issuer \"%V\" were not fetched: %*s%s",
                  &keys->issuer->name, (size_t) (p - reason), reason,
                  keys->sh->version ? ", the old ones stay"
                  : keys->required ? ", there are none: 503"
                  : ", there are none: its tokens are refused");

    ngx_resonate_auth_keys_fail(keys);
}
