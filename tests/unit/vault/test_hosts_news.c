/* SPDX-License-Identifier: ISC */
/*
 * What a vault does of others' lots: sessions that end, notices, kiosks, the
 * bank's time; and what it does while the journal doesn't answer, or is of
 * another history.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../../bankd/store/store_hosts.h"
#include "../../../shared/base/clock.h"
#include "../../../shared/base/util.h"
#include "../../lib/many_vaults.h"
#include "../../lib/store_fixture.h"

#define POLL_MS 5
#define HOUR_MS UINT64_C(3600000)
#define BUSY_ASKS 100 /* for what is newer; hardly any of them come */

static struct many many;
static struct vaults_atm one, other;

static void
begin(unsigned poll_ms)
{
	many_begin(&many, 2, poll_ms);
	one = other = (struct vaults_atm) { 0 };
}

static void
end(void)
{
	(void)many_end(&many);
	seal_wipe(&one.keys);
	seal_wipe(&other.keys);
}

static int
transfer(unsigned host, struct vaults_atm *atm, const char *rest)
{
	char txid[WIRE_TXID_TEXT], text[256];

	snprintf(text, sizeof(text), "1 %s %s",
	    vaults_txid(clock_real_ms(), txid), rest);
	return vaults_ask(&many.host[host], atm, text);
}

/* The next notice to the session on the second host. */
static void
notified(const char *text)
{
	assert_int_equal(vaults_answer(&many.host[1], &other), 300);
	assert_string_equal(vaults_value(&many.host[1], "notice"), text);
}

static void
test_notices(void **state)
{
	struct vaults_atm third = { .number = 0 };

	(void)state;
	begin(POLL_MS);
	vaults_session(&many.host[1], &other, 1, "chris\n1234");
	assert_int_equal(vaults_ask(&many.host[1], &other, "NOTIFY tls"), 200);
	vaults_session(&many.host[0], &one, 1, "fey\n5678");
	assert_int_equal(transfer(0, &one, "1 chris 12.50"), 200);
	assert_int_equal(vaults_answer(&many.host[1], &other), 300);
	assert_non_null(
	    strstr(vaults_value(&many.host[1], "notice"), "12.50 fey"));
	assert_int_equal(vaults_ask(&many.host[1], &other, "2"), 200);
	assert_string_equal(vaults_value(&many.host[1], "checking"), "1012.50");
	vaults_connect(&many.host[0], &third, 2);
	vaults_login(&many.host[0], &third, FRAME_LOGIN, "chris\n0000");
	assert_int_equal(vaults_answer(&many.host[0], &third), 401);
	notified("attempts 1");
	vaults_session(&many.host[0], &third, 3, "chris\n1234");
	notified("login 127.0.0.1");
	seal_wipe(&third.keys);
	end();
}

/* Asked of the first host: the session on the second one ends. */
static void
test_sessions_end(void **state)
{
	static const char *const requests[] = { "PASSWORD 1234\nanother",
		"CLOSE" };
	char txid[WIRE_TXID_TEXT], text[256];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		/* Without polls its next request finds it ended. */
		begin(i < 2 ? POLL_MS : 0);
		vaults_session(&many.host[0], &one, 1, "chris\n1234");
		assert_int_equal(transfer(0, &one, "1 fey 10000"), 200);
		assert_int_equal(transfer(0, &one, "2 fey 1000"), 200);
		vaults_session(&many.host[1], &other, 1, "chris\n1234");
		assert_int_equal(
		    vaults_ask(&many.host[0], &one, requests[i % 2]), 200);
		snprintf(text, sizeof(text), "OUTCOME %s",
		    vaults_txid(clock_real_ms(), txid));
		if (i >= 2)
			vaults_request(&many.host[1], &other, text);
		assert_int_equal(vaults_answer(&many.host[1], &other), 0);
		end();
	}
}

