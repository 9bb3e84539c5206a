
/*
 * Copyright (C) Resonate
 *
 * The "resonate_ticket_key" and "resonate_ticket_time" directives, and the
 * kind "ticket": who may play a track gets a URL that plays it.
 */


#include "ngx_resonate_ticket.h"


#define NGX_RESONATE_TICKET_TIME      3600
#define NGX_RESONATE_TICKET_TIME_MIN  60
#define NGX_RESONATE_TICKET_TIME_MAX                                          \
    (RESONATE_TICKET_LIFE_MAX - NGX_RESONATE_TICKET_TRACK_MAX)


static ngx_int_t ngx_resonate_ticket_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_ticket_postconfiguration(ngx_conf_t *cf);
static ngx_uint_t ngx_resonate_ticket_beside(ngx_http_request_t *r);
static void *ngx_resonate_ticket_create_main_conf(ngx_conf_t *cf);
static char *ngx_resonate_ticket_init_main_conf(ngx_conf_t *cf, void *conf);
static char *ngx_resonate_ticket_key(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static void ngx_resonate_ticket_key_cleanup(void *data);
static char *ngx_resonate_ticket_check_time(ngx_conf_t *cf, void *post,
    void *data);
static ngx_int_t ngx_resonate_ticket_handler(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply);
static const char *ngx_resonate_ticket_url(ngx_http_request_t *r,
    ngx_str_t *ticket, const char *path, const char *quality);


static ngx_conf_post_t  ngx_resonate_ticket_time_post = {
    ngx_resonate_ticket_check_time
};


static ngx_command_t  ngx_resonate_ticket_commands[] = {

    { ngx_string("resonate_ticket_key"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_resonate_ticket_key,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("resonate_ticket_time"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_sec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_resonate_ticket_main_conf_t, time),
      &ngx_resonate_ticket_time_post },

      ngx_null_command
};


static const ngx_resonate_kind_t  ngx_resonate_ticket_kind = {
    ngx_string("ticket"),
    ngx_resonate_ticket_handler,
    ngx_resonate_decision_compile,
    NULL,
    NULL,
    0
};


static ngx_http_module_t  ngx_resonate_ticket_module_ctx = {
    ngx_resonate_ticket_preconfiguration,  /* preconfiguration */
    ngx_resonate_ticket_postconfiguration, /* postconfiguration */

    ngx_resonate_ticket_create_main_conf,  /* create main configuration */
    ngx_resonate_ticket_init_main_conf,    /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_resonate_ticket_module = {
    NGX_MODULE_V1,
    &ngx_resonate_ticket_module_ctx,       /* module context */
    ngx_resonate_ticket_commands,          /* module directives */
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


static ngx_int_t
ngx_resonate_ticket_preconfiguration(ngx_conf_t *cf)
{
    ngx_resonate_ticket_main_conf_t  *mcf;

    if (ngx_resonate_core_require(cf, "tracks") != NGX_OK) {
        return NGX_ERROR;
    }

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_ticket_module);

    mcf->made = ngx_resonate_counter_add(cf,
                    "resonate_tickets_made_total",
                    "Tickets made, those in playlists included.");
    mcf->accepted = ngx_resonate_counter_add(cf,
                        "resonate_tickets_accepted_total",
                        "Requests whose ticket was good.");
    mcf->refused = ngx_resonate_counter_add(cf,
                       "resonate_tickets_refused_total",
                       "Requests whose ticket was refused.");

    if (mcf->made == NULL || mcf->accepted == NULL || mcf->refused == NULL) {
        return NGX_ERROR;
    }

    if (ngx_resonate_reply_add(cf, &ngx_resonate_ticket_kind) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_resonate_ticket_keep_init(cf);
}


static ngx_int_t
ngx_resonate_ticket_postconfiguration(ngx_conf_t *cf)
{
    ngx_resonate_ticket_main_conf_t  *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_ticket_module);

    if (mcf->ring == NULL) {
        return NGX_OK;
    }

    ngx_resonate_beside_provide(cf, ngx_resonate_ticket_beside);

    return ngx_resonate_ticket_mask_init(cf);
}


/* whether it is good is found out where it is of use */

static ngx_uint_t
ngx_resonate_ticket_beside(ngx_http_request_t *r)
{
    return ngx_resonate_ticket_ctx(r) != NULL;
}


static void *
ngx_resonate_ticket_create_main_conf(ngx_conf_t *cf)
{
    ngx_resonate_ticket_main_conf_t  *mcf;

    mcf = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_ticket_main_conf_t));
    if (mcf == NULL) {
        return NULL;
    }

    mcf->time = NGX_CONF_UNSET;

    return mcf;
}


static char *
ngx_resonate_ticket_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_resonate_ticket_main_conf_t  *mcf = conf;

    ngx_conf_init_value(mcf->time, NGX_RESONATE_TICKET_TIME);

    return NGX_CONF_OK;
}


