
/*
 * Copyright (C) Resonate
 *
 * Kinds of replies, and what a failed query means to a client.
 */


#include "../ngx_resonate_core_internal.h"
#include "../pg/resonate_sqlstate.h"


ngx_int_t
ngx_resonate_reply_add(ngx_conf_t *cf, const char *name,
    ngx_resonate_reply_pt handler)
{
    ngx_resonate_kind_t            *kind;
    ngx_resonate_core_main_conf_t  *mcf;

    mcf = ngx_resonate_core_main_conf(cf);

    kind = ngx_array_push(&mcf->kinds);
    if (kind == NULL) {
        return NGX_ERROR;
    }

    kind->name.data = (u_char *) name;
    kind->name.len = ngx_strlen(name);
    kind->handler = handler;

    return NGX_OK;
}


ngx_uint_t
ngx_resonate_pg_http_status(ngx_resonate_pg_query_t *q, const char **detail)
{
    *detail = NULL;

    switch (q->status) {

    case NGX_RESONATE_PG_UNAVAILABLE:
    case NGX_RESONATE_PG_BUSY:
        return NGX_HTTP_SERVICE_UNAVAILABLE;

    case NGX_RESONATE_PG_TIMEOUT:
        return NGX_HTTP_GATEWAY_TIME_OUT;

    default:
        break;
    }

    if (resonate_sqlstate_public(q->sqlstate)) {
        *detail = q->message;
    }

    return resonate_sqlstate_http(q->sqlstate);
}
