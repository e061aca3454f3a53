/* SPDX-License-Identifier: ISC */
/*
 * A cash report: what is taken has the form of its parts and is written as it
 * was read, but for zeros before numbers; what is refused leaves nothing.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "../../shared/wire/wire_cash.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct wire_cash zeros;
	struct wire_cash cash, again;
	char text[WIRE_CASH_TEXT];
	int length;

	if (wire_cash_read(&cash, (const char *)data, size) != 0) {
		assert(memcmp(&cash, &zeros, sizeof(cash)) == 0);
		return 0;
	}
	if (cash.is_stock)
		assert(cash.count > 0 && cash.count <= WIRE_CASH_NOTES);
	else
		assert(wire_is_id(cash.id, strlen(cash.id)) &&
		    cash.words[0] != '\0');
	length = wire_cash_write(&cash, text);
	assert(length > 0 && (size_t)length <= size);
	assert(wire_cash_read(&again, text, (size_t)length) == 0);
	assert(memcmp(&cash, &again, sizeof(cash)) == 0);
	return 0;
}
