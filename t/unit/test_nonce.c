
/*
 * Copyright (C) Resonate
 *
 * Nonces: how long they are good, and for whom.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_nonce.h"


#define KEY  (const unsigned char *) "0123456789abcdef0123456789abcdef"


typedef struct {
    time_t               given;
    time_t               now;
    resonate_nonce_rc_e  rc;
} nonce_case_t;


/* periods begin at 6000 and 6300 */

static const nonce_case_t  cases[] = {
    { 6000, 6000, RESONATE_NONCE_OK },
    { 6000, 6299, RESONATE_NONCE_OK },
    { 6299, 6000, RESONATE_NONCE_OK },
    { 6299, 6300, RESONATE_NONCE_ENDING },
    { 6000, 6599, RESONATE_NONCE_ENDING },
    { 6000, 6600, RESONATE_NONCE_STALE },
    { 6299, 6600, RESONATE_NONCE_STALE },
    { 6300, 6295, RESONATE_NONCE_OK },
    { 6300, 6294, RESONATE_NONCE_STALE },
    { 6600, 6299, RESONATE_NONCE_STALE },
    { 6000, 900000, RESONATE_NONCE_STALE }
};


static void
test_periods(void **state)
{
    char              text[RESONATE_NONCE_LEN];
    size_t            i;
    resonate_nonce_t  nonce = { KEY, 32, 300 };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(resonate_nonce_make(&nonce, cases[i].given, text), 0);

        if (resonate_nonce_check(&nonce, cases[i].now, text, sizeof(text))
            != cases[i].rc)
        {
            fail_msg("given at %ld, seen at %ld", (long) cases[i].given,
                     (long) cases[i].now);
        }
    }
}


static void
test_others(void **state)
{
    char              text[RESONATE_NONCE_LEN + 1];
    size_t            i;
    resonate_nonce_t  nonce = { KEY, 32, 300 };
    resonate_nonce_t  others[] = {
        { KEY, 31, 300 },
        { KEY + 1, 31, 300 },
        { KEY, 32, 301 }
    };

    (void) state;

    assert_int_equal(resonate_nonce_make(&nonce, 6000, text), 0);
    text[RESONATE_NONCE_LEN] = 'A';

    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_int_equal(resonate_nonce_check(&others[i], 6000, text,
                                              RESONATE_NONCE_LEN),
                         RESONATE_NONCE_STALE);
    }

    for (i = 0; i <= RESONATE_NONCE_LEN + 1; i++) {
        assert_int_equal(resonate_nonce_check(&nonce, 6000, text, i),
                         i == RESONATE_NONCE_LEN ? RESONATE_NONCE_OK
                                                 : RESONATE_NONCE_STALE);
    }

    for (i = 0; i < RESONATE_NONCE_LEN; i++) {
        text[i] ^= 1;
        assert_int_equal(resonate_nonce_check(&nonce, 6000, text,
                                              RESONATE_NONCE_LEN),
                         RESONATE_NONCE_STALE);
        text[i] ^= 1;
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_periods),
        cmocka_unit_test(test_others)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
