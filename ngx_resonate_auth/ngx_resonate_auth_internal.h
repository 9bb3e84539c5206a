
/*
 * Copyright (C) Resonate
 *
 * What the files of the auth room share with each other only.
 */


#ifndef _NGX_RESONATE_AUTH_INTERNAL_H_INCLUDED_
#define _NGX_RESONATE_AUTH_INTERNAL_H_INCLUDED_


#include "ngx_resonate_core.h"
#include "jwt/resonate_claims.h"
#include "jwt/resonate_cookie.h"
#include "jwt/resonate_jwk.h"
#include "jwt/resonate_jws.h"
#include "jwt/resonate_jwt.h"
#include "jwt/resonate_proof.h"


extern ngx_module_t  ngx_resonate_auth_module;


#pragma GCC visibility push(hidden)


#define NGX_RESONATE_AUTH_OFF       0
#define NGX_RESONATE_AUTH_OPTIONAL  1
#define NGX_RESONATE_AUTH_REQUIRED  2

#define NGX_RESONATE_AUTH_DIGEST    32    /* SHA-256 */


typedef struct ngx_resonate_auth_worker_s  ngx_resonate_auth_worker_t;
typedef struct ngx_resonate_auth_flight_s  ngx_resonate_auth_flight_t;
typedef struct ngx_resonate_auth_opaque_s  ngx_resonate_auth_opaque_t;
typedef struct ngx_resonate_dpop_ask_s     ngx_resonate_dpop_ask_t;
typedef struct ngx_resonate_auth_keys_s    ngx_resonate_auth_keys_t;


typedef struct {
    ngx_str_t                    name;
    ngx_uint_t                   number;    /* among the issuers */
    u_char                       tag[RESONATE_PROOF_ISSUER];
    resonate_jwks_t             *jwks;      /* of a file, or NULL */
    ngx_resonate_auth_keys_t    *keys;      /* by URL, or NULL */
    ngx_atomic_t                *generation;
    ngx_atomic_t                 none;      /* that of a file */
    unsigned                     algs;
    resonate_claims_policy_t     policy;
    ngx_array_t                 *origins;   /* of "fetch" lines, or NULL */
    ngx_str_t                   *secret;    /* of HMAC, or NULL */
    ngx_str_t                    client;    /* our name there */
    ngx_str_t                    basic;     /* and "Basic ..." of it */
    u_char                       digest[NGX_RESONATE_AUTH_DIGEST];
                                 /* of all that decides about a token */
} ngx_resonate_auth_issuer_t;



/* the questions of a worker that have no answer yet */

typedef struct {
    ngx_queue_t                  queue;
    ngx_uint_t                   n;
} ngx_resonate_auth_flights_t;


typedef struct {
    ngx_array_t                  issuers; /* of ngx_resonate_auth_issuer_t * */
    ngx_array_t                  opaques; /* of ngx_resonate_auth_opaque_t * */

    size_t                       cache_size;
    ngx_resonate_table_t        *table;
    ngx_resonate_table_t        *refused_table;  /* with opaque tokens only */
    u_char                       generation[NGX_RESONATE_AUTH_DIGEST];

    ngx_resonate_counter_t      *cached;
    ngx_resonate_counter_t      *verified;
    ngx_resonate_counter_t      *refused;

    ngx_resonate_counter_t      *asked;

    ngx_resonate_auth_worker_t  *worker;  /* both made at init_process */
    ngx_resonate_auth_flights_t *flights;

    ngx_uint_t                   required;  /* somewhere */
} ngx_resonate_auth_main_conf_t;


typedef struct {
    ngx_uint_t                   mode;
    ngx_str_t                    cookie;    /* that has a token, or empty */
} ngx_resonate_auth_loc_conf_t;


/* what an entry says in words; the first ones are those of the identity */

