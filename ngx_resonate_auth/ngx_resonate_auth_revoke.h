
/*
 * Copyright (C) Resonate
 *
 * What the files about revocation share with each other.
 *
 *   module   the directive and the zone
 *   check    whether a token, a session or a ticket was revoked
 *   reader   who reads what is new in the database, and when
 */


#ifndef _NGX_RESONATE_AUTH_REVOKE_H_INCLUDED_
#define _NGX_RESONATE_AUTH_REVOKE_H_INCLUDED_


#include "ngx_resonate_auth_internal.h"
#include "jwt/resonate_revoked.h"


extern ngx_module_t  ngx_resonate_auth_revoke_module;


#pragma GCC visibility push(hidden)


/* what SQL calls the place from which to go on: two snapshots and an id */
#define NGX_RESONATE_AUTH_SINCE_MAX  1024


typedef struct ngx_resonate_auth_reader_s  ngx_resonate_auth_reader_t;


/*
 * What the workers share; it lives on after a reload.  "since" and the set
 * belong to the mutex of the zone.  Times are ngx_current_msec.
 */

typedef struct {
    ngx_atomic_t                 sequence;  /* moves with each revocation */
    ngx_atomic_t                 loaded;    /* Unix time of the last reading
                                               that was complete, or 0 */
    ngx_atomic_t                 heard;     /* there is something to read */
    ngx_atomic_t                 pid;       /* whose it is to read, or 0 */
    ngx_atomic_t                 beat;      /* when it last ran */
    ngx_atomic_t                 count;     /* of the set */
    ngx_atomic_t                 adding;    /* the sequence is to move yet */

    resonate_revoked_t          *set;
    u_char                       since[NGX_RESONATE_AUTH_SINCE_MAX];
} ngx_resonate_auth_revocations_t;


typedef struct {
    ngx_str_t                    database;
    ngx_msec_t                   poll;
    ngx_uint_t                   required;
    size_t                       size;

    ngx_shm_zone_t              *zone;      /* NULL: no directive */
    ngx_slab_pool_t             *shpool;
    ngx_resonate_auth_revocations_t
                                *sh;

    ngx_resonate_pg_stmt_t      *stmt;
    ngx_resonate_counter_t      *refused;

    ngx_resonate_auth_reader_t  *reader;    /* made at init_process */
} ngx_resonate_auth_revoke_conf_t;


/* in a worker */
ngx_int_t ngx_resonate_auth_reader_init(ngx_cycle_t *cycle,
    ngx_resonate_auth_revoke_conf_t *rcf);
void ngx_resonate_auth_reader_exit(ngx_resonate_auth_revoke_conf_t *rcf);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_AUTH_REVOKE_H_INCLUDED_ */
