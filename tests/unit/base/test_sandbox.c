/* SPDX-License-Identifier: ISC */
/*
 * What front and vault may not do, each tried in a child of its own that is
 * sandboxed as the real ones are: it must die of SIGSYS, or be told no.  And
 * what they must be able to do, so that nobody tightens the bank to death.
 * As root, as an ordinary user, and where user namespaces are off.
 */
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../bankd/base/sandbox.h"
#include "../../../bankd/base/sandbox_filter.h"
#include "../../../shared/base/util.h"
#include "../../lib/sanitized.h"

#define NOBODY 65534
#define DENIED 1  /* a child's exit: told no, as it should be */
#define ALLOWED 0 /* it could */
#define BROKEN 99 /* the sandbox could not be put up */

static char directory[] = "/tmp/test-sandbox-XXXXXX";
static int inside[2]; /* a connected socket pair, made before */

enum role { FRONT, VAULT };

/* What the machine and whoever starts the bank there are like. */
static struct place {
	const char *name;
	bool ordinary;      /* not root */
	bool no_namespaces; /* of users */
} place;

/* As a kernel that has them switched off, or a container's host, says no. */
static int
switch_namespaces_off(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	const uint32_t no = SCMP_ACT_ERRNO(EPERM);
	const struct scmp_arg_cmp user =
	    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER);
	int result = -1;

	if (filter != NULL &&
	    seccomp_rule_add(filter, no, SCMP_SYS(unshare), 1, user) == 0 &&
	    seccomp_rule_add(filter, no, SCMP_SYS(clone), 1, user) == 0 &&
	    seccomp_rule_add(
		filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 &&
	    seccomp_load(filter) == 0)
		result = unshare(CLONE_NEWUSER) == -1 ? 0 : -1;
	seccomp_release(filter);
	return result;
}

static int
go_to_place(void)
{
	if (place.ordinary && geteuid() == 0 &&
	    (setgroups(0, NULL) != 0 ||
		setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
		setresuid(NOBODY, NOBODY, NOBODY) != 0))
		return BROKEN;
	return place.no_namespaces ? switch_namespaces_off() : 0;
}

static int
enter(enum role role)
{
	char words[256];
	struct stat st;
	int result;

	if (go_to_place() != 0 || sandbox_harden() != 0)
		return BROKEN;
	if (role == FRONT)
		result = sandbox_front(
		    SANDBOX_REQUIRE, "no-such-user", words, sizeof(words));
	else if (stat(directory, &st) == -1)
		return BROKEN;
	else
		result = sandbox_vault(SANDBOX_REQUIRE, st.st_uid, st.st_gid,
		    directory, words, sizeof(words));
	if (result != 0)
		dprintf(STDERR_FILENO, "%s\n", words);
	return result == 0 ? 0 : BROKEN;
}

/* What the deed's child says on its standard error goes to `said`. */
static int
status_of(enum role role, int (*deed)(void), char *said, size_t size)
{
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fds[1], STDERR_FILENO);
		if (enter(role) != 0)
			_exit(BROKEN);
		_exit(deed());
	}
	close(fds[1]);
	n = read(fds[0], said, size - 1);
	said[n > 0 ? n : 0] = '\0';
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == BROKEN)
		fail_msg("no sandbox: %s", said);
	return status;
}

static bool
is_denied(int status)
{
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS;
	return WIFEXITED(status) && WEXITSTATUS(status) == DENIED;
}

static int
told(bool could)
{
	return could ? ALLOWED : DENIED;
}

static int
open_passwd(void)
{
	return told(open("/etc/passwd", O_RDONLY) != -1);
}

static int
open_own(void)
{
	char path[sizeof(directory) + 16];

	snprintf(path, sizeof(path), "%s/file", directory);
	return told(open(path, O_RDWR | O_CREAT, 0600) != -1);
}

static int
make_socket(void)
{
	return told(socket(AF_INET, SOCK_STREAM, 0) != -1);
}

static int
make_pair(void)
{
	int fds[2];

	return told(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
}

static int
do_connect(void)
{
	const struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	return told(
	    connect(inside[0], (const struct sockaddr *)&in, sizeof(in)) == 0 ||
	    errno == ECONNREFUSED);
}

static int
do_bind(void)
{
	const struct sockaddr_in in = { .sin_family = AF_INET };

	return told(
	    bind(inside[0], (const struct sockaddr *)&in, sizeof(in)) == 0);
}

static int
do_exec(void)
{
	char name[] = "true";
	char *argv[] = { name, NULL };

	execv("/bin/true", argv);
	return DENIED;
}

static int
do_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return told(pid > 0);
}

