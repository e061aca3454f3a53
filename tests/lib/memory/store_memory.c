/* SPDX-License-Identifier: ISC */
/*
 * The store in memory (store_memory.h).  A batch is a copy of everything,
 * which a commit puts in the place of what was: slow, and hard to get wrong.
 */
#include "store_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../bankd/ledger/chain.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"

#define MEMORY_MAX 4096 /* of each kind: a test that needs more is another */

struct memory_account {
	struct ledger_account account;
	char name[WIRE_NAME_SIZE], hash[STORE_HASH_SIZE];
};

struct memory_settled {
	uint32_t owner;
	uint8_t txid[WIRE_TXID_SIZE];
};

struct memory_state {
	struct memory_account accounts[MEMORY_MAX];
	struct ledger_entry entries[MEMORY_MAX];
	struct memory_settled settled[MEMORY_MAX];
	struct store_attempt attempts[MEMORY_MAX];
	struct store_kiosk kiosks[64];
	uint32_t count, lines, settled_count, attempt_count, kiosk_count;
	uint64_t last_seq, newest_ms;
	enum store_end end;
};

struct memory_store {
	struct memory_state *now, *batch; /* NULL: no batch is open */
	struct chain chain;
	uint8_t secret[32];
	uint64_t noted_ms;
	bool failed, dirty, durable;
	unsigned calls[MEMORY_CALLS], fail_at;
	enum memory_call fail_call;
	int error;
};

/* The names are those of the real store, whose struct is another. */
static struct memory_store *
memory(const struct store *store)
{
	return (struct memory_store *)(uintptr_t)store;
}

static struct memory_state *
state_of(const struct store *store)
{
	struct memory_store *m = memory(store);

	return m->batch != NULL ? m->batch : m->now;
}

/* Counts the call, opens the batch, fails where it is to. */
static int
call(struct store *store, enum memory_call which)
{
	struct memory_store *m = memory(store);

	if (m->failed)
		return BANK_EIO;
	m->calls[which]++;
	if (m->fail_at == 0 || which != m->fail_call || --m->fail_at > 0)
		return 0;
	m->failed = m->error == BANK_EIO;
	return m->error;
}

static int
open_batch(struct store *store, enum memory_call which)
{
	struct memory_store *m = memory(store);
	int error = call(store, which);

	if (error != 0)
		return error;
	m->dirty = m->dirty || which != MEMORY_BEGIN;
	if (m->batch == NULL) {
		m->batch = malloc(sizeof(*m->batch));
		if (m->batch == NULL)
			return BANK_ENOMEM;
		*m->batch = *m->now;
	}
	return 0;
}

void
store_memory_fail(struct store *store, enum memory_call which, unsigned nth,
    int error, bool durable)
{
	struct memory_store *m = memory(store);

	m->fail_call = which;
	m->fail_at = nth;
	m->error = error;
	m->durable = durable;
}

unsigned
store_memory_calls(const struct store *store, enum memory_call which)
{
	return memory(store)->calls[which];
}

enum store_end
store_memory_restart(struct store *store)
{
	struct memory_store *m = memory(store);

	store_abort(store);
	m->failed = false;
	m->fail_at = 0;
	m->noted_ms = m->now->newest_ms;
	for (uint32_t i = 0; i < m->now->attempt_count; i++) {
		struct store_attempt *attempt = &m->now->attempts[i];

		if (attempt->pending > 0 && attempt->count > 0)
			attempt->count--;
		attempt->pending = 0;
	}
	return m->now->end;
}

int
store_open(struct store **store, const char *directory, enum store_end *end,
    char *error, size_t size)
{
	struct memory_store *m = calloc(1, sizeof(*m));

	(void)directory;
	if (m != NULL)
		m->now = calloc(1, sizeof(*m->now));
	if (m == NULL || m->now == NULL || chain_open(&m->chain) != 0) {
		free(m);
		snprintf(error, size, "no memory");
		return BANK_ENOMEM;
	}
	memset(m->secret, 's', sizeof(m->secret));
	*store = (struct store *)(void *)m;
	*end = m->now->end = STORE_NEW;
	return 0;
}

