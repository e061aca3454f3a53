/* SPDX-License-Identifier: ISC */
/*
 * Which hashes libcrypt is asked for when a password is compared: the same
 * for everybody, whatever their own was made with, so that the time of an
 * answer doesn't tell who exists.  Counted by calls, not by a clock.
 */
#include <sys/mman.h>

#include <crypt.h>
#include <dlfcn.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../shared/base/util.h"
#include "../../lib/vault_fixture.h"

#define CALLS_MAX 32
#define KIND_SIZE 16
#define RACERS 2

/* Of `secret`; the last is locked. */
#define OLD_HASHES                                                            \
	"a $6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5" \
	"knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1\n"                                 \
	"b $2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n"    \
	"c $1$saltsalt$9xy1btjgzLYfb7hivXtC//\n"                              \
	"d !$5$saltsalt$0IyaXrmV7.sGNS6tirgqHLqX/G.FBvgkYA.lpPdS5sA\n"
#define TODAYS "$y$j75$"

static struct shared {
	atomic_uint count;
	atomic_uint racing; /* comparisons of $1$ that wait for each other */
	bool race;
	char kinds[CALLS_MAX][KIND_SIZE];
} * shared;
static struct vaults fixture;
static const char *const generous[] = { "login.max_attempts=1000",
	"login.max_attempts_total=10000", "login.branch_line=Call 555-0100",
	NULL };

/* What stands before the salt, but for a number of rounds. */
static void
note_kind(const char *setting)
{
	size_t length =
	    strncmp(setting, "$y$", 3) == 0 || strncmp(setting, "$2", 2) == 0
	    ? 7
	    : 3;
	unsigned i = shared->count++;

	if (i < CALLS_MAX)
		snprintf(
		    shared->kinds[i], KIND_SIZE, "%.*s", (int)length, setting);
}

/* In place of libcrypt's, which it calls. */
char *
crypt_rn(const char *phrase, const char *setting, void *data, int size)
{
	char *(*next)(const char *, const char *, void *, int);

	*(void **)&next = dlsym(RTLD_NEXT, "crypt_rn");
	if (shared->race && strncmp(setting, "$1$", 3) == 0)
		for (shared->racing++; shared->racing < RACERS;)
			sched_yield();
	if (strcmp(phrase, "secret") == 0 || strcmp(phrase, "guess") == 0)
		note_kind(setting);
	return next(phrase, setting, data, size);
}

static int
by_text(const void *one, const void *other)
{
	return strcmp(one, other);
}

/* Forgets them, too. */
static void
expect_calls(const char *who, const char *expected)
{
	char found[CALLS_MAX * KIND_SIZE] = "";
	unsigned count = shared->count;

	assert_true(count <= CALLS_MAX);
	qsort(shared->kinds, count, KIND_SIZE, by_text);
	for (unsigned i = 0; i < count; i++)
		snprintf(found + strlen(found), sizeof(found) - strlen(found),
		    "%s ", shared->kinds[i]);
	shared->count = 0;
	if (strcmp(found, expected) != 0)
		fail_msg("%s: %s, not %s", who, found, expected);
}

