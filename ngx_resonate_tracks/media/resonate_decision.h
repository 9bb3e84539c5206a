
/*
 * Copyright (C) Resonate
 *
 * What SQL decided about a stream:
 *
 *     {"file": "audio/ab/abcd.m4a", "mode": "full"}
 *     {"file": "audio/ab/abcd.m4a", "mode": "preview", "previewMs": 45000}
 *
 * Other members are ignored.  The file is relative to the media root and
 * plain: no empty segment, none that begins with a dot (so no ".." and no
 * hidden file), no control character.
 */


#ifndef _RESONATE_DECISION_H_INCLUDED_
#define _RESONATE_DECISION_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


#define RESONATE_DECISION_MAX_LEN   4096
#define RESONATE_DECISION_MAX_FILE  255


typedef struct {
    char           file[RESONATE_DECISION_MAX_FILE + 1];
    size_t         file_len;
    uint32_t       preview_ms;         /* 0: the full file */
} resonate_decision_t;


#pragma GCC visibility push(hidden)

/* returns NULL, or what is wrong with the text, for the log */

const char *resonate_decision_parse(resonate_decision_t *d, const char *text,
    size_t len);

#pragma GCC visibility pop


#endif /* _RESONATE_DECISION_H_INCLUDED_ */
