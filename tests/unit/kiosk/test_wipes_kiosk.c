/* SPDX-License-Identifier: ISC */
/*
 * Each buffer of atm-tui's that held a customer's secret is wiped, and while
 * it still held it: plain mode at a pipe and screens in a terminal, in a
 * process each, at a bank that runs.
 */
#include <sys/stat.h>
#include <sys/wait.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "../../../atm-tui/bank/bank_state.h"
#include "../../../atm-tui/screens/form_screen.h"
#include "../../../atm-tui/kiosk/customer.h"
#include "../../../atm-tui/kiosk/input.h"
#include "../../../atm-tui/kiosk/kiosk.h"
#include "../../../atm-tui/plain/plain.h"
#include "../../../atm-tui/plain/plain_state.h"
#include "../../../atm-tui/kiosk/kiosk_run.h"
#include "../../../atm-tui/screens/screens_table.h"
#include "../../../atm-tui/base/away.h"
#include "../../../shared/crypt/kiosk_identity.h"
#include "../../../shared/crypt/pem.h"
#include "../../../shared/base/output.h"
#include "../../../shared/base/file.h"
#include "../../../shared/base/util.h"
#include "../../lib/live_bank.h"
#include "../../lib/memory/wipes.c"
#include "../../lib/patience.h"

#define ONE LIVE_PASSWORD
#define TWO "another-one"
#define WRONG "a-wrong-one"
#define OPERATOR "#quit"
#define PASSWORD_REQUEST (2 * PLAIN_LINE_SIZE + 16)
#define FORM_REQUEST (2 * FORM_VALUE_SIZE + 16)
#define MENU "3. Exit"
#define PATIENCE_MS 20000

enum secret {
	PASSWORD,
	NEW_PASSWORD,
	WRONG_PASSWORD,
	LETTER,
	TAIL,
	ID,
	CUSTOMER,
	PEM,
	K
};

static struct live_bank bank;
static char key_path[96];
static size_t key_length;

/* The kiosk: its process, and what it has said. */
static struct process {
	pid_t pid;
	int to, from;
	char seen[1 << 18];
	size_t length, heard;
} kiosk, other;

/* What the kiosk makes of it is K. */
int
RAND_bytes(unsigned char *bytes, int length)
{
	static int (*real)(unsigned char *, int);
	int result;

	if (real == NULL)
		*(void **)(void *)&real = dlsym(RTLD_NEXT, "RAND_bytes");
	result = real(bytes, length);
	if (shared != NULL && length == SEAL_KEY_SIZE)
		know(K, bytes, SEAL_KEY_SIZE);
	return result;
}

static void
must_set(struct config *config, const char *key, const char *value)
{
	char text[256], error[256] = "";

	snprintf(text, sizeof(text), "%s=%s", key, value);
	if (config_set(config, text, error, sizeof(error)) != 0)
		fail_msg("%s", error);
}

static struct config *
make_config(void)
{
	struct config *config = config_new(atm_options, ATM_OPTION_COUNT);
	char path[96], port[8];

	assert_non_null(config);
	snprintf(port, sizeof(port), "%d", ntohs(bank.address.sin_port));
	must_set(config, "bank.host", "127.0.0.1");
	must_set(config, "bank.port", port);
	snprintf(path, sizeof(path), "%s/bank.crt", bank.directory);
	must_set(config, "bank.certificate", path);
	snprintf(path, sizeof(path), "%s/kiosk", bank.directory);
	must_set(config, "kiosk.state", path);
	must_set(config, "kiosk.name", "here");
	must_set(config, "kiosk.key", key_path);
	must_set(config, "kiosk.operator_key", OPERATOR);
	must_set(config, "screen.debounce_ms", "0");
	must_set(config, "notices.by", "tls");
	must_set(config, "plain.menu", "full");
	return config;
}

static void
started(pid_t pid, int to, int out)
{
	assert_true(pid > 0);
	kiosk.pid = pid;
	kiosk.to = to;
	kiosk.from = out;
	kiosk.length = kiosk.heard = 0;
}

