
/*
 * Copyright (C) Resonate
 *
 * Samples: numbers that are somebody's anyway, read when a page is made.
 */


#include "../ngx_resonate_core_internal.h"


#define NGX_RESONATE_SAMPLE_NAME  512    /* half a line of the page */


ngx_int_t
ngx_resonate_sample_add(ngx_conf_t *cf, const ngx_resonate_family_t *family,
    const char *label, ngx_str_t *value, void *data)
{
    ngx_resonate_sample_t  *sample;
    ngx_resonate_shared_t  *shared;

    shared = ngx_resonate_shared(cf);

    sample = ngx_array_push(&shared->samples);
    if (sample == NULL) {
        return NGX_ERROR;
    }

    sample->family = family;
    sample->data = data;

    if (ngx_resonate_series(cf, family->name, label, value, &sample->series)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (sample->series.len >= NGX_RESONATE_SAMPLE_NAME) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "name \"%V\" is too long for %s", value, label);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* name{label="value"}, the value's \, " and LF escaped; with NUL behind it */

ngx_int_t
ngx_resonate_series(ngx_conf_t *cf, const char *name, const char *label,
    ngx_str_t *value, ngx_str_t *series)
{
    u_char  *p;

    p = ngx_pnalloc(cf->pool, ngx_strlen(name) + ngx_strlen(label)
                              + 2 * value->len + sizeof("{=\"\"}"));
    if (p == NULL) {
        return NGX_ERROR;
    }

    series->data = p;
    p = ngx_sprintf(p, "%s{%s=\"", name, label);

    p = (u_char *) resonate_label_escape((char *) p, (char *) value->data,
                                         value->len);
    p = ngx_sprintf(p, "\"}%Z");
    series->len = p - series->data - 1;

    return NGX_OK;
}
