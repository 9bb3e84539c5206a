
/*
 * Copyright (C) Resonate
 *
 * Kinds of replies.
 */


#include "ngx_resonate_route_internal.h"


static const ngx_resonate_type_t  ngx_resonate_types[] = {

    { ngx_string("json"),
      ngx_string("application/json"),
      sizeof("application/json") - 1,
      0 },

    { ngx_string("html"),
      ngx_string("text/html; charset=utf-8"),
      sizeof("text/html") - 1,
      1 },

    { ngx_null_string, ngx_null_string, 0, 0 }
};


ngx_int_t
ngx_resonate_reply_add(ngx_conf_t *cf, const ngx_resonate_kind_t *kind)
{
    const ngx_resonate_kind_t       **slot;
    ngx_resonate_route_main_conf_t   *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_route_module);

    slot = ngx_array_push(&mcf->kinds);
    if (slot == NULL) {
        return NGX_ERROR;
    }

    *slot = kind;

    return NGX_OK;
}


/* the first of the types is the default */

ngx_int_t
ngx_resonate_kind_find(ngx_resonate_route_main_conf_t *mcf,
    ngx_resonate_route_t *route)
{
    ngx_uint_t                   i;
    const ngx_resonate_kind_t  **kind;
    const ngx_resonate_type_t   *type;

    for (type = ngx_resonate_types; type->name.len; type++) {
        if (route->kind.len == 0
            || ngx_strcmp(type->name.data, route->kind.data) == 0)
        {
            route->type = type;
            return NGX_OK;
        }
    }

    kind = mcf->kinds.elts;

    for (i = 0; i < mcf->kinds.nelts; i++) {
        if (ngx_strcmp(kind[i]->name.data, route->kind.data) == 0) {
            route->of = kind[i];
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


ngx_uint_t
ngx_resonate_kind_owns(ngx_resonate_route_t *route, resonate_view_t name)
{
    const char *const  *arg;

    if (route->of == NULL || route->of->args == NULL) {
        return 0;
    }

    for (arg = route->of->args; *arg; arg++) {
        if (ngx_strlen(*arg) == name.len
            && ngx_memcmp(*arg, name.data, name.len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


ngx_resonate_identity_t *
ngx_resonate_reply_caller(ngx_resonate_reply_t *reply)
{
    ngx_resonate_route_ctx_t  *ctx;

    ctx = reply->data;

    return ctx->identity;
}


void
ngx_resonate_reply_done(ngx_resonate_reply_t *reply)
{
    ngx_resonate_route_free(reply->data);
}


const char *
ngx_resonate_reply_arg(ngx_resonate_reply_t *reply, const char *name)
{
    ngx_uint_t                 i, n;
    resonate_view_t            view;
    ngx_resonate_route_t      *route;
    ngx_resonate_route_ctx_t  *ctx;

    ctx = reply->data;
    route = ctx->route;

    view.data = name;
    view.len = ngx_strlen(name);

    for (i = 0; i < route->nargs + route->nexternal; i++) {
        if (resonate_arg_called(&route->args[i], view)) {
            n = (i < route->nargs) ? i : i + RESONATE_CALLER;
            return ctx->values[n];
        }
    }

    return NULL;
}
