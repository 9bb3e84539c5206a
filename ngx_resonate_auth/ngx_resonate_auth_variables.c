
/*
 * Copyright (C) Resonate
 *
 * The identity as variables.
 */


#include "ngx_resonate_auth_internal.h"


#define NGX_RESONATE_AUTH_CLAIM  "resonate_claim_"


static ngx_int_t ngx_resonate_auth_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_resonate_auth_claim_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static void ngx_resonate_auth_set(ngx_http_variable_value_t *v,
    const u_char *data, size_t len);


/*
 * Not cacheable: what is empty before the location that asks for a token is
 * reached must not stay so.
 */

static ngx_http_variable_t  ngx_resonate_auth_variables[] = {

    { ngx_string("resonate_user"), NULL, ngx_resonate_auth_variable,
      offsetof(ngx_resonate_identity_t, subject),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("resonate_issuer"), NULL, ngx_resonate_auth_variable,
      offsetof(ngx_resonate_identity_t, issuer),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("resonate_scope"), NULL, ngx_resonate_auth_variable,
      offsetof(ngx_resonate_identity_t, scope),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("resonate_roles"), NULL, ngx_resonate_auth_variable,
      offsetof(ngx_resonate_identity_t, roles),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("resonate_client"), NULL, ngx_resonate_auth_variable,
      offsetof(ngx_resonate_identity_t, client),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("resonate_name"), NULL, ngx_resonate_auth_variable,
      offsetof(ngx_resonate_identity_t, name),
      NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string(NGX_RESONATE_AUTH_CLAIM), NULL,
      ngx_resonate_auth_claim_variable, 0,
      NGX_HTTP_VAR_NOCACHEABLE|NGX_HTTP_VAR_PREFIX, 0 },

      ngx_http_null_variable
};


ngx_int_t
ngx_resonate_auth_add_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    for (v = ngx_resonate_auth_variables; v->name.len; v++) {
        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_auth_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_int_t                 rc;
    ngx_str_t                *s;
    ngx_resonate_auth_ctx_t  *ctx;

    rc = ngx_resonate_auth_request(r, &ctx);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc != NGX_OK || ctx->entry == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    s = (ngx_str_t *) ((u_char *) &ctx->entry->id + data);

    ngx_resonate_auth_set(v, s->data, s->len);

    return NGX_OK;
}


/* "data" is the whole name of the variable */

static ngx_int_t
ngx_resonate_auth_claim_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t *name = (ngx_str_t *) data;

    size_t                    skip;
    ngx_int_t                 rc;
    resonate_jwt_view_t       value;
    ngx_resonate_auth_ctx_t  *ctx;

    rc = ngx_resonate_auth_request(r, &ctx);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    skip = sizeof(NGX_RESONATE_AUTH_CLAIM) - 1;

    if (rc != NGX_OK || ctx->entry == NULL
        || !resonate_claims_get((char *) ctx->entry->claims.data,
                                ctx->entry->claims.len,
                                (char *) name->data + skip, name->len - skip,
                                &value))
    {
        v->not_found = 1;
        return NGX_OK;
    }

    ngx_resonate_auth_set(v, (u_char *) value.data, value.len);

    return NGX_OK;
}


static void
ngx_resonate_auth_set(ngx_http_variable_value_t *v, const u_char *data,
    size_t len)
{
    v->data = (u_char *) data;
    v->len = len;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
}