static void
test_lock_and_kiosks(void **state)
{
	(void)state;
	begin(POLL_MS);
	vaults_session(&many.host[1], &other, 1, "chris\n1234");
	vaults_operator(&many.host[0], "lock chris");
	assert_memory_equal(many.host[0].answer, ". 0", 3);
	assert_int_equal(vaults_answer(&many.host[1], &other), 0);
	vaults_operator(&many.host[0], "kiosk revoke lobby");
	assert_memory_equal(many.host[0].answer, ". 0", 3);
	many_catch_up(&many, 1);
	vaults_operator(&many.host[1], "kiosk list");
	assert_non_null(strstr(many.host[1].answer, "revoked"));
	end();
}

/* A third host whose clock is an hour ahead; it is this test. */
static void
book_in_an_hour(const char *directory)
{
	struct shared_options shared = { .path = many.path };
	const struct store_options options = { .directory = directory,
		.journal = shared_journal_open,
		.engine = &shared,
		.host = 3 };
	uint64_t now_ms = clock_real_ms() + HOUR_MS;
	struct ledger_entry entry;
	struct store *store;
	enum store_end how;
	char error[512];

	if (store_open(&store, &options, &how, error, sizeof(error)) != 0)
		fail_msg("%s", error);
	while (store_take_over(store, 100) > 0)
		continue;
	store_note_time(store, now_ms);
	assert_int_equal(
	    fixture_transfer(store, "fey", "joe", 100, now_ms, NULL, &entry),
	    0);
	assert_int_equal(store_commit(store), 0);
	store_close(store);
}

static void
test_time(void **state)
{
	char before[64], directory[] = "/tmp/test-vault-XXXXXX", command[256];

	(void)state;
	begin(0);
	assert_non_null(mkdtemp(directory));
	snprintf(command, sizeof(command), "cp -a %s/. %s", many.bank.directory,
	    directory);
	assert_int_equal(system(command), 0);
	vaults_session(&many.host[0], &one, 1, "chris\n1234");
	assert_int_equal(transfer(0, &one, "1 fey 1"), 200);
	string_copy(
	    before, vaults_value(&many.host[0], "time"), sizeof(before));
	book_in_an_hour(directory);
	/* That one is stale in the bank's time, or near it: a new one. */
	many_catch_up(&many, 0);
	vaults_session(&many.host[0], &one, 2, "chris\n1234");
	assert_true(strtoull(vaults_value(&many.host[0], "time-ms"), NULL,
			10) >= clock_real_ms() + HOUR_MS - 60000);
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	assert_int_equal(system(command), 0);
	end();
}

/* Nobody is let in, and whoever was is let go, until it is fresh again. */
static void
test_away(void **state)
{
	volatile struct many_gate *gate = &many.gate[1];
	struct vaults_atm third = { .number = 0 };
	uint8_t body[FRAME_BINDING_SIZE + 9] = { 0 };

	(void)state;
	begin(POLL_MS);
	vaults_session(&many.host[1], &other, 1, "chris\n1234");
	vaults_connect(&many.host[1], &third, 2);
	gate->fault = SHARED_AWAY;
	gate->options.stale = true;
	assert_int_equal(vaults_answer(&many.host[1], &other), 0);
	/* The one that has no session was told. */
	memcpy(body + FRAME_BINDING_SIZE, "127.0.0.1", 9);
	third.number = 3;
	vaults_send(&many.host[1], IPC_CONNECTED, 3, body, sizeof(body));
	assert_int_equal(vaults_answer(&many.host[1], &third), 503);
	assert_int_equal(vaults_answer(&many.host[1], &third), 0);
	vaults_operator(&many.host[1], "lock fey");
	assert_non_null(strstr(many.host[1].answer, "can't be reached"));
	gate->options.stale = false;
	gate->fault = SHARED_WORKS;
	do {
		third.number++;
		vaults_send(&many.host[1], IPC_CONNECTED, third.number, body,
		    sizeof(body));
	} while (vaults_answer(&many.host[1], &third) == 503);
	vaults_session(&many.host[1], &other, 100000, "chris\n1234");
	end();
}

