/* SPDX-License-Identifier: ISC */
/*
 * The vault between a monitor, a front and ATMs that are this test: the
 * flow, hostile fronts, what waits and in which order, attempts, operators,
 * restarts.
 */
#include <sys/socket.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../bankd/vault/core/connection.h"
#include "../../../shared/base/clock.h"
#include "../../../shared/base/util.h"
#include "../../../shared/wire/wire.h"
#include "../../lib/vault_fixture.h"

static struct vaults fixture;

static int
setup(void **state)
{
	vaults_start(&fixture, NULL);
	*state = &fixture;
	return 0;
}

static void
test_flow(void **state)
{
	char txid[WIRE_TXID_TEXT], text[256], seq[32];
	struct vaults_atm chris = { .number = 0 };

	(void)state;
	vaults_session(&fixture, &chris, 1, "chris\n1234");
	assert_string_equal(vaults_value(&fixture, "last-login"), "-");
	assert_string_equal(vaults_value(&fixture, "kiosk"), "-");
	assert_int_equal(vaults_ask(&fixture, &chris, "2"), 200);
	assert_string_equal(vaults_value(&fixture, "savings"), "10000.00");
	snprintf(text, sizeof(text), "1 %s 1 fey 250.50",
	    vaults_txid(clock_real_ms(), txid));
	assert_int_equal(vaults_ask(&fixture, &chris, text), 200);
	assert_string_equal(vaults_value(&fixture, "savings"), "9749.50");
	string_copy(seq, vaults_value(&fixture, "seq"), sizeof(seq));
	assert_int_equal(vaults_ask(&fixture, &chris, text), 200);
	assert_string_equal(vaults_value(&fixture, "seq"), seq);
	snprintf(text, sizeof(text), "OUTCOME %s", txid);
	assert_int_equal(vaults_ask(&fixture, &chris, text), 200);
	assert_string_equal(vaults_value(&fixture, "seq"), seq);
	snprintf(text, sizeof(text), "1 %s 1 fey 250.51", txid);
	assert_int_equal(vaults_ask(&fixture, &chris, text), 409);
	assert_int_equal(vaults_ask(&fixture, &chris, "3"), 200);
	assert_string_equal(vaults_value(&fixture, "savings"), "9749.50");
	assert_int_equal(vaults_answer(&fixture, &chris), 0);
	seal_wipe(&chris.keys);
}

/* All that was sent ahead is one batch and is answered in order. */
static void
test_sent_ahead(void **state)
{
	char txid[WIRE_TXID_TEXT], text[256], left[32];
	struct vaults_atm joe = { .number = 0 };

	(void)state;
	vaults_session(&fixture, &joe, 1, "joe\n9012");
	for (int i = 0; i < 50; i++) {
		snprintf(text, sizeof(text), "1 %s 2 chris 1",
		    vaults_txid(clock_real_ms(), txid));
		vaults_request(&fixture, &joe, text);
	}
	for (int i = 1; i <= 50; i++) {
		assert_int_equal(vaults_answer(&fixture, &joe), 200);
		snprintf(left, sizeof(left), "%d.00", 1000 - i);
		assert_string_equal(vaults_value(&fixture, "checking"), left);
	}
	seal_wipe(&joe.keys);
}

/* What comes behind `3` or a CLOSE that was carried out is nobody's. */
static void
test_nothing_after_the_end(void **state)
{
	char txid[WIRE_TXID_TEXT], text[256];
	struct vaults_atm chris = { .number = 0 };

	(void)state;
	vaults_session(&fixture, &chris, 1, "chris\n1234");
	vaults_request(&fixture, &chris, "3");
	snprintf(text, sizeof(text), "1 %s 1 fey 1",
	    vaults_txid(clock_real_ms(), txid));
	vaults_request(&fixture, &chris, text);
	assert_int_equal(vaults_answer(&fixture, &chris), 200);
	assert_int_equal(vaults_answer(&fixture, &chris), 0);
	vaults_session(&fixture, &chris, 2, "chris\n1234");
	assert_int_equal(vaults_ask(&fixture, &chris, "2"), 200);
	assert_string_equal(vaults_value(&fixture, "savings"), "10000.00");
	seal_wipe(&chris.keys);
}

