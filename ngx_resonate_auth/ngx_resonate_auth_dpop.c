
/*
 * Copyright (C) Resonate
 *
 * A token that is bound to a key or to a certificate is good only for who has
 * that: the step behind finding the token good.
 */


#include "ngx_resonate_auth_dpop.h"


static ngx_int_t ngx_resonate_dpop_check(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx);
static ngx_int_t ngx_resonate_dpop_proof(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx, resonate_dpop_t *result);
static resonate_dpop_rc_e ngx_resonate_dpop_verify(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx, ngx_str_t *text, resonate_dpop_t *result);
static void ngx_resonate_dpop_method(ngx_http_request_t *r,
    resonate_jwt_view_t *method);
static ngx_int_t ngx_resonate_dpop_uri(ngx_http_request_t *r,
    ngx_uint_t origins, resonate_uri_t *uri);
static ngx_int_t ngx_resonate_dpop_nonce(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx, resonate_dpop_t *result);


ngx_int_t
ngx_resonate_auth_bound(ngx_http_request_t *r, ngx_resonate_auth_ctx_t *ctx)
{
    ngx_int_t                       rc;
    ngx_str_t                      *jkt;
    ngx_resonate_dpop_main_conf_t  *dmcf;

    /* the token of a session is with the edge, not with its client */

    if (ctx->source == NGX_RESONATE_AUTH_SESSION) {
        return NGX_OK;
    }

    rc = ngx_resonate_mtls_check(r, ctx);
    if (rc != NGX_OK) {
        return rc;
    }

    jkt = &ctx->entry->texts[NGX_RESONATE_AUTH_JKT];

    if ((ctx->scheme == NGX_RESONATE_AUTH_DPOP) != (jkt->len != 0)) {
        ctx->why = jkt->len ? RESONATE_JWT_BOUND : RESONATE_JWT_UNBOUND;
        return NGX_DECLINED;
    }

    if (jkt->len == 0) {
        return NGX_OK;
    }

    dmcf = ngx_http_get_module_main_conf(r, ngx_resonate_auth_dpop_module);

    if (dmcf->stmt && !ctx->may_wait && ctx->ask == NULL) {
        return NGX_AGAIN;
    }

    rc = ngx_resonate_dpop_check(r, ctx);

    if (rc != NGX_AGAIN) {
        ngx_resonate_count(rc == NGX_OK ? dmcf->accepted
                           : rc == NGX_DECLINED ? dmcf->refused
                           : dmcf->failed);
    }

    return rc;
}


static ngx_int_t
ngx_resonate_dpop_check(ngx_http_request_t *r, ngx_resonate_auth_ctx_t *ctx)
{
    ngx_int_t        rc;
    resonate_dpop_t  result;

    if (ctx->ask) {
        rc = ngx_resonate_dpop_answer(ctx);

    } else {
        rc = ngx_resonate_dpop_proof(r, ctx, &result);

        if (rc == NGX_OK) {
            rc = ngx_resonate_dpop_nonce(r, ctx, &result);
        }

        if (rc != NGX_OK) {
            return rc;
        }

        rc = ngx_resonate_dpop_once(r, ctx, result.id);
    }

    if (rc == NGX_DECLINED) {
        ctx->why = RESONATE_JWT_REPLAY;
    }

    return rc;
}


static ngx_int_t
ngx_resonate_dpop_proof(ngx_http_request_t *r, ngx_resonate_auth_ctx_t *ctx,
    resonate_dpop_t *result)
{
    ngx_uint_t           n;
    ngx_table_elt_t     *h;
    resonate_dpop_rc_e   rc;

    h = ngx_resonate_find_header(r, "DPoP", sizeof("DPoP") - 1, &n);

    if (n != 1) {
        ctx->why = RESONATE_JWT_PROOF;
        ctx->detail = n ? "There is more than one proof"
                        : "There is no proof of the key of the token";
        return NGX_DECLINED;
    }

    rc = ngx_resonate_dpop_verify(r, ctx, &h->value, result);

    if (rc == RESONATE_DPOP_OK) {
        return NGX_OK;
    }

    if (rc == RESONATE_DPOP_NO_MEMORY) {
        return NGX_ERROR;
    }

    ctx->why = RESONATE_JWT_PROOF;
    ctx->detail = resonate_dpop_strerror(rc);

    return NGX_DECLINED;
}


