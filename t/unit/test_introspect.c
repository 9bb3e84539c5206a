
/*
 * Copyright (C) Resonate
 *
 * Answers about tokens.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_introspect.h"
#include "json_case.h"


#define NOW  1000000


typedef struct {
    const char         *answer;
    resonate_jwt_rc_e   rc;
    int                 active;
} answer_case_t;


static const answer_case_t  answers[] = {
    { "{'active':true,'sub':'u'}", RESONATE_JWT_OK, 1 },
    { "{'active':true}", RESONATE_JWT_OK, 1 },
    { "{'active':false}", RESONATE_JWT_OK, 0 },
    { "{'active':false,'sub':'u'}", RESONATE_JWT_OK, 0 },
    { "{}", RESONATE_JWT_CLAIMS, 0 },
    { "{'sub':'u'}", RESONATE_JWT_CLAIMS, 0 },
    { "{'Active':true}", RESONATE_JWT_CLAIMS, 0 },
    { "{'active':'true'}", RESONATE_JWT_CLAIMS, 0 },
    { "{'active':1}", RESONATE_JWT_CLAIMS, 0 },
    { "{'active':null}", RESONATE_JWT_CLAIMS, 0 },
    { "{'active':{}}", RESONATE_JWT_CLAIMS, 0 },
    { "{'error':'invalid_client'}", RESONATE_JWT_CLAIMS, 0 },
    { "{'active':false,'active':true}", RESONATE_JWT_JSON, 0 },
    { "[true]", RESONATE_JWT_JSON, 0 },
    { "true", RESONATE_JWT_JSON, 0 },
    { "", RESONATE_JWT_JSON, 0 },
    { "<html>", RESONATE_JWT_JSON, 0 },
    { "{'active':true}x", RESONATE_JWT_JSON, 0 }
};


static void
test_answers(void **state)
{
    char               text[JSON_CASE_MAX];
    size_t             i, len;
    json_t            *claims;
    resonate_jwt_rc_e  rc;

    (void) state;

    for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        len = json_case(text, "", answers[i].answer, "");

        rc = resonate_introspect_answer(text, len, &claims);

        if (rc != answers[i].rc || (claims != NULL) != answers[i].active) {
            fail_msg("%s", answers[i].answer);
        }

        json_decref(claims);
    }

    assert_int_equal(resonate_introspect_answer("", RESONATE_INTROSPECT_MAX
                                                    + 1, &claims),
                     RESONATE_JWT_TOO_LARGE);
    assert_null(claims);
}


/* RFC 9701, section 5 */

typedef struct {
    const char         *typ;
    const char         *claims;
    resonate_jwt_rc_e   rc;
    int                 active;
} signed_case_t;


#define TYP     "token-introspection+jwt"
#define FROM    "{'iss':'https://id.example','aud':'edge','iat':1000000"
#define ACTIVE  ",'token_introspection':{'active':true,'sub':'u'}}"


static const signed_case_t  signed_cases[] = {
    { TYP, FROM ACTIVE, RESONATE_JWT_OK, 1 },
    { "application/Token-Introspection+JWT", FROM ACTIVE, RESONATE_JWT_OK,
      1 },
    { TYP, FROM ",'token_introspection':{'active':false}}", RESONATE_JWT_OK,
      0 },
    { TYP, "{'iss':'https://id.example','aud':['a','edge'],'iat':1000000"
      ACTIVE, RESONATE_JWT_OK, 1 },

    { "", FROM ACTIVE, RESONATE_JWT_HEADER, 0 },
    { "JWT", FROM ACTIVE, RESONATE_JWT_HEADER, 0 },
    { "at+jwt", FROM ACTIVE, RESONATE_JWT_HEADER, 0 },
    { TYP, "{'iss':'https://id.example/','aud':'edge','iat':1000000" ACTIVE,
      RESONATE_JWT_ISSUER, 0 },
    { TYP, "{'aud':'edge','iat':1000000" ACTIVE, RESONATE_JWT_ISSUER, 0 },
    { TYP, "{'iss':'https://id.example','aud':'edg','iat':1000000" ACTIVE,
      RESONATE_JWT_AUDIENCE, 0 },
    { TYP, "{'iss':'https://id.example','aud':['a',1],'iat':1000000" ACTIVE,
      RESONATE_JWT_AUDIENCE, 0 },
    { TYP, "{'iss':'https://id.example','iat':1000000" ACTIVE,
      RESONATE_JWT_AUDIENCE, 0 },
    { TYP, "{'iss':'https://id.example','aud':'edge'" ACTIVE,
      RESONATE_JWT_CLAIMS, 0 },
    { TYP, "{'iss':'https://id.example','aud':'edge','iat':'1000000'" ACTIVE,
      RESONATE_JWT_CLAIMS, 0 },
    { TYP, FROM "}", RESONATE_JWT_CLAIMS, 0 },
    { TYP, FROM ",'active':true}", RESONATE_JWT_CLAIMS, 0 },
    { TYP, FROM ",'token_introspection':{}}", RESONATE_JWT_CLAIMS, 0 },
    { TYP, FROM ",'token_introspection':{'active':'true'}}",
      RESONATE_JWT_CLAIMS, 0 },
    { TYP, FROM ",'token_introspection':true}", RESONATE_JWT_CLAIMS, 0 },
    { TYP, FROM ",'token_introspection':'{\\'active\\':true}'}",
      RESONATE_JWT_CLAIMS, 0 },

    { TYP, "{'iss':'https://id.example','aud':'edge','iat':1000030" ACTIVE,
      RESONATE_JWT_OK, 1 },
    { TYP, "{'iss':'https://id.example','aud':'edge','iat':1000031" ACTIVE,
      RESONATE_JWT_NOT_YET, 0 },
    { TYP, "{'iss':'https://id.example','aud':'edge','iat':999670" ACTIVE,
      RESONATE_JWT_OK, 1 },
    { TYP, "{'iss':'https://id.example','aud':'edge','iat':999669" ACTIVE,
      RESONATE_JWT_EXPIRED, 0 },
    { TYP, "{'iss':'https://id.example','aud':'edge',"
      "'iat':-9223372036854775807" ACTIVE, RESONATE_JWT_EXPIRED, 0 }
};


static void
test_signed(void **state)
{
    char                  text[JSON_CASE_MAX];
    size_t                i, len;
    json_t               *claims;
    resonate_jwt_t        jwt;
    resonate_jwt_rc_e     rc;
    resonate_jwt_view_t   issuer = VIEW("https://id.example");
    resonate_jwt_view_t   client = VIEW("edge");

    (void) state;

    for (i = 0; i < sizeof(signed_cases) / sizeof(signed_cases[0]); i++) {
        len = json_case(text, "", signed_cases[i].claims, "");

        assert_int_equal(resonate_jwt_object(text, len, &jwt.claims),
                         RESONATE_JWT_OK);

        jwt.typ_len = strlen(signed_cases[i].typ);
        memcpy(jwt.typ, signed_cases[i].typ, jwt.typ_len);

        rc = resonate_introspect_signed(&jwt, &issuer, &client, 30, NOW,
                                        &claims);

        if (rc != signed_cases[i].rc
            || (claims != NULL) != signed_cases[i].active)
        {
            fail_msg("%s", signed_cases[i].claims);
        }

        /* they outlive the token */

        resonate_jwt_free(&jwt);

        if (claims) {
            assert_string_equal(json_string_value(json_object_get(claims,
                                                                  "sub")),
                                "u");
            json_decref(claims);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_signed)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
