
/*
 * Copyright (C) Resonate
 *
 * Composed replies: bytes of ours (the head) and one span of a stored file.
 * A head is made once for a version of a file and a form, and kept in the
 * media cache.
 */


#ifndef _NGX_RESONATE_COMPOSE_H_INCLUDED_
#define _NGX_RESONATE_COMPOSE_H_INCLUDED_


#include "ngx_resonate_index.h"


#pragma GCC visibility push(hidden)


typedef struct ngx_resonate_compose_s  ngx_resonate_compose_t;

/*
 *   make  sets head, span_offset and span_size from the index; allocates in
 *         r->pool.  NGX_OK, or the status to fail with: then c->failed says
 *         why, for the log, and c->detail what the client is told
 *   send  says what the reply is (content type, ETag ...), then sends it;
 *         returns what a content handler returns
 */

typedef ngx_int_t (*ngx_resonate_make_pt)(ngx_http_request_t *r,
    ngx_resonate_compose_t *c, const resonate_index_t *index);
typedef ngx_int_t (*ngx_resonate_compose_pt)(ngx_http_request_t *r,
    ngx_resonate_compose_t *c);

struct ngx_resonate_compose_s {
    ngx_resonate_media_t       *media;     /* open */
    ngx_str_t                   form;      /* what, with all its parameters
                                              and the version of its maker */
    ngx_resonate_make_pt        make;
    ngx_resonate_compose_pt     send;
    void                       *data;      /* theirs */

    ngx_uint_t                  filled;    /* "send" writes to the head, so
                                              that each request has its own */
    const char                 *what;      /* "preview", for the log */
    const char                 *detail;    /* if the file can not be used */
    const char                 *failed;

    ngx_str_t                   head;      /* empty: a span only */
    off_t                       span_offset;
    off_t                       span_size;

    ngx_resonate_index_wait_t   wait;      /* private */
};


/*
 * Makes the reply and sends it, at once or after the file's tables were
 * read.  Returns what a content handler returns; NGX_DONE: it answers later
 * and finalizes the request.  "c" lives in r->pool.
 */

ngx_int_t ngx_resonate_compose(ngx_http_request_t *r,
    ngx_resonate_compose_t *c);

/* as ngx_resonate_layout_send(), of head and span */

ngx_int_t ngx_resonate_compose_send(ngx_http_request_t *r,
    ngx_resonate_compose_t *c);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_COMPOSE_H_INCLUDED_ */
