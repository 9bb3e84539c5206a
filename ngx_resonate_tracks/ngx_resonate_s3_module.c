
/*
 * Copyright (C) Resonate
 *
 * "resonate_s3": what a location sends to an S3-compatible store.  Only what
 * this module asks for is signed, and never a request of a client.
 */


#include "ngx_resonate_remote.h"
#include "media/resonate_sigv4.h"


#define NGX_RESONATE_S3_REGION   "us-east-1"

#define NGX_RESONATE_S3_KEY_MAX  (RESONATE_SIGV4_MAX_ID + 1                   \
                                  + RESONATE_SIGV4_MAX_SECRET)


typedef struct {
    ngx_str_t                host;
    ngx_str_t                bucket;       /* empty: it is a part of the host */
    ngx_str_t                region;
    ngx_str_t                key;          /* a file, or nothing is signed */

    resonate_sigv4_text_t    id;
    resonate_sigv4_text_t    secret;
} ngx_resonate_s3_t;

typedef struct {
    ngx_resonate_s3_t       *s3;
} ngx_resonate_s3_loc_conf_t;


static ngx_int_t ngx_resonate_s3_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_s3_host_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_resonate_s3_uri_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_resonate_s3_date_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_resonate_s3_authorization_variable(
    ngx_http_request_t *r, ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_resonate_s3_sign(ngx_http_request_t *r,
    ngx_resonate_s3_t *s3, ngx_resonate_remote_ctx_t *ctx, ngx_str_t *text);
static ngx_resonate_s3_t *ngx_resonate_s3_of(ngx_http_request_t *r,
    ngx_resonate_remote_ctx_t **ctx);
static ngx_int_t ngx_resonate_s3_path(ngx_http_request_t *r,
    ngx_resonate_s3_t *s3, ngx_resonate_remote_ctx_t *ctx, ngx_str_t *path);
static void *ngx_resonate_s3_create_loc_conf(ngx_conf_t *cf);
static char *ngx_resonate_s3_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static char *ngx_resonate_s3_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_resonate_s3_check(ngx_resonate_s3_t *s3);
static ngx_uint_t ngx_resonate_s3_word(ngx_str_t *text, const char *others);
static char *ngx_resonate_s3_key(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_resonate_s3_t *s3);


static const ngx_resonate_param_t  ngx_resonate_s3_params[] = {

    { ngx_string("host="), ngx_resonate_param_str,
      offsetof(ngx_resonate_s3_t, host), 0, 0, NULL },

    { ngx_string("bucket="), ngx_resonate_param_str,
      offsetof(ngx_resonate_s3_t, bucket), 0, 0, NULL },

    { ngx_string("region="), ngx_resonate_param_str,
      offsetof(ngx_resonate_s3_t, region), 0, 0, NULL },

    { ngx_string("key="), ngx_resonate_param_str,
      offsetof(ngx_resonate_s3_t, key), 0, 0, NULL },

    { ngx_null_string, NULL, 0, 0, 0, NULL }
};


static ngx_command_t  ngx_resonate_s3_commands[] = {

    { ngx_string("resonate_s3"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_resonate_s3_directive,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


/* none is kept: subrequests share the variables of their request */

static const ngx_http_variable_t  ngx_resonate_s3_vars[] = {

    { ngx_string("resonate_s3_host"), NULL,
      ngx_resonate_s3_host_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("resonate_s3_uri"), NULL,
      ngx_resonate_s3_uri_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("resonate_s3_date"), NULL,
      ngx_resonate_s3_date_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("resonate_s3_authorization"), NULL,
      ngx_resonate_s3_authorization_variable, 0, NGX_HTTP_VAR_NOCACHEABLE,
      0 },

      ngx_http_null_variable
};


static ngx_http_module_t  ngx_resonate_s3_module_ctx = {
    ngx_resonate_s3_preconfiguration,      /* preconfiguration */
    NULL,                                  /* postconfiguration */

    NULL,                                  /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_resonate_s3_create_loc_conf,       /* create location configuration */
    ngx_resonate_s3_merge_loc_conf         /* merge location configuration */
};


ngx_module_t  ngx_resonate_s3_module = {
    NGX_MODULE_V1,
    &ngx_resonate_s3_module_ctx,           /* module context */
    ngx_resonate_s3_commands,              /* module directives */
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


static ngx_int_t
ngx_resonate_s3_preconfiguration(ngx_conf_t *cf)
{
    return ngx_resonate_remote_variables(cf, ngx_resonate_s3_vars);
}


static ngx_int_t
ngx_resonate_s3_host_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_resonate_s3_t          *s3;
    ngx_resonate_remote_ctx_t  *ctx;

    s3 = ngx_resonate_s3_of(r, &ctx);

    return ngx_resonate_remote_value(v, s3 ? &s3->host : NULL);
}


static ngx_int_t
ngx_resonate_s3_uri_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t                   path;
    ngx_resonate_s3_t          *s3;
    ngx_resonate_remote_ctx_t  *ctx;

    s3 = ngx_resonate_s3_of(r, &ctx);

    if (s3 && ngx_resonate_s3_path(r, s3, ctx, &path) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_resonate_remote_value(v, s3 ? &path : NULL);
}


static ngx_int_t
ngx_resonate_s3_date_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t                   text;
    ngx_resonate_s3_t          *s3;
    ngx_resonate_remote_ctx_t  *ctx;

    s3 = ngx_resonate_s3_of(r, &ctx);

    if (s3 == NULL || s3->key.len == 0) {
        return ngx_resonate_remote_value(v, NULL);
    }

    text.data = ngx_pnalloc(r->pool, RESONATE_SIGV4_DATE);
    if (text.data == NULL) {
        return NGX_ERROR;
    }

    resonate_sigv4_date(ngx_time(), (char *) text.data);
    text.len = ngx_strlen(text.data);

    return ngx_resonate_remote_value(v, &text);
}


static ngx_int_t
ngx_resonate_s3_authorization_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t                   text;
    ngx_resonate_s3_t          *s3;
    ngx_resonate_remote_ctx_t  *ctx;

    s3 = ngx_resonate_s3_of(r, &ctx);

    if (s3 == NULL || s3->key.len == 0) {
        return ngx_resonate_remote_value(v, NULL);
    }

    if (ngx_resonate_s3_sign(r, s3, ctx, &text) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_resonate_remote_value(v, &text);
}


/* the time is that of the date: it does not change while a request is made */

static ngx_int_t
ngx_resonate_s3_sign(ngx_http_request_t *r, ngx_resonate_s3_t *s3,
    ngx_resonate_remote_ctx_t *ctx, ngx_str_t *text)
{
    char              date[RESONATE_SIGV4_DATE];
    ngx_str_t         path, range;
    resonate_sigv4_t  s;

    if (ngx_resonate_s3_path(r, s3, ctx, &path) != NGX_OK
        || ngx_resonate_remote_range(r, ctx, &range) != NGX_OK)
    {
        return NGX_ERROR;
    }

    text->data = ngx_pnalloc(r->pool, RESONATE_SIGV4_SIZE);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    resonate_sigv4_date(ngx_time(), date);

    s.id = s3->id;
    s.secret = s3->secret;
    s.region.data = (char *) s3->region.data;
    s.region.len = s3->region.len;
    s.host.data = (char *) s3->host.data;
    s.host.len = s3->host.len;
    s.path.data = (char *) path.data;
    s.path.len = path.len;
    s.range.data = (char *) range.data;
    s.range.len = range.len;
    s.date = date;

    text->len = resonate_sigv4_sign(&s, (char *) text->data);

    return text->len ? NGX_OK : NGX_ERROR;
}


/* NULL: it is no request of ours, or not for such a store */

static ngx_resonate_s3_t *
ngx_resonate_s3_of(ngx_http_request_t *r, ngx_resonate_remote_ctx_t **ctx)
{
    ngx_resonate_s3_loc_conf_t  *slcf;

    *ctx = ngx_resonate_remote_asking(r);

    if (*ctx == NULL) {
        return NULL;
    }

    slcf = ngx_http_get_module_loc_conf(r, ngx_resonate_s3_module);

    return slcf->s3;
}


static ngx_int_t
ngx_resonate_s3_path(ngx_http_request_t *r, ngx_resonate_s3_t *s3,
    ngx_resonate_remote_ctx_t *ctx, ngx_str_t *path)
{
    ngx_str_t  uri;

    if (ngx_resonate_remote_uri(r, ctx->media, &uri) != NGX_OK) {
        return NGX_ERROR;
    }

    if (s3->bucket.len == 0) {
        *path = uri;
        return NGX_OK;
    }

    path->len = 1 + s3->bucket.len + uri.len;
    path->data = ngx_pnalloc(r->pool, path->len);

    if (path->data == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_sprintf(path->data, "/%V%V", &s3->bucket, &uri);

    return NGX_OK;
}


static void *
ngx_resonate_s3_create_loc_conf(ngx_conf_t *cf)
{
    ngx_resonate_s3_loc_conf_t  *slcf;

    slcf = ngx_palloc(cf->pool, sizeof(ngx_resonate_s3_loc_conf_t));
    if (slcf == NULL) {
        return NULL;
    }

    slcf->s3 = NGX_CONF_UNSET_PTR;

    return slcf;
}


static char *
ngx_resonate_s3_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_resonate_s3_loc_conf_t  *prev = parent;
    ngx_resonate_s3_loc_conf_t  *conf = child;

    ngx_conf_merge_ptr_value(conf->s3, prev->s3, NULL);

    return NGX_CONF_OK;
}


static char *
ngx_resonate_s3_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_s3_loc_conf_t *slcf = conf;

    char               *rv;
    ngx_resonate_s3_t  *s3;

    if (slcf->s3 != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    s3 = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_s3_t));
    if (s3 == NULL) {
        return NGX_CONF_ERROR;
    }

    slcf->s3 = s3;
    ngx_str_set(&s3->region, NGX_RESONATE_S3_REGION);

    rv = ngx_resonate_params(cf, 1, ngx_resonate_s3_params, s3);

    if (rv == NGX_CONF_OK) {
        rv = ngx_resonate_s3_check(s3);
    }

    if (rv == NGX_CONF_OK && s3->key.len) {
        rv = ngx_resonate_s3_key(cf, cmd, s3);
    }

    return rv;
}


/* what is signed, as it is sent */

static char *
ngx_resonate_s3_check(ngx_resonate_s3_t *s3)
{
    if (s3->host.len == 0) {
        return "needs \"host=\"";
    }

    if (!ngx_resonate_s3_word(&s3->host, ".-:[]")) {
        return "has a bad \"host=\"";
    }

    if (!ngx_resonate_s3_word(&s3->bucket, ".-_")) {
        return "has a bad \"bucket=\"";
    }

    if (!ngx_resonate_s3_word(&s3->region, "-_")
        || s3->region.len > RESONATE_SIGV4_MAX_REGION)
    {
        return "has a bad \"region=\"";
    }

    return NGX_CONF_OK;
}


static ngx_uint_t
ngx_resonate_s3_word(ngx_str_t *text, const char *others)
{
    size_t  i;
    u_char  c, lower;

    for (i = 0; i < text->len; i++) {
        c = text->data[i];
        lower = (u_char) (c | 0x20);

        if ((lower < 'a' || lower > 'z') && (c < '0' || c > '9')
            && (c == '\0' || ngx_strchr(others, c) == NULL))
        {
            return 0;
        }
    }

    return 1;
}


static char *
ngx_resonate_s3_key(ngx_conf_t *cf, ngx_command_t *cmd, ngx_resonate_s3_t *s3)
{
    ngx_str_t   *secret;
    const char  *err;

    secret = ngx_resonate_secret(cf, &cmd->name, &s3->key, 3,
                                 NGX_RESONATE_S3_KEY_MAX);
    if (secret == NULL) {
        return NGX_CONF_ERROR;
    }

    err = resonate_sigv4_key((char *) secret->data, secret->len, &s3->id,
                             &s3->secret);

    if (err) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" of \"%V\" %s",
                           &s3->key, &cmd->name, err);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
