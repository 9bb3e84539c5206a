
/*
 * Copyright (C) Resonate
 *
 * The client of an OpenID provider: answers, ID tokens, paths and origins.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_oidc.h"


#define NOW     1700000000
#define OK      RESONATE_JWT_OK
#define CLAIMS  RESONATE_JWT_CLAIMS


static resonate_jwt_view_t
view(const char *s)
{
    resonate_jwt_view_t  v;

    v.data = s;
    v.len = strlen(s);

    return v;
}


/* RFC 7636, appendix B */

static void
test_challenge(void **state)
{
    char  text[RESONATE_OIDC_CHALLENGE], other[RESONATE_OIDC_RANDOM];

    (void) state;

    assert_int_equal(resonate_oidc_challenge(text,
                         "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", 43),
                     0);
    assert_memory_equal(text, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                        43);

    assert_int_equal(resonate_oidc_random(text), 0);
    assert_int_equal(resonate_oidc_random(other), 0);
    assert_memory_not_equal(text, other, RESONATE_OIDC_RANDOM);
}


typedef struct {
    const char         *json;
    resonate_jwt_rc_e   rc;
    long                life;
} answer_case_t;

#define AT  "\"access_token\":\"at\",\"token_type\":\"Bearer\""

static const answer_case_t  answers[] = {
    { "{" AT "}", OK, 0 },
    { "{" AT ",\"expires_in\":3600}", OK, 3600 },
    { "{" AT ",\"expires_in\":\"3600\"}", OK, 3600 },
    { "{" AT ",\"expires_in\":59.9}", OK, 59 },
    { "{" AT ",\"expires_in\":null}", OK, 0 },
    { "{" AT ",\"expires_in\":1e300}", OK, RESONATE_OIDC_LIFE_MAX },
    { "{" AT ",\"expires_in\":99999999}", OK, RESONATE_OIDC_LIFE_MAX },
    { "{" AT ",\"expires_in\":\"99999999\"}", OK, RESONATE_OIDC_LIFE_MAX },
    { "{" AT ",\"expires_in\":-1}", CLAIMS, 0 },
    { "{" AT ",\"expires_in\":-1e300}", CLAIMS, 0 },
    { "{" AT ",\"expires_in\":\"-1\"}", CLAIMS, 0 },
    { "{" AT ",\"expires_in\":\"\"}", CLAIMS, 0 },
    { "{" AT ",\"expires_in\":true}", CLAIMS, 0 },
    { "{" AT ",\"refresh_token\":\"r\",\"id_token\":null}", OK, 0 },
    { "{" AT ",\"refresh_token\":7}", CLAIMS, 0 },
    { "{" AT ",\"id_token\":\"a b\"}", CLAIMS, 0 },
    { "{\"access_token\":\"at\",\"token_type\":\"bearer\"}", OK, 0 },
    { "{\"access_token\":\"at\",\"token_type\":\"DPoP\"}", CLAIMS, 0 },
    { "{\"access_token\":\"at\"}", CLAIMS, 0 },
    { "{\"access_token\":\"\",\"token_type\":\"Bearer\"}", CLAIMS, 0 },
    { "{\"access_token\":\"a\\r\\nb\",\"token_type\":\"Bearer\"}", CLAIMS, 0 },
    { "{\"access_token\":\"\\u00fc\",\"token_type\":\"Bearer\"}", CLAIMS, 0 },
    { "{\"token_type\":\"Bearer\"}", CLAIMS, 0 },
    { "{" AT ",\"error\":\"invalid_grant\"}", CLAIMS, 0 },
    { "{}", CLAIMS, 0 },
    { "", RESONATE_JWT_JSON, 0 },
    { "[]", RESONATE_JWT_JSON, 0 },
    { "<html>", RESONATE_JWT_JSON, 0 },
    { "{" AT "," AT "}", RESONATE_JWT_JSON, 0 }
};


