
/*
 * Copyright (C) Resonate
 *
 * The way back from the provider: "state" names the log-in that this browser
 * began, "code" is exchanged for tokens, and those become a session.
 */


#include "ngx_resonate_login_internal.h"


#define NGX_RESONATE_LOGIN_CODE_MAX  2048    /* bytes of a code */
#define NGX_RESONATE_LOGIN_ISS_MAX   512

#define NGX_RESONATE_LOGIN_ODD                                                \
    "The log-in server did not answer as it should. Please try again later."


typedef struct {
    ngx_http_request_t          *request;
    ngx_resonate_login_t        *login;
    ngx_resonate_fetch_t         fetch;
    ngx_resonate_login_grant_t   grant;
    resonate_session_t           open;      /* the log-in, opened */
    char                         plain[RESONATE_SEAL_PLAIN_MAX];
    char                         state[RESONATE_OIDC_RANDOM + 1];
    char                         code[NGX_RESONATE_LOGIN_CODE_MAX + 1];
    size_t                       code_len;
    ngx_str_t                    path;      /* to return to */
} ngx_resonate_login_callback_t;


static ngx_resonate_login_callback_t *ngx_resonate_login_callback_make(
    ngx_http_request_t *r);
static void ngx_resonate_login_callback_mask(ngx_http_request_t *r);
static void ngx_resonate_login_callback_cleanup(void *data);
static ngx_int_t ngx_resonate_login_callback_open(
    ngx_resonate_login_callback_t *cb);
static ngx_int_t ngx_resonate_login_callback_close(
    ngx_resonate_login_callback_t *cb);
static ngx_int_t ngx_resonate_login_callback_issuer(
    ngx_resonate_login_callback_t *cb);
static ngx_int_t ngx_resonate_login_callback_code(
    ngx_resonate_login_callback_t *cb);
static ngx_int_t ngx_resonate_login_callback_exchange(
    ngx_resonate_login_callback_t *cb);
static void ngx_resonate_login_callback_fetched(ngx_resonate_fetch_t *f);
static void ngx_resonate_login_callback_judge(void *data);
static void ngx_resonate_login_callback_end(ngx_resonate_login_callback_t *cb,
    ngx_int_t rc);
static ngx_int_t ngx_resonate_login_callback_session(
    ngx_resonate_login_callback_t *cb, resonate_session_t *session);
static ngx_int_t ngx_resonate_login_callback_fail(
    ngx_resonate_login_callback_t *cb, ngx_uint_t status, const char *text);


ngx_int_t
ngx_resonate_login_callback_handler(ngx_http_request_t *r)
{
    ngx_int_t                       rc;
    ngx_resonate_login_callback_t  *cb;

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate login callback handler");

    if (r->method != NGX_HTTP_GET) {
        return ngx_resonate_login_not_allowed(r, "GET");
    }

    rc = ngx_resonate_discard_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    ngx_resonate_login_callback_mask(r);

    cb = ngx_resonate_login_callback_make(r);
    if (cb == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_resonate_login_callback_open(cb);

    if (rc == NGX_DECLINED) {
        return ngx_resonate_login_callback_fail(cb, NGX_HTTP_BAD_REQUEST,
                   "It took longer than ten minutes, was ended before, or was "
                   "begun in another browser. Please try again.");
    }

    if (rc != NGX_OK || ngx_resonate_login_callback_close(cb) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_resonate_login_callback_issuer(cb) != NGX_OK) {
        ngx_log_error(NGX_LOG_WARN, r->connection->log, 0,
                      "log-in \"%V\": the answer is of another issuer",
                      &cb->login->name);
        return ngx_resonate_login_callback_fail(cb, NGX_HTTP_BAD_REQUEST,
                   "The answer came from another server than the one that "
                   "was asked.");
    }

    return ngx_resonate_login_callback_code(cb);
}


/* for the logs, which have the line as it was sent */

static void
ngx_resonate_login_callback_mask(ngx_http_request_t *r)
{
    u_char  *p;

    p = ngx_strlchr(r->request_line.data,
                    r->request_line.data + r->request_line.len, '?');

    if (p) {
        r->request_line.len = p - r->request_line.data;
    }
}


static ngx_resonate_login_callback_t *
ngx_resonate_login_callback_make(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t             *cln;
    ngx_resonate_login_callback_t  *cb;
    ngx_resonate_login_loc_conf_t  *llcf;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_resonate_login_callback_t));
    if (cln == NULL) {
        return NULL;
    }

    cb = cln->data;
    ngx_memzero(cb, sizeof(ngx_resonate_login_callback_t));

    cln->handler = ngx_resonate_login_callback_cleanup;

    llcf = ngx_http_get_module_loc_conf(r, ngx_resonate_login_module);

    cb->request = r;
    cb->login = llcf->login;

    return cb;
}


