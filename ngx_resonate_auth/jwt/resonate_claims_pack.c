
/*
 * Copyright (C) Resonate
 *
 * Claims packed for later questions.
 */


#include "resonate_claims_internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>


/* in a name's length: the value was a string, not JSON */
#define RESONATE_CLAIMS_STRING  0x8000


/* before the name and the value */

typedef struct {
    uint16_t  name_len;
    uint16_t  value_len;
} resonate_claims_head_t;


long
resonate_claims_pack(json_t *claims, char *buf, size_t size)
{
    char                    *dump, *p;
    size_t                   namelen;
    json_t                  *value;
    const char              *name, *text;
    resonate_claims_head_t   head;
    size_t                   len;

    p = buf;

    json_object_foreach(claims, name, value) {

        namelen = strlen(name);

        if (json_is_null(value) || namelen > RESONATE_CLAIMS_NAME_MAX) {
            continue;
        }

        dump = NULL;

        if (json_is_string(value)) {
            text = json_string_value(value);
            len = json_string_length(value);

        } else {
            dump = json_dumps(value, JSON_COMPACT|JSON_ENCODE_ANY);
            if (dump == NULL) {
                return -1;
            }

            text = dump;
            len = strlen(dump);
        }

        if (len <= RESONATE_CLAIMS_VALUE_MAX
            && resonate_claims_printable(text, len)
            && sizeof(head) + namelen + len <= size - (size_t) (p - buf))
        {
            head.name_len = (uint16_t) (namelen
                                        | (dump ? 0 : RESONATE_CLAIMS_STRING));
            head.value_len = (uint16_t) len;

            memcpy(p, &head, sizeof(head));
            memcpy(p + sizeof(head), name, namelen);
            memcpy(p + sizeof(head) + namelen, text, len);

            p += sizeof(head) + namelen + len;
        }

        free(dump);
    }

    return p - buf;
}


int
resonate_claims_get(const char *packed, size_t len, const char *name,
    size_t namelen, resonate_jwt_view_t *value)
{
    int                      found;
    const char              *p, *last;
    resonate_claims_head_t   head;

    found = 0;
    last = packed + len;

    for (p = packed; p < last; p += head.name_len + head.value_len) {

        memcpy(&head, p, sizeof(head));
        p += sizeof(head);
        head.name_len &= (uint16_t) ~RESONATE_CLAIMS_STRING;

        if (head.name_len != namelen
            || strncasecmp(p, name, namelen) != 0)
        {
            continue;
        }

        if (memcmp(p, name, namelen) == 0) {
            value->data = p + namelen;
            value->len = head.value_len;
            return 1;
        }

        if (!found) {
            value->data = p + namelen;
            value->len = head.value_len;
            found = 1;
        }
    }

    return found;
}


int
resonate_claims_find(const char *packed, size_t len, const char *name,
    resonate_jwt_view_t *value, int *string)
{
    size_t                   namelen;
    const char              *p, *last;
    resonate_claims_head_t   head;

    namelen = strlen(name);
    last = packed + len;

    for (p = packed; p < last; p += head.name_len + head.value_len) {

        memcpy(&head, p, sizeof(head));
        p += sizeof(head);

        *string = (head.name_len & RESONATE_CLAIMS_STRING) != 0;
        head.name_len &= (uint16_t) ~RESONATE_CLAIMS_STRING;

        if (head.name_len == namelen && memcmp(p, name, namelen) == 0) {
            value->data = p + namelen;
            value->len = head.value_len;
            return 1;
        }
    }

    return 0;
}
