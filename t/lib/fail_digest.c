
/*
 * Copyright (C) Resonate
 *
 * Out of memory, for LD_PRELOAD: while the file $PRELOAD_GATE exists, OpenSSL
 * begins no digest, as when it finds no memory for one.
 */


#define _GNU_SOURCE

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/evp.h>


static char  gate[256];


/* here, because nginx clears the environment later */

__attribute__((constructor)) static void
fail_digest_init(void)
{
    const char  *name;

    name = getenv("PRELOAD_GATE");

    if (name) {
        snprintf(gate, sizeof(gate), "%s", name);
    }
}


int
EVP_DigestInit_ex(EVP_MD_CTX *ctx, const EVP_MD *type, ENGINE *impl)
{
    static int  (*real)(EVP_MD_CTX *, const EVP_MD *, ENGINE *);

    if (gate[0] && access(gate, F_OK) == 0) {
        return 0;
    }

    if (real == NULL) {
        real = (int (*)(EVP_MD_CTX *, const EVP_MD *, ENGINE *))
               dlsym(RTLD_NEXT, "EVP_DigestInit_ex");
    }

    return real(ctx, type, impl);
}
