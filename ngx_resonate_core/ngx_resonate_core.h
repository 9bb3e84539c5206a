
/*
 * Copyright (C) Resonate
 *
 * The door of the core room: upper rooms include this file and nothing else
 * of core.
 */


#ifndef _NGX_RESONATE_CORE_H_INCLUDED_
#define _NGX_RESONATE_CORE_H_INCLUDED_


#include "base/ngx_resonate_base.h"
#include "base/ngx_resonate_evidence.h"
#include "base/ngx_resonate_param.h"
#include "base/ngx_resonate_request.h"
#include "cache/ngx_resonate_word.h"
#include "fetch/ngx_resonate_fetch.h"
#include "pg/ngx_resonate_pg.h"
#include "route/ngx_resonate_route.h"


/*
 * Upper rooms are separate shared objects.  What they need of this one is weak
 * there, so that a wrong load order, or an object from another build, is told
 * by ngx_resonate_core_require() in nginx's words and not by the dynamic
 * linker.  Call it first in preconfiguration.  The number changes whenever a
 * structure or a function of this door does.
 */

#define NGX_RESONATE_CORE_ABI  20

extern const ngx_uint_t  ngx_resonate_core_abi;

/* of the release, as debian/changelog and "resonate_build_info" have it */

#define NGX_RESONATE_VERSION  "0.8.0"


#ifndef NGX_RESONATE_CORE_BUILD

#pragma weak ngx_resonate_core_abi
#pragma weak ngx_resonate_counter_add
#pragma weak ngx_resonate_counter_label_add
#pragma weak ngx_resonate_gauge_add
#pragma weak ngx_resonate_sample_add
#pragma weak ngx_resonate_table_add
#pragma weak ngx_resonate_table_get
#pragma weak ngx_resonate_table_put
#pragma weak ngx_resonate_table_delete
#pragma weak ngx_resonate_table_update
#pragma weak ngx_resonate_evidence_kept
#pragma weak ngx_resonate_evidence_note
#pragma weak ngx_resonate_evidence_get
#pragma weak ngx_resonate_table_once
#pragma weak ngx_resonate_table_claim
#pragma weak ngx_resonate_table_release
#pragma weak ngx_resonate_send_json
#pragma weak ngx_resonate_send_problem
#pragma weak ngx_resonate_add_header
#pragma weak ngx_resonate_take_text
#pragma weak ngx_resonate_find_header
#pragma weak ngx_resonate_body
#pragma weak ngx_resonate_discard_body
#pragma weak ngx_resonate_watch_client
#pragma weak ngx_resonate_params
#pragma weak ngx_resonate_param
#pragma weak ngx_resonate_param_number
#pragma weak ngx_resonate_param_msec
#pragma weak ngx_resonate_param_sec
#pragma weak ngx_resonate_param_flag
#pragma weak ngx_resonate_param_str
#pragma weak ngx_resonate_block
#pragma weak ngx_resonate_secret
#pragma weak ngx_resonate_wiped
#pragma weak ngx_resonate_fetch_need
#pragma weak ngx_resonate_fetch_start
#pragma weak ngx_resonate_fetch_cancel
#pragma weak ngx_resonate_fetch_header
#pragma weak ngx_resonate_fetch_own
#pragma weak ngx_resonate_identity_provide
#pragma weak ngx_resonate_identity
#pragma weak ngx_resonate_challenge
#pragma weak ngx_resonate_proof
#pragma weak ngx_resonate_stands
#pragma weak ngx_resonate_beside_provide
#pragma weak ngx_resonate_beside
#pragma weak ngx_resonate_has_scope
#pragma weak ngx_resonate_role
#pragma weak ngx_resonate_has_role
#pragma weak ngx_resonate_word_add
#pragma weak ngx_resonate_pg_get
#pragma weak ngx_resonate_pg_stmt_add
#pragma weak ngx_resonate_pg_timeout
#pragma weak ngx_resonate_pg_start
#pragma weak ngx_resonate_pg_cancel
#pragma weak ngx_resonate_pg_rows
#pragma weak ngx_resonate_pg_value
#pragma weak ngx_resonate_pg_row
#pragma weak ngx_resonate_pg_http_status
#pragma weak ngx_resonate_reply_add
#pragma weak ngx_resonate_reply_caller
#pragma weak ngx_resonate_reply_arg
#pragma weak ngx_resonate_reply_done


static ngx_inline ngx_int_t
ngx_resonate_core_require(ngx_conf_t *cf, const char *room)
{
    if (&ngx_resonate_core_abi == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "ngx_resonate_core_module.so must be loaded before "
                      "ngx_resonate_%s_module.so", room);
        return NGX_ERROR;
    }

    if (ngx_resonate_core_abi != NGX_RESONATE_CORE_ABI) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "ngx_resonate_%s_module.so was built for another "
                      "ngx_resonate_core_module.so", room);
        return NGX_ERROR;
    }

    return NGX_OK;
}

#endif


#endif /* _NGX_RESONATE_CORE_H_INCLUDED_ */
