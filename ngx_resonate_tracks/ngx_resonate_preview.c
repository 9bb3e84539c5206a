
/*
 * Copyright (C) Resonate
 *
 * Previews: the first milliseconds of a stored file, composed.
 */


#include "ngx_resonate_tracks_internal.h"
#include "media/resonate_preview.h"


static ngx_int_t ngx_resonate_preview_make(ngx_http_request_t *r,
    ngx_resonate_compose_t *c, const resonate_index_t *index);


ngx_int_t
ngx_resonate_preview(ngx_http_request_t *r, ngx_resonate_stream_ctx_t *ctx)
{
    u_char                  *p;
    ngx_resonate_compose_t  *c;

    c = &ctx->reply;

    p = ngx_pnalloc(r->pool, sizeof("p-") - 1 + 2 * NGX_INT_T_LEN);
    if (p == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    c->form.data = p;
    c->form.len = ngx_sprintf(p, "p%ui-%ui",
                              (ngx_uint_t) RESONATE_PREVIEW_VERSION,
                              (ngx_uint_t) ctx->preview_ms)
                  - p;

    c->make = ngx_resonate_preview_make;
    c->what = "preview";
    c->detail = "The stored file can not be previewed.";

    return ngx_resonate_compose(r, c);
}


static ngx_int_t
ngx_resonate_preview_make(ngx_http_request_t *r, ngx_resonate_compose_t *c,
    const resonate_index_t *index)
{
    resonate_preview_t                plan;
    ngx_resonate_stream_ctx_t        *ctx;
    ngx_resonate_tracks_main_conf_t  *mcf;

    ctx = c->data;
    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_tracks_module);

    ngx_resonate_count(mcf->plans);

    if (resonate_preview_plan(&plan, index, ctx->preview_ms, &c->failed)
        != RESONATE_MP4_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    c->span_offset = (off_t) plan.span_offset;
    c->span_size = (off_t) plan.span_size;

    if (plan.whole) {
        return NGX_OK;
    }

    c->head.data = ngx_pnalloc(r->pool, plan.header_size);
    if (c->head.data == NULL) {
        c->failed = "out of memory";
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    c->head.len = resonate_preview_write(&plan, c->head.data);

    return NGX_OK;
}
