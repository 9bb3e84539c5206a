
/*
 * Copyright (C) Resonate
 *
 * Tags of a reply to slots of the tags' clock.
 */


#include "ngx_resonate_route_internal.h"


#define NGX_RESONATE_TAG_LEN  256


uint32_t
ngx_resonate_caller_slot(ngx_resonate_identity_t *id)
{
    uint32_t  issuer, subject;

    issuer = ngx_murmur_hash2(id->issuer.data, id->issuer.len);
    subject = ngx_murmur_hash2(id->subject.data, id->subject.len);

    issuer ^= subject * 31;

    return ngx_resonate_tag_slot((u_char *) &issuer, sizeof(uint32_t));
}


/* {track:4f...,"artist with space"}: quoted elements may have escapes */

ngx_int_t
ngx_resonate_tag_slots(const char *text, size_t len, uint32_t *slots)
{
    u_char       tag[NGX_RESONATE_TAG_LEN];
    size_t       n;
    ngx_int_t    count;
    ngx_uint_t   quoted;
    const char  *p, *end;

    if (len < 2 || text[0] != '{' || text[len - 1] != '}') {
        return NGX_ERROR;
    }

    if (len == 2) {
        return 0;
    }

    end = text + len - 1;
    count = 0;
    quoted = 0;
    n = 0;

    for (p = text + 1; p <= end; p++) {

        if (p == end || (!quoted && *p == ',')) {

            if (count == NGX_RESONATE_CACHE_TAGS) {
                return NGX_ERROR;
            }

            slots[count++] = ngx_resonate_tag_slot(tag, n);
            n = 0;
            continue;
        }

        if (*p == '"') {
            quoted = !quoted;
            continue;
        }

        if (*p == '\\' && p + 1 < end) {
            p++;
        }

        if (n == NGX_RESONATE_TAG_LEN) {
            return NGX_ERROR;
        }

        tag[n++] = *p;
    }

    return quoted ? NGX_ERROR : count;
}
