
/*
 * Copyright (C) Resonate
 *
 * The protected resource's metadata (RFC 9728): where a client that was
 * refused finds who issues tokens for this.
 */


#include "ngx_resonate_auth_internal.h"


#define NGX_RESONATE_AUTH_WELL_KNOWN  "/.well-known/oauth-protected-resource"


/* one "resonate_protected_resource" line */

typedef struct {
    ngx_str_t     url;
    ngx_str_t     host;         /* without its port */
    ngx_str_t     path;         /* without a slash at its end */
    ngx_str_t     servers;      /* as they were given, or empty */
    ngx_str_t     scopes;
    ngx_str_t     name;
    ngx_str_t     documentation;
    ngx_str_t     challenge;    /* ", resource_metadata=..." */
    ngx_str_t     json;
} ngx_resonate_auth_resource_t;


typedef struct {
    ngx_array_t   resources;    /* of ngx_resonate_auth_resource_t * */
} ngx_resonate_auth_resource_main_conf_t;


typedef struct {
    ngx_resonate_auth_resource_t  *resource;    /* NULL: none is named */
} ngx_resonate_auth_resource_loc_conf_t;


static ngx_int_t ngx_resonate_auth_resource_handler(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_auth_resource_headers(ngx_http_request_t *r);
static ngx_resonate_auth_resource_t *ngx_resonate_auth_resource_find(
    ngx_http_request_t *r);

static char *ngx_resonate_auth_resource_directive(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static ngx_int_t ngx_resonate_auth_resource_url(ngx_conf_t *cf,
    ngx_resonate_auth_resource_t *resource);
static char *ngx_resonate_auth_resource_metadata(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static ngx_int_t ngx_resonate_auth_resource_postconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_auth_resource_json(ngx_conf_t *cf,
    ngx_resonate_auth_resource_t *resource);
static int ngx_resonate_auth_resource_text(json_t *root, const char *name,
    ngx_str_t *text);
static json_t *ngx_resonate_auth_resource_issuers(ngx_conf_t *cf);
static json_t *ngx_resonate_auth_resource_list(ngx_str_t *text);
static void *ngx_resonate_auth_resource_create_main_conf(ngx_conf_t *cf);
static void *ngx_resonate_auth_resource_create_loc_conf(ngx_conf_t *cf);
static char *ngx_resonate_auth_resource_merge_loc_conf(ngx_conf_t *cf,
    void *parent, void *child);


extern ngx_module_t  ngx_resonate_auth_resource_module;


static const ngx_resonate_param_t  ngx_resonate_auth_resource_params[] = {

    { ngx_string("servers="), ngx_resonate_param_str,
      offsetof(ngx_resonate_auth_resource_t, servers), 0, 0,
      "URLs with commas between" },

    { ngx_string("scopes="), ngx_resonate_param_str,
      offsetof(ngx_resonate_auth_resource_t, scopes), 0, 0,
      "scopes with commas between" },

    { ngx_string("name="), ngx_resonate_param_str,
      offsetof(ngx_resonate_auth_resource_t, name), 0, 0, "a name" },

    { ngx_string("documentation="), ngx_resonate_param_str,
      offsetof(ngx_resonate_auth_resource_t, documentation), 0, 0, "a URL" },

    { ngx_null_string, NULL, 0, 0, 0, NULL }
};


static ngx_command_t  ngx_resonate_auth_resource_commands[] = {

    { ngx_string("resonate_protected_resource"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_resonate_auth_resource_directive,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("resonate_resource_metadata"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_resonate_auth_resource_metadata,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_resonate_auth_resource_module_ctx = {
    NULL,                                  /* preconfiguration */
    ngx_resonate_auth_resource_postconfiguration,
                                           /* postconfiguration */

    ngx_resonate_auth_resource_create_main_conf,
                                           /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_resonate_auth_resource_create_loc_conf,
                                           /* create location configuration */
    ngx_resonate_auth_resource_merge_loc_conf
                                           /* merge location configuration */
};


ngx_module_t  ngx_resonate_auth_resource_module = {
    NGX_MODULE_V1,
    &ngx_resonate_auth_resource_module_ctx,
                                           /* module context */
    ngx_resonate_auth_resource_commands,   /* module directives */
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


void
ngx_resonate_auth_resource(ngx_http_request_t *r, ngx_str_t *challenge)
{
    ngx_resonate_auth_resource_loc_conf_t  *rlcf;

    rlcf = ngx_http_get_module_loc_conf(r, ngx_resonate_auth_resource_module);

    ngx_str_null(challenge);

    if (rlcf->resource) {
        *challenge = rlcf->resource->challenge;
    }
}


static ngx_int_t
ngx_resonate_auth_resource_handler(ngx_http_request_t *r)
{
    ngx_str_t                      type;
    ngx_http_complex_value_t       cv;
    ngx_resonate_auth_resource_t  *resource;

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate resource metadata handler");

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD|NGX_HTTP_OPTIONS))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    resource = ngx_resonate_auth_resource_find(r);
    if (resource == NULL) {
        return NGX_HTTP_NOT_FOUND;
    }

    if (ngx_resonate_auth_resource_headers(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memzero(&cv, sizeof(ngx_http_complex_value_t));
    ngx_str_set(&type, "application/json");

    if (r->method == NGX_HTTP_OPTIONS) {
        r->header_only = 1;
        return ngx_http_send_response(r, NGX_HTTP_NO_CONTENT, &type, &cv);
    }

    cv.value = resource->json;

    return ngx_http_send_response(r, NGX_HTTP_OK, &type, &cv);
}


/* anybody may read it, and pages of anybody */

static ngx_int_t
ngx_resonate_auth_resource_headers(ngx_http_request_t *r)
{
    ngx_uint_t  i;

    static struct {
        const char  *name;
        ngx_str_t    value;
    } const headers[] = {
        { "Access-Control-Allow-Origin", ngx_string("*") },
        { "Access-Control-Allow-Headers", ngx_string("*") },
        { "Cache-Control", ngx_string("public, max-age=300") }
    };

    for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        if (ngx_resonate_add_header(r, headers[i].name,
                                    (ngx_str_t *) &headers[i].value)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* RFC 9728, section 3.1: the path of the resource follows the well-known one */

static ngx_resonate_auth_resource_t *
ngx_resonate_auth_resource_find(ngx_http_request_t *r)
{
    size_t                                    skip;
    ngx_str_t                                 path, *host;
    ngx_uint_t                                i;
    ngx_resonate_auth_resource_t            **resource;
    ngx_resonate_auth_resource_main_conf_t   *rmcf;

    skip = sizeof(NGX_RESONATE_AUTH_WELL_KNOWN) - 1;

    if (r->uri.len < skip
        || ngx_strncmp(r->uri.data, NGX_RESONATE_AUTH_WELL_KNOWN, skip) != 0)
    {
        return NULL;
    }

    path.data = r->uri.data + skip;
    path.len = r->uri.len - skip;

    if (path.len && path.data[path.len - 1] == '/') {
        path.len--;
    }

    host = &r->headers_in.server;
    rmcf = ngx_http_get_module_main_conf(r, ngx_resonate_auth_resource_module);
    resource = rmcf->resources.elts;

    for (i = 0; i < rmcf->resources.nelts; i++) {
        if (resource[i]->path.len == path.len
            && ngx_strncmp(resource[i]->path.data, path.data, path.len) == 0
            && resource[i]->host.len == host->len
            && ngx_strncasecmp(resource[i]->host.data, host->data, host->len)
               == 0)
        {
            return resource[i];
        }
    }

    return NULL;
}


static char *
ngx_resonate_auth_resource_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_resonate_auth_resource_loc_conf_t *rlcf = conf;

    ngx_str_t                                *value;
    ngx_resonate_auth_resource_t             *resource, **slot;
    ngx_resonate_auth_resource_main_conf_t   *rmcf;

    if (rlcf->resource != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        rlcf->resource = NULL;
        return NGX_CONF_OK;
    }

    resource = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_auth_resource_t));
    if (resource == NULL) {
        return NGX_CONF_ERROR;
    }

    resource->url = value[1];

    if (ngx_resonate_auth_resource_url(cf, resource) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    rmcf = ngx_http_conf_get_module_main_conf(cf,
                                           ngx_resonate_auth_resource_module);

    slot = ngx_array_push(&rmcf->resources);
    if (slot == NULL) {
        return NGX_CONF_ERROR;
    }

    *slot = resource;
    rlcf->resource = resource;

    return ngx_resonate_params(cf, 2, ngx_resonate_auth_resource_params,
                               resource);
}


static ngx_int_t
ngx_resonate_auth_resource_url(ngx_conf_t *cf,
    ngx_resonate_auth_resource_t *resource)
{
    u_char     *p, *last, *end;
    ngx_str_t  *url, origin;

    url = &resource->url;
    p = url->data;
    last = p + url->len;

    for ( ; p < last; p++) {
        if (*p <= 0x20 || *p >= 0x7f || *p == '"' || *p == '\\' || *p == '?'
            || *p == '#')
        {
            goto invalid;
        }
    }

    p = (u_char *) ngx_strstr(url->data, "://");

    if (p == NULL
        || !((p - url->data == 5 && ngx_strncmp(url->data, "https", 5) == 0)
             || (p - url->data == 4 && ngx_strncmp(url->data, "http", 4)
                                       == 0)))
    {
        goto invalid;
    }

    resource->host.data = p + 3;

    end = ngx_strlchr(resource->host.data, last, '/');
    end = end ? end : last;

    p = ngx_strlchr(resource->host.data, end, ':');
    resource->host.len = (p ? p : end) - resource->host.data;

    if (resource->host.len == 0) {
        goto invalid;
    }

    resource->path.data = end;
    resource->path.len = last - end;

    if (resource->path.len && last[-1] == '/') {
        resource->path.len--;
    }

    origin.data = url->data;
    origin.len = end - url->data;

    p = ngx_pnalloc(cf->pool, sizeof(", resource_metadata=\"\"")
                              + sizeof(NGX_RESONATE_AUTH_WELL_KNOWN)
                              + url->len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    resource->challenge.data = p;
    resource->challenge.len = ngx_sprintf(p, ", resource_metadata=\"%V"
                                          NGX_RESONATE_AUTH_WELL_KNOWN
                                          "%V\"", &origin, &resource->path)
                              - p;

    return NGX_OK;

invalid:

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid resource \"%V\", it must be a URL without "
                       "query and fragment", url);

    return NGX_ERROR;
}


static char *
ngx_resonate_auth_resource_metadata(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->handler == ngx_resonate_auth_resource_handler) {
        return "is duplicate";
    }

    clcf->handler = ngx_resonate_auth_resource_handler;

    return NGX_CONF_OK;
}


/* issuers may be configured behind the resource */

static ngx_int_t
ngx_resonate_auth_resource_postconfiguration(ngx_conf_t *cf)
{
    ngx_uint_t                                i;
    ngx_resonate_auth_resource_t            **resource;
    ngx_resonate_auth_resource_main_conf_t   *rmcf;

    rmcf = ngx_http_conf_get_module_main_conf(cf,
                                           ngx_resonate_auth_resource_module);
    resource = rmcf->resources.elts;

    for (i = 0; i < rmcf->resources.nelts; i++) {
        if (ngx_resonate_auth_resource_json(cf, resource[i]) != NGX_OK) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "no metadata of resource \"%V\" could be made: "
                          "is all of it UTF-8?", &resource[i]->url);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* RFC 9728, section 2 */

static ngx_int_t
ngx_resonate_auth_resource_json(ngx_conf_t *cf,
    ngx_resonate_auth_resource_t *resource)
{
    char        *text;
    json_t      *root, *servers, *scopes;
    ngx_uint_t   ok;

    servers = resource->servers.len
              ? ngx_resonate_auth_resource_list(&resource->servers)
              : ngx_resonate_auth_resource_issuers(cf);
    scopes = resource->scopes.len
             ? ngx_resonate_auth_resource_list(&resource->scopes) : NULL;

    root = json_pack("{s:s%, s:[s], s:o*, s:o*}",
                     "resource", resource->url.data, resource->url.len,
                     "bearer_methods_supported", "header",
                     "authorization_servers", servers,
                     "scopes_supported", scopes);

    ok = root
         && ngx_resonate_auth_resource_text(root, "resource_name",
                                            &resource->name) == 0
         && ngx_resonate_auth_resource_text(root, "resource_documentation",
                                            &resource->documentation) == 0;

    text = ok ? json_dumps(root, JSON_COMPACT) : NULL;
    json_decref(root);

    return ngx_resonate_take_text(cf->pool, text, &resource->json);
}


static int
ngx_resonate_auth_resource_text(json_t *root, const char *name,
    ngx_str_t *text)
{
    return text->len
           ? json_object_set_new(root, name,
                                 json_stringn((char *) text->data, text->len))
           : 0;
}


/* those whose names lead to their own metadata (RFC 8414, section 3) */

static json_t *
ngx_resonate_auth_resource_issuers(ngx_conf_t *cf)
{
    json_t                          *list;
    ngx_uint_t                       i;
    ngx_resonate_auth_issuer_t     **issuer;
    ngx_resonate_auth_main_conf_t   *amcf;

    amcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_auth_module);

    list = json_array();
    issuer = amcf->issuers.elts;

    for (i = 0; i < amcf->issuers.nelts; i++) {
        if (ngx_strncmp(issuer[i]->name.data, "http", 4) == 0) {
            json_array_append_new(list,
                                  json_stringn((char *) issuer[i]->name.data,
                                               issuer[i]->name.len));
        }
    }

    if (json_array_size(list) == 0) {
        json_decref(list);
        return NULL;
    }

    return list;
}


static json_t *
ngx_resonate_auth_resource_list(ngx_str_t *text)
{
    u_char  *p, *last, *end;
    json_t  *list;

    list = json_array();
    last = text->data + text->len;

    for (p = text->data; p <= last; p = end + 1) {
        end = ngx_strlchr(p, last, ',');
        end = end ? end : last;

        json_array_append_new(list, json_stringn((char *) p, end - p));
    }

    return list;
}


static void *
ngx_resonate_auth_resource_create_main_conf(ngx_conf_t *cf)
{
    ngx_resonate_auth_resource_main_conf_t  *rmcf;

    rmcf = ngx_pcalloc(cf->pool,
                       sizeof(ngx_resonate_auth_resource_main_conf_t));
    if (rmcf == NULL) {
        return NULL;
    }

    if (ngx_array_init(&rmcf->resources, cf->pool, 2,
                       sizeof(ngx_resonate_auth_resource_t *))
        != NGX_OK)
    {
        return NULL;
    }

    return rmcf;
}


static void *
ngx_resonate_auth_resource_create_loc_conf(ngx_conf_t *cf)
{
    ngx_resonate_auth_resource_loc_conf_t  *conf;

    conf = ngx_palloc(cf->pool, sizeof(ngx_resonate_auth_resource_loc_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    conf->resource = NGX_CONF_UNSET_PTR;

    return conf;
}


static char *
ngx_resonate_auth_resource_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child)
{
    ngx_resonate_auth_resource_loc_conf_t *prev = parent;
    ngx_resonate_auth_resource_loc_conf_t *conf = child;

    ngx_conf_merge_ptr_value(conf->resource, prev->resource, NULL);

    return NGX_CONF_OK;
}
