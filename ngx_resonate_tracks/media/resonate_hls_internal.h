
/*
 * Copyright (C) Resonate
 *
 * What an init segment and its media segments agree on.
 */


#ifndef _RESONATE_HLS_INTERNAL_H_INCLUDED_
#define _RESONATE_HLS_INTERNAL_H_INCLUDED_


#include "resonate_hls.h"


#define RESONATE_HLS_TRACK  1

/* sample flags: depends on no other */
#define RESONATE_HLS_SYNC   0x02000000


#endif /* _RESONATE_HLS_INTERNAL_H_INCLUDED_ */
