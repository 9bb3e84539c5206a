
/*
 * Copyright (C) Resonate
 *
 * The lines of the "resonate_login" block.
 */


#include "ngx_resonate_login_internal.h"


#define NGX_RESONATE_LOGIN_LIFETIME_MAX  (400 * 24 * 60 * 60)
                                         /* what browsers keep a cookie */
#define NGX_RESONATE_LOGIN_SECRET_MAX    1024


static char *ngx_resonate_login_url(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf);
static ngx_uint_t ngx_resonate_login_text(ngx_str_t *value);
static char *ngx_resonate_login_client(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf);
static char *ngx_resonate_login_redirect_to(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf);
static char *ngx_resonate_login_path(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf);
static char *ngx_resonate_login_scope(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf);
static char *ngx_resonate_login_resource(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf);
static char *ngx_resonate_login_param(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf);
static char *ngx_resonate_login_keys(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf);
static void ngx_resonate_login_keys_cleanup(void *data);
static char *ngx_resonate_login_cookie(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf);
static char *ngx_resonate_login_secure(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf);


#define ngx_resonate_login_field(field)  offsetof(ngx_resonate_login_t, field)


const ngx_resonate_line_t  ngx_resonate_login_lines[] = {

    { { ngx_string("issuer"), ngx_resonate_login_url,
        ngx_resonate_login_field(issuer), 0, 0, "a URL" }, 1, 1, 0 },

    { { ngx_string("client"), ngx_resonate_login_client, 0, 0, 0,
        NULL }, 1, 2, 0 },

    { { ngx_string("authorization"), ngx_resonate_login_url,
        ngx_resonate_login_field(authorization), 0, 0, "a URL" }, 1, 1, 0 },

    { { ngx_string("token"), ngx_resonate_login_url,
        ngx_resonate_login_field(token), 0, 0, "a URL" }, 1, 1, 0 },

    { { ngx_string("end_session"), ngx_resonate_login_url,
        ngx_resonate_login_field(end_session), 0, 0, "a URL" }, 1, 1, 0 },

    { { ngx_string("redirect"), ngx_resonate_login_redirect_to, 0, 0, 0,
        "a path, or a URL with one" }, 1, 1, 0 },

    { { ngx_string("after_logout"), ngx_resonate_login_path,
        ngx_resonate_login_field(after), 0, 0, "a path" }, 1, 1, 0 },

    { { ngx_string("scope"), ngx_resonate_login_scope, 0, 0, 0,
        NULL }, 1, 32, 0 },

    { { ngx_string("resource"), ngx_resonate_login_resource, 0, 0, 0,
        NULL }, 1, 8, 0 },

    { { ngx_string("parameter"), ngx_resonate_login_param, 0, 0, 0,
        "a name of letters, digits and \"-._~\"" }, 2, 2, 1 },

    { { ngx_string("keys"), ngx_resonate_login_keys, 0, 0, 0,
        NULL }, 1, 1, 0 },

    { { ngx_string("cookie"), ngx_resonate_login_cookie, 0, 0, 0,
        "a name of at most 48 letters, digits and \"-._~\"" }, 1, 1, 0 },

    { { ngx_string("secure"), ngx_resonate_login_secure, 0, 0, 0,
        "\"on\" or \"off\"" }, 1, 1, 0 },

    { { ngx_string("lifetime"), ngx_resonate_param_sec,
        ngx_resonate_login_field(lifetime), 1,
        NGX_RESONATE_LOGIN_LIFETIME_MAX, "a time of 1s to 400d" }, 1, 1, 0 },

    { { ngx_string("timeout"), ngx_resonate_param_msec,
        ngx_resonate_login_field(timeout), 1, 60000,
        "a time of 1ms to 60s" }, 1, 1, 0 },

    { { ngx_null_string, NULL, 0, 0, 0, NULL }, 0, 0, 0 }
};


char *
ngx_resonate_login_check(ngx_conf_t *cf, void *conf)
{
    ngx_str_t   *value;
    ngx_uint_t   i;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        if (!ngx_resonate_login_text(&value[i])) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid value \"%V\" in \"%V\" directive",
                               &value[i], &value[0]);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


/* whatever is written here gets into a header or a URL */

static ngx_uint_t
ngx_resonate_login_text(ngx_str_t *value)
{
    size_t  i;

    for (i = 0; i < value->len; i++) {
        if (value->data[i] <= 0x20 || value->data[i] == 0x7f) {
            return 0;
        }
    }

    return value->len != 0;
}


static char *
ngx_resonate_login_url(ngx_conf_t *cf, const ngx_resonate_param_t *line,
    ngx_str_t *word, void *conf)
{
    if (ngx_resonate_login_authority(word) == 0
        || ngx_strlchr(word->data, word->data + word->len, '#'))
    {
        return (char *) line->expected;
    }

    return ngx_resonate_param_str(cf, line, word, conf);
}


size_t
ngx_resonate_login_authority(ngx_str_t *url)
{
    u_char  *p, *host;

    host = (ngx_strncmp(url->data, "https://", 8) == 0) ? url->data + 8
           : (ngx_strncmp(url->data, "http://", 7) == 0) ? url->data + 7
           : NULL;

    if (host == NULL) {
        return 0;
    }

    for (p = host; *p && *p != '/' && *p != '?' && *p != '#'; p++) {
        if (*p == '@' || *p == '\\') {
            return 0;
        }
    }

    return p == host ? 0 : (size_t) (p - url->data);
}


