/* SPDX-License-Identifier: ISC */
/*
 * What is on stable storage when it is said to be: each write and each name
 * that no sync has followed yet is known, and at the moments that promise
 * something there may be none of them.
 */
/* Before any header: it has functions of its own for libc's. */
#include "../../lib/disk/disk_calls.c"

/* Its commands complain by it. */
int bankctl_main(int argc, char *argv[]);
#define main bankctl_main
#include "../../../bankd/bankctl/bankctl_main.c"
#undef main

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "../../../bankd/store/sqlite/sqlite_migrate.h"
#include "../../../bankd/store/sqlite/sqlite_state.h"
#include "../../../bankd/store/store_serve.h"
#include "../../../shared/base/file.h"
#include "../../../shared/base/util.h"
#include "../../lib/files_fixture.h"

#define FILES_MAX 64
#define BACKUP "bank.db.schema" /* and so on: a migration's */

/* Shared with the child that makes a backup. */
struct disk {
	struct {
		uint64_t inode; /* one that is renamed is the same */
		bool unsynced;
	} seen[FILES_MAX];
	bool names_unsynced, journal_names_unsynced, lot_unsynced;
	char too_early[128]; /* the first call that was */
};
static struct disk *disk;
static long wal_syncs, lot_syncs;
static bool creates;    /* the open in hand makes the database */
static uint64_t backup; /* the inode of one */

static bool *
unsynced(uint64_t inode)
{
	size_t i = 0;

	while (i < FILES_MAX && disk->seen[i].inode != 0 &&
	    disk->seen[i].inode != inode)
		i++;
	assert_true(i < FILES_MAX);
	disk->seen[i].inode = inode;
	return &disk->seen[i].unsynced;
}

static uint64_t
inode_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? status.st_ino : 0;
}

static uint64_t
inode_in(const char *name)
{
	return inode_of(fixture_path(disk_calls.directory, name));
}

/* libc's goes past open(). */
int
mkostemp64(char *path, int flags)
{
	memset(path + strlen(path) - 6, '0', 6);
	return open(path, O_RDWR | O_CREAT | O_EXCL | flags, 0600);
}

static bool no_noreplace; /* a file system that can't */

/* disk_calls.c knows one rename. */
int
renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
	assert_int_equal(from, AT_FDCWD);
	assert_int_equal(to, AT_FDCWD);
	assert_int_equal(flags, RENAME_NOREPLACE);
	if (no_noreplace) {
		errno = EINVAL;
		return -1;
	}
	assert_int_equal(access(new, F_OK), -1);
	return rename(old, new);
}

/* disk_calls.c knows none. */
int
mkdir(const char *path, mode_t mode)
{
	int result = (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);

	if (result == 0 && below(path) != NULL)
		disk->names_unsynced = true;
	return result;
}

static bool
is_in_journal(const char *path)
{
	return strncmp(path, "journal/", strlen("journal/")) == 0;
}

static bool
is_segment(const char *path)
{
	const char *end = strrchr(path, '.');

	return is_in_journal(path) && end != NULL && strcmp(end, ".lots") == 0;
}

static void
note_too_early(const struct disk_call *call)
{
	if (disk->too_early[0] == '\0')
		string_copy(
		    disk->too_early, call->path, sizeof(disk->too_early));
}

/*
 * Before a name says that a file is whole its bytes are there, and before
 * the database changes the names are: its own, and that of the log's copy.
 * What it gets of a lot is in the journal, and a lot in a file with a name.
 * What a checkpoint writes is in the log.
 */
static int
before(const struct disk_call *call)
{
	bool database = strcmp(call->path, "bank.db") == 0 ||
	    strcmp(call->path, "bank.db-wal") == 0;

	if (call->kind == DISK_OPEN)
		creates = inode_in(call->path) == 0 &&
		    (strcmp(call->path, "bank.db") == 0 ||
			strncmp(call->path, BACKUP, strlen(BACKUP)) == 0);
	if (call->kind == DISK_RENAME && *unsynced(inode_in(call->path)))
		note_too_early(call);
	if (call->kind == DISK_WRITE && database &&
	    (disk->names_unsynced || disk->journal_names_unsynced ||
		disk->lot_unsynced))
		note_too_early(call);
	if (call->kind == DISK_WRITE && is_segment(call->path) &&
	    (disk->names_unsynced || disk->journal_names_unsynced ||
		disk->lot_unsynced))
		note_too_early(call);
	if (call->kind == DISK_WRITE && strcmp(call->path, "bank.db") == 0 &&
	    *unsynced(inode_in("bank.db-wal")))
		note_too_early(call);
	/* A schema changes when what it was is safe. */
	if (call->kind == DISK_WRITE && database && backup != 0 &&
	    *unsynced(backup))
		note_too_early(call);
	return 0;
}