static void
start_plain(void)
{
	int in[2], out[2];
	pid_t pid;

	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	begin();
	if ((pid = fork()) == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		close(in[1]);
		_exit(output_end("atm-tui", plain_run(make_config())));
	}
	close(in[0]);
	close(out[1]);
	started(pid, in[1], out[0]);
}

static void
start_screens(void)
{
	struct winsize size = { 24, 80, 0, 0 };
	int fd;
	pid_t pid;

	begin();
	if ((pid = forkpty(&fd, NULL, NULL, &size)) == 0) {
		setenv("TERM", "xterm", 1);
		_exit(kiosk_run_screens(make_config(), false, screens));
	}
	started(pid, fd, dup(fd));
}

static void
type(const char *text)
{
	ssize_t length = (ssize_t)strlen(text);

	assert_int_equal(write(kiosk.to, text, (size_t)length), length);
}

/* What it says from now on has this. */
static void
hear(const char *text)
{
	struct pollfd pfd = { .fd = kiosk.from, .events = POLLIN };
	struct patience bound;
	char *at = NULL;
	ssize_t n;

	patience_begin(&bound, PATIENCE_MS);
	for (;;) {
		at = memmem(kiosk.seen + kiosk.heard,
		    kiosk.length - kiosk.heard, text, strlen(text));
		if (at != NULL)
			break;
		if (patience_is_over(&bound) ||
		    patience_poll(&pfd, 1, PATIENCE_MS) != 1 ||
		    (n = read(kiosk.from, kiosk.seen + kiosk.length,
			 sizeof(kiosk.seen) - kiosk.length)) <= 0) {
			fail_msg("no `%s` in:\n%.*s", text,
			    (int)(kiosk.length - kiosk.heard),
			    kiosk.seen + kiosk.heard);
			return;
		}
		kiosk.length += (size_t)n;
	}
	kiosk.heard = (size_t)(at - kiosk.seen) + strlen(text);
}

static void
answer(const char *question, const char *text)
{
	hear(question);
	type(text);
}