void
store_close(struct store *store)
{
	struct memory_store *m = memory(store);

	if (m == NULL)
		return;
	chain_close(&m->chain);
	free(m->batch);
	free(m->now);
	free(m);
}

static int
mark(struct store *store, enum store_end end)
{
	int error = call(store, MEMORY_MARK);

	if (error == 0)
		memory(store)->now->end = end;
	return error;
}

int
store_mark_running(struct store *store)
{
	return mark(store, STORE_BROKEN);
}

int
store_mark_stopped(struct store *store)
{
	return mark(store, STORE_STOPPED);
}

void
store_keep_room(struct store *store)
{
	(void)store;
}

uint64_t
store_log_bytes(const struct store *store)
{
	(void)store;
	return 0;
}

const char *
store_room_reason(const struct store *store)
{
	(void)store;
	return "the disk is full";
}

int
store_make_room(struct store *store)
{
	(void)store;
	return BANK_ENOTFOUND;
}

void
store_note_time(struct store *store, uint64_t now_ms)
{
	if (now_ms > memory(store)->noted_ms)
		memory(store)->noted_ms = now_ms;
}

uint64_t
store_newest_ms(const struct store *store)
{
	const struct memory_store *m = memory(store);

	return m->noted_ms > m->now->newest_ms ? m->noted_ms
					       : m->now->newest_ms;
}

uint64_t
store_last_seq(const struct store *store)
{
	return memory(store)->now->last_seq;
}

const uint8_t *
store_chain(const struct store *store)
{
	static const uint8_t none[CHAIN_SIZE];
	const struct memory_state *now = memory(store)->now;

	return now->last_seq == 0 ? none
				  : now->entries[now->last_seq - 1].chain;
}

uint32_t
store_lines(const struct store *store)
{
	return memory(store)->now->lines;
}

static struct memory_account *
find(struct memory_state *state, const char *id)
{
	for (uint32_t i = 0; i < state->count; i++)
		if (strcmp(state->accounts[i].account.id, id) == 0)
			return &state->accounts[i];
	return NULL;
}

int
store_begin(struct store *store, const char *const ids[], size_t count,
    struct ledger_account *accounts[])
{
	struct memory_account *found;
	int error = open_batch(store, MEMORY_BEGIN);

	for (size_t i = 0; error == 0 && i < count; i++) {
		found = find(memory(store)->batch, ids[i]);
		accounts[i] = found != NULL ? &found->account : NULL;
	}
	return error;
}

static void
note(struct memory_state *state, uint64_t time_ms)
{
	if (time_ms > state->newest_ms)
		state->newest_ms = time_ms;
}

int
store_append(struct store *store, struct ledger_entry *entry,
    struct ledger_account *debit, struct ledger_account *credit)
{
	struct memory_state *batch;
	int error = open_batch(store, MEMORY_APPEND);

	if (error != 0)
		return error;
	batch = memory(store)->batch;
	if (batch->last_seq == MEMORY_MAX)
		return BANK_ENOSPC;
	entry->seq = batch->last_seq + 1;
	entry->debit.previous_seq = debit->last_seq;
	entry->credit.previous_seq = credit->last_seq;
	error = chain_next(&memory(store)->chain,
	    batch->last_seq == 0 ? (const uint8_t[CHAIN_SIZE]) { 0 }
				 : batch->entries[batch->last_seq - 1].chain,
	    entry, entry->chain);
	if (error != 0)
		return error;
	debit->last_seq = credit->last_seq = entry->seq;
	note(batch, entry->time_ms);
	batch->entries[batch->last_seq++] = *entry;
	return 0;
}

int
store_account_new(struct store *store, const char *id, const char *name,
    const char *hash, uint64_t now_ms, struct ledger_account **account)
{
	struct memory_state *batch;
	struct memory_account *new;
	int error = open_batch(store, MEMORY_ACCOUNT);

	if (error != 0)
		return error;
	batch = memory(store)->batch;
	if (find(batch, id) != NULL)
		return BANK_EEXIST;
	if (batch->count == MEMORY_MAX)
		return BANK_ENOSPC;
	new = &batch->accounts[batch->count++];
	*new =
	    (struct memory_account) { .account = { .number = batch->count,
					  .line = -1,
					  .opened_ms = now_ms,
					  .own_limit = { -1, -1, -1, -1 } } };
	if (!ledger_is_own(id))
		new->account.line = (int32_t)batch->lines++;
	string_copy(new->account.id, id, sizeof(new->account.id));
	string_copy(new->name, name, sizeof(new->name));
	string_copy(new->hash, hash, sizeof(new->hash));
	note(batch, now_ms);
	*account = &new->account;
	return 0;
}

