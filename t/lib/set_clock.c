
/*
 * Copyright (C) Resonate
 *
 * A clock that a test sets, for LD_PRELOAD: the time of day is what the file
 * $SET_CLOCK holds, an int64_t of seconds, and stands still until it is set
 * again.  Timers go by the monotonic clock and run on.
 */


#define _GNU_SOURCE

#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>


static volatile int64_t  *now;


/* here, because nginx clears the environment later */

__attribute__((constructor)) static void
set_clock_init(void)
{
    int          fd;
    void        *map;
    const char  *name;

    name = getenv("SET_CLOCK");
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

    now = map;
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

    if (rc == 0 && now) {
        tv->tv_sec = *now;
    }

    return rc;
}
