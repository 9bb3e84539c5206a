
/*
 * Copyright (C) Resonate
 *
 * Any text as an amount, any bytes as the body of a top-up: what is accepted
 * is within the bounds.
 */


#include <stdlib.h>

#include "../../ngx_resonate_pay/money/resonate_amount.h"
#include "../../ngx_resonate_pay/money/resonate_topup.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check(int accepted, int64_t mc)
{
    if (accepted
        && (mc < RESONATE_AMOUNT_MIN_MC || mc > RESONATE_AMOUNT_MAX_MC))
    {
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t           mc;
    resonate_topup_e  rc;
    resonate_topup_t  t;

    mc = 0;
    check(resonate_amount_text(data, size, &mc) == RESONATE_AMOUNT_OK, mc);

    rc = resonate_topup_parse(&t, (const char *) data, size,
                              RESONATE_AMOUNT_MAX_MC);
    check(rc == RESONATE_TOPUP_OK, t.amount_mc);

    if (rc == RESONATE_TOPUP_OK && (t.account == NULL || t.key == NULL)) {
        abort();
    }

    resonate_topup_free(&t);

    return 0;
}
