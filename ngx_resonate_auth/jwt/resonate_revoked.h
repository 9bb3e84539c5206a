
/*
 * Copyright (C) Resonate
 *
 * A set of what was revoked, in memory that processes share.  Pure: libc and
 * OpenSSL.
 *
 * It has a fixed number of places and never forgets for want of one: what
 * finds none is remembered in a Bloom filter (B. H. Bloom, 1970), which has
 * no end, but takes some that were not revoked for revoked, the more the
 * fuller it is.
 *
 * The caller keeps readers and the writer apart.  A writer that is killed
 * loses at most what it was adding; a place is never half of two.
 */


#ifndef _RESONATE_REVOKED_H_INCLUDED_
#define _RESONATE_REVOKED_H_INCLUDED_


#include "resonate_jwt.h"


#pragma GCC visibility push(hidden)


#define RESONATE_REVOKED_HASH   64              /* digits of SHA-256 */
#define RESONATE_REVOKED_FAR    253402214400    /* of the year 9999: always */


typedef enum {
    RESONATE_REVOKED_TOKEN = 0,     /* by its hash */
    RESONATE_REVOKED_JTI,
    RESONATE_REVOKED_SUBJECT,
    RESONATE_REVOKED_CLIENT,
    RESONATE_REVOKED_SESSION,
    RESONATE_REVOKED_UNKNOWN
} resonate_revoked_kind_e;


typedef enum {
    RESONATE_REVOKED_NEW = 0,       /* or refuses more than before */
    RESONATE_REVOKED_KNOWN,
    RESONATE_REVOKED_FULL           /* new, and in the filter */
} resonate_revoked_e;


typedef struct resonate_revoked_s  resonate_revoked_t;

/*
 * A part of a digest.  Of a million names that were revoked and a thousand
 * million others two have one key once in 18000 such sets; then one more is
 * refused, and never one less.
 */

typedef uint64_t  resonate_revoked_key_t;


/* an empty set in "size" bytes, aligned to eight; NULL: too few */
resonate_revoked_t *resonate_revoked_init(void *memory, size_t size);

/* as SQL calls them */
resonate_revoked_kind_e resonate_revoked_kind(const char *word, size_t len);

/*
 * What names a token: the lower-case SHA-256 of what is signed of a compact
 * JWS, and of any other token.  Of one ECDSA signature anybody makes another
 * one that is as good, so that the hash of all of it would name nothing.
 * key() is the same in all processes.  Both: 1, or 0 when OpenSSL fails.
 */
int resonate_revoked_hash(const char *token, size_t len,
    char hash[RESONATE_REVOKED_HASH]);
int resonate_revoked_key(resonate_revoked_key_t *key,
    resonate_revoked_kind_e kind, resonate_jwt_view_t issuer,
    resonate_jwt_view_t value);

/*
 * add     tokens that were issued before "before" are revoked, to be forgotten
 *         at "expires"; the later ones of two stay.  Unix time, from 1 to
 *         RESONATE_REVOKED_FAR, which is always and never
 * before  of what is to be refused, or 0
 * sweep   forgets what has expired in "n" places from the one of that number,
 *         and returns the next
 */
resonate_revoked_e resonate_revoked_add(resonate_revoked_t *set,
    const resonate_revoked_key_t *key, int64_t before, int64_t expires,
    int64_t now);
int64_t resonate_revoked_before(const resonate_revoked_t *set,
    const resonate_revoked_key_t *key, resonate_revoked_kind_e kind);
size_t resonate_revoked_sweep(resonate_revoked_t *set, size_t from, size_t n,
    int64_t now);

/* places that are taken; revocations that found none */
size_t resonate_revoked_used(const resonate_revoked_t *set);
size_t resonate_revoked_lost(const resonate_revoked_t *set);


#pragma GCC visibility pop


#endif /* _RESONATE_REVOKED_H_INCLUDED_ */
