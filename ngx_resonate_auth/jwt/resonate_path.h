
/*
 * Copyright (C) Resonate
 *
 * Where in the claims a value is, as configuration says it.  Pure: libc and
 * jansson.
 *
 *     realm_access.roles         names with dots between
 *     https://id.example/roles   with a colon it is one name: a URI (RFC
 *                                7519, section 4.2), "cognito:groups"
 *     /a.b/c~1d                  with a slash first it is a JSON Pointer
 *                                (RFC 6901): "c/d" in "a.b"
 *
 * Members of objects are found, elements of arrays are not.
 */


#ifndef _RESONATE_PATH_H_INCLUDED_
#define _RESONATE_PATH_H_INCLUDED_


#include "resonate_jwt.h"


#pragma GCC visibility push(hidden)


#define RESONATE_PATH_MAX    255    /* bytes */
#define RESONATE_PATH_NAMES  8


/* 1 if the path is one of these, within the limits */
int resonate_path_valid(const resonate_jwt_view_t *path);

/* what is there, borrowed, or NULL; a path that is not valid finds nothing */
json_t *resonate_path_find(json_t *claims, const resonate_jwt_view_t *path);

/*
 * Takes the first name off a path: 1, and the name with a NUL behind it; 0 at
 * the end; -1 where the path is not valid.
 */
int resonate_path_next(resonate_jwt_view_t *path,
    char name[RESONATE_PATH_MAX + 1]);


#pragma GCC visibility pop


#endif /* _RESONATE_PATH_H_INCLUDED_ */
