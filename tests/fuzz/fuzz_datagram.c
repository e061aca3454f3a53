/* SPDX-License-Identifier: ISC */
/*
 * Datagrams at an ATM: a stranger's bytes never open and leave the counter;
 * any text that a bank seals opens once and no second time, and only a
 * notice of known form is handed on and told.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../../atm-tui/bank/notices.h"
#include "../../shared/base/error.h"
#include "../../shared/base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t key_id[4] = { 1, 2, 3, 4 };

static void
derive(struct seal_keys *keys)
{
	static const uint8_t k[SEAL_KEY_SIZE], nonce[FRAME_NONCE_SIZE],
	    binding[FRAME_BINDING_SIZE];

	memset(keys, 0, sizeof(*keys));
	if (seal_derive(keys, k, nonce, binding) != 0)
		abort();
}

static void
check_notice(void *context, const char *text, size_t length)
{
	struct sentence what;
	char out[SENTENCE_SIZE];

	(void)context;
	assert(length <= SEAL_DATAGRAM_TEXT && strlen(text) == length);
	assert(utf8_is_clean(text, length));
	assert(notices_describe(text, &what));
	assert(strlen(sentence_write(&what, "$", out)) > 0);
	assert(utf8_is_clean(out, strlen(out)));
}

static void
check_stranger(const uint8_t *data, size_t size)
{
	char text[SEAL_DATAGRAM_TEXT + 1];
	struct seal_keys keys;

	derive(&keys);
	assert(seal_open_datagram(&keys.notice, key_id, data, size, text) ==
	    BANK_ESEAL);
	assert(keys.notice.counter == 1);
	seal_wipe(&keys);
}

static void
check_sealed(const char *text, size_t length)
{
	char opened[SEAL_DATAGRAM_TEXT + 1];
	uint8_t datagram[SEAL_DATAGRAM_SIZE];
	struct seal_keys from, to;
	int n;

	derive(&from);
	derive(&to);
	if (seal_datagram(&from.notice, key_id, text, length, datagram) == 0) {
		n = seal_open_datagram(
		    &to.notice, key_id, datagram, sizeof(datagram), opened);
		assert(n == (int)length && memcmp(opened, text, length) == 0);
		n = seal_open_datagram(
		    &to.notice, key_id, datagram, sizeof(datagram), opened);
		assert(n == BANK_ESEAL);
	}
	seal_wipe(&from);
	seal_wipe(&to);
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
