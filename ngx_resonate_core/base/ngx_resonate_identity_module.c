
/*
 * Copyright (C) Resonate
 *
 * Who the caller is: asked here, answered by the auth room if it is loaded.
 */


#include "../ngx_resonate_core_internal.h"


typedef struct {
    ngx_resonate_identity_provider_t  *provider;    /* NULL: no auth room */
} ngx_resonate_identity_main_conf_t;


static void *ngx_resonate_identity_create_main_conf(ngx_conf_t *cf);
static ngx_resonate_identity_provider_t *ngx_resonate_identity_provider(
    ngx_http_request_t *r);


extern ngx_module_t  ngx_resonate_identity_module;


static ngx_http_module_t  ngx_resonate_identity_module_ctx = {
    NULL,                                  /* preconfiguration */
    NULL,                                  /* postconfiguration */

    ngx_resonate_identity_create_main_conf,
                                           /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_resonate_identity_module = {
    NGX_MODULE_V1,
    &ngx_resonate_identity_module_ctx,     /* module context */
    NULL,                                  /* module directives */
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


static void *
ngx_resonate_identity_create_main_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_resonate_identity_main_conf_t));
}


void
ngx_resonate_identity_provide(ngx_conf_t *cf,
    ngx_resonate_identity_provider_t *provider)
{
    ngx_resonate_identity_main_conf_t  *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_identity_module);

    mcf->provider = provider;
}


ngx_int_t
ngx_resonate_identity(ngx_http_request_t *r, ngx_resonate_identity_t **id)
{
    ngx_resonate_identity_provider_t  *provider;

    provider = ngx_resonate_identity_provider(r);

    *id = NULL;

    return provider ? provider->get(r, id) : NGX_OK;
}


ngx_int_t
ngx_resonate_challenge(ngx_http_request_t *r, ngx_str_t *scope)
{
    ngx_str_t                          value = ngx_string("Bearer");
    ngx_resonate_identity_provider_t  *provider;

    provider = ngx_resonate_identity_provider(r);

    if (provider) {
        return provider->challenge(r, scope);
    }

    return ngx_resonate_add_header(r, "WWW-Authenticate", &value);
}


/* RFC 6749, section 3.3: scopes are words between single spaces */

ngx_uint_t
ngx_resonate_has_scope(ngx_resonate_identity_t *id, ngx_str_t *scope)
{
    u_char  *p, *last, *word;

    p = id->scope.data;
    last = p + id->scope.len;

    while (p < last) {
        word = p;

        while (p < last && *p != ' ') {
            p++;
        }

        if ((size_t) (p - word) == scope->len
            && ngx_strncmp(word, scope->data, scope->len) == 0)
        {
            return 1;
        }

        p++;
    }

    return 0;
}


static ngx_resonate_identity_provider_t *
ngx_resonate_identity_provider(ngx_http_request_t *r)
{
    ngx_resonate_identity_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_identity_module);

    return mcf->provider;
}