static void
test_waiting_keeps_the_order(void **state)
{
	char txid[WIRE_TXID_TEXT], text[256];
	struct vaults_atm fey = { .number = 0 };

	(void)state;
	vaults_session(&fixture, &fey, 1, "fey\n5678");
	snprintf(text, sizeof(text), "1 %s 1 chris 5",
	    vaults_txid(clock_real_ms(), txid));
	vaults_request(&fixture, &fey, text);
	vaults_request(&fixture, &fey, "HISTORY 5");
	vaults_request(&fixture, &fey, "PASSWORD 5678\nnew one");
	vaults_request(&fixture, &fey, "PASSWORD 5678\nnew one");
	vaults_request(&fixture, &fey, "PASSWORD 5678\nnewer");
	vaults_request(&fixture, &fey, "2");
	vaults_request(&fixture, &fey, "");
	assert_int_equal(vaults_answer(&fixture, &fey), 200);
	assert_int_equal(vaults_answer(&fixture, &fey), 200);
	assert_non_null(strstr(fixture.answer, "entries"));
	assert_non_null(
	    strstr(fixture.answer, "transfer 1 -5.00 9995.00 chris"));
	assert_int_equal(vaults_answer(&fixture, &fey), 200);
	assert_int_equal(vaults_answer(&fixture, &fey), 200);
	assert_int_equal(vaults_answer(&fixture, &fey), 401);
	assert_int_equal(vaults_answer(&fixture, &fey), 200);
	assert_string_equal(vaults_value(&fixture, "savings"), "9995.00");
	assert_int_equal(vaults_answer(&fixture, &fey), 422);
	vaults_session(&fixture, &fey, 2, "fey\nnew one");
	assert_string_equal(vaults_value(&fixture, "failed"), "1");
	seal_wipe(&fey.keys);
}

/* When nothing waits any more, the next is taken as it comes. */
static void
test_after_what_waited(void **state)
{
	struct vaults_atm fey = { .number = 0 };

	(void)state;
	vaults_session(&fixture, &fey, 1, "fey\n5678");
	for (int i = 0; i < 2; i++) {
		vaults_request(&fixture, &fey, "HISTORY 5");
		vaults_request(&fixture, &fey, "2");
		vaults_request(&fixture, &fey, "PING");
		for (int j = 0; j < 3; j++)
			assert_int_equal(vaults_answer(&fixture, &fey), 200);
		assert_int_equal(vaults_ask(&fixture, &fey, "2"), 200);
		assert_string_equal(
		    vaults_value(&fixture, "savings"), "10000.00");
	}
	seal_wipe(&fey.keys);
}

/* 64 wait; one more is the front's fault, and money is as it was. */
static void
test_too_many_wait(void **state)
{
	struct vaults_atm fey = { .number = 0 };

	(void)state;
	vaults_session(&fixture, &fey, 1, "fey\n5678");
	vaults_request(&fixture, &fey, "PASSWORD 5678\nxyyz");
	for (int i = 0; i < CONNECTION_WAITING_MAX; i++)
		vaults_request(&fixture, &fey, "2");
	for (int i = 0; i <= CONNECTION_WAITING_MAX; i++)
		assert_int_equal(vaults_answer(&fixture, &fey), 200);
	vaults_request(&fixture, &fey, "PASSWORD x\n9012");
	for (int i = 0; i <= CONNECTION_WAITING_MAX; i++)
		vaults_request(&fixture, &fey, "2");
	vaults_flush(&fixture);
	assert_true(vaults_is_dropped(&fixture));
	vaults_front(&fixture);
	vaults_connect(&fixture, &fey, 7);
	vaults_resume(&fixture, &fey);
	assert_int_equal(vaults_answer(&fixture, &fey), 200);
	assert_int_equal(vaults_ask(&fixture, &fey, "2"), 200);
	seal_wipe(&fey.keys);
}

