
/*
 * Copyright (C) Resonate
 *
 * Out of memory, for LD_PRELOAD: while the file $PRELOAD_GATE exists, OpenSSL
 * begins no digest, or, if something is in it, verifies no signature.
 */


#define _GNU_SOURCE

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

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


static int
fail_digest_gate(int verify)
{
    struct stat  st;

    return gate[0] && stat(gate, &st) == 0 && (st.st_size > 0) == verify;
}


int
EVP_DigestInit_ex(EVP_MD_CTX *ctx, const EVP_MD *type, ENGINE *impl)
{
    static int  (*real)(EVP_MD_CTX *, const EVP_MD *, ENGINE *);

    if (fail_digest_gate(0)) {
        return 0;
    }

    if (real == NULL) {
        real = (int (*)(EVP_MD_CTX *, const EVP_MD *, ENGINE *))
               dlsym(RTLD_NEXT, "EVP_DigestInit_ex");
    }

    return real(ctx, type, impl);
}


int
EVP_DigestVerifyInit(EVP_MD_CTX *ctx, EVP_PKEY_CTX **pctx, const EVP_MD *type,
    ENGINE *e, EVP_PKEY *pkey)
{
    static int  (*real)(EVP_MD_CTX *, EVP_PKEY_CTX **, const EVP_MD *,
                        ENGINE *, EVP_PKEY *);

    if (fail_digest_gate(1)) {
        return 0;
    }

    if (real == NULL) {
        real = (int (*)(EVP_MD_CTX *, EVP_PKEY_CTX **, const EVP_MD *,
                        ENGINE *, EVP_PKEY *))
               dlsym(RTLD_NEXT, "EVP_DigestVerifyInit");
    }

    return real(ctx, pctx, type, e, pkey);
}
