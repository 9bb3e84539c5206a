
/*
 * Copyright (C) Resonate
 *
 * From a token to an entry: the worker's own cache, the shared one, or the
 * verification itself.
 *
 * The shared cache is keyed by SHA-256 of the whole token, the worker's own
 * compares the whole token, so that tokens which share a prefix, a suffix or
 * a "jti" stay apart.  Both hold good tokens only: whoever has none cannot
 * push others out.
 */


#include "ngx_resonate_auth_internal.h"
#include "ngx_resonate_auth_keys.h"


#define NGX_RESONATE_AUTH_SLOTS  4096    /* a power of two */
#define NGX_RESONATE_AUTH_TAIL   16      /* of the signature: well spread */


struct ngx_resonate_auth_worker_s {
    EVP_MD_CTX                 *ctx;
    const EVP_MD               *md;
    ngx_resonate_auth_entry_t  *slots[NGX_RESONATE_AUTH_SLOTS];
};


static ngx_int_t ngx_resonate_auth_answer(ngx_resonate_auth_worker_t *worker,
    ngx_resonate_auth_ctx_t *ctx, ngx_log_t *log);
static void ngx_resonate_auth_worker_cleanup(void *data);
static ngx_int_t ngx_resonate_auth_digest(ngx_resonate_auth_worker_t *worker,
    ngx_str_t *token, u_char *digest);
static ngx_resonate_auth_entry_t **ngx_resonate_auth_slot(
    ngx_resonate_auth_worker_t *worker, ngx_str_t *token);
static ngx_uint_t ngx_resonate_auth_equal(ngx_resonate_auth_entry_t *entry,
    ngx_str_t *token);
static void ngx_resonate_auth_keep(ngx_resonate_auth_worker_t *worker,
    ngx_resonate_auth_entry_t *entry, ngx_str_t *token, ngx_log_t *log);
static void ngx_resonate_auth_share(ngx_resonate_auth_main_conf_t *amcf,
    ngx_resonate_auth_entry_t *entry);
static void ngx_resonate_auth_key(ngx_resonate_auth_main_conf_t *amcf,
    u_char *digest, u_char *key);
static ngx_int_t ngx_resonate_auth_verify(ngx_http_request_t *r,
    ngx_resonate_auth_main_conf_t *amcf, u_char *digest,
    ngx_resonate_auth_ctx_t *ctx);
static ngx_int_t ngx_resonate_auth_judge(ngx_http_request_t *r,
    ngx_resonate_auth_issuer_t *issuer, resonate_jwt_t *jwt, u_char *digest,
    ngx_resonate_auth_ctx_t *ctx);
static resonate_jwt_rc_e ngx_resonate_auth_check_token(
    ngx_resonate_auth_issuer_t *issuer, resonate_jwt_t *jwt,
    resonate_claims_t *claims);


ngx_int_t
ngx_resonate_auth_resolve(ngx_http_request_t *r, ngx_resonate_auth_ctx_t *ctx)
{
    u_char                          digest[NGX_RESONATE_AUTH_DIGEST];
    ngx_int_t                       rc;
    ngx_str_t                      *token;
    ngx_resonate_auth_entry_t      *e;
    ngx_resonate_auth_worker_t     *worker;
    ngx_resonate_auth_main_conf_t  *amcf;

    amcf = ngx_http_get_module_main_conf(r, ngx_resonate_auth_module);
    token = &ctx->token;

    if (token->len > RESONATE_JWT_MAX) {
        ctx->why = RESONATE_JWT_TOO_LARGE;
        return NGX_DECLINED;
    }

    if (amcf->issuers.nelts == 0) {
        ctx->why = RESONATE_JWT_ISSUER;
        return NGX_DECLINED;
    }

    if (ctx->asking || ctx->keys.waits) {
        return NGX_AGAIN;
    }

    worker = amcf->worker;

    if (ctx->answered) {
        return ngx_resonate_auth_answer(worker, ctx, r->connection->log);
    }

    e = *ngx_resonate_auth_slot(worker, token);

    if (e && e->id.expires > ngx_time()
        && e->generation == *e->current
        && ngx_resonate_auth_equal(e, token))
    {
        e->refs++;
        ctx->entry = e;
        ngx_resonate_count(amcf->cached);
        return NGX_OK;
    }

    if (ngx_resonate_auth_digest(worker, token, digest) != NGX_OK) {
        return NGX_ERROR;
    }

    rc = ngx_resonate_auth_shared_get(amcf, digest, r->pool, &ctx->entry);

    if (rc == NGX_OK) {
        ngx_resonate_count(amcf->cached);
    }

    if (rc == NGX_DECLINED) {
        rc = ngx_resonate_auth_verify(r, amcf, digest, ctx);
    }

    if (rc == NGX_OK) {
        ngx_resonate_auth_keep(worker, ctx->entry, token, r->connection->log);
    }

    return rc;
}


