
/*
 * Copyright (C) Resonate
 */


#include "resonate_jwt.h"

#include <string.h>
#include <strings.h>


#define RESONATE_JWT_DECODED_MAX  (RESONATE_JWT_MAX / 4 * 3)


typedef struct {
    const char         *name;
    resonate_jwt_alg_e  alg;
} resonate_jwt_name_t;


static resonate_jwt_rc_e resonate_jwt_decode(resonate_jwt_view_t *part,
    json_t **object);
static resonate_jwt_rc_e resonate_jwt_header(resonate_jwt_t *jwt,
    json_t *header);
static int resonate_jwt_copy(json_t *value, char *dst, size_t max,
    size_t *len);
static resonate_jwt_view_t resonate_jwt_subtype(const char *typ, size_t len);
static resonate_jwt_rc_e resonate_jwt_load(const char *data, size_t len,
    unsigned max, json_t **object);
static int resonate_jwt_capped(const char *data, size_t len, unsigned max);


static const char *const  resonate_jwt_errors[] = {
    "The token is good",
    "The token is too large",
    "The token is malformed",
    "The token is encrypted",
    "The token is not JSON as it should be",
    "The token has a header that is not acceptable",
    "The token has an algorithm that is not acceptable",
    "The token is from an unknown issuer",
    "The token is signed with an unknown key",
    "The token has a bad signature",
    "The token is for another audience",
    "The token has expired",
    "The token is not valid yet",
    "The token has claims that are missing or not acceptable",
    "The token is bound to a key and needs a proof of it",
    "The token is not bound to a key",
    "The proof is missing or not acceptable",
    "The proof needs the nonce that is given here",
    "The proof was seen before",
    "The token is bound to another certificate",
    "The token is not active",
    "The token was revoked",
    "Out of memory"
};


static const resonate_jwt_name_t  resonate_jwt_algs[] = {
    { "RS256", RESONATE_JWT_RS256 },
    { "RS384", RESONATE_JWT_RS384 },
    { "RS512", RESONATE_JWT_RS512 },
    { "PS256", RESONATE_JWT_PS256 },
    { "PS384", RESONATE_JWT_PS384 },
    { "PS512", RESONATE_JWT_PS512 },
    { "ES256", RESONATE_JWT_ES256 },
    { "ES384", RESONATE_JWT_ES384 },
    { "ES512", RESONATE_JWT_ES512 },
    { "EdDSA", RESONATE_JWT_EDDSA },
    { "Ed25519", RESONATE_JWT_ED25519 },
    { "Ed448", RESONATE_JWT_ED448 },
    { "HS256", RESONATE_JWT_HS256 },
    { "HS384", RESONATE_JWT_HS384 },
    { "HS512", RESONATE_JWT_HS512 },
    { NULL, 0 }
};


/* RFC 4648, section 5; RESONATE_JWT_BAD: not one of its characters */

#define RESONATE_JWT_BAD  64

static const unsigned char  resonate_jwt_base64url_values[256] = {
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 62, 64, 64,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 64, 64, 64, 64, 64, 64,
    64,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 64, 64, 64, 64, 63,
    64, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64
};


resonate_jwt_rc_e
resonate_jwt_parse(resonate_jwt_t *jwt, const char *token, size_t len)
{
    json_t               *header;
    resonate_jwt_rc_e     rc;
    resonate_jwt_view_t   part[3];

    rc = resonate_jwt_split(token, len, part);
    if (rc != RESONATE_JWT_OK) {
        return rc;
    }

    jwt->input.data = token;
    jwt->input.len = part[0].len + 1 + part[1].len;

    if (resonate_jwt_base64url(jwt->signature, sizeof(jwt->signature),
                               &jwt->signature_len, part[2].data, part[2].len)
        != 0)
    {
        return RESONATE_JWT_MALFORMED;
    }

    rc = resonate_jwt_decode(&part[0], &header);
    if (rc != RESONATE_JWT_OK) {
        return rc;
    }

    rc = resonate_jwt_header(jwt, header);
    json_decref(header);

    if (rc != RESONATE_JWT_OK) {
        return rc;
    }

    return resonate_jwt_decode(&part[1], &jwt->claims);
}


void
resonate_jwt_free(resonate_jwt_t *jwt)
{
    json_decref(jwt->claims);
    jwt->claims = NULL;
}


/* three parts between two dots; five would be a JWE (RFC 7516, section 9) */

