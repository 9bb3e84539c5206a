
/*
 * Copyright (C) Resonate
 *
 * The kinds "download_ticket" and "zip_ticket": who may keep a track, or a
 * release, gets a URL that a link or a download manager fetches it by.
 */


#include "ngx_resonate_ticket.h"
#include "ngx_resonate_download.h"


static ngx_int_t ngx_resonate_ticket_download_handler(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply);
static ngx_int_t ngx_resonate_ticket_zip_handler(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply);
static ngx_int_t ngx_resonate_ticket_keep(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply, resonate_ticket_mode_e mode);


static const ngx_resonate_kind_t  ngx_resonate_ticket_keep_kinds[] = {

    { ngx_string("download_ticket"),
      ngx_resonate_ticket_download_handler,
      NULL,
      NULL,
      NULL,
      0 },

    { ngx_string("zip_ticket"),
      ngx_resonate_ticket_zip_handler,
      NULL,
      NULL,
      NULL,
      0 }
};


ngx_int_t
ngx_resonate_ticket_keep_init(ngx_conf_t *cf)
{
    if (ngx_resonate_reply_add(cf, &ngx_resonate_ticket_keep_kinds[0])
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_resonate_reply_add(cf, &ngx_resonate_ticket_keep_kinds[1]);
}


static ngx_int_t
ngx_resonate_ticket_download_handler(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply)
{
    return ngx_resonate_ticket_keep(r, reply, RESONATE_TICKET_DOWNLOAD);
}


static ngx_int_t
ngx_resonate_ticket_zip_handler(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply)
{
    return ngx_resonate_ticket_keep(r, reply, RESONATE_TICKET_RELEASE);
}


/* how long a download takes is not known */

static ngx_int_t
ngx_resonate_ticket_keep(ngx_http_request_t *r, ngx_resonate_reply_t *reply,
    resonate_ticket_mode_e mode)
{
    ngx_int_t            rc;
    resonate_download_t  d;

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate download ticket");

    rc = ngx_resonate_download_decide(r, reply, &d);

    if (rc == NGX_OK && !d.identified) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "download \"%s\" has no id, which a ticket needs",
                      d.name);
        rc = NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (rc != NGX_OK) {
        return ngx_resonate_media_fail(r, rc, NULL);
    }

    if (mode == RESONATE_TICKET_RELEASE
        && ngx_resonate_zip_fits(r, &d) != NGX_OK)
    {
        return ngx_resonate_zip_refuse(r);
    }

    return ngx_resonate_ticket_give(r, d.id, mode, 0,
                                    ngx_resonate_reply_arg(reply, "quality"));
}
