/* SPDX-License-Identifier: ISC */
/*
 * The text of a request in a session: what is taken has arguments within
 * their ranges and strings that end; what is refused leaves no password.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "../../bankd/vault/verbs/verbs.h"
#include "../../shared/base/money.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
ends(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct request request;
	int result;

	result = request_read(
	    &request, verbs_table, REQUESTS_COUNT, (const char *)data, size);
	assert(ends(request.recipient, sizeof(request.recipient)));
	assert(ends(request.old_password, sizeof(request.old_password)));
	assert(ends(request.new_password, sizeof(request.new_password)));
	if (result != 0)
		return 0;
	assert(request.verb != NULL);
	assert(request.account <= WIRE_CHECKING);
	assert(request.to_account <= WIRE_CHECKING);
	assert(request.amount_cents >= 0 &&
	    request.amount_cents <= MONEY_MAX_CENTS);
	assert(request.count <= 100);
	if ((request.verb->traits & REQUEST_RECIPIENT) != 0)
		assert(
		    wire_is_id(request.recipient, strlen(request.recipient)));
	if ((request.verb->traits & REQUEST_PASSWORDS) != 0)
		assert(wire_is_password(
		    request.new_password, strlen(request.new_password)));
	return 0;
}
