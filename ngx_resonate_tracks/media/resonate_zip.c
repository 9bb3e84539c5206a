
/*
 * Copyright (C) Resonate
 */


#include <string.h>

#include "resonate_zip.h"


#define RESONATE_ZIP_NEEDS       20          /* 2.0 */
#define RESONATE_ZIP_NEEDS_64    45          /* 4.5 */
#define RESONATE_ZIP_UNIX        (3 << 8)
#define RESONATE_ZIP_UTF8        0x0800      /* flag 11 */
#define RESONATE_ZIP_DATE        0x0021      /* 1 January 1980 */
#define RESONATE_ZIP_MODE        ((uint32_t) 0100644 << 16)

/* the value that says "it is in the extra field" */
#define RESONATE_ZIP_EXTRA       0x0001
#define resonate_zip_large(n)    ((n) >= UINT32_MAX)
#define resonate_zip_32(n)                                                    \
    (resonate_zip_large(n) ? UINT32_MAX : (uint32_t) (n))


/* little-endian; counts without a buffer */

typedef struct {
    uint8_t  *out;
    size_t    len;
} resonate_zip_t;


static void resonate_zip_entry(resonate_zip_t *z,
    const resonate_zip_entry_t *e);
static void resonate_zip_directory(resonate_zip_t *z,
    const resonate_zip_entry_t *e);
static void resonate_zip_end(resonate_zip_t *z, size_t n, uint64_t offset,
    uint64_t size);
static void resonate_zip_end_64(resonate_zip_t *z, size_t n, uint64_t offset,
    uint64_t size);
static void resonate_zip_number(resonate_zip_t *z, uint64_t n, size_t bytes);
static void resonate_zip_bytes(resonate_zip_t *z, const void *p, size_t len);


uint64_t
resonate_zip_layout(resonate_zip_entry_t *entries, size_t n)
{
    size_t    i;
    uint64_t  offset;

    offset = 0;

    for (i = 0; i < n; i++) {
        entries[i].offset = offset;
        offset += resonate_zip_local(&entries[i], NULL) + entries[i].size;
    }

    return offset;
}


size_t
resonate_zip_local(const resonate_zip_entry_t *e, uint8_t *out)
{
    unsigned        large;
    resonate_zip_t  z = { out, 0 };

    large = resonate_zip_large(e->size);

    resonate_zip_bytes(&z, "PK\3\4", 4);
    resonate_zip_number(&z, large ? RESONATE_ZIP_NEEDS_64
                                  : RESONATE_ZIP_NEEDS, 2);
    resonate_zip_entry(&z, e);
    resonate_zip_number(&z, large ? 20 : 0, 2);
    resonate_zip_bytes(&z, e->name, e->name_len);

    /* both sizes have to be there (4.5.3) */

    if (large) {
        resonate_zip_number(&z, RESONATE_ZIP_EXTRA, 2);
        resonate_zip_number(&z, 16, 2);
        resonate_zip_number(&z, e->size, 8);
        resonate_zip_number(&z, e->size, 8);
    }

    return z.len;
}


size_t
resonate_zip_central(const resonate_zip_entry_t *entries, size_t n,
    uint64_t offset, uint8_t *out)
{
    size_t          i;
    resonate_zip_t  z = { out, 0 };

    for (i = 0; i < n; i++) {
        resonate_zip_directory(&z, &entries[i]);
    }

    resonate_zip_end(&z, n, offset, z.len);

    return z.len;
}


/* what both headers have: flags up to the length of the name */

static void
resonate_zip_entry(resonate_zip_t *z, const resonate_zip_entry_t *e)
{
    resonate_zip_number(z, RESONATE_ZIP_UTF8, 2);
    resonate_zip_number(z, 0, 2);                       /* stored */
    resonate_zip_number(z, 0, 2);                       /* time */
    resonate_zip_number(z, RESONATE_ZIP_DATE, 2);
    resonate_zip_number(z, e->crc32, 4);
    resonate_zip_number(z, resonate_zip_32(e->size), 4);
    resonate_zip_number(z, resonate_zip_32(e->size), 4);
    resonate_zip_number(z, e->name_len, 2);
}