static resonate_dpop_rc_e
ngx_resonate_dpop_verify(ngx_http_request_t *r, ngx_resonate_auth_ctx_t *ctx,
    ngx_str_t *text, resonate_dpop_t *result)
{
    ngx_str_t                      *jkt;
    resonate_uri_t                  uri;
    resonate_dpop_rc_e              rc;
    resonate_dpop_key_t            *key, fresh;
    resonate_dpop_proof_t           proof;
    resonate_dpop_request_t         wanted;
    ngx_resonate_dpop_srv_conf_t   *dscf;
    ngx_resonate_dpop_main_conf_t  *dmcf;

    dmcf = ngx_http_get_module_main_conf(r, ngx_resonate_auth_dpop_module);
    dscf = ngx_http_get_module_srv_conf(r, ngx_resonate_auth_dpop_module);

    rc = resonate_dpop_split(&proof, (char *) text->data, text->len);
    if (rc != RESONATE_DPOP_OK) {
        return rc;
    }

    ngx_memzero(&wanted, sizeof(wanted));

    jkt = &ctx->entry->texts[NGX_RESONATE_AUTH_JKT];

    wanted.jkt.data = (char *) jkt->data;
    wanted.jkt.len = jkt->len;
    wanted.ath = ctx->entry->digest;
    wanted.uri = &uri;
    wanted.past = dmcf->past;
    wanted.ahead = dmcf->ahead;

    ngx_resonate_dpop_method(r, &wanted.method);

    if (dscf->origins) {
        wanted.origins = dscf->origins->elts;
        wanted.norigins = dscf->origins->nelts;
    }

    if (ngx_resonate_dpop_uri(r, wanted.norigins, &uri) != NGX_OK) {
        return RESONATE_DPOP_URI;
    }

    key = ngx_resonate_dpop_find(dmcf->worker, &proof.header);

    if (key) {
        return resonate_dpop_check(&proof, key, &wanted, ngx_time(), result);
    }

    rc = resonate_dpop_key(&fresh, &proof.header, dmcf->algs);
    if (rc != RESONATE_DPOP_OK) {
        return rc;
    }

    rc = resonate_dpop_check(&proof, &fresh, &wanted, ngx_time(), result);

    if (rc == RESONATE_DPOP_OK) {
        ngx_resonate_dpop_keep(dmcf->worker, &proof.header, &fresh,
                               r->connection->log);

    } else {
        resonate_dpop_key_free(&fresh);
    }

    return rc;
}


/* r->method_name is what an error page has made of it */

static void
ngx_resonate_dpop_method(ngx_http_request_t *r, resonate_jwt_view_t *method)
{
    u_char  *space;

    space = ngx_strlchr(r->request_line.data,
                        r->request_line.data + r->request_line.len, ' ');

    method->data = (char *) r->request_line.data;
    method->len = space ? (size_t) (space - r->request_line.data)
                        : r->request_line.len;
}


/* the URI that the client asked for, before any rewriting */

static ngx_int_t
ngx_resonate_dpop_uri(ngx_http_request_t *r, ngx_uint_t origins,
    resonate_uri_t *uri)
{
    u_char      *p, *last, raw[RESONATE_URI_MAX];
    const char  *scheme;

    scheme = "http";
    last = raw + sizeof(raw);

#if (NGX_HTTP_SSL)
    if (r->connection->ssl) {
        scheme = "https";
    }
#endif

    p = ngx_slprintf(raw, last, "%s://", scheme);

    if (origins) {
        p = ngx_slprintf(p, last, "any");

    } else if (r->headers_in.host) {
        p = ngx_slprintf(p, last, "%V", &r->headers_in.host->value);

    } else {

        /* HTTP/3 has ":authority", of which nginx keeps the name only */

        if (ngx_connection_local_sockaddr(r->connection, NULL, 0) != NGX_OK) {
            return NGX_DECLINED;
        }

        p = ngx_slprintf(p, last, "%V:%ui", &r->headers_in.server,
                         (ngx_uint_t)
                         ngx_inet_get_port(r->connection->local_sockaddr));
    }

    p = ngx_slprintf(p, last, "%V", &r->unparsed_uri);

    return resonate_uri_normalize(uri, (char *) raw, p - raw) == 0
           ? NGX_OK : NGX_DECLINED;
}