static char *
ngx_resonate_ticket_key(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_ticket_main_conf_t  *mcf = conf;

    ngx_str_t           *value, *key;
    ngx_uint_t           i;
    ngx_pool_cleanup_t  *cln;

    if (mcf->ring) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts - 1 > RESONATE_TICKET_KEYS_MAX) {
        return "has too many keys";
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_CONF_ERROR;
    }

    mcf->ring = resonate_ticket_ring();
    if (mcf->ring == NULL) {
        return NGX_CONF_ERROR;
    }

    cln->handler = ngx_resonate_ticket_key_cleanup;
    cln->data = mcf->ring;

    for (i = 1; i < cf->args->nelts; i++) {

        key = ngx_resonate_secret(cf, &cmd->name, &value[i],
                                  RESONATE_TICKET_KEY_MIN,
                                  RESONATE_TICKET_KEY_MAX);
        if (key == NULL) {
            return NGX_CONF_ERROR;
        }

        if (resonate_ticket_key(mcf->ring, key->data, key->len) != 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "key in \"%V\" of \"%V\" can not be used",
                               &value[i], &cmd->name);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static void
ngx_resonate_ticket_key_cleanup(void *data)
{
    resonate_ticket_ring_t  *ring = data;

    resonate_ticket_ring_free(ring);
}


static char *
ngx_resonate_ticket_check_time(ngx_conf_t *cf, void *post, void *data)
{
    time_t  *time = data;

    if (*time < NGX_RESONATE_TICKET_TIME_MIN
        || *time > NGX_RESONATE_TICKET_TIME_MAX)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"resonate_ticket_time\" must be between 1m and "
                           "%dh", NGX_RESONATE_TICKET_TIME_MAX / 3600);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_resonate_ticket_handler(ngx_http_request_t *r,
    ngx_resonate_reply_t *reply)
{
    ngx_int_t             rc;
    resonate_decision_t   decision;

    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, r->connection->log, 0,
                   "resonate ticket handler");

    rc = ngx_resonate_decision(r, reply, &decision);
    if (rc != NGX_OK) {
        return ngx_resonate_media_fail(r, rc, NULL);
    }

    return ngx_resonate_ticket_give(r, decision.track,
                                    decision.preview_ms
                                    ? RESONATE_TICKET_PREVIEW
                                    : RESONATE_TICKET_FULL,
                                    decision.duration_ms, NULL);
}


/* what is played has a mode and a playlist */

ngx_int_t
ngx_resonate_ticket_give(ngx_http_request_t *r, const u_char *id,
    resonate_ticket_mode_e mode, ngx_msec_t duration, const char *quality)
{
    time_t       expires;
    json_t      *json;
    ngx_int_t    rc;
    ngx_str_t    ticket;
    const char  *url, *hls, *name;

    rc = ngx_resonate_ticket_make(r, id, mode, duration, &ticket, &expires);

    if (rc == NGX_DECLINED) {
        return ngx_resonate_send_problem(r, NGX_HTTP_NOT_IMPLEMENTED,
                                         "This server gives no tickets",
                                         NULL);
    }

    if (rc != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    url = ngx_resonate_ticket_url(r, &ticket, "", quality);
    hls = url;
    name = NULL;

    if (mode == RESONATE_TICKET_PREVIEW || mode == RESONATE_TICKET_FULL) {
        hls = ngx_resonate_ticket_url(r, &ticket, "/master.m3u8", NULL);
        name = (mode == RESONATE_TICKET_FULL) ? "full" : "preview";
    }

    if (url == NULL || hls == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    json = json_pack("{s{ss% ss ss* ss* sI}}", "data",
                     "ticket", ticket.data, ticket.len, "url", url,
                     "hls", name ? hls : NULL, "mode", name,
                     "expires", (json_int_t) expires);

    return ngx_resonate_decision_send(r, json);
}


/* beside the path that was asked for, whose last segment is "/ticket" */

static const char *
ngx_resonate_ticket_url(ngx_http_request_t *r, ngx_str_t *ticket,
    const char *path, const char *quality)
{
    u_char     *p, *url;
    size_t      len;
    uintptr_t   escape;

    len = r->uri.len;

    while (len && r->uri.data[len - 1] != '/') {
        len--;
    }

    if (len) {
        len--;
    }

    escape = 2 * ngx_escape_uri(NULL, r->uri.data, len, NGX_ESCAPE_URI);

    url = ngx_pnalloc(r->pool, len + escape + ngx_strlen(path)
                               + sizeof("?quality=&ticket=")
                               + (quality ? ngx_strlen(quality) : 0)
                               + ticket->len);
    if (url == NULL) {
        return NULL;
    }

    p = (u_char *) ngx_escape_uri(url, r->uri.data, len, NGX_ESCAPE_URI);
    p = ngx_sprintf(p, "%s?", path);

    if (quality) {
        p = ngx_sprintf(p, "quality=%s&", quality);
    }

    ngx_sprintf(p, "ticket=%V%Z", ticket);

    return (char *) url;
}
