/* SPDX-License-Identifier: ISC */
/*
 * Banks and kiosks for the screen tests.  Making a bank's RSA key is slow,
 * so one is made for each test program, or none where $TEST_TEMPLATE has one,
 * and each test gets a copy.
 */
#include "fixture.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../lib/patience.h"

#define ARGUMENTS 32
#define START_MS 60000

static char template[FIXTURE_PATH];

static const char *
or_default(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value == NULL || *value == '\0' ? otherwise : value;
}

static void
program(char path[FIXTURE_PATH], const char *name)
{
	snprintf(
	    path, FIXTURE_PATH, "%s/%s", or_default("BUILD", "build"), name);
	if (access(path, X_OK) != 0) {
		fprintf(stderr, "no program %s: set BUILD\n", path);
		exit(1);
	}
}

/* Runs a program to its end, its standard output dropped. */
static int
run(const char *const argv[])
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		if (freopen("/dev/null", "w", stdout) == NULL)
			_exit(126);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
fresh_directory(char path[FIXTURE_PATH])
{
	snprintf(path, FIXTURE_PATH, "%s/screens-XXXXXX",
	    or_default("TEST_TMP", or_default("TMPDIR", "/tmp")));
	if (mkdtemp(path) == NULL) {
		perror(path);
		exit(1);
	}
	chmod(path, 0755); /* the front runs as somebody else */
}

static void
remove_directory(const char *path)
{
	run((const char *const[]) { "rm", "-rf", path, NULL });
}

static void
remove_template(void)
{
	remove_directory(template);
}

static void
make_template(void)
{
	char bankctl[FIXTURE_PATH];

	if (*template != '\0')
		return;
	if (getenv("TEST_TEMPLATE") != NULL) {
		snprintf(
		    template, sizeof(template), "%s", getenv("TEST_TEMPLATE"));
		return;
	}
	program(bankctl, "bankctl");
	fresh_directory(template);
	atexit(remove_template);
	assert_int_equal(run((const char *const[]) {
			     bankctl, "init", "--demo", template, NULL }),
	    0);
}

/* `listening ADDRESS PORT` */
static void
read_port(struct fixture *fixture, int fd)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	char line[128] = "", *last;
	size_t used = 0;

	while (used + 1 < sizeof(line) && strchr(line, '\n') == NULL) {
		if (patience_poll(&ready, 1, START_MS) <= 0 ||
		    read(fd, line + used, 1) != 1)
			break;
		line[++used] = '\0';
	}
	line[strcspn(line, "\n")] = '\0';
	last = strrchr(line, ' ');
	if (strncmp(line, "listening ", 10) != 0 || last == NULL) {
		fprintf(stderr, "bankd said: %s\n", line);
		fail();
		return;
	}
	snprintf(fixture->port, sizeof(fixture->port), "%.7s", last + 1);
}

static void
run_bankd(const struct fixture *fixture, int out)
{
	char bankd[FIXTURE_PATH], config[FIXTURE_PATH + 32], port[32],
	    sandbox[64], log[FIXTURE_PATH + 32];

	program(bankd, "bankd");
	snprintf(
	    config, sizeof(config), "%s/etc/bankd.ini", fixture->directory);
	snprintf(port, sizeof(port), "listen.port=%s",
	    *fixture->port != '\0' ? fixture->port : "0");
	snprintf(sandbox, sizeof(sandbox), "process.sandbox=%s",
	    or_default("SANDBOX", "best-effort"));
	snprintf(log, sizeof(log), "%s/bankd.log", fixture->directory);
	dup2(out, STDOUT_FILENO);
	if (getenv("VERBOSE") == NULL && freopen(log, "a", stderr) == NULL)
		_exit(126);
	execl(bankd, bankd, "-f", "-c", config, "-o", port, "-o",
	    "listen.address=127.0.0.1", "-o", sandbox, "-o",
	    "login.hash_cost=1", (char *)NULL);
	_exit(127);
}

void
fixture_start_bank(struct fixture *fixture)
{
	int out[2];

	assert_int_equal(pipe(out), 0);
	fixture->bankd = fork();
	assert_true(fixture->bankd >= 0);
	if (fixture->bankd == 0) {
		close(out[0]);
		run_bankd(fixture, out[1]);
	}
	close(out[1]);
	read_port(fixture, out[0]);
	close(out[0]);
}

void
fixture_stop_bank(struct fixture *fixture)
{
	if (fixture->bankd == 0)
		return;
	kill(fixture->bankd, SIGTERM);
	waitpid(fixture->bankd, NULL, 0);
	fixture->bankd = 0;
}

