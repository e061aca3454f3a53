/* SPDX-License-Identifier: ISC */
/*
 * The two files when a call on them fails, or memory does: each open, read,
 * write, sync and rename of them, and each allocation of our own code, once,
 * in every part of a bank's life.  Whatever comes of it, the next start finds
 * the truth and has both files say it.
 */
/* Before any header: they have functions of their own for libc's. */
#include "../../lib/disk/disk_calls.c"
#include "../../lib/memory/own_memory.c"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <crypt.h>
#include <limits.h>

#include <cmocka.h>
#include <openssl/rand.h>

#include "../../../bankd/files/files_state.h"
#include "../../../bankd/files/files_lines.h"
#include "../../../shared/base/error.h"
#include "../../../shared/base/util.h"
#include "../../lib/files_fixture.h"

#define CALLS_MAX 400
#define PASSWORDS "chris 1234\nfey 5678\njoe 9012\n"
#define BALANCES "chris 10000 1000\nfey 10000 1000\njoe 10000 1000\n"
#define EDITED_PASSWORDS "chris new\nfey 5678\njoe 9012\nsam 1\n"
#define EDITED "chris 1 1\nfey 10000 1000\njoe 10000 1000\nsam 5 5\n"

/* Of calls on the two files and their directory, not on the store's. */
static struct {
	enum disk_kind kind;
	int answer;
	long nth, times;
	long failed;
} fault;

static bool
is_of_the_store(const struct disk_call *call)
{
	return strncmp(call->path, "bank.db", 7) == 0 ||
	    strncmp(call->path, "journal", 7) == 0;
}

static int
fail_nth(const struct disk_call *call)
{
	/* No test here cuts the power. */
	int otherwise = call->kind == DISK_SYNC ? DISK_DONE : 0;

	if (is_of_the_store(call) || fault.times == 0 ||
	    call->kind != fault.kind || --fault.nth > 0)
		return otherwise;
	fault.times--;
	fault.failed++;
	return fault.answer;
}

static const struct kind_of_fault {
	const char *name;
	enum disk_kind kind;
	int answer;
	long times;
	bool harmless; /* nobody notices */
} faults[] = {
	{ "open", DISK_OPEN, EACCES, 1, false },
	{ "open, without room", DISK_OPEN, ENOSPC, LONG_MAX, false },
	{ "read", DISK_READ, EIO, 1, false },
	{ "read, again", DISK_READ, EINTR, 1, true },
	{ "read, short", DISK_READ, DISK_SHORT, 1, true },
	{ "write", DISK_WRITE, EIO, 1, false },
	{ "write, again", DISK_WRITE, EINTR, 1, true },
	{ "write, short", DISK_WRITE, DISK_SHORT, 1, true },
	{ "write, without room", DISK_WRITE, ENOSPC, 1, false },
	{ "write, without room for ever", DISK_WRITE, EDQUOT, LONG_MAX, false },
	{ "sync", DISK_SYNC, EIO, 1, false },
	{ "rename", DISK_RENAME, EIO, 1, false },
	{ "rename, not allowed", DISK_RENAME, EACCES, 1, false },
	{ "rename, without room", DISK_RENAME, ENOSPC, LONG_MAX, false },
};

/* The parts of a life: what comes before, and what is to fail. */
struct part {
	const char *name;
	void (*before)(struct fixture_files *bank);
	int (*run)(struct fixture_files *bank);
	size_t aside; /* files that must be set aside */
};

static void
write_first(struct fixture_files *bank)
{
	fixture_files_write(bank, PASSWORDS, BALANCES);
}

static void
begin(struct fixture_files *bank)
{
	write_first(bank);
	fixture_files_begin(bank);
}

static void
stop(struct fixture_files *bank)
{
	begin(bank);
	fixture_files_pay(bank, "chris", "fey");
	fixture_files_stop(bank);
}

static void
stop_and_edit(struct fixture_files *bank)
{
	stop(bank);
	fixture_files_write(bank, EDITED_PASSWORDS, EDITED);
}

