/* SPDX-License-Identifier: ISC */
/*
 * Each buffer of bankctl's, of the monitor's and of the front's that held a
 * secret is wiped, and while it still held it.  Both programs are in this
 * one, and run in processes of their own.
 */
#include "../../lib/memory/own_memory.c"

#include <sys/stat.h>

/* Their main()s. */
int bankctl_main(int argc, char *argv[]);
int bankd_main(int argc, char *argv[]);

#define main bankctl_main
#define usage bankctl_usage
#define run bankctl_run
#include "../../../bankd/bankctl/bankctl_main.c"
#undef main
#undef usage
#undef run
#undef ERROR_SIZE
#define main bankd_main
#include "../../../bankd/bankd.c"
#undef main

#include <sys/socket.h>
#include <sys/wait.h>

#include <setjmp.h>
#include <stdarg.h>
#include <signal.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../../bankd/control/control.h"
#include "../../../bankd/control/control_codec.h"
#include "../../../shared/crypt/channel.h"
#include "../../../shared/crypt/channel_certificate.h"
#include "../../lib/files_fixture.h"
#include "../../lib/memory/wipes.c"
#include "../../../shared/base/file.h"

#define ONE "canary-one"
#define WORDS 24
#define FIRST_KEY "PRIVATE KEY, the first of two"
#define SECOND_KEY "PRIVATE KEY, another"

enum secret { PASSWORD, PEM };

static char directory[] = "/tmp/test-wipes-XXXXXX";
static char ini[64];
static size_t bank_length, leaf_length;

static const char *
in_etc(const char *name)
{
	static char path[2][64];
	static int which;

	which = !which;
	snprintf(
	    path[which], sizeof(path[which]), "%s/etc/%s", directory, name);
	return path[which];
}

static size_t
size_of(const char *name)
{
	struct stat status;

	assert_int_equal(stat(in_etc(name), &status), 0);
	return (size_t)status.st_size;
}

/* A program as its main() is, with what is typed: its process. */
static pid_t
spawn(int (*program)(int, char **), const char *const words[],
    const char *typed, int out)
{
	char *argv[WORDS + 1] = { NULL };
	int in[2];
	pid_t pid;

	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(write(in[1], typed, strlen(typed)), strlen(typed));
	close(in[1]);
	for (int i = 0; words[i] != NULL && i < WORDS; i++)
		argv[i] = strdup(words[i]);
	if ((pid = fork()) == 0) {
		int argc = 0;

		while (argv[argc] != NULL)
			argc++;
		dup2(in[0], STDIN_FILENO);
		dup2(out, STDOUT_FILENO);
		_exit(program(argc, argv));
	}
	for (int i = 0; argv[i] != NULL; i++)
		free(argv[i]);
	close(in[0]);
	assert_true(pid > 0);
	return pid;
}

static int
code_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* bankctl's exit code. */
static int
ctl(const char *typed, const char *const words[])
{
	const char *all[WORDS + 1] = { "bankctl", "-c", ini };

	for (size_t i = 0; words[i] != NULL && i + 3 < WORDS; i++)
		all[i + 3] = words[i];
	begin();
	return code_of(spawn(bankctl_main, all, typed, STDERR_FILENO));
}
#define CTL(typed, ...) ctl(typed, (const char *const[]) { __VA_ARGS__, NULL })

/* Keys that are made: bankctl's, and what init left behind is known. */
static void
test_init(void **state)
{
	const char *const words[] = { "bankctl", "init", "--demo", directory,
		NULL };

	(void)state;
	begin();
	assert_int_equal(
	    code_of(spawn(bankctl_main, words, "", STDERR_FILENO)), 0);
	bank_length = size_of("bank.key");
	leaf_length = size_of("leaf.key");
	assert_int_equal(size_of("kiosk.key"), leaf_length);
	expect_one("the bank's", bank_length, HAS(PEM));
	expect("the leaf's, and the kiosk's", leaf_length, leaf_length,
	    HAS(PEM), 2);
}

static void
test_keys_that_are_read(void **state)
{
	const char *const words[] = { "bankd", "-t", "-c", ini, NULL };

	(void)state;
	assert_int_equal(
	    CTL("", "kiosk", "add", "--key", in_etc("kiosk.key"), "again"), 0);
	expect_one("the kiosk's", leaf_length, HAS(PEM));
	assert_int_equal(CTL("", "renew"), 0);
	expect_one("the bank's", bank_length, HAS(PEM));
	expect_one("the new leaf's", leaf_length, HAS(PEM));
	begin();
	assert_int_equal(
	    code_of(spawn(bankd_main, words, "", STDERR_FILENO)), 0);
	expect_one("the bank's, checked", bank_length, HAS(PEM));
	expect_one("the leaf's, checked", leaf_length, HAS(PEM));
}

