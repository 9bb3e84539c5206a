
/*
 * Copyright (C) Resonate
 *
 * DiscourseConnect.  The first known answer is the one that Discourse gives in
 * its description, the others were made by
 * printf '%s' "$(printf '%s' PAYLOAD | base64)" | openssl dgst -sha256 -hmac
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_discourse.h"


#define SECRET  "d836444a9e4084d5b224a60c208dce14"
#define NONCE   "cb68251eefb5211e58c00ff1395f0c0b"
#define URL     "https://forum.example/session/sso_login"

#define SSO     "bm9uY2U9Y2I2ODI1MWVlZmI1MjExZTU4YzAwZmYxMzk1ZjBjMGImcmV0d"  \
                "XJuX3Nzb191cmw9aHR0cHMlM0ElMkYlMkZmb3J1bS5leGFtcGxlJTJGc2V"  \
                "zc2lvbiUyRnNzb19sb2dpbg=="
#define SIG     "089ca7b0bffb5accb97867d5fa97721d"                        \
                "28afd873c930b6e482755f5a9c31f9ac"

/* the same in lines */

#define LINES   "bm9uY2U9Y2I2ODI1MWVlZmI1MjExZTU4YzAwZmYxMzk1"              \
                "ZjBjMGImcmV0dXJu\n"                                        \
                "X3Nzb191cmw9aHR0cHMlM0ElMkYlMkZmb3J1bS5leGFt"              \
                "cGxlJTJGc2Vzc2lv\n"                                        \
                "biUyRnNzb19sb2dpbg==\n"
#define LINESIG "8c40dab3d36a7a139bf17b5b016c4cb4"                        \
                "c06b0605736b53524f733e2ffbeed958"

/* without a URL */

#define BARE    "bm9uY2U9Y2I2ODI1MWVlZmI1MjExZTU4YzAwZmYxMzk1ZjBjMGI="
#define BARESIG "1ce1494f94484b6f6a092be9b15ccc1c"                        \
                "dafb1f8460a3838fbb0e0883c4390471"


static resonate_discourse_t  d;


static resonate_discourse_rc_e
reads(const char *secret, const char *sso, const char *sig)
{
    resonate_discourse_view_t  k = { secret, strlen(secret) };
    resonate_discourse_view_t  text = { sso, strlen(sso) };
    resonate_discourse_view_t  mac = { sig, strlen(sig) };

    return resonate_discourse_read(&d, &k, &text, &mac);
}


static void
test_read(void **state)
{
    static char  large[RESONATE_DISCOURSE_SSO_MAX + 2];

    (void) state;

    assert_int_equal(reads(SECRET, SSO, SIG), RESONATE_DISCOURSE_OK);
    assert_string_equal(d.nonce, NONCE);
    assert_string_equal(d.url, URL);
    assert_int_equal(d.nonce_len, strlen(NONCE));
    assert_int_equal(d.url_len, strlen(URL));

    assert_int_equal(reads(SECRET, LINES, LINESIG), RESONATE_DISCOURSE_OK);
    assert_string_equal(d.url, URL);

    assert_int_equal(reads(SECRET, BARE, BARESIG),
                     RESONATE_DISCOURSE_MALFORMED);

    memset(large, 'A', sizeof(large) - 1);
    assert_int_equal(reads(SECRET, large, SIG), RESONATE_DISCOURSE_MALFORMED);
}


static void
test_mismatch(void **state)
{
    char    sig[] = SIG;
    size_t  i;

    (void) state;

    assert_int_equal(reads(SECRET "0", SSO, SIG),
                     RESONATE_DISCOURSE_MISMATCH);
    assert_int_equal(reads(SECRET, SSO "=", SIG),
                     RESONATE_DISCOURSE_MISMATCH);
    assert_int_equal(reads(SECRET, BARE, SIG), RESONATE_DISCOURSE_MISMATCH);
    assert_int_equal(reads(SECRET, SSO, ""), RESONATE_DISCOURSE_MISMATCH);
    assert_int_equal(reads(SECRET, SSO, SIG "0"),
                     RESONATE_DISCOURSE_MISMATCH);
    assert_int_equal(reads(SECRET, "", ""), RESONATE_DISCOURSE_MISMATCH);

    for (i = 0; i < RESONATE_DISCOURSE_SIG; i++) {
        sig[i] ^= 1;
        assert_int_equal(reads(SECRET, SSO, sig),
                         RESONATE_DISCOURSE_MISMATCH);
        sig[i] ^= 1;
    }
}


typedef struct {
    const char  *url;
    const char  *origin;
    int          ok;
} origin_case_t;


static const origin_case_t  origins[] = {
    { "https://forum.example/session/sso_login", "https://forum.example", 1 },
    { "https://forum.example/", "https://forum.example", 1 },
    { "https://forum.example:8443/x", "https://forum.example:8443", 1 },
    { "https://forum.example", "https://forum.example", 0 },
    { "https://forum.example.evil/x", "https://forum.example", 0 },
    { "https://forum.example@evil/x", "https://forum.example", 0 },
    { "https://forum.example:1@evil/x", "https://forum.example", 0 },
    { "https://forum.example:8443/x", "https://forum.example", 0 },
    { "https://forum.example\\@evil/x", "https://forum.example", 0 },
    { "https://forum.example/\\x", "https://forum.example", 0 },
    { "https://forum.example/\nx", "https://forum.example", 0 },
    { "https://forum.example/ x", "https://forum.example", 0 },
    { "http://forum.example/x", "https://forum.example", 0 },
    { "//forum.example/x", "https://forum.example", 0 },
    { "javascript:alert(1)", "https://forum.example", 0 },
    { "", "https://forum.example", 0 }
};


static void
test_origin(void **state)
{
    size_t  i;

    (void) state;

    for (i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
        d.url_len = strlen(origins[i].url);
        memcpy(d.url, origins[i].url, d.url_len + 1);

        assert_int_equal(resonate_discourse_origin(&d, origins[i].origin,
                                                strlen(origins[i].origin)),
                         origins[i].ok);
    }
}


static void
test_write(void **state)
{
    char                       *p, *dst;
    size_t                      len;
    static char                 large[RESONATE_DISCOURSE_ANSWER_MAX + 1];
    resonate_discourse_view_t   k = { SECRET, strlen(SECRET) };

    (void) state;

    len = strlen("nonce=a&name=sam");
    dst = malloc(resonate_discourse_size(len));
    p = resonate_discourse_write(dst, &k, "nonce=a&name=sam", len);
    assert_non_null(p);
    assert_int_equal(p - dst, strlen("sso=bm9uY2U9YSZuYW1lPXNhbQ%3D%3D&sig=")
                              + RESONATE_DISCOURSE_SIG);
    assert_memory_equal(dst, "sso=bm9uY2U9YSZuYW1lPXNhbQ%3D%3D&sig="
                        "571f7780c1742c5ae69c471b43c72c0b475eeeaba0e79330bbffdd"
                        "2a926a9840", p - dst);
    free(dst);

    /* all of it to be escaped */

    memset(large, '\xff', sizeof(large));
    dst = malloc(resonate_discourse_size(sizeof(large)));
    assert_non_null(resonate_discourse_write(dst, &k, large,
                                             sizeof(large) - 1));
    assert_null(resonate_discourse_write(dst, &k, large, sizeof(large)));
    free(dst);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_mismatch),
        cmocka_unit_test(test_origin),
        cmocka_unit_test(test_write)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
