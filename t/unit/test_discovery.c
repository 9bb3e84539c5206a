
/*
 * Copyright (C) Resonate
 *
 * Discovery documents.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_discovery.h"
#include "json_case.h"


static const resonate_jwt_view_t  issuer = VIEW("https://id.example");


typedef struct {
    const char  *members;
    const char  *error;
} document_case_t;


static const document_case_t  cases[] = {
    { "'issuer':'https://id.example'", NULL },
    { "'issuer':'https://id.example','jwks_uri':'https://keys.example/a'",
      NULL },
    { "", "another \"issuer\"" },
    { "'issuer':1", "another \"issuer\"" },
    { "'issuer':null", "another \"issuer\"" },
    { "'issuer':'https://id.example/'", "another \"issuer\"" },
    { "'issuer':'https://ID.example'", "another \"issuer\"" },
    { "'issuer':'https://id.exampl'", "another \"issuer\"" },
    { "'issuer':'https://id.example','issuer':'https://id.example'",
      "not a JSON object" },
    { "'issuer':'https://id.example','jwks_uri':''", "bad \"jwks_uri\"" },
    { "'issuer':'https://id.example','jwks_uri':1", "bad \"jwks_uri\"" },
    { "'issuer':'https://id.example','jwks_uri':null", "bad \"jwks_uri\"" },
    { "'issuer':'https://id.example','jwks_uri':'http://id.example/a'",
      "bad \"jwks_uri\"" },
    { "'issuer':'https://id.example','token_endpoint':'/token'",
      "bad \"token_endpoint\"" },
    { "'issuer':'https://id.example','introspection_endpoint':'x'",
      "bad \"introspection_endpoint\"" },
    { "'issuer':'https://id.example','authorization_endpoint':'x'",
      "bad \"authorization_endpoint\"" },
    { "'issuer':'https://id.example','end_session_endpoint':'x'",
      "bad \"end_session_endpoint\"" }
};


static void
test_documents(void **state)
{
    char                   text[JSON_CASE_MAX];
    size_t                 i, len;
    const char            *error;
    resonate_discovery_t   discovery;

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        len = json_case(text, "{", cases[i].members, "}");

        error = resonate_discovery_parse(&discovery, text, len, &issuer);

        if (cases[i].error) {
            assert_non_null(error);
            assert_string_equal(error, cases[i].error);
            assert_null(discovery.json);
            continue;
        }

        if (error) {
            fail_msg("%s: %s", cases[i].members, error);
        }

        resonate_discovery_free(&discovery);
    }

    assert_string_equal(resonate_discovery_parse(&discovery, "<html>", 6,
                                                 &issuer),
                        "not a JSON object");
    assert_string_equal(resonate_discovery_parse(&discovery, "",
                                                 RESONATE_DISCOVERY_MAX + 1,
                                                 &issuer),
                        "too large");
}


static void
is(const resonate_jwt_view_t *view, const char *expected)
{
    assert_int_equal(view->len, strlen(expected));
    assert_memory_equal(view->data, expected, view->len);
}


static void
test_members(void **state)
{
    char                  text[JSON_CASE_MAX];
    size_t                len;
    resonate_discovery_t  d;

    (void) state;

    len = json_case(text, "{", "'issuer':'https://id.example',"
        "'jwks_uri':'https://id.example/1',"
        "'authorization_endpoint':'https://id.example/2?a=b',"
        "'token_endpoint':'https://id.example/3',"
        "'introspection_endpoint':'https://id.example/4',"
        "'revocation_endpoint':'https://id.example/5',"
        "'userinfo_endpoint':'https://id.example/6',"
        "'end_session_endpoint':'https://id.example/7',"
        "'id_token_signing_alg_values_supported':['RS256','none',1,'HS256'],"
        "'introspection_signing_alg_values_supported':['ES256'],"
        "'dpop_signing_alg_values_supported':['EdDSA','ES384'],"
        "'code_challenge_methods_supported':[1,'plain','S256'],"
        "'authorization_response_iss_parameter_supported':true", "}");

    assert_null(resonate_discovery_parse(&d, text, len, &issuer));
    is(&d.issuer, "https://id.example");
    is(&d.jwks_uri, "https://id.example/1");
    is(&d.authorization, "https://id.example/2?a=b");
    is(&d.token, "https://id.example/3");
    is(&d.introspection, "https://id.example/4");
    is(&d.revocation, "https://id.example/5");
    is(&d.userinfo, "https://id.example/6");
    is(&d.end_session, "https://id.example/7");
    assert_int_equal(d.id_token_algs, RESONATE_JWT_RS256|RESONATE_JWT_HS256);
    assert_int_equal(d.introspection_algs, RESONATE_JWT_ES256);
    assert_int_equal(d.dpop_algs, RESONATE_JWT_EDDSA|RESONATE_JWT_ES384);
    assert_int_equal(d.challenges, 1);
    assert_int_equal(d.names_issuer, 1);
    resonate_discovery_free(&d);

    len = json_case(text, "{", "'issuer':'https://id.example',"
        "'dpop_signing_alg_values_supported':'ES256',"
        "'code_challenge_methods_supported':['plain'],"
        "'authorization_response_iss_parameter_supported':'true'", "}");

    assert_null(resonate_discovery_parse(&d, text, len, &issuer));
    is(&d.jwks_uri, "");
    is(&d.end_session, "");
    assert_int_equal(d.id_token_algs, 0);
    assert_int_equal(d.dpop_algs, 0);
    assert_int_equal(d.challenges, 0);
    assert_int_equal(d.names_issuer, 0);
    resonate_discovery_free(&d);
}


typedef struct {
    const char  *url;
    int          good;
} url_case_t;


static const url_case_t  urls[] = {
    { "https://id.example", 1 },
    { "https://id.example:8443/a/b?c=d", 1 },
    { "HTTPS://id.example/", 1 },
    { "https://127.0.0.1/", 1 },
    { "http://127.0.0.1:3000/jwks", 1 },
    { "http://127.255.0.9", 1 },
    { "http://localhost:3000/jwks", 1 },
    { "http://LOCALHOST/", 1 },
    { "http://[::1]:3000/", 1 },
    { "http://[::1]", 1 },

    { "", 0 },
    { "https://", 0 },
    { "https:///a", 0 },
    { "//id.example/", 0 },
    { "ftp://id.example/", 0 },
    { "file:///etc/passwd", 0 },
    { "http://id.example/", 0 },
    { "http://localhost.example/", 0 },
    { "http://127.0.0.1.example/", 0 },
    { "http://127.example/", 0 },
    { "http://127.0.0.1.", 0 },
    { "http://127..0.1/", 0 },
    { "http://127.0.0001/", 0 },
    { "http://127.0.0.0.1/", 0 },
    { "http://128.0.0.1/", 0 },
    { "http://127.0.0.1@evil.example/", 0 },
    { "http://[::11]/", 0 },
    { "http://[::1/", 0 },
    { "https://a@id.example/", 0 },
    { "https://id.example/#a", 0 },
    { "https://id.example/a b", 0 },
    { "https://id.example/a\n", 0 },
    { "https://id.example/\"", 0 },
    { "https://id.example\\@evil.example/", 0 },
    { "https://id.example/\xc3\xa9", 0 },
    { "https://id.example:0/", 0 },
    { "https://id.example:65536/", 0 }
};


static void
test_urls(void **state)
{
    char    text[RESONATE_URL_MAX + 1];
    size_t  i;

    (void) state;

    for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        if (resonate_discovery_url(urls[i].url, strlen(urls[i].url))
            != urls[i].good)
        {
            fail_msg("%s", urls[i].url);
        }
    }

    assert_false(resonate_discovery_url("https://id.example/\0", 20));

    memset(text, 'a', sizeof(text));
    memcpy(text, "https://a/", 10);
    assert_true(resonate_discovery_url(text, sizeof(text) - 1));
    assert_false(resonate_discovery_url(text, sizeof(text)));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_urls)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
