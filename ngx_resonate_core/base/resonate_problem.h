
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


/* the words of RFC 9110 and 6585 for a status; never NULL */
const char *resonate_problem_title(int status);

/*
 * A new JSON text of *len bytes, to be freed by the caller with free(); NULL
 * when out of memory.  "detail" may be NULL (the title is used) and need not
 * be valid UTF-8 (the title is used then, too).  "errors" is an array or NULL;
 * it is borrowed.
 */
char *resonate_problem(int status, const char *detail, json_t *errors,
    size_t *len);


#pragma GCC visibility pop


#endif /* _RESONATE_PROBLEM_H_INCLUDED_ */