static char *
ngx_resonate_login_client(ngx_conf_t *cf, const ngx_resonate_param_t *line,
    ngx_str_t *word, void *conf)
{
    ngx_resonate_login_t *login = conf;

    ngx_str_t  *value, *secret;

    value = cf->args->elts;
    login->client = *word;

    if (cf->args->nelts == 2) {
        return NGX_CONF_OK;
    }

    secret = ngx_resonate_secret(cf, &value[0], &value[2], 1,
                                 NGX_RESONATE_LOGIN_SECRET_MAX);

    if (secret == NULL) {
        return NGX_CONF_ERROR;
    }

    return ngx_resonate_auth_basic(cf, &login->client, secret, &login->basic)
           == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_resonate_login_redirect_to(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf)
{
    ngx_resonate_login_t *login = conf;

    size_t  len;

    len = ngx_resonate_login_authority(word);

    login->origin.data = word->data;
    login->origin.len = len;

    login->redirect.data = word->data + len;
    login->redirect.len = word->len - len;

    return resonate_oidc_path((char *) login->redirect.data,
                              login->redirect.len)
           ? NGX_CONF_OK : (char *) line->expected;
}


static char *
ngx_resonate_login_path(ngx_conf_t *cf, const ngx_resonate_param_t *line,
    ngx_str_t *word, void *conf)
{
    return resonate_oidc_path((char *) word->data, word->len)
           ? ngx_resonate_param_str(cf, line, word, conf)
           : (char *) line->expected;
}


static char *
ngx_resonate_login_scope(ngx_conf_t *cf, const ngx_resonate_param_t *line,
    ngx_str_t *word, void *conf)
{
    ngx_resonate_login_t *login = conf;

    u_char      *p;
    size_t       len;
    ngx_str_t   *value;
    ngx_uint_t   i, openid;

    value = cf->args->elts;
    len = 0;
    openid = 0;

    for (i = 1; i < cf->args->nelts; i++) {
        len += value[i].len + 1;
        openid |= ngx_strcmp(value[i].data, "openid") == 0;
    }

    if (!openid) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"scope\" must contain \"openid\"");
        return NGX_CONF_ERROR;
    }

    p = ngx_pnalloc(cf->pool, len);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    login->scope.data = p;
    login->scope.len = len - 1;

    for (i = 1; i < cf->args->nelts; i++) {
        p = ngx_cpymem(p, value[i].data, value[i].len);
        *p++ = ' ';
    }

    return NGX_CONF_OK;
}


static char *
ngx_resonate_login_resource(ngx_conf_t *cf, const ngx_resonate_param_t *line,
    ngx_str_t *word, void *conf)
{
    ngx_resonate_login_t *login = conf;

    ngx_str_t   *resource;
    ngx_uint_t   i, n;

    n = cf->args->nelts - 1;

    resource = ngx_array_push_n(&login->resources, n);
    if (resource == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 0; i < n; i++) {
        resource[i] = word[i];
    }

    return NGX_CONF_OK;
}


static char *
ngx_resonate_login_param(ngx_conf_t *cf, const ngx_resonate_param_t *line,
    ngx_str_t *word, void *conf)
{
    ngx_resonate_login_t *login = conf;

    ngx_keyval_t  *kv;

    if (resonate_query_encoded((char *) word[0].data, word[0].len)
        != word[0].len)
    {
        return (char *) line->expected;
    }

    kv = ngx_array_push(&login->params);
    if (kv == NULL) {
        return NGX_CONF_ERROR;
    }

    kv->key = word[0];
    kv->value = word[1];

    return NGX_CONF_OK;
}


static char *
ngx_resonate_login_keys(ngx_conf_t *cf, const ngx_resonate_param_t *line,
    ngx_str_t *word, void *conf)
{
    ngx_resonate_login_t *login = conf;

    char                 error[RESONATE_SEAL_ERROR_MAX];
    ngx_str_t           *value, *text;
    ngx_pool_cleanup_t  *cln;

    value = cf->args->elts;

    text = ngx_resonate_secret(cf, &value[0], &value[1], 1,
                               RESONATE_SEAL_FILE_MAX);
    cln = ngx_pool_cleanup_add(cf->pool, 0);

    if (text == NULL || cln == NULL) {
        return NGX_CONF_ERROR;
    }

    login->ring = resonate_seal_ring((char *) text->data, text->len, error);

    if (login->ring == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "bad keys in \"%V\": %s",
                           &value[1], error);
        return NGX_CONF_ERROR;
    }

    cln->handler = ngx_resonate_login_keys_cleanup;
    cln->data = login->ring;

    return NGX_CONF_OK;
}


static void
ngx_resonate_login_keys_cleanup(void *data)
{
    resonate_seal_ring_free(data);
}


static char *
ngx_resonate_login_cookie(ngx_conf_t *cf, const ngx_resonate_param_t *line,
    ngx_str_t *word, void *conf)
{
    ngx_resonate_login_t *login = conf;

    if (resonate_query_encoded((char *) word->data, word->len) != word->len
        || word->len > NGX_RESONATE_LOGIN_COOKIE_MAX)
    {
        return (char *) line->expected;
    }

    login->cookie = *word;

    return NGX_CONF_OK;
}


static char *
ngx_resonate_login_secure(ngx_conf_t *cf, const ngx_resonate_param_t *line,
    ngx_str_t *word, void *conf)
{
    ngx_resonate_login_t *login = conf;

    login->secure = ngx_strcmp(word->data, "on") == 0;

    return (login->secure || ngx_strcmp(word->data, "off") == 0)
           ? NGX_CONF_OK : (char *) line->expected;
}
