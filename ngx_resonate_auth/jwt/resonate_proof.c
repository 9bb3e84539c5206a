
/*
 * Copyright (C) Resonate
 */


#include <string.h>
#include <openssl/evp.h>

#include "resonate_proof.h"


#define RESONATE_PROOF_VERSION   2

/* the first byte: the version, and how many names come before the wide ones */
#define RESONATE_PROOF_SHIFT     4
#define RESONATE_PROOF_NARROW    0xf

#define RESONATE_PROOF_TIME_MAX                                               \
    (((int64_t) 1 << (8 * RESONATE_PROOF_TIME)) - 1)


static unsigned char *resonate_proof_names(const resonate_proof_t *proof,
    int wide, unsigned char *p);
static int resonate_proof_wide(resonate_revoked_kind_e kind);


int
resonate_proof_issuer(resonate_jwt_view_t name,
    unsigned char issuer[RESONATE_PROOF_ISSUER])
{
    unsigned char  digest[EVP_MAX_MD_SIZE];

    if (EVP_Digest(name.data, name.len, digest, NULL, EVP_sha256(), NULL)
        != 1)
    {
        return 0;
    }

    memcpy(issuer, digest, RESONATE_PROOF_ISSUER);

    return 1;
}


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
    int             i;
    int64_t         issued;
    unsigned char  *p;

    issued = proof->issued;

    if (issued < 0) {
        issued = 0;
    }

    if (issued > RESONATE_PROOF_TIME_MAX) {
        issued = RESONATE_PROOF_TIME_MAX;
    }

    p = buf + 1;

    memcpy(p, proof->issuer, RESONATE_PROOF_ISSUER);
    p += RESONATE_PROOF_ISSUER;

    for (i = RESONATE_PROOF_TIME - 1; i >= 0; i--) {
        *p++ = (unsigned char) (issued >> (8 * i));
    }

    p = resonate_proof_names(proof, 0, p);

    buf[0] = (unsigned char) (RESONATE_PROOF_VERSION << RESONATE_PROOF_SHIFT
                              | (p - buf - RESONATE_PROOF_HEAD)
                                / RESONATE_PROOF_NAME);

    return (size_t) (resonate_proof_names(proof, 1, p) - buf);
}


static unsigned char *
resonate_proof_names(const resonate_proof_t *proof, int wide,
    unsigned char *p)
{
    size_t  i;

    for (i = 0; i < proof->n; i++) {

        if (resonate_proof_wide(proof->names[i].kind) != wide) {
            continue;
        }

        memcpy(p, &proof->names[i].key, RESONATE_PROOF_NAME);
        p += RESONATE_PROOF_NAME;
    }

    return p;
}


/* names of many tokens */

static int
resonate_proof_wide(resonate_revoked_kind_e kind)
{
    return kind == RESONATE_REVOKED_SUBJECT || kind == RESONATE_REVOKED_CLIENT;
}


int
resonate_proof_unpack(resonate_proof_t *proof, const unsigned char *buf,
    size_t len)
{
    size_t                i, narrow;
    const unsigned char  *p;

    if (len < RESONATE_PROOF_HEAD
        || len > RESONATE_PROOF_MAX
        || (len - RESONATE_PROOF_HEAD) % RESONATE_PROOF_NAME != 0
        || buf[0] >> RESONATE_PROOF_SHIFT != RESONATE_PROOF_VERSION)
    {
        return -1;
    }

    narrow = buf[0] & RESONATE_PROOF_NARROW;

    proof->n = (len - RESONATE_PROOF_HEAD) / RESONATE_PROOF_NAME;

    if (narrow > proof->n) {
        return -1;
    }

    p = buf + 1;

    memcpy(proof->issuer, p, RESONATE_PROOF_ISSUER);
    p += RESONATE_PROOF_ISSUER;

    proof->issued = 0;

    for (i = 0; i < RESONATE_PROOF_TIME; i++) {
        proof->issued = proof->issued << 8 | *p++;
    }

    for (i = 0; i < proof->n; i++, p += RESONATE_PROOF_NAME) {
        proof->names[i].kind = (i < narrow) ? RESONATE_REVOKED_TOKEN
                                            : RESONATE_REVOKED_SUBJECT;
        memcpy(&proof->names[i].key, p, RESONATE_PROOF_NAME);
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
