
/*
 * Copyright (C) Resonate
 *
 * What every webhook has: a short body in one piece, and a signature over it.
 */


#include "ngx_resonate_pay_internal.h"


#define NGX_RESONATE_PAY_WEBHOOK_HEADER  "Resonate-Signature"


static ngx_int_t ngx_resonate_pay_webhook_copy(ngx_http_request_t *r,
    ngx_buf_t *b, u_char *p, size_t len);
static ngx_table_elt_t *ngx_resonate_pay_webhook_header(
    ngx_http_request_t *r);


/* by resonate_signature_e; for the log, the client is told none of it */

static const char *const  ngx_resonate_pay_signature_reasons[] = {
    NULL,
    "is malformed",
    "does not match",
    "is too old",
    "is from the future",
    "cannot be checked, the secret is too short or too long",
    "cannot be checked, OpenSSL failed"
};


ngx_int_t
ngx_resonate_pay_webhook_body(ngx_http_request_t *r, ngx_str_t *body)
{
    off_t         size;
    u_char       *p;
    ngx_chain_t  *bufs, *cl;

    bufs = r->request_body ? r->request_body->bufs : NULL;
    size = 0;

    for (cl = bufs; cl; cl = cl->next) {
        size += ngx_buf_size(cl->buf);

        if (size > RESONATE_TOPUP_MAX_BODY) {
            return NGX_DECLINED;
        }
    }

    p = ngx_pnalloc(r->pool, size + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    body->data = p;
    body->len = (size_t) size;

    for (cl = bufs; cl; cl = cl->next) {
        size = ngx_buf_size(cl->buf);

        if (ngx_resonate_pay_webhook_copy(r, cl->buf, p, size) != NGX_OK) {
            return NGX_ERROR;
        }

        p += size;
    }

    return NGX_OK;
}


/*
 * A file appears only if "client_body_buffer_size" is below our limit or
 * "client_body_in_file_only" is on; nginx has just written it.
 */

static ngx_int_t
ngx_resonate_pay_webhook_copy(ngx_http_request_t *r, ngx_buf_t *b, u_char *p,
    size_t len)
{
    ssize_t  n;

    if (ngx_buf_in_memory(b)) {
        ngx_memcpy(p, b->pos, len);
        return NGX_OK;
    }

    if (len == 0) {
        return NGX_OK;
    }

    n = ngx_read_file(b->file, p, len, b->file_pos);

    if (n == NGX_ERROR || (size_t) n != len) {
        ngx_log_error(NGX_LOG_CRIT, r->connection->log, 0,
                      "read only %z of %uz bytes from \"%V\"",
                      n, len, &b->file->name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_resonate_pay_webhook_verify(ngx_http_request_t *r, ngx_str_t *body)
{
    ngx_table_elt_t              *h;
    resonate_signature_e          rc;
    resonate_signature_bytes_t    header, content, secret;
    ngx_resonate_pay_loc_conf_t  *lcf;

    h = ngx_resonate_pay_webhook_header(r);

    if (h == NULL) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "webhook refused: not exactly one \""
                      NGX_RESONATE_PAY_WEBHOOK_HEADER "\" header");
        return NGX_DECLINED;
    }

    lcf = ngx_http_get_module_loc_conf(r, ngx_resonate_pay_module);

    header.data = h->value.data;
    header.len = h->value.len;
    content.data = body->data;
    content.len = body->len;
    secret.data = lcf->secret->data;
    secret.len = lcf->secret->len;

    rc = resonate_signature_verify(&header, &content, &secret, ngx_time(),
                                   lcf->tolerance);

    if (rc == RESONATE_SIGNATURE_OK) {
        return NGX_OK;
    }

    if (rc == RESONATE_SIGNATURE_SECRET || rc == RESONATE_SIGNATURE_FAILED) {
        ngx_log_error(NGX_LOG_CRIT, r->connection->log, 0,
                      "webhook signature %s",
                      ngx_resonate_pay_signature_reasons[rc]);
        return NGX_ERROR;
    }

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "webhook refused: signature %s",
                  ngx_resonate_pay_signature_reasons[rc]);

    return NGX_DECLINED;
}


/* two of them would be two opinions: neither counts */

static ngx_table_elt_t *
ngx_resonate_pay_webhook_header(ngx_http_request_t *r)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h, *found;

    found = NULL;

    for (part = &r->headers_in.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (h[i].key.len != sizeof(NGX_RESONATE_PAY_WEBHOOK_HEADER) - 1
                || ngx_strcasecmp(h[i].key.data,
                                  (u_char *) NGX_RESONATE_PAY_WEBHOOK_HEADER)
                   != 0)
            {
                continue;
            }

            if (found) {
                return NULL;
            }

            found = &h[i];
        }
    }

    return found;
}
