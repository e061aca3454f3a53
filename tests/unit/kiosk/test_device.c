/* SPDX-License-Identifier: ISC */
/*
 * Commands beside the event loop: real ones, and how they end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../atm-tui/base/device.h"
#include "../../../shared/base/util.h"

#define UNKNOWN 9999
#define BOUND_S 20

struct place {
	char directory[64], script[96], out[96];
	struct event_base *base;
	struct devices *devices;
	int status, ends;
};

static int
make(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	strcpy(place->directory, "/tmp/test_device.XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	snprintf(place->script, sizeof(place->script), "%s/script",
	    place->directory);
	snprintf(place->out, sizeof(place->out), "%s/out", place->directory);
	place->base = event_base_new();
	place->devices = devices_new(place->base);
	assert_non_null(place->devices);
	place->status = UNKNOWN;
	*state = place;
	return 0;
}

static int
clean(void **state)
{
	struct place *place = *state;

	devices_free(place->devices);
	event_base_free(place->base);
	unlink(place->script);
	unlink(place->out);
	assert_int_equal(rmdir(place->directory), 0);
	free(place);
	return 0;
}

static void
write_script(struct place *place, const char *text)
{
	FILE *file = fopen(place->script, "w");

	assert_non_null(file);
	fprintf(file, "#!/bin/sh\nout=%s\n%s", place->out, text);
	fchmod(fileno(file), 0700);
	assert_int_equal(fclose(file), 0);
}

static void
on_end(void *context, int status)
{
	struct place *place = context;

	place->status = status;
	place->ends++;
}

static void
wait_for(struct place *place, int ends)
{
	const struct timeval bound = { BOUND_S, 0 };

	while (place->ends < ends) {
		event_base_loopexit(place->base, &bound);
		assert_int_equal(event_base_loop(place->base, EVLOOP_ONCE), 0);
		assert_false(event_base_got_exit(place->base));
	}
}

static char *
output(struct place *place)
{
	static char text[4096];
	FILE *file = fopen(place->out, "r");
	size_t length;

	assert_non_null(file);
	length = fread(text, 1, sizeof(text) - 1, file);
	text[length] = '\0';
	fclose(file);
	return text;
}

static struct device *
run(struct place *place, const char *command, const char *const *arguments,
    const void *input, size_t length, unsigned limit_s)
{
	return device_run(place->devices,
	    &(struct device_job) {
		command, arguments, input, length, limit_s, on_end, place });
}

static void
test_statuses(void **state)
{
	static const struct {
		const char *text;
		int status;
	} cases[] = { { "exit 0\n", 0 }, { "exit 3\n", 3 },
		{ "exit 255\n", 255 }, { "kill -9 $$\n", DEVICE_KILLED } };
	struct place *place = *state;

	for (size_t i = 0; i < NELEM(cases); i++) {
		write_script(place, cases[i].text);
		assert_non_null(run(place, place->script, NULL, NULL, 0, 10));
		assert_int_equal(
		    place->status, i == 0 ? UNKNOWN : cases[i - 1].status);
		wait_for(place, (int)i + 1);
		assert_int_equal(place->status, cases[i].status);
	}
	assert_non_null(run(place, "/nonexistent/command", NULL, NULL, 0, 10));
	wait_for(place, NELEM(cases) + 1);
	assert_int_equal(place->status, 127);
	assert_null(run(place, "  ", NULL, NULL, 0, 10));
}

static void
test_words_and_input(void **state)
{
	static const char *const arguments[] = { "a b", "*", NULL };
	struct place *place = *state;
	char command[160];

	write_script(place, "{ for i; do echo \"<$i>\"; done; cat; } >$out\n");
	snprintf(command, sizeof(command), " %s  -x\t'y ", place->script);
	assert_non_null(run(place, command, arguments, "hello\n", 6, 10));
	wait_for(place, 1);
	assert_string_equal(output(place), "<-x>\n<'y>\n<a b>\n<*>\nhello\n");
	/* More than a pipe holds, to one that doesn't read it. */
	write_script(place, "exit 0\n");
	{
		char *much = calloc(1, 1 << 20);

		assert_non_null(
		    run(place, place->script, NULL, much, 1 << 20, 10));
		free(much);
	}
	wait_for(place, 2);
	assert_int_equal(place->status, 0);
}

/* Nothing of this process: environment, descriptors, signals, session. */
static void
test_surroundings(void **state)
{
	struct place *place = *state;
	int fd = dup(STDERR_FILENO);
	sigset_t set;
	char *text;

	setenv("SECRET", "1234", 1);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	write_script(place,
	    "env >$out\necho fds $(ls /proc/$$/fd | tr '\\n' ' ') >>$out\n"
	    "grep -E 'Sig(Blk|Ign)' /proc/self/status >>$out\n"
	    "set -- $(cat /proc/$$/stat); test $6 = $$ && echo leader "
	    ">>$out\n");
	assert_non_null(run(place, place->script, NULL, NULL, 0, 10));
	wait_for(place, 1);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	close(fd);
	text = output(place);
	assert_null(strstr(text, "SECRET"));
	assert_non_null(strstr(text, "PATH=/usr/local/sbin:"));
	assert_non_null(strstr(text, "SigBlk:\t0000000000000000"));
	/* 32 and 33 are libc's own, and nobody can reset them. */
	assert_non_null(strstr(text, "SigIgn:\t"));
	assert_int_equal(
	    strtoull(strstr(text, "SigIgn:\t") + 8, NULL, 16) & ~0x180000000ULL,
	    0);
	assert_non_null(strstr(text, "leader"));
	/* The shell's own for its script is the only one besides. */
	assert_null(strstr(text, "fds 0 1 2 3"));
}

static void
test_late(void **state)
{
	struct place *place = *state;

	write_script(place, "sleep 60 & sleep 60\n");
	assert_non_null(run(place, place->script, NULL, NULL, 0, 1));
	wait_for(place, 1);
	assert_int_equal(place->status, DEVICE_LATE);
}

static void
test_killed_ones_say_nothing(void **state)
{
	struct place *place = *state;
	struct device *device;

	write_script(place, "sleep 60\n");
	device = run(place, place->script, NULL, NULL, 0, 0);
	assert_non_null(device);
	device_kill(device);
	write_script(place, "exit 5\n");
	assert_non_null(run(place, place->script, NULL, NULL, 0, 10));
	wait_for(place, 1);
	assert_int_equal(place->ends, 1);
	assert_int_equal(place->status, 5);
}

static void
test_many_at_once(void **state)
{
	struct place *place = *state;

	write_script(place, "exit 0\n");
	for (int i = 0; i < 20; i++)
		assert_non_null(run(place, place->script, NULL, NULL, 0, 10));
	wait_for(place, 20);
	assert_int_equal(place->status, 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make, clean)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_statuses),
		TEST(test_words_and_input),
		TEST(test_surroundings),
		TEST(test_late),
		TEST(test_killed_ones_say_nothing),
		TEST(test_many_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
