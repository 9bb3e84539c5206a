
/*
 * Copyright (C) Resonate
 *
 * What a revocation may name of a token, and who issued it, to be kept by
 * what outlives it: short, because it is in URLs.  Pure: libc and OpenSSL.
 */


#ifndef _RESONATE_PROOF_H_INCLUDED_
#define _RESONATE_PROOF_H_INCLUDED_


#include "resonate_revoked.h"


#pragma GCC visibility push(hidden)


/* the five kinds, and three of them again if a session has other names */

#define RESONATE_PROOF_NAMES  8

#define RESONATE_PROOF_ISSUER 4     /* bytes of a digest of its name */
#define RESONATE_PROOF_TIME   5     /* as far as RESONATE_REVOKED_FAR */
#define RESONATE_PROOF_HEAD   (1 + RESONATE_PROOF_ISSUER + RESONATE_PROOF_TIME)
#define RESONATE_PROOF_NAME   8     /* a key */
#define RESONATE_PROOF_MAX    (RESONATE_PROOF_HEAD                            \
                               + RESONATE_PROOF_NAMES * RESONATE_PROOF_NAME)


typedef struct {
    unsigned char                 issuer[RESONATE_PROOF_ISSUER];
    int64_t                       issued;    /* Unix time; 0: not known */
    size_t                        n;
    struct {
        resonate_revoked_kind_e   kind;
        resonate_revoked_key_t    key;
    } names[RESONATE_PROOF_NAMES];
} resonate_proof_t;


/*
 * issuer  what stands for one among those that are configured: 1, or 0 when
 *         OpenSSL fails
 * add     one name, unless it is there already: 1, or 0 when OpenSSL fails,
 *         or when there are too many
 * pack    how many bytes were written; "buf" has room for RESONATE_PROOF_MAX
 * unpack  0;  -1: pack() has not written that.  Of kinds it tells apart what
 *         resonate_revoked_before() does
 * before  of what is to be refused, of all names, or 0
 */

int resonate_proof_issuer(resonate_jwt_view_t name,
    unsigned char issuer[RESONATE_PROOF_ISSUER]);
int resonate_proof_add(resonate_proof_t *proof, resonate_revoked_kind_e kind,
    resonate_jwt_view_t issuer, resonate_jwt_view_t value);
size_t resonate_proof_pack(const resonate_proof_t *proof, unsigned char *buf);
int resonate_proof_unpack(resonate_proof_t *proof, const unsigned char *buf,
    size_t len);
int64_t resonate_proof_before(const resonate_proof_t *proof,
    const resonate_revoked_t *set);


#pragma GCC visibility pop


#endif /* _RESONATE_PROOF_H_INCLUDED_ */
