
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


#define NGX_RESONATE_AUTH_SLOTS  4096    /* a power of two */
#define NGX_RESONATE_AUTH_TAIL   16      /* of the signature: well spread */


struct ngx_resonate_auth_worker_s {
    EVP_MD_CTX                 *ctx;
    const EVP_MD               *md;
    ngx_resonate_auth_entry_t  *slots[NGX_RESONATE_AUTH_SLOTS];
};


/*
 * Before the bytes of an entry, in shared memory as in the worker's.  The
 * lengths are of what follows, in this order; each but the claims has a NUL
 * behind it, which core's door promises and libpq needs.
 */

typedef struct {
    time_t                      expires;
    uint32_t                    issuer;
    uint32_t                    subject;
    uint32_t                    client;
    uint32_t                    scope;
    uint32_t                    name;
    uint32_t                    claims;
} ngx_resonate_auth_packed_t;


#define NGX_RESONATE_AUTH_TEXTS  5
#define NGX_RESONATE_AUTH_PARTS  (1 + 2 * NGX_RESONATE_AUTH_TEXTS + 1)


static void ngx_resonate_auth_worker_cleanup(void *data);
static ngx_int_t ngx_resonate_auth_digest(ngx_resonate_auth_worker_t *worker,
    ngx_str_t *token, u_char *digest);
static ngx_resonate_auth_entry_t **ngx_resonate_auth_slot(
    ngx_resonate_auth_worker_t *worker, ngx_str_t *token);
static ngx_uint_t ngx_resonate_auth_equal(ngx_resonate_auth_entry_t *entry,
    ngx_str_t *token);
static void ngx_resonate_auth_keep(ngx_resonate_auth_worker_t *worker,
    ngx_resonate_auth_entry_t *entry, ngx_str_t *token, ngx_log_t *log);
static ngx_int_t ngx_resonate_auth_shared(ngx_http_request_t *r,
    ngx_resonate_auth_main_conf_t *amcf, u_char *digest,
    ngx_resonate_auth_entry_t **entry);
static void ngx_resonate_auth_share(ngx_resonate_auth_main_conf_t *amcf,
    u_char *digest, ngx_str_t *parts, time_t expires);
static void ngx_resonate_auth_key(ngx_resonate_auth_main_conf_t *amcf,
    u_char *digest, u_char *key);
static ngx_int_t ngx_resonate_auth_verify(ngx_http_request_t *r,
    ngx_resonate_auth_main_conf_t *amcf, ngx_str_t *token, u_char *digest,
    ngx_resonate_auth_entry_t **entry, resonate_jwt_rc_e *why);
static resonate_jwt_rc_e ngx_resonate_auth_check_token(
    ngx_resonate_auth_issuer_t *issuer, resonate_jwt_t *jwt,
    resonate_claims_t *claims);
static ngx_resonate_auth_issuer_t *ngx_resonate_auth_find_issuer(
    ngx_resonate_auth_main_conf_t *amcf, resonate_jwt_t *jwt);
static ngx_int_t ngx_resonate_auth_accept(ngx_http_request_t *r,
    ngx_resonate_auth_main_conf_t *amcf, ngx_resonate_auth_issuer_t *issuer,
    resonate_jwt_t *jwt, resonate_claims_t *claims, u_char *digest,
    ngx_resonate_auth_entry_t **entry);
static ngx_resonate_auth_entry_t *ngx_resonate_auth_entry(ngx_str_t *parts,
    ngx_uint_t nparts, ngx_log_t *log);
static ngx_int_t ngx_resonate_auth_unpack(ngx_resonate_auth_entry_t *entry,
    u_char *p, size_t len);


