
/*
 * Copyright (C) Resonate
 *
 * The set of what was revoked: which tokens it names, that it forgets nothing
 * for want of room, and what has expired only.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_revoked.h"


#define SIZE  65536
#define NOW   1000
#define FAR   RESONATE_REVOKED_FAR

#define VIEW(s)  ((resonate_jwt_view_t) { (s), strlen(s) })


static resonate_revoked_t *
set_of(size_t size)
{
    return resonate_revoked_init(calloc(1, size), size);
}


static resonate_revoked_key_t
key_of(resonate_revoked_kind_e kind, const char *issuer, const char *value)
{
    resonate_revoked_key_t  key;

    assert_int_equal(resonate_revoked_key(&key, kind, VIEW(issuer),
                                          VIEW(value)), 1);
    return key;
}


static resonate_revoked_key_t
key_number(resonate_revoked_kind_e kind, int n)
{
    char  value[16];

    snprintf(value, sizeof(value), "%d", n);
    return key_of(kind, "i", value);
}


static void
test_names(void **state)
{
    char    hash[2][RESONATE_REVOKED_HASH];
    size_t  i;

    /* two tokens, and whether one hash names both */
    static const struct {
        const char  *one;
        const char  *other;
        int          same;
    } tokens[] = {
        { "a.b.c", "a.b.d", 1 },
        { "a.b.c", "a.b.", 1 },
        { "a.b.c", "a.d.c", 0 },
        { "a.b.c", "a.b", 1 },
        { "key.secret", "key.other", 0 },
        { "a.b.c.d.e", "a.b.c.d.f", 0 },
        { "2f6e7c4a", "2f6e7c4b", 0 },
        { "", "a", 0 },
    };

    static const char *const  kinds[] = {
        "token", "jti", "subject", "client", "session"
    };

    (void) state;

    for (i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
        resonate_revoked_hash(tokens[i].one, strlen(tokens[i].one), hash[0]);
        resonate_revoked_hash(tokens[i].other, strlen(tokens[i].other),
                              hash[1]);
        assert_int_equal(memcmp(hash[0], hash[1], sizeof(hash[0])) == 0,
                         tokens[i].same);
    }

    /* as sha256sum says it of "a.b" */
    resonate_revoked_hash("a.b.c", 5, hash[0]);
    assert_memory_equal(hash[0], "2e7336dc8eba87ef472df568c35482ab"
                                 "f2575dc3e5eac0c5c62b8ffaeac2c934", 64);

    for (i = 0; i < 5; i++) {
        assert_int_equal(resonate_revoked_kind(kinds[i], strlen(kinds[i])), i);
    }

    assert_int_equal(resonate_revoked_kind("tok", 3), RESONATE_REVOKED_UNKNOWN);
    assert_int_equal(resonate_revoked_kind("", 0), RESONATE_REVOKED_UNKNOWN);
}


static void
test_keys(void **state)
{
    size_t                  i, j;
    resonate_revoked_key_t  keys[5];

    (void) state;

    keys[0] = key_of(RESONATE_REVOKED_SUBJECT, "ab", "c");
    keys[1] = key_of(RESONATE_REVOKED_SUBJECT, "a", "bc");
    keys[2] = key_of(RESONATE_REVOKED_CLIENT, "ab", "c");
    keys[3] = key_of(RESONATE_REVOKED_SUBJECT, "", "abc");
    keys[4] = key_of(RESONATE_REVOKED_SUBJECT, "ab", "d");

    for (i = 0; i < 5; i++) {
        for (j = 0; j < 5; j++) {
            assert_int_equal(memcmp(&keys[i], &keys[j], sizeof(keys[i])) == 0,
                             i == j);
        }
    }
}


static void
test_times(void **state)
{
    resonate_revoked_t      *set;
    resonate_revoked_key_t   ann, bob;

    (void) state;

    set = set_of(SIZE);
    ann = key_of(RESONATE_REVOKED_SUBJECT, "i", "ann");
    bob = key_of(RESONATE_REVOKED_SUBJECT, "i", "bob");

#define BEFORE(k)  resonate_revoked_before(set, &k, RESONATE_REVOKED_SUBJECT)

    assert_int_equal(BEFORE(ann), 0);
    assert_int_equal(resonate_revoked_add(set, &ann, 500, 2000, NOW),
                     RESONATE_REVOKED_NEW);
    assert_int_equal(BEFORE(ann), 500);
    assert_int_equal(BEFORE(bob), 0);

    assert_int_equal(resonate_revoked_add(set, &ann, 500, 2000, NOW),
                     RESONATE_REVOKED_KNOWN);
    assert_int_equal(resonate_revoked_add(set, &ann, 400, 3000, NOW),
                     RESONATE_REVOKED_KNOWN);
    assert_int_equal(resonate_revoked_add(set, &ann, 600, 2000, NOW),
                     RESONATE_REVOKED_NEW);
    assert_int_equal(BEFORE(ann), 600);

    /* the later end of the three */
    resonate_revoked_sweep(set, 0, SIZE, 2999);
    assert_int_equal(BEFORE(ann), 600);
    resonate_revoked_sweep(set, 0, SIZE, 3000);
    assert_int_equal(BEFORE(ann), 0);
    assert_int_equal(resonate_revoked_used(set), 0);

    /* gone before it came */
    assert_int_equal(resonate_revoked_add(set, &bob, FAR, NOW, NOW),
                     RESONATE_REVOKED_KNOWN);
    assert_int_equal(BEFORE(bob), 0);

    free(set);
}


