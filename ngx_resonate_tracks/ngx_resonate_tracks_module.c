
/*
 * Copyright (C) Resonate
 */


#include "ngx_resonate_ticket.h"


static ngx_int_t ngx_resonate_tracks_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_resonate_stream_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static void *ngx_resonate_tracks_create_main_conf(ngx_conf_t *cf);
static void *ngx_resonate_tracks_create_loc_conf(ngx_conf_t *cf);
static char *ngx_resonate_tracks_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static char *ngx_resonate_media(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_resonate_media_folder(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_str_t *path);
static ngx_int_t ngx_resonate_media_check(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_str_t *path);
static char *ngx_resonate_media_location(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_resonate_tracks_loc_conf_t *tlcf);


static ngx_command_t  ngx_resonate_tracks_commands[] = {

    { ngx_string("resonate_media"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE12,
      ngx_resonate_media,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static const char *const  ngx_resonate_audio_args[] = {
    "quality", "ticket", NULL
};

static const ngx_resonate_kind_t  ngx_resonate_audio = {
    ngx_string("audio"),
    ngx_resonate_stream_handler,
    ngx_resonate_decision_compile,
    ngx_resonate_ticket_who,
    ngx_resonate_audio_args,
    0
};


static ngx_http_module_t  ngx_resonate_tracks_module_ctx = {
    ngx_resonate_tracks_preconfiguration,  /* preconfiguration */
    NULL,                                  /* postconfiguration */

    ngx_resonate_tracks_create_main_conf,  /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_resonate_tracks_create_loc_conf,   /* create location configuration */
    ngx_resonate_tracks_merge_loc_conf     /* merge location configuration */
};


ngx_module_t  ngx_resonate_tracks_module = {
    NGX_MODULE_V1,
    &ngx_resonate_tracks_module_ctx,       /* module context */
    ngx_resonate_tracks_commands,          /* module directives */
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
ngx_resonate_tracks_preconfiguration(ngx_conf_t *cf)
{
    ngx_str_t                         name = ngx_string("resonate_stream");
    ngx_http_variable_t              *var;
    ngx_resonate_tracks_main_conf_t  *mcf;

    if (ngx_resonate_core_require(cf, "tracks") != NGX_OK) {
        return NGX_ERROR;
    }

    var = ngx_http_add_variable(cf, &name, NGX_HTTP_VAR_NOCACHEABLE);
    if (var == NULL) {
        return NGX_ERROR;
    }

    var->get_handler = ngx_resonate_stream_variable;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_tracks_module);

    mcf->full = ngx_resonate_counter_add(cf,
                    "resonate_streams_full_total",
                    "Answers with the full file, parts of it included.");
    mcf->previews = ngx_resonate_counter_add(cf,
                    "resonate_streams_preview_total",
                    "Answers with a preview, parts of it included.");
    mcf->plans = ngx_resonate_counter_add(cf,
                    "resonate_preview_plans_total",
                    "Previews planned: what the preview cache did not know.");
    mcf->errors = ngx_resonate_counter_add(cf,
                    "resonate_stream_errors_total",
                    "Streams refused: no such file, or no usable one.");

    if (mcf->full == NULL || mcf->previews == NULL || mcf->plans == NULL
        || mcf->errors == NULL)
    {
        return NGX_ERROR;
    }

    return ngx_resonate_reply_add(cf, &ngx_resonate_audio);
}


static ngx_int_t
ngx_resonate_stream_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_resonate_stream_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_resonate_tracks_module);

    if (ctx == NULL || !ctx->sent) {
        v->not_found = 1;
        return NGX_OK;
    }

    v->data = (u_char *) (ctx->preview_ms ? "preview" : "full");
    v->len = ngx_strlen(v->data);
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


static void *
ngx_resonate_tracks_create_main_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_resonate_tracks_main_conf_t));
}


