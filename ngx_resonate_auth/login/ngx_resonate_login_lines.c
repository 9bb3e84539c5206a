
/*
 * Copyright (C) Resonate
 *
 * The lines of the "resonate_login" block.
 */


#include "ngx_resonate_login_internal.h"


#define NGX_RESONATE_LOGIN_LIFETIME_MAX  (400 * 24 * 60 * 60)
                                         /* what browsers keep a cookie */
#define NGX_RESONATE_LOGIN_SECRET_MAX    1024


/* NGX_CONF_OK, NGX_CONF_ERROR, or the words that end "it must be ..." */

typedef char *(*ngx_resonate_login_line_pt)(ngx_conf_t *cf,
    ngx_resonate_login_t *login, size_t offset);

typedef struct {
    ngx_str_t                   name;
    ngx_uint_t                  min;       /* words behind the name */
    ngx_uint_t                  max;
    ngx_resonate_login_line_pt  set;
    size_t                      offset;
    ngx_uint_t                  many;      /* it may be there again */
} ngx_resonate_login_line_t;


static char *ngx_resonate_login_set(ngx_conf_t *cf,
    const ngx_resonate_login_line_t *line, ngx_resonate_login_t *login);
static char *ngx_resonate_login_url(ngx_conf_t *cf,
    ngx_resonate_login_t *login, size_t offset);
static ngx_uint_t ngx_resonate_login_text(ngx_str_t *value);
static char *ngx_resonate_login_client(ngx_conf_t *cf,
    ngx_resonate_login_t *login, size_t offset);
static char *ngx_resonate_login_redirect_to(ngx_conf_t *cf,
    ngx_resonate_login_t *login, size_t offset);
static char *ngx_resonate_login_path(ngx_conf_t *cf,
    ngx_resonate_login_t *login, size_t offset);
static char *ngx_resonate_login_scope(ngx_conf_t *cf,
    ngx_resonate_login_t *login, size_t offset);
static char *ngx_resonate_login_resource(ngx_conf_t *cf,
    ngx_resonate_login_t *login, size_t offset);
static char *ngx_resonate_login_param(ngx_conf_t *cf,
    ngx_resonate_login_t *login, size_t offset);
static char *ngx_resonate_login_keys(ngx_conf_t *cf,
    ngx_resonate_login_t *login, size_t offset);
static void ngx_resonate_login_keys_cleanup(void *data);
static char *ngx_resonate_login_cookie(ngx_conf_t *cf,
    ngx_resonate_login_t *login, size_t offset);
static char *ngx_resonate_login_secure(ngx_conf_t *cf,
    ngx_resonate_login_t *login, size_t offset);
static char *ngx_resonate_login_lifetime(ngx_conf_t *cf,
    ngx_resonate_login_t *login, size_t offset);
static char *ngx_resonate_login_timeout(ngx_conf_t *cf,
    ngx_resonate_login_t *login, size_t offset);


#define ngx_resonate_login_field(field)  offsetof(ngx_resonate_login_t, field)


