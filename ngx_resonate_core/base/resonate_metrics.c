
/*
 * Copyright (C) Resonate
 */


#include "resonate_metrics.h"


static const char *const  resonate_codes[RESONATE_CODES] = {
    "2xx", "304", "3xx", "4xx", "499", "503", "5xx"
};


static const struct {
    uint64_t     usec;
    const char  *seconds;
} resonate_buckets[RESONATE_BUCKETS] = {
    { 500, "0.0005" },
    { 1000, "0.001" },
    { 2500, "0.0025" },
    { 5000, "0.005" },
    { 10000, "0.01" },
    { 25000, "0.025" },
    { 50000, "0.05" },
    { 100000, "0.1" },
    { 250000, "0.25" },
    { 500000, "0.5" },
    { 1000000, "1" },
    { 2500000, "2.5" },
    { 5000000, "5" },
    { 10000000, "10" },
    { UINT64_MAX, "+Inf" }
};


resonate_code_e
resonate_code(unsigned status)
{
    switch (status) {

    case 0:
    case 499:
        return RESONATE_CODE_499;

    case 304:
        return RESONATE_CODE_304;

    case 503:
        return RESONATE_CODE_503;
    }

    if (status < 300) {
        return RESONATE_CODE_2XX;
    }

    if (status < 400) {
        return RESONATE_CODE_3XX;
    }

    return (status < 500) ? RESONATE_CODE_4XX : RESONATE_CODE_5XX;
}


const char *
resonate_code_name(resonate_code_e code)
{
    return resonate_codes[code];
}


size_t
resonate_bucket(uint64_t usec)
{
    size_t  i;

    for (i = 0; usec > resonate_buckets[i].usec; i++) { /* void */ }

    return i;
}


const char *
resonate_bucket_bound(size_t bucket)
{
    return resonate_buckets[bucket].seconds;
}


char *
resonate_label_escape(char *dst, const char *src, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {

        if (src[i] == '\\' || src[i] == '"' || src[i] == '\n') {
            *dst++ = '\\';
        }

        *dst++ = (src[i] == '\n') ? 'n' : src[i];
    }

    return dst;
}
