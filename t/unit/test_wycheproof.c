
/*
 * Copyright (C) Resonate
 *
 * Signatures by which others were wrong: Project Wycheproof's, see
 * t/unit/wycheproof/README.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_jws.h"


#define ROOM  16384


/*
 * Where we say something else than the file, and why.  What it calls
 * "acceptable" we refuse: r and s of ECDSA in another length than the curve's,
 * a digest's name without its NULL; but for what is here.
 */

typedef struct {
    const char  *file;
    int          first;
    int          last;
    const char  *why;
} other_t;


#define CUBE  "an exponent of 3 is no fault where padding is compared in full"
#define SALT  "RFC 7518, section 3.5: the salt is as long as the hash, not "
#define HALF  "RFC 7518, section 3.2: half a MAC is none"
#define WEAK  "RFC 7518, section 3.2: the key is shorter than the hash"


static const other_t  others[] = {

    { "rsa_signature_2048_sha256", 239, 240, CUBE },
    { "rsa_signature_2048_sha512", 240, 240, CUBE },
    { "rsa_signature_3072_sha256", 239, 239, CUBE },

    { "rsa_pss_2048_sha256_mgf1_0", 1, 61, SALT "empty" },
    { "rsa_pss_2048_sha256_mgf1_0", 68, 68,
      "the file wants no salt, here are the 32 bytes that we want" },
    { "rsa_pss_4096_sha512_mgf1_32", 1, 130, SALT "32 bytes" },
    { "rsa_pss_4096_sha512_mgf1_32", 138, 139, SALT "32 bytes" },

    { "rsa_pss_misc", 73, 73, SALT "empty" },
    { "rsa_pss_misc", 74, 74, SALT "20 bytes" },
    { "rsa_pss_misc", 75, 75, SALT "28 bytes" },
    { "rsa_pss_misc", 77, 77, SALT "48 bytes" },
    { "rsa_pss_misc", 78, 78, SALT "64 bytes" },
    { "rsa_pss_misc", 109, 109, SALT "empty" },
    { "rsa_pss_misc", 110, 110, SALT "20 bytes" },
    { "rsa_pss_misc", 111, 111, SALT "28 bytes" },
    { "rsa_pss_misc", 112, 112, SALT "32 bytes" },
    { "rsa_pss_misc", 114, 114, SALT "64 bytes" },
    { "rsa_pss_misc", 145, 145, SALT "empty" },
    { "rsa_pss_misc", 146, 146, SALT "20 bytes" },
    { "rsa_pss_misc", 147, 147, SALT "28 bytes" },
    { "rsa_pss_misc", 148, 148, SALT "32 bytes" },
    { "rsa_pss_misc", 149, 149, SALT "48 bytes" },

    { "hmac_sha256", 82, 108, HALF },
    { "hmac_sha256", 163, 168, WEAK },
    { "hmac_sha256", 172, 174, HALF },
    { "hmac_sha384", 82, 108, HALF },
    { "hmac_sha384", 163, 168, WEAK },
    { "hmac_sha384", 172, 174, HALF },
    { "hmac_sha512", 82, 108, HALF },
    { "hmac_sha512", 163, 168, WEAK },
    { "hmac_sha512", 172, 174, HALF },

    { NULL, 0, 0, NULL }
};


typedef struct {
    char                 line[ROOM];
    unsigned char        input[ROOM / 2];
    unsigned char        signature[ROOM / 2];
    resonate_jwks_t     *jwks;
    resonate_jwt_alg_e   alg;
    unsigned             cases;
} run_t;


static size_t
hex(unsigned char *dst, const char *src)
{
    size_t    n;
    unsigned  byte;

    if (strcmp(src, "-") == 0) {
        return 0;
    }

    for (n = 0; src[2 * n]; n++) {
        assert_int_equal(sscanf(src + 2 * n, "%2x", &byte), 1);
        dst[n] = (unsigned char) byte;
    }

    return n;
}


/* "key ALG JWK" or "secret ALG HEX" */

