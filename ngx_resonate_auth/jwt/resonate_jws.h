
/*
 * Copyright (C) Resonate
 *
 * Signatures (RFC 7518, section 3; RFC 8037).  Pure: libc and OpenSSL.
 */


#ifndef _RESONATE_JWS_H_INCLUDED_
#define _RESONATE_JWS_H_INCLUDED_


#include "resonate_jwk.h"


#pragma GCC visibility push(hidden)


/*
 * What OpenSSL makes ready for a key, so that it is not looked for with every
 * signature.  It belongs to one key in one thread;  NULL: out of memory.
 */
resonate_jws_t *resonate_jws_new(EVP_PKEY *pkey);
void resonate_jws_free(resonate_jws_t *jws);

/*
 * RESONATE_JWT_OK: "key" signed the token; RESONATE_JWT_SIGNATURE: it did
 * not; RESONATE_JWT_ALGORITHM: the key is not for that algorithm, whatever
 * the token says.  The only place where signatures are verified.
 */
resonate_jwt_rc_e resonate_jws_verify(const resonate_jwk_t *key,
    resonate_jwt_alg_e alg, const resonate_jwt_view_t *input,
    const unsigned char *signature, size_t len);


#pragma GCC visibility pop


#endif /* _RESONATE_JWS_H_INCLUDED_ */
