/* SPDX-License-Identifier: ISC */
/*
 * The pid file and its lock.  Runs in the monitor only.
 */
#include "pidfile.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../shared/error.h"
#include "../shared/util.h"

int
pidfile_make_parent(const char *path)
{
	char directory[PATH_MAX];
	char *slash;

	string_copy(directory, path, sizeof(directory));
	slash = strrchr(directory, '/');
	if (slash == NULL || slash == directory)
		return 0;
	*slash = '\0';
	if (mkdir(directory, 0755) == -1)
		return errno == EEXIST ? 0 : BANK_ESYS;
	/* Past the umask: the operators' group must get at the socket. */
	return chmod(directory, 0755) == 0 ? 0 : BANK_ESYS;
}

static void
complain_held(const char *path, int fd, char *error, size_t size)
{
	struct flock holder = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_GETLK, &holder) == -1 || holder.l_type == F_UNLCK)
		holder.l_pid = 0;
	snprintf(error, size,
	    "bankd runs already: process %ld holds %s; `bankctl stop` ends it",
	    (long)holder.l_pid, path);
}

/* The holder may remove the file between our open and our lock. */
static bool
is_still_there(const char *path, int fd)
{
	struct stat by_path, by_fd;

	return stat(path, &by_path) == 0 && fstat(fd, &by_fd) == 0 &&
	    by_path.st_ino == by_fd.st_ino && by_path.st_dev == by_fd.st_dev;
}

static int
write_pid(int fd)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (ftruncate(fd, 0) == -1 ||
	    pwrite(fd, text, (size_t)length, 0) != length)
		return BANK_ESYS;
	return fchmod(fd, 0644) == 0 ? 0 : BANK_ESYS;
}

int
pidfile_take(const char *path, char *error, size_t size)
{
	const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
	const struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = -1, result = BANK_ESYS;

	if (pidfile_make_parent(path) != 0)
		goto out;
	do {
		if (fd != -1)
			close(fd);
		if ((fd = open(path, flags, 0644)) == -1)
			goto out;
		if (fcntl(fd, F_SETLK, &whole) == -1) {
			if (errno != EAGAIN && errno != EACCES)
				goto out;
			complain_held(path, fd, error, size);
			close(fd);
			return BANK_EBUSY;
		}
	} while (!is_still_there(path, fd));
	result = write_pid(fd);
out:
	if (result == 0)
		return fd;
	snprintf(error, size, "%s: %s; bankd.ini: [process] pid_file", path,
	    strerror(errno));
	if (fd != -1)
		close(fd);
	return BANK_ESYS;
}

void
pidfile_drop(const char *path, int fd)
{
	if (fd == -1)
		return;
	(void)unlink(path);
	close(fd);
}
