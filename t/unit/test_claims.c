
/*
 * Copyright (C) Resonate
 *
 * Claims against a policy, and claims packed.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_claims.h"


#define NOW      1000000
#define LEEWAY   30
#define GOOD     "\"sub\":\"u\",\"aud\":\"a\""


typedef struct {
    const char         *claims;
    resonate_jwt_rc_e   rc;
} check_case_t;


static const check_case_t  check_cases[] = {
    { GOOD ",\"exp\":1000001", RESONATE_JWT_OK },
    { GOOD ",\"exp\":999971", RESONATE_JWT_OK },
    { GOOD ",\"exp\":999970", RESONATE_JWT_EXPIRED },
    { GOOD ",\"exp\":1", RESONATE_JWT_EXPIRED },
    { GOOD ",\"exp\":0", RESONATE_JWT_CLAIMS },
    { GOOD ",\"exp\":-1", RESONATE_JWT_CLAIMS },
    { GOOD ",\"exp\":1000001.0", RESONATE_JWT_CLAIMS },
    { GOOD ",\"exp\":253402300799", RESONATE_JWT_OK },
    { GOOD ",\"exp\":253402300800", RESONATE_JWT_CLAIMS },
    { GOOD ",\"exp\":9223372036854775807", RESONATE_JWT_CLAIMS },
    { GOOD, RESONATE_JWT_CLAIMS },
    { GOOD ",\"exp\":1000001,\"nbf\":1000030", RESONATE_JWT_OK },
    { GOOD ",\"exp\":1000001,\"nbf\":1000031", RESONATE_JWT_NOT_YET },
    { GOOD ",\"exp\":1000001,\"iat\":1000030", RESONATE_JWT_OK },
    { GOOD ",\"exp\":1000001,\"iat\":1000031", RESONATE_JWT_NOT_YET },
    { GOOD ",\"exp\":1000001,\"iat\":null", RESONATE_JWT_CLAIMS },
    { GOOD ",\"exp\":1000001,\"at_hash\":\"x\"", RESONATE_JWT_CLAIMS },
    { GOOD ",\"exp\":1000001,\"azp\":7", RESONATE_JWT_CLAIMS },
    { GOOD ",\"exp\":1000001,\"scope\":[]", RESONATE_JWT_CLAIMS },
    { GOOD ",\"exp\":1000001,\"scope\":\"a\\u007fb\"", RESONATE_JWT_CLAIMS },

    { "\"sub\":\"u\",\"exp\":1000001,\"aud\":[1,\"b\"]", RESONATE_JWT_OK },
    { "\"sub\":\"u\",\"exp\":1000001,\"aud\":[\"c\"]",
      RESONATE_JWT_AUDIENCE },
    { "\"sub\":\"u\",\"exp\":1000001,\"aud\":\"\"", RESONATE_JWT_AUDIENCE },
    { "\"sub\":\"u\",\"exp\":1000001", RESONATE_JWT_AUDIENCE },
    { "\"aud\":\"a\",\"exp\":1000001", RESONATE_JWT_CLAIMS },
    { "\"aud\":\"a\",\"exp\":1000001,\"sub\":\"\"", RESONATE_JWT_CLAIMS },
    { "\"aud\":\"a\",\"exp\":1000001,\"sub\":\"a\\nb\"", RESONATE_JWT_CLAIMS }
};


static json_t *
object(const char *members)
{
    char     text[1024];
    json_t  *o;

    snprintf(text, sizeof(text), "{%s}", members);

    assert_int_equal(resonate_jwt_object(text, strlen(text), &o),
                     RESONATE_JWT_OK);

    return o;
}


static const resonate_jwt_view_t  audiences[] = { { "a", 1 }, { "b", 1 } };


static void
test_check(void **state)
{
    size_t                     i;
    json_t                    *claims;
    resonate_claims_t          result;
    resonate_claims_policy_t   policy = { audiences, 2, LEEWAY };

    (void) state;

    for (i = 0; i < sizeof(check_cases) / sizeof(check_cases[0]); i++) {
        claims = object(check_cases[i].claims);

        if (resonate_claims_check(claims, &policy, NOW, &result)
            != check_cases[i].rc)
        {
            fail_msg("%s", check_cases[i].claims);
        }

        json_decref(claims);
    }
}


/* what a person is called, and by which of the claims */

