/* SPDX-License-Identifier: ISC */
/*
 * What a customer's text may be: requests of a session by the table of
 * verbs, and the texts of L, O, R and V.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../../bankd/vault/login/login_text.h"
#include "../../../bankd/vault/verbs/verbs.h"
#include "../../../shared/base/error.h"
#include "../../../shared/wire/frame.h"
#include "../../../shared/base/util.h"

#define TXID "0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210"
#define PASSWORD_64 \
	"0123456789012345678901234567890123456789012345678901234567890123"

static int
read_bytes(struct request *request, const char *text, size_t length)
{
	return request_read(request, verbs_table, REQUESTS_COUNT, text, length);
}

static int
read_text(struct request *request, const char *text)
{
	return read_bytes(request, text, strlen(text));
}

static void
test_right_requests(void **state)
{
	static const struct {
		const char *text;
		unsigned verb;
	} right[] = {
		{ "1 " TXID " 1 fey 250.50", REQUESTS_TRANSFER },
		{ "1 " TXID " 2 fey 1 2", REQUESTS_TRANSFER },
		{ "2", REQUESTS_BALANCES },
		{ "3", REQUESTS_EXIT },
		{ "DEPOSIT " TXID " 1 0.01", REQUESTS_DEPOSIT },
		{ "WITHDRAW " TXID " 2 9999999999999.99", REQUESTS_WITHDRAW },
		{ "REVERSE " TXID " " OTHER, REQUESTS_REVERSE },
		{ "OUTCOME " TXID, REQUESTS_OUTCOME },
		{ "HISTORY 1", REQUESTS_HISTORY },
		{ "HISTORY 100 0", REQUESTS_HISTORY },
		{ "HISTORY 5 9223372036854775807", REQUESTS_HISTORY },
		{ "DETAILS", REQUESTS_DETAILS },
		{ "PASSWORD a b\nc d", REQUESTS_PASSWORD },
		{ "CLOSE", REQUESTS_CLOSE },
		{ "NOTIFY udp 1", REQUESTS_NOTIFY },
		{ "NOTIFY udp 65535", REQUESTS_NOTIFY },
		{ "NOTIFY tls", REQUESTS_NOTIFY },
		{ "NOTIFY off", REQUESTS_NOTIFY },
		{ "PING", REQUESTS_PING },
	};
	struct request request;

	(void)state;
	for (size_t i = 0; i < NELEM(right); i++) {
		assert_int_equal(read_text(&request, right[i].text), 0);
		assert_ptr_equal(request.verb, &verbs_table[right[i].verb]);
		assert_int_equal(request.verb->id, right[i].verb);
	}
}

static void
test_wrong_requests(void **state)
{
	static const char *const wrong[] = { "", " ", "2 ", " 2", "2  ", "22",
		"ping", "PINGS", "V", "1", "1 " TXID, "1 " TXID " 1 fey",
		"1 " TXID " 3 fey 1", "1 " TXID " 1 fey 0",
		"1 " TXID " 1 fey -1", "1 " TXID " 1 :adjust 1",
		"1 " TXID " 1 fey 1 3", "1 " TXID " 1 fey 1 2 2",
		"1 " TXID "0 1 fey 1", "1 " TXID " 1  fey 1",
		"DEPOSIT " TXID " 1", "REVERSE " TXID, "OUTCOME", "OUTCOME x",
		"HISTORY", "HISTORY 0", "HISTORY 101", "HISTORY 1 -1",
		"HISTORY 1 x", "HISTORY 1 18446744073709551616",
		"HISTORY 1 9223372036854775808", "HISTORY 1 2 3", "DETAILS 1",
		"PASSWORD", "PASSWORD ", "PASSWORD a", "PASSWORD \nb",
		"PASSWORD a\n", "PASSWORD a\nb\nc", "PASSWORD a\n\tb",
		"PASSWORD a\n" PASSWORD_64 "x", "NOTIFY", "NOTIFY udp",
		"NOTIFY udp 0", "NOTIFY udp 65536", "NOTIFY udp x",
		"NOTIFY tls 5", "NOTIFY off 5", "NOTIFY tcp", "2\n", "2\r",
		"2\xff" };
	struct request request;

	(void)state;
	for (size_t i = 0; i < NELEM(wrong); i++)
		if (read_text(&request, wrong[i]) != BANK_EINVAL)
			fail_msg("taken: %s", wrong[i]);
	assert_int_equal(read_bytes(&request, "2\0", 2), BANK_EINVAL);
}

static void
test_arguments(void **state)
{
	struct request request;

	(void)state;
	assert_int_equal(read_text(&request, "1 " TXID " 2 Fey.x 12.5 1"), 0);
	assert_int_equal(request.txid[0], 0x01);
	assert_int_equal(request.txid[15], 0xef);
	assert_int_equal(request.account, WIRE_CHECKING);
	assert_string_equal(request.recipient, "Fey.x");
	assert_int_equal(request.amount_cents, 1250);
	assert_true(request.has_to_account);
	assert_int_equal(request.to_account, WIRE_SAVINGS);

	assert_int_equal(read_text(&request, "1 " TXID " 1 fey 1"), 0);
	assert_false(request.has_to_account);

	assert_int_equal(read_text(&request, "REVERSE " TXID " " OTHER), 0);
	assert_int_equal(request.withdrawal[0], 0xfe);
	assert_int_equal(read_text(&request, "HISTORY 7 42"), 0);
	assert_int_equal(request.count, 7);
	assert_true(request.has_before);
	assert_int_equal(request.before_seq, 42);
	assert_int_equal(read_text(&request, "NOTIFY udp 4711"), 0);
	assert_int_equal(request.port, 4711);
	assert_int_equal(request.delivery, 'u');
}

static void
test_passwords(void **state)
{
	static const char zeros[WIRE_PASSWORD_SIZE];
	struct request request;

	(void)state;
	/* Every byte up to the LF is the old one, spaces too. */
	assert_int_equal(
	    read_text(&request, "PASSWORD  a  b \n " PASSWORD_64), BANK_EINVAL);
	assert_int_equal(
	    read_text(&request, "PASSWORD  a  b \n" PASSWORD_64), 0);
	assert_string_equal(request.old_password, " a  b ");
	assert_string_equal(request.new_password, PASSWORD_64);
	request_wipe(&request);
	assert_memory_equal(request.old_password, zeros, sizeof(zeros));
	assert_memory_equal(request.new_password, zeros, sizeof(zeros));
}

