
/*
 * Copyright (C) Resonate
 */


#include <string.h>

#include "resonate_proof.h"


#define RESONATE_PROOF_VERSION  1


int
resonate_proof_add(resonate_proof_t *proof, resonate_revoked_kind_e kind,
    resonate_jwt_view_t issuer, resonate_jwt_view_t value)
{
    size_t                  i;
    resonate_revoked_key_t  key;

    if (!resonate_revoked_key(&key, kind, issuer, value)) {
        return 0;
    }

    for (i = 0; i < proof->n; i++) {
        if (proof->names[i].kind == kind
            && memcmp(&proof->names[i].key, &key, sizeof(key)) == 0)
        {
            return 1;
        }
    }

    if (proof->n == RESONATE_PROOF_NAMES) {
        return 0;
    }

    proof->names[proof->n].kind = kind;
    proof->names[proof->n].key = key;
    proof->n++;

    return 1;
}


/* a key is a part of a digest: its bytes are the same on all machines */

size_t
resonate_proof_pack(const resonate_proof_t *proof, unsigned char *buf)
{
    int             shift;
    size_t          i;
    unsigned char  *p;

    p = buf;
    *p++ = RESONATE_PROOF_VERSION;

    for (shift = 56; shift >= 0; shift -= 8) {
        *p++ = (unsigned char) (proof->issued >> shift);
    }

    for (i = 0; i < proof->n; i++) {
        *p++ = (unsigned char) proof->names[i].kind;
        memcpy(p, &proof->names[i].key, sizeof(resonate_revoked_key_t));
        p += sizeof(resonate_revoked_key_t);
    }

    return (size_t) (p - buf);
}


int
resonate_proof_unpack(resonate_proof_t *proof, const unsigned char *buf,
    size_t len)
{
    size_t                i;
    uint64_t              issued;
    const unsigned char  *p;

    if (len < RESONATE_PROOF_HEAD
        || len > RESONATE_PROOF_MAX
        || (len - RESONATE_PROOF_HEAD) % RESONATE_PROOF_NAME != 0
        || buf[0] != RESONATE_PROOF_VERSION)
    {
        return -1;
    }

    issued = 0;

    for (i = 1; i < RESONATE_PROOF_HEAD; i++) {
        issued = issued << 8 | buf[i];
    }

    proof->issued = (int64_t) issued;
    proof->n = (len - RESONATE_PROOF_HEAD) / RESONATE_PROOF_NAME;

    p = buf + RESONATE_PROOF_HEAD;

    for (i = 0; i < proof->n; i++, p += RESONATE_PROOF_NAME) {

        if (p[0] >= RESONATE_REVOKED_UNKNOWN) {
            return -1;
        }

        proof->names[i].kind = p[0];
        memcpy(&proof->names[i].key, p + 1, sizeof(resonate_revoked_key_t));
    }

    return 0;
}


int64_t
resonate_proof_before(const resonate_proof_t *proof,
    const resonate_revoked_t *set)
{
    size_t   i;
    int64_t  before, most;

    most = 0;

    for (i = 0; i < proof->n; i++) {
        before = resonate_revoked_before(set, &proof->names[i].key,
                                         proof->names[i].kind);
        most = before > most ? before : most;
    }

    return most;
}
