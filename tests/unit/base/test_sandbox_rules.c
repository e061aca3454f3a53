/* SPDX-License-Identifier: ISC */
/*
 * The system call filters of front and vault alone, rule by rule: what no
 * rule allows kills the process by SIGSYS, whatever else would refuse it,
 * and what a rule allows works.  Each deed is a child's.
 */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <seccomp.h>

#include "../../../bankd/base/sandbox_filter.h"
#include "../../../shared/base/util.h"
#include "../../lib/sanitized.h"

#define PAGE 4096
#define NO_FILTER 99

enum role { FRONT, VAULT };
static const char *const roles[] = { "front", "vault" };

/* Neither's, with whatever arguments: to run, to reach, to become. */
static const char *const nobodys[] = { "accept", "acct", "add_key", "adjtimex",
	"arch_prctl", "bind", "bpf", "capset", "chown", "chroot",
	"clock_settime", "connect", "delete_module", "execve", "execveat",
	"fanotify_init", "fchownat", "finit_module", "fork", "init_module",
	"inotify_init1", "io_uring_setup", "ioctl", "ioperm", "iopl", "kcmp",
	"kexec_load", "keyctl", "kill", "lchown", "listen", "memfd_create",
	"mknod", "mknodat", "modify_ldt", "mount", "name_to_handle_at",
	"open_by_handle_at", "openat2", "perf_event_open", "personality",
	"pidfd_getfd", "pidfd_open", "pidfd_send_signal", "pivot_root",
	"pkey_mprotect", "process_vm_readv", "process_vm_writev", "ptrace",
	"quotactl", "reboot", "request_key", "rt_sigqueueinfo",
	"rt_tgsigqueueinfo", "seccomp", "semget", "setdomainname", "setgid",
	"setgroups", "sethostname", "setns", "setpgid", "setresgid",
	"setresuid", "setrlimit", "setsid", "setuid", "shmat", "shmget",
	"socket", "socketpair", "splice", "swapon", "symlink", "symlinkat",
	"syslog", "tkill", "umount2", "unshare", "userfaultfd", "vfork",
	"vmsplice" };

/* The vault's files and threads. */
static const char *const not_the_fronts[] = { "access", "chmod", "clone",
	"clone3", "copy_file_range", "creat", "dup", "dup2", "dup3",
	"epoll_create1", "eventfd2", "faccessat", "fallocate", "fchmod",
	"fchmodat", "fchown", "fdatasync", "flock", "fstatfs", "fsync",
	"ftruncate", "getdents64", "link", "linkat", "lstat", "mkdir",
	"mkdirat", "open", "openat", "pipe2", "pread64", "pwrite64", "readlink",
	"readlinkat", "rename", "renameat", "renameat2", "rmdir",
	"sched_setscheduler", "setpriority", "stat", "statfs", "truncate",
	"unlink", "unlinkat", "utimensat" };

/* The front's network. */
static const char *const not_the_vaults[] = { "accept4", "creat", "getpeername",
	"getsockname", "setsockopt", "truncate" };

/* Not by libc, whose own end may ask for more. */
static void
leave(int code)
{
	syscall(SYS_exit_group, code);
}

static void
enter(enum role role)
{
	int error;

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	error = role == FRONT ? sandbox_filter_front() : sandbox_filter_vault();
	if (error != 0)
		leave(NO_FILTER);
}

static int
status_of(enum role role, int (*deed)(void), long number)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		close(STDERR_FILENO);
		enter(role);
		if (deed != NULL)
			leave(deed());
		(void)syscall(number, -1L, -1L, -1L, -1L, -1L, -1L);
		leave(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_FILTER)
		fail_msg("no filter for the %s", roles[role]);
	return status;
}

