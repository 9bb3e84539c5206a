
/*
 * Copyright (C) Resonate
 *
 * One argument of a route, as written in configuration:
 *
 *     <id:uuid>                             in the path, always required
 *     <n:int>.m4s                           likewise, with what follows it
 *     ?limit:int(1..100)=50                 in the query, with a default
 *     ?ids:uuid[](1..200)!                  a list of 1 to 200, required
 *     body.trackId:uuid!                    a member of the JSON body
 *     body.trackId|track_id:uuid!           the same, and what older clients
 *                                           call it
 *     body.tracks[](1..9).trackId:uuid!     a member of each object of an
 *                                           array of the JSON body
 *     header.Idempotency-Key:text(1..255)   a request header
 *
 * Types: uuid, int, bool, date (YYYY-MM-DD), text, enum(a|b|c), and, in
 * bodies only, json and external.  Bounds are values for int, characters for
 * text, and items for a list or an array of objects.
 *
 * An array of objects is passed as columns: each member is an SQL array of
 * its own, NULL where an object lacks it, and all have the same length.
 * What is external is kept elsewhere (a password): clients may send it empty,
 * and it is not passed on.
 *
 * Pure: libc only.  All views point into the text that was parsed.
 */


#ifndef _RESONATE_SPEC_H_INCLUDED_
#define _RESONATE_SPEC_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


#pragma GCC visibility push(hidden)


#define RESONATE_ARGS_MAX   16      /* arguments of one route */
#define RESONATE_NAME_MAX   48      /* bytes of an argument's name */
#define RESONATE_SQL_MAX    63      /* bytes of a parameter's name there */
#define RESONATE_CALLER     3       /* parameters that tell who calls */
#define RESONATE_ITEMS_MAX  1000    /* items of a list at the most */
#define RESONATE_TEXT_MAX   10000   /* characters of a text at the most */


typedef struct {
    const char         *data;
    size_t              len;
} resonate_view_t;


typedef enum {
    RESONATE_UUID = 0,
    RESONATE_INT,
    RESONATE_BOOL,
    RESONATE_DATE,
    RESONATE_TEXT,
    RESONATE_ENUM,
    RESONATE_JSON,
    RESONATE_EXTERNAL
} resonate_type_e;


typedef enum {
    RESONATE_PATH = 0,
    RESONATE_QUERY,
    RESONATE_BODY,
    RESONATE_HEADER
} resonate_where_e;


typedef struct {
    resonate_view_t     name;        /* of the array, if it is a column */
    resonate_view_t     older;       /* of a body: its other name, if any */
    resonate_view_t     member;      /* column: in each object */
    char                sql[RESONATE_SQL_MAX + 1];    /* snake_case, NUL */
    resonate_type_e     type;
    resonate_where_e    where;
    size_t              capture;     /* path: which one it is, from 0 */
    int64_t             min;
    int64_t             max;
    int64_t             items_min;   /* column: objects of the array */
    int64_t             items_max;
    resonate_view_t     words;       /* enum: a|b|c */
    resonate_view_t     fallback;    /* the default as written */
    unsigned            list:1;
    unsigned            column:1;
    unsigned            required:1;
    unsigned            has_default:1;
} resonate_arg_t;


/* "query", "path", "body", "header" */
const char *resonate_where_name(resonate_where_e where);

/*
 * Parses one argument word; of a path argument only what is between < and >.
 * Returns NULL, or what is wrong with it, in words that can follow it.
 */
const char *resonate_arg_parse(resonate_view_t word, resonate_where_e where,
    resonate_arg_t *arg);

/* which of the forms above a word has; its prefix is cut off; -1: none */
int resonate_arg_where(resonate_view_t *word, resonate_where_e *where);

/* by either of its names; nothing is called nothing */
int resonate_arg_called(const resonate_arg_t *arg, resonate_view_t name);

int resonate_view_equal(resonate_view_t a, resonate_view_t b);

/*
 * How the next argument contradicts those before it, in words that can follow
 * it; NULL: it does not.
 */
const char *resonate_arg_conflict(const resonate_arg_t *args, size_t nargs,
    const resonate_arg_t *next);

/* a function's name, schema.name, that needs no quotes in SQL */
int resonate_function_valid(resonate_view_t name);

/*
 * The call of a route as SQL, NUL-terminated; "caller" adds the mapped
 * identity as the last RESONATE_CALLER parameters: issuer and subject, which
 * name a person, and what the person is called.  "role", a word that needs no
 * quotes, is what the person must have, or NULL.  Returns its length, or 0
 * when "size" is too small.
 */
size_t resonate_route_sql(char *buf, size_t size, resonate_view_t function,
    const resonate_arg_t *args, size_t nargs, int caller, const char *role);


#pragma GCC visibility pop


#endif /* _RESONATE_SPEC_H_INCLUDED_ */
