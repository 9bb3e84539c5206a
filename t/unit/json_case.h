
/*
 * Copyright (C) Resonate
 *
 * JSON of a test's table, where ' stands for ".
 */


#ifndef _JSON_CASE_H_INCLUDED_
#define _JSON_CASE_H_INCLUDED_


#include <assert.h>


#define JSON_CASE_MAX  8192

#define VIEW(s)  { s, sizeof(s) - 1 }


static inline size_t
json_case(char buf[JSON_CASE_MAX], const char *before, const char *text,
    const char *after)
{
    char  *p;

    assert(strlen(before) + strlen(text) + strlen(after) < JSON_CASE_MAX);

    stpcpy(stpcpy(stpcpy(buf, before), text), after);

    for (p = buf; *p; p++) {
        *p = *p == '\'' ? '"' : *p;
    }

    return p - buf;
}


#endif /* _JSON_CASE_H_INCLUDED_ */