/* RFC 9449, section 9 */

static ngx_int_t
ngx_resonate_dpop_nonce(ngx_http_request_t *r, ngx_resonate_auth_ctx_t *ctx,
    resonate_dpop_t *result)
{
    ngx_resonate_dpop_srv_conf_t  *dscf;

    dscf = ngx_http_get_module_srv_conf(r, ngx_resonate_auth_dpop_module);

    if (dscf->nonce == NULL) {
        return NGX_OK;
    }

    switch (resonate_nonce_check(dscf->nonce, ngx_time(), result->nonce,
                                 result->nonce_len))
    {
    case RESONATE_NONCE_OK:
        return NGX_OK;

    case RESONATE_NONCE_ENDING:
        return ngx_resonate_dpop_give_nonce(r, ctx);

    case RESONATE_NONCE_STALE:
        ctx->why = RESONATE_JWT_NONCE;
        return ngx_resonate_dpop_give_nonce(r, ctx) == NGX_OK
               ? NGX_DECLINED : NGX_ERROR;

    default: /* RESONATE_NONCE_FAILED */
        return NGX_ERROR;
    }
}


/* once for an answer */

ngx_int_t
ngx_resonate_dpop_give_nonce(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx)
{
    ngx_str_t                      value;
    ngx_resonate_dpop_srv_conf_t  *dscf;

    dscf = ngx_http_get_module_srv_conf(r->main,
                                        ngx_resonate_auth_dpop_module);

    if (dscf->nonce == NULL || ctx->nonce) {
        return NGX_OK;
    }

    value.len = RESONATE_NONCE_LEN;
    value.data = ngx_pnalloc(r->main->pool, value.len);

    if (value.data == NULL
        || resonate_nonce_make(dscf->nonce, ngx_time(), (char *) value.data)
           != 0
        || ngx_resonate_add_header(r->main, "DPoP-Nonce", &value) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ctx->nonce = 1;

    return NGX_OK;
}


/*
 * What a location that has its own mind of proofs sees of the identity, which
 * was found out for all of them.
 */

ngx_resonate_auth_ctx_t *
ngx_resonate_dpop_view(ngx_http_request_t *r, ngx_resonate_auth_ctx_t *ctx)
{
    ngx_uint_t                     proof;
    ngx_resonate_auth_ctx_t       *view;
    ngx_resonate_dpop_loc_conf_t  *dlcf;

    dlcf = ngx_http_get_module_loc_conf(r, ngx_resonate_auth_dpop_module);
    proof = (ctx->scheme == NGX_RESONATE_AUTH_DPOP);

    if (!ctx->sent || ctx->status || dlcf->mode == NGX_RESONATE_DPOP_ON
        || (dlcf->mode == NGX_RESONATE_DPOP_REQUIRED) == proof)
    {
        return ctx;
    }

    view = ctx->view;

    if (view == NULL) {
        view = ngx_pcalloc(r->main->pool, sizeof(ngx_resonate_auth_ctx_t));
        if (view == NULL) {
            return NULL;
        }

        ctx->view = view;
    }

    view->scheme = ctx->scheme;
    view->source = ctx->source;
    view->sent = !proof;
    view->why = ctx->entry ? RESONATE_JWT_UNBOUND : ctx->why;
    view->detail = ctx->detail;

    return view;
}


ngx_uint_t
ngx_resonate_dpop_mode(ngx_http_request_t *r, ngx_str_t *names)
{
    ngx_resonate_dpop_loc_conf_t   *dlcf;
    ngx_resonate_dpop_main_conf_t  *dmcf;

    dlcf = ngx_http_get_module_loc_conf(r, ngx_resonate_auth_dpop_module);
    dmcf = ngx_http_get_module_main_conf(r, ngx_resonate_auth_dpop_module);

    *names = dmcf->names;

    return dlcf->mode;
}


ngx_uint_t
ngx_resonate_dpop_used(ngx_http_request_t *r)
{
    ngx_resonate_dpop_main_conf_t  *dmcf;

    dmcf = ngx_http_get_module_main_conf(r, ngx_resonate_auth_dpop_module);

    return dmcf->used;
}
