
/*
 * Copyright (C) Resonate
 *
 * A connection string becomes what PQconnectStartParams() takes.  Whatever
 * would make libpq ask a name server or another file for hosts at run time,
 * and so block a worker, is resolved or refused here.
 */


#include "ngx_resonate_pg_internal.h"


#define NGX_RESONATE_PG_PORT  "5432"


typedef struct {
    ngx_str_t                       host;
    ngx_str_t                       addr;     /* empty: a unix socket */
    ngx_str_t                       port;
} ngx_resonate_pg_host_t;


typedef struct {
    ngx_conf_t                     *cf;
    ngx_resonate_pg_t              *pg;
    PQconninfoOption               *options;
    ngx_array_t                     hosts;    /* of ngx_resonate_pg_host_t */
} ngx_resonate_pg_conninfo_t;


typedef struct {
    const char                     *keyword;
    const char                     *value;
} ngx_resonate_pg_preset_t;


static PQconninfoOption *ngx_resonate_pg_conninfo_parse(ngx_conf_t *cf,
    ngx_resonate_pg_t *pg, ngx_str_t *conninfo);
static void ngx_resonate_pg_conninfo_mask(ngx_str_t *conninfo, char *err);
static ngx_int_t ngx_resonate_pg_conninfo_check(
    ngx_resonate_pg_conninfo_t *ci);
static ngx_array_t *ngx_resonate_pg_conninfo_list(
    ngx_resonate_pg_conninfo_t *ci, const char *keyword);
static const char *ngx_resonate_pg_conninfo_value(
    ngx_resonate_pg_conninfo_t *ci, const char *keyword);
static ngx_int_t ngx_resonate_pg_conninfo_hosts(
    ngx_resonate_pg_conninfo_t *ci);
static ngx_int_t ngx_resonate_pg_conninfo_host(ngx_resonate_pg_conninfo_t *ci,
    ngx_resonate_pg_host_t *host);
static ngx_int_t ngx_resonate_pg_conninfo_unix(ngx_resonate_pg_conninfo_t *ci,
    ngx_resonate_pg_host_t *host);
static ngx_int_t ngx_resonate_pg_conninfo_resolve(
    ngx_resonate_pg_conninfo_t *ci, ngx_resonate_pg_host_t *host);
static ngx_int_t ngx_resonate_pg_conninfo_push(ngx_resonate_pg_conninfo_t *ci,
    ngx_resonate_pg_host_t *host);
static ngx_int_t ngx_resonate_pg_conninfo_params(
    ngx_resonate_pg_conninfo_t *ci);
static ngx_int_t ngx_resonate_pg_conninfo_common(
    ngx_resonate_pg_conninfo_t *ci, const char **keywords,
    const char **values);
static const char *ngx_resonate_pg_conninfo_join(
    ngx_resonate_pg_conninfo_t *ci, ngx_uint_t first, size_t offset);
static const char *ngx_resonate_pg_conninfo_copy(ngx_conf_t *cf,
    const char *value);


/*
 * service names a file that is read at connect time; the others are ours,
 * or would be ignored by libpq's asynchronous interface.
 */

static const char  *ngx_resonate_pg_refused[] = {
    "service", "client_encoding", "replication", "connect_timeout", NULL
};


/*
 * Used unless the operator says otherwise.  libpq tries GSSAPI first by
 * default, and its key exchange blocks.
 */

static const ngx_resonate_pg_preset_t  ngx_resonate_pg_presets[] = {
    { "fallback_application_name", "resonate-edge" },
    { "client_encoding", "UTF8" },
    { "gssencmode", "disable" },
    { NULL, NULL }
};


