
/*
 * Copyright (C) Resonate
 *
 * What the files about listening share with each other.
 *
 *   listen     whose it is to listen
 *   hear       the connection, and what is said on it
 */


#ifndef _NGX_RESONATE_LISTEN_INTERNAL_H_INCLUDED_
#define _NGX_RESONATE_LISTEN_INTERNAL_H_INCLUDED_


#include "ngx_resonate_listen.h"
#include "../pg/ngx_resonate_pg_listen.h"


#pragma GCC visibility push(hidden)


/* all in milliseconds */

#define NGX_RESONATE_LISTEN_TICK    50
#define NGX_RESONATE_LISTEN_LOOKS   100     /* while another one listens */
#define NGX_RESONATE_LISTEN_ASK     500     /* between two questions */
#define NGX_RESONATE_LISTEN_STUCK   3000    /* a worker that does not run */
#define NGX_RESONATE_LISTEN_WAITS   250     /* another one is there */
#define NGX_RESONATE_LISTEN_LINGER  2000    /* for it to take over */
#define NGX_RESONATE_LISTEN_DRAIN   500     /* what may come yet */

#define NGX_RESONATE_LISTEN_TOLD    800     /* callers in a notification */


typedef enum {
    NGX_RESONATE_LISTEN_LOOK = 0,  /* another worker listens */
    NGX_RESONATE_LISTEN_HOLD,      /* this one, as soon as it is connected */
    NGX_RESONATE_LISTEN_NEXT,      /* this one is to take over */
    NGX_RESONATE_LISTEN_HANDED     /* another one has taken over */
} ngx_resonate_listen_state_e;


struct ngx_resonate_listener_s {
    ngx_resonate_pg_t             *pg;
    ngx_resonate_pg_stmt_t        *listen;
    ngx_resonate_pg_stmt_t        *maintained;
    ngx_resonate_pg_stmt_t        *question;    /* what is asked instead */
    ngx_resonate_pg_stmt_t        *notify;
    ngx_resonate_counter_t        *invalidations;
    ngx_array_t                   *words;       /* of ngx_resonate_word_t */
    ngx_str_t                      name;        /* of the database */
    uint32_t                       source;

    /* in a worker */
    ngx_resonate_pg_listen_t       handlers;
    ngx_resonate_listen_state_e    state;
    ngx_resonate_listening_t      *sh;
    ngx_resonate_clock_t          *clock;
    ngx_log_t                     *log;
    ngx_event_t                    tick;
    ngx_msec_t                     ends;        /* of waiting, or draining */

    ngx_resonate_pg_query_t        asked;       /* LISTEN, or a question */
    ngx_msec_t                     asked_at;
    ngx_atomic_uint_t              handing;     /* pid of next, then ready */
    ngx_resonate_pg_query_t        told;
    ngx_msec_t                     told_at;
    ngx_uint_t                     ntold;
    uint32_t                       numbers[NGX_RESONATE_LISTEN_TOLD];
    const char                    *values[1];
    u_char                         payload[NGX_RESONATE_LISTEN_TOLD * 9 + 2];

    unsigned                       up:1;        /* connected */
    unsigned                       hears:1;     /* LISTEN was answered */
    unsigned                       asking:1;
    unsigned                       telling:1;
    unsigned                       refused:1;   /* LISTEN, and it was logged */
    unsigned                       untold:1;    /* to be repeated, likewise */
    unsigned                       quits:1;     /* as the worker does */
    unsigned                       plain:1;     /* no resonate.maintained() */
};


/* hear: the connection's side */

ngx_int_t ngx_resonate_listen_connect_init(ngx_cycle_t *cycle,
    ngx_resonate_listener_t *l);
void ngx_resonate_listen_disconnect(ngx_resonate_listener_t *l);

/* from now on nothing is missed */
void ngx_resonate_listen_begin(ngx_resonate_listener_t *l);

/* the next question, and the callers to tell, when it is time */
void ngx_resonate_listen_ask(ngx_resonate_listener_t *l);
void ngx_resonate_listen_tell(ngx_resonate_listener_t *l);


/* listen: the other side */

void ngx_resonate_listen_hand_over(ngx_resonate_listener_t *l);
void ngx_resonate_listen_quit(void *data);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_LISTEN_INTERNAL_H_INCLUDED_ */
