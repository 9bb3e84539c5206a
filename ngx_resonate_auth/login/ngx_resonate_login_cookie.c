
/*
 * Copyright (C) Resonate
 *
 * Sessions in cookies: those of a request, and those of its answer.
 */


#include "ngx_resonate_login_internal.h"


#define NGX_RESONATE_LOGIN_ATTRIBUTES                                         \
    "; Path=/; Max-Age=; HttpOnly; Secure; SameSite=Lax"


static ngx_int_t ngx_resonate_login_piece(ngx_http_request_t *r,
    ngx_resonate_login_t *login, ngx_str_t *sealed, ngx_uint_t i,
    time_t life);
static ngx_int_t ngx_resonate_login_end(ngx_http_request_t *r,
    ngx_resonate_login_t *login, ngx_uint_t first);


ngx_int_t
ngx_resonate_login_hide(ngx_http_request_t *r)
{
    ngx_uint_t                        i;
    ngx_resonate_login_t            **login;
    ngx_resonate_login_main_conf_t   *lmcf;

    lmcf = ngx_http_get_module_main_conf(r, ngx_resonate_login_module);
    login = lmcf->logins.elts;

    for (i = 0; i < lmcf->logins.nelts; i++) {
        if (ngx_resonate_auth_hide(r, &login[i]->cookie) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_resonate_login_read(ngx_http_request_t *r, ngx_resonate_login_t *login,
    ngx_resonate_login_session_t *s)
{
    char                     text[RESONATE_COOKIE_TEXT_MAX];
    size_t                   len;
    ngx_uint_t               n;
    resonate_cookie_rc_e     rc;
    resonate_cookie_view_t   lines[NGX_RESONATE_AUTH_COOKIES];

    n = ngx_resonate_auth_cookies(r, lines);

    rc = resonate_cookie_join(lines, n, (char *) login->cookie.data,
                              login->cookie.len, text, &len);

    if (rc == RESONATE_COOKIE_NONE) {
        return NGX_DECLINED;
    }

    if (rc == RESONATE_COOKIE_OK) {
        return ngx_resonate_login_unseal(r->pool, r->connection->log, login,
                                         text, len, s);
    }

    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                  "session refused: a cookie is missing, or there twice");

    return NGX_DECLINED;
}


ngx_int_t
ngx_resonate_login_unseal(ngx_pool_t *pool, ngx_log_t *log,
    ngx_resonate_login_t *login, const char *text, size_t len,
    ngx_resonate_login_session_t *s)
{
    char                 plain[RESONATE_SEAL_PLAIN_MAX];
    resonate_seal_rc_e   rc;

    rc = resonate_seal_open(login->ring, RESONATE_SEAL_SESSION,
                            (char *) login->name.data, ngx_time(), text, len,
                            plain, &len, &s->expires);

    if (rc == RESONATE_SEAL_FAILED) {
        ngx_log_error(NGX_LOG_ERR, log, 0, "session: %s",
                      resonate_seal_strerror(rc));
        return NGX_ERROR;
    }

    if (rc != RESONATE_SEAL_OK) {
        ngx_log_error(NGX_LOG_INFO, log, 0, "session refused: %s",
                      resonate_seal_strerror(rc));
        return NGX_DECLINED;
    }

    s->plain = ngx_pnalloc(pool, len);
    if (s->plain == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(s->plain, plain, len);

    /* sealed by us, but maybe by another version */

    return resonate_session_unpack(&s->session, (char *) s->plain, len) == 0
           ? NGX_OK : NGX_DECLINED;
}


ngx_int_t
ngx_resonate_login_seal(ngx_pool_t *pool, ngx_log_t *log,
    ngx_resonate_login_t *login, resonate_session_t *session, time_t expires,
    ngx_str_t *sealed)
{
    char                 plain[RESONATE_SEAL_PLAIN_MAX];
    long                 len;
    resonate_seal_rc_e   rc;

    len = resonate_session_pack(session, plain, sizeof(plain));
    if (len < 0) {
        return NGX_DECLINED;
    }

    sealed->data = ngx_pnalloc(pool, RESONATE_SEAL_TEXT_MAX);
    if (sealed->data == NULL) {
        return NGX_ERROR;
    }

    rc = resonate_seal(login->ring, RESONATE_SEAL_SESSION,
                       (char *) login->name.data, expires, plain, len,
                       (char *) sealed->data, &sealed->len);

    if (rc != RESONATE_SEAL_OK) {
        ngx_log_error(NGX_LOG_ERR, log, 0, "session: %s",
                      resonate_seal_strerror(rc));
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_resonate_login_keep(ngx_http_request_t *r, ngx_resonate_login_t *login,
    ngx_str_t *sealed, time_t life)
{
    ngx_uint_t  i, n;

    n = resonate_cookie_pieces(sealed->len);

    for (i = 0; i < n; i++) {
        if (ngx_resonate_login_piece(r, login, sealed, i, life) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return ngx_resonate_login_end(r, login, n);
}


static ngx_int_t
ngx_resonate_login_piece(ngx_http_request_t *r, ngx_resonate_login_t *login,
    ngx_str_t *sealed, ngx_uint_t i, time_t life)
{
    char        buf[RESONATE_COOKIE_PIECE + 2];
    char        key[RESONATE_COOKIE_NAME_MAX + 2];
    ngx_str_t   name, value;

    name.data = (u_char *) key;
    name.len = resonate_cookie_name(key, (char *) login->cookie.data,
                                    login->cookie.len, i) - key;

    value.data = (u_char *) buf;
    value.len = resonate_cookie_value(buf, (char *) sealed->data, sealed->len,
                                      i) - buf;

    return ngx_resonate_login_cookie_add(r, login, &name, &value, life);
}


ngx_int_t
ngx_resonate_login_clear(ngx_http_request_t *r, ngx_resonate_login_t *login)
{
    return ngx_resonate_login_end(r, login, 0);
}


/* those that the browser has, from the first one that is of no use */

static ngx_int_t
ngx_resonate_login_end(ngx_http_request_t *r, ngx_resonate_login_t *login,
    ngx_uint_t first)
{
    char                     key[RESONATE_COOKIE_NAME_MAX + 2];
    ngx_str_t                name;
    ngx_uint_t               i, n;
    resonate_cookie_view_t   lines[NGX_RESONATE_AUTH_COOKIES], value;

    n = ngx_resonate_auth_cookies(r, lines);
    name.data = (u_char *) key;

    for (i = first; i < RESONATE_COOKIE_PIECES; i++) {
        name.len = resonate_cookie_name(key, (char *) login->cookie.data,
                                        login->cookie.len, i) - key;

        if (resonate_cookie_find(lines, n, key, name.len, &value)
            != RESONATE_COOKIE_NONE
            && ngx_resonate_login_cookie_add(r, login, &name, NULL, 0)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_resonate_login_cookie_add(ngx_http_request_t *r,
    ngx_resonate_login_t *login, ngx_str_t *name, ngx_str_t *value,
    time_t life)
{
    u_char     *p;
    ngx_str_t   text;

    p = ngx_pnalloc(r->pool, name->len + 1 + (value ? value->len : 0)
                             + sizeof(NGX_RESONATE_LOGIN_ATTRIBUTES)
                             + NGX_TIME_T_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    text.data = p;

    p = ngx_cpymem(p, name->data, name->len);
    *p++ = '=';

    if (value) {
        p = ngx_cpymem(p, value->data, value->len);
    }

    p = ngx_sprintf(p, "; Path=/; Max-Age=%T; HttpOnly%s; SameSite=Lax",
                    value ? life : 0, login->secure ? "; Secure" : "");

    text.len = p - text.data;

    return ngx_resonate_add_header(r->main, "Set-Cookie", &text);
}
