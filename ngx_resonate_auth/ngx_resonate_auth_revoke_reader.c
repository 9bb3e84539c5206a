
/*
 * Copyright (C) Resonate
 *
 * What is new among revocations is read by one worker for all of the machine:
 * every "poll" milliseconds, and at once when the database has notified it.
 * So a listener that is down, or none, costs nothing but time.
 *
 * Everything is read again when the place where the last reader was is not
 * one of that database any more; SQL knows.  What is known already is no
 * news, hence two readers at a time do no harm.
 */


#include "ngx_resonate_auth_revoke.h"


/* in milliseconds */

#define NGX_RESONATE_AUTH_READER_TICK   50
#define NGX_RESONATE_AUTH_READER_STUCK  400    /* a worker that does not run */

#define NGX_RESONATE_AUTH_READER_SWEEP  4096   /* places at each tick */


struct ngx_resonate_auth_reader_s {
    ngx_resonate_auth_revoke_conf_t  *rcf;
    ngx_log_t                        *log;
    ngx_event_t                       tick;
    size_t                            swept;

    ngx_resonate_pg_query_t           query;
    const char                       *values[1];
    u_char                            since[NGX_RESONATE_AUTH_SINCE_MAX];
    ngx_msec_t                        asked;
    ngx_uint_t                        rows;     /* of pages so far */

    unsigned                          reads:1;  /* for the machine */
    unsigned                          asking:1;
    unsigned                          more:1;   /* pages */
    unsigned                          fails:1;  /* and it was logged */
    unsigned                          full:1;   /* likewise */
};


/* columns of resonate.revocations() */

enum {
    NGX_RESONATE_AUTH_READER_NEXT = 0,
    NGX_RESONATE_AUTH_READER_MORE,
    NGX_RESONATE_AUTH_READER_KIND,
    NGX_RESONATE_AUTH_READER_ISSUER,
    NGX_RESONATE_AUTH_READER_VALUE,
    NGX_RESONATE_AUTH_READER_BEFORE,
    NGX_RESONATE_AUTH_READER_EXPIRES
};


static void ngx_resonate_auth_reader_tick(ngx_event_t *ev);
static void ngx_resonate_auth_reader_sweep(
    ngx_resonate_auth_reader_t *reader);
static void ngx_resonate_auth_reader_count(
    ngx_resonate_auth_revocations_t *sh);
static ngx_uint_t ngx_resonate_auth_reader_take(
    ngx_resonate_auth_reader_t *reader);
static void ngx_resonate_auth_reader_stop(ngx_resonate_auth_reader_t *reader);
static void ngx_resonate_auth_reader_ask(ngx_resonate_auth_reader_t *reader);
static void ngx_resonate_auth_reader_handler(ngx_resonate_pg_query_t *q);
static void ngx_resonate_auth_reader_failed(
    ngx_resonate_auth_reader_t *reader);
static ngx_int_t ngx_resonate_auth_reader_rows(
    ngx_resonate_auth_reader_t *reader);
static ngx_int_t ngx_resonate_auth_reader_row(
    ngx_resonate_auth_reader_t *reader, ngx_uint_t row);
static void ngx_resonate_auth_reader_view(ngx_resonate_pg_query_t *q,
    ngx_uint_t row, ngx_uint_t column, resonate_jwt_view_t *view);
static void ngx_resonate_auth_reader_done(ngx_resonate_auth_reader_t *reader);


ngx_int_t
ngx_resonate_auth_reader_init(ngx_cycle_t *cycle,
    ngx_resonate_auth_revoke_conf_t *rcf)
{
    ngx_resonate_auth_reader_t  *reader;

    reader = ngx_pcalloc(cycle->pool, sizeof(ngx_resonate_auth_reader_t));
    if (reader == NULL) {
        return NGX_ERROR;
    }

    reader->rcf = rcf;
    reader->log = cycle->log;

    reader->tick.handler = ngx_resonate_auth_reader_tick;
    reader->tick.data = reader;
    reader->tick.log = cycle->log;
    reader->tick.cancelable = 1;

    rcf->reader = reader;

    ngx_add_timer(&reader->tick, 1);

    return NGX_OK;
}