/* bankd until it is served by. */
static pid_t
serve(void)
{
	const char *const words[] = { "bankd", "-f", "-c", ini, "-o",
		"process.sandbox=off", "-o", "login.hash_cost=1", "-o",
		"bank.any_file_system=yes", "-o", "listen.address=127.0.0.1",
		"0", NULL };
	char line[128];
	int out[2];
	pid_t pid;

	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	pid = spawn(bankd_main, words, "", out[1]);
	close(out[1]);
	assert_true(read(out[0], line, sizeof(line)) > 0);
	close(out[0]);
	return pid;
}

static void
copy_file(const char *from_name, const char *to_name)
{
	char *data;
	size_t length;

	assert_int_equal(
	    file_read(in_etc(from_name), 65536, &data, &length), 0);
	assert_int_equal(file_replace(in_etc(to_name), data, length, 0644), 0);
	free(data);
}

static void
test_a_bank_that_serves(void **state)
{
	pid_t pid;

	(void)state;
	begin();
	pid = serve();
	expect_one("the bank's key", bank_length, HAS(PEM));
	assert_int_equal(CTL(ONE "\n", "passwd", "fey"), 0);
	expect_one("what was typed", WIRE_PASSWORD_SIZE + 1, HAS(PASSWORD));
	expect_one("the request", CONTROL_TEXT_START, HAS(PASSWORD));
	expect_one(
	    "what the monitor read", CONTROL_REQUEST_MAX + 1, HAS(PASSWORD));
	assert_int_equal(CTL("", "reload"), 0);
	expect_one("the leaf's key before", leaf_length, HAS(PEM));
	/* One that is refused: a leaf that isn't its key's. */
	copy_file("leaf.crt", "leaf.kept");
	copy_file("bank.crt", "leaf.crt");
	assert_int_not_equal(CTL("", "reload"), 0);
	expect_one("the refused leaf's key", leaf_length, HAS(PEM));
	copy_file("leaf.kept", "leaf.crt");
	assert_int_equal(CTL("", "stop"), 0);
	assert_int_equal(code_of(pid), 0);
	expect_one("the leaf's key at the end", leaf_length, HAS(PEM));
}

/* A key that comes again, and one that is in use. */
static void
test_a_front(void **state)
{
	struct config *config = config_new(bankd_options, BANKD_OPTION_COUNT);
	char *dump = config_dump(config);
	struct ipc *front;
	int link[2];
	pid_t pid;

	(void)state;
	begin();
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link), 0);
	if ((pid = fork()) == 0) {
		close(link[0]);
		_exit(front_main(link[1]));
	}
	close(link[1]);
	front = ipc_new(link[0], IPC_MONITOR, IPC_FRONT);
	assert_non_null(front);
	assert_int_equal(ipc_send(front, IPC_LEAF, 0, "none", 4, -1), 0);
	assert_int_equal(
	    ipc_send(front, IPC_LEAF_KEY, 0, FIRST_KEY, strlen(FIRST_KEY), -1),
	    0);
	assert_int_equal(ipc_send(front, IPC_LEAF_KEY, 0, SECOND_KEY,
			     strlen(SECOND_KEY), -1),
	    0);
	assert_int_equal(
	    ipc_send(front, IPC_CONFIG, 0, dump, strlen(dump), -1), 0);
	assert_int_equal(ipc_drain(front), 0);
	expect_one("the first", strlen(FIRST_KEY), HAS(PEM));
	expect_one("the second", strlen(SECOND_KEY), HAS(PEM));
	ipc_free(front);
	(void)code_of(pid);
	free(dump);
	config_free(config);
}

/* No memory for the certificate, when there is a key already. */
static void
test_half_a_pair(void **state)
{
	struct channel_pem bank = { 0 }, leaf = { 0 };

	(void)state;
	if (!OWN_MEMORY)
		skip();
	assert_int_equal(
	    file_read(in_etc("bank.key"), 65536, &bank.key, &bank.key_length),
	    0);
	assert_int_equal(file_read(in_etc("bank.crt"), 65536, &bank.certificate,
			     &bank.certificate_length),
	    0);
	begin();
	own_memory->least = 2 * leaf_length;
	own_memory->most = 2 * size_of("leaf.crt");
	own_memory->nth = 1;
	assert_int_not_equal(channel_make_leaf(&leaf, "Bank", &bank), 0);
	own_memory->nth = 0;
	expect_one("the key", leaf_length, HAS(PEM));
	channel_pem_wipe(&bank);
}

static int
group_setup(void **state)
{
	(void)state;
	if (mkdtemp(directory) == NULL || !wipes_open())
		return -1;
	snprintf(ini, sizeof(ini), "%s/etc/bankd.ini", directory);
	know(PASSWORD, ONE, strlen(ONE));
	know(PEM, "PRIVATE KEY", 11);
	return 0;
}

static int
group_teardown(void **state)
{
	char command[80];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	return system(command);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_init),
		cmocka_unit_test(test_keys_that_are_read),
		cmocka_unit_test(test_a_bank_that_serves),
		cmocka_unit_test(test_a_front),
		cmocka_unit_test(test_half_a_pair),
	};

	/* The monitor's front and vault. */
	if (argc == 1 && strncmp(argv[0], "bankd: ", 7) == 0)
		return bankd_main(argc, argv);
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
