/* SPDX-License-Identifier: ISC */
/*
 * What a trace says of guesses at a customer's password at a kiosk: when one
 * is sent, what it hears, and how their row looks in the store meanwhile.
 */
#include <string.h>

#include "../../bankd/store/store_serve.h"
#include "../../bankd/vault/core/bank_clock.h"
#include "../../bankd/vault/guard/attempts.h"
#include "../../shared/base/clock.h"
#include "sim.h"

#define STALE_MS 50000 /* a nonce lives for 60 s */

int __wrap_attempt_init(struct books *books, struct attempt *attempt,
    const char *id, const struct kiosk_seen *kiosk,
    void (*again)(struct vault *vault, struct deferred *deferred));
int __real_attempt_init(struct books *books, struct attempt *attempt,
    const char *id, const struct kiosk_seen *kiosk,
    void (*again)(struct vault *vault, struct deferred *deferred));

static void
note_keys(struct books *books, const struct attempt *attempt, int customer,
    const struct kiosk_seen *kiosk)
{
	struct sim_row *row;

	for (int i = 0; i < SIM_KIOSKS; i++) {
		if (strcmp(kiosk->name, sim_kiosk_names[i]) != 0)
			continue;
		row = &world->customers[customer].rows[i];
		row->owner =
		    store_account(books->store, sim_ids[customer])->number;
		memcpy(row->total, attempt->in_all, STORE_ATTEMPT_KEY);
		memcpy(row->key, attempt->at_kiosk, STORE_ATTEMPT_KEY);
		row->known = true;
	}
}

int
__wrap_attempt_init(struct books *books, struct attempt *attempt,
    const char *id, const struct kiosk_seen *kiosk,
    void (*again)(struct vault *vault, struct deferred *deferred))
{
	int error = __real_attempt_init(books, attempt, id, kiosk, again);

	for (int i = 0; error == 0 && id != NULL && i < SIM_CUSTOMERS; i++) {
		if (strcmp(id, sim_ids[i]) == 0)
			note_keys(books, attempt, i, kiosk);
	}
	return error;
}

/* An operator's lock makes every password wrong. */
void
sim_attempts_asked(struct sim_slot *slot)
{
	bool barred = world->customers[slot->customer].locked != SIM_NO;

	slot->guess = ++world->guesses;
	sim_trace("guess %d %d %u %u %s\n", slot->customer, (int)slot->kiosk,
	    slot->guess, slot->host,
	    !slot->right ? "wrong"
		: barred ? "either"
			 : "right");
}

void
sim_attempts_lost(const struct sim_slot *slot)
{
	sim_trace(
	    "lost %d %d %u\n", slot->customer, (int)slot->kiosk, slot->guess);
}

/* One whose nonce may have been stale may have been compared with nothing. */
void
sim_attempts_heard(const struct sim_slot *slot, int code)
{
	if (code == 401 && clock_steady_ms() - slot->greeted_ms > STALE_MS)
		sim_attempts_lost(slot);
	else
		sim_trace("heard %d %d %u %d\n", slot->customer,
		    (int)slot->kiosk, slot->guess, code);
}

/* Its lock has ended by itself where the bank's time says so. */
static void
look_at(int customer, int kiosk, struct sim_row *row)
{
	struct store_attempt now = { .owner = row->owner };
	bool locked;

	memcpy(now.total, row->total, STORE_ATTEMPT_KEY);
	memcpy(now.key, row->key, STORE_ATTEMPT_KEY);
	if (store_attempt_get(sim_vault->books->store, &now) != 0 ||
	    (now.count == row->count && now.pending == row->pending &&
		now.locked_until_ms == row->locked_until_ms))
		return;
	locked = row->locked_until_ms != 0;
	sim_trace("row %d %d %u %u %s %s\n", customer, kiosk, now.count,
	    now.pending, now.locked_until_ms != 0 ? "locked" : "open",
	    locked && now.locked_until_ms != row->locked_until_ms &&
		    sim_vault->clock->bank_ms >= row->locked_until_ms
		? "ended"
		: "-");
	row->count = now.count;
	row->pending = now.pending;
	row->locked_until_ms = now.locked_until_ms;
}

/* A host that is behind another shows what has been. */
void
sim_attempts_look(void)
{
	struct journal_place place;

	if (world->trace_fd < 0)
		return;
	store_place(sim_vault->books->store, &place);
	if (sim_is_one_of_many() && place.number < world->traced_lot)
		return;
	world->traced_lot = place.number;
	for (int i = 0; i < SIM_CUSTOMERS; i++) {
		for (int j = 0; j < SIM_KIOSKS; j++) {
			if (world->customers[i].rows[j].known)
				look_at(i, j, &world->customers[i].rows[j]);
		}
	}
}
