
/*
 * Copyright (C) Resonate
 *
 * What the files of log-in share with each other only.
 *
 *   module, conf, lines
 *              configuration
 *   cookie     cookies of a request and of its answer
 *   grant      the token endpoint, asked and heard
 *   start, callback, logout, who
 *              content handlers
 *   session    the session of a request, as a source of identity
 *   refresh    a session's access token, renewed
 */


#ifndef _NGX_RESONATE_LOGIN_INTERNAL_H_INCLUDED_
#define _NGX_RESONATE_LOGIN_INTERNAL_H_INCLUDED_


#include "../ngx_resonate_auth_internal.h"
#include "../ngx_resonate_auth_keys.h"
#include "../jwt/resonate_oidc.h"
#include "../jwt/resonate_query.h"
#include "../jwt/resonate_seal.h"
#include "../jwt/resonate_session.h"


extern ngx_module_t  ngx_resonate_login_module;


#pragma GCC visibility push(hidden)


#define NGX_RESONATE_LOGIN_TRANSACTION  600    /* seconds for a log-in */
#define NGX_RESONATE_LOGIN_OPEN         5      /* log-ins under way at once */
#define NGX_RESONATE_LOGIN_ID           8      /* characters of a state */
#define NGX_RESONATE_LOGIN_COOKIE_MAX   48     /* characters of a name */


typedef struct {
    ngx_str_t                    name;
    u_char                      *file;      /* where it was named first */
    ngx_uint_t                   line;
    ngx_uint_t                   defined;

    ngx_str_t                    issuer;
    ngx_resonate_auth_issuer_t  *keys;      /* of its ID tokens */

    ngx_str_t                    client;
    ngx_str_t                    basic;     /* "Basic ...", or empty */
    ngx_str_t                    authorization;    /* URLs of endpoints */
    ngx_str_t                    end_session;
    ngx_str_t                    token;
    ngx_str_t                    token_uri; /* where that is fetched */
    ngx_str_t                    token_args;

    ngx_str_t                    redirect;  /* a path */
    ngx_str_t                    origin;    /* ours; empty: as it is asked */
    ngx_str_t                    scope;
    ngx_array_t                  resources; /* of ngx_str_t */
    ngx_array_t                  params;    /* of ngx_keyval_t */
    ngx_str_t                    after;     /* where a log-out leads */

    ngx_str_t                    cookie;
    ngx_str_t                    open;      /* prefix of log-ins under way */
    ngx_flag_t                   secure;
    resonate_seal_ring_t        *ring;
    time_t                       lifetime;
    ngx_msec_t                   timeout;   /* of the token endpoint */
} ngx_resonate_login_t;


typedef struct {
    ngx_array_t                  logins;    /* of ngx_resonate_login_t * */
    size_t                       cache_size;
    ngx_resonate_table_t        *table;

    ngx_resonate_counter_t      *started;
    ngx_resonate_counter_t      *completed;
    ngx_resonate_counter_t      *failed;
    ngx_resonate_counter_t      *refreshed;
    ngx_resonate_counter_t      *ended;
} ngx_resonate_login_main_conf_t;


typedef struct {
    ngx_resonate_login_t        *session;   /* a source of identity, or NULL */
    ngx_resonate_login_t        *login;     /* of a content handler */
} ngx_resonate_login_loc_conf_t;


/* an opened session; its texts are in "plain" */

typedef struct {
    resonate_session_t           session;
    time_t                       expires;
    u_char                      *plain;
} ngx_resonate_login_session_t;


/* of the main request; internal redirects keep it */

typedef struct {
    ngx_resonate_login_t          *login;
    ngx_resonate_login_session_t   s;
    ngx_event_t                    poll;       /* while it is renewed */
    ngx_msec_t                     deadline;   /* of that, or 0 */
    unsigned                       looked:1;   /* for a session */
    unsigned                       found:1;    /* "s" is one */
    unsigned                       changed:1;  /* cookies are in the answer */
} ngx_resonate_login_ctx_t;


/*
 * Configuration.
 *
 * block()      the "resonate_login" directive
 * check()      the words of a line inside of it
 * get()        the one of that name, which need not be defined yet
 * bind()       once all is read
 * authority()  the length of "scheme://host"; 0: it is no URL of http
 */

extern const ngx_resonate_line_t  ngx_resonate_login_lines[];