static bool
is_killed(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

static void
assert_killed(enum role role, const char *const *names, size_t count)
{
	int number, status;

	for (size_t i = 0; i < count; i++) {
		number = seccomp_syscall_resolve_name(names[i]);
		/* Below 0: not of this architecture. */
		if (number < 0)
			continue;
		status = status_of(role, NULL, number);
		if (!is_killed(status))
			fail_msg("the %s may %s (%x)", roles[role], names[i],
			    (unsigned)status);
	}
}

static void
test_what_is_nobodys(void **state)
{
	(void)state;
	assert_killed(FRONT, nobodys, NELEM(nobodys));
	assert_killed(VAULT, nobodys, NELEM(nobodys));
}

static void
test_what_is_the_others(void **state)
{
	(void)state;
	assert_killed(FRONT, not_the_fronts, NELEM(not_the_fronts));
	assert_killed(VAULT, not_the_vaults, NELEM(not_the_vaults));
}

static int
map(int protection)
{
	return mmap(NULL, PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		   0) == MAP_FAILED;
}

static int
map_data(void)
{
	return map(PROT_READ | PROT_WRITE);
}

static int
map_code(void)
{
	return map(PROT_READ | PROT_EXEC);
}

static int
protect(int protection)
{
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED || mprotect(page, PAGE, protection) != 0;
}

static int
protect_data(void)
{
	return protect(PROT_READ);
}

static int
protect_code(void)
{
	return protect(PROT_READ | PROT_EXEC);
}

static int
take_a_name(void)
{
	return prctl(PR_SET_NAME, "name", 0, 0, 0) != 0;
}

static int
be_dumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0;
}

static int
look_at_a_limit(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) != 0;
}

static int
set_a_limit(void)
{
	const struct rlimit limit = { 0, 0 };

	return setrlimit(RLIMIT_CORE, &limit) != 0;
}

static int
handle_a_signal(void)
{
	return signal(SIGTERM, SIG_IGN) == SIG_ERR;
}

static int
handle_refusals(void)
{
	return signal(SIGSYS, SIG_IGN) == SIG_ERR;
}

static int
signal_itself(void)
{
	return syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), 0) != 0;
}

static int
signal_another(void)
{
	return syscall(SYS_tgkill, getppid(), getppid(), 0) != 0;
}

static int
look_at_flags(void)
{
	return fcntl(STDIN_FILENO, F_GETFL) == -1;
}

static int
set_flags(void)
{
	return fcntl(STDIN_FILENO, F_SETFL, 0) == -1;
}

static int
look_at_fd_flags(void)
{
	return fcntl(STDIN_FILENO, F_GETFD) == -1;
}

static int
set_fd_flags(void)
{
	return fcntl(STDIN_FILENO, F_SETFD, FD_CLOEXEC) == -1;
}

static int
copy_fd(void)
{
	return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) == -1;
}

static int
copy_fd_to_programs(void)
{
	return fcntl(STDIN_FILENO, F_DUPFD, 3) == -1;
}

static int
be_signalled(void)
{
	return fcntl(STDIN_FILENO, F_SETOWN, getpid()) == -1;
}

static int
have_another_signalled(void)
{
	const struct f_owner_ex parent = { F_OWNER_PID, getppid() };

	return fcntl(STDIN_FILENO, F_SETOWN_EX, &parent) == -1;
}

static int
have_a_signal(void)
{
	return fcntl(STDIN_FILENO, F_SETSIG, SIGKILL) == -1;
}

static int
hear_of_a_directory(void)
{
	return fcntl(STDIN_FILENO, F_NOTIFY, DN_CREATE) == -1;
}

static int
hold_a_lease(void)
{
	return fcntl(STDIN_FILENO, F_SETLEASE, F_RDLCK) == -1;
}

static int
enlarge_a_pipe(void)
{
	return fcntl(STDIN_FILENO, F_SETPIPE_SZ, 1 << 20) == -1;
}

static int
lock_by(int command)
{
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };

	return fcntl(STDIN_FILENO, command, &lock) == -1;
}

static int
look_at_a_lock(void)
{
	return lock_by(F_GETLK);
}

static int
lock_a_file(void)
{
	return lock_by(F_SETLK);
}

static int
wait_for_a_lock(void)
{
	return lock_by(F_SETLKW);
}

