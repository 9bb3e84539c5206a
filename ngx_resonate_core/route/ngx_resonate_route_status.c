
/*
 * Copyright (C) Resonate
 *
 * Cache-Status (RFC 9211): what the cache made of a request.
 */


#include "ngx_resonate_route_internal.h"


#define NGX_RESONATE_STATUS_LEN                                               \
    (sizeof("resonate; fwd=uri-miss; fwd-status=; collapsed; stored; ttl=")   \
     + NGX_INT_T_LEN + NGX_TIME_T_LEN)


static const char *ngx_resonate_route_forward(ngx_resonate_route_ctx_t *ctx);


ngx_int_t
ngx_resonate_route_status(ngx_resonate_route_ctx_t *ctx,
    ngx_resonate_reply_t *reply, ngx_resonate_outcome_t *outcome)
{
    u_char                         *p;
    ngx_str_t                       value;
    ngx_http_request_t             *r;
    ngx_resonate_route_loc_conf_t  *rlcf;

    r = ctx->request;
    rlcf = ngx_http_get_module_loc_conf(r, ngx_resonate_route_module);

    if (!rlcf->status || r != r->main) {
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, NGX_RESONATE_STATUS_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    value.data = p;

    if (outcome == NULL) {
        p = ngx_sprintf(p, "resonate; hit; ttl=%T", reply->ttl);

    } else {
        p = ngx_sprintf(p, "resonate; fwd=%s", ngx_resonate_route_forward(ctx));

        if (outcome->away && reply) {
            p = ngx_sprintf(p, "; fwd-status=%ui; ttl=%T", outcome->status,
                            reply->ttl);
        }

        if (ctx->joined) {
            p = ngx_sprintf(p, "; collapsed");
        }

        if (outcome->stored) {
            p = ngx_sprintf(p, "; stored");
        }
    }

    value.len = p - value.data;

    return ngx_resonate_add_header(r, "Cache-Status", &value);
}


static const char *
ngx_resonate_route_forward(ngx_resonate_route_ctx_t *ctx)
{
    if (ctx->route->method != RESONATE_GET) {
        return "method";
    }

    if (ctx->key.len == 0) {
        return "bypass";
    }

    return ctx->stale ? "stale" : "uri-miss";
}
