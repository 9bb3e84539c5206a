
/*
 * Copyright (C) Resonate
 *
 * Pages of 64k, as kernels of arm64 and ppc64el may have them, for LD_PRELOAD.
 */


#include <unistd.h>


int
getpagesize(void)
{
    return 65536;
}
