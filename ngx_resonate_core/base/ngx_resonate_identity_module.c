
/*
 * Copyright (C) Resonate
 *
 * Who the caller is: asked here, answered by the auth room if it is loaded.
 */


#include "../ngx_resonate_core_internal.h"


typedef struct {
    ngx_resonate_identity_provider_t  *provider;    /* NULL: no auth room */
    ngx_resonate_beside_pt             beside;      /* NULL: tokens only */
} ngx_resonate_identity_main_conf_t;


static void *ngx_resonate_identity_create_main_conf(ngx_conf_t *cf);
static ngx_uint_t ngx_resonate_next_word(ngx_str_t *list, ngx_str_t *word);
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


void
ngx_resonate_beside_provide(ngx_conf_t *cf, ngx_resonate_beside_pt beside)
{
    ngx_resonate_identity_main_conf_t  *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_identity_module);

    mcf->beside = beside;
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


ngx_int_t
ngx_resonate_proof(ngx_http_request_t *r, ngx_str_t *proof)
{
    ngx_resonate_identity_provider_t  *provider;

    provider = ngx_resonate_identity_provider(r);

    ngx_str_null(proof);

    return provider ? provider->proof(r, proof) : NGX_OK;
}


/* who was vouched for by a room that is not there any more is nobody */

ngx_int_t
ngx_resonate_stands(ngx_http_request_t *r, ngx_resonate_identity_t *id,
    ngx_str_t *proof)
{
    ngx_resonate_identity_provider_t  *provider;

    provider = ngx_resonate_identity_provider(r);

    return provider ? provider->stands(r, id, proof) : NGX_DECLINED;
}


ngx_uint_t
ngx_resonate_beside(ngx_http_request_t *r)
{
    ngx_resonate_identity_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_identity_module);

    return mcf->beside ? mcf->beside(r) : 0;
}


ngx_uint_t
ngx_resonate_has_scope(ngx_resonate_identity_t *id, ngx_str_t *scope)
{
    ngx_str_t  list, word;

    list = id->scope;

    while (ngx_resonate_next_word(&list, &word)) {
        if (word.len == scope->len
            && ngx_strncmp(word.data, scope->data, scope->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


/* the numbers are those of the table resonate.role */

ngx_uint_t
ngx_resonate_role(ngx_str_t *name)
{
    ngx_uint_t  i;

    static const ngx_str_t  roles[] = {
        ngx_string("superadmin"),
        ngx_string("admin"),
        ngx_string("tenantadmin"),
        ngx_string("label"),
        ngx_string("artist"),
        ngx_string("user")
    };

    for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        if (roles[i].len == name->len
            && ngx_strncmp(roles[i].data, name->data, name->len) == 0)
        {
            return i + 1;
        }
    }

    return 0;
}


ngx_uint_t
ngx_resonate_has_role(ngx_resonate_identity_t *id, ngx_uint_t role)
{
    ngx_str_t   list, word;
    ngx_uint_t  has;
    ngx_str_t   least = ngx_string("user");

    if (role >= ngx_resonate_role(&least)) {
        return 1;
    }

    list = id->roles;

    while (ngx_resonate_next_word(&list, &word)) {
        has = ngx_resonate_role(&word);

        if (has && has <= role) {
            return 1;
        }
    }

    return 0;
}


/* words between single spaces, as scopes are (RFC 6749, section 3.3) */

static ngx_uint_t
ngx_resonate_next_word(ngx_str_t *list, ngx_str_t *word)
{
    u_char  *p, *last;

    if (list->len == 0) {
        return 0;
    }

    last = list->data + list->len;
    p = ngx_strlchr(list->data, last, ' ');

    word->data = list->data;
    word->len = (p ? p : last) - list->data;

    list->data = p ? p + 1 : last;
    list->len = last - list->data;

    return 1;
}


static ngx_resonate_identity_provider_t *
ngx_resonate_identity_provider(ngx_http_request_t *r)
{
    ngx_resonate_identity_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_identity_module);

    return mcf->provider;
}
