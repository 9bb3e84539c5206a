
/*
 * Copyright (C) Resonate
 *
 * The "resonate_login" block: a client of an OpenID provider, whole.
 */


#include "ngx_resonate_login_internal.h"


#define NGX_RESONATE_LOGIN_LIFETIME  (30 * 24 * 60 * 60)
#define NGX_RESONATE_LOGIN_TIMEOUT   10000


static ngx_int_t ngx_resonate_login_defaults(ngx_conf_t *cf,
    ngx_resonate_login_t *login);
static const char *ngx_resonate_login_missing(ngx_resonate_login_t *login);
static ngx_int_t ngx_resonate_login_token_uri(ngx_conf_t *cf,
    ngx_resonate_login_t *login);


/* a location may name a log-in before it is there */

ngx_resonate_login_t *
ngx_resonate_login_get(ngx_conf_t *cf, ngx_str_t *name)
{
    ngx_uint_t                        i;
    ngx_resonate_login_t            **login, *l;
    ngx_resonate_login_main_conf_t   *lmcf;

    lmcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_login_module);
    login = lmcf->logins.elts;

    for (i = 0; i < lmcf->logins.nelts; i++) {
        if (login[i]->name.len == name->len
            && ngx_memcmp(login[i]->name.data, name->data, name->len) == 0)
        {
            return login[i];
        }
    }

    l = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_login_t));
    login = ngx_array_push(&lmcf->logins);

    if (l == NULL || login == NULL) {
        return NULL;
    }

    *login = l;

    l->name = *name;
    l->file = cf->conf_file->file.name.data;
    l->line = cf->conf_file->line;
    l->secure = 1;
    l->lifetime = NGX_RESONATE_LOGIN_LIFETIME;
    l->timeout = NGX_RESONATE_LOGIN_TIMEOUT;

    if (ngx_array_init(&l->resources, cf->pool, 1, sizeof(ngx_str_t)) != NGX_OK
        || ngx_array_init(&l->params, cf->pool, 1, sizeof(ngx_keyval_t))
           != NGX_OK)
    {
        return NULL;
    }

    return l;
}


char *
ngx_resonate_login_block(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char                  *rv;
    const char            *missing;
    ngx_str_t             *value;
    ngx_resonate_login_t  *login;

    value = cf->args->elts;

    if (value[1].len == 0 || ngx_strcmp(value[1].data, "off") == 0) {
        return "needs another name";
    }

    login = ngx_resonate_login_get(cf, &value[1]);
    if (login == NULL) {
        return NGX_CONF_ERROR;
    }

    if (login->defined) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "duplicate log-in \"%V\"", &login->name);
        return NGX_CONF_ERROR;
    }

    login->defined = 1;

    rv = ngx_resonate_block(cf, &cmd->name, ngx_resonate_login_lines,
                            ngx_resonate_login_check, login);

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    missing = ngx_resonate_login_missing(login);

    if (missing) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "no \"%s\" is given for log-in \"%V\"",
                           missing, &login->name);
        return NGX_CONF_ERROR;
    }

    if (ngx_resonate_login_defaults(cf, login) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return ngx_resonate_fetch_need(cf, &cmd->name);
}


static const char *
ngx_resonate_login_missing(ngx_resonate_login_t *login)
{
    return login->issuer.len == 0 ? "issuer"
           : login->client.len == 0 ? "client"
           : login->ring == NULL ? "keys"
           : login->authorization.len == 0 ? "authorization"
           : login->token.len == 0 ? "token" : NULL;
}


static ngx_int_t
ngx_resonate_login_defaults(ngx_conf_t *cf, ngx_resonate_login_t *login)
{
    u_char  *p;

    if (login->cookie.len == 0) {
        ngx_str_set(&login->cookie, "__Host-resonate");
    }

    if (login->scope.len == 0) {
        ngx_str_set(&login->scope, "openid profile");
    }

    if (login->redirect.len == 0) {
        ngx_str_set(&login->redirect, "/login/callback");
    }

    if (login->after.len == 0) {
        ngx_str_set(&login->after, "/");
    }

    if (!login->secure && ngx_strncmp(login->cookie.data, "__", 2) == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "cookie \"%V\" of log-in \"%V\" needs "
                           "\"secure on\"", &login->cookie, &login->name);
        return NGX_ERROR;
    }

    login->open.len = login->cookie.len + 1;
    login->open.data = ngx_pnalloc(cf->pool, login->open.len);

    if (login->open.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(login->open.data, login->cookie.data, login->cookie.len);
    *p = '-';

    return NGX_OK;
}


ngx_int_t
ngx_resonate_login_bind(ngx_conf_t *cf, ngx_resonate_login_t *login)
{
    ngx_uint_t                       i;
    ngx_resonate_auth_issuer_t     **issuer;
    ngx_resonate_auth_main_conf_t   *amcf;

    if (!login->defined) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "no \"resonate_login %V\" is defined, which is named in "
                      "%s:%ui", &login->name, login->file, login->line);
        return NGX_ERROR;
    }

    amcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_auth_module);
    issuer = amcf->issuers.elts;

    for (i = 0; i < amcf->issuers.nelts; i++) {
        if (issuer[i]->name.len == login->issuer.len
            && ngx_memcmp(issuer[i]->name.data, login->issuer.data,
                          login->issuer.len)
               == 0)
        {
            login->keys = issuer[i];
            return ngx_resonate_login_token_uri(cf, login);
        }
    }

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "no issuer \"%V\" is defined for \"resonate_login %V\"",
                  &login->issuer, &login->name);

    return NGX_ERROR;
}


static ngx_int_t
ngx_resonate_login_token_uri(ngx_conf_t *cf, ngx_resonate_login_t *login)
{
    ngx_int_t  rc;

    rc = ngx_resonate_auth_fetch_uri(login->keys, &login->token, cf->pool,
                                     &login->token_uri, &login->token_args);

    if (rc == NGX_DECLINED) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"token\" of \"resonate_login %V\" is of no origin "
                      "that issuer \"%V\" may \"fetch\" from",
                      &login->name, &login->issuer);
        return NGX_ERROR;
    }

    return rc;
}
