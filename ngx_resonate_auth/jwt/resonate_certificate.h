
/*
 * Copyright (C) Resonate
 *
 * The certificate of a client, as whoever ended its TLS hands it on: PEM with
 * URI escapes, as nginx' $ssl_client_escaped_cert and others write it, or the
 * Client-Cert field of RFC 9440.  Pure: libc, OpenSSL.
 */


#ifndef _RESONATE_CERTIFICATE_H_INCLUDED_
#define _RESONATE_CERTIFICATE_H_INCLUDED_


#include <stddef.h>

#include <openssl/x509.h>


#pragma GCC visibility push(hidden)


#define RESONATE_CERTIFICATE_MAX     8192    /* bytes of DER */
#define RESONATE_CERTIFICATE_DIGEST  32      /* SHA-256 */


/*
 * Fills "digest" with SHA-256 of the certificate (RFC 8705, section 3.1).  Of
 * several the first is the client's.  0, or -1: no certificate, out of memory.
 */
int resonate_certificate_text(const char *text, size_t len,
    unsigned char *digest);
int resonate_certificate_x509(X509 *x509, unsigned char *digest);


#pragma GCC visibility pop


#endif /* _RESONATE_CERTIFICATE_H_INCLUDED_ */
