
/*
 * Copyright (C) Resonate
 *
 * The "resonate_provider" block: an issuer whose rules need more than a line.
 * nginx's parser knows a directive as a block or as a line, never as both.
 *
 * Each line has a row in the table, and a function where the matter of it is.
 */


#include "ngx_resonate_auth_internal.h"
#include "ngx_resonate_auth_keys.h"
#include "jwt/resonate_path.h"


/*
 * Numbers and texts have a "param", all other lines a "set", which sees the
 * words in cf->args, and answers as setters of nginx's directives do.
 */

typedef struct {
    ngx_str_t                    name;
    ngx_uint_t                   min;     /* words behind the name */
    ngx_uint_t                   max;
    ngx_resonate_auth_line_pt    set;
    const ngx_resonate_param_t  *param;
    ngx_uint_t                   many;    /* it may be there again */
} ngx_resonate_auth_line_t;


static char *ngx_resonate_auth_block_line(ngx_conf_t *cf,
    ngx_command_t *dummy, void *conf);
static ngx_int_t ngx_resonate_auth_block_find(ngx_str_t *name);
static char *ngx_resonate_auth_block_param(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_resonate_auth_issuer_t *issuer);
static char *ngx_resonate_auth_line_audience(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer);
static char *ngx_resonate_auth_line_algorithms(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer);
static char *ngx_resonate_auth_line_jwks(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer);
static char *ngx_resonate_auth_profile(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
static char *ngx_resonate_auth_path(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
static char *ngx_resonate_auth_view(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);


#define ngx_resonate_auth_policy(field)                                       \
    offsetof(ngx_resonate_auth_issuer_t, policy)                              \
    + offsetof(resonate_claims_policy_t, field)


static const ngx_resonate_param_t  ngx_resonate_auth_line_leeway = {
    ngx_string("leeway"), ngx_resonate_param_sec,
    ngx_resonate_auth_policy(leeway), 0, NGX_RESONATE_AUTH_LEEWAY_MAX,
    "a time of at most 300s"
};

static const ngx_resonate_param_t  ngx_resonate_auth_line_max_age = {
    ngx_string("max_age"), ngx_resonate_param_sec,
    ngx_resonate_auth_policy(max_age), 1, 366 * 24 * 60 * 60,
    "a time of 1s to 366d"
};

static const ngx_resonate_param_t  ngx_resonate_auth_line_profile = {
    ngx_string("profile"), ngx_resonate_auth_profile, 0, 0, 0,
    "\"rfc9068\" or \"lax\""
};

static const ngx_resonate_param_t  ngx_resonate_auth_line_typ = {
    ngx_string("typ"), ngx_resonate_auth_view, ngx_resonate_auth_policy(typ),
    0, 0, "a media type"
};

static const ngx_resonate_param_t  ngx_resonate_auth_line_roles = {
    ngx_string("roles_claim"), ngx_resonate_auth_path,
    ngx_resonate_auth_policy(roles_path), 0, 0, "a path of claims"
};

static const ngx_resonate_param_t  ngx_resonate_auth_line_scope = {
    ngx_string("scope_claim"), ngx_resonate_auth_path,
    ngx_resonate_auth_policy(scope_path), 0, 0, "a path of claims"
};

static const ngx_resonate_param_t  ngx_resonate_auth_line_name = {
    ngx_string("name_claim"), ngx_resonate_auth_path,
    ngx_resonate_auth_policy(name_path), 0, 0, "a path of claims"
};


static const ngx_resonate_auth_line_t  ngx_resonate_auth_lines[] = {
    { ngx_string("audience"), 1, 64, ngx_resonate_auth_line_audience,
      NULL, 0 },
    { ngx_string("algorithms"), 1, 16, ngx_resonate_auth_line_algorithms,
      NULL, 0 },
    { ngx_string("jwks"), 1, 1, ngx_resonate_auth_line_jwks, NULL, 0 },
    { ngx_string("secret"), 1, 1, ngx_resonate_auth_issuer_secret, NULL, 0 },
    { ngx_string("jwks_uri"), 1, 5, ngx_resonate_auth_line_jwks_uri, NULL, 0 },
    { ngx_string("discovery"), 1, 6, ngx_resonate_auth_line_discovery,
      NULL, 0 },
    { ngx_string("fetch"), 1, 2, ngx_resonate_auth_line_fetch, NULL, 1 },
    { ngx_string("client"), 2, 2, ngx_resonate_auth_line_client, NULL, 0 },
    { ngx_string("introspection"), 1, 6, ngx_resonate_auth_line_introspection,
      NULL, 0 },
    { ngx_string("lookup"), 2, 5, ngx_resonate_auth_line_lookup, NULL, 0 },
    { ngx_string("typ"), 1, 1, NULL, &ngx_resonate_auth_line_typ, 0 },
    { ngx_string("profile"), 1, 1, NULL, &ngx_resonate_auth_line_profile, 0 },
    { ngx_string("leeway"), 1, 1, NULL, &ngx_resonate_auth_line_leeway, 0 },
    { ngx_string("max_age"), 1, 1, NULL, &ngx_resonate_auth_line_max_age, 0 },
    { ngx_string("roles_claim"), 1, 1, NULL, &ngx_resonate_auth_line_roles,
      0 },
    { ngx_string("scope_claim"), 1, 1, NULL, &ngx_resonate_auth_line_scope,
      0 },
    { ngx_string("name_claim"), 1, 1, NULL, &ngx_resonate_auth_line_name, 0 },
    { ngx_null_string, 0, 0, NULL, NULL, 0 }
};


char *
ngx_resonate_auth_issuer_block(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_auth_main_conf_t *amcf = conf;

    char                        *rv;
    ngx_conf_t                   save;
    ngx_resonate_auth_issuer_t  *issuer;

    issuer = ngx_resonate_auth_issuer_add(cf, amcf);
    if (issuer == NULL) {
        return NGX_CONF_ERROR;
    }

    save = *cf;
    cf->handler = ngx_resonate_auth_block_line;
    cf->handler_conf = (void *) issuer;

    rv = ngx_conf_parse(cf, NULL);

    *cf = save;

    return (rv == NGX_CONF_OK) ? ngx_resonate_auth_issuer_done(cf, issuer)
                               : rv;
}


static char *
ngx_resonate_auth_block_line(ngx_conf_t *cf, ngx_command_t *dummy, void *conf)
{
    ngx_resonate_auth_issuer_t *issuer = conf;

    ngx_int_t                        n;
    ngx_str_t                       *value;
    const ngx_resonate_auth_line_t  *line;

    value = cf->args->elts;

    if (ngx_strcmp(value[0].data, "include") == 0) {
        return ngx_conf_include(cf, dummy, conf);
    }

    n = ngx_resonate_auth_block_find(&value[0]);

    if (n == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown directive \"%V\" in "
                           "\"resonate_provider\"", &value[0]);
        return NGX_CONF_ERROR;
    }

    line = &ngx_resonate_auth_lines[n];

    if (cf->args->nelts - 1 < line->min || cf->args->nelts - 1 > line->max) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid number of arguments in \"%V\" directive",
                           &value[0]);
        return NGX_CONF_ERROR;
    }

    if (issuer->seen & ((ngx_uint_t) 1 << n) && !line->many) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" directive is duplicate", &value[0]);
        return NGX_CONF_ERROR;
    }

    issuer->seen |= (ngx_uint_t) 1 << n;

    if (ngx_resonate_auth_issuer_mix_args(cf, issuer) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return line->set ? line->set(cf, issuer)
                     : ngx_resonate_auth_block_param(cf, line->param, issuer);
}