static void
test_answer(void **state)
{
    size_t                  i;
    static char             large[RESONATE_OIDC_ANSWER_MAX + 1];
    resonate_jwt_rc_e       rc;
    resonate_oidc_answer_t  answer;

    (void) state;

    for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        rc = resonate_oidc_answer(&answer, answers[i].json,
                                  strlen(answers[i].json));
        assert_int_equal(rc, answers[i].rc);

        if (rc == OK) {
            assert_int_equal(answer.life, answers[i].life);
            assert_memory_equal(answer.access.data, "at", 2);
        }

        resonate_oidc_answer_free(&answer);
    }

    assert_int_equal(resonate_oidc_answer(&answer, large, sizeof(large)),
                     RESONATE_JWT_TOO_LARGE);

    assert_int_equal(resonate_oidc_answer(&answer,
                         "{\"error\":\"invalid_grant\"}", 25), CLAIMS);
    assert_memory_equal(answer.error.data, "invalid_grant", 14);
    resonate_oidc_answer_free(&answer);

    assert_int_equal(resonate_oidc_answer(&answer,
                         "{\"error\":\"a\\nb\"}", 16), CLAIMS);
    assert_int_equal(answer.error.len, 0);
    resonate_oidc_answer_free(&answer);
}


/* changes of a token that is good: "-name" takes a claim away */

typedef struct {
    const char         *change;
    resonate_jwt_rc_e   rc;
} id_case_t;

static const id_case_t  ids[] = {
    { "{}", OK },
    { "{\"iss\":\"https://op.example/\"}", RESONATE_JWT_ISSUER },
    { "{\"iss\":7}", RESONATE_JWT_ISSUER },
    { "{\"-iss\":0}", RESONATE_JWT_ISSUER },
    { "{\"aud\":\"other\"}", RESONATE_JWT_AUDIENCE },
    { "{\"aud\":[\"player\"]}", OK },
    { "{\"aud\":[]}", RESONATE_JWT_AUDIENCE },
    { "{\"-aud\":0}", RESONATE_JWT_AUDIENCE },
    { "{\"aud\":[\"player\",\"api\"]}", RESONATE_JWT_AUDIENCE },
    { "{\"aud\":[\"player\",\"api\"],\"azp\":\"player\"}", OK },
    { "{\"aud\":[\"player\",\"api\"],\"azp\":\"api\"}",
      RESONATE_JWT_AUDIENCE },
    { "{\"aud\":[\"api\",\"other\"],\"azp\":\"player\"}",
      RESONATE_JWT_AUDIENCE },
    { "{\"azp\":\"other\"}", RESONATE_JWT_AUDIENCE },
    { "{\"azp\":null}", RESONATE_JWT_AUDIENCE },
    { "{\"exp\":1699999970}", RESONATE_JWT_EXPIRED },
    { "{\"exp\":1699999971}", OK },
    { "{\"exp\":\"1700000600\"}", CLAIMS },
    { "{\"exp\":1700000600.5}", CLAIMS },
    { "{\"exp\":-1}", CLAIMS },
    { "{\"exp\":9223372036854775807}", CLAIMS },
    { "{\"-exp\":0}", CLAIMS },
    { "{\"-iat\":0}", CLAIMS },
    { "{\"iat\":1700000030}", OK },
    { "{\"iat\":1700000031}", RESONATE_JWT_NOT_YET },
    { "{\"nonce\":\"other\"}", CLAIMS },
    { "{\"nonce\":[\"n\"]}", CLAIMS },
    { "{\"-nonce\":0}", CLAIMS },
    { "{\"sub\":\"\"}", CLAIMS },
    { "{\"sub\":\"a\\u0000b\"}", CLAIMS },
    { "{\"sub\":7}", CLAIMS },
    { "{\"-sub\":0}", CLAIMS },

    /* of "at": RFC 7518's ES256 takes SHA-256 */

    { "{\"at_hash\":\"3RlQb-nB0uTHuNKL4ZrO4Q\"}", CLAIMS },
    { "{\"at_hash\":\"\"}", CLAIMS },
    { "{\"at_hash\":null}", CLAIMS }
};