/* A host that was stopped for long asks before it answers, even who reads. */
static void
test_stopped(void **state)
{
	char *text;

	(void)state;
	begin(0);
	vaults_session(&many.host[1], &other, 1, "chris\n1234");
	vaults_session(&many.host[0], &one, 1, "chris\n1234");
	assert_int_equal(transfer(0, &one, "1 fey 1"), 200);
	many.gate[1].options.till_asked = true;
	many.gate[1].options.stale = true;
	assert_int_equal(vaults_ask(&many.host[1], &other, "2"), 200);
	assert_string_equal(vaults_value(&many.host[1], "savings"), "9999.00");
	text = fixture_read(many.host[1].directory, "balance", NULL);
	assert_non_null(strstr(text, "chris 9999 "));
	free(text);
	end();
}

/* What is in doubt is waited for, and answered as it came out. */
static void
test_doubt(void **state)
{
	static const enum shared_fault faults[] = { SHARED_LOST, SHARED_UNTOLD,
		SHARED_OVERTAKEN };

	(void)state;
	begin(0);
	vaults_session(&many.host[0], &one, 1, "chris\n1234");
	for (size_t i = 0; i < NELEM(faults); i++) {
		many.gate[0].fault = faults[i];
		many.gate[0].faults = 1;
		assert_int_equal(transfer(0, &one, "1 fey 1"), 200);
	}
	assert_int_equal(vaults_ask(&many.host[0], &one, "2"), 200);
	assert_string_equal(vaults_value(&many.host[0], "savings"), "9997.00");
	end();
}

/* What writes nothing asks what others did, not until they do no more. */
static void
test_busy(void **state)
{
	char txid[WIRE_TXID_TEXT], text[256];

	(void)state;
	begin(0);
	vaults_session(&many.host[0], &one, 1, "chris\n1234");
	snprintf(text, sizeof(text), "1 %s 1 fey 1",
	    vaults_txid(clock_real_ms(), txid));
	many.gate[0].busy = BUSY_ASKS;
	for (int i = 0; i < 3; i++)
		assert_int_equal(vaults_ask(&many.host[0], &one, text), 200);
	assert_in_range(many.gate[0].busy, 1, BUSY_ASKS - 1);
	many.gate[0].busy = 0;
	end();
}

/*
 * It isn't waited for for ever: the vault ends, and nobody was answered.  The
 * next one finds what became of it.
 */
static void
test_give_up(void **state)
{
	char txid[WIRE_TXID_TEXT], text[256];

	(void)state;
	begin(0);
	vaults_session(&many.host[0], &one, 1, "chris\n1234");
	vaults_txid(clock_real_ms(), txid);
	snprintf(text, sizeof(text), "1 %s 1 fey 1", txid);
	many.gate[0].fault = SHARED_UNTOLD;
	vaults_request(&many.host[0], &one, text);
	vaults_flush(&many.host[0]);
	assert_int_equal(vaults_end(&many.host[0]), EX_TEMPFAIL);
	assert_non_null(strstr(vaults_reason, "doesn't answer"));
	many.gate[0].fault = SHARED_WORKS;
	many_run(&many, 0);
	vaults_session(&many.host[0], &one, 2, "chris\n1234");
	assert_int_equal(vaults_ask(&many.host[0], &one, text), 200);
	snprintf(text, sizeof(text), "OUTCOME %s", txid);
	assert_int_equal(vaults_ask(&many.host[0], &one, text), 200);
	assert_int_equal(vaults_ask(&many.host[0], &one, "2"), 200);
	assert_string_equal(vaults_value(&many.host[0], "savings"), "9999.00");
	end();
}

/* A minute's transactions count wherever they were made. */
static void
test_rate(void **state)
{
	(void)state;
	begin(0);
	vaults_session(&many.host[0], &one, 1, "chris\n1234");
	for (int i = 0; i < 5; i++)
		assert_int_equal(transfer(0, &one, "1 fey 1"), 200);
	vaults_session(&many.host[1], &other, 1, "chris\n1234");
	assert_int_equal(transfer(1, &other, "1 fey 1"), 429);
	end();
}

