
/*
 * Copyright (C) Resonate
 *
 * Any answer of a token endpoint, and any ID token in one: no crash, all
 * within the limits.
 */


#include <stdlib.h>

#include "../../ngx_resonate_auth/jwt/resonate_oidc.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    resonate_oidc_answer_t  answer;
    resonate_oidc_person_t  person;
    resonate_oidc_policy_t  policy = {
        { "i", 1 }, { "c", 1 }, { "", 0 }, { "", 0 }, { "at", 2 }, 30
    };

    if (resonate_oidc_answer(&answer, (const char *) data, size)
        == RESONATE_JWT_OK
        && (answer.access.len == 0 || answer.access.len > RESONATE_JWT_MAX
            || answer.refresh.len > RESONATE_JWT_MAX
            || answer.life < 0 || answer.life > RESONATE_OIDC_LIFE_MAX))
    {
        abort();
    }

    if (answer.json
        && resonate_oidc_check(answer.json, RESONATE_JWT_ES256, &policy, 100,
                               &person)
           == RESONATE_JWT_OK
        && person.subject.len == 0)
    {
        abort();
    }

    resonate_oidc_answer_free(&answer);

    return 0;
}
