/* SPDX-License-Identifier: ISC */
/*
 * Two requests on two hosts, of each pair of verbs that may get in each
 * other's way, in every order in which their batches can come to the journal:
 * the outcome is one of those that one after the other have, and all hosts
 * end with the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../shared/base/clock.h"
#include "../../../shared/base/util.h"
#include "../../lib/many_vaults.h"

static struct many many;
static char txids[4][WIRE_TXID_TEXT];

/* One side of a pair: what is asked of its host, and as whom. */
struct side {
	const char *session; /* the text of its login first; NULL: none */
	bool kiosk;          /* at the lobby */
	/* A request, or the text of a login; $1 to $4 are txids. */
	const char *text;
	uint8_t type;    /* of the login, or FRAME_SEALED */
	bool is_command; /* an operator's command instead */
	unsigned batches;
};

struct pair {
	const char *name;
	const char *before[2]; /* what is asked for ahead */
	struct side side[2];
};

static const struct pair pairs[] = {
	{ "transfer, transfer", { NULL },
	    { { .session = "chris\n1234", .text = "1 $1 1 fey 9000" },
		{ .session = "chris\n1234", .text = "1 $2 1 joe 9000" } } },
	{ "the same transfer", { NULL },
	    { { .session = "chris\n1234", .text = "1 $1 1 fey 9000" },
		{ .session = "chris\n1234", .text = "1 $1 1 fey 9000" } } },
	{ "PASSWORD, 1", { NULL },
	    { { .session = "chris\n1234",
		  .text = "PASSWORD 1234\nanother",
		  .batches = 2 },
		{ .session = "chris\n1234", .text = "1 $1 1 joe 9000" } } },
	{ "PASSWORD, PASSWORD", { NULL },
	    { { .session = "chris\n1234",
		  .text = "PASSWORD 1234\nanother",
		  .batches = 2 },
		{ .session = "chris\n1234",
		    .text = "PASSWORD 1234\none more",
		    .batches = 2 } } },
	{ "CLOSE, 1", { "1 $3 1 joe 10000", "1 $4 2 joe 1000" },
	    { { .session = "chris\n1234", .text = "CLOSE" },
		{ .session = "fey\n5678", .text = "1 $1 1 chris 1" } } },
	{ "lock, L", { NULL },
	    { { .text = "lock chris", .is_command = true },
		{ .text = "chris\n1234",
		    .type = FRAME_LOGIN,
		    .batches = 2 } } },
	{ "lock, 1", { NULL },
	    { { .text = "lock chris", .is_command = true },
		{ .session = "chris\n1234", .text = "1 $1 1 joe 9000" } } },
	{ "OUTCOME, 1", { NULL },
	    { { .session = "chris\n1234", .text = "OUTCOME $1" },
		{ .session = "chris\n1234", .text = "1 $1 1 joe 9000" } } },
	{ "V, WITHDRAW", { NULL },
	    { { .text = "chris\n$1", .type = FRAME_REVERSAL, .kiosk = true },
		{ .session = "chris\n1234",
		    .text = "WITHDRAW $1 1 100",
		    .kiosk = true } } },
	{ "REVERSE, REVERSE", { "WITHDRAW $3 1 100" },
	    { { .session = "chris\n1234",
		  .text = "REVERSE $1 $3",
		  .kiosk = true },
		{ .session = "chris\n1234",
		    .text = "REVERSE $2 $3",
		    .kiosk = true } } },
	{ "V, REVERSE", { "WITHDRAW $3 1 100" },
	    { { .text = "chris\n$3", .type = FRAME_REVERSAL, .kiosk = true },
		{ .session = "chris\n1234",
		    .text = "REVERSE $2 $3",
		    .kiosk = true } } },
	{ "O, O", { NULL },
	    { { .text = "sam\npw-71\nSam", .type = FRAME_OPEN, .batches = 2 },
		{ .text = "sam\npw-72\nSam",
		    .type = FRAME_OPEN,
		    .batches = 2 } } },
	{ "limit, limit", { NULL },
	    { { .session = "chris\n1234",
		  .text = "WITHDRAW $1 1 100",
		  .kiosk = true },
		{ .session = "chris\n1234",
		    .text = "WITHDRAW $2 1 100",
		    .kiosk = true } } },
	{ "wrong, right", { NULL },
	    { { .text = "chris\n0000", .type = FRAME_LOGIN, .batches = 2 },
		{ .text = "chris\n1234",
		    .type = FRAME_LOGIN,
		    .batches = 2 } } },
};

/* One run: what both heard, and what everybody has at the end. */
struct outcome {
	int code[2];
	char balance[4096];
};

