
/*
 * Copyright (C) Resonate
 */


#include "ngx_resonate_tags.h"
#include "resonate_tags.h"


/* behind the name of a kind: what every reply with a tag of it has */
#define NGX_RESONATE_TAGS_ANY  '*'


typedef struct {
    uint32_t  any;
    uint32_t  slot;
    unsigned  many:1;        /* it stands for tags of its kind */
} ngx_resonate_tags_kind_t;


typedef struct {
    ngx_uint_t                n;
    ngx_resonate_tags_kind_t  kinds[NGX_RESONATE_TAGS_KINDS];
} ngx_resonate_tags_kinds_t;


static ngx_int_t ngx_resonate_tags_add(ngx_resonate_tags_t *tags,
    ngx_resonate_tags_kinds_t *kinds, resonate_tag_t *tag);
static ngx_resonate_tags_kind_t *ngx_resonate_tags_kind(
    ngx_resonate_tags_kinds_t *kinds, resonate_tag_t *tag);
static uint32_t ngx_resonate_tag_any(resonate_tag_t *tag);
static void ngx_resonate_tag_touch_parsed(ngx_resonate_clock_t *clock,
    resonate_tag_t *tag);


ngx_int_t
ngx_resonate_tags_parse(ngx_resonate_tags_t *tags, ngx_str_t *text)
{
    int64_t                     until;
    ngx_uint_t                  i;
    resonate_tag_t              tag;
    resonate_tag_e              rc;
    ngx_resonate_tags_kinds_t   kinds;

    tags->n = 0;
    tags->until = 0;
    kinds.n = 0;

    for (rc = resonate_tag_first(&tag, (char *) text->data, text->len);
         rc == RESONATE_TAG_OK;
         rc = resonate_tag_next(&tag))
    {
        if (resonate_tag_until(&tag, &until)) {
            if (tags->until == 0 || until < tags->until) {
                tags->until = until;
            }

            continue;
        }

        if (ngx_resonate_tags_add(tags, &kinds, &tag) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    for (i = 0; i < kinds.n; i++) {
        tags->slots[tags->n++] = kinds.kinds[i].any;

        if (kinds.kinds[i].many) {
            tags->slots[tags->n++] = kinds.kinds[i].slot;
        }
    }

    return (rc == RESONATE_TAG_END) ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_resonate_tags_add(ngx_resonate_tags_t *tags,
    ngx_resonate_tags_kinds_t *kinds, resonate_tag_t *tag)
{
    ngx_resonate_tags_kind_t  *kind;

    kind = NULL;

    if (tag->kind) {
        kind = ngx_resonate_tags_kind(kinds, tag);
        if (kind == NULL) {
            return NGX_ERROR;
        }
    }

    if (kind && (tag->len == tag->kind
                 || tags->n == NGX_RESONATE_TAGS_SINGLE))
    {
        kind->many = 1;
        return NGX_OK;
    }

    if (tags->n == NGX_RESONATE_TAGS_SINGLE) {
        return NGX_ERROR;
    }

    tags->slots[tags->n++] = ngx_resonate_clock_tag((u_char *) tag->text,
                                                    tag->len);

    return NGX_OK;
}


/* NULL: one too many */

static ngx_resonate_tags_kind_t *
ngx_resonate_tags_kind(ngx_resonate_tags_kinds_t *kinds, resonate_tag_t *tag)
{
    uint32_t                   slot;
    ngx_uint_t                 i;
    ngx_resonate_tags_kind_t  *kind;

    slot = ngx_resonate_clock_tag((u_char *) tag->text, tag->kind);

    for (i = 0; i < kinds->n; i++) {
        if (kinds->kinds[i].slot == slot) {
            return &kinds->kinds[i];
        }
    }

    if (i == NGX_RESONATE_TAGS_KINDS) {
        return NULL;
    }

    kind = &kinds->kinds[kinds->n++];

    kind->slot = slot;
    kind->any = ngx_resonate_tag_any(tag);
    kind->many = 0;

    return kind;
}


static uint32_t
ngx_resonate_tag_any(resonate_tag_t *tag)
{
    u_char  text[RESONATE_TAG_LEN + 1];

    ngx_memcpy(text, tag->text, tag->kind);
    text[tag->kind] = NGX_RESONATE_TAGS_ANY;

    return ngx_resonate_clock_tag(text, tag->kind + 1);
}


void
ngx_resonate_tags_touch(ngx_resonate_clock_t *clock, ngx_str_t *text)
{
    resonate_tag_t  tag;
    resonate_tag_e  rc;

    for (rc = resonate_tag_first(&tag, (char *) text->data, text->len);
         rc == RESONATE_TAG_OK;
         rc = resonate_tag_next(&tag))
    {
        ngx_resonate_tag_touch_parsed(clock, &tag);
    }
}


void
ngx_resonate_tag_touch(ngx_resonate_clock_t *clock, u_char *text, size_t len)
{
    resonate_tag_t  tag;

    if (resonate_tag_set(&tag, (char *) text, len) == RESONATE_TAG_OK) {
        ngx_resonate_tag_touch_parsed(clock, &tag);
    }
}


static void
ngx_resonate_tag_touch_parsed(ngx_resonate_clock_t *clock,
    resonate_tag_t *tag)
{
    if (tag->len == 1 && tag->text[0] == NGX_RESONATE_TAGS_ANY) {
        ngx_resonate_clock_all(clock);
        return;
    }

    ngx_resonate_clock_touch(clock,
                             ngx_resonate_clock_tag((u_char *) tag->text,
                                                    tag->len));

    if (tag->kind == 0) {
        return;
    }

    ngx_resonate_clock_touch(clock,
                             tag->len == tag->kind
                             ? ngx_resonate_tag_any(tag)
                             : ngx_resonate_clock_tag((u_char *) tag->text,
                                                      tag->kind));
}
