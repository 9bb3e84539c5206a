
/*
 * Copyright (C) Resonate
 *
 * Texts that only this edge can read and make: AES-256-GCM under a key of a
 * ring, in base64url.  A browser keeps them for us, in cookies.  Pure: libc
 * and OpenSSL.
 *
 *     version 1 | key id 4 | nonce 12 | ciphertext | tag 16
 *
 * The ciphertext is of the time at which the text ends, 8 bytes, and of what
 * was sealed.  Version, key id, purpose and context are authenticated.
 */


#ifndef _RESONATE_SEAL_H_INCLUDED_
#define _RESONATE_SEAL_H_INCLUDED_


#include <stddef.h>
#include <time.h>


#pragma GCC visibility push(hidden)


#define RESONATE_SEAL_KEYS_MAX   8        /* of a ring */
#define RESONATE_SEAL_KEY        32       /* bytes */
#define RESONATE_SEAL_FILE_MAX   4096     /* bytes of a ring's file */
#define RESONATE_SEAL_ERROR_MAX  80       /* bytes of a reason, with NUL */

#define RESONATE_SEAL_PLAIN_MAX  11264    /* bytes that can be sealed */
#define RESONATE_SEAL_OVERHEAD   (1 + 4 + 12 + 8 + 16)
#define RESONATE_SEAL_TEXT_MAX                                                \
    (((RESONATE_SEAL_PLAIN_MAX + RESONATE_SEAL_OVERHEAD) * 4 + 2) / 3)


/* what is sealed for one purpose is of no use for another */

typedef enum {
    RESONATE_SEAL_SESSION = 0,
    RESONATE_SEAL_TRANSACTION,
    RESONATE_SEAL_PURPOSES
} resonate_seal_purpose_e;


typedef enum {
    RESONATE_SEAL_OK = 0,
    RESONATE_SEAL_MALFORMED,
    RESONATE_SEAL_UNKNOWN,       /* its key is not, or no longer, in the ring */
    RESONATE_SEAL_FORGED,        /* or of another purpose or context */
    RESONATE_SEAL_EXPIRED,
    RESONATE_SEAL_FAILED         /* ours: no memory, or no randomness */
} resonate_seal_rc_e;


typedef struct resonate_seal_ring_s  resonate_seal_ring_t;


/*
 * A ring of the text of a file: a line for each key, 64 hexadecimal digits;
 * empty lines, and those that begin with "#", are comments.  The first key
 * seals, all of them open: a new key goes on top, and the last one goes when
 * all that it sealed has ended.
 *
 * NULL: *error, which has room for RESONATE_SEAL_ERROR_MAX bytes, says why
 * and quotes nothing.  A ring is not changed until it is freed; free() wipes
 * the keys.
 */
resonate_seal_ring_t *resonate_seal_ring(const char *text, size_t len,
    char *error);
void resonate_seal_ring_free(resonate_seal_ring_t *ring);

/*
 * Seals "len" bytes until "expires", and writes text of *textlen characters,
 * at most RESONATE_SEAL_TEXT_MAX.  MALFORMED: too many bytes.
 */
resonate_seal_rc_e resonate_seal(const resonate_seal_ring_t *ring,
    resonate_seal_purpose_e purpose, const char *context, time_t expires,
    const void *data, size_t len, char *text, size_t *textlen);

/*
 * Opens a text into "data", which has room for RESONATE_SEAL_PLAIN_MAX bytes.
 * "data" is wiped, and *len zero, unless the answer is OK.
 */
resonate_seal_rc_e resonate_seal_open(const resonate_seal_ring_t *ring,
    resonate_seal_purpose_e purpose, const char *context, time_t now,
    const char *text, size_t textlen, void *data, size_t *len,
    time_t *expires);

/* a sentence */
const char *resonate_seal_strerror(resonate_seal_rc_e rc);


#pragma GCC visibility pop


#endif /* _RESONATE_SEAL_H_INCLUDED_ */
