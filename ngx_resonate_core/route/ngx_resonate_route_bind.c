
/*
 * Copyright (C) Resonate
 *
 * Routes meet databases, kinds of replies and the cache, when all of the
 * configuration was read.
 */


#include "ngx_resonate_route_internal.h"


#define NGX_RESONATE_ROUTE_DECIDED  600    /* seconds, see route_ages() */
#define NGX_RESONATE_ROUTE_UNHEARD  60     /* likewise; longer is a warning */


static void ngx_resonate_route_unheard(ngx_conf_t *cf,
    ngx_resonate_route_main_conf_t *mcf);
static ngx_int_t ngx_resonate_route_bind(ngx_conf_t *cf,
    ngx_resonate_route_main_conf_t *mcf, ngx_resonate_route_t *route);
static void ngx_resonate_route_ages(ngx_resonate_cache_t *cache,
    ngx_resonate_route_t *route);
static ngx_int_t ngx_resonate_route_statement(ngx_conf_t *cf,
    ngx_resonate_route_t *route);
static ngx_resonate_pg_t *ngx_resonate_route_database(ngx_conf_t *cf,
    ngx_resonate_route_t *route);
static ngx_int_t ngx_resonate_route_cache_key(ngx_conf_t *cf,
    ngx_resonate_route_t *route);


ngx_int_t
ngx_resonate_route_postconfiguration(ngx_conf_t *cf)
{
    ngx_uint_t                        i;
    ngx_resonate_route_t            **route;
    ngx_resonate_route_main_conf_t   *mcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_resonate_route_module);
    mcf->shared = ngx_resonate_shared(cf);
    mcf->cache = ngx_resonate_cache(cf);

    route = mcf->routes.elts;

    for (i = 0; i < mcf->routes.nelts; i++) {
        if (ngx_resonate_route_bind(cf, mcf, route[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    if (mcf->cache && mcf->cache->listener == NULL) {
        ngx_resonate_route_unheard(cf, mcf);
    }

    return NGX_OK;
}


/* meant or not: the routes that are shipped count on being told */

static void
ngx_resonate_route_unheard(ngx_conf_t *cf, ngx_resonate_route_main_conf_t *mcf)
{
    ngx_uint_t              i;
    ngx_resonate_route_t  **route;

    route = mcf->routes.elts;

    for (i = 0; i < mcf->routes.nelts; i++) {
        if (route[i]->cache > NGX_RESONATE_ROUTE_UNHEARD) {
            ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                          "\"resonate_cache\" has no \"listen=\": what changes "
                          "may not be seen for %T seconds, as in %V:%ui",
                          route[i]->cache, &route[i]->file, route[i]->line);
            return;
        }
    }
}


static ngx_int_t
ngx_resonate_route_bind(ngx_conf_t *cf, ngx_resonate_route_main_conf_t *mcf,
    ngx_resonate_route_t *route)
{
    if ((route->cache || route->personal) && mcf->cache == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "no \"resonate_cache\" for the route in %V:%ui",
                      &route->file, route->line);
        return NGX_ERROR;
    }

    if (mcf->cache) {
        ngx_resonate_route_ages(mcf->cache, route);
    }

    return ngx_resonate_route_statement(cf, route);
}


/*
 * Without a database, what everybody gets may be older than what was decided
 * for a caller, or what is not JSON and so a decision.
 */

static void
ngx_resonate_route_ages(ngx_resonate_cache_t *cache,
    ngx_resonate_route_t *route)
{
    time_t  decided;

    decided = ngx_min(cache->stale, NGX_RESONATE_ROUTE_DECIDED);

    route->public_ages.fresh = route->cache;
    route->personal_ages.fresh = route->personal;

    if (route->stale != NGX_CONF_UNSET) {
        route->public_ages.stale = route->stale;
        route->personal_ages.stale = route->stale;
        return;
    }

    route->public_ages.stale = route->of ? decided : cache->stale;
    route->personal_ages.stale = decided;
}


static ngx_int_t
ngx_resonate_route_statement(ngx_conf_t *cf, ngx_resonate_route_t *route)
{
    size_t              size;
    ngx_str_t           sql;
    ngx_uint_t          nparams;
    resonate_view_t     function;
    ngx_resonate_pg_t  *pg;

    pg = ngx_resonate_route_database(cf, route);

    if (pg == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "no \"resonate_pg %V\" for the route in %V:%ui",
                      &route->database, &route->file, route->line);
        return NGX_ERROR;
    }

    size = 256 + route->function.len
           + route->nargs * (2 * RESONATE_NAME_MAX + 16);

    sql.data = ngx_pnalloc(cf->pool, size);
    if (sql.data == NULL) {
        return NGX_ERROR;
    }

    if (ngx_resonate_route_cache_key(cf, route) != NGX_OK) {
        return NGX_ERROR;
    }

    function.data = (char *) route->function.data;
    function.len = route->function.len;

    sql.len = resonate_route_sql((char *) sql.data, size, function,
                                 route->args, route->nargs, route->caller,
                                 (char *) route->role.data);

    nparams = route->nargs + (route->caller ? RESONATE_CALLER : 0);

    route->stmt = ngx_resonate_pg_stmt_add(cf, pg, &sql, nparams);

    return (sql.len && route->stmt) ? NGX_OK : NGX_ERROR;
}


/*
 * "pg=lists|read": a site whose configuration is older than the routes it
 * includes goes on with the database it has.
 */

static ngx_resonate_pg_t *
ngx_resonate_route_database(ngx_conf_t *cf, ngx_resonate_route_t *route)
{
    u_char             *p, *last;
    ngx_str_t          *name;
    ngx_resonate_pg_t  *pg;

    name = &route->database;
    last = name->data + name->len;

    for ( ;; ) {
        p = ngx_strlchr(name->data, last, '|');
        name->len = (p ? p : last) - name->data;

        pg = ngx_resonate_pg_get(cf, name);

        if (pg || p == NULL) {
            return pg;
        }

        name->data = p + 1;
    }
}


/*
 * What two routes must have in common to share cached replies: database,
 * function, and the names of its parameters in their order.
 */

static ngx_int_t
ngx_resonate_route_cache_key(ngx_conf_t *cf, ngx_resonate_route_t *route)
{
    size_t       len;
    u_char      *p;
    ngx_uint_t   i;

    /* the first byte is the cache's */

    len = sizeof(" :(caller)") + route->database.len + route->function.len
          + route->role.len;

    for (i = 0; i < route->nargs; i++) {
        len += ngx_strlen(route->args[i].sql) + 1;
    }

    p = ngx_pnalloc(cf->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    route->key.data = p;

    p = ngx_sprintf(p, " %V:%V(", &route->database, &route->function);

    for (i = 0; i < route->nargs; i++) {
        p = ngx_sprintf(p, "%s,", route->args[i].sql);
    }

    p = ngx_sprintf(p, "%s%V)", route->caller ? "caller" : "", &route->role);

    route->key.len = p - route->key.data;

    return NGX_OK;
}
