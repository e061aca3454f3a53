/* SPDX-License-Identifier: ISC */
/*
 * The store in memory: entries and records found, transactions settled,
 * attempts and kiosks.
 */
#include "store_memory_state.h"

#include <string.h>

#include "../../../bankd/store/store_find.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"

int
store_audit(struct store *store, struct audit *audit)
{
	struct audit *newest;
	int error = memory_open_batch(store, MEMORY_APPEND);

	if (error != 0)
		return error;
	newest = &memory(store)->batch->newest_audit;
	audit->number = newest->number + 1;
	error = audit_next(
	    &memory(store)->chain, newest->chain, audit, audit->chain);
	*newest = *audit;
	note(memory(store)->batch, audit->time_ms);
	return error;
}

/* The memory of this store has none but the newest. */
int
store_find_audit(struct store *store, uint64_t number, struct audit *audit)
{
	*audit = state_of(store)->newest_audit;
	return audit->number == number ? 0 : BANK_ENOTFOUND;
}

int
store_find_settling(struct store *store, uint64_t number, struct audit *audit)
{
	*audit = state_of(store)->newest_audit;
	return audit->of == number ? 0 : BANK_ENOTFOUND;
}

int
store_find_case(struct store *store, const char *about, const char *detail,
    struct audit *audit)
{
	return store_find_waiting(store, about, detail, audit);
}

int
store_find_waiting(struct store *store, const char *about, const char *detail,
    struct audit *audit)
{
	*audit = state_of(store)->newest_audit;
	return strcmp(audit->verb, "request") == 0 &&
		strcmp(audit->about, about) == 0 &&
		strcmp(audit->detail, detail) == 0
	    ? 0
	    : BANK_ENOTFOUND;
}

int
store_find_count(struct store *store, const char *kiosk, struct audit *audit)
{
	*audit = state_of(store)->newest_audit;
	return strcmp(audit->verb, "request") == 0 &&
		strcmp(audit->about, kiosk) == 0 &&
		strncmp(audit->detail, "cash count ", 11) == 0
	    ? 0
	    : BANK_ENOTFOUND;
}

int
store_stock_put(struct store *store, const struct store_stock *stock)
{
	int error = memory_open_batch(store, MEMORY_APPEND);

	if (error == 0)
		memory(store)->batch->stock = *stock;
	return error;
}

int
store_stock_get(
    struct store *store, const char *kiosk, struct store_stock *stock)
{
	*stock = state_of(store)->stock;
	return strcmp(stock->kiosk, kiosk) == 0 ? 0 : BANK_ENOTFOUND;
}

int
store_find_txid(struct store *store, const struct ledger_account *owner,
    const uint8_t txid[WIRE_TXID_SIZE], struct ledger_entry *entry,
    bool *settled)
{
	const struct memory_state *state = state_of(store);
	uint32_t number = owner != NULL ? owner->number : LEDGER_OPERATORS;

	*settled = false;
	for (uint64_t i = 0; i < state->last_seq; i++)
		if (memcmp(state->entries[i].txid, txid, WIRE_TXID_SIZE) == 0 &&
		    ledger_owner(&state->entries[i]) == number) {
			*entry = state->entries[i];
			return 0;
		}
	for (uint32_t j = 0; j < state->settled_count; j++)
		if (state->settled[j].owner == number &&
		    memcmp(state->settled[j].txid, txid, WIRE_TXID_SIZE) == 0)
			*settled = true;
	return BANK_ENOTFOUND;
}

int
store_find_seq(struct store *store, uint64_t seq, struct ledger_entry *entry)
{
	const struct memory_state *state = state_of(store);

	if (seq == 0 || seq > state->last_seq)
		return BANK_ENOTFOUND;
	*entry = state->entries[seq - 1];
	return 0;
}

int
store_find_reversal(
    struct store *store, uint64_t seq, struct ledger_entry *entry)
{
	const struct memory_state *state = state_of(store);

	for (uint64_t i = 0; i < state->last_seq; i++)
		if (state->entries[i].reverses == seq) {
			*entry = state->entries[i];
			return 0;
		}
	return BANK_ENOTFOUND;
}