/* Killed while it compared a password: no guess is counted for that. */
static void
test_taken_back(void **state)
{
	static const char pending[] = "SELECT count(*) FROM pending";

	(void)state;
	begin(0);
	vaults_connect(&many.host[0], &one, 1);
	many_hold(&many, 0, 2);
	vaults_login(&many.host[0], &one, FRAME_LOGIN, "chris\n1234");
	assert_true(many_held(&many, 0));
	vaults_kill(&many.host[0]);
	many_release(&many, 0);
	many_catch_up(&many, 1);
	vaults_publish(&many.host[1]);
	assert_true(fixture_number(many.host[1].directory, pending) > 0);
	many_run(&many, 0);
	many_catch_up(&many, 1);
	vaults_publish(&many.host[1]);
	assert_int_equal(fixture_number(many.host[1].directory, pending), 0);
	vaults_session(&many.host[1], &other, 2, "chris\n1234");
	assert_string_equal(vaults_value(&many.host[1], "failed"), "0");
	end();
}

/*
 * Killed at the journal, before or after its lot was in: it is there once, or
 * never will be, and whoever asks at another host is told which.
 */
static void
test_killed(void **state)
{
	char txid[WIRE_TXID_TEXT], text[256], outcome[256];

	(void)state;
	for (unsigned in = 0; in < 2; in++) {
		begin(0);
		vaults_session(&many.host[0], &one, 1, "chris\n1234");
		vaults_session(&many.host[1], &other, 1, "chris\n1234");
		vaults_txid(clock_real_ms(), txid);
		snprintf(text, sizeof(text), "1 %s 1 fey 1", txid);
		snprintf(outcome, sizeof(outcome), "OUTCOME %s", txid);
		many_catch_up(&many, 0);
		many.gate[0].fault = SHARED_UNTOLD;
		many_hold(&many, 0, 1 + in);
		vaults_request(&many.host[0], &one, text);
		assert_true(many_held(&many, 0));
		vaults_kill(&many.host[0]);
		many_release(&many, 0);
		many.gate[0].fault = SHARED_WORKS;
		assert_int_equal(vaults_ask(&many.host[1], &other, outcome),
		    in == 1 ? 200 : 404);
		many_run(&many, 0);
		vaults_session(&many.host[0], &one, 2, "chris\n1234");
		assert_int_equal(
		    vaults_ask(&many.host[0], &one, text), in == 1 ? 200 : 409);
		end();
	}
}

/*
 * A full journal refuses what is new; what is known has its first outcome,
 * for which others' lots are made firm.
 */
static void
test_known(void **state)
{
	char txid[WIRE_TXID_TEXT], text[256];
	unsigned barriers;

	(void)state;
	begin(0);
	vaults_session(&many.host[0], &one, 1, "chris\n1234");
	vaults_session(&many.host[1], &other, 1, "chris\n1234");
	snprintf(text, sizeof(text), "1 %s 1 fey 1",
	    vaults_txid(clock_real_ms(), txid));
	assert_int_equal(vaults_ask(&many.host[0], &one, text), 200);
	barriers = many.gate[1].options.barriers;
	assert_int_equal(vaults_ask(&many.host[1], &other, text), 200);
	assert_int_equal(many.gate[1].options.barriers, barriers + 1);
	many.gate[1].fault = SHARED_FULL;
	assert_int_equal(vaults_ask(&many.host[1], &other, text), 200);
	assert_int_equal(transfer(1, &other, "1 fey 1"), 503);
	snprintf(text, sizeof(text), "1 %s 1 fey 2", txid);
	assert_int_equal(vaults_ask(&many.host[1], &other, text), 409);
	many.gate[1].fault = SHARED_WORKS;
	end();
}

/*
 * The journal is away when some of others' lots have come: a refusal waits
 * for the rest, among which may be this very transaction.
 */