static int
do_clone3(void)
{
	uint64_t args[8] = { 0 };
	long pid;

	args[4] = SIGCHLD;
	pid = syscall(SYS_clone3, args, sizeof(args));
	if (pid == 0)
		_exit(0);
	return told(pid > 0);
}

static int
do_ptrace(void)
{
	return told(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0);
}

static int
kill_parent(void)
{
	return told(kill(getppid(), 0) == 0);
}

static int
read_other(void)
{
	char byte;
	struct iovec here = { &byte, 1 }, there = { &byte, 1 };

	return told(syscall(SYS_process_vm_readv, getppid(), &here, 1, &there,
			1, 0) == 1);
}

static int
map_code(void)
{
	return told(mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
}

static int
make_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return told(page != MAP_FAILED &&
	    mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0);
}

static int
become_root(void)
{
	return told(setuid(0) == 0 && getuid() == 0);
}

static int
leave_chroot(void)
{
	return told(chroot("..") == 0);
}

static int
raise_limit(void)
{
	const struct rlimit core = { 1, 1 };

	return told(setrlimit(RLIMIT_CORE, &core) == 0);
}

static int
take_sigsys(void)
{
	return told(signal(SIGSYS, SIG_IGN) != SIG_ERR);
}

static int
use_bpf(void)
{
	return told(syscall(SYS_bpf, 0, NULL, 0) == 0 || errno != EPERM);
}

static int
use_uring(void)
{
	return told(
	    syscall(SYS_io_uring_setup, 1, NULL) != -1 || errno == EFAULT);
}

static int
mount_something(void)
{
	return told(syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL) == 0);
}

static int
unshare_user(void)
{
	return told(unshare(CLONE_NEWUSER) == 0);
}

/* By another architecture's numbers, behind the filter's back. */
static int
old_call(void)
{
#if defined(__x86_64__)
	return told(syscall(0x40000000L | SYS_getpid) > 0);
#else
	return DENIED;
#endif
}

static const struct attempt {
	const char *name;
	int (*deed)(void);
	bool vault_may;
} attempts[] = {
	{ "open /etc/passwd", open_passwd, false },
	{ "open a file of the state", open_own, true },
	{ "socket", make_socket, false },
	{ "socketpair", make_pair, false },
	{ "connect", do_connect, false },
	{ "bind", do_bind, false },
	{ "execve", do_exec, false },
	{ "fork", do_fork, false },
	{ "clone3", do_clone3, false },
	{ "ptrace", do_ptrace, false },
	{ "kill another", kill_parent, false },
	{ "read another's memory", read_other, false },
	{ "map code", map_code, false },
	{ "make code", make_code, false },
	{ "become root", become_root, false },
	{ "leave the chroot", leave_chroot, false },
	{ "raise a limit", raise_limit, false },
	{ "ignore SIGSYS", take_sigsys, false },
	{ "bpf", use_bpf, false },
	{ "io_uring", use_uring, false },
	{ "mount", mount_something, false },
	{ "unshare", unshare_user, false },
	{ "another architecture", old_call, false },
};

static void
try_all(void)
{
	char said[256];
	int status;

	for (size_t i = 0; i < NELEM(attempts); i++) {
		const struct attempt *attempt = &attempts[i];

		status = status_of(FRONT, attempt->deed, said, sizeof(said));
		if (!is_denied(status))
			fail_msg("the front, %s, could: %s (%x)", place.name,
			    attempt->name, (unsigned)status);
		status = status_of(VAULT, attempt->deed, said, sizeof(said));
		if (is_denied(status) == attempt->vault_may)
			fail_msg("the vault, %s, wrongly: %s (%x, %s)",
			    place.name, attempt->name, (unsigned)status, said);
	}
}

static void
test_the_number_is_told(void **state)
{
	char said[256], expected[64];
	int status;

	(void)state;
	status = status_of(FRONT, make_socket, said, sizeof(said));
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
	snprintf(
	    expected, sizeof(expected), SANDBOX_REFUSED "%d\n", SYS_socket);
	assert_string_equal(said, expected);
}

/* Everything that the front's loop does, on what it was given. */
static int
front_work(void)
{
	char data[16];
	struct timespec now;
	void *memory = malloc((size_t)8 << 20);

	if (memory == NULL || send(inside[0], "x", 1, 0) != 1 ||
	    recv(inside[1], data, sizeof(data), 0) != 1 ||
	    fcntl(inside[0], F_SETFL, O_NONBLOCK) != 0 ||
	    clock_gettime(CLOCK_MONOTONIC, &now) != 0 ||
	    shutdown(inside[0], SHUT_WR) != 0 || close(inside[0]) != 0)
		return DENIED;
	free(memory);
	return ALLOWED;
}

