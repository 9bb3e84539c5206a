
/*
 * Copyright (C) Resonate
 *
 * Kinds of replies.
 */


#include "ngx_resonate_route_internal.h"


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
