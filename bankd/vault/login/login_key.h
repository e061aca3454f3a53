/* SPDX-License-Identifier: ISC */
/*
 * Kprb, the bank's private key: read at the start, used for each envelope,
 * wiped at the end.  Only the room of logins has it; tests/lint/key names
 * every other file that reads it.
 */
#ifndef BANKD_LOGIN_KEY_H
#define BANKD_LOGIN_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "../../../shared/crypt/seal.h"

struct login_key;

/*
 * Reads the PEM file and goes once through the cryptography of a login: what
 * OpenSSL makes at its first use, and never again where that failed, is there
 * from now on.  0, or a code of sysexits(3) with what is wrong in error,
 * which is empty where memory is lacking.
 */
int login_key_read(
    struct login_key **key, const char *path, char *error, size_t size);
/*
 * Opens an envelope: K, or another 32 bytes where it isn't one
 * (seal_envelope.h).  For any thread.
 */
int login_key_unwrap(const struct login_key *key,
    const uint8_t wrapped[FRAME_WRAPPED_SIZE], uint8_t k[SEAL_KEY_SIZE]);
/* NULL is allowed. */
void login_key_free(struct login_key *key);

#endif
