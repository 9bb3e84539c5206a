
/*
 * Copyright (C) Resonate
 */


#include <string.h>

#include <jansson.h>

#include "resonate_decision.h"
#include "resonate_preview.h"


/* goes up with each change of what is packed: a cache may outlive a build */
#define RESONATE_DECISION_VERSION  0x64637302


/* what is packed: this, and the texts of the files, each ended by NUL */

typedef struct {
    uint32_t               version;
    uint32_t               preview_ms;
    uint32_t               short_ms;
    uint32_t               duration_ms;
    uint32_t               nfiles;
    uint32_t               bitrate[RESONATE_DECISION_FILES];
    uint8_t                track[16];
} resonate_packed_t;


static const char *resonate_decision_head(resonate_decision_t *d,
    json_t *json);
static const char *resonate_decision_mode(resonate_decision_t *d,
    json_t *json);
static uint32_t resonate_decision_ms(json_t *json, json_int_t max);
static const char *resonate_decision_track(resonate_decision_t *d,
    json_t *track);
static const char *resonate_decision_files(resonate_decision_t *d,
    json_t *files);
static const char *resonate_decision_rendition(resonate_rendition_t *f,
    json_t *json);
static const char *resonate_decision_file(resonate_rendition_t *f,
    json_t *file);
static const char *resonate_decision_word(const char **word, json_t *json,
    const char *more);
static size_t resonate_decision_write(const resonate_decision_t *d,
    uint8_t *out);
static int resonate_decision_text(const char **text, const uint8_t **p,
    const uint8_t *end);


const char *
resonate_decision_pack(const char *text, size_t len, uint8_t *out,
    size_t *size)
{
    json_t               *json;
    const char           *err;
    resonate_decision_t   d;

    if (len > RESONATE_DECISION_MAX_LEN) {
        return "too long";
    }

    /* without JSON_ALLOW_NUL, "\u0000" is refused here */

    json = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    if (json == NULL) {
        return "not JSON";
    }

    memset(&d, 0, sizeof(resonate_decision_t));

    err = resonate_decision_head(&d, json);

    if (err == NULL) {
        err = resonate_decision_files(&d, json_object_get(json, "files"));
    }

    if (err == NULL) {
        *size = resonate_decision_write(&d, out);
    }

    json_decref(json);

    return err;
}


static const char *
resonate_decision_head(resonate_decision_t *d, json_t *json)
{
    const char  *err;

    d->nfiles = 1;
    d->files[0].quality = "";
    d->files[0].codec = "";

    err = resonate_decision_file(&d->files[0], json_object_get(json, "file"));

    if (err == NULL) {
        err = resonate_decision_mode(d, json);
    }

    if (err == NULL) {
        err = resonate_decision_track(d, json_object_get(json, "track"));
    }

    return err;
}


static const char *
resonate_decision_mode(resonate_decision_t *d, json_t *json)
{
    const char  *mode;

    mode = json_string_value(json_object_get(json, "mode"));

    if (mode == NULL) {
        return "no mode";
    }

    d->short_ms = resonate_decision_ms(json_object_get(json, "previewMs"),
                                       RESONATE_PREVIEW_MAX_MS);
    d->duration_ms = resonate_decision_ms(json_object_get(json, "durationMs"),
                                          UINT32_MAX);

    if (strcmp(mode, "full") == 0) {
        d->short_ms = d->short_ms ? d->short_ms : RESONATE_DECISION_SHORT;
        return NULL;
    }

    if (strcmp(mode, "preview") != 0) {
        return "unknown mode";
    }

    d->preview_ms = d->short_ms;

    return d->preview_ms ? NULL : "no previewMs in range";
}


/* 0: absent, or not in range */

static uint32_t
resonate_decision_ms(json_t *json, json_int_t max)
{
    json_int_t  ms;

    ms = json_integer_value(json);

    return (ms < 1 || ms > max) ? 0 : (uint32_t) ms;
}


static const char *
resonate_decision_track(resonate_decision_t *d, json_t *track)
{
    if (track == NULL
        || resonate_decision_uuid(json_string_value(track), d->track) == 0)
    {
        return NULL;
    }

    return "track is not a uuid";
}


int
resonate_decision_uuid(const char *p, uint8_t *uuid)
{
    size_t       i, n;
    const char  *digit;

    static const char  digits[] = "0123456789abcdef";

    if (p == NULL || strlen(p) != 36) {
        return -1;
    }

    for (i = 0, n = 0; i < 36; i++) {

        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (p[i] != '-') {
                return -1;
            }

            continue;
        }

        digit = memchr(digits, p[i], 16);
        if (digit == NULL) {
            return -1;
        }

        uuid[n / 2] = (uint8_t) (uuid[n / 2] << 4 | (digit - digits));
        n++;
    }

    return 0;
}


/* the default is one of them, or one more in front of them */

static const char *
resonate_decision_files(resonate_decision_t *d, json_t *files)
{
    size_t                 i;
    const char            *err;
    resonate_rendition_t   f;

    if (files == NULL) {
        return NULL;
    }

    if (!json_is_array(files)) {
        return "files is not an array";
    }

    for (i = 0; i < json_array_size(files); i++) {

        err = resonate_decision_rendition(&f, json_array_get(files, i));
        if (err) {
            return err;
        }

        if (resonate_decision_find(d, f.quality)) {
            return "two files of one quality";
        }

        if (strcmp(f.file, d->files[0].file) == 0
            && d->files[0].quality[0] == '\0')
        {
            d->files[0] = f;
            continue;
        }

        if (d->nfiles == RESONATE_DECISION_FILES) {
            return "too many files";
        }

        d->files[d->nfiles++] = f;
    }

    return NULL;
}


