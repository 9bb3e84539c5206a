
/*
 * Copyright (C) Resonate
 *
 * The hosts of a connection string.  Workers ask no name server: names are
 * resolved here, once, while configuration is read.
 */


#include "ngx_resonate_pg_internal.h"


#define NGX_RESONATE_PG_PORT  "5432"


static ngx_array_t *ngx_resonate_pg_hosts_list(
    ngx_resonate_pg_conninfo_t *ci, const char *keyword);
static ngx_int_t ngx_resonate_pg_hosts_add(ngx_resonate_pg_conninfo_t *ci,
    ngx_resonate_pg_host_t *host);
static ngx_int_t ngx_resonate_pg_hosts_unix(ngx_resonate_pg_conninfo_t *ci,
    ngx_resonate_pg_host_t *host);
static ngx_int_t ngx_resonate_pg_hosts_resolve(
    ngx_resonate_pg_conninfo_t *ci, ngx_resonate_pg_host_t *host);
static ngx_int_t ngx_resonate_pg_hosts_push(ngx_resonate_pg_conninfo_t *ci,
    ngx_resonate_pg_host_t *host);


ngx_int_t
ngx_resonate_pg_hosts(ngx_resonate_pg_conninfo_t *ci)
{
    ngx_str_t               *host, *addr, *port;
    ngx_uint_t               i, n;
    ngx_array_t             *hosts, *addrs, *ports;
    ngx_resonate_pg_host_t   h;

    hosts = ngx_resonate_pg_hosts_list(ci, "host");
    addrs = ngx_resonate_pg_hosts_list(ci, "hostaddr");
    ports = ngx_resonate_pg_hosts_list(ci, "port");

    if (hosts == NULL || addrs == NULL || ports == NULL) {
        return NGX_ERROR;
    }

    host = hosts->elts;
    addr = addrs->elts;
    port = ports->elts;
    n = addrs->nelts ? addrs->nelts : hosts->nelts;

    if (n == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, ci->cf, 0,
                           "no host in the conninfo of database \"%V\"",
                           &ci->pg->name);
        return NGX_ERROR;
    }

    if ((hosts->nelts && hosts->nelts != n)
        || (ports->nelts > 1 && ports->nelts != n))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, ci->cf, 0,
                           "the numbers of hosts and ports in the conninfo "
                           "of database \"%V\" do not match", &ci->pg->name);
        return NGX_ERROR;
    }

    for (i = 0; i < n; i++) {
        ngx_str_null(&h.host);
        ngx_str_null(&h.addr);
        ngx_str_null(&h.port);

        if (hosts->nelts) {
            h.host = host[i];
        }

        if (addrs->nelts) {
            h.addr = addr[i];
        }

        if (ports->nelts) {
            h.port = port[ports->nelts == 1 ? 0 : i];
        }

        if (ngx_resonate_pg_hosts_add(ci, &h) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* the elements between commas; empty ones count, as in libpq */

static ngx_array_t *
ngx_resonate_pg_hosts_list(ngx_resonate_pg_conninfo_t *ci,
    const char *keyword)
{
    u_char       *p, *comma;
    ngx_str_t    *s;
    ngx_array_t  *list;

    list = ngx_array_create(ci->cf->temp_pool, 4, sizeof(ngx_str_t));
    if (list == NULL) {
        return NULL;
    }

    p = (u_char *) ngx_resonate_pg_conninfo_value(ci, keyword);

    while (p) {
        comma = (u_char *) ngx_strchr(p, ',');

        s = ngx_array_push(list);
        if (s == NULL) {
            return NULL;
        }

        s->len = comma ? (size_t) (comma - p) : ngx_strlen(p);
        s->data = p;

        p = comma ? comma + 1 : NULL;
    }

    return list;
}


static ngx_int_t
ngx_resonate_pg_hosts_add(ngx_resonate_pg_conninfo_t *ci,
    ngx_resonate_pg_host_t *host)
{
    ngx_int_t   port;
    ngx_addr_t  addr;

    if (host->port.len == 0) {
        ngx_str_set(&host->port, NGX_RESONATE_PG_PORT);
    }

    port = ngx_atoi(host->port.data, host->port.len);

    if (port < 1 || port > 65535) {
        ngx_conf_log_error(NGX_LOG_EMERG, ci->cf, 0,
                           "invalid port \"%V\" of database \"%V\"",
                           &host->port, &ci->pg->name);
        return NGX_ERROR;
    }

    if (host->addr.len) {

        if (ngx_parse_addr(ci->cf->pool, &addr, host->addr.data,
                           host->addr.len)
            != NGX_OK)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, ci->cf, 0,
                               "invalid hostaddr \"%V\" of database \"%V\"",
                               &host->addr, &ci->pg->name);
            return NGX_ERROR;
        }

        return ngx_resonate_pg_hosts_push(ci, host);
    }

    if (host->host.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, ci->cf, 0,
                           "empty host in the conninfo of database \"%V\"",
                           &ci->pg->name);
        return NGX_ERROR;
    }

    if (host->host.data[0] == '@'
        || ngx_strlchr(host->host.data, host->host.data + host->host.len, '/'))
    {
        return ngx_resonate_pg_hosts_unix(ci, host);
    }

    return ngx_resonate_pg_hosts_resolve(ci, host);
}


