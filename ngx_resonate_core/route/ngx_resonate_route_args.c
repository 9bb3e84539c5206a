
/*
 * Copyright (C) Resonate
 *
 * From an nginx request to checked arguments, or to a 400 with all faults.
 */


#include "ngx_resonate_route_internal.h"


static void ngx_resonate_route_parse(ngx_http_request_t *r,
    ngx_resonate_route_ctx_t *ctx, resonate_view_t *body,
    resonate_values_t *v);
static ngx_str_t *ngx_resonate_route_header(ngx_http_request_t *r,
    const resonate_arg_t *arg);
static size_t ngx_resonate_route_len(ngx_http_request_t *r,
    ngx_resonate_route_ctx_t *ctx, resonate_view_t *body);
static ngx_int_t ngx_resonate_route_refuse(ngx_http_request_t *r,
    resonate_values_t *v);


ngx_int_t
ngx_resonate_route_args(ngx_http_request_t *r, ngx_resonate_route_ctx_t *ctx,
    resonate_view_t *body)
{
    char                  *buf;
    size_t                 size;
    ngx_uint_t             i;
    resonate_values_t      v;
    ngx_resonate_route_t  *route;

    route = ctx->route;

    size = resonate_values_size(ngx_resonate_route_len(r, ctx, body),
                                route->nargs);

    buf = ngx_pnalloc(r->pool, size);
    ctx->values = ngx_pcalloc(r->pool, (route->nargs + RESONATE_CALLER)
                                       * sizeof(char *));

    if (buf == NULL || ctx->values == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    resonate_values_init(&v, buf, size);

    ngx_resonate_route_parse(r, ctx, body, &v);

    if (v.nfaults) {
        return ngx_resonate_route_refuse(r, &v);
    }

    for (i = 0; i < route->nargs; i++) {
        ctx->values[i] = v.values[i];
    }

    return NGX_DECLINED;
}


static void
ngx_resonate_route_parse(ngx_http_request_t *r, ngx_resonate_route_ctx_t *ctx,
    resonate_view_t *body, resonate_values_t *v)
{
    ngx_str_t             *value;
    ngx_uint_t             i, n, nargs;
    resonate_view_t        view;
    ngx_resonate_route_t  *route;

    route = ctx->route;

    nargs = route->nargs + route->nexternal;

    for (i = 0, n = 0; i < nargs; i++) {

        if (route->args[i].where == RESONATE_PATH) {
            resonate_args_text(v, route->args, i, ctx->captures.seg[n++]);
            continue;
        }

        if (route->args[i].where != RESONATE_HEADER) {
            continue;
        }

        value = ngx_resonate_route_header(r, &route->args[i]);

        if (value) {
            view.data = (char *) value->data;
            view.len = value->len;
            resonate_args_text(v, route->args, i, view);
        }
    }

    view.data = (char *) r->args.data;
    view.len = r->args.len;

    resonate_args_query(v, route->args, nargs, view);

    if (body) {
        resonate_args_body(v, route->args, nargs, *body);
    }

    resonate_args_finish(v, route->args, nargs);
}


static ngx_str_t *
ngx_resonate_route_header(ngx_http_request_t *r, const resonate_arg_t *arg)
{
    ngx_uint_t        n;
    ngx_table_elt_t  *h;

    h = ngx_resonate_find_header(r, arg->name.data, arg->name.len, &n);

    return h ? &h->value : NULL;
}


/* how many bytes the arguments can come from */

static size_t
ngx_resonate_route_len(ngx_http_request_t *r, ngx_resonate_route_ctx_t *ctx,
    resonate_view_t *body)
{
    size_t                 len;
    ngx_str_t             *value;
    ngx_uint_t             i;
    ngx_resonate_route_t  *route;

    route = ctx->route;
    len = r->uri.len + r->args.len + route->defaults + (body ? body->len : 0);

    for (i = 0; i < route->nargs; i++) {
        if (route->args[i].where == RESONATE_HEADER) {
            value = ngx_resonate_route_header(r, &route->args[i]);
            len += value ? value->len : 0;
        }
    }

    return len;
}


static ngx_int_t
ngx_resonate_route_refuse(ngx_http_request_t *r, resonate_values_t *v)
{
    char       *text;
    json_t     *list;
    ngx_int_t   rc;
    ngx_str_t   errors;

    list = resonate_args_faults(v);
    text = list ? json_dumps(list, JSON_COMPACT) : NULL;
    json_decref(list);

    if (text == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    errors.data = (u_char *) text;
    errors.len = ngx_strlen(text);

    rc = ngx_resonate_send_problem(r, NGX_HTTP_BAD_REQUEST,
                                   "The request has invalid arguments",
                                   &errors);
    free(text);

    return rc;
}
