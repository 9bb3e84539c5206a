
/*
 * Copyright (C) Resonate
 *
 * The way to the provider: GET, with "return", the path to come back to.
 *
 * What was asked of the provider is kept by the browser, sealed, in a cookie
 * of its own for each log-in: another tab may begin another one.
 */


#include "ngx_resonate_login_internal.h"


typedef struct {
    char                   state[RESONATE_OIDC_RANDOM];
    char                   nonce[RESONATE_OIDC_RANDOM];
    char                   verifier[RESONATE_OIDC_RANDOM];
    char                   challenge[RESONATE_OIDC_CHALLENGE];
    char                   path[RESONATE_OIDC_PATH_MAX + 1];
    size_t                 path_len;
    ngx_str_t              redirect;
} ngx_resonate_login_start_t;


static ngx_int_t ngx_resonate_login_start_path(ngx_http_request_t *r,
    ngx_resonate_login_start_t *start);
static ngx_int_t ngx_resonate_login_start_make(ngx_http_request_t *r,
    ngx_resonate_login_t *login, ngx_resonate_login_start_t *start);
static ngx_int_t ngx_resonate_login_start_cookie(ngx_http_request_t *r,
    ngx_resonate_login_t *login, ngx_resonate_login_start_t *start);
static ngx_int_t ngx_resonate_login_start_forget(ngx_http_request_t *r,
    ngx_resonate_login_t *login);
static ngx_int_t ngx_resonate_login_start_url(ngx_http_request_t *r,
    ngx_resonate_login_t *login, ngx_resonate_login_start_t *start,
    ngx_str_t *url);
static void ngx_resonate_login_start_write(resonate_query_writer_t *w,
    ngx_resonate_login_t *login, ngx_resonate_login_start_t *start);


ngx_int_t
ngx_resonate_login_start_handler(ngx_http_request_t *r)
{
    ngx_int_t                        rc;
    ngx_str_t                        url;
    ngx_resonate_login_t            *login;
    ngx_resonate_login_start_t       start;
    ngx_resonate_login_loc_conf_t   *llcf;
    ngx_resonate_login_main_conf_t  *lmcf;

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate login start handler");

    llcf = ngx_http_get_module_loc_conf(r, ngx_resonate_login_module);
    lmcf = ngx_http_get_module_main_conf(r, ngx_resonate_login_module);
    login = llcf->login;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return ngx_resonate_login_not_allowed(r, "GET, HEAD");
    }

    rc = ngx_resonate_discard_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_resonate_login_start_path(r, &start) != NGX_OK) {
        return ngx_resonate_send_problem(r, NGX_HTTP_BAD_REQUEST,
                                         "\"return\" must be a path of this "
                                         "server", NULL);
    }

    if (ngx_resonate_login_start_make(r, login, &start) != NGX_OK
        || ngx_resonate_login_start_cookie(r, login, &start) != NGX_OK
        || ngx_resonate_login_start_url(r, login, &start, &url) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_resonate_count(lmcf->started);

    return ngx_resonate_login_redirect(r, NGX_HTTP_MOVED_TEMPORARILY, &url);
}


static ngx_int_t
ngx_resonate_login_start_path(ngx_http_request_t *r,
    ngx_resonate_login_start_t *start)
{
    resonate_query_rc_e  rc;

    rc = resonate_query_get((char *) r->args.data, r->args.len, "return",
                            start->path, sizeof(start->path),
                            &start->path_len);

    if (rc == RESONATE_QUERY_NONE) {
        start->path[0] = '/';
        start->path_len = 1;
        return NGX_OK;
    }

    return (rc == RESONATE_QUERY_OK
            && resonate_oidc_path(start->path, start->path_len))
           ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_resonate_login_start_make(ngx_http_request_t *r,
    ngx_resonate_login_t *login, ngx_resonate_login_start_t *start)
{
    if (resonate_oidc_random(start->state) != 0
        || resonate_oidc_random(start->nonce) != 0
        || resonate_oidc_random(start->verifier) != 0
        || resonate_oidc_challenge(start->challenge, start->verifier,
                                   RESONATE_OIDC_RANDOM)
           != 0)
    {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "log-in: OpenSSL has no random bytes");
        return NGX_ERROR;
    }

    return ngx_resonate_login_redirect_uri(r, login, &start->redirect);
}


