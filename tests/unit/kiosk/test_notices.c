/* SPDX-License-Identifier: ISC */
/*
 * Notices: real datagrams over loopback, sealed by the library's other side,
 * and those that must be dropped.  A dropped one is proven by the good one
 * that is sent behind it and comes alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../../atm-tui/bank/notices.h"
#include "../../../shared/base/error.h"
#include "../../lib/patience.h"

#define PATIENCE_MS 20000

static const uint8_t key_id[4] = { 0xde, 0xad, 0xbe, 0xef };

/* A kiosk with its connection, and the bank's end of notices. */
struct link_to_bank {
	struct event_base *base;
	struct notices *notices;
	struct seal_keys kiosk, bank;
	int listener, connection, sender;
	int port;
	unsigned count;
	char text[SEAL_DATAGRAM_TEXT + 1];
};

static void
take(void *context, const char *text, size_t length)
{
	struct link_to_bank *to = context;

	assert_int_equal(strlen(text), length);
	to->count++;
	memcpy(to->text, text, length + 1);
}

/* A connection to a loopback listener of our own. */
static void
connect_to(struct link_to_bank *to)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(
	    bind(to->listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(to->listener, 1), 0);
	assert_int_equal(
	    getsockname(to->listener, (struct sockaddr *)&address, &size), 0);
	to->connection = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(
	    connect(to->connection, (struct sockaddr *)&address, size), 0);
	to->sender = socket(AF_INET, SOCK_DGRAM, 0);
	assert_true(to->sender >= 0);
}

static int
setup(void **state)
{
	struct link_to_bank *to = calloc(1, sizeof(*to));
	const uint8_t k[SEAL_KEY_SIZE] = { 1 };
	const uint8_t nonce[FRAME_NONCE_SIZE] = { 2 };
	const uint8_t binding[FRAME_BINDING_SIZE] = { 3 };

	assert_non_null(to);
	to->base = event_base_new();
	connect_to(to);
	assert_int_equal(seal_derive(&to->kiosk, k, nonce, binding), 0);
	assert_int_equal(seal_derive(&to->bank, k, nonce, binding), 0);
	to->notices = notices_new(to->base, take, to);
	assert_non_null(to->notices);
	to->port = notices_listen(to->notices, to->connection);
	assert_in_range(to->port, 1, 65535);
	*state = to;
	return 0;
}

static int
teardown(void **state)
{
	struct link_to_bank *to = *state;

	notices_free(to->notices);
	seal_wipe(&to->kiosk);
	seal_wipe(&to->bank);
	event_base_free(to->base);
	close(to->listener);
	close(to->connection);
	close(to->sender);
	free(to);
	return 0;
}

static void
send_bytes(struct link_to_bank *to, const void *data, size_t length)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((uint16_t)to->port);
	assert_int_equal(sendto(to->sender, data, length, 0,
			     (struct sockaddr *)&address, sizeof(address)),
	    (ssize_t)length);
}

static void
seal(struct link_to_bank *to, const char *text,
    uint8_t datagram[SEAL_DATAGRAM_SIZE])
{
	assert_int_equal(seal_datagram(&to->bank.notice, key_id, text,
			     strlen(text), datagram),
	    0);
}

static void
send_text(struct link_to_bank *to, const char *text)
{
	uint8_t datagram[SEAL_DATAGRAM_SIZE];

	seal(to, text, datagram);
	send_bytes(to, datagram, sizeof(datagram));
}

/* Now and then: so that the loop comes back, and a hang ends. */
static void
too_late(int fd, short what, void *argument)
{
	(void)fd;
	(void)what;
	if (patience_is_over(argument))
		fail_msg("nothing came");
}

/* What comes next must be this, and be the count-th in all. */
static void
expect(struct link_to_bank *to, const char *text, unsigned count)
{
	const struct timeval often = { 0, 100000 };
	struct patience bound;
	struct event *deadline =
	    event_new(to->base, -1, EV_PERSIST, too_late, &bound);

	patience_begin(&bound, PATIENCE_MS);
	event_add(deadline, &often);
	to->text[0] = '\0';
	while (strcmp(to->text, text) != 0)
		event_base_loop(to->base, EVLOOP_ONCE);
	event_free(deadline);
	assert_int_equal(to->count, count);
}

static void
test_each_kind_arrives(void **state)
{
	static const char *const texts[] = { "received 12 5.00 chris",
		"login kiosk-2", "login 2001:db8::1", "attempts 3",
		"large 9999999 9999999999999.99", "closing 30" };
	struct link_to_bank *to = *state;

	notices_arm(to->notices, key_id, &to->kiosk.notice);
	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		send_text(to, texts[i]);
		expect(to, texts[i], i + 1);
	}
}

