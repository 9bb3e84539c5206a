
/*
 * Copyright (C) Resonate
 *
 * The connection that listens, and what is said on it: tags that have
 * changed, words of upper rooms, and callers who wrote through another
 * machine.  Of the latter we tell others, some at a time, because each
 * notification takes a lock that all of the server's commits with one wait
 * for; plays notify nothing.
 */


#include "ngx_resonate_listen_internal.h"
#include "resonate_tags.h"

#include "../pg/resonate_sqlstate.h"


#define NGX_RESONATE_LISTEN_CALLERS  '#'    /* numbers of callers follow */


static ngx_int_t ngx_resonate_listen_statements(ngx_conf_t *cf,
    ngx_resonate_listener_t *l);
static ngx_resonate_pg_stmt_t *ngx_resonate_listen_statement(ngx_conf_t *cf,
    ngx_resonate_listener_t *l, const char *sql, ngx_uint_t nparams);
static void ngx_resonate_listen_up(void *data);
static void ngx_resonate_listen_lost(void *data);
static void ngx_resonate_listen_notified(void *data, u_char *payload,
    size_t len, ngx_uint_t own);
static ngx_uint_t ngx_resonate_listen_word(ngx_resonate_listener_t *l,
    u_char *payload, size_t len);
static void ngx_resonate_listen_callers(ngx_resonate_listener_t *l,
    u_char *payload, size_t len);
static void ngx_resonate_listen_start(ngx_resonate_listener_t *l,
    ngx_resonate_pg_stmt_t *stmt);
static void ngx_resonate_listen_answered(ngx_resonate_pg_query_t *q);
static void ngx_resonate_listen_listens(ngx_resonate_listener_t *l);
static void ngx_resonate_listen_proved(ngx_resonate_listener_t *l);
static void ngx_resonate_listen_maintained(ngx_resonate_listener_t *l,
    ngx_resonate_pg_query_t *q);
static void ngx_resonate_listen_told(ngx_resonate_pg_query_t *q);
static void ngx_resonate_listen_tell_again(ngx_resonate_listener_t *l);
static void ngx_resonate_listen_quit_late(ngx_resonate_listener_t *l);


ngx_int_t
ngx_resonate_listen_add(ngx_conf_t *cf, ngx_resonate_cache_t *cache)
{
    ngx_str_t                 sql;
    ngx_resonate_pg_t        *pg;
    ngx_resonate_listener_t  *l;

    pg = ngx_resonate_pg_get(cf, &cache->listen);

    if (pg == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "unknown database \"%V\" in \"listen=\" of "
                      "\"resonate_cache\"", &cache->listen);
        return NGX_ERROR;
    }

    l = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_listener_t));
    if (l == NULL) {
        return NGX_ERROR;
    }

    l->pg = ngx_resonate_pg_listener(cf, pg);
    if (l->pg == NULL) {
        return NGX_ERROR;
    }

    l->name = cache->listen;
    l->source = ngx_resonate_pg_listener_hash(pg);
    l->invalidations = cache->invalidations;
    l->words = &cache->shared->words;
    cache->listener = l;

    ngx_str_set(&sql, "SELECT pg_catalog.pg_notify('" NGX_RESONATE_CHANNEL
                      "', t) FROM pg_catalog.string_to_table($1, ',') t");

    cache->purge = ngx_resonate_pg_stmt_add(cf, pg, &sql, 1);
    if (cache->purge == NULL) {
        return NGX_ERROR;
    }

    cache->shared->short_time = cache->short_time * 1000;

    return ngx_resonate_listen_statements(cf, l);
}


