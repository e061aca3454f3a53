/* SPDX-License-Identifier: ISC */
/*
 * Standard output from a program's start to its end.  Code that prints in
 * between need not check for errors, since stdio remembers them.
 */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

void
output_open(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) != -1)
			continue;
		/* open(2) returns the lowest free number, which is this one. */
		(void)open(
		    "/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR);
	}
	(void)signal(SIGPIPE, SIG_IGN);
}

int
output_end(const char *program, int code)
{
	/* stdio remembers that an earlier write failed, but not why. */
	const char *why = "the output could not be written completely";
	bool failed = ferror(stdout) != 0;

	if (fclose(stdout) == EOF) {
		failed = true;
		why = strerror(errno);
	}
	if (!failed)
		return code;
	fprintf(stderr, "%s: standard output: %s\n", program, why);
	return code != 0 ? code : EX_IOERR;
}
