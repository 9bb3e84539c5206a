
/*
 * Copyright (C) Resonate
 *
 * Tickets: what was signed is what is read, and nothing else is.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "../../ngx_resonate_tracks/media/resonate_ticket.h"


#define NOW   1700000000
#define HOUR  3600

#define TEXT(s)  { (const unsigned char *) (s), sizeof(s) - 1 }

/* 255 characters */
#define X5    "xxxxx"
#define X17   X5 X5 X5 "xx"
#define X85   X17 X17 X17 X17 X17
#define X255  X85 X85 X85

static const unsigned char  track[] = "0123456789abcdef";


static resonate_ticket_ring_t *
ring_of(const char *letters)
{
    unsigned char            key[RESONATE_TICKET_KEY_MIN];
    resonate_ticket_ring_t  *ring;

    ring = resonate_ticket_ring();

    for ( /* void */ ; *letters; letters++) {
        memset(key, *letters, sizeof(key));
        assert_int_equal(resonate_ticket_key(ring, key, sizeof(key)), 0);
    }

    return ring;
}


static resonate_ticket_t
ticket_of(void)
{
    resonate_ticket_t  ticket = {
        RESONATE_TICKET_FULL, NOW + HOUR, TEXT("ann"), TEXT("\1proof\0of")
    };

    return ticket;
}


static resonate_ticket_rc_e
open_with(const char *letters, const char *text, size_t len, int64_t now,
    resonate_ticket_t *ticket)
{
    resonate_ticket_rc_e      rc;
    resonate_ticket_ring_t   *ring;
    static unsigned char      buf[RESONATE_TICKET_BUF];

    ring = ring_of(letters);
    rc = resonate_ticket_open(ring, text, len, track, now, buf, ticket);
    resonate_ticket_ring_free(ring);

    return rc;
}


static resonate_ticket_rc_e
open_one(const resonate_ticket_ring_t *ring, const char *text, size_t len)
{
    unsigned char      buf[RESONATE_TICKET_BUF];
    resonate_ticket_t  read;

    return resonate_ticket_open(ring, text, len, track, NOW, buf, &read);
}


static size_t
make_with(const char *letters, const resonate_ticket_t *ticket, char *text)
{
    size_t                   len;
    resonate_ticket_ring_t  *ring;

    ring = ring_of(letters);
    len = resonate_ticket_make(ring, ticket, track, text);
    resonate_ticket_ring_free(ring);

    return len;
}


static void
name_of(const unsigned char *key, unsigned char *mac)
{
    static const char  name[] = "resonate ticket key";

    HMAC(EVP_sha256(), key, RESONATE_TICKET_KEY_MIN,
         (const unsigned char *) name, sizeof(name) - 1, mac, NULL);
}


static size_t
decoded(unsigned char *data, char *text, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        text[i] = (text[i] == '-') ? '+' : (text[i] == '_') ? '/' : text[i];
    }

    return (size_t) EVP_DecodeBlock(data, (unsigned char *) text, (int) len);
}


static void
same_text(const resonate_ticket_text_t *a, const resonate_ticket_text_t *b)
{
    assert_int_equal(a->len, b->len);

    if (a->len) {
        assert_memory_equal(a->data, b->data, a->len);
    }
}


static void
test_round(void **state)
{
    char               text[RESONATE_TICKET_MAX];
    size_t             i, len;
    resonate_ticket_t  ticket, read;

    /* characters that a ticket has more than one of nobody */

    static const struct {
        const char  *subject, *proof;
        size_t       more;
    } cases[] = {
        { "", "", 0 },
        { "a", "b", 4 },
        { "ann", "bcd", 8 },
        { "ann", "bcde", 12 },
        { "0a1b2c3d-4e5f-6789-abcd-ef0123456789", "bcdef", 28 },
        { "0a1b2c3d-4e5f-6789-abcd-ef012345678A", "bcdef", 56 },
        { "0a1b2c3d-4e5f-6789-abcd-ef012345678g", "bcdef", 56 },
        { "0a1b2c3d-4e5f-6789-abcd_ef0123456789", "bcdef", 56 },
        { "0a1b2c3d04e5f-6789-abcd-ef0123456789", "bcdef", 56 },
        { "0a1b2c3d-4e5f-6789-abcd-ef01234567890", "bcde", 56 },
        { "0a1b2c3d4e5f6789abcdef0123456789", "b", 44 },
        { X255, X255, RESONATE_TICKET_MAX - RESONATE_TICKET_MIN }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ticket.mode = i % 3 + 1;
        ticket.expires = NOW + 1 + (int64_t) i;
        ticket.subject.data = (const unsigned char *) cases[i].subject;
        ticket.subject.len = strlen(cases[i].subject);
        ticket.proof.data = (const unsigned char *) cases[i].proof;
        ticket.proof.len = strlen(cases[i].proof);

        len = make_with("a", &ticket, text);

        assert_int_equal(len, RESONATE_TICKET_MIN + cases[i].more);
        assert_int_equal(len % 4, 0);
        assert_memory_equal(text, "rst2", 4);

        assert_int_equal(open_with("a", text, len, NOW, &read),
                         RESONATE_TICKET_OK);
        assert_int_equal(read.mode, ticket.mode);
        assert_int_equal(read.expires, ticket.expires);
        same_text(&read.subject, &ticket.subject);
        same_text(&read.proof, &ticket.proof);
    }
}


