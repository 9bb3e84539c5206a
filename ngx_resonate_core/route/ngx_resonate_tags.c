
/*
 * Copyright (C) Resonate
 *
 * Tags of a reply to slots of the tags' clock.
 */


#include "ngx_resonate_route_internal.h"


#define NGX_RESONATE_TAG_LEN    256
#define NGX_RESONATE_TAG_KINDS  8      /* among the slots of a reply */


typedef struct {
    u_char  *pos;
    u_char  *end;                       /* the closing brace */
    u_char   text[NGX_RESONATE_TAG_LEN];
    size_t   len;
} ngx_resonate_tag_t;


static ngx_int_t ngx_resonate_tag_first(ngx_resonate_tag_t *tag,
    ngx_str_t *tags);
static ngx_int_t ngx_resonate_tag_next(ngx_resonate_tag_t *tag);
static uint32_t ngx_resonate_tag_kind(ngx_resonate_tag_t *tag);


uint32_t
ngx_resonate_caller_slot(ngx_resonate_identity_t *id)
{
    uint32_t  issuer, subject;

    issuer = ngx_murmur_hash2(id->issuer.data, id->issuer.len);
    subject = ngx_murmur_hash2(id->subject.data, id->subject.len);

    issuer ^= subject * 31;

    return ngx_resonate_tag_slot((u_char *) &issuer, sizeof(uint32_t));
}


ngx_int_t
ngx_resonate_tag_slots(ngx_str_t *tags, uint32_t *slots)
{
    uint32_t            kind;
    ngx_int_t           rc;
    ngx_uint_t          i, n, single;
    ngx_resonate_tag_t  tag;

    n = 0;
    single = NGX_RESONATE_CACHE_TAGS - NGX_RESONATE_TAG_KINDS;

    for (rc = ngx_resonate_tag_first(&tag, tags);
         rc == NGX_OK;
         rc = ngx_resonate_tag_next(&tag))
    {
        if (n < single) {
            slots[n++] = ngx_resonate_tag_slot(tag.text, tag.len);
            continue;
        }

        kind = ngx_resonate_tag_kind(&tag);

        for (i = single; i < n && slots[i] != kind; i++) { /* void */ }

        if (i == NGX_RESONATE_CACHE_TAGS) {
            return NGX_ERROR;
        }

        if (i == n) {
            slots[n++] = kind;
        }
    }

    return (rc == NGX_DONE) ? (ngx_int_t) n : NGX_ERROR;
}


void
ngx_resonate_tags_touch(ngx_resonate_shared_t *shared, ngx_str_t *tags)
{
    ngx_int_t           rc;
    ngx_resonate_tag_t  tag;

    for (rc = ngx_resonate_tag_first(&tag, tags);
         rc == NGX_OK;
         rc = ngx_resonate_tag_next(&tag))
    {
        ngx_resonate_tag_touch(shared,
                               ngx_resonate_tag_slot(tag.text, tag.len));
        ngx_resonate_tag_touch(shared, ngx_resonate_tag_kind(&tag));
    }
}


/* {track:4f...,"artist with space"}: quoted elements may have escapes */

static ngx_int_t
ngx_resonate_tag_first(ngx_resonate_tag_t *tag, ngx_str_t *tags)
{
    if (tags->len == 0) {
        return NGX_DONE;
    }

    if (tags->len < 2 || tags->data[0] != '{'
        || tags->data[tags->len - 1] != '}')
    {
        return NGX_ERROR;
    }

    tag->pos = tags->data + 1;
    tag->end = tags->data + tags->len - 1;

    return (tags->len == 2) ? NGX_DONE : ngx_resonate_tag_next(tag);
}


/* NGX_DONE: there is none left;  NGX_ERROR: malformed, or too long */

static ngx_int_t
ngx_resonate_tag_next(ngx_resonate_tag_t *tag)
{
    u_char      *p;
    ngx_uint_t   quoted;

    if (tag->pos > tag->end) {
        return NGX_DONE;
    }

    quoted = 0;
    tag->len = 0;

    for (p = tag->pos; p < tag->end && (quoted || *p != ','); p++) {

        if (*p == '"') {
            quoted = !quoted;
            continue;
        }

        if (*p == '\\' && p + 1 < tag->end) {
            p++;
        }

        if (tag->len == NGX_RESONATE_TAG_LEN) {
            return NGX_ERROR;
        }

        tag->text[tag->len++] = *p;
    }

    tag->pos = p + 1;

    return quoted ? NGX_ERROR : NGX_OK;
}


/* "track:" for "track:4f...", a tag without a kind is its own */

static uint32_t
ngx_resonate_tag_kind(ngx_resonate_tag_t *tag)
{
    u_char  *p;

    p = ngx_strlchr(tag->text, tag->text + tag->len, ':');

    return ngx_resonate_tag_slot(tag->text,
                                 p ? (size_t) (p + 1 - tag->text) : tag->len);
}
