/* SPDX-License-Identifier: ISC */
/*
 * The store in memory (store_memory.h).  A batch is a copy of everything,
 * which a commit puts in the place of what was: slow, and hard to get wrong.
 */
#include "store_memory_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../bankd/store/store_hosts.h"
#include "../../../bankd/store/store_serve.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"

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

int
memory_open_batch(struct store *store, enum memory_call which)
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
	for (uint32_t i = 0; i < m->now->attempt_count; i++) {
		struct store_attempt *attempt = &m->now->attempts[i];

		if (attempt->pending > 0 && attempt->count > 0)
			attempt->count--;
		attempt->pending = 0;
	}
	return m->now->end;
}

int
store_open(struct store **store, const struct store_options *options,
    enum store_end *end, char *error, size_t size)
{
	struct memory_store *m = calloc(1, sizeof(*m));

	(void)options;
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
	int error = memory_open_batch(store, MEMORY_BEGIN);

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
	int error = memory_open_batch(store, MEMORY_APPEND);

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
	int error = memory_open_batch(store, MEMORY_ACCOUNT);

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
	int error = memory_open_batch(store, MEMORY_HASH);

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
		/* In its place: what points to an account still does. */
		if (m->batch != NULL)
			*m->now = *m->batch;
		note(m->now, m->noted_ms);
		for (uint32_t i = 0; i < m->now->count; i++)
			note(m->now, m->now->accounts[i].account.last_login_ms);
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

const struct ledger_account *
store_account_by_number(const struct store *store, uint32_t number)
{
	const struct memory_store *m = (const void *)store;

	return number == 0 || number > m->now->count
	    ? NULL
	    : &m->now->accounts[number - 1].account;
}

/* It is alone. */
void
store_follow(struct store *store, const struct store_follower *follower)
{
	(void)store;
	(void)follower;
}

bool
store_is_shared(const struct store *store)
{
	(void)store;
	return false;
}

int
store_take_over(struct store *store, unsigned most)
{
	(void)store;
	(void)most;
	return 0;
}

bool
store_fresh(const struct store *store)
{
	(void)store;
	return true;
}

int
store_firm(struct store *store)
{
	(void)store;
	return 0;
}

unsigned
store_poll_ms(const struct store *store)
{
	(void)store;
	return 0;
}

const char *
store_why(const struct store *store)
{
	(void)store;
	return "";
}

int
store_tell(struct store *store, uint32_t number, const char *text)
{
	(void)store;
	(void)number;
	(void)text;
	return 0;
}

int
store_take_back(struct store *store, uint32_t host)
{
	(void)store;
	(void)host;
	return 0;
}
