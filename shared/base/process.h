/* SPDX-License-Identifier: ISC */
/*
 * What a program inherits from whoever started it, put right: signals,
 * timers, descriptors and the limit of these.  All programs begin with it.
 */
#ifndef SHARED_PROCESS_H
#define SHARED_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * First thing in main(): no signal is blocked, none is ignored but SIGXFSZ (a
 * file that may not grow is an error of write(2), EFBIG), no timer of an
 * earlier program in this process runs.  A SIGHUP that is ignored stays so, as
 * nohup(1) wants it.
 */
void process_begin(void);

/* Whether `signal` is ignored: after process_begin() SIGHUP may be. */
bool process_ignores(int signal);

/*
 * Closes all descriptors from `first` on, which somebody else waits to be
 * closed, or has locked a file by.  Makes system calls alone, and may be
 * called between fork(2) and exec(2).
 */
void process_close_from(int first);

/*
 * Sees to it that `needed` descriptors can be open at once, and raises the
 * soft limit, and where it may the hard one, only as far as that.  0, or
 * BANK_ERANGE with which limit it is and what to do in `error`.
 */
int process_need_descriptors(unsigned needed, char *error, size_t size);

#endif