/* Its exit code; what it still says is read, so that it can. */
static int
ended(void)
{
	char rest[4096];
	int status;

	while (read(kiosk.from, rest, sizeof(rest)) > 0)
		continue;
	assert_int_equal(waitpid(kiosk.pid, &status, 0), kiosk.pid);
	kiosk.pid = 0;
	close(kiosk.to);
	close(kiosk.from);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
expect_none(const char *what, size_t length, unsigned has)
{
	if (count(length, length, has) != 0)
		fail_msg("%s: was still there", what);
}

static void
log_in(const char *id, const char *password)
{
	answer("ID:", id);
	answer("Password:", password);
}

static void
test_a_refused_login(void **state)
{
	(void)state;
	start_plain();
	hear("ID:");
	expect_one("the kiosk's key", key_length, HAS(PEM));
	begin();
	type("fey\n");
	answer("Password:", WRONG "\n");
	hear("is incorrect");
	expect_one("the line", strlen(WRONG) + 1, HAS(WRONG_PASSWORD));
	expect_one("the answer", PLAIN_LINE_SIZE, HAS(WRONG_PASSWORD));
	expect_one("the entry", sizeof(struct bank_entry), HAS(WRONG_PASSWORD));
	expect_one("the entry's copy", BANK_REQUEST_SIZE, HAS(WRONG_PASSWORD));
	expect_one("the keys", sizeof(struct seal_keys), SOMETHING);
	expect_one("K", SEAL_KEY_SIZE, HAS(K));
	close(kiosk.to);
	kiosk.to = -1;
	assert_int_equal(ended(), 1);
}

static void
test_a_new_customer(void **state)
{
	(void)state;
	start_plain();
	answer("ID:", "+\n");
	answer("New ID:", "newcomer\n");
	answer("Full name:", "New Comer\n");
	answer("Password:", ONE "\n");
	answer("again:", ONE "\n");
	hear("account opened");
	expect(
	    "both answers", PLAIN_LINE_SIZE, PLAIN_LINE_SIZE, HAS(PASSWORD), 2);
	expect_one("the entry", sizeof(struct bank_entry), HAS(PASSWORD));
	begin();
	log_in("newcomer\n", ONE "\n");
	hear(MENU);
	expect_one("the text", BANK_REQUEST_SIZE, HAS(PASSWORD));
	expect_none("the text", sizeof(struct bank_entry), HAS(PASSWORD));
	type("7\n");
	answer("5. Back", "2\n");
	begin();
	answer("Old password:", ONE "\n");
	answer("New password:", TWO "\n");
	answer("again:", TWO "\n");
	hear("password changed");
	expect_one(
	    "the request", PASSWORD_REQUEST, HAS(PASSWORD) | HAS(NEW_PASSWORD));
	expect_one("the job", sizeof(struct bank_job),
	    HAS(PASSWORD) | HAS(NEW_PASSWORD));
	expect_one("the old one", PLAIN_LINE_SIZE, HAS(PASSWORD));
	expect("both", PLAIN_LINE_SIZE, PLAIN_LINE_SIZE, HAS(NEW_PASSWORD), 2);
	answer("5. Back", "5\n");
	hear(MENU);
	begin();
	know(ID, "newcomer", 8);
	/* More than is asked for: it is read all the same. */
	type("3\n" ONE "\n");
	assert_int_equal(ended(), 0);
	expect_one("what was typed ahead",
	    sizeof(((struct plain *)NULL)->lines), HAS(PASSWORD));
	expect_one("all of it", sizeof(struct plain), HAS(ID));
	expect_one("K", SEAL_KEY_SIZE, HAS(K));
	expect_one("its number", FRAME_SESSION_SIZE, SOMETHING);
	expect_one("the session", sizeof(struct bank_session), HAS(ID));
}

/* What the bank's clock tells apart. */
static void
another_second(void)
{
	const time_t now = time(NULL);

	while (time(NULL) <= now)
		poll(NULL, 0, 5);
}

static void
pay_joe(void)
{
	start_plain();
	log_in("fey\n", ONE "\n");
	answer(MENU, "1\n");
	answer("2.", "1\n");
	answer("ID", "joe\n");
	answer("mount", "5\n");
	hear("successful");
	answer(MENU, "3\n");
	assert_int_equal(ended(), 0);
}

/* joe's second visit, fey having paid in between. */
static void
test_a_second_visit(void **state)
{
	(void)state;
	start_plain();
	log_in("joe\n", ONE "\n");
	answer(MENU, "3\n");
	assert_int_equal(ended(), 0);
	another_second();
	pay_joe();
	start_plain();
	know(ID, "fey", 3);
	log_in("joe\n", ONE "\n");
	hear("Since your last visit");
	hear(MENU);
	expect_one("the visit", sizeof(struct visit), HAS(ID));
	/* The bank ends the session; the link is lost, and R is refused. */
	begin();
	live_bank_operator("passwd joe\n" ONE);
	hear("has ended");
	assert_int_equal(ended(), 1);
	expect("the lost link's keys, and those of R", sizeof(struct seal_keys),
	    sizeof(struct seal_keys), SOMETHING, 2);
	expect_one("its number", FRAME_SESSION_SIZE, SOMETHING);
}

static void
see_login(void)
{
	hear("press any key");
	type(" ");
	hear("Please enter your ID");
}

/* The bank doesn't answer to the goodbye. */
static void
test_an_end_within_a_session(void **state)
{
	(void)state;
	start_screens();
	see_login();
	type("joe\r" ONE "\r");
	hear(MENU);
	live_bank_freeze(true);
	begin();
	kill(kiosk.pid, SIGTERM);
	assert_int_equal(ended(), 0);
	live_bank_freeze(false);
	expect_one("the keys", sizeof(struct seal_keys), SOMETHING);
	expect_one("all of it", sizeof(struct bank), HAS(CUSTOMER));
}

static void
change_password(void)
{
	const unsigned both = HAS(PASSWORD) | HAS(NEW_PASSWORD);

	type("7");
	hear("Change");
	type("2");
	hear("Old password");
	begin();
	type(ONE "\r" TWO "\r" TWO "\r");
	hear(MENU);
	expect_one("the request", FORM_REQUEST, both);
	expect_one("the form", sizeof(struct form_screen), both);
}

static void
transfer(void)
{
	type("1");
	hear("2. ");
	type("1");
	hear("2. Another ID");
	type("2");
	hear("Recipient");
	type("fey\r5\r\r");
	hear("Enter: yes");
	type("\r");
	hear("successful");
	type(" ");
	hear(MENU);
}

static void
test_screens(void **state)
{
	(void)state;
	another_second();
	pay_joe();
	know(ID, "fey", 3);
	start_screens();
	see_login();
	begin();
	type("joe\r" ONE "~\x7f\r");
	hear(MENU);
	expect_one("a character of it", 4, HAS(LETTER));
	expect_one("the one taken away", 1, HAS(LETTER));
	expect_one("what may have been the operator's", INPUT_OPERATOR_SIZE,
	    HAS(TAIL));
	expect("the field, and its answer", FORM_VALUE_SIZE, FORM_VALUE_SIZE,
	    HAS(PASSWORD), 2);
	expect_one("the visit", sizeof(struct visit), HAS(ID));
	transfer();
	/* At another kiosk; this one tells of it. */
	other = kiosk;
	pay_joe();
	kiosk = other;
	change_password();
	begin();
	type("3");
	hear("next customer");
	type(" ");
	hear("press any key");
	expect_one("the session's keys", sizeof(struct seal_keys), SOMETHING);
	expect_one("the customer", sizeof(struct customer), HAS(ID));
	expect_one(
	    "the notices", NEWS_LINES * sizeof(struct news_line), HAS(ID));
	expect_one("the banner", sizeof(struct sentence), SOMETHING);
	type(OPERATOR);
	assert_int_equal(ended(), 0);
}

static void
write_in(const char *name, const void *data, size_t length)
{
	snprintf(key_path, sizeof(key_path), "%s/%s", bank.directory, name);
	assert_int_equal(file_replace(key_path, data, length, 0600), 0);
}

/* `here`, a kiosk that is enrolled. */
static void
enrol(void)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	uint8_t public_key[KIOSK_PUBLIC_SIZE];
	char hex[2 * KIOSK_PUBLIC_SIZE + 1], command[160], *pem;
	size_t length = sizeof(public_key);

	assert_non_null(key);
	assert_int_equal(
	    EVP_PKEY_get_raw_public_key(key, public_key, &length), 1);
	assert_int_equal(pem_write_key(&pem, &key_length, key), 0);
	write_in("here.key", pem, key_length);
	free(pem);
	EVP_PKEY_free(key);
	hex_encode(public_key, sizeof(public_key), hex);
	snprintf(command, sizeof(command), "kiosk add here %s yes", hex);
	live_bank_operator(command);
}

