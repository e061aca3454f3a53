/* SPDX-License-Identifier: ISC */
/*
 * What is to blame for a failure of OpenSSL's, and OpenSSL's own reason.  A key
 * that can't be read may be damaged; or this OpenSSL, as it is configured here,
 * can't read any.  In the second case nobody must restore a backup.  Functions
 * that load keys or make contexts leave no errors in OpenSSL's queue, where the
 * next SSL_read(3) would take them for its own.  Like errno, the reason is kept
 * beside it, for each thread.
 */
#ifndef SHARED_OPENSSL_ERROR_H
#define SHARED_OPENSSL_ERROR_H

#include <stddef.h>

/*
 * Call this when OpenSSL has failed.  Empties its queue and keeps the reason.
 * Returns what is to blame: `error` (BANK_EINVAL, BANK_ECERT) for the bytes
 * that were read, BANK_ENOMEM, or BANK_ECRYPTO if this OpenSSL can't do what
 * the bank's keys need.  Opens no file.
 */
int openssl_error_take(int error);

/*
 * Checks whether it can: 0, BANK_ECRYPTO with a reason kept, or BANK_ENOMEM if
 * there was too little memory to start OpenSSL.
 */
int openssl_error_check(void);

/* Keeps a reason that OpenSSL reports in another way than by its queue. */
void openssl_error_note(const char *reason);

/*
 * This thread's newest reason, on one line without control characters; "" if
 * OpenSSL gave none.
 */
const char *openssl_error_reason(void);

/*
 * The file that configures OpenSSL, followed by ` (OPENSSL_CONF)` if the
 * environment names it; "" if there is none.
 */
void openssl_error_file(char *text, size_t size);

/*
 * Writes a sentence about `error` for an operator: if the file is to blame,
 * `wrong` and `help` with OpenSSL's reason; otherwise what is to blame, and the
 * file that configures OpenSSL.
 */
void openssl_error_say(
    int error, const char *wrong, const char *help, char *text, size_t size);

#endif
