
/*
 * Copyright (C) Resonate
 */


#include "ngx_resonate_listen.h"
#include "ngx_resonate_listen_internal.h"


static void ngx_resonate_listen_tick(ngx_event_t *ev);
static void ngx_resonate_listen_look(ngx_resonate_listener_t *l);
static ngx_uint_t ngx_resonate_listen_waits(ngx_resonate_listening_t *sh);
static ngx_uint_t ngx_resonate_listen_gone(ngx_resonate_listening_t *sh,
    ngx_atomic_uint_t pid);
static void ngx_resonate_listen_hold(ngx_resonate_listener_t *l);
static void ngx_resonate_listen_next(ngx_resonate_listener_t *l);
static void ngx_resonate_listen_handed(ngx_resonate_listener_t *l);
static void ngx_resonate_listen_take(ngx_resonate_listener_t *l,
    ngx_atomic_uint_t from);
static void ngx_resonate_listen_stop(ngx_resonate_listener_t *l);


ngx_int_t
ngx_resonate_listen_init(ngx_cycle_t *cycle, ngx_resonate_cache_t *cache)
{
    ngx_resonate_listener_t  *l;

    l = cache->listener;

    l->state = NGX_RESONATE_LISTEN_LOOK;
    l->sh = &cache->shared->sh->listening;
    l->clock = cache->shared->sh->clock;
    l->log = cycle->log;

    l->tick.handler = ngx_resonate_listen_tick;
    l->tick.data = l;
    l->tick.log = cycle->log;
    l->tick.cancelable = 1;

    ngx_add_timer(&l->tick, 1);

    return ngx_resonate_listen_connect_init(cycle, l);
}


void
ngx_resonate_listen_exit(ngx_resonate_listener_t *l)
{
    if (l->sh) {
        ngx_resonate_listen_stop(l);
    }
}


static void
ngx_resonate_listen_tick(ngx_event_t *ev)
{
    ngx_resonate_listener_t  *l;

    l = ev->data;

    switch (l->state) {

    case NGX_RESONATE_LISTEN_LOOK:
        ngx_resonate_listen_look(l);
        break;

    case NGX_RESONATE_LISTEN_HOLD:
        ngx_resonate_listen_hold(l);
        break;

    case NGX_RESONATE_LISTEN_NEXT:
        ngx_resonate_listen_next(l);
        break;

    case NGX_RESONATE_LISTEN_HANDED:
        ngx_resonate_listen_handed(l);
        break;
    }

    /* who quits has no place in this any more */

    if (l->state != NGX_RESONATE_LISTEN_LOOK) {
        ngx_add_timer(ev, NGX_RESONATE_LISTEN_TICK);

    } else if (!ngx_exiting) {
        ngx_add_timer(ev, NGX_RESONATE_LISTEN_LOOKS);
    }
}


/* somebody else listens: is it still there? */

static void
ngx_resonate_listen_look(ngx_resonate_listener_t *l)
{
    ngx_atomic_uint_t          pid, next;
    ngx_resonate_listening_t  *sh;

    if (ngx_exiting) {
        return;
    }

    sh = l->sh;
    pid = sh->pid;

    if (ngx_resonate_listen_gone(sh, pid)) {
        ngx_resonate_listen_take(l, pid);
        return;
    }

    sh->waiting = ngx_current_msec;

    if (sh->quits != pid) {
        return;
    }

    next = sh->next;

    if ((next == 0 || (kill(next, 0) == -1 && ngx_errno == NGX_ESRCH))
        && ngx_atomic_cmp_set(&sh->next, next, ngx_pid))
    {
        l->state = NGX_RESONATE_LISTEN_NEXT;
        ngx_resonate_pg_listener_open(l->pg);
    }
}


/* a pid may be another process's by now, which does not run here, or ours */

static ngx_uint_t
ngx_resonate_listen_gone(ngx_resonate_listening_t *sh, ngx_atomic_uint_t pid)
{
    return pid == 0
           || pid == (ngx_atomic_uint_t) ngx_pid
           || (kill(pid, 0) == -1 && ngx_errno == NGX_ESRCH)
           || (ngx_msec_int_t) (ngx_current_msec - sh->beat)
              > NGX_RESONATE_LISTEN_STUCK;
}


/* what happened since the one before was gone nobody has heard */

static void
ngx_resonate_listen_take(ngx_resonate_listener_t *l, ngx_atomic_uint_t from)
{
    /* first: nobody is to find the new pid with the beat of the one before */

    l->sh->beat = ngx_current_msec;

    if (!ngx_atomic_cmp_set(&l->sh->pid, from, ngx_pid)) {
        return;
    }

    l->sh->heard = 0;
    l->sh->quits = 0;
    l->sh->next = 0;
    l->sh->ready = 0;

    l->state = NGX_RESONATE_LISTEN_HOLD;

    if (l->hears) {
        ngx_resonate_listen_begin(l);
        return;
    }

    ngx_resonate_pg_listener_open(l->pg);
}