/* By the command line, which says so. */
pid_t
fixture_child(const struct fixture *fixture, const char *name)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;
	char path[300], text[512];
	pid_t found = 0;
	size_t length;
	int parent;
	FILE *file;

	while (processes != NULL && (entry = readdir(processes)) != NULL) {
		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		file = fopen(path, "r");
		if (file == NULL)
			continue;
		if (fscanf(file, "%*d (%*[^)]) %*c %d", &parent) != 1)
			parent = 0;
		fclose(file);
		if (parent != fixture->bankd)
			continue;
		snprintf(path, sizeof(path), "/proc/%s/cmdline", entry->d_name);
		file = fopen(path, "r");
		length = file == NULL ? 0 : fread(text, 1, 511, file);
		if (file != NULL)
			fclose(file);
		if (memmem(text, length, name, strlen(name)) != NULL)
			found = (pid_t)atoi(entry->d_name);
	}
	if (processes != NULL)
		closedir(processes);
	return found;
}

void
fixture_freeze_vault(struct fixture *fixture, bool frozen)
{
	pid_t vault = fixture_child(fixture, "vault");

	assert_true(vault > 0);
	assert_int_equal(kill(vault, frozen ? SIGSTOP : SIGCONT), 0);
}

int
fixture_bankctl(struct fixture *fixture, const char *const words[])
{
	char bankctl[FIXTURE_PATH], config[FIXTURE_PATH + 32];
	const char *argv[ARGUMENTS] = { bankctl, "-c", config };
	size_t n = 3;

	program(bankctl, "bankctl");
	snprintf(
	    config, sizeof(config), "%s/etc/bankd.ini", fixture->directory);
	while (*words != NULL && n + 1 < ARGUMENTS)
		argv[n++] = *words++;
	return run(argv);
}

char *
fixture_told(struct fixture *fixture, const char *words)
{
	char bankctl[FIXTURE_PATH], command[3 * FIXTURE_PATH], *text = NULL;
	size_t size = 0;
	FILE *answer;

	program(bankctl, "bankctl");
	snprintf(command, sizeof(command), "%s -c %s/etc/bankd.ini %s", bankctl,
	    fixture->directory, words);
	answer = popen(command, "r");
	assert_non_null(answer);
	assert_true(getdelim(&text, &size, '\0', answer) > 0);
	assert_int_equal(pclose(answer), 0);
	return text;
}

void
fixture_one_time(struct fixture *fixture, const char *id, char password[16])
{
	char words[64], *told;

	snprintf(words, sizeof(words), "passwd --one-time %s", id);
	told = fixture_told(fixture, words);
	assert_int_equal(sscanf(told, "one-time-password %15s", password), 1);
	free(told);
}

void
fixture_configure(struct fixture *fixture, const char *text)
{
	char path[FIXTURE_PATH + 32];
	FILE *file;

	snprintf(path, sizeof(path), "%s/etc/bankd.ini", fixture->directory);
	file = fopen(path, "a");
	assert_non_null(file);
	fprintf(file, "\n%s\n", text);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(
	    fixture_bankctl(fixture, (const char *const[]) { "reload", NULL }),
	    0);
}

void
fixture_set_limits(struct fixture *fixture)
{
	fixture_configure(fixture,
	    "[limits]\ntransfer = 5000\ntransfer_day = 50000\n"
	    "withdraw = 400\nwithdraw_day = 1500");
}

static void
write_passwords(const struct fixture *fixture)
{
	char path[FIXTURE_PATH + 32];
	FILE *file;

	snprintf(path, sizeof(path), "%s/var/password", fixture->directory);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("chris " CHRIS "\nfey " FEY "\njoe " JOE "\n", file);
	assert_int_equal(fclose(file), 0);
}

/* grep's 1: it looked everywhere and found none. */
static void
assert_no_password(const struct fixture *fixture)
{
	assert_int_equal(
	    run((const char *const[]) { "grep", "-rqF", "-e", CHRIS, "-e", FEY,
		"-e", JOE, fixture->directory, NULL }),
	    1);
}

static struct fixture *
make_bank(void)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	char from[FIXTURE_PATH + 4];

	assert_non_null(fixture);
	make_template();
	fresh_directory(fixture->directory);
	snprintf(from, sizeof(from), "%s/.", template);
	assert_int_equal(run((const char *const[]) {
			     "cp", "-a", from, fixture->directory, NULL }),
	    0);
	write_passwords(fixture);
	return fixture;
}

int
fixture_setup(void **state)
{
	fixture_start_bank(*state = make_bank());
	return 0;
}

