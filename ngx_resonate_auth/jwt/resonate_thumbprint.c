
/*
 * Copyright (C) Resonate
 */


#include "resonate_thumbprint.h"

#include <stdlib.h>
#include <string.h>


static json_t *resonate_thumbprint_members(json_t *jwk);


int
resonate_thumbprint(json_t *jwk, char *text)
{
    int             ok;
    char           *dump;
    json_t         *members;
    unsigned char   digest[RESONATE_THUMBPRINT_DIGEST];

    members = resonate_thumbprint_members(jwk);
    if (members == NULL) {
        return -1;
    }

    /* RFC 7638, section 3.3: no blanks, in the order of names; nothing in it
       would need an escape */

    dump = json_dumps(members, JSON_COMPACT|JSON_SORT_KEYS);

    json_decref(members);

    if (dump == NULL) {
        return -1;
    }

    ok = EVP_Digest(dump, strlen(dump), digest, NULL, EVP_sha256(), NULL);

    free(dump);

    if (ok != 1) {
        return -1;
    }

    (void) resonate_jwt_base64url_put(text, digest, sizeof(digest));

    return 0;
}


/* RFC 7638, section 3.2; RFC 8037, section 2 */

static json_t *
resonate_thumbprint_members(json_t *jwk)
{
    size_t              i;
    json_t             *members, *value;
    const char         *kty;
    const char *const  *names;

    static const char *const  ec[] = { "kty", "crv", "x", "y", NULL };
    static const char *const  rsa[] = { "kty", "n", "e", NULL };
    static const char *const  okp[] = { "kty", "crv", "x", NULL };

    kty = json_string_value(json_object_get(jwk, "kty"));

    names = kty == NULL ? NULL
            : strcmp(kty, "EC") == 0 ? ec
            : strcmp(kty, "RSA") == 0 ? rsa
            : strcmp(kty, "OKP") == 0 ? okp : NULL;

    if (names == NULL) {
        return NULL;
    }

    members = json_object();

    for (i = 0; names[i]; i++) {
        value = json_object_get(jwk, names[i]);

        if (!json_is_string(value)
            || json_object_set(members, names[i], value) != 0)
        {
            json_decref(members);
            return NULL;
        }
    }

    return members;
}
