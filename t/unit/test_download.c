
/*
 * Copyright (C) Resonate
 *
 * What SQL says about a download.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../ngx_resonate_tracks/media/resonate_download.h"


#define FILE_OF(more)                                                         \
    "{\"name\":\"N\",\"files\":[{\"name\":\"a\",\"type\":\"audio/mp4\","      \
    more "}]}"

#define PLAIN  "\"file\":\"audio/a.m4a\""


static const struct {
    const char  *text;
    const char  *err;
} cases[] = {
    { FILE_OF(PLAIN), NULL },
    { FILE_OF(PLAIN ",\"bytes\":5,\"crc32\":4294967295"), NULL },
    { FILE_OF(PLAIN ",\"tags\":{},\"span\":[9,5000000000,0]"), NULL },
    { FILE_OF(PLAIN ",\"tags\":{},\"span\":null"), NULL },
    { FILE_OF("\"file\":\"originals/a.flac\""), NULL },
    { "{", "not JSON" },
    { "[]", "no name" },
    { "{\"id\":\"0d6dd7a4\",\"name\":\"N\"}", "id is not a uuid" },
    { "{\"id\":null,\"name\":\"N\"}", "id is not a uuid" },
    { "{\"name\":\"N\"}", "no files, or too many" },
    { "{\"name\":\"N\",\"files\":[]}", "no files, or too many" },
    { "{\"name\":\"N\",\"files\":[{}]}", "no name or type" },
    { "{\"name\":\"N\",\"cover\":\"../x\",\"files\":[{}]}",
      "file is not a plain relative path" },
    { "{\"name\":\"N\",\"cover\":\"x\",\"coverSum\":[9],\"files\":[{}]}",
      "bad coverSum" },
    { "{\"name\":\"N\",\"cover\":\"x\",\"coverSum\":[0,1],\"files\":[{}]}",
      "bad coverSum" },
    { FILE_OF("\"file\":\"../a.m4a\""), "file is not a plain relative path" },
    { FILE_OF("\"file\":\"/a.m4a\""), "file is not a plain relative path" },
    { FILE_OF("\"file\":\"a\\u0000.m4a\""), "not JSON" },
    { FILE_OF("\"file\":\"a\""), "no suffix" },
    { FILE_OF("\"file\":\"a.\""), "bad suffix" },
    { FILE_OF("\"file\":\"a.M4A\""), "bad suffix" },
    { FILE_OF("\"file\":\"a.123456789\""), "bad suffix" },
    { FILE_OF("\"file\":\"a.b/c\""), "bad suffix" },
    { FILE_OF(PLAIN ",\"bytes\":5"), "bad bytes, crc32 or span" },
    { FILE_OF(PLAIN ",\"bytes\":0,\"crc32\":1"), "bad bytes, crc32 or span" },
    { FILE_OF(PLAIN ",\"bytes\":5,\"crc32\":4294967296"),
      "bad bytes, crc32 or span" },
    { FILE_OF(PLAIN ",\"bytes\":5,\"crc32\":-1"), "bad bytes, crc32 or span" },
    { FILE_OF(PLAIN ",\"tags\":{},\"span\":[0,5,1]"),
      "bad bytes, crc32 or span" }
};


static void
reads_what_is_good(void **state)
{
    size_t                    i;
    const char               *err;
    resonate_download_t       d;
    resonate_download_file_t  file;

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {

        err = resonate_download_parse(cases[i].text, strlen(cases[i].text),
                                      &d);

        if (err == NULL) {
            err = resonate_download_file(&d, 0, &file);
            resonate_download_free(&d);
        }

        if (cases[i].err == NULL) {
            assert_null(err);

        } else {
            assert_non_null(err);
            assert_string_equal(err, cases[i].err);
        }
    }
}


static void
tells_all_of_it(void **state)
{
    resonate_download_t       d;
    resonate_download_file_t  file;
    static const char         text[] = FILE_OF(PLAIN
        ",\"bytes\":7,\"crc32\":8,\"span\":[9,5000000000,10],\"tags\":"
        "{\"title\":\"T\",\"artist\":null,\"track\":3,\"tracks\":12,"
        "\"disc\":-1,\"year\":2020}");

    (void) state;

    assert_null(resonate_download_parse(text, sizeof(text) - 1, &d));
    assert_int_equal(d.nfiles, 1);
    assert_null(d.cover);
    assert_null(resonate_download_file(&d, 0, &file));
    assert_non_null(resonate_download_file(&d, 1, &file));
    assert_null(resonate_download_file(&d, 0, &file));

    assert_true(file.tagged && file.summed);
    assert_string_equal(file.suffix, "m4a");
    assert_string_equal(file.tags.title, "T");
    assert_null(file.tags.artist);
    assert_int_equal(file.tags.track, 3);
    assert_int_equal(file.tags.tracks, 12);
    assert_int_equal(file.tags.disc, 0);
    assert_int_equal(file.tags.year, 2020);
    assert_int_equal(file.span_offset, 9);
    assert_int_equal(file.bytes, 5000000000);
    assert_int_equal(file.crc32, 10);

    resonate_download_free(&d);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(reads_what_is_good),
        cmocka_unit_test(tells_all_of_it)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
