
/*
 * Copyright (C) Resonate
 *
 * What a query ended with: the row of a function that answers, or what its
 * failure means to a client.
 */


#include "../ngx_resonate_core_internal.h"
#include "../pg/resonate_sqlstate.h"


static ngx_str_t ngx_resonate_row_text(ngx_resonate_pg_query_t *q,
    ngx_uint_t column);


ngx_int_t
ngx_resonate_pg_row(ngx_resonate_pg_query_t *q, ngx_str_t *function,
    ngx_resonate_row_t *row)
{
    ngx_int_t  status;
    ngx_str_t  text;

    if (ngx_resonate_pg_rows(q) != 1) {
        ngx_log_error(NGX_LOG_ERR, q->log, 0,
                      "function \"%V\" returned %ui rows instead of one",
                      function, ngx_resonate_pg_rows(q));
        return NGX_ERROR;
    }

    text = ngx_resonate_row_text(q, 0);
    status = text.data ? ngx_atoi(text.data, text.len) : NGX_ERROR;

    /* an answer or a refusal; a redirect has no place to say where to */

    if (status < 200 || (status >= 300 && status < 400) || status >= 600) {
        ngx_log_error(NGX_LOG_ERR, q->log, 0,
                      "function \"%V\" returned no valid status", function);
        return NGX_ERROR;
    }

    row->status = status;
    row->body = ngx_resonate_row_text(q, 1);
    row->tags = ngx_resonate_row_text(q, 2);

    return NGX_OK;
}


static ngx_str_t
ngx_resonate_row_text(ngx_resonate_pg_query_t *q, ngx_uint_t column)
{
    size_t       len;
    ngx_str_t    text;
    const char  *value;

    ngx_str_null(&text);

    value = ngx_resonate_pg_value(q, 0, column, &len);

    if (value) {
        text.data = (u_char *) value;
        text.len = len;
    }

    return text;
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
