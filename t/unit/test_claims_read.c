
/*
 * Copyright (C) Resonate
 *
 * What is read from claims that are as they should be.
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


#define GOOD  "'sub':'u','exp':1000001"
#define KEY   "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


typedef struct {
    const char  *claims;
    const char  *value;     /* NULL: the token is refused */
} read_case_t;


/* runs a table; "at" is where in the result the text is */

static void
read_cases(const read_case_t *cases, size_t n,
    const resonate_claims_policy_t *policy, size_t at)
{
    char                  text[1024];
    size_t                i;
    json_t               *claims;
    resonate_jwt_rc_e     rc;
    resonate_claims_t     result;
    resonate_jwt_view_t  *view;

    for (i = 0; i < n; i++) {
        snprintf(text, sizeof(text), GOOD "%s%s",
                 cases[i].claims[0] ? "," : "", cases[i].claims);

        rc = claims_check(text, NULL, policy, &result, &claims);

        if (rc != (cases[i].value ? RESONATE_JWT_OK : RESONATE_JWT_CLAIMS)) {
            fail_msg("%s: %s", cases[i].claims, resonate_jwt_strerror(rc));
        }

        if (cases[i].value) {
            view = (resonate_jwt_view_t *) (void *) ((char *) &result + at);
            claims_is(cases[i].claims, view, cases[i].value);
        }

        json_decref(claims);
    }
}


#define READ(cases, policy, member)                                           \
    read_cases(cases, sizeof(cases) / sizeof(cases[0]), policy,               \
               offsetof(resonate_claims_t, member))


static const resonate_claims_policy_t  plain;

static const resonate_claims_policy_t  paths = {
    .roles_path = VIEW("realm_access.roles"),
    .scope_path = VIEW("scp"),
    .name_path = VIEW("/who/shown")
};


static void
test_name(void **state)
{
    static const read_case_t  cases[] = {
        { "", "" },
        { "'name':'Ada','nickname':'a'", "Ada" },
        { "'name':'','nickname':'a'", "a" },
        { "'name':'  ','preferred_username':'p'", "p" },
        { "'name':[],'nickname':1,'preferred_username':'p'", "p" },
        { "'name':'A\\u007f','nickname':'a'", "a" },
        { "'username':'u','preferred_username':'p'", "p" },
        { "'username':'u'", "u" }
    };

    static const read_case_t  by_path[] = {
        { "'name':'Ada','who':{'shown':'Bea'}", "Bea" },
        { "'name':'Ada','who':{'shown':' '}", "Ada" },
        { "'name':'Ada','who':'shown'", "Ada" }
    };

    (void) state;

    READ(cases, &plain, name);
    READ(by_path, &paths, name);
}


static void
test_scope(void **state)
{
    static const read_case_t  cases[] = {
        { "", "" },
        { "'scope':''", "" },
        { "'scope':'a b'", "a b" },
        { "'scope':['a','b:c','d']", "a b:c d" },
        { "'scope':[]", "" },
        { "'scope':['']", NULL },
        { "'scope':['a',1]", NULL },
        { "'scope':['a\\tb']", NULL },
        { "'scope':null", NULL },
        { "'scp':'a'", "" }
    };

    static const read_case_t  by_path[] = {
        { "'scp':['a','b'],'scope':'c'", "a b" },
        { "'scp':'a b'", "a b" },
        { "'scope':'c'", "" }
    };

    (void) state;

    READ(cases, &plain, scope);
    READ(by_path, &paths, scope);
}


/* as many bytes as may be, and one more, in one word and in three */

static void
test_scope_max(void **state)
{
    char               text[4096];
    size_t             i, len;
    json_t            *claims;
    resonate_claims_t  result;

    (void) state;

    for (i = 0; i < 4; i++) {
        len = RESONATE_CLAIMS_SCOPE_MAX + i % 2;

        if (i < 2) {
            snprintf(text, sizeof(text), GOOD ",'scope':['%0*d']", (int) len,
                     0);
        } else {
            snprintf(text, sizeof(text), GOOD ",'scope':['a','%0*d','b']",
                     (int) len - 4, 0);
        }

        assert_int_equal(claims_check(text, NULL, &plain, &result, &claims),
                         i % 2 ? RESONATE_JWT_CLAIMS : RESONATE_JWT_OK);

        if (i % 2 == 0) {
            assert_int_equal(result.scope.len, len);
        }

        json_decref(claims);
    }
}


