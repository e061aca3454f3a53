/* SPDX-License-Identifier: ISC */
/*
 * What must be so of what operators do, and of notices: limits of a customer,
 * locks, deposits, reloads, edits by hand.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../bankd/store/store_find.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/money.h"
#include "../../shared/wire/wire_reader.h"
#include "sim.h"

#define EDIT_TICKS 70 /* seconds until an edit is undone, at most */

bool
sim_value_of(const struct sim_slot *slot, const char *key, char value[128])
{
	struct wire_reader reader;

	return wire_read(&reader, slot->answer, strlen(slot->answer)) == 0 &&
	    wire_find(&reader, key, value, 128) == 0;
}

/* -- limits ----------------------------------------------------------------
 */

int64_t
sim_limit_of(int customer, uint64_t seq)
{
	const struct sim_limit *limits = world->limits[customer];

	for (size_t i = world->limit_count[customer]; i-- > 0;) {
		if (limits[i].seq < seq)
			return limits[i].cents;
	}
	return SIM_WITHDRAW_DAY;
}

void
sim_limit_put(int customer, int64_t cents)
{
	size_t *count = &world->limit_count[customer];

	if (*count == SIM_LIMITS)
		sim_wrong("so many limits");
	world->limits[customer][*count].seq =
	    store_last_seq(sim_vault->books->store);
	world->limits[customer][(*count)++].cents = cents;
}

/*
 * Who hands out no cash is told so, whatever else stands in the way.  Of the
 * others, one withdrawal keeps to the configuration that its host has.
 */
void
sim_judge_cash(
    const struct sim_slot *slot, const struct sim_deed *deed, int code)
{
	int64_t cents;
	char limit[128];

	if (slot->kiosk == SIM_WINDOW && deed->request[0] != '1' &&
	    deed->sends == 1 && code != 403 && code != 422)
		sim_wrong(
		    "%s: %d at a kiosk without cash", deed->request, code);
	if (strncmp(deed->request, "WITHDRAW", 8) != 0 || deed->sends != 1 ||
	    sim_host->reloads ||
	    slot->config_changes != sim_host->config_changes)
		return;
	cents = 100 * strtoll(strrchr(deed->request, ' '), NULL, 10);
	if (code == 200 && cents > sim_host->withdraw_cents)
		sim_wrong("%s: over the limit of %lld cents", deed->request,
		    (long long)sim_host->withdraw_cents);
	if (code == 429 && sim_value_of(slot, "limit", limit) &&
	    strcmp(limit, "withdraw") == 0 && cents <= sim_host->withdraw_cents)
		sim_wrong("%s: refused, and the limit is %lld cents",
		    deed->request, (long long)sim_host->withdraw_cents);
}

/*
 * Who has too little has it in a state that is no older than what anybody was
 * told before: not even at another host.
 */
void
sim_judge_poor(const struct sim_slot *slot, const struct sim_deed *deed)
{
	const struct sim_books *books = &sim_host->books;
	const struct sim_state *states = books->states[slot->customer];
	size_t count = books->state_count[slot->customer], i = count;
	int64_t cents = 100 * strtoll(strrchr(deed->request, ' '), NULL, 10);
	int account = strchr(deed->request, ' ')[WIRE_TXID_TEXT + 1] - '1';

	if (deed->sends != 1)
		return;
	while (i > 1 && states[i - 1].seq > slot->told)
		i--;
	for (i = i > 0 ? i - 1 : 0; i < count; i++) {
		if (states[i].cents[account] < cents)
			return;
	}
	sim_wrong("%s: refused, and has had enough since entry %llu",
	    deed->request, (unsigned long long)slot->told);
}

/* -- operators -------------------------------------------------------------
 */

/* Counted anew; what was told meanwhile may have come after it. */
void
sim_judge_unlocked(int number)
{
	struct sim_guesses *guesses = world->customers[number].guesses;
	unsigned most;

	for (int i = 0; i < SIM_KIOSKS; i++) {
		most = guesses[i].wrong + guesses[i].lost;
		sim_judge_begin_anew(&guesses[i]);
		guesses[i].lost = most;
		guesses[i].lost_step = world->step;
		guesses[i].unsure = true;
	}
}

