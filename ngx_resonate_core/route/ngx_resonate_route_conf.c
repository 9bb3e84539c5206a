
/*
 * Copyright (C) Resonate
 *
 * "resonate_route": checked word by word while configuration is read.
 */


#include "ngx_resonate_route_internal.h"


#define NGX_RESONATE_ROUTE_TTL_MAX  (365 * 24 * 60 * 60)


static void ngx_resonate_route_prefix(ngx_conf_t *cf,
    ngx_resonate_route_loc_conf_t *rlcf);
static char *ngx_resonate_route_counted(ngx_conf_t *cf,
    ngx_resonate_route_loc_conf_t *rlcf, ngx_resonate_route_t *route);
static char *ngx_resonate_route_head(ngx_conf_t *cf,
    ngx_resonate_route_loc_conf_t *rlcf, ngx_resonate_route_t *route);
static char *ngx_resonate_route_word(ngx_conf_t *cf,
    ngx_resonate_route_t *route, ngx_str_t *word);
static char *ngx_resonate_route_arg(ngx_conf_t *cf,
    ngx_resonate_route_t *route, ngx_str_t *word, resonate_view_t view,
    resonate_where_e where);
static char *ngx_resonate_route_defaults(ngx_conf_t *cf,
    ngx_resonate_route_t *route);
static char *ngx_resonate_route_kind(ngx_conf_t *cf,
    ngx_resonate_route_main_conf_t *mcf, ngx_resonate_route_t *route);
static void ngx_resonate_route_external(ngx_resonate_route_t *route);
static char *ngx_resonate_route_check(ngx_conf_t *cf,
    ngx_resonate_route_t *route);
static void *ngx_resonate_route_alloc(void *ctx, size_t size);


static const ngx_resonate_param_t  ngx_resonate_route_params[] = {

    { ngx_string("caller"),
      ngx_resonate_param_flag,
      offsetof(ngx_resonate_route_t, caller),
      1, 1, NULL },

    { ngx_string("safe"),
      ngx_resonate_param_flag,
      offsetof(ngx_resonate_route_t, safe),
      1, 1, NULL },

    { ngx_string("access="),
      ngx_resonate_route_access,
      0, 0, 0, "any or user" },

    { ngx_string("scope="),
      ngx_resonate_route_scopes,
      0, 0, 0, "a scope (RFC 6749, section 3.3), or several with \"|\" "
               "between" },

    { ngx_string("role="),
      ngx_resonate_route_role,
      0, 0, 0, "superadmin, admin, tenantadmin, label, artist or user" },

    { ngx_string("pg="),
      ngx_resonate_param_str,
      offsetof(ngx_resonate_route_t, database),
      0, 0, "the name of a resonate_pg" },

    { ngx_string("reply="),
      ngx_resonate_param_str,
      offsetof(ngx_resonate_route_t, kind),
      0, 0, "a kind of reply" },

    { ngx_string("cache="),
      ngx_resonate_param_sec,
      offsetof(ngx_resonate_route_t, cache),
      0, NGX_RESONATE_ROUTE_TTL_MAX, "between 0 and 1y" },

    { ngx_string("personal="),
      ngx_resonate_param_sec,
      offsetof(ngx_resonate_route_t, personal),
      0, NGX_RESONATE_ROUTE_TTL_MAX, "between 0 and 1y" },

    { ngx_string("stale="),
      ngx_resonate_param_sec,
      offsetof(ngx_resonate_route_t, stale),
      0, NGX_RESONATE_ROUTE_TTL_MAX, "between 0 and 1y" },

    { ngx_null_string, NULL, 0, 0, 0, NULL }
};


char *
ngx_resonate_route_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_route_loc_conf_t *rlcf = conf;

    char                            *rv;
    ngx_str_t                       *value;
    ngx_uint_t                       i;
    ngx_resonate_route_t            *route, **slot;
    ngx_http_core_loc_conf_t        *clcf;
    ngx_resonate_route_main_conf_t  *mcf;

    value = cf->args->elts;

    /* nginx counts up to "2 or more" */

    if (cf->args->nelts < 4) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid number of arguments in \"%V\" directive",
                           &cmd->name);
        return NGX_CONF_ERROR;
    }

    route = ngx_pcalloc(cf->pool, sizeof(ngx_resonate_route_t));
    if (route == NULL) {
        return NGX_CONF_ERROR;
    }

    route->args = ngx_pcalloc(cf->pool, RESONATE_ARGS_MAX
                                        * sizeof(resonate_arg_t));
    if (route->args == NULL) {
        return NGX_CONF_ERROR;
    }

    route->file = cf->conf_file->file.name;
    route->line = cf->conf_file->line;
    route->stale = NGX_CONF_UNSET;

    rv = ngx_resonate_route_head(cf, rlcf, route);

    for (i = 4; i < cf->args->nelts && rv == NGX_CONF_OK; i++) {
        rv = ngx_resonate_route_word(cf, route, &value[i]);
    }

    if (rv == NGX_CONF_OK) {
        rv = ngx_resonate_route_defaults(cf, route);
    }

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_route_module);

    if (rv == NGX_CONF_OK) {
        rv = ngx_resonate_route_kind(cf, mcf, route);
    }

    if (rv == NGX_CONF_OK) {
        ngx_resonate_route_external(route);
        rv = ngx_resonate_route_check(cf, route);
    }

    if (rv == NGX_CONF_OK) {
        ngx_resonate_route_prefix(cf, rlcf);
        rv = ngx_resonate_route_counted(cf, rlcf, route);
    }

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    slot = ngx_array_push(&mcf->routes);
    if (slot == NULL) {
        return NGX_CONF_ERROR;
    }

    *slot = route;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_resonate_route_handler;

    return NGX_CONF_OK;
}


