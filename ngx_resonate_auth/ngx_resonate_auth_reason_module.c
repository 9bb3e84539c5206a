
/*
 * Copyright (C) Resonate
 *
 * Why tokens are refused: counted, and written to the error log without the
 * token.
 */


#include "ngx_resonate_auth_internal.h"


#define NGX_RESONATE_AUTH_KID      64    /* bytes of one that are logged */
#define NGX_RESONATE_AUTH_SUBJECT  8     /* likewise, of a subject's SHA-256 */


typedef struct {
    ngx_resonate_counter_t  *counters[RESONATE_JWT_NO_MEMORY];
} ngx_resonate_auth_reason_main_conf_t;


static u_char *ngx_resonate_auth_reason_kid(u_char *p, resonate_jwt_t *jwt);
static u_char *ngx_resonate_auth_reason_subject(u_char *p,
    resonate_jwt_t *jwt);
static ngx_int_t ngx_resonate_auth_reason_preconfiguration(ngx_conf_t *cf);
static void *ngx_resonate_auth_reason_create_main_conf(ngx_conf_t *cf);


extern ngx_module_t  ngx_resonate_auth_reason_module;


static ngx_http_module_t  ngx_resonate_auth_reason_module_ctx = {
    ngx_resonate_auth_reason_preconfiguration,
                                           /* preconfiguration */
    NULL,                                  /* postconfiguration */

    ngx_resonate_auth_reason_create_main_conf,
                                           /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_resonate_auth_reason_module = {
    NGX_MODULE_V1,
    &ngx_resonate_auth_reason_module_ctx,  /* module context */
    NULL,                                  /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


/*
 * What an unsigned token says of itself may be a lie: it is there to find the
 * client that sends it.
 */

void
ngx_resonate_auth_reason(ngx_http_request_t *r, ngx_resonate_auth_ctx_t *ctx)
{
    u_char                                *p;
    u_char                                 who[NGX_RESONATE_AUTH_KID + 64];
    resonate_jwt_t                         jwt;
    ngx_resonate_auth_reason_main_conf_t  *rmcf;

    rmcf = ngx_http_get_module_main_conf(r, ngx_resonate_auth_reason_module);

    if (ctx->why > RESONATE_JWT_OK && ctx->why < RESONATE_JWT_NO_MEMORY) {
        ngx_resonate_count(rmcf->counters[ctx->why]);
    }

    if (r->connection->log->log_level < NGX_LOG_INFO) {
        return;
    }

    p = who;

    if (resonate_jwt_parse(&jwt, (char *) ctx->token.data, ctx->token.len)
        == RESONATE_JWT_OK)
    {
        p = ngx_resonate_auth_reason_kid(p, &jwt);
        p = ngx_resonate_auth_reason_subject(p, &jwt);
        resonate_jwt_free(&jwt);
    }

    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                  "bearer token refused: %s, reason: %s%*s",
                  ngx_resonate_auth_why(ctx), resonate_jwt_reason(ctx->why),
                  (size_t) (p - who), who);
}


static u_char *
ngx_resonate_auth_reason_kid(u_char *p, resonate_jwt_t *jwt)
{
    u_char  c;
    size_t  i;

    if (jwt->kid_len == 0) {
        return p;
    }

    p = ngx_sprintf(p, ", kid: \"");

    for (i = 0; i < jwt->kid_len && i < NGX_RESONATE_AUTH_KID; i++) {
        c = (u_char) jwt->kid[i];
        *p++ = (c > 0x20 && c < 0x7f && c != '"' && c != '\\') ? c : '?';
    }

    *p++ = '"';

    return p;
}


static u_char *
ngx_resonate_auth_reason_subject(u_char *p, resonate_jwt_t *jwt)
{
    json_t  *sub;
    u_char   digest[NGX_RESONATE_AUTH_DIGEST];

    sub = json_object_get(jwt->claims, "sub");

    if (!json_is_string(sub)
        || EVP_Digest(json_string_value(sub), json_string_length(sub), digest,
                      NULL, EVP_sha256(), NULL)
           != 1)
    {
        return p;
    }

    p = ngx_sprintf(p, ", subject: ");

    return ngx_hex_dump(p, digest, NGX_RESONATE_AUTH_SUBJECT);
}


static ngx_int_t
ngx_resonate_auth_reason_preconfiguration(ngx_conf_t *cf)
{
    ngx_str_t                              value;
    ngx_uint_t                             i;
    ngx_resonate_auth_reason_main_conf_t  *rmcf;

    rmcf = ngx_http_conf_get_module_main_conf(cf,
                                             ngx_resonate_auth_reason_module);

    for (i = 1; i < RESONATE_JWT_NO_MEMORY; i++) {
        value.data = (u_char *) resonate_jwt_reason(i);
        value.len = ngx_strlen(value.data);

        rmcf->counters[i] = ngx_resonate_counter_label_add(cf,
                                "resonate_auth_refused_total",
                                "Tokens that were refused, by reason.",
                                "reason", &value);

        if (rmcf->counters[i] == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static void *
ngx_resonate_auth_reason_create_main_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_resonate_auth_reason_main_conf_t));
}
