
/*
 * Copyright (C) Resonate
 *
 * What a browser keeps for us between two requests: who is logged in, or a
 * log-in under way.  It is packed here and sealed by resonate_seal().  Pure:
 * libc.
 */


#ifndef _RESONATE_SESSION_H_INCLUDED_
#define _RESONATE_SESSION_H_INCLUDED_


#include "resonate_jwt.h"

#include <time.h>


#pragma GCC visibility push(hidden)


#define RESONATE_SESSION_TIMES     3
#define RESONATE_SESSION_TEXTS     8
#define RESONATE_SESSION_TEXT_MAX  8192    /* bytes of one */


/* of a session */

enum {
    RESONATE_SESSION_CREATED = 0,    /* when the person logged in */
    RESONATE_SESSION_RENEW,          /* from when on to ask for a new token */
    RESONATE_SESSION_ENDS            /* the access token does; 0: unknown */
};

enum {
    RESONATE_SESSION_ACCESS = 0,
    RESONATE_SESSION_REFRESH,        /* may be empty */
    RESONATE_SESSION_ID_TOKEN,
    RESONATE_SESSION_SUBJECT,
    RESONATE_SESSION_SID,            /* may be empty, as what follows */
    RESONATE_SESSION_NAME,
    RESONATE_SESSION_USERNAME,
    RESONATE_SESSION_EMAIL           /* only one that is verified */
};

/* of a log-in under way */

enum {
    RESONATE_SESSION_STATE = 0,
    RESONATE_SESSION_NONCE,
    RESONATE_SESSION_VERIFIER,
    RESONATE_SESSION_PATH            /* where to return */
};


typedef struct {
    time_t               times[RESONATE_SESSION_TIMES];
    resonate_jwt_view_t  texts[RESONATE_SESSION_TEXTS];
} resonate_session_t;


/*
 * Bytes written, or -1: they would be more than "size", or a text is longer
 * than it may be.
 */
long resonate_session_pack(const resonate_session_t *s, char *buf,
    size_t size);

/* 0, and the texts are views of "buf"; -1: it is not what pack() wrote */
int resonate_session_unpack(resonate_session_t *s, const char *buf,
    size_t len);


#pragma GCC visibility pop


#endif /* _RESONATE_SESSION_H_INCLUDED_ */