/* A password that was being changed on an old link stays as it is. */
static void
test_resume_ends_what_waits(void **state)
{
	char txid[WIRE_TXID_TEXT], text[256];
	struct vaults_atm old = { .number = 0 }, new = { .number = 0 };

	(void)state;
	vaults_session(&fixture, &old, 1, "chris\n1234");
	new = old;
	memset(&new.keys, 0, sizeof(new.keys));
	vaults_connect(&fixture, &new, 2);
	snprintf(text, sizeof(text), "1 %s 1 fey 9",
	    vaults_txid(clock_real_ms(), txid));
	vaults_request(&fixture, &old, "PASSWORD 1234\nother");
	vaults_request(&fixture, &old, text);
	vaults_resume(&fixture, &new);
	assert_int_equal(vaults_answer(&fixture, &new), 200);
	assert_int_equal(vaults_ask(&fixture, &new, "2"), 200);
	assert_string_equal(vaults_value(&fixture, "savings"), "10000.00");
	snprintf(text, sizeof(text), "OUTCOME %s", txid);
	assert_int_equal(vaults_ask(&fixture, &new, text), 404);
	vaults_session(&fixture, &old, 3, "chris\n1234");
	seal_wipe(&old.keys);
	seal_wipe(&new.keys);
}

/* Each is the front's end; the vault goes on, its sessions too. */
static void
test_hostile_fronts(void **state)
{
	static const uint8_t binding[FRAME_BINDING_SIZE + 4] = { 0 };
	static const uint8_t frames[][4] = { { 'S', 1 }, { 'G', 1 }, { 'L', 1 },
		{ 0 } };
	struct vaults_atm chris = { .number = 0 };

	(void)state;
	vaults_session(&fixture, &chris, 1, "chris\n1234");
	for (int i = 0; i < 8; i++) {
		if (i < 4)
			vaults_send(&fixture, IPC_FRAME, 1, frames[i], 4);
		else if (i == 4)
			vaults_send(&fixture, IPC_FRAME, 99, "S", 1);
		else if (i == 5)
			vaults_send(&fixture, IPC_DISCONNECTED, 99, NULL, 0);
		else if (i == 6) /* no address */
			vaults_send(&fixture, IPC_CONNECTED, 8, binding,
			    sizeof(binding));
		else {
			vaults_connect(&fixture, &chris, 8);
			vaults_send(&fixture, IPC_CONNECTED, 8,
			    "0123456789abcdef0123456789abcdef::1", 35);
		}
		assert_true(vaults_is_dropped(&fixture));
		vaults_front(&fixture);
		vaults_connect(&fixture, &chris, 1);
		vaults_resume(&fixture, &chris);
		assert_int_equal(vaults_answer(&fixture, &chris), 200);
	}
	/* A front that doesn't even speak the language. */
	assert_int_equal(
	    send(ipc_fd(fixture.front), "nonsense, no message", 20, 0), 20);
	assert_true(vaults_is_dropped(&fixture));
	vaults_front(&fixture);
	vaults_connect(&fixture, &chris, 1);
	vaults_resume(&fixture, &chris);
	assert_int_equal(vaults_answer(&fixture, &chris), 200);
	seal_wipe(&chris.keys);
}

