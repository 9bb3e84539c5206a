
/*
 * Copyright (C) Resonate
 */


#ifndef _RESONATE_PREVIEW_INTERNAL_H_INCLUDED_
#define _RESONATE_PREVIEW_INTERNAL_H_INCLUDED_


#include "resonate_index_internal.h"
#include "resonate_preview.h"


#define resonate_preview_fail(p, rc, why)  (*(p) = (why), (rc))


#endif /* _RESONATE_PREVIEW_INTERNAL_H_INCLUDED_ */
