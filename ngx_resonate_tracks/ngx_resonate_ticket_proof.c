
/*
 * Copyright (C) Resonate
 *
 * Whose a ticket is, and whether it is good.
 *
 * Whoever sends a ticket is who it says, and no token is needed beside it: one
 * that is no good does not matter.  Whoever sends two proofs that disagree is
 * refused: a ticket that is no good with a token that is, and the ticket of
 * one with the token of another.
 */


#include "ngx_resonate_ticket.h"


/* modes, as bits */

#define ngx_resonate_ticket_bit(mode)  ((ngx_uint_t) 1 << (mode))

#define NGX_RESONATE_TICKET_PLAYS                                             \
    (ngx_resonate_ticket_bit(RESONATE_TICKET_PREVIEW)                         \
     | ngx_resonate_ticket_bit(RESONATE_TICKET_FULL))


static ngx_int_t ngx_resonate_ticket_prove(ngx_http_request_t *r,
    ngx_str_t *capture, ngx_uint_t modes, ngx_resonate_identity_t **identity,
    const char **detail);
static ngx_int_t ngx_resonate_ticket_find(ngx_http_request_t *r,
    ngx_resonate_ticket_ctx_t **ctx, const char **detail);
static ngx_int_t ngx_resonate_ticket_open(ngx_http_request_t *r,
    ngx_resonate_ticket_ctx_t *ctx, ngx_str_t *capture, u_char *buf,
    const char **detail);
static ngx_uint_t ngx_resonate_ticket_track(ngx_str_t *capture,
    u_char *track);
static ngx_int_t ngx_resonate_ticket_caller(ngx_http_request_t *r,
    ngx_resonate_ticket_ctx_t *ctx, const char **detail);
static ngx_uint_t ngx_resonate_ticket_same(ngx_str_t *a, ngx_str_t *b);
static ngx_int_t ngx_resonate_ticket_text(ngx_pool_t *pool,
    resonate_ticket_text_t *from, ngx_str_t *to);
static ngx_int_t ngx_resonate_ticket_sign(ngx_http_request_t *r,
    resonate_ticket_t *ticket, const u_char *track, ngx_str_t *text);


ngx_int_t
ngx_resonate_ticket_who(ngx_http_request_t *r, ngx_str_t *capture,
    ngx_resonate_identity_t **identity, const char **detail)
{
    return ngx_resonate_ticket_prove(r, capture, NGX_RESONATE_TICKET_PLAYS,
                                     identity, detail);
}


ngx_int_t
ngx_resonate_ticket_who_keeps(ngx_http_request_t *r, ngx_str_t *capture,
    ngx_resonate_identity_t **identity, const char **detail)
{
    return ngx_resonate_ticket_prove(r, capture,
               ngx_resonate_ticket_bit(RESONATE_TICKET_DOWNLOAD),
               identity, detail);
}


ngx_int_t
ngx_resonate_ticket_who_keeps_all(ngx_http_request_t *r, ngx_str_t *capture,
    ngx_resonate_identity_t **identity, const char **detail)
{
    return ngx_resonate_ticket_prove(r, capture,
               ngx_resonate_ticket_bit(RESONATE_TICKET_RELEASE),
               identity, detail);
}


