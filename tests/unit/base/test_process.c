/* SPDX-License-Identifier: ISC */
/*
 * The closing of descriptors by each of the three ways there are, and what a
 * process may inherit, as it is after process_begin().  Each in a child.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <seccomp.h>

#include "../../../shared/base/error.h"
#include "../../../shared/base/process.h"
#include "../../../shared/base/util.h"

#define MANY 900 /* more than one listing of /proc holds */
#define FIRST 5

/* 0 where it is so; else 1. */
static void
assert_so(int (*deed)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(deed());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
open_many(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd != -1 && fd < MANY);
}

static int
are_closed(void)
{
	for (int fd = 0; fd <= MANY; fd++) {
		if ((fcntl(fd, F_GETFD) != -1) != (fd < FIRST))
			return 1;
	}
	return 0;
}

static int
close_range_is_missing(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int call = seccomp_syscall_resolve_name("close_range"), result;

	result = call == __NR_SCMP_ERROR
	    ? 0
	    : seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), call, 0);
	if (result == 0)
		result = seccomp_load(filter);
	seccomp_release(filter);
	return result;
}

static int
by_the_call(void)
{
	open_many();
	process_close_from(FIRST);
	return are_closed();
}

static int
by_proc(void)
{
	if (close_range_is_missing() != 0)
		return 1;
	open_many();
	process_close_from(FIRST);
	return are_closed();
}

/* No descriptor is left to look into /proc with. */
static int
one_by_one(void)
{
	const struct rlimit full = { MANY + 1, MANY + 1 };

	open_many();
	if (close_range_is_missing() != 0 ||
	    setrlimit(RLIMIT_NOFILE, &full) != 0)
		return 1;
	process_close_from(FIRST);
	return are_closed();
}

static void
test_close_from(void **state)
{
	(void)state;
	assert_so(by_the_call);
	assert_so(by_proc);
	assert_so(one_by_one);
}

static int
begin(void)
{
	const struct itimerval soon = { { 0, 0 }, { 100, 0 } };
	struct itimerval left;
	sigset_t mask;

	for (int number = 1; number < NSIG; number++)
		(void)signal(number, SIG_IGN);
	sigfillset(&mask);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	(void)setitimer(ITIMER_REAL, &soon, NULL);
	/* Came already, and would end it. */
	(void)signal(SIGALRM, SIG_DFL);
	(void)raise(SIGALRM);
	(void)raise(SIGUSR1);
	process_begin();
	if (getitimer(ITIMER_REAL, &left) != 0 || left.it_value.tv_sec != 0 ||
	    sigprocmask(SIG_SETMASK, NULL, &mask) != 0)
		return 1;
	for (int number = 1; number < NSIG; number++) {
		bool ignored = number == SIGHUP || number == SIGXFSZ;

		if (process_ignores(number) != ignored ||
		    sigismember(&mask, number) == 1)
			return 1;
	}
	return 0;
}

static int
handlers_stay(void)
{
	(void)signal(SIGUSR1, _exit);
	process_begin();
	return signal(SIGUSR1, SIG_DFL) == _exit ? 0 : 1;
}

static void
test_begin(void **state)
{
	(void)state;
	assert_so(begin);
	assert_so(handlers_stay);
}

static int
raise_soft(void)
{
	struct rlimit limit = { 20, 100 };
	char error[256] = "";

	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    process_need_descriptors(64, error, sizeof(error)) != 0 ||
	    getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 1;
	return limit.rlim_cur == 64 && limit.rlim_max == 100 ? 0 : 1;
}

static int
lower_none(void)
{
	struct rlimit limit = { 100, 100 };
	char error[256] = "";

	if (setrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    process_need_descriptors(64, error, sizeof(error)) != 0 ||
	    getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 1;
	return limit.rlim_cur == 100 && limit.rlim_max == 100 ? 0 : 1;
}

static void
test_descriptors(void **state)
{
	(void)state;
	assert_so(raise_soft);
	assert_so(lower_none);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_close_from),
		cmocka_unit_test(test_begin),
		cmocka_unit_test(test_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