static json_t *
good(void)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i}",
                     "iss", "https://op.example", "sub", "user",
                     "aud", "player", "nonce", "n",
                     "iat", NOW, "exp", NOW + 600);
}


static resonate_oidc_policy_t
policy(void)
{
    resonate_oidc_policy_t  p;

    p.issuer = view("https://op.example");
    p.client = view("player");
    p.nonce = view("n");
    p.subject = view("");
    p.access = view("at");
    p.leeway = 30;

    return p;
}


static resonate_jwt_rc_e
checked_as(const char *typ, json_t *claims, resonate_jwt_alg_e alg,
    const resonate_oidc_policy_t *p, resonate_oidc_person_t *person)
{
    resonate_jwt_t  jwt;

    jwt.claims = claims;
    jwt.alg = alg;
    jwt.typ_len = strlen(typ);
    memcpy(jwt.typ, typ, jwt.typ_len);

    return resonate_oidc_check(&jwt, p, NOW, person);
}


static resonate_jwt_rc_e
checked(json_t *claims, resonate_jwt_alg_e alg,
    const resonate_oidc_policy_t *p, resonate_oidc_person_t *person)
{
    return checked_as("", claims, alg, p, person);
}


/* an access token or a logout token of the same issuer is no log-in */

static void
test_typ(void **state)
{
    size_t                   i;
    json_t                  *claims;
    resonate_oidc_policy_t   p;
    resonate_oidc_person_t   person;

    static const struct {
        const char         *typ;
        resonate_jwt_rc_e   rc;
    } cases[] = {
        { "", OK },
        { "JWT", OK },
        { "application/jwt", OK },
        { "at+jwt", RESONATE_JWT_HEADER },
        { "logout+jwt", RESONATE_JWT_HEADER },
        { "dpop+jwt", RESONATE_JWT_HEADER }
    };

    (void) state;

    p = policy();
    claims = good();

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(checked_as(cases[i].typ, claims, RESONATE_JWT_ES256,
                                    &p, &person), cases[i].rc);
    }

    json_decref(claims);
}


static void
test_check(void **state)
{
    size_t                   i;
    json_t                  *claims, *change, *value;
    const char              *name;
    resonate_oidc_policy_t   p;
    resonate_oidc_person_t   person;

    (void) state;

    p = policy();

    for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        claims = good();
        change = json_loads(ids[i].change, JSON_ALLOW_NUL, NULL);
        assert_non_null(change);

        json_object_foreach(change, name, value) {
            if (name[0] == '-') {
                json_object_del(claims, name + 1);

            } else {
                json_object_set(claims, name, value);
            }
        }

        if (checked(claims, RESONATE_JWT_ES256, &p, &person) != ids[i].rc) {
            print_message("%s\n", ids[i].change);
            fail();
        }

        json_decref(change);
        json_decref(claims);
    }
}


/* printf at | openssl dgst -shaN -binary | head -c N/2 | basenc --base64url */

static void
test_hash(void **state)
{
    size_t                   i;
    json_t                  *claims;
    resonate_oidc_policy_t   p;
    resonate_oidc_person_t   person;

    static const struct {
        resonate_jwt_alg_e   alg;
        const char          *hash;
    } cases[] = {
        { RESONATE_JWT_ES256, "sda5G2fCr6XjIpiNlGJjjQ" },
        { RESONATE_JWT_RS256, "sda5G2fCr6XjIpiNlGJjjQ" },
        { RESONATE_JWT_PS384, "4hulEO2T04y86FsZK2pA8fxDcRCCi6uc" },
        { RESONATE_JWT_RS512, "dTR5nNqNrsxqjWP_lCTH2ESWpeTv9f1yZraJ_wsSjjE" },
        { RESONATE_JWT_EDDSA, "dTR5nNqNrsxqjWP_lCTH2ESWpeTv9f1yZraJ_wsSjjE" }
    };

    (void) state;

    claims = good();
    p = policy();

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_object_set_new(claims, "at_hash", json_string(cases[i].hash));
        p.access = view("at");
        assert_int_equal(checked(claims, cases[i].alg, &p, &person), OK);
        p.access = view("au");
        assert_int_equal(checked(claims, cases[i].alg, &p, &person), CLAIMS);
        p.access = view("");
        assert_int_equal(checked(claims, cases[i].alg, &p, &person), CLAIMS);
    }

    json_decref(claims);
}


