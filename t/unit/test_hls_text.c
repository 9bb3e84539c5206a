
/*
 * Copyright (C) Resonate
 *
 * HLS: the playlists, line by line.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "hls_case.h"


#define view(text)  { (const uint8_t *) (text), sizeof(text) - 1 }


static const resonate_hls_query_t  none;


static char *
playlist(const hls_case_t *c, const resonate_hls_query_t *query)
{
    char        *text;
    size_t       len, again;
    const char  *reason;

    assert_int_equal(resonate_hls_playlist_write(&c->hls, query, NULL, 0, &len,
                                                 &reason), RESONATE_MP4_OK);
    text = malloc(len + 1);
    assert_non_null(text);

    assert_int_equal(resonate_hls_playlist_write(&c->hls, query,
                                                 (uint8_t *) text, len, &again,
                                                 &reason), RESONATE_MP4_OK);
    assert_int_equal(len, again);
    text[len] = '\0';

    return text;
}


static void
of_a_track(void **state)
{
    char        *text;
    hls_case_t   c;

    (void) state;

    c = hls_case(&hls_ten, 6000, 0);
    text = playlist(&c, &none);

    assert_string_equal(text,
        "#EXTM3U\n"
        "#EXT-X-VERSION:7\n"
        "#EXT-X-TARGETDURATION:7\n"
        "#EXT-X-PLAYLIST-TYPE:VOD\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        "#EXT-X-MAP:URI=\"init.mp4\"\n"
        "#EXTINF:6.000000,\n"
        "segments/0.m4s\n"
        "#EXTINF:4.000000,\n"
        "segments/1.m4s\n"
        "#EXT-X-ENDLIST\n");

    free(text);
    hls_free(&c);
}


static void
of_a_preview_with_a_ticket(void **state)
{
    char        *text;
    hls_case_t   c;

    const resonate_hls_query_t  query = {
        view("0a1b"), view("128"), view("t.u-v_w")
    };

    (void) state;

    c = hls_case(&hls_ten, 6000, 4500);
    text = playlist(&c, &query);

    assert_string_equal(text,
        "#EXTM3U\n"
        "#EXT-X-VERSION:7\n"
        "#EXT-X-TARGETDURATION:7\n"
        "#EXT-X-PLAYLIST-TYPE:VOD\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        "#EXT-X-MAP:URI=\"init.mp4?v=0a1b&quality=128&ticket=t.u-v_w\"\n"
        "#EXTINF:4.500000,\n"
        "segments/0.m4s?v=0a1b&quality=128&ticket=t.u-v_w\n"
        "#EXT-X-ENDLIST\n");

    free(text);
    hls_free(&c);
}


/* of all lengths together nothing is lost, and none is above the target */

static void
adds_up(void **state)
{
    char                   *text, *line;
    unsigned                s, us;
    uint64_t                sum;
    uint32_t                ms;
    hls_case_t              c;

    static const mp4_spec_t  odd = {
        .movie_timescale = 44100, .timescale = 44100, .samples = 4000,
        .delta = 1024, .size = 10, .edits = 1, .priming = 1024,
        .edit_duration = 3999 * 1024 - 77
    };

    (void) state;

    for (ms = 1000; ms < 8000; ms += 777) {

        sum = 0;
        c = hls_case(&odd, ms, 0);
        text = playlist(&c, &none);

        for (line = text; (line = strstr(line, "#EXTINF:")); line++) {
            assert_int_equal(sscanf(line, "#EXTINF:%u.%06u,", &s, &us), 2);
            sum += s * UINT64_C(1000000) + us;
            assert_true(s < c.hls.target || (s == c.hls.target && us == 0));
        }

        assert_int_equal(sum, (UINT64_C(1000000) * odd.edit_duration + 22050)
                              / 44100);
        free(text);
        hls_free(&c);
    }
}


static void
measures_rates(void **state)
{
    const char            *reason;
    hls_case_t             c;
    resonate_hls_rates_t   rates;

    static const mp4_spec_t  same = {
        .timescale = 1000, .movie_timescale = 1000, .samples = 1000,
        .delta = 10, .constant = 100
    };

    (void) state;

    /* a head is 28 + 8 + 16 + 8 + 28 + 20 + 20 + 8 bytes */

    c = hls_case(&same, 4000, 0);
    assert_int_equal(resonate_hls_rates(&c.hls, &rates, &reason),
                     RESONATE_MP4_OK);
    assert_int_equal(rates.average, 80000 + 3 * 136 * 8 / 10 + 1);

    /* the rest of 2 s does not count alone, but with the 4 s before it */

    assert_int_equal(rates.peak, (60000 + 2 * 136) * 8 / 6 + 1);

    assert_string_equal(rates.codecs, "mp4a.40.2");
    assert_int_equal(rates.codec, RESONATE_CODEC_AAC);

    hls_free(&c);
}