static int
group_setup(void **state)
{
	char path[96];

	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	live_bank_start(&bank);
	write_in(
	    "bank.crt", bank.bank.certificate, bank.bank.certificate_length);
	snprintf(path, sizeof(path), "%s/kiosk", bank.directory);
	assert_int_equal(mkdir(path, 0700), 0);
	enrol();
	/* Only now: the bank's own wipes aren't counted. */
	if (!wipes_open())
		return -1;
	know(PASSWORD, ONE, strlen(ONE));
	know(NEW_PASSWORD, TWO, strlen(TWO));
	know(WRONG_PASSWORD, WRONG, strlen(WRONG));
	know(LETTER, "~", 1);
	know(TAIL, &(ONE "~")[strlen(ONE) - 4], 5);
	know(CUSTOMER, "joe", 3);
	know(PEM, "PRIVATE KEY", 11);
	return 0;
}

static int
group_teardown(void **state)
{
	(void)state;
	live_bank_stop(&bank);
	return 0;
}

/* After a test that failed. */
static int
teardown(void **state)
{
	(void)state;
	if (kiosk.pid != 0) {
		kill(kiosk.pid, SIGKILL);
		waitpid(kiosk.pid, NULL, 0);
	}
	kiosk.pid = 0;
	live_bank_freeze(false);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_a_refused_login, teardown),
		cmocka_unit_test_teardown(test_a_new_customer, teardown),
		cmocka_unit_test_teardown(test_a_second_visit, teardown),
		cmocka_unit_test_teardown(
		    test_an_end_within_a_session, teardown),
		cmocka_unit_test_teardown(test_screens, teardown),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
