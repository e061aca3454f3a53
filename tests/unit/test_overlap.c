/* SPDX-License-Identifier: ISC */
/*
 * The vault while a commit waits for the disk on the committer's thread: it
 * goes on taking requests, answers nothing that isn't synced, and comes
 * through whatever happens meanwhile.  The disk waits, or fails, as the test
 * says: this program's fdatasync() and pwrite64() are the vault's too.
 */
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "../../shared/util.h"
#include "../lib/vault_fixture.h"

#define MANY 12       /* more than are committed by the loop itself */
#define PATIENCE 2000 /* looks, of 5 ms */

/* Of the committer's thread; in memory that test and vault share. */
static struct disk {
	atomic_bool holds; /* a sync waits until this is false */
	atomic_int syncs;  /* begun by that thread */
	atomic_int sync_errno, write_errno; /* that it gets, or 0 */
	atomic_int writes_failed;
} * disk;

static struct vaults fixture;
static struct vaults_atm chris, fey;

static bool
is_committer(void)
{
	return disk != NULL && gettid() != getpid();
}

int
fdatasync(int fd)
{
	if (is_committer()) {
		atomic_fetch_add(&disk->syncs, 1);
		while (atomic_load(&disk->holds))
			(void)poll(NULL, 0, 1);
		if ((errno = atomic_load(&disk->sync_errno)) != 0)
			return -1;
	}
	return (int)syscall(SYS_fdatasync, fd);
}

ssize_t
pwrite64(int fd, const void *data, size_t length, off64_t at)
{
	if (is_committer() && (errno = atomic_load(&disk->write_errno)) != 0) {
		atomic_fetch_add(&disk->writes_failed, 1);
		return -1;
	}
	return syscall(SYS_pwrite64, fd, data, length, at);
}

static int
setup(void **state)
{
	disk = mmap(NULL, sizeof(*disk), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(disk, MAP_FAILED);
	vaults_start(&fixture, NULL);
	vaults_session(&fixture, &chris, 1, "chris\n1234");
	vaults_session(&fixture, &fey, 2, "fey\n5678");
	*state = &fixture;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	vaults_remove(&fixture);
	seal_wipe(&chris.keys);
	seal_wipe(&fey.keys);
	munmap(disk, sizeof(*disk));
	disk = NULL;
	return 0;
}

static void
ask_many(struct vaults_atm *atm, const char *to)
{
	char text[128], txid[WIRE_TXID_TEXT];

	for (int i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "1 %s 1 %s 1",
		    vaults_txid(clock_real_ms(), txid), to);
		vaults_request(&fixture, atm, text);
	}
	vaults_flush(&fixture);
}

static void
assert_answers(struct vaults_atm *atm, int code)
{
	for (int i = 0; i < MANY; i++)
		assert_int_equal(vaults_answer(&fixture, atm), code);
}

static void
assert_balances(
    struct vaults_atm *atm, const char *savings, const char *checking)
{
	assert_int_equal(vaults_ask(&fixture, atm, "2"), 200);
	assert_string_equal(vaults_value(&fixture, "savings"), savings);
	assert_string_equal(vaults_value(&fixture, "checking"), checking);
}

static void
wait_for_sync(void)
{
	for (int i = 0; i < PATIENCE; i++) {
		if (atomic_load(&disk->syncs) > 0)
			return;
		(void)poll(NULL, 0, 5);
	}
	fail_msg("no commit came to the committer's thread");
}

/* Chris's transfers are in a commit that waits for the disk. */
static void
hold_commit(void)
{
	atomic_store(&disk->holds, true);
	ask_many(&chris, "fey");
	wait_for_sync();
}

static void
release_commit(void)
{
	atomic_store(&disk->holds, false);
}

/* Until the vault has read all that its front has said. */
static void
wait_for_taken(void)
{
	int unread = 1;

	for (int i = 0; i < PATIENCE; i++) {
		assert_int_equal(
		    ioctl(ipc_fd(fixture.front), SIOCOUTQ, &unread), 0);
		if (unread == 0)
			return;
		(void)poll(NULL, 0, 5);
	}
	fail_msg("the vault has stopped reading");
}

static bool
has_answer(void)
{
	struct pollfd front = { .fd = ipc_fd(fixture.front), .events = POLLIN };

	return poll(&front, 1, 0) == 1;
}

