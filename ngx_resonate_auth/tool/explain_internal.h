
/*
 * Copyright (C) Resonate
 *
 * Between the files of "resonate-token explain".
 */


#ifndef _EXPLAIN_INTERNAL_H_INCLUDED_
#define _EXPLAIN_INTERNAL_H_INCLUDED_


#include "explain_token.h"
#include "resonate_claims_internal.h"
#include "resonate_jws.h"


#define EXPLAIN_ACCEPTED   0
#define EXPLAIN_REFUSED    1
#define EXPLAIN_UNKNOWN    2

#define EXPLAIN_ISSUERS    256
#define EXPLAIN_ASKED      64
#define EXPLAIN_AUDIENCES  64     /* as many as the edge takes */
#define EXPLAIN_SHOWN      160    /* bytes of a value */


typedef struct {
    const char               *name;
    const char               *where;    /* in the configuration */
    const char               *jwks;     /* files */
    const char               *secret;
    const char               *fetched;  /* what "url" had to say */
    const char               *url;      /* of keys, or of discovery */
    unsigned                  algs;
    resonate_claims_policy_t  policy;
    resonate_jwt_view_t       audiences[EXPLAIN_AUDIENCES];
} explain_issuer_t;


/* somebody who is asked about opaque tokens */

typedef struct {
    const char               *what;
    const explain_issuer_t   *issuer;
    int                       uuid;
} explain_asked_t;


typedef struct {
    size_t                    nissuers;
    size_t                    nasked;
    const char               *dpop;     /* "off", "on", "required" */
    int                       revocation;
    time_t                    now;
    explain_issuer_t          issuers[EXPLAIN_ISSUERS];
    explain_asked_t           asked[EXPLAIN_ASKED];
} explain_t;


/*
 * What is checked, a line for each.
 *
 * header()     as it is sent, that of a token that is refused for it, too
 * signature()  *known is 0 if the keys are elsewhere
 * bound()      0: nobody could show what it is bound to
 */

void explain_header(const char *token, size_t len);
resonate_jwt_rc_e explain_signature(const explain_issuer_t *issuer,
    const resonate_jwt_t *jwt, int *known);
resonate_jwt_rc_e explain_claims(const explain_t *e,
    const explain_issuer_t *issuer, const resonate_jwt_t *jwt,
    resonate_claims_t *claims);
void explain_identity(const resonate_claims_t *claims);
int explain_bound(const explain_t *e, const resonate_claims_t *claims);


/*
 * line()       good: 1, 0, or -1 for what is neither
 * refused()    the last line, and the exit status
 * text()       ASCII, and UTF-8 but for its control characters; "buf" has
 *              room for EXPLAIN_SHOWN and four more
 * shown()      the same of a JSON value
 * read()       with NUL behind it; what is beyond "max" is left
 */

void explain_line(const char *what, int good, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int explain_refused(const char *why);
const char *explain_text(char *buf, const char *s, size_t len);
const char *explain_shown(char *buf, json_t *value);
char *explain_read(int fd, const char *name, size_t max, size_t *len);
void explain_fail(const char *fmt, ...)
    __attribute__((noreturn, format(printf, 1, 2)));


#endif /* _EXPLAIN_INTERNAL_H_INCLUDED_ */