static const char *const  shown[][2] = {
    { "", "" },
    { "\"name\":\"Ada\",\"nickname\":\"a\"", "Ada" },
    { "\"name\":\"\",\"nickname\":\"a\"", "a" },
    { "\"name\":\"  \",\"preferred_username\":\"p\"", "p" },
    { "\"name\":[],\"nickname\":1,\"preferred_username\":\"p\"", "p" },
    { "\"name\":\"A\\u007f\",\"nickname\":\"a\"", "a" },
};


static void
test_name(void **state)
{
    char                       text[256];
    size_t                     i;
    json_t                    *claims;
    resonate_claims_t          result;
    resonate_claims_policy_t   policy = { NULL, 0, 0 };

    (void) state;

    for (i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
        snprintf(text, sizeof(text), "\"sub\":\"u\",\"exp\":1000001%s%s",
                 shown[i][0][0] ? "," : "", shown[i][0]);
        claims = object(text);

        assert_int_equal(resonate_claims_check(claims, &policy, NOW, &result),
                         RESONATE_JWT_OK);
        assert_int_equal(result.name.len, strlen(shown[i][1]));
        assert_memory_equal(result.name.data, shown[i][1], result.name.len);

        json_decref(claims);
    }
}


static void
test_result(void **state)
{
    json_t                    *claims;
    resonate_claims_t          result;
    resonate_jwt_view_t        iss;
    resonate_claims_policy_t   policy = { NULL, 0, 0 };

    (void) state;

    claims = object("\"iss\":\"i\",\"sub\":\"u\",\"exp\":1000001,"
                    "\"scope\":\"a b\",\"azp\":\"app\"");

    assert_int_equal(resonate_claims_check(claims, &policy, NOW, &result),
                     RESONATE_JWT_OK);
    assert_memory_equal(result.subject.data, "u", result.subject.len);
    assert_memory_equal(result.scope.data, "a b", result.scope.len);
    assert_memory_equal(result.client.data, "app", result.client.len);
    assert_int_equal(result.client.len, 3);
    assert_int_equal(result.expires, 1000001);

    iss = resonate_claims_issuer(claims);
    assert_int_equal(iss.len, 1);
    assert_memory_equal(iss.data, "i", 1);
    json_decref(claims);

    claims = object("\"iss\":1,\"sub\":\"u\",\"exp\":1000001,\"aud\":\"a\"");
    assert_int_equal(resonate_claims_issuer(claims).len, 0);
    assert_int_equal(resonate_claims_check(claims, &policy, NOW, &result),
                     RESONATE_JWT_AUDIENCE);
    json_decref(claims);
}


typedef struct {
    const char  *name;
    const char  *value;     /* NULL: not there */
} get_case_t;


static const get_case_t  get_cases[] = {
    { "text", "a \"b\"" },
    { "n", "-1" },
    { "real", "1.5" },
    { "yes", "true" },
    { "list", "[1,{\"a\":\"\\n\"}]" },
    { "empty", "" },
    { "Case", "upper" },
    { "case", "lower" },
    { "CASE", "upper" },        /* the first that differs in case only */
    { "othername", "x" },
    { "null", NULL },
    { "lines", NULL },
    { "tex", NULL },
    { "texts", NULL },
    { "", NULL }
};


static void
test_pack(void **state)
{
    char                  buf[RESONATE_CLAIMS_PACKED_MAX];
    long                  len;
    size_t                i, size;
    json_t               *claims;
    resonate_jwt_view_t   value;

    (void) state;

    claims = object("\"text\":\"a \\\"b\\\"\",\"n\":-1,\"real\":1.5,"
                    "\"yes\":true,\"list\":[1,{\"a\":\"\\n\"}],\"empty\":\"\","
                    "\"Case\":\"upper\",\"case\":\"lower\","
                    "\"otherName\":\"x\",\"null\":null,\"lines\":\"a\\nb\"");

    len = resonate_claims_pack(claims, buf, sizeof(buf));
    assert_in_range(len, 1, 300);

    for (i = 0; i < sizeof(get_cases) / sizeof(get_cases[0]); i++) {

        if (!resonate_claims_get(buf, len, get_cases[i].name,
                                 strlen(get_cases[i].name), &value))
        {
            assert_null(get_cases[i].value);
            continue;
        }

        assert_non_null(get_cases[i].value);
        assert_int_equal(value.len, strlen(get_cases[i].value));
        assert_memory_equal(value.data, get_cases[i].value, value.len);
    }

    /* what does not fit is left out, whole */

    for (size = 0; size < (size_t) len; size++) {
        assert_in_range(resonate_claims_pack(claims, buf, size), 0, size);
    }

    json_decref(claims);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_name),
        cmocka_unit_test(test_result),
        cmocka_unit_test(test_pack)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
