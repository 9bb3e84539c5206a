
/*
 * Copyright (C) Resonate
 *
 * Parameters of directives.
 */


#ifndef _NGX_RESONATE_PARAM_H_INCLUDED_
#define _NGX_RESONATE_PARAM_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/*
 * The words of a directive behind its fixed arguments, as a table that ends
 * with an empty name: "queue=" has a value, "caller" is the whole word.  An
 * unknown or a second one is refused, quoting it and the directive.  A setter
 * returns NGX_CONF_OK, NGX_CONF_ERROR when it has logged why, or the words
 * that end "it must be ...".  number, msec, sec and flag ("on" and "off", 0
 * and 1; a whole word is 1) set an integer between min and max; str takes
 * anything but nothing.
 *
 *   params   all words from cf->args[first]
 *   param    one of them; the bits of *seen belong to the directive
 */

typedef struct ngx_resonate_param_s  ngx_resonate_param_t;

typedef char *(*ngx_resonate_param_pt)(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);

struct ngx_resonate_param_s {
    ngx_str_t               name;
    ngx_resonate_param_pt   set;
    size_t                  offset;      /* of the field in "conf" */
    ngx_int_t               min;
    ngx_int_t               max;
    const char             *expected;    /* behind "it must be " */
};

char *ngx_resonate_params(ngx_conf_t *cf, ngx_uint_t first,
    const ngx_resonate_param_t *params, void *conf);
char *ngx_resonate_param(ngx_conf_t *cf, ngx_str_t *word,
    const ngx_resonate_param_t *params, ngx_uint_t *seen, void *conf);

char *ngx_resonate_param_number(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
char *ngx_resonate_param_msec(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
char *ngx_resonate_param_sec(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
char *ngx_resonate_param_flag(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);
char *ngx_resonate_param_str(ngx_conf_t *cf,
    const ngx_resonate_param_t *param, ngx_str_t *value, void *conf);


/*
 * A block whose lines are a table that ends with an empty name; "include" is
 * among them.  The setter of a line gets the words behind its name, which are
 * min_words to max_words, the first of them as its value; a number, a time or
 * a text has those above.  An unknown line, and a second one unless it may be
 * there many times, is refused, naming the block.  "check", or NULL, sees
 * each line in cf->args before its setter does.
 */

typedef struct {
    ngx_resonate_param_t    param;
    ngx_uint_t              min_words;
    ngx_uint_t              max_words;
    ngx_uint_t              many;
} ngx_resonate_line_t;

typedef char *(*ngx_resonate_line_pt)(ngx_conf_t *cf, void *conf);

char *ngx_resonate_block(ngx_conf_t *cf, ngx_str_t *name,
    const ngx_resonate_line_t *lines, ngx_resonate_line_pt check, void *conf);


/*
 * A secret in a file of its own: regular, nobody else's to read, of "min" to
 * "max" bytes without the line feed at its end.  NULL: logged, or out of
 * memory; it is wiped when the configuration goes.  "name" becomes the whole
 * name.
 *
 * wiped() is so much memory, for what is made of a secret.
 */
ngx_str_t *ngx_resonate_secret(ngx_conf_t *cf, ngx_str_t *directive,
    ngx_str_t *name, size_t min, size_t max);
ngx_str_t *ngx_resonate_wiped(ngx_conf_t *cf, size_t len);


#endif /* _NGX_RESONATE_PARAM_H_INCLUDED_ */
