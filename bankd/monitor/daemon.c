/* SPDX-License-Identifier: ISC */
/*
 * The command and the daemon that it leaves behind, tied by a pipe until the
 * daemon has said how its start went.
 */
#include "daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/error.h"

#define REASON_MAX 1024

static void
null_onto(int first, int last)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = first; fd <= last && null != -1; fd++)
		(void)dup2(null, fd);
	if (null > STDERR_FILENO)
		close(null);
}

/* What comes is code(1) reason, and then the end. */
static _Noreturn void
wait_for_word(int fd)
{
	char said[1 + REASON_MAX + 1];
	size_t length = 0;
	ssize_t n;

	while (length < sizeof(said) - 1) {
		n = read(fd, said + length, sizeof(said) - 1 - length);
		if (n == 0 || (n == -1 && errno != EINTR))
			break;
		length += n > 0 ? (size_t)n : 0;
	}
	if (length == 0) {
		fprintf(
		    stderr, "bankd: ended without a message; see the log\n");
		_exit(EX_SOFTWARE);
	}
	said[length] = '\0';
	if (said[1] != '\0')
		fprintf(stderr, "bankd: %s\n", said + 1);
	_exit((uint8_t)said[0]);
}

int
daemon_start(void)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) == -1)
		return BANK_ESYS;
	switch (fork()) {
	case -1:
		close(ends[0]);
		close(ends[1]);
		return BANK_ESYS;
	case 0:
		break;
	default:
		close(ends[1]);
		wait_for_word(ends[0]);
	}
	close(ends[0]);
	/* The one that reports may be gone, by Ctrl-C; the bank goes on. */
	signal(SIGPIPE, SIG_IGN);
	if (setsid() == -1 || chdir("/") == -1)
		return BANK_ESYS;
	null_onto(STDIN_FILENO, STDOUT_FILENO);
	return ends[1];
}

void
daemon_tell(int fd, int exit_code, const char *reason)
{
	char said[1 + REASON_MAX];
	size_t length = strlen(reason);

	if (length > REASON_MAX)
		length = REASON_MAX;
	said[0] = (char)exit_code;
	memcpy(said + 1, reason, length);
	(void)!write(fd, said, 1 + length);
	close(fd);
	null_onto(STDERR_FILENO, STDERR_FILENO);
}
