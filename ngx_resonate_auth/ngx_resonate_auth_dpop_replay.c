
/*
 * Copyright (C) Resonate
 *
 * Proofs are good once (RFC 9449, section 11.1).  What the workers of this
 * machine have seen is in shared memory, what all machines have seen in a
 * database, if one is configured.  A store that cannot remember a proof does
 * not let it pass.
 */


#include "ngx_resonate_auth_dpop.h"


struct ngx_resonate_dpop_ask_s {
    ngx_resonate_pg_query_t      query;
    const char                  *values[2];
    char                         id[2 * RESONATE_DPOP_ID_LEN + sizeof("\\x")];
    char                         seconds[NGX_TIME_T_LEN + 1];
    ngx_resonate_auth_ctx_t     *ctx;
    ngx_int_t                    rc;         /* NGX_AGAIN: no answer yet */
};


static ngx_int_t ngx_resonate_dpop_ask(ngx_http_request_t *r,
    ngx_resonate_auth_ctx_t *ctx, u_char *id);
static void ngx_resonate_dpop_answered(ngx_resonate_pg_query_t *q);
static void ngx_resonate_dpop_cancel(void *data);
static time_t ngx_resonate_dpop_lifetime(ngx_resonate_dpop_main_conf_t *dmcf);


ngx_int_t
ngx_resonate_dpop_once(ngx_http_request_t *r, ngx_resonate_auth_ctx_t *ctx,
    u_char *id)
{
    u_char                          owner[RESONATE_DPOP_ID_LEN];
    ngx_int_t                       rc;
    ngx_str_t                       key, jkt, *text;
    ngx_resonate_dpop_main_conf_t  *dmcf;

    dmcf = ngx_http_get_module_main_conf(r, ngx_resonate_auth_dpop_module);

    key.data = id;
    key.len = RESONATE_DPOP_ID_LEN;

    /* the bytes of a thumbprint, which was found good: text takes more room */

    text = &ctx->entry->texts[NGX_RESONATE_AUTH_JKT];
    jkt.data = owner;

    if (resonate_jwt_base64url(owner, sizeof(owner), &jkt.len,
                               (char *) text->data, text->len)
        != 0)
    {
        return NGX_ERROR;
    }

    rc = ngx_resonate_table_once(dmcf->table, &key, &jkt,
                                 ngx_time()
                                 + ngx_resonate_dpop_lifetime(dmcf));

    if (rc == NGX_BUSY || rc == NGX_ABORT) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "no room for a DPoP proof%s in \"resonate_dpop_replay\"",
                      rc == NGX_BUSY ? "" : " of this key");
        return NGX_ERROR;
    }

    if (rc == NGX_OK && dmcf->stmt) {
        rc = ngx_resonate_dpop_ask(r, ctx, id);
    }

    return rc;
}


/*
 * One that was given in the future, "ahead" of us, is good until "past" is
 * over from then on.  The fraction of a second of "iat" does not count.
 */

static time_t
ngx_resonate_dpop_lifetime(ngx_resonate_dpop_main_conf_t *dmcf)
{
    return dmcf->past + dmcf->ahead + 1;
}


static ngx_int_t
ngx_resonate_dpop_ask(ngx_http_request_t *r, ngx_resonate_auth_ctx_t *ctx,
    u_char *id)
{
    u_char                         *p;
    ngx_pool_cleanup_t             *cln;
    ngx_resonate_dpop_ask_t        *ask;
    ngx_resonate_dpop_main_conf_t  *dmcf;

    dmcf = ngx_http_get_module_main_conf(r, ngx_resonate_auth_dpop_module);

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_resonate_dpop_ask_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    ask = cln->data;
    ngx_memzero(ask, sizeof(ngx_resonate_dpop_ask_t));

    p = ngx_cpymem(ask->id, "\\x", 2);
    (void) ngx_hex_dump(p, id, RESONATE_DPOP_ID_LEN);

    (void) ngx_sprintf((u_char *) ask->seconds, "%T%Z",
                       ngx_resonate_dpop_lifetime(dmcf));

    ask->values[0] = ask->id;
    ask->values[1] = ask->seconds;

    ask->query.stmt = dmcf->stmt;
    ask->query.values = ask->values;
    ask->query.handler = ngx_resonate_dpop_answered;
    ask->query.data = ask;
    ask->query.log = r->connection->log;

    ask->ctx = ctx;
    ask->rc = NGX_AGAIN;

    if (ngx_resonate_pg_start(&ask->query) != NGX_AGAIN) {
        return NGX_ERROR;
    }

    cln->handler = ngx_resonate_dpop_cancel;
    ctx->ask = ask;

    return NGX_AGAIN;
}


static void
ngx_resonate_dpop_answered(ngx_resonate_pg_query_t *q)
{
    size_t                    len;
    const char               *first;
    ngx_resonate_dpop_ask_t  *ask;

    ask = q->data;
    ask->rc = NGX_ERROR;

    if (q->status == NGX_RESONATE_PG_OK && ngx_resonate_pg_rows(q) == 1) {
        first = ngx_resonate_pg_value(q, 0, 0, &len);

        if (first) {
            ask->rc = (first[0] == 't') ? NGX_OK : NGX_DECLINED;
        }
    }

    if (q->status == NGX_RESONATE_PG_FAILED) {
        ngx_log_error(NGX_LOG_ERR, q->log, 0,
                      "\"resonate_dpop_replay\" failed: %s: %s",
                      q->sqlstate, q->message ? q->message : "");
    }

    ngx_resonate_auth_resume(ask->ctx);
}


static void
ngx_resonate_dpop_cancel(void *data)
{
    ngx_resonate_dpop_ask_t *ask = data;

    ngx_resonate_pg_cancel(&ask->query);
}


ngx_int_t
ngx_resonate_dpop_answer(ngx_resonate_auth_ctx_t *ctx)
{
    return ctx->ask->rc;
}
