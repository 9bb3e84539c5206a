
/*
 * Copyright (C) Resonate
 *
 * What SQL decided, as every kind of reply about a track reads it.
 */


#include "ngx_resonate_ticket.h"


ngx_int_t
ngx_resonate_decision_compile(ngx_str_t *body, ngx_pool_t *pool,
    ngx_log_t *log)
{
    size_t       size;
    u_char      *p;
    const char  *err;

    p = ngx_pnalloc(pool, resonate_decision_size(body->len));
    if (p == NULL) {
        return NGX_ERROR;
    }

    err = resonate_decision_pack((char *) body->data, body->len, p, &size);

    if (err) {
        ngx_log_error(NGX_LOG_ERR, log, 0, "bad stream decision \"%V\": %s",
                      body, err);
        return NGX_ERROR;
    }

    body->data = p;
    body->len = size;

    return NGX_OK;
}


/* one that an older build has kept is asked for anew with the next change */

ngx_int_t
ngx_resonate_decision(ngx_http_request_t *r, ngx_resonate_reply_t *reply,
    resonate_decision_t *d)
{
    const resonate_ticket_t  *ticket;

    if (resonate_decision_read(d, reply->body.data, reply->body.len) != 0) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "a stream decision was kept by another build");
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* who may hear all of it may have given a ticket for less */

    ticket = ngx_resonate_ticket_of(r);

    if (ticket && ticket->mode == RESONATE_TICKET_PREVIEW) {
        d->preview_ms = d->short_ms;
    }

    return NGX_OK;
}


ngx_int_t
ngx_resonate_decision_send(ngx_http_request_t *r, json_t *json)
{
    char       *text;
    ngx_str_t   body;

    text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);

    if (ngx_resonate_take_text(r->pool, text, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_resonate_send_json(r, NGX_HTTP_OK, &body);
}