void
ngx_resonate_auth_reader_exit(ngx_resonate_auth_revoke_conf_t *rcf)
{
    if (rcf->reader) {
        ngx_resonate_auth_reader_stop(rcf->reader);
    }
}


static void
ngx_resonate_auth_reader_tick(ngx_event_t *ev)
{
    ngx_resonate_auth_reader_t *reader = ev->data;

    ngx_resonate_auth_revoke_conf_t  *rcf;

    rcf = reader->rcf;

    /* who quits lets another one read, though it may serve for long yet */

    if (ngx_exiting) {
        ngx_resonate_auth_reader_stop(reader);
        return;
    }

    if (ngx_resonate_auth_reader_take(reader)) {

        if (!reader->asking
            && (rcf->sh->heard || reader->more
                || ngx_current_msec - reader->asked >= rcf->poll))
        {
            ngx_resonate_auth_reader_ask(reader);
        }

        ngx_resonate_auth_reader_sweep(reader);
    }

    ngx_add_timer(ev, NGX_RESONATE_AUTH_READER_TICK);
}


static void
ngx_resonate_auth_reader_sweep(ngx_resonate_auth_reader_t *reader)
{
    ngx_resonate_auth_revoke_conf_t  *rcf;

    rcf = reader->rcf;

    ngx_shmtx_lock(&rcf->shpool->mutex);

    reader->swept = resonate_revoked_sweep(rcf->sh->set, reader->swept,
                                           NGX_RESONATE_AUTH_READER_SWEEP,
                                           ngx_time());
    ngx_resonate_auth_reader_count(rcf->sh);

    ngx_shmtx_unlock(&rcf->shpool->mutex);
}


static void
ngx_resonate_auth_reader_count(ngx_resonate_auth_revocations_t *sh)
{
    sh->count = resonate_revoked_used(sh->set)
                + resonate_revoked_lost(sh->set);
}


/* whether it is this worker that reads, or is to from now on */

static ngx_uint_t
ngx_resonate_auth_reader_take(ngx_resonate_auth_reader_t *reader)
{
    ngx_atomic_uint_t                 pid;
    ngx_resonate_auth_revocations_t  *sh;

    sh = reader->rcf->sh;
    pid = sh->pid;

    if (reader->reads) {

        if (pid == (ngx_atomic_uint_t) ngx_pid) {
            sh->beat = ngx_current_msec;
            return 1;
        }

        ngx_resonate_auth_reader_stop(reader);
        return 0;
    }

    /* a pid may be another process's by now, which does not run here */

    if (pid != 0 && pid != (ngx_atomic_uint_t) ngx_pid
        && (ngx_msec_int_t) (ngx_current_msec - sh->beat)
           <= NGX_RESONATE_AUTH_READER_STUCK
        && !(kill(pid, 0) == -1 && ngx_errno == NGX_ESRCH))
    {
        return 0;
    }

    /* first: nobody is to find the new pid with the beat of the one before */

    sh->beat = ngx_current_msec;

    if (!ngx_atomic_cmp_set(&sh->pid, pid, ngx_pid)) {
        return 0;
    }

    reader->reads = 1;
    reader->asked = ngx_current_msec - reader->rcf->poll;

    return 1;
}


static void
ngx_resonate_auth_reader_stop(ngx_resonate_auth_reader_t *reader)
{
    ngx_resonate_pg_cancel(&reader->query);

    reader->reads = 0;
    reader->asking = 0;
    reader->more = 0;

    (void) ngx_atomic_cmp_set(&reader->rcf->sh->pid, ngx_pid, 0);
}


