
/*
 * Copyright (C) Resonate
 *
 * DiscourseConnect: a forum sends a person here with a signed question, and
 * the session answers who that is.  Who is not logged in does so first, and
 * comes back with the same question.
 */


#include "ngx_resonate_discourse_internal.h"


#define NGX_RESONATE_DISCOURSE_TIME  600    /* s, as Discourse waits */


typedef struct {
    resonate_discourse_t           question;
    resonate_discourse_view_t      secret;
    ngx_resonate_identity_t       *id;
    ngx_resonate_login_session_t  *s;
} ngx_resonate_discourse_t;


static ngx_int_t ngx_resonate_discourse_read(ngx_http_request_t *r,
    ngx_resonate_discourse_t *forum);
static ngx_int_t ngx_resonate_discourse_in(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_discourse_once(ngx_http_request_t *r,
    ngx_resonate_discourse_t *forum);
static ngx_int_t ngx_resonate_discourse_answer(ngx_http_request_t *r,
    ngx_resonate_discourse_t *forum);
static void ngx_resonate_discourse_write(resonate_query_writer_t *w,
    ngx_resonate_discourse_t *forum);
static void ngx_resonate_discourse_text(resonate_query_writer_t *w,
    const char *name, resonate_jwt_view_t *text);


ngx_int_t
ngx_resonate_discourse_handler(ngx_http_request_t *r)
{
    ngx_int_t                  rc;
    ngx_resonate_login_ctx_t  *ctx;
    ngx_resonate_discourse_t   forum;

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate discourse handler");

    if (r->method != NGX_HTTP_GET) {
        return ngx_resonate_login_not_allowed(r, "GET");
    }

    rc = ngx_resonate_discard_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_resonate_discourse_read(r, &forum);

    if (rc == NGX_DECLINED) {
        return ngx_resonate_login_page(r, NGX_HTTP_FORBIDDEN,
                   "This does not come from the forum",
                   "The question is not signed as it should be, or leads to "
                   "another place. Please go back to the forum, and log in "
                   "there.");
    }

    ctx = (rc == NGX_OK) ? ngx_resonate_login_ctx(r) : NULL;

    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_resonate_identity(r, &forum.id) != NGX_OK) {
        return ngx_resonate_send_problem(r, NGX_HTTP_SERVICE_UNAVAILABLE, NULL,
                                         NULL);
    }

    if (forum.id == NULL || !ctx->found) {
        return ngx_resonate_discourse_in(r);
    }

    forum.s = &ctx->s;

    if (forum.s->session.texts[RESONATE_SESSION_EMAIL].len == 0) {
        return ngx_resonate_login_page(r, NGX_HTTP_FORBIDDEN,
                   "The forum needs your e-mail address",
                   "The log-in server has not told an address of yours that it "
                   "has verified. Please verify it there, log out, and log in "
                   "again.");
    }

    rc = ngx_resonate_discourse_once(r, &forum);

    if (rc == NGX_DECLINED) {
        return ngx_resonate_login_page(r, NGX_HTTP_FORBIDDEN,
                   "This was answered before",
                   "Please go back to the forum, and log in there again.");
    }

    if (rc != NGX_OK) {
        return ngx_resonate_send_problem(r, NGX_HTTP_SERVICE_UNAVAILABLE, NULL,
                                         NULL);
    }

    return ngx_resonate_discourse_answer(r, &forum);
}


/* NGX_DECLINED: it is not the forum's, or leads elsewhere */

static ngx_int_t
ngx_resonate_discourse_read(ngx_http_request_t *r,
    ngx_resonate_discourse_t *forum)
{
    char                            text[RESONATE_DISCOURSE_SSO_MAX + 1];
    char                            mac[RESONATE_DISCOURSE_SIG + 1];
    ngx_str_t                      *origin;
    ngx_uint_t                      i;
    resonate_discourse_rc_e         rc;
    resonate_discourse_view_t       sso, sig;
    ngx_resonate_discourse_conf_t  *dcf;

    dcf = ngx_http_get_module_loc_conf(r, ngx_resonate_discourse_module);

    forum->secret.data = (char *) dcf->secret->data;
    forum->secret.len = dcf->secret->len;

    if (resonate_query_get((char *) r->args.data, r->args.len, "sso", text,
                           sizeof(text), &sso.len)
        != RESONATE_QUERY_OK
        || resonate_query_get((char *) r->args.data, r->args.len, "sig", mac,
                              sizeof(mac), &sig.len)
           != RESONATE_QUERY_OK)
    {
        return NGX_DECLINED;
    }

    sso.data = text;
    sig.data = mac;

    rc = resonate_discourse_read(&forum->question, &forum->secret, &sso, &sig);

    if (rc == RESONATE_DISCOURSE_FAILED) {
        return NGX_ERROR;
    }

    if (rc != RESONATE_DISCOURSE_OK) {
        return NGX_DECLINED;
    }

    origin = dcf->origins.elts;

    for (i = 0; i < dcf->origins.nelts; i++) {
        if (resonate_discourse_origin(&forum->question,
                                      (char *) origin[i].data, origin[i].len))
        {
            return NGX_OK;
        }
    }

    ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                  "the forum asks to return to an origin that is not its own");

    return NGX_DECLINED;
}