static int
lock_by_description(void)
{
	return lock_by(F_OFD_SETLK);
}

static int
fork_by_flags(void)
{
	long pid = syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L);

	if (pid == 0)
		leave(0);
	return pid == -1;
}

/* Its flags can't be seen by a filter: libc is told to use the other. */
static int
has_no_clone3(void)
{
	return syscall(SYS_clone3, NULL, 0L) != -1 || errno != ENOSYS;
}

static void *
lower(void *result)
{
	const struct sched_param none = { 0 };

	*(int *)result = setpriority(PRIO_PROCESS, 0, 19) != 0 ||
	    sched_setscheduler(0, SCHED_IDLE, &none) != 0;
	return NULL;
}

static int
start_a_thread(void)
{
	pthread_t thread;
	int result = -1;

	return pthread_create(&thread, NULL, lower, &result) != 0 ||
	    pthread_join(thread, NULL) != 0 || result != 0;
}

static int
lower_another(void)
{
	return setpriority(PRIO_PROCESS, (id_t)getppid(), 5) != 0;
}

static int
schedule_another(void)
{
	const struct sched_param none = { 0 };

	return sched_setscheduler(getppid(), SCHED_IDLE, &none) != 0;
}

static const struct {
	const char *name;
	int (*deed)(void);
	bool front, vault; /* may */
} deeds[] = {
	{ "map data", map_data, true, true },
	{ "map code", map_code, false, false },
	{ "protect data", protect_data, true, true },
	{ "protect code", protect_code, false, false },
	{ "take a name", take_a_name, true, true },
	{ "be dumpable", be_dumpable, false, false },
	{ "look at a limit", look_at_a_limit, true, true },
	{ "set a limit", set_a_limit, false, false },
	{ "handle a signal", handle_a_signal, true, true },
	{ "handle refusals", handle_refusals, false, false },
	{ "signal itself", signal_itself, true, true },
	{ "signal another", signal_another, false, false },
	{ "look at flags", look_at_flags, true, true },
	{ "set flags", set_flags, true, true },
	{ "look at a descriptor's flags", look_at_fd_flags, true, true },
	{ "set a descriptor's flags", set_fd_flags, true, true },
	{ "copy a descriptor", copy_fd, false, false },
	{ "copy one for programs", copy_fd_to_programs, false, false },
	{ "be signalled", be_signalled, false, false },
	{ "have another signalled", have_another_signalled, false, false },
	{ "have a signal of choice", have_a_signal, false, false },
	{ "hear of a directory", hear_of_a_directory, false, false },
	{ "hold a lease", hold_a_lease, false, false },
	{ "enlarge a pipe", enlarge_a_pipe, false, false },
	{ "look at a lock", look_at_a_lock, false, true },
	{ "lock a file", lock_a_file, false, true },
	{ "wait for a lock", wait_for_a_lock, false, false },
	{ "lock by description", lock_by_description, false, false },
	{ "fork by flags", fork_by_flags, false, false },
	{ "do without clone3", has_no_clone3, false, true },
	{ "start a thread", start_a_thread, false, true },
	{ "lower another's priority", lower_another, false, false },
	{ "schedule another", schedule_another, false, false },
};

static void
test_arguments(void **state)
{
	bool may;
	int status;

	(void)state;
	for (size_t i = 0; i < NELEM(deeds); i++)
		for (enum role role = FRONT; role <= VAULT; role++) {
			may = role == FRONT ? deeds[i].front : deeds[i].vault;
			status = status_of(role, deeds[i].deed, 0);
			if (may ? status != 0 : !is_killed(status))
				fail_msg("the %s, wrongly: %s (%x)",
				    roles[role], deeds[i].name,
				    (unsigned)status);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_nobodys),
		cmocka_unit_test(test_what_is_the_others),
		cmocka_unit_test(test_arguments),
	};

	/* The sanitizers' own calls are not the bank's. */
	if (SANITIZED) {
		print_message("skipped: a sanitizer's build\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
