/* SPDX-License-Identifier: ISC */
/*
 * The two files by which kiosk and bank know each other.  Both functions
 * return 0, or BANK_ECONFIG, or BANK_ESYS with errno, and error[0..size) says
 * what failed, where, and what to do.
 */
#ifndef ATM_BANK_FILES_H
#define ATM_BANK_FILES_H

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <stddef.h>

#include "../../shared/config/config.h"

#define BANK_FILE_SIZE (64 * 1024) /* of either, at most */

/* The bank's certificate, and its key in it; the caller frees both. */
int bank_read_certificate(const struct config *config, SSL_CTX **tls,
    EVP_PKEY **bank_public, char *error, size_t size);

/* The kiosk's key, which the caller frees; NULL where it has no name. */
int bank_read_kiosk_key(
    const struct config *config, EVP_PKEY **key, char *error, size_t size);

#endif
