/* SPDX-License-Identifier: ISC */
/*
 * Standard output of all three programs: a full device, a reader that left
 * and a descriptor that was closed before the start are errors that the exit
 * status tells.
 */
#ifndef SHARED_OUTPUT_H
#define SHARED_OUTPUT_H

/*
 * To be called first of all.  Standard descriptors that are closed are opened
 * on /dev/null, so that no file or socket takes their numbers; writing to a
 * standard output that was closed stays an error.  Ignores SIGPIPE.
 */
void output_open(void);

/*
 * To be called last of all.  Closes standard output.  Returns `code`; where
 * not all that was printed got out, says so on standard error, after the
 * program's name, and returns EX_IOERR in place of 0.
 */
int output_end(const char *program, int code);

#endif
