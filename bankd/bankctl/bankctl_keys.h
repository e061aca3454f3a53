/* SPDX-License-Identifier: ISC */
/*
 * The bank's keys and certificates as files.  What returns an int returns 0,
 * or an exit code that was complained of.
 */
#ifndef BANKD_BANKCTL_KEYS_H
#define BANKD_BANKCTL_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "../../shared/config/config.h"

/* Makes the missing ones of the bank's keys at the configured paths. */
int bankctl_keys_make(const struct config *config);
/*
 * Signs the bytes with the key in the file `path`: RSA-PSS with SHA-256, and
 * a salt of 32 bytes.  The caller frees *signature.
 */
int bankctl_keys_sign(const char *path, const void *data, size_t length,
    uint8_t **signature, size_t *signature_length);
/*
 * Reports that `what` can't be made, with `result` and OpenSSL's reason; if the
 * given bytes are to blame, with `wrong` and `help`.
 */
int bankctl_complain_cannot(
    int result, const char *what, const char *wrong, const char *help);

#endif
