
/*
 * Copyright (C) Resonate
 *
 * What upper rooms hear of what the database notifies.
 */


#ifndef _NGX_RESONATE_WORD_H_INCLUDED_
#define _NGX_RESONATE_WORD_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


typedef void (*ngx_resonate_word_pt)(void *data);


/*
 * From a directive: "handler" runs in the worker that listens for the machine
 * whenever "word", a literal that is a tag of nothing, is notified on the
 * channel of tags.  That is never without "listen=" of "resonate_cache", and
 * what is notified while nobody listens is not heard later: whoever needs to
 * know it asks as well.  NGX_ERROR: out of memory.
 */
ngx_int_t ngx_resonate_word_add(ngx_conf_t *cf, const char *word,
    ngx_resonate_word_pt handler, void *data);


#endif /* _NGX_RESONATE_WORD_H_INCLUDED_ */
