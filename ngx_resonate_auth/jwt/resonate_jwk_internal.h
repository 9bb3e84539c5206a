
/*
 * Copyright (C) Resonate
 *
 * Between a set of keys and one key.
 */


#ifndef _RESONATE_JWK_INTERNAL_H_INCLUDED_
#define _RESONATE_JWK_INTERNAL_H_INCLUDED_


#include "resonate_jwk.h"


#pragma GCC visibility push(hidden)


/*
 * 1: a key, but for its "kid";  0: one of another kind or for another use;
 * -1: *reason says what is wrong with it
 */
int resonate_jwk_take(resonate_jwk_t *key, json_t *object,
    const char **reason);


#pragma GCC visibility pop


#endif /* _RESONATE_JWK_INTERNAL_H_INCLUDED_ */
