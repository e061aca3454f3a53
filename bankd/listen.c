/* SPDX-License-Identifier: ISC */
/*
 * Listening sockets out of the configuration's words.  The monitor's, once
 * at the start.
 */
#include "listen.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../shared/util.h"

#define BACKLOG 1024
#define ADDRESSES_SIZE 256

struct opening {
	int *fds, count;
	uint16_t port;
	char *error;
	size_t size;
};

static uint16_t
port_of(int fd)
{
	struct sockaddr_in6 own;
	socklen_t length = sizeof(own);

	/* It stands at the same place in both families. */
	if (getsockname(fd, (struct sockaddr *)&own, &length) == -1)
		return 0;
	return ntohs(own.sin6_port);
}

static int
complain(const struct opening *opening, const char *address)
{
	int code = EX_OSERR;
	const char *help = "bankd.ini: [listen] address";

	if (errno == EADDRINUSE) {
		code = EX_UNAVAILABLE;
		help = "another program listens there (ss -ltnp shows it); "
		       "bankd.ini: [listen] port";
	} else if (errno == EACCES) {
		code = EX_NOPERM;
		help = "ports below 1024 need root; bankd.ini: [listen] port";
	} else if (errno == EADDRNOTAVAIL)
		code = EX_CONFIG;
	snprintf(opening->error, opening->size, "listen on %s port %u: %s; %s",
	    address, opening->port, strerror(errno), help);
	return -code;
}

static int
open_one(struct opening *opening, const struct sockaddr *address,
    socklen_t length, int v6only)
{
	const int on = 1;
	int fd, saved_errno;

	if (opening->count == LISTEN_MAX) {
		errno = ENFILE;
		return -1;
	}
	fd = socket(
	    address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	if (address->sa_family == AF_INET6)
		(void)setsockopt(
		    fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof(v6only));
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, address, length) == -1 || listen(fd, BACKLOG) == -1) {
		saved_errno = errno;
		close(fd);
		errno = saved_errno;
		return -1;
	}
	if (opening->port == 0)
		opening->port = port_of(fd);
	opening->fds[opening->count++] = fd;
	return 0;
}

/* Both families in one socket; where there is no IPv6, IPv4. */
static int
open_all(struct opening *opening)
{
	const struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(opening->port) };
	const struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(opening->port) };

	if (open_one(opening, (const struct sockaddr *)&in6, sizeof(in6), 0) ==
		0 ||
	    (errno == EAFNOSUPPORT &&
		open_one(
		    opening, (const struct sockaddr *)&in, sizeof(in), 0) == 0))
		return 0;
	return complain(opening, "*");
}

static int
open_name(struct opening *opening, const char *name)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE };
	struct addrinfo *list, *ai;
	int error, before = opening->count, last_errno = EADDRNOTAVAIL;

	if ((error = getaddrinfo(name, NULL, &hints, &list)) != 0) {
		snprintf(opening->error, opening->size,
		    "listen on %s: %s; bankd.ini: [listen] address", name,
		    gai_strerror(error));
		return -EX_CONFIG;
	}
	for (ai = list; ai != NULL; ai = ai->ai_next) {
		((struct sockaddr_in6 *)ai->ai_addr)->sin6_port =
		    htons(opening->port);
		if (open_one(opening, ai->ai_addr, ai->ai_addrlen, 1) == 0)
			continue;
		last_errno = errno;
		/* A name with an address that this host lacks is no error. */
		if (errno != EADDRNOTAVAIL && errno != EAFNOSUPPORT)
			break;
	}
	freeaddrinfo(list);
	errno = last_errno;
	if (ai == NULL && opening->count > before)
		return 0;
	return complain(opening, name);
}

int
listen_open(const char *addresses, uint16_t port, int fds[LISTEN_MAX],
    char *error, size_t size)
{
	struct opening opening = { fds, 0, port, error, size };
	char words[ADDRESSES_SIZE], *word, *rest = NULL;
	int result = 0;

	string_copy(words, addresses, sizeof(words));
	for (word = strtok_r(words, " \t", &rest); word != NULL && result == 0;
	     word = strtok_r(NULL, " \t", &rest))
		result = strcmp(word, "*") == 0 ? open_all(&opening)
						: open_name(&opening, word);
	if (result == 0 && opening.count == 0) {
		snprintf(
		    error, size, "no address; bankd.ini: [listen] address");
		result = -EX_CONFIG;
	}
	if (result == 0)
		return opening.count;
	while (opening.count > 0)
		close(fds[--opening.count]);
	return result;
}

void
listen_text(int fd, char text[LISTEN_TEXT_SIZE])
{
	struct sockaddr_in6 own;
	socklen_t length = sizeof(own);
	char address[INET6_ADDRSTRLEN] = "*";

	if (getsockname(fd, (struct sockaddr *)&own, &length) == -1)
		own.sin6_port = 0;
	else if (own.sin6_family == AF_INET)
		inet_ntop(AF_INET, &((struct sockaddr_in *)&own)->sin_addr,
		    address, sizeof(address));
	else if (!IN6_IS_ADDR_UNSPECIFIED(&own.sin6_addr))
		inet_ntop(AF_INET6, &own.sin6_addr, address, sizeof(address));
	if (strcmp(address, "0.0.0.0") == 0)
		string_copy(address, "*", sizeof(address));
	snprintf(text, LISTEN_TEXT_SIZE, "%s %u", address,
	    (unsigned)ntohs(own.sin6_port));
}