static void
ngx_resonate_listen_hold(ngx_resonate_listener_t *l)
{
    if (l->sh->pid != (ngx_atomic_uint_t) ngx_pid) {
        ngx_log_error(NGX_LOG_NOTICE, l->log, 0,
                      "another worker has taken over listening");
        ngx_resonate_listen_stop(l);
        return;
    }

    l->sh->beat = ngx_current_msec;

    ngx_resonate_listen_ask(l);
    ngx_resonate_listen_tell(l);

    if (l->quits
        && (!l->hears
            || !ngx_resonate_listen_waits(l->sh)
            || (ngx_msec_int_t) (ngx_current_msec - l->ends) >= 0))
    {
        ngx_resonate_listen_stop(l);
    }
}


/* whether there is another worker, which does not quit */

static ngx_uint_t
ngx_resonate_listen_waits(ngx_resonate_listening_t *sh)
{
    return sh->next
           || (sh->waiting
               && (ngx_msec_int_t) (ngx_current_msec - sh->waiting)
                  < NGX_RESONATE_LISTEN_WAITS);
}


/*
 * It listens already, or is about to, while the other one still does.  Who
 * hands over writes the pid first and ends the rest then: what is read here
 * before the pid is of before, and says whether it is still to be expected.
 */

static void
ngx_resonate_listen_next(ngx_resonate_listener_t *l)
{
    ngx_atomic_uint_t  pid, next, quits;

    next = l->sh->next;
    quits = l->sh->quits;
    ngx_memory_barrier();
    pid = l->sh->pid;

    if (pid == (ngx_atomic_uint_t) ngx_pid) {
        ngx_log_error(NGX_LOG_NOTICE, l->log, 0,
                      "took over listening to database \"%V\"", &l->name);
        l->state = NGX_RESONATE_LISTEN_HOLD;
        ngx_resonate_listen_hold(l);
        return;
    }

    /* to another database nothing is handed over */

    if (ngx_resonate_listen_gone(l->sh, pid)
        || (l->hears && quits == pid && l->sh->source != l->source))
    {
        ngx_resonate_listen_take(l, pid);
    }

    if (l->state == NGX_RESONATE_LISTEN_NEXT
        && (ngx_exiting || quits != pid
            || next != (ngx_atomic_uint_t) ngx_pid))
    {
        ngx_resonate_listen_stop(l);
    }
}


/*
 * The server has answered a question that was asked when the next one listened
 * already: between them they have missed nothing.
 */

void
ngx_resonate_listen_hand_over(ngx_resonate_listener_t *l)
{
    ngx_atomic_uint_t          next;
    ngx_resonate_listening_t  *sh;

    sh = l->sh;
    next = sh->next;

    if (sh->source != l->source || sh->ready != next || next != l->handing) {
        return;
    }

    sh->beat = ngx_current_msec;

    /* the rest may be of another one already, which quits in its turn */

    if (ngx_atomic_cmp_set(&sh->pid, ngx_pid, next)) {
        (void) ngx_atomic_cmp_set(&sh->quits, ngx_pid, 0);
        (void) ngx_atomic_cmp_set(&sh->next, next, 0);
        (void) ngx_atomic_cmp_set(&sh->ready, next, 0);
    }

    /* who commits makes it visible first, and then signals who listens */

    l->state = NGX_RESONATE_LISTEN_HANDED;
    l->ends = ngx_current_msec + NGX_RESONATE_LISTEN_DRAIN;
}


static void
ngx_resonate_listen_handed(ngx_resonate_listener_t *l)
{
    if ((ngx_msec_int_t) (ngx_current_msec - l->ends) >= 0) {
        ngx_resonate_listen_stop(l);
    }
}


/* the worker quits: it stays for a moment if somebody may take over */

void
ngx_resonate_listen_quit(void *data)
{
    ngx_resonate_listener_t *l = data;

    /* once more: its time to quit is over */

    if (l->quits) {
        ngx_resonate_listen_stop(l);
        return;
    }

    l->quits = 1;

    if (l->state == NGX_RESONATE_LISTEN_NEXT
        && l->sh->pid == (ngx_atomic_uint_t) ngx_pid)
    {
        l->state = NGX_RESONATE_LISTEN_HOLD;
    }

    if (l->state != NGX_RESONATE_LISTEN_HOLD || !l->hears) {
        ngx_resonate_listen_stop(l);
        return;
    }

    l->sh->next = 0;
    l->sh->ready = 0;

    if (!ngx_resonate_listen_waits(l->sh)) {
        ngx_resonate_listen_stop(l);
        return;
    }

    l->sh->quits = ngx_pid;
    l->ends = ngx_current_msec + NGX_RESONATE_LISTEN_LINGER;

    /* no longer a timer that a worker may quit in spite of */

    ngx_del_timer(&l->tick);
    l->tick.cancelable = 0;
    ngx_add_timer(&l->tick, NGX_RESONATE_LISTEN_TICK);
}


static void
ngx_resonate_listen_stop(ngx_resonate_listener_t *l)
{
    ngx_resonate_listening_t  *sh;

    sh = l->sh;

    ngx_resonate_listen_disconnect(l);

    (void) ngx_atomic_cmp_set(&sh->next, ngx_pid, 0);
    (void) ngx_atomic_cmp_set(&sh->ready, ngx_pid, 0);

    if (sh->pid == (ngx_atomic_uint_t) ngx_pid) {
        sh->heard = 0;
        (void) ngx_atomic_cmp_set(&sh->pid, ngx_pid, 0);
    }

    l->state = NGX_RESONATE_LISTEN_LOOK;
}
