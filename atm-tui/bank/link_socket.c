/* SPDX-License-Identifier: ISC */
/*
 * Opens the kiosk's sockets to the bank.  Part of atm-tui; knows no TLS.
 */
#include "link_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../shared/base/error.h"
#include "../../shared/base/util.h"

#define UNANSWERED_MS 1500
#define IDLE_SECONDS 5 /* until an idle connection is asked */
#define ASK_SECONDS 1  /* and between two questions */

static void
set(int fd, int level, int option, int value)
{
	(void)setsockopt(fd, level, option, &value, sizeof(value));
}

int
link_socket_connect(const struct addrinfo *address, bool impatient)
{
	int saved,
	    fd = socket(address->ai_family,
		address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
		address->ai_protocol);

	if (fd < 0)
		return -1;
	set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	if (impatient) {
		set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, UNANSWERED_MS);
		set(fd, IPPROTO_TCP, TCP_KEEPIDLE, IDLE_SECONDS);
		set(fd, IPPROTO_TCP, TCP_KEEPINTVL, ASK_SECONDS);
	}
	if (connect(fd, address->ai_addr, address->ai_addrlen) == 0 ||
	    errno == EINPROGRESS)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

int
link_socket_error(int system_error)
{
	static const struct {
		int system, bank;
	} errors[] = {
		{ ECONNREFUSED, BANK_EREFUSED },
		{ ENETUNREACH, BANK_EUNREACH },
		{ EHOSTUNREACH, BANK_EUNREACH },
		{ ENETDOWN, BANK_EUNREACH },
		{ EHOSTDOWN, BANK_EUNREACH },
		{ EADDRNOTAVAIL, BANK_EUNREACH },
		{ ETIMEDOUT, BANK_ETIMEOUT },
	};

	for (size_t i = 0; i < NELEM(errors); i++)
		if (errors[i].system == system_error)
			return errors[i].bank;
	return BANK_ECLOSED;
}

void
link_socket_name(const struct addrinfo *address, char *to, size_t size)
{
	if (getnameinfo(address->ai_addr, address->ai_addrlen, to,
		(socklen_t)size, NULL, 0, NI_NUMERICHOST) != 0)
		*to = '\0';
}