/* many, of which some expire: the others are found wherever they moved to */

static void
test_forgets(void **state)
{
    int                      i, round;
    size_t                   from;
    resonate_revoked_t      *set;
    resonate_revoked_key_t   key;

    enum { N = 1200 };

    (void) state;

    set = set_of(SIZE);

    for (i = 0; i < N; i++) {
        key = key_number(RESONATE_REVOKED_JTI, i);
        assert_int_equal(resonate_revoked_add(set, &key, FAR,
                                              NOW + 1 + i % 4, NOW),
                         RESONATE_REVOKED_NEW);
    }

    for (round = 1; round <= 4; round++) {

        for (i = 0, from = 0; i < 4096 / 64; i++) {
            from = resonate_revoked_sweep(set, from, 64, NOW + round);
        }

        for (i = 0; i < N; i++) {
            key = key_number(RESONATE_REVOKED_JTI, i);

            if (i % 4 >= round) {
                assert_int_equal(resonate_revoked_before(set, &key,
                                     RESONATE_REVOKED_JTI), FAR);
            }
        }

        assert_int_equal(resonate_revoked_used(set), N / 4 * (4 - round));
    }

    free(set);
}


static void
test_full(void **state)
{
    int                      i, wrong;
    size_t                   lost;
    resonate_revoked_t      *set;
    resonate_revoked_key_t   key, late;

    enum { N = 6000 };

    (void) state;

    set = set_of(SIZE);

    for (i = 0; i < N; i++) {
        key = key_number(RESONATE_REVOKED_SESSION, i);
        resonate_revoked_add(set, &key, FAR, 2000, NOW);
    }

    assert_true(resonate_revoked_used(set) > 1200);
    assert_true(resonate_revoked_lost(set) > 3000);

    for (i = 0; i < N; i++) {
        key = key_number(RESONATE_REVOKED_SESSION, i);
        assert_int_equal(resonate_revoked_before(set, &key,
                             RESONATE_REVOKED_SESSION), FAR);
    }

    for (i = N, wrong = 0; i < 2 * N; i++) {
        key = key_number(RESONATE_REVOKED_SESSION, i);
        wrong += resonate_revoked_before(set, &key, RESONATE_REVOKED_SESSION)
                 != 0;
    }

    assert_true(wrong < N / 50);

    /* once more is nothing new */
    lost = resonate_revoked_lost(set);
    key = key_number(RESONATE_REVOKED_SESSION, N - 1);
    assert_int_equal(resonate_revoked_add(set, &key, FAR, 2000, NOW),
                     RESONATE_REVOKED_KNOWN);
    assert_int_equal(resonate_revoked_lost(set), lost);

    /* of a subject the time is that of the last one */
    late = key_of(RESONATE_REVOKED_SUBJECT, "i", "late");
    assert_int_equal(resonate_revoked_add(set, &late, 700, 2000, NOW),
                     RESONATE_REVOKED_FULL);
    assert_int_equal(resonate_revoked_before(set, &late,
                         RESONATE_REVOKED_SUBJECT), 700);
    resonate_revoked_add(set, &late, 800, 2000, NOW);
    assert_int_equal(resonate_revoked_before(set, &late,
                         RESONATE_REVOKED_SUBJECT), 800);

    /* until the last of them has expired */
    resonate_revoked_sweep(set, 0, 1, 1999);
    assert_int_equal(resonate_revoked_before(set, &late,
                         RESONATE_REVOKED_SUBJECT), 800);
    resonate_revoked_sweep(set, 0, 1, 2000);
    assert_int_equal(resonate_revoked_before(set, &late,
                         RESONATE_REVOKED_SUBJECT), 0);
    assert_int_equal(resonate_revoked_lost(set), 0);

    free(set);
}


static void
test_small(void **state)
{
    char  memory[4096] __attribute__ ((aligned (8)));

    (void) state;

    assert_null(resonate_revoked_init(memory, sizeof(memory) - 1));
    assert_non_null(resonate_revoked_init(memory, sizeof(memory)));
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_forgets),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