static void
after(const struct disk_call *call)
{
	if (call->kind == DISK_WRITE || call->kind == DISK_TRUNCATE)
		*unsynced(call->inode) = true;
	if (call->kind == DISK_OPEN && creates &&
	    strcmp(call->path, "bank.db") != 0)
		backup = call->inode;
	if (call->kind == DISK_RENAME && is_in_journal(call->path))
		disk->journal_names_unsynced = true;
	else if (call->kind == DISK_RENAME ||
	    (call->kind == DISK_OPEN && creates))
		disk->names_unsynced = true;
	if (call->kind == DISK_WRITE && is_segment(call->path))
		disk->lot_unsynced = true;
	if (call->kind != DISK_SYNC)
		return;
	*unsynced(call->inode) = false;
	if (call->path[0] == '\0')
		disk->names_unsynced = false;
	if (strcmp(call->path, "journal") == 0)
		disk->journal_names_unsynced = false;
	if (is_segment(call->path))
		disk->lot_unsynced = false;
	wal_syncs += strcmp(call->path, "bank.db-wal") == 0;
	lot_syncs += is_segment(call->path);
}

static void
watch(const char *directory)
{
	memset(disk, 0, sizeof(*disk));
	backup = 0;
	disk_calls.directory = directory;
	disk_calls.before = before;
	disk_calls.after = after;
}

static int
setup(void **state)
{
	int result = fixture_files_setup(state);
	const struct fixture_files *bank = *state;

	watch(bank->directory);
	return result;
}

static int
teardown(void **state)
{
	disk_calls.directory = NULL;
	return fixture_files_teardown(state);
}

static void
assert_all_synced(void)
{
	assert_string_equal(disk->too_early, "");
	assert_false(disk->names_unsynced);
	assert_false(disk->journal_names_unsynced);
	assert_false(disk->lot_unsynced);
	assert_false(*unsynced(inode_in("balance")));
	assert_false(*unsynced(inode_in("password")));
}

/* Within a vault's life: the marker first, then the new names. */
static void
test_a_first_start(void **state)
{
	struct fixture_files *bank = *state;

	fixture_files_seeds(bank);
	assert_all_synced();
	fixture_files_stop(bank);
}

/* Its lot is there; before it serves the log of bank.db is too. */
static void
test_each_commit(void **state)
{
	struct fixture_files *bank = *state;
	long wal_before, lots_before;

	fixture_files_seeds(bank);
	for (int i = 0; i < 6; i++) {
		if (i == 3)
			assert_int_equal(store_serve(bank->store, false), 0);
		wal_before = wal_syncs;
		lots_before = lot_syncs;
		fixture_files_pay(bank, "chris", "fey");
		assert_int_equal(lot_syncs, lots_before + 1);
		assert_false(disk->lot_unsynced);
		if (i >= 3)
			continue;
		assert_true(wal_syncs > wal_before);
		assert_false(*unsynced(inode_in("bank.db-wal")));
	}
	assert_int_equal(store_publish(bank->store), 0);
	assert_string_equal(disk->too_early, "");
	fixture_files_stop(bank);
	assert_string_equal(disk->too_early, "");
	assert_false(*unsynced(inode_in("bank.db")));
}

/* What the files hold is there before the marker says that they are right. */
static void
test_a_proper_stop(void **state)
{
	struct fixture_files *bank = *state;

	fixture_files_seeds(bank);
	fixture_files_pay(bank, "chris", "fey");
	assert_int_equal(files_update(bank->files,
			     store_account(bank->store, "joe"), "$y$hash"),
	    0);
	assert_int_equal(files_flush(bank->files), 0);
	assert_true(*unsynced(inode_in("balance")));
	assert_true(*unsynced(inode_in("password")));
	assert_int_equal(files_sync(bank->files), 0);
	assert_all_synced();
	fixture_files_end(bank);
}

static long marked_at_rename;
static long syncs_at_start;

static int
before_the_files_change(const struct disk_call *call)
{
	if (call->kind == DISK_RENAME && strcmp(call->to, "balance") == 0)
		marked_at_rename = wal_syncs;
	return before(call);
}

/* Else an end in between would take our new file for a hand edit. */
static void
test_the_marker_goes_first(void **state)
{
	struct fixture_files *bank = *state;

	fixture_files_seeds(bank);
	fixture_files_stop(bank);
	fixture_write(bank->directory, "balance",
	    "chris 10000 1000\nfey 10000 1000\njoe 10000 1000 # as it was\n");
	disk_calls.before = before_the_files_change;
	marked_at_rename = 0;
	syncs_at_start = wal_syncs;
	fixture_files_begin(bank);
	assert_true(marked_at_rename > syncs_at_start);
	assert_all_synced();
	fixture_files_stop(bank);
}

