
/*
 * Copyright (C) Resonate
 *
 * A new access token for a session whose old one is about to end.
 *
 * A provider that rotates refresh tokens takes each one once, and takes a
 * second time for theft: so one worker asks for all, and what it hears is
 * kept for a minute for the requests that were sent with the old cookie.  It
 * goes on when the client that caused it is gone: its answer cannot be had
 * again.
 */


#include "ngx_resonate_login_internal.h"


#define NGX_RESONATE_LOGIN_POLL    20      /* ms between two looks */
#define NGX_RESONATE_LOGIN_SHARED  60      /* s that an answer is kept */
#define NGX_RESONATE_LOGIN_PAUSE   2       /* s between two failures */
#define NGX_RESONATE_LOGIN_SLACK   2000    /* ms of a claim beyond timeout */
#define NGX_RESONATE_LOGIN_KEY     (1 + NGX_RESONATE_AUTH_DIGEST)

/* what the table says of a refresh token, before a sealed session */

#define NGX_RESONATE_LOGIN_NEW     "n"
#define NGX_RESONATE_LOGIN_OVER    "o"
#define NGX_RESONATE_LOGIN_FAILED  "f"


typedef struct {
    ngx_pool_t                  *pool;
    ngx_resonate_login_t        *login;
    ngx_resonate_fetch_t         fetch;
    ngx_resonate_login_grant_t   grant;
    resonate_session_t           session;
    time_t                       expires;
    u_char                       key[NGX_RESONATE_LOGIN_KEY];
} ngx_resonate_login_job_t;


static ngx_int_t ngx_resonate_login_look(ngx_http_request_t *r,
    ngx_resonate_login_ctx_t *ctx, u_char *key);
static ngx_int_t ngx_resonate_login_take(ngx_http_request_t *r,
    ngx_resonate_login_ctx_t *ctx, ngx_str_t *sealed);
static ngx_int_t ngx_resonate_login_old(ngx_resonate_login_ctx_t *ctx);
static ngx_int_t ngx_resonate_login_ask(ngx_http_request_t *r,
    ngx_resonate_login_ctx_t *ctx, u_char *key);
static void ngx_resonate_login_poll(ngx_event_t *ev);
static ngx_int_t ngx_resonate_login_job(ngx_resonate_login_ctx_t *ctx,
    u_char *key);
static ngx_int_t ngx_resonate_login_job_start(ngx_resonate_login_job_t *job);
static void ngx_resonate_login_job_done(ngx_resonate_fetch_t *f);
static void ngx_resonate_login_job_judge(void *data);
static void ngx_resonate_login_job_heard(ngx_resonate_login_job_t *job,
    ngx_int_t rc);
static void ngx_resonate_login_job_end(ngx_resonate_login_job_t *job,
    const char *what, ngx_str_t *sealed, time_t life);


ngx_int_t
ngx_resonate_login_refresh(ngx_http_request_t *r,
    ngx_resonate_login_ctx_t *ctx, ngx_resonate_auth_ctx_t *auth)
{
    u_char                key[NGX_RESONATE_LOGIN_KEY];
    ngx_int_t             rc;
    resonate_jwt_view_t  *refresh;

    if (ctx->s.session.times[RESONATE_SESSION_RENEW] > ngx_time()) {
        return NGX_OK;
    }

    refresh = &ctx->s.session.texts[RESONATE_SESSION_REFRESH];

    if (refresh->len == 0) {
        rc = ngx_resonate_login_old(ctx);
        return (rc == NGX_OK) ? NGX_OK : ngx_resonate_login_over(r, ctx);
    }

    if (EVP_Digest(refresh->data, refresh->len, key + 1, NULL, EVP_sha256(),
                   NULL)
        != 1)
    {
        return NGX_ERROR;
    }

    rc = ngx_resonate_login_look(r, ctx, key);

    if (rc != NGX_AGAIN || !auth->may_wait) {
        return rc;
    }

    if (ctx->deadline == 0) {
        ctx->deadline = ngx_current_msec + ctx->login->timeout
                        + NGX_RESONATE_LOGIN_SLACK;
    }

    if ((ngx_msec_int_t) (ctx->deadline - ngx_current_msec) <= 0) {
        return ngx_resonate_login_old(ctx);
    }

    rc = ngx_resonate_login_ask(r, ctx, key);

    if (rc == NGX_AGAIN && !ctx->poll.timer_set) {
        ctx->poll.handler = ngx_resonate_login_poll;
        ctx->poll.data = auth;
        ctx->poll.log = r->connection->log;

        ngx_add_timer(&ctx->poll, NGX_RESONATE_LOGIN_POLL);
    }

    return rc;
}