int
fixture_setup_living(void **state)
{
	struct fixture *fixture = make_bank();

	*state = fixture;
	assert_int_equal(
	    fixture_bankctl(fixture, (const char *const[]) { "fake", NULL }),
	    0);
	fixture_start_bank(fixture);
	return 0;
}

int
fixture_teardown(void **state)
{
	struct fixture *fixture = *state;

	if (fixture->kiosk != NULL)
		term_close(fixture->kiosk);
	if (fixture->other != NULL)
		term_close(fixture->other);
	fixture_stop_bank(fixture);
	assert_no_password(fixture);
	remove_directory(fixture->directory);
	free(fixture);
	return 0;
}

static size_t
add_all(const char *argv[], size_t n, const char *const words[])
{
	while (words != NULL && *words != NULL && n + 3 < ARGUMENTS)
		argv[n++] = *words++;
	return n;
}

/* As long as sanitizers are told where to complain, they don't spoil.
 */
static void
pass_on(const char *environment[], size_t *n, const char *name)
{
	static char texts[8][256];
	const char *value = getenv(name);

	if (value == NULL || *n >= 8)
		return;
	snprintf(texts[*n], sizeof(texts[*n]), "%s=%.200s", name, value);
	environment[*n] = texts[*n];
	++*n;
}

void
fixture_plain(struct fixture *fixture, const char *input)
{
	char atm_tui[FIXTURE_PATH], command[3 * FIXTURE_PATH];
	FILE *kiosk;

	program(atm_tui, "atm-tui");
	snprintf(command, sizeof(command),
	    "%s -p -c %s/etc/atm.ini -o plain.menu=full 127.0.0.1 %s "
	    ">/dev/null 2>&1",
	    atm_tui, fixture->directory, fixture->port);
	kiosk = popen(command, "w");
	assert_non_null(kiosk);
	fputs(input, kiosk);
	pclose(kiosk);
}

struct term *
fixture_kiosk(struct fixture *fixture, int rows, int columns,
    const char *const arguments[], const char *const environment[])
{
	char atm_tui[FIXTURE_PATH], config[FIXTURE_PATH + 32];
	const char *argv[ARGUMENTS] = { atm_tui, "-c", config };
	const char *names[ARGUMENTS] = { NULL };
	size_t n = add_all(argv, 3, arguments), count = 0;
	struct term *term;

	pass_on(names, &count, "ASAN_OPTIONS");
	pass_on(names, &count, "UBSAN_OPTIONS");
	pass_on(names, &count, "LSAN_OPTIONS");
	add_all(names, count, environment);
	program(atm_tui, "atm-tui");
	snprintf(config, sizeof(config), "%s/etc/atm.ini", fixture->directory);
	argv[n++] = fixture->hosts != NULL ? fixture->hosts : "127.0.0.1";
	argv[n++] = fixture->port;
	term = term_open(argv, names, rows, columns);
	if (fixture->kiosk == NULL)
		fixture->kiosk = term;
	else
		fixture->other = term;
	return term;
}

struct term *
fixture_plain_kiosk(struct fixture *fixture)
{
	return fixture_kiosk(fixture, 24, 80, NULL, NULL);
}

void
fixture_log_in(struct term *kiosk, const char *id, const char *password)
{
	assert_true(term_wait(kiosk, "press any key"));
	term_send(kiosk, " ");
	assert_true(term_wait(kiosk, "Please enter your ID"));
	term_send(kiosk, id);
	term_send(kiosk, "\r");
	term_send(kiosk, password);
	term_send(kiosk, "\r");
	assert_true(term_wait(kiosk, "3. Exit"));
	assert_true(term_wait(kiosk, "ID and password are correct"));
}

/* Its number depends on those who were paid before. */
void
fixture_send_to(struct term *kiosk, const char *id)
{
	char key[2] = "";
	int row, column;

	assert_true(term_wait(kiosk, ". Another ID"));
	assert_true(term_find(kiosk, ". Another ID", &row, &column));
	key[0] = strstr(term_row(kiosk, row), ". Another ID")[-1];
	term_send(kiosk, key);
	assert_true(term_wait(kiosk, "Recipient's ID"));
	term_send(kiosk, id);
	term_send(kiosk, "\r");
	assert_true(term_wait(kiosk, "Amount"));
}

void
fixture_end_kiosk(struct term *kiosk)
{
	int status;

	kill(term_pid(kiosk), SIGTERM);
	status = term_wait_end(kiosk);
	assert_true(status != -1 && WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_false(term_alternate(kiosk));
	assert_false(term_mouse(kiosk));
}
