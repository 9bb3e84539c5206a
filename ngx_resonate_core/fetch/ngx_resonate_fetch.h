
/*
 * Copyright (C) Resonate
 *
 * Requests of the edge's own: keys of an issuer, introspection, providers.
 *
 * They go to locations of the "resonate_fetch" block, a server that nobody
 * can connect to.  nginx's proxy does the rest there: names, TLS and its
 * verification, keepalive, timeouts.  No client needs to be waiting, so a
 * timer of a worker may fetch too, and several requests may wait for one.
 */


#ifndef _NGX_RESONATE_FETCH_H_INCLUDED_
#define _NGX_RESONATE_FETCH_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


typedef struct ngx_resonate_fetch_s  ngx_resonate_fetch_t;

typedef void (*ngx_resonate_fetch_handler_pt)(ngx_resonate_fetch_t *f);

/* headers of one request at most, and bytes of an answer by default */
#define NGX_RESONATE_FETCH_HEADERS  8
#define NGX_RESONATE_FETCH_MAX      (256 * 1024)


struct ngx_resonate_fetch_s {
    /* set by the owner, in zeroed memory, before start(); it and all that it
       points to live until the handler ran or cancel() returned */
    ngx_str_t                      uri;        /* of the location */
    ngx_str_t                      args;
    ngx_str_t                      body;       /* not empty: a POST */
    ngx_keyval_t                   headers[NGX_RESONATE_FETCH_HEADERS];
    ngx_uint_t                     nheaders;
    size_t                         max;        /* bytes of the answer */
    ngx_msec_t                     timeout;    /* of all of it */
    ngx_uint_t                     quiet;      /* a failure is no news */
    ngx_resonate_fetch_handler_pt  handler;
    void                          *data;

    /* the answer; what it points to lives until the handler returns */
    ngx_uint_t                     status;     /* 0: there is none, see error */
    const char                    *error;
    ngx_str_t                      answer;
    ngx_str_t                      type;       /* Content-Type */

    /* private to fetch/ */
    void                          *call;
    ngx_http_request_t            *request;
};


/*
 * need()    from a directive: says in nginx's words when the block is missing
 *           once all is read, quoting the directive
 * start()   NGX_AGAIN: the handler will run exactly once, later;  NGX_ERROR:
 *           it will not, out of connections or memory
 * cancel()  safe at any time, before start() and after the handler too
 * header()  a header of the answer, in the handler;  NGX_DECLINED: none
 * own()     whether a request is one of these: no rule of access is meant
 *           for it
 */

char *ngx_resonate_fetch_need(ngx_conf_t *cf, ngx_str_t *directive);
ngx_int_t ngx_resonate_fetch_start(ngx_resonate_fetch_t *f);
void ngx_resonate_fetch_cancel(ngx_resonate_fetch_t *f);
ngx_int_t ngx_resonate_fetch_header(ngx_resonate_fetch_t *f, const char *name,
    ngx_str_t *value);
ngx_uint_t ngx_resonate_fetch_own(ngx_http_request_t *r);


#endif /* _NGX_RESONATE_FETCH_H_INCLUDED_ */
