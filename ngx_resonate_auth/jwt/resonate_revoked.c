
/*
 * Copyright (C) Resonate
 */


#include <string.h>
#include <openssl/evp.h>

#include "resonate_revoked.h"


#define RESONATE_REVOKED_FILTER   8     /* a part of the memory */
#define RESONATE_REVOKED_BITS     4     /* of the filter, for each key */
#define RESONATE_REVOKED_MIN      4096  /* bytes */


/* "expires" is written last and is 0 of a place that is free */

typedef struct {
    resonate_revoked_key_t   key;
    int64_t                  before;
    int64_t                  expires;
} resonate_revoked_place_t;


struct resonate_revoked_s {
    size_t                   n;         /* places */
    size_t                   used;
    size_t                   nbits;

    size_t                   lost;
    int64_t                  before;    /* of what has a time in the filter */
    int64_t                  expires;   /* of all in the filter */

    uint64_t                *filter;
    resonate_revoked_place_t places[];
};


static resonate_revoked_place_t *resonate_revoked_find(
    const resonate_revoked_t *set, const resonate_revoked_key_t *key);
static void resonate_revoked_store(resonate_revoked_place_t *place,
    const resonate_revoked_place_t *from);
static resonate_revoked_e resonate_revoked_more(
    resonate_revoked_place_t *place, int64_t before, int64_t expires);
static resonate_revoked_e resonate_revoked_lose(resonate_revoked_t *set,
    const resonate_revoked_key_t *key, int64_t before, int64_t expires);
static int resonate_revoked_filtered(const resonate_revoked_t *set,
    const resonate_revoked_key_t *key);
static size_t resonate_revoked_bit(const resonate_revoked_t *set,
    const resonate_revoked_key_t *key, int i);
static void resonate_revoked_free(resonate_revoked_t *set, size_t hole);


resonate_revoked_t *
resonate_revoked_init(void *memory, size_t size)
{
    size_t               filter;
    resonate_revoked_t  *set;

    if (size < RESONATE_REVOKED_MIN) {
        return NULL;
    }

    memset(memory, 0, size);

    set = memory;
    filter = size / RESONATE_REVOKED_FILTER / sizeof(uint64_t);

    set->n = (size - sizeof(resonate_revoked_t) - filter * sizeof(uint64_t))
             / sizeof(resonate_revoked_place_t);
    set->nbits = filter * 64;
    set->filter = (uint64_t *) &set->places[set->n];

    return set;
}


resonate_revoked_kind_e
resonate_revoked_kind(const char *word, size_t len)
{
    int  i;

    static const char *const  kinds[] = {
        "token", "jti", "subject", "client", "session"
    };

    for (i = 0; i < RESONATE_REVOKED_UNKNOWN; i++) {
        if (strlen(kinds[i]) == len && memcmp(kinds[i], word, len) == 0) {
            break;
        }
    }

    return i;
}


int
resonate_revoked_hash(const char *token, size_t len,
    char hash[RESONATE_REVOKED_HASH])
{
    size_t         i, dots, last;
    unsigned char  digest[EVP_MAX_MD_SIZE];

    static const char  hex[] = "0123456789abcdef";

    dots = 0;
    last = 0;

    for (i = 0; i < len; i++) {
        if (token[i] == '.') {
            dots++;
            last = i;
        }
    }

    if (dots == 2) {
        len = last;
    }

    if (EVP_Digest(token, len, digest, NULL, EVP_sha256(), NULL) != 1) {
        return 0;
    }

    for (i = 0; i < RESONATE_REVOKED_HASH / 2; i++) {
        hash[2 * i] = hex[digest[i] >> 4];
        hash[2 * i + 1] = hex[digest[i] & 0xf];
    }

    return 1;
}


/* the kind and a length are before the texts: none can end in another's */

int
resonate_revoked_key(resonate_revoked_key_t *key,
    resonate_revoked_kind_e kind, resonate_jwt_view_t issuer,
    resonate_jwt_view_t value)
{
    int            ok;
    uint64_t       head[2];
    EVP_MD_CTX    *ctx;
    unsigned char  digest[EVP_MAX_MD_SIZE];

    ctx = EVP_MD_CTX_new();
    if (ctx == NULL) {
        return 0;
    }

    head[0] = kind;
    head[1] = issuer.len;

    ok = EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1
         && EVP_DigestUpdate(ctx, head, sizeof(head)) == 1
         && EVP_DigestUpdate(ctx, issuer.data, issuer.len) == 1
         && EVP_DigestUpdate(ctx, value.data, value.len) == 1
         && EVP_DigestFinal_ex(ctx, digest, NULL) == 1;

    EVP_MD_CTX_free(ctx);

    memcpy(key, digest, sizeof(resonate_revoked_key_t));

    return ok;
}


resonate_revoked_e
resonate_revoked_add(resonate_revoked_t *set,
    const resonate_revoked_key_t *key, int64_t before, int64_t expires,
    int64_t now)
{
    resonate_revoked_place_t  *place, fresh;

    if (expires <= now) {
        return RESONATE_REVOKED_KNOWN;
    }

    place = resonate_revoked_find(set, key);

    if (place->expires) {
        return resonate_revoked_more(place, before, expires);
    }

    /* so much is free that a search soon ends at a free one */

    if (set->used >= set->n - set->n / 4) {
        return resonate_revoked_lose(set, key, before, expires);
    }

    fresh.key = *key;
    fresh.before = before;
    fresh.expires = expires;

    resonate_revoked_store(place, &fresh);
    set->used++;

    return RESONATE_REVOKED_NEW;
}