/* NGX_AGAIN: nobody has heard of it yet */

static ngx_int_t
ngx_resonate_login_look(ngx_http_request_t *r, ngx_resonate_login_ctx_t *ctx,
    u_char *key)
{
    ngx_int_t                        rc;
    ngx_str_t                        name, value;
    ngx_resonate_login_main_conf_t  *lmcf;

    lmcf = ngx_http_get_module_main_conf(r, ngx_resonate_login_module);

    key[0] = 'a';
    name.data = key;
    name.len = NGX_RESONATE_LOGIN_KEY;

    rc = ngx_resonate_table_get(lmcf->table, &name, r->pool, &value);

    if (rc == NGX_DECLINED) {
        return NGX_AGAIN;
    }

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    switch (value.data[0]) {

    case 'n':
        value.data++;
        value.len--;
        return ngx_resonate_login_take(r, ctx, &value);

    case 'o':
        return ngx_resonate_login_over(r, ctx);

    default: /* 'f' */
        return ngx_resonate_login_old(ctx);
    }
}


static ngx_int_t
ngx_resonate_login_take(ngx_http_request_t *r, ngx_resonate_login_ctx_t *ctx,
    ngx_str_t *sealed)
{
    ngx_int_t  rc;

    rc = ngx_resonate_login_unseal(r->pool, r->connection->log, ctx->login,
                                   (char *) sealed->data, sealed->len,
                                   &ctx->s);

    if (rc == NGX_DECLINED) {
        return ngx_resonate_login_over(r, ctx);
    }

    if (rc != NGX_OK
        || ngx_resonate_login_keep(r, ctx->login, sealed,
                                   ctx->s.expires - ngx_time())
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ctx->changed = 1;

    return NGX_OK;
}


/* without a new token the old one is good until its end */

static ngx_int_t
ngx_resonate_login_old(ngx_resonate_login_ctx_t *ctx)
{
    time_t  ends;

    ends = ctx->s.session.times[RESONATE_SESSION_ENDS];

    return (ends == 0 || ends > ngx_time()) ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_resonate_login_ask(ngx_http_request_t *r, ngx_resonate_login_ctx_t *ctx,
    u_char *key)
{
    ngx_int_t                        rc;
    ngx_str_t                        name;
    ngx_resonate_login_main_conf_t  *lmcf;

    lmcf = ngx_http_get_module_main_conf(r, ngx_resonate_login_module);

    key[0] = 'c';
    name.data = key;
    name.len = NGX_RESONATE_LOGIN_KEY;

    if (ngx_resonate_table_claim(lmcf->table, &name, ngx_pid,
                                 ctx->login->timeout
                                 + NGX_RESONATE_LOGIN_SLACK)
        != NGX_OK)
    {
        return NGX_AGAIN;
    }

    /* it may have been heard, and the claim released, after we looked */

    rc = ngx_resonate_login_look(r, ctx, key);

    if (rc == NGX_AGAIN) {
        rc = ngx_resonate_login_job(ctx, key);
    }

    if (rc != NGX_AGAIN) {
        key[0] = 'c';
        (void) ngx_resonate_table_release(lmcf->table, &name, ngx_pid);
    }

    return rc;
}


static void
ngx_resonate_login_poll(ngx_event_t *ev)
{
    ngx_resonate_auth_resume(ev->data);
}


/* NGX_AGAIN: it runs;  else what is to be made of the session without it */

static ngx_int_t
ngx_resonate_login_job(ngx_resonate_login_ctx_t *ctx, u_char *key)
{
    char                      *plain;
    long                       len;
    ngx_pool_t                *pool;
    ngx_resonate_login_job_t  *job;

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, ngx_cycle->log);
    if (pool == NULL) {
        return ngx_resonate_login_old(ctx);
    }

    job = ngx_pcalloc(pool, sizeof(ngx_resonate_login_job_t));
    plain = ngx_pnalloc(pool, RESONATE_SEAL_PLAIN_MAX);

    if (job && plain) {
        job->pool = pool;
        job->login = ctx->login;
        job->expires = ctx->s.expires;

        ngx_memcpy(job->key, key, NGX_RESONATE_LOGIN_KEY);

        /* the request may end before */

        len = resonate_session_pack(&ctx->s.session, plain,
                                    RESONATE_SEAL_PLAIN_MAX);

        if (resonate_session_unpack(&job->session, plain, len) == 0
            && ngx_resonate_login_job_start(job) == NGX_AGAIN)
        {
            return NGX_AGAIN;
        }
    }

    ngx_destroy_pool(pool);

    return ngx_resonate_login_old(ctx);
}


static ngx_int_t
ngx_resonate_login_job_start(ngx_resonate_login_job_t *job)
{
    ngx_keyval_t          params[2];
    resonate_jwt_view_t  *text;

    text = job->session.texts;

    ngx_str_set(&params[0].key, "grant_type");
    ngx_str_set(&params[0].value, "refresh_token");
    ngx_str_set(&params[1].key, "refresh_token");
    params[1].value.data = (u_char *) text[RESONATE_SESSION_REFRESH].data;
    params[1].value.len = text[RESONATE_SESSION_REFRESH].len;

    job->grant.subject.data = (u_char *) text[RESONATE_SESSION_SUBJECT].data;
    job->grant.subject.len = text[RESONATE_SESSION_SUBJECT].len;

    job->fetch.handler = ngx_resonate_login_job_done;
    job->fetch.data = job;
    job->grant.keys.handler = ngx_resonate_login_job_judge;
    job->grant.keys.data = job;

    if (ngx_resonate_login_grant_body(job->pool, job->login, params, 2,
                                      &job->fetch.body)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_resonate_login_grant_start(job->login, &job->fetch);
}


static void
ngx_resonate_login_job_done(ngx_resonate_fetch_t *f)
{
    ngx_resonate_login_job_t *job = f->data;

    ngx_int_t  rc;

    rc = ngx_resonate_login_grant_hear(job->login, f, &job->grant,
                                       job->pool->log);

    if (rc == NGX_OK) {
        ngx_resonate_login_job_judge(job);

    } else {
        ngx_resonate_login_job_heard(job, rc);
    }
}


static void
ngx_resonate_login_job_judge(void *data)
{
    ngx_resonate_login_job_t *job = data;

    ngx_int_t  rc;

    rc = ngx_resonate_login_grant_judge(job->login, &job->grant,
                                        &job->session, job->pool->log);

    if (rc != NGX_AGAIN) {
        ngx_resonate_login_job_heard(job, rc);
    }
}


static void
ngx_resonate_login_job_heard(ngx_resonate_login_job_t *job, ngx_int_t rc)
{
    ngx_str_t                        sealed;
    ngx_resonate_login_main_conf_t  *lmcf;

    lmcf = ngx_http_cycle_get_module_main_conf(ngx_cycle,
                                               ngx_resonate_login_module);

    if (rc == NGX_OK) {
        rc = ngx_resonate_login_seal(job->pool, job->pool->log, job->login,
                                     &job->session, job->expires, &sealed);
    }

    if (rc == NGX_OK) {
        ngx_resonate_count(lmcf->refreshed);
        ngx_resonate_login_job_end(job, NGX_RESONATE_LOGIN_NEW, &sealed,
                                   NGX_RESONATE_LOGIN_SHARED);
        return;
    }

    ngx_str_null(&sealed);

    if (rc == NGX_DECLINED) {
        ngx_resonate_count(lmcf->ended);
        ngx_resonate_login_job_end(job, NGX_RESONATE_LOGIN_OVER, &sealed,
                                   NGX_RESONATE_LOGIN_SHARED);
        return;
    }

    ngx_resonate_login_job_end(job, NGX_RESONATE_LOGIN_FAILED, &sealed,
                               NGX_RESONATE_LOGIN_PAUSE);
}


static void
ngx_resonate_login_job_end(ngx_resonate_login_job_t *job, const char *what,
    ngx_str_t *sealed, time_t life)
{
    ngx_str_t                        name, parts[2];
    ngx_resonate_login_main_conf_t  *lmcf;

    lmcf = ngx_http_cycle_get_module_main_conf(ngx_cycle,
                                               ngx_resonate_login_module);

    job->key[0] = 'a';
    name.data = job->key;
    name.len = NGX_RESONATE_LOGIN_KEY;

    parts[0].data = (u_char *) what;
    parts[0].len = 1;
    parts[1] = *sealed;

    (void) ngx_resonate_table_put(lmcf->table, &name, parts, 2,
                                  ngx_time() + life);

    job->key[0] = 'c';
    (void) ngx_resonate_table_release(lmcf->table, &name, ngx_pid);

    ngx_resonate_login_grant_free(&job->grant);
    ngx_destroy_pool(job->pool);
}
