/* SPDX-License-Identifier: ISC */
/*
 * Words for the error codes.  Every process; pure.
 */
#include "error.h"

#include <assert.h>
#include <stddef.h>

static const char *const words[] = {
	[-BANK_OK] = "no error",
	[-BANK_EINVAL] = "malformed",
	[-BANK_ENOMEM] = "no memory",
	[-BANK_ESYS] = "system call failed",
	[-BANK_ECRYPTO] = "cryptographic library failed",
	[-BANK_ESEAL] = "seal or signature invalid",
	[-BANK_ENOTFOUND] = "not found",
	[-BANK_EEXIST] = "there already",
	[-BANK_ENOSPC] = "no room",
	[-BANK_EIO] = "stable storage failed",
	[-BANK_ECLOSED] = "closed by the peer",
	[-BANK_EAGAIN] = "nothing yet",
	[-BANK_ERANGE] = "out of range",
	[-BANK_ECONFIG] = "configuration wrong",
	[-BANK_EDAMAGED] = "damaged",
	[-BANK_ECERT] = "certificate is not the bank's",
	[-BANK_ECLOCK] = "certificate not valid yet, the clock may be wrong",
	[-BANK_EBUSY] = "in use by another process",
	[-BANK_ETIMEOUT] = "timed out",
	[-BANK_EEXPIRED] = "certificate expired, or the clock is wrong",
	[-BANK_ENOTFILE] = "not a regular file",
	[-BANK_EAWAY] = "the journal can't be reached",
	[-BANK_EFORK] = "the journal is of another history",
	[-BANK_EREFUSED] = "refused",
	[-BANK_EUNREACH] = "no way there",
};
static_assert(sizeof(words) / sizeof(words[0]) == -BANK_EUNREACH + 1,
    "a word for each code");

const char *
bank_strerror(int error)
{
	if (error > 0 || error < BANK_EUNREACH)
		return "unknown error";
	return words[-error];
}
