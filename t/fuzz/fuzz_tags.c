
/*
 * Copyright (C) Resonate
 *
 * Any bytes as text[], as one tag, and as numbers of callers: what is read is
 * within the text, and a number is written as it is read.
 */


#include <stdlib.h>
#include <string.h>

#include "../../ngx_resonate_core/cache/resonate_tags.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check_tag(const resonate_tag_t *tag)
{
    int64_t  until;

    if (tag->len > RESONATE_TAG_LEN || tag->kind > tag->len) {
        abort();
    }

    if (resonate_tag_until(tag, &until) && until <= 0) {
        abort();
    }
}


static void
check_number(uint32_t number)
{
    char         text[16];
    uint32_t     again;
    const char  *p, *end;

    p = text;
    end = resonate_numbers_write(text, &number, 1);

    if (end - p > 8 || resonate_numbers_next(&p, end, &again) != RESONATE_TAG_OK
        || again != number)
    {
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t           n;
    uint32_t         number;
    const char      *p, *end;
    resonate_tag_t   tag;
    resonate_tag_e   rc;

    p = (const char *) data;
    end = p + size;
    n = 0;

    for (rc = resonate_tag_first(&tag, p, size);
         rc == RESONATE_TAG_OK;
         rc = resonate_tag_next(&tag))
    {
        check_tag(&tag);

        if (++n > size) {
            abort();
        }
    }

    if (resonate_tag_set(&tag, p, size) == RESONATE_TAG_OK) {
        check_tag(&tag);
    }

    while (resonate_numbers_next(&p, end, &number) == RESONATE_TAG_OK) {
        check_number(number);
    }

    return 0;
}