/* no name of a host has a slash: "run/pg" is a directory below our prefix */

static ngx_int_t
ngx_resonate_pg_hosts_unix(ngx_resonate_pg_conninfo_t *ci,
    ngx_resonate_pg_host_t *host)
{
    size_t              len;
    struct sockaddr_un  sun;

    if (host->host.data[0] != '@'
        && ngx_conf_full_name(ci->cf->cycle, &host->host, 0) != NGX_OK)
    {
        return NGX_ERROR;
    }

    len = host->host.len + sizeof("/.s.PGSQL.") - 1 + host->port.len;

    if (len >= sizeof(sun.sun_path)) {
        ngx_conf_log_error(NGX_LOG_EMERG, ci->cf, 0,
                           "too long unix socket directory \"%V\" "
                           "of database \"%V\"", &host->host, &ci->pg->name);
        return NGX_ERROR;
    }

    return ngx_resonate_pg_hosts_push(ci, host);
}


/* a name with many addresses becomes many hosts of that name */

static ngx_int_t
ngx_resonate_pg_hosts_resolve(ngx_resonate_pg_conninfo_t *ci,
    ngx_resonate_pg_host_t *host)
{
    u_char      text[NGX_SOCKADDR_STRLEN];
    ngx_url_t   u;
    ngx_addr_t  addr;
    ngx_uint_t  i;

    if (ngx_parse_addr(ci->cf->pool, &addr, host->host.data, host->host.len)
        == NGX_OK)
    {
        host->addr = host->host;
        return ngx_resonate_pg_hosts_push(ci, host);
    }

    ngx_memzero(&u, sizeof(ngx_url_t));
    u.host = host->host;

    if (ngx_inet_resolve_host(ci->cf->pool, &u) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, ci->cf, 0,
                           "%s in database \"%V\": \"%V\"",
                           u.err ? u.err : "host not found",
                           &ci->pg->name, &host->host);
        return NGX_ERROR;
    }

    for (i = 0; i < u.naddrs; i++) {

        host->addr.data = text;
        host->addr.len = ngx_sock_ntop(u.addrs[i].sockaddr,
                                       u.addrs[i].socklen, text,
                                       NGX_SOCKADDR_STRLEN, 0);

        host->addr.data = ngx_pstrdup(ci->cf->temp_pool, &host->addr);
        if (host->addr.data == NULL) {
            return NGX_ERROR;
        }

        if (ngx_resonate_pg_hosts_push(ci, host) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_pg_hosts_push(ngx_resonate_pg_conninfo_t *ci,
    ngx_resonate_pg_host_t *host)
{
    ngx_resonate_pg_host_t  *h;

    if (ci->hosts.nelts == NGX_RESONATE_PG_HOSTS_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, ci->cf, 0,
                           "more than %d addresses in database \"%V\"",
                           NGX_RESONATE_PG_HOSTS_MAX, &ci->pg->name);
        return NGX_ERROR;
    }

    h = ngx_array_push(&ci->hosts);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = *host;

    return NGX_OK;
}


const char *
ngx_resonate_pg_hosts_join(ngx_resonate_pg_conninfo_t *ci,
    ngx_uint_t first, size_t offset)
{
    size_t                   len;
    u_char                  *text, *p;
    ngx_str_t               *s;
    ngx_uint_t               i, n;
    ngx_resonate_pg_host_t  *h;

    h = ci->hosts.elts;
    n = ci->hosts.nelts;
    len = 0;

    for (i = 0; i < n; i++) {
        s = (ngx_str_t *) ((u_char *) &h[i] + offset);
        len += s->len + 1;
    }

    text = ngx_pnalloc(ci->cf->pool, len);
    if (text == NULL) {
        return NULL;
    }

    p = text;

    for (i = 0; i < n; i++) {
        s = (ngx_str_t *) ((u_char *) &h[(first + i) % n] + offset);
        p = ngx_cpymem(p, s->data, s->len);
        *p++ = ',';
    }

    p[-1] = '\0';

    return (const char *) text;
}
