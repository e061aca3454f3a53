/* SPDX-License-Identifier: ISC */
/*
 * The system calls that front, vault and courier may make, as tables, and the
 * seccomp filter made of them.  Run in each by sandbox.c, last of all.
 *
 * A refused call is trapped rather than killed outright, only so that its
 * number can be told: the handler writes it to standard error and makes the
 * call of number -1, which is refused too, now with the default action.  It
 * is the one signal handler here that does anything, and only what
 * signal-safety(7) allows.
 */
#include "sandbox_filter.h"

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <seccomp.h>

#include "../../shared/base/error.h"
#include "../../shared/base/util.h"

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

/* Memory, time, and the descriptors that are there already. */
static const char *const calls_common[] = { "brk", "clock_getres",
	"clock_gettime", "clock_nanosleep", "close", "epoll_ctl",
	"epoll_ctl_old", "epoll_pwait", "epoll_pwait2", "epoll_wait", "exit",
	"exit_group", "futex", "getcwd", "getegid", "geteuid", "getgid",
	"getpid", "getppid", "getrandom", "getrusage", "gettid", "gettimeofday",
	"getuid", "lseek", "madvise", "mremap", "munmap", "nanosleep", "poll",
	"ppoll", "read", "readv", "recvfrom", "recvmsg", "restart_syscall",
	"rt_sigprocmask", "rt_sigreturn", "sched_getaffinity", "sched_yield",
	"sendmsg", "sendto", "shutdown", "sigaltstack", "sysinfo", "time",
	"timerfd_settime", "uname", "write", "writev", NULL };

static const char *const calls_front[] = { "accept4", "getpeername",
	"getsockname", "getsockopt", "setsockopt", NULL };

static const char *const calls_vault[] = { "access", "chmod", "copy_file_range",
	"dup", "epoll_create1", "eventfd2", "faccessat", "faccessat2",
	"fadvise64", "fallocate", "fchmod", "fchmodat", "fchown", "fdatasync",
	"flock", "fstat", "fstatfs", "fsync", "ftruncate", "getdents64",
	"getsockopt", "link", "linkat", "lstat", "membarrier", "mkdir",
	"mkdirat", "msync", "newfstatat", "open", "openat", "pipe2", "pread64",
	"preadv", "pwrite64", "pwritev", "readlink", "readlinkat", "rename",
	"renameat", "renameat2", "rmdir", "rseq", "set_robust_list", "stat",
	"statfs", "statx", "sync_file_range", "unlink", "unlinkat", "utimensat",
	NULL };

/* What libpq and the resolver need. */
static const char *const calls_courier[] = { "access", "bind", "connect",
	"faccessat", "faccessat2", "fstat", "getdents64", "getpeername",
	"getsockname", "getsockopt", "lstat", "newfstatat", "open", "openat",
	"pread64", "readlink", "readlinkat", "rseq", "rt_sigpending",
	"rt_sigtimedwait", "select", "sendmmsg", "set_robust_list",
	"setsockopt", "stat", "statx", NULL };

/* A call allowed where one argument is `a`, or, masked with `a`, is `b`. */
struct rule {
	const char *name;
	unsigned argument;
	enum scmp_compare how;
	scmp_datum_t a, b;
};

static int
rules_add(scmp_filter_ctx filter, const struct rule *rules, size_t count)
{
	int call, result;

	for (; count > 0; rules++, count--) {
		const struct scmp_arg_cmp arg = { rules->argument, rules->how,
			rules->a, rules->b };

		call = seccomp_syscall_resolve_name(rules->name);
		if (call == __NR_SCMP_ERROR)
			continue;
		result = seccomp_rule_add_array(
		    filter, SCMP_ACT_ALLOW, call, 1, &arg);
		if (result != 0)
			return result;
	}
	return 0;
}

/* No code is made, no limit raised, no other process signalled or traced. */
static int
rules_common(scmp_filter_ctx filter)
{
	const struct rule rules[] = {
		{ "mmap", 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 },
		{ "mprotect", 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 },
		{ "prctl", 0, SCMP_CMP_EQ, PR_SET_NAME, 0 },
		{ "prctl", 0, SCMP_CMP_EQ, PR_SET_VMA, 0 },
		{ "prlimit64", 2, SCMP_CMP_EQ, 0, 0 },
		{ "rt_sigaction", 0, SCMP_CMP_NE, SIGSYS, 0 },
		{ "tgkill", 0, SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0 },
		{ "fcntl", 1, SCMP_CMP_EQ, F_GETFL, 0 },
		{ "fcntl", 1, SCMP_CMP_EQ, F_SETFL, 0 },
		{ "fcntl", 1, SCMP_CMP_EQ, F_GETFD, 0 },
		{ "fcntl", 1, SCMP_CMP_EQ, F_SETFD, 0 },
	};

	return rules_add(filter, rules, NELEM(rules));
}

