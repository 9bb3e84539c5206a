
/*
 * Copyright (C) Resonate
 *
 * One signed top-up: check signature and fields, ask SQL, answer.
 *
 *   POST, at most RESONATE_TOPUP_MAX_BODY bytes, any Content-Type
 *   Resonate-Signature: t=UNIX,v1=HEX[,v1=HEX...]
 *   {"account": "listener", "amount": 4088, "key": "any text, once"}
 *
 *   2xx    credited now, or before with the same key: same answer
 *   400    signature (nothing more is said) or body ("errors" says)
 *   404    no such account
 *   405    not POST
 *   413    body too long
 *   422    the key was used with another account or amount
 *   503    not credited, or not known: repeat with the same key
 *   504    the same, after a deadline
 *
 * The signature is HMAC-SHA256 in lower-case hex over UNIX, a dot and the
 * body's bytes; UNIX may be "resonate_topup_tolerance" away, on both sides.
 */


#include "ngx_resonate_pay_internal.h"


typedef struct {
    ngx_http_request_t        *request;
    ngx_resonate_pg_query_t    query;
    const char                *values[3];    /* account, amount, key */
    u_char                     amount[NGX_INT64_LEN + 1];
} ngx_resonate_pay_topup_ctx_t;


static void ngx_resonate_pay_topup_body_handler(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_pay_topup_process(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_pay_topup_parse(ngx_http_request_t *r,
    ngx_resonate_pay_topup_ctx_t *ctx, ngx_str_t *body);
static ngx_int_t ngx_resonate_pay_topup_values(ngx_http_request_t *r,
    ngx_resonate_pay_topup_ctx_t *ctx, resonate_topup_t *t);
static const char *ngx_resonate_pay_topup_text(ngx_http_request_t *r,
    const char *text);
static ngx_int_t ngx_resonate_pay_topup_invalid(ngx_http_request_t *r,
    resonate_topup_t *t);
static ngx_int_t ngx_resonate_pay_topup_start(ngx_http_request_t *r,
    ngx_resonate_pay_topup_ctx_t *ctx);
static void ngx_resonate_pay_topup_cleanup(void *data);
static void ngx_resonate_pay_topup_pg_handler(ngx_resonate_pg_query_t *q);
static ngx_int_t ngx_resonate_pay_topup_failed(ngx_http_request_t *r,
    ngx_resonate_pg_query_t *q);
static ngx_int_t ngx_resonate_pay_topup_reply(ngx_http_request_t *r,
    ngx_resonate_pg_query_t *q);
static ngx_int_t ngx_resonate_pay_topup_refuse(ngx_http_request_t *r,
    ngx_uint_t status, const char *detail, ngx_str_t *errors);


ngx_int_t
ngx_resonate_pay_topup_handler(ngx_http_request_t *r)
{
    ngx_int_t  rc;
    ngx_str_t  allow = ngx_string("POST");

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate topup handler");

    if (r->method != NGX_HTTP_POST) {
        if (ngx_resonate_add_header(r, "Allow", &allow) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return ngx_resonate_send_problem(r, NGX_HTTP_NOT_ALLOWED, NULL, NULL);
    }

    if (r->headers_in.content_length_n > RESONATE_TOPUP_MAX_BODY) {
        return ngx_resonate_pay_topup_refuse(r,
                                   NGX_HTTP_REQUEST_ENTITY_TOO_LARGE, NULL,
                                   NULL);
    }

    rc = ngx_http_read_client_request_body(r,
                                         ngx_resonate_pay_topup_body_handler);

    return (rc >= NGX_HTTP_SPECIAL_RESPONSE) ? rc : NGX_DONE;
}


static void
ngx_resonate_pay_topup_body_handler(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    rc = ngx_resonate_pay_topup_process(r);

    if (rc == NGX_AGAIN) {

        /*
         * From here on a client that goes away cancels the query; it may
         * have gone with its last byte, and then no other event comes.
         */

        r->read_event_handler = ngx_http_test_reading;

        if (r->connection->read->ready) {
            ngx_post_event(r->connection->read, &ngx_posted_events);
        }

        return;
    }

    ngx_http_finalize_request(r, rc);
}


static ngx_int_t
ngx_resonate_pay_topup_process(ngx_http_request_t *r)
{
    ngx_int_t                      rc;
    ngx_str_t                      body;
    ngx_resonate_pay_topup_ctx_t  *ctx;

    rc = ngx_resonate_pay_webhook_body(r, &body);

    if (rc == NGX_DECLINED) {
        return ngx_resonate_pay_topup_refuse(r,
                                   NGX_HTTP_REQUEST_ENTITY_TOO_LARGE, NULL,
                                   NULL);
    }

    if (rc != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_resonate_pay_webhook_verify(r, &body);

    if (rc == NGX_DECLINED) {
        return ngx_resonate_pay_topup_refuse(r, NGX_HTTP_BAD_REQUEST,
                                             "the signature is not valid",
                                             NULL);
    }

    if (rc != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_resonate_pay_topup_ctx_t));
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->request = r;

    rc = ngx_resonate_pay_topup_parse(r, ctx, &body);

    return (rc == NGX_DECLINED) ? ngx_resonate_pay_topup_start(r, ctx) : rc;
}


/* NGX_DECLINED: ctx->values are set; anything else has answered */

static ngx_int_t
ngx_resonate_pay_topup_parse(ngx_http_request_t *r,
    ngx_resonate_pay_topup_ctx_t *ctx, ngx_str_t *body)
{
    ngx_int_t                     rc;
    resonate_topup_t              t;
    ngx_resonate_pay_loc_conf_t  *lcf;

    lcf = ngx_http_get_module_loc_conf(r, ngx_resonate_pay_module);

    switch (resonate_topup_parse(&t, (char *) body->data, body->len,
                                 lcf->max_mc))
    {
    case RESONATE_TOPUP_OK:
        rc = ngx_resonate_pay_topup_values(r, ctx, &t);
        break;

    case RESONATE_TOPUP_MALFORMED:
        rc = ngx_resonate_pay_topup_refuse(r, NGX_HTTP_BAD_REQUEST,
                                 "the body is not a JSON object, has a name "
                                 "twice or a number out of range", NULL);
        break;

    case RESONATE_TOPUP_INVALID:
        rc = ngx_resonate_pay_topup_invalid(r, &t);
        break;

    default: /* RESONATE_TOPUP_NOMEM */
        rc = NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    resonate_topup_free(&t);

    return rc;
}


static ngx_int_t
ngx_resonate_pay_topup_values(ngx_http_request_t *r,
    ngx_resonate_pay_topup_ctx_t *ctx, resonate_topup_t *t)
{
    ctx->values[0] = ngx_resonate_pay_topup_text(r, t->account);
    ctx->values[1] = (char *) ctx->amount;
    ctx->values[2] = ngx_resonate_pay_topup_text(r, t->key);

    if (ctx->values[0] == NULL || ctx->values[2] == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_sprintf(ctx->amount, "%L%Z", t->amount_mc);

    return NGX_DECLINED;
}


static const char *
ngx_resonate_pay_topup_text(ngx_http_request_t *r, const char *text)
{
    size_t   len;
    u_char  *p;

    len = ngx_strlen(text) + 1;

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NULL;
    }

    ngx_memcpy(p, text, len);

    return (char *) p;
}


static ngx_int_t
ngx_resonate_pay_topup_invalid(ngx_http_request_t *r, resonate_topup_t *t)
{
    char       *text;
    ngx_int_t   rc;
    ngx_str_t   errors;

    text = json_dumps(t->errors, JSON_COMPACT);
    if (text == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    errors.data = (u_char *) text;
    errors.len = ngx_strlen(text);

    rc = ngx_resonate_pay_topup_refuse(r, NGX_HTTP_BAD_REQUEST, NULL,
                                       &errors);

    free(text);

    return rc;
}


/* NGX_AGAIN: ngx_resonate_pay_topup_pg_handler() will answer */

static ngx_int_t
ngx_resonate_pay_topup_start(ngx_http_request_t *r,
    ngx_resonate_pay_topup_ctx_t *ctx)
{
    ngx_http_cleanup_t           *cln;
    ngx_resonate_pg_query_t      *q;
    ngx_resonate_pay_loc_conf_t  *lcf;

    lcf = ngx_http_get_module_loc_conf(r, ngx_resonate_pay_module);

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    q = &ctx->query;

    q->stmt = lcf->topup->stmt;
    q->values = ctx->values;
    q->handler = ngx_resonate_pay_topup_pg_handler;
    q->data = ctx;
    q->log = r->connection->log;

    cln->handler = ngx_resonate_pay_topup_cleanup;
    cln->data = q;

    r->connection->log->action = "asking the database for a top-up";

    if (ngx_resonate_pg_start(q) == NGX_AGAIN) {
        return NGX_AGAIN;
    }

    return ngx_resonate_pay_topup_failed(r, q);
}


static void
ngx_resonate_pay_topup_cleanup(void *data)
{
    ngx_resonate_pg_query_t  *q = data;

    ngx_resonate_pg_cancel(q);
}


static void
ngx_resonate_pay_topup_pg_handler(ngx_resonate_pg_query_t *q)
{
    ngx_int_t                      rc;
    ngx_connection_t              *c;
    ngx_http_request_t            *r;
    ngx_resonate_pay_topup_ctx_t  *ctx;

    ctx = q->data;
    r = ctx->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, c->log, 0,
                   "resonate topup database status: %d", (int) q->status);

    c->log->action = "sending the answer to a top-up";

    rc = (q->status == NGX_RESONATE_PG_OK)
         ? ngx_resonate_pay_topup_reply(r, q)
         : ngx_resonate_pay_topup_failed(r, q);

    ngx_http_finalize_request(r, rc);
    ngx_http_run_posted_requests(c);
}


/*
 * A statement that failed, or was never heard of again, is repeated by the
 * sender with the same key: it credits once.
 */

static ngx_int_t
ngx_resonate_pay_topup_failed(ngx_http_request_t *r,
    ngx_resonate_pg_query_t *q)
{
    const char  *detail;
    ngx_uint_t   status;

    status = ngx_resonate_pg_http_status(q, &detail);

    if (q->status == NGX_RESONATE_PG_FAILED && detail == NULL) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "resonate.topup() failed with SQLSTATE %s: %s",
                      q->sqlstate, q->message ? q->message : "");
    }

    if (status >= NGX_HTTP_INTERNAL_SERVER_ERROR) {
        return ngx_resonate_send_problem(r, status, detail, NULL);
    }

    return ngx_resonate_pay_topup_refuse(r, status, detail, NULL);
}


static ngx_int_t
ngx_resonate_pay_topup_reply(ngx_http_request_t *r,
    ngx_resonate_pg_query_t *q)
{
    size_t                         len;
    ngx_int_t                      status;
    ngx_str_t                      json;
    const char                    *text, *body;
    ngx_resonate_pay_main_conf_t  *mcf;

    if (ngx_resonate_pg_rows(q) != 1) {
        goto invalid;
    }

    text = ngx_resonate_pg_value(q, 0, 0, &len);
    status = text ? ngx_atoi((u_char *) text, len) : NGX_ERROR;
    body = ngx_resonate_pg_value(q, 0, 1, &len);

    if (status < NGX_HTTP_OK || status > 599 || body == NULL) {
        goto invalid;
    }

    if (status >= NGX_HTTP_BAD_REQUEST) {
        return ngx_resonate_pay_topup_refuse(r, status, body, NULL);
    }

    json.len = len;
    json.data = ngx_pnalloc(r->pool, len);

    if (json.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memcpy(json.data, body, len);

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_pay_module);
    ngx_resonate_count(mcf->accepted);

    return ngx_resonate_send_json(r, status, &json);

invalid:

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "resonate.topup() returned no reply");

    return ngx_resonate_send_problem(r, NGX_HTTP_INTERNAL_SERVER_ERROR, NULL,
                                     NULL);
}


static ngx_int_t
ngx_resonate_pay_topup_refuse(ngx_http_request_t *r, ngx_uint_t status,
    const char *detail, ngx_str_t *errors)
{
    ngx_resonate_pay_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_pay_module);
    ngx_resonate_count(mcf->refused);

    return ngx_resonate_send_problem(r, status, detail, errors);
}
