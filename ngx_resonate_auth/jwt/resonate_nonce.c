
/*
 * Copyright (C) Resonate
 */


#include "resonate_nonce.h"
#include "resonate_jwt.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>


#define RESONATE_NONCE_BYTES  (RESONATE_NONCE_LEN / 4 * 3)


static int resonate_nonce_period(const resonate_nonce_t *nonce,
    long long period, char *text);


int
resonate_nonce_make(const resonate_nonce_t *nonce, time_t now, char *text)
{
    return resonate_nonce_period(nonce, now / nonce->lifetime, text);
}


resonate_nonce_rc_e
resonate_nonce_check(const resonate_nonce_t *nonce, time_t now,
    const char *text, size_t len)
{
    char       wanted[RESONATE_NONCE_LEN];
    size_t     i;
    long long  period, known[3];

    period = now / nonce->lifetime;

    known[0] = period;
    known[1] = (now + RESONATE_NONCE_SKEW) / nonce->lifetime;
    known[2] = period - 1;

    if (len != RESONATE_NONCE_LEN) {
        return RESONATE_NONCE_STALE;
    }

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {

        if (resonate_nonce_period(nonce, known[i], wanted) != 0) {
            return RESONATE_NONCE_FAILED;
        }

        if (CRYPTO_memcmp(wanted, text, len) == 0) {
            return (known[i] < period) ? RESONATE_NONCE_ENDING
                                       : RESONATE_NONCE_OK;
        }
    }

    return RESONATE_NONCE_STALE;
}


static int
resonate_nonce_period(const resonate_nonce_t *nonce, long long period,
    char *text)
{
    int            n;
    char           input[64];
    unsigned       len;
    unsigned char  mac[EVP_MAX_MD_SIZE];

    n = snprintf(input, sizeof(input), "nonce,%lld,%lld",
                 (long long) nonce->lifetime, period);

    if (HMAC(EVP_sha256(), nonce->key, (int) nonce->key_len,
             (unsigned char *) input, (size_t) n, mac, &len)
        == NULL)
    {
        return -1;
    }

    (void) resonate_jwt_base64url_put(text, mac, RESONATE_NONCE_BYTES);

    return 0;
}
