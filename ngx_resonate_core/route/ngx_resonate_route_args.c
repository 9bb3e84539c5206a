
/*
 * Copyright (C) Resonate
 *
 * From an nginx request to checked arguments, or to a 400 with all faults.
 */


#include "ngx_resonate_route_internal.h"


/* most requests say less */
#define NGX_RESONATE_ROUTE_ARGS  2048


static void ngx_resonate_route_parse(ngx_resonate_route_ctx_t *ctx,
    resonate_values_t *v);
static ngx_str_t *ngx_resonate_route_header(ngx_http_request_t *r,
    const resonate_arg_t *arg);
static size_t ngx_resonate_route_len(ngx_resonate_route_ctx_t *ctx);
static ngx_int_t ngx_resonate_route_keep(ngx_pool_t *pool, char *buf,
    resonate_values_t *v, ngx_uint_t n);
static ngx_int_t ngx_resonate_route_faults(ngx_resonate_route_ctx_t *ctx,
    resonate_values_t *v);


ngx_int_t
ngx_resonate_route_args(ngx_resonate_route_ctx_t *ctx)
{
    char                  *buf, stack[NGX_RESONATE_ROUTE_ARGS];
    size_t                 size;
    ngx_uint_t             i, n;
    ngx_pool_t            *pool;
    resonate_values_t      v;
    ngx_resonate_route_t  *route;

    route = ctx->route;
    pool = ctx->request->pool;

    n = route->nargs + route->nexternal;
    size = resonate_values_size(ngx_resonate_route_len(ctx), n);

    buf = (size <= sizeof(stack)) ? stack : ngx_pnalloc(pool, size);
    ctx->values = ngx_pcalloc(pool, (n + RESONATE_CALLER) * sizeof(char *));

    if (buf == NULL || ctx->values == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    resonate_values_init(&v, buf, size);

    ngx_resonate_route_parse(ctx, &v);

    if (v.nfaults) {
        return ngx_resonate_route_faults(ctx, &v);
    }

    if (buf == stack && ngx_resonate_route_keep(pool, buf, &v, n) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    for (i = 0; i < n; i++) {
        ctx->values[i < route->nargs ? i : i + RESONATE_CALLER] = v.values[i];
    }

    i = route->nargs;

    /* all of an identity's texts end with NUL */

    if (ctx->identity) {
        ctx->values[i] = (char *) ctx->identity->issuer.data;
        ctx->values[i + 1] = (char *) ctx->identity->subject.data;

        if (ctx->identity->name.len) {
            ctx->values[i + 2] = (char *) ctx->identity->name.data;
        }
    }

    return NGX_OK;
}


static void
ngx_resonate_route_parse(ngx_resonate_route_ctx_t *ctx, resonate_values_t *v)
{
    ngx_str_t             *value;
    ngx_uint_t             i, nargs;
    resonate_view_t        view;
    ngx_http_request_t    *r;
    ngx_resonate_route_t  *route;

    r = ctx->request;
    route = ctx->route;

    nargs = route->nargs + route->nexternal;

    for (i = 0; i < nargs; i++) {

        if (route->args[i].where == RESONATE_PATH) {
            resonate_args_text(v, route->args, i,
                               ctx->captures->seg[route->args[i].capture]);
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

    if (route->body) {
        resonate_args_body(v, route->args, nargs, ctx->body);
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
ngx_resonate_route_len(ngx_resonate_route_ctx_t *ctx)
{
    size_t                 len;
    ngx_str_t             *value;
    ngx_uint_t             i;
    ngx_http_request_t    *r;
    ngx_resonate_route_t  *route;

    r = ctx->request;
    route = ctx->route;
    len = r->uri.len + r->args.len + route->defaults + ctx->body.len;

    for (i = 0; i < route->nargs + route->nexternal; i++) {
        if (route->args[i].where == RESONATE_HEADER) {
            value = ngx_resonate_route_header(r, &route->args[i]);
            len += value ? value->len : 0;
        }
    }

    return len;
}


/* a tenth of what they might have been, as long as the request takes */

static ngx_int_t
ngx_resonate_route_keep(ngx_pool_t *pool, char *buf, resonate_values_t *v,
    ngx_uint_t n)
{
    char        *p;
    size_t       len;
    ngx_uint_t   i;

    len = v->out - buf;

    p = ngx_pnalloc(pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, buf, len);

    for (i = 0; i < n; i++) {
        if (v->values[i]) {
            v->values[i] = p + (v->values[i] - buf);
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_route_faults(ngx_resonate_route_ctx_t *ctx, resonate_values_t *v)
{
    char    *text;
    json_t  *list;

    list = resonate_args_faults(v);
    text = list ? json_dumps(list, JSON_COMPACT) : NULL;
    json_decref(list);

    if (ngx_resonate_take_text(ctx->request->pool, text, &ctx->errors)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->detail = NGX_RESONATE_BAD_ARGUMENTS;

    return NGX_HTTP_BAD_REQUEST;
}
