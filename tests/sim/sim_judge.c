/* SPDX-License-Identifier: ISC */
/*
 * What must be so in a simulated bank, after each step and in each life, of
 * logins, sessions and answers; sim_books.c has the books.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../bankd/store/store_find.h"
#include "../../bankd/vault/core/bank_clock.h"
#include "../../shared/base/clock.h"
#include "../../shared/base/money.h"
#include "../../shared/base/util.h"
#include "../../shared/wire/wire_reader.h"
#include "sim.h"

#define DAY_MS UINT64_C(86400000)
#define TICK_MS 1000
#define APART_MS 60000
#define LEASE_MS 100   /* of time, ahead of each commit */
#define FRESH_MS 50000 /* a nonce lives for 60 s */
#define LOST_STEPS 25  /* until all that was on its way has come */

/* -- logins and sessions ---------------------------------------------------
 */

static uint64_t
bank_now(void)
{
	return sim_vault->clock->bank_ms;
}

/* What was lost a moment ago may still be counted after this. */
void
sim_judge_begin_anew(struct sim_guesses *guesses)
{
	unsigned before = guesses->wrong + guesses->lost + 1;

	guesses->wrong = 0;
	guesses->locked_ms = guesses->ends_by_ms = 0;
	/* A host that is stopped may count it at any time. */
	if (!sim_is_one_of_many() &&
	    world->step - guesses->lost_step > LOST_STEPS) {
		guesses->lost = 0;
		guesses->unsure = false;
		guesses->lost_first = false;
	}
	/* On a full disk a right password can't begin the count anew. */
	if (sim_host->failed_once) {
		guesses->lost = before;
		guesses->lost_first = true;
	}
}

static unsigned
on_their_way(const struct sim_slot *slot)
{
	unsigned count = 0;

	for (size_t i = 0; i < SIM_SLOTS; i++)
		count += world->slots[i].phase == SIM_LOGGING_IN &&
		    world->slots[i].customer == slot->customer &&
		    world->slots[i].kiosk == slot->kiosk;
	return count;
}

static void
judge_locked(struct sim_slot *slot, struct sim_guesses *guesses)
{
	unsigned most = guesses->wrong + guesses->lost + on_their_way(slot) - 1;

	/* The success that another host tells first may have come behind it. */
	if (sim_is_one_of_many() && slot->counted > most)
		most = slot->counted;
	if (guesses->locked_ms != 0 || guesses->ends_by_ms != 0)
		return;
	if (most < SIM_ATTEMPTS)
		sim_wrong("%s is locked after %u wrong guesses",
		    sim_ids[slot->customer], most);
	guesses->ends_by_ms = bank_now() + SIM_LOCK_MS;
}

/*
 * No lock that nobody was told of can have ended since the first.  On a full
 * disk the end of a comparison isn't written down, and a start takes it back.
 */
static bool
is_sure(const struct sim_guesses *guesses)
{
	return !guesses->unsure && !sim_host->failed_once &&
	    (guesses->lost == 0 ||
		(!guesses->lost_first &&
		    bank_now() - guesses->first_ms < SIM_LOCK_MS));
}

/* The clocks of two hosts differ a little. */
static bool
is_about_now(uint64_t end_ms)
{
	return sim_is_one_of_many() && end_ms != 0 &&
	    bank_now() < end_ms + APART_MS && end_ms < bank_now() + APART_MS;
}

/* No password is right while an operator has locked the account. */
static bool
may_be(const struct sim_slot *slot, int code)
{
	const struct sim_customer *customer = &world->customers[slot->customer];

	if (!slot->right)
		return code == 401;
	if (slot->changes != customer->changes || customer->locked == SIM_MAYBE)
		return code == 200 || code == 401;
	return code == (customer->locked == SIM_YES ? 401 : 200);
}

/* It is counted, perhaps, and nobody knows. */
void
sim_judge_lost(struct sim_slot *slot)
{
	struct sim_guesses *guesses =
	    &world->customers[slot->customer].guesses[slot->kiosk];

	guesses->unsure = guesses->unsure || slot->right;
	guesses->lost_first = guesses->lost_first || guesses->wrong == 0;
	guesses->lost++;
	guesses->lost_step = world->step;
}

/* Looked at when a login is sent and when it is answered. */
static void
judge_lock_end(const struct sim_slot *slot)
{
	struct sim_guesses *guesses =
	    &world->customers[slot->customer].guesses[slot->kiosk];

	if (is_about_now(guesses->locked_ms) ||
	    is_about_now(guesses->ends_by_ms)) {
		guesses->unsure = true;
		guesses->lost += SIM_ATTEMPTS;
		guesses->lost_step = world->step;
	}
	if ((guesses->locked_ms != 0 && bank_now() >= guesses->locked_ms) ||
	    (guesses->ends_by_ms != 0 && bank_now() >= guesses->ends_by_ms))
		sim_judge_begin_anew(guesses);
}