/*
 * SQLite's locks.  Of fcntl(2) nobody gets more than these and the flags of a
 * descriptor: F_SETOWN and F_SETSIG would have the kernel signal others.
 */
static int
rules_files(scmp_filter_ctx filter)
{
	const struct rule rules[] = {
		{ "fcntl", 1, SCMP_CMP_EQ, F_GETLK, 0 },
		{ "fcntl", 1, SCMP_CMP_EQ, F_SETLK, 0 },
	};

	return rules_add(filter, rules, NELEM(rules));
}

/* Threads, but no processes: clone3 hides its flags, so libc does without. */
static int
rules_threads(scmp_filter_ctx filter)
{
	const scmp_datum_t thread = CLONE_THREAD | CLONE_VM;
	const struct rule rules[] = {
		{ "clone", 0, SCMP_CMP_MASKED_EQ, thread, thread },
		{ "setpriority", 1, SCMP_CMP_EQ, 0, 0 }, /* its own */
		{ "sched_setscheduler", 0, SCMP_CMP_EQ, 0, 0 },
	};
	int result;

	if ((result = rules_add(filter, rules, NELEM(rules))) != 0)
		return result;
	return seccomp_rule_add(
	    filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

/* Sockets of the kinds that a database, or the resolver, may have. */
static int
rules_sockets(scmp_filter_ctx filter)
{
	const struct rule rules[] = {
		{ "socket", 0, SCMP_CMP_EQ, AF_UNIX, 0 },
		{ "socket", 0, SCMP_CMP_EQ, AF_INET, 0 },
		{ "socket", 0, SCMP_CMP_EQ, AF_INET6, 0 },
		{ "socket", 0, SCMP_CMP_EQ, AF_NETLINK, 0 },
		{ "ioctl", 1, SCMP_CMP_EQ, FIONREAD, 0 },
	};

	return rules_add(filter, rules, NELEM(rules));
}

static int
rules_vault(scmp_filter_ctx filter)
{
	int result = rules_files(filter);

	return result == 0 ? rules_threads(filter) : result;
}

static int
rules_none(scmp_filter_ctx filter)
{
	(void)filter;
	return 0;
}

/* Names that this architecture or libseccomp doesn't know are not missed. */
static int
rules_names(scmp_filter_ctx filter, const char *const *names)
{
	int call, result;

	for (; *names != NULL; names++) {
		call = seccomp_syscall_resolve_name(*names);
		if (call == __NR_SCMP_ERROR)
			continue;
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
		if (result != 0)
			return result;
	}
	return 0;
}

static void
refused(int signal, siginfo_t *info, void *context)
{
	char text[sizeof(SANDBOX_REFUSED) + 16] = SANDBOX_REFUSED;
	size_t length = sizeof(SANDBOX_REFUSED) - 1, digits = length;
	unsigned number = (unsigned)info->si_syscall;
	char digit;

	(void)signal;
	(void)context;
	do {
		text[length++] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	for (size_t i = digits, j = length - 1; i < j; i++, j--) {
		digit = text[i];
		text[i] = text[j];
		text[j] = digit;
	}
	text[length++] = '\n';
	if (write(STDERR_FILENO, text, length) == -1)
		length = 0;
	for (;;)
		(void)syscall(-1);
}

static int
handle_refusals(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_sigaction = refused;
	action.sa_flags = (int)(SA_SIGINFO | SA_RESETHAND | SA_NODEFER);
	sigemptyset(&action.sa_mask);
	return sigaction(SIGSYS, &action, NULL) == 0 ? 0 : BANK_ESYS;
}

static int
install(const char *const *names, int (*rules)(scmp_filter_ctx))
{
	scmp_filter_ctx filter;
	int result;

	if (handle_refusals() != 0)
		return BANK_ESYS;
	if ((filter = seccomp_init(SCMP_ACT_TRAP)) == NULL) {
		errno = ENOMEM;
		return BANK_ESYS;
	}
	result = seccomp_attr_set(
	    filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (result == 0)
		result = rules_names(filter, calls_common);
	if (result == 0)
		result = rules_names(filter, names);
	if (result == 0)
		result = rules_common(filter);
	if (result == 0)
		result = rules(filter);
	if (result == 0)
		result = seccomp_load(filter);
	seccomp_release(filter);
	if (result == 0)
		return 0;
	errno = -result;
	return BANK_ESYS;
}

int
sandbox_filter_front(void)
{
	return install(calls_front, rules_none);
}

int
sandbox_filter_vault(void)
{
	return install(calls_vault, rules_vault);
}

int
sandbox_filter_courier(void)
{
	return install(calls_courier, rules_sockets);
}
