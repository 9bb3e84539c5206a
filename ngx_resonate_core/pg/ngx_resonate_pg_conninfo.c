
/*
 * Copyright (C) Resonate
 *
 * A connection string becomes what PQconnectStartParams() takes.  Whatever
 * would make libpq block a worker at run time is refused or switched off.
 */


#include "ngx_resonate_pg_internal.h"


typedef struct {
    const char                     *keyword;
    const char                     *value;
} ngx_resonate_pg_preset_t;


/* what libpq would find out when it connects; NULL: a number */

typedef struct {
    const char                     *keyword;
    const char *const              *values;
    ngx_uint_t                      nocase;
} ngx_resonate_pg_choice_t;


static PQconninfoOption *ngx_resonate_pg_conninfo_parse(ngx_conf_t *cf,
    ngx_resonate_pg_t *pg, ngx_str_t *conninfo);
static void ngx_resonate_pg_conninfo_mask(ngx_str_t *conninfo, char *err);
static ngx_int_t ngx_resonate_pg_conninfo_check(
    ngx_resonate_pg_conninfo_t *ci);
static ngx_uint_t ngx_resonate_pg_conninfo_fits(
    const ngx_resonate_pg_choice_t *choice, const char *value);
static ngx_int_t ngx_resonate_pg_conninfo_params(
    ngx_resonate_pg_conninfo_t *ci);
static ngx_int_t ngx_resonate_pg_conninfo_common(
    ngx_resonate_pg_conninfo_t *ci, const char **keywords,
    const char **values);
static const char *ngx_resonate_pg_conninfo_options(
    ngx_resonate_pg_conninfo_t *ci);
static const char *ngx_resonate_pg_conninfo_copy(ngx_conf_t *cf,
    const char *value);


/*
 * service names a file that is read at connect time; the others are ours,
 * or would be ignored by libpq's asynchronous interface.
 */

static const char *const  ngx_resonate_pg_refused[] = {
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


static const char *const  ngx_resonate_pg_sslmodes[] = {
    "disable", "allow", "prefer", "require", "verify-ca", "verify-full", NULL
};

static const char *const  ngx_resonate_pg_sessions[] = {
    "any", "read-write", "read-only", "primary", "standby", "prefer-standby",
    NULL
};

static const char *const  ngx_resonate_pg_protocols[] = {
    "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3", NULL
};

static const char *const  ngx_resonate_pg_wants[] = {
    "disable", "prefer", "require", NULL
};

static const char *const  ngx_resonate_pg_flags[] = { "0", "1", NULL };


static const ngx_resonate_pg_choice_t  ngx_resonate_pg_choices[] = {
    { "sslmode", ngx_resonate_pg_sslmodes, 0 },
    { "target_session_attrs", ngx_resonate_pg_sessions, 0 },
    { "channel_binding", ngx_resonate_pg_wants, 0 },
    { "gssencmode", ngx_resonate_pg_wants, 0 },
    { "ssl_min_protocol_version", ngx_resonate_pg_protocols, 1 },
    { "ssl_max_protocol_version", ngx_resonate_pg_protocols, 1 },
    { "sslcompression", ngx_resonate_pg_flags, 0 },
    { "sslsni", ngx_resonate_pg_flags, 0 },
    { "keepalives", NULL, 0 },
    { "keepalives_idle", NULL, 0 },
    { "keepalives_interval", NULL, 0 },
    { "keepalives_count", NULL, 0 },
    { "tcp_user_timeout", NULL, 0 },
    { NULL, NULL, 0 }
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
        rc = ngx_resonate_pg_hosts(&ci);
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
    const char                      *value;
    const char *const               *keyword;
    const ngx_resonate_pg_choice_t  *choice;

    for (keyword = ngx_resonate_pg_refused; *keyword; keyword++) {

        if (ngx_resonate_pg_conninfo_value(ci, *keyword)) {
            ngx_conf_log_error(NGX_LOG_EMERG, ci->cf, 0,
                               "\"%s\" is not allowed in the conninfo of "
                               "database \"%V\"", *keyword, &ci->pg->name);
            return NGX_ERROR;
        }
    }

    for (choice = ngx_resonate_pg_choices; choice->keyword; choice++) {

        value = ngx_resonate_pg_conninfo_value(ci, choice->keyword);

        if (value && !ngx_resonate_pg_conninfo_fits(choice, value)) {
            ngx_conf_log_error(NGX_LOG_EMERG, ci->cf, 0,
                               "invalid value \"%s\" of \"%s\" in the "
                               "conninfo of database \"%V\"",
                               value, choice->keyword, &ci->pg->name);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_resonate_pg_conninfo_fits(const ngx_resonate_pg_choice_t *choice,
    const char *value)
{
    const char *const  *v;

    if (choice->values == NULL) {
        return ngx_atoi((u_char *) value, ngx_strlen(value)) != NGX_ERROR;
    }

    for (v = choice->values; *v; v++) {
        if (ngx_strcmp(value, *v) == 0
            || (choice->nocase
                && ngx_strcasecmp((u_char *) value, (u_char *) *v) == 0))
        {
            return 1;
        }
    }

    return 0;
}


const char *
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

    n = 4 + sizeof(ngx_resonate_pg_presets)
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

        values[0] = ngx_resonate_pg_hosts_join(ci, i,
                                      offsetof(ngx_resonate_pg_host_t, host));
        values[1] = ngx_resonate_pg_hosts_join(ci, i,
                                      offsetof(ngx_resonate_pg_host_t, addr));
        values[2] = ngx_resonate_pg_hosts_join(ci, i,
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

    if (ci->pg->prepare
        && ngx_resonate_pg_conninfo_value(ci, "options") == NULL)
    {
        keywords[k] = "options";
        values[k] = ngx_resonate_pg_conninfo_options(ci);

        if (values[k] == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/*
 * The server itself ends what nobody waits for any more: a cancel request
 * takes a connection of its own, and may hit the query behind.  Poolers refuse
 * options at connect time.
 */

static const char *
ngx_resonate_pg_conninfo_options(ngx_resonate_pg_conninfo_t *ci)
{
    u_char  *options;
    size_t   size;

    size = sizeof("-c statement_timeout=") + NGX_INT_T_LEN;

    options = ngx_pnalloc(ci->cf->pool, size);
    if (options == NULL) {
        return NULL;
    }

    (void) ngx_sprintf(options, "-c statement_timeout=%M%Z",
                       ci->pg->timeout + NGX_RESONATE_PG_SLACK);

    return (const char *) options;
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
