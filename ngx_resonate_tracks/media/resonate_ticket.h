
/*
 * Copyright (C) Resonate
 *
 * Tickets: who may hear or keep one track, or keep one release, in a URL, for
 * what cannot send a header.  Pure: libc and OpenSSL.
 *
 *     "rst2" key mode end lengths subject proof [zeros] MAC
 *
 * in base64url: the name of the key, a mode, when it ends, lengths and texts.
 * It is short, because a playlist has it in each URL: a subject that is a UUID
 * takes 16 bytes, and the track is not in it, because the URL names it.  The
 * MAC is HMAC-SHA256 over all of that and the track, its first half (RFC 2104,
 * section 5): nobody finds 128 bits by guessing at a server.  Zeros fill it to
 * whole groups of four characters, so that each ticket has one spelling only,
 * and no padding.  Whoever has a ticket can read it.
 *
 * Its first characters name it, so that it is known wherever it turns up.
 */


#ifndef _RESONATE_TICKET_H_INCLUDED_
#define _RESONATE_TICKET_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


#define RESONATE_TICKET_KEY_MIN    32      /* RFC 2104, section 3 */
#define RESONATE_TICKET_KEY_MAX    1024
#define RESONATE_TICKET_KEYS_MAX   8

#define RESONATE_TICKET_TRACK      16
#define RESONATE_TICKET_TEXT_MAX   255     /* bytes of subject, and of proof */

/* characters of a ticket: of nobody, and with the longest texts */

#define RESONATE_TICKET_MIN        36
#define RESONATE_TICKET_MAX        716

/* bytes of what it is read into: all of it, and a UUID as a text */

#define RESONATE_TICKET_BUF        (RESONATE_TICKET_MAX / 4 * 3 + 36)

/*
 * Seconds.  Whoever gets hold of a key for a moment cannot make tickets that
 * are good for ever; clocks of machines differ a little.
 */

#define RESONATE_TICKET_LIFE_MAX   (48 * 3600)
#define RESONATE_TICKET_SKEW       60


#pragma GCC visibility push(hidden)


typedef enum {
    RESONATE_TICKET_OK = 0,
    RESONATE_TICKET_MALFORMED,
    RESONATE_TICKET_KEY,           /* of no key that there is */
    RESONATE_TICKET_BENT,          /* the MAC does not fit, nor the track */
    RESONATE_TICKET_EXPIRED,
    RESONATE_TICKET_LONG,          /* for longer than any */
    RESONATE_TICKET_FAILED         /* OpenSSL could not compute */
} resonate_ticket_rc_e;


typedef enum {
    RESONATE_TICKET_PREVIEW = 1,
    RESONATE_TICKET_FULL,
    RESONATE_TICKET_DOWNLOAD,
    RESONATE_TICKET_RELEASE        /* a download of all of it */
} resonate_ticket_mode_e;


typedef struct {
    const unsigned char      *data;
    size_t                    len;
} resonate_ticket_text_t;


/*
 * "proof" is what auth keeps: of whose tokens the subject is, and what may
 * revoke it.  Without both it is anybody's.
 */

typedef struct {
    resonate_ticket_mode_e    mode;
    int64_t                   expires;    /* Unix time */
    resonate_ticket_text_t    subject;
    resonate_ticket_text_t    proof;
} resonate_ticket_t;


/*
 * Keys: the first one signs, all verify.  A ring is used by one thread at a
 * time.
 *
 * ring  NULL: out of memory
 * key   0;  -1: of a wrong length, one too many, or OpenSSL fails
 * free  NULL is nothing
 */

typedef struct resonate_ticket_ring_s  resonate_ticket_ring_t;

resonate_ticket_ring_t *resonate_ticket_ring(void);
int resonate_ticket_key(resonate_ticket_ring_t *ring,
    const unsigned char *key, size_t len);
void resonate_ticket_ring_free(resonate_ticket_ring_t *ring);


/*
 * make  how many characters were written, without NUL; "text" has room for
 *       RESONATE_TICKET_MAX.  0: a text is too long, the time cannot be, or
 *       OpenSSL fails
 * open  OK: *ticket, whose texts are views of "buf", which has room for
 *       RESONATE_TICKET_BUF bytes.  "now" is Unix time; it is good as long as
 *       that is before "expires"
 *
 * A track has RESONATE_TICKET_TRACK bytes.
 */

size_t resonate_ticket_make(const resonate_ticket_ring_t *ring,
    const resonate_ticket_t *ticket,
    const unsigned char *track, char *text);
resonate_ticket_rc_e resonate_ticket_open(const resonate_ticket_ring_t *ring,
    const char *text, size_t len,
    const unsigned char *track, int64_t now,
    unsigned char *buf, resonate_ticket_t *ticket);

/* as a sentence without a full stop */
const char *resonate_ticket_strerror(resonate_ticket_rc_e rc);


/*
 * Tickets in other texts, be they good or not.
 *
 * find  how many characters the next one has, *at is where it begins; 0: there
 *       is none
 * mask  copies a text, with "***" in place of the one that find() has found
 *       and of all behind it: how many were written, no more than "len"
 */

size_t resonate_ticket_find(const char *text, size_t len, size_t *at);
size_t resonate_ticket_mask(char *dst, const char *text, size_t len, size_t at,
    size_t n);


#pragma GCC visibility pop


#endif /* _RESONATE_TICKET_H_INCLUDED_ */