/* "location /api/v3/": patterns begin at its last slash */

static void
ngx_resonate_route_prefix(ngx_conf_t *cf, ngx_resonate_route_loc_conf_t *rlcf)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    rlcf->prefix = clcf->name.len;

    if (clcf->named || clcf->noname) {
        rlcf->prefix = 0;
    }

#if (NGX_PCRE)
    if (clcf->regex) {
        rlcf->prefix = 0;
    }
#endif

    if (rlcf->prefix && clcf->name.data[rlcf->prefix - 1] == '/') {
        rlcf->prefix--;
    }
}


/* routes of one name, in several servers, are counted together */

static char *
ngx_resonate_route_counted(ngx_conf_t *cf, ngx_resonate_route_loc_conf_t *rlcf,
    ngx_resonate_route_t *route)
{
    u_char                    *last;
    ngx_str_t                 *value, name;
    resonate_view_t            prefix, pattern;
    ngx_http_core_loc_conf_t  *clcf;

    value = cf->args->elts;
    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    prefix.data = (char *) clcf->name.data;
    prefix.len = rlcf->prefix;
    pattern.data = (char *) value[2].data;
    pattern.len = value[2].len;

    name.data = ngx_pnalloc(cf->temp_pool, RESONATE_METHOD_MAX + 1 + prefix.len
                                           + pattern.len);
    if (name.data == NULL) {
        return NGX_CONF_ERROR;
    }

    last = (u_char *) resonate_route_name((char *) name.data, route->method,
                                          prefix, pattern);
    name.len = last - name.data;

    route->traffic = ngx_resonate_traffic_add(cf, &name);

    return route->traffic ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_resonate_route_head(ngx_conf_t *cf, ngx_resonate_route_loc_conf_t *rlcf,
    ngx_resonate_route_t *route)
{
    size_t            nargs;
    ngx_str_t        *value;
    const char       *error;
    resonate_node_t  *node;
    resonate_view_t   view;

    value = cf->args->elts;

    view.data = (char *) value[1].data;
    view.len = value[1].len;

    if (resonate_method_parse(view, &route->method) != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid method \"%V\", it must be GET, POST, PUT, "
                           "PATCH or DELETE", &value[1]);
        return NGX_CONF_ERROR;
    }

    view.data = (char *) value[3].data;
    view.len = value[3].len;

    if (!resonate_function_valid(view)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid function \"%V\", it must be "
                           "schema.function in lower case", &value[3]);
        return NGX_CONF_ERROR;
    }

    route->function = value[3];

    if (rlcf->root == NULL) {
        rlcf->root = ngx_pcalloc(cf->pool, sizeof(resonate_node_t));
        if (rlcf->root == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    view.data = (char *) value[2].data;
    view.len = value[2].len;

    node = resonate_trie_add(rlcf->root, view, ngx_resonate_route_alloc,
                             cf->pool, route->args, &nargs, &error);
    if (node == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "path \"%V\" %s",
                           &value[2], error);
        return NGX_CONF_ERROR;
    }

    if (node->routes[route->method]) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "duplicate route \"%V %V\"", &value[1], &value[2]);
        return NGX_CONF_ERROR;
    }

    node->routes[route->method] = route;
    route->nargs = nargs;

    return NGX_CONF_OK;
}


static char *
ngx_resonate_route_word(ngx_conf_t *cf, ngx_resonate_route_t *route,
    ngx_str_t *word)
{
    resonate_view_t   view;
    resonate_where_e  where;

    view.data = (char *) word->data;
    view.len = word->len;

    if (resonate_arg_where(&view, &where) == 0) {
        return ngx_resonate_route_arg(cf, route, word, view, where);
    }

    return ngx_resonate_param(cf, word, ngx_resonate_route_params,
                              &route->given, route);
}


