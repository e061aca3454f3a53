/* SPDX-License-Identifier: ISC */
/*
 * In which order a batch answers: who only reads doesn't wait for the disk,
 * sees what is on it, and hears the answers of one connection in its order;
 * and in which order customers' statements are read.
 */
#include <sys/mman.h>
#include <sys/syscall.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../../shared/crypt/seal.h"
#include "../../../shared/base/clock.h"
#include "../../../shared/base/util.h"
#include "../../lib/fault_vfs.h"
#include "../../lib/vault_fixture.h"

#define PATIENCE 60000 /* looks, of 5 ms */

static struct vaults fixture;
/* Shared with the vault: its disk takes as long as `held`. */
static volatile struct {
	bool held;
	bool statements_held; /* reads by any thread but the money's */
	long reading;         /* such threads, just now */
	bool gave_up;
} * disk;

static void
wait_while_held(void)
{
	for (int i = 0; disk->held && i < PATIENCE; i++)
		poll(NULL, 0, 5);
	disk->gave_up = disk->held;
}

static void
wait_to_read(void)
{
	if ((pid_t)syscall(SYS_gettid) == getpid())
		return;
	__atomic_add_fetch(&disk->reading, 1, __ATOMIC_SEQ_CST);
	for (int i = 0; disk->statements_held && i < PATIENCE; i++)
		poll(NULL, 0, 5);
	__atomic_sub_fetch(&disk->reading, 1, __ATOMIC_SEQ_CST);
}

static void
in_the_vault(void)
{
	fault_vfs_register();
	fault_vfs.at_sync = wait_while_held;
	fault_vfs.at_read = wait_to_read;
}

static int
setup(void **state)
{
	disk->held = disk->statements_held = false;
	fixture.before = in_the_vault;
	vaults_start(&fixture, NULL);
	*state = &fixture;
	return 0;
}

static int
group_setup(void **state)
{
	void *page = mmap(NULL, sizeof(*disk), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	(void)state;
	disk = page;
	return page == MAP_FAILED ? -1 : 0;
}

static void
ask_transfer(struct vaults_atm *atm, const char *to, const char *amount)
{
	char text[128], txid[WIRE_TXID_TEXT];

	snprintf(text, sizeof(text), "1 %s 1 %s %s",
	    vaults_txid(clock_real_ms(), txid), to, amount);
	vaults_request(&fixture, atm, text);
}

static void
savings_are(const char *amount)
{
	assert_string_equal(vaults_value(&fixture, "savings"), amount);
}

static void
test_reading_does_not_wait(void **state)
{
	struct vaults_atm chris = { .number = 0 }, fey = { .number = 0 };
	struct vaults_atm other = { .number = 0 };

	(void)state;
	vaults_session(&fixture, &chris, 1, "chris\n1234");
	vaults_session(&fixture, &fey, 2, "fey\n5678");
	vaults_session(&fixture, &other, 3, "chris\n1234");
	disk->held = true;
	ask_transfer(&chris, "fey", "10");
	vaults_request(&fixture, &fey, "2");
	vaults_request(&fixture, &other, "2");
	/* What nobody was told of is seen by nobody. */
	assert_int_equal(vaults_answer(&fixture, &fey), 200);
	assert_string_equal(vaults_value(&fixture, "checking"), "1000.00");
	assert_int_equal(vaults_answer(&fixture, &other), 200);
	savings_are("10000.00");
	assert_false(disk->gave_up);
	disk->held = false;
	assert_int_equal(vaults_answer(&fixture, &chris), 200);
	savings_are("9990.00");
	assert_int_equal(vaults_ask(&fixture, &fey, "2"), 200);
	assert_string_equal(vaults_value(&fixture, "checking"), "1010.00");
	seal_wipe(&chris.keys);
	seal_wipe(&fey.keys);
	seal_wipe(&other.keys);
}

static void
test_one_connection_in_its_order(void **state)
{
	struct vaults_atm chris = { .number = 0 };

	(void)state;
	vaults_session(&fixture, &chris, 1, "chris\n1234");
	vaults_request(&fixture, &chris, "2");
	ask_transfer(&chris, "fey", "10");
	vaults_request(&fixture, &chris, "2");
	ask_transfer(&chris, "fey", "1");
	vaults_request(&fixture, &chris, "nonsense");
	vaults_request(&fixture, &chris, "2");
	for (int i = 0; i < 6; i++) {
		static const char *const savings[] = { "10000.00", "9990.00",
			"9990.00", "9989.00", NULL, "9989.00" };

		assert_int_equal(vaults_answer(&fixture, &chris),
		    savings[i] != NULL ? 200 : 422);
		if (savings[i] != NULL)
			savings_are(savings[i]);
	}
	seal_wipe(&chris.keys);
}

#define CHRIS_ASKS 5

/* The connection that the next answer is for. */
static uint32_t
answered(void)
{
	struct ipc_message message;

	assert_int_equal(vaults_next(&fixture, &message), IPC_SEND);
	return message.connection;
}

/* However many one customer asks for, another's waits for one of them. */
static void
test_statements_have_turns(void **state)
{
	struct vaults_atm chris[CHRIS_ASKS] = { { .number = 0 } };
	struct vaults_atm fey = { .number = 0 }, joe = { .number = 0 };

	(void)state;
	for (uint32_t i = 0; i < CHRIS_ASKS; i++)
		vaults_session(&fixture, &chris[i], i + 1, "chris\n1234");
	vaults_session(&fixture, &fey, CHRIS_ASKS + 1, "fey\n5678");
	vaults_session(&fixture, &joe, CHRIS_ASKS + 2, "joe\n9012");
	/* So that the reader has something to read. */
	ask_transfer(&chris[0], "fey", "10");
	assert_int_equal(vaults_answer(&fixture, &chris[0]), 200);
	disk->statements_held = true;
	vaults_request(&fixture, &chris[0], "HISTORY 5");
	vaults_flush(&fixture);
	for (int i = 0; disk->reading == 0; i++) {
		assert_true(i < PATIENCE);
		poll(NULL, 0, 5);
	}
	for (int i = 1; i < CHRIS_ASKS; i++)
		vaults_request(&fixture, &chris[i], "HISTORY 5");
	vaults_request(&fixture, &fey, "HISTORY 5");
	/* Once this is answered, all of those wait. */
	assert_int_equal(vaults_ask(&fixture, &joe, "PING"), 200);
	disk->statements_held = false;
	assert_int_equal(answered(), 1);
	assert_int_equal(answered(), 2);
	assert_int_equal(answered(), CHRIS_ASKS + 1);
	for (int i = 0; i < CHRIS_ASKS; i++)
		seal_wipe(&chris[i].keys);
	seal_wipe(&fey.keys);
	seal_wipe(&joe.keys);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_reading_does_not_wait, setup, vaults_teardown),
		cmocka_unit_test_setup_teardown(
		    test_one_connection_in_its_order, setup, vaults_teardown),
		cmocka_unit_test_setup_teardown(
		    test_statements_have_turns, setup, vaults_teardown),
	};

	return cmocka_run_group_tests(tests, group_setup, NULL);
}
