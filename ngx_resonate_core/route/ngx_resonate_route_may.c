
/*
 * Copyright (C) Resonate
 *
 * Who may call a route, as its line says.
 */


#include "ngx_resonate_route_internal.h"


static ngx_uint_t ngx_resonate_route_scope(ngx_str_t *scope);


char *
ngx_resonate_route_access(ngx_conf_t *cf, const ngx_resonate_param_t *param,
    ngx_str_t *value, void *conf)
{
    ngx_resonate_route_t *route = conf;

    if (ngx_strcmp(value->data, "user") == 0) {
        route->user = 1;
        route->caller = 1;
        return NGX_CONF_OK;
    }

    if (ngx_strcmp(value->data, "any") == 0) {
        return NGX_CONF_OK;
    }

    return (char *) param->expected;
}


char *
ngx_resonate_route_scopes(ngx_conf_t *cf, const ngx_resonate_param_t *param,
    ngx_str_t *value, void *conf)
{
    ngx_resonate_route_t *route = conf;

    u_char     *p, *last, *end;
    ngx_str_t  *scope;

    route->scopes = ngx_array_create(cf->pool, 2, sizeof(ngx_str_t));
    if (route->scopes == NULL) {
        return NGX_CONF_ERROR;
    }

    last = value->data + value->len;

    for (p = value->data; p <= last; p = end + 1) {
        end = ngx_strlchr(p, last, '|');
        end = end ? end : last;

        scope = ngx_array_push(route->scopes);
        if (scope == NULL) {
            return NGX_CONF_ERROR;
        }

        scope->data = p;
        scope->len = end - p;

        if (!ngx_resonate_route_scope(scope)) {
            return (char *) param->expected;
        }
    }

    route->user = 1;
    route->caller = 1;

    return NGX_CONF_OK;
}


/* it is quoted in a challenge: RFC 6749, section 3.3 allows no " and no \ */

static ngx_uint_t
ngx_resonate_route_scope(ngx_str_t *scope)
{
    u_char      c;
    ngx_uint_t  i;

    for (i = 0; i < scope->len; i++) {
        c = scope->data[i];

        if (c <= 0x20 || c >= 0x7f || c == '"' || c == '\\') {
            return 0;
        }
    }

    return scope->len != 0;
}


char *
ngx_resonate_route_role(ngx_conf_t *cf, const ngx_resonate_param_t *param,
    ngx_str_t *value, void *conf)
{
    ngx_resonate_route_t *route = conf;

    if (!ngx_resonate_role(value)) {
        return (char *) param->expected;
    }

    route->role = *value;
    route->user = 1;
    route->caller = 1;

    return NGX_CONF_OK;
}