static void
ngx_resonate_login_callback_cleanup(void *data)
{
    ngx_resonate_login_callback_t *cb = data;

    ngx_resonate_fetch_cancel(&cb->fetch);
    ngx_resonate_login_grant_free(&cb->grant);
}


/* NGX_DECLINED: this browser has not begun it, or too long ago */

static ngx_int_t
ngx_resonate_login_callback_open(ngx_resonate_login_callback_t *cb)
{
    char                     name[RESONATE_COOKIE_NAME_MAX], *p;
    size_t                   len;
    time_t                   expires;
    ngx_str_t               *args;
    ngx_uint_t               n;
    resonate_cookie_view_t   lines[NGX_RESONATE_AUTH_COOKIES], value;
    resonate_jwt_view_t     *state;

    args = &cb->request->args;

    if (resonate_query_get((char *) args->data, args->len, "state", cb->state,
                           sizeof(cb->state), &len)
        != RESONATE_QUERY_OK
        || len != RESONATE_OIDC_RANDOM)
    {
        return NGX_DECLINED;
    }

    p = (char *) ngx_cpymem(name, cb->login->open.data, cb->login->open.len);
    p = (char *) ngx_cpymem(p, cb->state, NGX_RESONATE_LOGIN_ID);

    n = ngx_resonate_auth_cookies(cb->request, lines);

    if (resonate_cookie_find(lines, n, name, p - name, &value)
        != RESONATE_COOKIE_OK)
    {
        return NGX_DECLINED;
    }

    if (resonate_seal_open(cb->login->ring, RESONATE_SEAL_TRANSACTION,
                           (char *) cb->login->name.data, ngx_time(),
                           value.data, value.len, cb->plain, &len, &expires)
        != RESONATE_SEAL_OK
        || resonate_session_unpack(&cb->open, cb->plain, len) != 0)
    {
        return NGX_DECLINED;
    }

    state = &cb->open.texts[RESONATE_SESSION_STATE];

    if (state->len != RESONATE_OIDC_RANDOM
        || CRYPTO_memcmp(state->data, cb->state, state->len) != 0)
    {
        return NGX_DECLINED;
    }

    cb->path.data = (u_char *) cb->open.texts[RESONATE_SESSION_PATH].data;
    cb->path.len = cb->open.texts[RESONATE_SESSION_PATH].len;

    return NGX_OK;
}


/* one log-in, one answer */

static ngx_int_t
ngx_resonate_login_callback_close(ngx_resonate_login_callback_t *cb)
{
    u_char      text[RESONATE_COOKIE_NAME_MAX];
    ngx_str_t   name;

    name.data = text;
    name.len = cb->login->open.len + NGX_RESONATE_LOGIN_ID;

    ngx_memcpy(ngx_cpymem(text, cb->login->open.data, cb->login->open.len),
               cb->state, NGX_RESONATE_LOGIN_ID);

    return ngx_resonate_login_cookie_add(cb->request, cb->login, &name, NULL,
                                         0);
}


