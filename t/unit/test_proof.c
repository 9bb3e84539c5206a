
/*
 * Copyright (C) Resonate
 *
 * What is kept of a token, so that a revocation finds it.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_proof.h"


#define VIEW(s)  ((resonate_jwt_view_t) { (s), strlen(s) })


static const struct {
    resonate_revoked_kind_e  kind;
    const char              *value;
} names[] = {
    { RESONATE_REVOKED_JTI, "j" },
    { RESONATE_REVOKED_SUBJECT, "ann" },
    { RESONATE_REVOKED_SESSION, "s" }
};

#define NAMES  (sizeof(names) / sizeof(names[0]))


static resonate_proof_t
proof_of(int64_t issued)
{
    size_t            i;
    resonate_proof_t  proof;

    proof.n = 0;
    proof.issued = issued;
    assert_int_equal(resonate_proof_issuer(VIEW("i"), proof.issuer), 1);

    for (i = 0; i < NAMES; i++) {
        assert_int_equal(resonate_proof_add(&proof, names[i].kind, VIEW("i"),
                                            VIEW(names[i].value)), 1);
    }

    return proof;
}


static void
test_round(void **state)
{
    size_t            i, len;
    unsigned char     buf[RESONATE_PROOF_MAX];
    resonate_proof_t  proof, read;

    static const int64_t  times[] = {
        0, 1, 1700000000, RESONATE_REVOKED_FAR, ((int64_t) 1 << 40) - 1
    };

    (void) state;

    for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        proof = proof_of(times[i]);
        len = resonate_proof_pack(&proof, buf);

        assert_int_equal(len, RESONATE_PROOF_HEAD
                              + NAMES * RESONATE_PROOF_NAME);
        assert_int_equal(resonate_proof_unpack(&read, buf, len), 0);
        assert_int_equal(read.issued, times[i]);
        assert_int_equal(read.n, NAMES);
        assert_memory_equal(read.issuer, proof.issuer, sizeof(read.issuer));
    }

    /* as sha256sum says it of "i" */
    assert_memory_equal(proof.issuer, "\xde\x7d\x1b\x72", 4);
}


/* a time that cannot be is as old, or as late, as one that can */

static void
test_far(void **state)
{
    unsigned char     buf[RESONATE_PROOF_MAX];
    resonate_proof_t  proof, read;

    (void) state;

    proof = proof_of(INT64_MAX);
    resonate_proof_unpack(&read, buf, resonate_proof_pack(&proof, buf));
    assert_true(read.issued > RESONATE_REVOKED_FAR);

    proof = proof_of(INT64_MIN);
    resonate_proof_unpack(&read, buf, resonate_proof_pack(&proof, buf));
    assert_int_equal(read.issued, 0);
}


static void
test_names(void **state)
{
    char              value[16];
    int               i;
    resonate_proof_t  proof;

    (void) state;

    proof = proof_of(1);

    assert_int_equal(resonate_proof_add(&proof, RESONATE_REVOKED_SUBJECT,
                                        VIEW("i"), VIEW("ann")), 1);
    assert_int_equal(proof.n, NAMES);

    for (i = NAMES; i < RESONATE_PROOF_NAMES; i++) {
        snprintf(value, sizeof(value), "%d", i);
        assert_int_equal(resonate_proof_add(&proof, RESONATE_REVOKED_SUBJECT,
                                            VIEW("i"), VIEW(value)), 1);
    }

    assert_int_equal(resonate_proof_add(&proof, RESONATE_REVOKED_SUBJECT,
                                        VIEW("i"), VIEW("more")), 0);
}


static void
test_bad(void **state)
{
    size_t            len, n;
    unsigned char     buf[RESONATE_PROOF_MAX + RESONATE_PROOF_NAME];
    resonate_proof_t  proof;

    (void) state;

    memset(buf, 0, sizeof(buf));

    proof = proof_of(1);
    len = resonate_proof_pack(&proof, buf);

    for (n = 0; n <= sizeof(buf); n++) {
        if (n < RESONATE_PROOF_HEAD || n > RESONATE_PROOF_MAX
            || (n - RESONATE_PROOF_HEAD) % RESONATE_PROOF_NAME)
        {
            assert_int_equal(resonate_proof_unpack(&proof, buf, n), -1);
        }
    }

    buf[0] += 0x10;
    assert_int_equal(resonate_proof_unpack(&proof, buf, len), -1);
    buf[0] -= 0x10;

    /* of three, two are of one token */

    assert_int_equal(buf[0] & 0xf, 2);
    buf[0] += 2;
    assert_int_equal(resonate_proof_unpack(&proof, buf, len), -1);
}


/*
 * Any of the names will do, the latest of the times counts.  Of what was taken
 * for revoked for want of room, only names of many tokens have a time.
 */

static void
test_before(void **state)
{
    void                    *memory;
    char                     value[16];
    size_t                   i, len;
    unsigned char            buf[RESONATE_PROOF_MAX];
    resonate_proof_t         proof;
    resonate_revoked_t      *set;
    resonate_revoked_key_t   key;

    (void) state;

    memory = calloc(1, 65536);
    set = resonate_revoked_init(memory, 65536);
    proof = proof_of(100);
    len = resonate_proof_pack(&proof, buf);
    assert_int_equal(resonate_proof_unpack(&proof, buf, len), 0);

    assert_int_equal(resonate_proof_before(&proof, set), 0);

    for (i = 0; i < NAMES; i++) {
        assert_int_equal(resonate_revoked_key(&key, names[i].kind, VIEW("i"),
                                              VIEW(names[i].value)), 1);
        resonate_revoked_add(set, &key, 200 + (int64_t) i, 300, 1);

        assert_int_equal(resonate_proof_before(&proof, set),
                         200 + (int64_t) i);
    }

    proof.n = 0;

    for (i = 0; resonate_revoked_lost(set) == 0; i++) {
        snprintf(value, sizeof(value), "%u", (unsigned) i);
        resonate_revoked_key(&key, RESONATE_REVOKED_CLIENT, VIEW("i"),
                             VIEW(value));
        resonate_revoked_add(set, &key, 400, 500, 1);
    }

    resonate_proof_add(&proof, RESONATE_REVOKED_CLIENT, VIEW("i"),
                       VIEW(value));
    len = resonate_proof_pack(&proof, buf);
    assert_int_equal(resonate_proof_unpack(&proof, buf, len), 0);
    assert_int_equal(resonate_proof_before(&proof, set), 400);

    free(memory);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_round),
        cmocka_unit_test(test_far),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_before)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