static void
test_roles(void **state)
{
    static const read_case_t  cases[] = {
        { "", "" },
        { "'roles':'artist'", "artist" },
        { "'roles':'user artist'", "artist user" },
        { "'roles':'  user  '", "user" },
        { "'roles':['user','admin','user']", "admin user" },
        { "'roles':['superadmin','admin','tenantadmin','label','artist',"
          "'user']", "superadmin admin tenantadmin label artist user" },
        { "'roles':['Admin','admins','root','','user admin',1,null]", "" },
        { "'roles':'superadmi userx'", "" },
        { "'roles':{'admin':1}", "" },
        { "'roles':1", "" },
        { "'roles':null", "" },
        { "'realm_access':{'roles':['admin']}", "" }
    };

    static const read_case_t  by_path[] = {
        { "'realm_access':{'roles':['offline_access','admin']},"
          "'roles':'user'", "admin" },
        { "'roles':'user'", "" }
    };

    (void) state;

    READ(cases, &plain, roles);
    READ(by_path, &paths, roles);

    assert_int_equal(resonate_claims_role("superadmin", 10),
                     RESONATE_ROLE_SUPERADMIN);
    assert_int_equal(resonate_claims_role("user", 4), RESONATE_ROLE_USER);
    assert_int_equal(resonate_claims_role("user", 3), 0);
    assert_int_equal(resonate_claims_role("", 0), 0);
}


static void
test_bound(void **state)
{
    static const read_case_t  jkt[] = {
        { "", "" },
        { "'cnf':{'jkt':'" KEY "'}", KEY },
        { "'cnf':{'jkt':'" KEY "','x5t#S256':'" KEY "'}", KEY },
        { "'cnf':{'x5t#S256':'" KEY "'}", "" },
        { "'cnf':{'jkt':'" KEY "','kid':'a'}", KEY },
        { "'cnf':{'jkt':'" KEY "A'}", NULL },
        { "'cnf':{'jkt':'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xt'}",
          NULL },
        { "'cnf':{'jkt':''}", NULL },
        { "'cnf':{'jkt':1}", NULL },
        { "'cnf':{'jkt':'" KEY "','x5t#S256':1}", NULL },
        { "'cnf':{}", NULL },
        { "'cnf':{'kid':'a'}", NULL },
        { "'cnf':'" KEY "'", NULL },
        { "'cnf':null", NULL }
    };

    static const read_case_t  x5t[] = {
        { "", "" },
        { "'cnf':{'x5t#S256':'" KEY "'}", KEY },
        { "'cnf':{'jkt':'" KEY "'}", "" },
        { "'cnf':{'x5t#S256':'" KEY "='}", NULL }
    };

    (void) state;

    READ(jkt, &plain, jkt);
    READ(x5t, &plain, x5t);
}


static void
test_result(void **state)
{
    json_t             *claims;
    resonate_claims_t   result;

    (void) state;

    assert_int_equal(claims_check("'sub':'u','exp':1000001,'azp':'app',"
                                  "'jti':'j','sid':'s','acr':'2',"
                                  "'iat':7,'auth_time':8", NULL, &plain,
                                  &result, &claims),
                     RESONATE_JWT_OK);

    claims_is("sub", &result.subject, "u");
    claims_is("client", &result.client, "app");
    claims_is("jti", &result.jti, "j");
    claims_is("sid", &result.sid, "s");
    claims_is("acr", &result.acr, "2");
    assert_int_equal(result.expires, 1000001);
    assert_int_equal(result.issued, 7);
    assert_int_equal(result.auth_time, 8);
    json_decref(claims);

    assert_int_equal(claims_check(GOOD ",'azp':'app','client_id':'c'", NULL,
                                  &plain, &result, &claims),
                     RESONATE_JWT_OK);

    claims_is("client", &result.client, "c");
    claims_is("jti", &result.jti, "");
    claims_is("sid", &result.sid, "");
    claims_is("acr", &result.acr, "");
    assert_int_equal(result.issued, 0);
    assert_int_equal(result.auth_time, 0);
    json_decref(claims);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_name),
        cmocka_unit_test(test_scope),
        cmocka_unit_test(test_scope_max),
        cmocka_unit_test(test_roles),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_result)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
