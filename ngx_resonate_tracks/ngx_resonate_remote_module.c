
/*
 * Copyright (C) Resonate
 *
 * What a location that proxies a store is told, and filters of its answers.
 */


#include "ngx_resonate_remote.h"
#include "media/resonate_sigv4.h"


#define NGX_RESONATE_REMOTE_SLICE  (1024 * 1024)
#define NGX_RESONATE_REMOTE_VALID  60

#define NGX_RESONATE_REMOTE_SLICE_MIN  (64 * 1024)


static ngx_int_t ngx_resonate_remote_header_filter(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_remote_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in);
static ngx_int_t ngx_resonate_remote_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_remote_postconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_remote_range_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_resonate_remote_etag_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_resonate_remote_uri_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_resonate_remote_opening_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static void *ngx_resonate_remote_create_loc_conf(ngx_conf_t *cf);
static char *ngx_resonate_remote_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static char *ngx_resonate_remote_slice_min(ngx_conf_t *cf, void *post,
    void *data);


static ngx_conf_post_t  ngx_resonate_remote_slice_post = {
    ngx_resonate_remote_slice_min
};


static ngx_command_t  ngx_resonate_remote_commands[] = {

    { ngx_string("resonate_media_slice"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_resonate_remote_loc_conf_t, slice),
      &ngx_resonate_remote_slice_post },

    { ngx_string("resonate_media_valid"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_resonate_remote_loc_conf_t, valid),
      NULL },

      ngx_null_command
};


/* none is kept: subrequests share the variables of their request */