void
sim_judge_asked(struct sim_slot *slot)
{
	const struct sim_guesses *guesses =
	    &world->customers[slot->customer].guesses[slot->kiosk];

	judge_lock_end(slot);
	slot->ever_wrong = guesses->ever_wrong;
	slot->counted = guesses->wrong + guesses->lost + on_their_way(slot);
	slot->was_locked = guesses->locked_ms != 0 ||
	    guesses->ends_by_ms != 0 ||
	    guesses->wrong + guesses->lost >= SIM_ATTEMPTS;
}

/* What another host was told meanwhile may be counted behind the success. */
static void
begin_anew_by(const struct sim_slot *slot, struct sim_guesses *guesses)
{
	unsigned since = guesses->ever_wrong - slot->ever_wrong;

	sim_judge_begin_anew(guesses);
	if (sim_is_one_of_many() && since > 0) {
		guesses->lost += since;
		guesses->lost_first = true;
	}
}

/*
 * The third wrong guess is the last that is answered with 401 before the lock
 * ends, and it does.
 */
void
sim_judge_login(struct sim_slot *slot, int code)
{
	struct sim_guesses *guesses =
	    &world->customers[slot->customer].guesses[slot->kiosk];
	const char *id = sim_ids[slot->customer];

	if (code == 429)
		return;
	/* Its host may be stopped between the answer and our hearing it. */
	slot->was_locked = slot->was_locked || guesses->locked_ms != 0 ||
	    guesses->ends_by_ms != 0;
	judge_lock_end(slot);
	/* A full disk; or a host that was stopped reads what is stale. */
	if (code == 503 ||
	    (code == 401 && sim_is_one_of_many() &&
		clock_steady_ms() - slot->greeted_ms > FRESH_MS)) {
		sim_judge_lost(slot);
		guesses->unsure = true;
		return;
	}
	/* Its host may have waited for longer than the lock. */
	if (code == 423 && slot->was_locked)
		return;
	if (code == 423) {
		judge_locked(slot, guesses);
		return;
	}
	if (guesses->locked_ms != 0 && !guesses->unsure)
		sim_wrong("%s: %d in a lock", id, code);
	if (!may_be(slot, code))
		sim_wrong("%s: %d for a password that is %s", id, code,
		    slot->right ? "right" : "wrong");
	if (code == 200) {
		world->counts[SIM_LOGINS]++;
		begin_anew_by(slot, guesses);
		return;
	}
	guesses->ever_wrong++;
	if (++guesses->wrong == 1)
		guesses->first_ms = bank_now();
	if (guesses->wrong == SIM_ATTEMPTS && is_sure(guesses))
		guesses->locked_ms = bank_now() + SIM_LOCK_MS;
}

/* A kiosk without cash has none to report; a nonce may have been stale. */
void
sim_judge_reported(const struct sim_slot *slot, int code)
{
	bool told = code == 200 || code == 503;

	if ((told && slot->kiosk == SIM_WINDOW) ||
	    (!told && code != 401 && code != 403 && code != 429) ||
	    (code == 403 && slot->kiosk != SIM_WINDOW))
		sim_wrong("a report of cash at %s is answered with %d",
		    sim_kiosk_names[slot->kiosk], code);
}

/* A session is at one host, and is known nowhere else. */
void
sim_judge_resumed(const struct sim_slot *slot, int code)
{
	if (code == 200 && slot->session_host != sim_host_number())
		sim_wrong("%s: another host's session is resumed",
		    sim_ids[slot->customer]);
}

/*
 * The bank's time doesn't go back, in this life or the next, where no more
 * than 0.1 s went by since a commit when it was told: a slow disk and another
 * host's turn take longer, and a full disk can't hold it.
 */
void
sim_judge_time(const struct sim_slot *slot)
{
	if (slot->bank_ms < sim_host->told_ms)
		sim_wrong("the bank's time goes back by %llu ms",
		    (unsigned long long)(sim_host->told_ms - slot->bank_ms));
	if ((slot->phase == SIM_LOGGING_IN ||
		slot->bank_ms <= sim_host->books.time_ms + LEASE_MS) &&
	    !sim_is_one_of_many() && !sim_host->slow && !sim_host->failed_once)
		sim_host->told_ms = slot->bank_ms;
}

void __wrap_bank_clock_start(struct bank_clock *clock, uint64_t newest_ms);
void __real_bank_clock_start(struct bank_clock *clock, uint64_t newest_ms);

/* What it goes on from, however long the start takes. */
void
__wrap_bank_clock_start(struct bank_clock *clock, uint64_t newest_ms)
{
	if (newest_ms < sim_host->told_ms)
		sim_wrong("a start goes on %llu ms before a time that was told",
		    (unsigned long long)(sim_host->told_ms - newest_ms));
	__real_bank_clock_start(clock, newest_ms);
}

