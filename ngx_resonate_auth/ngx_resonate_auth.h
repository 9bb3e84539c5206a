
/*
 * Copyright (C) Resonate
 *
 * The door of the auth room.
 *
 * It is a narrow one on purpose.  Who the caller is, what scopes he has and
 * how he is asked to log in is what core's ngx_resonate_identity(),
 * ngx_resonate_has_scope() and ngx_resonate_challenge() tell: this room only
 * provides the answers.  Configuration reads them as variables:
 *
 *   $resonate_user          the subject, unique within its issuer only
 *   $resonate_issuer
 *   $resonate_scope         space separated
 *   $resonate_client        "client_id", or else "azp"
 *   $resonate_claim_NAME    strings as they are, other values as JSON
 *
 * All are empty ("not found") for anonymous callers.  The identity belongs
 * to the main request: it is found out once, when first asked for, by the
 * "resonate_auth" of the location at that time, and is the same in its
 * subrequests, after internal redirects and in the log.
 */


#ifndef _NGX_RESONATE_AUTH_H_INCLUDED_
#define _NGX_RESONATE_AUTH_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


extern ngx_module_t  ngx_resonate_auth_module;


#endif /* _NGX_RESONATE_AUTH_H_INCLUDED_ */
