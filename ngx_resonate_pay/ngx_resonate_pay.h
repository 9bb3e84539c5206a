
/*
 * Copyright (C) Resonate
 *
 * The door of the pay room.  Nothing stands above it: what it offers is
 * offered over HTTP, by "resonate_topup".
 *
 *   POST, at most RESONATE_TOPUP_MAX_BODY bytes, any Content-Type
 *   Resonate-Signature: t=UNIX,v1=HEX[,v1=HEX...]
 *   {"account": "listener", "amount": 4088, "key": "any text, once"}
 *
 *   2xx    credited now, or before with the same key: same answer
 *   400    signature (nothing more is told) or body ("errors" tells)
 *   404    no such account
 *   405    not POST
 *   413    body too long
 *   422    the key was used with another account or amount
 *   503    not credited, or not known: repeat with the same key
 *   504    the same, after a deadline
 *
 * The signature is HMAC-SHA256 in lower-case hex over UNIX, a dot and the
 * body's bytes; UNIX may be "resonate_topup_tolerance" away, on both sides.
 */


#ifndef _NGX_RESONATE_PAY_H_INCLUDED_
#define _NGX_RESONATE_PAY_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


extern ngx_module_t  ngx_resonate_pay_module;


#endif /* _NGX_RESONATE_PAY_H_INCLUDED_ */
