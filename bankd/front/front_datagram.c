/* SPDX-License-Identifier: ISC */
/*
 * The front's one UDP socket, for both families, made before it drops its
 * rights.  A notice that can't be sent is lost: it was a hint.
 */
#include "front_datagram.h"

#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../shared/base/log.h"

struct front_datagram {
	int fd;
	sa_family_t family;
	uint16_t port;
};

static int
try_open(int family)
{
	const int off = 0;
	struct sockaddr_in6 any = { .sin6_family = (sa_family_t)family };
	int fd;

	fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	if (family == AF_INET6)
		(void)setsockopt(
		    fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	/* All zero is any address and a free port in either family. */
	if (bind(fd, (struct sockaddr *)&any,
		family == AF_INET6 ? sizeof(any)
				   : sizeof(struct sockaddr_in)) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

struct front_datagram *
front_datagram_open(void)
{
	struct sockaddr_in6 own = { .sin6_family = AF_INET6 };
	struct front_datagram *datagram = calloc(1, sizeof(*datagram));
	socklen_t length = sizeof(own);
	int fd;

	if (datagram == NULL ||
	    ((fd = try_open(AF_INET6)) == -1 &&
		(fd = try_open(AF_INET)) == -1)) {
		log_event(LOG_WARNING, "no_datagrams", NULL);
		free(datagram);
		return NULL;
	}
	/* The port stands at the same place in both kinds of address. */
	if (getsockname(fd, (struct sockaddr *)&own, &length) == 0)
		datagram->port = ntohs(own.sin6_port);
	datagram->fd = fd;
	datagram->family = own.sin6_family;
	return datagram;
}

uint16_t
front_datagram_port(const struct front_datagram *datagram)
{
	return datagram != NULL ? datagram->port : 0;
}

static socklen_t
to_ipv4(const struct sockaddr_in6 *in6, struct sockaddr_in *in)
{
	memset(in, 0, sizeof(*in));
	in->sin_family = AF_INET;
	in->sin_port = in6->sin6_port;
	memcpy(&in->sin_addr, &in6->sin6_addr.s6_addr[12], 4);
	return sizeof(*in);
}

void
front_datagram_send(const struct front_datagram *datagram,
    const struct sockaddr_in6 *peer, uint16_t port, const uint8_t *data,
    size_t length)
{
	struct sockaddr_in6 to = *peer;
	struct sockaddr_in to_in;
	socklen_t to_length = sizeof(to);
	const struct sockaddr *address = (const struct sockaddr *)&to;

	to.sin6_port = htons(port);
	if (datagram == NULL)
		return;
	if (datagram->family == AF_INET) {
		to_length = to_ipv4(&to, &to_in);
		address = (const struct sockaddr *)&to_in;
	}
	if (sendto(datagram->fd, data, length, MSG_DONTWAIT, address,
		to_length) == -1)
		log_event(LOG_DEBUG, "datagram_lost", NULL);
}
