
/*
 * Copyright (C) Resonate
 *
 * RFC 9457 problems, readable by older clients too ("message", "data").
 * Pure: libc and jansson.
 */


#ifndef _RESONATE_PROBLEM_H_INCLUDED_
#define _RESONATE_PROBLEM_H_INCLUDED_


#include <stddef.h>
#include <jansson.h>


#pragma GCC visibility push(hidden)


/*
 * A type is this and a name that the manual explains (RFC 9457, 3.1.1 allows
 * tag URIs, RFC 4151: they name and need not be fetched), or about:blank when
 * there is nothing to say beyond the status.
 */
#define RESONATE_PROBLEM_TYPE  "tag:resonate.coop,2026:problem/"

/*
 * A new JSON text, to be freed by the caller with free(); NULL when out of
 * memory.  "detail" may be NULL (the title is used) and need not be valid
 * UTF-8 (the title is used then, too).  "errors" is an array or NULL; it is
 * borrowed.
 */
char *resonate_problem(int status, const char *detail, json_t *errors);


#pragma GCC visibility pop


#endif /* _RESONATE_PROBLEM_H_INCLUDED_ */
