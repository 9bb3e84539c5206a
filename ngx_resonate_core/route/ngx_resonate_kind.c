
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
ngx_resonate_reply_add(ngx_conf_t *cf, const char *name,
    ngx_resonate_reply_pt handler)
{
    ngx_resonate_kind_t             *kind;
    ngx_resonate_route_main_conf_t  *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_route_module);

    kind = ngx_array_push(&mcf->kinds);
    if (kind == NULL) {
        return NGX_ERROR;
    }

    kind->name.data = (u_char *) name;
    kind->name.len = ngx_strlen(name);
    kind->handler = handler;

    return NGX_OK;
}


/* the first of the types is the default */

ngx_int_t
ngx_resonate_kind_find(ngx_resonate_route_main_conf_t *mcf,
    ngx_resonate_route_t *route)
{
    ngx_uint_t                  i;
    ngx_resonate_kind_t        *kind;
    const ngx_resonate_type_t  *type;

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
        if (ngx_strcmp(kind[i].name.data, route->kind.data) == 0) {
            route->handler = kind[i].handler;
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}
