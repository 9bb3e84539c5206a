
/*
 * Copyright (C) Resonate
 *
 * Webhook signatures.  The known answers were made by
 * printf '%s.%s' TIME BODY | openssl dgst -sha256 -hmac SECRET
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_pay/money/resonate_signature.h"


#define SECRET  "0123456789abcdef0123456789abcdef"
#define BODY    "{\"account\":\"listener\"}"
#define NOW     1700000000
#define MAC     "3358e009063c78f650d0f361480fabd0"                            \
                "1eff341c9189cb296f0bccb3cf2bbfca"
#define OTHER   "00000000000000000000000000000000"                            \
                "00000000000000000000000000000000"

#define OK         RESONATE_SIGNATURE_OK
#define MALFORMED  RESONATE_SIGNATURE_MALFORMED
#define MISMATCH   RESONATE_SIGNATURE_MISMATCH


static resonate_signature_bytes_t
bytes(const char *s)
{
    resonate_signature_bytes_t  b;

    b.data = (const unsigned char *) s;
    b.len = strlen(s);

    return b;
}


static resonate_signature_e
verify(const char *header, const char *body, const char *secret, int64_t now)
{
    resonate_signature_bytes_t  h, b, s;

    h = bytes(header);
    b = bytes(body);
    s = bytes(secret);

    return resonate_signature_verify(&h, &b, &s, now, 300);
}


static void
test_known_answer(void **state)
{
    (void) state;

    assert_int_equal(verify("t=1700000000,v1=" MAC, BODY, SECRET, NOW), OK);

    /* in any order, beside others, beside newer schemes */

    assert_int_equal(verify("v1=" MAC ",t=1700000000", BODY, SECRET, NOW),
                     OK);
    assert_int_equal(verify("t=1700000000,v1=" OTHER ",v1=" MAC, BODY, SECRET,
                            NOW), OK);
    assert_int_equal(verify("t=1700000000,v1=" MAC ",v1=" OTHER, BODY, SECRET,
                            NOW), OK);
    assert_int_equal(verify("t=1700000000,v2=new,v1=" MAC, BODY, SECRET, NOW),
                     OK);
}


static void
test_mismatch(void **state)
{
    (void) state;

    assert_int_equal(verify("t=1700000000,v1=" OTHER, BODY, SECRET, NOW),
                     MISMATCH);
    assert_int_equal(verify("t=1700000001,v1=" MAC, BODY, SECRET, NOW),
                     MISMATCH);
    assert_int_equal(verify("t=1700000000,v1=" MAC, BODY " ", SECRET, NOW),
                     MISMATCH);
    assert_int_equal(verify("t=1700000000,v1=" MAC,
                            "{\"account\": \"listener\"}", SECRET, NOW),
                     MISMATCH);
    assert_int_equal(verify("t=1700000000,v1=" MAC, "", SECRET, NOW),
                     MISMATCH);
    assert_int_equal(verify("t=1700000000,v1=" MAC, BODY, SECRET "x", NOW),
                     MISMATCH);
}


static void
test_window(void **state)
{
    (void) state;

    assert_int_equal(verify("t=1700000000,v1=" MAC, BODY, SECRET, NOW + 300),
                     OK);
    assert_int_equal(verify("t=1700000000,v1=" MAC, BODY, SECRET, NOW + 301),
                     RESONATE_SIGNATURE_OLD);
    assert_int_equal(verify("t=1700000000,v1=" MAC, BODY, SECRET, NOW - 300),
                     OK);
    assert_int_equal(verify("t=1700000000,v1=" MAC, BODY, SECRET, NOW - 301),
                     RESONATE_SIGNATURE_FUTURE);
}


static void
test_secret(void **state)
{
    static char  secret[RESONATE_SIGNATURE_MAX_SECRET + 2];

    (void) state;

    assert_int_equal(verify("t=1700000000,v1=" MAC, BODY, "", NOW),
                     RESONATE_SIGNATURE_SECRET);

    memset(secret, 's', RESONATE_SIGNATURE_MIN_SECRET - 1);
    assert_int_equal(verify("t=1700000000,v1=" MAC, BODY, secret, NOW),
                     RESONATE_SIGNATURE_SECRET);

    memset(secret, 's', RESONATE_SIGNATURE_MAX_SECRET);
    assert_int_equal(verify("t=1700000000,v1=" MAC, BODY, secret, NOW),
                     MISMATCH);

    memset(secret, 's', RESONATE_SIGNATURE_MAX_SECRET + 1);
    assert_int_equal(verify("t=1700000000,v1=" MAC, BODY, secret, NOW),
                     RESONATE_SIGNATURE_SECRET);
}


