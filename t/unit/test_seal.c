
/*
 * Copyright (C) Resonate
 *
 * Sealed texts: what opens, and what does not.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_seal.h"


#define KEY1  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY2  "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define NOW   1700000000

#define SESSION      RESONATE_SEAL_SESSION
#define TRANSACTION  RESONATE_SEAL_TRANSACTION


static char    text[RESONATE_SEAL_TEXT_MAX];
static char    data[RESONATE_SEAL_PLAIN_MAX];
static size_t  text_len;


static resonate_seal_ring_t *
ring(const char *file)
{
    char                   error[RESONATE_SEAL_ERROR_MAX];
    resonate_seal_ring_t  *r;

    r = resonate_seal_ring(file, strlen(file), error);
    assert_non_null(r);

    return r;
}


static void
seal(const char *file, const char *plain)
{
    resonate_seal_ring_t  *r;

    r = ring(file);
    assert_int_equal(resonate_seal(r, SESSION, "main", NOW + 60, plain,
                                   strlen(plain), text, &text_len),
                     RESONATE_SEAL_OK);
    resonate_seal_ring_free(r);
}


static resonate_seal_rc_e
opens(const char *file, resonate_seal_purpose_e purpose, const char *context,
    time_t now, size_t *len)
{
    time_t                 expires;
    resonate_seal_rc_e     rc;
    resonate_seal_ring_t  *r;

    expires = 0;
    r = ring(file);
    rc = resonate_seal_open(r, purpose, context, now, text, text_len, data,
                            len, &expires);
    resonate_seal_ring_free(r);

    assert_int_equal(expires, rc == RESONATE_SEAL_OK ? NOW + 60 : 0);

    if (rc != RESONATE_SEAL_OK) {
        assert_int_equal(*len, 0);
    }

    return rc;
}


static void
test_opens(void **state)
{
    char    first[RESONATE_SEAL_TEXT_MAX];
    size_t  len;

    (void) state;

    seal(KEY1, "hello");
    assert_int_equal(opens(KEY1, SESSION, "main", NOW, &len),
                     RESONATE_SEAL_OK);
    assert_int_equal(len, 5);
    assert_memory_equal(data, "hello", 5);

    /* never the same twice */

    memcpy(first, text, text_len);
    seal(KEY1, "hello");
    assert_memory_not_equal(first, text, text_len);

    seal(KEY1, "");
    assert_int_equal(opens(KEY1, SESSION, "main", NOW, &len),
                     RESONATE_SEAL_OK);
    assert_int_equal(len, 0);
}


static void
test_refused(void **state)
{
    size_t  len;

    (void) state;

    seal(KEY1, "hello");

    assert_int_equal(opens(KEY1, TRANSACTION, "main", NOW, &len),
                     RESONATE_SEAL_FORGED);
    assert_int_equal(opens(KEY1, SESSION, "other", NOW, &len),
                     RESONATE_SEAL_FORGED);
    assert_int_equal(opens(KEY1, SESSION, "", NOW, &len),
                     RESONATE_SEAL_FORGED);
    assert_int_equal(opens(KEY2, SESSION, "main", NOW, &len),
                     RESONATE_SEAL_UNKNOWN);
    assert_int_equal(opens(KEY1, SESSION, "main", NOW + 59, &len),
                     RESONATE_SEAL_OK);
    assert_int_equal(opens(KEY1, SESSION, "main", NOW + 60, &len),
                     RESONATE_SEAL_EXPIRED);

    /* what was decrypted before it was found out is not left there */

    assert_memory_equal(data, "\0\0\0\0\0", 5);

    memcpy(data, "other", 5);
    assert_int_equal(opens(KEY1, SESSION, "other", NOW, &len),
                     RESONATE_SEAL_FORGED);
    assert_memory_equal(data, "\0\0\0\0\0", 5);
}


/* each character in turn, and each length */

