/* SPDX-License-Identifier: ISC */
/*
 * The store lets go of a segment of the journal only when bank.db has all of
 * its lots on stable storage.
 */
/* Before any header: it has functions of its own for libc's. */
#include "../../lib/disk/disk_calls.c"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "../../../bankd/store/store_serve.h"
#include "../../lib/store_fixture.h"

#define ENTRIES 8000

/* Of bank.db: what its log has since bank.db was synced last. */
static bool log_is_newer, written, too_early;
static int segments;

static void
see(const struct disk_call *call)
{
	if (call->kind == DISK_WRITE) {
		if (strcmp(call->path, "bank.db-wal") == 0)
			log_is_newer = true;
		if (strcmp(call->path, "bank.db") == 0)
			written = true;
	}
	if (call->kind == DISK_SYNC && strcmp(call->path, "bank.db") == 0)
		log_is_newer = written = false;
	if ((call->kind == DISK_RENAME || call->kind == DISK_UNLINK) &&
	    strstr(call->path, ".lots") != NULL &&
	    strstr(call->path, ".new") == NULL) {
		segments++;
		too_early = too_early || log_is_newer || written;
	}
}

static void
test_release(void **state)
{
	char *directory = fixture_directory();
	struct store *store;

	(void)state;
	disk_calls = (struct disk_calls) {
		.directory = directory, .before = disk_skip_sync, .after = see
	};
	store = fixture_open(directory, NULL);
	fixture_customers(store, 2);
	assert_int_equal(store_serve(store, false), 0);
	for (uint64_t i = 0; i < ENTRIES && !too_early; i++) {
		assert_int_equal(
		    fixture_transfer(store, i % 2 == 0 ? "c0" : "c1",
			i % 2 == 0 ? "c1" : "c0", 1, FIXTURE_NOW + i, NULL,
			NULL),
		    0);
		assert_int_equal(store_commit(store), 0);
		if (i % 4 == 0)
			assert_int_equal(store_publish(store), 0);
	}
	assert_false(too_early);
	assert_true(segments >= 2);
	store_close(store);
	disk_calls = (struct disk_calls) { 0 };
	fixture_remove(directory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_release) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