static void
ngx_resonate_auth_reader_ask(ngx_resonate_auth_reader_t *reader)
{
    ngx_resonate_auth_revoke_conf_t  *rcf;

    rcf = reader->rcf;

    /* first: what is notified from here on may not be seen by the query */

    rcf->sh->heard = 0;

    ngx_shmtx_lock(&rcf->shpool->mutex);
    ngx_memcpy(reader->since, rcf->sh->since, NGX_RESONATE_AUTH_SINCE_MAX);
    ngx_shmtx_unlock(&rcf->shpool->mutex);

    reader->values[0] = reader->since[0] ? (char *) reader->since : NULL;

    reader->query.stmt = rcf->stmt;
    reader->query.values = reader->values;
    reader->query.handler = ngx_resonate_auth_reader_handler;
    reader->query.data = reader;
    reader->query.log = reader->log;

    reader->more = 0;
    reader->asked = ngx_current_msec;
    reader->asking = (ngx_resonate_pg_start(&reader->query) == NGX_AGAIN);

    if (!reader->asking) {
        ngx_resonate_auth_reader_failed(reader);
    }
}


static void
ngx_resonate_auth_reader_handler(ngx_resonate_pg_query_t *q)
{
    ngx_resonate_auth_reader_t *reader = q->data;

    reader->asking = 0;

    if (q->status != NGX_RESONATE_PG_OK
        || ngx_resonate_auth_reader_rows(reader) != NGX_OK)
    {
        ngx_resonate_auth_reader_failed(reader);
        return;
    }

    if (reader->more) {
        ngx_resonate_auth_reader_ask(reader);
        return;
    }

    ngx_resonate_auth_reader_done(reader);
}


/* it is tried again in time: a database may be away, or of before */

static void
ngx_resonate_auth_reader_failed(ngx_resonate_auth_reader_t *reader)
{
    ngx_uint_t                        level;
    ngx_resonate_auth_revoke_conf_t  *rcf;

    rcf = reader->rcf;
    level = reader->fails ? NGX_LOG_INFO : NGX_LOG_ERR;

    ngx_log_error(level, reader->log, 0,
                  "revocations could not be read from database \"%V\", %s%s%s",
                  &rcf->database,
                  rcf->sh->loaded ? "those that were stay in force"
                  : rcf->required ? "no token is accepted"
                                  : "every good token is accepted",
                  reader->query.status == NGX_RESONATE_PG_FAILED ? ": " : "",
                  reader->query.status == NGX_RESONATE_PG_FAILED
                  ? reader->query.message : "");

    reader->fails = 1;
    reader->rows = 0;
}


static ngx_int_t
ngx_resonate_auth_reader_rows(ngx_resonate_auth_reader_t *reader)
{
    ngx_int_t                         rc;
    ngx_uint_t                        i, n, fresh, unsaid;
    resonate_jwt_view_t               next, more;
    ngx_resonate_auth_revoke_conf_t  *rcf;

    rcf = reader->rcf;
    n = ngx_resonate_pg_rows(&reader->query);

    ngx_resonate_auth_reader_view(&reader->query, 0,
                                  NGX_RESONATE_AUTH_READER_NEXT, &next);
    ngx_resonate_auth_reader_view(&reader->query, 0,
                                  NGX_RESONATE_AUTH_READER_MORE, &more);

    if (n == 0 || next.len == 0 || next.len >= NGX_RESONATE_AUTH_SINCE_MAX) {
        return NGX_ERROR;
    }

    /* what a reader that was killed has added is no news to this one */

    fresh = 0;
    unsaid = rcf->sh->adding;
    rc = NGX_OK;

    rcf->sh->adding = 1;

    for (i = 0; i < n && rc != NGX_ERROR; i++) {
        rc = ngx_resonate_auth_reader_row(reader, i);
        fresh += (rc == NGX_OK);
    }

    /* who checks looks at the number, and then for what is behind it */

    if (fresh || unsaid) {
        (void) ngx_atomic_fetch_add(&rcf->sh->sequence, 1);
    }

    rcf->sh->adding = 0;

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    ngx_shmtx_lock(&rcf->shpool->mutex);

    ngx_memcpy(rcf->sh->since, next.data, next.len);
    rcf->sh->since[next.len] = '\0';

    ngx_resonate_auth_reader_count(rcf->sh);

    ngx_shmtx_unlock(&rcf->shpool->mutex);

    reader->rows += fresh;
    reader->more = (more.len == 1 && more.data[0] == 't');

    return NGX_OK;
}


