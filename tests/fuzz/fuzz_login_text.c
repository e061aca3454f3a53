/* SPDX-License-Identifier: ISC */
/*
 * The text of a login, its first byte the frame's type: what is taken has
 * the form of its words, what is refused leaves nothing behind.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "../../bankd/vault/login/login_text.h"
#include "../../shared/wire/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct login_text zeros;
	struct login_text login;

	if (size == 0)
		return 0;
	if (login_text_read(
		&login, data[0], (const char *)data + 1, size - 1) != 0) {
		assert(memcmp(&login, &zeros, sizeof(login)) == 0);
		return 0;
	}
	assert(memchr(login.id, '\0', sizeof(login.id)) != NULL);
	assert(memchr(login.password, '\0', sizeof(login.password)) != NULL);
	assert(memchr(login.name, '\0', sizeof(login.name)) != NULL);
	if (data[0] == FRAME_RESUME || data[0] == FRAME_CASH)
		return 0;
	assert(wire_is_id(login.id, strlen(login.id)));
	if (data[0] != FRAME_REVERSAL)
		assert(
		    wire_is_password(login.password, strlen(login.password)));
	assert(wire_is_name(login.name, strlen(login.name)));
	return 0;
}