static void *
ngx_resonate_tracks_create_loc_conf(ngx_conf_t *cf)
{
    /* set by ngx_pcalloc(): conf->media = { 0, NULL } */

    return ngx_pcalloc(cf->pool, sizeof(ngx_resonate_tracks_loc_conf_t));
}


static char *
ngx_resonate_tracks_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_resonate_tracks_loc_conf_t  *prev = parent;
    ngx_resonate_tracks_loc_conf_t  *conf = child;

    if (conf->media.data == NULL) {
        conf->remote = prev->remote;
        conf->images = prev->images;
    }

    ngx_conf_merge_str_value(conf->media, prev->media, "");

    return NGX_CONF_OK;
}


static char *
ngx_resonate_media(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_tracks_loc_conf_t  *tlcf = conf;

    char       *rv;
    ngx_str_t  *value;

    if (tlcf->media.data) {
        return "is duplicate";
    }

    value = cf->args->elts;
    tlcf->media = value[1];

    if (ngx_strncmp(value[1].data, "location:", 9) == 0) {
        rv = ngx_resonate_media_location(cf, cmd, tlcf);

    } else if (cf->args->nelts > 2) {
        rv = "has a folder, and then nothing else";

    } else {
        rv = ngx_resonate_media_folder(cf, cmd, &tlcf->media);
    }

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    return ngx_resonate_index_need(cf) == NGX_OK ? NGX_CONF_OK
                                                 : NGX_CONF_ERROR;
}


static char *
ngx_resonate_media_folder(ngx_conf_t *cf, ngx_command_t *cmd, ngx_str_t *path)
{
    if (path->len == 0) {
        return "has an empty path";
    }

    if (ngx_conf_full_name(cf->cycle, path, 0) != NGX_OK
        || ngx_resonate_media_check(cf, cmd, path) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    while (path->data[path->len - 1] == '/') {
        path->len--;
    }

    return NGX_CONF_OK;
}


/* a directory, and not the one that has all files of the machine below it */

static ngx_int_t
ngx_resonate_media_check(ngx_conf_t *cf, ngx_command_t *cmd, ngx_str_t *path)
{
    ngx_file_info_t  fi, root;

    if (ngx_file_info(path->data, &fi) == NGX_FILE_ERROR
        || ngx_file_info("/", &root) == NGX_FILE_ERROR)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           "directory \"%V\" of \"%V\" can not be used",
                           path, &cmd->name);
        return NGX_ERROR;
    }

    if (!ngx_is_dir(&fi)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" of \"%V\" is not a directory",
                           path, &cmd->name);
        return NGX_ERROR;
    }

    if (fi.st_dev == root.st_dev
        && ngx_file_uniq(&fi) == ngx_file_uniq(&root))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" of \"%V\" is the root directory",
                           path, &cmd->name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/*
 * "location:/s3/ images=directory".  Whether there is such a location shows
 * with the first request.
 */

static char *
ngx_resonate_media_location(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_resonate_tracks_loc_conf_t *tlcf)
{
    char       *rv;
    ngx_str_t  *path;

    static const ngx_resonate_param_t  params[] = {

        { ngx_string("images="),
          ngx_resonate_param_str,
          offsetof(ngx_resonate_tracks_loc_conf_t, images),
          0, 0, NULL },

        { ngx_null_string, NULL, 0, 0, 0, NULL }
    };

    tlcf->remote = 1;

    path = &tlcf->media;
    path->data += 9;
    path->len -= 9;

    if (path->len == 0 || path->data[0] != '/') {
        return "has a location that does not begin with \"/\"";
    }

    while (path->len && path->data[path->len - 1] == '/') {
        path->len--;
    }

    if (path->len == 0) {
        return "has the location of everything";
    }

    rv = ngx_resonate_params(cf, 2, params, tlcf);

    if (rv == NGX_CONF_OK && tlcf->images.len) {
        rv = ngx_resonate_media_folder(cf, cmd, &tlcf->images);
    }

    return rv;
}
