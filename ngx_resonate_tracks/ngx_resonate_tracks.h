
/*
 * Copyright (C) Resonate
 *
 * The door of the tracks room: what may you hear.
 *
 * The room adds the kind "audio" to resonate_route.  The SQL function answers
 * with a decision (media/resonate_decision.h) about one stored file, and the
 * caller gets the file, or its first milliseconds as an MP4 of its own, on
 * the same URL.  Upper rooms have nothing to call here yet.
 */


#ifndef _NGX_RESONATE_TRACKS_H_INCLUDED_
#define _NGX_RESONATE_TRACKS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


extern ngx_module_t  ngx_resonate_tracks_module;


#endif /* _NGX_RESONATE_TRACKS_H_INCLUDED_ */
