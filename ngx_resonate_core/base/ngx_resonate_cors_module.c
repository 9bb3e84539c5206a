
/*
 * Copyright (C) Resonate
 *
 * Cross-origin calls of configured origins only (Fetch, section 3.2).
 *
 * Preflights are answered before access is checked, since a browser sends
 * them without a token; the headers go onto every answer, errors included.
 */


#include "../ngx_resonate_core_internal.h"


#define NGX_RESONATE_CORS_METHODS  "GET, HEAD, POST, PUT, PATCH, DELETE"
#define NGX_RESONATE_CORS_HEADERS                                             \
    "authorization, content-type, range, if-range, idempotency-key, dpop, "   \
    "traceparent"
#define NGX_RESONATE_CORS_EXPOSE                                              \
    "Content-Range, Content-Length, Accept-Ranges, ETag, WWW-Authenticate, "  \
    "Retry-After, Location, X-Resonate-Stream"


typedef struct {
    ngx_array_t    *origins;    /* of ngx_str_t; NULL: off */
} ngx_resonate_cors_loc_conf_t;


static ngx_int_t ngx_resonate_cors_preflight(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_cors_filter(ngx_http_request_t *r);
static ngx_str_t *ngx_resonate_cors_header(ngx_http_request_t *r,
    const char *name, size_t len);
static ngx_uint_t ngx_resonate_cors_allowed(ngx_array_t *origins,
    ngx_str_t *origin);
static ngx_int_t ngx_resonate_cors_add(ngx_http_request_t *r,
    const char *name, const char *value);
static char *ngx_resonate_cors_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static void *ngx_resonate_cors_create_loc_conf(ngx_conf_t *cf);
static char *ngx_resonate_cors_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static ngx_int_t ngx_resonate_cors_init(ngx_conf_t *cf);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;


static ngx_command_t  ngx_resonate_cors_commands[] = {

    { ngx_string("resonate_cors"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_resonate_cors_directive,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_resonate_cors_module_ctx = {
    NULL,                                  /* preconfiguration */
    ngx_resonate_cors_init,                /* postconfiguration */

    NULL,                                  /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_resonate_cors_create_loc_conf,     /* create location configuration */
    ngx_resonate_cors_merge_loc_conf       /* merge location configuration */
};


ngx_module_t  ngx_resonate_cors_module = {
    NGX_MODULE_V1,
    &ngx_resonate_cors_module_ctx,         /* module context */
    ngx_resonate_cors_commands,            /* module directives */
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


/* the header filter adds what is common to all answers */

static ngx_int_t
ngx_resonate_cors_preflight(ngx_http_request_t *r)
{
    ngx_int_t                      rc;
    ngx_str_t                     *origin;
    ngx_resonate_cors_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_resonate_cors_module);

    if (r->method != NGX_HTTP_OPTIONS || clcf->origins == NULL
        || ngx_resonate_cors_header(r, "access-control-request-method", 29)
           == NULL)
    {
        return NGX_DECLINED;
    }

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    origin = ngx_resonate_cors_header(r, "origin", 6);

    if (origin && ngx_resonate_cors_allowed(clcf->origins, origin)
        && (ngx_resonate_cors_add(r, "Access-Control-Allow-Methods",
                                  NGX_RESONATE_CORS_METHODS)
            != NGX_OK
            || ngx_resonate_cors_add(r, "Access-Control-Allow-Headers",
                                     NGX_RESONATE_CORS_HEADERS)
               != NGX_OK
            || ngx_resonate_cors_add(r, "Access-Control-Max-Age", "7200")
               != NGX_OK))
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->headers_out.status = NGX_HTTP_NO_CONTENT;
    r->header_only = 1;

    ngx_http_finalize_request(r, ngx_http_send_header(r));

    return NGX_DONE;
}


static ngx_int_t
ngx_resonate_cors_filter(ngx_http_request_t *r)
{
    ngx_str_t                     *origin;
    ngx_resonate_cors_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_resonate_cors_module);

    if (clcf->origins == NULL || r != r->main) {
        return ngx_http_next_header_filter(r);
    }

    if (ngx_resonate_cors_add(r, "Vary", "Origin") != NGX_OK) {
        return NGX_ERROR;
    }

    origin = ngx_resonate_cors_header(r, "origin", 6);

    if (origin && ngx_resonate_cors_allowed(clcf->origins, origin)
        && (ngx_resonate_add_header(r, "Access-Control-Allow-Origin", origin)
            != NGX_OK
            || ngx_resonate_cors_add(r, "Access-Control-Expose-Headers",
                                     NGX_RESONATE_CORS_EXPOSE)
               != NGX_OK))
    {
        return NGX_ERROR;
    }

    return ngx_http_next_header_filter(r);
}


static ngx_str_t *
ngx_resonate_cors_header(ngx_http_request_t *r, const char *name, size_t len)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].key.len == len
                && ngx_strncmp(h[i].lowcase_key, name, len) == 0)
            {
                return &h[i].value;
            }
        }
    }

    return NULL;
}


static ngx_uint_t
ngx_resonate_cors_allowed(ngx_array_t *origins, ngx_str_t *origin)
{
    ngx_str_t   *o;
    ngx_uint_t   i;

    o = origins->elts;

    for (i = 0; i < origins->nelts; i++) {
        if (o[i].len == origin->len
            && ngx_strncmp(o[i].data, origin->data, origin->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static ngx_int_t
ngx_resonate_cors_add(ngx_http_request_t *r, const char *name,
    const char *value)
{
    ngx_str_t  text;

    text.data = (u_char *) value;
    text.len = ngx_strlen(value);

    return ngx_resonate_add_header(r, name, &text);
}


static char *
ngx_resonate_cors_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_cors_loc_conf_t *clcf = conf;

    u_char      *p, *last;
    ngx_str_t   *value, *origin;
    ngx_uint_t   i;

    if (clcf->origins != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        clcf->origins = NULL;
        return NGX_CONF_OK;
    }

    clcf->origins = ngx_array_create(cf->pool, 4, sizeof(ngx_str_t));
    if (clcf->origins == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 1; i < cf->args->nelts; i++) {

        /* RFC 6454, 6.2: scheme "://" host [ ":" port ], nothing else */

        last = value[i].data + value[i].len;
        p = (u_char *) ngx_strstr(value[i].data, "://");

        if (p == NULL || p == value[i].data || p + 3 == last
            || ngx_strlchr(p + 3, last, '/') != NULL)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid origin \"%V\", it must be "
                               "scheme://host[:port]", &value[i]);
            return NGX_CONF_ERROR;
        }

        origin = ngx_array_push(clcf->origins);
        if (origin == NULL) {
            return NGX_CONF_ERROR;
        }

        *origin = value[i];
    }

    return NGX_CONF_OK;
}


static void *
ngx_resonate_cors_create_loc_conf(ngx_conf_t *cf)
{
    ngx_resonate_cors_loc_conf_t  *conf;

    conf = ngx_palloc(cf->pool, sizeof(ngx_resonate_cors_loc_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    conf->origins = NGX_CONF_UNSET_PTR;

    return conf;
}


static char *
ngx_resonate_cors_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_resonate_cors_loc_conf_t *prev = parent;
    ngx_resonate_cors_loc_conf_t *conf = child;

    ngx_conf_merge_ptr_value(conf->origins, prev->origins, NULL);

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_resonate_cors_init(ngx_conf_t *cf)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_PREACCESS_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_resonate_cors_preflight;

    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_resonate_cors_filter;

    return NGX_OK;
}
