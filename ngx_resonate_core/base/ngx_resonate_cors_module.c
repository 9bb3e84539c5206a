
/*
 * Copyright (C) Resonate
 *
 * Cross-origin calls of configured origins only (Fetch, section 3.2).
 *
 * Preflights are answered as soon as the location is known, before rewrites
 * and access: a browser sends them without a token and takes a 2xx only.  The
 * headers go onto every answer, errors included.
 */


#include "../ngx_resonate_core_internal.h"


#define NGX_RESONATE_CORS_METHODS  "GET, HEAD, POST, PUT, PATCH, DELETE"
#define NGX_RESONATE_CORS_HEADERS                                             \
    "authorization, content-type, range, if-range, idempotency-key, dpop, "   \
    "traceparent"
#define NGX_RESONATE_CORS_EXPOSE                                              \
    "Content-Range, Content-Length, Accept-Ranges, ETag, WWW-Authenticate, "  \
    "Retry-After, Location, DPoP-Nonce, X-Resonate-Stream"


typedef struct {
    ngx_array_t    *origins;    /* of ngx_str_t; NULL: off */
} ngx_resonate_cors_loc_conf_t;


static ngx_int_t ngx_resonate_cors_preflight(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_cors_filter(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_cors_headers(ngx_http_request_t *r,
    ngx_array_t *origins);
static ngx_str_t *ngx_resonate_cors_allowed(ngx_http_request_t *r,
    ngx_array_t *origins);
static ngx_int_t ngx_resonate_cors_add(ngx_http_request_t *r,
    const char *name, const char *value);
static char *ngx_resonate_cors_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_resonate_cors_push(ngx_conf_t *cf, ngx_array_t *origins,
    ngx_str_t *value);
static ngx_uint_t ngx_resonate_cors_valid(ngx_str_t *origin);
static u_char *ngx_resonate_cors_host(u_char *p, u_char *last);
static ngx_uint_t ngx_resonate_cors_port(ngx_str_t *origin, u_char *p);
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
    ngx_uint_t                     n;
    ngx_resonate_cors_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_resonate_cors_module);

    if (r->method != NGX_HTTP_OPTIONS || clcf->origins == NULL
        || ngx_resonate_find_header(r, "Access-Control-Request-Method",
                                    sizeof("Access-Control-Request-Method")
                                    - 1, &n)
           == NULL)
    {
        return NGX_DECLINED;
    }

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate cors preflight");

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_resonate_cors_allowed(r, clcf->origins)
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

    return ngx_http_send_header(r);
}


/*
 * The last filter before the header is written: it sees what all others
 * added, and an answer that one of them made an error passes here once.
 */

static ngx_int_t
ngx_resonate_cors_filter(ngx_http_request_t *r)
{
    ngx_str_t                      word = ngx_string("Origin");
    ngx_resonate_cors_loc_conf_t  *clcf;

    if (r != r->main) {
        return ngx_http_next_header_filter(r);
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_resonate_cors_module);

    if (clcf->origins
        && ngx_resonate_cors_headers(r, clcf->origins) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_resonate_vary(r, clcf->origins ? &word : NULL) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_next_header_filter(r);
}


/* a browser refuses two, and an upstream may have set its own */

static ngx_int_t
ngx_resonate_cors_headers(ngx_http_request_t *r, ngx_array_t *origins)
{
    ngx_str_t  *origin;

    while (ngx_resonate_take_header(r, "Access-Control-Allow-Origin")
           || ngx_resonate_take_header(r, "Access-Control-Expose-Headers"))
    {
        /* void */
    }

    origin = ngx_resonate_cors_allowed(r, origins);

    if (origin == NULL) {
        return NGX_OK;
    }

    if (ngx_resonate_add_header(r, "Access-Control-Allow-Origin", origin)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_resonate_cors_add(r, "Access-Control-Expose-Headers",
                                 NGX_RESONATE_CORS_EXPOSE);
}


/* the origin of the request, if it may call */

static ngx_str_t *
ngx_resonate_cors_allowed(ngx_http_request_t *r, ngx_array_t *origins)
{
    ngx_str_t        *o;
    ngx_uint_t        i, n;
    ngx_table_elt_t  *h;

    h = ngx_resonate_find_header(r, "Origin", sizeof("Origin") - 1, &n);

    if (h == NULL || n != 1) {
        return NULL;
    }

    o = origins->elts;

    for (i = 0; i < origins->nelts; i++) {
        if (o[i].len == h->value.len
            && ngx_strncmp(o[i].data, h->value.data, o[i].len) == 0)
        {
            return &h->value;
        }
    }

    return NULL;
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

    char        *rv;
    ngx_str_t   *value;
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
        rv = ngx_resonate_cors_push(cf, clcf->origins, &value[i]);

        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_resonate_cors_push(ngx_conf_t *cf, ngx_array_t *origins, ngx_str_t *value)
{
    ngx_str_t   *o;
    ngx_uint_t   i;

    if (!ngx_resonate_cors_valid(value)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid origin \"%V\", it must be "
                           "scheme://host[:port] as browsers write it", value);
        return NGX_CONF_ERROR;
    }

    o = origins->elts;

    for (i = 0; i < origins->nelts; i++) {
        if (o[i].len == value->len
            && ngx_strncmp(o[i].data, value->data, value->len) == 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate origin \"%V\"", value);
            return NGX_CONF_ERROR;
        }
    }

    o = ngx_array_push(origins);
    if (o == NULL) {
        return NGX_CONF_ERROR;
    }

    *o = *value;

    return NGX_CONF_OK;
}


/*
 * RFC 6454, 6.2: scheme "://" host [ ":" port ], in lower case, without the
 * port that the scheme has anyway.  Anything else would never match.
 */

static ngx_uint_t
ngx_resonate_cors_valid(ngx_str_t *origin)
{
    u_char  *p, *last;

    p = origin->data;
    last = p + origin->len;

    if (p == last || *p < 'a' || *p > 'z') {
        return 0;
    }

    while (p < last && ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9')
                        || *p == '+' || *p == '-' || *p == '.'))
    {
        p++;
    }

    if (last - p < 3 || ngx_strncmp(p, "://", 3) != 0) {
        return 0;
    }

    p = ngx_resonate_cors_host(p + 3, last);

    return p && (p == last || ngx_resonate_cors_port(origin, p));
}


/* where the host ends; NULL: there is none */

static u_char *
ngx_resonate_cors_host(u_char *p, u_char *last)
{
    u_char  *start;

    start = p;

    if (p < last && *p == '[') {
        p++;

        while (p < last && ((*p >= '0' && *p <= '9')
                            || (*p >= 'a' && *p <= 'f') || *p == ':'))
        {
            p++;
        }

        return (p < last && *p == ']' && p - start > 2) ? p + 1 : NULL;
    }

    while (p < last && ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9')
                        || *p == '-' || *p == '.' || *p == '_'))
    {
        p++;
    }

    return (p > start) ? p : NULL;
}


static ngx_uint_t
ngx_resonate_cors_port(ngx_str_t *origin, u_char *p)
{
    size_t     len;
    ngx_int_t  port;

    if (*p++ != ':') {
        return 0;
    }

    len = origin->data + origin->len - p;
    port = ngx_atoi(p, len);

    if (port < 1 || port > 65535 || *p == '0') {
        return 0;
    }

    return !(port == 80 && ngx_strncmp(origin->data, "http://", 7) == 0)
           && !(port == 443 && ngx_strncmp(origin->data, "https://", 8) == 0);
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

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_REWRITE_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_resonate_cors_preflight;

    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_resonate_cors_filter;

    return NGX_OK;
}
