
/*
 * Copyright (C) Resonate
 *
 * DiscourseConnect: a forum sends a person with a signed question, and gets
 * back who that is, signed with the same secret.  Pure: libc and OpenSSL.
 *
 * Documented at https://meta.discourse.org/t/13045.
 */


#ifndef _RESONATE_DISCOURSE_H_INCLUDED_
#define _RESONATE_DISCOURSE_H_INCLUDED_


#include "resonate_query.h"


#pragma GCC visibility push(hidden)


#define RESONATE_DISCOURSE_SSO_MAX    4096    /* bytes of "sso" */
#define RESONATE_DISCOURSE_NONCE_MAX  128
#define RESONATE_DISCOURSE_URL_MAX    1024
#define RESONATE_DISCOURSE_ANSWER_MAX 3072    /* bytes of a payload of ours */
#define RESONATE_DISCOURSE_SIG        64      /* hexadecimal digits */


typedef enum {
    RESONATE_DISCOURSE_OK = 0,
    RESONATE_DISCOURSE_MISMATCH,     /* not signed with the secret */
    RESONATE_DISCOURSE_MALFORMED,
    RESONATE_DISCOURSE_FAILED        /* OpenSSL */
} resonate_discourse_rc_e;


typedef struct {
    const char  *data;
    size_t       len;
} resonate_discourse_view_t;


/* both end with NUL */

typedef struct {
    size_t       nonce_len;
    size_t       url_len;
    char         nonce[RESONATE_DISCOURSE_NONCE_MAX + 1];
    char         url[RESONATE_DISCOURSE_URL_MAX + 1];
} resonate_discourse_t;


/* "sso" and "sig" are the decoded parameters; nothing is read before "sig"
   was found to be good */
resonate_discourse_rc_e resonate_discourse_read(resonate_discourse_t *d,
    const resonate_discourse_view_t *secret,
    const resonate_discourse_view_t *sso,
    const resonate_discourse_view_t *sig);

/* whether the URL to return to is of that origin, "scheme://host" */
int resonate_discourse_origin(const resonate_discourse_t *d,
    const char *origin, size_t len);

/*
 * "sso=...&sig=..." of a payload, which is a query.  "dst" has room for
 * resonate_discourse_size(len); returns the end, or NULL: the payload is
 * longer than it may be, or OpenSSL failed.
 */
#define resonate_discourse_size(len)                                          \
    (sizeof("sso=&sig=") + RESONATE_DISCOURSE_SIG + 3 * (((len) + 2) / 3 * 4))
char *resonate_discourse_write(char *dst,
    const resonate_discourse_view_t *secret, const char *payload, size_t len);


#pragma GCC visibility pop


#endif /* _RESONATE_DISCOURSE_H_INCLUDED_ */
