
/*
 * Copyright (C) Resonate
 *
 * Tokens that are bound to the certificate of their client (RFC 8705, section
 * 3): that of its TLS connection to us, or, where something else ends its TLS,
 * the one that is handed on.
 */


#include "ngx_resonate_auth_internal.h"
#include "jwt/resonate_certificate.h"

#include <openssl/crypto.h>


typedef struct {
    ngx_http_complex_value_t  *certificate;
} ngx_resonate_mtls_srv_conf_t;


static ngx_int_t ngx_resonate_mtls_handed(ngx_http_request_t *r,
    ngx_http_complex_value_t *certificate, u_char *digest);
static ngx_int_t ngx_resonate_mtls_peer(ngx_http_request_t *r, u_char *digest);

static void *ngx_resonate_mtls_create_srv_conf(ngx_conf_t *cf);
static char *ngx_resonate_mtls_merge_srv_conf(ngx_conf_t *cf, void *parent,
    void *child);


static ngx_command_t  ngx_resonate_mtls_commands[] = {

    { ngx_string("resonate_mtls_certificate"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_TAKE1,
      ngx_http_set_complex_value_slot,
      NGX_HTTP_SRV_CONF_OFFSET,
      offsetof(ngx_resonate_mtls_srv_conf_t, certificate),
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_resonate_mtls_module_ctx = {
    NULL,                                  /* preconfiguration */
    NULL,                                  /* postconfiguration */

    NULL,                                  /* create main configuration */
    NULL,                                  /* init main configuration */

    ngx_resonate_mtls_create_srv_conf,     /* create server configuration */
    ngx_resonate_mtls_merge_srv_conf,      /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_resonate_auth_mtls_module = {
    NGX_MODULE_V1,
    &ngx_resonate_mtls_module_ctx,         /* module context */
    ngx_resonate_mtls_commands,            /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


ngx_int_t
ngx_resonate_mtls_check(ngx_http_request_t *r, ngx_resonate_auth_ctx_t *ctx)
{
    size_t                         len;
    u_char                         sent[RESONATE_CERTIFICATE_DIGEST];
    u_char                         bound[RESONATE_CERTIFICATE_DIGEST];
    ngx_int_t                      rc;
    ngx_str_t                     *x5t;
    ngx_resonate_mtls_srv_conf_t  *mscf;

    x5t = &ctx->entry->texts[NGX_RESONATE_AUTH_X5T];

    if (x5t->len == 0) {
        return NGX_OK;
    }

    mscf = ngx_http_get_module_srv_conf(r, ngx_resonate_auth_mtls_module);

    rc = mscf->certificate
         ? ngx_resonate_mtls_handed(r, mscf->certificate, sent)
         : ngx_resonate_mtls_peer(r, sent);

    if (rc == NGX_OK
        && (resonate_jwt_base64url(bound, sizeof(bound), &len,
                                   (char *) x5t->data, x5t->len)
            != 0
            || len != sizeof(bound)
            || CRYPTO_memcmp(bound, sent, len) != 0))
    {
        rc = NGX_DECLINED;
    }

    if (rc == NGX_DECLINED) {
        ctx->why = RESONATE_JWT_CERTIFICATE;
    }

    return rc;
}


static ngx_int_t
ngx_resonate_mtls_handed(ngx_http_request_t *r,
    ngx_http_complex_value_t *certificate, u_char *digest)
{
    ngx_str_t  text;

    if (ngx_http_complex_value(r, certificate, &text) != NGX_OK) {
        return NGX_ERROR;
    }

    return resonate_certificate_text((char *) text.data, text.len, digest) == 0
           ? NGX_OK : NGX_DECLINED;
}


/*
 * Whoever signed it: the client has shown that the key is its own, and the
 * issuer of the token knows the certificate (RFC 8705, section 2.2).
 */

static ngx_int_t
ngx_resonate_mtls_peer(ngx_http_request_t *r, u_char *digest)
{
#if (NGX_HTTP_SSL)
    int    rc;
    X509  *x509;

    if (r->connection->ssl == NULL) {
        return NGX_DECLINED;
    }

    x509 = SSL_get_peer_certificate(r->connection->ssl->connection);
    if (x509 == NULL) {
        return NGX_DECLINED;
    }

    rc = resonate_certificate_x509(x509, digest);

    X509_free(x509);

    return (rc == 0) ? NGX_OK : NGX_ERROR;
#else
    return NGX_DECLINED;
#endif
}


static void *
ngx_resonate_mtls_create_srv_conf(ngx_conf_t *cf)
{
    ngx_resonate_mtls_srv_conf_t  *mscf;

    mscf = ngx_palloc(cf->pool, sizeof(ngx_resonate_mtls_srv_conf_t));
    if (mscf == NULL) {
        return NULL;
    }

    mscf->certificate = NGX_CONF_UNSET_PTR;

    return mscf;
}


static char *
ngx_resonate_mtls_merge_srv_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_resonate_mtls_srv_conf_t *prev = parent;
    ngx_resonate_mtls_srv_conf_t *conf = child;

    ngx_conf_merge_ptr_value(conf->certificate, prev->certificate, NULL);

    return NGX_CONF_OK;
}
