
/*
 * Copyright (C) Resonate
 *
 * The door of the core room: upper rooms include this file and nothing else
 * of core.
 */


#ifndef _NGX_RESONATE_CORE_H_INCLUDED_
#define _NGX_RESONATE_CORE_H_INCLUDED_


#include "base/ngx_resonate_base.h"
#include "pg/ngx_resonate_pg.h"
#include "route/ngx_resonate_route.h"


/*
 * Upper rooms are separate shared objects.  They declare what they need of
 * this one as weak, so that loading them too early, or from another build, is
 * told by ngx_resonate_core_require() in nginx's words instead of by the
 * dynamic linker.  Call it first in preconfiguration.
 */

#define NGX_RESONATE_CORE_ABI  1

extern ngx_module_t  ngx_resonate_core_module;


#endif /* _NGX_RESONATE_CORE_H_INCLUDED_ */
