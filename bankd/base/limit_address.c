/* SPDX-License-Identifier: ISC */
/*
 * What an address is counted as.  Bytes in, bytes out: it knows no sockets.
 */
#include "limit_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "../../shared/base/error.h"
#include "../../shared/base/util.h"

#define NETWORK_BYTES 8 /* of the 16: a /64 */

/* Splits at the `%`; a zone that is there is not empty. */
static int
split_zone(const char *text, char host[LIMIT_ADDRESS_SIZE], const char **zone)
{
	char *percent;

	*zone = "";
	if (string_copy(host, text, LIMIT_ADDRESS_SIZE) >= LIMIT_ADDRESS_SIZE)
		return BANK_EINVAL;
	if ((percent = strchr(host, '%')) == NULL)
		return 0;
	*percent = '\0';
	*zone = percent + 1;
	return **zone != '\0' ? 0 : BANK_EINVAL;
}

static int
write_ipv6(
    struct in6_addr *in6, const char *zone, char limit[LIMIT_ADDRESS_SIZE])
{
	char host[INET6_ADDRSTRLEN];
	const char *separator = "/", *rest = "64";
	int length;

	if (IN6_IS_ADDR_LINKLOCAL(in6)) {
		separator = zone[0] != '\0' ? "%" : "";
		rest = zone;
	} else
		memset(&in6->s6_addr[NETWORK_BYTES], 0, NETWORK_BYTES);
	if (inet_ntop(AF_INET6, in6, host, sizeof(host)) == NULL)
		return BANK_EINVAL;
	length = snprintf(
	    limit, LIMIT_ADDRESS_SIZE, "%s%s%s", host, separator, rest);
	return length < LIMIT_ADDRESS_SIZE ? 0 : BANK_EINVAL;
}

static int
write_ipv4(const void *in, char limit[LIMIT_ADDRESS_SIZE])
{
	return inet_ntop(AF_INET, in, limit, LIMIT_ADDRESS_SIZE) != NULL
	    ? 0
	    : BANK_EINVAL;
}

int
limit_address(const char *text, char limit[LIMIT_ADDRESS_SIZE])
{
	char host[LIMIT_ADDRESS_SIZE];
	const char *zone;
	struct in_addr in;
	struct in6_addr in6;

	if (inet_pton(AF_INET, text, &in) == 1)
		return write_ipv4(&in, limit);
	if (split_zone(text, host, &zone) != 0 ||
	    inet_pton(AF_INET6, host, &in6) != 1)
		return BANK_EINVAL;
	if (IN6_IS_ADDR_V4MAPPED(&in6))
		return write_ipv4(&in6.s6_addr[12], limit);
	return write_ipv6(&in6, zone, limit);
}
