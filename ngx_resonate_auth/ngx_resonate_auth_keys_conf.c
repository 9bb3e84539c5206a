
/*
 * Copyright (C) Resonate
 *
 * The "jwks_uri" and "discovery" lines of an issuer.
 */


#include "ngx_resonate_auth_keys_internal.h"
#include "jwt/resonate_discovery.h"


#define NGX_RESONATE_AUTH_KEYS_INTERVAL  30000
#define NGX_RESONATE_AUTH_KEYS_HOUR      3600000
#define NGX_RESONATE_AUTH_KEYS_TIMEOUT   5000

#define NGX_RESONATE_AUTH_OPENID_PATH    "/.well-known/openid-configuration"
#define NGX_RESONATE_AUTH_OAUTH_PATH                                          \
    "/.well-known/oauth-authorization-server"


static char *ngx_resonate_auth_keys_line(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer, ngx_uint_t source);
static ngx_int_t ngx_resonate_auth_well_known(ngx_conf_t *cf,
    ngx_resonate_auth_keys_t *keys);


static const ngx_resonate_param_t  ngx_resonate_auth_keys_params[] = {
    { ngx_string("oauth"), ngx_resonate_param_flag,
      offsetof(ngx_resonate_auth_keys_t, oauth), 0, 1, NULL },
    { ngx_string("required="), ngx_resonate_param_flag,
      offsetof(ngx_resonate_auth_keys_t, required), 0, 1, "\"on\" or \"off\"" },
    { ngx_string("interval="), ngx_resonate_param_msec,
      offsetof(ngx_resonate_auth_keys_t, interval),
      100, NGX_RESONATE_AUTH_KEYS_HOUR, "a time of 100ms to 1h" },
    { ngx_string("max="), ngx_resonate_param_msec,
      offsetof(ngx_resonate_auth_keys_t, max),
      1000, 24 * NGX_RESONATE_AUTH_KEYS_HOUR, "a time of 1s to 1d" },
    { ngx_string("timeout="), ngx_resonate_param_msec,
      offsetof(ngx_resonate_auth_keys_t, timeout),
      100, 60000, "a time of 100ms to 60s" },
    { ngx_null_string, NULL, 0, 0, 0, NULL }
};


/* jwks_uri URL [parameter]...; */

char *
ngx_resonate_auth_line_jwks_uri(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf)
{
    ngx_resonate_auth_issuer_t *issuer = conf;

    ngx_str_t  *value;

    value = cf->args->elts;

    if (!resonate_discovery_url((char *) value[1].data, value[1].len)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid URL \"%V\" in \"jwks_uri\" directive, it "
                           "must be of https, or of http and a loopback "
                           "address", &value[1]);
        return NGX_CONF_ERROR;
    }

    return ngx_resonate_auth_keys_line(cf, issuer,
                                       NGX_RESONATE_AUTH_KEYS_URL);
}


/* discovery on [oauth] [parameter]...; */

char *
ngx_resonate_auth_line_discovery(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf)
{
    ngx_resonate_auth_issuer_t *issuer = conf;

    ngx_str_t  *value;

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "on") != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" in \"discovery\" directive, "
                           "it must be \"on\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    return ngx_resonate_auth_keys_line(cf, issuer,
                                       NGX_RESONATE_AUTH_KEYS_OPENID);
}


static char *
ngx_resonate_auth_keys_line(ngx_conf_t *cf,
    ngx_resonate_auth_issuer_t *issuer, ngx_uint_t source)
{
    char                      *rv;
    ngx_str_t                 *value;
    ngx_resonate_auth_keys_t  *keys;

    value = cf->args->elts;

    if (issuer->keys) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "issuer \"%V\" has keys from two places",
                           &issuer->name);
        return NGX_CONF_ERROR;
    }

    keys = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_auth_keys_t));
    if (keys == NULL) {
        return NGX_CONF_ERROR;
    }

    issuer->keys = keys;

    keys->issuer = issuer;
    keys->source = source;
    keys->url = value[1];
    keys->interval = NGX_RESONATE_AUTH_KEYS_INTERVAL;
    keys->max = NGX_RESONATE_AUTH_KEYS_HOUR;
    keys->timeout = NGX_RESONATE_AUTH_KEYS_TIMEOUT;

    rv = ngx_resonate_params(cf, 2,
                             ngx_resonate_auth_keys_params
                             + (source == NGX_RESONATE_AUTH_KEYS_URL),
                             keys);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (keys->interval > keys->max) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"interval\" is longer than \"max\" in \"%V\" "
                           "directive", &value[0]);
        return NGX_CONF_ERROR;
    }

    if (keys->oauth) {
        keys->source = NGX_RESONATE_AUTH_KEYS_OAUTH;
    }

    return NGX_CONF_OK;
}


/* all lines are known */

char *
ngx_resonate_auth_keys_conf(ngx_conf_t *cf, ngx_resonate_auth_issuer_t *issuer)
{
    ngx_int_t                  rc;
    ngx_resonate_auth_keys_t  *keys;

    keys = issuer->keys;

    if (issuer->jwks) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "issuer \"%V\" has keys from two places",
                           &issuer->name);
        return NGX_CONF_ERROR;
    }

    if (keys->source != NGX_RESONATE_AUTH_KEYS_URL
        && ngx_resonate_auth_well_known(cf, keys) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    rc = ngx_resonate_auth_fetch_uri(issuer, &keys->url, cf->pool, &keys->uri,
                                     &keys->args);

    if (rc != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "no \"fetch\" of issuer \"%V\" leads to \"%V\"",
                           &issuer->name, &keys->url);
        return NGX_CONF_ERROR;
    }

    return ngx_resonate_auth_keys_add(cf, keys) == NGX_OK ? NGX_CONF_OK
                                                          : NGX_CONF_ERROR;
}


/*
 * OpenID Connect Discovery 1.0, section 4.1: behind the issuer; RFC 8414,
 * section 3.1: between its host and its path.  A slash at its end is left out.
 */

static ngx_int_t
ngx_resonate_auth_well_known(ngx_conf_t *cf, ngx_resonate_auth_keys_t *keys)
{
    u_char     *p, *last, *path;
    ngx_str_t   iss, name;

    iss = keys->issuer->name;

    if (iss.len && iss.data[iss.len - 1] == '/') {
        iss.len--;
    }

    if (!resonate_discovery_url((char *) iss.data, iss.len)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"discovery\" needs an issuer that is a URL");
        return NGX_ERROR;
    }

    last = iss.data + iss.len;

    ngx_str_set(&name, NGX_RESONATE_AUTH_OPENID_PATH);
    path = ngx_strlchr(iss.data + sizeof("https://") - 1, last, '/');

    if (path == NULL || keys->source == NGX_RESONATE_AUTH_KEYS_OPENID) {
        path = last;
    }

    if (keys->source == NGX_RESONATE_AUTH_KEYS_OAUTH) {
        ngx_str_set(&name, NGX_RESONATE_AUTH_OAUTH_PATH);
    }

    p = ngx_pnalloc(cf->pool, iss.len + name.len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    keys->url.data = p;
    keys->url.len = iss.len + name.len;

    p = ngx_cpymem(p, iss.data, path - iss.data);
    p = ngx_cpymem(p, name.data, name.len);
    ngx_memcpy(p, path, last - path);

    return NGX_OK;
}
