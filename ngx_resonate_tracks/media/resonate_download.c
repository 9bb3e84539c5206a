
/*
 * Copyright (C) Resonate
 */


#include <string.h>

#include <jansson.h>

#include "resonate_decision.h"
#include "resonate_download.h"


#define RESONATE_DOWNLOAD_MAX_LEN  (1024 * 1024)


static const char *resonate_download_head(resonate_download_t *d);
static const char *resonate_download_cover_sum(resonate_download_t *d);
static const char *resonate_download_path(const char **path, json_t *json);
static const char *resonate_download_suffix(resonate_download_file_t *file);
static void resonate_download_tags(resonate_tags_t *t, json_t *json);
static uint32_t resonate_download_number(json_t *json, const char *name);
static const char *resonate_download_sums(resonate_download_file_t *file,
    json_t *json);
static int resonate_download_u32(json_t *json, uint32_t *n);


const char *
resonate_download_parse(const char *text, size_t len, resonate_download_t *d)
{
    const char  *err;

    memset(d, 0, sizeof(resonate_download_t));

    if (len > RESONATE_DOWNLOAD_MAX_LEN) {
        return "too long";
    }

    d->root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    if (d->root == NULL) {
        return "not JSON";
    }

    err = resonate_download_head(d);

    if (err) {
        resonate_download_free(d);
    }

    return err;
}


static const char *
resonate_download_head(resonate_download_t *d)
{
    json_t      *cover, *id;
    const char  *err;

    id = json_object_get(d->root, "id");

    if (id && resonate_decision_uuid(json_string_value(id), d->id) != 0) {
        return "id is not a uuid";
    }

    d->identified = id ? 1 : 0;
    d->name = json_string_value(json_object_get(d->root, "name"));
    d->nfiles = json_array_size(json_object_get(d->root, "files"));

    if (d->name == NULL) {
        return "no name";
    }

    if (d->nfiles == 0 || d->nfiles > RESONATE_DOWNLOAD_MAX_FILES) {
        return "no files, or too many";
    }

    cover = json_object_get(d->root, "cover");

    if (cover == NULL || json_is_null(cover)) {
        return NULL;
    }

    err = resonate_download_path(&d->cover, cover);

    return err ? err : resonate_download_cover_sum(d);
}


static const char *
resonate_download_cover_sum(resonate_download_t *d)
{
    json_t  *sum, *bytes;

    sum = json_object_get(d->root, "coverSum");

    if (sum == NULL) {
        return NULL;
    }

    bytes = json_array_get(sum, 0);

    if (!json_is_integer(bytes)
        || json_integer_value(bytes) < 1
        || !resonate_download_u32(json_array_get(sum, 1), &d->cover_crc32))
    {
        return "bad coverSum";
    }

    d->cover_bytes = (uint64_t) json_integer_value(bytes);
    d->cover_summed = 1;

    return NULL;
}


const char *
resonate_download_file(const resonate_download_t *d, size_t i,
    resonate_download_file_t *file)
{
    json_t      *json, *tags;
    const char  *err;

    memset(file, 0, sizeof(resonate_download_file_t));

    json = json_array_get(json_object_get(d->root, "files"), i);
    tags = json_object_get(json, "tags");

    file->name = json_string_value(json_object_get(json, "name"));
    file->type = json_string_value(json_object_get(json, "type"));
    file->tagged = json_is_object(tags);

    if (file->name == NULL || file->type == NULL) {
        return "no name or type";
    }

    err = resonate_download_path(&file->file, json_object_get(json, "file"));

    if (err == NULL) {
        err = resonate_download_suffix(file);
    }

    if (err) {
        return err;
    }

    resonate_download_tags(&file->tags, tags);

    return resonate_download_sums(file, json);
}


static const char *
resonate_download_path(const char **path, json_t *json)
{
    *path = json_string_value(json);

    return resonate_decision_path(*path, json_string_length(json));
}


static const char *
resonate_download_suffix(resonate_download_file_t *file)
{
    size_t       len;
    const char  *p;

    p = strrchr(file->file, '.');
    if (p == NULL) {
        return "no suffix";
    }

    file->suffix = ++p;

    len = strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789");

    if (len == 0 || len > RESONATE_DOWNLOAD_SUFFIX || p[len] != '\0') {
        return "bad suffix";
    }

    return NULL;
}


static void
resonate_download_tags(resonate_tags_t *t, json_t *json)
{
    t->title = json_string_value(json_object_get(json, "title"));
    t->artist = json_string_value(json_object_get(json, "artist"));
    t->album = json_string_value(json_object_get(json, "album"));
    t->track = resonate_download_number(json, "track");
    t->tracks = resonate_download_number(json, "tracks");
    t->disc = resonate_download_number(json, "disc");
    t->year = resonate_download_number(json, "year");
}


static uint32_t
resonate_download_number(json_t *json, const char *name)
{
    uint32_t  n;

    return resonate_download_u32(json_object_get(json, name), &n) ? n : 0;
}


static const char *
resonate_download_sums(resonate_download_file_t *file, json_t *json)
{
    json_t  *span, *bytes, *offset, *crc32;

    span = json_object_get(json, "span");
    offset = json_array_get(span, 0);
    bytes = json_object_get(json, "bytes");
    crc32 = json_object_get(json, "crc32");

    if (file->tagged) {
        bytes = json_array_get(span, 1);
        crc32 = json_array_get(span, 2);
    }

    if (bytes == NULL && crc32 == NULL) {
        return NULL;
    }

    if (!resonate_download_u32(crc32, &file->crc32)
        || !json_is_integer(bytes)
        || json_integer_value(bytes) < 1
        || (file->tagged && (!json_is_integer(offset)
                             || json_integer_value(offset) < 1)))
    {
        return "bad bytes, crc32 or span";
    }

    file->bytes = (uint64_t) json_integer_value(bytes);
    file->span_offset = (uint64_t) json_integer_value(offset);
    file->summed = 1;

    return NULL;
}


static int
resonate_download_u32(json_t *json, uint32_t *n)
{
    if (!json_is_integer(json)
        || json_integer_value(json) < 0
        || json_integer_value(json) > (json_int_t) UINT32_MAX)
    {
        return 0;
    }

    *n = (uint32_t) json_integer_value(json);

    return 1;
}


void
resonate_download_free(resonate_download_t *d)
{
    json_decref(d->root);
    d->root = NULL;
}