ngx_int_t
ngx_resonate_word_add(ngx_conf_t *cf, const char *word,
    ngx_resonate_word_pt handler, void *data)
{
    ngx_resonate_word_t  *w;

    w = ngx_array_push(&ngx_resonate_shared(cf)->words);
    if (w == NULL) {
        return NGX_ERROR;
    }

    w->word.data = (u_char *) word;
    w->word.len = ngx_strlen(word);
    w->handler = handler;
    w->data = data;

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_listen_statements(ngx_conf_t *cf, ngx_resonate_listener_t *l)
{
    l->listen = ngx_resonate_listen_statement(cf, l,
                    "LISTEN " NGX_RESONATE_CHANNEL, 0);
    l->maintained = ngx_resonate_listen_statement(cf, l,
                    "SELECT resonate.maintained()", 0);
    l->question = ngx_resonate_listen_statement(cf, l, "SELECT NULL", 0);
    l->notify = ngx_resonate_listen_statement(cf, l,
                    "SELECT pg_catalog.pg_notify('" NGX_RESONATE_CHANNEL
                    "', $1)", 1);

    return (l->listen && l->maintained && l->question && l->notify)
           ? NGX_OK : NGX_ERROR;
}


static ngx_resonate_pg_stmt_t *
ngx_resonate_listen_statement(ngx_conf_t *cf, ngx_resonate_listener_t *l,
    const char *sql, ngx_uint_t nparams)
{
    ngx_str_t  text;

    text.data = (u_char *) sql;
    text.len = ngx_strlen(sql);

    return ngx_resonate_pg_stmt_add(cf, l->pg, &text, nparams);
}


ngx_int_t
ngx_resonate_listen_connect_init(ngx_cycle_t *cycle,
    ngx_resonate_listener_t *l)
{
    l->handlers.up = ngx_resonate_listen_up;
    l->handlers.lost = ngx_resonate_listen_lost;
    l->handlers.notified = ngx_resonate_listen_notified;
    l->handlers.quit = ngx_resonate_listen_quit;
    l->handlers.data = l;

    return ngx_resonate_pg_listener_init(cycle, l->pg, &l->handlers);
}


void
ngx_resonate_listen_disconnect(ngx_resonate_listener_t *l)
{
    if (l->telling) {
        ngx_resonate_listen_tell_again(l);
    }

    l->up = 0;
    l->hears = 0;
    l->asking = 0;
    l->telling = 0;

    ngx_resonate_pg_cancel(&l->asked);
    ngx_resonate_pg_cancel(&l->told);

    ngx_resonate_pg_listener_close(l->pg);
}


static void
ngx_resonate_listen_up(void *data)
{
    ngx_resonate_listener_t *l = data;

    l->up = 1;
    l->plain = 0;
    l->refused = 0;

    ngx_resonate_listen_start(l, l->listen);
}


static void
ngx_resonate_listen_lost(void *data)
{
    ngx_resonate_listener_t *l = data;

    l->up = 0;
    l->hears = 0;

    (void) ngx_atomic_cmp_set(&l->sh->ready, ngx_pid, 0);

    if (l->sh->pid == (ngx_atomic_uint_t) ngx_pid) {
        l->sh->heard = 0;
    }
}


static void
ngx_resonate_listen_notified(void *data, u_char *payload, size_t len,
    ngx_uint_t own)
{
    ngx_resonate_listener_t *l = data;

    if (len && payload[0] == NGX_RESONATE_LISTEN_CALLERS) {
        if (!own) {
            ngx_resonate_listen_callers(l, payload + 1, len - 1);
        }

        return;
    }

    if (ngx_resonate_listen_word(l, payload, len)) {
        return;
    }

    ngx_resonate_tag_touch(l->clock, payload, len);
    ngx_resonate_count(l->invalidations);
}


static ngx_uint_t
ngx_resonate_listen_word(ngx_resonate_listener_t *l, u_char *payload,
    size_t len)
{
    ngx_uint_t            i;
    ngx_resonate_word_t  *word;

    word = l->words->elts;

    for (i = 0; i < l->words->nelts; i++) {
        if (word[i].word.len == len
            && ngx_memcmp(word[i].word.data, payload, len) == 0)
        {
            word[i].handler(word[i].data);
            return 1;
        }
    }

    return 0;
}


static void
ngx_resonate_listen_callers(ngx_resonate_listener_t *l, u_char *payload,
    size_t len)
{
    uint32_t     number;
    const char  *p, *end;

    p = (char *) payload;
    end = p + len;

    while (resonate_numbers_next(&p, end, &number) == RESONATE_TAG_OK) {
        ngx_resonate_clock_hear(l->clock, number);
    }
}


static void
ngx_resonate_listen_start(ngx_resonate_listener_t *l,
    ngx_resonate_pg_stmt_t *stmt)
{
    ngx_resonate_pg_cancel(&l->asked);

    l->asked.stmt = stmt;
    l->asked.values = l->values;
    l->asked.handler = ngx_resonate_listen_answered;
    l->asked.data = l;
    l->asked.log = l->log;

    l->asked_at = ngx_current_msec;
    l->handing = l->quits ? l->sh->ready : 0;
    l->asking = (ngx_resonate_pg_start(&l->asked) == NGX_AGAIN);
}


/* an answer proves that what was notified before it has been heard */

void
ngx_resonate_listen_ask(ngx_resonate_listener_t *l)
{
    if (!l->up || l->asking
        || (ngx_current_msec - l->asked_at < NGX_RESONATE_LISTEN_ASK
            && !l->quits))
    {
        return;
    }

    ngx_resonate_listen_start(l, !l->hears ? l->listen
                                 : l->plain ? l->question : l->maintained);
}


static void
ngx_resonate_listen_answered(ngx_resonate_pg_query_t *q)
{
    ngx_uint_t                level;
    ngx_resonate_listener_t  *l;

    l = q->data;
    l->asking = 0;

    if (q->stmt == l->listen) {

        if (q->status == NGX_RESONATE_PG_OK) {
            ngx_resonate_listen_listens(l);

        } else if (q->status == NGX_RESONATE_PG_FAILED) {
            /* it is tried again: a standby may become a primary */

            level = l->refused ? NGX_LOG_INFO : NGX_LOG_ERR;

            ngx_log_error(level, l->log, 0,
                          "LISTEN failed with SQLSTATE %s: %s", q->sqlstate,
                          q->message);
            l->refused = 1;
        }

    } else if (q->status == NGX_RESONATE_PG_OK
               || q->status == NGX_RESONATE_PG_FAILED)
    {
        ngx_resonate_listen_maintained(l, q);
        ngx_resonate_listen_proved(l);
    }

    ngx_resonate_listen_quit_late(l);
}


static void
ngx_resonate_listen_listens(ngx_resonate_listener_t *l)
{
    l->hears = 1;

    if (l->state == NGX_RESONATE_LISTEN_HOLD) {
        ngx_resonate_listen_begin(l);

    } else if (l->sh->source == l->source
               && l->sh->next == (ngx_atomic_uint_t) ngx_pid)
    {
        l->sh->ready = ngx_pid;
    }
}


/* what was made before may be of what was changed unheard */

void
ngx_resonate_listen_begin(ngx_resonate_listener_t *l)
{
    if (l->sh->pid != (ngx_atomic_uint_t) ngx_pid) {
        return;
    }

    l->sh->source = l->source;
    l->sh->since = ngx_resonate_clock_tick(l->clock);
    ngx_memory_barrier();
    l->sh->heard = l->asked_at;
    l->sh->back = ngx_current_msec;

    ngx_log_error(NGX_LOG_NOTICE, l->log, 0, "listening to database \"%V\"",
                  &l->name);
}


static void
ngx_resonate_listen_proved(ngx_resonate_listener_t *l)
{
    if (l->state != NGX_RESONATE_LISTEN_HOLD || !l->hears
        || l->sh->pid != (ngx_atomic_uint_t) ngx_pid)
    {
        return;
    }

    l->sh->heard = l->asked_at;

    if (l->handing) {
        ngx_resonate_listen_hand_over(l);
    }
}


/* a schema of somebody else's need not have it */

static void
ngx_resonate_listen_maintained(ngx_resonate_listener_t *l,
    ngx_resonate_pg_query_t *q)
{
    size_t       len;
    time_t       time;
    const char  *value;

    if (q->stmt != l->maintained) {
        return;
    }

    if (q->status == NGX_RESONATE_PG_FAILED) {

        if (!resonate_sqlstate_transient(q->sqlstate)) {
            ngx_log_error(NGX_LOG_NOTICE, l->log, 0,
                          "resonate.maintained() failed with SQLSTATE %s: %s",
                          q->sqlstate, q->message);
            l->plain = 1;
        }

        return;
    }

    value = ngx_resonate_pg_value(q, 0, 0, &len);
    time = value ? ngx_atotm((u_char *) value, len) : NGX_ERROR;

    l->sh->maintained = (time == NGX_ERROR) ? 0 : time;
}


void
ngx_resonate_listen_tell(ngx_resonate_listener_t *l)
{
    u_char  *p;

    if (!l->hears || l->telling
        || (l->untold
            && ngx_current_msec - l->told_at < NGX_RESONATE_LISTEN_ASK))
    {
        return;
    }

    l->ntold = ngx_resonate_clock_take(l->clock, l->numbers,
                                       NGX_RESONATE_LISTEN_TOLD);
    if (l->ntold == 0) {
        return;
    }

    p = l->payload;
    *p++ = NGX_RESONATE_LISTEN_CALLERS;
    p = (u_char *) resonate_numbers_write((char *) p, l->numbers, l->ntold);
    *p = '\0';

    l->values[0] = (char *) l->payload;

    l->told.stmt = l->notify;
    l->told.values = l->values;
    l->told.handler = ngx_resonate_listen_told;
    l->told.data = l;
    l->told.log = l->log;

    l->told_at = ngx_current_msec;
    l->telling = (ngx_resonate_pg_start(&l->told) == NGX_AGAIN);

    if (!l->telling) {
        ngx_resonate_listen_tell_again(l);
    }
}


static void
ngx_resonate_listen_told(ngx_resonate_pg_query_t *q)
{
    ngx_uint_t                level;
    ngx_resonate_listener_t  *l;

    l = q->data;
    l->telling = 0;

    if (q->status == NGX_RESONATE_PG_OK) {
        l->untold = 0;

    } else {
        level = l->untold ? NGX_LOG_INFO : NGX_LOG_WARN;

        ngx_log_error(level, l->log, 0,
                      "other machines could not be told who wrote yet");
        l->untold = 1;

        ngx_resonate_listen_tell_again(l);
    }

    ngx_resonate_listen_quit_late(l);
}


/* by this listener or the next one; who is told twice has one more miss */

static void
ngx_resonate_listen_tell_again(ngx_resonate_listener_t *l)
{
    ngx_uint_t  i;

    for (i = 0; i < l->ntold; i++) {
        ngx_resonate_clock_tell(l->clock, l->numbers[i]);
    }
}


/* nginx closes what is idle, which this was not when it was told to */

static void
ngx_resonate_listen_quit_late(ngx_resonate_listener_t *l)
{
    if (ngx_exiting && !l->quits) {
        ngx_resonate_listen_quit(l);
    }
}
