/* SPDX-License-Identifier: ISC */
/*
 * Whose fault a failure of OpenSSL's is, and its own reason.  A key that
 * can't be read may be damaged; or this OpenSSL, as it is configured here,
 * could not read any.  Nobody restores a backup for the second.
 *
 * Functions that load keys or make contexts leave nothing in OpenSSL's queue
 * of errors, where the next SSL_read(3) would take it for its own: the reason
 * is kept beside it, as errno is, for each thread.
 */
#ifndef SHARED_OPENSSL_ERROR_H
#define SHARED_OPENSSL_ERROR_H

#include <stddef.h>

/*
 * To be called where OpenSSL failed.  Empties its queue and keeps the reason.
 * Returns whose fault it is: `error` (BANK_EINVAL, BANK_ECERT: the bytes' that
 * were read), BANK_ENOMEM, or BANK_ECRYPTO where this OpenSSL can't do what
 * the bank's keys need.  Opens no file.
 */
int openssl_error_take(int error);

/* Whether it can: 0, or BANK_ECRYPTO and the reason. */
int openssl_error_check(void);

/* Keeps a reason that OpenSSL gives in another way than by its queue. */
void openssl_error_note(const char *reason);

/*
 * The reason that was kept, the newest of this thread, on one line without
 * control characters; "" where OpenSSL gave none.
 */
const char *openssl_error_reason(void);

/*
 * The file that configures OpenSSL, with ` (OPENSSL_CONF)` behind it where
 * the environment names it; "" where there is none.
 */
void openssl_error_file(char *text, size_t size);

/*
 * A sentence on `error` for an operator: `wrong` and `help` are told where
 * the file is to blame, together with OpenSSL's reason; else what is, and the
 * file that configures OpenSSL.
 */
void openssl_error_say(
    int error, const char *wrong, const char *help, char *text, size_t size);

#endif
