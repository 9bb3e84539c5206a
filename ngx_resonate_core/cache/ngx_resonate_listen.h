
/*
 * Copyright (C) Resonate
 *
 * Who listens to what the database notifies.
 *
 * One worker of a machine does it for all.  It is the one whose pid is in
 * shared memory; when that one is gone another takes its place, and whatever
 * was cached before it listens may be old.  A worker that quits after a
 * reload hands over to one that listens already, so that nothing is missed.
 *
 * That nothing was missed is known only for the time before a question that
 * the server has answered on the same connection: it is asked all the time,
 * and readers go by the time of the last one that was answered.
 */


#ifndef _NGX_RESONATE_LISTEN_H_INCLUDED_
#define _NGX_RESONATE_LISTEN_H_INCLUDED_


#include "ngx_resonate_cache.h"


#pragma GCC visibility push(hidden)


#define NGX_RESONATE_CHANNEL  "resonate_tags"


/* from postconfiguration, if "listen=" was given; logs what is wrong */
ngx_int_t ngx_resonate_listen_add(ngx_conf_t *cf, ngx_resonate_cache_t *cache);

ngx_int_t ngx_resonate_listen_init(ngx_cycle_t *cycle,
    ngx_resonate_cache_t *cache);
void ngx_resonate_listen_exit(ngx_resonate_listener_t *l);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_LISTEN_H_INCLUDED_ */
