
/*
 * Copyright (C) Resonate
 *
 * Between the files of tickets.
 */


#ifndef _RESONATE_TICKET_INTERNAL_H_INCLUDED_
#define _RESONATE_TICKET_INTERNAL_H_INCLUDED_


#include "resonate_ticket.h"


/* three bytes, and the four characters of them */

#define RESONATE_TICKET_MAGIC   "\xae\xcb\x76"
#define RESONATE_TICKET_PREFIX  "rst2"

#define RESONATE_TICKET_MAC     16

/* of what base64url has no character for */
#define RESONATE_TICKET_NO_DIGIT  64


#pragma GCC visibility push(hidden)


extern const unsigned char  resonate_ticket_digits[256];

#define resonate_ticket_digit(c)                                              \
    resonate_ticket_digits[(unsigned char) (c)]


/*
 * The MAC of "data" and "track" with the key of that number: 0, or -1 when
 * OpenSSL fails.
 *
 * name  one byte of the key, by which it is found among others
 */

int resonate_ticket_mac(const resonate_ticket_ring_t *ring, size_t n,
    const unsigned char *data, size_t len, const unsigned char *track,
    unsigned char *mac);
size_t resonate_ticket_keys(const resonate_ticket_ring_t *ring);
unsigned char resonate_ticket_name(const resonate_ticket_ring_t *ring,
    size_t n);


#pragma GCC visibility pop


#endif /* _RESONATE_TICKET_INTERNAL_H_INCLUDED_ */