ngx_int_t
ngx_resonate_login_redirect_uri(ngx_http_request_t *r,
    ngx_resonate_login_t *login, ngx_str_t *uri)
{
    u_char     *p;
    ngx_str_t   origin;

    if (ngx_resonate_login_origin(r, login, &origin) != NGX_OK) {
        return NGX_ERROR;
    }

    p = ngx_pnalloc(r->pool, origin.len + login->redirect.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    uri->data = p;
    uri->len = origin.len + login->redirect.len;

    p = ngx_cpymem(p, origin.data, origin.len);
    ngx_memcpy(p, login->redirect.data, login->redirect.len);

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_login_start_cookie(ngx_http_request_t *r,
    ngx_resonate_login_t *login, ngx_resonate_login_start_t *start)
{
    char                 plain[RESONATE_OIDC_PATH_MAX + 512];
    char                 key[RESONATE_COOKIE_NAME_MAX];
    long                 len;
    u_char               text[RESONATE_COOKIE_PIECE];
    ngx_str_t            name, value;
    resonate_session_t   s;

    ngx_memzero(&s, sizeof(resonate_session_t));

    s.texts[RESONATE_SESSION_STATE].data = start->state;
    s.texts[RESONATE_SESSION_STATE].len = RESONATE_OIDC_RANDOM;
    s.texts[RESONATE_SESSION_NONCE].data = start->nonce;
    s.texts[RESONATE_SESSION_NONCE].len = RESONATE_OIDC_RANDOM;
    s.texts[RESONATE_SESSION_VERIFIER].data = start->verifier;
    s.texts[RESONATE_SESSION_VERIFIER].len = RESONATE_OIDC_RANDOM;
    s.texts[RESONATE_SESSION_PATH].data = start->path;
    s.texts[RESONATE_SESSION_PATH].len = start->path_len;

    len = resonate_session_pack(&s, plain, sizeof(plain));

    if (len < 0
        || resonate_seal(login->ring, RESONATE_SEAL_TRANSACTION,
                         (char *) login->name.data,
                         ngx_time() + NGX_RESONATE_LOGIN_TRANSACTION,
                         plain, len, (char *) text, &value.len)
           != RESONATE_SEAL_OK)
    {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "log-in cannot be sealed");
        return NGX_ERROR;
    }

    value.data = text;

    name.data = (u_char *) key;
    name.len = ngx_cpymem(ngx_cpymem(key, login->open.data, login->open.len),
                          start->state, NGX_RESONATE_LOGIN_ID)
               - (u_char *) key;

    if (ngx_resonate_login_cookie_add(r, login, &name, &value,
                                      NGX_RESONATE_LOGIN_TRANSACTION)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_resonate_login_start_forget(r, login);
}


/*
 * Log-ins that nobody ended stay with the browser for their ten minutes, and
 * come with every request.  Of many the older ones end, which browsers send
 * first (RFC 6265, section 5.4).
 */

static ngx_int_t
ngx_resonate_login_start_forget(ngx_http_request_t *r,
    ngx_resonate_login_t *login)
{
    size_t                   pos;
    ngx_str_t                name;
    ngx_uint_t               i, n, open;
    resonate_cookie_view_t   lines[NGX_RESONATE_AUTH_COOKIES], key, value;

    n = ngx_resonate_auth_cookies(r, lines);
    open = 0;

    for (i = 0; i < n; i++) {
        pos = 0;

        while (resonate_cookie_next(&lines[i], &pos, (char *) login->open.data,
                                    login->open.len, &key, &value))
        {
            open++;
        }
    }

    for (i = 0; i < n; i++) {
        pos = 0;

        while (open >= NGX_RESONATE_LOGIN_OPEN
               && resonate_cookie_next(&lines[i], &pos,
                                       (char *) login->open.data,
                                       login->open.len, &key, &value))
        {
            name.data = (u_char *) key.data;
            name.len = key.len;

            if (ngx_resonate_login_cookie_add(r, login, &name, NULL, 0)
                != NGX_OK)
            {
                return NGX_ERROR;
            }

            open--;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_login_start_url(ngx_http_request_t *r,
    ngx_resonate_login_t *login, ngx_resonate_login_start_t *start,
    ngx_str_t *url)
{
    u_char                   *p;
    resonate_query_writer_t   w;

    w.pos = NULL;
    w.len = 0;

    ngx_resonate_login_start_write(&w, login, start);

    p = ngx_pnalloc(r->pool, login->authorization.len + w.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    url->data = p;
    w.pos = (char *) ngx_cpymem(p, login->authorization.data,
                                login->authorization.len);
    p = (u_char *) w.pos;

    ngx_resonate_login_start_write(&w, login, start);

    if (ngx_strlchr(url->data, p, '?') == NULL) {
        *p = '?';
    }

    url->len = (u_char *) w.pos - url->data;

    return NGX_OK;
}


static void
ngx_resonate_login_start_write(resonate_query_writer_t *w,
    ngx_resonate_login_t *login, ngx_resonate_login_start_t *start)
{
    ngx_str_t     *resource;
    ngx_uint_t     i;
    ngx_keyval_t  *param;

    resonate_query_add(w, "response_type", "code", 4);
    resonate_query_add(w, "client_id", (char *) login->client.data,
                       login->client.len);
    resonate_query_add(w, "redirect_uri", (char *) start->redirect.data,
                       start->redirect.len);
    resonate_query_add(w, "scope", (char *) login->scope.data,
                       login->scope.len);
    resonate_query_add(w, "state", start->state, RESONATE_OIDC_RANDOM);
    resonate_query_add(w, "nonce", start->nonce, RESONATE_OIDC_RANDOM);
    resonate_query_add(w, "code_challenge", start->challenge,
                       RESONATE_OIDC_CHALLENGE);
    resonate_query_add(w, "code_challenge_method", "S256", 4);

    resource = login->resources.elts;

    for (i = 0; i < login->resources.nelts; i++) {
        resonate_query_add(w, "resource", (char *) resource[i].data,
                           resource[i].len);
    }

    param = login->params.elts;

    for (i = 0; i < login->params.nelts; i++) {
        resonate_query_add(w, (char *) param[i].key.data,
                           (char *) param[i].value.data, param[i].value.len);
    }
}
