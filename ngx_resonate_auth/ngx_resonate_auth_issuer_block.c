
/*
 * Copyright (C) Resonate
 *
 * The "resonate_provider" block: an issuer whose rules need more than a line.
 * nginx's parser knows a directive as a block or as a line, never as both.
 *
 * Each line has a row in the table, and a setter where the matter of it is.
 */


#include "ngx_resonate_auth_internal.h"
#include "ngx_resonate_auth_keys.h"
#include "jwt/resonate_path.h"


static char *ngx_resonate_auth_block_mix(ngx_conf_t *cf, void *conf);
static char *ngx_resonate_auth_line_audience(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf);
static char *ngx_resonate_auth_line_algorithms(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf);
static char *ngx_resonate_auth_line_jwks(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf);
static char *ngx_resonate_auth_profile(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
static char *ngx_resonate_auth_path(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
static char *ngx_resonate_auth_view(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);


#define ngx_resonate_auth_policy(field)                                       \
    offsetof(ngx_resonate_auth_issuer_t, policy)                              \
    + offsetof(resonate_claims_policy_t, field)


static const ngx_resonate_line_t  ngx_resonate_auth_lines[] = {

    { { ngx_string("audience"), ngx_resonate_auth_line_audience, 0, 0, 0,
        NULL }, 1, 64, 0 },

    { { ngx_string("algorithms"), ngx_resonate_auth_line_algorithms, 0, 0, 0,
        NULL }, 1, 16, 0 },

    { { ngx_string("jwks"), ngx_resonate_auth_line_jwks, 0, 0, 0,
        NULL }, 1, 1, 0 },

    { { ngx_string("secret"), ngx_resonate_auth_issuer_secret, 0, 0, 0,
        NULL }, 1, 1, 0 },

    { { ngx_string("jwks_uri"), ngx_resonate_auth_line_jwks_uri, 0, 0, 0,
        NULL }, 1, 5, 0 },

    { { ngx_string("discovery"), ngx_resonate_auth_line_discovery, 0, 0, 0,
        NULL }, 1, 6, 0 },

    { { ngx_string("fetch"), ngx_resonate_auth_line_fetch, 0, 0, 0,
        NULL }, 1, 2, 1 },

    { { ngx_string("client"), ngx_resonate_auth_line_client, 0, 0, 0,
        NULL }, 2, 2, 0 },

    { { ngx_string("introspection"), ngx_resonate_auth_line_introspection,
        0, 0, 0, NULL }, 1, 6, 0 },

    { { ngx_string("lookup"), ngx_resonate_auth_line_lookup, 0, 0, 0,
        NULL }, 2, 5, 0 },

    { { ngx_string("typ"), ngx_resonate_auth_view,
        ngx_resonate_auth_policy(typ), 0, 0, "a media type" }, 1, 1, 0 },

    { { ngx_string("profile"), ngx_resonate_auth_profile, 0, 0, 0,
        "\"rfc9068\" or \"lax\"" }, 1, 1, 0 },

    { { ngx_string("leeway"), ngx_resonate_param_sec,
        ngx_resonate_auth_policy(leeway), 0, NGX_RESONATE_AUTH_LEEWAY_MAX,
        "a time of at most 300s" }, 1, 1, 0 },

    { { ngx_string("max_age"), ngx_resonate_param_sec,
        ngx_resonate_auth_policy(max_age), 1, 366 * 24 * 60 * 60,
        "a time of 1s to 366d" }, 1, 1, 0 },

    { { ngx_string("roles_claim"), ngx_resonate_auth_path,
        ngx_resonate_auth_policy(roles_path), 0, 0,
        "a path of claims" }, 1, 1, 0 },

    { { ngx_string("scope_claim"), ngx_resonate_auth_path,
        ngx_resonate_auth_policy(scope_path), 0, 0,
        "a path of claims" }, 1, 1, 0 },

    { { ngx_string("name_claim"), ngx_resonate_auth_path,
        ngx_resonate_auth_policy(name_path), 0, 0,
        "a path of claims" }, 1, 1, 0 },

    { { ngx_null_string, NULL, 0, 0, 0, NULL }, 0, 0, 0 }
};


char *
ngx_resonate_auth_issuer_block(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_auth_main_conf_t *amcf = conf;

    char                        *rv;
    ngx_resonate_auth_issuer_t  *issuer;

    issuer = ngx_resonate_auth_issuer_add(cf, amcf);
    if (issuer == NULL) {
        return NGX_CONF_ERROR;
    }

    rv = ngx_resonate_block(cf, &cmd->name, ngx_resonate_auth_lines,
                            ngx_resonate_auth_block_mix, issuer);

    return (rv == NGX_CONF_OK) ? ngx_resonate_auth_issuer_done(cf, issuer)
                               : rv;
}


static char *
ngx_resonate_auth_block_mix(ngx_conf_t *cf, void *conf)
{
    return ngx_resonate_auth_issuer_mix_args(cf, conf) == NGX_OK
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_resonate_auth_line_audience(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf)
{
    return ngx_resonate_auth_issuer_audiences(cf, conf, word,
                                              cf->args->nelts - 1);
}


static char *
ngx_resonate_auth_line_algorithms(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf)
{
    ngx_resonate_auth_issuer_t *issuer = conf;

    return ngx_resonate_auth_algs(cf, &issuer->algs, word,
                                  cf->args->nelts - 1,
                                  RESONATE_JWT_ANY|RESONATE_JWT_HMAC);
}


static char *
ngx_resonate_auth_line_jwks(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf)
{
    return ngx_resonate_auth_issuer_jwks(cf, conf, word);
}


static char *
ngx_resonate_auth_profile(ngx_conf_t *cf, const ngx_resonate_param_t *param,
    ngx_str_t *value, void *conf)
{
    ngx_resonate_auth_issuer_t *issuer = conf;

    if (ngx_strcmp(value->data, "rfc9068") == 0) {
        issuer->policy.profile = RESONATE_PROFILE_RFC9068;

    } else if (ngx_strcmp(value->data, "lax") == 0) {
        issuer->policy.profile = RESONATE_PROFILE_LAX;

    } else {
        return (char *) param->expected;
    }

    return NGX_CONF_OK;
}


static char *
ngx_resonate_auth_path(ngx_conf_t *cf, const ngx_resonate_param_t *param,
    ngx_str_t *value, void *conf)
{
    resonate_jwt_view_t  path;

    path.data = (char *) value->data;
    path.len = value->len;

    return resonate_path_valid(&path)
           ? ngx_resonate_auth_view(cf, param, value, conf)
           : (char *) param->expected;
}


static char *
ngx_resonate_auth_view(ngx_conf_t *cf, const ngx_resonate_param_t *param,
    ngx_str_t *value, void *conf)
{
    resonate_jwt_view_t  *view;

    if (value->len == 0) {
        return (char *) param->expected;
    }

    view = (resonate_jwt_view_t *) ((u_char *) conf + param->offset);

    view->data = (char *) value->data;
    view->len = value->len;

    return NGX_CONF_OK;
}
