
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
#include "claims_case.h"


#define GOOD     "'sub':'u','aud':'a'"


typedef struct {
    const char         *claims;
    resonate_jwt_rc_e   rc;
} check_case_t;


static const check_case_t  check_cases[] = {
    { GOOD ",'exp':1000001", RESONATE_JWT_OK },
    { GOOD ",'exp':999971", RESONATE_JWT_OK },
    { GOOD ",'exp':999970", RESONATE_JWT_EXPIRED },
    { GOOD ",'exp':1", RESONATE_JWT_EXPIRED },
    { GOOD ",'exp':0", RESONATE_JWT_CLAIMS },
    { GOOD ",'exp':-1", RESONATE_JWT_CLAIMS },
    { GOOD ",'exp':1000001.0", RESONATE_JWT_CLAIMS },
    { GOOD ",'exp':253402300799", RESONATE_JWT_OK },
    { GOOD ",'exp':253402300800", RESONATE_JWT_CLAIMS },
    { GOOD ",'exp':9223372036854775807", RESONATE_JWT_CLAIMS },
    { GOOD, RESONATE_JWT_CLAIMS },
    { GOOD ",'exp':1000001,'nbf':1000030", RESONATE_JWT_OK },
    { GOOD ",'exp':1000001,'nbf':1000031", RESONATE_JWT_NOT_YET },
    { GOOD ",'exp':1000001,'iat':1000030", RESONATE_JWT_OK },
    { GOOD ",'exp':1000001,'iat':1000031", RESONATE_JWT_NOT_YET },
    { GOOD ",'exp':1000001,'iat':null", RESONATE_JWT_CLAIMS },
    { GOOD ",'exp':1000001,'at_hash':'x'", RESONATE_JWT_CLAIMS },
    { GOOD ",'exp':1000001,'events':{}", RESONATE_JWT_CLAIMS },
    { GOOD ",'exp':1000001,'token_use':'id'", RESONATE_JWT_CLAIMS },
    { GOOD ",'exp':1000001,'token_use':null", RESONATE_JWT_CLAIMS },
    { GOOD ",'exp':1000001,'token_use':'access'", RESONATE_JWT_OK },
    { GOOD ",'exp':1000001,'auth_time':'1'", RESONATE_JWT_CLAIMS },
    { GOOD ",'exp':1000001,'jti':1", RESONATE_JWT_CLAIMS },
    { GOOD ",'exp':1000001,'sid':[]", RESONATE_JWT_CLAIMS },
    { GOOD ",'exp':1000001,'acr':2", RESONATE_JWT_CLAIMS },
    { GOOD ",'exp':1000001,'azp':7", RESONATE_JWT_CLAIMS },
    { GOOD ",'exp':1000001,'scope':{}", RESONATE_JWT_CLAIMS },
    { GOOD ",'exp':1000001,'scope':'a\\u007fb'", RESONATE_JWT_CLAIMS },

    { "'sub':'u','exp':1000001,'aud':[1,'b']", RESONATE_JWT_OK },
    { "'sub':'u','exp':1000001,'aud':['c']",
      RESONATE_JWT_AUDIENCE },
    { "'sub':'u','exp':1000001,'aud':''", RESONATE_JWT_AUDIENCE },
    { "'sub':'u','exp':1000001", RESONATE_JWT_AUDIENCE },
    { "'aud':'a','exp':1000001", RESONATE_JWT_CLAIMS },
    { "'aud':'a','exp':1000001,'sub':''", RESONATE_JWT_CLAIMS },
    { "'aud':'a','exp':1000001,'sub':'a\\nb'", RESONATE_JWT_CLAIMS }
};


static const resonate_jwt_view_t  audiences[] = { VIEW("a"), VIEW("b") };

static const resonate_claims_policy_t  policy = {
    .audiences = audiences,
    .naudiences = 2,
    .leeway = LEEWAY
};


static void
test_check(void **state)
{
    size_t             i;
    json_t            *claims;
    resonate_claims_t  result;

    (void) state;

    for (i = 0; i < sizeof(check_cases) / sizeof(check_cases[0]); i++) {

        if (claims_check(check_cases[i].claims, NULL, &policy, &result,
                         &claims)
            != check_cases[i].rc)
        {
            fail_msg("%s", check_cases[i].claims);
        }

        json_decref(claims);
    }
}


/* RFC 7515, section 4.1.9: "application/" may be left out, case is nothing */

typedef struct {
    const char         *typ;
    const char         *wanted;
    resonate_jwt_rc_e   rc;
} typ_case_t;


