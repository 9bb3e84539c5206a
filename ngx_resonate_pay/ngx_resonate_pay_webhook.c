
/*
 * Copyright (C) Resonate
 *
 * What every webhook has: a signature over its body.
 */


#include "ngx_resonate_pay_internal.h"


#define NGX_RESONATE_PAY_WEBHOOK_HEADER  "Resonate-Signature"


/* by resonate_signature_e; for the log only, never for the answer */

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
ngx_resonate_pay_webhook_verify(ngx_http_request_t *r, ngx_str_t *body)
{
    ngx_uint_t                    n;
    ngx_table_elt_t              *h;
    resonate_signature_e          rc;
    resonate_signature_bytes_t    header, content, secret;
    ngx_resonate_pay_loc_conf_t  *lcf;

    h = ngx_resonate_find_header(r, NGX_RESONATE_PAY_WEBHOOK_HEADER,
                                 sizeof(NGX_RESONATE_PAY_WEBHOOK_HEADER) - 1,
                                 &n);

    /* of two signatures, neither counts */

    if (h == NULL || n != 1) {
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
