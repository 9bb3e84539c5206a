
/*
 * Copyright (C) Resonate
 *
 * SQLSTATEs: which status a client gets, and what each says of the database.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../ngx_resonate_core/pg/resonate_sqlstate.h"


typedef struct {
    const char  *state;
    int          http;
    int          public;       /* its message was written for the client */
    int          away;         /* there is no database */
    int          transient;    /* nothing was decided */
} state_t;


static const state_t  states[] = {
    { "RH404", 404, 1, 0, 0 },
    { "RH402", 402, 1, 0, 0 },
    { "RH503", 503, 1, 0, 0 },
    { "RH504", 504, 1, 0, 0 },
    { "RH200", 500, 0, 0, 0 },
    { "RH5x3", 500, 0, 0, 0 },
    { "08000", 503, 0, 1, 1 },
    { "08006", 503, 0, 1, 1 },
    { "57P01", 503, 0, 1, 1 },
    { "57P02", 503, 0, 1, 1 },
    { "57P03", 503, 0, 1, 1 },
    { "57P04", 503, 0, 0, 1 },
    { "53300", 503, 0, 1, 1 },
    { "53200", 503, 0, 0, 1 },
    { "55P03", 503, 0, 0, 1 },
    { "40001", 503, 0, 0, 1 },
    { "40P01", 503, 0, 0, 1 },
    { "25006", 503, 0, 0, 1 },
    { "57014", 504, 0, 0, 1 },
    { "23505", 409, 0, 0, 0 },
    { "23P01", 409, 0, 0, 0 },
    { "22012", 400, 0, 0, 0 },
    { "P0001", 500, 0, 0, 0 },
    { "42703", 500, 0, 0, 0 },
    { "",      500, 0, 0, 0 },
};


static void
test_states(void **unused)
{
    size_t          i;
    const state_t  *s;

    (void) unused;

    for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        s = &states[i];

        print_message("%s\n", s->state);
        assert_int_equal(resonate_sqlstate_http(s->state), s->http);
        assert_int_equal(resonate_sqlstate_public(s->state), s->public);
        assert_int_equal(resonate_sqlstate_away(s->state), s->away);
        assert_int_equal(resonate_sqlstate_transient(s->state), s->transient);
    }
}


int
main(void)
{
    static const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_states),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