static void *
thread_main(void *context)
{
	*(int *)context = setpriority(PRIO_PROCESS, 0, 19);
	return NULL;
}

/* Files beneath the state, threads with a lower priority. */
static int
vault_work(void)
{
	char path[sizeof(directory) + 16], other[sizeof(directory) + 16];
	pthread_t thread;
	int fd, result = -1;

	snprintf(path, sizeof(path), "%s/one", directory);
	snprintf(other, sizeof(other), "%s/two", directory);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	if (fd == -1 || pwrite(fd, "x", 1, 0) != 1 || fsync(fd) != 0 ||
	    fdatasync(fd) != 0 || ftruncate(fd, 4096) != 0 ||
	    rename(path, other) != 0 || unlink(other) != 0 || close(fd) != 0)
		return DENIED;
	if (pthread_create(&thread, NULL, thread_main, &result) != 0 ||
	    pthread_join(thread, NULL) != 0)
		return DENIED;
	return told(result == 0);
}

static void
do_all_work(void)
{
	char said[256];
	int status;

	status = status_of(FRONT, front_work, said, sizeof(said));
	if (status != 0)
		fail_msg("front, %s: status %x, %s", place.name,
		    (unsigned)status, said);
	status = status_of(VAULT, vault_work, said, sizeof(said));
	if (status != 0)
		fail_msg("vault, %s: status %x, %s", place.name,
		    (unsigned)status, said);
}

/* Started by an ordinary user, it can't be tried as root. */
static void
each_place(void (*what)(void))
{
	static const struct place places[] = {
		{ "by root", false, false },
		{ "by a user", true, false },
		{ "by root, no user namespaces", false, true },
		{ "by a user, no user namespaces", true, true },
	};
	bool root = geteuid() == 0;
	char path[sizeof(directory) + 16];

	snprintf(path, sizeof(path), "%s/file", directory);
	for (size_t i = 0; i < NELEM(places); i++) {
		place = places[i];
		if (!root && !place.ordinary)
			continue;
		if (root)
			assert_int_equal(
			    chown(directory, place.ordinary ? NOBODY : 0,
				place.ordinary ? NOBODY : 0),
			    0);
		close(inside[0]);
		close(inside[1]);
		assert_int_equal(
		    socketpair(AF_UNIX, SOCK_STREAM, 0, inside), 0);
		what();
		(void)unlink(path);
	}
	place = (struct place) { "", !root, false };
	if (root)
		assert_int_equal(chown(directory, 0, 0), 0);
}

static void
test_attempts(void **state)
{
	(void)state;
	each_place(try_all);
}

static void
test_what_must_work(void **state)
{
	(void)state;
	each_place(do_all_work);
}

static void
test_a_state_of_somebody_elses(void **state)
{
	char words[256];
	int status;
	pid_t pid;

	(void)state;
	if ((pid = fork()) == 0) {
		if (geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) != 0)
			_exit(BROKEN);
		_exit(sandbox_vault(SANDBOX_BEST_EFFORT, geteuid() + 1,
			  getegid(), directory, words, sizeof(words)) == 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* `off` leaves the calls alone, but not root's rights. */
static void
test_off(void **state)
{
	char words[256];
	int status;
	pid_t pid;

	(void)state;
	if ((pid = fork()) == 0) {
		if (sandbox_front(
			SANDBOX_OFF, "nobody", words, sizeof(words)) != 0)
			_exit(BROKEN);
		_exit(geteuid() == 0 ? DENIED : open_passwd());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static int
group_setup(void **state)
{
	(void)state;
	if (mkdtemp(directory) == NULL)
		return -1;
	return socketpair(AF_UNIX, SOCK_STREAM, 0, inside);
}

static int
group_teardown(void **state)
{
	char path[sizeof(directory) + 16];

	(void)state;
	snprintf(path, sizeof(path), "%s/file", directory);
	(void)unlink(path);
	return rmdir(directory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attempts),
		cmocka_unit_test(test_the_number_is_told),
		cmocka_unit_test(test_what_must_work),
		cmocka_unit_test(test_a_state_of_somebody_elses),
		cmocka_unit_test(test_off),
	};

	/* The sanitizers' own calls are not the bank's. */
	if (SANITIZED) {
		print_message("skipped: a sanitizer's build\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
