
/*
 * Copyright (C) Resonate
 *
 * Tokens taken apart.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_jwt.h"


#define ES256   "eyJhbGciOiJFUzI1NiJ9"                /* {"alg":"ES256"} */
#define EMPTY   "e30"                                 /* {} */


typedef struct {
    const char         *text;
    int                 rc;
    const char         *bytes;
} base64_case_t;


/* RFC 4648, section 10, and what is not canonical */

static const base64_case_t  base64_cases[] = {
    { "", 0, "" },
    { "Zg", 0, "f" },
    { "Zm8", 0, "fo" },
    { "Zm9v", 0, "foo" },
    { "Zm9vYg", 0, "foob" },
    { "Zm9vYmE", 0, "fooba" },
    { "Zm9vYmFy", 0, "foobar" },
    { "_-8", 0, "\xff\xef" },

    { "Z", -1, NULL },
    { "Zm9vZ", -1, NULL },
    { "Zh", -1, NULL },
    { "Zm9", -1, NULL },
    { "Zg==", -1, NULL },
    { "Zm9v=", -1, NULL },
    { "/+8", -1, NULL },
    { "Zm 8", -1, NULL },
    { "Zm9v\n", -1, NULL },
    { "Zm\x80v", -1, NULL },
    { "Zm9vYmFyZm9vYmFyZg", -1, NULL }    /* 13 bytes into 12 */
};


static void
test_base64url(void **state)
{
    int            rc;
    size_t         i, len;
    unsigned char  buf[12];

    (void) state;

    for (i = 0; i < sizeof(base64_cases) / sizeof(base64_cases[0]); i++) {
        rc = resonate_jwt_base64url(buf, sizeof(buf), &len,
                                    base64_cases[i].text,
                                    strlen(base64_cases[i].text));

        assert_int_equal(rc, base64_cases[i].rc);

        if (rc == 0) {
            assert_int_equal(len, strlen(base64_cases[i].bytes));
            assert_memory_equal(buf, base64_cases[i].bytes, len);
        }
    }
}


typedef struct {
    const char         *token;
    resonate_jwt_rc_e   rc;
} parse_case_t;


static const parse_case_t  parse_cases[] = {
    { ES256 "." EMPTY ".AA", RESONATE_JWT_OK },
    { "", RESONATE_JWT_MALFORMED },
    { ".", RESONATE_JWT_MALFORMED },
    { "..", RESONATE_JWT_MALFORMED },
    { "....", RESONATE_JWT_ENCRYPTED },
    { ES256 "." EMPTY, RESONATE_JWT_MALFORMED },
    { ES256 "." EMPTY ".", RESONATE_JWT_MALFORMED },
    { ES256 ".." "AA", RESONATE_JWT_MALFORMED },
    { "." EMPTY ".AA", RESONATE_JWT_MALFORMED },
    { ES256 "." EMPTY ".AA.AA", RESONATE_JWT_MALFORMED },
    { ES256 "." EMPTY ".AA.AA.AA", RESONATE_JWT_ENCRYPTED },
    { ES256 "." EMPTY ".AB", RESONATE_JWT_MALFORMED },
    { ES256 "=." EMPTY ".AA", RESONATE_JWT_MALFORMED },
    { ES256 ".bnVsbA.AA", RESONATE_JWT_JSON },                   /* null */
    { "bnVsbA." EMPTY ".AA", RESONATE_JWT_JSON },
    { EMPTY "." EMPTY ".AA", RESONATE_JWT_ALGORITHM },
    { "eyJhbGciOiJub25lIn0." EMPTY ".AA",                        /* none */
      RESONATE_JWT_ALGORITHM },
    { "eyJhbGciOiJIUzI1Ni1ub25lIn0." EMPTY ".AA",
      RESONATE_JWT_ALGORITHM },
    { "eyJhbGciOiJFUzI1NiIsImNyaXQiOltdfQ." EMPTY ".AA",         /* crit */
      RESONATE_JWT_HEADER },
    { "eyJhbGciOiJFUzI1NiIsImtpZCI6MX0." EMPTY ".AA",            /* kid 1 */
      RESONATE_JWT_KEY }
};


static void
test_parse(void **state)
{
    size_t          i;
    resonate_jwt_t  jwt;

    (void) state;

    for (i = 0; i < sizeof(parse_cases) / sizeof(parse_cases[0]); i++) {
        assert_int_equal(resonate_jwt_parse(&jwt, parse_cases[i].token,
                                            strlen(parse_cases[i].token)),
                         parse_cases[i].rc);

        if (parse_cases[i].rc == RESONATE_JWT_OK) {
            assert_int_equal(jwt.alg, RESONATE_JWT_ES256);
            assert_int_equal(jwt.kid_len, 0);
            assert_int_equal(jwt.input.len, strlen(ES256 "." EMPTY));
            assert_int_equal(jwt.signature_len, 1);
            assert_int_equal(jwt.signature[0], 0);
            resonate_jwt_free(&jwt);
        }
    }
}


static void
test_size(void **state)
{
    char            token[RESONATE_JWT_MAX + 1];
    resonate_jwt_t  jwt;

    (void) state;

    memset(token, 'A', sizeof(token));

    assert_int_equal(resonate_jwt_parse(&jwt, token, sizeof(token)),
                     RESONATE_JWT_TOO_LARGE);
    assert_int_equal(resonate_jwt_parse(&jwt, token, sizeof(token) - 1),
                     RESONATE_JWT_MALFORMED);

    /* the largest payload is decoded; zeroes are not JSON */

    memcpy(token, ES256 ".", sizeof(ES256));
    memcpy(token + sizeof(ES256) + 8160, ".AA", 3);

    assert_int_equal(resonate_jwt_parse(&jwt, token,
                                        sizeof(ES256) + 8160 + 3),
                     RESONATE_JWT_JSON);
}


