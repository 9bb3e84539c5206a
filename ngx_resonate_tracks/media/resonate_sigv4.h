
/*
 * Copyright (C) Resonate
 *
 * Requests that read from an S3-compatible store, signed by AWS Signature
 * Version 4 in a header ("Authenticating Requests: Using the Authorization
 * Header", Amazon S3 API reference).
 */


#ifndef _RESONATE_SIGV4_H_INCLUDED_
#define _RESONATE_SIGV4_H_INCLUDED_


#include <stddef.h>
#include <time.h>


/* of an access key: AWS has 20 and 40 */
#define RESONATE_SIGV4_MAX_ID      128
#define RESONATE_SIGV4_MAX_SECRET  128
#define RESONATE_SIGV4_MAX_REGION  64

/* "20130524T000000Z" and NUL */
#define RESONATE_SIGV4_DATE        17

/* a value of Authorization, for texts of the sizes above */
#define RESONATE_SIGV4_SIZE        512

/* x-amz-content-sha256 of a request without a body */
#define RESONATE_SIGV4_EMPTY                                                  \
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


typedef struct {
    const char           *data;
    size_t                len;
} resonate_sigv4_text_t;

typedef struct {
    resonate_sigv4_text_t   id;
    resonate_sigv4_text_t   secret;
    resonate_sigv4_text_t   region;

    /* as they are sent: Host, the path, Range (may be empty) and x-amz-date */

    resonate_sigv4_text_t   host;
    resonate_sigv4_text_t   path;
    resonate_sigv4_text_t   range;
    const char             *date;
} resonate_sigv4_t;


#pragma GCC visibility push(hidden)

/* x-amz-date of a time, which ends with NUL */

void resonate_sigv4_date(time_t time, char out[RESONATE_SIGV4_DATE]);

/*
 * The path that names an object, with every byte escaped but unreserved ones
 * and slashes: writes at most 3 * len bytes, none with NULL.  Returns how many
 * they are.
 */

size_t resonate_sigv4_escape(const char *name, size_t len, char *out);

/*
 * The value of Authorization for a GET without a query: returns its length, or
 * 0, if a text is too long or memory is short.
 */

size_t resonate_sigv4_sign(const resonate_sigv4_t *s,
    char out[RESONATE_SIGV4_SIZE]);

/*
 * "ID:SECRET", as it stands in a file: returns NULL, and views into "text", or
 * what is wrong with it.
 */

const char *resonate_sigv4_key(const char *text, size_t len,
    resonate_sigv4_text_t *id, resonate_sigv4_text_t *secret);

#pragma GCC visibility pop


#endif /* _RESONATE_SIGV4_H_INCLUDED_ */
