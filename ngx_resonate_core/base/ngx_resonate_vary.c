
/*
 * Copyright (C) Resonate
 *
 * One "Vary" for an answer, whoever has a word to say in it.
 */


#include "../ngx_resonate_core_internal.h"


static ngx_uint_t ngx_resonate_vary_gzip(ngx_http_request_t *r);
static ngx_int_t ngx_resonate_vary_append(ngx_http_request_t *r,
    ngx_str_t *list, ngx_str_t *words);
static ngx_uint_t ngx_resonate_vary_has(ngx_str_t *list, ngx_str_t *word);
static ngx_uint_t ngx_resonate_vary_word(ngx_str_t *list, ngx_str_t *word);


/*
 * RFC 9110, 5.3: several lines mean what one list means, but nginx before
 * 1.23.0, as a caching proxy, heeds the last line only.
 */

ngx_int_t
ngx_resonate_vary(ngx_http_request_t *r, ngx_str_t *word)
{
    ngx_str_t         list = ngx_string("");
    ngx_str_t         any = ngx_string("*");
    ngx_str_t         encoding = ngx_string("Accept-Encoding");
    ngx_uint_t        gzip;
    ngx_table_elt_t  *h, *next;

    gzip = ngx_resonate_vary_gzip(r);

    h = ngx_resonate_take_header(r, "Vary");
    next = h ? ngx_resonate_take_header(r, "Vary") : NULL;

    if (h && next == NULL && !gzip && word == NULL) {

        /* one, and nothing to add: as it was */

        h->hash = 1;
        return NGX_OK;
    }

    while (h) {
        if (ngx_resonate_vary_append(r, &list, &h->value) != NGX_OK) {
            return NGX_ERROR;
        }

        h = next;
        next = h ? ngx_resonate_take_header(r, "Vary") : NULL;
    }

    if (gzip && ngx_resonate_vary_append(r, &list, &encoding) != NGX_OK) {
        return NGX_ERROR;
    }

    if (word && ngx_resonate_vary_append(r, &list, word) != NGX_OK) {
        return NGX_ERROR;
    }

    if (list.len == 0) {
        return NGX_OK;
    }

    /* beside other words, nginx takes "*" for the name of a header */

    if (ngx_resonate_vary_has(&list, &any)) {
        list = any;
    }

    return ngx_resonate_add_header(r, "Vary", &list);
}


/* whether nginx would write a line of its own, which it does not any more */

static ngx_uint_t
ngx_resonate_vary_gzip(ngx_http_request_t *r)
{
#if (NGX_HTTP_GZIP)

    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (r->gzip_vary && clcf->gzip_vary) {
        r->gzip_vary = 0;
        return 1;
    }

#endif

    return 0;
}


/* adds the words that the list does not have, in any case of letters */

static ngx_int_t
ngx_resonate_vary_append(ngx_http_request_t *r, ngx_str_t *list,
    ngx_str_t *words)
{
    u_char     *p;
    ngx_str_t   rest, word;

    /* between words there is at least one byte, and two will be there */

    p = ngx_pnalloc(r->pool, list->len + 2 + 2 * words->len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, list->data, list->len);
    list->data = p;

    rest = *words;

    while (ngx_resonate_vary_word(&rest, &word)) {

        if (ngx_resonate_vary_has(list, &word)) {
            continue;
        }

        p = list->data + list->len;

        if (list->len) {
            p = ngx_cpymem(p, ", ", 2);
        }

        p = ngx_cpymem(p, word.data, word.len);
        list->len = p - list->data;
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_resonate_vary_has(ngx_str_t *list, ngx_str_t *word)
{
    ngx_str_t  rest, w;

    rest = *list;

    while (ngx_resonate_vary_word(&rest, &w)) {
        if (w.len == word->len
            && ngx_strncasecmp(w.data, word->data, w.len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


/* takes the next word off a list; 0: there is none */

static ngx_uint_t
ngx_resonate_vary_word(ngx_str_t *list, ngx_str_t *word)
{
    u_char  *p, *last;

    p = list->data;
    last = p + list->len;

    while (p < last && (*p == ',' || *p == ' ' || *p == '\t')) {
        p++;
    }

    word->data = p;

    while (p < last && *p != ',' && *p != ' ' && *p != '\t') {
        p++;
    }

    word->len = p - word->data;

    list->data = p;
    list->len = last - p;

    return word->len ? 1 : 0;
}


ngx_table_elt_t *
ngx_resonate_take_header(ngx_http_request_t *r, const char *name)
{
    size_t            len;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    len = ngx_strlen(name);

    for (part = &r->headers_out.headers.part; part; part = part->next) {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (h[i].hash && h[i].key.len == len
                && ngx_strncasecmp(h[i].key.data, (u_char *) name, len) == 0)
            {
                h[i].hash = 0;
                return &h[i];
            }
        }
    }

    return NULL;
}