static void
test_protocol_errors(void **state)
{
	uint8_t garbage[1 + FRAME_SEALED_SIZE] = { 'S' };
	struct vaults_atm chris = { .number = 0 }, other = { .number = 0 };

	(void)state;
	/* A seal that doesn't open: the link ends, the session doesn't. */
	vaults_session(&fixture, &chris, 1, "chris\n1234");
	vaults_request(&fixture, &chris, "2");
	vaults_send(&fixture, IPC_FRAME, 1, garbage, sizeof(garbage));
	assert_int_equal(vaults_answer(&fixture, &chris), 200);
	assert_int_equal(vaults_answer(&fixture, &chris), 500);
	assert_int_equal(vaults_answer(&fixture, &chris), 0);
	/* What still comes before the front closes is dropped. */
	vaults_send(&fixture, IPC_FRAME, 1, garbage, sizeof(garbage));
	vaults_send(&fixture, IPC_DISCONNECTED, 1, NULL, 0);
	vaults_connect(&fixture, &chris, 1);
	vaults_resume(&fixture, &chris);
	assert_int_equal(vaults_answer(&fixture, &chris), 200);
	/* S before a session; a second login before the answer. */
	vaults_connect(&fixture, &other, 2);
	vaults_send(&fixture, IPC_FRAME, 2, garbage, sizeof(garbage));
	assert_int_equal(vaults_answer(&fixture, &other), 500);
	vaults_connect(&fixture, &other, 3);
	vaults_login(&fixture, &other, FRAME_LOGIN, "fey\n5678");
	vaults_login(&fixture, &other, FRAME_LOGIN, "fey\n5678");
	assert_int_equal(vaults_answer(&fixture, &other), 500);
	assert_int_equal(vaults_answer(&fixture, &other), 0);
	seal_wipe(&chris.keys);
	seal_wipe(&other.keys);
}

/*
 * Guesses all at once: no more are compared than one after the other, and
 * those that wait get what they would have got then.
 */
static void
test_parallel_guesses(void **state)
{
	struct vaults_atm atms[4] = { 0 };
	int refused = 0, locked = 0, code;

	(void)state;
	for (uint32_t i = 0; i < NELEM(atms); i++)
		vaults_connect(&fixture, &atms[i], i + 1);
	for (size_t i = 0; i < NELEM(atms); i++)
		vaults_login(&fixture, &atms[i], FRAME_LOGIN, "joe\nx");
	for (size_t i = 0; i < 2 * NELEM(atms); i++) {
		struct ipc_message message;

		vaults_flush(&fixture);
		assert_int_equal(vaults_next(&fixture, &message), IPC_SEND);
		if (message.body[3] != FRAME_ERROR)
			continue;
		code = atoi((const char *)message.body + 4);
		refused += code == 401;
		locked += code == 423;
	}
	assert_int_equal(refused, 3);
	assert_int_equal(locked, 1);
	/* Killing the vault buys none. */
	vaults_kill(&fixture);
	vaults_run(&fixture, NULL);
	vaults_connect(&fixture, &atms[0], 1);
	vaults_login(&fixture, &atms[0], FRAME_LOGIN, "joe\n9012");
	assert_int_equal(vaults_answer(&fixture, &atms[0]), 423);
	/* The operator's unlock forgets them, at this kiosk too. */
	vaults_operator(&fixture, "unlock joe");
	assert_memory_equal(fixture.answer, ". 0", 3);
	vaults_session(&fixture, &atms[0], 2, "joe\n9012");
	for (size_t i = 0; i < NELEM(atms); i++)
		seal_wipe(&atms[i].keys);
}

/* Right ones all at once are all right, though more than may fail. */
static void
test_parallel_logins(void **state)
{
	static const char *const options[] = {
		"login.max_logins_waiting_per_address=64", NULL
	};
	struct vaults_atm atms[12] = { 0 };
	struct ipc_message message;

	(void)state;
	assert_int_equal(vaults_stop(&fixture), 0);
	vaults_run(&fixture, options);
	for (uint32_t i = 0; i < NELEM(atms); i++)
		vaults_connect(&fixture, &atms[i], i + 1);
	for (size_t i = 0; i < NELEM(atms); i++)
		vaults_login(&fixture, &atms[i], FRAME_LOGIN, "joe\n9012");
	vaults_flush(&fixture);
	for (size_t i = 0; i < NELEM(atms); i++) {
		assert_int_equal(vaults_next(&fixture, &message), IPC_SEND);
		assert_int_equal(message.body[3], FRAME_SEALED);
	}
	for (size_t i = 0; i < NELEM(atms); i++)
		seal_wipe(&atms[i].keys);
}

