/* SPDX-License-Identifier: ISC */
/*
 * The room for what SQLite writes to the log of bank.db is there before a lot
 * is proposed: a COMMIT after that finds no full disk.
 */
/* Before any header: it has functions of its own for libc's. */
#include "../../lib/disk/disk_calls.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "../../../bankd/store/store_attempts.h"
#include "../../../bankd/store/store_serve.h"
#include "../../../shared/base/error.h"
#include "../../lib/store_fixture.h"

#define CUSTOMERS 12000
#define ENTRIES 1000 /* as many as ride in one transaction */
#define LOGINS 60

static off_t room; /* end of what was allocated of the log */
static off_t log_end;
static bool no_room, no_blocks; /* until the reserve is given up */

/* A new log has none; one that shrinks keeps none behind its end. */
static int
before(const struct disk_call *call)
{
	off_t end = call->at + (off_t)call->length;

	if (call->kind == DISK_SYNC)
		return DISK_DONE;
	if (call->kind == DISK_UNLINK && strcmp(call->path, "reserve") == 0)
		no_room = no_blocks = false;
	if (strcmp(call->path, "bank.db-wal") != 0)
		return 0;
	if ((call->kind == DISK_ALLOCATE && no_room) ||
	    (call->kind == DISK_WRITE && no_blocks))
		return ENOSPC;
	if (call->kind == DISK_ALLOCATE && end > room)
		room = end;
	if (call->kind == DISK_TRUNCATE && call->at < room)
		room = call->at;
	if (call->kind == DISK_WRITE && end > log_end)
		log_end = end;
	return 0;
}

static int
setup(void **state)
{
	*state = fixture_directory();
	disk_calls =
	    (struct disk_calls) { .directory = *state, .before = before };
	room = log_end = 0;
	no_room = no_blocks = false;
	return 0;
}

static int
teardown(void **state)
{
	disk_calls = (struct disk_calls) { 0 };
	fixture_remove(*state);
	return 0;
}

static struct store *
open_many(const char *directory)
{
	struct store *store = fixture_open(directory, NULL);

	fixture_customers(store, CUSTOMERS);
	assert_true(log_end > 0);
	assert_in_range(log_end, 0, room);
	assert_int_equal(store_serve(store, false), 0);
	return store;
}

static void
pay(struct store *store, unsigned i)
{
	char from[16], to[16];
	unsigned other = (unsigned)random() % CUSTOMERS;

	snprintf(from, sizeof(from), "c%ld", random() % CUSTOMERS);
	snprintf(to, sizeof(to), "c%u", other);
	assert_int_equal(
	    fixture_transfer(store, from, to, 1, FIXTURE_NOW + i, NULL, NULL),
	    0);
}

static void
test_entries(void **state)
{
	struct store *store = open_many(*state);

	fixture_seed();
	for (unsigned i = 0; i < ENTRIES; i++) {
		pay(store, i);
		assert_int_equal(store_commit(store), 0);
	}
	assert_int_equal(store_publish(store), 0);
	assert_in_range(log_end, 0, room);
	store_close(store);
}

static void
log_in(struct store *store, unsigned i)
{
	struct store_attempt attempt = { .count = 1, .pending = 1 };
	struct ledger_account *account;
	char text[16];
	const char *id = text;

	snprintf(text, sizeof(text), "c%ld", random() % CUSTOMERS);
	assert_int_equal(store_begin(store, &id, 1, &account), 0);
	account->last_login_ms = FIXTURE_NOW + i;
	attempt.owner = account->number;
	for (size_t j = 0; j < STORE_ATTEMPT_KEY; j++)
		attempt.key[j] = attempt.total[j] = (uint8_t)random();
	attempt.time_ms = FIXTURE_NOW + i;
	assert_int_equal(store_attempt_put(store, &attempt), 0);
	attempt.key[0] ^= 1;
	assert_int_equal(store_attempt_put(store, &attempt), 0);
	assert_int_equal(store_commit(store), 0);
}

static void
test_logins(void **state)
{
	struct store *store = open_many(*state);

	fixture_seed();
	for (unsigned i = 0; i < LOGINS; i++)
		log_in(store, i);
	assert_int_equal(store_publish(store), 0);
	assert_in_range(log_end, 0, room);
	store_close(store);
}

/* A lot that finds no room for its rows is not in the journal either. */
static void
test_a_large_lot(void **state)
{
	struct store *store = fixture_open(*state, NULL);
	struct ledger_account *account;
	char id[16];
	int error = 0;

	for (unsigned i = 0; error == 0 && i < CUSTOMERS; i++) {
		snprintf(id, sizeof(id), "c%u", i);
		error = store_account_new(
		    store, id, "A Name", "hash", FIXTURE_NOW, &account);
	}
	assert_int_equal(error, 0);
	no_room = true;
	assert_int_equal(store_commit(store), BANK_ENOSPC);
	assert_string_equal(store_room_reason(store), "the disk is full");
	assert_int_equal(store_lines(store), 0);
	no_room = false;
	fixture_customers(store, 1);
	store_close(store);
	assert_int_equal(fixture_verify(*state), 2);
}

/* After a broken end the reserve is room for the lots that are taken over. */
static void
start_without_room(const char *directory, bool *none)
{
	struct store *store = fixture_open(directory, NULL);
	enum store_end end;

	fixture_customers(store, 10);
	assert_int_equal(store_serve(store, false), 0);
	assert_int_equal(
	    fixture_transfer(store, "c1", "c2", 1, FIXTURE_NOW, NULL, NULL), 0);
	assert_int_equal(store_commit(store), 0);
	store_close(store);
	assert_int_equal(access(fixture_path(directory, "reserve"), F_OK), 0);
	*none = true;
	store = fixture_open(directory, &end);
	assert_false(*none);
	assert_int_equal(end, STORE_BROKEN);
	assert_int_equal(store_last_seq(store), 21);
	store_close(store);
	assert_int_equal(fixture_verify(directory), 21);
}

static void
test_a_start_without_room(void **state)
{
	start_without_room(*state, &no_room);
}

static void
test_a_start_without_blocks(void **state)
{
	start_without_room(*state, &no_blocks);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_entries, setup, teardown),
		cmocka_unit_test_setup_teardown(test_logins, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_large_lot, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_start_without_room, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_start_without_blocks, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
