/* SPDX-License-Identifier: ISC */
/*
 * The error codes of every module on both sides of the wire.  A function
 * returns 0 (or a count >= 0) on success and one of these, negative, on
 * failure.  Modules return; the level that decides logs, once.
 */
#ifndef SHARED_ERROR_H
#define SHARED_ERROR_H

enum bank_error {
	BANK_OK = 0,
	BANK_EINVAL = -1,    /* the bytes are not of the form required */
	BANK_ENOMEM = -2,    /* no memory */
	BANK_ESYS = -3,      /* a system call failed; errno says why */
	BANK_ECRYPTO = -4,   /* OpenSSL or libcrypt failed */
	BANK_ESEAL = -5,     /* a seal, a signature or an envelope is invalid */
	BANK_ENOTFOUND = -6, /* no such thing */
	BANK_EEXIST = -7,    /* it exists already */
	BANK_ENOSPC = -8,    /* no room: disk, quota or a bounded table */
	BANK_EIO = -9,       /* stable storage failed; trust nothing since */
	BANK_ECLOSED = -10,  /* the peer closed */
	BANK_EAGAIN = -11,   /* nothing now; try again later */
	BANK_ERANGE = -12,   /* a number outside its range */
	BANK_ECONFIG = -13,  /* the configuration is wrong; already reported */
	BANK_EDAMAGED = -14, /* what was read back is not what was written */
	BANK_ECERT = -15,    /* the peer's certificate is not the bank's */
	BANK_ECLOCK = -16,   /* certificate not valid yet, or clock wrong */
	BANK_EBUSY = -17,    /* another process holds it */
	BANK_ETIMEOUT = -18, /* the deadline passed */
	BANK_EEXPIRED = -19, /* certificate expired, or clock wrong */
	BANK_ENOTFILE = -20, /* a pipe, a link or the like instead of a file */
	BANK_EAWAY = -21,    /* the journal of the hosts can't be reached */
	BANK_EFORK = -22,    /* it is of another history than this host's */
	BANK_EREFUSED = -23, /* nobody listens at that address */
	BANK_EUNREACH = -24  /* the network has no way to that address */
};

/* A few English words for `error`, never NULL; static storage. */
const char *bank_strerror(int error);

#endif
