/* SPDX-License-Identifier: ISC */
/*
 * Cutting frames out of bytes that come in any pieces, and refusing at the
 * first byte that can't be right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../../../shared/base/error.h"
#include "../../../shared/wire/frame.h"
#include "../../../shared/base/util.h"

/* The table of atm-protocol(7), section 2, by itself. */
static const struct {
	enum frame_sender sender;
	char type;
	size_t length;
} frames[] = {
	{ FRAME_FROM_BANK, 'G', 33 },
	{ FRAME_FROM_ATM, 'L', 753 },
	{ FRAME_FROM_ATM, 'O', 753 },
	{ FRAME_FROM_ATM, 'R', 385 },
	{ FRAME_FROM_ATM, 'V', 753 },
	{ FRAME_FROM_ATM, 'C', 753 },
	{ FRAME_FROM_ATM, 'S', 273 },
};

static uint8_t bytes[FRAME_HEADER_SIZE + FRAME_MAX_LENGTH + 10];

static void
test_allowed(void **state)
{
	size_t allowed[2] = { 0, 0 };

	(void)state;
	for (size_t i = 0; i < NELEM(frames); i++) {
		uint8_t type = (uint8_t)frames[i].type;

		for (size_t length = 0; length <= UINT16_MAX; length++)
			assert_int_equal(
			    frame_allowed(frames[i].sender, type, length),
			    length == frames[i].length);
	}
	for (unsigned type = 0; type < 256; type++) {
		for (int sender = 0; sender < 2; sender++)
			for (size_t length = 0; length <= UINT16_MAX; length++)
				allowed[sender] +=
				    frame_allowed((enum frame_sender)sender,
					(uint8_t)type, length);
	}
	assert_int_equal(allowed[FRAME_FROM_ATM], 6);
	/* G; S of 1 to 255 blocks; E. */
	assert_int_equal(allowed[FRAME_FROM_BANK], 1 + 255 + 65297 - 5);
}

static void
test_bank_sealed(void **state)
{
	(void)state;
	for (size_t k = 1; k <= 255; k++) {
		size_t length = 256 * k + 17;

		assert_true(frame_allowed(FRAME_FROM_BANK, 'S', length));
		assert_false(frame_allowed(FRAME_FROM_BANK, 'S', length - 1));
		assert_false(frame_allowed(FRAME_FROM_BANK, 'S', length + 1));
	}
	assert_false(frame_allowed(FRAME_FROM_BANK, 'S', 17));
	assert_true(frame_allowed(FRAME_FROM_BANK, 'S', FRAME_MAX_LENGTH));
}

/* Each frame byte by byte: 0 until it is whole, and not a byte more. */
static void
test_cut_pieces(void **state)
{
	struct frame frame;

	(void)state;
	for (size_t i = 0; i < NELEM(frames); i++) {
		size_t whole = FRAME_HEADER_SIZE + frames[i].length;

		memset(bytes, 0xff, sizeof(bytes));
		put_u16(bytes, (uint16_t)frames[i].length);
		bytes[2] = (uint8_t)frames[i].type;
		for (size_t n = 0; n < whole; n++)
			assert_int_equal(
			    frame_cut(frames[i].sender, bytes, n, &frame), 0);
		for (size_t n = whole; n < whole + 3; n++)
			assert_int_equal(
			    frame_cut(frames[i].sender, bytes, n, &frame),
			    whole);
		assert_int_equal(frame.type, frames[i].type);
		assert_ptr_equal(frame.body, bytes + 3);
		assert_int_equal(frame.body_length, frames[i].length - 1);
	}
}

static void
test_cut_refuses(void **state)
{
	static const struct {
		enum frame_sender sender;
		const char *start;
		size_t length;
	} wrong[] = {
		{ FRAME_FROM_ATM, "\0\0", 2 },     /* no such length */
		{ FRAME_FROM_ATM, "\x03\x01", 2 }, /* 769: told from two */
		{ FRAME_FROM_ATM, "\xff\xff", 2 },
		{ FRAME_FROM_ATM, "\x02\xf1S", 3 }, /* L's length, S */
		{ FRAME_FROM_ATM, "\x01\x11L", 3 }, /* S's length, L */
		{ FRAME_FROM_ATM, "\0\x21", 2 },    /* a G from an ATM */
		{ FRAME_FROM_ATM, "\x01\x11", 2 + 1 },
		{ FRAME_FROM_ATM, "GET / HTTP/1.1\r\n", 16 },
		{ FRAME_FROM_ATM, "\x16\x03\x01\x02", 4 },
		{ FRAME_FROM_BANK, "\x02\xf1L", 3 },
		{ FRAME_FROM_BANK, "\0\x05", 2 }, /* E without a text */
		{ FRAME_FROM_BANK, "\0\x22G", 3 },
	};
	struct frame frame;

	(void)state;
	for (size_t i = 0; i < NELEM(wrong); i++)
		assert_int_equal(
		    frame_cut(wrong[i].sender, (const uint8_t *)wrong[i].start,
			wrong[i].length, &frame),
		    BANK_EINVAL);
}

static void
test_cut_follows(void **state)
{
	uint8_t body[FRAME_SEALED_SIZE] = { 1 };
	struct frame frame;
	size_t length = 0;

	(void)state;
	for (int i = 0; i < 3; i++) {
		body[0] = (uint8_t)i;
		length += (size_t)frame_write(bytes + length,
		    sizeof(bytes) - length, FRAME_SEALED, body, sizeof(body));
	}
	for (size_t i = 0, offset = 0; i < 3; i++) {
		int n = frame_cut(
		    FRAME_FROM_ATM, bytes + offset, length - offset, &frame);

		assert_int_equal(n, 275);
		assert_int_equal(frame.body[0], i);
		offset += (size_t)n;
	}
}

static void
test_write(void **state)
{
	static uint8_t body[FRAME_MAX_LENGTH];
	const char refusal[] = "401 ID or password is incorrect";
	size_t length = sizeof(refusal) - 1;

	(void)state;
	assert_int_equal(
	    frame_write(bytes, sizeof(bytes), FRAME_ERROR, refusal, length),
	    3 + length);
	assert_memory_equal(bytes,
	    "\0\x20"
	    "E401 ID",
	    9);
	assert_int_equal(
	    frame_write(bytes, 3 + length - 1, FRAME_ERROR, refusal, length),
	    BANK_EINVAL);
	assert_int_equal(frame_write(bytes, sizeof(bytes), FRAME_SEALED, body,
			     FRAME_MAX_LENGTH - 1),
	    FRAME_HEADER_SIZE + FRAME_MAX_LENGTH);
	assert_memory_equal(bytes, "\xff\x11S", 3);
	assert_int_equal(frame_write(bytes, sizeof(bytes), FRAME_SEALED, body,
			     FRAME_MAX_LENGTH),
	    BANK_EINVAL);
	assert_int_equal(
	    frame_write(bytes, sizeof(bytes), FRAME_GREETING, NULL, 0), 3);
}

/* A body that stands where it belongs already needs no second buffer. */
static void
test_write_in_place(void **state)
{
	(void)state;
	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes + 3, "abc", 3);
	assert_int_equal(
	    frame_write(bytes, sizeof(bytes), FRAME_ERROR, bytes + 3, 3), 6);
	assert_memory_equal(bytes,
	    "\0\x04"
	    "Eabc",
	    6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allowed),
		cmocka_unit_test(test_bank_sealed),
		cmocka_unit_test(test_cut_pieces),
		cmocka_unit_test(test_cut_refuses),
		cmocka_unit_test(test_cut_follows),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_in_place),
	};

	return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