static const ngx_http_variable_t  ngx_resonate_remote_vars[] = {

    { ngx_string("resonate_media_range"), NULL,
      ngx_resonate_remote_range_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("resonate_media_etag"), NULL,
      ngx_resonate_remote_etag_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("resonate_media_uri"), NULL,
      ngx_resonate_remote_uri_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

    { ngx_string("resonate_media_opening"), NULL,
      ngx_resonate_remote_opening_variable, 0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

      ngx_http_null_variable
};


static ngx_http_module_t  ngx_resonate_remote_module_ctx = {
    ngx_resonate_remote_preconfiguration,  /* preconfiguration */
    ngx_resonate_remote_postconfiguration, /* postconfiguration */

    NULL,                                  /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_resonate_remote_create_loc_conf,   /* create location configuration */
    ngx_resonate_remote_merge_loc_conf     /* merge location configuration */
};


ngx_module_t  ngx_resonate_remote_module = {
    NGX_MODULE_V1,
    &ngx_resonate_remote_module_ctx,       /* module context */
    ngx_resonate_remote_commands,          /* module directives */
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


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_next_body_filter;


/* a status that ends the subrequest, before a byte of its body is read */

static ngx_int_t
ngx_resonate_remote_header_filter(ngx_http_request_t *r)
{
    ngx_resonate_remote_ctx_t  *ctx;

    ctx = ngx_resonate_remote_asking(r);

    if (ctx) {
        ctx->rc = ngx_resonate_remote_check(r, ctx);

        if (ctx->rc != NGX_OK) {
            return ctx->rc;
        }
    }

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_resonate_remote_body_filter(ngx_http_request_t *r, ngx_chain_t *in)
{
    ngx_int_t                   rc;
    ngx_chain_t                *out, *cl;
    ngx_resonate_remote_ctx_t  *ctx;

    ctx = ngx_resonate_remote_asking(r);

    if (ctx) {

        if (ngx_resonate_remote_cut(r, ctx, in, &out) != NGX_OK) {
            return NGX_ERROR;
        }

        if (ctx->reading || (in && out == NULL)) {
            return NGX_OK;
        }

        rc = ngx_http_next_body_filter(r, out);

        while (out) {
            cl = out;
            out = out->next;
            ngx_free_chain(r->pool, cl);
        }

        return rc;
    }

    rc = ngx_http_next_body_filter(r, in);

    ctx = ngx_http_get_module_ctx(r, ngx_resonate_remote_module);

    if (ctx == NULL || !ctx->sending || rc == NGX_ERROR) {
        return rc;
    }

    return ngx_resonate_remote_next(r, ctx);
}


ngx_int_t
ngx_resonate_remote_pass(ngx_http_request_t *r, ngx_chain_t *out)
{
    return ngx_http_next_body_filter(r, out);
}


static ngx_int_t
ngx_resonate_remote_preconfiguration(ngx_conf_t *cf)
{
    return ngx_resonate_remote_variables(cf, ngx_resonate_remote_vars);
}


ngx_int_t
ngx_resonate_remote_variables(ngx_conf_t *cf, const ngx_http_variable_t *vars)
{
    ngx_str_t             name;
    ngx_http_variable_t  *var;

    for ( /* void */ ; vars->name.len; vars++) {

        name = vars->name;

        var = ngx_http_add_variable(cf, &name, vars->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = vars->get_handler;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_remote_postconfiguration(ngx_conf_t *cf)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_resonate_remote_header_filter;

    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_resonate_remote_body_filter;

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_remote_range_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t                   text;
    ngx_resonate_remote_ctx_t  *ctx;

    ctx = ngx_resonate_remote_asking(r);

    if (ctx && ngx_resonate_remote_range(r, ctx, &text) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_resonate_remote_value(v, ctx ? &text : NULL);
}


static ngx_int_t
ngx_resonate_remote_etag_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_resonate_remote_ctx_t  *ctx;

    ctx = ngx_resonate_remote_asking(r);

    return ngx_resonate_remote_value(v, (ctx && !ctx->opening)
                                        ? &ctx->media->etag : NULL);
}


static ngx_int_t
ngx_resonate_remote_uri_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t                   text;
    ngx_resonate_remote_ctx_t  *ctx;

    ctx = ngx_resonate_remote_asking(r);

    if (ctx && ngx_resonate_remote_uri(r, ctx->media, &text) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_resonate_remote_value(v, ctx ? &text : NULL);
}


static ngx_int_t
ngx_resonate_remote_opening_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t                   text = ngx_string("1");
    ngx_resonate_remote_ctx_t  *ctx;

    ctx = ngx_resonate_remote_asking(r);

    return ngx_resonate_remote_value(v, (ctx && ctx->opening) ? &text : NULL);
}


ngx_int_t
ngx_resonate_remote_value(ngx_http_variable_value_t *v, ngx_str_t *text)
{
    if (text == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    v->data = text->data;
    v->len = text->len;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


ngx_int_t
ngx_resonate_remote_range(ngx_http_request_t *r,
    ngx_resonate_remote_ctx_t *ctx, ngx_str_t *range)
{
    range->data = ngx_pnalloc(r->pool, sizeof("bytes=-") - 1
                                       + 2 * NGX_OFF_T_LEN);
    if (range->data == NULL) {
        return NGX_ERROR;
    }

    range->len = ngx_sprintf(range->data, "bytes=%O-%O", ctx->from,
                             ctx->to - 1)
                 - range->data;

    return NGX_OK;
}


ngx_int_t
ngx_resonate_remote_uri(ngx_http_request_t *r, ngx_resonate_media_t *media,
    ngx_str_t *uri)
{
    const char  *name;

    name = (const char *) media->name.data;

    uri->len = 1 + resonate_sigv4_escape(name, media->name.len, NULL);
    uri->data = ngx_pnalloc(r->pool, uri->len);

    if (uri->data == NULL) {
        return NGX_ERROR;
    }

    uri->data[0] = '/';
    (void) resonate_sigv4_escape(name, media->name.len,
                                 (char *) uri->data + 1);

    return NGX_OK;
}


static void *
ngx_resonate_remote_create_loc_conf(ngx_conf_t *cf)
{
    ngx_resonate_remote_loc_conf_t  *rlcf;

    rlcf = ngx_palloc(cf->pool, sizeof(ngx_resonate_remote_loc_conf_t));
    if (rlcf == NULL) {
        return NULL;
    }

    rlcf->slice = NGX_CONF_UNSET_SIZE;
    rlcf->valid = NGX_CONF_UNSET;

    return rlcf;
}


static char *
ngx_resonate_remote_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_resonate_remote_loc_conf_t  *prev = parent;
    ngx_resonate_remote_loc_conf_t  *conf = child;

    ngx_conf_merge_size_value(conf->slice, prev->slice,
                              NGX_RESONATE_REMOTE_SLICE);
    ngx_conf_merge_sec_value(conf->valid, prev->valid,
                             NGX_RESONATE_REMOTE_VALID);

    return NGX_CONF_OK;
}


/* smaller ones are more requests than bytes */

static char *
ngx_resonate_remote_slice_min(ngx_conf_t *cf, void *post, void *data)
{
    size_t  *slice = data;

    return (*slice < NGX_RESONATE_REMOTE_SLICE_MIN)
           ? "must be at least 64k" : NGX_CONF_OK;
}
