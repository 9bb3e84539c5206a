
/*
 * Copyright (C) Resonate
 *
 * Cache-Control and Age.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_auth/jwt/resonate_freshness.h"


typedef struct {
    const char  *control;
    const char  *age;
    long         life;
} freshness_case_t;


static const freshness_case_t  cases[] = {
    { "", "", -1 },
    { "", "7", -1 },
    { "public, must-revalidate", "", -1 },
    { "s-maxage=60", "", -1 },
    { "x-max-age=60", "", -1 },
    { "max-age=60", "", 60 },
    { "public,Max-Age=60 , no-transform", "", 60 },
    { "max-age=\"60\"", "", 60 },
    { "max-age=60, max-age=5", "", 60 },
    { "max-age=0", "", 0 },
    { "max-age=31536000", "", 31536000 },
    { "max-age=31536001", "", 31536000 },
    { "max-age=99999999999999999999999999", "", 31536000 },

    { "max-age", "", 0 },
    { "max-age=", "", 0 },
    { "max-age=\"\"", "", 0 },
    { "max-age=\"", "", 0 },
    { "max-age=-1", "", 0 },
    { "max-age=6O", "", 0 },
    { "max-age=1.5", "", 0 },

    { "no-store", "", 0 },
    { "max-age=60, NO-CACHE", "", 0 },
    { "no-cache=\"set-cookie\", max-age=60", "", 0 },
    { "max-age=60, x=\"no-store\"", "", 60 },
    { "max-age=60, x=\",no-store,\"", "", 60 },
    { "x=\"\\\",no-store\",max-age=60", "", 60 },
    { "x=\",max-age=60", "", -1 },
    { "x=\"\\", "", -1 },
    { ",, ,max-age=60,,", "", 60 },

    { "max-age=60", "7", 53 },
    { "max-age=60", "60", 0 },
    { "max-age=60", "61", 0 },
    { "max-age=60", "99999999999999999999", 0 },
    { "max-age=60", "x", 60 },
    { "max-age=60", "-1", 60 }
};


static void
test_freshness(void **state)
{
    long    life;
    size_t  i;

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        life = resonate_freshness(cases[i].control, strlen(cases[i].control),
                                  cases[i].age, strlen(cases[i].age));

        if (life != cases[i].life) {
            fail_msg("\"%s\", \"%s\": %ld, not %ld", cases[i].control,
                     cases[i].age, life, cases[i].life);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_freshness)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
