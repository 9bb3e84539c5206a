
/*
 * Copyright (C) Resonate
 *
 * Signatures of webhooks, in the header scheme that Stripe made common:
 *
 *     t=UNIX,v1=HEX[,v1=HEX...]
 *
 * HEX is HMAC-SHA256, in lower case, over the text of UNIX, a dot and the
 * body's bytes as they came.  A sender that changes its secret signs with the
 * old and the new one for a while, hence more than one v1.  Elements of other
 * names are newer schemes and are passed over.
 */


#ifndef _RESONATE_SIGNATURE_H_INCLUDED_
#define _RESONATE_SIGNATURE_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


#define RESONATE_SIGNATURE_SIZE        32    /* SHA-256 */
#define RESONATE_SIGNATURE_HEX         (2 * RESONATE_SIGNATURE_SIZE)

/* RFC 2104, section 3: never shorter than the hash */
#define RESONATE_SIGNATURE_MIN_SECRET  RESONATE_SIGNATURE_SIZE
#define RESONATE_SIGNATURE_MAX_SECRET  1024

/* eight signatures of 67 bytes and a time, with room for another scheme */
#define RESONATE_SIGNATURE_MAX_HEADER  1024
#define RESONATE_SIGNATURE_MAX_V1      8

/* seconds since 1970 until the year 33658; never overflows */
#define RESONATE_SIGNATURE_MAX_TIME    12


#pragma GCC visibility push(hidden)


typedef enum {
    RESONATE_SIGNATURE_OK = 0,
    RESONATE_SIGNATURE_MALFORMED,   /* not of the scheme, or past a limit */
    RESONATE_SIGNATURE_MISMATCH,    /* of another secret, time or body */
    RESONATE_SIGNATURE_OLD,         /* right, but longer ago than tolerated */
    RESONATE_SIGNATURE_FUTURE,      /* right, but further ahead than that */
    RESONATE_SIGNATURE_SECRET,      /* our own secret is too short or long */
    RESONATE_SIGNATURE_FAILED       /* OpenSSL could not compute */
} resonate_signature_e;


typedef struct {
    const unsigned char  *data;
    size_t                len;
} resonate_signature_bytes_t;


/*
 * parse() looks at the header alone: OK or MALFORMED.  "text" is a view into
 * the header.
 */

typedef struct {
    int64_t                     time;
    resonate_signature_bytes_t  text;      /* of the time, as signed */
    size_t                      n;
    unsigned char               v1[RESONATE_SIGNATURE_MAX_V1]
                                  [RESONATE_SIGNATURE_SIZE];
} resonate_signature_t;

resonate_signature_e resonate_signature_parse(resonate_signature_t *s,
    resonate_signature_bytes_t *header);


/*
 * verify() gives any result.  "now" and "tolerance" are in seconds; a time
 * exactly "tolerance" away is still good.  The window ends on both sides: a
 * signature from the future would otherwise be good for as long as its thief
 * likes.
 */

resonate_signature_e resonate_signature_verify(
    resonate_signature_bytes_t *header, resonate_signature_bytes_t *body,
    resonate_signature_bytes_t *secret, int64_t now, int64_t tolerance);


#pragma GCC visibility pop


#endif /* _RESONATE_SIGNATURE_H_INCLUDED_ */
