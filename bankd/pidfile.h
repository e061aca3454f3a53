/* SPDX-License-Identifier: ISC */
/*
 * The pid file: locked for as long as bankd runs, so that a second one on it
 * fails at once and can say who holds it.  The monitor's.
 */
#ifndef BANKD_PIDFILE_H
#define BANKD_PIDFILE_H

#include <stddef.h>

/*
 * Takes the file, making its directory where that is missing, and writes the
 * pid.  Returns its descriptor, which holds the lock; BANK_EBUSY or
 * BANK_ESYS with what to do in error.
 */
int pidfile_take(const char *path, char *error, size_t size);
/* Removes the file while the lock still holds; then lets go. */
void pidfile_drop(const char *path, int fd);

/* Makes the directory of `path` where it is missing. 0 or BANK_ESYS. */
int pidfile_make_parent(const char *path);

#endif
