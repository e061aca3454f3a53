/* SPDX-License-Identifier: ISC */
/*
 * What sandbox.c alone needs: the two kernel filters, system calls (seccomp)
 * and files (Landlock).  Each returns 0, or BANK_ESYS with errno.
 */
#ifndef BANKD_SANDBOX_FILTER_H
#define BANKD_SANDBOX_FILTER_H

#include <stdbool.h>

/*
 * A call outside the role's table ends the process with SIGSYS; before it,
 * SANDBOX_REFUSED and the call's number go to standard error, which is the
 * monitor's.
 */
#define SANDBOX_REFUSED "refused system call "

int sandbox_filter_front(void);
int sandbox_filter_vault(void);
int sandbox_filter_courier(void);

/* What may still be reached; zeros: nothing. */
struct sandbox_files {
	const char *all;             /* beneath it everything, or NULL */
	const char *const *readable; /* beneath these; NULL behind the last */
	bool connects;               /* to TCP ports; none is bound */
};
/*
 * From now on no other file is reached, and no TCP port is bound or connected
 * to.  A readable path that isn't there is passed over.
 */
int sandbox_landlock(const struct sandbox_files *files);

#endif
