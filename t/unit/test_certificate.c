
/*
 * Copyright (C) Resonate
 *
 * A client's certificate in a header.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/pem.h>

#include "../../ngx_resonate_auth/jwt/resonate_certificate.h"


#define BEGIN  "-----BEGIN CERTIFICATE-----"
#define END    "-----END CERTIFICATE-----"


static char           base64[2048];     /* of a certificate, in one line */
static char           pem[2048];
static unsigned char  wanted[RESONATE_CERTIFICATE_DIGEST];


/* a certificate signed by itself */

static int
setup(void **state)
{
    int             len;
    BIO            *bio;
    X509           *x509;
    EVP_PKEY       *pkey;
    EVP_PKEY_CTX   *ctx;
    unsigned char  *der;

    (void) state;

    pkey = NULL;
    ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, NULL);
    x509 = X509_new();
    der = NULL;

    if (EVP_PKEY_keygen_init(ctx) != 1 || EVP_PKEY_keygen(ctx, &pkey) != 1
        || X509_set_pubkey(x509, pkey) != 1
        || X509_gmtime_adj(X509_getm_notBefore(x509), 0) == NULL
        || X509_gmtime_adj(X509_getm_notAfter(x509), 60) == NULL
        || X509_sign(x509, pkey, NULL) == 0)
    {
        return -1;
    }

    len = i2d_X509(x509, &der);
    EVP_EncodeBlock((unsigned char *) base64, der, len);
    EVP_Digest(der, (size_t) len, wanted, NULL, EVP_sha256(), NULL);

    bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, x509);
    BIO_read(bio, pem, sizeof(pem) - 1);

    BIO_free(bio);
    OPENSSL_free(der);
    X509_free(x509);
    EVP_PKEY_free(pkey);
    EVP_PKEY_CTX_free(ctx);

    return 0;
}


/* "$" stands for the base64 of the certificate, "&" for its PEM; what comes
   behind "\\" is escaped */

static size_t
expand(char *dst, const char *text)
{
    char        *p;
    const char  *s;

    p = dst;

    for (s = text; *s; s++) {
        switch (*s) {

        case '$':
            p += sprintf(p, "%s", base64);
            break;

        case '&':
            p += sprintf(p, "%s", pem);
            break;

        case '\\':
            p += sprintf(p, "%%%02x", (unsigned) *++s);
            break;

        default:
            *p++ = *s;
        }
    }

    return (size_t) (p - dst);
}


typedef struct {
    const char  *text;
    int          rc;
} certificate_case_t;


static const certificate_case_t  cases[] = {
    { "&", 0 },
    { BEGIN "$" END, 0 },
    { BEGIN "\n$\n" END "\n", 0 },
    { BEGIN "\\\n$\\\n" END "\\\n", 0 },
    { "-----BEGIN\\ CERTIFICATE-----\\\n$\\\n-----END\\ CERTIFICATE-----", 0 },
    { BEGIN "\t$\t" END, 0 },
    { " " BEGIN "$" END "\t", 0 },
    { "&&", 0 },
    { "&" BEGIN "junk" END, 0 },
    { ":$:", 0 },
    { " :$: ", 0 },

    { "", -1 },
    { ":", -1 },
    { "::", -1 },
    { ":AA==:", -1 },
    { ":$", -1 },
    { ":$:;a=1", -1 },
    { "$", -1 },
    { BEGIN, -1 },
    { BEGIN END, -1 },
    { BEGIN "$", -1 },
    { "$" END, -1 },
    { BEGIN "$AAAA" END, -1 },
    { BEGIN "AAAA$" END, -1 },
    { BEGIN "MAA=" END, -1 },
    { BEGIN "*$" END, -1 },
    { "x" BEGIN "$" END, -1 },
    { "-----BEGIN PUBLIC KEY-----$-----END PUBLIC KEY-----", -1 },
    { BEGIN "$" END "%", -1 },
    { BEGIN "$" END "%0", -1 },
    { BEGIN "$" END "%zz", -1 }
};


static void
test_text(void **state)
{
    char           text[8192];
    size_t         i;
    unsigned char  digest[RESONATE_CERTIFICATE_DIGEST];

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {

        if (resonate_certificate_text(text, expand(text, cases[i].text),
                                      digest)
            != cases[i].rc)
        {
            fail_msg("%s: not %d", cases[i].text, cases[i].rc);
        }

        if (cases[i].rc == 0) {
            assert_memory_equal(digest, wanted, sizeof(digest));
        }
    }
}


static void
test_long(void **state)
{
    char           text[4 * RESONATE_CERTIFICATE_MAX];
    unsigned char  digest[RESONATE_CERTIFICATE_DIGEST];

    (void) state;

    memset(text, 'A', sizeof(text));
    assert_int_equal(resonate_certificate_text(text, sizeof(text), digest),
                     -1);

    text[0] = ':';
    text[sizeof(text) - 1] = ':';
    assert_int_equal(resonate_certificate_text(text, sizeof(text), digest),
                     -1);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_long)
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
