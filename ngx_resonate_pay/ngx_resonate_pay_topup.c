
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

    /* of a refusal; detail and errors may be empty */
    const char                *detail;
    ngx_str_t                  errors;
} ngx_resonate_pay_topup_ctx_t;


static void ngx_resonate_pay_topup_body_handler(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_pay_topup_run(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_pay_topup_check(
    ngx_resonate_pay_topup_ctx_t *ctx);
static ngx_int_t ngx_resonate_pay_topup_parse(
    ngx_resonate_pay_topup_ctx_t *ctx, ngx_str_t *body);
static ngx_int_t ngx_resonate_pay_topup_values(
    ngx_resonate_pay_topup_ctx_t *ctx, resonate_topup_t *t);
static ngx_int_t ngx_resonate_pay_topup_invalid(
    ngx_resonate_pay_topup_ctx_t *ctx, resonate_topup_t *t);
static u_char *ngx_resonate_pay_topup_text(ngx_http_request_t *r,
    const char *text);
static ngx_int_t ngx_resonate_pay_topup_start(
    ngx_resonate_pay_topup_ctx_t *ctx);
static void ngx_resonate_pay_topup_cleanup(void *data);
static void ngx_resonate_pay_topup_pg_handler(ngx_resonate_pg_query_t *q);
static ngx_int_t ngx_resonate_pay_topup_outcome(
    ngx_resonate_pay_topup_ctx_t *ctx);
static ngx_int_t ngx_resonate_pay_topup_accept(
    ngx_resonate_pay_topup_ctx_t *ctx, ngx_resonate_row_t *row);
static ngx_int_t ngx_resonate_pay_topup_refuse(
    ngx_resonate_pay_topup_ctx_t *ctx, ngx_uint_t status);


ngx_int_t
ngx_resonate_pay_topup_handler(ngx_http_request_t *r)
{
    ngx_int_t                      rc;
    ngx_str_t                      allow = ngx_string("POST");
    ngx_resonate_pay_topup_ctx_t  *ctx;

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate topup handler");

    if (r->method != NGX_HTTP_POST) {
        if (ngx_resonate_add_header(r, "Allow", &allow) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        return ngx_resonate_send_problem(r, NGX_HTTP_NOT_ALLOWED, NULL, NULL);
    }

    ctx = ngx_pcalloc(r->pool, sizeof(ngx_resonate_pay_topup_ctx_t));
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->request = r;

    if (r->headers_in.content_length_n > RESONATE_TOPUP_MAX_BODY) {
        return ngx_resonate_pay_topup_refuse(ctx,
                                          NGX_HTTP_REQUEST_ENTITY_TOO_LARGE);
    }

    ngx_http_set_ctx(r, ctx, ngx_resonate_pay_module);

    rc = ngx_http_read_client_request_body(r,
                                         ngx_resonate_pay_topup_body_handler);

    return (rc >= NGX_HTTP_SPECIAL_RESPONSE) ? rc : NGX_DONE;
}


static void
ngx_resonate_pay_topup_body_handler(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    rc = ngx_resonate_pay_topup_run(r);

    if (rc == NGX_AGAIN) {
        ngx_resonate_watch_client(r);
        return;
    }

    ngx_http_finalize_request(r, rc);
}


/* NGX_AGAIN: ngx_resonate_pay_topup_pg_handler() will answer */

static ngx_int_t
ngx_resonate_pay_topup_run(ngx_http_request_t *r)
{
    ngx_int_t                      rc;
    ngx_resonate_pay_topup_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_resonate_pay_module);

    rc = ngx_resonate_pay_topup_check(ctx);

    if (rc != NGX_OK) {
        return ngx_resonate_pay_topup_refuse(ctx, rc);
    }

    if (ngx_resonate_pay_topup_start(ctx) == NGX_AGAIN) {
        return NGX_AGAIN;
    }

    return ngx_resonate_pay_topup_outcome(ctx);
}


/* this and what it calls return NGX_OK, or the status to refuse with */

static ngx_int_t
ngx_resonate_pay_topup_check(ngx_resonate_pay_topup_ctx_t *ctx)
{
    ngx_int_t  rc;
    ngx_str_t  body;

    rc = ngx_resonate_body(ctx->request, RESONATE_TOPUP_MAX_BODY, &body);

    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_resonate_pay_webhook_verify(ctx->request, &body);

    if (rc == NGX_DECLINED) {
        ctx->detail = "the signature is not valid";
        return NGX_HTTP_BAD_REQUEST;
    }

    if (rc != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_resonate_pay_topup_parse(ctx, &body);
}


static ngx_int_t
ngx_resonate_pay_topup_parse(ngx_resonate_pay_topup_ctx_t *ctx,
    ngx_str_t *body)
{
    ngx_int_t                     rc;
    resonate_topup_t              t;
    ngx_resonate_pay_loc_conf_t  *lcf;

    lcf = ngx_http_get_module_loc_conf(ctx->request, ngx_resonate_pay_module);

    switch (resonate_topup_parse(&t, (char *) body->data, body->len,
                                 lcf->max_mc))
    {
    case RESONATE_TOPUP_OK:
        rc = ngx_resonate_pay_topup_values(ctx, &t);
        break;

    case RESONATE_TOPUP_MALFORMED:
        ctx->detail = "the body is not a JSON object, has a name twice or "
                      "a number out of range";
        rc = NGX_HTTP_BAD_REQUEST;
        break;

    case RESONATE_TOPUP_INVALID:
        rc = ngx_resonate_pay_topup_invalid(ctx, &t);
        break;

    default: /* RESONATE_TOPUP_NOMEM */
        rc = NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    resonate_topup_free(&t);

    return rc;
}


static ngx_int_t
ngx_resonate_pay_topup_values(ngx_resonate_pay_topup_ctx_t *ctx,
    resonate_topup_t *t)
{
    u_char  *account, *key;

    account = ngx_resonate_pay_topup_text(ctx->request, t->account);
    key = ngx_resonate_pay_topup_text(ctx->request, t->key);

    if (account == NULL || key == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_sprintf(ctx->amount, "%L%Z", t->amount_mc);

    ctx->values[0] = (char *) account;
    ctx->values[1] = (char *) ctx->amount;
    ctx->values[2] = (char *) key;

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_pay_topup_invalid(ngx_resonate_pay_topup_ctx_t *ctx,
    resonate_topup_t *t)
{
    return ngx_resonate_take_text(ctx->request->pool,
                                  json_dumps(t->errors, JSON_COMPACT),
                                  &ctx->errors)
           == NGX_OK ? NGX_HTTP_BAD_REQUEST
                     : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


/* a copy that lives as long as the request */

static u_char *
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

    return p;
}


/* as ngx_resonate_pg_start() */

static ngx_int_t
ngx_resonate_pay_topup_start(ngx_resonate_pay_topup_ctx_t *ctx)
{
    ngx_http_cleanup_t           *cln;
    ngx_http_request_t           *r;
    ngx_resonate_pg_query_t      *q;
    ngx_resonate_pay_loc_conf_t  *lcf;

    r = ctx->request;
    q = &ctx->query;

    /* what is said without memory for the cleanup */
    q->status = NGX_RESONATE_PG_UNAVAILABLE;

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    lcf = ngx_http_get_module_loc_conf(r, ngx_resonate_pay_module);

    q->stmt = lcf->topup->stmt;
    q->values = ctx->values;
    q->handler = ngx_resonate_pay_topup_pg_handler;
    q->data = ctx;
    q->log = r->connection->log;

    cln->handler = ngx_resonate_pay_topup_cleanup;
    cln->data = q;

    r->connection->log->action = "asking the database for a top-up";

    return ngx_resonate_pg_start(q);
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

    ngx_http_finalize_request(r, ngx_resonate_pay_topup_outcome(ctx));
    ngx_http_run_posted_requests(c);
}


/*
 * A statement that failed, or whose result was lost, is repeated by the
 * sender with the same key: it credits once.
 */

static ngx_int_t
ngx_resonate_pay_topup_outcome(ngx_resonate_pay_topup_ctx_t *ctx)
{
    ngx_str_t                 function = ngx_string("resonate.topup");
    ngx_uint_t                status;
    ngx_resonate_row_t        row;
    ngx_resonate_pg_query_t  *q;

    q = &ctx->query;

    if (q->status == NGX_RESONATE_PG_OK) {

        if (ngx_resonate_pg_row(q, &function, &row) != NGX_OK) {
            return ngx_resonate_pay_topup_refuse(ctx,
                                           NGX_HTTP_INTERNAL_SERVER_ERROR);
        }

        if (row.status < NGX_HTTP_SPECIAL_RESPONSE) {
            return ngx_resonate_pay_topup_accept(ctx, &row);
        }

        ctx->detail = (char *) row.body.data;

        return ngx_resonate_pay_topup_refuse(ctx, row.status);
    }

    status = ngx_resonate_pg_http_status(q, &ctx->detail);

    if (q->status == NGX_RESONATE_PG_FAILED && ctx->detail == NULL) {
        ngx_log_error(NGX_LOG_ERR, q->log, 0,
                      "function \"%V\" failed with SQLSTATE %s: %s",
                      &function, q->sqlstate, q->message ? q->message : "");
    }

    return ngx_resonate_pay_topup_refuse(ctx, status);
}


static ngx_int_t
ngx_resonate_pay_topup_accept(ngx_resonate_pay_topup_ctx_t *ctx,
    ngx_resonate_row_t *row)
{
    ngx_str_t                      json;
    ngx_http_request_t            *r;
    ngx_resonate_pay_main_conf_t  *mcf;

    r = ctx->request;

    /* the row is gone before the answer is sent */

    json.len = row->body.len;
    json.data = ngx_pstrdup(r->pool, &row->body);

    if (json.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_resonate_pay_module);
    ngx_resonate_count(mcf->accepted);

    return ngx_resonate_send_json(r, row->status, &json);
}


static ngx_int_t
ngx_resonate_pay_topup_refuse(ngx_resonate_pay_topup_ctx_t *ctx,
    ngx_uint_t status)
{
    ngx_http_request_t            *r;
    ngx_resonate_pay_main_conf_t  *mcf;

    r = ctx->request;

    if (status < NGX_HTTP_INTERNAL_SERVER_ERROR) {
        mcf = ngx_http_get_module_main_conf(r, ngx_resonate_pay_module);
        ngx_resonate_count(mcf->refused);
    }

    return ngx_resonate_send_problem(r, status, ctx->detail,
                                     ctx->errors.len ? &ctx->errors : NULL);
}