static json_t *
object_of(const char *text, size_t len)
{
    json_t  *object;

    if (resonate_jwt_object(text, len, &object) != RESONATE_JWT_OK) {
        assert_null(object);
    }

    return object;
}


static json_t *
nested(const char *open, const char *close, unsigned depth)
{
    char      buf[512], *p;
    unsigned  i;

    p = buf;

    for (i = 0; i < depth; i++) {
        p = stpcpy(p, open);
    }

    p = stpcpy(p, "1");

    for (i = 0; i < depth; i++) {
        p = stpcpy(p, close);
    }

    return object_of(buf, p - buf);
}


static json_t *
wide(unsigned n)
{
    char      buf[16384], *p;
    unsigned  i;

    p = buf + sprintf(buf, "{\"0\":0");

    for (i = 1; i < n; i++) {
        p += sprintf(p, ",\"%u\":0", i);
    }

    *p++ = '}';

    return object_of(buf, p - buf);
}


/* {"a":[0,0,...]}: the object, the array and what is after commas count */

static resonate_jwt_rc_e
documented(unsigned n)
{
    char               buf[16384], *p;
    json_t            *object;
    unsigned           i;
    resonate_jwt_rc_e  rc;

    p = stpcpy(buf, "{\"a\":[0");

    for (i = 2; i < n; i++) {
        p = stpcpy(p, ",0");
    }

    p = stpcpy(p, "]}");

    rc = resonate_jwt_document(buf, p - buf, &object);
    json_decref(object);

    return rc;
}


static void
test_caps(void **state)
{
    json_t  *object;

    (void) state;

    object = nested("{\"a\":", "}", RESONATE_JWT_DEPTH_MAX);
    assert_non_null(object);
    json_decref(object);

    assert_null(nested("{\"a\":", "}", RESONATE_JWT_DEPTH_MAX + 1));
    assert_null(nested("[", "]", 1));

    object = wide(RESONATE_JWT_ITEMS_MAX);
    assert_non_null(object);
    json_decref(object);

    assert_null(wide(RESONATE_JWT_ITEMS_MAX + 1));

    assert_int_equal(documented(RESONATE_JWT_DOCUMENT_ITEMS), RESONATE_JWT_OK);
    assert_int_equal(documented(RESONATE_JWT_DOCUMENT_ITEMS + 1),
                     RESONATE_JWT_JSON);

    /* what stands in strings does not count; escapes do not end them */

    object = object_of("{\"a\":\"\\\"[[[[[[[[[[[[[[[[[[[[[\"}", 30);
    assert_null(object);

    object = object_of("{\"a\":\"\\\"[[[[[[[[[[[[[[[[[[[[\"}", 30);
    assert_non_null(object);
    json_decref(object);

    assert_null(object_of("{\"a\":\"\\", 7));
    assert_null(object_of("", 0));
}


/* whichever allocation fails: that says nothing against the token */

static int  allocations;


static void *
allocate(size_t size)
{
    return allocations-- > 0 ? malloc(size) : NULL;
}


static void
test_memory(void **state)
{
    int                 n;
    resonate_jwt_t      jwt;
    resonate_jwt_rc_e   rc;
    static const char   token[] = ES256 "."
        "eyJhIjoiYiIsImMiOlsxLHsiZCI6Mi41fV19.AA";

    (void) state;

    json_set_alloc_funcs(allocate, free);

    for (n = 0; n < 1000; n++) {
        allocations = n;

        rc = resonate_jwt_parse(&jwt, token, sizeof(token) - 1);

        if (rc == RESONATE_JWT_OK) {
            resonate_jwt_free(&jwt);
            break;
        }

        assert_int_equal(rc, RESONATE_JWT_NO_MEMORY);
    }

    json_set_alloc_funcs(malloc, free);

    assert_in_range(n, 10, 999);
}


static void
test_names(void **state)
{
    (void) state;

    assert_int_equal(resonate_jwt_alg("EdDSA", 5), RESONATE_JWT_EDDSA);
    assert_int_equal(resonate_jwt_alg("Ed25519", 7), RESONATE_JWT_ED25519);
    assert_int_equal(resonate_jwt_alg("Ed448", 5), RESONATE_JWT_ED448);
    assert_int_equal(resonate_jwt_alg("PS512", 5), RESONATE_JWT_PS512);
    assert_int_equal(resonate_jwt_alg("ps512", 5), 0);
    assert_int_equal(resonate_jwt_alg("HS384", 5), RESONATE_JWT_HS384);
    assert_int_equal(RESONATE_JWT_ANY & RESONATE_JWT_HMAC, 0);
    assert_int_equal(resonate_jwt_alg("ES256K", 6), 0);
    assert_int_equal(resonate_jwt_alg("ES25", 4), 0);
    assert_int_equal(resonate_jwt_alg("", 0), 0);

    assert_string_equal(resonate_jwt_strerror(RESONATE_JWT_NO_MEMORY),
                        "Out of memory");
    assert_string_equal(resonate_jwt_strerror(RESONATE_JWT_EXPIRED),
                        "The token has expired");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_base64url),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_caps),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_names)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
