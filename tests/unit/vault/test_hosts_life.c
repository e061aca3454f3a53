/* SPDX-License-Identifier: ISC */
/*
 * Three vaults of one bank, and a customer who moves money at all of them
 * while the journal loses answers, is full and lets others be first, and
 * vaults are killed at it: what was answered is there once, what was refused
 * or called unknown never, and all hosts have the same.  SEED=n repeats it.
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
#include "../../lib/store_fixture.h"

#define HOSTS 3
#define STEPS 200
#define ONE_IN 5 /* asks of the journal goes wrong */

static struct many many;
static struct vaults_atm atms[HOSTS];
static bool has_session[HOSTS];
static uint32_t number;

static struct move {
	char txid[WIRE_TXID_TEXT], text[256], seq[24];
	bool is_done;
} moves[STEPS];
static unsigned count;

static unsigned
draw(unsigned below)
{
	return (unsigned)random() % below;
}

static void
log_in(unsigned host)
{
	if (!has_session[host])
		vaults_session(
		    &many.host[host], &atms[host], ++number, "chris\n1234");
	has_session[host] = true;
}

/* The same request again has the same outcome, on each host. */
static void
ask_again(const struct move *move, unsigned host)
{
	char outcome[64];
	int code;

	log_in(host);
	code = vaults_ask(&many.host[host], &atms[host], move->text);
	assert_int_equal(code, move->is_done ? 200 : 409);
	if (!move->is_done)
		return;
	assert_string_equal(vaults_value(&many.host[host], "seq"), move->seq);
	snprintf(outcome, sizeof(outcome), "OUTCOME %s", move->txid);
	assert_int_equal(
	    vaults_ask(&many.host[host], &atms[host], outcome), 200);
}

/* Nobody was answered, or with 503: another host says what became of it. */
static void
find_out(struct move *move, unsigned host)
{
	char outcome[64];
	int code;

	log_in(host);
	snprintf(outcome, sizeof(outcome), "OUTCOME %s", move->txid);
	do
		code = vaults_ask(&many.host[host], &atms[host], outcome);
	while (code == 503);
	/* So many a session is told: it begins anew. */
	if (code == 429) {
		has_session[host] = false;
		find_out(move, host);
		return;
	}
	assert_true(code == 200 || code == 404);
	move->is_done = code == 200;
	if (move->is_done)
		string_copy(move->seq, vaults_value(&many.host[host], "seq"),
		    sizeof(move->seq));
}

static void
kill_and_run(unsigned host)
{
	vaults_kill(&many.host[host]);
	many_release(&many, host);
	/* Else it may begin away, and let nobody in for a moment. */
	many.gate[host].chance.of = 0;
	many_run(&many, host);
	many.gate[host].chance.of = ONE_IN;
	has_session[host] = false;
}

static void
move_money(unsigned host, bool killed)
{
	struct move *move = &moves[count++];
	char txid[WIRE_TXID_TEXT];
	int code = 0;

	log_in(host);
	vaults_txid(clock_real_ms(), txid);
	snprintf(move->text, sizeof(move->text), "1 %s 1 %s 0.0%u", txid,
	    draw(2) == 0 ? "fey" : "joe", 1 + draw(9));
	memcpy(move->txid, txid, sizeof(txid));
	if (killed)
		many_hold(&many, host, 1 + draw(3));
	vaults_request(&many.host[host], &atms[host], move->text);
	if (killed && many_held(&many, host))
		kill_and_run(host);
	else {
		code = vaults_answer(&many.host[host], &atms[host]);
		many_release(&many, host);
	}
	if (code == 200) {
		move->is_done = true;
		string_copy(move->seq, vaults_value(&many.host[host], "seq"),
		    sizeof(move->seq));
		return;
	}
	assert_true(code == 0 || code == 503);
	find_out(move, (host + 1 + draw(HOSTS - 1)) % HOSTS);
}

static void
test_life(void **state)
{
	char sql[256];
	unsigned done = 0, behind = 0, waited = 0;
	const char *first = many.host[0].directory;

	(void)state;
	many_begin(&many, HOSTS, 20);
	for (unsigned i = 0; i < HOSTS; i++)
		many.gate[i].chance =
		    (struct shared_chance) { (uint64_t)random(), ONE_IN };
	for (unsigned step = 0; step < STEPS; step++) {
		if (count > 0 && draw(5) == 0)
			ask_again(&moves[draw(count)], draw(HOSTS));
		else
			move_money(draw(HOSTS), draw(12) == 0);
	}
	for (unsigned i = 0; i < HOSTS; i++) {
		many.gate[i].chance.of = 0;
		behind += many.gate[i].options.behind;
		waited += many.gate[i].options.calls[SHARED_AGAIN];
		many_catch_up(&many, i);
		vaults_publish(&many.host[i]);
	}
	for (unsigned i = 0; i < count; i++) {
		snprintf(sql, sizeof(sql),
		    "SELECT count(*) FROM entry WHERE hex(txid) ="
		    " upper('%.*s')",
		    WIRE_TXID_TEXT - 1, moves[i].txid);
		assert_int_equal(
		    fixture_number(first, sql), moves[i].is_done ? 1 : 0);
		done += moves[i].is_done;
	}
	(void)many_end(&many);
	print_message("# %u of %u carried out; %u times second, %u in doubt\n",
	    done, count, behind, waited);
	assert_true(done > count / 2 && behind > 0 && waited > 0);
	for (unsigned i = 0; i < HOSTS; i++)
		seal_wipe(&atms[i].keys);
}

static int
set_up(void **state)
{
	static const char *const options[] = { "limits.rate=0", NULL };

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
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_life) };

	fixture_seed();
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