/* NGX_OK: it is news;  NGX_DECLINED: it is none;  NGX_ERROR */

static ngx_int_t
ngx_resonate_auth_reader_row(ngx_resonate_auth_reader_t *reader,
    ngx_uint_t row)
{
    time_t                            before, expires;
    ngx_uint_t                        i;
    resonate_revoked_e                rc;
    resonate_jwt_view_t               v[NGX_RESONATE_AUTH_READER_EXPIRES + 1];
    resonate_revoked_key_t            key;
    resonate_revoked_kind_e           kind;
    ngx_resonate_auth_revoke_conf_t  *rcf;

    rcf = reader->rcf;

    for (i = NGX_RESONATE_AUTH_READER_KIND;
         i <= NGX_RESONATE_AUTH_READER_EXPIRES;
         i++)
    {
        ngx_resonate_auth_reader_view(&reader->query, row, i, &v[i]);
    }

    /* there is a row with nulls if there is none with anything else */

    if (v[NGX_RESONATE_AUTH_READER_KIND].len == 0) {
        return NGX_DECLINED;
    }

    kind = resonate_revoked_kind(v[NGX_RESONATE_AUTH_READER_KIND].data,
                                 v[NGX_RESONATE_AUTH_READER_KIND].len);
    before = ngx_atotm((u_char *) v[NGX_RESONATE_AUTH_READER_BEFORE].data,
                       v[NGX_RESONATE_AUTH_READER_BEFORE].len);
    expires = ngx_atotm((u_char *) v[NGX_RESONATE_AUTH_READER_EXPIRES].data,
                        v[NGX_RESONATE_AUTH_READER_EXPIRES].len);

    if (kind == RESONATE_REVOKED_UNKNOWN || before == NGX_ERROR
        || expires == NGX_ERROR)
    {
        ngx_log_error(NGX_LOG_ERR, reader->log, 0,
                      "a revocation of kind \"%*s\" is not understood",
                      v[NGX_RESONATE_AUTH_READER_KIND].len,
                      v[NGX_RESONATE_AUTH_READER_KIND].data);
        return NGX_DECLINED;
    }

    if (!resonate_revoked_key(&key, kind, v[NGX_RESONATE_AUTH_READER_ISSUER],
                              v[NGX_RESONATE_AUTH_READER_VALUE]))
    {
        return NGX_ERROR;
    }

    ngx_shmtx_lock(&rcf->shpool->mutex);
    rc = resonate_revoked_add(rcf->sh->set, &key, before, expires, ngx_time());
    ngx_shmtx_unlock(&rcf->shpool->mutex);

    if (rc == RESONATE_REVOKED_FULL && !reader->full) {
        ngx_log_error(NGX_LOG_ERR, reader->log, 0,
                      "\"zone=\" of \"resonate_revocation\" is too small: "
                      "some tokens may be refused that were not revoked");
        reader->full = 1;
    }

    return (rc == RESONATE_REVOKED_KNOWN) ? NGX_DECLINED : NGX_OK;
}


static void
ngx_resonate_auth_reader_view(ngx_resonate_pg_query_t *q, ngx_uint_t row,
    ngx_uint_t column, resonate_jwt_view_t *view)
{
    view->len = 0;
    view->data = ngx_resonate_pg_value(q, row, column, &view->len);

    if (view->data == NULL) {
        view->data = "";
        view->len = 0;
    }
}


static void
ngx_resonate_auth_reader_done(ngx_resonate_auth_reader_t *reader)
{
    ngx_resonate_auth_revoke_conf_t  *rcf;

    rcf = reader->rcf;

    if (rcf->sh->loaded == 0 || reader->fails) {
        ngx_log_error(NGX_LOG_NOTICE, reader->log, 0,
                      "revocations are read from database \"%V\"",
                      &rcf->database);
    }

    if (reader->rows) {
        ngx_log_error(NGX_LOG_INFO, reader->log, 0,
                      "revocations that are new: %ui", reader->rows);
    }

    reader->fails = 0;
    reader->rows = 0;

    rcf->sh->loaded = ngx_time();
}
