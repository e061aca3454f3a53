/* SPDX-License-Identifier: ISC */
/*
 * Listening sockets out of the configuration's words.  The monitor's, once
 * at the start.
 */
#include "listen.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/base/util.h"

#define BACKLOG 1024
#define ADDRESSES_SIZE 256
#define ENDPOINTS_MAX 64

/* An address that was asked for, by a word of the configuration. */
struct endpoint {
	size_t word; /* its number */
	struct sockaddr_storage address;
	socklen_t length;
	bool both;       /* of IPv6, and all of IPv4 as well */
	size_t instead;  /* the endpoint that serves this one; or itself */
	int saved_errno; /* why it couldn't be opened, or 0 */
};

struct opening {
	int *fds, count;
	uint16_t port;
	struct endpoint endpoints[ENDPOINTS_MAX];
	size_t endpoint_count;
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
	snprintf(opening->error, opening->size,
	    strchr(address, ':') == NULL || address[0] == '['
		? "listen on %s port %u: %s; %s"
		: "listen on [%s] port %u: %s; %s",
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

static void
add_endpoint(struct opening *opening, size_t word,
    const struct sockaddr *address, socklen_t length, bool both)
{
	struct endpoint *endpoint =
	    &opening->endpoints[opening->endpoint_count];

	if (opening->endpoint_count == ENDPOINTS_MAX)
		return;
	*endpoint =
	    (struct endpoint) { .word = word, .length = length, .both = both };
	memcpy(&endpoint->address, address, length);
	endpoint->instead = opening->endpoint_count++;
}

/* `*`, a name, a number; that of IPv6 may stand in brackets. */
static int
add_word(struct opening *opening, size_t number, const char *word)
{
	static const struct sockaddr_in6 all = { .sin6_family = AF_INET6 };
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE };
	char name[ADDRESSES_SIZE];
	struct addrinfo *list;
	int error;

	if (strcmp(word, "*") == 0) {
		add_endpoint(opening, number, (const struct sockaddr *)&all,
		    sizeof(all), true);
		return 0;
	}
	address_unbracket(word, name, sizeof(name));
	if ((error = getaddrinfo(name, NULL, &hints, &list)) != 0) {
		snprintf(opening->error, opening->size,
		    "listen on %s: %s; bankd.ini: [listen] address", word,
		    gai_strerror(error));
		return -EX_CONFIG;
	}
	for (struct addrinfo *ai = list; ai != NULL; ai = ai->ai_next)
		add_endpoint(
		    opening, number, ai->ai_addr, ai->ai_addrlen, false);
	freeaddrinfo(list);
	return 0;
}

static bool
is_any(const struct endpoint *endpoint)
{
	if (endpoint->address.ss_family == AF_INET)
		return ((const struct sockaddr_in *)&endpoint->address)
			   ->sin_addr.s_addr == htonl(INADDR_ANY);
	return IN6_IS_ADDR_UNSPECIFIED(
	    &((const struct sockaddr_in6 *)&endpoint->address)->sin6_addr);
}

/* Whether all that reaches `other` would reach `one`. */
static bool
covers(const struct endpoint *one, const struct endpoint *other)
{
	if (one->both)
		return true;
	if (other->both || one->address.ss_family != other->address.ss_family)
		return false;
	/* Of a fresh one, port and flow are 0 and the zone is in it. */
	return is_any(one) ||
	    (one->length == other->length &&
		memcmp(&one->address, &other->address, one->length) == 0);
}

/* An address asked for twice is one, and so is one that another includes. */
static void
unite(struct opening *opening)
{
	struct endpoint *endpoints = opening->endpoints, *other;
	size_t best;

	for (size_t i = 0; i < opening->endpoint_count; i++) {
		best = i;
		for (size_t j = 0; j < opening->endpoint_count; j++) {
			other = &endpoints[j];
			if (covers(other, &endpoints[best]) &&
			    (j < best || !covers(&endpoints[best], other)))
				best = j;
		}
		endpoints[i].instead = best;
	}
}

static int
open_endpoint(struct opening *opening, struct endpoint *endpoint)
{
	const struct sockaddr_in all = { .sin_family = AF_INET,
		.sin_port = htons(opening->port) };

	/* It stands at the same place in both families. */
	((struct sockaddr_in *)&endpoint->address)->sin_port =
	    htons(opening->port);
	if (open_one(opening, (const struct sockaddr *)&endpoint->address,
		endpoint->length, !endpoint->both) == 0)
		return 0;
	/* Of both families the one that this host has. */
	if (!endpoint->both || errno != EAFNOSUPPORT)
		return -1;
	return open_one(opening, (const struct sockaddr *)&all, sizeof(all), 0);
}

/* A name with an address that this host lacks is no error. */
static bool
is_lacking(int error)
{
	return error == EADDRNOTAVAIL || error == EAFNOSUPPORT;
}

static int
open_endpoints(struct opening *opening, char *const words[])
{
	struct endpoint *endpoint;

	for (size_t i = 0; i < opening->endpoint_count; i++) {
		endpoint = &opening->endpoints[i];
		if (endpoint->instead != i ||
		    open_endpoint(opening, endpoint) == 0)
			continue;
		endpoint->saved_errno = errno;
		if (!is_lacking(errno))
			return complain(opening, words[endpoint->word]);
	}
	return 0;
}

/* Whether one at least of the word's addresses is served. */
static int
check_word(const struct opening *opening, size_t number, const char *word)
{
	const struct endpoint *endpoints = opening->endpoints;
	int error = EADDRNOTAVAIL;

	for (size_t i = 0; i < opening->endpoint_count && error != 0; i++) {
		if (endpoints[i].word == number)
			error = endpoints[endpoints[i].instead].saved_errno;
	}
	errno = error;
	return error == 0 ? 0 : complain(opening, word);
}

int
listen_open(const char *addresses, uint16_t port, int fds[LISTEN_MAX],
    char *error, size_t size)
{
	struct opening opening = {
		.fds = fds, .port = port, .error = error, .size = size
	};
	char text[ADDRESSES_SIZE], *words[ADDRESSES_SIZE / 2], *rest = NULL;
	size_t count = 0;
	int result = 0;

	string_copy(text, addresses, sizeof(text));
	for (char *word = strtok_r(text, " \t", &rest); word != NULL;
	     word = strtok_r(NULL, " \t", &rest))
		words[count++] = word;
	for (size_t i = 0; i < count && result == 0; i++)
		result = add_word(&opening, i, words[i]);
	unite(&opening);
	if (result == 0)
		result = open_endpoints(&opening, words);
	for (size_t i = 0; i < count && result == 0; i++)
		result = check_word(&opening, i, words[i]);
	if (count == 0) {
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

/* All of both families in one socket, and not of IPv6 alone. */
static bool
is_both(int fd)
{
	int v6only = 1;
	socklen_t length = sizeof(v6only);

	return getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, &length) ==
	    0 &&
	    v6only == 0;
}

static void
zone_text(uint32_t zone, char text[1 + IF_NAMESIZE])
{
	text[0] = '\0';
	if (zone == 0)
		return;
	text[0] = '%';
	if (if_indextoname(zone, text + 1) == NULL)
		snprintf(text + 1, IF_NAMESIZE, "%u", zone);
}

void
listen_text(int fd, char text[LISTEN_TEXT_SIZE])
{
	struct sockaddr_in6 own;
	socklen_t length = sizeof(own);
	char address[INET6_ADDRSTRLEN] = "?", zone[1 + IF_NAMESIZE] = "";
	bool bare = true;

	if (getsockname(fd, (struct sockaddr *)&own, &length) == -1)
		own.sin6_port = 0;
	else if (own.sin6_family == AF_INET)
		inet_ntop(AF_INET, &((struct sockaddr_in *)&own)->sin_addr,
		    address, sizeof(address));
	else if (IN6_IS_ADDR_UNSPECIFIED(&own.sin6_addr) && is_both(fd))
		string_copy(address, "*", sizeof(address));
	else {
		bare = false;
		inet_ntop(AF_INET6, &own.sin6_addr, address, sizeof(address));
		zone_text(own.sin6_scope_id, zone);
	}
	snprintf(text, LISTEN_TEXT_SIZE, bare ? "%s%s %u" : "[%s%s] %u",
	    address, zone, (unsigned)ntohs(own.sin6_port));
}