static void
test_bent(void **state)
{
    char    kept;
    size_t  i, len, whole;

    (void) state;

    seal(KEY1, "hello");

    for (i = 0; i < text_len; i++) {
        kept = text[i];
        text[i] = kept == 'A' ? 'B' : 'A';
        assert_int_not_equal(opens(KEY1, SESSION, "main", NOW, &len),
                             RESONATE_SEAL_OK);
        text[i] = '=';
        assert_int_equal(opens(KEY1, SESSION, "main", NOW, &len),
                         RESONATE_SEAL_MALFORMED);
        text[i] = kept;
    }

    whole = text_len;

    for (text_len = 0; text_len < whole; text_len++) {
        assert_int_not_equal(opens(KEY1, SESSION, "main", NOW, &len),
                             RESONATE_SEAL_OK);
    }
}


static void
test_rotation(void **state)
{
    size_t  len;

    (void) state;

    seal(KEY1, "hello");
    assert_int_equal(opens("# new\n" KEY2 "\n\n# old\n" KEY1 "\n", SESSION,
                           "main", NOW, &len),
                     RESONATE_SEAL_OK);

    seal(KEY2 "\n" KEY1, "hello");
    assert_int_equal(opens(KEY2, SESSION, "main", NOW, &len),
                     RESONATE_SEAL_OK);
    assert_int_equal(opens(KEY1, SESSION, "main", NOW, &len),
                     RESONATE_SEAL_UNKNOWN);
}


static void
test_limits(void **state)
{
    size_t                 len;
    time_t                 expires;
    static char            large[RESONATE_SEAL_PLAIN_MAX + 1];
    static char            longer[RESONATE_SEAL_TEXT_MAX + 4];
    resonate_seal_ring_t  *r;

    (void) state;

    r = ring(KEY1);

    assert_int_equal(resonate_seal(r, SESSION, "", NOW + 60, large,
                                   RESONATE_SEAL_PLAIN_MAX, text, &text_len),
                     RESONATE_SEAL_OK);
    assert_int_equal(text_len, RESONATE_SEAL_TEXT_MAX);
    assert_int_equal(resonate_seal_open(r, SESSION, "", NOW, text, text_len,
                                        data, &len, &expires),
                     RESONATE_SEAL_OK);
    assert_int_equal(len, RESONATE_SEAL_PLAIN_MAX);

    assert_int_equal(resonate_seal(r, SESSION, "", NOW + 60, large,
                                   sizeof(large), text, &text_len),
                     RESONATE_SEAL_MALFORMED);

    memset(longer, 'A', sizeof(longer));
    assert_int_equal(resonate_seal_open(r, SESSION, "", NOW, longer,
                                        sizeof(longer), data, &len, &expires),
                     RESONATE_SEAL_MALFORMED);

    resonate_seal_ring_free(r);
}


typedef struct {
    const char  *file;
    const char  *error;
} ring_case_t;


static const ring_case_t  ring_cases[] = {
    { "", "there is no key" },
    { "# only words\n", "there is no key" },
    { KEY1 "\n" KEY1, "line 2: the key is there already" },
    { KEY1 "\nabc\n", "line 2: a key is 64 hexadecimal digits" },
    { "\n" KEY1 "00", "line 2: a key is 64 hexadecimal digits" },
    { "x" KEY1, "line 1: a key is 64 hexadecimal digits" },
    { " " KEY1, "line 1: a key is 64 hexadecimal digits" },
    { KEY1 "\r\n", "line 1: a key is 64 hexadecimal digits" }
};


static void
test_ring(void **state)
{
    char                   error[RESONATE_SEAL_ERROR_MAX], file[1024], *p;
    size_t                 i;
    resonate_seal_ring_t  *r;

    (void) state;

    for (i = 0; i < sizeof(ring_cases) / sizeof(ring_cases[0]); i++) {
        assert_null(resonate_seal_ring(ring_cases[i].file,
                                       strlen(ring_cases[i].file), error));
        assert_string_equal(error, ring_cases[i].error);
    }

    for (i = 0, p = file; i < RESONATE_SEAL_KEYS_MAX + 1; i++) {

        r = i ? resonate_seal_ring(file, p - file, error) : NULL;
        assert_true(i == 0 || r);
        resonate_seal_ring_free(r);

        p += sprintf(p, "%02zX%s\n", i, KEY2 + 2);
    }

    assert_null(resonate_seal_ring(file, p - file, error));
    assert_string_equal(error, "line 9: more than 8 keys");
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opens),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_bent),
        cmocka_unit_test(test_rotation),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_ring)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
