/* SPDX-License-Identifier: ISC */
/*
 * Standard output of all three programs.  A full device, a reader that left,
 * and a descriptor that was closed before the start are errors, which the exit
 * status shows.
 */
#ifndef SHARED_OUTPUT_H
#define SHARED_OUTPUT_H

/*
 * Call this first.  Opens /dev/null on closed standard descriptors, so that no
 * file or socket gets their numbers; writing to a standard output that was
 * closed remains an error.  Ignores SIGPIPE.
 */
void output_open(void);

/*
 * Call this last.  Closes standard output.  Returns `code`; if the output could
 * not be written completely, says so on standard error, after the program's
 * name, and returns EX_IOERR instead of 0.
 */
int output_end(const char *program, int code);

#endif