char *ngx_resonate_login_block(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_resonate_login_check(ngx_conf_t *cf, void *conf);
ngx_resonate_login_t *ngx_resonate_login_get(ngx_conf_t *cf, ngx_str_t *name);
ngx_int_t ngx_resonate_login_bind(ngx_conf_t *cf, ngx_resonate_login_t *login);
size_t ngx_resonate_login_authority(ngx_str_t *url);


/*
 * Cookies.
 *
 * cookie_add()  a "Set-Cookie" of the answer; without a value the cookie ends
 * keep()        the cookies of a sealed session, and the end of older pieces
 * clear()       the end of all of them
 */

ngx_int_t ngx_resonate_login_cookie_add(ngx_http_request_t *r,
    ngx_resonate_login_t *login, ngx_str_t *name, ngx_str_t *value,
    time_t life);
ngx_int_t ngx_resonate_login_keep(ngx_http_request_t *r,
    ngx_resonate_login_t *login, ngx_str_t *sealed, time_t life);
ngx_int_t ngx_resonate_login_clear(ngx_http_request_t *r,
    ngx_resonate_login_t *login);


/*
 * Sessions.
 *
 * read()     NGX_OK: *s is the one that the request's cookies hold;
 *            NGX_DECLINED: there is none that is good;  NGX_ERROR
 * unseal()   the same of a sealed text
 * seal()     of the pool;  NGX_DECLINED: too large;  NGX_ERROR
 */

ngx_int_t ngx_resonate_login_read(ngx_http_request_t *r,
    ngx_resonate_login_t *login, ngx_resonate_login_session_t *s);
ngx_int_t ngx_resonate_login_unseal(ngx_pool_t *pool, ngx_log_t *log,
    ngx_resonate_login_t *login, const char *text, size_t len,
    ngx_resonate_login_session_t *s);
ngx_int_t ngx_resonate_login_seal(ngx_pool_t *pool, ngx_log_t *log,
    ngx_resonate_login_t *login, resonate_session_t *session, time_t expires,
    ngx_str_t *sealed);


/*
 * The token endpoint.
 *
 * body()     a form of the parameters, and of what is the same in all
 * start()    as that of fetch; "f" is zeroed but for handler, data and body
 * hear()     in the handler of the fetch.  NGX_OK: grant->answer is there;
 *            NGX_DECLINED: the grant is not good any more;  NGX_ERROR: the
 *            server did not answer as it should, logged
 * judge()    NGX_OK: *session has what the answer says, its texts live until
 *            free();  NGX_AGAIN: a key is fetched, grant->keys runs its handler
 *            exactly once to ask again;  NGX_ERROR: logged
 * free()     safe at any time, of zeroed memory too
 */

typedef struct {
    resonate_oidc_answer_t       answer;
    resonate_jwt_t               jwt;       /* its ID token, if it has one */
    ngx_resonate_auth_keys_wait_t  keys;    /* for that; has a handler */
    ngx_uint_t                   waited;
    ngx_str_t                    nonce;     /* expected, or empty */
    ngx_str_t                    subject;   /* likewise; then it is renewed */
} ngx_resonate_login_grant_t;

ngx_int_t ngx_resonate_login_grant_body(ngx_pool_t *pool,
    ngx_resonate_login_t *login, ngx_keyval_t *params, ngx_uint_t nparams,
    ngx_str_t *body);
ngx_int_t ngx_resonate_login_grant_start(ngx_resonate_login_t *login,
    ngx_resonate_fetch_t *f);
ngx_int_t ngx_resonate_login_grant_hear(ngx_resonate_login_t *login,
    ngx_resonate_fetch_t *f, ngx_resonate_login_grant_t *grant,
    ngx_log_t *log);
ngx_int_t ngx_resonate_login_grant_judge(ngx_resonate_login_t *login,
    ngx_resonate_login_grant_t *grant, resonate_session_t *session,
    ngx_log_t *log);
void ngx_resonate_login_grant_free(ngx_resonate_login_grant_t *grant);


/*
 * Content handlers, and what they have in common.
 *
 * not_allowed()   405
 * redirect()      by 302 or 303, to a URL or a path, never cached
 * redirect_uri()  where a provider sends people back to
 * page()          of words for a person
 * origin()        "scheme://host" as it is asked for, or as it is configured
 */

ngx_int_t ngx_resonate_login_start_handler(ngx_http_request_t *r);
ngx_int_t ngx_resonate_login_callback_handler(ngx_http_request_t *r);
ngx_int_t ngx_resonate_login_logout_handler(ngx_http_request_t *r);
ngx_int_t ngx_resonate_login_who_handler(ngx_http_request_t *r);

ngx_int_t ngx_resonate_login_not_allowed(ngx_http_request_t *r,
    const char *allow);
ngx_int_t ngx_resonate_login_redirect(ngx_http_request_t *r,
    ngx_uint_t status, ngx_str_t *location);
ngx_int_t ngx_resonate_login_page(ngx_http_request_t *r, ngx_uint_t status,
    const char *title, const char *text);
ngx_int_t ngx_resonate_login_origin(ngx_http_request_t *r,
    ngx_resonate_login_t *login, ngx_str_t *origin);
ngx_int_t ngx_resonate_login_redirect_uri(ngx_http_request_t *r,
    ngx_resonate_login_t *login, ngx_str_t *uri);


/* NULL: out of memory, or of find(), there is none */
ngx_resonate_login_ctx_t *ngx_resonate_login_ctx(ngx_http_request_t *r);
ngx_resonate_login_ctx_t *ngx_resonate_login_ctx_find(ngx_http_request_t *r);

/* ends the cookies of a session that is over: NGX_DECLINED, or NGX_ERROR */
ngx_int_t ngx_resonate_login_over(ngx_http_request_t *r,
    ngx_resonate_login_ctx_t *ctx);

/*
 * NGX_OK: the session has an access token, a new one if it was time for that;
 * NGX_DECLINED: it is over;  NGX_AGAIN: it is being renewed, and "auth" is
 * resumed to ask again;  NGX_ERROR: it cannot be known
 */
ngx_int_t ngx_resonate_login_refresh(ngx_http_request_t *r,
    ngx_resonate_login_ctx_t *ctx, ngx_resonate_auth_ctx_t *auth);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_LOGIN_INTERNAL_H_INCLUDED_ */