typedef enum {
    NGX_RESONATE_AUTH_ISSUER = 0,
    NGX_RESONATE_AUTH_SUBJECT,
    NGX_RESONATE_AUTH_CLIENT,
    NGX_RESONATE_AUTH_SCOPE,
    NGX_RESONATE_AUTH_ROLES,
    NGX_RESONATE_AUTH_NAME,
    NGX_RESONATE_AUTH_JTI,
    NGX_RESONATE_AUTH_SID,      /* of the session at the provider */
    NGX_RESONATE_AUTH_ACR,
    NGX_RESONATE_AUTH_JKT,      /* thumbprint of the key it is bound to */
    NGX_RESONATE_AUTH_X5T,      /* likewise, of the certificate */
    NGX_RESONATE_AUTH_TEXTS
} ngx_resonate_auth_text_e;


/*
 * A token that was found good, in the worker's memory: shared by the requests
 * that carry it, freed with the last of them once the cache let it go.
 */

typedef struct {
    ngx_resonate_identity_t      id;
    ngx_str_t                    texts[NGX_RESONATE_AUTH_TEXTS];
                                 /* each has a NUL behind it */
    time_t                       issued;     /* "iat", or 0 */
    time_t                       authenticated;  /* "auth_time", or 0 */
    ngx_str_t                    claims;     /* packed */
    u_char                       digest[NGX_RESONATE_AUTH_DIGEST];
                                 /* SHA-256 of the token */
    ngx_atomic_uint_t            judged;     /* whether it was revoked */
    ngx_uint_t                   revoked;
    ngx_uint_t                   refs;
    ngx_str_t                    token;      /* the worker's cache compares */
    size_t                       signature;  /* where it begins there */
    ngx_atomic_t                *current;    /* generation of its issuer */
    ngx_atomic_uint_t            generation; /* that it was verified under */
} ngx_resonate_auth_entry_t;


typedef enum {
    NGX_RESONATE_AUTH_BEARER = 0,
    NGX_RESONATE_AUTH_DPOP
} ngx_resonate_auth_scheme_e;

typedef enum {
    NGX_RESONATE_AUTH_HEADER = 0,
    NGX_RESONATE_AUTH_COOKIE,
    NGX_RESONATE_AUTH_SESSION
} ngx_resonate_auth_source_e;

/* what is to be found out next; a step that has to wait is taken again */

typedef enum {
    NGX_RESONATE_AUTH_FIND = 0,
    NGX_RESONATE_AUTH_RESOLVE,
    NGX_RESONATE_AUTH_REVOKED,
    NGX_RESONATE_AUTH_BIND,
    NGX_RESONATE_AUTH_KNOWN
} ngx_resonate_auth_step_e;


/* see ngx_resonate_auth_keys_wait(); zeroed, but for what is the caller's */

typedef struct {
    ngx_queue_t                  queue;
    void                       (*handler)(void *data);  /* the caller's */
    void                        *data;
    ngx_atomic_uint_t            round;
    ngx_uint_t                   waits;
} ngx_resonate_auth_keys_wait_t;


/* of the main request, whose subrequests see it too */

typedef struct ngx_resonate_auth_ctx_s  ngx_resonate_auth_ctx_t;

struct ngx_resonate_auth_ctx_s {
    ngx_resonate_auth_entry_t   *entry;     /* NULL: anonymous */
    resonate_jwt_rc_e            why;       /* the token is not good */
    const char                  *detail;    /* in words; NULL: as "why" has
                                               it */

    ngx_resonate_auth_step_e     step;
    ngx_resonate_auth_scheme_e   scheme;
    ngx_resonate_auth_source_e   source;
    ngx_str_t                    token;     /* where it was sent */

    ngx_queue_t                  waits;     /* requests, until it is known */
    ngx_resonate_dpop_ask_t     *ask;       /* whether a proof is new */
    ngx_resonate_auth_ctx_t     *view;      /* of locations that see less */

    ngx_uint_t                   status;    /* of a request that is refused
                                               whoever made it, or 0 */
    ngx_resonate_auth_keys_wait_t  keys;

