
/*
 * Copyright (C) Resonate
 *
 * A text that may be longer than a cookie, in cookies: the first is NAME, and
 * its value begins with the number of them and a dot; the others are NAME.1,
 * NAME.2 and so on.  Browsers keep 4096 bytes of each, name and attributes
 * included (RFC 6265, section 6.1).  Pure: libc.
 */


#ifndef _RESONATE_COOKIE_H_INCLUDED_
#define _RESONATE_COOKIE_H_INCLUDED_


#include <stddef.h>


#pragma GCC visibility push(hidden)


#define RESONATE_COOKIE_PIECE     3800    /* characters of one */
#define RESONATE_COOKIE_PIECES    4
#define RESONATE_COOKIE_NAME_MAX  64
#define RESONATE_COOKIE_TEXT_MAX                                              \
    (RESONATE_COOKIE_PIECE * RESONATE_COOKIE_PIECES)


typedef struct {
    const char  *data;
    size_t       len;
} resonate_cookie_view_t;


typedef enum {
    RESONATE_COOKIE_OK = 0,
    RESONATE_COOKIE_NONE,
    RESONATE_COOKIE_BAD          /* a piece is missing, twice, or too long */
} resonate_cookie_rc_e;


/*
 * The value of a cookie in the lines of a "Cookie" header (RFC 6265, section
 * 4.2).  BAD: there are two of that name, so that a neighbour's in front of
 * ours is not taken for it.
 */
resonate_cookie_rc_e resonate_cookie_find(const resonate_cookie_view_t *lines,
    size_t nlines, const char *name, size_t namelen,
    resonate_cookie_view_t *value);

/* joins pieces to a text; "text" has room for RESONATE_COOKIE_TEXT_MAX */
resonate_cookie_rc_e resonate_cookie_join(const resonate_cookie_view_t *lines,
    size_t nlines, const char *name, size_t namelen, char *text, size_t *len);

/* the number of pieces of a text of that length, at most PIECES */
size_t resonate_cookie_pieces(size_t len);

/*
 * Piece "i" of a text as a name and a value, at most NAME_MAX and PIECE + 2
 * characters with two more for the name's number; no NUL.  Each returns the
 * end of what it wrote.
 */
char *resonate_cookie_name(char *dst, const char *name, size_t namelen,
    size_t i);
char *resonate_cookie_value(char *dst, const char *text, size_t len, size_t i);

/*
 * The next cookie whose name begins with "prefix", behind *pos, which begins
 * as 0: its name; 0 when there is none.
 */
int resonate_cookie_next(const resonate_cookie_view_t *line, size_t *pos,
    const char *prefix, size_t prefixlen, resonate_cookie_view_t *name,
    resonate_cookie_view_t *value);

/*
 * The line without the pieces of a text of that name, and without cookies
 * whose name begins with it and "-"; the rest is as it was.  "dst" has room
 * for the line;  returns the end of what was written.
 */
char *resonate_cookie_without(char *dst, const resonate_cookie_view_t *line,
    const char *name, size_t namelen);


#pragma GCC visibility pop


#endif /* _RESONATE_COOKIE_H_INCLUDED_ */
