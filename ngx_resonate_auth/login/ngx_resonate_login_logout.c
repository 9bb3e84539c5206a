
/*
 * Copyright (C) Resonate
 *
 * The end of a session: here, and at the provider, where the browser is sent
 * (OpenID Connect RP-Initiated Logout 1.0).  Only a page of ours may ask for
 * it, so that no other page logs people out.
 */


#include "ngx_resonate_login_internal.h"


static ngx_int_t ngx_resonate_login_logout_url(ngx_http_request_t *r,
    ngx_resonate_login_t *login, ngx_resonate_login_session_t *s,
    ngx_str_t *url);
static void ngx_resonate_login_logout_write(resonate_query_writer_t *w,
    ngx_resonate_login_t *login, ngx_resonate_login_session_t *s,
    ngx_str_t *after);


ngx_int_t
ngx_resonate_login_logout_handler(ngx_http_request_t *r)
{
    ngx_int_t                       rc;
    ngx_str_t                       url;
    ngx_resonate_login_t           *login;
    ngx_resonate_login_session_t    s;
    ngx_resonate_login_loc_conf_t  *llcf;

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate login logout handler");

    llcf = ngx_http_get_module_loc_conf(r, ngx_resonate_login_module);
    login = llcf->login;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_POST))) {
        return ngx_resonate_login_not_allowed(r, "GET, POST");
    }

    rc = ngx_resonate_discard_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    if (!ngx_resonate_auth_own(r, &login->origin)) {
        return ngx_resonate_send_problem(r, NGX_HTTP_FORBIDDEN,
                                         "Only a page of this server may ask "
                                         "for this", NULL);
    }

    rc = ngx_resonate_login_read(r, login, &s);

    if (rc == NGX_ERROR || ngx_resonate_login_clear(r, login) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    url = login->after;

    if (rc == NGX_OK && login->end_session.len
        && ngx_resonate_login_logout_url(r, login, &s, &url) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_resonate_login_redirect(r, NGX_HTTP_SEE_OTHER, &url);
}


static ngx_int_t
ngx_resonate_login_logout_url(ngx_http_request_t *r,
    ngx_resonate_login_t *login, ngx_resonate_login_session_t *s,
    ngx_str_t *url)
{
    u_char                   *p;
    ngx_str_t                 origin, after;
    resonate_query_writer_t   w;

    if (ngx_resonate_login_origin(r, login, &origin) != NGX_OK) {
        return NGX_ERROR;
    }

    after.len = origin.len + login->after.len;
    after.data = ngx_pnalloc(r->pool, after.len);

    if (after.data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(ngx_cpymem(after.data, origin.data, origin.len),
               login->after.data, login->after.len);

    w.pos = NULL;
    w.len = 0;

    ngx_resonate_login_logout_write(&w, login, s, &after);

    url->data = ngx_pnalloc(r->pool, login->end_session.len + w.len);
    if (url->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(url->data, login->end_session.data,
                   login->end_session.len);
    w.pos = (char *) p;

    ngx_resonate_login_logout_write(&w, login, s, &after);

    if (ngx_strlchr(url->data, p, '?') == NULL) {
        *p = '?';
    }

    url->len = (u_char *) w.pos - url->data;

    return NGX_OK;
}


static void
ngx_resonate_login_logout_write(resonate_query_writer_t *w,
    ngx_resonate_login_t *login, ngx_resonate_login_session_t *s,
    ngx_str_t *after)
{
    resonate_jwt_view_t  *token;

    token = &s->session.texts[RESONATE_SESSION_ID_TOKEN];

    resonate_query_add(w, "id_token_hint", token->data, token->len);
    resonate_query_add(w, "client_id", (char *) login->client.data,
                       login->client.len);
    resonate_query_add(w, "post_logout_redirect_uri", (char *) after->data,
                       after->len);
}
