
/*
 * Copyright (C) Resonate
 *
 * Keys of issuers, for the rest of the room.
 */


#ifndef _NGX_RESONATE_AUTH_KEYS_H_INCLUDED_
#define _NGX_RESONATE_AUTH_KEYS_H_INCLUDED_


#include "ngx_resonate_auth_internal.h"


#pragma GCC visibility push(hidden)


/*
 * Keys of an issuer, wherever they are from.
 *
 * keys()        those that this worker has, until it goes back to its event
 *               loop; NULL: none were fetched yet
 * generation()  of them.  *issuer->generation is another one as soon as a key
 *               is gone or changed, not when one is added: what was verified
 *               under another generation has to be verified again
 * wait()        for a key that is missing.  NGX_AGAIN: keys are fetched, and
 *               the handler runs exactly once, later, however that ends;
 *               NGX_DECLINED: they are not, as they were a moment ago, or
 *               because they are of a file
 * cancel()      safe at any time, of zeroed memory too
 * missing()     the same for the token of a request, which waits once.
 *               NGX_AGAIN;  NGX_DECLINED: the key is none of the issuer's;
 *               NGX_ERROR: there are no keys, and there have to be some
 */

const resonate_jwks_t *ngx_resonate_auth_keys(
    ngx_resonate_auth_issuer_t *issuer);
ngx_atomic_uint_t ngx_resonate_auth_keys_generation(
    ngx_resonate_auth_issuer_t *issuer);
ngx_int_t ngx_resonate_auth_keys_missing(ngx_resonate_auth_issuer_t *issuer,
    ngx_resonate_auth_ctx_t *ctx);
ngx_int_t ngx_resonate_auth_keys_wait(ngx_resonate_auth_issuer_t *issuer,
    ngx_resonate_auth_keys_wait_t *wait);
void ngx_resonate_auth_keys_cancel(ngx_resonate_auth_keys_wait_t *wait);

/* the lines, when all of the issuer are known, and in each worker */
char *ngx_resonate_auth_line_jwks_uri(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf);
char *ngx_resonate_auth_line_discovery(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf);
char *ngx_resonate_auth_keys_conf(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer);
ngx_int_t ngx_resonate_auth_keys_init(ngx_resonate_auth_main_conf_t *amcf,
    ngx_cycle_t *cycle);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_AUTH_KEYS_H_INCLUDED_ */
