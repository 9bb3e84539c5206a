
/*
 * Copyright (C) Resonate
 *
 * Any text as what SQL says of a download, and as a title: whatever comes out
 * is a name of one file, and a header of one line.
 */


#include <stdlib.h>
#include <string.h>

#include "../../ngx_resonate_tracks/media/resonate_download.h"
#include "../../ngx_resonate_tracks/media/resonate_filename.h"


#define must(x)  do { if (!(x)) { abort(); } } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
name(const char *text)
{
    char    out[RESONATE_FILENAME_SIZE], line[RESONATE_DISPOSITION_SIZE];
    char    again[RESONATE_FILENAME_SIZE];
    size_t  i, len;

    len = resonate_filename(text, out);

    must(len > 0 && len <= RESONATE_FILENAME_MAX && strlen(out) == len);
    must(strpbrk(out, "/\\:*?\"<>|\r\n\x7f") == NULL);
    must(out[0] != '.' && out[0] != ' ');
    must(out[len - 1] != '.' && out[len - 1] != ' ');

    /* a name is its own */

    must(resonate_filename(out, again) == len && strcmp(out, again) == 0);

    len = resonate_disposition(out, "12345678", line);

    must(len < sizeof(line) && strlen(line) == len);

    for (i = 0; i < len; i++) {
        must(line[i] >= 0x20 && line[i] < 0x7f);
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char                      *text;
    size_t                     i;
    resonate_download_t        d;
    resonate_download_file_t   file;

    text = malloc(size + 1);
    must(text != NULL);

    memcpy(text, data, size);
    text[size] = '\0';

    name(text);

    if (resonate_download_parse(text, size, &d) == NULL) {

        must(d.nfiles > 0 && d.nfiles <= RESONATE_DOWNLOAD_MAX_FILES);
        must(d.cover == NULL || strstr(d.cover, "..") != d.cover);

        for (i = 0; i < d.nfiles; i++) {
            if (resonate_download_file(&d, i, &file) == NULL) {
                must(file.file[0] != '/' && file.file[0] != '.');
                must(file.suffix[0] != '\0' && file.type != NULL);
                must(strstr(file.file, "/.") == NULL);
                name(file.name);
            }
        }

        resonate_download_free(&d);
    }

    free(text);

    return 0;
}