static const ngx_resonate_login_line_t  ngx_resonate_login_lines_known[] = {
    { ngx_string("issuer"), 1, 1, ngx_resonate_login_url,
      ngx_resonate_login_field(issuer), 0 },
    { ngx_string("client"), 1, 2, ngx_resonate_login_client, 0, 0 },
    { ngx_string("authorization"), 1, 1, ngx_resonate_login_url,
      ngx_resonate_login_field(authorization), 0 },
    { ngx_string("token"), 1, 1, ngx_resonate_login_url,
      ngx_resonate_login_field(token), 0 },
    { ngx_string("end_session"), 1, 1, ngx_resonate_login_url,
      ngx_resonate_login_field(end_session), 0 },
    { ngx_string("redirect"), 1, 1, ngx_resonate_login_redirect_to, 0, 0 },
    { ngx_string("after_logout"), 1, 1, ngx_resonate_login_path,
      ngx_resonate_login_field(after), 0 },
    { ngx_string("scope"), 1, 32, ngx_resonate_login_scope, 0, 0 },
    { ngx_string("resource"), 1, 8, ngx_resonate_login_resource, 0, 0 },
    { ngx_string("parameter"), 2, 2, ngx_resonate_login_param, 0, 1 },
    { ngx_string("keys"), 1, 1, ngx_resonate_login_keys, 0, 0 },
    { ngx_string("cookie"), 1, 1, ngx_resonate_login_cookie, 0, 0 },
    { ngx_string("secure"), 1, 1, ngx_resonate_login_secure, 0, 0 },
    { ngx_string("lifetime"), 1, 1, ngx_resonate_login_lifetime, 0, 0 },
    { ngx_string("timeout"), 1, 1, ngx_resonate_login_timeout, 0, 0 },
    { ngx_null_string, 0, 0, NULL, 0, 0 }
};


char *
ngx_resonate_login_line(ngx_conf_t *cf, ngx_command_t *dummy, void *conf)
{
    ngx_resonate_login_t *login = conf;

    ngx_str_t                        *value;
    ngx_uint_t                        i;
    const ngx_resonate_login_line_t  *line;

    value = cf->args->elts;

    if (ngx_strcmp(value[0].data, "include") == 0) {
        return ngx_conf_include(cf, dummy, conf);
    }

    line = ngx_resonate_login_lines_known;

    for (i = 0; line[i].name.len; i++) {
        if (line[i].name.len == value[0].len
            && ngx_memcmp(line[i].name.data, value[0].data, value[0].len) == 0)
        {
            break;
        }
    }

    if (line[i].name.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown directive \"%V\" in \"resonate_login\"",
                           &value[0]);
        return NGX_CONF_ERROR;
    }

    if (cf->args->nelts - 1 < line[i].min || cf->args->nelts - 1 > line[i].max)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid number of arguments in \"%V\" directive",
                           &value[0]);
        return NGX_CONF_ERROR;
    }

    if ((login->seen & ((ngx_uint_t) 1 << i)) && !line[i].many) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" directive is duplicate", &value[0]);
        return NGX_CONF_ERROR;
    }

    login->seen |= (ngx_uint_t) 1 << i;

    return ngx_resonate_login_set(cf, &line[i], login);
}


