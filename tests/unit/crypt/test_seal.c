/* SPDX-License-Identifier: ISC */
/*
 * The seals against known answers made by another implementation, and
 * against everything that must not open.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>

#include "../../../shared/base/error.h"
#include "../../../shared/crypt/seal.h"
#include "../../../shared/base/util.h"
#include "from_hex.h"
#include "seal_vectors.h"

#define BUFFER (SEAL_MAX_TEXT + 2 * SEAL_BLOCK_SIZE)

static size_t allocations;

/* Two sides of one connection. */
static struct seal_keys atm, bank;
static uint8_t sealed[BUFFER];
static char text[BUFFER];

static void *
counting_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	allocations++;
	return malloc(size);
}

static void *
counting_realloc(void *p, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	allocations++;
	return realloc(p, size);
}

static void
counting_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

static void
assert_hex(const uint8_t *data, size_t length, const char *hex)
{
	uint8_t expected[2048];

	assert_int_equal(from_hex(hex, expected, sizeof(expected)), length);
	assert_memory_equal(data, expected, length);
}

static int
setup(void **state)
{
	uint8_t k[SEAL_KEY_SIZE], nonce[FRAME_NONCE_SIZE];
	uint8_t binding[FRAME_BINDING_SIZE];

	(void)state;
	from_hex(VECTOR_K, k, sizeof(k));
	from_hex(VECTOR_NONCE, nonce, sizeof(nonce));
	from_hex(VECTOR_BINDING, binding, sizeof(binding));
	assert_int_equal(seal_derive(&atm, k, nonce, binding), 0);
	assert_int_equal(seal_derive(&bank, k, nonce, binding), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	seal_wipe(&atm);
	seal_wipe(&bank);
	return 0;
}

static size_t
atm_seals(uint8_t type, const char *request)
{
	int n = seal_text(
	    &atm.up, type, request, strlen(request), sealed, sizeof(sealed));

	assert_true(n > 0);
	return (size_t)n;
}

/* Nothing opened, nothing counted, nothing left for the next SSL_read. */
static void
assert_refused(
    struct seal_direction *direction, uint8_t type, const size_t length)
{
	uint64_t before = direction->counter;

	assert_int_equal(
	    seal_open(direction, type, sealed, length, text, sizeof(text)),
	    BANK_ESEAL);
	assert_int_equal(direction->counter, before);
	assert_int_equal(ERR_peek_error(), 0);
}

static void
test_known_keys(void **state)
{
	(void)state;
	assert_hex(atm.up.key, SEAL_KEY_SIZE, VECTOR_UP);
	assert_hex(atm.down.key, SEAL_KEY_SIZE, VECTOR_DOWN);
	assert_hex(atm.notice.key, SEAL_KEY_SIZE, VECTOR_NOTICE);
	assert_int_equal(atm.up.counter, 0);
	assert_int_equal(atm.down.counter, 0);
	assert_int_equal(atm.notice.counter, 1);
}

static void
test_known_seals(void **state)
{
	const char *block = "0123456789abcdef";
	char two[2 * SEAL_BLOCK_SIZE];
	int n;

	(void)state;
	assert_hex(sealed, atm_seals('L', "chris\n1234"), VECTOR_LOGIN);
	assert_hex(sealed, atm_seals('S', "2"), VECTOR_REQUEST);
	for (size_t i = 0; i < sizeof(two); i++)
		two[i] = block[i % 16];
	n = seal_text(
	    &bank.down, 'S', two, sizeof(two), sealed, sizeof(sealed));
	assert_int_equal(n, 2 * SEAL_BLOCK_SIZE + SEAL_TAG_SIZE);
	assert_hex(sealed, (size_t)n, VECTOR_TWO_BLOCKS);
}

static void
test_known_opens(void **state)
{
	size_t length;

	(void)state;
	length = from_hex(VECTOR_LOGIN, sealed, sizeof(sealed));
	assert_int_equal(
	    seal_open(&bank.up, 'L', sealed, length, text, sizeof(text)), 10);
	assert_string_equal(text, "chris\n1234");
	length = from_hex(VECTOR_REQUEST, sealed, sizeof(sealed));
	assert_int_equal(
	    seal_open(&bank.up, 'S', sealed, length, text, sizeof(text)), 1);
	assert_string_equal(text, "2");
	/* A right seal over a wrong text is a message, and is counted. */
	length = from_hex(VECTOR_ZERO_INSIDE, sealed, sizeof(sealed));
	assert_int_equal(
	    seal_open(&bank.up, 'S', sealed, length, text, sizeof(text)),
	    BANK_EINVAL);
	assert_int_equal(bank.up.counter, 3);
	length = from_hex(VECTOR_TWO_BLOCKS, sealed, sizeof(sealed));
	assert_int_equal(
	    seal_open(&atm.down, 'S', sealed, length, text, sizeof(text)),
	    2 * SEAL_BLOCK_SIZE);
}

static void
test_sizes(void **state)
{
	static const size_t lengths[] = { 0, 1, 255, 256, 257, 511, 512, 513,
		SEAL_MAX_TEXT - 1, SEAL_MAX_TEXT };
	static const size_t blocks[] = { 1, 1, 1, 1, 2, 2, 2, 3, 255, 255 };
	static char plain[SEAL_MAX_TEXT + 1];
	int n;

	(void)state;
	memset(plain, 'x', sizeof(plain));
	for (size_t i = 0; i < NELEM(lengths); i++) {
		size_t size = blocks[i] * SEAL_BLOCK_SIZE + SEAL_TAG_SIZE;

		assert_int_equal(seal_size(lengths[i]), size);
		assert_int_equal(seal_text(&bank.down, 'S', plain, lengths[i],
				     sealed, size - 1),
		    BANK_EINVAL);
		n = seal_text(&bank.down, 'S', plain, lengths[i], sealed, size);
		assert_int_equal(n, size);
		assert_int_equal(
		    seal_open(&atm.down, 'S', sealed, size, text, size - 1),
		    BANK_ENOSPC);
		assert_int_equal(
		    seal_open(&atm.down, 'S', sealed, size, text, size),
		    lengths[i]);
		assert_memory_equal(text, plain, lengths[i]);
		assert_int_equal(text[lengths[i]], '\0');
	}
	assert_int_equal(seal_text(&bank.down, 'S', plain, sizeof(plain),
			     sealed, sizeof(sealed)),
	    BANK_EINVAL);
	assert_int_equal(
	    seal_text(&bank.down, 'S', "a\0b", 3, sealed, sizeof(sealed)),
	    BANK_EINVAL);
	assert_int_equal(bank.down.counter, NELEM(lengths));
}

static void
test_wrong_counter(void **state)
{
	size_t length;

	(void)state;
	length = atm_seals('S', "first");
	bank.up.counter = 1;
	assert_refused(&bank.up, 'S', length);
	bank.up.counter = 0;
	assert_int_equal(
	    seal_open(&bank.up, 'S', sealed, length, text, sizeof(text)), 5);
	/* Said again: a replay. */
	assert_refused(&bank.up, 'S', length);
	/* Left out: the one after it doesn't open. */
	atm_seals('S', "dropped");
	length = atm_seals('S', "third");
	assert_refused(&bank.up, 'S', length);
	/* The last number of all is never used. */
	atm.up.counter = bank.up.counter = UINT64_MAX;
	assert_int_equal(
	    seal_text(&atm.up, 'S', "2", 1, sealed, sizeof(sealed)),
	    BANK_ECRYPTO);
	assert_int_equal(
	    seal_open(&bank.up, 'S', sealed, length, text, sizeof(text)),
	    BANK_ECRYPTO);
}

static void
test_wrong_type(void **state)
{
	size_t length = atm_seals('L', "chris\n1234");

	(void)state;
	for (unsigned type = 0; type < 256; type++) {
		if (type != 'L')
			assert_refused(&bank.up, (uint8_t)type, length);
	}
	assert_int_equal(
	    seal_open(&bank.up, 'L', sealed, length, text, sizeof(text)), 10);
}

static void
test_flipped_bits(void **state)
{
	size_t length = atm_seals('S', "1 txid 1 fey 10");

	(void)state;
	for (size_t bit = 0; bit < 8 * length; bit++) {
		sealed[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_refused(&bank.up, 'S', length);
		sealed[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	assert_int_equal(
	    seal_open(&bank.up, 'S', sealed, length, text, sizeof(text)), 15);
}

static void
test_wrong_length(void **state)
{
	size_t length = atm_seals('S', "2");

	(void)state;
	for (size_t cut = 0; cut < length; cut++)
		assert_refused(&bank.up, 'S', cut);
	assert_refused(&bank.up, 'S', length + 1);
	assert_refused(&bank.up, 'S', length + SEAL_BLOCK_SIZE);
	assert_refused(&bank.up, 'S', BUFFER);
}

static void
test_reflection(void **state)
{
	size_t length = atm_seals('S', "2");

	(void)state;
	/* What the ATM sealed, given back to it, or sealed by the bank. */
	assert_refused(&atm.down, 'S', length);
	length = (size_t)seal_text(
	    &bank.down, 'S', "200 balances", 12, sealed, sizeof(sealed));
	assert_refused(&bank.up, 'S', length);
	assert_refused(&bank.notice, 'S', length);
}

static void
test_other_connection(void **state)
{
	static const char *const parts[] = { VECTOR_K, VECTOR_NONCE,
		VECTOR_BINDING };
	uint8_t part[NELEM(parts)][32];
	struct seal_keys other;
	size_t length = atm_seals('S', "2");

	(void)state;
	for (size_t i = 0; i < NELEM(parts); i++) {
		for (size_t j = 0; j < NELEM(parts); j++)
			from_hex(parts[j], part[j], 32);
		part[i][31] ^= 1;
		assert_int_equal(
		    seal_derive(&other, part[0], part[1], part[2]), 0);
		assert_refused(&other.up, 'S', length);
		seal_wipe(&other);
	}
}

static void
test_refusal_leaves_nothing(void **state)
{
	size_t length = atm_seals('L', "chris\n1234");

	(void)state;
	sealed[length - 1] ^= 1;
	memset(text, 'x', sizeof(text));
	assert_refused(&bank.up, 'L', length);
	assert_null(memmem(text, sizeof(text), "1234", 4));
}

static void
test_datagram(void **state)
{
	const uint8_t id[4] = { 0xde, 0xad, 0xbe, 0xef };
	uint8_t datagram[SEAL_DATAGRAM_SIZE];

	(void)state;
	assert_int_equal(seal_datagram(&bank.notice, id, "received 7 2.50 fey",
			     19, datagram),
	    0);
	assert_hex(datagram, sizeof(datagram), VECTOR_DATAGRAM);
	assert_int_equal(bank.notice.counter, 2);
	for (size_t bit = 0; bit < 8 * sizeof(datagram); bit++) {
		datagram[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_int_equal(seal_open_datagram(&atm.notice, id, datagram,
				     sizeof(datagram), text),
		    BANK_ESEAL);
		datagram[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	assert_int_equal(seal_open_datagram(&atm.notice, id, datagram,
			     sizeof(datagram) - 1, text),
	    BANK_ESEAL);
	assert_int_equal(atm.notice.counter, 1);
	assert_int_equal(seal_open_datagram(
			     &atm.notice, id, datagram, sizeof(datagram), text),
	    19);
	assert_string_equal(text, "received 7 2.50 fey");
	assert_int_equal(seal_open_datagram(
			     &atm.notice, id, datagram, sizeof(datagram), text),
	    BANK_ESEAL);
}

static void
test_datagram_order(void **state)
{
	const uint8_t id[4] = { 1, 2, 3, 4 };
	uint8_t datagram[3][SEAL_DATAGRAM_SIZE];
	char full[SEAL_DATAGRAM_TEXT + 1];

	(void)state;
	memset(full, 'n', sizeof(full));
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(seal_datagram(&bank.notice, id, full,
				     SEAL_DATAGRAM_TEXT, datagram[i]),
		    0);
	assert_int_equal(
	    seal_datagram(&bank.notice, id, full, sizeof(full), datagram[0]),
	    BANK_EINVAL);
	/* The second before the first: the first is old then. */
	assert_int_equal(seal_open_datagram(&atm.notice, id, datagram[1],
			     SEAL_DATAGRAM_SIZE, text),
	    SEAL_DATAGRAM_TEXT);
	assert_int_equal(seal_open_datagram(&atm.notice, id, datagram[0],
			     SEAL_DATAGRAM_SIZE, text),
	    BANK_ESEAL);
	assert_int_equal(seal_open_datagram(&atm.notice, id, datagram[2],
			     SEAL_DATAGRAM_SIZE, text),
	    SEAL_DATAGRAM_TEXT);
	assert_int_equal(atm.notice.counter, 4);
}

static void
test_no_allocation(void **state)
{
	const uint8_t id[4] = { 0 };
	uint8_t datagram[SEAL_DATAGRAM_SIZE];
	size_t before = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		size_t length = atm_seals('S', "2");

		assert_int_equal(seal_open(&bank.up, 'S', sealed, length, text,
				     sizeof(text)),
		    1);
		assert_int_equal(
		    seal_datagram(&bank.notice, id, "x", 1, datagram), 0);
		if (i == 0)
			before = allocations;
	}
	assert_true(before > 0); /* they are counted */
	assert_int_equal(allocations, before);
}

static void
test_wipe(void **state)
{
	static const struct seal_keys zeroed;
	struct seal_keys keys = { 0 };

	(void)state;
	seal_wipe(&keys);
	atm_seals('S', "2");
	seal_wipe(&atm);
	assert_memory_equal(&atm, &zeroed, sizeof(atm));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_known_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_known_seals, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_known_opens, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_wrong_counter, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_wrong_type, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_flipped_bits, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_wrong_length, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_reflection, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_other_connection, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_refusal_leaves_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_datagram, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_datagram_order, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_no_allocation, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wipe, setup, teardown),
	};

	/* Only before OpenSSL's first allocation. */
	if (!CRYPTO_set_mem_functions(
		counting_malloc, counting_realloc, counting_free))
		return 1;
	return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}