static struct vaults_atm atms[2];

/* With the txids in place of $1 to $4. */
static const char *
filled(const char *text)
{
	static char buffer[512];
	size_t length = 0;

	for (; *text != '\0'; text++) {
		if (*text != '$') {
			buffer[length++] = *text;
			continue;
		}
		text++;
		length += string_copy(buffer + length, txids[*text - '1'],
		    sizeof(buffer) - length);
	}
	buffer[length] = '\0';
	return buffer;
}

static void
begin(const struct pair *pair)
{
	for (unsigned i = 0; i < 4; i++)
		vaults_txid(clock_real_ms(), txids[i]);
	for (unsigned i = 0; i < 2; i++) {
		const struct side *side = &pair->side[i];

		atms[i] =
		    (struct vaults_atm) { .kiosk =
					      side->kiosk ? many.lobby : NULL };
		if (side->session != NULL)
			vaults_session(
			    &many.host[i], &atms[i], 1, side->session);
		else if (!side->is_command)
			vaults_connect(&many.host[i], &atms[i], 1);
	}
	/* V has no session to ask by. */
	for (unsigned i = 0; i < 2 && pair->before[i] != NULL; i++) {
		unsigned host = pair->side[0].session == NULL;

		assert_int_equal(vaults_ask(&many.host[host], &atms[host],
				     filled(pair->before[i])),
		    200);
	}
}

/* An operator's answer is waited for: it can't be held. */
static int
operate(const struct side *side, unsigned i)
{
	vaults_operator(&many.host[i], side->text);
	return strncmp(many.host[i].answer, ". 0", 3) == 0 ? 1 : 2;
}

static void
send_side(const struct side *side, unsigned i)
{
	if (side->type != 0)
		vaults_login(
		    &many.host[i], &atms[i], side->type, filled(side->text));
	else
		vaults_request(&many.host[i], &atms[i], filled(side->text));
	vaults_flush(&many.host[i]);
}

static int
answer_of(const struct side *side, unsigned i)
{
	return side->is_command ? operate(side, i)
				: vaults_answer(&many.host[i], &atms[i]);
}

static void
end(struct outcome *outcome)
{
	snprintf(
	    outcome->balance, sizeof(outcome->balance), "%s", many_end(&many));
	seal_wipe(&atms[0].keys);
	seal_wipe(&atms[1].keys);
}

/* All of the one, then all of the other, which hasn't heard of it. */
static void
run_serial(const struct pair *pair, unsigned first, struct outcome *outcome)
{
	many_begin(&many, 2, 0);
	begin(pair);
	for (unsigned i = first, n = 0; n < 2; n++, i = 1 - i) {
		if (!pair->side[i].is_command)
			send_side(&pair->side[i], i);
		outcome->code[i] = answer_of(&pair->side[i], i);
	}
	end(outcome);
}

/*
 * Both are held at these of their batches, which have then been carried out
 * on what each host knew; the one of `first` goes on to its end first.
 */
static void
run_crossed(const struct pair *pair, const unsigned batch[2], unsigned first,
    struct outcome *outcome)
{
	many_begin(&many, 2, 0);
	begin(pair);
	for (unsigned i = 0; i < 2; i++) {
		if (pair->side[i].is_command)
			continue;
		many_hold(&many, i, batch[i]);
		send_side(&pair->side[i], i);
		(void)many_held(&many, i);
	}
	for (unsigned i = first, n = 0; n < 2; n++, i = 1 - i) {
		many_release(&many, i);
		outcome->code[i] = answer_of(&pair->side[i], i);
	}
	end(outcome);
}

static bool
is_same(const struct outcome *one, const struct outcome *other)
{
	return memcmp(one->code, other->code, sizeof(one->code)) == 0 &&
	    strcmp(one->balance, other->balance) == 0;
}

static void
try_pair(const struct pair *pair)
{
	static struct outcome serial[2], crossed;
	unsigned most[2], batch[2], tried = 0;

	for (unsigned i = 0; i < 2; i++) {
		run_serial(pair, i, &serial[i]);
		most[i] =
		    pair->side[i].batches == 0 ? 1 : pair->side[i].batches;
	}
	for (batch[0] = 1; batch[0] <= most[0]; batch[0]++) {
		for (batch[1] = 1; batch[1] <= most[1]; batch[1]++) {
			for (unsigned first = 0; first < 2; first++, tried++) {
				run_crossed(pair, batch, first, &crossed);
				if (!is_same(&crossed, &serial[0]) &&
				    !is_same(&crossed, &serial[1]))
					fail_msg("%s, at %u and %u, %u first: "
						 "%d %d\n%s",
					    pair->name, batch[0], batch[1],
					    first, crossed.code[0],
					    crossed.code[1], crossed.balance);
			}
		}
	}
	print_message("# %s: %d %d or %d %d, %u orders\n", pair->name,
	    serial[0].code[0], serial[0].code[1], serial[1].code[0],
	    serial[1].code[1], tried + 2);
}