static ngx_int_t
ngx_resonate_auth_block_find(ngx_str_t *name)
{
    ngx_int_t  i;

    for (i = 0; ngx_resonate_auth_lines[i].name.len; i++) {
        if (ngx_resonate_auth_lines[i].name.len == name->len
            && ngx_memcmp(ngx_resonate_auth_lines[i].name.data, name->data,
                          name->len)
               == 0)
        {
            return i;
        }
    }

    return NGX_ERROR;
}


static char *
ngx_resonate_auth_block_param(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_resonate_auth_issuer_t *issuer)
{
    char       *rv;
    ngx_str_t  *value;

    value = cf->args->elts;

    rv = param->set(cf, param, &value[1], issuer);

    if (rv != NGX_CONF_OK && rv != NGX_CONF_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" in \"%V\" directive, it must "
                           "be %s", &value[1], &value[0], rv);
        return NGX_CONF_ERROR;
    }

    return rv;
}


static char *
ngx_resonate_auth_line_audience(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer)
{
    ngx_str_t  *value;

    value = cf->args->elts;

    return ngx_resonate_auth_issuer_audiences(cf, issuer, &value[1],
                                              cf->args->nelts - 1);
}


static char *
ngx_resonate_auth_line_algorithms(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer)
{
    ngx_str_t  *value;

    value = cf->args->elts;

    return ngx_resonate_auth_algs(cf, &issuer->algs, &value[1],
                                  cf->args->nelts - 1,
                                  RESONATE_JWT_ANY|RESONATE_JWT_HMAC);
}


static char *
ngx_resonate_auth_line_jwks(ngx_conf_t *cf, ngx_resonate_auth_issuer_t *issuer)
{
    ngx_str_t  *value;

    value = cf->args->elts;

    return ngx_resonate_auth_issuer_jwks(cf, issuer, &value[1]);
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
