/* SPDX-License-Identifier: ISC */
/*
 * What an address is counted as.  The vault hears the address from the front,
 * which faces the network: whatever it says is an address or none, and what
 * comes out of one ends where its buffer does.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../bankd/base/limit_address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[256], limit[LIMIT_ADDRESS_SIZE], again[LIMIT_ADDRESS_SIZE];
	const char *network;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	memset(limit, 'x', sizeof(limit));
	if (limit_address(text, limit) != 0)
		return 0;
	if (memchr(limit, '\0', sizeof(limit)) == NULL)
		abort();
	/* IPv4 and what is link-local stay what they are, asked again. */
	network = strchr(limit, '/');
	if (network == NULL &&
	    (limit_address(limit, again) != 0 || strcmp(limit, again) != 0))
		abort();
	return 0;
}
