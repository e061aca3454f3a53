/* SPDX-License-Identifier: ISC */
/*
 * A life of three stores over one journal: steps and faults are drawn, and all
 * come to the same state.
 *
 *	SEED=n   another life
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../bankd/store/store_kiosks.h"
#include "../../../bankd/store/store_serve.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../../lib/many_stores.h"
#include "../../lib/store_fixture.h"

#define NOW FIXTURE_NOW
#define STEPS 400

static unsigned
draw(unsigned below)
{
	return (unsigned)random() % below;
}

struct act {
	unsigned kind, a, b, cents;
	uint64_t now_ms;
	char id[16];
};

static void
act(struct store *store, void *context)
{
	const struct act *act = context;
	struct store_kiosk kiosk = { .cash = act->a % 2 == 0 };
	struct ledger_account *account;
	struct ledger_entry entry;
	char from[8], to[8];
	const char *id = from;
	int change = 1;
	uint8_t txid[WIRE_TXID_SIZE];

	snprintf(from, sizeof(from), "c%u", act->a);
	snprintf(to, sizeof(to), "c%u", act->b);
	store_note_time(store, act->now_ms);
	assert_int_equal(store_begin(store, &id, 1, &account), 0);
	switch (act->kind) {
	default:
		(void)fixture_transfer(
		    store, from, to, act->cents, act->now_ms, NULL, &entry);
		break;
	case 1:
		stores_add(store, (void *)(uintptr_t)act->id);
		break;
	case 2:
		assert_int_equal(store_set_hash(store, account, to), 0);
		break;
	case 3:
		account->last_login_ms = act->now_ms;
		break;
	case 4:
		stores_guess(store, &change);
		break;
	case 5:
		snprintf(kiosk.name, sizeof(kiosk.name), "k%u", act->b);
		assert_int_equal(store_kiosk_put(store, &kiosk), 0);
		break;
	case 6:
		memset(txid, (int)act->cents, sizeof(txid));
		put_u64(txid, act->now_ms << 16);
		assert_int_equal(
		    store_settle(store, account, txid, act->now_ms - 600000),
		    0);
		break;
	}
}

/* Closed without a mark, as a kill leaves it, and opened again. */
static void
begin_again(struct hosts *hosts, unsigned i)
{
	struct shared_options *options = &hosts->host[i].options;
	int error;

	store_close(hosts->host[i].store);
	options->fault = NULL;
	stores_open(hosts, i);
	options->fault = shared_chance;
	do
		error = store_take_back(hosts->host[i].store, i + 1);
	while (error == BANK_ENOSPC || error == BANK_EAWAY);
	assert_int_equal(error, 0);
}

/*
 * Three hosts, drawn steps and faults, each a batch that is run again at
 * every point where another was first; starts and publications in between.
 */
static void
test_life(void **state)
{
	struct shared_chance chance = { .of = 4 };
	struct hosts hosts;

	(void)state;
	chance.state = (uint64_t)random();
	stores_begin(&hosts, 3);
	for (unsigned i = 0; i < 3; i++) {
		hosts.host[i].options.fault = shared_chance;
		hosts.host[i].options.context = &chance;
	}
	for (unsigned step = 0; step < STEPS; step++) {
		unsigned i = draw(3), a = draw(STORES_CUSTOMERS);
		struct act drawn = { draw(14), a,
			(a + 1 + draw(STORES_CUSTOMERS - 1)) % STORES_CUSTOMERS,
			draw(900) + 1, NOW + step * 7, "" };

		snprintf(drawn.id, sizeof(drawn.id), "n%u", draw(40));
		if (drawn.kind == 13)
			begin_again(&hosts, i);
		else
			stores_run(&hosts.host[i], act, &drawn);
		if (draw(9) == 0)
			assert_int_equal(store_publish(hosts.host[i].store), 0);
	}
	for (unsigned i = 0; i < 3; i++)
		hosts.host[i].options.fault = NULL;
	stores_agree(&hosts);
	for (unsigned i = 0; i < 3; i++)
		assert_true(hosts.host[i].options.behind > 10);
	stores_end(&hosts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
	};

	fixture_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