/* RFC 9207, section 2.4 */

static ngx_int_t
ngx_resonate_login_callback_issuer(ngx_resonate_login_callback_t *cb)
{
    char                 iss[NGX_RESONATE_LOGIN_ISS_MAX];
    size_t               len;
    ngx_str_t           *args;
    resonate_query_rc_e  rc;

    args = &cb->request->args;

    rc = resonate_query_get((char *) args->data, args->len, "iss", iss,
                            sizeof(iss), &len);

    if (rc == RESONATE_QUERY_NONE) {
        return NGX_OK;
    }

    return (rc == RESONATE_QUERY_OK
            && len == cb->login->issuer.len
            && ngx_memcmp(iss, cb->login->issuer.data, len) == 0)
           ? NGX_OK : NGX_DECLINED;
}


/* who does not want to log in after all goes back as he came */

static ngx_int_t
ngx_resonate_login_callback_code(ngx_resonate_login_callback_t *cb)
{
    char                  error[32];
    size_t                len;
    ngx_str_t            *args;
    resonate_query_rc_e   rc;

    args = &cb->request->args;

    rc = resonate_query_get((char *) args->data, args->len, "error", error,
                            sizeof(error), &len);

    if (rc == RESONATE_QUERY_OK && ngx_strcmp(error, "access_denied") == 0) {
        return ngx_resonate_login_redirect(cb->request, NGX_HTTP_SEE_OTHER,
                                           &cb->path);
    }

    if (rc != RESONATE_QUERY_NONE
        || resonate_query_get((char *) args->data, args->len, "code", cb->code,
                              sizeof(cb->code), &cb->code_len)
           != RESONATE_QUERY_OK)
    {
        ngx_log_error(NGX_LOG_WARN, cb->request->connection->log, 0,
                      "log-in \"%V\": the provider sent no code",
                      &cb->login->name);
        return ngx_resonate_login_callback_fail(cb, NGX_HTTP_BAD_REQUEST,
                   "The log-in server refused it. Please try again.");
    }

    return ngx_resonate_login_callback_exchange(cb);
}


