
/*
 * Copyright (C) Resonate
 *
 * Any header: no crash, and never accepted without the secret.
 */


#include <stdlib.h>

#include "../../ngx_resonate_pay/money/resonate_signature.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    resonate_signature_t        s;
    resonate_signature_bytes_t  header = { data, size };
    resonate_signature_bytes_t  body = { data, size };
    resonate_signature_bytes_t  secret = {
        (const unsigned char *) "0123456789abcdef0123456789abcdef", 32
    };

    if (resonate_signature_parse(&s, &header) == RESONATE_SIGNATURE_OK
        && (s.n == 0
            || s.n > RESONATE_SIGNATURE_MAX_V1
            || s.time < 0
            || s.text.data < data
            || s.text.data + s.text.len > data + size))
    {
        abort();
    }

    if (resonate_signature_verify(&header, &body, &secret, s.time, 300)
        == RESONATE_SIGNATURE_OK)
    {
        abort();
    }

    return 0;
}