static void
test_pairs(void **state)
{
	(void)state;
	for (size_t i = 0; i < NELEM(pairs); i++)
		try_pair(&pairs[i]);
}

/* All six orders of three, on three hosts; there is money for one. */
static void
test_three(void **state)
{
	static const unsigned orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 },
		{ 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	struct vaults_atm three[3];
	char text[256];

	(void)state;
	for (size_t o = 0; o < NELEM(orders); o++) {
		many_begin(&many, 3, 0);
		for (unsigned i = 0; i < 3; i++) {
			three[i] = (struct vaults_atm) { 0 };
			vaults_session(
			    &many.host[i], &three[i], 1, "chris\n1234");
			vaults_txid(clock_real_ms(), txids[i]);
			snprintf(
			    text, sizeof(text), "1 %s 1 fey 6000", txids[i]);
			many_hold(&many, i, 1);
			vaults_request(&many.host[i], &three[i], text);
			assert_true(many_held(&many, i));
		}
		for (unsigned n = 0; n < 3; n++) {
			unsigned i = orders[o][n];

			many_release(&many, i);
			assert_int_equal(
			    vaults_answer(&many.host[i], &three[i]),
			    n == 0 ? 200 : 402);
			seal_wipe(&three[i].keys);
		}
		assert_non_null(strstr(many_end(&many), "fey 10000 7000 "));
	}
}

/*
 * Two operators' commands, both held when they have been carried out on what
 * each host knew; the first host's goes on first.
 */
static void
command_both(const char *first, const char *second)
{
	const char *const commands[2] = { first, second };
	int link[2];

	for (unsigned i = 0; i < 2; i++) {
		many_hold(&many, i, 1);
		link[i] = vaults_command(&many.host[i], commands[i]);
		assert_true(many_held(&many, i));
	}
	for (unsigned i = 0; i < 2; i++) {
		many_release(&many, i);
		vaults_command_end(&many.host[i], link[i]);
	}
}

/* What was carried out on what is no longer so is not told. */
static void
test_counted_twice(void **state)
{
	char counts[2][160];

	(void)state;
	many_begin(&many, 2, 0);
	for (unsigned i = 0; i < 2; i++) {
		vaults_txid(clock_real_ms(), txids[i]);
		snprintf(counts[i], sizeof(counts[i]), "cash count lobby 50 %s",
		    txids[i]);
	}
	command_both(counts[0], counts[1]);
	assert_non_null(strstr(many.host[0].answer, "too much in lobby"));
	assert_non_null(
	    strstr(many.host[1].answer, "lobby holds what it should"));
	assert_null(strstr(many.host[1].answer, "+ entry"));
	(void)many_end(&many);
}

/* Refused at first, as the account was opened elsewhere meanwhile. */
static void
test_success_in_its_own_words(void **state)
{
	(void)state;
	many_begin(&many, 2, 0);
	command_both("open gil Gil\nsecret-71", "lock gil");
	assert_non_null(strstr(many.host[0].answer, "gil is open"));
	assert_non_null(strstr(many.host[1].answer, "gil is locked out"));
	(void)many_end(&many);
}

/* Its hash is locked once. */
static void
test_a_password_of_one_who_is_locked_out(void **state)
{
	struct vaults_atm atm = { 0 };

	(void)state;
	many_begin(&many, 2, 0);
	vaults_operator(&many.host[0], "lock chris");
	many_catch_up(&many, 1);
	command_both("limit fey transfer 5", "passwd chris\nanother-71");
	assert_non_null(
	    strstr(many.host[1].answer, "chris has a new password, and is"));
	vaults_operator(&many.host[1], "unlock chris");
	vaults_session(&many.host[1], &atm, 1, "chris\nanother-71");
	seal_wipe(&atm.keys);
	(void)many_end(&many);
}

static int
set_up(void **state)
{
	static const char *const options[] = { "limits.withdraw_day=150",
		"login.sign_up=yes", NULL };

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
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_three),
		cmocka_unit_test(test_counted_twice),
		cmocka_unit_test(test_success_in_its_own_words),
		cmocka_unit_test(test_a_password_of_one_who_is_locked_out),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
