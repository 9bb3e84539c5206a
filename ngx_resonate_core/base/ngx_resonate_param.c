
/*
 * Copyright (C) Resonate
 *
 * Parameters of directives: "name=value" and words that stand alone.
 */


#include "../ngx_resonate_core_internal.h"


static ngx_uint_t ngx_resonate_param_match(const ngx_resonate_param_t *param,
    ngx_str_t *word, ngx_str_t *value);
static char *ngx_resonate_param_integer(const ngx_resonate_param_t *param,
    ngx_int_t n, void *conf);


char *
ngx_resonate_params(ngx_conf_t *cf, ngx_uint_t first,
    const ngx_resonate_param_t *params, void *conf)
{
    ngx_str_t   *word;
    ngx_uint_t   i, seen;

    word = cf->args->elts;
    seen = 0;

    for (i = first; i < cf->args->nelts; i++) {
        if (ngx_resonate_param(cf, &word[i], params, &seen, conf)
            != NGX_CONF_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_resonate_param(ngx_conf_t *cf, ngx_str_t *word,
    const ngx_resonate_param_t *params, ngx_uint_t *seen, void *conf)
{
    char        *rv;
    ngx_str_t   *directive, value;
    ngx_uint_t   i;

    directive = cf->args->elts;

    for (i = 0; params[i].name.len; i++) {
        if (ngx_resonate_param_match(&params[i], word, &value)) {
            break;
        }
    }

    if (params[i].name.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\" in \"%V\" directive",
                           word, directive);
        return NGX_CONF_ERROR;
    }

    if (*seen & ((ngx_uint_t) 1 << i)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "duplicate parameter \"%V\" in \"%V\" directive",
                           word, directive);
        return NGX_CONF_ERROR;
    }

    *seen |= (ngx_uint_t) 1 << i;

    rv = params[i].set(cf, &params[i], &value, conf);

    if (rv != NGX_CONF_OK && rv != NGX_CONF_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\" in \"%V\" directive, "
                           "it must be %s", word, directive, rv);
        return NGX_CONF_ERROR;
    }

    return rv;
}


static ngx_uint_t
ngx_resonate_param_match(const ngx_resonate_param_t *param, ngx_str_t *word,
    ngx_str_t *value)
{
    size_t  len;

    len = param->name.len;

    if (word->len < len || ngx_strncmp(word->data, param->name.data, len) != 0)
    {
        return 0;
    }

    value->data = word->data + len;
    value->len = word->len - len;

    return value->len == 0 || param->name.data[len - 1] == '=';
}


char *
ngx_resonate_param_number(ngx_conf_t *cf, const ngx_resonate_param_t *param,
    ngx_str_t *value, void *conf)
{
    return ngx_resonate_param_integer(param,
                                      ngx_atoi(value->data, value->len),
                                      conf);
}


char *
ngx_resonate_param_msec(ngx_conf_t *cf, const ngx_resonate_param_t *param,
    ngx_str_t *value, void *conf)
{
    return ngx_resonate_param_integer(param,
                       value->len ? ngx_parse_time(value, 0) : NGX_ERROR,
                       conf);
}


char *
ngx_resonate_param_sec(ngx_conf_t *cf, const ngx_resonate_param_t *param,
    ngx_str_t *value, void *conf)
{
    time_t     *field;
    ngx_int_t   n;

    n = value->len ? ngx_parse_time(value, 1) : NGX_ERROR;

    if (n < param->min || n > param->max) {
        return (char *) param->expected;
    }

    field = (time_t *) ((u_char *) conf + param->offset);
    *field = n;

    return NGX_CONF_OK;
}


char *
ngx_resonate_param_flag(ngx_conf_t *cf, const ngx_resonate_param_t *param,
    ngx_str_t *value, void *conf)
{
    ngx_int_t  n;

    n = NGX_ERROR;

    if (param->name.data[param->name.len - 1] != '=') {
        n = 1;

    } else if (value->len == 2 && ngx_strncmp(value->data, "on", 2) == 0) {
        n = 1;

    } else if (value->len == 3 && ngx_strncmp(value->data, "off", 3) == 0) {
        n = 0;
    }

    return ngx_resonate_param_integer(param, n, conf);
}


char *
ngx_resonate_param_str(ngx_conf_t *cf, const ngx_resonate_param_t *param,
    ngx_str_t *value, void *conf)
{
    ngx_str_t  *field;

    if (value->len == 0) {
        return (char *) param->expected;
    }

    field = (ngx_str_t *) ((u_char *) conf + param->offset);
    *field = *value;

    return NGX_CONF_OK;
}


static char *
ngx_resonate_param_integer(const ngx_resonate_param_t *param, ngx_int_t n,
    void *conf)
{
    ngx_int_t  *field;

    if (n < param->min || n > param->max) {
        return (char *) param->expected;
    }

    field = (ngx_int_t *) ((u_char *) conf + param->offset);
    *field = n;

    return NGX_CONF_OK;
}
