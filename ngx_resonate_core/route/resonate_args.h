
/*
 * Copyright (C) Resonate
 *
 * From bytes of a request to checked arguments in canonical text: uuids in
 * lower case, integers without zeros in front, texts trimmed and valid UTF-8,
 * lists as PostgreSQL array literals.  All faults are found at once.
 *
 * Pure: libc and jansson.
 */


#ifndef _RESONATE_ARGS_H_INCLUDED_
#define _RESONATE_ARGS_H_INCLUDED_


#include "resonate_spec.h"

#include <jansson.h>


#pragma GCC visibility push(hidden)


#define RESONATE_FAULTS_MAX   16    /* reported of one request */
#define RESONATE_FAULT_WORDS  96


typedef struct {
    resonate_view_t      path;
    resonate_view_t      member;     /* of the object "item" of the array */
    long                 item;       /* -1: not in one */
    const char          *location;
    const char          *code;
    char                 message[RESONATE_FAULT_WORDS];
} resonate_fault_t;


/*
 * "values" are NUL-terminated and live in the caller's buffer out .. end;
 * NULL is an absent argument.  Faults beyond the last are dropped.  What was
 * refused is not reported as missing too.
 */

typedef struct {
    const char          *values[RESONATE_ARGS_MAX];
    char                *out;
    char                *end;
    unsigned char        refused[RESONATE_ARGS_MAX];
    long                 item;       /* of an array being read, or -1 */
    size_t               nfaults;
    resonate_fault_t     faults[RESONATE_FAULTS_MAX];
} resonate_values_t;


/*
 * A buffer of that size holds what "len" bytes of a request say, numbers of
 * JSON with 17 digits ("0.1,") included.  Only an array of objects that leave
 * out most of many members may need more, and is refused with "maxLength".
 */
#define resonate_values_size(len, nargs)  (5 * (len) + 64 * (nargs) + 64)


void resonate_values_init(resonate_values_t *v, char *buf, size_t size);

/* one argument from one decoded text, as of a path segment or a header */
void resonate_args_text(resonate_values_t *v, const resonate_arg_t *args,
    size_t i, resonate_view_t text);

/* all query arguments from an undecoded query; other names are ignored */
void resonate_args_query(resonate_values_t *v, const resonate_arg_t *args,
    size_t nargs, resonate_view_t query);

/* all body arguments from a JSON object; other members are faults */
void resonate_args_body(resonate_values_t *v, const resonate_arg_t *args,
    size_t nargs, resonate_view_t body);

/* defaults, and what is required but absent; call it last */
void resonate_args_finish(resonate_values_t *v, const resonate_arg_t *args,
    size_t nargs);

/* a new array of the faults as the API tells them; NULL: out of memory */
json_t *resonate_args_faults(const resonate_values_t *v);


/*
 * Shared by the files behind this header.
 */

void resonate_fault(resonate_values_t *v, const resonate_arg_t *arg,
    const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* appends one checked scalar; 0, or -1 with a fault */
int resonate_value_put(resonate_values_t *v, const resonate_arg_t *arg,
    resonate_view_t text);
int resonate_out(resonate_values_t *v, const resonate_arg_t *arg,
    const char *data, size_t len);


#pragma GCC visibility pop


#endif /* _RESONATE_ARGS_H_INCLUDED_ */