static void
test_taken_meanwhile_and_answered_after(void **state)
{
	(void)state;
	hold_commit();
	ask_many(&fey, "chris");
	wait_for_taken();
	assert_int_equal(atomic_load(&disk->syncs), 1);
	assert_false(has_answer());
	release_commit();
	assert_answers(&chris, 200);
	assert_answers(&fey, 200);
	assert_balances(&chris, "9988.00", "1012.00");
	assert_balances(&fey, "9988.00", "1012.00");
	assert_int_equal(vaults_stop(&fixture), 0);
}

/* Promise 4: none of them is answered, the vault ends. */
static void
test_failed_sync_ends_the_vault(void **state)
{
	struct ipc_message message;

	(void)state;
	hold_commit();
	ask_many(&fey, "chris");
	wait_for_taken();
	atomic_store(&disk->sync_errno, EIO);
	release_commit();
	while (vaults_next(&fixture, &message) != 0)
		assert_int_not_equal(message.type, IPC_SEND);
	assert_int_equal(vaults_end(&fixture), EX_SOFTWARE);
}

/* Promise 5: set back to before it, answered 503; what came after it isn't. */
static void
test_no_room(void **state)
{
	(void)state;
	atomic_store(&disk->write_errno, ENOSPC);
	ask_many(&chris, "fey");
	assert_answers(&chris, 503);
	assert_true(atomic_load(&disk->writes_failed) > 0);
	atomic_store(&disk->write_errno, 0);
	ask_many(&chris, "fey");
	assert_answers(&chris, 200);
	assert_balances(&chris, "9988.00", "1000.00");
	assert_balances(&fey, "10000.00", "1012.00");
	assert_int_equal(vaults_stop(&fixture), 0);
}

/* What it asked for before it ended is carried out. */
static void
test_disconnected_meanwhile(void **state)
{
	(void)state;
	hold_commit();
	ask_many(&fey, "chris");
	vaults_send(&fixture, IPC_DISCONNECTED, chris.number, NULL, 0);
	wait_for_taken();
	release_commit();
	assert_answers(&fey, 200);
	assert_balances(&fey, "9988.00", "1012.00");
	vaults_session(&fixture, &chris, 3, "chris\n1234");
	assert_balances(&chris, "9988.00", "1012.00");
	assert_int_equal(vaults_stop(&fixture), 0);
}

static void
test_front_lost_meanwhile(void **state)
{
	(void)state;
	hold_commit();
	ask_many(&fey, "chris");
	wait_for_taken();
	release_commit();
	vaults_front(&fixture);
	vaults_session(&fixture, &chris, 1, "chris\n1234");
	assert_balances(&chris, "9988.00", "1012.00");
	assert_int_equal(vaults_stop(&fixture), 0);
}

/* An exit and a login wait for the commit, and see what it did. */
static void
test_others_come_meanwhile(void **state)
{
	struct vaults_atm joe = { .number = 0 };

	(void)state;
	vaults_connect(&fixture, &joe, 3);
	hold_commit();
	vaults_request(&fixture, &fey, "3");
	vaults_login(&fixture, &joe, FRAME_LOGIN, "joe\n9012");
	vaults_flush(&fixture);
	release_commit();
	assert_answers(&chris, 200);
	assert_int_equal(vaults_answer(&fixture, &fey), 200);
	assert_string_equal(vaults_value(&fixture, "checking"), "1012.00");
	assert_int_equal(vaults_answer(&fixture, &joe), 200);
	assert_int_equal(vaults_stop(&fixture), 0);
	seal_wipe(&joe.keys);
}

static void
test_stopped_meanwhile(void **state)
{
	(void)state;
	hold_commit();
	ask_many(&fey, "chris");
	wait_for_taken();
	release_commit();
	assert_int_equal(vaults_stop(&fixture), 0);
	vaults_run(&fixture, NULL);
	vaults_session(&fixture, &chris, 1, "chris\n1234");
	assert_balances(&chris, "9988.00", "1012.00");
	assert_int_equal(vaults_stop(&fixture), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_taken_meanwhile_and_answered_after, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_failed_sync_ends_the_vault, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_room, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_disconnected_meanwhile, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_front_lost_meanwhile, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_others_come_meanwhile, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_stopped_meanwhile, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
