
/*
 * Copyright (C) Resonate
 *
 * What a handler needs of a request.
 *
 *   replies    finished JSON and RFC 9457 problems
 *   requests   header search, the body, a client that goes away
 *   identity   who the caller is, provided by the auth room
 */


#ifndef _NGX_RESONATE_REQUEST_H_INCLUDED_
#define _NGX_RESONATE_REQUEST_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/*
 * Replies.
 *
 * Both send header and body and return what a content handler returns.
 * "detail" may be NULL: then the status' own words are used.  "errors" is a
 * finished JSON array text (API contract, section 2) or NULL.  Statuses 429
 * and 503 carry "Retry-After".  A request whose body was not read is
 * answered too: nginx discards it.
 */

ngx_int_t ngx_resonate_send_json(ngx_http_request_t *r, ngx_uint_t status,
    ngx_str_t *json);
ngx_int_t ngx_resonate_send_problem(ngx_http_request_t *r, ngx_uint_t status,
    const char *detail, ngx_str_t *errors);

/* adds a response header; "name" is a literal, "value" must outlive r */
ngx_int_t ngx_resonate_add_header(ngx_http_request_t *r, const char *name,
    ngx_str_t *value);

/*
 * a text of malloc(), as json_dumps() makes it, becomes *to in the pool, with
 * NUL behind it, and is freed; NGX_ERROR: out of memory, as is a NULL text
 */
ngx_int_t ngx_resonate_take_text(ngx_pool_t *pool, char *text, ngx_str_t *to);


/*
 * Requests.
 *
 *   find_header   the first request header of that name, in any case of
 *                 letters, or NULL; *n is how many there are
 *   body          the body that nginx has read, in one piece and as long as
 *                 the request; NGX_OK, or the status to answer with: 413
 *                 when it is longer than "limit", else 500
 *   discard_body  a body that nobody reads; a client that waits to be asked
 *                 for it (Expect) is not asked, and its connection is closed
 *                 after the answer; NGX_OK, or the status to answer with
 *   watch_client  ends a request that waits for something, once its client
 *                 has gone away
 */

ngx_table_elt_t *ngx_resonate_find_header(ngx_http_request_t *r,
    const char *name, size_t len, ngx_uint_t *n);
ngx_int_t ngx_resonate_body(ngx_http_request_t *r, size_t limit,
    ngx_str_t *body);
ngx_int_t ngx_resonate_discard_body(ngx_http_request_t *r);
void ngx_resonate_watch_client(ngx_http_request_t *r);


/*
 * Identity.
 *
 * Read-only and valid as long as the request; each text has a NUL behind its
 * length.  A subject belongs to its issuer: only the pair names a person.
 *
 *   identity    NGX_OK: *id is who calls, NULL: anonymous;  NGX_ERROR: it
 *               cannot be known, answer 503
 *   challenge   adds the WWW-Authenticate header that fits the request (RFC
 *               6750): with "scope" the token lacked that scope, or more
 *               than a scope if it is empty (403), without it the caller has
 *               to log in (401)
 *
 *   proof       what a revocation may name of the token that proved who calls:
 *               bytes to be kept in what outlives the request, and to be shown
 *               to stands();  empty: nobody calls;  NGX_ERROR
 *   stands      whether who was proven so may still act: NGX_OK;
 *               NGX_DECLINED: he may not, his token was revoked or its issuer
 *               is one no more;  NGX_ERROR: it is not known yet, answer 503.
 *               It sets the issuer of "id", whom the proof names
 *   beside      whether the request has another proof of who calls than a
 *               token: where no token is required, one that is no good is then
 *               neither refused nor waited for
 *
 * The auth room registers itself as the provider of the first four; without
 * it everybody is anonymous.  Who has other proofs registers beside(), which
 * may be asked from the phase on in which limits are.
 */

typedef struct {
    ngx_str_t       issuer;
    ngx_str_t       subject;
    ngx_str_t       client;     /* empty if the token names none */
    ngx_str_t       scope;      /* space separated, may be empty */
    ngx_str_t       roles;      /* likewise */
    ngx_str_t       name;       /* to be shown, may be empty */
    time_t          expires;    /* absolute, seconds */
} ngx_resonate_identity_t;

typedef struct {
    ngx_int_t     (*get)(ngx_http_request_t *r,
                         ngx_resonate_identity_t **id);
    ngx_int_t     (*challenge)(ngx_http_request_t *r, ngx_str_t *scope);
    ngx_int_t     (*proof)(ngx_http_request_t *r, ngx_str_t *proof);
    ngx_int_t     (*stands)(ngx_http_request_t *r,
                            ngx_resonate_identity_t *id, ngx_str_t *proof);
} ngx_resonate_identity_provider_t;

typedef ngx_uint_t (*ngx_resonate_beside_pt)(ngx_http_request_t *r);

void ngx_resonate_identity_provide(ngx_conf_t *cf,
    ngx_resonate_identity_provider_t *provider);
void ngx_resonate_beside_provide(ngx_conf_t *cf,
    ngx_resonate_beside_pt beside);
ngx_int_t ngx_resonate_identity(ngx_http_request_t *r,
    ngx_resonate_identity_t **id);
ngx_int_t ngx_resonate_challenge(ngx_http_request_t *r, ngx_str_t *scope);
ngx_int_t ngx_resonate_proof(ngx_http_request_t *r, ngx_str_t *proof);
ngx_int_t ngx_resonate_stands(ngx_http_request_t *r,
    ngx_resonate_identity_t *id, ngx_str_t *proof);
ngx_uint_t ngx_resonate_beside(ngx_http_request_t *r);
ngx_uint_t ngx_resonate_has_scope(ngx_resonate_identity_t *id,
    ngx_str_t *scope);

/*
 * Roles: superadmin, admin, tenantadmin, label, artist, user, each with all
 * that those behind it may.  The number of a name, 1 and up, or 0; a token
 * without roles is a user's.
 */
ngx_uint_t ngx_resonate_role(ngx_str_t *name);
ngx_uint_t ngx_resonate_has_role(ngx_resonate_identity_t *id, ngx_uint_t role);


#endif /* _NGX_RESONATE_REQUEST_H_INCLUDED_ */