ngx_int_t
ngx_resonate_auth_resolve(ngx_http_request_t *r, ngx_str_t *token,
    ngx_resonate_auth_entry_t **entry, resonate_jwt_rc_e *why)
{
    u_char                          digest[NGX_RESONATE_AUTH_DIGEST];
    ngx_int_t                       rc;
    ngx_resonate_auth_entry_t      *e;
    ngx_resonate_auth_worker_t     *worker;
    ngx_resonate_auth_main_conf_t  *amcf;

    amcf = ngx_http_get_module_main_conf(r, ngx_resonate_auth_module);

    if (token->len > RESONATE_JWT_MAX) {
        *why = RESONATE_JWT_TOO_LARGE;
        return NGX_DECLINED;
    }

    if (amcf->issuers.nelts == 0) {
        *why = RESONATE_JWT_ISSUER;
        return NGX_DECLINED;
    }

    worker = ngx_resonate_auth_worker(amcf, (ngx_cycle_t *) ngx_cycle);

    if (worker == NULL) {
        return NGX_ERROR;
    }

    e = *ngx_resonate_auth_slot(worker, token);

    if (e && e->id.expires > ngx_time()
        && ngx_resonate_auth_equal(e, token))
    {
        e->refs++;
        *entry = e;
        ngx_resonate_count(amcf->cached);
        return NGX_OK;
    }

    if (ngx_resonate_auth_digest(worker, token, digest) != NGX_OK) {
        return NGX_ERROR;
    }

    rc = ngx_resonate_auth_shared(r, amcf, digest, entry);

    if (rc == NGX_DECLINED) {
        rc = ngx_resonate_auth_verify(r, amcf, token, digest, entry, why);
    }

    if (rc == NGX_OK && (*entry)->id.expires > ngx_time()) {
        ngx_resonate_auth_keep(worker, *entry, token, r->connection->log);
    }

    return rc;
}


void
ngx_resonate_auth_release(ngx_resonate_auth_entry_t *entry)
{
    if (entry && --entry->refs == 0) {
        ngx_free(entry->token.data);
        ngx_free(entry);
    }
}


/* without master process a reload makes no new process, hence "cycle" */

ngx_resonate_auth_worker_t *
ngx_resonate_auth_worker(ngx_resonate_auth_main_conf_t *amcf,
    ngx_cycle_t *cycle)
{
    ngx_pool_cleanup_t          *cln;
    ngx_resonate_auth_worker_t  *worker;

    if (amcf->worker) {
        return amcf->worker;
    }

    cln = ngx_pool_cleanup_add(cycle->pool,
                               sizeof(ngx_resonate_auth_worker_t));
    if (cln == NULL) {
        return NULL;
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
        return NULL;
    }

    amcf->worker = worker;

    return worker;
}


