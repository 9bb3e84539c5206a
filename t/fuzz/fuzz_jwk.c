
/*
 * Copyright (C) Resonate
 *
 * Any key set, and any object as its only key: no crash, no leak, and what
 * is taken can do something.
 */


#include <stdlib.h>
#include <string.h>

#include "../../ngx_resonate_auth/jwt/resonate_jwk.h"


#define HEAD  "{\"keys\":["
#define TAIL  "]}"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static size_t
set(const char *data, size_t size,
    resonate_jwks_t *(*parse)(const char *data, size_t len, char *error))
{
    char              error[RESONATE_JWK_ERROR_MAX] = "";
    size_t            i, nkeys;
    resonate_jwks_t  *jwks;

    jwks = parse(data, size, error);

    if (jwks == NULL) {
        if (error[0] == '\0') {
            abort();
        }

        return 0;
    }

    nkeys = jwks->nkeys;

    for (i = 0; i < nkeys; i++) {
        if (jwks->keys[i].pkey == NULL
            || jwks->keys[i].algs == 0
            || (jwks->keys[i].algs & ~(unsigned) RESONATE_JWT_ANY)
            || jwks->keys[i].kid_len > RESONATE_JWT_KID_MAX)
        {
            abort();
        }
    }

    if (!resonate_jwks_contains(jwks, jwks)) {
        abort();
    }

    resonate_jwks_free(jwks);

    return nkeys;
}


/* what a file may hold, a server may send */

static void
both(const char *data, size_t size)
{
    size_t  nkeys;

    nkeys = set(data, size, resonate_jwks_parse);

    if (set(data, size, resonate_jwks_fetched) < nkeys) {
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char  *text;

    both((const char *) data, size);

    text = malloc(sizeof(HEAD TAIL) + size);

    if (text == NULL) {
        return 0;
    }

    memcpy(text, HEAD, sizeof(HEAD) - 1);
    memcpy(text + sizeof(HEAD) - 1, data, size);
    memcpy(text + sizeof(HEAD) - 1 + size, TAIL, sizeof(TAIL) - 1);

    both(text, sizeof(HEAD TAIL) - 1 + size);
    free(text);

    return 0;
}
