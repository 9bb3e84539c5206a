
/*
 * Copyright (C) Resonate
 */


#include "../ngx_resonate_core_internal.h"
#include "ngx_resonate_evidence.h"

#include <openssl/evp.h>


#define NGX_RESONATE_EVIDENCE_TIME  86400
#define NGX_RESONATE_EVIDENCE_KEY   32     /* SHA-256 */


typedef struct {
    size_t                      size;      /* 0: not kept */
    time_t                      time;
    ngx_resonate_table_t       *table;
} ngx_resonate_evidence_conf_t;


typedef struct {
    uint64_t                    began;
    uint64_t                    now;
    off_t                       bytes;
    resonate_heard_span_t       span;
} ngx_resonate_evidence_note_t;


static void *ngx_resonate_evidence_create_conf(ngx_conf_t *cf);
static char *ngx_resonate_evidence_directive(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static void ngx_resonate_evidence_add(u_char *value, void *data);
static ngx_int_t ngx_resonate_evidence_key(ngx_resonate_identity_t *id,
    const u_char *track, u_char *digest, ngx_str_t *key);


extern ngx_module_t  ngx_resonate_evidence_module;


static const ngx_resonate_param_t  ngx_resonate_evidence_params[] = {

    { ngx_string("time="),
      ngx_resonate_param_sec,
      offsetof(ngx_resonate_evidence_conf_t, time),
      60, 30 * 86400, "between 1m and 30d" },

    { ngx_null_string, NULL, 0, 0, 0, NULL }
};


static ngx_command_t  ngx_resonate_evidence_commands[] = {

    { ngx_string("resonate_evidence"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE12,
      ngx_resonate_evidence_directive,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_resonate_evidence_module_ctx = {
    NULL,                                  /* preconfiguration */
    NULL,                                  /* postconfiguration */

    ngx_resonate_evidence_create_conf,     /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_resonate_evidence_module = {
    NGX_MODULE_V1,
    &ngx_resonate_evidence_module_ctx,     /* module context */
    ngx_resonate_evidence_commands,        /* module directives */
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


static void *
ngx_resonate_evidence_create_conf(ngx_conf_t *cf)
{
    /* set by ngx_pcalloc(): size = 0, table = NULL */

    return ngx_pcalloc(cf->pool, sizeof(ngx_resonate_evidence_conf_t));
}


static char *
ngx_resonate_evidence_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_resonate_evidence_conf_t *ecf = conf;

    ssize_t     size;
    ngx_str_t  *value, name = ngx_string("resonate_evidence");

    if (ecf->table) {
        return "is duplicate";
    }

    value = cf->args->elts;
    size = ngx_parse_size(&value[1]);

    if (size < NGX_RESONATE_TABLE_MIN_SIZE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid size \"%V\" in \"%V\", it must be at "
                           "least %dk", &value[1], &cmd->name,
                           NGX_RESONATE_TABLE_MIN_SIZE / 1024);
        return NGX_CONF_ERROR;
    }

    ecf->size = size;
    ecf->time = NGX_RESONATE_EVIDENCE_TIME;

    ecf->table = ngx_resonate_table_add(cf, &name, ecf->size);
    if (ecf->table == NULL) {
        return NGX_CONF_ERROR;
    }

    return ngx_resonate_params(cf, 2, ngx_resonate_evidence_params, ecf);
}


ngx_uint_t
ngx_resonate_evidence_kept(ngx_http_request_t *r)
{
    ngx_resonate_evidence_conf_t  *ecf;

    ecf = ngx_http_get_module_main_conf(r, ngx_resonate_evidence_module);

    return ecf->table != NULL;
}


void
ngx_resonate_evidence_note(ngx_http_request_t *r,
    ngx_resonate_identity_t *id, ngx_resonate_delivery_t *delivery,
    off_t offset, off_t sent)
{
    u_char                         digest[NGX_RESONATE_EVIDENCE_KEY];
    ngx_str_t                      key;
    ngx_time_t                    *tp;
    ngx_resonate_evidence_note_t   note;
    ngx_resonate_evidence_conf_t  *ecf;

    ecf = ngx_http_get_module_main_conf(r, ngx_resonate_evidence_module);

    if (ecf->table == NULL
        || ngx_resonate_evidence_key(id, delivery->track, digest, &key)
           != NGX_OK)
    {
        return;
    }

    tp = ngx_timeofday();

    note.began = (uint64_t) r->start_sec * 1000 + r->start_msec;
    note.now = (uint64_t) tp->sec * 1000 + tp->msec;
    note.bytes = sent;
    note.span = resonate_heard_span(delivery->of, delivery->size,
                                    delivery->media, offset, sent);

    /* without room for one nothing is known of it, as if it were forgotten */

    (void) ngx_resonate_table_update(ecf->table, &key,
                                     sizeof(resonate_heard_t),
                                     ngx_time() + ecf->time,
                                     ngx_resonate_evidence_add, &note);
}


static void
ngx_resonate_evidence_add(u_char *value, void *data)
{
    ngx_resonate_evidence_note_t *note = data;

    resonate_heard_t  heard;

    /* at any alignment */

    ngx_memcpy(&heard, value, sizeof(resonate_heard_t));

    if (heard.requests == 0 || note->began < heard.first) {
        heard.first = note->began;
    }

    if (note->now > heard.last) {
        heard.last = note->now;
    }

    heard.bytes += note->bytes;

    resonate_heard_add(&heard, note->span);

    ngx_memcpy(value, &heard, sizeof(resonate_heard_t));
}


ngx_int_t
ngx_resonate_evidence_get(ngx_http_request_t *r, ngx_resonate_identity_t *id,
    const u_char *track, resonate_heard_t *heard)
{
    u_char                         digest[NGX_RESONATE_EVIDENCE_KEY];
    ngx_int_t                      rc;
    ngx_str_t                      key, value;
    ngx_resonate_evidence_conf_t  *ecf;

    ecf = ngx_http_get_module_main_conf(r, ngx_resonate_evidence_module);

    if (ecf->table == NULL) {
        return NGX_DECLINED;
    }

    if (ngx_resonate_evidence_key(id, track, digest, &key) != NGX_OK) {
        return NGX_ERROR;
    }

    rc = ngx_resonate_table_get(ecf->table, &key, r->pool, &value);

    if (rc != NGX_OK) {
        return rc;
    }

    /* a build with another structure has kept it */

    if (value.len != sizeof(resonate_heard_t)) {
        return NGX_DECLINED;
    }

    ngx_memcpy(heard, value.data, sizeof(resonate_heard_t));

    return NGX_OK;
}


/* a person is a subject of an issuer; both end with NUL */

static ngx_int_t
ngx_resonate_evidence_key(ngx_resonate_identity_t *id, const u_char *track,
    u_char *digest, ngx_str_t *key)
{
    int          ok;
    EVP_MD_CTX  *md;

    md = EVP_MD_CTX_new();
    if (md == NULL) {
        return NGX_ERROR;
    }

    ok = EVP_DigestInit_ex(md, EVP_sha256(), NULL)
         && EVP_DigestUpdate(md, id->issuer.data, id->issuer.len + 1)
         && EVP_DigestUpdate(md, id->subject.data, id->subject.len + 1)
         && EVP_DigestUpdate(md, track, NGX_RESONATE_TRACK_LEN)
         && EVP_DigestFinal_ex(md, digest, NULL);

    EVP_MD_CTX_free(md);

    key->data = digest;
    key->len = NGX_RESONATE_EVIDENCE_KEY;

    return ok ? NGX_OK : NGX_ERROR;
}
