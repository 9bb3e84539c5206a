
/*
 * Copyright (C) Resonate
 *
 * What a token must have: one condition, all of several, one of several.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_require.h"


#define NOW  1000000

#define CLAIMS                                                                \
    "{\"groups\": [\"crew\", 7, true], \"plan\": \"gold\", \"beta\": true,"   \
    " \"off\": false, \"none\": null, \"level\": 3, \"Plan\": \"tin\","       \
    " \"text\": \"[\\\"crew\\\"]\", \"empty\": \"\","                         \
    " \"realm_access\": {\"roles\": [\"editor\"], \"deep\": {\"n\": 1}},"     \
    " \"https://id.example/groups\": [\"x.y\"]}"


typedef struct {
    const char             *needs;     /* name=a|b, with blanks between */
    resonate_require_rc_e   rc;
} require_case_t;


/* of a token of scope "read plays", role artist, "acr" mfa, 300 s old */

static const require_case_t  cases[] = {
    { "", RESONATE_REQUIRE_OK },

    { "scope=read", RESONATE_REQUIRE_OK },
    { "scope=plays", RESONATE_REQUIRE_OK },
    { "scope=x|plays", RESONATE_REQUIRE_OK },
    { "scope=play", RESONATE_REQUIRE_SCOPE },
    { "scope=x|y", RESONATE_REQUIRE_SCOPE },

    { "role=superadmin", RESONATE_REQUIRE_ROLE },
    { "role=label", RESONATE_REQUIRE_ROLE },
    { "role=artist", RESONATE_REQUIRE_OK },
    { "role=user", RESONATE_REQUIRE_OK },

    { "claim=plan", RESONATE_REQUIRE_OK },
    { "claim=empty", RESONATE_REQUIRE_OK },
    { "claim=level", RESONATE_REQUIRE_OK },
    { "claim=groups", RESONATE_REQUIRE_OK },
    { "claim=off", RESONATE_REQUIRE_CLAIM },
    { "claim=none", RESONATE_REQUIRE_CLAIM },
    { "claim=absent", RESONATE_REQUIRE_CLAIM },
    { "claim=PLAN", RESONATE_REQUIRE_CLAIM },
    { "claim=plan value=gold", RESONATE_REQUIRE_OK },
    { "claim=plan value=tin|gold", RESONATE_REQUIRE_OK },
    { "claim=plan value=tin", RESONATE_REQUIRE_CLAIM },
    { "claim=plan value=gol", RESONATE_REQUIRE_CLAIM },
    { "claim=beta value=true", RESONATE_REQUIRE_OK },
    { "claim=level value=3", RESONATE_REQUIRE_OK },
    { "claim=level value=4", RESONATE_REQUIRE_CLAIM },
    { "claim=groups value=crew", RESONATE_REQUIRE_OK },
    { "claim=groups value=7", RESONATE_REQUIRE_OK },
    { "claim=groups value=cre", RESONATE_REQUIRE_CLAIM },
    { "claim=text value=crew", RESONATE_REQUIRE_CLAIM },
    { "claim=realm_access.roles value=editor", RESONATE_REQUIRE_OK },
    { "claim=realm_access.roles value=owner", RESONATE_REQUIRE_CLAIM },
    { "claim=realm_access.deep.n value=1", RESONATE_REQUIRE_OK },
    { "claim=realm_access.none", RESONATE_REQUIRE_CLAIM },
    { "claim=plan.x", RESONATE_REQUIRE_CLAIM },
    { "claim=https://id.example/groups value=x.y", RESONATE_REQUIRE_OK },

    { "acr=mfa", RESONATE_REQUIRE_OK },
    { "acr=hw|mfa", RESONATE_REQUIRE_OK },
    { "acr=hw", RESONATE_REQUIRE_ACR },

    { "age=300", RESONATE_REQUIRE_OK },
    { "age=299", RESONATE_REQUIRE_AGE },
    { "age=0", RESONATE_REQUIRE_AGE },

    { "scope=read role=artist acr=mfa age=300", RESONATE_REQUIRE_OK },
    { "scope=x role=label acr=hw age=1", RESONATE_REQUIRE_SCOPE },
    { "scope=read role=label acr=hw", RESONATE_REQUIRE_ROLE },
    { "scope=read claim=off acr=hw", RESONATE_REQUIRE_CLAIM },
    { "scope=read acr=hw age=1", RESONATE_REQUIRE_ACR },

    { "any scope=x role=artist", RESONATE_REQUIRE_OK },
    { "any scope=x acr=hw age=300", RESONATE_REQUIRE_OK },
    { "any scope=x role=label", RESONATE_REQUIRE_SCOPE },
    { "any acr=hw claim=off", RESONATE_REQUIRE_CLAIM },
};