int
store_settle(struct store *store, const struct ledger_account *owner,
    const uint8_t txid[WIRE_TXID_SIZE], uint64_t stale_ms)
{
	struct memory_state *batch;
	uint32_t i, kept = 0;
	int error = memory_open_batch(store, MEMORY_SETTLE);

	if (error != 0)
		return error;
	batch = memory(store)->batch;
	for (i = 0; i < batch->settled_count; i++)
		if (wire_txid_ms(batch->settled[i].txid) >= stale_ms)
			batch->settled[kept++] = batch->settled[i];
	batch->settled_count = kept;
	if (kept == MEMORY_MAX)
		return BANK_ENOSPC;
	batch->settled[kept].owner = owner->number;
	memcpy(batch->settled[kept].txid, txid, WIRE_TXID_SIZE);
	batch->settled_count++;
	return 0;
}

const uint8_t *
store_attempt_secret(const struct store *store)
{
	return memory(store)->secret;
}

/* By the key alone, whoever owns it by now; and there are no bounds here. */
static struct store_attempt *
find_attempt(struct memory_state *state, const uint8_t *key)
{
	for (uint32_t i = 0; i < state->attempt_count; i++)
		if (memcmp(state->attempts[i].key, key, STORE_ATTEMPT_KEY) == 0)
			return &state->attempts[i];
	return NULL;
}

int
store_attempt_get(struct store *store, struct store_attempt *attempt)
{
	const struct store_attempt *found =
	    find_attempt(state_of(store), attempt->key);
	struct store_attempt got = { .owner = attempt->owner };

	if (found != NULL)
		got = *found;
	got.stranger = found != NULL && found->owner == 0;
	got.owner = attempt->owner;
	memcpy(got.total, attempt->total, STORE_ATTEMPT_KEY);
	memcpy(got.key, attempt->key, STORE_ATTEMPT_KEY);
	*attempt = got;
	return memory(store)->failed ? BANK_EIO : 0;
}

int
store_attempt_put(struct store *store, const struct store_attempt *attempt)
{
	struct memory_state *batch;
	struct store_attempt *found;
	int error = memory_open_batch(store, MEMORY_ATTEMPT);

	if (error != 0)
		return error;
	batch = memory(store)->batch;
	found = find_attempt(batch, attempt->key);
	note(batch, attempt->time_ms);
	if (attempt->count == 0 && attempt->pending == 0 &&
	    attempt->locked_until_ms == 0 && attempt->success_ms == 0) {
		if (found != NULL)
			*found = batch->attempts[--batch->attempt_count];
		return 0;
	}
	if (found == NULL && batch->attempt_count == MEMORY_MAX)
		return BANK_ENOSPC;
	if (found == NULL)
		found = &batch->attempts[batch->attempt_count++];
	*found = *attempt;
	return 0;
}

int
store_kiosk_put(struct store *store, const struct store_kiosk *kiosk)
{
	struct memory_state *batch;
	uint32_t i;
	int error = memory_open_batch(store, MEMORY_KIOSK);

	if (error != 0)
		return error;
	batch = memory(store)->batch;
	for (i = 0; i < batch->kiosk_count; i++)
		if (strcmp(batch->kiosks[i].name, kiosk->name) >= 0)
			break;
	if (i == batch->kiosk_count ||
	    strcmp(batch->kiosks[i].name, kiosk->name) != 0) {
		if (batch->kiosk_count == NELEM(batch->kiosks))
			return BANK_ENOSPC;
		memmove(&batch->kiosks[i + 1], &batch->kiosks[i],
		    (batch->kiosk_count++ - i) * sizeof(*kiosk));
	}
	batch->kiosks[i] = *kiosk;
	return 0;
}

int
store_kiosk_each(struct store *store,
    void (*each)(void *context, const struct store_kiosk *kiosk), void *context)
{
	const struct memory_state *state = state_of(store);

	for (uint32_t i = 0; i < state->kiosk_count; i++)
		each(context, &state->kiosks[i]);
	return 0;
}

/* Nothing is left of it after a start. */
int
store_visit_put(struct store *store, const struct store_visit *visit)
{
	(void)store;
	(void)visit;
	return 0;
}

int
store_visit_each(struct store *store,
    void (*each)(void *context, const struct store_visit *visit), void *context)
{
	(void)store;
	(void)each;
	(void)context;
	return 0;
}