static ngx_int_t
ngx_resonate_auth_answer(ngx_resonate_auth_worker_t *worker,
    ngx_resonate_auth_ctx_t *ctx, ngx_log_t *log)
{
    ngx_resonate_auth_main_conf_t  *amcf;

    if (ctx->answer == NGX_OK) {
        ngx_resonate_auth_keep(worker, ctx->entry, &ctx->token, log);
    }

    if (ctx->answer == NGX_DECLINED) {
        amcf = ngx_http_cycle_get_module_main_conf(ngx_cycle,
                                                   ngx_resonate_auth_module);
        ngx_resonate_count(amcf->refused);
    }

    return ctx->answer;
}


ngx_int_t
ngx_resonate_auth_worker_init(ngx_resonate_auth_main_conf_t *amcf,
    ngx_cycle_t *cycle)
{
    ngx_pool_cleanup_t          *cln;
    ngx_resonate_auth_worker_t  *worker;

    cln = ngx_pool_cleanup_add(cycle->pool,
                               sizeof(ngx_resonate_auth_worker_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    worker = cln->data;
    ngx_memzero(worker, sizeof(ngx_resonate_auth_worker_t));

    cln->handler = ngx_resonate_auth_worker_cleanup;

    /* looking an algorithm up by name costs more than hashing a token */

#if (OPENSSL_VERSION_NUMBER >= 0x30000000L)
    worker->md = EVP_MD_fetch(NULL, "SHA256", NULL);
#else
    worker->md = EVP_sha256();
#endif

    worker->ctx = EVP_MD_CTX_new();

    if (worker->md == NULL || worker->ctx == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "resonate_auth has no SHA-256 of OpenSSL");
        return NGX_ERROR;
    }

    amcf->worker = worker;

    return ngx_resonate_auth_keys_init(amcf, cycle);
}


static void
ngx_resonate_auth_worker_cleanup(void *data)
{
    ngx_resonate_auth_worker_t *worker = data;

    ngx_uint_t  i;

    for (i = 0; i < NGX_RESONATE_AUTH_SLOTS; i++) {
        ngx_resonate_auth_entry_release(worker->slots[i]);
    }

    EVP_MD_CTX_free(worker->ctx);

#if (OPENSSL_VERSION_NUMBER >= 0x30000000L)
    EVP_MD_free((EVP_MD *) worker->md);
#endif
}


static ngx_int_t
ngx_resonate_auth_digest(ngx_resonate_auth_worker_t *worker, ngx_str_t *token,
    u_char *digest)
{
    if (EVP_DigestInit_ex(worker->ctx, worker->md, NULL) != 1
        || EVP_DigestUpdate(worker->ctx, token->data, token->len) != 1
        || EVP_DigestFinal_ex(worker->ctx, digest, NULL) != 1)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_resonate_auth_entry_t **
ngx_resonate_auth_slot(ngx_resonate_auth_worker_t *worker, ngx_str_t *token)
{
    size_t    len;
    uint32_t  hash;

    len = ngx_min(token->len, NGX_RESONATE_AUTH_TAIL);
    hash = ngx_murmur_hash2(token->data + token->len - len, len);

    return &worker->slots[hash & (NGX_RESONATE_AUTH_SLOTS - 1)];
}


/*
 * The signature alone is a secret: what it signs says who somebody is, and a
 * comparison in constant time takes a fiftieth of a request for all of it.
 */

static ngx_uint_t
ngx_resonate_auth_equal(ngx_resonate_auth_entry_t *entry, ngx_str_t *token)
{
    size_t  n;

    n = entry->signature;

    return entry->token.len == token->len
           && ngx_memcmp(entry->token.data, token->data, n) == 0
           && CRYPTO_memcmp(entry->token.data + n, token->data + n,
                            token->len - n)
              == 0;
}


static void
ngx_resonate_auth_keep(ngx_resonate_auth_worker_t *worker,
    ngx_resonate_auth_entry_t *entry, ngx_str_t *token, ngx_log_t *log)
{
    size_t                       n;
    ngx_resonate_auth_entry_t  **slot;

    /* several requests may have waited for the same entry */

    if (entry->id.expires <= ngx_time() || entry->token.data) {
        return;
    }

    entry->token.data = ngx_alloc(token->len, log);
    if (entry->token.data == NULL) {
        return;
    }

    entry->token.len = token->len;
    ngx_memcpy(entry->token.data, token->data, token->len);

    for (n = token->len; n && token->data[n - 1] != '.'; n--) { /* void */ }

    entry->signature = n;

    slot = ngx_resonate_auth_slot(worker, token);

    ngx_resonate_auth_entry_release(*slot);

    entry->refs++;
    *slot = entry;
}


ngx_int_t
ngx_resonate_auth_shared_get(ngx_resonate_auth_main_conf_t *amcf,
    u_char *digest, ngx_pool_t *pool, ngx_resonate_auth_entry_t **entry)
{
    u_char     buf[2 * NGX_RESONATE_AUTH_DIGEST];
    ngx_int_t  rc;
    ngx_str_t  key, value;

    ngx_resonate_auth_key(amcf, digest, buf);
    key.data = buf;
    key.len = sizeof(buf);

    rc = ngx_resonate_table_get(amcf->table, &key, pool, &value);
    if (rc != NGX_OK) {
        return rc;
    }

    *entry = ngx_resonate_auth_entry_open(amcf, &value, pool->log);
    if (*entry == NULL) {
        return NGX_ERROR;
    }

    if ((*entry)->generation != *(*entry)->current) {
        ngx_resonate_auth_entry_release(*entry);
        *entry = NULL;
        return NGX_DECLINED;
    }

    ngx_memcpy((*entry)->digest, digest, NGX_RESONATE_AUTH_DIGEST);

    return NGX_OK;
}


static void
ngx_resonate_auth_share(ngx_resonate_auth_main_conf_t *amcf,
    ngx_resonate_auth_entry_t *entry)
{
    u_char     buf[2 * NGX_RESONATE_AUTH_DIGEST];
    ngx_str_t  key, value;

    if (entry->id.expires <= ngx_time()) {
        return;
    }

    ngx_resonate_auth_key(amcf, entry->digest, buf);
    key.data = buf;
    key.len = sizeof(buf);

    ngx_resonate_auth_entry_bytes(entry, &value);

    /* no room: it will be verified again, which is all that is lost */

    (void) ngx_resonate_table_put(amcf->table, &key, &value, 1,
                                  entry->id.expires);
}


static void
ngx_resonate_auth_key(ngx_resonate_auth_main_conf_t *amcf, u_char *digest,
    u_char *key)
{
    key = ngx_cpymem(key, amcf->generation, NGX_RESONATE_AUTH_DIGEST);
    ngx_memcpy(key, digest, NGX_RESONATE_AUTH_DIGEST);
}


static ngx_int_t
ngx_resonate_auth_verify(ngx_http_request_t *r,
    ngx_resonate_auth_main_conf_t *amcf, u_char *digest,
    ngx_resonate_auth_ctx_t *ctx)
{
    ngx_int_t                    rc;
    resonate_jwt_t               jwt;
    ngx_resonate_auth_issuer_t  *issuer;
    ngx_resonate_auth_opaque_t  *opaque;

    opaque = NULL;
    rc = NGX_DECLINED;

    ctx->why = resonate_jwt_parse(&jwt, (char *) ctx->token.data,
                                  ctx->token.len);

    if (ctx->why == RESONATE_JWT_OK) {
        issuer = ngx_resonate_auth_find_issuer(amcf, &jwt);

        if (issuer == NULL) {
            ctx->why = RESONATE_JWT_ISSUER;

        } else if (issuer->jwks || issuer->keys) {
            rc = ngx_resonate_auth_judge(r, issuer, &jwt, digest, ctx);

        } else {
            /* without keys, and with nobody to ask, it is nobody's */

            opaque = ngx_resonate_auth_opaque_find(amcf, issuer, &ctx->token);
            ctx->why = RESONATE_JWT_ISSUER;
        }

        resonate_jwt_free(&jwt);

    } else if (ctx->why == RESONATE_JWT_MALFORMED) {
        opaque = ngx_resonate_auth_opaque_find(amcf, NULL, &ctx->token);
    }

    if (opaque) {
        return ngx_resonate_auth_ask(r, ctx, opaque, digest);
    }

    if (ctx->why == RESONATE_JWT_NO_MEMORY) {
        return NGX_ERROR;
    }

    if (rc == NGX_DECLINED) {
        ngx_resonate_count(amcf->refused);
    }

    return rc;
}


static ngx_int_t
ngx_resonate_auth_judge(ngx_http_request_t *r,
    ngx_resonate_auth_issuer_t *issuer, resonate_jwt_t *jwt, u_char *digest,
    ngx_resonate_auth_ctx_t *ctx)
{
    resonate_claims_t               claims;
    ngx_resonate_auth_main_conf_t  *amcf;

    ctx->why = ngx_resonate_auth_check_token(issuer, jwt, &claims);

    if (ctx->why == RESONATE_JWT_KEY) {
        return ngx_resonate_auth_keys_missing(issuer, ctx);
    }

    if (ctx->why != RESONATE_JWT_OK) {
        return NGX_DECLINED;
    }

    amcf = ngx_http_get_module_main_conf(r, ngx_resonate_auth_module);

    ngx_resonate_count(amcf->verified);

    ctx->entry = ngx_resonate_auth_accept(amcf, issuer, jwt->claims, &claims,
                                          digest, r->connection->log);

    return ctx->entry ? NGX_OK : NGX_ERROR;
}


static resonate_jwt_rc_e
ngx_resonate_auth_check_token(ngx_resonate_auth_issuer_t *issuer,
    resonate_jwt_t *jwt, resonate_claims_t *claims)
{
    resonate_jwt_rc_e  rc;

    rc = ngx_resonate_auth_check_signature(issuer, jwt);
    if (rc != RESONATE_JWT_OK) {
        return rc;
    }

    return resonate_claims_check(jwt, &issuer->policy, ngx_time(), claims);
}


resonate_jwt_rc_e
ngx_resonate_auth_check_signature(ngx_resonate_auth_issuer_t *issuer,
    resonate_jwt_t *jwt)
{
    const resonate_jwk_t   *key;
    const resonate_jwks_t  *jwks;

    if (!(issuer->algs & jwt->alg)) {
        return RESONATE_JWT_ALGORITHM;
    }

    jwks = ngx_resonate_auth_keys(issuer);
    key = jwks ? resonate_jwks_find(jwks, jwt) : NULL;

    if (key == NULL) {
        return RESONATE_JWT_KEY;
    }

    return resonate_jws_verify(key, jwt->alg, &jwt->input, jwt->signature,
                               jwt->signature_len);
}


ngx_resonate_auth_issuer_t *
ngx_resonate_auth_find_issuer(ngx_resonate_auth_main_conf_t *amcf,
    resonate_jwt_t *jwt)
{
    ngx_uint_t                    i;
    resonate_jwt_view_t           iss;
    ngx_resonate_auth_issuer_t  **issuer;

    iss = resonate_claims_issuer(jwt->claims);
    issuer = amcf->issuers.elts;

    for (i = 0; i < amcf->issuers.nelts; i++) {
        if (issuer[i]->name.len == iss.len
            && ngx_memcmp(issuer[i]->name.data, iss.data, iss.len) == 0)
        {
            return issuer[i];
        }
    }

    return NULL;
}


ngx_resonate_auth_entry_t *
ngx_resonate_auth_accept(ngx_resonate_auth_main_conf_t *amcf,
    ngx_resonate_auth_issuer_t *issuer, json_t *json,
    resonate_claims_t *claims, u_char *digest, ngx_log_t *log)
{
    ngx_resonate_auth_entry_t  *entry;

    entry = ngx_resonate_auth_entry_make(issuer, json, claims, log);

    if (entry) {
        ngx_memcpy(entry->digest, digest, NGX_RESONATE_AUTH_DIGEST);
        ngx_resonate_auth_share(amcf, entry);
    }

    return entry;
}