static void
test_what_is_dropped(void **state)
{
	struct link_to_bank *to = *state;
	uint8_t first[SEAL_DATAGRAM_SIZE + 1] = { 0 };
	uint8_t late[SEAL_DATAGRAM_SIZE], bad[SEAL_DATAGRAM_SIZE];

	notices_arm(to->notices, key_id, &to->kiosk.notice);
	seal(to, "closing 1", first);
	send_bytes(to, first, SEAL_DATAGRAM_SIZE);
	expect(to, "closing 1", 1);
	send_bytes(to, first, SEAL_DATAGRAM_SIZE); /* again */
	seal(to, "closing 2", late);
	send_text(to, "closing 3");
	expect(to, "closing 3", 2);
	send_bytes(to, late, sizeof(late)); /* overtaken */
	seal(to, "closing 4", bad);
	bad[20] ^= 1; /* damaged */
	send_bytes(to, bad, sizeof(bad));
	seal(to, "closing 5", bad);
	bad[0] ^= 1; /* another key-id */
	send_bytes(to, bad, sizeof(bad));
	seal(to, "closing 6", first); /* too short, too long, empty */
	send_bytes(to, first, SEAL_DATAGRAM_SIZE - 1);
	send_bytes(to, first, SEAL_DATAGRAM_SIZE + 1);
	send_bytes(to, first, 0);
	send_text(to, "closing 7");
	expect(to, "closing 7", 3);
}

static void
test_a_flood_does_not_hide_the_good_one(void **state)
{
	struct link_to_bank *to = *state;
	uint8_t junk[SEAL_DATAGRAM_SIZE] = { 0 };

	notices_arm(to->notices, key_id, &to->kiosk.notice);
	for (int i = 0; i < 100; i++)
		send_bytes(to, junk, sizeof(junk));
	send_text(to, "closing 1");
	expect(to, "closing 1", 1);
}

static void
test_what_came_before_the_key_waits(void **state)
{
	struct link_to_bank *to = *state;

	send_text(to, "closing 1");
	event_base_loop(to->base, EVLOOP_NONBLOCK);
	assert_int_equal(to->count, 0);
	notices_arm(to->notices, key_id, &to->kiosk.notice);
	expect(to, "closing 1", 1);

	/* A new connection: another port, and the old key is forgotten. */
	to->port = notices_listen(to->notices, to->connection);
	assert_in_range(to->port, 1, 65535);
	send_text(to, "closing 3");
	event_base_loop(to->base, EVLOOP_NONBLOCK);
	assert_int_equal(to->count, 1);
	notices_close(to->notices);
	assert_int_equal(notices_listen(to->notices, -1), BANK_ESYS);
}

static void
test_what_is_no_notice(void **state)
{
	static const char *const texts[] = { "", "closing", "closing 1 2",
		"Closing 1", "closings 1", "received 1 5.00",
		"received 1 5.00 chris x", " closing 1", "closing  1",
		"closing \x1b[2J", "login \xff\xfe", "login a\nb",
		"large 1 2 3" };
	struct link_to_bank *to = *state;
	char longest[200] = "login ";

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		notices_take(to->notices, texts[i], strlen(texts[i]));
	memset(longest + 6, 'x', sizeof(longest) - 7);
	notices_take(to->notices, longest, SEAL_DATAGRAM_TEXT + 1);
	assert_int_equal(to->count, 0);
	notices_take(to->notices, longest, SEAL_DATAGRAM_TEXT);
	assert_int_equal(to->count, 1);
	/* Not a byte beyond the length is looked at. */
	notices_take(to->notices, "closing 12", 9);
	assert_string_equal(to->text, "closing 1");
}

static void
test_words_for_people(void **state)
{
	static const char *const words[][2] = {
		{ "received 12 5.00 chris",
		    "You have received $5.00 from chris" },
		{ "received 12 5.00 -",
		    "The bank has paid $5.00 into your account" },
		{ "login kiosk-2", "Your ID is also logged in at kiosk-2" },
		{ "attempts 3", "Failed attempts to log in with your ID: 3" },
		{ "large 7 1900.00",
		    "A large amount has left your account: $1,900.00" },
		{ "closing 30", "The bank closes in 30 seconds" },
	};
	struct sentence what;
	char out[SENTENCE_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		assert_true(notices_describe(words[i][0], &what));
		assert_string_equal(
		    sentence_write(&what, "$", out), words[i][1]);
	}
	assert_false(notices_describe("something else", &what));
	assert_false(notices_describe("large 7 much", &what));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_each_kind_arrives),
		TEST(test_what_is_dropped),
		TEST(test_a_flood_does_not_hide_the_good_one),
		TEST(test_what_came_before_the_key_waits),
		TEST(test_what_is_no_notice),
		cmocka_unit_test(test_words_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