static const char *
resonate_decision_rendition(resonate_rendition_t *f, json_t *json)
{
    json_t      *bitrate;
    const char  *err;

    err = resonate_decision_file(f, json_object_get(json, "file"));
    if (err) {
        return err;
    }

    err = resonate_decision_word(&f->quality, json_object_get(json, "quality"),
                                 "");
    if (err || f->quality[0] == '\0') {
        return "no quality, or not a word";
    }

    err = resonate_decision_word(&f->codec, json_object_get(json, "codec"),
                                 ".ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    if (err) {
        return "codec is not a word";
    }

    bitrate = json_object_get(json, "bitrate");

    if (bitrate
        && (!json_is_integer(bitrate)
            || json_integer_value(bitrate) < 0
            || json_integer_value(bitrate) > UINT32_MAX))
    {
        return "bitrate is not a number in range";
    }

    f->bitrate = (uint32_t) json_integer_value(bitrate);

    return NULL;
}


static const char *
resonate_decision_file(resonate_rendition_t *f, json_t *file)
{
    f->file = json_string_value(file);
    f->file_len = json_string_length(file);

    return resonate_decision_path(f->file, f->file_len);
}


const char *
resonate_decision_path(const char *p, size_t len)
{
    size_t  i;

    if (p == NULL || len == 0 || len > RESONATE_DECISION_MAX_FILE) {
        return "no file, or too long a name";
    }

    for (i = 0; i < len; i++) {

        if ((unsigned char) p[i] < 0x20 || p[i] == 0x7f || p[i] == '\\') {
            return "bad character in file";
        }

        if ((i == 0 || p[i - 1] == '/') && (p[i] == '/' || p[i] == '.')) {
            return "file is not a plain relative path";
        }
    }

    if (p[len - 1] == '/') {
        return "file is not a plain relative path";
    }

    return NULL;
}


/* absent is empty */

static const char *
resonate_decision_word(const char **word, json_t *json, const char *more)
{
    size_t  len;

    *word = json ? json_string_value(json) : "";

    if (*word == NULL) {
        return "not a text";
    }

    for (len = 0; (*word)[len]; len++) {
        if (strchr("abcdefghijklmnopqrstuvwxyz0123456789", (*word)[len]) == NULL
            && strchr(more, (*word)[len]) == NULL)
        {
            return "not a word";
        }
    }

    return (len > RESONATE_DECISION_WORD) ? "too long" : NULL;
}


static size_t
resonate_decision_write(const resonate_decision_t *d, uint8_t *out)
{
    uint8_t                     *p;
    uint32_t                     i;
    resonate_packed_t            packed;
    const resonate_rendition_t  *f;

    memset(&packed, 0, sizeof(resonate_packed_t));

    packed.version = RESONATE_DECISION_VERSION;
    packed.preview_ms = d->preview_ms;
    packed.short_ms = d->short_ms;
    packed.duration_ms = d->duration_ms;
    packed.nfiles = d->nfiles;
    memcpy(packed.track, d->track, 16);

    p = out + sizeof(resonate_packed_t);

    for (i = 0; i < d->nfiles; i++) {
        f = &d->files[i];
        packed.bitrate[i] = f->bitrate;

        p = (uint8_t *) stpcpy((char *) p, f->quality) + 1;
        p = (uint8_t *) stpcpy((char *) p, f->codec) + 1;
        p = (uint8_t *) stpcpy((char *) p, f->file) + 1;
    }

    memcpy(out, &packed, sizeof(resonate_packed_t));

    return (size_t) (p - out);
}


int
resonate_decision_read(resonate_decision_t *d, const uint8_t *packed,
    size_t size)
{
    uint32_t               i;
    const uint8_t         *p, *end;
    resonate_packed_t      head;
    resonate_rendition_t  *f;

    if (size < sizeof(resonate_packed_t)) {
        return -1;
    }

    memcpy(&head, packed, sizeof(resonate_packed_t));

    if (head.version != RESONATE_DECISION_VERSION
        || head.nfiles > RESONATE_DECISION_FILES)
    {
        return -1;
    }

    d->preview_ms = head.preview_ms;
    d->short_ms = head.short_ms;
    d->duration_ms = head.duration_ms;
    d->nfiles = head.nfiles;
    memcpy(d->track, head.track, 16);

    p = packed + sizeof(resonate_packed_t);
    end = packed + size;

    for (i = 0; i < d->nfiles; i++) {
        f = &d->files[i];
        f->bitrate = head.bitrate[i];

        if (resonate_decision_text(&f->quality, &p, end) != 0
            || resonate_decision_text(&f->codec, &p, end) != 0
            || resonate_decision_text(&f->file, &p, end) != 0)
        {
            return -1;
        }

        f->file_len = (size_t) ((const char *) p - f->file) - 1;
    }

    return 0;
}


static int
resonate_decision_text(const char **text, const uint8_t **p,
    const uint8_t *end)
{
    const uint8_t  *nul;

    nul = memchr(*p, '\0', (size_t) (end - *p));
    if (nul == NULL) {
        return -1;
    }

    *text = (const char *) *p;
    *p = nul + 1;

    return 0;
}


const resonate_rendition_t *
resonate_decision_find(const resonate_decision_t *d, const char *quality)
{
    uint32_t  i;

    if (quality == NULL) {
        return &d->files[0];
    }

    for (i = 0; i < d->nfiles; i++) {
        if (strcmp(d->files[i].quality, quality) == 0) {
            return &d->files[i];
        }
    }

    return NULL;
}
