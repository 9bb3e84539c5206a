
/*
 * Copyright (C) Resonate
 *
 * The clock of tags, in shared memory.
 *
 * It counts touches.  A reply remembers the time at which its query was
 * started, and is as good as on that day until one of its tags is touched.
 * A tag is a slot: different tags may share one, which costs a miss only.
 * The callers have slots of their own, so that plays end nobody's lists.
 *
 * What a caller wrote is told to other machines too: the slots to tell are
 * collected here, whoever listens for this machine takes them.
 */


#ifndef _NGX_RESONATE_CLOCK_H_INCLUDED_
#define _NGX_RESONATE_CLOCK_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


#pragma GCC visibility push(hidden)


typedef struct ngx_resonate_clock_s  ngx_resonate_clock_t;


size_t ngx_resonate_clock_size(void);

/* the time now */
uint64_t ngx_resonate_clock_now(ngx_resonate_clock_t *clock);

/*
 *   tag     the slot of a tag
 *   caller  of a caller, by the hash of who it is, the same on all machines
 *   touch   all that has the slot and is older than now has ended
 *   moved   whether one of "n" slots was touched after that time
 *   all     everything that is older than now has ended
 *   start   everything that is older than that has ended
 */

uint32_t ngx_resonate_clock_tag(const u_char *tag, size_t len);
uint32_t ngx_resonate_clock_caller(uint32_t hash);
void ngx_resonate_clock_touch(ngx_resonate_clock_t *clock, uint32_t slot);
ngx_uint_t ngx_resonate_clock_moved(ngx_resonate_clock_t *clock, uint64_t time,
    uint32_t *slots, ngx_uint_t n);
void ngx_resonate_clock_all(ngx_resonate_clock_t *clock);
uint64_t ngx_resonate_clock_start(ngx_resonate_clock_t *clock);

/* a time that nothing had before */
uint64_t ngx_resonate_clock_tick(ngx_resonate_clock_t *clock);


/*
 *   write   touches a caller's slot; others are to be told
 *   tell    others are to be told of the caller of that number
 *   take    numbers of callers that others are to be told of, at most "max";
 *           each is returned once
 *   hear    touches the caller of that number, told by another machine
 */

void ngx_resonate_clock_write(ngx_resonate_clock_t *clock, uint32_t slot);
void ngx_resonate_clock_tell(ngx_resonate_clock_t *clock, uint32_t number);
ngx_uint_t ngx_resonate_clock_take(ngx_resonate_clock_t *clock,
    uint32_t *numbers, ngx_uint_t max);
void ngx_resonate_clock_hear(ngx_resonate_clock_t *clock, uint32_t number);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_CLOCK_H_INCLUDED_ */
