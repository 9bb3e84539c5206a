
/*
 * Copyright (C) Resonate
 *
 * Who is logged in, for the page: {"sub", "name", "expires"}, all of them null
 * when nobody is.  Never a token.
 */


#include "ngx_resonate_login_internal.h"


#define NGX_RESONATE_LOGIN_WHEN  "YYYY-MM-DDTHH:MM:SS.000Z"


static ngx_int_t ngx_resonate_login_who_text(ngx_http_request_t *r,
    ngx_resonate_identity_t *id, ngx_resonate_login_session_t *s,
    ngx_str_t *text);
static json_t *ngx_resonate_login_who_string(const char *data, size_t len);


ngx_int_t
ngx_resonate_login_who_handler(ngx_http_request_t *r)
{
    ngx_int_t                       rc;
    ngx_str_t                       text;
    ngx_resonate_identity_t        *id;
    ngx_resonate_login_ctx_t       *ctx;
    ngx_resonate_login_loc_conf_t  *llcf;

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate login session handler");

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return ngx_resonate_login_not_allowed(r, "GET, HEAD");
    }

    rc = ngx_resonate_discard_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    llcf = ngx_http_get_module_loc_conf(r, ngx_resonate_login_module);
    ctx = ngx_resonate_login_ctx(r);

    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_resonate_identity(r, &id) != NGX_OK) {
        return ngx_resonate_send_problem(r, NGX_HTTP_SERVICE_UNAVAILABLE, NULL,
                                         NULL);
    }

    /* somebody by another way than this log-in's session is nobody here */

    if (!ctx->found || ctx->login != llcf->login) {
        id = NULL;
    }

    if (ngx_resonate_login_who_text(r, id, &ctx->s, &text) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_resonate_send_json(r, NGX_HTTP_OK, &text);
}


static ngx_int_t
ngx_resonate_login_who_text(ngx_http_request_t *r,
    ngx_resonate_identity_t *id, ngx_resonate_login_session_t *s,
    ngx_str_t *text)
{
    char       *dump;
    json_t     *json;
    ngx_tm_t    tm;
    u_char      when[sizeof(NGX_RESONATE_LOGIN_WHEN)], *last;

    if (id == NULL) {
        ngx_str_set(text, "{\"sub\":null,\"name\":null,\"expires\":null}");
        return NGX_OK;
    }

    ngx_gmtime(s->expires, &tm);

    last = ngx_sprintf(when, "%4d-%02d-%02dT%02d:%02d:%02d.000Z",
                       tm.ngx_tm_year, tm.ngx_tm_mon, tm.ngx_tm_mday,
                       tm.ngx_tm_hour, tm.ngx_tm_min, tm.ngx_tm_sec);

    json = json_pack("{s:o, s:o, s:o}",
                     "sub", ngx_resonate_login_who_string(
                                (char *) id->subject.data, id->subject.len),
                     "name", ngx_resonate_login_who_string(
                                (char *) id->name.data, id->name.len),
                     "expires", ngx_resonate_login_who_string((char *) when,
                                                              last - when));

    dump = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);

    return ngx_resonate_take_text(r->pool, dump, text);
}


static json_t *
ngx_resonate_login_who_string(const char *data, size_t len)
{
    return len ? json_stringn(data, len) : json_null();
}
