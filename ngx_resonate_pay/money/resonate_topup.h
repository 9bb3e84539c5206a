
/*
 * Copyright (C) Resonate
 *
 * The body of a top-up:
 *
 *     {"account": "listener", "amount": 4088, "key": "any text, once"}
 *
 * All three are required and nothing else may be there.  "amount" is in mc;
 * the same "key" credits once, however often it comes.
 */


#ifndef _RESONATE_TOPUP_H_INCLUDED_
#define _RESONATE_TOPUP_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>
#include <jansson.h>


#define RESONATE_TOPUP_MAX_BODY    4096
#define RESONATE_TOPUP_MAX_TEXT    255     /* bytes of account and of key */
#define RESONATE_TOPUP_MAX_ERRORS  16      /* a body has room for hundreds */


#pragma GCC visibility push(hidden)


typedef enum {
    RESONATE_TOPUP_OK = 0,
    RESONATE_TOPUP_MALFORMED,       /* not one JSON object, too long, or with
                                       a duplicate name */
    RESONATE_TOPUP_INVALID,         /* "errors" says what is wrong */
    RESONATE_TOPUP_NOMEM
} resonate_topup_e;


/*
 * Whatever parse() returns, free() releases it all.  The texts are
 * NUL-terminated and live until then; "errors" is an array as in RFC 9457
 * problems of this API.
 */

typedef struct {
    const char  *account;
    const char  *key;
    int64_t      amount_mc;
    json_t      *errors;
    json_t      *root;
} resonate_topup_t;

resonate_topup_e resonate_topup_parse(resonate_topup_t *t, const char *body,
    size_t len, int64_t max_mc);
void resonate_topup_free(resonate_topup_t *t);


#pragma GCC visibility pop


#endif /* _RESONATE_TOPUP_H_INCLUDED_ */
