/* SPDX-License-Identifier: ISC */
/*
 * The service manager, spoken to over its socket and environment.  Runs in
 * the monitor, which alone keeps the environment it was started with.
 */
#include "notify.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../shared/base/clock.h"
#include "../../shared/base/number.h"

#define PASSED_MAX 1024

void
notify_send(const char *lines)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	size_t length;
	int fd;

	if (path == NULL || (path[0] != '/' && path[0] != '@'))
		return;
	if ((length = strlen(path)) >= sizeof(un.sun_path))
		return;
	memcpy(un.sun_path, path, length);
	if (path[0] == '@')
		un.sun_path[0] = '\0';
	if ((fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) == -1)
		return;
	(void)sendto(fd, lines, strlen(lines), MSG_NOSIGNAL | MSG_DONTWAIT,
	    (struct sockaddr *)&un,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
	close(fd);
}

/* By this time the manager knows which reload a READY=1 ends. */
void
notify_reloading(void)
{
	char lines[64];

	snprintf(lines, sizeof(lines), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
	    clock_steady_us());
	notify_send(lines);
}

static int
option_of(int fd, int option)
{
	socklen_t length = sizeof(int);
	int value;

	if (getsockopt(fd, SOL_SOCKET, option, &value, &length) == -1)
		return -1;
	return value;
}

int
notify_passed(void)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	uint64_t self, n = 0;

	if (pid == NULL || count == NULL ||
	    number_parse(pid, 1, INT_MAX, &self) != 0 ||
	    (pid_t)self != getpid())
		return 0;
	(void)number_parse(count, 0, PASSED_MAX, &n);
	return (int)n;
}

int
notify_listeners(int *fds, int max)
{
	int n = 0, last = NOTIFY_FIRST_FD + notify_passed();

	for (int fd = NOTIFY_FIRST_FD; fd < last; fd++) {
		if (n == max || option_of(fd, SO_TYPE) != SOCK_STREAM ||
		    option_of(fd, SO_ACCEPTCONN) != 1) {
			close(fd);
			continue;
		}
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		(void)fcntl(fd, F_SETFL, O_NONBLOCK);
		fds[n++] = fd;
	}
	return n;
}
