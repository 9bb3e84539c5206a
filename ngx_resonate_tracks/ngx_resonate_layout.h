
/*
 * Copyright (C) Resonate
 *
 * Sends replies of any number of parts.  Conditions and single ranges are
 * nginx's own filters; several ranges are ours, because nginx makes parts of
 * a single buffer only.  No byte of a file is touched.
 */


#ifndef _NGX_RESONATE_LAYOUT_H_INCLUDED_
#define _NGX_RESONATE_LAYOUT_H_INCLUDED_


#include "ngx_resonate_core.h"
#include "media/resonate_layout.h"


#pragma GCC visibility push(hidden)


extern ngx_module_t  ngx_resonate_layout_module;


/*
 * Sends the header, with a length, and the parts; the source of a part is an
 * ngx_file_t.  The caller has set content type, ETag, date and what else it
 * has to say.  Parts, files and memory live as long as r->pool.  Returns what
 * a content handler returns.
 */

ngx_int_t ngx_resonate_layout_send(ngx_http_request_t *r,
    resonate_part_t *parts, ngx_uint_t nparts);


#pragma GCC visibility pop


#endif /* _NGX_RESONATE_LAYOUT_H_INCLUDED_ */