/* to the log-in, and back to here with the same question */

static ngx_int_t
ngx_resonate_discourse_in(ngx_http_request_t *r)
{
    u_char                         *p;
    ngx_str_t                       url;
    ngx_resonate_discourse_conf_t  *dcf;

    dcf = ngx_http_get_module_loc_conf(r, ngx_resonate_discourse_module);

    url.len = dcf->login.len + sizeof("?return=") - 1
              + resonate_query_encoded((char *) r->unparsed_uri.data,
                                       r->unparsed_uri.len);

    p = ngx_pnalloc(r->pool, url.len);
    if (p == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    url.data = p;

    p = ngx_cpymem(p, dcf->login.data, dcf->login.len);
    p = ngx_cpymem(p, "?return=", sizeof("?return=") - 1);
    (void) resonate_query_encode((char *) p, (char *) r->unparsed_uri.data,
                                 r->unparsed_uri.len);

    return ngx_resonate_login_redirect(r, NGX_HTTP_MOVED_TEMPORARILY, &url);
}


/* NGX_DECLINED: the question was answered before;  NGX_BUSY: no room */

static ngx_int_t
ngx_resonate_discourse_once(ngx_http_request_t *r,
    ngx_resonate_discourse_t *forum)
{
    ngx_str_t                            name;
    ngx_resonate_discourse_main_conf_t  *dmcf;

    dmcf = ngx_http_get_module_main_conf(r, ngx_resonate_discourse_module);

    name.data = (u_char *) forum->question.nonce;
    name.len = forum->question.nonce_len;

    return ngx_resonate_table_once(dmcf->table, &name, NULL,
                                   ngx_time() + NGX_RESONATE_DISCOURSE_TIME);
}


static ngx_int_t
ngx_resonate_discourse_answer(ngx_http_request_t *r,
    ngx_resonate_discourse_t *forum)
{
    char                     *p, *payload;
    ngx_str_t                 url;
    resonate_query_writer_t   w;

    w.pos = NULL;
    w.len = 0;

    ngx_resonate_discourse_write(&w, forum);

    payload = ngx_pnalloc(r->pool, w.len);
    url.data = ngx_pnalloc(r->pool, forum->question.url_len + 1
                                    + resonate_discourse_size(w.len));

    if (payload == NULL || url.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    w.pos = payload;

    ngx_resonate_discourse_write(&w, forum);

    p = (char *) ngx_cpymem(url.data, forum->question.url,
                            forum->question.url_len);
    *p = ngx_strlchr(url.data, (u_char *) p, '?') ? '&' : '?';

    /* without the first "&" */

    p = resonate_discourse_write(p + 1, &forum->secret, payload + 1,
                                 w.pos - payload - 1);
    if (p == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    url.len = (u_char *) p - url.data;

    return ngx_resonate_login_redirect(r, NGX_HTTP_MOVED_TEMPORARILY, &url);
}


static void
ngx_resonate_discourse_write(resonate_query_writer_t *w,
    ngx_resonate_discourse_t *forum)
{
    resonate_jwt_view_t  *texts;

    texts = forum->s->session.texts;

    resonate_query_add(w, "nonce", forum->question.nonce,
                       forum->question.nonce_len);
    resonate_query_add(w, "external_id", (char *) forum->id->subject.data,
                       forum->id->subject.len);

    ngx_resonate_discourse_text(w, "email",
                                  &texts[RESONATE_SESSION_EMAIL]);
    ngx_resonate_discourse_text(w, "username",
                                  &texts[RESONATE_SESSION_USERNAME]);
    ngx_resonate_discourse_text(w, "name", &texts[RESONATE_SESSION_NAME]);
}


static void
ngx_resonate_discourse_text(resonate_query_writer_t *w, const char *name,
    resonate_jwt_view_t *text)
{
    if (text->len) {
        resonate_query_add(w, name, text->data, text->len);
    }
}
