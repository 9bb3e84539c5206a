
/*
 * Copyright (C) Resonate
 */


#include <string.h>

#include <jansson.h>

#include "resonate_decision.h"
#include "resonate_preview.h"


static const char *resonate_decision_read(resonate_decision_t *d,
    json_t *json);
static const char *resonate_decision_file(resonate_decision_t *d,
    json_t *file);


const char *
resonate_decision_parse(resonate_decision_t *d, const char *text, size_t len)
{
    json_t      *json;
    const char  *err;

    memset(d, 0, sizeof(resonate_decision_t));

    if (len > RESONATE_DECISION_MAX_LEN) {
        return "too long";
    }

    /* without JSON_ALLOW_NUL, "\u0000" is refused here */

    json = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    if (json == NULL) {
        return "not JSON";
    }

    err = resonate_decision_read(d, json);

    json_decref(json);

    return err;
}


static const char *
resonate_decision_read(resonate_decision_t *d, json_t *json)
{
    json_t      *ms;
    const char  *err, *mode;

    err = resonate_decision_file(d, json_object_get(json, "file"));
    if (err) {
        return err;
    }

    mode = json_string_value(json_object_get(json, "mode"));

    if (mode == NULL) {
        return "no mode";
    }

    if (strcmp(mode, "full") == 0) {
        return NULL;
    }

    if (strcmp(mode, "preview") != 0) {
        return "unknown mode";
    }

    ms = json_object_get(json, "previewMs");

    if (!json_is_integer(ms)
        || json_integer_value(ms) < 1
        || json_integer_value(ms) > RESONATE_PREVIEW_MAX_MS)
    {
        return "no previewMs in range";
    }

    d->preview_ms = (uint32_t) json_integer_value(ms);

    return NULL;
}


static const char *
resonate_decision_file(resonate_decision_t *d, json_t *file)
{
    size_t       i, len;
    const char  *p;

    p = json_string_value(file);
    len = json_string_length(file);

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

    memcpy(d->file, p, len + 1);
    d->file_len = len;

    return NULL;
}