/* the URL names the track: with another the ticket is as good as changed */

static void
test_track(void **state)
{
    char               text[RESONATE_TICKET_MAX];
    size_t             i, len;
    unsigned char      buf[RESONATE_TICKET_BUF], other[sizeof(track)];
    resonate_ticket_t  ticket, read;

    resonate_ticket_ring_t  *ring;

    (void) state;

    ring = ring_of("a");
    ticket = ticket_of();
    len = resonate_ticket_make(ring, &ticket, track, text);

    for (i = 0; i < 8 * RESONATE_TICKET_TRACK; i++) {
        memcpy(other, track, sizeof(track));
        other[i / 8] ^= 1 << i % 8;

        assert_int_equal(resonate_ticket_open(ring, text, len, other, NOW, buf,
                                              &read),
                         RESONATE_TICKET_BENT);
    }

    resonate_ticket_ring_free(ring);
}


/* what OpenSSL's HMAC says of the bytes before the MAC, and of the track */

static void
test_mac(void **state)
{
    char               text[RESONATE_TICKET_MAX];
    size_t             len, size;
    unsigned char      key[RESONATE_TICKET_KEY_MAX], mac[EVP_MAX_MD_SIZE];
    unsigned char      data[RESONATE_TICKET_MAX + 16];
    resonate_ticket_t  ticket;

    resonate_ticket_ring_t  *ring;

    static const size_t  sizes[] = { 32, 63, 64, 65, RESONATE_TICKET_KEY_MAX };

    (void) state;

    for (size = 0; size < sizeof(sizes) / sizeof(sizes[0]); size++) {
        memset(key, 'a' + (int) size, sizeof(key));

        ring = resonate_ticket_ring();
        assert_int_equal(resonate_ticket_key(ring, key, sizes[size]), 0);

        ticket = ticket_of();
        len = resonate_ticket_make(ring, &ticket, track, text);
        len = decoded(data, text, len);

        HMAC(EVP_sha256(), key, (int) sizes[size],
             (const unsigned char *) "resonate ticket key", 19, mac, NULL);
        assert_int_equal(data[3], mac[0]);

        memcpy(mac, data + len - 16, 16);
        memcpy(data + len - 16, track, 16);
        HMAC(EVP_sha256(), key, (int) sizes[size], data, len, mac + 16, NULL);
        assert_memory_equal(mac, mac + 16, 16);

        resonate_ticket_ring_free(ring);
    }
}


/* no character may be another one, none be missing, none be more */

static void
test_bent(void **state)
{
    char               text[RESONATE_TICKET_MAX + 8], was;
    int                c;
    size_t             i, len;
    resonate_ticket_t  ticket;

    resonate_ticket_ring_t  *ring;

    (void) state;

    ring = ring_of("a");
    ticket = ticket_of();
    len = resonate_ticket_make(ring, &ticket, track, text);

    for (i = 0; i < len; i++) {
        was = text[i];

        for (c = 0; c < 256; c++) {
            if ((char) c != was) {
                text[i] = (char) c;
                assert_int_not_equal(open_one(ring, text, len),
                                     RESONATE_TICKET_OK);
            }
        }

        text[i] = was;
    }

    for (i = 0; i < len; i++) {
        assert_int_not_equal(open_one(ring, text, i),
                             RESONATE_TICKET_OK);
    }

    for (i = 1; i <= 8; i++) {
        memset(text + len, i % 2 ? 'A' : '=', 8);
        assert_int_not_equal(open_one(ring, text, len + i),
                             RESONATE_TICKET_OK);
    }

    assert_int_equal(open_one(ring, text, len), RESONATE_TICKET_OK);
    resonate_ticket_ring_free(ring);
}