static char *
ngx_resonate_login_set(ngx_conf_t *cf, const ngx_resonate_login_line_t *line,
    ngx_resonate_login_t *login)
{
    char        *rv;
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

    rv = line->set(cf, login, line->offset);

    if (rv != NGX_CONF_OK && rv != NGX_CONF_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" in \"%V\" directive, it must "
                           "be %s", &value[1], &value[0], rv);
        return NGX_CONF_ERROR;
    }

    return rv;
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
ngx_resonate_login_url(ngx_conf_t *cf, ngx_resonate_login_t *login,
    size_t offset)
{
    ngx_str_t  *value, *field;

    value = cf->args->elts;

    if (ngx_resonate_login_authority(&value[1]) == 0
        || ngx_strlchr(value[1].data, value[1].data + value[1].len, '#'))
    {
        return "a URL";
    }

    field = (ngx_str_t *) ((u_char *) login + offset);
    *field = value[1];

    return NGX_CONF_OK;
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
ngx_resonate_login_client(ngx_conf_t *cf, ngx_resonate_login_t *login,
    size_t offset)
{
    ngx_str_t  *value, *secret;

    value = cf->args->elts;
    login->client = value[1];

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
ngx_resonate_login_redirect_to(ngx_conf_t *cf, ngx_resonate_login_t *login,
    size_t offset)
{
    size_t     len;
    ngx_str_t  *value;

    value = cf->args->elts;

    len = ngx_resonate_login_authority(&value[1]);

    login->origin.data = value[1].data;
    login->origin.len = len;

    login->redirect.data = value[1].data + len;
    login->redirect.len = value[1].len - len;

    return resonate_oidc_path((char *) login->redirect.data,
                              login->redirect.len)
           ? NGX_CONF_OK : "a path, or a URL with one";
}


static char *
ngx_resonate_login_path(ngx_conf_t *cf, ngx_resonate_login_t *login,
    size_t offset)
{
    ngx_str_t  *value, *field;

    value = cf->args->elts;

    field = (ngx_str_t *) ((u_char *) login + offset);
    *field = value[1];

    return resonate_oidc_path((char *) field->data, field->len)
           ? NGX_CONF_OK : "a path";
}


static char *
ngx_resonate_login_scope(ngx_conf_t *cf, ngx_resonate_login_t *login,
    size_t offset)
{
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
ngx_resonate_login_resource(ngx_conf_t *cf, ngx_resonate_login_t *login,
    size_t offset)
{
    ngx_str_t   *value, *resource;
    ngx_uint_t   i;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        resource = ngx_array_push(&login->resources);
        if (resource == NULL) {
            return NGX_CONF_ERROR;
        }

        *resource = value[i];
    }

    return NGX_CONF_OK;
}


static char *
ngx_resonate_login_param(ngx_conf_t *cf, ngx_resonate_login_t *login,
    size_t offset)
{
    ngx_str_t     *value;
    ngx_keyval_t  *kv;

    value = cf->args->elts;

    if (resonate_query_encoded((char *) value[1].data, value[1].len)
        != value[1].len)
    {
        return "a name of letters, digits and \"-._~\"";
    }

    kv = ngx_array_push(&login->params);
    if (kv == NULL) {
        return NGX_CONF_ERROR;
    }

    kv->key = value[1];
    kv->value = value[2];

    return NGX_CONF_OK;
}


static char *
ngx_resonate_login_keys(ngx_conf_t *cf, ngx_resonate_login_t *login,
    size_t offset)
{
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
ngx_resonate_login_cookie(ngx_conf_t *cf, ngx_resonate_login_t *login,
    size_t offset)
{
    size_t      i;
    ngx_str_t  *value;

    value = cf->args->elts;

    for (i = 0; i < value[1].len; i++) {
        if (resonate_query_encoded((char *) &value[1].data[i], 1) != 1) {
            break;
        }
    }

    if (i < value[1].len || value[1].len > NGX_RESONATE_LOGIN_COOKIE_MAX) {
        return "a name of at most 48 letters, digits and \"-._~\"";
    }

    login->cookie = value[1];

    return NGX_CONF_OK;
}


static char *
ngx_resonate_login_secure(ngx_conf_t *cf, ngx_resonate_login_t *login,
    size_t offset)
{
    ngx_str_t  *value;

    value = cf->args->elts;

    login->secure = ngx_strcmp(value[1].data, "on") == 0;

    return (login->secure || ngx_strcmp(value[1].data, "off") == 0)
           ? NGX_CONF_OK : "\"on\" or \"off\"";
}


static char *
ngx_resonate_login_lifetime(ngx_conf_t *cf, ngx_resonate_login_t *login,
    size_t offset)
{
    ngx_str_t  *value;

    value = cf->args->elts;

    login->lifetime = ngx_parse_time(&value[1], 1);

    return (login->lifetime >= 1
            && login->lifetime <= NGX_RESONATE_LOGIN_LIFETIME_MAX)
           ? NGX_CONF_OK : "a time of 1s to 400d";
}


static char *
ngx_resonate_login_timeout(ngx_conf_t *cf, ngx_resonate_login_t *login,
    size_t offset)
{
    ngx_int_t   n;
    ngx_str_t  *value;

    value = cf->args->elts;

    n = ngx_parse_time(&value[1], 0);

    if (n < 1 || n > 60000) {
        return "a time of 1ms to 60s";
    }

    login->timeout = n;

    return NGX_CONF_OK;
}