/* Only what is on disk in new blocks may be read as the log. */
static void
test_the_log_is_copied(void **state)
{
	struct fixture_files *bank = *state;
	uint64_t old, seq;
	char *log;
	size_t length;

	fixture_files_seeds(bank);
	fixture_files_pay(bank, "chris", "fey");
	seq = store_last_seq(bank->store);
	log = fixture_read(bank->directory, "bank.db-wal", &length);
	assert_true(length > 0);
	fixture_files_end(bank);
	assert_int_equal(
	    file_replace(fixture_path(bank->directory, "bank.db-wal"), log,
		length, 0600),
	    0);
	old = inode_in("bank.db-wal");
	bank->store = fixture_open(bank->directory, NULL);
	assert_int_equal(store_last_seq(bank->store), seq);
	assert_int_not_equal(inode_in("bank.db-wal"), old);
	assert_string_equal(disk->too_early, "");
	assert_false(disk->names_unsynced);
	fixture_files_end(bank);
	free(log);
}

static void
test_a_migration(void **state)
{
	static const struct store_migration migrations[] = {
		{ STORE_SCHEMA, "CREATE TABLE one (x)" },
		{ STORE_SCHEMA + 1, NULL },
	};
	struct fixture_files *bank = *state;
	struct store_connection connection;
	char error[256];

	fixture_files_seeds(bank);
	fixture_files_stop(bank);
	assert_int_equal(
	    sqlite_connection_open(&connection, bank->directory), SQLITE_OK);
	assert_int_equal(sqlite_migrate(&connection, bank->directory,
			     migrations, STORE_SCHEMA, error, sizeof(error)),
	    0);
	assert_int_not_equal(backup, 0);
	assert_string_equal(disk->too_early, "");
	assert_false(*unsynced(backup));
	assert_false(disk->names_unsynced);
	sqlite_connection_close(&connection);
}

/* Also where a name was changed by somebody else. */
static void
test_a_stop_syncs_the_directory(void **state)
{
	struct fixture_files *bank = *state;

	fixture_files_seeds(bank);
	disk->names_unsynced = true;
	assert_int_equal(files_sync(bank->files), 0);
	assert_false(disk->names_unsynced);
	fixture_files_end(bank);
}

/* A bank that has ended by itself, with a payment in its log. */
static void
ended(struct fixture_files *bank, struct bankctl *bankctl)
{
	static const char *const options[] = { "bank.state=%s",
		"bank.any_file_system=yes",
		"process.control_socket=%s/control" };
	char text[256], error[256];

	fixture_files_seeds(bank);
	fixture_files_pay(bank, "chris", "fey");
	fixture_files_end(bank);
	*bankctl = (struct bankctl) { .yes = true };
	bankctl->config = config_new(bankd_options, BANKD_OPTION_COUNT);
	assert_non_null(bankctl->config);
	for (size_t i = 0; i < NELEM(options); i++) {
		snprintf(text, sizeof(text), options[i], bank->directory);
		assert_int_equal(
		    config_set(bankctl->config, text, error, sizeof(error)), 0);
	}
	watch(bank->directory);
}

static void
test_a_backup_and_a_restore(void **state)
{
	struct fixture_files *bank = *state;
	char path[128], backup_word[] = "backup", restore_word[] = "restore";
	char *to[] = { backup_word, path }, *back[] = { restore_word, path };
	struct bankctl bankctl;

	ended(bank, &bankctl);
	for (int i = 0; i < 2; i++) {
		no_noreplace = i == 1;
		snprintf(path, sizeof(path), "%s/%d", bank->directory, i);
		assert_int_equal(bankctl_backup_run(&bankctl, 2, to), 0);
		assert_string_equal(disk->too_early, "");
		assert_false(disk->names_unsynced);
		assert_false(*unsynced(inode_of(path)));
	}
	watch(bank->directory);
	assert_int_equal(bankctl_restore_run(&bankctl, 2, back), 0);
	assert_string_equal(disk->too_early, "");
	assert_false(disk->names_unsynced);
	assert_false(*unsynced(inode_in("bank.db")));
	config_free(bankctl.config);
}

static void
test_a_file_replaced(void **state)
{
	struct fixture_files *bank = *state;
	const char *path = fixture_path(bank->directory, "some");

	assert_int_equal(file_replace(path, "text", 4, 0600), 0);
	assert_string_equal(disk->too_early, "");
	assert_false(disk->names_unsynced);
	assert_false(*unsynced(inode_of(path)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_a_first_start, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_each_commit, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_proper_stop, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_the_marker_goes_first, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_the_log_is_copied, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_migration, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_stop_syncs_the_directory, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_backup_and_a_restore, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_file_replaced, setup, teardown),
	};

	disk = mmap(NULL, sizeof(*disk), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(disk != MAP_FAILED);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