void
sim_judge_sessions(void)
{
	const struct session *session;
	uint64_t now_ms =
	    sim_host->turn_ms; /* it may have been stopped since */

	TAILQ_FOREACH (session, &sim_vault->sessions->all, link) {
		if (now_ms > session->begun_ms + DAY_MS + TICK_MS)
			sim_wrong("%s has a session of %llu s",
			    session->customer,
			    (unsigned long long)(now_ms - session->begun_ms) /
				1000);
	}
}

/* -- answers ---------------------------------------------------------------
 */

static int64_t
cents_of(const struct sim_slot *slot, const char *key)
{
	char value[128];
	int64_t cents = 0;

	if (!sim_value_of(slot, key, value) ||
	    money_parse(value, strlen(value), &cents) != 0)
		sim_wrong("an answer without %s", key);
	return cents;
}

/* A session sees nothing that is older than what it has seen. */
static void
judge_seen(struct sim_slot *slot)
{
	const struct sim_books *books = &sim_host->books;
	const struct sim_state *states = books->states[slot->customer];
	size_t count = books->state_count[slot->customer], i = count;
	int64_t savings = cents_of(slot, "savings");
	int64_t checking = cents_of(slot, "checking");

	while (i > 1 && states[i - 1].seq > slot->floor)
		i--;
	for (i = i > 0 ? i - 1 : 0; i < count; i++) {
		if (states[i].cents[0] != savings ||
		    states[i].cents[1] != checking)
			continue;
		if (states[i].seq > slot->floor)
			slot->floor = states[i].seq;
		return;
	}
	sim_wrong("%s is told balances that are none since entry %llu",
	    sim_ids[slot->customer], (unsigned long long)slot->floor);
}

/* Nor does a statement, whose newest entry is its customer's newest. */
static void
judge_statement(struct sim_slot *slot)
{
	const struct sim_books *books = &sim_host->books;
	const struct sim_state *states = books->states[slot->customer];
	char value[128];
	uint64_t seq = 0;

	if (sim_value_of(slot, "entry", value))
		seq = strtoull(value, NULL, 10);
	for (size_t i = books->state_count[slot->customer]; i-- > 0;) {
		if (states[i].seq == seq) {
			if (slot->floor < seq)
				slot->floor = seq;
			return;
		}
		if (states[i].seq <= slot->floor)
			break;
	}
	sim_wrong("%s has a statement up to entry %llu, after %llu",
	    sim_ids[slot->customer], (unsigned long long)seq,
	    (unsigned long long)slot->floor);
}

static void
judge_done(struct sim_slot *slot, struct sim_deed *deed)
{
	char value[128];
	uint64_t seq;

	if (!sim_value_of(slot, "seq", value))
		sim_wrong("200 without seq");
	seq = strtoull(value, NULL, 10);
	sim_judge_booked(deed, seq);
}

void
sim_judge_booked(struct sim_deed *deed, uint64_t seq)
{
	if (deed->told_not)
		sim_wrong("%s: told no, then 200", deed->request);
	if (deed->seq != 0 && deed->seq != seq)
		sim_wrong("%s: entry %llu, then %llu", deed->request,
		    (unsigned long long)deed->seq, (unsigned long long)seq);
	if (seq > store_last_seq(sim_vault->books->store))
		sim_wrong("%s: told an entry that there isn't", deed->request);
	deed->seq = seq;
	if (world->told < seq) {
		for (uint64_t i = world->told + 1; i < seq; i++)
			world->told_us[i % SIM_ENTRIES] = world->steady_us;
		world->told_us[seq % SIM_ENTRIES] = world->steady_us;
		world->told = seq;
	}
	world->counts[SIM_TOLD]++;
}

static void
judge_not_done(struct sim_deed *deed, int code)
{
	if (deed->seq != 0)
		sim_wrong("%s: told 200, then %d", deed->request, code);
	deed->told_not = true;
	world->counts[SIM_REFUSED]++;
}

void
sim_judge_answer(struct sim_slot *slot, int code)
{
	struct sim_deed *deed =
	    slot->deed >= 0 ? &world->deeds[slot->deed] : NULL;

	/* A turn takes its requests first; one before may have been slow. */
	if (sim_host->last_turn_ms > slot->begun_ms + DAY_MS + TICK_MS)
		sim_wrong("%s is answered in a session that is over a day old",
		    sim_ids[slot->customer]);
	sim_books_judge();
	switch (slot->question) {
	case SIM_MOVE:
		sim_judge_cash(slot, deed, code);
		if (code == 402)
			sim_judge_poor(slot, deed);
		if (code == 200)
			judge_done(slot, deed);
		else
			judge_not_done(deed, code);
		return;
	case SIM_OUTCOME:
		if (code == 200)
			judge_done(slot, deed);
		else if (code == 404)
			judge_not_done(deed, code);
		return;
	case SIM_BALANCES:
	case SIM_EXIT:
		if (code == 200)
			judge_seen(slot);
		return;
	case SIM_HISTORY:
		if (code == 200)
			judge_statement(slot);
		else if (!sim_host->failed_once)
			sim_wrong("HISTORY is answered %d", code);
		return;
	default:
		return;
	}
}
