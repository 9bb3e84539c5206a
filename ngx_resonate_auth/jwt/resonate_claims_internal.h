
/*
 * Copyright (C) Resonate
 *
 * Between what claims must be and what is read from them.
 */


#ifndef _RESONATE_CLAIMS_INTERNAL_H_INCLUDED_
#define _RESONATE_CLAIMS_INTERNAL_H_INCLUDED_


#include "resonate_claims.h"


#pragma GCC visibility push(hidden)


/* all but the times; 0 if one is of a wrong type, too long, or not there */
int resonate_claims_read(json_t *claims,
    const resonate_claims_policy_t *policy, resonate_claims_t *result);

/* whether it names one of the policy's; none of both fit, too */
int resonate_claims_audience(json_t *aud,
    const resonate_claims_policy_t *policy);

/* whether it holds no control characters */
int resonate_claims_printable(const char *s, size_t len);


#pragma GCC visibility pop


#endif /* _RESONATE_CLAIMS_INTERNAL_H_INCLUDED_ */
