/* SPDX-License-Identifier: ISC */
/*
 * Takes the list of the bank's hosts apart.  Part of atm-tui; pure.
 */
#include "bank_hosts.h"

#include <stdio.h>
#include <string.h>

#include "../../shared/base/error.h"
#include "../../shared/base/number.h"
#include "../base/intl.h"
#include "../base/options.h"

#define BLANKS " \t,"

/*
 * Where the port begins, after its colon: the only colon, or the one after a
 * bracket.  An address of IPv6 without brackets is all address.  NULL: none.
 */
static const char *
port_of(const char *word, size_t length)
{
	const char *colon = memchr(word, ':', length);
	const char *end = word + length;

	if (*word == '[') {
		const char *bracket = memchr(word, ']', length);

		if (bracket == NULL || bracket + 1 == end)
			return NULL;
		return bracket[1] == ':' ? bracket + 2 : NULL;
	}
	if (colon == NULL ||
	    memchr(colon + 1, ':', (size_t)(end - colon - 1)) != NULL)
		return NULL;
	return colon + 1;
}

static int
read_host(struct bank_host *host, const char *word, size_t length,
    uint64_t default_port)
{
	const char *port = port_of(word, length);
	size_t name_length = length;
	uint64_t number = default_port;

	if (port != NULL) {
		name_length = (size_t)(port - 1 - word);
		if (number_parse_bytes(
			port, length - name_length - 1, 1, 65535, &number) != 0)
			return BANK_EINVAL;
	}
	if (name_length == 0 || name_length >= sizeof(host->name))
		return BANK_EINVAL;
	memcpy(host->name, word, name_length);
	host->name[name_length] = '\0';
	snprintf(host->port, sizeof(host->port), "%u", (unsigned)number);
	return 0;
}

int
bank_hosts_read(struct bank_hosts *hosts, const struct config *config,
    char *error, size_t size)
{
	const char *word = config_string(config, BANK_HOST);
	uint64_t port = (uint64_t)config_number(config, BANK_PORT);
	size_t length;

	memset(hosts, 0, sizeof(*hosts));
	for (;; word += length) {
		word += strspn(word, BLANKS);
		length = strcspn(word, BLANKS);
		if (length == 0)
			break;
		if (hosts->count == BANK_HOSTS_MAX) {
			snprintf(error, size,
			    _("bank.host: more than %d hosts"), BANK_HOSTS_MAX);
			return BANK_ECONFIG;
		}
		if (read_host(&hosts->host[hosts->count++], word, length,
			port) != 0) {
			snprintf(error, size,
			    _("bank.host: \"%.*s\" is not a host, or a host "
			      "and port such as bank.example:4280"),
			    (int)length, word);
			return BANK_ECONFIG;
		}
	}
	if (hosts->count > 0)
		return 0;
	snprintf(error, size, _("bank.host: no host"));
	return BANK_ECONFIG;
}