/* Whether this host has heard of all before that. */
static bool
has_heard(uint64_t since_us)
{
	return !sim_is_one_of_many() ||
	    (!sim_host->lots_missing && sim_host->heard_us > since_us);
}

static bool
may_be_in_session(
    const struct sim_customer *customer, const struct session *session)
{
	if (customer->locked == SIM_YES && has_heard(customer->locked_us))
		return false;
	return customer->password_us == 0 ||
	    session->begun_ms >= customer->password_ms ||
	    !has_heard(customer->password_us);
}

/*
 * Whom an operator has locked has no session, nor has one lived on whose
 * password was set, here nor at another host.
 */
void
sim_judge_locks(void)
{
	const struct session *session;

	for (int i = 0; i < SIM_CUSTOMERS; i++) {
		TAILQ_FOREACH (session, &sim_vault->sessions->all, link) {
			if (strcmp(session->customer, sim_ids[i]) == 0 &&
			    !may_be_in_session(&world->customers[i], session))
				sim_wrong("%s is locked, or has another "
					  "password, and has the session",
				    sim_ids[i]);
		}
	}
}

void
sim_judge_deposit(struct sim_deed *deed, uint64_t seq)
{
	struct ledger_entry entry;
	char id[LEDGER_ID_SIZE];
	unsigned account, amount;

	sim_judge_booked(deed, seq);
	if (sscanf(deed->request, "deposit %39s %u %u", id, &account,
		&amount) != 3 ||
	    store_find_seq(sim_vault->books->store, seq, &entry) != 0 ||
	    strcmp(entry.credit.id, id) != 0 ||
	    (unsigned)entry.credit.account + 1 != account ||
	    entry.amount_cents != 100 * (int64_t)amount)
		sim_wrong("%s is another entry", deed->request);
	world->counts[SIM_TOLD]++;
}

/* -- edits -----------------------------------------------------------------
 */

static void
judge_expected(void)
{
	const struct ledger_account *account =
	    store_account(sim_vault->books->store, sim_ids[0]);

	if (memcmp(account->cents, sim_host->expected_cents,
		sizeof(account->cents)) != 0)
		sim_wrong("an edit of a bank that was stopped isn't taken");
	sim_host->expects = false;
}

/* Undone within a minute, and never money. */
void
sim_judge_edits(void)
{
	if (sim_host->expects)
		judge_expected();
	if (!sim_host->edited)
		return;
	if (sim_books_file()) {
		sim_host->edited = false;
		return;
	}
	if (clock_steady_ms() - sim_host->edit_ms < 1000 || sim_host->full)
		return;
	sim_host->edit_ms = clock_steady_ms();
	if (++sim_host->edit_ticks > EDIT_TICKS)
		sim_wrong("an edit isn't undone: %s", world->unlike);
}

/* -- notices ---------------------------------------------------------------
 */

/* Of an entry that there is, with its amount, and once. */
void
sim_judge_notice(struct sim_slot *slot)
{
	char text[128], amount[64], expected[MONEY_TEXT_SIZE];
	unsigned long long seq;
	struct ledger_entry entry;

	if (!sim_value_of(slot, "notice", text) ||
	    sscanf(text, "received %llu %63s", &seq, amount) != 2)
		return;
	if (store_find_seq(sim_vault->books->store, seq, &entry) != 0)
		sim_wrong("a notice of entry %llu, which there isn't", seq);
	money_format(entry.amount_cents, expected);
	if (strcmp(amount, expected) != 0 ||
	    strcmp(entry.credit.id, sim_ids[slot->customer]) != 0)
		sim_wrong("notice \"%s\" isn't its entry", text);
	if (seq <= slot->noticed)
		sim_wrong("%s has a notice of entry %llu after one of %llu",
		    sim_ids[slot->customer], seq,
		    (unsigned long long)slot->noticed);
	slot->noticed = seq;
	world->counts[SIM_NOTICES]++;
}
