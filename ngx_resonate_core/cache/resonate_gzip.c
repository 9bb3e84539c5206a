
/*
 * Copyright (C) Resonate
 */


#include "resonate_gzip.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>


#define RESONATE_GZIP_WINDOW  (15 + 16)    /* with gzip's header, not zlib's */


void *
resonate_gzip(const void *in, size_t len, size_t *out_len)
{
    int        rc, level;
    void      *out;
    z_stream   z;

    if (len < RESONATE_GZIP_MIN || len > UINT_MAX) {
        return NULL;
    }

    memset(&z, 0, sizeof(z_stream));

    level = (len < RESONATE_GZIP_LARGE) ? 6 : 1;

    if (deflateInit2(&z, level, Z_DEFLATED, RESONATE_GZIP_WINDOW, 8,
                     Z_DEFAULT_STRATEGY)
        != Z_OK)
    {
        return NULL;
    }

    /* the buffer is no larger than the text: what does not fit is no gain */

    out = malloc(len);

    if (out == NULL) {
        (void) deflateEnd(&z);
        return NULL;
    }

    z.next_in = (Bytef *) in;
    z.avail_in = (uInt) len;
    z.next_out = out;
    z.avail_out = (uInt) len;

    rc = deflate(&z, Z_FINISH);
    *out_len = len - z.avail_out;

    (void) deflateEnd(&z);

    if (rc != Z_STREAM_END) {
        free(out);
        return NULL;
    }

    return out;
}