static void
key(run_t *run, char *kind)
{
    char    *alg, *value;
    char     text[ROOM + 16], error[RESONATE_JWK_ERROR_MAX];
    size_t   len;

    alg = strtok(NULL, " ");
    value = strtok(NULL, "\n");
    assert_non_null(alg);
    assert_non_null(value);

    run->alg = resonate_jwt_alg(alg, strlen(alg));
    assert_int_not_equal(run->alg, 0);

    resonate_jwks_free(run->jwks);

    if (strcmp(kind, "secret") == 0) {
        len = hex(run->input, value);
        run->jwks = resonate_jwks_secret((char *) run->input, len, run->alg,
                                         error);

    } else {
        len = sprintf(text, "{\"keys\":[%s]}", value);
        run->jwks = resonate_jwks_parse(text, len, error);
        assert_non_null(run->jwks);
    }
}


static int
verified(run_t *run, const char *input, const char *signature)
{
    size_t               len;
    resonate_jwt_view_t  view;

    view.data = (char *) run->input;
    view.len = hex(run->input, input);
    len = hex(run->signature, signature);

    return run->jwks
           && resonate_jws_verify(&run->jwks->keys[0], run->alg, &view,
                                  run->signature, len)
              == RESONATE_JWT_OK;
}


static const char *
other(const char *file, int id)
{
    const other_t  *o;

    for (o = others; o->file; o++) {
        if (strcmp(o->file, file) == 0 && id >= o->first && id <= o->last) {
            return o->why;
        }
    }

    return NULL;
}


/* "NUMBER valid|invalid|acceptable MESSAGE SIGNATURE WHAT IT IS" */

static void
check(run_t *run, const char *file, const char *number)
{
    int          good;
    char        *result, *input, *signature, *comment;
    const char  *why;

    result = strtok(NULL, " ");
    input = strtok(NULL, " ");
    signature = strtok(NULL, " \n");
    comment = strtok(NULL, "\n");

    assert_non_null(comment);

    why = other(file, atoi(number));
    good = verified(run, input, signature);

    if (good != ((strcmp(result, "valid") == 0) != (why != NULL))) {
        fail_msg("%s %s, %s: %s, and we say %s", file, number, comment,
                 result, good ? "valid" : "invalid");
    }

    run->cases++;
}


static void
test_file(void **state)
{
    char        path[256], *word;
    FILE       *in;
    run_t      *run;
    const char *file = *state;

    run = calloc(1, sizeof(run_t));
    assert_non_null(run);

    snprintf(path, sizeof(path), "t/unit/wycheproof/%s", file);
    in = fopen(path, "r");
    assert_non_null(in);

    while (fgets(run->line, sizeof(run->line), in)) {
        word = strtok(run->line, " ");

        if (strcmp(word, "#") == 0) {
            continue;
        }

        if (word[0] >= '0' && word[0] <= '9') {
            check(run, file, word);

        } else {
            key(run, word);
        }
    }

    fclose(in);
    resonate_jwks_free(run->jwks);

    print_message("# %s: %u cases\n", file, run->cases);
    assert_in_range(run->cases, 18, 400);
    free(run);
}


#define FILE_TEST(name)  { name, test_file, NULL, NULL, (void *) name }


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        FILE_TEST("ecdsa_secp256r1_sha256_p1363"),
        FILE_TEST("ecdsa_secp384r1_sha384_p1363"),
        FILE_TEST("ecdsa_secp521r1_sha512_p1363"),
        FILE_TEST("eddsa"),
        FILE_TEST("ed448"),
        FILE_TEST("rsa_signature_2048_sha256"),
        FILE_TEST("rsa_signature_2048_sha384"),
        FILE_TEST("rsa_signature_2048_sha512"),
        FILE_TEST("rsa_signature_3072_sha256"),
        FILE_TEST("rsa_signature_4096_sha512"),
        FILE_TEST("rsa_pss_2048_sha256_mgf1_0"),
        FILE_TEST("rsa_pss_2048_sha256_mgf1_32"),
        FILE_TEST("rsa_pss_3072_sha256_mgf1_32"),
        FILE_TEST("rsa_pss_4096_sha256_mgf1_32"),
        FILE_TEST("rsa_pss_4096_sha512_mgf1_32"),
        FILE_TEST("rsa_pss_misc"),
        FILE_TEST("hmac_sha256"),
        FILE_TEST("hmac_sha384"),
        FILE_TEST("hmac_sha512")
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
