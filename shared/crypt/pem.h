/* SPDX-License-Identifier: ISC */
/*
 * Keys and certificates as PEM bytes, both ways.  Never asks a terminal for
 * a passphrase: a key that has one is not of the form required.
 */
#ifndef SHARED_PEM_H
#define SHARED_PEM_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stddef.h>

/*
 * The first private key in them; the caller frees it.  0, BANK_EINVAL, or as
 * openssl_error_take() says.
 */
int pem_read_key(EVP_PKEY **key, const void *pem, size_t length);

/* The first certificate in them, likewise. */
int pem_read_certificate(X509 **certificate, const void *pem, size_t length);

/*
 * PKCS#8, unencrypted, and a certificate: malloc'd text with a NUL behind it,
 * which `length` doesn't count.  The caller wipes (a key) and frees it.  0,
 * BANK_ENOMEM or BANK_ECRYPTO.
 */
int pem_write_key(char **pem, size_t *length, EVP_PKEY *key);
int pem_write_certificate(char **pem, size_t *length, X509 *certificate);

#endif
