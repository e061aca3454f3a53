/* SPDX-License-Identifier: ISC */
/*
 * The vault's small parts: its clock, its threads, hashes, refusals, rates,
 * sign-ups, the state directory, an operator's words.
 */
#include <sys/socket.h>

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../bankd/vault/core/bank_clock.h"
#include "../../../bankd/vault/guard/hashing.h"
#include "../../../bankd/vault/operator/operator.h"
#include "../../../bankd/vault/core/rates.h"
#include "../../../bankd/vault/core/refusals.h"
#include "../../../bankd/vault/verbs/verbs.h"
#include "../../../bankd/base/state_dir.h"
#include "../../../bankd/vault/guard/tally.h"
#include "../../../bankd/vault/core/pool.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/clock.h"
#include "../../../shared/base/util.h"

static void
test_clock(void **state)
{
	struct bank_clock clock = { .bank_ms = 5000, .steady_ms = 100 };

	(void)state;
	/* Behind what an earlier run gave out: ticks from there. */
	assert_int_equal(bank_clock_advance(&clock, 1000, 100), 5000);
	assert_int_equal(bank_clock_advance(&clock, 1010, 110), 5010);
	/* The real clock has passed it: that is the time. */
	assert_int_equal(bank_clock_advance(&clock, 9000, 120), 9000);
	/* Set back by an hour: at a steady pace. */
	assert_int_equal(bank_clock_advance(&clock, 2000, 220), 9100);
	assert_int_equal(bank_clock_advance(&clock, 2000, 220), 9100);
	assert_int_equal(bank_clock_advance(&clock, 3000, 1220), 10100);
	/* Set forward: with it, and never back. */
	assert_int_equal(bank_clock_advance(&clock, 50000, 1221), 50000);
	assert_int_equal(bank_clock_advance(&clock, 10, 1222), 50001);
	assert_int_equal(bank_clock_advance(&clock, 10, 1000), 50001);
}

/* A host that had nothing to do for an hour hears of another's time. */
static void
test_the_time_of_another_host(void **state)
{
	const uint64_t hour_ms = 3600000, real_ms = clock_real_ms();
	struct bank_clock clock = { .bank_ms = real_ms - hour_ms,
		.steady_ms = clock_steady_ms() - hour_ms };

	(void)state;
	bank_clock_take_over(&clock, real_ms + 1000);
	assert_true(bank_clock_now(&clock) >= real_ms + 1000);
	assert_true(bank_clock_now(&clock) < real_ms + hour_ms);
}

static void
test_clock_starts_behind_nothing(void **state)
{
	struct bank_clock clock;
	uint64_t far = clock_real_ms() + 3600000;

	(void)state;
	bank_clock_start(&clock, far);
	assert_true(bank_clock_now(&clock) >= far);
	bank_clock_start(&clock, 0);
	assert_true(bank_clock_now(&clock) <= clock_real_ms());
}

static void
test_hashes(void **state)
{
	char hash[STORE_HASH_SIZE], other[STORE_HASH_SIZE];

	(void)state;
	assert_int_equal(hashing_make("1234", 1, hash), 0);
	assert_int_equal(hashing_make("1234", 1, other), 0);
	assert_string_not_equal(hash, other);
	assert_true(hashing_matches("1234", hash));
	assert_true(hashing_matches("1234", other));
	assert_false(hashing_matches("12345", hash));
	assert_false(hashing_matches("", hash));
	assert_false(hashing_matches("1234", ""));
	assert_false(hashing_matches("1234", "!"));
	assert_false(hashing_matches("*0", "*0"));
	hash[strlen(hash) - 1] = '\0';
	assert_false(hashing_matches("1234", hash));
}

static struct request
transfer_request(uint8_t txid, int64_t cents)
{
	struct request request = {
		.verb = &verbs_table[REQUESTS_TRANSFER],
		.txid = { txid },
		.recipient = "fey",
		.amount_cents = cents,
	};

	return request;
}

static void
test_refusals(void **state)
{
	struct request first = transfer_request(1, 500), other;
	struct refusals refusals = { 0 };
	const char *limit = NULL;

	(void)state;
	assert_int_equal(
	    refusals_find(&refusals, &first, &limit), WIRE_REPLY_COUNT);
	assert_true(refusals_add(
	    &refusals, &first, WIRE_CHECKING, WIRE_OVER_LIMIT, "transfer"));
	assert_int_equal(
	    refusals_find(&refusals, &first, &limit), WIRE_OVER_LIMIT);
	assert_string_equal(limit, "transfer");
	other = transfer_request(1, 501);
	assert_int_equal(
	    refusals_find(&refusals, &other, &limit), WIRE_TXID_USED);
	other = transfer_request(2, 500);
	assert_int_equal(
	    refusals_find(&refusals, &other, &limit), WIRE_REPLY_COUNT);
	/* With a to-account it must be the one where it would have landed. */
	other = first;
	other.has_to_account = true;
	other.to_account = WIRE_CHECKING;
	assert_int_equal(
	    refusals_find(&refusals, &other, &limit), WIRE_OVER_LIMIT);
	other.to_account = WIRE_SAVINGS;
	assert_int_equal(
	    refusals_find(&refusals, &other, &limit), WIRE_TXID_USED);
	/* Each argument tells it from others. */
	for (int i = 0; i < 4; i++) {
		other = first;
		if (i == 0)
			other.account = WIRE_CHECKING;
		else if (i == 1)
			strcpy(other.recipient, "joe");
		else if (i == 2)
			other.withdrawal[0] = 1;
		else
			other.verb = &verbs_table[REQUESTS_DEPOSIT];
		assert_int_equal(
		    refusals_find(&refusals, &other, &limit), WIRE_TXID_USED);
	}
	refusals_undo(&refusals);
	assert_int_equal(
	    refusals_find(&refusals, &first, &limit), WIRE_REPLY_COUNT);
	refusals_undo(&refusals);
	refusals_free(&refusals);
}