static void
test_malformed(void **state)
{
    size_t              i;
    static const char  *const headers[] = {
        "", ",", "=", "t", "t=", "t=1700000000", "v1=" MAC,
        "t=1700000000,", ",t=1700000000,v1=" MAC,
        "t=1700000000,v1=" MAC ",", "t=1700000000,,v1=" MAC,
        "t=1700000000, v1=" MAC, " t=1700000000,v1=" MAC,
        "t=1700000000 ,v1=" MAC, "t=1700000000;v1=" MAC,
        "T=1700000000,v1=" MAC, "t=1700000000,V1=" MAC,
        "t=1700000000,=" MAC, "t=1700000000," MAC,
        "t=-1700000000,v1=" MAC, "t=+1700000000,v1=" MAC,
        "t=01700000000,v1=" MAC, "t=1.7e9,v1=" MAC, "t=0x6553f100,v1=" MAC,
        "t=1700000000000,v1=" MAC,
        "t=99999999999999999999999999999999,v1=" MAC,
        "t=1700000000,t=1700000000,v1=" MAC,
        "t=1700000000,v1=", "t=1700000000,v1=" MAC "0",
        "t=1700000000,v1=" MAC MAC, "t=1700000000,v1=" MAC ",v1=00",
        "t=1700000000,v1=A" OTHER, "t=1700000000,v1=0",
        "t=1700000000,v1="
        "ABCDEF00000000000000000000000000"
        "00000000000000000000000000000000",
        "t=1700000000,v1="
        "gg000000000000000000000000000000"
        "00000000000000000000000000000000",
        "t=1700000000,v1="
        "0x000000000000000000000000000000"
        "00000000000000000000000000000000"
    };

    (void) state;

    for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        if (verify(headers[i], BODY, SECRET, NOW) != MALFORMED) {
            fail_msg("accepted as well formed: \"%s\"", headers[i]);
        }
    }
}


static void
test_bounds(void **state)
{
    char    header[RESONATE_SIGNATURE_MAX_HEADER + 2];
    size_t  i, len;

    (void) state;

    /* as many signatures as allowed, the last one is right */

    len = sprintf(header, "t=1700000000");

    for (i = 0; i < RESONATE_SIGNATURE_MAX_V1 - 1; i++) {
        len += sprintf(header + len, ",v1=" OTHER);
    }

    sprintf(header + len, ",v1=" MAC);
    assert_int_equal(verify(header, BODY, SECRET, NOW), OK);

    sprintf(header + len, ",v1=" OTHER ",v1=" MAC);
    assert_int_equal(verify(header, BODY, SECRET, NOW), MALFORMED);

    /* a header as long as allowed, and one byte more */

    memset(header, 'x', sizeof(header));
    memcpy(header, "t=1700000000,v1=" MAC ",v2=", 16 + 64 + 4);
    header[RESONATE_SIGNATURE_MAX_HEADER] = '\0';
    assert_int_equal(verify(header, BODY, SECRET, NOW), OK);

    header[RESONATE_SIGNATURE_MAX_HEADER] = 'x';
    header[RESONATE_SIGNATURE_MAX_HEADER + 1] = '\0';
    assert_int_equal(verify(header, BODY, SECRET, NOW), MALFORMED);
}


static void
test_extreme_times(void **state)
{
    resonate_signature_t        s;
    resonate_signature_bytes_t  header;

    (void) state;

    header = bytes("t=999999999999,v1=" OTHER);
    assert_int_equal(resonate_signature_parse(&s, &header), OK);
    assert_true(s.time == INT64_C(999999999999));
    assert_int_equal(s.text.len, 12);

    header = bytes("t=0,v1=" OTHER);
    assert_int_equal(resonate_signature_parse(&s, &header), OK);
    assert_true(s.time == 0);
    assert_int_equal(s.n, 1);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_known_answer),
        cmocka_unit_test(test_mismatch),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_secret),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_extreme_times)
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
