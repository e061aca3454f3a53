/* SPDX-License-Identifier: ISC */
/*
 * The vault on a disk that is full, or that fails: what is still answered,
 * and that nothing is after a failed sync.
 */
/* Before any header: it has functions of its own for libc's. */
#include "../../lib/disk/disk_calls.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "../../../shared/base/clock.h"
#include "../../../shared/base/util.h"
#include "../../../shared/wire/wire.h"
#include "../../lib/fault_vfs.h"
#include "../../lib/vault_fixture.h"

#define SYNCS_MAX 60

static struct vaults fixture;
static char trouble_while[80];
static long nth_sync;

static const char *
make_transfer(char text[128], char txid_text[WIRE_TXID_TEXT])
{
	snprintf(
	    text, 128, "1 %s 1 fey 1", vaults_txid(clock_real_ms(), txid_text));
	return text;
}

static void
assert_savings(struct vaults_atm *atm, const char *expected)
{
	assert_int_equal(vaults_ask(&fixture, atm, "2"), 200);
	assert_string_equal(vaults_value(&fixture, "savings"), expected);
}

/* Below min_free: 503 for what writes; the rest goes on. */
static void
test_little_room(void **state)
{
	static const char *const options[] = { "bank.min_free=1048576", NULL };
	char text[128], txid[WIRE_TXID_TEXT], outcome[64];
	struct vaults_atm chris = { .number = 0 };

	(void)state;
	vaults_start(&fixture, options);
	vaults_session(&fixture, &chris, 1, "chris\n1234");
	assert_int_equal(
	    vaults_ask(&fixture, &chris, make_transfer(text, txid)), 503);
	snprintf(outcome, sizeof(outcome), "OUTCOME %s", txid);
	assert_int_equal(vaults_ask(&fixture, &chris, outcome), 503);
	/* Its outcome on this session; elsewhere it leaves no trace. */
	assert_int_equal(vaults_ask(&fixture, &chris, text), 503);
	assert_int_equal(
	    vaults_ask(&fixture, &chris, "PASSWORD 1234\nxyyz"), 503);
	assert_int_equal(vaults_ask(&fixture, &chris, "CLOSE"), 503);
	assert_int_equal(vaults_ask(&fixture, &chris, "1 x"), 422);
	assert_int_equal(vaults_ask(&fixture, &chris, "HISTORY 5"), 200);
	assert_savings(&chris, "10000.00");
	vaults_operator(&fixture,
	    "deposit chris 1 5 reason 000000000001aaaaaaaaaaaaaaaaaaaa");
	assert_non_null(strstr(fixture.answer, ". 69 "));
	assert_int_equal(vaults_stop(&fixture), 0);
	vaults_run(&fixture, NULL);
	vaults_session(&fixture, &chris, 1, "chris\n1234");
	assert_int_equal(vaults_ask(&fixture, &chris, text), 200);
	assert_savings(&chris, "9999.00");
	assert_int_equal(vaults_stop(&fixture), 0);
	vaults_remove(&fixture);
	seal_wipe(&chris.keys);
}

/* The file while which there is trouble, in the vault's process too. */
static void
name_trouble(void)
{
	snprintf(trouble_while, sizeof(trouble_while),
	    "/tmp/test-vault-disk-%ld", (long)getpid());
}