ngx_int_t
ngx_resonate_pg_conninfo(ngx_conf_t *cf, ngx_resonate_pg_t *pg,
    ngx_str_t *conninfo)
{
    ngx_int_t                   rc;
    ngx_resonate_pg_conninfo_t  ci;

    ci.cf = cf;
    ci.pg = pg;

    if (ngx_array_init(&ci.hosts, cf->temp_pool, 4,
                       sizeof(ngx_resonate_pg_host_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ci.options = ngx_resonate_pg_conninfo_parse(cf, pg, conninfo);
    if (ci.options == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_resonate_pg_conninfo_check(&ci);

    if (rc == NGX_OK) {
        rc = ngx_resonate_pg_conninfo_hosts(&ci);
    }

    if (rc == NGX_OK) {
        rc = ngx_resonate_pg_conninfo_params(&ci);
    }

    PQconninfoFree(ci.options);

    return rc;
}


static PQconninfoOption *
ngx_resonate_pg_conninfo_parse(ngx_conf_t *cf, ngx_resonate_pg_t *pg,
    ngx_str_t *conninfo)
{
    char              *text, *err;
    PQconninfoOption  *options;

    text = ngx_pnalloc(cf->temp_pool, conninfo->len + 1);
    if (text == NULL) {
        return NULL;
    }

    ngx_cpystrn((u_char *) text, conninfo->data, conninfo->len + 1);

    err = NULL;
    options = PQconninfoParse(text, &err);

    if (options) {
        return options;
    }

    if (err) {
        ngx_resonate_pg_conninfo_mask(conninfo, err);
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid conninfo of database \"%V\": %s",
                       &pg->name, err ? err : "out of memory");

    if (err) {
        PQfreemem(err);
    }

    return NULL;
}


/*
 * libpq quotes what it did not understand, up to the whole URI; if there may
 * be a password in it, nobody shall read it in a log.
 */

static void
ngx_resonate_pg_conninfo_mask(ngx_str_t *conninfo, char *err)
{
    char        *p, *last;
    ngx_uint_t   inside, secret;

    last = err + ngx_strlen(err);

    while (last > err && last[-1] == '\n') {
        *--last = '\0';
    }

    secret = ngx_strlcasestrn(conninfo->data, conninfo->data + conninfo->len,
                              (u_char *) "pass", 3)
             || ngx_strlchr(conninfo->data, conninfo->data + conninfo->len,
                            '@');

    if (!secret) {
        return;
    }

    inside = 0;

    for (p = err; p < last; p++) {
        if (*p == '"') {
            inside = !inside;

        } else if (inside && *p != '=') {
            *p = '*';
        }
    }
}


static ngx_int_t
ngx_resonate_pg_conninfo_check(ngx_resonate_pg_conninfo_t *ci)
{
    const char  **keyword;

    for (keyword = ngx_resonate_pg_refused; *keyword; keyword++) {

        if (ngx_resonate_pg_conninfo_value(ci, *keyword)) {
            ngx_conf_log_error(NGX_LOG_EMERG, ci->cf, 0,
                               "\"%s\" is not allowed in the conninfo of "
                               "database \"%V\"", *keyword, &ci->pg->name);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static const char *
ngx_resonate_pg_conninfo_value(ngx_resonate_pg_conninfo_t *ci,
    const char *keyword)
{
    PQconninfoOption  *o;

    for (o = ci->options; o->keyword; o++) {
        if (ngx_strcmp(o->keyword, keyword) == 0) {
            return (o->val && o->val[0]) ? o->val : NULL;
        }
    }

    return NULL;
}


/* the elements between commas; empty ones count, as in libpq */

static ngx_array_t *
ngx_resonate_pg_conninfo_list(ngx_resonate_pg_conninfo_t *ci,
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
ngx_resonate_pg_conninfo_hosts(ngx_resonate_pg_conninfo_t *ci)
{
    ngx_str_t               *host, *addr, *port;
    ngx_uint_t               i, n;
    ngx_array_t             *hosts, *addrs, *ports;
    ngx_resonate_pg_host_t   h;

    hosts = ngx_resonate_pg_conninfo_list(ci, "host");
    addrs = ngx_resonate_pg_conninfo_list(ci, "hostaddr");
    ports = ngx_resonate_pg_conninfo_list(ci, "port");

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

        if (ngx_resonate_pg_conninfo_host(ci, &h) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_pg_conninfo_host(ngx_resonate_pg_conninfo_t *ci,
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

        return ngx_resonate_pg_conninfo_push(ci, host);
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
        return ngx_resonate_pg_conninfo_unix(ci, host);
    }

    return ngx_resonate_pg_conninfo_resolve(ci, host);
}


/* no name of a host has a slash: "run/pg" is a directory below our prefix */

static ngx_int_t
ngx_resonate_pg_conninfo_unix(ngx_resonate_pg_conninfo_t *ci,
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

    return ngx_resonate_pg_conninfo_push(ci, host);
}


/* a name with many addresses becomes many hosts of that name */

static ngx_int_t
ngx_resonate_pg_conninfo_resolve(ngx_resonate_pg_conninfo_t *ci,
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
        return ngx_resonate_pg_conninfo_push(ci, host);
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

        if (ngx_resonate_pg_conninfo_push(ci, host) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_pg_conninfo_push(ngx_resonate_pg_conninfo_t *ci,
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


static ngx_int_t
ngx_resonate_pg_conninfo_params(ngx_resonate_pg_conninfo_t *ci)
{
    size_t                      size;
    ngx_uint_t                  i, n;
    const char                **values;
    PQconninfoOption           *o;
    ngx_resonate_pg_params_t   *params;

    params = &ci->pg->params;

    /* the three lists of hosts, the operator's, ours and the terminator */

    n = 3 + sizeof(ngx_resonate_pg_presets)
            / sizeof(ngx_resonate_pg_presets[0]);

    for (o = ci->options; o->keyword; o++) {
        n++;
    }

    size = n * sizeof(char *);

    params->nhosts = ci->hosts.nelts;
    params->keywords = ngx_pcalloc(ci->cf->pool, size);
    params->values = ngx_palloc(ci->cf->pool,
                                params->nhosts * sizeof(char **));
    values = ngx_pcalloc(ci->cf->temp_pool, size);

    if (params->keywords == NULL || params->values == NULL || values == NULL
        || ngx_resonate_pg_conninfo_common(ci, params->keywords, values)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < params->nhosts; i++) {

        values[0] = ngx_resonate_pg_conninfo_join(ci, i,
                                      offsetof(ngx_resonate_pg_host_t, host));
        values[1] = ngx_resonate_pg_conninfo_join(ci, i,
                                      offsetof(ngx_resonate_pg_host_t, addr));
        values[2] = ngx_resonate_pg_conninfo_join(ci, i,
                                      offsetof(ngx_resonate_pg_host_t, port));

        params->values[i] = ngx_palloc(ci->cf->pool, size);

        if (values[0] == NULL || values[1] == NULL || values[2] == NULL
            || params->values[i] == NULL)
        {
            return NGX_ERROR;
        }

        ngx_memcpy(params->values[i], values, size);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_resonate_pg_conninfo_common(ngx_resonate_pg_conninfo_t *ci,
    const char **keywords, const char **values)
{
    ngx_uint_t                       k;
    PQconninfoOption                *o;
    const ngx_resonate_pg_preset_t  *preset;

    keywords[0] = "host";
    keywords[1] = "hostaddr";
    keywords[2] = "port";
    k = 3;

    for (o = ci->options; o->keyword; o++) {

        if (o->val == NULL
            || ngx_strcmp(o->keyword, "host") == 0
            || ngx_strcmp(o->keyword, "hostaddr") == 0
            || ngx_strcmp(o->keyword, "port") == 0)
        {
            continue;
        }

        keywords[k] = ngx_resonate_pg_conninfo_copy(ci->cf, o->keyword);
        values[k] = ngx_resonate_pg_conninfo_copy(ci->cf, o->val);

        if (keywords[k] == NULL || values[k] == NULL) {
            return NGX_ERROR;
        }

        k++;
    }

    for (preset = ngx_resonate_pg_presets; preset->keyword; preset++) {
        if (ngx_resonate_pg_conninfo_value(ci, preset->keyword) == NULL) {
            keywords[k] = preset->keyword;
            values[k++] = preset->value;
        }
    }

    return NGX_OK;
}


static const char *
ngx_resonate_pg_conninfo_join(ngx_resonate_pg_conninfo_t *ci,
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


static const char *
ngx_resonate_pg_conninfo_copy(ngx_conf_t *cf, const char *value)
{
    size_t   len;
    u_char  *copy;

    len = ngx_strlen(value) + 1;

    copy = ngx_pnalloc(cf->pool, len);
    if (copy == NULL) {
        return NULL;
    }

    ngx_memcpy(copy, value, len);

    return (const char *) copy;
}
