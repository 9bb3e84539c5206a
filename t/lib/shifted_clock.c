
/*
 * Copyright (C) Resonate
 *
 * A clock that a test sets, for LD_PRELOAD: the time of day is ahead by as
 * many seconds as the file $SHIFTED_CLOCK holds, an int64_t.
 */


#define _GNU_SOURCE

#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>


static volatile int64_t  *ahead;


/* here, because nginx clears the environment later */

__attribute__((constructor)) static void
shifted_clock_init(void)
{
    int          fd;
    void        *map;
    const char  *name;

    name = getenv("SHIFTED_CLOCK");
    if (name == NULL) {
        return;
    }

    fd = open(name, O_RDONLY);
    if (fd == -1) {
        abort();
    }

    map = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
    close(fd);

    if (map == MAP_FAILED) {
        abort();
    }

    ahead = map;
}


int
gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
    int           rc;
    static int  (*real)(struct timeval *restrict, void *restrict);

    if (real == NULL) {
        real = (int (*)(struct timeval *restrict, void *restrict))
               dlsym(RTLD_NEXT, "gettimeofday");
    }

    rc = real(tv, tz);

    if (rc == 0 && ahead) {
        tv->tv_sec += *ahead;
    }

    return rc;
}
