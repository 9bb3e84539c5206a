
/*
 * Copyright (C) Resonate
 *
 * Amounts of money that come from outside, in mc (milli-credits: 4088 mc cost
 * 5 EUR).  An amount is a whole number between the bounds; there is no sign,
 * fraction, exponent, leading zero or white space.
 */


#ifndef _RESONATE_AMOUNT_H_INCLUDED_
#define _RESONATE_AMOUNT_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>
#include <jansson.h>


#define RESONATE_AMOUNT_MIN_MC  INT64_C(1)

/*
 * A million credits, some 1.2 million EUR: more in one posting is a mistake.
 * Nine million of these still fit the 64-bit micro-credits of the ledger.
 */
#define RESONATE_AMOUNT_MAX_MC  INT64_C(1000000000)


#pragma GCC visibility push(hidden)


typedef enum {
    RESONATE_AMOUNT_OK = 0,         /* only then *mc is set */
    RESONATE_AMOUNT_MALFORMED,      /* not a whole number */
    RESONATE_AMOUNT_TOO_SMALL,      /* zero or negative */
    RESONATE_AMOUNT_TOO_LARGE       /* any length of digits */
} resonate_amount_e;


resonate_amount_e resonate_amount_text(const unsigned char *p, size_t len,
    int64_t *mc);
resonate_amount_e resonate_amount_json(const json_t *value, int64_t *mc);


#pragma GCC visibility pop


#endif /* _RESONATE_AMOUNT_H_INCLUDED_ */
