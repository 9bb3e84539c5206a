
/*
 * Copyright (C) Resonate
 *
 * Blocks of lines that are no directives of nginx, because their names mean
 * something inside of the block only.
 */


#include "../ngx_resonate_core_internal.h"


typedef struct {
    ngx_str_t                   *name;
    const ngx_resonate_line_t   *lines;
    ngx_resonate_line_pt         check;
    void                        *conf;
    ngx_uint_t                   seen;    /* bits of lines */
} ngx_resonate_block_t;


static char *ngx_resonate_block_line(ngx_conf_t *cf, ngx_command_t *dummy,
    void *conf);
static const ngx_resonate_line_t *ngx_resonate_block_find(
    const ngx_resonate_line_t *line, ngx_str_t *name);
static char *ngx_resonate_block_set(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, void *conf);


char *
ngx_resonate_block(ngx_conf_t *cf, ngx_str_t *name,
    const ngx_resonate_line_t *lines, ngx_resonate_line_pt check, void *conf)
{
    char                  *rv;
    ngx_conf_t             save;
    ngx_resonate_block_t   block;

    block.name = name;
    block.lines = lines;
    block.check = check;
    block.conf = conf;
    block.seen = 0;

    save = *cf;
    cf->handler = ngx_resonate_block_line;
    cf->handler_conf = (void *) &block;

    rv = ngx_conf_parse(cf, NULL);

    *cf = save;

    return rv;
}


static char *
ngx_resonate_block_line(ngx_conf_t *cf, ngx_command_t *dummy, void *conf)
{
    ngx_resonate_block_t *block = conf;

    ngx_str_t                  *value;
    ngx_uint_t                  words, bit;
    const ngx_resonate_line_t  *line;

    value = cf->args->elts;
    words = cf->args->nelts - 1;

    if (ngx_strcmp(value[0].data, "include") == 0) {

        if (words != 1) {
            goto number;
        }

        return ngx_conf_include(cf, dummy, conf);
    }

    line = ngx_resonate_block_find(block->lines, &value[0]);

    if (line == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown directive \"%V\" in \"%V\"",
                           &value[0], block->name);
        return NGX_CONF_ERROR;
    }

    if (words < line->min_words || words > line->max_words) {
        goto number;
    }

    bit = (ngx_uint_t) 1 << (line - block->lines);

    if ((block->seen & bit) && !line->many) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" directive is duplicate", &value[0]);
        return NGX_CONF_ERROR;
    }

    block->seen |= bit;

    if (block->check && block->check(cf, block->conf) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    return ngx_resonate_block_set(cf, &line->param, block->conf);

number:

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid number of arguments in \"%V\" directive",
                       &value[0]);

    return NGX_CONF_ERROR;
}


static const ngx_resonate_line_t *
ngx_resonate_block_find(const ngx_resonate_line_t *line, ngx_str_t *name)
{
    for ( /* void */ ; line->param.name.len; line++) {
        if (line->param.name.len == name->len
            && ngx_memcmp(line->param.name.data, name->data, name->len) == 0)
        {
            return line;
        }
    }

    return NULL;
}


static char *
ngx_resonate_block_set(ngx_conf_t *cf, const ngx_resonate_param_t *param,
    void *conf)
{
    char       *rv;
    ngx_str_t  *value;

    value = cf->args->elts;

    rv = param->set(cf, param, &value[1], conf);

    if (rv != NGX_CONF_OK && rv != NGX_CONF_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" in \"%V\" directive, it must "
                           "be %s", &value[1], &value[0], rv);
        return NGX_CONF_ERROR;
    }

    return rv;
}
