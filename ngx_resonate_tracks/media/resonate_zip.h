
/*
 * Copyright (C) Resonate
 *
 * A ZIP archive (APPNOTE.TXT 6.3.10) whose entries are stored, not deflated:
 * all sizes and sums are known before, so all of its layout is.
 *
 *     local header, bytes of the entry       for each of them
 *     central directory, its end
 *
 * It is of zip64 where a number needs that and only there.  No dates, owners
 * or comments: the same entries always give the same bytes.
 */


#ifndef _RESONATE_ZIP_H_INCLUDED_
#define _RESONATE_ZIP_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


/* goes up whenever the same entries would give other bytes */
#define RESONATE_ZIP_VERSION      1

#define RESONATE_ZIP_MAX_NAME     UINT16_MAX

/* a header without the name */
#define RESONATE_ZIP_LOCAL        (30 + 20)
#define RESONATE_ZIP_CENTRAL      (46 + 28)
#define RESONATE_ZIP_END          (56 + 20 + 22)


typedef struct {
    const char  *name;           /* UTF-8, relative, '/' between folders */
    size_t       name_len;       /* at most RESONATE_ZIP_MAX_NAME */
    uint64_t     size;
    uint32_t     crc32;
    uint64_t     offset;         /* of its local header, set by layout() */
} resonate_zip_entry_t;


#pragma GCC visibility push(hidden)

/*
 * layout   sets the offsets; returns where the central directory begins
 * local    writes the header before the bytes of an entry, at the most
 *          RESONATE_ZIP_LOCAL and the name; returns its size, and with NULL
 *          only that
 * central  writes directory and end, at the most RESONATE_ZIP_CENTRAL and the
 *          name for each, and RESONATE_ZIP_END; likewise
 */

uint64_t resonate_zip_layout(resonate_zip_entry_t *entries, size_t n);
size_t resonate_zip_local(const resonate_zip_entry_t *e, uint8_t *out);
size_t resonate_zip_central(const resonate_zip_entry_t *entries, size_t n,
    uint64_t offset, uint8_t *out);

#pragma GCC visibility pop


#endif /* _RESONATE_ZIP_H_INCLUDED_ */