/* A text comes in a buffer that is as long as it is. */
static void
test_no_byte_behind(void **state)
{
	static const char *const texts[] = { "2", "PING", "HISTORY 9",
		"PASSWORD a\nb", "1 " TXID " 1 fey 1 2" };
	struct request request;
	char *exact;

	(void)state;
	for (size_t i = 0; i < NELEM(texts); i++) {
		exact = test_malloc(strlen(texts[i]));
		memcpy(exact, texts[i], strlen(texts[i]));
		assert_int_equal(
		    read_bytes(&request, exact, strlen(texts[i])), 0);
		test_free(exact);
	}
}

static int
read_login(struct login_text *login, uint8_t type, const char *text)
{
	return login_text_read(login, type, text, strlen(text));
}

static void
test_logins(void **state)
{
	struct login_text login;

	(void)state;
	assert_int_equal(read_login(&login, FRAME_LOGIN, "chris\n1234"), 0);
	assert_string_equal(login.id, "chris");
	assert_string_equal(login.password, "1234");
	assert_int_equal(read_login(&login, FRAME_LOGIN, "c\n" PASSWORD_64), 0);
	assert_int_equal(
	    read_login(&login, FRAME_OPEN, "c\np w\nChris \xc3\x9f"), 0);
	assert_string_equal(login.name, "Chris \xc3\x9f");
	assert_int_equal(read_login(&login, FRAME_OPEN, "c\np\n"), 0);
	assert_string_equal(login.name, "");
	assert_int_equal(read_login(&login, FRAME_REVERSAL, "c\n" TXID), 0);
	assert_int_equal(login.txid[1], 0x23);
	assert_int_equal(read_login(&login, FRAME_RESUME, "RESUME"), 0);
}

static void
test_wrong_logins(void **state)
{
	static const struct {
		uint8_t type;
		const char *text;
	} wrong[] = {
		{ FRAME_LOGIN, "" },
		{ FRAME_LOGIN, "chris" },
		{ FRAME_LOGIN, "chris\n" },
		{ FRAME_LOGIN, "\n1234" },
		{ FRAME_LOGIN, "chris\n1234\n" },
		{ FRAME_LOGIN, "chris\n12\t34" },
		{ FRAME_LOGIN, "chris\n\xff" },
		{ FRAME_LOGIN, ":adjust\n1234" },
		{ FRAME_LOGIN, "chris\n" PASSWORD_64 "5" },
		{ FRAME_LOGIN, "c23456789012345678901234567890123\n1234" },
		{ FRAME_OPEN, "chris\n1234" },
		{ FRAME_OPEN, "chris\n1234\nname\n" },
		{ FRAME_OPEN, "chris\n\nname" },
		{ FRAME_OPEN, "chris\n1234\n" PASSWORD_64 "5" },
		{ FRAME_REVERSAL, "chris" },
		{ FRAME_REVERSAL, "chris\n" TXID "\n" },
		{ FRAME_REVERSAL, "chris\n0123" },
		{ FRAME_RESUME, "resume" },
		{ FRAME_RESUME, "RESUME\n" },
		{ FRAME_SEALED, "chris\n1234" },
	};
	static const struct login_text zeros;
	struct login_text login;

	(void)state;
	for (size_t i = 0; i < NELEM(wrong); i++) {
		memset(&login, 1, sizeof(login));
		if (read_login(&login, wrong[i].type, wrong[i].text) !=
		    BANK_EINVAL)
			fail_msg("taken: %s", wrong[i].text);
		assert_memory_equal(&login, &zeros, sizeof(login));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right_requests),
		cmocka_unit_test(test_wrong_requests),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_passwords),
		cmocka_unit_test(test_no_byte_behind),
		cmocka_unit_test(test_logins),
		cmocka_unit_test(test_wrong_logins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