resonate_jwt_rc_e
resonate_jwt_split(const char *token, size_t len, resonate_jwt_view_t *part)
{
    size_t       n;
    const char  *p, *last, *dot;

    if (len > RESONATE_JWT_MAX) {
        return RESONATE_JWT_TOO_LARGE;
    }

    p = token;
    last = token + len;

    for (n = 0; ; n++) {
        dot = p < last ? memchr(p, '.', last - p) : NULL;

        if (n < 3) {
            part[n].data = p;
            part[n].len = (dot ? dot : last) - p;
        }

        if (dot == NULL) {
            break;
        }

        p = dot + 1;
    }

    if (n == 4) {
        return RESONATE_JWT_ENCRYPTED;
    }

    if (n != 2 || part[0].len == 0 || part[1].len == 0 || part[2].len == 0) {
        return RESONATE_JWT_MALFORMED;
    }

    return RESONATE_JWT_OK;
}


int
resonate_jwt_typ(const resonate_jwt_t *jwt, const char *typ, size_t len)
{
    resonate_jwt_view_t  is, wanted;

    is = resonate_jwt_subtype(jwt->typ, jwt->typ_len);
    wanted = resonate_jwt_subtype(typ, len);

    return is.len == wanted.len
           && strncasecmp(is.data, wanted.data, is.len) == 0;
}


const char *
resonate_jwt_strerror(resonate_jwt_rc_e rc)
{
    return resonate_jwt_errors[rc];
}


const char *
resonate_jwt_reason(resonate_jwt_rc_e rc)
{
    static const char *const  reasons[] = {
        "good", "too_large", "malformed", "encrypted", "json", "header",
        "algorithm", "issuer", "key", "signature", "audience", "expired",
        "not_yet", "claims", "bound", "unbound", "proof", "nonce", "replay",
        "certificate", "inactive", "revoked", "no_memory"
    };

    return reasons[rc];
}


unsigned
resonate_jwt_alg(const char *name, size_t len)
{
    const resonate_jwt_name_t  *a;

    for (a = resonate_jwt_algs; a->name; a++) {
        if (strlen(a->name) == len && memcmp(a->name, name, len) == 0) {
            return a->alg;
        }
    }

    return 0;
}


int
resonate_jwt_base64url(unsigned char *dst, size_t size, size_t *len,
    const char *src, size_t srclen)
{
    uint32_t              a, b, c, d;
    const unsigned char  *p, *t;

    *len = srclen / 4 * 3 + (srclen % 4 ? srclen % 4 - 1 : 0);

    if (srclen % 4 == 1 || *len > size) {
        return -1;
    }

    t = resonate_jwt_base64url_values;

    for (p = (const unsigned char *) src; srclen >= 4; srclen -= 4) {
        a = t[*p++];
        b = t[*p++];
        c = t[*p++];
        d = t[*p++];

        if ((a | b | c | d) & RESONATE_JWT_BAD) {
            return -1;
        }

        *dst++ = (unsigned char) (a << 2 | b >> 4);
        *dst++ = (unsigned char) (b << 4 | c >> 2);
        *dst++ = (unsigned char) (c << 6 | d);
    }

    if (srclen == 0) {
        return 0;
    }

    a = t[p[0]];
    b = t[p[1]];
    c = srclen == 3 ? t[p[2]] : 0;

    if ((a | b | c) & RESONATE_JWT_BAD) {
        return -1;
    }

    dst[0] = (unsigned char) (a << 2 | b >> 4);

    /* RFC 4648, section 3.5: the rest of the last character must be zero */

    if (srclen == 2) {
        return b & 0x0f ? -1 : 0;
    }

    dst[1] = (unsigned char) (b << 4 | c >> 2);

    return c & 0x03 ? -1 : 0;
}


size_t
resonate_jwt_base64url_put(char *dst, const unsigned char *src, size_t len)
{
    size_t    i;
    char     *p;
    uint32_t  bits;
    unsigned  nbits;

    static const char  chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789-_";

    p = dst;
    bits = 0;
    nbits = 0;

    for (i = 0; i < len; i++) {
        bits = (bits << 8) | src[i];

        for (nbits += 8; nbits >= 6; nbits -= 6) {
            *p++ = chars[bits >> (nbits - 6) & 0x3f];
        }
    }

    if (nbits) {
        *p++ = chars[bits << (6 - nbits) & 0x3f];
    }

    return (size_t) (p - dst);
}


resonate_jwt_rc_e
resonate_jwt_object(const char *data, size_t len, json_t **object)
{
    return resonate_jwt_load(data, len, RESONATE_JWT_ITEMS_MAX, object);
}


resonate_jwt_rc_e
resonate_jwt_document(const char *data, size_t len, json_t **object)
{
    return resonate_jwt_load(data, len, RESONATE_JWT_DOCUMENT_ITEMS, object);
}


int
resonate_jwt_equal(json_t *value, const resonate_jwt_view_t *view)
{
    return json_is_string(value) && json_string_length(value) == view->len
           && memcmp(json_string_value(value), view->data, view->len) == 0;
}