static const typ_case_t  typ_cases[] = {
    { NULL, "", RESONATE_JWT_OK },
    { "JWT", "", RESONATE_JWT_OK },
    { "at+jwt", "", RESONATE_JWT_OK },
    { "application/AT+JWT", "", RESONATE_JWT_OK },
    { "logout+jwt", "", RESONATE_JWT_HEADER },
    { "dpop+jwt", "", RESONATE_JWT_HEADER },
    { "token-introspection+jwt", "", RESONATE_JWT_HEADER },
    { "JW", "", RESONATE_JWT_HEADER },
    { "text/jwt", "", RESONATE_JWT_HEADER },
    { "application/", "", RESONATE_JWT_HEADER },
    { "application/x/jwt", "x/jwt", RESONATE_JWT_HEADER },
    { NULL, "at+jwt", RESONATE_JWT_HEADER },
    { "JWT", "at+jwt", RESONATE_JWT_HEADER },
    { "at+jwt", "at+jwt", RESONATE_JWT_OK },
    { "Application/at+JWT", "at+jwt", RESONATE_JWT_OK },
    { "at+jwt", "application/at+jwt", RESONATE_JWT_OK },
    { "at+jwt", "odd", RESONATE_JWT_HEADER },
    { "odd", "odd", RESONATE_JWT_OK }
};


static void
test_typ(void **state)
{
    size_t                     i;
    json_t                    *claims;
    resonate_claims_t          result;
    resonate_claims_policy_t   p;

    (void) state;

    for (i = 0; i < sizeof(typ_cases) / sizeof(typ_cases[0]); i++) {
        p = policy;
        p.typ.data = typ_cases[i].wanted;
        p.typ.len = strlen(typ_cases[i].wanted);

        if (claims_check(GOOD ",'exp':1000001", typ_cases[i].typ, &p, &result,
                         &claims)
            != typ_cases[i].rc)
        {
            fail_msg("typ case %zu", i);
        }

        json_decref(claims);
    }
}


/* RFC 9068, section 2.2 */

static void
test_profile(void **state)
{
    char                       text[512], *at;
    size_t                     i;
    json_t                    *claims;
    resonate_claims_t          result;
    resonate_claims_policy_t   p;
    static const char          good[] =
        "'iss':'i','exp':1000001,'aud':'a','sub':'u','client_id':'c',"
        "'iat':1000000,'jti':'j','scope':'s'";
    static const char *const   names[] = {
        "'iss'", "'exp'", "'aud'", "'sub'", "'client_id'", "'iat'", "'jti'"
    };
    static const char *const   bad[][2] = {
        { "'i'", "''  " }, { "'c'", "''" }, { "'j'", "1" }, { "'j'", "''" },
        { "'s'", "['s']" }
    };

    (void) state;

    p = policy;
    p.profile = RESONATE_PROFILE_RFC9068;

    assert_int_equal(claims_check(good, "at+jwt", &p, &result, &claims),
                     RESONATE_JWT_OK);
    json_decref(claims);

    assert_int_equal(claims_check(good, "JWT", &p, &result, &claims),
                     RESONATE_JWT_HEADER);
    json_decref(claims);

    assert_int_equal(claims_check(good, NULL, &p, &result, &claims),
                     RESONATE_JWT_HEADER);
    json_decref(claims);

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        strcpy(text, good);
        strstr(text, names[i])[1] = 'X';
        strcat(text, ",'azp':'c'");

        if (claims_check(text, "at+jwt", &p, &result, &claims)
            != RESONATE_JWT_CLAIMS)
        {
            fail_msg("no %s", names[i]);
        }

        json_decref(claims);
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        at = strstr(good, bad[i][0]);
        snprintf(text, sizeof(text), "%.*s%s%s", (int) (at - good), good,
                 bad[i][1], at + strlen(bad[i][0]));

        if (claims_check(text, "at+jwt", &p, &result, &claims)
            != RESONATE_JWT_CLAIMS)
        {
            fail_msg("%s for %s", bad[i][1], bad[i][0]);
        }

        json_decref(claims);
    }
}


/* a token of at most 100 seconds, and until when it is good */

typedef struct {
    const char         *times;
    resonate_jwt_rc_e   rc;
    time_t              expires;
} age_case_t;


static const age_case_t  age_cases[] = {
    { "'iat':1000000,'exp':1000050", RESONATE_JWT_OK, 1000050 },
    { "'iat':1000000,'exp':1009999", RESONATE_JWT_OK, 1000100 },
    { "'iat':999900,'exp':1009999", RESONATE_JWT_OK, 1000000 },
    { "'iat':999871,'exp':1009999", RESONATE_JWT_OK, 999971 },
    { "'iat':999870,'exp':1009999", RESONATE_JWT_EXPIRED, 0 },
    { "'iat':1000031,'exp':1009999", RESONATE_JWT_NOT_YET, 0 },
    { "'iat':0,'exp':1009999", RESONATE_JWT_CLAIMS, 0 },
    { "'exp':1009999", RESONATE_JWT_CLAIMS, 0 }
};


static void
test_age(void **state)
{
    char                       text[128];
    size_t                     i;
    json_t                    *claims;
    resonate_claims_t          result;
    resonate_claims_policy_t   p;

    (void) state;

    p = policy;
    p.max_age = 100;

    for (i = 0; i < sizeof(age_cases) / sizeof(age_cases[0]); i++) {
        snprintf(text, sizeof(text), GOOD ",%s", age_cases[i].times);

        assert_int_equal(claims_check(text, NULL, &p, &result, &claims),
                         age_cases[i].rc);

        if (age_cases[i].rc == RESONATE_JWT_OK) {
            assert_int_equal(result.expires, age_cases[i].expires);
        }

        json_decref(claims);
    }
}