static void
test_person(void **state)
{
    json_t                  *claims;
    resonate_oidc_policy_t   p;
    resonate_oidc_person_t   person;

    (void) state;

    claims = good();
    p = policy();
    p.nonce = view("");
    p.subject = view("user");
    json_object_set_new(claims, "email", json_string("u@x.example"));
    json_object_set_new(claims, "email_verified", json_string("true"));
    json_object_set_new(claims, "nickname", json_string("Nick"));
    json_object_set_new(claims, "preferred_username", json_string("a\nb"));
    json_object_set_new(claims, "sid", json_string("s1"));

    assert_int_equal(checked(claims, RESONATE_JWT_ES256, &p, &person), OK);
    assert_int_equal(person.email.len, 0);
    assert_int_equal(person.username.len, 0);
    assert_string_equal(person.name.data, "Nick");
    assert_string_equal(person.sid.data, "s1");

    json_object_set_new(claims, "email_verified", json_true());
    assert_int_equal(checked(claims, RESONATE_JWT_ES256, &p, &person), OK);
    assert_string_equal(person.email.data, "u@x.example");

    p.subject = view("other");
    assert_int_equal(checked(claims, RESONATE_JWT_ES256, &p, &person), CLAIMS);
    json_decref(claims);
}


static void
test_path(void **state)
{
    size_t  i;
    char    large[RESONATE_OIDC_PATH_MAX + 2];

    static const char *const  good[] = {
        "/", "/a", "/a/b?c=d&e=%2F%2F#f", "/a//b", "/.//x", "/?//evil"
    };
    static const char *const  bad[] = {
        "", "a", "//", "//evil", "///evil", "/\\evil", "\\evil", "\\\\evil",
        "https://evil", "javascript:alert(1)", " /", "/a b", "/\t/evil",
        "/\n/evil", "/a\r\nSet-Cookie: x", "/\xc3\xbc", "/\x7f", "/a\\b",
        "?a", "#a", "./a"
    };

    (void) state;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(resonate_oidc_path(good[i], strlen(good[i])));
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(resonate_oidc_path(bad[i], strlen(bad[i])));
    }

    assert_false(resonate_oidc_path("/a\0b", 4));

    memset(large, '/', 1);
    memset(large + 1, 'a', sizeof(large) - 1);
    assert_true(resonate_oidc_path(large, RESONATE_OIDC_PATH_MAX));
    assert_false(resonate_oidc_path(large, RESONATE_OIDC_PATH_MAX + 1));
}


static void
test_origin(void **state)
{
    size_t               i;
    resonate_jwt_view_t  site, origin, own;

    static const struct {
        const char  *site;
        const char  *origin;
        int          same;
    } cases[] = {
        { "same-origin", "", 1 },
        { "none", "", 1 },
        { "same-site", "https://a.example", 0 },
        { "cross-site", "https://a.example", 0 },
        { "Same-Origin", "https://a.example", 0 },
        { "", "https://a.example", 1 },
        { "", "https://A.example", 1 },
        { "", "https://a.example:8443", 0 },
        { "", "http://a.example", 0 },
        { "", "https://a.example.evil", 0 },
        { "", "null", 0 },
        { "", "", 0 }
    };

    (void) state;

    own = view("https://a.example");

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        site = view(cases[i].site);
        origin = view(cases[i].origin);
        assert_int_equal(resonate_oidc_same_origin(&site, &origin, &own),
                         cases[i].same);
    }
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_challenge),
        cmocka_unit_test(test_answer),
        cmocka_unit_test(test_typ),
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_person),
        cmocka_unit_test(test_path),
        cmocka_unit_test(test_origin)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