int
resonate_jwt_has(json_t *value, const resonate_jwt_view_t *view)
{
    size_t   i;
    json_t  *one;

    json_array_foreach(value, i, one) {
        if (resonate_jwt_equal(one, view)) {
            return 1;
        }
    }

    return resonate_jwt_equal(value, view);
}


static resonate_jwt_rc_e
resonate_jwt_load(const char *data, size_t len, unsigned max, json_t **object)
{
    json_t  *probe;

    *object = NULL;

    if (!resonate_jwt_capped(data, len, max)) {
        return RESONATE_JWT_JSON;
    }

    *object = json_loadb(data, len, JSON_REJECT_DUPLICATES, NULL);

    if (*object == NULL) {

        /* jansson reports a lack of memory as a bad text: is there any? */

        probe = json_object();
        if (probe == NULL) {
            return RESONATE_JWT_NO_MEMORY;
        }

        json_decref(probe);
        return RESONATE_JWT_JSON;
    }

    if (!json_is_object(*object)) {
        json_decref(*object);
        *object = NULL;
        return RESONATE_JWT_JSON;
    }

    return RESONATE_JWT_OK;
}


static resonate_jwt_rc_e
resonate_jwt_decode(resonate_jwt_view_t *part, json_t **object)
{
    size_t         len;
    unsigned char  buf[RESONATE_JWT_DECODED_MAX];

    if (resonate_jwt_base64url(buf, sizeof(buf), &len, part->data, part->len)
        != 0)
    {
        return RESONATE_JWT_MALFORMED;
    }

    return resonate_jwt_object((char *) buf, len, object);
}


static resonate_jwt_rc_e
resonate_jwt_header(resonate_jwt_t *jwt, json_t *header)
{
    json_t  *alg;

    /*
     * A key, or a way to it, inside the token would let the sender choose it
     * (RFC 8725, section 3.10).  Of the extensions that "crit" may name we
     * know none, and "b64" (RFC 7797) must be listed there.
     */

    if (json_object_get(header, "jwk") || json_object_get(header, "jku")
        || json_object_get(header, "x5u") || json_object_get(header, "x5c")
        || json_object_get(header, "crit") || json_object_get(header, "b64")
        || json_object_get(header, "zip")
        || !resonate_jwt_copy(json_object_get(header, "typ"), jwt->typ,
                              RESONATE_JWT_TYP_MAX, &jwt->typ_len))
    {
        return RESONATE_JWT_HEADER;
    }

    alg = json_object_get(header, "alg");

    if (!json_is_string(alg)) {
        return RESONATE_JWT_ALGORITHM;
    }

    jwt->alg = resonate_jwt_alg(json_string_value(alg),
                                json_string_length(alg));
    if (jwt->alg == 0) {
        return RESONATE_JWT_ALGORITHM;
    }

    if (!resonate_jwt_copy(json_object_get(header, "kid"), jwt->kid,
                           RESONATE_JWT_KID_MAX, &jwt->kid_len))
    {
        return RESONATE_JWT_KEY;
    }

    return RESONATE_JWT_OK;
}


/* absent is no bytes, and nothing else is */

static int
resonate_jwt_copy(json_t *value, char *dst, size_t max, size_t *len)
{
    *len = json_string_length(value);

    if (value == NULL) {
        return 1;
    }

    if (*len == 0 || *len > max) {
        return 0;
    }

    memcpy(dst, json_string_value(value), *len);

    return 1;
}


static resonate_jwt_view_t
resonate_jwt_subtype(const char *typ, size_t len)
{
    resonate_jwt_view_t  view;

    view.data = typ;
    view.len = len;

    if (len > 12 && strncasecmp(typ, "application/", 12) == 0
        && memchr(typ + 12, '/', len - 12) == NULL)
    {
        view.data += 12;
        view.len -= 12;
    }

    return view;
}


/*
 * Counts before jansson allocates: its parser recurses, and takes a node for
 * every value.  What is not JSON is left for it to refuse.
 */

static int
resonate_jwt_capped(const char *data, size_t len, unsigned max)
{
    int       quoted;
    size_t    i;
    unsigned  depth, items;

    quoted = 0;
    depth = 0;
    items = 0;

    for (i = 0; i < len; i++) {

        if (quoted) {
            if (data[i] == '\\') {
                i++;

            } else if (data[i] == '"') {
                quoted = 0;
            }

            continue;
        }

        switch (data[i]) {

        case '"':
            quoted = 1;
            break;

        case '{':
        case '[':
            depth++;
            items++;
            break;

        case '}':
        case ']':
            depth -= depth ? 1 : 0;
            break;

        case ',':
            items++;
            break;
        }

        if (depth > RESONATE_JWT_DEPTH_MAX || items > max) {
            return 0;
        }
    }

    return 1;
}
