/* SPDX-License-Identifier: ISC */
/*
 * A second store for the tests: the write side of bankd/store/store.h in
 * memory, which fails when it is told to.  It has the names of the real one, so
 * a test takes it by including store_memory.c and store_memory_find.c, and then
 * has no readers.
 */
#ifndef TESTS_STORE_MEMORY_H
#define TESTS_STORE_MEMORY_H

#include "../../../bankd/store/store_open.h"

enum memory_call {
	MEMORY_BEGIN,
	MEMORY_APPEND,
	MEMORY_ACCOUNT,
	MEMORY_HASH,
	MEMORY_SETTLE,
	MEMORY_ATTEMPT,
	MEMORY_KIOSK,
	MEMORY_COMMIT,
	MEMORY_MARK,
	MEMORY_CALLS
};

/*
 * The nth such call from now on (1: the next) returns `error`.  BANK_EIO is
 * for ever, as in the real one; a commit that fails with it has happened all
 * the same where `durable` says so.  nth 0: no more faults.
 */
void store_memory_fail(struct store *store, enum memory_call call, unsigned nth,
    int error, bool durable);
/* Calls so far. */
unsigned store_memory_calls(const struct store *store, enum memory_call call);
/* What a new vault would find: the open batch is gone, attempts taken back. */
enum store_end store_memory_restart(struct store *store);

#endif
