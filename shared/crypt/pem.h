/* SPDX-License-Identifier: ISC */
/*
 * Reads and writes keys and certificates as PEM.  Never asks a terminal for a
 * passphrase: a key that has one is refused as malformed.
 */
#ifndef SHARED_PEM_H
#define SHARED_PEM_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stddef.h>

/*
 * Reads the first private key; the caller frees it.  Returns 0, BANK_EINVAL, or
 * as openssl_error_take() does.
 */
int pem_read_key(EVP_PKEY **key, const void *pem, size_t length);

/* Reads the first certificate, likewise. */
int pem_read_certificate(X509 **certificate, const void *pem, size_t length);

/*
 * Writes an unencrypted PKCS#8 key, and a certificate: malloc'd text followed
 * by a NUL that `length` doesn't count.  The caller wipes (a key) and frees
 * it.  Returns 0, BANK_ENOMEM or BANK_ECRYPTO.
 */
int pem_write_key(char **pem, size_t *length, EVP_PKEY *key);
int pem_write_certificate(char **pem, size_t *length, X509 *certificate);

#endif