/* The first is remembered for as long as the last: they are full instead. */
static void
test_refusals_are_bounded(void **state)
{
	struct refusals refusals = { 0 };
	const char *limit = NULL;
	struct request request;

	(void)state;
	for (int i = 0; i < REFUSALS_MAX; i++) {
		assert_false(refusals_full(&refusals));
		request = transfer_request((uint8_t)i, i + 1);
		assert_true(refusals_add(
		    &refusals, &request, WIRE_CHECKING, WIRE_NO_FUNDS, NULL));
	}
	assert_true(refusals_full(&refusals));
	request = transfer_request(REFUSALS_MAX, 1);
	assert_false(refusals_add(
	    &refusals, &request, WIRE_CHECKING, WIRE_NO_FUNDS, NULL));
	assert_int_equal(
	    refusals_find(&refusals, &request, &limit), WIRE_REPLY_COUNT);
	for (int i = 0; i < REFUSALS_MAX; i++) {
		request = transfer_request((uint8_t)i, i + 1);
		assert_int_equal(
		    refusals_find(&refusals, &request, &limit), WIRE_NO_FUNDS);
	}
	/* One that is taken back makes room for one. */
	refusals_undo(&refusals);
	assert_false(refusals_full(&refusals));
	refusals_free(&refusals);
	assert_false(refusals_full(&refusals));
}

static void
test_rates(void **state)
{
	struct rates rates = { 0 };

	(void)state;
	rates_tick(&rates, 5999);
	assert_int_equal(rates_left(&rates, 7, 3), 3);
	for (int i = 0; i < 2; i++)
		assert_int_equal(rates_add(&rates, 7), 0);
	rates_tick(&rates, 30000);
	assert_int_equal(rates_add(&rates, 7), 0);
	assert_int_equal(rates_left(&rates, 7, 3), 0);
	assert_int_equal(rates_left(&rates, 8, 3), 3);
	assert_int_equal(rates_left(&rates, 100000, 3), 3);
	/* Lowered meanwhile, or raised. */
	assert_int_equal(rates_left(&rates, 7, 2), 0);
	assert_int_equal(rates_left(&rates, 7, 10), 7);
	rates_undo(&rates);
	assert_int_equal(rates_left(&rates, 7, 3), 1);
	assert_int_equal(rates_add(&rates, 7), 0);
	/* Not before the minute is over, and then the two first alone. */
	rates_tick(&rates, 65999);
	assert_int_equal(rates_left(&rates, 7, 3), 0);
	rates_tick(&rates, 66000);
	assert_int_equal(rates_left(&rates, 7, 3), 2);
	rates_tick(&rates, 91000);
	assert_int_equal(rates_left(&rates, 7, 3), 3);
	assert_null(rates.ring);
	assert_null(rates.counts);
}

/* Many of many, again and again: each is forgotten in its turn. */
static void
test_rates_of_many(void **state)
{
	struct rates rates = { 0 };
	const uint32_t most = 3000;
	uint64_t now_ms = 1000;

	(void)state;
	for (int round = 0; round < 20; round++, now_ms += 25000) {
		rates_tick(&rates, now_ms);
		for (uint32_t i = 1; i <= most; i++)
			assert_int_equal(rates_add(&rates, i * 7), 0);
		for (uint32_t i = 1; i <= most; i++)
			assert_int_equal(rates_left(&rates, i * 7, 100),
			    100 - (round < 2 ? round + 1 : 3));
		assert_int_equal(rates_left(&rates, 8, 100), 100);
	}
	rates_tick(&rates, now_ms + 60000);
	assert_int_equal(rates.count, 0);
	rates_free(&rates);
}

