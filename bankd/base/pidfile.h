/* SPDX-License-Identifier: ISC */
/*
 * The pid file: locked for as long as bankd runs, so that a second one on it
 * fails at once and can say who holds it.  The monitor's.
 */
#ifndef BANKD_PIDFILE_H
#define BANKD_PIDFILE_H

#include <limits.h>
#include <stddef.h>

#include "place.h"

struct pidfile {
	char path[PATH_MAX];
	struct place place;
	int fd; /* holds the lock; -1: there is none */
};

/*
 * Takes the file, making its directory where that is missing, and writes the
 * pid.  0; BANK_EBUSY or BANK_ESYS with what to do in error.
 */
int pidfile_take(
    struct pidfile *pidfile, const char *path, char *error, size_t size);
/* Removes the file while the lock still holds; then lets go. */
void pidfile_drop(struct pidfile *pidfile);

#endif