static void
ngx_resonate_auth_worker_cleanup(void *data)
{
    ngx_resonate_auth_worker_t *worker = data;

    ngx_uint_t  i;

    for (i = 0; i < NGX_RESONATE_AUTH_SLOTS; i++) {
        ngx_resonate_auth_release(worker->slots[i]);
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

    entry->token.data = ngx_alloc(token->len, log);
    if (entry->token.data == NULL) {
        return;
    }

    entry->token.len = token->len;
    ngx_memcpy(entry->token.data, token->data, token->len);

    for (n = token->len; n && token->data[n - 1] != '.'; n--) { /* void */ }

    entry->signature = n;

    slot = ngx_resonate_auth_slot(worker, token);

    ngx_resonate_auth_release(*slot);

    entry->refs++;
    *slot = entry;
}


static ngx_int_t
ngx_resonate_auth_shared(ngx_http_request_t *r,
    ngx_resonate_auth_main_conf_t *amcf, u_char *digest,
    ngx_resonate_auth_entry_t **entry)
{
    u_char     buf[2 * NGX_RESONATE_AUTH_DIGEST];
    ngx_int_t  rc;
    ngx_str_t  key, value;

    ngx_resonate_auth_key(amcf, digest, buf);
    key.data = buf;
    key.len = sizeof(buf);

    rc = ngx_resonate_table_get(amcf->table, &key, r->pool, &value);
    if (rc != NGX_OK) {
        return rc;
    }

    *entry = ngx_resonate_auth_entry(&value, 1, r->connection->log);
    if (*entry == NULL) {
        return NGX_ERROR;
    }

    ngx_resonate_count(amcf->cached);

    return NGX_OK;
}


static void
ngx_resonate_auth_share(ngx_resonate_auth_main_conf_t *amcf, u_char *digest,
    ngx_str_t *parts, time_t expires)
{
    u_char     buf[2 * NGX_RESONATE_AUTH_DIGEST];
    ngx_str_t  key;

    if (expires <= ngx_time()) {
        return;
    }

    ngx_resonate_auth_key(amcf, digest, buf);
    key.data = buf;
    key.len = sizeof(buf);

    /* no room: it will be verified again, which is all that is lost */

    (void) ngx_resonate_table_put(amcf->table, &key, parts,
                                  NGX_RESONATE_AUTH_PARTS, expires);
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
    ngx_resonate_auth_main_conf_t *amcf, ngx_str_t *token, u_char *digest,
    ngx_resonate_auth_entry_t **entry, resonate_jwt_rc_e *why)
{
    ngx_int_t                    rc;
    resonate_jwt_t               jwt;
    resonate_claims_t            claims;
    ngx_resonate_auth_issuer_t  *issuer;

    *why = resonate_jwt_parse(&jwt, (char *) token->data, token->len);
    rc = NGX_DECLINED;

    if (*why == RESONATE_JWT_OK) {
        issuer = ngx_resonate_auth_find_issuer(amcf, &jwt);

        *why = issuer ? ngx_resonate_auth_check_token(issuer, &jwt, &claims)
                      : RESONATE_JWT_ISSUER;

        if (*why == RESONATE_JWT_OK) {
            ngx_resonate_count(amcf->verified);
            rc = ngx_resonate_auth_accept(r, amcf, issuer, &jwt, &claims,
                                          digest, entry);
        }

        resonate_jwt_free(&jwt);
    }

    if (*why == RESONATE_JWT_NO_MEMORY) {
        return NGX_ERROR;
    }

    if (rc == NGX_DECLINED) {
        ngx_resonate_count(amcf->refused);
    }

    return rc;
}


static resonate_jwt_rc_e
ngx_resonate_auth_check_token(ngx_resonate_auth_issuer_t *issuer,
    resonate_jwt_t *jwt, resonate_claims_t *claims)
{
    resonate_jwt_rc_e      rc;
    const resonate_jwk_t  *key;

    if (!(issuer->algs & jwt->alg)) {
        return RESONATE_JWT_ALGORITHM;
    }

    key = resonate_jwks_find(issuer->jwks, jwt);
    if (key == NULL) {
        return RESONATE_JWT_KEY;
    }

    rc = resonate_jws_verify(key, jwt->alg, &jwt->input, jwt->signature,
                             jwt->signature_len);
    if (rc != RESONATE_JWT_OK) {
        return rc;
    }

    return resonate_claims_check(jwt->claims, &issuer->policy, ngx_time(),
                                 claims);
}


static ngx_resonate_auth_issuer_t *
ngx_resonate_auth_find_issuer(ngx_resonate_auth_main_conf_t *amcf,
    resonate_jwt_t *jwt)
{
    ngx_uint_t                   i;
    resonate_jwt_view_t          iss;
    ngx_resonate_auth_issuer_t  *issuer;

    iss = resonate_claims_issuer(jwt->claims);
    issuer = amcf->issuers.elts;

    for (i = 0; i < amcf->issuers.nelts; i++) {
        if (issuer[i].name.len == iss.len
            && ngx_memcmp(issuer[i].name.data, iss.data, iss.len) == 0)
        {
            return &issuer[i];
        }
    }

    return NULL;
}


static ngx_int_t
ngx_resonate_auth_accept(ngx_http_request_t *r,
    ngx_resonate_auth_main_conf_t *amcf, ngx_resonate_auth_issuer_t *issuer,
    resonate_jwt_t *jwt, resonate_claims_t *claims, u_char *digest,
    ngx_resonate_auth_entry_t **entry)
{
    long                        len;
    char                        buf[RESONATE_CLAIMS_PACKED_MAX];
    ngx_uint_t                  i;
    ngx_str_t                   parts[NGX_RESONATE_AUTH_PARTS];
    ngx_resonate_auth_packed_t  packed;

    len = resonate_claims_pack(jwt->claims, buf, sizeof(buf));
    if (len < 0) {
        return NGX_ERROR;
    }

    ngx_memzero(&packed, sizeof(packed));

    packed.expires = claims->expires;
    packed.issuer = issuer->name.len;
    packed.subject = claims->subject.len;
    packed.client = claims->client.len;
    packed.scope = claims->scope.len;
    packed.name = claims->name.len;
    packed.claims = len;

    parts[0].data = (u_char *) &packed;
    parts[0].len = sizeof(packed);
    parts[1] = issuer->name;
    parts[3].data = (u_char *) claims->subject.data;
    parts[3].len = claims->subject.len;
    parts[5].data = (u_char *) claims->client.data;
    parts[5].len = claims->client.len;
    parts[7].data = (u_char *) claims->scope.data;
    parts[7].len = claims->scope.len;
    parts[9].data = (u_char *) claims->name.data;
    parts[9].len = claims->name.len;

    for (i = 2; i <= 2 * NGX_RESONATE_AUTH_TEXTS; i += 2) {
        parts[i].data = (u_char *) "";
        parts[i].len = 1;
    }

    parts[11].data = (u_char *) buf;
    parts[11].len = len;

    *entry = ngx_resonate_auth_entry(parts, NGX_RESONATE_AUTH_PARTS,
                                     r->connection->log);
    if (*entry == NULL) {
        return NGX_ERROR;
    }

    ngx_resonate_auth_share(amcf, digest, parts, claims->expires);

    return NGX_OK;
}


static ngx_resonate_auth_entry_t *
ngx_resonate_auth_entry(ngx_str_t *parts, ngx_uint_t nparts, ngx_log_t *log)
{
    u_char                     *data, *p;
    size_t                      len;
    ngx_uint_t                  i;
    ngx_resonate_auth_entry_t  *entry;

    len = 0;

    for (i = 0; i < nparts; i++) {
        len += parts[i].len;
    }

    entry = ngx_alloc(sizeof(ngx_resonate_auth_entry_t) + len, log);
    if (entry == NULL) {
        return NULL;
    }

    data = (u_char *) entry + sizeof(ngx_resonate_auth_entry_t);
    p = data;

    for (i = 0; i < nparts; i++) {
        p = ngx_cpymem(p, parts[i].data, parts[i].len);
    }

    entry->refs = 1;
    entry->token.data = NULL;
    entry->token.len = 0;

    if (ngx_resonate_auth_unpack(entry, data, len) != NGX_OK) {
        ngx_log_error(NGX_LOG_ALERT, log, 0, "bad entry in token cache");
        ngx_free(entry);
        return NULL;
    }

    return entry;
}


static ngx_int_t
ngx_resonate_auth_unpack(ngx_resonate_auth_entry_t *entry, u_char *p,
    size_t len)
{
    ngx_resonate_auth_packed_t  packed;

    if (len < sizeof(packed)) {
        return NGX_ERROR;
    }

    ngx_memcpy(&packed, p, sizeof(packed));
    p += sizeof(packed);

    if (len - sizeof(packed) != (size_t) packed.issuer + packed.subject
                                + packed.client + packed.scope + packed.name
                                + packed.claims + NGX_RESONATE_AUTH_TEXTS)
    {
        return NGX_ERROR;
    }

    entry->id.expires = packed.expires;

    entry->id.issuer.data = p;
    entry->id.issuer.len = packed.issuer;
    p += packed.issuer + 1;

    entry->id.subject.data = p;
    entry->id.subject.len = packed.subject;
    p += packed.subject + 1;

    entry->id.client.data = p;
    entry->id.client.len = packed.client;
    p += packed.client + 1;

    entry->id.scope.data = p;
    entry->id.scope.len = packed.scope;
    p += packed.scope + 1;

    entry->id.name.data = p;
    entry->id.name.len = packed.name;
    p += packed.name + 1;

    entry->claims.data = p;
    entry->claims.len = packed.claims;

    return NGX_OK;
}
