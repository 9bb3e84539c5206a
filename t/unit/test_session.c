
/*
 * Copyright (C) Resonate
 *
 * Sessions, packed and unpacked.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_session.h"


static resonate_session_t
session(void)
{
    size_t              i;
    resonate_session_t  s;

    static const char *const  texts[RESONATE_SESSION_TEXTS] = {
        "access", "", "id.token.here", "sub", "sid", "Zo\xc3\xab", "", "e@x"
    };

    s.times[RESONATE_SESSION_CREATED] = 1700000000;
    s.times[RESONATE_SESSION_RENEW] = 0;
    s.times[RESONATE_SESSION_ENDS] = 253402300799;

    for (i = 0; i < RESONATE_SESSION_TEXTS; i++) {
        s.texts[i].data = texts[i];
        s.texts[i].len = strlen(texts[i]);
    }

    return s;
}


static void
test_back(void **state)
{
    char                buf[256];
    long                len;
    size_t              i;
    resonate_session_t  s, back;

    (void) state;

    s = session();
    len = resonate_session_pack(&s, buf, sizeof(buf));
    assert_true(len > 0);
    assert_int_equal(resonate_session_unpack(&back, buf, len), 0);

    for (i = 0; i < RESONATE_SESSION_TIMES; i++) {
        assert_int_equal(back.times[i], s.times[i]);
    }

    for (i = 0; i < RESONATE_SESSION_TEXTS; i++) {
        assert_int_equal(back.texts[i].len, s.texts[i].len);
        assert_memory_equal(back.texts[i].data, s.texts[i].data,
                            s.texts[i].len);
    }

    /* an exact fit, and one byte less */

    assert_int_equal(resonate_session_pack(&s, buf, len), len);
    assert_int_equal(resonate_session_pack(&s, buf, len - 1), -1);
}


static void
test_limits(void **state)
{
    char                buf[64], *cut;
    long                len, n;
    static char         large[RESONATE_SESSION_TEXT_MAX + 1];
    static char         room[2 * RESONATE_SESSION_TEXT_MAX];
    resonate_session_t  s, back;

    (void) state;

    memset(&s, 0, sizeof(s));
    s.texts[RESONATE_SESSION_ACCESS].data = large;
    s.texts[RESONATE_SESSION_ACCESS].len = sizeof(large) - 1;
    assert_true(resonate_session_pack(&s, room, sizeof(room)) > 0);
    s.texts[RESONATE_SESSION_ACCESS].len = sizeof(large);
    assert_int_equal(resonate_session_pack(&s, room, sizeof(room)), -1);

    memset(&s, 0, sizeof(s));
    len = resonate_session_pack(&s, buf, sizeof(buf));
    assert_true(len > 0);

    /* shorter, longer, and lengths that promise more */

    for (n = 0; n < len; n++) {
        cut = malloc(n + 1);
        memcpy(cut, buf, n);
        assert_int_equal(resonate_session_unpack(&back, cut, n), -1);
        free(cut);
    }

    assert_int_equal(resonate_session_unpack(&back, buf, len + 1), -1);

    buf[len - 1] = 1;
    assert_int_equal(resonate_session_unpack(&back, buf, len), -1);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_back),
        cmocka_unit_test(test_limits)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