static void
test_operator(void **state)
{
	struct vaults_atm fey = { .number = 0 };

	(void)state;
	vaults_operator(&fixture, "open dan Dan\\sO'D\nsecret pw");
	assert_memory_equal(fixture.answer, ". 0", 3);
	vaults_operator(&fixture, "open dan\nxyyz");
	assert_non_null(strstr(fixture.answer, ". 65 "));
	for (int i = 0; i < 2; i++) {
		vaults_operator(&fixture,
		    "deposit dan 1 12.50 a\\sreason "
		    "000000000001aaaaaaaaaaaaaaaaaaaa");
		assert_non_null(strstr(fixture.answer,
		    i == 0 ? "+ booked\tnow\n. 0" : "+ booked\tbefore\n. 0"));
	}
	vaults_operator(&fixture, "account dan");
	assert_non_null(
	    strstr(fixture.answer, "+ dan\tDan O'D\t12.50\t0.00\topen\t"));
	vaults_operator(&fixture, "history dan");
	assert_non_null(strstr(fixture.answer, "\tadjust\t1\t12.50\t12.50\t-"));
	vaults_operator(&fixture, "close dan");
	assert_non_null(strstr(fixture.answer, ". 65 "));
	vaults_session(&fixture, &fey, 1, "fey\n5678");
	vaults_operator(&fixture, "sessions");
	assert_non_null(strstr(fixture.answer, "+ fey\t-\t127.0.0.1\t"));
	vaults_operator(&fixture, "lock fey");
	assert_memory_equal(fixture.answer, ". 0", 3);
	assert_int_equal(vaults_answer(&fixture, &fey), 0);
	vaults_connect(&fixture, &fey, 2);
	vaults_login(&fixture, &fey, FRAME_LOGIN, "fey\n5678");
	assert_int_equal(vaults_answer(&fixture, &fey), 401);
	vaults_operator(&fixture, "unlock fey");
	vaults_operator(&fixture, "passwd fey\nanother");
	vaults_session(&fixture, &fey, 3, "fey\nanother");
	vaults_operator(&fixture, "verify");
	assert_non_null(strstr(fixture.answer, "+ seq\t7\n"));
	vaults_operator(&fixture, "nonsense");
	assert_non_null(strstr(fixture.answer, ". 64 "));
	vaults_operator(&fixture, "lock");
	assert_non_null(strstr(fixture.answer, ". 64 "));
	seal_wipe(&fey.keys);
}

/* Acknowledged is there; a session isn't, the vault's memory is gone. */
static void
test_killed(void **state)
{
	char txid[WIRE_TXID_TEXT], text[256], seq[32];
	struct vaults_atm chris = { .number = 0 };

	(void)state;
	vaults_session(&fixture, &chris, 1, "chris\n1234");
	snprintf(text, sizeof(text), "1 %s 1 fey 1",
	    vaults_txid(clock_real_ms(), txid));
	assert_int_equal(vaults_ask(&fixture, &chris, text), 200);
	string_copy(seq, vaults_value(&fixture, "seq"), sizeof(seq));
	vaults_kill(&fixture);
	vaults_run(&fixture, NULL);
	vaults_connect(&fixture, &chris, 1);
	vaults_resume(&fixture, &chris);
	assert_int_equal(vaults_answer(&fixture, &chris), 401);
	vaults_session(&fixture, &chris, 2, "chris\n1234");
	snprintf(text, sizeof(text), "OUTCOME %s", txid);
	assert_int_equal(vaults_ask(&fixture, &chris, text), 200);
	assert_string_equal(vaults_value(&fixture, "seq"), seq);
	seal_wipe(&chris.keys);
}

int
main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, vaults_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_flow),
		TEST(test_sent_ahead),
		TEST(test_nothing_after_the_end),
		TEST(test_waiting_keeps_the_order),
		TEST(test_after_what_waited),
		TEST(test_too_many_wait),
		TEST(test_resume_ends_what_waits),
		TEST(test_hostile_fronts),
		TEST(test_protocol_errors),
		TEST(test_parallel_guesses),
		TEST(test_parallel_logins),
		TEST(test_operator),
		TEST(test_killed),
	};

	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	setenv("JOURNAL", "twice", 1);
	return failed + cmocka_run_group_tests_name("twice", tests, NULL, NULL);
}
