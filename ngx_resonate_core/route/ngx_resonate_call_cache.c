
/*
 * Copyright (C) Resonate
 *
 * What the answer to a call makes of cached replies: it is kept, it ends the
 * one it replaces, or it ends those that it has made untrue.
 */


#include "ngx_resonate_call_internal.h"


#define NGX_RESONATE_CALL_AGAIN  250     /* ms between touches of a tag */
#define NGX_RESONATE_CALL_GRACE  1000    /* ms that a late write may take */


static void ngx_resonate_call_written(ngx_resonate_call_t *call);
static void ngx_resonate_call_written_again(ngx_event_t *ev);
static void ngx_resonate_call_store(ngx_resonate_call_t *call);
static void ngx_resonate_call_refuse(ngx_resonate_call_t *call);
static void ngx_resonate_call_touch(ngx_resonate_call_t *call);


void
ngx_resonate_call_cache(ngx_resonate_call_t *call)
{
    if (call->writes) {
        ngx_resonate_call_written(call);

    } else if (call->outcome.status == NGX_HTTP_OK) {
        ngx_resonate_call_store(call);

    } else if (call->claimed && call->outcome.answered) {
        ngx_resonate_call_refuse(call);

        /* without tags nothing would end it */

        if (call->outcome.status == NGX_HTTP_NOT_FOUND
            && call->outcome.tags.len > sizeof("{}") - 1
            && call->mcf->cache->negative)
        {
            ngx_resonate_call_store(call);
        }
    }
}


/* what the answer names was changed, and what is the caller's may be */

static void
ngx_resonate_call_written(ngx_resonate_call_t *call)
{
    if (call->outcome.status < NGX_HTTP_SPECIAL_RESPONSE) {
        ngx_resonate_call_touch(call);
    }

    if (!call->personal) {
        return;
    }

    ngx_resonate_clock_write(call->mcf->shared->sh->clock, call->slot);

    if (call->query.status != NGX_RESONATE_PG_TIMEOUT
        && call->query.status != NGX_RESONATE_PG_UNAVAILABLE)
    {
        return;
    }

    /*
     * The server may commit it yet: until it cannot any more, what is read
     * meanwhile is not kept for long.  A worker that quits does not wait.
     */

    call->refs++;
    call->timer.cancelable = 1;
    call->deadline = ngx_current_msec + call->timeout
                     + NGX_RESONATE_CALL_GRACE;

    ngx_resonate_call_timer(call, ngx_resonate_call_written_again,
                            NGX_RESONATE_CALL_AGAIN);
}


static void
ngx_resonate_call_written_again(ngx_event_t *ev)
{
    ngx_resonate_call_t  *call;

    call = ev->data;

    ngx_resonate_clock_write(call->mcf->shared->sh->clock, call->slot);

    if ((ngx_msec_int_t) (call->deadline - ngx_current_msec) > 0) {
        ngx_add_timer(ev, NGX_RESONATE_CALL_AGAIN);
        return;
    }

    ngx_resonate_call_unref(call);
}


static void
ngx_resonate_call_store(ngx_resonate_call_t *call)
{
    ngx_uint_t                 gzip;
    ngx_resonate_tags_t        tags;
    ngx_resonate_cache_meta_t  meta;

    if (!call->personal && call->outcome.status == NGX_HTTP_OK) {
        ngx_resonate_outcome_etag(&call->outcome);
    }

    if (!call->claimed) {
        return;
    }

    if (ngx_resonate_tags_parse(&tags, &call->outcome.tags) != NGX_OK) {
        ngx_resonate_cache_drop(call->mcf->cache, &call->sn.str);
        return;
    }

    ngx_memzero(&meta, sizeof(ngx_resonate_cache_meta_t));

    if (call->personal) {
        tags.slots[tags.n++] = call->slot;
        meta.nown = 1;
    }

    meta.clock = call->clock;
    meta.created = call->created;
    meta.until = tags.until;
    meta.status = call->outcome.status;
    meta.ntags = tags.n;
    ngx_memcpy(meta.etag, call->outcome.etag, NGX_RESONATE_ETAG_LEN);

    gzip = !call->personal && call->route->of == NULL
           && call->outcome.status == NGX_HTTP_OK;

    call->outcome.stored = (ngx_resonate_cache_put(call->mcf->cache,
                                &call->sn.str, call->ages, &meta, tags.slots,
                                &call->outcome.body, gzip)
                            == NGX_OK);
    call->stored = 1;
}


/*
 * What was stored is no longer so.  If there was something, it was not so for
 * others either, whose replies have the same tags; otherwise those who ask for
 * what is not there would make everybody's replies old.
 */

static void
ngx_resonate_call_refuse(ngx_resonate_call_t *call)
{
    if (ngx_resonate_cache_end(call->mcf->cache, &call->sn.str, call->pool)
        == NGX_OK)
    {
        ngx_resonate_call_touch(call);
    }
}


/* the tags that the answer names */

static void
ngx_resonate_call_touch(ngx_resonate_call_t *call)
{
    if (call->outcome.tags.len) {
        ngx_resonate_tags_touch(call->mcf->shared->sh->clock,
                                &call->outcome.tags);
    }
}
