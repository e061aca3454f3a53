/* SPDX-License-Identifier: ISC */
/*
 * Cleans up what a program inherits.  Every process of all three programs runs
 * it first, before it opens or starts anything.
 */
#include "process.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "error.h"
#include "util.h"

#define LISTING_SIZE 4096
#define TRIED_MAX 65536

bool
process_ignores(int signal)
{
	struct sigaction action;

	return sigaction(signal, NULL, &action) == 0 &&
	    action.sa_handler == SIG_IGN;
}

/*
 * Signals that arrived while blocked and ignored are dropped by unblocking
 * first; those of a timer are dropped by ignoring them.  Handlers are left
 * alone: a sanitizer installs some before main().
 */
void
process_begin(void)
{
	static const int sent[] = { SIGALRM, SIGVTALRM, SIGPROF };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };
	sigset_t none;

	(void)setitimer(ITIMER_REAL, &never, NULL);
	(void)setitimer(ITIMER_VIRTUAL, &never, NULL);
	(void)setitimer(ITIMER_PROF, &never, NULL);
	for (size_t i = 0; i < NELEM(sent); i++)
		(void)signal(sent[i], SIG_IGN);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	for (int number = 1; number < NSIG; number++) {
		if (number != SIGHUP && process_ignores(number))
			(void)signal(number, SIG_DFL);
	}
	/*
	 * A file that may not grow counts as a full disk: the write returns
	 * EFBIG.
	 */
	(void)signal(SIGXFSZ, SIG_IGN);
}

static void
close_listed(int directory, int first, const char *listing, long length)
{
	const struct dirent64 *entry;

	for (long at = 0; at < length; at += entry->d_reclen) {
		entry = (const struct dirent64 *)(const void *)(listing + at);
		int fd = atoi(entry->d_name);

		if (fd >= first && fd != directory)
			close(fd);
	}
}

/* Doesn't use readdir(3), which would allocate. */
static bool
close_by_proc(int first)
{
	_Alignas(struct dirent64) char listing[LISTING_SIZE];
	int directory;
	long length;

	directory = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory == -1)
		return false;
	while ((length = syscall(
		    SYS_getdents64, directory, listing, sizeof(listing))) > 0)
		close_listed(directory, first, listing, length);
	close(directory);
	return length == 0;
}

static void
close_one_by_one(int first)
{
	long last = sysconf(_SC_OPEN_MAX);

	if (last < 0 || last > TRIED_MAX)
		last = TRIED_MAX;
	for (int fd = first; fd < (int)last; fd++)
		close(fd);
}

/* Linux 5.9 has the call; on older kernels /proc lists the descriptors. */
void
process_close_from(int first)
{
#ifdef SYS_close_range
	if (syscall(SYS_close_range, (unsigned)first, ~0U, 0) == 0)
		return;
#endif
	if (!close_by_proc(first))
		close_one_by_one(first);
}

int
process_need_descriptors(unsigned needed, char *error, size_t size)
{
	struct rlimit limit, more;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 || limit.rlim_cur >= needed)
		return 0;
	more.rlim_cur = needed;
	more.rlim_max = limit.rlim_max < needed ? needed : limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &more) == 0)
		return 0;
	snprintf(error, size,
	    "too few descriptors: the hard limit RLIMIT_NOFILE is %ju, and "
	    "%u are needed; ulimit -n, or LimitNOFILE= of its unit, raises it",
	    (uintmax_t)limit.rlim_max, needed);
	return BANK_ERANGE;
}