#define NCASES  (sizeof(cases) / sizeof(cases[0]))


typedef struct {
    resonate_require_t    require;
    resonate_jwt_view_t   words[3][4];
    char                  text[128];
} require_parsed_t;


static resonate_jwt_view_t
view_of(const char *text)
{
    resonate_jwt_view_t  view;

    view.data = text;
    view.len = strlen(text);

    return view;
}


static void
parse_words(resonate_require_words_t *words, resonate_jwt_view_t *views,
    char *text)
{
    char  *save, *word;

    words->words = views;

    for (word = strtok_r(text, "|", &save); word;
         word = strtok_r(NULL, "|", &save))
    {
        views[words->n++] = view_of(word);
    }
}


static void
parse(require_parsed_t *p, const char *needs)
{
    char                *save, *word, *value;
    resonate_require_t  *r;

    memset(p, 0, sizeof(*p));
    strcpy(p->text, needs);

    r = &p->require;
    r->max_age = -1;

    for (word = strtok_r(p->text, " ", &save); word;
         word = strtok_r(NULL, " ", &save))
    {
        value = strchr(word, '=');
        value = value ? value + 1 : word;

        switch (word[0] == 'a' ? word[1] : word[0]) {

        case 'n':
            r->any = 1;
            break;

        case 's':
            parse_words(&r->scopes, p->words[0], value);
            break;

        case 'r':
            r->role = resonate_claims_role(value, strlen(value));
            assert_true(r->role);
            break;

        case 'c':
            if (word[0] == 'a') {
                parse_words(&r->acrs, p->words[1], value);

            } else {
                r->claim = view_of(value);
            }

            break;

        case 'v':
            parse_words(&r->values, p->words[2], value);
            break;

        default:
            r->max_age = atoi(value);
        }
    }
}


static void
test_cases(void **state)
{
    char                       packed[RESONATE_CLAIMS_PACKED_MAX];
    size_t                     i;
    json_t                    *claims;
    require_parsed_t           p;
    resonate_require_rc_e      rc;
    resonate_require_token_t   token;

    (void) state;

    claims = json_loads(CLAIMS, 0, NULL);
    assert_non_null(claims);

    token.scope = view_of("read plays");
    token.roles = view_of("artist user");
    token.acr = view_of("mfa");
    token.auth_time = NOW - 300;
    token.claims.data = packed;
    token.claims.len = resonate_claims_pack(claims, packed, sizeof(packed));

    for (i = 0; i < NCASES; i++) {
        parse(&p, cases[i].needs);
        rc = resonate_require(&p.require, &token, NOW);

        if (rc != cases[i].rc) {
            fail_msg("\"%s\": %d, not %d", cases[i].needs, rc, cases[i].rc);
        }
    }

    json_decref(claims);
}


/* what is not said is not there */

static void
test_bare(void **state)
{
    size_t                     i;
    require_parsed_t           p;
    resonate_require_token_t   token;

    const require_case_t       bare[] = {
        { "", RESONATE_REQUIRE_OK },
        { "role=user", RESONATE_REQUIRE_OK },
        { "role=artist", RESONATE_REQUIRE_ROLE },
        { "scope=read", RESONATE_REQUIRE_SCOPE },
        { "claim=plan", RESONATE_REQUIRE_CLAIM },
        { "acr=mfa", RESONATE_REQUIRE_ACR },
        { "age=100000000", RESONATE_REQUIRE_AGE }
    };

    (void) state;

    memset(&token, 0, sizeof(token));

    for (i = 0; i < sizeof(bare) / sizeof(bare[0]); i++) {
        parse(&p, bare[i].needs);
        assert_int_equal(resonate_require(&p.require, &token, NOW),
                         bare[i].rc);
    }

    assert_string_equal(resonate_require_strerror(RESONATE_REQUIRE_AGE),
                        "A more recent login is needed");
    assert_null(resonate_require_strerror(RESONATE_REQUIRE_OK));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_bare)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