static ngx_int_t
ngx_resonate_login_callback_exchange(ngx_resonate_login_callback_t *cb)
{
    ngx_str_t            redirect;
    ngx_keyval_t         params[4];
    ngx_http_request_t  *r;

    r = cb->request;

    if (ngx_resonate_login_redirect_uri(r, cb->login, &redirect) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_str_set(&params[0].key, "grant_type");
    ngx_str_set(&params[0].value, "authorization_code");
    ngx_str_set(&params[1].key, "code");
    params[1].value.data = (u_char *) cb->code;
    params[1].value.len = cb->code_len;
    ngx_str_set(&params[2].key, "redirect_uri");
    params[2].value = redirect;
    ngx_str_set(&params[3].key, "code_verifier");
    params[3].value.data =
        (u_char *) cb->open.texts[RESONATE_SESSION_VERIFIER].data;
    params[3].value.len = cb->open.texts[RESONATE_SESSION_VERIFIER].len;

    if (ngx_resonate_login_grant_body(r->pool, cb->login, params, 4,
                                      &cb->fetch.body)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cb->grant.nonce.data =
        (u_char *) cb->open.texts[RESONATE_SESSION_NONCE].data;
    cb->grant.nonce.len = cb->open.texts[RESONATE_SESSION_NONCE].len;

    cb->fetch.handler = ngx_resonate_login_callback_fetched;
    cb->fetch.data = cb;
    cb->grant.keys.handler = ngx_resonate_login_callback_judge;
    cb->grant.keys.data = cb;

    if (ngx_resonate_login_grant_start(cb->login, &cb->fetch) != NGX_AGAIN) {
        return ngx_resonate_login_callback_fail(cb,
                   NGX_HTTP_SERVICE_UNAVAILABLE,
                   "There is too much to do just now. Please try again.");
    }

    r->main->count++;
    ngx_resonate_watch_client(r);

    return NGX_DONE;
}


static void
ngx_resonate_login_callback_fetched(ngx_resonate_fetch_t *f)
{
    ngx_resonate_login_callback_t *cb = f->data;

    ngx_int_t  rc;

    rc = ngx_resonate_login_grant_hear(cb->login, f, &cb->grant,
                                       cb->request->connection->log);

    if (rc == NGX_OK) {
        ngx_resonate_login_callback_judge(cb);
        return;
    }

    ngx_resonate_login_callback_end(cb,
        (rc == NGX_DECLINED)
        ? ngx_resonate_login_callback_fail(cb, NGX_HTTP_BAD_REQUEST,
              "The log-in server does not know it any more. Please try again.")
        : ngx_resonate_login_callback_fail(cb,
              f->status ? NGX_HTTP_BAD_GATEWAY : NGX_HTTP_SERVICE_UNAVAILABLE,
              NGX_RESONATE_LOGIN_ODD));
}


/* again, when keys were fetched for it */

static void
ngx_resonate_login_callback_judge(void *data)
{
    ngx_resonate_login_callback_t *cb = data;

    ngx_int_t            rc;
    resonate_session_t   session;

    ngx_memzero(&session, sizeof(resonate_session_t));
    session.times[RESONATE_SESSION_CREATED] = ngx_time();

    rc = ngx_resonate_login_grant_judge(cb->login, &cb->grant, &session,
                                        cb->request->connection->log);

    if (rc == NGX_AGAIN) {
        return;
    }

    ngx_resonate_login_callback_end(cb,
        (rc == NGX_OK)
        ? ngx_resonate_login_callback_session(cb, &session)
        : ngx_resonate_login_callback_fail(cb, NGX_HTTP_BAD_GATEWAY,
                                           NGX_RESONATE_LOGIN_ODD));
}


static void
ngx_resonate_login_callback_end(ngx_resonate_login_callback_t *cb,
    ngx_int_t rc)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = cb->request;
    c = r->connection;

    r->read_event_handler = ngx_http_block_reading;

    ngx_http_finalize_request(r, rc);
    ngx_http_run_posted_requests(c);
}


static ngx_int_t
ngx_resonate_login_callback_session(ngx_resonate_login_callback_t *cb,
    resonate_session_t *session)
{
    ngx_int_t                        rc;
    ngx_str_t                        sealed;
    ngx_http_request_t              *r;
    ngx_resonate_login_main_conf_t  *lmcf;

    r = cb->request;
    lmcf = ngx_http_get_module_main_conf(r, ngx_resonate_login_module);

    rc = ngx_resonate_login_seal(r->pool, r->connection->log, cb->login,
                                 session, ngx_time() + cb->login->lifetime,
                                 &sealed);

    if (rc == NGX_DECLINED) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "log-in \"%V\": the tokens are longer than cookies may "
                      "be", &cb->login->name);
        return ngx_resonate_login_callback_fail(cb, NGX_HTTP_BAD_GATEWAY,
                   "The log-in server says more than a browser can keep.");
    }

    if (rc != NGX_OK
        || ngx_resonate_login_keep(r, cb->login, &sealed, cb->login->lifetime)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_resonate_count(lmcf->completed);

    return ngx_resonate_login_redirect(r, NGX_HTTP_SEE_OTHER, &cb->path);
}


static ngx_int_t
ngx_resonate_login_callback_fail(ngx_resonate_login_callback_t *cb,
    ngx_uint_t status, const char *text)
{
    ngx_resonate_login_main_conf_t  *lmcf;

    lmcf = ngx_http_get_module_main_conf(cb->request,
                                         ngx_resonate_login_module);
    ngx_resonate_count(lmcf->failed);

    return ngx_resonate_login_page(cb->request, status,
                                   "You are not logged in", text);
}
