/* SPDX-License-Identifier: ISC */
/*
 * What the files of the store in memory share.
 */
#ifndef TESTS_STORE_MEMORY_STATE_H
#define TESTS_STORE_MEMORY_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "../../../bankd/ledger/audit.h"
#include "../../../bankd/ledger/chain.h"
#include "../../../bankd/store/store_attempts.h"
#include "../../../bankd/store/store_kiosks.h"
#include "store_memory.h"

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
	struct audit newest_audit;
	struct store_stock stock;
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
static inline struct memory_store *
memory(const struct store *store)
{
	return (struct memory_store *)(uintptr_t)store;
}

static inline struct memory_state *
state_of(const struct store *store)
{
	struct memory_store *m = memory(store);

	return m->batch != NULL ? m->batch : m->now;
}

/* Counts the call, opens the batch, fails where it is to. */
int memory_open_batch(struct store *store, enum memory_call which);

#endif