static ngx_int_t
ngx_resonate_ticket_prove(ngx_http_request_t *r, ngx_str_t *capture,
    ngx_uint_t modes, ngx_resonate_identity_t **identity, const char **detail)
{
    u_char                            buf[RESONATE_TICKET_BUF];
    ngx_int_t                         rc;
    ngx_resonate_ticket_ctx_t        *ctx;
    ngx_resonate_ticket_main_conf_t  *mcf;

    *identity = NULL;

    rc = ngx_resonate_ticket_find(r, &ctx, detail);

    if (rc == NGX_DECLINED) {
        return NGX_DECLINED;
    }

    if (rc == NGX_OK) {
        rc = ngx_resonate_ticket_open(r, ctx, capture, buf, detail);
    }

    if (rc == NGX_OK
        && !(modes & ngx_resonate_ticket_bit(ctx->ticket.mode)))
    {
        *detail = "The ticket is for something else";
        rc = NGX_HTTP_FORBIDDEN;
    }

    if (rc == NGX_OK) {
        rc = ngx_resonate_ticket_caller(r, ctx, detail);
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_ticket_module);

    if (rc != NGX_OK) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "ticket refused: %s", *detail);
        ngx_resonate_count(mcf->refused);
        return rc;
    }

    ngx_resonate_count(mcf->accepted);
    ctx->accepted = 1;

    /* views of "buf" */

    ngx_memzero(&ctx->ticket.subject, sizeof(resonate_ticket_text_t));
    ngx_memzero(&ctx->ticket.proof, sizeof(resonate_ticket_text_t));

    *detail = NULL;

    if (ctx->identity.subject.len) {
        *identity = &ctx->identity;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_ticket_find(ngx_http_request_t *r,
    ngx_resonate_ticket_ctx_t **ctx, const char **detail)
{
    ngx_str_t                         text;
    ngx_uint_t                        n;
    ngx_resonate_ticket_main_conf_t  *mcf;

    /* who was redirected may have left it behind */

    n = ngx_resonate_ticket_arg(&r->args, &text);

    if (n == 0) {
        return NGX_DECLINED;
    }

    if (n > 1) {
        *detail = "There are several tickets";
        return NGX_HTTP_BAD_REQUEST;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_ticket_module);

    if (mcf->ring == NULL) {
        *detail = "This server takes no tickets";
        return NGX_HTTP_FORBIDDEN;
    }

    *ctx = ngx_resonate_ticket_ctx(r);

    if (*ctx == NULL
        || ngx_resonate_ticket_arg(&(*ctx)->args, &(*ctx)->text) != 1)
    {
        *detail = resonate_ticket_strerror(RESONATE_TICKET_MALFORMED);
        return NGX_HTTP_FORBIDDEN;
    }

    return NGX_OK;
}


/* it opens what the URL names, and nothing if that is no track */

static ngx_int_t
ngx_resonate_ticket_open(ngx_http_request_t *r,
    ngx_resonate_ticket_ctx_t *ctx, ngx_str_t *capture, u_char *buf,
    const char **detail)
{
    u_char                            track[RESONATE_TICKET_TRACK];
    resonate_ticket_rc_e              rc;
    ngx_resonate_ticket_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_ticket_module);

    rc = ngx_resonate_ticket_track(capture, track)
         ? resonate_ticket_open(mcf->ring, (char *) ctx->text.data,
                                ctx->text.len, track, ngx_time(), buf,
                                &ctx->ticket)
         : RESONATE_TICKET_BENT;

    *detail = resonate_ticket_strerror(rc);

    return (rc == RESONATE_TICKET_OK) ? NGX_OK
           : (rc == RESONATE_TICKET_FAILED) ? NGX_HTTP_INTERNAL_SERVER_ERROR
           : NGX_HTTP_FORBIDDEN;
}


/* a capture that is no uuid names no track */

static ngx_uint_t
ngx_resonate_ticket_track(ngx_str_t *capture, u_char *track)
{
    u_char      c;
    size_t      i;
    ngx_uint_t  n;

    for (i = 0, n = 0; i < capture->len; i++) {
        c = (u_char) (capture->data[i] | 0x20);

        if (capture->data[i] == '-') {
            continue;
        }

        c = (c >= '0' && c <= '9') ? c - '0'
            : (c >= 'a' && c <= 'f') ? c - 'a' + 10 : 16;

        if (c > 15 || n == 2 * RESONATE_TICKET_TRACK) {
            return 0;
        }

        track[n / 2] = n % 2 ? (u_char) (track[n / 2] << 4 | c) : c;
        n++;
    }

    return n == 2 * RESONATE_TICKET_TRACK;
}


/* a token that is not known by now is of no use, so it does not matter */

