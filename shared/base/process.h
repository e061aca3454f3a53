/* SPDX-License-Identifier: ISC */
/*
 * Cleans up what a program inherits: signals, timers, descriptors and their
 * limit.  All programs begin with it.
 */
#ifndef SHARED_PROCESS_H
#define SHARED_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Call this first in main().  Unblocks all signals and stops ignoring them,
 * except SIGXFSZ (a write to a file that may not grow returns EFBIG), and stops
 * timers of an earlier program in this process.  A SIGHUP that is ignored stays
 * ignored, for nohup(1).
 */
void process_begin(void);

/* Whether `signal` is ignored; after process_begin(), SIGHUP may be. */
bool process_ignores(int signal);

/*
 * Closes all descriptors from `first` on: somebody else may wait for their end,
 * or hold a lock through them.  Makes only system calls, and may be called
 * between fork(2) and exec(2).
 */
void process_close_from(int first);

/*
 * Makes sure that `needed` descriptors can be open at once.  Raises the soft
 * limit, and if permitted the hard one, only as far as necessary.  Returns 0,
 * or BANK_ERANGE with the limit and the remedy in `error`.
 */
int process_need_descriptors(unsigned needed, char *error, size_t size);

#endif