static char *
ngx_resonate_route_arg(ngx_conf_t *cf, ngx_resonate_route_t *route,
    ngx_str_t *word, resonate_view_t view, resonate_where_e where)
{
    const char      *error;
    resonate_arg_t  *arg;

    if (route->nargs == RESONATE_ARGS_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "argument \"%V\" is one too many", word);
        return NGX_CONF_ERROR;
    }

    arg = &route->args[route->nargs];

    error = resonate_arg_parse(view, where, arg);

    if (error == NULL) {
        error = resonate_arg_conflict(route->args, route->nargs, arg);
    }

    if (error) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "argument \"%V\" %s", word,
                           error);
        return NGX_CONF_ERROR;
    }

    route->nargs++;

    if (where == RESONATE_BODY) {
        route->body = 1;
    }

    return NGX_CONF_OK;
}


/* a default must pass the checks that it replaces */

static char *
ngx_resonate_route_defaults(ngx_conf_t *cf, ngx_resonate_route_t *route)
{
    char               *buf;
    size_t              size;
    ngx_uint_t          i;
    ngx_str_t           text;
    resonate_arg_t     *arg;
    resonate_values_t   values;

    for (i = 0; i < route->nargs; i++) {
        arg = &route->args[i];

        if (!arg->has_default) {
            continue;
        }

        size = resonate_values_size(arg->fallback.len, 1);

        buf = ngx_pnalloc(cf->temp_pool, size);
        if (buf == NULL) {
            return NGX_CONF_ERROR;
        }

        resonate_values_init(&values, buf, size);
        resonate_args_text(&values, route->args, i, arg->fallback);

        if (values.nfaults) {
            text.data = (u_char *) arg->name.data;
            text.len = arg->name.len;

            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "default of argument \"%V\" %s", &text,
                               values.faults[0].message);
            return NGX_CONF_ERROR;
        }

        route->defaults += arg->fallback.len + 1;
    }

    return NGX_CONF_OK;
}


/* rooms have added their kinds before anything is read */

static char *
ngx_resonate_route_kind(ngx_conf_t *cf, ngx_resonate_route_main_conf_t *mcf,
    ngx_resonate_route_t *route)
{
    if (ngx_resonate_kind_find(mcf, route) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "unknown reply \"%V\"",
                           &route->kind);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* what the function does not get goes behind what it gets */

static void
ngx_resonate_route_external(ngx_resonate_route_t *route)
{
    ngx_uint_t      i, n;
    resonate_arg_t  external[RESONATE_ARGS_MAX];

    n = 0;

    for (i = 0; i < route->nargs; i++) {
        if (route->args[i].type == RESONATE_EXTERNAL
            || ngx_resonate_kind_owns(route, route->args[i].name))
        {
            external[route->nexternal++] = route->args[i];

        } else {
            route->args[n++] = route->args[i];
        }
    }

    route->nargs = n;
    ngx_memcpy(&route->args[n], external,
               route->nexternal * sizeof(resonate_arg_t));
}


static char *
ngx_resonate_route_check(ngx_conf_t *cf, ngx_resonate_route_t *route)
{
    ngx_uint_t  i;

    if (route->body && route->method == RESONATE_GET) {
        return "has a body argument with method GET";
    }

    if (route->method != RESONATE_GET && (route->cache || route->personal)) {
        return "caches another method than GET";
    }

    if (route->personal && !route->caller) {
        return "has \"personal\" without \"caller\" or \"access=user\"";
    }

    if (route->user && route->cache) {
        return "has \"cache\" with \"access=user\", use \"personal\"";
    }

    if (route->stale != NGX_CONF_UNSET && !route->cache && !route->personal) {
        return "has \"stale\" without \"cache\" or \"personal\"";
    }

    for (i = 0; i < route->nargs; i++) {
        if (route->caller && ngx_strcmp(route->args[i].sql, "caller") == 0) {
            return "has an argument \"caller\" beside the caller";
        }
    }

    route->writes = (route->method != RESONATE_GET && !route->safe);

    if (route->database.len == 0) {
        if (route->writes) {
            ngx_str_set(&route->database, "write");

        } else {
            ngx_str_set(&route->database, "read");
        }
    }

    return NGX_CONF_OK;
}


static void *
ngx_resonate_route_alloc(void *ctx, size_t size)
{
    return ngx_pcalloc(ctx, size);
}


char *
ngx_resonate_unknown_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_resonate_route_loc_conf_t *rlcf = conf;

    ngx_str_t  *value;

    if (rlcf->unknown.data) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].data[0] != '@') {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid location \"%V\", \"%V\" needs a named "
                           "one, \"@name\"", &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    rlcf->unknown = value[1];

    return NGX_CONF_OK;
}
