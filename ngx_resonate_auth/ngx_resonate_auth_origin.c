
/*
 * Copyright (C) Resonate
 *
 * The "fetch" lines of an issuer: from which servers the edge fetches for it,
 * and by which locations of "resonate_fetch".  A URL that a document of the
 * issuer names leads to these, and nowhere else.
 */


#include "ngx_resonate_auth_internal.h"


typedef struct {
    ngx_str_t    location;    /* with a slash at its end */
    ngx_str_t    origin;      /* scheme, host and port, without one */
} ngx_resonate_auth_origin_t;


static size_t ngx_resonate_auth_origin_len(ngx_str_t *url);
static ngx_uint_t ngx_resonate_auth_origin_path(u_char *p, u_char *last);


char *
ngx_resonate_auth_line_fetch(ngx_conf_t *cf,
    const ngx_resonate_param_t *line, ngx_str_t *word, void *conf)
{
    ngx_resonate_auth_issuer_t *issuer = conf;

    size_t                       len;
    ngx_uint_t                   i;
    ngx_str_t                   *value, origin;
    ngx_resonate_auth_origin_t  *o;

    value = cf->args->elts;

    if (value[1].data[0] != '/' || value[1].data[value[1].len - 1] != '/') {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid location \"%V\" in \"fetch\" directive, "
                           "it must begin and end with a slash", &value[1]);
        return NGX_CONF_ERROR;
    }

    origin = (cf->args->nelts == 3) ? value[2] : issuer->name;
    len = ngx_resonate_auth_origin_len(&origin);

    if (len == 0 || (cf->args->nelts == 3 && len != origin.len)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid origin \"%V\" in \"fetch\" directive, it "
                           "must be scheme://host[:port] of http or https",
                           &origin);
        return NGX_CONF_ERROR;
    }

    origin.len = len;

    if (issuer->origins == NULL) {
        issuer->origins = ngx_array_create(cf->pool, 1,
                                           sizeof(ngx_resonate_auth_origin_t));
        if (issuer->origins == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    o = issuer->origins->elts;

    for (i = 0; i < issuer->origins->nelts; i++) {
        if (o[i].origin.len == len
            && ngx_memcmp(o[i].origin.data, origin.data, len) == 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate origin \"%V\" in \"fetch\" "
                               "directive", &origin);
            return NGX_CONF_ERROR;
        }
    }

    o = ngx_array_push(issuer->origins);
    if (o == NULL) {
        return NGX_CONF_ERROR;
    }

    o->location = value[1];
    o->origin = origin;

    return ngx_resonate_fetch_need(cf, &value[0]);
}


/* of the scheme, host and port that a URL begins with; 0: it does not */

static size_t
ngx_resonate_auth_origin_len(ngx_str_t *url)
{
    u_char  *p, *last, *host;

    p = url->data;
    last = p + url->len;

    if (url->len > 8 && ngx_strncmp(p, "https://", 8) == 0) {
        p += 8;

    } else if (url->len > 7 && ngx_strncmp(p, "http://", 7) == 0) {
        p += 7;

    } else {
        return 0;
    }

    host = p;

    for ( /* void */ ; p < last; p++) {

        if ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9')
            || *p == '.' || *p == '-' || *p == ':' || *p == '['
            || *p == ']')
        {
            continue;
        }

        if (*p == '/' || *p == '?') {
            break;
        }

        return 0;
    }

    return (p == host) ? 0 : p - url->data;
}


/*
 * nginx takes the URI of a subrequest as it is, and proxies it escaped: what
 * would come out as something else is not fetched.
 */

static ngx_uint_t
ngx_resonate_auth_origin_path(u_char *p, u_char *last)
{
    for ( /* void */ ; p < last; p++) {
        if (*p <= 0x20 || *p >= 0x7f || *p == '%' || *p == '#' || *p == '\\'
            || *p == '"' || *p == '<' || *p == '>' || *p == '^' || *p == '`'
            || *p == '{' || *p == '|' || *p == '}'
            || (*p == '.' && p[-1] == '.'))
        {
            return 0;
        }
    }

    return 1;
}


ngx_int_t
ngx_resonate_auth_fetch_uri(ngx_resonate_auth_issuer_t *issuer,
    ngx_str_t *url, ngx_pool_t *pool, ngx_str_t *uri, ngx_str_t *args)
{
    size_t                       len;
    u_char                      *p, *path, *query, *last;
    ngx_uint_t                   i;
    ngx_resonate_auth_origin_t  *o;

    len = ngx_resonate_auth_origin_len(url);

    if (len == 0 || len == url->len || issuer->origins == NULL) {
        return NGX_DECLINED;
    }

    o = issuer->origins->elts;

    for (i = 0; i < issuer->origins->nelts; i++) {
        if (o[i].origin.len == len
            && ngx_memcmp(o[i].origin.data, url->data, len) == 0)
        {
            break;
        }
    }

    path = url->data + len;
    last = url->data + url->len;

    if (i == issuer->origins->nelts || *path != '/'
        || !ngx_resonate_auth_origin_path(path + 1, last))
    {
        return NGX_DECLINED;
    }

    query = ngx_strlchr(path, last, '?');

    ngx_str_null(args);

    if (query) {
        args->data = query + 1;
        args->len = last - args->data;
        last = query;
    }

    uri->len = o[i].location.len + (last - path) - 1;

    uri->data = ngx_pnalloc(pool, uri->len);
    if (uri->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(uri->data, o[i].location.data, o[i].location.len);
    ngx_memcpy(p, path + 1, last - path - 1);

    return NGX_OK;
}