static ngx_int_t
ngx_resonate_ticket_caller(ngx_http_request_t *r,
    ngx_resonate_ticket_ctx_t *ctx, const char **detail)
{
    ngx_int_t                 rc;
    ngx_str_t                 proof;
    resonate_ticket_t        *ticket;
    ngx_resonate_identity_t  *id, *own;

    id = &ctx->identity;
    ticket = &ctx->ticket;

    if (ticket->subject.len == 0) {
        return NGX_OK;
    }

    ngx_memzero(id, sizeof(ngx_resonate_identity_t));

    ngx_str_set(&id->client, "");
    id->scope = id->client;
    id->roles = id->client;
    id->name = id->client;
    id->expires = ticket->expires;

    if (ngx_resonate_ticket_text(r->main->pool, &ticket->subject, &id->subject)
        != NGX_OK)
    {
        *detail = NULL;
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    proof.data = (u_char *) ticket->proof.data;
    proof.len = ticket->proof.len;

    rc = ngx_resonate_stands(r, id, &proof);

    if (rc == NGX_DECLINED) {
        *detail = "The ticket was revoked";
        return NGX_HTTP_FORBIDDEN;
    }

    if (rc != NGX_OK) {
        *detail = "Whether the ticket was revoked is not known yet";
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    if (ngx_resonate_identity(r, &own) == NGX_OK && own
        && (!ngx_resonate_ticket_same(&own->issuer, &id->issuer)
            || !ngx_resonate_ticket_same(&own->subject, &id->subject)))
    {
        *detail = "The ticket and the token are of two callers";
        return NGX_HTTP_FORBIDDEN;
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_resonate_ticket_same(ngx_str_t *a, ngx_str_t *b)
{
    return a->len == b->len && ngx_memcmp(a->data, b->data, a->len) == 0;
}


/* with NUL behind it, as core's door promises */

static ngx_int_t
ngx_resonate_ticket_text(ngx_pool_t *pool, resonate_ticket_text_t *from,
    ngx_str_t *to)
{
    to->len = from->len;
    to->data = ngx_pnalloc(pool, from->len + 1);

    if (to->data == NULL) {
        return NGX_ERROR;
    }

    *ngx_cpymem(to->data, from->data, from->len) = '\0';

    return NGX_OK;
}


const resonate_ticket_t *
ngx_resonate_ticket_of(ngx_http_request_t *r)
{
    ngx_resonate_ticket_ctx_t  *ctx;

    ctx = ngx_resonate_ticket_ctx(r);

    return (ctx && ctx->accepted) ? &ctx->ticket : NULL;
}


/* a page that a browser makes of its own for a URL would name that */

ngx_int_t
ngx_resonate_ticket_headers(ngx_http_request_t *r)
{
    ngx_str_t  value = ngx_string("no-referrer");

    if (ngx_resonate_ticket_of(r) == NULL) {
        return NGX_OK;
    }

    return ngx_resonate_add_header(r, "Referrer-Policy", &value);
}


/* nobody gets a later ticket by showing one */

ngx_int_t
ngx_resonate_ticket_make(ngx_http_request_t *r, const u_char *track,
    resonate_ticket_mode_e mode, ngx_msec_t duration, ngx_str_t *text,
    time_t *expires)
{
    time_t                            seconds;
    ngx_str_t                         proof;
    resonate_ticket_t                 ticket;
    ngx_resonate_identity_t          *id;
    ngx_resonate_ticket_ctx_t        *ctx;
    ngx_resonate_ticket_main_conf_t  *mcf;

    ctx = ngx_resonate_ticket_ctx(r);

    if (ctx && ctx->accepted) {
        *text = ctx->text;
        *expires = ctx->ticket.expires;
        return NGX_OK;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_ticket_module);

    if (mcf->ring == NULL) {
        return NGX_DECLINED;
    }

    if (ngx_resonate_identity(r, &id) != NGX_OK
        || ngx_resonate_proof(r, &proof) != NGX_OK)
    {
        return NGX_ERROR;
    }

    seconds = ngx_min((duration + 999) / 1000, NGX_RESONATE_TICKET_TRACK_MAX);

    ngx_memzero(&ticket, sizeof(resonate_ticket_t));

    ticket.mode = mode;
    ticket.expires = ngx_time() + seconds + mcf->time;
    *expires = ticket.expires;

    if (id) {
        ticket.subject.data = id->subject.data;
        ticket.subject.len = id->subject.len;
        ticket.proof.data = proof.data;
        ticket.proof.len = proof.len;
    }

    return ngx_resonate_ticket_sign(r, &ticket, track, text);
}


static ngx_int_t
ngx_resonate_ticket_sign(ngx_http_request_t *r, resonate_ticket_t *ticket,
    const u_char *track, ngx_str_t *text)
{
    ngx_resonate_ticket_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_ticket_module);

    text->data = ngx_pnalloc(r->pool, RESONATE_TICKET_MAX);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    text->len = resonate_ticket_make(mcf->ring, ticket, track,
                                     (char *) text->data);

    if (text->len == 0) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "no ticket for a subject of %uz characters: they are "
                      "too many, or OpenSSL failed", ticket->subject.len);
        return NGX_DECLINED;
    }

    ngx_resonate_count(mcf->made);

    return NGX_OK;
}