static void
write_to(const char *name, const char *mode, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", fixture.directory, name);
	assert_non_null(file = fopen(path, mode));
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void
expect_line(const char *beginning)
{
	char path[128], text[4096] = "\n", begins[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/password", fixture.directory);
	snprintf(begins, sizeof(begins), "\n%s", beginning);
	assert_non_null(file = fopen(path, "r"));
	assert_true(fread(text + 1, 1, sizeof(text) - 2, file) > 0);
	fclose(file);
	assert_non_null(strstr(text, begins));
}

static int
setup(void **state)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(shared, MAP_FAILED);
	*state = &fixture;
	vaults_start(&fixture, NULL);
	assert_int_equal(vaults_stop(&fixture), 0);
	write_to("password", "a", OLD_HASHES);
	write_to("balance", "a", "a 1 1\nb 1 1\nc 1 1\nd 1 1\n");
	vaults_run(&fixture, generous);
	shared->count = 0;
	return 0;
}

static int
teardown(void **state)
{
	int failed = vaults_teardown(state);

	munmap(shared, sizeof(*shared));
	memset(&fixture, 0, sizeof(fixture));
	return failed;
}

/* A login on a link of its own, that is refused so. */
static void
log_in(const char *id, const char *password, int code)
{
	static uint32_t number = 100;
	struct vaults_atm atm = { .number = 0 };
	char text[64];

	vaults_connect(&fixture, &atm, ++number);
	snprintf(text, sizeof(text), "%s\n%s", id, password);
	vaults_login(&fixture, &atm, FRAME_LOGIN, text);
	vaults_flush(&fixture);
	assert_int_equal(vaults_answer(&fixture, &atm), code);
	vaults_send(&fixture, IPC_DISCONNECTED, number, NULL, 0);
	seal_wipe(&atm.keys);
}

static void
guess(const char *id, const char *password)
{
	log_in(id, password, 401);
}

static void
expect_same_work(const char *expected)
{
	static const char *const ids[] = { "a", "b", "c", "d", "joe",
		"nobody" };

	for (size_t i = 0; i < NELEM(ids); i++) {
		guess(ids[i], "guess");
		expect_calls(ids[i], expected);
	}
}

static void
test_the_same_work_for_everybody(void **state)
{
	struct vaults_atm atm = { .number = 0 };

	(void)state;
	expect_same_work("$1$ $2y$05$ $5$ $6$ " TODAYS " ");
	/* It isn't made anew, which would unlock it. */
	log_in("d", "secret", 423);
	expect_line("d !$5$");
	expect_calls("locked", "$1$ $2y$05$ $5$ $6$ " TODAYS " ");
	/* A good login takes no more, and makes the hash anew. */
	vaults_session(&fixture, &atm, 1, "b\nsecret");
	expect_calls("b, right", "$1$ $2y$05$ $5$ $6$ " TODAYS " ");
	expect_line("b " TODAYS);
	/* Nobody has one of its kind any more. */
	expect_same_work("$1$ $5$ $6$ " TODAYS " ");
	vaults_request(&fixture, &atm, "PASSWORD guess\nanother-4711");
	vaults_flush(&fixture);
	assert_int_equal(vaults_answer(&fixture, &atm), 401);
	expect_calls("PASSWORD", "$1$ $5$ $6$ " TODAYS " ");
	/* That of a locked account is compared, too. */
	vaults_operator(&fixture, "lock a");
	expect_same_work("$1$ $5$ $6$ " TODAYS " ");
	vaults_operator(&fixture, "unlock a");
	expect_same_work("$1$ $5$ $6$ " TODAYS " ");
	vaults_operator(&fixture, "passwd a\nanother-4711");
	vaults_operator(&fixture, "passwd c\nanother-4711");
	vaults_operator(&fixture, "passwd d\nanother-4711");
	expect_same_work(TODAYS " ");
	seal_wipe(&atm.keys);
}

/* Both were compared with the hash that the first of them replaced. */
static void
test_two_logins_at_once(void **state)
{
	struct vaults_atm atms[RACERS] = { 0 };

	(void)state;
	for (uint32_t i = 0; i < RACERS; i++)
		vaults_connect(&fixture, &atms[i], i + 1);
	shared->race = true;
	for (size_t i = 0; i < RACERS; i++)
		vaults_login(&fixture, &atms[i], FRAME_LOGIN, "c\nsecret");
	vaults_flush(&fixture);
	for (size_t i = 0; i < RACERS; i++) {
		struct ipc_message message;

		assert_int_equal(vaults_next(&fixture, &message), IPC_SEND);
		assert_int_equal(message.body[3], FRAME_SEALED);
	}
	expect_line("c " TODAYS);
	shared->race = false;
	for (size_t i = 0; i < RACERS; i++)
		seal_wipe(&atms[i].keys);
}

/* The hash that a login makes is there after a crash, and no edit. */
static void
test_made_anew_for_good(void **state)
{
	struct vaults_atm atm = { .number = 0 };

	(void)state;
	vaults_session(&fixture, &atm, 1, "a\nsecret");
	vaults_kill(&fixture);
	vaults_run(&fixture, NULL);
	expect_line("a " TODAYS);
	shared->count = 0;
	vaults_session(&fixture, &atm, 1, "a\nsecret");
	expect_calls("a, again", "$1$ $2y$05$ $5$ " TODAYS " ");
	assert_int_equal(vaults_ask(&fixture, &atm, "2"), 200);
	seal_wipe(&atm.keys);
}

/* Today's are dearer than those that were of today until now. */
static void
test_another_cost(void **state)
{
	static const char *const options[] = { "login.hash_cost=2", NULL };
	struct vaults_atm atm = { .number = 0 };

	(void)state;
	assert_int_equal(vaults_stop(&fixture), 0);
	vaults_run(&fixture, options);
	shared->count = 0;
	expect_same_work("$1$ $2y$05$ $5$ $6$ " TODAYS " $y$j85$ ");
	vaults_session(&fixture, &atm, 1, "joe\n9012");
	expect_line("joe $y$j85$");
	shared->count = 0;
	guess("joe", "guess");
	expect_calls("joe", "$1$ $2y$05$ $5$ $6$ " TODAYS " $y$j85$ ");
	seal_wipe(&atm.keys);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_same_work_for_everybody),
		TEST(test_two_logins_at_once),
		TEST(test_made_anew_for_good),
		TEST(test_another_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
