/* SPDX-License-Identifier: ISC */
/*
 * A courier of bankctl's own, or of `bankd -t`: in the same sandbox, by the
 * same messages as the monitor's.
 */
#include "courier_program.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../../shared/base/error.h"
#include "../../shared/base/process.h"
#include "ipc.h"
#include "ipc_pass.h"

#define TITLE "bankd: courier"
#define EXEC_FD (IPC_CHILD_FD + 1)

int
courier_program_open(char *error, size_t size)
{
	char self[PATH_MAX], path[PATH_MAX + sizeof(COURIER_PROGRAM) + 1];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int fd = -1;

	if (length > 0) {
		self[length] = '\0';
		snprintf(
		    path, sizeof(path), "%s/" COURIER_PROGRAM, dirname(self));
		fd = open(path, O_PATH | O_CLOEXEC);
	}
	if (fd == -1)
		fd = open(LIBEXECDIR "/" COURIER_PROGRAM, O_PATH | O_CLOEXEC);
	if (fd != -1)
		return fd;
	snprintf(error, size,
	    LIBEXECDIR "/" COURIER_PROGRAM ": %s; [store] journal = postgres "
		       "needs the package bankd-hosts",
	    strerror(errno));
	return BANK_ENOTFOUND;
}

static _Noreturn void
become(int exec_fd, int monitor_fd)
{
	static char title[] = TITLE;
	char *argv[] = { title, NULL }, *none[] = { NULL };
	int null;

	monitor_fd = fcntl(monitor_fd, F_DUPFD_CLOEXEC, EXEC_FD + 1);
	exec_fd = fcntl(exec_fd, F_DUPFD_CLOEXEC, EXEC_FD + 1);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (dup2(null, STDIN_FILENO) != -1 && dup2(null, STDOUT_FILENO) != -1 &&
	    dup2(null, STDERR_FILENO) != -1 &&
	    dup2(monitor_fd, IPC_CHILD_FD) != -1 &&
	    dup3(exec_fd, EXEC_FD, O_CLOEXEC) != -1) {
		process_close_from(EXEC_FD + 1);
		(void)fexecve(EXEC_FD, argv, none);
	}
	_exit(EX_OSERR);
}

/* Configuration, a socket for the vault that we are, and go. */
static int
instruct(int monitor_fd, const struct config *config, int peer_fd)
{
	struct ipc *ipc = ipc_new(dup(monitor_fd), IPC_MONITOR, IPC_COURIER);
	char *dump = config_dump(config);
	int error = ipc == NULL || dump == NULL ? BANK_ENOMEM : 0;

	if (error == 0)
		error = ipc_send(ipc, IPC_CONFIG, 0, dump, strlen(dump), -1);
	if (error == 0)
		error = ipc_send(ipc, IPC_PEER, 0, NULL, 0, peer_fd);
	if (error == 0)
		error = ipc_send(ipc, IPC_START, 0, NULL, 0, -1);
	if (error == 0)
		error = ipc_drain(ipc);
	if (dump != NULL)
		OPENSSL_cleanse(dump, strlen(dump));
	free(dump);
	ipc_free(ipc);
	return error;
}

static int
start(struct courier_program *program, const struct config *config, int exec_fd)
{
	int monitor[2] = { -1, -1 }, peer[2] = { -1, -1 }, link[2] = { -1, -1 },
	    error = BANK_ESYS;
	const int kind = SOCK_STREAM | SOCK_CLOEXEC;

	if (socketpair(AF_UNIX, kind, 0, monitor) == -1 ||
	    socketpair(AF_UNIX, kind, 0, peer) == -1 ||
	    socketpair(AF_UNIX, kind, 0, link) == -1 ||
	    (program->pid = fork()) == -1)
		goto out;
	if (program->pid == 0)
		become(exec_fd, monitor[1]);
	program->monitor_fd = monitor[0];
	program->link_fd = link[1];
	monitor[0] = link[1] = -1;
	error = instruct(program->monitor_fd, config, peer[1]);
	if (error == 0)
		error = ipc_pass_give(link[0], peer[0]);
out:
	for (int i = 0; i < 2; i++) {
		(void)close(monitor[i]);
		(void)close(peer[i]);
		(void)close(link[i]);
	}
	return error;
}

int
courier_program_start(struct courier_program *program,
    const struct config *config, char *error, size_t size)
{
	int result, exec_fd = courier_program_open(error, size);

	*program = (struct courier_program) { 0, -1, -1 };
	if (exec_fd < 0)
		return exec_fd;
	/* Who writes to one that has ended is told by the error. */
	(void)signal(SIGPIPE, SIG_IGN);
	result = start(program, config, exec_fd);
	if (result != 0)
		snprintf(error, size, COURIER_PROGRAM ": can't start: %s",
		    result == BANK_ESYS ? strerror(errno)
					: bank_strerror(result));
	if (program->pid == -1)
		program->pid = 0;
	close(exec_fd);
	return result;
}

/* What it said of its end. */
static void
read_reason(int monitor_fd, char *reason, size_t size)
{
	struct ipc *ipc = ipc_new(monitor_fd, IPC_MONITOR, IPC_COURIER);
	struct ipc_message message;

	while (ipc != NULL && ipc_read(ipc) == 0) {
		while (ipc_next(ipc, &message) == 1) {
			if (message.type == IPC_FAILED && message.length > 1)
				snprintf(reason, size, "%.*s",
				    (int)message.length - 1,
				    (const char *)message.body + 1);
		}
	}
	ipc_free(ipc);
}

void
courier_program_end(struct courier_program *program, char *reason, size_t size)
{
	int status;

	reason[0] = '\0';
	if (program->monitor_fd != -1)
		read_reason(program->monitor_fd, reason, size);
	program->monitor_fd = -1;
	if (program->pid == 0)
		return;
	(void)kill(program->pid, SIGKILL);
	while (waitpid(program->pid, &status, 0) == -1 && errno == EINTR)
		continue;
	program->pid = 0;
}
