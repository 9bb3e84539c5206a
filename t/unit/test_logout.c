
/*
 * Copyright (C) Resonate
 *
 * Logout tokens: what their claims have to be.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_logout.h"


#define NOW     1000000
#define EVENTS  "\"events\": {\"http://schemas.openid.net/event/"             \
                "backchannel-logout\": {}}"
#define REST    "\"aud\": \"me\", \"iat\": 999990, \"exp\": 1000060, "        \
                "\"jti\": \"j\", " EVENTS


static const struct {
    const char         *typ;
    const char         *claims;
    resonate_jwt_rc_e   rc;
} tokens[] = {
    { "logout+jwt", "\"sub\": \"s\", " REST, RESONATE_JWT_OK },
    { "application/logout+jwt", "\"sid\": \"s\", " REST, RESONATE_JWT_OK },
    { "LOGOUT+JWT", "\"sid\": \"s\", \"sub\": \"s\", " REST, RESONATE_JWT_OK },
    { "JWT", "\"sub\": \"s\", " REST, RESONATE_JWT_OK },
    { "", "\"sub\": \"s\", " REST, RESONATE_JWT_OK },
    { "at+jwt", "\"sub\": \"s\", " REST, RESONATE_JWT_HEADER },
    { "JWT", "\"sub\": \"s\", \"aud\": [\"x\", \"me\"], \"iat\": 999990, "
             "\"jti\": \"j\", " EVENTS, RESONATE_JWT_OK },
    { "JWT", "\"sub\": \"s\", \"aud\": [\"x\"], \"iat\": 999990, "
             "\"jti\": \"j\", " EVENTS, RESONATE_JWT_AUDIENCE },
    { "JWT", "\"sub\": \"s\", \"iat\": 999990, \"jti\": \"j\", " EVENTS,
      RESONATE_JWT_AUDIENCE },

    /* times: the leeway is 30 s, that of one without "exp" is 600 s */
    { "JWT", "\"sub\": \"s\", \"aud\": \"me\", \"jti\": \"j\", "
             "\"iat\": 1000030, " EVENTS, RESONATE_JWT_OK },
    { "JWT", "\"sub\": \"s\", \"aud\": \"me\", \"jti\": \"j\", "
             "\"iat\": 1000031, " EVENTS, RESONATE_JWT_NOT_YET },
    { "JWT", "\"sub\": \"s\", \"aud\": \"me\", \"jti\": \"j\", "
             "\"iat\": 999371, " EVENTS, RESONATE_JWT_OK },
    { "JWT", "\"sub\": \"s\", \"aud\": \"me\", \"jti\": \"j\", "
             "\"iat\": 999370, " EVENTS, RESONATE_JWT_EXPIRED },
    { "JWT", "\"sub\": \"s\", \"aud\": \"me\", \"jti\": \"j\", "
             "\"iat\": 1, \"exp\": 999971, " EVENTS, RESONATE_JWT_OK },
    { "JWT", "\"sub\": \"s\", \"aud\": \"me\", \"jti\": \"j\", "
             "\"iat\": 1, \"exp\": 999970, " EVENTS, RESONATE_JWT_EXPIRED },
    { "JWT", "\"sub\": \"s\", \"aud\": \"me\", \"jti\": \"j\", "
             "\"iat\": -1, \"exp\": 1000060, " EVENTS, RESONATE_JWT_CLAIMS },
    { "JWT", "\"sub\": \"s\", \"aud\": \"me\", \"jti\": \"j\", "
             "\"iat\": 1, \"exp\": 253402300800, " EVENTS,
      RESONATE_JWT_CLAIMS },
    { "JWT", "\"sub\": \"s\", \"aud\": \"me\", \"jti\": \"j\", "
             "\"iat\": 999990.5, " EVENTS, RESONATE_JWT_CLAIMS },

    /* who, and what */
    { "JWT", REST, RESONATE_JWT_CLAIMS },
    { "JWT", "\"sub\": null, " REST, RESONATE_JWT_CLAIMS },
    { "JWT", "\"sub\": \"s\", \"sid\": \"\", " REST, RESONATE_JWT_CLAIMS },
    { "JWT", "\"sub\": \"a\\nb\", " REST, RESONATE_JWT_CLAIMS },
    { "JWT", "\"sub\": \"s\", \"nonce\": null, " REST, RESONATE_JWT_CLAIMS },
    { "JWT", "\"sub\": \"s\", \"aud\": \"me\", \"iat\": 999990, " EVENTS,
      RESONATE_JWT_CLAIMS },
    { "JWT", "\"sub\": \"s\", \"aud\": \"me\", \"iat\": 999990, "
             "\"jti\": \"j\", \"events\": {}", RESONATE_JWT_CLAIMS },
};


static void
test_tokens(void **state)
{
    char                       text[1024];
    size_t                     i;
    resonate_jwt_t             jwt;
    resonate_jwt_rc_e          rc;
    resonate_logout_t          logout;
    resonate_jwt_view_t        me = { "me", 2 };
    resonate_claims_policy_t   policy;

    (void) state;

    for (i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
        memset(&jwt, 0, sizeof(jwt));
        memset(&policy, 0, sizeof(policy));

        policy.audiences = &me;
        policy.naudiences = 1;
        policy.leeway = 30;

        jwt.typ_len = strlen(tokens[i].typ);
        memcpy(jwt.typ, tokens[i].typ, jwt.typ_len);

        snprintf(text, sizeof(text), "{%s}", tokens[i].claims);
        jwt.claims = json_loads(text, 0, NULL);
        assert_non_null(jwt.claims);

        rc = resonate_logout_check(&jwt, &policy, NOW, &logout);

        if (rc != tokens[i].rc) {
            fail_msg("%s %s: %d", tokens[i].typ, text, rc);
        }

        if (rc == RESONATE_JWT_OK) {
            assert_true(logout.subject.len + logout.session.len > 0);
            assert_memory_equal(logout.jti.data, "j", 2);
        }

        json_decref(jwt.claims);
    }
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