int
store_set_hash(
    struct store *store, const struct ledger_account *account, const char *hash)
{
	struct memory_account *found;
	int error = open_batch(store, MEMORY_HASH);

	if (error != 0)
		return error;
	found = &memory(store)->batch->accounts[account->number - 1];
	string_copy(found->hash, hash, sizeof(found->hash));
	return 0;
}

int
store_serve(struct store *store, bool threads)
{
	(void)store;
	(void)threads;
	return 0;
}

void
store_status(const struct store *store, struct store_status *status)
{
	(void)store;
	*status = (struct store_status) { 0 };
}

int
store_publish(struct store *store)
{
	return memory(store)->failed ? BANK_EIO : 0;
}

enum store_behind
store_behind(const struct store *store)
{
	(void)store;
	return STORE_UP_TO_DATE;
}

int
store_commit(struct store *store)
{
	struct memory_store *m = memory(store);
	int error = call(store, MEMORY_COMMIT);

	if (error == 0 || (error == BANK_EIO && m->durable && m->batch)) {
		if (m->batch != NULL) {
			free(m->now);
			m->now = m->batch;
			m->batch = NULL;
		}
		note(m->now, m->noted_ms);
	}
	store_abort(store);
	return error;
}

void
store_abort(struct store *store)
{
	struct memory_store *m = memory(store);

	free(m->batch);
	m->batch = NULL;
	m->dirty = false;
}

bool
store_dirty(const struct store *store)
{
	const struct memory_store *m = memory(store);

	if (m->dirty || m->batch == NULL)
		return m->dirty;
	for (uint32_t i = 0; i < m->now->count; i++) {
		const struct ledger_account *a = &m->now->accounts[i].account;
		const struct ledger_account *b = &m->batch->accounts[i].account;

		if (a->closed_ms != b->closed_ms ||
		    a->last_login_ms != b->last_login_ms ||
		    memcmp(a->own_limit, b->own_limit, sizeof(a->own_limit)) !=
			0)
			return true;
	}
	return false;
}

const struct ledger_account *
store_account(const struct store *store, const char *id)
{
	struct memory_account *found = find(memory(store)->now, id);

	return found != NULL ? &found->account : NULL;
}

const struct ledger_account *
store_account_by_line(const struct store *store, uint32_t line)
{
	const struct memory_state *now = memory(store)->now;

	for (uint32_t i = 0; i < now->count; i++)
		if (now->accounts[i].account.line == (int32_t)line)
			return &now->accounts[i].account;
	return NULL;
}

int
store_account_texts(struct store *store, const struct ledger_account *account,
    char name[WIRE_NAME_SIZE], char hash[STORE_HASH_SIZE])
{
	const struct memory_state *state = state_of(store);

	if (account->number > state->count)
		return BANK_ENOTFOUND;
	string_copy(
	    name, state->accounts[account->number - 1].name, WIRE_NAME_SIZE);
	string_copy(
	    hash, state->accounts[account->number - 1].hash, STORE_HASH_SIZE);
	return 0;
}

int
store_texts_each(struct store *store,
    int (*each)(void *context, const struct ledger_account *account,
	const char *name, const char *hash),
    void *context)
{
	const struct memory_state *now = memory(store)->now;
	int error = 0;

	for (uint32_t i = 0; error == 0 && i < now->count; i++)
		if (now->accounts[i].account.line >= 0)
			error = each(context, &now->accounts[i].account,
			    now->accounts[i].name, now->accounts[i].hash);
	return error;
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
	int error = open_batch(store, MEMORY_SETTLE);

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
	int error = open_batch(store, MEMORY_ATTEMPT);

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
	int error = open_batch(store, MEMORY_KIOSK);

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
