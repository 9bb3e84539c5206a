
/*
 * Copyright (C) Resonate
 *
 * "resonate_auth_require": what a location asks of a good token.  It is a part
 * of the check of the token, not a handler of its own: with "satisfy any"
 * nginx would not run the second one.
 */


#include "ngx_resonate_auth_internal.h"
#include "jwt/resonate_path.h"
#include "jwt/resonate_require.h"


typedef struct {
    ngx_array_t    *lines;     /* of resonate_require_t; NULL: none */
    ngx_str_t       scope;     /* of all lines, for a challenge */
} ngx_resonate_auth_require_loc_conf_t;


static ngx_int_t ngx_resonate_auth_require_refuse(ngx_http_request_t *r,
    resonate_require_t *line, resonate_require_rc_e why);
static u_char *ngx_resonate_auth_require_words(u_char *p,
    resonate_require_words_t *words);

static char *ngx_resonate_auth_require_directive(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_resonate_auth_require_any(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
static char *ngx_resonate_auth_require_list(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
static ngx_int_t ngx_resonate_auth_require_split(ngx_conf_t *cf,
    ngx_str_t *value, resonate_require_words_t *words);
static char *ngx_resonate_auth_require_role(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
static char *ngx_resonate_auth_require_claim(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
static void *ngx_resonate_auth_require_create_loc_conf(ngx_conf_t *cf);
static char *ngx_resonate_auth_require_merge_loc_conf(ngx_conf_t *cf,
    void *parent, void *child);
static ngx_int_t ngx_resonate_auth_require_scope(ngx_conf_t *cf,
    ngx_resonate_auth_require_loc_conf_t *conf);


extern ngx_module_t  ngx_resonate_auth_require_module;


static const ngx_resonate_param_t  ngx_resonate_auth_require_params[] = {

    { ngx_string("any"), ngx_resonate_auth_require_any, 0, 0, 0, NULL },

    { ngx_string("scope="), ngx_resonate_auth_require_list,
      offsetof(resonate_require_t, scopes), 0, 0,
      "a scope (RFC 6749, section 3.3), or several with \"|\" between" },

    { ngx_string("role="), ngx_resonate_auth_require_role, 0, 0, 0,
      "superadmin, admin, tenantadmin, label, artist or user" },

    { ngx_string("claim="), ngx_resonate_auth_require_claim, 0, 0, 0,
      "a path of claims, or path=value, or path=value|value" },

    { ngx_string("acr="), ngx_resonate_auth_require_list,
      offsetof(resonate_require_t, acrs), 0, 0,
      "a word, or several with \"|\" between" },

    { ngx_string("max_age="), ngx_resonate_param_sec,
      offsetof(resonate_require_t, max_age), 0, 365 * 24 * 60 * 60,
      "a time of at most 1y" },

    { ngx_null_string, NULL, 0, 0, 0, NULL }
};


static ngx_command_t  ngx_resonate_auth_require_commands[] = {

    { ngx_string("resonate_auth_require"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_HTTP_LMT_CONF
                        |NGX_CONF_1MORE,
      ngx_resonate_auth_require_directive,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_resonate_auth_require_module_ctx = {
    NULL,                                  /* preconfiguration */
    NULL,                                  /* postconfiguration */

    NULL,                                  /* create main configuration */
    NULL,                                  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_resonate_auth_require_create_loc_conf,
                                           /* create location configuration */
    ngx_resonate_auth_require_merge_loc_conf
                                           /* merge location configuration */
};


ngx_module_t  ngx_resonate_auth_require_module = {
    NGX_MODULE_V1,
    &ngx_resonate_auth_require_module_ctx, /* module context */
    ngx_resonate_auth_require_commands,    /* module directives */
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


ngx_int_t
ngx_resonate_auth_required(ngx_http_request_t *r,
    ngx_resonate_auth_entry_t *entry)
{
    ngx_uint_t                             i;
    resonate_require_t                    *line;
    resonate_require_rc_e                  why;
    resonate_require_token_t               token;
    ngx_resonate_auth_require_loc_conf_t  *rlcf;

    rlcf = ngx_http_get_module_loc_conf(r, ngx_resonate_auth_require_module);

    if (rlcf->lines == NULL) {
        return NGX_OK;
    }

    token.scope.data = (char *) entry->id.scope.data;
    token.scope.len = entry->id.scope.len;
    token.roles.data = (char *) entry->id.roles.data;
    token.roles.len = entry->id.roles.len;
    token.acr.data = (char *) entry->texts[NGX_RESONATE_AUTH_ACR].data;
    token.acr.len = entry->texts[NGX_RESONATE_AUTH_ACR].len;
    token.auth_time = entry->authenticated;
    token.claims.data = (char *) entry->claims.data;
    token.claims.len = entry->claims.len;

    line = rlcf->lines->elts;

    for (i = 0; i < rlcf->lines->nelts; i++) {
        why = resonate_require(&line[i], &token, ngx_time());

        if (why != RESONATE_REQUIRE_OK) {
            return ngx_resonate_auth_require_refuse(r, &line[i], why);
        }
    }

    return NGX_OK;
}


/* RFC 6750, section 3.1; RFC 9470, section 3 */

static ngx_int_t
ngx_resonate_auth_require_refuse(ngx_http_request_t *r,
    resonate_require_t *line, resonate_require_rc_e why)
{
    size_t                                 i, len;
    u_char                                *p;
    ngx_int_t                              status;
    ngx_str_t                              error;
    ngx_resonate_auth_require_loc_conf_t  *rlcf;

    rlcf = ngx_http_get_module_loc_conf(r, ngx_resonate_auth_require_module);

    len = 256 + rlcf->scope.len;

    for (i = 0; i < line->acrs.n; i++) {
        len += line->acrs.words[i].len + 1;
    }

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    error.data = p;

    if (why == RESONATE_REQUIRE_ACR || why == RESONATE_REQUIRE_AGE) {
        status = NGX_HTTP_UNAUTHORIZED;
        p = ngx_sprintf(p, ", error=\"insufficient_user_authentication\""
                        ", error_description=\"%s\"",
                        resonate_require_strerror(why));

        if (line->acrs.n) {
            p = ngx_sprintf(p, ", acr_values=\"");
            p = ngx_resonate_auth_require_words(p, &line->acrs);
            *p++ = '"';
        }

        if (line->max_age >= 0) {
            p = ngx_sprintf(p, ", max_age=\"%T\"", line->max_age);
        }

    } else {
        status = NGX_HTTP_FORBIDDEN;
        p = ngx_sprintf(p, ", error=\"insufficient_scope\"");

        if (why == RESONATE_REQUIRE_SCOPE) {
            p = ngx_sprintf(p, ", scope=\"%V\"", &rlcf->scope);
        }
    }

    error.len = p - error.data;

    if (ngx_resonate_auth_challenge_error(r, &error) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_resonate_auth_refuse(r, status,
                                    resonate_require_strerror(why));
}


static u_char *
ngx_resonate_auth_require_words(u_char *p, resonate_require_words_t *words)
{
    size_t  i;

    for (i = 0; i < words->n; i++) {

        if (i) {
            *p++ = ' ';
        }

        p = ngx_cpymem(p, words->words[i].data, words->words[i].len);
    }

    return p;
}


static char *
ngx_resonate_auth_require_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_resonate_auth_require_loc_conf_t *rlcf = conf;

    ngx_str_t           *value;
    resonate_require_t  *line;

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {

        if (rlcf->lines != NGX_CONF_UNSET_PTR) {
            return "is duplicate";
        }

        rlcf->lines = NULL;
        return NGX_CONF_OK;
    }

    if (rlcf->lines == NULL) {
        return "is beside \"off\"";
    }

    if (rlcf->lines == NGX_CONF_UNSET_PTR) {
        rlcf->lines = ngx_array_create(cf->pool, 2,
                                       sizeof(resonate_require_t));
        if (rlcf->lines == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    line = ngx_array_push(rlcf->lines);
    if (line == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(line, sizeof(resonate_require_t));
    line->max_age = -1;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "any") == 0) {
        return "has nothing behind \"any\"";
    }

    return ngx_resonate_params(cf, 1, ngx_resonate_auth_require_params, line);
}


static char *
ngx_resonate_auth_require_any(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf)
{
    resonate_require_t *line = conf;

    line->any = 1;

    return NGX_CONF_OK;
}


/* they are quoted in challenges, which allow no " and no \ there */

static char *
ngx_resonate_auth_require_list(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf)
{
    u_char      c;
    ngx_uint_t  i;

    for (i = 0; i < value->len; i++) {
        c = value->data[i];

        if (c <= 0x20 || c >= 0x7f || c == '"' || c == '\\') {
            return (char *) param->expected;
        }
    }

    if (ngx_resonate_auth_require_split(cf, value, (resonate_require_words_t *)
                                        ((u_char *) conf + param->offset))
        != NGX_OK)
    {
        return (char *) param->expected;
    }

    return NGX_CONF_OK;
}


/* NGX_ERROR: a word is empty */

static ngx_int_t
ngx_resonate_auth_require_split(ngx_conf_t *cf, ngx_str_t *value,
    resonate_require_words_t *words)
{
    u_char               *p, *end, *last;
    ngx_array_t           views;
    resonate_jwt_view_t  *view;

    if (ngx_array_init(&views, cf->pool, 4, sizeof(resonate_jwt_view_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    last = value->data + value->len;

    for (p = value->data; p <= last; p = end + 1) {
        end = ngx_strlchr(p, last, '|');
        end = end ? end : last;

        view = ngx_array_push(&views);

        if (view == NULL || end == p) {
            return NGX_ERROR;
        }

        view->data = (char *) p;
        view->len = end - p;
    }

    words->words = views.elts;
    words->n = views.nelts;

    return NGX_OK;
}


static char *
ngx_resonate_auth_require_role(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf)
{
    resonate_require_t *line = conf;

    line->role = resonate_claims_role((char *) value->data, value->len);

    return line->role ? NGX_CONF_OK : (char *) param->expected;
}


static char *
ngx_resonate_auth_require_claim(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf)
{
    resonate_require_t *line = conf;

    u_char     *p;
    ngx_str_t   values;

    p = ngx_strlchr(value->data, value->data + value->len, '=');

    line->claim.data = (char *) value->data;
    line->claim.len = p ? (size_t) (p - value->data) : value->len;

    if (!resonate_path_valid(&line->claim)) {
        return (char *) param->expected;
    }

    if (p == NULL) {
        return NGX_CONF_OK;
    }

    values.data = p + 1;
    values.len = value->data + value->len - values.data;

    if (ngx_resonate_auth_require_split(cf, &values, &line->values) != NGX_OK)
    {
        return (char *) param->expected;
    }

    return NGX_CONF_OK;
}


static void *
ngx_resonate_auth_require_create_loc_conf(ngx_conf_t *cf)
{
    ngx_resonate_auth_require_loc_conf_t  *conf;

    conf = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_auth_require_loc_conf_t));
    if (conf == NULL) {
        return NULL;
    }

    conf->lines = NGX_CONF_UNSET_PTR;

    return conf;
}


/*
 * The auth module's conf was merged before: what asks something of a token
 * asks for a token.
 */

static char *
ngx_resonate_auth_require_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child)
{
    ngx_resonate_auth_require_loc_conf_t *prev = parent;
    ngx_resonate_auth_require_loc_conf_t *conf = child;

    ngx_resonate_auth_loc_conf_t   *alcf;
    ngx_resonate_auth_main_conf_t  *amcf;

    ngx_conf_merge_ptr_value(conf->lines, prev->lines, NULL);

    if (conf->lines == NULL) {
        return NGX_CONF_OK;
    }

    alcf = ngx_http_conf_get_module_loc_conf(cf, ngx_resonate_auth_module);
    alcf->mode = NGX_RESONATE_AUTH_REQUIRED;

    amcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_auth_module);
    amcf->required = 1;

    return ngx_resonate_auth_require_scope(cf, conf) == NGX_OK
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/* the first of alternatives is what new clients are to ask for */

static ngx_int_t
ngx_resonate_auth_require_scope(ngx_conf_t *cf,
    ngx_resonate_auth_require_loc_conf_t *conf)
{
    size_t               len;
    u_char              *p;
    ngx_uint_t           i;
    resonate_require_t  *line;

    line = conf->lines->elts;
    len = 0;

    for (i = 0; i < conf->lines->nelts; i++) {
        len += line[i].scopes.n ? line[i].scopes.words[0].len + 1 : 0;
    }

    p = ngx_pnalloc(cf->pool, len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    conf->scope.data = p;

    for (i = 0; i < conf->lines->nelts; i++) {

        if (line[i].scopes.n == 0) {
            continue;
        }

        if (p > conf->scope.data) {
            *p++ = ' ';
        }

        p = ngx_cpymem(p, line[i].scopes.words[0].data,
                       line[i].scopes.words[0].len);
    }

    conf->scope.len = p - conf->scope.data;

    return NGX_OK;
}
