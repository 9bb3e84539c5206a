
/*
 * Copyright (C) Resonate
 *
 * Names of files that leave the house: made of titles, which hold anything.
 */


#ifndef _RESONATE_FILENAME_H_INCLUDED_
#define _RESONATE_FILENAME_H_INCLUDED_


#include <stddef.h>


/* bytes of a name without what it ends with, and NUL */
#define RESONATE_FILENAME_MAX    180
#define RESONATE_FILENAME_SIZE   (RESONATE_FILENAME_MAX + 1)

/* "attachment" and both forms of such a name and a suffix */
#define RESONATE_DISPOSITION_SIZE  (RESONATE_FILENAME_SIZE * 4 + 96)


#pragma GCC visibility push(hidden)

/*
 * A name for every system, of a text in UTF-8, ended by NUL: one component of
 * a path, with an underscore for what separates, for what shells and Windows
 * mean something by, and for controls (those of direction too: they would show
 * another suffix); no dot or space at either end; never empty; cut at the end
 * of a character.  A text that is no UTF-8 keeps its ASCII.  Returns the
 * length.
 */

size_t resonate_filename(const char *text, char out[RESONATE_FILENAME_SIZE]);

/*
 * The value of Content-Disposition (RFC 6266) for a name that was made above
 * and ".suffix": as it is in UTF-8 (RFC 8187), and before that in ASCII for
 * who does not read it.  Returns the length.
 */

size_t resonate_disposition(const char *name, const char *suffix,
    char out[RESONATE_DISPOSITION_SIZE]);

#pragma GCC visibility pop


#endif /* _RESONATE_FILENAME_H_INCLUDED_ */