/* what an introspection answer may leave out, and what not */

typedef struct {
    const char         *claims;
    resonate_jwt_rc_e   rc;         /* as an answer */
    resonate_jwt_rc_e   token;
} answer_case_t;


static const answer_case_t  answer_cases[] = {
    { "'sub':'u','iss':'i','aud':'b','exp':1000001", RESONATE_JWT_OK,
      RESONATE_JWT_OK },
    { "'sub':'u','iss':'i','aud':'b'", RESONATE_JWT_OK, RESONATE_JWT_CLAIMS },
    { "'sub':'u','iss':'i','exp':1000001", RESONATE_JWT_OK,
      RESONATE_JWT_AUDIENCE },
    { "'sub':'u','aud':'b','exp':1000001", RESONATE_JWT_OK,
      RESONATE_JWT_ISSUER },
    { "'sub':'u'", RESONATE_JWT_OK, RESONATE_JWT_CLAIMS },
    { "'sub':'u','iss':'j'", RESONATE_JWT_ISSUER, RESONATE_JWT_CLAIMS },
    { "'sub':'u','iss':null", RESONATE_JWT_ISSUER, RESONATE_JWT_CLAIMS },
    { "'sub':'u','aud':'c'", RESONATE_JWT_AUDIENCE, RESONATE_JWT_CLAIMS },
    { "'sub':'u','aud':null", RESONATE_JWT_AUDIENCE, RESONATE_JWT_CLAIMS },
    { "'sub':'u','exp':1", RESONATE_JWT_EXPIRED, RESONATE_JWT_EXPIRED },
    { "'sub':'u','exp':0", RESONATE_JWT_CLAIMS, RESONATE_JWT_CLAIMS },
    { "'sub':'u','exp':null", RESONATE_JWT_CLAIMS, RESONATE_JWT_CLAIMS },
    { "'sub':'u','nbf':1000031", RESONATE_JWT_NOT_YET, RESONATE_JWT_CLAIMS },
    { "'username':'u'", RESONATE_JWT_CLAIMS, RESONATE_JWT_CLAIMS },
    { "'client_id':'c'", RESONATE_JWT_OK, RESONATE_JWT_CLAIMS },
    { "'client_id':7", RESONATE_JWT_CLAIMS, RESONATE_JWT_CLAIMS },
    { "'sub':'u','token_type':'bearer'", RESONATE_JWT_OK,
      RESONATE_JWT_CLAIMS },
    { "'sub':'u','token_type':'DPoP'", RESONATE_JWT_OK, RESONATE_JWT_CLAIMS },
    { "'sub':'u','token_type':'refresh_token'", RESONATE_JWT_CLAIMS,
      RESONATE_JWT_CLAIMS },
    { "'sub':'u','token_type':null", RESONATE_JWT_CLAIMS,
      RESONATE_JWT_CLAIMS },
    { "'sub':'u','token_use':'access_token'", RESONATE_JWT_OK,
      RESONATE_JWT_CLAIMS },
    { "'sub':'u','token_use':'refresh_token'", RESONATE_JWT_CLAIMS,
      RESONATE_JWT_CLAIMS }
};


static void
test_answer(void **state)
{
    size_t                     i;
    json_t                    *claims;
    resonate_jwt_rc_e          rc;
    resonate_claims_t          result;
    resonate_claims_policy_t   p;

    (void) state;

    p = policy;
    p.issuer = (resonate_jwt_view_t) VIEW("i");
    p.profile = RESONATE_PROFILE_LAX;

    for (i = 0; i < sizeof(answer_cases) / sizeof(answer_cases[0]); i++) {

        rc = claims_check(answer_cases[i].claims, NULL, &p, &result, &claims);

        if (rc != answer_cases[i].token
            || resonate_claims_check_answer(claims, &p, NOW, &result)
               != answer_cases[i].rc)
        {
            fail_msg("%s", answer_cases[i].claims);
        }

        if (answer_cases[i].rc == RESONATE_JWT_OK) {
            assert_int_equal(result.expires,
                             json_integer_value(json_object_get(claims,
                                                                "exp")));
        }

        json_decref(claims);
    }
}


static void
test_issuer(void **state)
{
    json_t               *claims;
    resonate_jwt_view_t   iss;

    (void) state;

    claims = claims_object("'iss':'i'");
    iss = resonate_claims_issuer(claims);
    claims_is("iss", &iss, "i");
    json_decref(claims);

    claims = claims_object("'iss':1");
    assert_int_equal(resonate_claims_issuer(claims).len, 0);
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

    claims = claims_object("'text':'a \\'b\\'','n':-1,'real':1.5,"
                           "'yes':true,'list':[1,{'a':'\\n'}],'empty':'',"
                           "'Case':'upper','case':'lower',"
                           "'otherName':'x','null':null,'lines':'a\\nb'");

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
        cmocka_unit_test(test_typ),
        cmocka_unit_test(test_profile),
        cmocka_unit_test(test_age),
        cmocka_unit_test(test_answer),
        cmocka_unit_test(test_issuer),
        cmocka_unit_test(test_pack)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
