
/*
 * Copyright (C) Resonate
 *
 * Writes the HLS form of a file as files, for tests to compare with:
 *
 *     tool_hls FILE FOLDER SEGMENT_MS LIMIT_MS
 *
 * FOLDER gets init.mp4, playlist.m3u8, master.m3u8 and segments/N.m4s.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "../../ngx_resonate_tracks/media/resonate_hls.h"
#include "index_case.h"


#define MAX  (16 * 1024 * 1024)


static const char  *reason;


static void
must(int good, const char *what)
{
    if (!good) {
        fprintf(stderr, "%s: %s\n", what, reason ? reason : "failed");
        exit(1);
    }
}


static mp4_file_t
slurp(const char *name)
{
    FILE         *f;
    mp4_file_t    file;
    struct stat   st;

    f = fopen(name, "rb");
    must(f && fstat(fileno(f), &st) == 0, name);

    file.len = (size_t) st.st_size;
    file.data = malloc(file.len + 1);

    must(file.data && fread(file.data, 1, file.len, f) == file.len, name);
    fclose(f);

    return file;
}


static void
spew(const char *folder, const char *name, const uint8_t *head, size_t len,
    const uint8_t *span, size_t size)
{
    FILE  *f;
    char   path[4096];

    snprintf(path, sizeof(path), "%s/%s", folder, name);

    f = fopen(path, "wb");

    must(f && fwrite(head, 1, len, f) == len
         && fwrite(span, 1, size, f) == size
         && fclose(f) == 0, path);
}


static void
segments(const resonate_hls_t *h, const char *folder, const uint8_t *data,
    uint8_t *out)
{
    char                    name[64];
    size_t                  len;
    uint32_t                n;
    resonate_hls_segment_t  s;

    for (n = 0; n < h->segments; n++) {

        must(resonate_hls_segment(h, n, &s, &reason) == RESONATE_MP4_OK,
             "segment");

        len = resonate_hls_segment_write(h, &s, out, MAX);
        must(len <= MAX, "segment size");

        snprintf(name, sizeof(name), "segments/%u.m4s", n);
        spew(folder, name, out, len, data + s.span.offset,
             (size_t) s.span.size);
    }
}


int
main(int argc, char **argv)
{
    char                     path[4096];
    size_t                   len;
    uint8_t                 *out;
    mp4_file_t               file;
    resonate_hls_query_t     query;
    resonate_hls_t           h;
    resonate_hls_variant_t   v;
    const resonate_index_t  *x;

    must(argc == 5, "tool_hls FILE FOLDER SEGMENT_MS LIMIT_MS");

    snprintf(path, sizeof(path), "%s/segments", argv[2]);
    (void) mkdir(argv[2], 0777);
    (void) mkdir(path, 0777);

    memset(&query, 0, sizeof(query));
    memset(&v, 0, sizeof(v));

    out = malloc(MAX);
    file = slurp(argv[1]);
    x = index_of(&file);

    must(resonate_hls_plan(&h, x, (uint32_t) atoi(argv[3]),
                           (uint32_t) atoi(argv[4]), &reason)
         == RESONATE_MP4_OK, "plan");

    segments(&h, argv[2], file.data, out);

    len = resonate_hls_init_write(x, out, MAX);
    spew(argv[2], "init.mp4", out, len, out, 0);

    must(resonate_hls_playlist_write(&h, &query, out, MAX, &len, &reason)
         == RESONATE_MP4_OK, "playlist");
    spew(argv[2], "playlist.m3u8", out, len, out, 0);

    must(resonate_hls_rates(&h, &v.rates, &reason) == RESONATE_MP4_OK, "rates");
    len = resonate_hls_master_write(&v, 1, &query.ticket, out, MAX);
    spew(argv[2], "master.m3u8", out, len, out, 0);

    return 0;
}