static void
test_away_among_lots(void **state)
{
	char txid[WIRE_TXID_TEXT], text[256];

	(void)state;
	begin(0);
	vaults_session(&many.host[0], &one, 1, "chris\n1234");
	vaults_session(&many.host[1], &other, 1, "chris\n1234");
	/* What is left after the first is too little for the third. */
	assert_int_equal(transfer(0, &one, "1 fey 9999.50"), 200);
	snprintf(text, sizeof(text), "deposit chris 1 1 cheque %s",
	    vaults_txid(clock_real_ms(), txid));
	vaults_operator(&many.host[0], text);
	snprintf(text, sizeof(text), "1 %s 1 fey 1",
	    vaults_txid(clock_real_ms(), txid));
	assert_int_equal(vaults_ask(&many.host[0], &one, text), 200);
	/* The proposal, the first lot, and away. */
	many.gate[1].works = 2;
	many.gate[1].faults = 1;
	many.gate[1].fault = SHARED_AWAY;
	assert_int_equal(vaults_ask(&many.host[1], &other, text), 200);
	end();
}

static void
test_fork(void **state)
{
	(void)state;
	begin(POLL_MS);
	many.gate[1].fault = SHARED_FORK;
	assert_int_equal(vaults_end(&many.host[1]), EX_CONFIG);
	assert_non_null(strstr(vaults_reason, "fork: here lot"));
	assert_int_equal(vaults_stop(&many.host[0]), 0);
	/* The journal went back: a start says so too. */
	many.gate[0].fault = many.gate[1].fault = SHARED_WORKS;
	many_run(&many, 0);
	vaults_session(&many.host[0], &one, 1, "chris\n1234");
	assert_int_equal(vaults_stop(&many.host[0]), 0);
	assert_int_equal(truncate(many.path, 4096), 0);
	assert_int_equal(vaults_try(&many.host[0], many.options), EX_CONFIG);
	assert_int_equal(vaults_end(&many.host[0]), EX_CONFIG);
	vaults_remove(&many.host[0]);
	vaults_remove(&many.host[1]);
	seal_wipe(&one.keys);
}

/* A host that was stopped, or killed, has the same at its next start. */
static void
test_starts(void **state)
{
	(void)state;
	for (unsigned killed = 0; killed < 2; killed++) {
		begin(0);
		if (killed == 1)
			vaults_kill(&many.host[1]);
		else
			assert_int_equal(vaults_stop(&many.host[1]), 0);
		vaults_session(&many.host[0], &one, 1, "chris\n1234");
		assert_int_equal(transfer(0, &one, "1 fey 5"), 200);
		many_run(&many, 1);
		vaults_session(&many.host[1], &other, 1, "chris\n1234");
		assert_int_equal(vaults_ask(&many.host[1], &other, "2"), 200);
		assert_string_equal(
		    vaults_value(&many.host[1], "savings"), "9995.00");
		end();
	}
}

/* An edit on a stopped host ends its start, and nothing was taken over. */
static void
test_edit(void **state)
{
	char *text;

	(void)state;
	begin(0);
	assert_int_equal(vaults_stop(&many.host[1]), 0);
	vaults_session(&many.host[0], &one, 1, "chris\n1234");
	assert_int_equal(transfer(0, &one, "1 fey 5"), 200);
	text = fixture_read(many.host[1].directory, "balance", NULL);
	*strstr(text, "10000") = '2';
	fixture_write(many.host[1].directory, "balance", text);
	assert_int_equal(vaults_try(&many.host[1], many.options), EX_DATAERR);
	assert_int_equal(vaults_end(&many.host[1]), EX_DATAERR);
	*strstr(text, "20000") = '1';
	fixture_write(many.host[1].directory, "balance", text);
	free(text);
	many_run(&many, 1);
	end();
}

static int
set_up(void **state)
{
	static const char *const options[] = { "limits.rate=5",
		"store.give_up=2", NULL };

	(void)state;
	many_make(&many, options);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	many_free(&many);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_notices),
		cmocka_unit_test(test_sessions_end),
		cmocka_unit_test(test_lock_and_kiosks),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_away),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_doubt),
		cmocka_unit_test(test_busy),
		cmocka_unit_test(test_give_up),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_taken_back),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_away_among_lots),
		cmocka_unit_test(test_fork),
		cmocka_unit_test(test_starts),
		cmocka_unit_test(test_edit),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