static void
test_keys(void **state)
{
    char                     text[RESONATE_TICKET_MAX];
    size_t                   i, len;
    unsigned char            key[RESONATE_TICKET_KEY_MAX + 1];
    resonate_ticket_t        ticket, read;
    resonate_ticket_ring_t  *ring;

    static const struct {
        const char            *sign, *verify;
        resonate_ticket_rc_e   rc;
    } cases[] = {
        { "a", "a", RESONATE_TICKET_OK },
        { "a", "ba", RESONATE_TICKET_OK },
        { "ba", "b", RESONATE_TICKET_OK },
        { "ab", "b", RESONATE_TICKET_KEY },
        { "a", "b", RESONATE_TICKET_KEY },
        { "a", "", RESONATE_TICKET_KEY },
        { "", "a", RESONATE_TICKET_MALFORMED }
    };

    (void) state;

    ticket = ticket_of();

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        len = make_with(cases[i].sign, &ticket, text);
        assert_int_equal(open_with(cases[i].verify, text, len, NOW, &read),
                         cases[i].rc);
    }

    ring = ring_of("");
    memset(key, 'a', sizeof(key));

    assert_int_equal(resonate_ticket_key(ring, key, 31), -1);
    assert_int_equal(resonate_ticket_key(ring, key, sizeof(key)), -1);
    assert_int_equal(resonate_ticket_key(ring, key, sizeof(key) - 1), 0);

    for (i = 1; i < RESONATE_TICKET_KEYS_MAX; i++) {
        assert_int_equal(resonate_ticket_key(ring, key, 32 + i), 0);
    }

    assert_int_equal(resonate_ticket_key(ring, key, 32), -1);
    resonate_ticket_ring_free(ring);
}


/* the name of a key has one byte: by chance others have it, too */

static void
test_names(void **state)
{
    int                       n;
    char                      text[RESONATE_TICKET_MAX];
    size_t                    len;
    unsigned char             mac[32], name[32], buf[RESONATE_TICKET_BUF];
    unsigned char             a[RESONATE_TICKET_KEY_MIN], key[sizeof(a)];
    resonate_ticket_t         ticket, read;
    resonate_ticket_ring_t   *ring;

    (void) state;

    memset(a, 'a', sizeof(a));
    memset(key, 0, sizeof(key));

    name_of(a, name);

    for (n = 1; n; n++) {
        memcpy(key, &n, sizeof(n));
        name_of(key, mac);

        if (mac[0] == name[0]) {
            break;
        }
    }

    ticket = ticket_of();
    len = make_with("a", &ticket, text);

    ring = resonate_ticket_ring();
    resonate_ticket_key(ring, key, sizeof(key));
    assert_int_equal(resonate_ticket_open(ring, text, len, track, NOW, buf,
                                          &read),
                     RESONATE_TICKET_BENT);

    resonate_ticket_key(ring, a, sizeof(a));
    assert_int_equal(resonate_ticket_open(ring, text, len, track, NOW, buf,
                                          &read),
                     RESONATE_TICKET_OK);
    resonate_ticket_ring_free(ring);
}


static void
test_times(void **state)
{
    char               text[RESONATE_TICKET_MAX];
    size_t             i, len;
    resonate_ticket_t  ticket, read;

    static const struct {
        int64_t               expires, now;
        resonate_ticket_rc_e  rc;
    } cases[] = {
        { NOW + 9, NOW, RESONATE_TICKET_OK },
        { NOW + 9, NOW + 8, RESONATE_TICKET_OK },
        { NOW + 9, NOW + 9, RESONATE_TICKET_EXPIRED },
        { NOW + 9, NOW + 99999, RESONATE_TICKET_EXPIRED },
        { 9, 8, RESONATE_TICKET_OK },
        { UINT32_MAX, UINT32_MAX - 9ll, RESONATE_TICKET_OK },
        { UINT32_MAX, UINT32_MAX, RESONATE_TICKET_EXPIRED },
        { NOW + RESONATE_TICKET_LIFE_MAX, NOW, RESONATE_TICKET_OK },
        { NOW + RESONATE_TICKET_LIFE_MAX + RESONATE_TICKET_SKEW, NOW,
          RESONATE_TICKET_OK },
        { NOW + RESONATE_TICKET_LIFE_MAX + RESONATE_TICKET_SKEW + 1, NOW,
          RESONATE_TICKET_LONG }
    };

    static const int64_t  never[] = { 0, -1, UINT32_MAX + 1ll, INT64_MAX };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ticket = ticket_of();
        ticket.expires = cases[i].expires;

        len = make_with("a", &ticket, text);
        assert_int_equal(open_with("a", text, len, cases[i].now, &read),
                         cases[i].rc);
    }

    for (i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
        ticket = ticket_of();
        ticket.expires = never[i];

        assert_int_equal(make_with("a", &ticket, text), 0);
    }

    ticket = ticket_of();
    ticket.subject.len = 256;
    assert_int_equal(make_with("a", &ticket, text), 0);
}


