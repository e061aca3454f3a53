/* SPDX-License-Identifier: ISC */
/*
 * Datagrams at an ATM: a stranger's bytes never open and leave the counter;
 * any text that a bank seals opens once and no second time, and only a
 * notice of known form is handed on and told.
 */
#include <assert.h>
#include <string.h>

#include "../../atm-tui/notices.h"
#include "../../shared/error.h"
#include "../../shared/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t key_id[4] = { 1, 2, 3, 4 };

static struct seal_direction
fresh(void)
{
	struct seal_direction direction;

	memset(&direction, 0, sizeof(direction));
	memset(direction.key, 7, sizeof(direction.key));
	direction.counter = 1;
	return direction;
}

static void
check_notice(void *context, const char *text, size_t length)
{
	char out[NOTICES_TEXT_SIZE];
	const char *said;

	(void)context;
	assert(length <= SEAL_DATAGRAM_TEXT && strlen(text) == length);
	assert(wire_is_clean_utf8(text, length));
	said = notices_describe(text, "$", out);
	assert(said == out && strlen(out) > 0);
	assert(wire_is_clean_utf8(out, strlen(out)));
}

static void
check_stranger(const uint8_t *data, size_t size)
{
	struct seal_direction direction = fresh();
	char text[SEAL_DATAGRAM_TEXT + 1];

	assert(seal_open_datagram(&direction, key_id, data, size, text) ==
	    BANK_ESEAL);
	assert(direction.counter == 1);
}

static void
check_sealed(const char *text, size_t length)
{
	struct seal_direction from = fresh(), to = fresh();
	char opened[SEAL_DATAGRAM_TEXT + 1];
	uint8_t datagram[SEAL_DATAGRAM_SIZE];
	int n;

	if (seal_datagram(&from, key_id, text, length, datagram) != 0)
		return;
	n = seal_open_datagram(&to, key_id, datagram, sizeof(datagram), opened);
	assert(n == (int)length && memcmp(opened, text, length) == 0);
	assert(seal_open_datagram(&to, key_id, datagram, sizeof(datagram),
		   opened) == BANK_ESEAL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct notices *notices;
	const char *text = (const char *)data;

	if (notices == NULL)
		notices = notices_new(NULL, check_notice, NULL);
	assert(notices != NULL);
	check_stranger(data, size);
	check_sealed(text, size);
	notices_take(notices, text, size);
	return 0;
}
