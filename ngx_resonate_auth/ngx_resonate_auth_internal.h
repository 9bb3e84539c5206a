
/*
 * Copyright (C) Resonate
 *
 * What the files of the auth room share with each other only.
 */


#ifndef _NGX_RESONATE_AUTH_INTERNAL_H_INCLUDED_
#define _NGX_RESONATE_AUTH_INTERNAL_H_INCLUDED_


#include "ngx_resonate_core.h"
#include "jwt/resonate_claims.h"
#include "jwt/resonate_jwk.h"
#include "jwt/resonate_jws.h"
#include "jwt/resonate_jwt.h"


extern ngx_module_t  ngx_resonate_auth_module;


#pragma GCC visibility push(hidden)


#define NGX_RESONATE_AUTH_OFF       0
#define NGX_RESONATE_AUTH_OPTIONAL  1
#define NGX_RESONATE_AUTH_REQUIRED  2

#define NGX_RESONATE_AUTH_DIGEST    32    /* SHA-256 */


typedef struct ngx_resonate_auth_worker_s  ngx_resonate_auth_worker_t;


typedef struct {
    ngx_str_t                    name;
    resonate_jwks_t             *jwks;
    unsigned                     algs;
    resonate_claims_policy_t     policy;
    u_char                       digest[NGX_RESONATE_AUTH_DIGEST];
                                 /* of all that decides about a token */
} ngx_resonate_auth_issuer_t;


typedef struct {
    ngx_array_t                  issuers; /* of ngx_resonate_auth_issuer_t */

    size_t                       cache_size;
    ngx_resonate_table_t        *table;
    u_char                       generation[NGX_RESONATE_AUTH_DIGEST];

    ngx_resonate_counter_t      *cached;
    ngx_resonate_counter_t      *verified;
    ngx_resonate_counter_t      *refused;

    ngx_resonate_auth_worker_t  *worker;  /* made at init_process */

    ngx_uint_t                   required;  /* somewhere */
} ngx_resonate_auth_main_conf_t;


typedef struct {
    ngx_uint_t                   mode;
} ngx_resonate_auth_loc_conf_t;


/*
 * A token that was verified, in the worker's memory: shared by the requests
 * that carry it, freed with the last of them once the cache let it go.
 */

typedef struct {
    ngx_resonate_identity_t      id;
    ngx_str_t                    claims;    /* packed */
    ngx_uint_t                   refs;
    ngx_str_t                    token;     /* the worker's cache compares */
    size_t                       signature; /* where it begins there */
} ngx_resonate_auth_entry_t;


typedef struct {
    ngx_resonate_auth_entry_t   *entry;     /* NULL: anonymous */
    resonate_jwt_rc_e            why;       /* the token is not good */
    unsigned                     sent:1;    /* a bearer token, that is */
    unsigned                     failed:1;  /* whose it is cannot be known */
} ngx_resonate_auth_ctx_t;


/* the "resonate_issuer" directive */
char *ngx_resonate_auth_issuer(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);


/*
 * resolve()  NGX_OK: *entry is the token's, with a reference to be given
 *            back by release();  NGX_DECLINED: *why says what is wrong with
 *            it;  NGX_ERROR
 */

ngx_int_t ngx_resonate_auth_resolve(ngx_http_request_t *r, ngx_str_t *token,
    ngx_resonate_auth_entry_t **entry, resonate_jwt_rc_e *why);
void ngx_resonate_auth_release(ngx_resonate_auth_entry_t *entry);

/* NULL: out of memory, or OpenSSL has no SHA-256 */
ngx_resonate_auth_worker_t *ngx_resonate_auth_worker(
    ngx_resonate_auth_main_conf_t *mcf, ngx_cycle_t *cycle);


/*
 * request()    NGX_OK: *ctx is the main request's;  NGX_DECLINED: the
 *              location of "r" asks for no token;  NGX_ERROR: whose the token
 *              is cannot be known, and stays so
 * identity(),
 * challenge()  as in core's door
 */

ngx_int_t ngx_resonate_auth_request(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t **ctx);
ngx_int_t ngx_resonate_auth_identity(ngx_http_request_t *r,
    ngx_resonate_identity_t **id);
ngx_int_t ngx_resonate_auth_challenge(ngx_http_request_t *r,
    ngx_str_t *scope);


ngx_int_t ngx_resonate_auth_add_variables(ngx_conf_t *cf);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_AUTH_INTERNAL_H_INCLUDED_ */
