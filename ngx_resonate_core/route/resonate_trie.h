
/*
 * Copyright (C) Resonate
 *
 * Paths to routes, by segment and without regular expressions.  A literal
 * segment wins over a capture; of captures at one place all have the same
 * suffix, or none: "<n:int>.m4s".  Built once at configuration time, read-only
 * afterwards.  Pure: libc only.
 */


#ifndef _RESONATE_TRIE_H_INCLUDED_
#define _RESONATE_TRIE_H_INCLUDED_


#include "resonate_spec.h"


#pragma GCC visibility push(hidden)


#define RESONATE_SEGMENTS_MAX  16
#define RESONATE_METHOD_MAX    6


typedef enum {
    RESONATE_GET = 0,
    RESONATE_POST,
    RESONATE_PUT,
    RESONATE_PATCH,
    RESONATE_DELETE,
    RESONATE_METHODS
} resonate_method_e;


typedef struct resonate_node_s  resonate_node_t;

struct resonate_node_s {
    resonate_view_t     name;       /* of a capture: its suffix */
    resonate_node_t    *sibling;
    resonate_node_t    *child;      /* literals, first of siblings */
    resonate_node_t    *capture;    /* anything else */
    void               *routes[RESONATE_METHODS];
    unsigned            known:1;    /* has any route */
};


typedef struct {
    size_t              n;
    resonate_view_t     seg[RESONATE_SEGMENTS_MAX];
} resonate_captures_t;


/* returns zeroed memory or NULL */
typedef void *(*resonate_alloc_pt)(void *ctx, size_t size);


/* "GET" and so on; -1: none of them */
int resonate_method_parse(resonate_view_t word, resonate_method_e *method);
const char *resonate_method_name(resonate_method_e method);

/*
 * What a route is called: "GET /api/v3/tracks/:id" is a pattern behind a
 * prefix, its captures without their types.  Writes at most
 * RESONATE_METHOD_MAX + 1 bytes more than both have; returns the end.
 */
char *resonate_route_name(char *dst, resonate_method_e method,
    resonate_view_t prefix, resonate_view_t pattern);

/*
 * Adds a pattern: "/artists/<id:uuid>/releases".  Its captures are parsed to
 * args[0 .. *nargs).  Returns the node whose routes[] slot is the caller's to
 * fill, or NULL with *error.
 */
resonate_node_t *resonate_trie_add(resonate_node_t *root,
    resonate_view_t pattern, resonate_alloc_pt alloc, void *ctx,
    resonate_arg_t *args, size_t *nargs, const char **error);

/*
 * Finds the node of a path; one trailing slash is as none.  NULL: no route
 * of any method there.  Captured segments are views of the path.
 */
resonate_node_t *resonate_trie_find(resonate_node_t *root,
    resonate_view_t path, resonate_captures_t *captures);


#pragma GCC visibility pop


#endif /* _RESONATE_TRIE_H_INCLUDED_ */