    unsigned                     sent:1;    /* a token, that is */
    unsigned                     failed:1;  /* whose it is cannot be known */
    unsigned                     may_wait:1;
    unsigned                     nonce:1;   /* one was given */
    unsigned                     asking:1;    /* a flight has it */
    unsigned                     answered:1;  /* by a flight, see "answer" */
    ngx_int_t                    answer;
    unsigned                     waited:1;  /* for keys */
};


/* the "resonate_issuer" and "resonate_provider" directives */
char *ngx_resonate_auth_issuer(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_resonate_auth_issuer_block(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/*
 * What both have in common, while configuration is read.
 *
 * add()         a new one of the name in cf->args[1]; NULL: logged
 * done()        whether it is whole, and fits together
 * mix()         the text is one of those that decide about a token
 * mix_args()    the words of the directive are
 */

#define NGX_RESONATE_AUTH_LEEWAY      30     /* seconds */
#define NGX_RESONATE_AUTH_LEEWAY_MAX  300

ngx_resonate_auth_issuer_t *ngx_resonate_auth_issuer_add(ngx_conf_t *cf,
    ngx_resonate_auth_main_conf_t *amcf);
char *ngx_resonate_auth_issuer_done(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer);
ngx_int_t ngx_resonate_auth_issuer_mix(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer, ngx_str_t *text);
ngx_int_t ngx_resonate_auth_issuer_mix_args(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer);

char *ngx_resonate_auth_issuer_audiences(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer, ngx_str_t *words, ngx_uint_t n);
char *ngx_resonate_auth_algs(ngx_conf_t *cf, unsigned *algs, ngx_str_t *words,
    ngx_uint_t n, unsigned known);
char *ngx_resonate_auth_issuer_secret(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf);
char *ngx_resonate_auth_issuer_jwks(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer, ngx_str_t *value);


/*
 * Lines of the block that have files of their own, and what these do.
 *
 * fetch_uri()  what to fetch for a URL that the issuer or its configuration
 *              names;  NGX_DECLINED: it leads to no origin of a "fetch" line,
 *              or has what a URI of nginx cannot have;  NGX_ERROR.  "args" is
 *              a part of "url"
 */

char *ngx_resonate_auth_line_fetch(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf);
ngx_int_t ngx_resonate_auth_fetch_uri(ngx_resonate_auth_issuer_t *issuer,
    ngx_str_t *url, ngx_pool_t *pool, ngx_str_t *uri, ngx_str_t *args);


/* the first step: where the token is */
ngx_int_t ngx_resonate_auth_source(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx);


/*
 * resolve()  NGX_OK: ctx->entry is the token's, with a reference to be given
 *            back by release();  NGX_DECLINED: ctx->why says what is wrong
 *            with it;  NGX_AGAIN: not known yet;  NGX_ERROR
 */

ngx_int_t ngx_resonate_auth_resolve(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx);

/* the one that the token says; NULL: it is none of ours */
ngx_resonate_auth_issuer_t *ngx_resonate_auth_find_issuer(
    ngx_resonate_auth_main_conf_t *amcf, resonate_jwt_t *jwt);

/* KEY: one that may be waited for, see ngx_resonate_auth_keys_wait() */
resonate_jwt_rc_e ngx_resonate_auth_check_signature(
    ngx_resonate_auth_issuer_t *issuer, resonate_jwt_t *jwt);

/* of the machine's table: as ngx_resonate_table_get() */
ngx_int_t ngx_resonate_auth_shared_get(ngx_resonate_auth_main_conf_t *amcf,
    u_char *digest, ngx_pool_t *pool, ngx_resonate_auth_entry_t **entry);

/* what a token was found to say; NULL: out of memory */
ngx_resonate_auth_entry_t *ngx_resonate_auth_accept(
    ngx_resonate_auth_main_conf_t *amcf, ngx_resonate_auth_issuer_t *issuer,
    json_t *json, resonate_claims_t *claims, u_char *digest, ngx_log_t *log);

/*
 * Whether ctx->entry was revoked: NGX_OK: it was not;  NGX_DECLINED: it was;
 * NGX_ERROR: it is not known.
 */
ngx_int_t ngx_resonate_auth_revoked(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx);

/* the same of a browser's session, whatever token it has just now */

typedef struct {
    resonate_jwt_view_t          issuer;
    resonate_jwt_view_t          subject;
    resonate_jwt_view_t          client;
    resonate_jwt_view_t          sid;        /* may be empty */
    time_t                       began;
} ngx_resonate_auth_session_t;

ngx_int_t ngx_resonate_auth_revoked_session(ngx_http_request_t *r,
    ngx_resonate_auth_session_t *session);

/* as in core's door */
ngx_int_t ngx_resonate_auth_proof(ngx_http_request_t *r, ngx_str_t *proof);
ngx_int_t ngx_resonate_auth_stands(ngx_http_request_t *r,
    ngx_resonate_identity_t *id, ngx_str_t *proof);

/* NGX_ERROR: out of memory, or OpenSSL has no SHA-256 */
ngx_int_t ngx_resonate_auth_worker_init(ngx_resonate_auth_main_conf_t *mcf,
    ngx_cycle_t *cycle);


/*
 * Opaque tokens.
 *
 * opaque_find()   whom to ask about a token, of that issuer if there is one;
 *                 NULL: nobody
 * opaque_init()   from postconfiguration
 * ask()           NGX_AGAIN: the ctx is answered later, and its requests are
 *                 resumed, or it may not wait;  NGX_DECLINED: refused not long
 *                 ago, see "why";  NGX_ERROR
 * told()          what a flight was told: NGX_OK and claims, NGX_DECLINED: not
 *                 active, NGX_ERROR.  The flight is gone behind it
 * basic()         "Basic ..." of a client and its secret (RFC 6749, section
 *                 2.3.1: both are encoded as in a form before they are joined)
 */

#define NGX_RESONATE_AUTH_INACTIVE_MAX  8

struct ngx_resonate_auth_opaque_s {
    ngx_resonate_auth_issuer_t  *issuer;
    ngx_int_t                  (*ask)(ngx_resonate_auth_flight_t *flight);
                                 /* NGX_AGAIN: told() comes;  NGX_ERROR */
    time_t                       ttl;
    time_t                       negative;
    ngx_msec_t                   timeout;
    ngx_msec_t                  *pause;     /* of the worker, after a fault */
    ngx_uint_t                   uuid;      /* is asked about uuids only */

    ngx_flag_t                   sign;      /* of answers, see RFC 9701 */
    ngx_str_t                    url;       /* of introspection */
    ngx_str_t                    uri;
    ngx_str_t                    args;
    ngx_uint_t                   inactive[NGX_RESONATE_AUTH_INACTIVE_MAX];
    ngx_uint_t                   ninactive;

    ngx_str_t                    database;  /* of a look-up */
    ngx_str_t                    function;
    ngx_resonate_pg_stmt_t      *stmt;
};

struct ngx_resonate_auth_flight_s {
    ngx_queue_t                     queue;
    ngx_queue_t                     waiters;
    ngx_pool_t                     *pool;
    ngx_resonate_auth_main_conf_t  *amcf;
    ngx_resonate_auth_opaque_t     *opaque;
    ngx_str_t                       token;
    u_char                          digest[NGX_RESONATE_AUTH_DIGEST];
    ngx_resonate_auth_entry_t      *entry;     /* once it was found good */
    ngx_event_t                     timer;
    ngx_msec_t                      wait;      /* until it looks again */
    ngx_uint_t                      claimed;

    ngx_resonate_fetch_t            fetch;
    ngx_resonate_auth_keys_wait_t   keys;      /* of a signed answer */
    ngx_resonate_pg_query_t         query;
    const char                     *value;
    u_char                          hex[2 * NGX_RESONATE_AUTH_DIGEST + 1];
};

ngx_resonate_auth_opaque_t *ngx_resonate_auth_opaque_add(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer);
char *ngx_resonate_auth_opaque_match(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
ngx_int_t ngx_resonate_auth_opaque_done(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer);
ngx_int_t ngx_resonate_auth_opaque_init(ngx_conf_t *cf,
    ngx_resonate_auth_main_conf_t *amcf);
ngx_resonate_auth_opaque_t *ngx_resonate_auth_opaque_find(
    ngx_resonate_auth_main_conf_t *amcf, ngx_resonate_auth_issuer_t *issuer,
    ngx_str_t *token);
char *ngx_resonate_auth_line_introspection(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf);
char *ngx_resonate_auth_line_client(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf);
char *ngx_resonate_auth_introspect_done(ngx_conf_t *cf,
    ngx_resonate_auth_opaque_t *opaque);
char *ngx_resonate_auth_line_lookup(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf);
ngx_int_t ngx_resonate_auth_basic(ngx_conf_t *cf, ngx_str_t *client,
    ngx_str_t *secret, ngx_str_t *basic);

ngx_int_t ngx_resonate_auth_flights_init(ngx_resonate_auth_main_conf_t *amcf,
    ngx_cycle_t *cycle);
ngx_int_t ngx_resonate_auth_ask(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx, ngx_resonate_auth_opaque_t *opaque,
    u_char *digest);
void ngx_resonate_auth_told(ngx_resonate_auth_flight_t *flight, ngx_int_t rc,
    json_t *claims);


/*
 * Entries, and what the shared table has of them.
 *
 * make()    of claims that were found good
 * open()    of what the table had, under the same configuration
 * bytes()   what the table gets
 * release() NULL is nothing
 */

typedef struct {
    time_t                       expires;
    time_t                       issued;
    time_t                       authenticated;
    ngx_atomic_uint_t            generation; /* of keys */
    uint32_t                     issuer;     /* its number */
    uint32_t                     texts[NGX_RESONATE_AUTH_TEXTS]; /* lengths */
    uint32_t                     claims;
} ngx_resonate_auth_head_t;

ngx_resonate_auth_entry_t *ngx_resonate_auth_entry_make(
    ngx_resonate_auth_issuer_t *issuer, json_t *json,
    resonate_claims_t *claims, ngx_log_t *log);
ngx_resonate_auth_entry_t *ngx_resonate_auth_entry_open(
    ngx_resonate_auth_main_conf_t *amcf, ngx_str_t *value, ngx_log_t *log);
void ngx_resonate_auth_entry_bytes(ngx_resonate_auth_entry_t *entry,
    ngx_str_t *bytes);
void ngx_resonate_auth_entry_release(ngx_resonate_auth_entry_t *entry);


/*
 * request()    NGX_OK: *ctx is the main request's;  NGX_DECLINED: the
 *              location of "r" asks for no token;  NGX_AGAIN: not known yet;
 *              NGX_ERROR: whose the token is cannot be known, and stays so
 * wait()       the same, from a phase that is run again once it is known
 * resume()     runs the requests that wait; the ctx may be gone behind it
 * identity(),
 * challenge()  as in core's door
 * challenge_error()
 *              the same for what is wrong with a good token, ", error=..."
 * why()        what is wrong with the token, as a sentence
 * reason()     counts and logs it
 * resource()   what a challenge says of where to get one, ", ..."
 * required()   what the location asks of a good token: NGX_OK, or what a
 *              handler of the access phase returns
 * refuse()     answers with a problem, or with the page that the location has
 *              for the status
 * beside()     whether the location would take another proof than a token, and
 *              there is one
 */

ngx_int_t ngx_resonate_auth_request(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t **ctx);
ngx_int_t ngx_resonate_auth_wait(ngx_http_request_t *r);
void ngx_resonate_auth_resume(ngx_resonate_auth_ctx_t *ctx);
ngx_int_t ngx_resonate_auth_identity(ngx_http_request_t *r,
    ngx_resonate_identity_t **id);
ngx_int_t ngx_resonate_auth_challenge(ngx_http_request_t *r,
    ngx_str_t *scope);
ngx_int_t ngx_resonate_auth_challenge_error(ngx_http_request_t *r,
    ngx_str_t *error);
const char *ngx_resonate_auth_why(ngx_resonate_auth_ctx_t *ctx);
void ngx_resonate_auth_reason(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx);
void ngx_resonate_auth_resource(ngx_http_request_t *r, ngx_str_t *challenge);
ngx_int_t ngx_resonate_auth_required(ngx_http_request_t *r,
    ngx_resonate_auth_entry_t *entry);
ngx_int_t ngx_resonate_auth_refuse(ngx_http_request_t *r, ngx_int_t status,
    const char *detail);
ngx_uint_t ngx_resonate_auth_beside(ngx_http_request_t *r);


/*
 * What a token is bound to.
 *
 * bound()       the step behind resolve(): whether who sent the token has its
 *               key and its certificate
 * mtls_check()  the latter, as a step
 * view()        the ctx as the location of "r" sees it; NULL: out of memory
 * mode()        of that location, and the names of algorithms of proofs
 * used()        whether any location wants proofs
 * give_nonce()  adds a nonce to the answer, if there are any
 */

#define NGX_RESONATE_DPOP_OFF       0
#define NGX_RESONATE_DPOP_ON        1
#define NGX_RESONATE_DPOP_REQUIRED  2

ngx_int_t ngx_resonate_auth_bound(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx);
ngx_int_t ngx_resonate_mtls_check(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx);
ngx_resonate_auth_ctx_t *ngx_resonate_dpop_view(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx);
ngx_uint_t ngx_resonate_dpop_mode(ngx_http_request_t *r, ngx_str_t *names);
ngx_uint_t ngx_resonate_dpop_used(ngx_http_request_t *r);
ngx_int_t ngx_resonate_dpop_give_nonce(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx);


/*
 * Sessions of browsers, see login/.
 *
 * token()     NGX_OK: ctx->token is that of the session;  NGX_DECLINED: there
 *             is none, or ctx->status says why the request is refused;
 *             NGX_AGAIN: it is being renewed;  NGX_ERROR
 * session()   whose token that is
 * beside()    whether there is one
 * refused()   the token of the session is no good
 * hide()      takes the cookies of sessions out of the request
 */

ngx_int_t ngx_resonate_login_token(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx);
void ngx_resonate_login_session(ngx_http_request_t *r,
    ngx_resonate_auth_session_t *session);
ngx_uint_t ngx_resonate_login_beside(ngx_http_request_t *r);
void ngx_resonate_login_refused(ngx_http_request_t *r);
ngx_int_t ngx_resonate_login_hide(ngx_http_request_t *r);


/*
 * What a browser sends.
 *
 * cookies()  the "Cookie" headers, how many; "lines" has room for COOKIES
 * hide()     takes a text's cookies, and those of log-ins under way, out of
 *            the request, but for cookies()
 * site()     "scheme://host" as it is asked for
 * own()      whether a page of that origin made the request; NULL or empty: of
 *            site()
 */

#define NGX_RESONATE_AUTH_COOKIES  4

ngx_uint_t ngx_resonate_auth_cookies(ngx_http_request_t *r,
    resonate_cookie_view_t *lines);
ngx_int_t ngx_resonate_auth_hide(ngx_http_request_t *r, ngx_str_t *name);
ngx_int_t ngx_resonate_auth_site(ngx_http_request_t *r, ngx_str_t *origin);
ngx_uint_t ngx_resonate_auth_own(ngx_http_request_t *r, ngx_str_t *origin);


ngx_int_t ngx_resonate_auth_add_variables(ngx_conf_t *cf);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_AUTH_INTERNAL_H_INCLUDED_ */
