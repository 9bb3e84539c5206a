
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

#include <openssl/err.h>
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
EVP_PKEY_verify(EVP_PKEY_CTX *ctx, const unsigned char *sig, size_t siglen,
    const unsigned char *tbs, size_t tbslen)
{
    static int  (*real)(EVP_PKEY_CTX *, const unsigned char *, size_t,
                        const unsigned char *, size_t);

    if (fail_digest_gate(1)) {
        ERR_raise(ERR_LIB_EVP, ERR_R_MALLOC_FAILURE);
        return -1;
    }

    if (real == NULL) {
        real = (int (*)(EVP_PKEY_CTX *, const unsigned char *, size_t,
                        const unsigned char *, size_t))
               dlsym(RTLD_NEXT, "EVP_PKEY_verify");
    }

    return real(ctx, sig, siglen, tbs, tbslen);
}
