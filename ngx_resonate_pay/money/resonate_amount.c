
/*
 * Copyright (C) Resonate
 */


#include "resonate_amount.h"


static resonate_amount_e resonate_amount_check(int64_t value, int64_t *mc);


resonate_amount_e
resonate_amount_text(const unsigned char *p, size_t len, int64_t *mc)
{
    size_t   i;
    int64_t  value;

    if (len == 0 || (p[0] == '0' && len > 1)) {
        return RESONATE_AMOUNT_MALFORMED;
    }

    value = 0;

    for (i = 0; i < len; i++) {
        if (p[i] < '0' || p[i] > '9') {
            return RESONATE_AMOUNT_MALFORMED;
        }

        /* stays above the bound, and below overflow, once it is there */

        if (value <= RESONATE_AMOUNT_MAX_MC) {
            value = value * 10 + (p[i] - '0');
        }
    }

    return resonate_amount_check(value, mc);
}


/* 1.0 and 1e3 are reals to jansson, and so they are to us */

resonate_amount_e
resonate_amount_json(const json_t *value, int64_t *mc)
{
    if (!json_is_integer(value)) {
        return RESONATE_AMOUNT_MALFORMED;
    }

    return resonate_amount_check(json_integer_value(value), mc);
}


static resonate_amount_e
resonate_amount_check(int64_t value, int64_t *mc)
{
    if (value < RESONATE_AMOUNT_MIN_MC) {
        return RESONATE_AMOUNT_TOO_SMALL;
    }

    if (value > RESONATE_AMOUNT_MAX_MC) {
        return RESONATE_AMOUNT_TOO_LARGE;
    }

    *mc = value;

    return RESONATE_AMOUNT_OK;
}