/* the place of the key, or the free one that it would have */

static resonate_revoked_place_t *
resonate_revoked_find(const resonate_revoked_t *set,
    const resonate_revoked_key_t *key)
{
    size_t                           i;
    const resonate_revoked_place_t  *place;

    for (i = *key % set->n; /* void */ ; i = (i + 1) % set->n) {
        place = &set->places[i];

        if (place->expires == 0 || place->key == *key) {
            return (resonate_revoked_place_t *) place;
        }
    }
}


/*
 * In an order in which whoever is killed leaves nothing that is revoked less:
 * a free place stays free, one that has expired may refuse more for a while.
 */

static void
resonate_revoked_store(resonate_revoked_place_t *place,
    const resonate_revoked_place_t *from)
{
    __atomic_store_n(&place->before, from->before, __ATOMIC_RELEASE);
    __atomic_store_n(&place->key, from->key, __ATOMIC_RELEASE);
    __atomic_store_n(&place->expires, from->expires, __ATOMIC_RELEASE);
}


static resonate_revoked_e
resonate_revoked_more(resonate_revoked_place_t *place, int64_t before,
    int64_t expires)
{
    if (expires > place->expires) {
        place->expires = expires;
    }

    if (before <= place->before) {
        return RESONATE_REVOKED_KNOWN;
    }

    place->before = before;

    return RESONATE_REVOKED_NEW;
}


/* times first: a filter that has the key has them */

static resonate_revoked_e
resonate_revoked_lose(resonate_revoked_t *set,
    const resonate_revoked_key_t *key, int64_t before, int64_t expires)
{
    int     i;
    size_t  bit;

    if (expires > set->expires) {
        set->expires = expires;
    }

    if ((before <= set->before || before == RESONATE_REVOKED_FAR)
        && resonate_revoked_filtered(set, key))
    {
        return RESONATE_REVOKED_KNOWN;
    }

    if (before > set->before && before < RESONATE_REVOKED_FAR) {
        set->before = before;
    }

    set->lost++;

    for (i = 0; i < RESONATE_REVOKED_BITS; i++) {
        bit = resonate_revoked_bit(set, key, i);
        set->filter[bit / 64] |= (uint64_t) 1 << (bit % 64);
    }

    return RESONATE_REVOKED_FULL;
}


int64_t
resonate_revoked_before(const resonate_revoked_t *set,
    const resonate_revoked_key_t *key, resonate_revoked_kind_e kind)
{
    int64_t                          before;
    const resonate_revoked_place_t  *place;

    place = resonate_revoked_find(set, key);
    before = place->expires ? place->before : 0;

    if (set->lost == 0 || !resonate_revoked_filtered(set, key)) {
        return before;
    }

    /* who was taken for another has a new token to go on with */

    if (kind != RESONATE_REVOKED_SUBJECT && kind != RESONATE_REVOKED_CLIENT) {
        return RESONATE_REVOKED_FAR;
    }

    return before > set->before ? before : set->before;
}


static int
resonate_revoked_filtered(const resonate_revoked_t *set,
    const resonate_revoked_key_t *key)
{
    int     i;
    size_t  bit;

    for (i = 0; i < RESONATE_REVOKED_BITS; i++) {
        bit = resonate_revoked_bit(set, key, i);

        if (!(set->filter[bit / 64] & (uint64_t) 1 << (bit % 64))) {
            return 0;
        }
    }

    return 1;
}


/* two hashes make as many as are needed (A. Kirsch, M. Mitzenmacher, 2006) */

static size_t
resonate_revoked_bit(const resonate_revoked_t *set,
    const resonate_revoked_key_t *key, int i)
{
    uint64_t  one, other;

    one = (uint32_t) *key;
    other = (*key >> 32) | 1;

    return (size_t) ((one + (uint64_t) i * other) % set->nbits);
}


size_t
resonate_revoked_sweep(resonate_revoked_t *set, size_t from, size_t n,
    int64_t now)
{
    size_t  i;

    if (set->lost && set->expires <= now) {
        memset(set->filter, 0, set->nbits / 8);
        set->before = 0;
        set->expires = 0;
        set->lost = 0;
    }

    /* another one may have moved to a place that was freed */

    for (i = from % set->n; n; n--) {

        if (set->places[i].expires && set->places[i].expires <= now) {
            resonate_revoked_free(set, i);

        } else {
            i = (i + 1) % set->n;
        }
    }

    return i;
}


/*
 * What a search for it would pass a free place for moves there (D. Knuth, The
 * Art of Computer Programming 3, 6.4, algorithm R).  For a moment it has two.
 */

static void
resonate_revoked_free(resonate_revoked_t *set, size_t hole)
{
    size_t  i, home;

    i = hole;

    for ( ;; ) {
        i = (i + 1) % set->n;

        if (set->places[i].expires == 0) {
            break;
        }

        home = set->places[i].key % set->n;

        if ((i + set->n - home) % set->n >= (i + set->n - hole) % set->n) {
            resonate_revoked_store(&set->places[hole], &set->places[i]);
            hole = i;
        }
    }

    set->places[hole].expires = 0;
    set->used--;
}


size_t
resonate_revoked_used(const resonate_revoked_t *set)
{
    return set->used;
}


size_t
resonate_revoked_lost(const resonate_revoked_t *set)
{
    return set->lost;
}