/* An end that was none of ours, and a line of `balance` that is behind. */
static void
break_off(struct fixture_files *bank)
{
	struct files *files;

	begin(bank);
	files = bank->files;
	bank->files = NULL;
	fixture_files_pay(bank, "chris", "fey");
	bank->files = files;
	fixture_files_end(bank);
}

static void
break_off_edited(struct fixture_files *bank)
{
	break_off(bank);
	fixture_files_write(bank, EDITED_PASSWORDS, EDITED);
}

static void
edit(struct fixture_files *bank)
{
	begin(bank);
	fixture_files_write(bank, EDITED_PASSWORDS, EDITED);
}

/* Of the files alone: the store is opened in peace. */
static int
start(struct fixture_files *bank)
{
	long times = fault.times, nth = own_memory->nth;
	enum store_end end;

	fault.times = own_memory->nth = 0;
	bank->store = fixture_open(bank->directory, &end);
	fault.times = times;
	own_memory->nth = nth;
	return files_start(&bank->files, bank->store, end, &bank->options,
	    bank->error, sizeof(bank->error));
}

static int
update(struct fixture_files *bank)
{
	char name[WIRE_NAME_SIZE], hash[STORE_HASH_SIZE];
	const struct ledger_account *joe = store_account(bank->store, "joe");
	int error = files_update(bank->files, joe, NULL);

	if (error != 0)
		return error;
	store_account_texts(bank->store, joe, name, hash);
	error = files_update(bank->files, joe, hash);
	return error == 0 ? files_flush(bank->files) : error;
}

static int
watch(struct fixture_files *bank)
{
	int result = files_watch(bank->files);

	return result < 0 ? result : 0;
}

static int
sync_both(struct fixture_files *bank)
{
	return files_sync(bank->files);
}

static const struct part parts[] = {
	{ "a first start", write_first, start, 0 },
	{ "a start", stop, start, 0 },
	{ "a start with edits", stop_and_edit, start, 0 },
	{ "a start after a crash", break_off, start, 0 },
	{ "a start after a crash and edits", break_off_edited, start, 2 },
	{ "an update", begin, update, 0 },
	{ "a look", begin, watch, 0 },
	{ "a look at edits", edit, watch, 2 },
	{ "a stop", begin, sync_both, 0 },
	{ "a stop with edits", edit, sync_both, 2 },
};

/* Both files say what the store does, and nothing else is left over. */
static void
assert_truth(struct fixture_files *bank, const char *what)
{
	char expected[FILES_PASSWORD_WIDTH], name[WIRE_NAME_SIZE];
	char hash[STORE_HASH_SIZE];
	const struct ledger_account *account;
	const char *found;

	for (uint32_t i = 0; i < store_lines(bank->store); i++) {
		account = store_account_by_line(bank->store, i);
		files_make_line(FILES_BALANCE, expected, account, "");
		found = fixture_files_line_of(bank, "balance", i);
		if (strncmp(found, expected, strlen(found)) != 0)
			fail_msg("%s: %s", what, found);
		store_account_texts(bank->store, account, name, hash);
		files_make_line(FILES_PASSWORD, expected, account, hash);
		found = fixture_files_line_of(bank, "password", i);
		if (strncmp(found, expected, strlen(found)) != 0)
			fail_msg("%s: %s", what, found);
	}
}

/* One part, in which something failed or not; and the start after it. */
static void
live(const struct part *part, const char *what, bool harmless, bool *reached)
{
	long times = fault.times, nth = own_memory->nth;
	struct fixture_files *bank;
	size_t aside;
	void *state;
	int error;

	fault.times = own_memory->nth = 0;
	assert_int_equal(fixture_files_setup(&state), 0);
	bank = state;
	bank->options.hash_prefix = "$5$";
	disk_calls.directory = bank->directory;
	part->before(bank);
	fault.failed = own_memory->failed = 0;
	fault.times = times;
	own_memory->nth = nth;
	error = part->run(bank);
	*reached = fault.failed + own_memory->failed > 0;
	fault.times = own_memory->nth = 0;
	if (error != 0 && (!*reached || harmless))
		fail_msg("%s: %s: %d %s", part->name, what, error, bank->error);
	aside = fixture_files_set_aside(bank, "balance") +
	    fixture_files_set_aside(bank, "password");
	if (harmless && aside != part->aside)
		fail_msg("%s: %s: %zu set aside", part->name, what, aside);
	if (error == 0 && bank->files != NULL)
		assert_int_equal(files_sync(bank->files), 0);
	fixture_files_end(bank);
	if (fixture_files_try(bank) != 0)
		fail_msg("%s: %s: then: %s", part->name, what, bank->error);
	assert_truth(bank, what);
	fixture_files_stop(bank);
	disk_calls.directory = NULL;
	fixture_files_teardown(&state);
}

