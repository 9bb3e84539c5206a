
/*
 * Copyright (C) Resonate
 *
 * A connection that listens: one of its own, to the server of a database of
 * the configuration, open while its owner wants it.
 */


#ifndef _NGX_RESONATE_PG_LISTEN_H_INCLUDED_
#define _NGX_RESONATE_PG_LISTEN_H_INCLUDED_


#include "ngx_resonate_pg.h"


#pragma GCC visibility push(hidden)


/*
 *   up        connected; what is to be listened to has to be said again
 *   lost      what was notified from here on nobody hears
 *   notified  a payload, and whether this connection has sent it
 *   quit      the worker quits, and would close the connection now
 */

typedef struct {
    void        (*up)(void *data);
    void        (*lost)(void *data);
    void        (*notified)(void *data, u_char *payload, size_t len,
                    ngx_uint_t own);
    void        (*quit)(void *data);
    void         *data;
} ngx_resonate_pg_listen_t;


/*
 * While configuration is read: a database beside "pg", for statements and
 * queries of the listening connection only.  NULL: logged, or out of memory.
 */
ngx_resonate_pg_t *ngx_resonate_pg_listener(ngx_conf_t *cf,
    ngx_resonate_pg_t *pg);

/* the same for all workers that listen to the same thing */
uint32_t ngx_resonate_pg_listener_hash(ngx_resonate_pg_t *pg);

/* in a worker; "listen" stays */
ngx_int_t ngx_resonate_pg_listener_init(ngx_cycle_t *cycle,
    ngx_resonate_pg_t *pg, const ngx_resonate_pg_listen_t *listen);

/*
 * open   connects, and again whenever the connection was lost
 * close  at once; no handler of a query runs any more, nor does lost()
 */
void ngx_resonate_pg_listener_open(ngx_resonate_pg_t *pg);
void ngx_resonate_pg_listener_close(ngx_resonate_pg_t *pg);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_PG_LISTEN_H_INCLUDED_ */
