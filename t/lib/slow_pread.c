
/*
 * Copyright (C) Resonate
 *
 * A slow disk, for LD_PRELOAD: while the file $PRELOAD_GATE exists, a read of
 * more than a page waits, and says so by a file of that name with ".waiting".
 */


#define _GNU_SOURCE

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>


static char  gate[256];
static char  waiting[256];


/* here, because nginx clears the environment later */

__attribute__((constructor)) static void
slow_pread_init(void)
{
    const char  *name;

    name = getenv("PRELOAD_GATE");

    if (name) {
        snprintf(gate, sizeof(gate), "%s", name);
        snprintf(waiting, sizeof(waiting), "%s.waiting", name);
    }
}


ssize_t
pread64(int fd, void *buf, size_t size, off64_t offset)
{
    int                     told;
    static ssize_t        (*real)(int, void *, size_t, off64_t);

    if (real == NULL) {
        real = (ssize_t (*)(int, void *, size_t, off64_t))
               dlsym(RTLD_NEXT, "pread64");
    }

    told = -1;

    while (size > 4096 && gate[0] && access(gate, F_OK) == 0) {

        if (told == -1) {
            told = open(waiting, O_CREAT|O_WRONLY, 0666);
        }

        usleep(1000);
    }

    if (told != -1) {
        close(told);
    }

    return real(fd, buf, size, offset);
}


ssize_t
pread(int fd, void *buf, size_t size, off_t offset)
{
    return pread64(fd, buf, size, offset);
}
