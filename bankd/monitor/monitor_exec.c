/* SPDX-License-Identifier: ISC */
/*
 * A child as a process: the monitor's fork, and what the new process does
 * until it is bankd again, by a descriptor of this program's own executable,
 * with nothing of the monitor's but its end of one socket pair and of one
 * pipe, which is its standard error.
 */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/process.h"
#include "../../shared/base/util.h"
#include "monitor_state.h"

#define EXEC_FD (IPC_CHILD_FD + 1)
#define FIRST_FREE_FD (EXEC_FD + 1)

/* The sanitizers' settings, where there are some, and nothing else. */
static void
keep_environment(char *kept[4])
{
	static const char *const names[] = {
		"ASAN_OPTIONS=", "LSAN_OPTIONS=", "UBSAN_OPTIONS="
	};
	size_t count = 0;

	for (char **entry = environ; *entry != NULL; entry++) {
		for (size_t i = 0; i < NELEM(names) && count < 3; i++) {
			if (strncmp(*entry, names[i], strlen(names[i])) == 0)
				kept[count++] = *entry;
		}
	}
	kept[count] = NULL;
}

/* Moved up first, so that no number is overwritten while still needed. */
static int
arrange(int *exec_fd, int ipc_fd, int error_fd)
{
	int null;

	ipc_fd = fcntl(ipc_fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	error_fd = fcntl(error_fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	*exec_fd = fcntl(*exec_fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (ipc_fd == -1 || error_fd == -1 || *exec_fd == -1 || null == -1)
		return BANK_ESYS;
	if (dup2(null, STDIN_FILENO) == -1 || dup2(null, STDOUT_FILENO) == -1 ||
	    dup2(error_fd, STDERR_FILENO) == -1 ||
	    dup2(ipc_fd, IPC_CHILD_FD) == -1 ||
	    dup3(*exec_fd, EXEC_FD, O_CLOEXEC) == -1)
		return BANK_ESYS;
	*exec_fd = EXEC_FD;
	process_close_from(FIRST_FREE_FD);
	return 0;
}

static _Noreturn void
become(const struct child *child, int exec_fd, int ipc_fd, int error_fd)
{
	char role[32], *argv[] = { role, NULL }, *kept[4];

	snprintf(role, sizeof(role), "bankd: %s", child->name);
	keep_environment(kept);
	/* Ctrl-C is the monitor's to hear. */
	(void)setpgid(0, 0);
	if (arrange(&exec_fd, ipc_fd, error_fd) == 0)
		(void)fexecve(exec_fd, argv, kept);
	dprintf(STDERR_FILENO, "can't start %s: %s\n", child->name,
	    strerror(errno));
	_exit(EX_OSERR);
}

static void
close_if(int fd)
{
	if (fd != -1)
		close(fd);
}

int
monitor_child_spawn(struct child *child, int exec_fd, int *link_fd)
{
	int link[2] = { -1, -1 }, error[2] = { -1, -1 };

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link) == -1 ||
	    pipe2(error, O_CLOEXEC | O_NONBLOCK) == -1)
		goto out;
	if ((child->pid = fork()) == -1)
		goto out;
	if (child->pid == 0)
		become(child, exec_fd, link[1], error[1]);
	close(link[1]);
	close(error[1]);
	child->error_fd = error[0];
	*link_fd = link[0];
	return 0;
out:
	child->pid = 0;
	close_if(link[0]);
	close_if(link[1]);
	close_if(error[0]);
	close_if(error[1]);
	return BANK_ESYS;
}