static void
test_tally(void **state)
{
	const unsigned most = 3;
	const uint64_t hour = 3600000;
	struct tally *tally = tally_new(most, hour);
	const struct kiosk_seen kiosk = { .counted = "10.0.0.1" };
	const struct kiosk_seen named = { .counted = "10.0.0.1",
		.enrolled = true };

	(void)state;
	assert_non_null(tally);
	for (unsigned i = 0; i < most; i++) {
		assert_false(tally_is_full(tally, &kiosk, 1000 + i));
		tally_add(tally, &kiosk, 1000 + i);
	}
	assert_true(tally_is_full(tally, &kiosk, 1000 + hour - 1));
	assert_false(tally_is_full(tally, &named, 1000 + hour - 1));
	/* The first of them is over, and only that. */
	assert_false(tally_is_full(tally, &kiosk, 1000 + hour));
	tally_add(tally, &kiosk, 1000 + hour);
	assert_true(tally_is_full(tally, &kiosk, 1000 + hour));
	tally_free(tally);
}

/* Others, however many, are counted, and nobody is taken for another. */
static void
test_tally_is_bounded(void **state)
{
	struct tally *tally = tally_new(1, 1000000);
	struct kiosk_seen kiosk = { .enrolled = false };
	unsigned remembered = 0;

	(void)state;
	assert_non_null(tally);
	for (unsigned i = 1; i <= 3 * TALLY_KIOSKS; i++) {
		snprintf(kiosk.counted, sizeof(kiosk.counted), "k%u", i);
		assert_false(tally_is_full(tally, &kiosk, i));
		tally_add(tally, &kiosk, i);
		assert_true(tally_is_full(tally, &kiosk, i));
	}
	/* Of all of them as many as it holds, but for sets not filled. */
	for (unsigned i = 1; i <= 3 * TALLY_KIOSKS; i++) {
		snprintf(kiosk.counted, sizeof(kiosk.counted), "k%u", i);
		if (!tally_is_full(tally, &kiosk, 3 * TALLY_KIOSKS))
			continue;
		remembered++;
	}
	assert_true(remembered <= TALLY_KIOSKS);
	assert_true(remembered > TALLY_KIOSKS / 10 * 9);
	tally_free(tally);
}

static void
test_state_dir(void **state)
{
	char path[] = "/tmp/test-vault-XXXXXX", lock[64], error[256], pid[32];
	struct state_dir dir, second;

	(void)state;
	assert_non_null(mkdtemp(path));
	assert_int_equal(
	    state_dir_open(&dir, path, true, error, sizeof(error)), 0);
	assert_int_equal(dir.uid, geteuid());
	assert_true(state_dir_free(&dir) > 0);
	assert_int_equal(state_dir_lock(&dir, error, sizeof(error)), 0);
	assert_int_equal(
	    state_dir_open(&second, path, true, error, sizeof(error)), 0);
	assert_int_equal(
	    state_dir_lock(&second, error, sizeof(error)), BANK_EBUSY);
	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	assert_non_null(strstr(error, pid));
	state_dir_close(&dir);
	assert_int_equal(state_dir_lock(&second, error, sizeof(error)), 0);
	state_dir_close(&second);
	snprintf(lock, sizeof(lock), "%s/lock", path);
	assert_int_equal(unlink(lock), 0);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(
	    state_dir_open(&dir, path, true, error, sizeof(error)), BANK_ESYS);
	assert_non_null(strstr(error, path));
}

static void
test_operator_words(void **state)
{
	char plain[] = "open fey Fey\\sO\\\\N\npass word\nrest";
	char none[] = "verify",
	     bad[][20] = { "open \\x", "  ", "open \\", "a b c d e f g h i" };
	char *words[8], *secret;

	(void)state;
	assert_int_equal(control_get_request(plain, words, 8, &secret), 3);
	assert_string_equal(words[0], "open");
	assert_string_equal(words[2], "Fey O\\N");
	assert_string_equal(secret, "pass word");
	assert_int_equal(control_get_request(none, words, 8, &secret), 1);
	assert_null(secret);
	for (size_t i = 0; i < NELEM(bad); i++)
		assert_int_equal(control_get_request(bad[i], words, 8, &secret),
		    BANK_EINVAL);
}

static void
test_operator_answer(void **state)
{
	static const char expected[] = "= id\tname\n+ fey\ta b\\tc\\n\\\\\n"
				       ". 65 no such\\nthing\n";
	struct operator_command command = { .code = 0 };
	char got[256];
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	command.fd = pair[0];
	operator_line(&command, '=', TEXTS("id", "name"));
	operator_line(&command, '+', TEXTS("fey", "a b\tc\n\\"));
	operator_fail(&command, 65, "no %s\nthing", "such");
	operator_end(&command);
	assert_int_equal(
	    read(pair[1], got, sizeof(got)), (int)strlen(expected));
	assert_memory_equal(got, expected, strlen(expected));
	/* Nobody there: the rest is dropped, and no signal comes. */
	close(pair[1]);
	operator_end(&command);
	assert_true(command.answer.failed);
	close(pair[0]);
	control_text_free(&command.answer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_the_time_of_another_host),
		cmocka_unit_test(test_clock_starts_behind_nothing),
		cmocka_unit_test(test_hashes),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_refusals_are_bounded),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_rates_of_many),
		cmocka_unit_test(test_tally),
		cmocka_unit_test(test_tally_is_bounded),
		cmocka_unit_test(test_state_dir),
		cmocka_unit_test(test_operator_words),
		cmocka_unit_test(test_operator_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
