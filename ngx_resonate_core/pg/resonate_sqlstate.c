
/*
 * Copyright (C) Resonate
 */


#include "resonate_sqlstate.h"

#include <string.h>


typedef struct {
    const char  *state;     /* a prefix; the first that fits counts */
    int          status;
} resonate_sqlstate_t;


static const resonate_sqlstate_t  resonate_sqlstates[] = {
    { "57014", 504 },    /* query_canceled: statement_timeout */
    { "55P03", 503 },    /* lock_not_available: lock_timeout */
    { "40",    503 },    /* serialization failure, deadlock: try again */
    { "08",    503 },    /* connection exception */
    { "53",    503 },    /* insufficient resources */
    { "57P",   503 },    /* shutting down, starting up */
    { "25006", 503 },    /* read only: a fail-over is under way */
    { "23505", 409 },    /* unique_violation */
    { "23P01", 409 },    /* exclusion_violation */
    { "22",    400 },    /* data exception: passed our checks, not theirs */
    { "",      500 }
};


int
resonate_sqlstate_http(const char *state)
{
    int                         status;
    const resonate_sqlstate_t  *s;

    if (resonate_sqlstate_public(state)) {
        status = (state[2] - '0') * 100 + (state[3] - '0') * 10
                 + (state[4] - '0');
        return status;
    }

    for (s = resonate_sqlstates; s->state[0]; s++) {
        if (strncmp(state, s->state, strlen(s->state)) == 0) {
            break;
        }
    }

    return s->status;
}


int
resonate_sqlstate_public(const char *state)
{
    return state[0] == 'R' && state[1] == 'H'
           && (state[2] == '4' || state[2] == '5')
           && state[3] >= '0' && state[3] <= '9'
           && state[4] >= '0' && state[4] <= '9';
}


int
resonate_sqlstate_away(const char *state)
{
    size_t              i;
    static const char  *away[] = { "08", "57P01", "57P02", "57P03", "53300" };

    for (i = 0; i < sizeof(away) / sizeof(away[0]); i++) {
        if (strncmp(state, away[i], strlen(away[i])) == 0) {
            return 1;
        }
    }

    return 0;
}


int
resonate_sqlstate_transient(const char *state)
{
    int  status;

    status = resonate_sqlstate_http(state);

    return !resonate_sqlstate_public(state)
           && (status == 503 || status == 504);
}
