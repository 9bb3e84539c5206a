
/*
 * Copyright (C) Resonate
 *
 * Tags to slots of their clock.
 *
 * A touch of "track:1" ends what has the tag "track:1", and what has
 * "track:", which stands for many.  A touch of "track:" ends what has any tag
 * of the kind, and one of "*" ends everything.
 */


#ifndef _NGX_RESONATE_TAGS_H_INCLUDED_
#define _NGX_RESONATE_TAGS_H_INCLUDED_


#include "../ngx_resonate_core_internal.h"


#pragma GCC visibility push(hidden)


#define NGX_RESONATE_TAGS_SINGLE  320
#define NGX_RESONATE_TAGS_KINDS   16
#define NGX_RESONATE_TAGS_MAX                                                 \
    (NGX_RESONATE_TAGS_SINGLE + 2 * NGX_RESONATE_TAGS_KINDS)


typedef struct {
    ngx_uint_t  n;
    time_t      until;                          /* or 0 */
    uint32_t    slots[NGX_RESONATE_TAGS_MAX + 1];   /* and its caller's */
} ngx_resonate_tags_t;


/*
 * Of a text[] of PostgreSQL: tags beyond NGX_RESONATE_TAGS_SINGLE are stood
 * for by their kind.  NGX_ERROR: malformed, or more kinds than fit.
 */
ngx_int_t ngx_resonate_tags_parse(ngx_resonate_tags_t *tags, ngx_str_t *text);

/* all of a text[], as far as it is well-formed */
void ngx_resonate_tags_touch(ngx_resonate_clock_t *clock, ngx_str_t *text);

/* one tag, or "*" */
void ngx_resonate_tag_touch(ngx_resonate_clock_t *clock, u_char *text,
    size_t len);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_TAGS_H_INCLUDED_ */