static void
resonate_zip_directory(resonate_zip_t *z, const resonate_zip_entry_t *e)
{
    size_t    extra;
    unsigned  size, offset;

    size = resonate_zip_large(e->size);
    offset = resonate_zip_large(e->offset);

    extra = (size ? 16 : 0) + (offset ? 8 : 0);

    resonate_zip_bytes(z, "PK\1\2", 4);
    resonate_zip_number(z, RESONATE_ZIP_UNIX | RESONATE_ZIP_NEEDS_64, 2);
    resonate_zip_number(z, extra ? RESONATE_ZIP_NEEDS_64
                                 : RESONATE_ZIP_NEEDS, 2);
    resonate_zip_entry(z, e);
    resonate_zip_number(z, extra ? extra + 4 : 0, 2);
    resonate_zip_number(z, 0, 2);                       /* comment */
    resonate_zip_number(z, 0, 2);                       /* disk */
    resonate_zip_number(z, 0, 2);                       /* not a text */
    resonate_zip_number(z, RESONATE_ZIP_MODE, 4);
    resonate_zip_number(z, resonate_zip_32(e->offset), 4);
    resonate_zip_bytes(z, e->name, e->name_len);

    if (extra) {
        resonate_zip_number(z, RESONATE_ZIP_EXTRA, 2);
        resonate_zip_number(z, extra, 2);
    }

    if (size) {
        resonate_zip_number(z, e->size, 8);
        resonate_zip_number(z, e->size, 8);
    }

    if (offset) {
        resonate_zip_number(z, e->offset, 8);
    }
}


static void
resonate_zip_end(resonate_zip_t *z, size_t n, uint64_t offset, uint64_t size)
{
    if (n >= UINT16_MAX || resonate_zip_large(offset)
        || resonate_zip_large(size))
    {
        resonate_zip_end_64(z, n, offset, size);
    }

    resonate_zip_bytes(z, "PK\5\6", 4);
    resonate_zip_number(z, 0, 2);                       /* disks */
    resonate_zip_number(z, 0, 2);
    resonate_zip_number(z, n >= UINT16_MAX ? UINT16_MAX : n, 2);
    resonate_zip_number(z, n >= UINT16_MAX ? UINT16_MAX : n, 2);
    resonate_zip_number(z, resonate_zip_32(size), 4);
    resonate_zip_number(z, resonate_zip_32(offset), 4);
    resonate_zip_number(z, 0, 2);                       /* comment */
}


/* the end of zip64, and where it is */

static void
resonate_zip_end_64(resonate_zip_t *z, size_t n, uint64_t offset,
    uint64_t size)
{
    resonate_zip_bytes(z, "PK\6\6", 4);
    resonate_zip_number(z, 56 - 12, 8);
    resonate_zip_number(z, RESONATE_ZIP_UNIX | RESONATE_ZIP_NEEDS_64, 2);
    resonate_zip_number(z, RESONATE_ZIP_NEEDS_64, 2);
    resonate_zip_number(z, 0, 4);                       /* disks */
    resonate_zip_number(z, 0, 4);
    resonate_zip_number(z, n, 8);
    resonate_zip_number(z, n, 8);
    resonate_zip_number(z, size, 8);
    resonate_zip_number(z, offset, 8);

    resonate_zip_bytes(z, "PK\6\7", 4);
    resonate_zip_number(z, 0, 4);
    resonate_zip_number(z, offset + size, 8);
    resonate_zip_number(z, 1, 4);
}


static void
resonate_zip_number(resonate_zip_t *z, uint64_t n, size_t bytes)
{
    size_t  i;

    for (i = 0; z->out && i < bytes; i++) {
        z->out[z->len + i] = (uint8_t) (n >> (8 * i));
    }

    z->len += bytes;
}


static void
resonate_zip_bytes(resonate_zip_t *z, const void *p, size_t len)
{
    if (z->out) {
        memcpy(z->out + z->len, p, len);
    }

    z->len += len;
}
