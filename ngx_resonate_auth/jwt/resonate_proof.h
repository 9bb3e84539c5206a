
/*
 * Copyright (C) Resonate
 *
 * What a revocation may name of a token, to be kept by what outlives it.
 * Pure: libc.
 */


#ifndef _RESONATE_PROOF_H_INCLUDED_
#define _RESONATE_PROOF_H_INCLUDED_


#include "resonate_revoked.h"


#pragma GCC visibility push(hidden)


/* the five kinds, and three of them again if a session has other names */

#define RESONATE_PROOF_NAMES  8

#define RESONATE_PROOF_HEAD   9     /* version, time */
#define RESONATE_PROOF_NAME   17    /* kind, key */
#define RESONATE_PROOF_MAX    (RESONATE_PROOF_HEAD                            \
                               + RESONATE_PROOF_NAMES * RESONATE_PROOF_NAME)


typedef struct {
    int64_t                       issued;    /* Unix time; 0: not known */
    size_t                        n;
    struct {
        resonate_revoked_kind_e   kind;
        resonate_revoked_key_t    key;
    } names[RESONATE_PROOF_NAMES];
} resonate_proof_t;


/*
 * add     one name, unless it is there already: 1, or 0 when OpenSSL fails,
 *         or when there are too many
 * pack    how many bytes were written; "buf" has room for RESONATE_PROOF_MAX
 * unpack  0;  -1: pack() has not written that
 * before  of what is to be refused, of all names, or 0
 */

int resonate_proof_add(resonate_proof_t *proof, resonate_revoked_kind_e kind,
    resonate_jwt_view_t issuer, resonate_jwt_view_t value);
size_t resonate_proof_pack(const resonate_proof_t *proof, unsigned char *buf);
int resonate_proof_unpack(resonate_proof_t *proof, const unsigned char *buf,
    size_t len);
int64_t resonate_proof_before(const resonate_proof_t *proof,
    const resonate_revoked_t *set);


#pragma GCC visibility pop


#endif /* _RESONATE_PROOF_H_INCLUDED_ */
