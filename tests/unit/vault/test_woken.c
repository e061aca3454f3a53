/* SPDX-License-Identifier: ISC */
/*
 * A login that waits for another's comparison and is woken in the very batch
 * in which it began to wait: it is judged again, and not compared uncounted.
 * The vault's loop is held until the end of the one and the envelope of the
 * other are there for one turn, in that order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/mman.h>

#include <crypt.h>
#include <dlfcn.h>
#include <event2/event.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "../../../shared/base/util.h"
#include "../../lib/patience.h"
#include "../../lib/vault_fixture.h"

#define PATIENCE_MS 30000

/* Passwords, and what their comparison does in the vault. */
#define DECOY "decoy"   /* says so, and waits: keeps one of two workers */
#define GUESS "guess"   /* the same; the attempt that others wait for */
#define MARKER "marker" /* says so: what came before it has ended */
#define RIGHT "9012"    /* is counted */

enum gate { GATE_DECOY, GATE_GUESS, GATE_LOOP, GATES };

/* Of the test and the vault's process both. */
struct shared {
	atomic_bool hold_loop;
	atomic_int compared;
};

static struct shared *shared;
static int gates[GATES][2], told[2];
static bool in_vault;

static struct vaults fixture;

static void
tell(char what)
{
	if (write(told[1], &what, 1) != 1)
		_exit(1);
}

static void
wait_at(enum gate gate)
{
	char byte;

	if (read(gates[gate][0], &byte, 1) != 1)
		_exit(1);
}

/* In place of libcrypt's, which it calls. */
char *
crypt_rn(const char *phrase, const char *setting, void *data, int size)
{
	char *(*next)(const char *, const char *, void *, int);

	*(void **)&next = dlsym(RTLD_NEXT, "crypt_rn");
	if (in_vault && strcmp(phrase, DECOY) == 0) {
		tell('d');
		wait_at(GATE_DECOY);
	} else if (in_vault && strcmp(phrase, GUESS) == 0) {
		tell('g');
		wait_at(GATE_GUESS);
	} else if (in_vault && strcmp(phrase, MARKER) == 0)
		tell('m');
	else if (strcmp(phrase, RIGHT) == 0)
		shared->compared++;
	return next(phrase, setting, data, size);
}

/* libevent's: the vault takes one turn at a time. */
int
event_base_loop(struct event_base *base, int flags)
{
	int (*next)(struct event_base *, int);

	*(void **)&next = dlsym(RTLD_NEXT, "event_base_loop");
	if (in_vault && shared->hold_loop) {
		tell('l');
		wait_at(GATE_LOOP);
		shared->hold_loop = false;
	}
	return next(base, flags);
}

/* The vault has as few workers as it ever has: two. */
long
sysconf(int name)
{
	long (*next)(int);

	*(void **)&next = dlsym(RTLD_NEXT, "sysconf");
	return in_vault && name == _SC_NPROCESSORS_ONLN ? 1 : next(name);
}

/* The other ends are the test's alone: the vault does not outlive it. */
static void
before(void)
{
	in_vault = true;
	close(told[0]);
	for (size_t i = 0; i < NELEM(gates); i++)
		close(gates[i][1]);
}

static void
expect(char what)
{
	struct pollfd pfd = { .fd = told[0], .events = POLLIN };
	char byte;

	vaults_flush(&fixture);
	assert_int_equal(patience_poll(&pfd, 1, PATIENCE_MS), 1);
	assert_int_equal(read(told[0], &byte, 1), 1);
	assert_int_equal(byte, what);
}

static void
open_gate(enum gate gate)
{
	assert_int_equal(write(gates[gate][1], ".", 1), 1);
}

static int
setup(void **state)
{
	static const char *const options[] = { "login.max_attempts=2",
		"login.max_logins_waiting_per_address=64", NULL };

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED || pipe(told) != 0)
		return -1;
	for (size_t i = 0; i < NELEM(gates); i++) {
		if (pipe(gates[i]) != 0)
			return -1;
	}
	fixture.before = before;
	vaults_start(&fixture, options);
	*state = &fixture;
	return 0;
}

/*
 * Two guesses are allowed and two are being compared.  One of them ends in
 * the batch in which a third begins: it waits, is woken at once, and waits
 * for the other.
 */
static void
test_woken_in_its_own_batch(void **state)
{
	struct vaults_atm fey = { .number = 0 }, asking = { .number = 0 };
	struct vaults_atm atms[3] = { 0 };
	static const char *const texts[] = { "joe\n" DECOY, "joe\n" GUESS,
		"joe\n" RIGHT };

	(void)state;
	vaults_session(&fixture, &fey, 1, "fey\n5678");
	vaults_session(&fixture, &asking, 2, "fey\n5678");
	for (uint32_t i = 0; i < NELEM(atms); i++)
		vaults_connect(&fixture, &atms[i], 3 + i);
	shared->compared = 0;
	vaults_login(&fixture, &atms[0], FRAME_LOGIN, texts[0]);
	expect('d');
	vaults_login(&fixture, &atms[1], FRAME_LOGIN, texts[1]);
	expect('g');
	/* Behind it: an envelope, and what tells that it was opened. */
	vaults_login(&fixture, &atms[2], FRAME_LOGIN, texts[2]);
	vaults_request(&fixture, &fey, "PASSWORD " MARKER "\nxyyz");
	vaults_request(&fixture, &asking, "2");
	assert_int_equal(vaults_answer(&fixture, &asking), 200);
	/* Something to turn for, if it does not look first. */
	shared->hold_loop = true;
	vaults_request(&fixture, &asking, "PING");
	expect('l');
	open_gate(GATE_GUESS);
	expect('m');
	open_gate(GATE_LOOP);
	assert_int_equal(vaults_answer(&fixture, &atms[1]), 401);
	open_gate(GATE_DECOY);
	assert_int_equal(vaults_answer(&fixture, &atms[0]), 401);
	/* The right password got no guess of its own. */
	assert_int_equal(vaults_answer(&fixture, &atms[2]), 423);
	assert_int_equal(shared->compared, 0);
	seal_wipe(&fey.keys);
	seal_wipe(&asking.keys);
	for (size_t i = 0; i < NELEM(atms); i++)
		seal_wipe(&atms[i].keys);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_woken_in_its_own_batch, setup, vaults_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