static void
begin_trouble(void)
{
	int fd = open(trouble_while, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	assert_true(fd != -1);
	close(fd);
}

/* No block is left: what lies in blocks that exist can be written. */
static int
find_no_room(const struct disk_call *call)
{
	bool grows = call->kind == DISK_ALLOCATE ||
	    (call->kind == DISK_WRITE &&
		(strcmp(call->path, "bank.db") == 0 ||
		    strstr(call->path, ".new") != NULL));

	return grows && access(trouble_while, F_OK) == 0 ? ENOSPC : 0;
}

static void
with_full_disk(void)
{
	disk_calls.directory = fixture.directory;
	disk_calls.before = find_no_room;
}

/* Nothing changes, and nobody is compared. */
static void
test_no_room(void **state)
{
	static const char *const options[] = { "bank.min_free=0", NULL };
	struct vaults_atm chris = { .number = 0 }, fey = { .number = 0 };
	char text[128], txid[WIRE_TXID_TEXT];

	(void)state;
	name_trouble();
	fixture.before = with_full_disk;
	vaults_start(&fixture, options);
	vaults_session(&fixture, &chris, 1, "chris\n1234");
	/* What rides in a transaction has its room already. */
	vaults_publish(&fixture);
	begin_trouble();
	assert_int_equal(
	    vaults_ask(&fixture, &chris, make_transfer(text, txid)), 503);
	assert_savings(&chris, "10000.00");
	vaults_connect(&fixture, &fey, 2);
	vaults_login(&fixture, &fey, 'L', "fey\n5678");
	assert_int_equal(vaults_answer(&fixture, &fey), 503);
	assert_int_equal(vaults_answer(&fixture, &fey), 'G');
	/* A transfer, a balance and a transfer in one batch. */
	vaults_request(&fixture, &chris, make_transfer(text, txid));
	vaults_request(&fixture, &chris, "2");
	vaults_request(&fixture, &chris, make_transfer(text, txid));
	assert_int_equal(vaults_answer(&fixture, &chris), 503);
	assert_int_equal(vaults_answer(&fixture, &chris), 200);
	assert_int_equal(vaults_answer(&fixture, &chris), 503);
	/* Room again: by itself. */
	assert_int_equal(unlink(trouble_while), 0);
	assert_int_equal(
	    vaults_ask(&fixture, &chris, make_transfer(text, txid)), 200);
	vaults_login(&fixture, &fey, 'L', "fey\n5678");
	assert_int_equal(vaults_answer(&fixture, &fey), 200);
	assert_savings(&fey, "10000.00");
	assert_int_equal(vaults_stop(&fixture), 0);
	vaults_remove(&fixture);
	seal_wipe(&chris.keys);
	seal_wipe(&fey.keys);
	fixture.before = NULL;
}

static void
with_full_checkpoint(void)
{
	fault_vfs_register();
	fault_vfs_skip_syncs(true);
	fault_vfs.database_full_while = trouble_while;
}

/* Enough that the log is copied into the database, which has no room then. */
#define ENOUGH 1200
#define CHECKPOINT_PAGES                                     \
	2000 /* as in bankd/store/sqlite/sqlite_checkpoint.c \
	      */
#define PAGE_SIZE 4096

/* What the file has, which is current at every answer. */
static void
assert_line(int expected)
{
	char path[128], line[32], start[32];
	FILE *file;

	snprintf(path, sizeof(path), "%s/balance", fixture.directory);
	snprintf(start, sizeof(start), "chris %d ", expected);
	file = fopen(path, "r");
	assert_non_null(file);
	do
		assert_non_null(fgets(line, sizeof(line), file));
	while (strncmp(line, "chris ", strlen("chris ")) != 0);
	assert_int_equal(fclose(file), 0);
	assert_memory_equal(line, start, strlen(start));
}

/*
 * It isn't the commit that failed: what is committed is answered as done,
 * and what follows a commit is done for it.
 */
static void
test_no_room_to_checkpoint(void **state)
{
	static const char *const options[] = { "limits.rate=0", NULL };
	struct vaults_atm chris = { .number = 0 };
	char text[128], txid[WIRE_TXID_TEXT], savings[32];
	struct stat log;

	(void)state;
	name_trouble();
	fixture.before = with_full_checkpoint;
	vaults_start(&fixture, options);
	vaults_session(&fixture, &chris, 1, "chris\n1234");
	begin_trouble();
	for (int i = 1; i <= ENOUGH; i++) {
		assert_int_equal(
		    vaults_ask(&fixture, &chris, make_transfer(text, txid)),
		    200);
		snprintf(savings, sizeof(savings), "%d.00", 10000 - i);
		assert_string_equal(vaults_value(&fixture, "savings"), savings);
		assert_line(10000 - i);
		/* Each a transaction of its own in the log. */
		vaults_publish(&fixture);
	}
	/* The log was too large, and nothing of it was copied. */
	snprintf(text, sizeof(text), "%s/bank.db-wal", fixture.directory);
	assert_int_equal(stat(text, &log), 0);
	assert_in_range(log.st_size, CHECKPOINT_PAGES * PAGE_SIZE, INT64_MAX);
	assert_int_equal(unlink(trouble_while), 0);
	assert_int_equal(
	    vaults_ask(&fixture, &chris, make_transfer(text, txid)), 200);
	assert_int_equal(vaults_stop(&fixture), 0);
	fixture.before = NULL;
	vaults_run(&fixture, NULL);
	vaults_session(&fixture, &chris, 1, "chris\n1234");
	snprintf(savings, sizeof(savings), "%d.00", 10000 - ENOUGH - 1);
	assert_savings(&chris, savings);
	assert_int_equal(vaults_stop(&fixture), 0);
	vaults_remove(&fixture);
	seal_wipe(&chris.keys);
}

static int
fail_nth_sync(const struct disk_call *call)
{
	return call->kind == DISK_SYNC &&
		disk_calls.count[DISK_SYNC] >= nth_sync
	    ? EIO
	    : 0;
}

static void
with_failing_sync(void)
{
	disk_calls.directory = fixture.directory;
	disk_calls.before = fail_nth_sync;
}

/* Logs in and transfers until the vault is gone; how often it said 200. */
static int
transfer_while_it_lives(struct vaults_atm *atm)
{
	char text[128], txid[WIRE_TXID_TEXT];
	int code, done = 0;

	vaults_connect(&fixture, atm, 1);
	vaults_login(&fixture, atm, 'L', "chris\n1234");
	if ((code = vaults_answer(&fixture, atm)) == 0)
		return 0;
	assert_int_equal(code, 200);
	while (done < 5 &&
	    (code = vaults_ask(&fixture, atm, make_transfer(text, txid))) !=
		0) {
		assert_int_equal(code, 200);
		done++;
	}
	return done;
}

/*
 * Each sync fails once, from the first of a start to those of transfers:
 * the vault ends with 70 and its reason, answers nothing, and the next one
 * has all that was acknowledged, and at most one more.
 */
static void
test_failed_syncs(void **state)
{
	struct vaults_atm chris = { .number = 0 };
	char least[32], most[32];
	const char *value;
	int total = 0, done = 0;

	(void)state;
	vaults_start(&fixture, NULL);
	vaults_kill(&fixture);
	for (nth_sync = 1; nth_sync <= SYNCS_MAX && done < 5; nth_sync++) {
		fixture.before = with_failing_sync;
		done = 0;
		if (vaults_try(&fixture, NULL) == 0)
			done = transfer_while_it_lives(&chris);
		if (done < 5)
			assert_int_equal(vaults_end(&fixture), EX_SOFTWARE);
		else
			vaults_kill(&fixture);
		total += done;
		fixture.before = NULL;
		vaults_run(&fixture, NULL);
		vaults_session(&fixture, &chris, 1, "chris\n1234");
		assert_int_equal(vaults_ask(&fixture, &chris, "2"), 200);
		value = vaults_value(&fixture, "savings");
		snprintf(least, sizeof(least), "%d.00", 10000 - total - 1);
		snprintf(most, sizeof(most), "%d.00", 10000 - total);
		if (strcmp(value, least) == 0)
			total++;
		else
			assert_string_equal(value, most);
		vaults_kill(&fixture);
	}
	assert_int_equal(done, 5);
	vaults_run(&fixture, NULL);
	assert_int_equal(vaults_stop(&fixture), 0);
	vaults_remove(&fixture);
	seal_wipe(&chris.keys);
}

static int
fail_balance(const struct disk_call *call)
{
	return call->kind == DISK_WRITE && strcmp(call->path, "balance") == 0 &&
		access(trouble_while, F_OK) == 0
	    ? EIO
	    : 0;
}

static void
with_failing_balance(void)
{
	disk_calls.directory = fixture.directory;
	disk_calls.before = fail_balance;
}

/* A line that can't be written: nobody hears of a balance it doesn't have. */
static void
test_a_line_that_fails(void **state)
{
	struct vaults_atm chris = { .number = 0 };
	char text[128], txid[WIRE_TXID_TEXT];

	(void)state;
	name_trouble();
	fixture.before = with_failing_balance;
	vaults_start(&fixture, NULL);
	vaults_session(&fixture, &chris, 1, "chris\n1234");
	assert_int_equal(
	    vaults_ask(&fixture, &chris, make_transfer(text, txid)), 200);
	begin_trouble();
	assert_int_equal(
	    vaults_ask(&fixture, &chris, make_transfer(text, txid)), 0);
	assert_int_equal(vaults_end(&fixture), EX_SOFTWARE);
	assert_int_equal(unlink(trouble_while), 0);
	fixture.before = NULL;
	vaults_run(&fixture, NULL);
	vaults_session(&fixture, &chris, 1, "chris\n1234");
	assert_savings(&chris, "9998.00");
	assert_int_equal(vaults_stop(&fixture), 0);
	vaults_remove(&fixture);
	seal_wipe(&chris.keys);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_little_room),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_no_room_to_checkpoint),
		cmocka_unit_test(test_a_line_that_fails),
		cmocka_unit_test(test_failed_syncs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