/* what nobody but us signs, and we do not, either */

static void
test_odd(void **state)
{
    char               text[RESONATE_TICKET_MAX];
    size_t             len;
    resonate_ticket_t  ticket, read;

    (void) state;

    ticket = ticket_of();
    ticket.proof.len = 0;
    len = make_with("a", &ticket, text);
    assert_int_equal(open_with("a", text, len, NOW, &read),
                     RESONATE_TICKET_MALFORMED);

    ticket = ticket_of();
    ticket.subject.len = 0;
    len = make_with("a", &ticket, text);
    assert_int_equal(open_with("a", text, len, NOW, &read),
                     RESONATE_TICKET_MALFORMED);

    ticket = ticket_of();
    ticket.mode = 0x80 | RESONATE_TICKET_FULL;
    len = make_with("a", &ticket, text);
    assert_int_equal(open_with("a", text, len, NOW, &read),
                     RESONATE_TICKET_MALFORMED);
}


static void
test_mask(void **state)
{
    char               t[RESONATE_TICKET_MAX + 1], text[9000], masked[9000];
    char               wanted[9000];
    size_t             i, len, n, at;
    resonate_ticket_t  ticket;

    /* "%s" is a ticket */

    static const struct {
        const char  *text, *masked;
    } cases[] = {
        { "", "" },
        { "GET /?ticket=rst2 HTTP/1.1", "GET /?ticket=rst2 HTTP/1.1" },
        { "%s", "***" },
        { "GET /a?ticket=%s HTTP/1.1", "GET /a?ticket=*** HTTP/1.1" },
        { "?ticket=%s&b=%s&c", "?ticket=***&b=***&c" },
        { "u%%3Fticket%%3D%s%%26b", "u%%3Fticket%%3D***" },
        { "?ticket=rst2rst2%s", "?ticket=***" },
        { "/rrrst%s/x", "/rrrst***/x" },
        { "?t=rst&rst2.%s.", "?t=rst&rst2.***." },
        { "?t=%%72st2%s", "?t=***" },
        { "?t=%%72%%73%%74%%32%s&b", "?t=***&b" },
        { "?t=%%72st3%s", "?t=%%72st3***" }
    };

    (void) state;

    ticket = ticket_of();
    len = make_with("a", &ticket, t);
    t[len] = '\0';

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(text, sizeof(text), cases[i].text, t, t);
        snprintf(wanted, sizeof(wanted), cases[i].masked, "");

        n = resonate_ticket_find(text, strlen(text), &at);
        n = resonate_ticket_mask(masked, text, strlen(text), at, n);
        masked[n] = '\0';
        assert_string_equal(masked, wanted);
    }

    /* one character of the least is not one; escaped ones are */

    memset(text, 'A', sizeof(text));
    memcpy(text, "rst2", 4);
    text[20] = '%';

    assert_int_equal(resonate_ticket_find(text, RESONATE_TICKET_MIN, &at),
                     RESONATE_TICKET_MIN);
    assert_int_equal(resonate_ticket_find(text, RESONATE_TICKET_MIN - 1, &at),
                     0);
}


static void
test_errors(void **state)
{
    int  rc;

    (void) state;

    for (rc = RESONATE_TICKET_OK; rc <= RESONATE_TICKET_FAILED; rc++) {
        assert_non_null(strstr(resonate_ticket_strerror(rc), "ticket"));
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_round),
        cmocka_unit_test(test_track),
        cmocka_unit_test(test_mac),
        cmocka_unit_test(test_bent),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_odd),
        cmocka_unit_test(test_mask),
        cmocka_unit_test(test_errors)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