static void
test_each_call_fails(void **state)
{
	const struct kind_of_fault *kind;
	bool reached;
	long n;

	(void)state;
	for (size_t i = 0; i < NELEM(parts); i++)
		for (size_t j = 0; j < NELEM(faults); j++) {
			kind = &faults[j];
			for (n = 1, reached = true; reached; n++) {
				fault.kind = kind->kind;
				fault.answer = kind->answer;
				fault.times = kind->times;
				fault.nth = n;
				live(&parts[i], kind->name, kind->harmless,
				    &reached);
				assert_true(n < CALLS_MAX);
			}
		}
}

static void
test_each_allocation_fails(void **state)
{
	bool reached;
	long n;

	(void)state;
	if (!OWN_MEMORY)
		return;
	for (size_t i = 0; i < NELEM(parts); i++)
		for (n = 1, reached = true; reached; n++) {
			own_memory->nth = n;
			live(&parts[i], "memory", false, &reached);
			assert_true(n < CALLS_MAX);
		}
}

static bool no_room;

/* In the store alone, and no longer once the files are written anew. */
static int
fail_without_room(const struct disk_call *call)
{
	bool grows = call->kind == DISK_WRITE || call->kind == DISK_ALLOCATE;

	if (call->kind == DISK_OPEN && strstr(call->path, ".new") != NULL)
		no_room = false;
	if (call->kind == DISK_SYNC)
		return DISK_DONE;
	return no_room && grows && is_of_the_store(call) ? ENOSPC : 0;
}

/* Files that say what isn't learned yet are not written over. */
static void
test_edits_wait_for_room(void **state)
{
	struct fixture_files *bank = *state;
	enum store_end end;
	char *text;

	disk_calls.before = fail_without_room;
	disk_calls.directory = bank->directory;
	stop_and_edit(bank);
	bank->store = fixture_open(bank->directory, &end);
	no_room = true;
	assert_int_equal(files_start(&bank->files, bank->store, end,
			     &bank->options, bank->error, sizeof(bank->error)),
	    BANK_ENOSPC);
	no_room = false;
	text = fixture_read(bank->directory, "balance", NULL);
	assert_string_equal(text, EDITED);
	free(text);
	fixture_files_end(bank);
	fixture_files_begin(bank);
	assert_int_equal(store_account(bank->store, "chris")->cents[0], 100);
	assert_non_null(store_account(bank->store, "sam"));
	fixture_files_stop(bank);
	disk_calls.before = fail_nth;
}

/* What was edited while the bank ran is no money after the stop either. */
static void
test_an_edit_before_a_stop(void **state)
{
	struct fixture_files *bank = *state;

	disk_calls.directory = bank->directory;
	edit(bank);
	fixture_files_stop(bank);
	fixture_files_begin(bank);
	assert_int_equal(
	    store_account(bank->store, "chris")->cents[0], 1000000);
	assert_null(store_account(bank->store, "sam"));
	assert_int_equal(fixture_files_set_aside(bank, "balance"), 1);
	assert_int_equal(fixture_files_set_aside(bank, "password"), 1);
	fixture_files_stop(bank);
}

static int
teardown(void **state)
{
	disk_calls.directory = NULL;
	return fixture_files_teardown(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_call_fails),
		cmocka_unit_test(test_each_allocation_fails),
		cmocka_unit_test_setup_teardown(
		    test_edits_wait_for_room, fixture_files_setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_an_edit_before_a_stop, fixture_files_setup, teardown),
	};

	disk_calls.before = fail_nth;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