static void
master_lists_variants(void **state)
{
    size_t                   len;
    char                     text[1024];
    resonate_hls_variant_t   v[3];

    const resonate_mp4_view_t  ticket = view("abc");
    const resonate_mp4_view_t  q128 = view("128");
    const resonate_mp4_view_t  qopus = view("opus");
    const resonate_mp4_view_t  qlossless = view("lossless");

    (void) state;

    memset(v, 0, sizeof(v));

    v[0].quality = q128;
    v[0].rates = (resonate_hls_rates_t)
        { 140000, 130000, RESONATE_CODEC_AAC, "mp4a.40.2" };

    v[1].quality = qopus;
    v[1].rates = (resonate_hls_rates_t)
        { 140000, 130000, RESONATE_CODEC_OPUS, "Opus" };

    v[2].quality = qlossless;
    v[2].rates = (resonate_hls_rates_t)
        { 900000, 800000, RESONATE_CODEC_FLAC, "fLaC" };

    len = resonate_hls_master_write(v, 3, &ticket, (uint8_t *) text,
                                    sizeof(text) - 1);
    assert_true(len < sizeof(text));
    text[len] = '\0';

    assert_string_equal(text,
        "#EXTM3U\n"
        "#EXT-X-VERSION:7\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        "#EXT-X-STREAM-INF:BANDWIDTH=140000,AVERAGE-BANDWIDTH=130000,"
        "CODECS=\"mp4a.40.2\",NAME=\"128\"\n"
        "playlist.m3u8?quality=128&ticket=abc\n"
        "#EXT-X-STREAM-INF:BANDWIDTH=900000,AVERAGE-BANDWIDTH=800000,"
        "CODECS=\"fLaC\",NAME=\"lossless\"\n"
        "playlist.m3u8?quality=lossless&ticket=abc\n");

    /* Opus if there is nothing else */

    len = resonate_hls_master_write(&v[1], 1, &none.ticket, (uint8_t *) text,
                                    sizeof(text) - 1);
    text[len] = '\0';
    assert_non_null(strstr(text, "CODECS=\"Opus\",NAME=\"opus\"\n"
                                 "playlist.m3u8?quality=opus\n"));
}


/* a playlist that was kept is as one that has the ticket from the start */

static void
fills_in_tickets(void **state)
{
    size_t                 len, size;
    uint8_t                text[4096], kept[4096];
    hls_case_t             c;
    const char            *reason;
    resonate_hls_query_t   query;

    static const mp4_spec_t  spec = {
        .timescale = 1000, .movie_timescale = 1000, .samples = 1000,
        .delta = 10, .constant = 100
    };

    const resonate_mp4_view_t  version = view("v1");
    const resonate_mp4_view_t  ticket = view("ticket12");
    const resonate_mp4_view_t  longer = view("ticket123456");

    (void) state;

    c = hls_case(&spec, 4000, 0);

    memset(&query, 0, sizeof(query));
    query.version = version;
    query.ticket = ticket;

    assert_int_equal(resonate_hls_playlist_write(&c.hls, &query, text,
                         sizeof(text), &len, &reason), RESONATE_MP4_OK);

    query.ticket.data = NULL;
    assert_int_equal(resonate_hls_playlist_write(&c.hls, &query, NULL, 0,
                         &size, &reason), RESONATE_MP4_OK);
    assert_int_equal(size, len + 4 * (c.hls.segments + 1) + 8);
    assert_int_equal(resonate_hls_playlist_write(&c.hls, &query, kept, size,
                         &size, &reason), RESONATE_MP4_OK);

    assert_int_equal(resonate_hls_fill(kept, size, &longer), 0);
    assert_int_equal(resonate_hls_fill(kept, size, &ticket), len);
    assert_memory_equal(kept, text, len);

    /* what is not one */

    assert_int_equal(resonate_hls_fill(kept, 7, &ticket), 0);
    kept[size - 8]++;
    assert_int_equal(resonate_hls_fill(kept, size, &ticket), 0);
    kept[size - 8]--;

    /* a gap that ends behind the text */

    kept[len] = kept[len + 1] = 0;
    kept[len + 2] = (uint8_t) ((len - 7) >> 8);
    kept[len + 3] = (uint8_t) (len - 7);
    assert_int_equal(resonate_hls_fill(kept, size, &ticket), 0);

    /* without tickets */

    query.ticket.len = 0;
    resonate_hls_playlist_write(&c.hls, &query, kept, sizeof(kept), &size,
                                &reason);
    assert_int_equal(resonate_hls_fill(kept, size, &query.ticket), size);

    hls_free(&c);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(of_a_track),
        cmocka_unit_test(of_a_preview_with_a_ticket),
        cmocka_unit_test(adds_up),
        cmocka_unit_test(measures_rates),
        cmocka_unit_test(master_lists_variants),
        cmocka_unit_test(fills_in_tickets)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
